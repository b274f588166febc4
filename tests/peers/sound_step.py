#!/usr/bin/env python3
"""Sound in step with the picture: a film with a flash and a beep at each second, seen by a witness of the glass,
heard by a card behind a sound server, both by the monotonic clock. Said: by how much the beep comes after its
flash, at least, in the middle and at most, and by how many millionths it drifts.

    tests/peers/sound_step.py [SECONDS [PPM …]]     (14, 0)

With PPM, the card's own clock is faster by that. In the middle the two are within 20 ms; when they are looked at
for a minute and longer, so are 19 of 20, and what they drift would be no 10 ms in ten minutes. What the card missed because this
machine was late is said, and the three seconds after it are left out where longer rows are judged."""
import os
import pathlib
import sys

os.environ.setdefault("BUILD", "build")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import glass
from loudspeaker import HOLDS_MS, Loudspeaker
from trend import Trend, middle

WITHIN_MS, LONG_S, SETTLE_MS = 20, 60, 3000


def make_film(path, seconds):
    district.run("ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
                 "color=black:size=320x192:rate=25:duration=%d,"
                 "drawbox=color=white:t=fill:enable='lt(mod(t,1),0.2)'" % seconds,
                 "-f", "lavfi", "-i", "aevalsrc='0.5*sin(2000*PI*t)*lt(mod(t,1),0.1)':s=48000:d=%d" % seconds,
                 "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path)
    return path


def is_white(sample):
    return int(sample.mean[:2], 16) > 128


def flashes(samples):
    """When black became white, ms."""
    return [b.ms for a, b in zip(samples, samples[1:]) if is_white(b) and not is_white(a)]


def offsets(seen, heard):
    """(when, by how much the beep came later), for each flash with a beep near it."""
    found = []
    for at in seen:
        beep = min(heard, key=lambda ms: abs(ms - at), default=at + 9999)
        if abs(beep - at) < 400:
            found.append((at, beep - at))
    return found


def film_s(seconds):
    return 5 if seconds < LONG_S else seconds + 20


def watch(seconds, ppm):
    """(offsets, what the card missed, n of flashes)"""
    with glass.XServer(640, 384) as x, district.District() as town:
        film = make_film(town.folder / "film.mp4", film_s(seconds))
        with Loudspeaker(town.folder / "sound", ppm) as loudspeaker:
            town.serve()
            screen = town.screen("loa", offscreen=False)
            screen.config.write_text(screen.config.read_text() + "\n[sound]\ndelay_ms=%d\n" % HOLDS_MS)
            made = glass.manifest({"main": [{"id": "f", "kind": "video", "asset": "file:film.mp4"}]},
                                  {"main": (0, 0, 640, 384)})
            made["display"]["volume"] = 100
            town.publish(made, [film])
            with glass.Witness(x, (300, 180, 8, 8), 2, changes=True, monotonic=True) as witness:
                screen.play(env=dict(x.env(), **loudspeaker.env()))
                district.wait_for(lambda: len(flashes(witness.samples)) > 3, 60, "flashes on the glass")
                district.wait_for(lambda: loudspeaker.beeps, 20, "a beep")
                from_ms = witness.last().ms + 500
                district.wait_for(lambda: witness.last().ms > from_ms + seconds * 1000, seconds + 30, "enough flashes")
                samples = witness.stop()
            screen.stop()
            seen = [ms for ms in flashes(samples) if ms >= from_ms]
            return offsets(seen, loudspeaker.beeps), list(loudspeaker.missing), len(seen)


def judge(found, missing, n, seconds):
    """What is wrong with it, in words; "" for nothing."""
    assert len(found) >= 0.8 * n, "%d beeps to %d flashes" % (len(found), n)
    whole = found
    if seconds >= LONG_S:
        found = [(at, by) for at, by in found if not any(0 < at - ms < SETTLE_MS for ms, _ in missing)]
    assert len(found) >= min(10, n), "the card missed frames all the time: %s" % missing
    late = sorted(by for _, by in found)
    drift = Trend([at for at, _ in found], [by for _, by in found])
    near = sum(abs(by) <= WITHIN_MS for by in late) / max(1, len(late))
    print("%d beeps to %d flashes, %d judged: %+.1f ms at least, %+.1f in the middle, %+.1f at most; %.1f %% within %d ms; "
          "drift %+.1f ppm (95 %%: %+.1f to %+.1f); the card missed %d frames in %d s"
          % (len(whole), n, len(late), late[0], middle(late), late[-1], 100 * near, WITHIN_MS, drift.slope * 1e6,
             drift.low * 1e6, drift.high * 1e6, sum(k for _, k in missing), len(missing)), flush=True)
    if abs(middle(late)) > WITHIN_MS:
        return "the sound is off by %.1f ms" % middle(late)
    if seconds < LONG_S:
        return ""
    if near < 0.95:
        return "%.1f %% within %d ms" % (100 * near, WITHIN_MS)
    if max(drift.low, -drift.high) * 600e3 > 10:
        return "it drifts by %.1f ppm" % (drift.slope * 1e6)
    return ""


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 14
    wrong = []
    glass.undisturbed()
    for ppm in [float(word) for word in sys.argv[2:]] or [0]:
        print("a card faster by %g ppm, %d s:" % (ppm, seconds), flush=True)
        wrong.append(judge(*watch(seconds, ppm), seconds))
    assert not any(wrong), "; ".join(filter(None, wrong))


if __name__ == "__main__":
    main()
