"""What bench-look saw: which frame of which item was on the screen from when on."""
import bisect
import os
import subprocess
import threading
import time

import bench
import clips
import machine

BENT, NONE = -2, -1
DARK = 8      # mean brightness of what counts as black; a page's ground is brighter
FRAMES = 512  # of an item, in a code
TIMEOUT_S = 30


class Sight:
    """One look that differed from the one before."""

    def __init__(self, words):
        self.us, self.code, self.hash, self.mean = int(words[0]), int(words[1]), words[2], int(words[3])

    @property
    def item(self):
        return self.code // FRAMES if self.code >= 0 else None

    @property
    def frame(self):
        return self.code % FRAMES

    @property
    def is_black(self):
        return self.mean <= DARK


class Look:
    """bench-look in a process of its own; what it says is read as it comes."""

    def __init__(self, x, strip=None, line=clips.LINE):
        words = [os.path.join(bench.BUILD, "tests", "bench-look"), x.pixels, "--line", str(line)]
        words += ["--strip", str(strip)] if strip is not None else []
        self.sights, self.steps = [], []
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        for line in self.process.stdout:
            words = line.split()
            if words[1] == "strip":
                self.steps.append((int(words[0]), int(words[2]), words[3] == "1"))
            else:
                self.sights.append(Sight(words))

    def wait(self, found, after_us, alive, what):
        """The first sight after `after_us` of which `found` is true."""
        until, seen = time.monotonic() + TIMEOUT_S, 0
        while time.monotonic() < until and alive():
            sights = self.sights[seen:]
            for sight in sights:
                if sight.us >= after_us and found(sight):
                    return sight
            seen += len(sights)
            time.sleep(0.02)
        raise Missed(what)

    def cpu_s(self):
        return machine.cpu_s(self.process.pid)

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(10)
        self.thread.join(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Missed(Exception):
    """A player did not do what it was started for."""


def between(sights, from_us, to_us):
    return [s for s in sights if from_us <= s.us < to_us]


def whole(sights):
    """Without bent codes: a line caught half way, which the next look rights."""
    return [s for s in sights if s.code != BENT]


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def intervals_ms(times_us):
    return [(b - a) / 1000 for a, b in zip(times_us, times_us[1:])]


def black_ms(sights, from_us, to_us):
    """How long it was black in that time."""
    at = bisect.bisect_right([s.us for s in sights], from_us) - 1
    parts = sights[max(0, at):]
    total = 0
    for sight, after in zip(parts, parts[1:] + [None]):
        begin = max(from_us, sight.us)
        end = min(to_us, after.us if after else to_us)
        if sight.is_black and end > begin:
            total += end - begin
    return total / 1000


# ---- one stretch of one film ----

class Playing:
    """A film between two instants: which frames came, and how evenly."""

    def __init__(self, sights, from_us, to_us):
        coded = [s for s in whole(sights) if from_us <= s.us < to_us and s.item is not None]
        # Players fade nothing here: the same code again is the same frame drawn twice.
        self.changes = [s for i, s in enumerate(coded) if i == 0 or s.code != coded[i - 1].code]
        frames = [s.frame for s in self.changes]
        self.shown = len(frames)
        self.missing = sum((b - a - 1) % FRAMES for a, b in zip(frames, frames[1:]) if b > a)
        gaps = intervals_ms([s.us for s in self.changes]) or [0]
        self.p50, self.p99, self.most = percentile(gaps, 0.5), percentile(gaps, 0.99), max(gaps)


# ---- changes from item to item ----

class Change:
    """From one item to the next, by what was seen."""

    def __init__(self, before, after, sights, due_ms, frame_ms):
        self.moves = before.moves
        self.gap_ms = (after.first.us - before.last_new.us) / 1000
        self.late_ms = (after.first.us - before.first.us) / 1000 - due_ms
        # A clip's last frame stands for one frame's time, a still until its time is over.
        self.beyond_ms = self.gap_ms - frame_ms if before.moves else self.late_ms
        self.black_ms = black_ms(sights, before.last_new.us, after.first.us)
        self.foreign = [s for s in sights if before.last_new.us < s.us < after.first.us]
        self.lost = before.lost(round(due_ms / frame_ms))


class Stretch:
    """Time in which one item was on the screen."""

    def __init__(self, name, moves, sight):
        self.name, self.moves, self.sights = name, moves, [sight]

    @property
    def first(self):
        return self.sights[0]

    @property
    def last_new(self):
        codes = [s.code for s in self.sights]
        return self.sights[codes.index(codes[-1])]

    def lost(self, n_frames):
        return n_frames - len({s.code for s in self.sights}) if self.moves else 0


def stretches(sights, moving, text_hashes):
    """Sights by item, in the order seen; what belongs to none is left out here."""
    found = []
    for sight in whole(sights):
        if sight.item is not None:
            name = str(sight.item)
        elif sight.hash in text_hashes:
            name = "text"
        else:
            continue
        if found and found[-1].name == name and (not found[-1].moves or
                                                 sight.code >= found[-1].sights[-1].code):
            found[-1].sights.append(sight)
        else:
            found.append(Stretch(name, name in moving, sight))
    return found


def settled(sights, least_us):
    """Hashes of pictures without a code that stood for so long: pages of text."""
    return {a.hash for a, b in zip(sights, sights[1:])
            if a.code == NONE and not a.is_black and b.us - a.us >= least_us}
