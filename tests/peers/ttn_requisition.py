#!/usr/bin/env python3
"""A commercial screen: its owner's source plays a film, the authority's TTN requisitions it for a time and gives it back; in
the middle the power goes. Begin and end are right to the second on the glass and in both reports.

    ttn_requisition.py [--seconds N] [--rate R]

Three hours are --seconds 10800 --rate 20: a virtual clock for the board, the owner's source and the province.
"""
import argparse
import time

import ttn_lib as ttn
import way_lib as way
from bulletins import Bulletin, local
from district import District, make_clip, millis
from province import Province

FILM_S = 6
DARK_S = 2.0  # real, without power


def boot_ms():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000000


class Clock:
    """From the real time to the virtual one, for all programs."""

    def __init__(self, rate):
        self.begin_ms, self.rate, self.real_ms = round(time.time() * 1000), rate, boot_ms()

    def now_s(self):
        return (self.begin_ms + (boot_ms() - self.real_ms) * self.rate) / 1000

    def words(self):
        if self.rate == 1:
            return []
        return ["--clock", "%sx%d@%d" % (way.district.rfc3339(self.begin_ms), self.rate, self.real_ms)]

    def sleep_until(self, at_s):
        time.sleep(max(0, (at_s - self.now_s()) / self.rate))


class Owner(District):
    """Lives by the clock from when it is set on."""
    clock = None

    def words_to_serve(self):
        return super().words_to_serve() + (self.clock.words() if self.clock else [])


def owners_film(owner):
    film = make_clip(owner.folder / "phim.mp4", FILM_S)
    owner.publish({"timezone": "Asia/Ho_Chi_Minh",
                   "layouts": [{"id": "l", "canvas": list(ttn.CANVAS), "zones": [
                       {"id": "main", "rect": [0, 0, *ttn.CANVAS]}]}],
                   "playlists": [{"id": "p", "items": [{"id": "quang-cao", "kind": "video", "asset": "file:phim.mp4"}]}],
                   "programmes": [{"id": "d", "layout": "l", "zones": {"main": "p"}}]}, [film])


def shows(screen, item):
    return lambda: (screen.on_air("main") == item) if item else (screen.on_air("main") not in (None, "quang-cao"))


def check_glass(screen, begin_s, end_s, within_s):
    """By the board's own facts of what was on the glass: nothing of the owner within, nothing of the authority outside."""
    for fact in way.facts(screen):
        if fact["type"] != "played":
            continue
        start, end = millis(fact["start"]) / 1000, millis(fact["end"]) / 1000
        if fact["source"] == "krongpa":
            for since, until in stretches(fact, start, end):
                inside = min(until, end_s) - max(since, begin_s)
                assert inside <= within_s, "the owner's film within, for %.1f s: %s" % (inside, fact)
        else:
            assert start >= begin_s - 0.001 and end <= end_s + within_s, (begin_s, end_s, fact)


def stretches(fact, start, end):
    """A fact without its gaps."""
    at = start
    for gap in fact.get("gaps", []):
        yield at, millis(gap[0]) / 1000
        at = millis(gap[1]) / 1000
    yield at, end


def requisitions(reports):
    """(phase, from, until) of events about it, in order."""
    return [e for e in reports if "requisition" in str(e.get("event", "")) + str(e.get("code", ""))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rate", type=int, default=1)
    options = parser.parse_args()
    within_s = 1.0 + 0.3 * (options.rate - 1)  # what a busy machine takes for a change, by the virtual clock
    with Owner() as owner:
        owner.serve()
        clock = Clock(options.rate)
        with Province(now=clock.now_s) as province:
            secret = owner.folder / "ttn.password"
            secret.write_text(province.board["password"])
            secret.chmod(0o600)
            group = province.configuration(password_file=secret, more="classes=requisition\npriority=requisition\n"
                                           "ordinary=requisition")
            screen = owner.screen("kp-01", extra=group)
            owners_film(owner)
            if options.rate != 1:
                owner.stop_serving()
                owner.clock = clock
                owner.serve()
            run(owner, province, screen, clock, options, within_s)


def run(owner, province, screen, clock, options, within_s):
    def wait(condition, seconds, what):
        try:
            return ttn.wait_for(condition, seconds, what)
        except AssertionError as problem:
            raise AssertionError("%s\n%s" % (problem, way.log(screen)[-6000:])) from None

    play = ["--display", "offscreen", *clock.words()]
    screen.play(*play)
    wait(shows(screen, "quang-cao"), 60, "the owner's film")
    wait(lambda: province.broker.subscriptions(), 60, "a subscription")
    begin_s = int(clock.now_s()) + 10 * options.rate
    end_s = begin_s + options.seconds
    b = province.publish(Bulletin(1, "priority", "Trưng dụng màn hình", "Công điện", "Di dời dân ven sông trước 18 giờ.",
                                  duration_s=options.seconds, slots=[(begin_s, end_s)]))
    clock.sleep_until(begin_s - within_s)
    assert shows(screen, "quang-cao")(), "not the owner's film before it"
    wait(shows(screen, None), 60, "the authority's bulletin")
    clock.sleep_until(begin_s + options.seconds / 3)
    lost_s = clock.now_s()
    ttn.Board.kill(screen)
    time.sleep(DARK_S)
    screen.play(*play)
    wait(shows(screen, None), 60, "the authority's bulletin after the power came back")
    back_s = clock.now_s()
    assert back_s < end_s, "it took so long that it was over"
    clock.sleep_until(end_s)
    wait(shows(screen, "quang-cao"), 60, "the owner's film again")
    time.sleep(3)
    wait(lambda: any(r.purpose == "requisition" and "end" in str(r.message) for r in province.web.requests) or
         not province.said("requisition"), 30, "its end at the province")
    screen.stop()
    way.expect_calm(way.log(screen))
    check_glass(screen, begin_s, end_s, within_s)
    check_reports(owner, province, screen, b, (begin_s, end_s), (lost_s, back_s), within_s)
    print("requisitioned %s to %s, dark %.1f s" % (local(begin_s), local(end_s), back_s - lost_s))


def check_reports(owner, province, screen, b, window, dark, within_s):
    said = [m for m in province.messages("played") if m["BanTinID"] == b.id]
    began = [ttn.seconds_of(m["ThoiDiemBatDau"]) for m in said]
    assert began and abs(began[0] - window[0]) <= within_s, (began, window)
    assert len(began) == 1 or all(abs(a - dark[1]) <= within_s + 2 for a in began[1:]), (began, dark)
    told = requisitions(screen.report("event"))
    assert len(told) == 2, told
    for event, at_s in zip(told, window):
        assert abs(millis(event["at"]) / 1000 - at_s) <= within_s, (event, at_s)
        times = [millis(event[k]) / 1000 for k in ("from", "until") if k in event]
        assert not times or times == list(window)[:len(times)], (event, window)
    assert [str(f) for f in province.faults] == [], province.faults


if __name__ == "__main__":
    main()
