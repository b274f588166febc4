#!/usr/bin/env python3
"""Lets calls of the way fail (a full disk, a failing one, no descriptors, no memory) and checks that nothing false
is shown, that nothing is lost, and how long it takes until all goes on.

    faults.py ERROR… --in STRETCH… [--length once|spell|death …] [--every | --sample N | --only TEXT] [--jobs N] [--seed S]

Each distinct call of a stretch that may fail so is tried (distinct.py says which those are). once: that call alone, its
first occurrence and a later one by chance; spell: and all others for three seconds; death: and all others of the process
that made it, until it dies. A spell begins, by chance, at a call that failed in none yet, until there is no such call.
--every tries each occurrence, --sample N of them, spread over the stretch by chance. Calls that fail once share a run of
the board, one after the other; where such a run fails, each is tried alone. What the board does about it by itself is
waited for; only if its first process ends it is started again, as a service manager would, and with death after some
seconds, as a hand would. Exit status 77 where calls cannot be made to fail.
"""
import argparse
import contextlib
import platform
import sqlite3
import subprocess
import sys
import time

import boards
import cutting
import distinct
import stretches
import trying
from cutting import district
from stretches import check

ERRORS = ("ENOSPC", "EIO", "EMFILE", "ENOMEM")
SPELL_MS = 3000
LENGTHS = {"once": [], "spell": ["--spell=%d" % SPELL_MS], "death": ["--until-death"]}
PATIENCE_S = 60  # with all of it; a role that dies over and over is started after 5 s at most
GROUP_PATIENCE_S = 20  # with several faults, each of which will be tried alone where that is not enough
APART_MS = 250  # calls that fail in one run, one after the other
MANY_DEATHS = 3  # of show: the safe scene for a while, and what was on the glass is set aside (contract §6.14)
RESTART_S = 4  # a process whose every call fails until it dies may live on for ever
GROUND = (11, 27, 51)  # of the safe scene


class Trial(cutting.Trial):
    """One run with a fault in it."""

    def __init__(self, stretch, folder, report, point, error, options):
        super().__init__(stretch, folder, report, cutting.Point(None), options)
        self.error = error
        self.shall_fail = point  # a Point, a list of occurrences, or None: the calls are only counted
        self.recovered_ms = None  # what the fault cost beside its own length
        self.deaths = 0
        self.said = ""
        self.succeeded = False

    def command(self, *words):
        fault = [cutting.CUT_AT, "--fail=%s" % self.error, "--report=%s" % self.report,
                 "--under=%s" % self.folder]
        if self.shall_fail is None:
            fault += ["--places"]
        elif isinstance(self.shall_fail, cutting.Point):
            fault += ["--at=%d" % self.shall_fail.at] + self.options
        else:
            these = self.report.with_name("these")
            these.write_text("".join(one.line() for one in self.shall_fail))
            fault += ["--these=%s" % these, "--apart=%d" % APART_MS] + self.options
        return [str(word) for word in fault + list(words)]

    def is_over(self):
        """Whether the command said that all is done."""
        return self.succeeded

    def said_calls(self):
        return self.report.read_text(errors="replace")

    def failed(self):
        """The calls that did, where they were chosen by what they are."""
        return distinct.failed(self.said_calls())

    def not_met(self):
        """Of what shall fail, what the run did not come to."""
        if isinstance(self.shall_fail, cutting.Point):
            return [] if len(self.calls()) >= self.shall_fail.at else [self.shall_fail]
        failed = self.failed()
        return [one for one in self.shall_fail or [] if one.call not in failed]

    def where(self):
        lines = [line.replace(str(self.folder) + "/", "") for line in self.said_calls().splitlines()]
        failed = [line for line in lines if line.split("\t")[0].endswith(" fails")]
        return "call " + (" | ".join(failed[:4]) or "that failed: none")


class Fault(cutting.Kill):
    """The folder is a copy, as for a kill."""

    def __init__(self, stretch, error, length):
        super().__init__(stretch)
        self.error, self.options, self.name = error, LENGTHS[length], "%s %s" % (error, length)

    def trial(self, point=None):
        made = super().trial(point)
        return Trial(self.stretch, made.folder, made.report, point, self.error, self.options)


# ---- commands: they may fail, and are called again ----

class OneCommand:
    """Publish and fetch: what failed is called again; what said that it is done, is."""

    def run(self, trial):
        began = time.monotonic()
        try:
            super().run(trial)
            trial.succeeded = True
        except AssertionError as why:
            trial.said = str(why)
        trial.recovered_ms = (time.monotonic() - began) * 1000


class Publish(OneCommand, stretches.Publish):
    together = {}


class Fetch(OneCommand, stretches.Fetch):
    together = {}

    def check_cut(self, trial):
        # A round that failed is no failure of the program: its results say so.
        trial.succeeded = False
        super().check_cut(trial)


# ---- what goes on running ----

def let_a_day_pass(inputs):
    """For what many deaths led to, by its own time."""
    with contextlib.closing(sqlite3.connect(inputs)) as db, db:
        db.execute("UPDATE entry SET until_ms = from_ms + 1 WHERE kind IN ('safe', 'set-aside')")


class Acknowledge(boards.Acknowledge):
    """The board offers its batch until it hears that it arrived, while the source lives."""
    together = {}

    def _push(self):
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                if super()._push():
                    return True
            except (AssertionError, IndexError, ValueError):
                pass
            if self.serving.poll() is not None:
                return False
            time.sleep(0.1)
        return False

    def run(self, trial):
        began = time.monotonic()
        port_file = self.place.folder / "port"
        port_file.unlink(missing_ok=True)
        self._stop_serving()
        with open(self.place.folder / "serve.log", "wb") as log:
            self.serving = subprocess.Popen(trial.command(
                district.PUBLISHER, "serve", "--data", trial.folder / "data", "--listen",
                "127.0.0.1:%d" % self.place.port, "--port-file", port_file), stdout=log, stderr=log)
        district.wait_for(lambda: port_file.exists() or self.serving.poll() is not None, 20, "a port")
        try:
            self.heard = self.serving.poll() is None and self._push()
            alive = self.serving.poll() is None
            may_wait = "--until-death" in trial.options  # its disk stays full as long as it lives
            check(self.heard or not alive or may_wait, "lives, and takes no reports:",
                  (self.place.folder / "serve.log").read_text(errors="replace")[:300])
        finally:
            self.serving.terminate()
            self.serving.wait(20)
        trial.deaths = 0 if alive else 1
        trial.recovered_ms = (time.monotonic() - began) * 1000

    def check_after(self, trial):
        self.serving = subprocess.Popen(["sleep", "1000"])
        try:
            super().check_after(trial)
        finally:
            self.serving.kill()
            self.serving.wait()


class Board(boards.Board):
    """The whole player goes on by itself; a first process that ends is started again, without the fault."""
    together = {"ENOSPC": 4, "EIO": 4, "EMFILE": 3, "ENOMEM": 1}  # what most processes die of comes alone

    def _check_seen(self, seen):
        """The old or the new, whole; or the safe scene, which has neither in it."""
        for data in seen:
            pixels = self._pixels(data)
            is_safe = GROUND in pixels and not pixels & {boards.OLD, boards.NEW}
            check(is_safe or (len(pixels) == 1 and pixels <= self.allowed),
                  "on the glass:", sorted(pixels)[:9])

    def _start(self, command, log):
        return subprocess.Popen(command, stdout=log, stderr=log)

    def _follow(self, process, trial, reached, seen, log):
        is_group = isinstance(trial.shall_fail, list) and len(trial.shall_fail) > 1
        until = time.monotonic() + (GROUP_PATIENCE_S if is_group else PATIENCE_S)
        restart = time.monotonic() + RESTART_S if "--until-death" in trial.options else until
        while not reached():
            try:
                seen.add((trial.folder / "now.png").read_bytes())
            except OSError:
                pass  # none yet
            check(time.monotonic() < until, "does not recover:", log.name)
            if time.monotonic() > restart:  # somebody's hand: a fault that only ends so
                process.terminate()
                process.wait(30)
                restart = until
            if process.poll() is not None:
                trial.deaths += 1
                process = self._start(self._words(trial.folder), log)
            time.sleep(0.05)
        return process

    def run(self, trial):
        self._stop_serving()
        boards.shutil.rmtree(self.data, ignore_errors=True)
        boards.shutil.copytree(self.before, self.data)
        self._serve(self.data)
        self.clock = (self.began_ms, time.monotonic())
        seen, began = set(), time.monotonic()
        with open(trial.report.parent / "play.log", "wb") as log:
            process = self._start(trial.command(*self._words(trial.folder)), log)
            try:
                process = self._follow(process, trial, self._reached(trial.folder), seen, log)
                trial.recovered_ms = (time.monotonic() - began) * 1000
                process.terminate()
                process.wait(30)
            finally:
                process.kill()
                process.wait()
        trial.said = (trial.report.parent / "play.log").read_text(errors="replace")
        trial.deaths += trial.said.count("show ended")
        self._check_seen(seen)

    def check_after(self, trial):
        # One that heard this board for twenty seconds, at five batches each, would ask it to wait with its last.
        self._stop_serving()
        self._serve(self.data)
        if trial.deaths >= MANY_DEATHS:
            let_a_day_pass(trial.folder / "state/inputs.db")
        super().check_after(trial)
        if trial.deaths == 0 and not cutting.is_busy():
            self._check_no_gap()

    def _check_no_gap(self):
        """While show lives, each occurrence is told."""
        for item in ("cu", "moi"):
            dues = sorted(fact["due"] for fact in boards.parsed(boards.facts_of(self.data))
                          if fact["type"] == "played" and fact["item"] == item)
            seconds = [boards.time.strptime(due[:19], "%Y-%m-%dT%H:%M:%S") for due in dues]
            at = [boards.time.mktime(second) for second in seconds]
            gaps = [b - a for a, b in zip(at, at[1:]) if (b - a) * 1000 > 1.5 * self.item_ms]
            # One: while the player was not running, between the first run and the second.
            check(len(gaps) <= self.restarts, "occurrences without a fact:", item, gaps)

    restarts = 2


STRETCHES = {made.name: made for made in (Publish, Fetch, Board, Acknowledge)}


# ---- trying ----

def options_of_run():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("error", nargs="+", choices=ERRORS)
    parser.add_argument("--in", dest="stretch", nargs="+", choices=sorted(STRETCHES), required=True)
    parser.add_argument("--length", nargs="+", choices=sorted(LENGTHS), default=["once"])
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--only", default="", help="of the distinct calls those that have this in their name")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def own_ms(trial, length):
    """What a fault costs in any case."""
    return {"once": 0, "spell": SPELL_MS, "death": RESTART_S * 1000 if trial.deaths else 0}[length]


def main():
    options = options_of_run()
    if platform.machine() != "x86_64":
        print("skipped: calls can be made to fail on x86-64 only")
        return cutting.SKIPPED
    failures = 0
    for name in options.stretch:
        with trying.Workers(STRETCHES[name], Fault, own_ms, options.jobs) as workers:
            for error in options.error:
                failures += trying.Plan(workers, STRETCHES[name], error, options).run()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
