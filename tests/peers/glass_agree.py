#!/usr/bin/env python3
"""What the reports say was on the glass, and when, agrees within 200 ms with what a witness saw there: while
an emergency cuts in and goes, while show hangs (SIGSTOP for 8 s; supervise kills it after 5 s without a
beat), and when decoders are killed, one that is replaced and one too many.

One zone shows pictures of one colour each, 4 s long, so every look of the witness (each 100 ms) names the
item it saw. The other zone shows a film whose every frame differs: while it plays, no two looks are equal.
The two stories are compared in both directions: see glass.disagreements."""

import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import glass

MAIN, FILM = (0, 0, 320, 384), (320, 0, 320, 384)
COLOURS = {"red": "d01818", "green": "18a028", "blue": "2030d0", "alert": "f0e010"}
WITHIN_MS = 200
FILM_SECONDS = 12


def looks_for(witness, colour, seconds, what):
    return district.wait_for(lambda: glass.near(witness.last().mean, COLOURS[colour]), seconds, what)


def is_moving(witness):
    """Whether the last three looks at the film all differ."""
    last = [s.hash for s in witness.samples[-3:]]
    return len(set(last)) == 3


def check_emergency(town, main):
    town.publish(glass.manifest({"main": [glass.image("alert", town.folder / "alert.png", 600)]},
                                {"main": MAIN}, cls="emergency", programme="e"),
                 [town.folder / "alert.png"], emergency=True)
    published_ms = glass.wall_ms()
    looks_for(main, "alert", 5, "the emergency on the glass")
    print("emergency: seen %.0f ms after it was published" % (main.last().ms - published_ms), flush=True)
    time.sleep(5)
    town.end_alert()
    ended_ms = glass.wall_ms()
    district.wait_for(lambda: not glass.near(main.last().mean, COLOURS["alert"]), 5, "its end")
    print("emergency: gone %.0f ms after it was ended" % (main.last().ms - ended_ms), flush=True)


def check_hang(screen, main):
    pid = screen.pid_of("show")
    os.kill(pid, signal.SIGSTOP)
    stopped_ms = glass.wall_ms()
    time.sleep(8)
    assert not os.path.exists("/proc/%d" % pid), "show was not killed though it gave no beat for 8 s"
    district.wait_for(lambda: any(glass.near(main.last().mean, c) for c in COLOURS.values()), 3,
                      "a picture after the new start")
    dark = [s for s in main.between(stopped_ms, glass.wall_ms())
            if not any(glass.near(s.mean, c) for c in COLOURS.values())]
    print("hang: the glass was without a picture for about %d ms" % (100 * len(dark)), flush=True)


def kill_decoder(screen):
    os.kill(screen.pid_of("decode"), signal.SIGKILL)
    return glass.wall_ms()


def wait_for_film(film):
    """Sleeps until an occurrence of the film has just begun, and its decoder is the only one."""
    glass.wait_for_phase(FILM_SECONDS * 1000, 1500)
    district.wait_for(lambda: is_moving(film), 3, "the film moving")


def check_decoders(screen, film):
    """When decoders were killed, the last of them for good."""
    wait_for_film(film)
    kills = [kill_decoder(screen)]
    time.sleep(0.5)  # what was decoded ahead is over
    district.wait_for(lambda: is_moving(film), 2, "the film going on after its decoder was killed")
    glass.wait_for_phase(FILM_SECONDS * 1000, 0)
    wait_for_film(film)  # a whole occurrence went well in between
    glass.wait_for_phase(FILM_SECONDS * 1000, 0)
    wait_for_film(film)
    for _ in range(3):
        kills.append(kill_decoder(screen))
        time.sleep(1.5)
    return kills


def stand_stills(film, from_ms, to_ms):
    """Where the film zone did not change for more than WITHIN_MS: [(from, to)]."""
    looks = film.between(from_ms, to_ms)
    if not looks:
        return []
    found, since = [], looks[0]
    for look in looks[1:]:
        if look.hash != since.hash:
            if look.ms - since.ms > WITHIN_MS:
                found.append((since.ms, look.ms))
            since = look
    if looks[-1].ms - since.ms > WITHIN_MS:
        found.append((since.ms, looks[-1].ms))
    return found


def explained(still, causes, hangs):
    """A stand-still begins with a reported death of a decoder, or is a time that nobody confirmed."""
    return any(abs(still[0] - cause) <= WITHIN_MS for cause in causes) or any(
        hang[0] - WITHIN_MS <= still[0] and still[1] <= hang[1] + WITHIN_MS for hang in hangs)


def check_film(screen, facts, film, kills):
    """The film's own story: it moves while it is reported to, and each stop has its report."""
    events = screen.report("event")
    hangs = [(district.millis(u["from"]), district.millis(u["to"])) for u in screen.report("uptime")
             if u["state"] == "unconfirmed"]
    assert len(hangs) == 1 and 4000 < hangs[0][1] - hangs[0][0] < 7500, hangs
    played = glass.claims(facts, "film")
    assert played, "no film was reported"
    failed = [f for f in facts if f["zone"] == "film" and "failed_at" in f]
    assert len(failed) == 1 and failed[0]["failed"] == "died", failed
    deaths = [district.millis(e["at"]) for e in events if e["event"] in ("decoder", "failed")]
    for kill in kills:
        assert any(abs(kill - death) <= WITHIN_MS for death in deaths), (kill, deaths)
    assert len(deaths) == len(kills), (deaths, kills)
    # Frames that were decoded ahead are shown before the picture stands still.
    causes = deaths + [death + 40 * k for death in deaths for k in range(1, 9)]
    for claim in played:
        end = min(claim.to_ms, district.millis(claim.fact.get("failed_at", claim.fact["end"])))
        # Joined in the middle, a film has 2 s to catch up (contract 6.8).
        joined = claim.from_ms > district.millis(claim.fact["due"]) + WITHIN_MS
        begin = claim.from_ms + (2000 if joined else WITHIN_MS)
        unexplained = [s for s in stand_stills(film, begin, end - WITHIN_MS)
                       if not explained(s, causes, hangs)]
        assert not unexplained, "%r: the film stood still: %s" % (claim, unexplained)
    stopped = district.millis(failed[0]["failed_at"])
    changes = [b.ms for a, b in zip(film.samples, film.samples[1:]) if a.hash != b.hash]
    last = max(at for at in changes if at < kills[-1] + 1000)  # set aside, the zone stays empty
    assert abs(last - stopped) <= WITHIN_MS, \
        "the film last changed %.0f ms after its reported failure" % (last - stopped)
    print("film: its last change was %.0f ms after the reported failure" % (last - stopped))


def main():
    with glass.XServer(640, 384) as x, district.District() as town:
        town.serve()
        screen = town.screen("chung", offscreen=False)
        paths = [glass.png(town.folder / (name + ".png"), 320, 384, c) for name, c in COLOURS.items()]
        clip = district.make_clip(town.folder / "film.mp4", FILM_SECONDS, "320x384", sound=False)
        items = [glass.image(name, town.folder / (name + ".png"), 4) for name in ("red", "green", "blue")]
        town.publish(glass.manifest(
            {"main": items, "film": [{"id": "f1", "kind": "video", "asset": "file:film.mp4"}]},
            {"main": MAIN, "film": FILM}), [*paths[:3], clip])
        screen.play(env=x.env())
        district.wait_for(lambda: screen.on_air("main"), 20, "the first picture on air")
        with glass.Witness(x, MAIN) as main_zone, glass.Witness(x, FILM, 50) as film:
            began_ms = glass.wall_ms()
            time.sleep(5)
            check_emergency(town, main_zone)
            time.sleep(3)
            check_hang(screen, main_zone)
            time.sleep(3)
            kills = check_decoders(screen, film)
            time.sleep(2)
            screen.stop()
            ended_ms = glass.wall_ms()
        facts = district.wait_for(lambda: enough(screen, ended_ms), 20, "the reports at the source")
        wrong = glass.disagreements(main_zone.between(began_ms + 1000, ended_ms - 1500),
                                    glass.claims(facts, "main"), COLOURS, WITHIN_MS)
        assert not wrong, "%d looks disagree with the reports:\n%s" % (len(wrong), "\n".join(wrong[:10]))
        check_film(screen, facts, film, kills)
        print("ok: %d looks, %d facts agree" % (len(main_zone.samples), len(facts)))


def enough(screen, ended_ms):
    """The facts of what was played, once those of the end have come: the next start sends them."""
    if screen.process is None:
        screen.play("--display", "offscreen")
    facts = screen.report("played")
    done = [f for f in facts if district.millis(f["end"]) > ended_ms - 1000]
    if not done:
        return None
    screen.stop()
    return [f for f in facts if district.millis(f["start"]) < ended_ms]


main()
