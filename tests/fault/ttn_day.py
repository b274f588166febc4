#!/usr/bin/env python3
"""A day of a province's bulletins, sixty times as fast, over a poor line: 256 kbit/s, a tenth of all packets lost, four outages.
What was shown is what the schedule says by a computation of its own, the play log arrives once and in order, and what
it cost is told by purpose.

    ttn_day.py [--minutes N] [--bulletins N] [--ahead S] [--seed N]

Exit 77: this machine has no namespaces or no TUN device.
"""
import argparse
import collections
import dataclasses
import os
import pathlib
import random
import signal
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "peers")]
import ttn_lib as ttn
import line as lines
import media
import way_lib as way
from bulletins import Bulletin, local
from district import millis
from province import TWICE, Province

FIRST_S = 60  # until the first window: the board's start
OUTAGE_S = 30
ANSWER_S = 10  # within which an answer is through, on this line
SAYS_NOW = {"AmLuong": 0, "CongSuat": 0}  # what a report says of the time when it is sent
EDGE_S = 1.2  # around each change: whole seconds, and a first frame on a machine that does much else
BYTES_PER_S, LOSS = 256_000 // 8, 0.10
CLASS = {"urgent": 0, "priority": 1, "ordinary": 2}


@dataclasses.dataclass
class Plan:
    """What is said when: (when, what, bulletin), and the bulletins with their windows."""
    start_s: int
    end_s: int
    bulletins: list
    said: list


def make_medium(rng, web, number):
    """(kind, place) of one bulletin: most are words."""
    draw = rng.random()
    if draw < 0.7:
        return 1, "Nội dung bản tin số %d, đọc trong vài giây." % number
    if draw < 0.95:
        return 2, web.put("anh-%d.png" % number, way.plain_png(64, 40, rng.randbytes(3), rng.randrange(8000, 30000)),
                          "image/png")
    return 4, web.put("phim-%d.mp4" % number, media.video(3 + number % 3, "%06x" % rng.randrange(1 << 24)), "video/mp4")


def make_plan(rng, web, start_s, minutes, count, ahead_s):
    """Ordinary windows one after another, priority ones over some of them, urgent ones at any time."""
    urgent, priority = count // 25, count // 10
    ordinary = count - urgent - priority
    end_s, length = start_s + minutes * 60, minutes * 60 / ordinary
    plan, at = Plan(start_s, end_s, [], []), float(start_s)

    def add(number, rank, slot, **more):
        kind, place = make_medium(rng, web, number)
        b = Bulletin(kind, rank, "Bản tin %d" % number, "Tóm tắt %d" % number, place, slots=[slot],
                     duration_s=max(1, slot[1] - slot[0]), **more)
        plan.bulletins.append(b)
        return b
    for number in range(ordinary):
        at += length
        slot = (round(at - length), round(at))
        if slot[1] > slot[0]:
            b = add(number, "ordinary", slot)
            plan.said.append((slot[0] - ahead_s - rng.random() * 30, "publish", b))
            if number % 40 == 7:
                plan.said.append((slot[0] - ahead_s + 20, "cancel", b))
    for number in range(priority):
        begin = start_s + round((number + 0.5) * minutes * 60 / priority) + rng.randrange(3)
        b = add(ordinary + number, "priority", (begin, begin + rng.randrange(2, 5)))
        plan.said.append((begin - ahead_s - rng.random() * 30, "publish", b))
    for number in range(urgent):
        begin = start_s + round((number + 0.3) * minutes * 60 / urgent)
        b = Bulletin(1, "urgent", "Khẩn cấp %d" % number, "Lũ", "Di dời ngay, lần %d." % number, duration_s=6,
                     until_s=begin + 6)
        plan.bulletins.append(b)
        plan.said.append((begin, "publish", b))
    plan.said.sort(key=lambda row: row[0])
    return plan


# ---- what should be on the glass ----

def due(plan, cancelled, at_s):
    """The bulletin of an instant by the rules of the public texts: urgent, then priority, then ordinary; None: nothing. Urgent ones
    count from when they came, which only the board knows: see `arrived_s`."""
    open_now = []
    for b in plan.bulletins:
        if b.priority == "urgent":
            if b.arrived_s and b.arrived_s <= at_s < b.until_s:
                open_now.append(b)
        elif b.id not in cancelled and any(start <= at_s < end for start, end in b.slots):
            open_now.append(b)
    return min(open_now, key=lambda b: CLASS[b.priority], default=None)


def due_s(plan, cancelled, b):
    """How long it should have been on the glass: others of a higher priority may cover its whole window."""
    start, end = b.slots[0]
    return sum(0.1 for i in range((end - start) * 10) if due(plan, cancelled, start + i / 10) is b)


def edges(plan):
    found = set()
    for b in plan.bulletins:
        found.update(t for slot in b.slots for t in slot)
        if b.priority == "urgent":
            found.update((b.arrived_s or b.until_s, b.until_s))
    return sorted(found)


def shown_at(stretches, at_s):
    return next((ident for since, until, ident in stretches if since <= at_s < until), None)


def stretches_of(board):
    """[(since, until, the bulletin's id)] of the board's own facts: an item is called after its bulletin."""
    found = []
    for fact in board.played():
        ident, since = fact["item"].removeprefix("b."), millis(fact["start"]) / 1000
        for gap in fact.get("gaps", []):
            found.append((since, millis(gap[0]) / 1000, ident))
            since = millis(gap[1]) / 1000
        found.append((since, millis(fact["end"]) / 1000, ident))
    return found


def check_shown(plan, cancelled, board):
    stretches = stretches_of(board)
    begun = {}
    for since, _, ident in stretches:
        begun[ident] = min(since, begun.get(ident, since))
    for b in plan.bulletins:
        b.arrived_s = begun.get(b.id) if b.priority == "urgent" else 0
    turns, wrong, looked, at_s = edges(plan), [], 0, float(plan.start_s)
    while at_s < plan.end_s:
        if not any(abs(at_s - t) < EDGE_S for t in turns):
            wanted = due(plan, cancelled, at_s)
            seen = shown_at(stretches, at_s)
            looked += 1
            if seen != (wanted and wanted.id):
                wrong.append("%s: shown %s, due %s" % (local(at_s), seen, wanted and (wanted.id, wanted.title)))
        at_s += 0.25
    print("%d instants compared, %d differ" % (looked, len(wrong)))
    assert looked > 100 and not wrong, "\n".join(wrong[:20])


def check_urgent(plan, line):
    """Each came, and soon, unless the line was dead then."""
    delays = []
    for b in plan.bulletins:
        if b.priority != "urgent" or any(since - 5 < b.at_s < until + 20 for since, until in line.dead):
            continue
        assert b.arrived_s, "never shown: " + b.title
        delays.append(b.arrived_s - b.at_s)
    delays.sort()
    print("urgent, publish to glass: min %.1f, median %.1f, max %.1f s of %d" % (
        delays[0], delays[len(delays) // 2], delays[-1], len(delays)))


def by_identity(requests, *names):
    """What arrived, by what a province knows it by."""
    found = collections.defaultdict(list)
    for request in requests:
        found[tuple(request.message[name] for name in names)].append(request)
    return found


def check_once(arrived, line):
    """A second time only where the board cannot have heard the first answer: the line died under it."""
    repeated = {identity: requests for identity, requests in arrived.items() if len(requests) > 1}
    for identity, requests in repeated.items():
        assert len(requests) == 2, (identity, len(requests))
        first, again = requests
        when = [local(r.at) for r in requests]
        assert any(since - ANSWER_S < first.at < until <= again.at for since, until in line.dead), (identity, when)
        assert {**first.message, **SAYS_NOW} == {**again.message, **SAYS_NOW}, (first.message, again.message)
    return len(repeated)


def check_told(plan, cancelled, province, line):
    """Each start that the board wrote down arrived at the province, and each schedule was acknowledged, once."""
    told = by_identity(province.said("played"), "BanTinID", "ThoiDiemBatDau")
    saved = by_identity(province.said("saved"), "LichPhatID")
    print("%d starts and %d schedules told; an answer lost with the line: %d and %d" % (
        len(told), len(saved), check_once(told, line), check_once(saved, line)))
    assert {ident for ident, in saved} == {b.schedule_id for b in plan.bulletins if b.schedule_id}
    heard = {ident for ident, _ in told}
    never = [b.title for b in plan.bulletins if b.priority != "urgent" and b.id not in heard and
             due_s(plan, cancelled, b) > 2 * EDGE_S]
    assert not never, never[:10]


def tell_bytes(province, line):
    """By purpose: bodies and heads as they were counted at the province; the rest is TLS, TCP and what was sent again."""
    spent = collections.Counter()
    for request in province.web.requests:
        spent[request.purpose or "?"] += request.bytes_in + request.bytes_out
    spent["media"] = sum(province.web.media_bytes.values())
    spent["bulletins and commands"] = province.broker.bytes_published
    whole = line.to_board.bytes + line.to_source.bytes
    spent["TLS, TCP, sent again"] = whole - sum(spent.values())
    for purpose, count in spent.most_common():
        print("%-24s %9.1f KB" % (purpose, count / 1000))
    print("%-24s %9.1f KB" % ("on the wire", whole / 1000), flush=True)


def run_day(plan, board, province, line, outages):
    """Says what is to be said when it is due, and breaks the line meanwhile; what was cancelled."""
    todo = plan.said + [(at, how, None) for at, how in outages]
    cancelled = set()
    for at, what, b in sorted(todo, key=lambda row: row[0]):
        ttn.sleep_until(at)
        if what == "publish":
            if b.priority == "urgent":
                b.until_s = int(time.time()) + 6
            province.publish(b)
        elif what == "cancel":
            province.cancel(b)
            cancelled.add(b.id)
        else:
            getattr(line, what)()
    ttn.sleep_until(plan.end_s + 5)
    return cancelled


def make_outages(plan):
    """Four, of two kinds: the link goes, or silence."""
    found = []
    for number in range(4):
        begin = plan.start_s + (plan.end_s - plan.start_s) * (number + 0.6) / 4.4
        found += [(begin, ("cut", "hush")[number % 2]), (begin + OUTAGE_S, ("mend", "speak")[number % 2])]
    return found


def run(options):
    rng, line = random.Random(options.seed), lines.Line(options.seed)
    with ttn.Town() as town:
        line.name_servers(town.folder)
        province = Province(host=lines.SOURCE, name=lines.NAME, wrap=line.place.words,
                            run=lambda work: line.place.thread(work).join())
        try:
            board = ttn.Board(town, province)
            board.play()
            board.wait_for_connection()
            line.be(LOSS, 0.05, BYTES_PER_S)
            start_s = int(time.time()) + options.ahead + FIRST_S
            plan = make_plan(rng, province.web, start_s, options.minutes, options.bulletins, options.ahead)
            cancelled = run_day(plan, board, province, line, make_outages(plan))
            board.wait_for_answers(300)
            board.end()
            tell_bytes(province, line)
            check_shown(plan, cancelled, board)
            check_urgent(plan, line)
            check_told(plan, cancelled, province, line)
            faults = [fault for fault in province.faults if fault.reason != TWICE]  # judged above
            assert not faults, "\n".join(map(str, faults[:10]))
        finally:
            province.__exit__()
            line.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=24)
    parser.add_argument("--bulletins", type=int, default=500)
    parser.add_argument("--ahead", type=int, default=150, help="seconds from a bulletin's coming to its window at least: "
                        "an outage, and media on a narrow line")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if why := lines.why_not():
        print("skipped:", why)
        return 77
    os.environ["BUILD"] = str(pathlib.Path(os.environ["BUILD"]).resolve())
    lines.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    run(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
