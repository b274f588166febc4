#!/usr/bin/env python3
"""Some twenty changes between clips, images and text in two zones, by cuts and a fade, with a cut of the
board and its end in between, and a decoder that is stopped: every frame that show gives to the screen is
looked at, and each belongs to one item.

Clips and images say on every frame which item it is and which frame, in sixteen grey bars with a check; a
text is known by the hash of its snapshot; in a fade each bar lies between those of the two. The ground is
green and never to be seen, nor is black. What the times were is not judged, but said."""
import collections
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import glass

W, H = 160, 96
ZONES = {"main": (0, 0, W, H), "side": (W, 0, W, H)}
LOW, HIGH = 64, 192  # of grey
CLIP_MS, STILL_MS, FADE_MS, RATE = 1200, 1000, 240, 25
FRAMES = CLIP_MS * RATE // 1000
SECONDS = 6
CHANGES = 16  # at least, in that time
GREEN = "#00ff00"


def bars(item, frame):
    """16 bits, the highest left: 6 of the item, 7 of the frame, 3 to check."""
    code = item << 10 | frame << 3 | (item * 3 + frame) % 8
    return [HIGH if code >> (15 - i) & 1 else LOW for i in range(16)]


def read_bars(greys):
    """(item, frame), or None where they are no such bars."""
    if not all(abs(g - LOW) <= 12 or abs(g - HIGH) <= 12 for g in greys):
        return None
    code = sum((g > 128) << (15 - i) for i, g in enumerate(greys))
    item, frame = code >> 10, code >> 3 & 127
    return (item, frame) if code & 7 == (item * 3 + frame) % 8 else None


def coded(path, item, frames):
    """A picture or a clip, as the name says."""
    raw = b"".join(bytes(g for g in bars(item, n) for _ in range(W // 16)) * H for n in range(frames))
    words = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-video_size",
             "%dx%d" % (W, H), "-framerate", str(RATE), "-i", "-"]
    if path.suffix == ".mp4":
        # full range in, so that grey is the same grey in the end
        words += ["-vf", "scale=in_range=full:out_range=tv,format=yuv420p", "-color_range", "tv",
                  "-c:v", "libx264", "-preset", "veryfast", "-crf", "8"]
    subprocess.run([*words, str(path)], input=raw, check=True)
    return path


class Show:
    """The items of both zones by number, and the board that plays them."""

    def __init__(self, town):
        self.town, self.files, self.names, self.loops = town, [], {}, {}
        self.screen = town.screen("noi", "%dx%d" % (2 * W, H), offscreen=False)
        main = [self.clip(1), self.still(2, FADE_MS), self.clip(3), self.words(), self.clip(4)]
        side = [self.still(11), self.clip(12), self.still(13), self.clip(14)]
        self.loops = {"main": [1, 2, 3, "text", 4], "side": [11, 12, 13, 14]}
        made = glass.manifest({"main": main, "side": side}, ZONES, (2 * W, H))
        made["layouts"][0]["background"] = GREEN
        town.publish(made, self.files)
        self.frames = town.folder / "frames"
        self.play()
        self.text_hash = self.snapshot_of_text()

    def clip(self, number):
        path = coded(self.town.folder / ("clip-%d.mp4" % number), number, FRAMES)
        self.files.append(path)
        return {"id": "c%d" % number, "kind": "video", "asset": "file:" + path.name, "duration_ms": CLIP_MS}

    def still(self, number, fade_ms=0):
        path = coded(self.town.folder / ("still-%d.png" % number), number, 1)
        self.files.append(path)
        item = glass.image("i%d" % number, path, STILL_MS // 1000)
        if fade_ms:
            item["transition"] = {"kind": "fade", "ms": fade_ms}
        return item

    @staticmethod
    def words():
        return glass.text("t", "Tin", "Họp thôn.", duration_ms=STILL_MS)

    def play(self):
        library = district.BUILD / "tests" / "each-frame.so"
        env = dict(os.environ, SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy", LD_PRELOAD=str(library),
                   BANGTIN_FRAMES=str(self.frames),
                   BANGTIN_FRAMES_OF=" ".join(",".join(map(str, r)) for r in ZONES.values()))
        self.screen.play(env=env)
        district.wait_for(lambda: self.screen.on_air("main") and self.screen.on_air("side"), 30, "all zones")

    def snapshot_of_text(self):
        """It begins after a clip, an image and a clip."""
        loop_ms = 3 * CLIP_MS + 2 * STILL_MS
        now_ms = glass.wall_ms()
        at_ms = now_ms - glass.phase_ms(loop_ms, now_ms) + loop_ms + 2 * CLIP_MS + STILL_MS + STILL_MS // 2
        path = self.screen.snapshot(district.rfc3339(at_ms), self.town.folder / "text.png")
        return "%016x" % int(glass.hash_of(glass.part(glass.pixels(path), 2 * W, ZONES["main"])), 16)

    def changes(self):
        return (self.screen.status() or {}).get("changes") or {"count": 0}


Frame = collections.namedtuple("Frame", "ms hash pixels")


def read_frames(path):
    """For each zone what was given to the screen, without repetitions."""
    found = {name: [] for name in ZONES}
    for line in path.read_text().splitlines():
        ms, number, hashed, *pixels = line.split()
        frames = found[list(ZONES)[int(number)]]
        if not frames or frames[-1].hash != hashed:
            frames.append(Frame(float(ms), hashed, pixels))
    return found


def greys_of(frame):
    """The bars, or None where any is a colour."""
    rgb = [bytes.fromhex(p) for p in frame.pixels]
    return [p[1] for p in rgb] if all(max(p) - min(p) <= 4 for p in rgb) else None


def is_ground(frame):
    return all(p == "00ff00" for p in frame.pixels)


def name_frame(show, frame):
    """(item, number), ("text", 0), the bars of a blend, or "safe" for what has colours."""
    assert not is_ground(frame), "the bare ground: %s" % (frame,)
    assert not all(p == "000000" for p in frame.pixels), "black: %s" % (frame,)
    if frame.hash == show.text_hash:
        return ("text", 0)
    greys = greys_of(frame)
    if greys is None:
        return "safe"
    return read_bars(greys) or greys


def lies_between(greys, a, b):
    return all(min(x, y) - 6 <= g <= max(x, y) + 6 for g, x, y in zip(greys, a, b))


def check_order(show, zone, named):
    """Item after item as in the loop, each from its first frame on; what was cut short is taken up later. On a
    machine that does too much else a decoder may need longer than an item lasts: the one before stays for it. How many
    changes there were, and how many items were not seen."""
    loop, changes, missed = show.loops[zone], 0, 0
    for (before, _), (after, at) in zip(named, named[1:]):
        if "safe" in (before, after):
            continue
        if before[0] == after[0] and before[1] <= after[1]:
            continue
        steps = (loop.index(after[0]) - loop.index(before[0])) % len(loop)
        assert steps in (1, 2), "%s: %s after %s at %.0f ms" % (zone, after, before, at)
        changes += 1
        missed += steps == 2
    return changes, missed


def check_zone(show, zone, frames, may_be_safe):
    """How many changes there were, items that were not seen, frames, and those of a fade; every frame is of one item, or
    of the two of a fade."""
    first = next(i for i, f in enumerate(frames) if not is_ground(f) and greys_of(f)
                 and read_bars(greys_of(f)))
    named, blends = [], []
    for frame in frames[first:]:
        what = name_frame(show, frame)
        if what == "safe":
            assert may_be_safe(frame.ms), "%s: neither item: %s" % (zone, frame)
        if isinstance(what, list):
            blends.append((len(named), what))
            continue
        named.append((what, frame.ms))
    for place, greys in blends:
        if place == len(named):
            break  # the board was stopped in a fade
        before, after = named[place - 1][0], named[place][0]
        assert before[0] != 2 and after in ((2, 0), "safe"), "%s: neither item: %s between %s and %s" % (
            zone, greys, before, after)
        # The last picture of item 1; on a machine that does too much else one before it: how far before is how long
        # show stood, which nobody here knows.
        assert any(lies_between(greys, bars(1, n), bars(2, 0)) for n in range(FRAMES)), (greys, before, after)
    return *check_order(show, zone, named), len(named), len(blends)


def stop_a_decoder(show):
    pid = district.wait_for(lambda: show.screen.pid_of("decode"), 10, "a decoder")
    os.kill(pid, signal.SIGSTOP)
    district.wait_for(lambda: not os.path.exists("/proc/%d" % pid), 10, "the end of a stopped decoder")


def played(screen):
    with sqlite3.connect("file:%s?mode=ro" % (screen.state / "ledger.db"), uri=True) as db:
        lines = [json.loads(row[0]) for row in db.execute("SELECT line FROM fact ORDER BY seq")]
    db.close()
    return [fact for fact in lines if fact["type"] == "played"]


def check_missed(show, missed):
    """What was not seen is told as such: its picture came about as late as the shortest item lasts, or never."""
    late = [f["item"] for f in played(show.screen) if f.get("gap_ms", STILL_MS) >= 0.8 * STILL_MS]
    assert missed <= len(late), "%d items were not seen, and only these were told to be that late: %s" % (missed, late)


def check_reports(show, since_ms):
    """Of what was due after the start had settled."""
    facts = [f for f in played(show.screen) if district.millis(f["due"]) > since_ms]
    print("gaps: " + " ".join("%s:%s" % (f["item"], f.get("gap_ms")) for f in facts))
    assert len(facts) >= CHANGES, len(facts)
    silent = [f["item"] for f in facts if f["ended"] == "due" and "gap_ms" not in f]
    assert len(silent) <= 4, silent  # of those that began under the cut
    bare = [(f["item"], f["bare_ms"]) for f in facts if "bare_ms" in f]
    assert not bare, bare


def main():
    with district.District() as town:
        town.serve()
        show = Show(town)
        district.wait_for(lambda: show.changes()["count"] >= 6, 30, "the first changes")
        before, since_ms = show.changes()["count"], glass.wall_ms()
        time.sleep(SECONDS / 2)
        stop_a_decoder(show)
        time.sleep(1)
        cut_ms = time.monotonic() * 1000
        district.run(district.PLAYER, "cut", "--config", show.screen.config)
        district.run(district.PLAYER, "resume", "--config", show.screen.config)
        resumed_ms = time.monotonic() * 1000
        time.sleep(SECONDS / 2)
        district.wait_for(lambda: show.changes()["count"] >= before + CHANGES + 2, 60, "enough changes")
        counts = show.changes()
        show.screen.stop()
        found = read_frames(show.frames)
        total = blends = unseen = 0
        for zone in ZONES:
            changes, missed, frames, mixed = check_zone(
                show, zone, found[zone], lambda ms: cut_ms <= ms <= resumed_ms + 2500)
            print("%s: %d changes in %d frames, %d of a fade, %d items not seen" % (zone, changes, frames, mixed, missed))
            total, blends, unseen = total + changes, blends + mixed, unseen + missed
        assert total >= CHANGES and blends > 0, (total, blends)
        check_missed(show, unseen)
        check_reports(show, since_ms)
        print("ok: %d changes; %s" % (total, counts))


if __name__ == "__main__":
    sys.exit(main())
