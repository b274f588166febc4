#!/usr/bin/env python3
"""Damages good pictures, films, sound and subtitles at random places and gives each to bangtin-decode, which must
end in its own words: frames, then END or FAILED with a reason. A death by signal (a crash, or a system call that
the jail forbids), a hang or a report of a sanitizer fails the test.

    damaged-media.py [ROUNDS] [SEED]        BUILD: the build; KEEP: a folder for those that ended badly
"""
import os
import signal
import sys
import tempfile

sys.path[1:1] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "unit")]
import damaging
import decoding

SIZE = 96, 64


def is_sound_end(got):
    if got.exit == -signal.SIGXCPU:
        return True  # a still that took more than its time
    return got.exit in (0, 1) and b"Sanitizer" not in got.said and b"runtime error" not in got.said


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    keep = os.environ.get("KEEP")
    dice, bad, refused, n = damaging.dice_of(seed), 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        whole = damaging.make_files(folder)
        path = os.path.join(folder, "damaged")
        for turn in range(rounds + 1):
            for name, kind, data in whole:
                with open(path, "wb") as file:
                    file.write(data if turn == 0 else damaging.damaged(kind, data, dice))
                got = decoding.decode(path, SIZE, dice.choice((0, 0, 300, 5000)) if turn else 0, sound=True, keep=False)
                n, refused = n + 1, refused + (got.exit == 1)
                if is_sound_end(got) and not (turn == 0 and got.exit != 0):
                    continue
                bad += 1
                print(f"{name}, turn {turn}, seed {seed}: exit {got.exit}\n{got.said.decode(errors='replace')[-3000:]}")
                if keep:
                    os.replace(path, os.path.join(keep, f"{turn}-{name}"))
    print(f"{n} files, {refused} refused, {bad} badly ended")
    sys.exit(1 if bad else 0)


main()
