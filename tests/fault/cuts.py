#!/usr/bin/env python3
"""Cuts stretches of the way at their system calls, by kill or by power, and checks what is left.

    cuts.py kill|alone|power STRETCH… [--sample N] [--seed S] [--times N]

Tries every point, or N of them, spread over the stretch by chance (the seed is printed), each so many times where what
another process does at that instant is a matter of chance too. Exit status 77 where the machine cannot take a disk's power.
"""
import argparse
import os
import random
import sys
import time
import traceback

import boards
import cutting
import signing
import stretches

HOW = {how.name: how for how in (cutting.Kill, cutting.Alone, cutting.Power)}
DONE = ("fdatasync", "renameat", "renameat2")  # something holds now that did not
SPARE = 1000  # calls that no run has more than another
STRETCHES = {made.name: made for made in (stretches.Publish, stretches.Fetch, boards.Board, boards.Activate, boards.Ready, boards.Command,
                                     boards.Acknowledge, signing.Sign, signing.Approve)}


def points_of(calls, sample, rng, is_power, is_close):
    """A kill before a call is a kill after the one before it, unless only some calls are looked at; a disk whose power
    is taken may tell the two apart, and may have its log or not. A sample of what is looked at closely keeps to the
    instants after a transaction. The command's end is always among them: what it said is done must stay."""
    at_ends = is_close and sample is not None
    kinds = [(False, False)] * (not at_ends) + [(True, False)] * is_close
    if is_power:
        kinds = [(after, log) for after in (False, True) for log in (False, True)]
    every = [cutting.Point(at, *kind) for at, (name, _) in enumerate(calls, 1) for kind in kinds
             if not at_ends or name in DONE]
    end = [cutting.Point(len(calls) + SPARE, False, log)
           for log in sorted({log for _, log in kinds})]
    if sample is None or sample >= len(every):
        return every + end
    width = len(every) / sample  # one by chance from each part of equal length
    return [every[int(width * (i + rng.random()))] for i in range(sample)] + end


def try_point(how, stretch, point):
    """The reason why it failed, or None."""
    trial = how.trial(point)
    try:
        stretch.run(trial)
        how.settle(trial)
        stretch.check_cut(trial)
        stretch.check_after(trial)
        return None
    except (AssertionError, OSError, ValueError, KeyError) as why:
        if os.environ.get("BANGTIN_TRACE"):
            traceback.print_exc()
        return "%s: %s" % (trial.where(), why)


def calls_of(how, stretch):
    """Those made when nothing cuts; whole runs must pass the checks too."""
    trial = how.trial()
    stretch.run(trial)
    stretch.check_cut(trial)
    stretch.check_after(trial)
    return trial.calls()


def try_stretch(kind, name, options):
    began = time.monotonic()
    rng = random.Random(options.seed)
    stretch = STRETCHES[name]()
    how = kind(stretch)
    failures = []
    try:
        calls = calls_of(how, stretch)
        points = options.times * points_of(calls, options.sample, rng, kind is cutting.Power,
                                           stretch.only is not None)
        for point in points:
            why = try_point(how, stretch, point)
            if why:
                failures.append(why)
                print("%s %s: %s" % (kind.name, name, why), flush=True)
    finally:
        how.close()
        stretch.close()
    print("%s %s: %d points tried of %d calls, %d failed, %d s, seed %d" % (
        kind.name, name, len(points), len(calls), len(failures), time.monotonic() - began, options.seed),
        flush=True)
    return len(failures)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("how", choices=sorted(HOW))
    parser.add_argument("stretch", nargs="+", choices=sorted(STRETCHES))
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=1)
    options = parser.parse_args()
    kind = HOW[options.how]
    why_not = cutting.Power.why_not() if kind is cutting.Power else None
    if why_not:
        print("skipped:", why_not)
        return cutting.SKIPPED
    return 1 if sum(try_stretch(kind, name, options) for name in options.stretch) else 0


if __name__ == "__main__":
    sys.exit(main())
