#!/usr/bin/env python3
"""A board and its source with a bad line between them: nothing false on the glass, nothing lost, and how long it takes.

    links.py [CASE…] [--list] [--poll S] [--rounds N] [--jobs N]

Each case has two namespaces of its own, nginx with TLS in front of a bangtin-source, and a board with an old
bulletin. During the trouble a new bulletin with an asset and an alert are published. Exit status 77 where the
machine has no namespaces or no TUN device.
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import traceback

import line as lines
import trials


def alert_meanwhile(trial, case):
    """While the line is busy an alert comes, and in the end everything has arrived."""
    trial.publish_alert()
    trial.wait_for_alert(case.alert_within_s)
    trial.end_alert()
    trial.wait_for_new(case.limit_s)
    trial.check_wire(case.wire)
    trial.wait_for_delivery(case.limit_s)
    trial.line.be()
    trial.wait_for_ok(case.limit_s)


@dataclasses.dataclass
class Weather:
    """A line that is poor all the time: everything comes all the same."""
    name: str
    loss: float = 0.0
    delay_s: float = 0.0
    bytes_per_s: int = 0
    size_bytes: int = 200_000
    limit_s: int = 600
    alert_within_s: int = 120
    wire: float = 1.15  # bytes that may arrive for one of the asset: more where answers to them are lost

    def run(self, trial):
        trial.line.be(self.loss, self.delay_s, self.bytes_per_s)
        trial.publish_new(self.size_bytes)
        trial.wait_for_download(0.05, self.limit_s)
        alert_meanwhile(trial, self)


@dataclasses.dataclass
class Backlog:
    """Days of facts wait when a narrow line comes back: news do not wait for them, and they arrive."""
    name: str
    facts: int
    loss: float = 0.0
    delay_s: float = 0.0
    bytes_per_s: int = 0
    size_bytes: int = 10_000
    alert_within_s: int = 60
    limit_s: int = 1200
    wire: float = 1.15

    def run(self, trial):
        trial.line.be(self.loss, self.delay_s, self.bytes_per_s)
        trial.note_facts(self.facts)
        trial.publish_new(self.size_bytes)
        trial.wait_for_pushing(self.limit_s)
        alert_meanwhile(trial, self)


@dataclasses.dataclass
class Outage:
    """A line that breaks at a chosen moment, and comes back. How: "cut": the board sees its link go; "reset": and its
    connections are closed; "renumber": and it has another address later; "hush": it sees nothing; "nameless": only
    questions for names are not answered, and connections are closed."""
    name: str
    moment: str = "download"
    how: str = "cut"
    seconds: float = 20
    bytes_per_s: int = 50_000
    size_bytes: int = 300_000
    limit_s: int = 300
    poll_s: int = 0  # another than is asked for
    wire: float = 1.15

    def run(self, trial):
        trial.line.be(bytes_per_s=self.bytes_per_s)
        trial.publish_new(self.size_bytes)
        trial.reach(self.moment, lambda: trial.break_line(self.how), self.limit_s)
        if not trial.alert:
            trial.publish_alert()
        trial.sit_out(self.seconds)
        trial.mend_line(self.how)
        trial.wait_for_ok(self.limit_s)
        trial.wait_for_alert(self.limit_s)
        trial.end_alert()
        trial.wait_for_new(self.limit_s)
        trial.check_wire(self.wire)
        trial.wait_for_delivery(self.limit_s)


@dataclasses.dataclass
class Flapping:
    """A line that is there for some seconds and gone for some, again and again."""
    name: str
    up_s: float = 8
    down_s: float = 6
    bytes_per_s: int = 12_000
    size_bytes: int = 200_000
    limit_s: int = 400
    wire: float = 1.3

    def run(self, trial):
        trial.line.be(bytes_per_s=self.bytes_per_s)
        with trial.flapping(self.up_s, self.down_s):
            trial.publish_new(self.size_bytes)
            trial.wait_for_download(0.1, self.limit_s)
            trial.publish_alert()
            trial.wait_for_alert(self.limit_s)
            trial.end_alert()
            trial.wait_for_new(self.limit_s)
            trial.check_wire(self.wire)
            trial.wait_for_delivery(self.limit_s)
        trial.returned = time.time()
        trial.wait_for_ok(self.limit_s)


KB = 1000
CASES = [
    Weather("loss30", loss=0.3, wire=1.6),
    Weather("delay2s", delay_s=2.0),
    Weather("slow50k", bytes_per_s=50 * KB // 8),
    Weather("slow50k-loss30", loss=0.3, bytes_per_s=50 * KB // 8, size_bytes=100 * KB, limit_s=1500,
            alert_within_s=300, wire=1.8),
    Weather("loss30-delay2s", loss=0.3, delay_s=2.0, size_bytes=20 * KB, limit_s=3000,
            alert_within_s=900, wire=4),
    Backlog("backlog-slow50k", facts=1500, bytes_per_s=50 * KB // 8),
    Backlog("backlog-delay2s", facts=1500, delay_s=2.0),
    Backlog("backlog-slow50k-loss30", facts=300, loss=0.3, bytes_per_s=50 * KB // 8, alert_within_s=180),
    Outage("down-in-download"),
    Outage("down-in-report", moment="report"),
    Outage("down-before-reply", moment="reply"),
    Outage("down-in-now", moment="now"),
    Outage("down-in-now-answer", moment="now-answer"),
    Outage("down-in-alert", moment="alert"),
    Outage("down-in-alert-answer", moment="alert-answer"),
    Outage("down-new-address", how="renumber"),
    Outage("down-long", moment="idle", seconds=150, poll_s=60),
    Flapping("flapping"),
    Outage("half-open", how="hush", seconds=60),
    Outage("half-open-idle", moment="idle", how="hush", seconds=60),
    Outage("nameless", moment="idle", how="nameless", seconds=40),
]
SAMPLES = [
    Outage("sample-down", how="reset", seconds=3, bytes_per_s=60 * KB),
    Weather("sample-delay", delay_s=0.6, size_bytes=30 * KB, alert_within_s=20),
]


def run_here(case, poll_s):
    """In namespaces that this process has to itself: its figures."""
    with trials.Trial(getattr(case, "poll_s", 0) or poll_s) as trial:
        trial.begin()
        case.run(trial)
        trial.finish()
        return trial.figures


def run_apart(case, poll_s):
    """The same in a process of its own: its figures, or why it failed."""
    done = subprocess.run([sys.executable, __file__, case.name, "--inside", "--poll", str(poll_s)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={k: v for k, v in os.environ.items() if k != lines.INSIDE})
    if done.returncode != 0:
        return done.stderr or "ended with %d" % done.returncode
    return json.loads(done.stdout.splitlines()[-1])


def tell(case, rounds):
    for key in dict.fromkeys(key for figures in rounds for key in figures):
        values = sorted(figures[key] for figures in rounds if figures.get(key) is not None)
        if values:
            print("%-22s %-16s %8.1f %8.1f %8.1f" % (case.name, key, values[0], statistics.median(values),
                                                    values[-1]), flush=True)


def report(case, rounds):
    """How many failed."""
    failed = [why for why in rounds if not isinstance(why, dict)]
    for why in failed:
        print("%s FAILED:\n%s" % (case.name, why), flush=True)
    if len(failed) < len(rounds):
        tell(case, [figures for figures in rounds if isinstance(figures, dict)])
    return len(failed)


def run_all(cases, options):
    print("%-22s %-16s %8s %8s %8s" % ("case", "figure", "min", "median", "max"))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tries = {pool.submit(run_apart, case, options.poll): case
                 for case in cases for _ in range(options.rounds)}
        rounds, failed = {}, 0
        for done in concurrent.futures.as_completed(tries):
            case = tries[done]
            rounds.setdefault(case.name, []).append(done.result())
            if len(rounds[case.name]) == options.rounds:
                failed += report(case, rounds[case.name])
        return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--poll", type=int, default=1, help="seconds between two polls of the board")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="cases at a time")
    options = parser.parse_args()
    if options.list:
        print("\n".join(case.name for case in CASES))
        return 0
    if why := lines.why_not():
        print("skipped:", why)
        return 77
    named = {case.name: case for case in [*CASES, *SAMPLES]}
    cases = [named[name] for name in options.cases] if options.cases else CASES
    if not options.inside:
        return 1 if run_all(cases, options) else 0
    lines.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        print(json.dumps(run_here(cases[0], options.poll)))
        return 0
    except AssertionError:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    sys.exit(main())
