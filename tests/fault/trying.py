"""Trials with faults in them, several side by side: each worker has a stretch of its own, since what is tried lies on
one disk and speaks on one port."""
import multiprocessing
import os
import random
import sqlite3
import subprocess
import sys
import time
import traceback
import typing

import cutting
import distinct
from stretches import check

COUNTED = 2  # runs without a fault, to find the calls: threads do not always come to the same
PROGRESS_S = 60
TIMES = 3  # what a run did not come to is tried again


class Result(typing.NamedTuple):
    points: object  # what was to fail
    why: typing.Optional[str]  # it failed as a trial
    not_met: list
    failed: set  # the calls that did
    took_ms: typing.Optional[float]
    own_ms: int
    deaths: int
    report: str


def try_one(how, stretch, points, own_ms):
    trial = how.trial(points)
    why = None
    try:
        stretch.run(trial)
        stretch.check_cut(trial)
        stretch.check_after(trial)
    except (AssertionError, OSError, ValueError, LookupError, sqlite3.Error, subprocess.SubprocessError) as fault:
        why = "%s: %s" % (trial.where(), fault)
        if os.environ.get("BANGTIN_TRACE"):
            traceback.print_exc()
            print(trial.said, flush=True)
    return Result(points, why, trial.not_met() if points else [], trial.failed(),
                  trial.recovered_ms, own_ms(trial), trial.deaths,
                  trial.said_calls() if points is None else "")


def work(make_stretch, make_how, own_ms, asked, answers):
    stretch = None
    try:
        stretch = make_stretch()
        for error, length, points in iter(asked.get, None):
            how = make_how(stretch, error, length)
            try:
                answers.put(try_one(how, stretch, points, lambda trial: own_ms(trial, length)))
            finally:
                how.close()
    except BaseException:
        answers.put(RuntimeError(traceback.format_exc()))
        raise
    finally:
        if stretch:
            stretch.close()


class Workers:
    """One stretch's."""

    def __init__(self, make_stretch, make_how, own_ms, number):
        self.asked, self.answers = multiprocessing.Queue(), multiprocessing.Queue()
        self.processes = [multiprocessing.Process(target=work, args=(
            make_stretch, make_how, own_ms, self.asked, self.answers)) for _ in range(number)]

    def __enter__(self):
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, *_):
        for _ in self.processes:
            self.asked.put(None)
        for process in self.processes:
            process.join()

    def ask(self, *job):
        self.asked.put(job)

    def answer(self):
        result = self.answers.get()
        if isinstance(result, RuntimeError):
            for process in self.processes:
                process.terminate()
            raise result
        return result


class Plan:
    """Of one stretch and one error."""

    def __init__(self, workers, stretch, error, options):
        self.workers, self.stretch, self.error, self.options = workers, stretch, error, options
        self.by_number = bool(options.every or options.sample)

    def run(self):
        """How many trials failed."""
        self.count()
        return sum(self.try_length(length) for length in self.options.length)

    def count(self):
        times = 1 if self.by_number else COUNTED
        for _ in range(times):
            self.workers.ask(self.error, "once", None)
        plain = [self.workers.answer() for _ in range(times)]
        for result in plain:
            check(result.why is None, "without a fault:", result.why)
        self.workers.ask(self.error, "once", [])  # looking for places costs time
        self.base_ms = self.workers.answer().took_ms
        self.calls = max(len(result.report.splitlines()) for result in plain)
        all_calls = distinct.found(result.report for result in plain)
        self.distinct = {call: times for call, times in all_calls.items() if self.options.only in str(call)}

    def points(self, length):
        """What fails in each of the runs."""
        rng = random.Random(self.options.seed)
        if self.options.every:
            return [cutting.Point(at) for at in range(1, self.calls + 1)]
        if self.options.sample:
            width = self.calls / self.options.sample  # one by chance from each part of equal length
            return [cutting.Point(1 + int(width * (i + rng.random()))) for i in range(self.options.sample)]
        first = [distinct.Occurrence(1, call) for call in self.distinct]
        later = [distinct.later(call, times, rng) for call, times in self.distinct.items()]
        if length == "once":
            together = self.stretch.together.get(self.error, 1)
            return distinct.groups(first, together) + distinct.groups([one for one in later if one], together)
        starts = [[rng.choice([a, b or a])] for a, b in zip(first, later)]
        rng.shuffle(starts)
        return starts

    def try_length(self, length):
        began = time.monotonic()
        self.failures, self.costs_ms, self.deaths, self.runs, self.not_met = 0, [], 0, 0, []
        self.times, self.failed, asked = {}, set(), 0
        self.waiting, told = self.points(length), began
        while self.waiting or asked:
            while self.waiting and asked < len(self.workers.processes):
                asked += 1
                self.workers.ask(self.error, length, self.waiting.pop(0))
            self.take(length, self.workers.answer())
            asked -= 1
            if time.monotonic() > told + PROGRESS_S:
                told = time.monotonic()
                print("%s %s in %s: %d runs, %d to go" % (self.error, length, self.stretch.name, self.runs,
                                                          len(self.waiting)), file=sys.stderr, flush=True)
            if length != "once" and not self.by_number:
                self.waiting = [[one] for (one,) in self.waiting if one.call not in self.failed]
        self.tell(length, time.monotonic() - began)
        return self.failures

    def take(self, length, result):
        self.runs += 1
        self.deaths += result.deaths
        self.failed |= result.failed
        if result.why and not self.by_number and len(result.points) > 1:
            self.waiting += [[one] for one in result.points]
            return
        if result.why:
            self.failures += 1
            print("%s %s %s: %s" % (self.error, length, self.stretch.name, result.why), flush=True)
        elif result.took_ms is not None:
            self.costs_ms.append(max(0, round(result.took_ms - self.base_ms - result.own_ms)))
        self.try_again(result)

    def try_again(self, result):
        """What the run did not come to; at last its second occurrence."""
        if self.by_number:
            self.not_met += result.not_met
            return
        for one in result.not_met:
            times = self.times[one.call] = self.times.get(one.call, 0) + 1
            if times < TIMES:
                self.waiting.append([one])
            elif times == TIMES and one.nth > 2:
                self.waiting.append([one._replace(nth=2)])
            else:
                self.not_met.append(one)

    def tell(self, length, took_s):
        costs = sorted(self.costs_ms)
        said = "%d/%d/%d ms" % (costs[0], costs[len(costs) // 2], costs[-1]) if costs else "-"
        for one in self.not_met:
            print("%s %s %s: not met: %s" % (self.error, length, self.stretch.name, one), flush=True)
        which = "" if self.by_number else ", %d distinct, %d of them failed" % (
            len(self.distinct), len(self.failed & set(self.distinct)))
        print("%s %s in %s: %d calls%s; in %d runs %d not met, %d FAILED, %d deaths, to recover %s (min/median/max), "
              "%d s, seed %d" % (self.error, length, self.stretch.name, self.calls, which, self.runs,
                                 len(self.not_met), self.failures, self.deaths, said, took_s, self.options.seed),
              flush=True)
