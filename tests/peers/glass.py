"""What is on the glass, seen from outside: an X screen of its own, and witnesses that look at it.

The player draws in a window on an Xvfb; peer-witness reads the root window, knows nothing of the player
and stamps each look with the wall clock, which the player's reports use too. Pictures are named by the
hash of their pixels, so a picture of `bangtin snapshot` can be looked for on the glass."""

import os
import select
import struct
import subprocess
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district

WITNESS = district.BUILD / "tests" / "peer-witness"
GROUND = "0b1b33"  # of supervise's window behind show's
BLACK = "000000"


def wall_ms():
    return time.time() * 1000


def undisturbed():
    """Puts this process and all it starts before whatever else this machine does, where that is allowed:
    a board does nothing else. Says when it is not."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except PermissionError:
        print("not allowed to run before other programs: their load is measured too", flush=True)


class XServer:
    """An Xvfb on a free display; the players that this process starts draw there."""

    def __init__(self, w, h):
        self.w, self.h = w, h
        read_fd, write_fd = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_fd), "-screen", "0", "%dx%dx24" % (w, h), "-nolisten", "tcp"],
            pass_fds=[write_fd], stderr=subprocess.DEVNULL)
        os.close(write_fd)
        number = ""
        while not number.endswith("\n") and select.select([read_fd], [], [], 30)[0]:
            number += os.read(read_fd, 32).decode() or "\n"
        os.close(read_fd)
        if not number.strip():
            self.process.kill()
            raise AssertionError("Xvfb did not start")
        self.name = ":" + number.strip()

    def env(self):
        env = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "XAUTHORITY")}
        env.update(DISPLAY=self.name, SDL_VIDEODRIVER="x11", SDL_AUDIODRIVER="dummy")
        return env

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def grab(self, path=None):
        """The whole screen, 3 bytes a pixel; with `path` also as a picture file."""
        words = ["ffmpeg", "-v", "error", "-y", "-f", "x11grab", "-draw_mouse", "0",
                 "-video_size", "%dx%d" % (self.w, self.h), "-i", self.name, "-frames:v", "1"]
        if path:
            subprocess.run([*words, str(path)], check=True, env=self.env(), timeout=60)
            return pixels(path)
        out = subprocess.run([*words, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], check=True,
                             stdout=subprocess.PIPE, env=self.env(), timeout=60).stdout
        assert len(out) == self.w * self.h * 3, len(out)
        return out


class Sample:
    def __init__(self, line):
        words = line.split()
        self.ms, self.hash, self.mean = float(words[0]), words[1], words[2]

    def __repr__(self):
        return "%.0f %s %s" % (self.ms, self.hash, self.mean)


class Witness:
    """Looks at a rectangle again and again, in a process of its own, from the first line on."""

    def __init__(self, x, rect, interval_ms=100, changes=False, seconds=3600, monotonic=False):
        words = [str(WITNESS), "--rect", ",".join(map(str, rect)), "--interval", str(interval_ms),
                 "--duration", str(seconds * 1000)]
        self.samples = []
        self.process = subprocess.Popen(words + changes * ["--changes"] + monotonic * ["--monotonic"], text=True,
                                        stdout=subprocess.PIPE, env=x.env())
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()
        district.wait_for(lambda: self.samples, 10, "a look of the witness")

    def listen(self):
        for line in self.process.stdout:
            self.samples.append(Sample(line))

    def last(self):
        return self.samples[-1]

    def between(self, from_ms, to_ms):
        return [s for s in list(self.samples) if from_ms <= s.ms < to_ms]

    def wait_hash(self, wanted, seconds, what, after_ms=0):
        """The first sample after `after_ms` that shows this picture."""
        return district.wait_for(
            lambda: next((s for s in list(self.samples) if s.ms >= after_ms and s.hash == wanted), None),
            seconds, what)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)
        self.thread.join(10)
        return self.samples

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def png(path, w, h, rgb):
    """A picture of one colour."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + bytes.fromhex(rgb) * w
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(row * h)) + chunk(b"IEND", b""))
    return path


def pixels(path):
    """A picture file as 3 bytes a pixel."""
    return subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24",
                           "-"], check=True, stdout=subprocess.PIPE).stdout


def part(picture, w, rect):
    """A rectangle of a picture that is `w` wide."""
    x, y, rect_w, rect_h = rect
    return b"".join(picture[((y + k) * w + x) * 3:((y + k) * w + x + rect_w) * 3] for k in range(rect_h))


def hash_of(picture):
    """The witness's hash (FNV-1a over whole pixels) of 3 bytes a pixel."""
    value = 0xcbf29ce484222325
    for i in range(0, len(picture), 3):
        value = (value ^ int.from_bytes(picture[i:i + 3], "big")) * 0x100000001b3 & 0xffffffffffffffff
    return "%016x" % value


def near(mean, colour, by=6):
    """Whether two colours in hex are the same but for rounding."""
    return all(abs(int(mean[i:i + 2], 16) - int(colour[i:i + 2], 16)) <= by for i in (0, 2, 4))


# ---- what the reports claim ----

class Claim:
    """A stretch of time in which an item was on the glass, as a fact says."""

    def __init__(self, fact, from_ms, to_ms):
        self.item, self.zone, self.fact = fact["item"], fact["zone"], fact
        self.from_ms, self.to_ms = from_ms, to_ms

    def __repr__(self):
        return "%s %s [%.0f, %.0f)" % (self.zone, self.item, self.from_ms, self.to_ms)


def claims(facts, zone):
    """The stretches of a zone by its facts of type "played", without their gaps, in order of time."""
    found = []
    for fact in facts:
        if fact["zone"] != zone:
            continue
        at = district.millis(fact["start"])
        for gap in fact.get("gaps", []):
            found.append(Claim(fact, at, district.millis(gap[0])))
            at = district.millis(gap[1])
        found.append(Claim(fact, at, district.millis(fact["end"])))
    return sorted((c for c in found if c.to_ms > c.from_ms), key=lambda c: c.from_ms)


def disagreements(samples, found, colours, within_ms=200):
    """Where witness and reports tell different stories: a look that no claim near it explains, or a
    claim that a look well inside it contradicts. `colours`: item → mean colour."""
    names = {colour: item for item, colour in colours.items()}
    wrong = []
    for sample in samples:
        seen = next((names[c] for c in names if near(sample.mean, c)), None)
        about = [c for c in found if c.from_ms - within_ms <= sample.ms < c.to_ms + within_ms]
        inside = [c for c in found if c.from_ms + within_ms <= sample.ms < c.to_ms - within_ms]
        if seen and not any(c.item == seen for c in about):
            wrong.append("%r shows %s, reported: %s" % (sample, seen, about or "nothing"))
        elif any(c.item != seen for c in inside):
            wrong.append("%r shows %s, reported: %s" % (sample, seen or "none of them", inside))
        elif not seen and not near(sample.mean, GROUND) and not near(sample.mean, BLACK) and \
                not [c for c in found if abs(c.from_ms - sample.ms) < within_ms]:
            wrong.append("%r shows no picture of the playlist" % sample)
    return wrong


# ---- manifests ----

def manifest(items_by_zone, zones, canvas=(640, 384), cls="ordinary", programme="p"):
    """One layout, one programme, a playlist a zone; what publishing fills in is left to it."""
    return {
        "timezone": "Asia/Ho_Chi_Minh",
        "layouts": [{"id": "l", "canvas": list(canvas), "background": "#102030",
                     "zones": [{"id": name, "rect": list(rect)} for name, rect in zones.items()]}],
        "playlists": [{"id": "of-" + zone, "items": items} for zone, items in items_by_zone.items()],
        "programmes": [{"id": programme, "layout": "l", "class": cls, "weight": 1,
                        "zones": {zone: "of-" + zone for zone in items_by_zone}}],
        "display": {"volume": 0},
    }


def text(name, title, body, **more):
    return {"id": name, "kind": "text", "texts": [{"lang": "vi", "title": title, "body": body}], **more}


def image(name, path, seconds):
    return {"id": name, "kind": "image", "asset": "file:" + path.name, "duration_ms": seconds * 1000}


def phase_ms(loop_ms, now_ms=None):
    """How far a loop without times of day is: its anchor is 00:00 in Việt Nam."""
    day_ms = ((now_ms or wall_ms()) + 7 * 3600000) % 86400000
    return day_ms % loop_ms


def wait_for_phase(loop_ms, wanted_ms):
    """Sleeps until the loop stands at `wanted_ms`."""
    time.sleep(((wanted_ms - phase_ms(loop_ms)) % loop_ms) / 1000)
