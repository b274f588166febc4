#!/usr/bin/env python3
"""From one film to the next, cut and faded, and at the player's end: nothing clicks, and the sound goes on
as if it were one film. Heard behind a sound server; a row in which its card missed frames because this machine
was late says nothing, and is heard once more."""
import array
import os
import time
import unittest

os.environ.setdefault("BUILD", "build")
import district
import glass
from loudspeaker import Loudspeaker
from way_lib import expect_calm, log
from way_sound import film_manifest

PATIENCE_S, SECONDS, TRIES = 40, 9, 4
# The tone moves by 236 a frame at most (440 Hz, an eighth of full height), a ramp over 5 ms adds 17.
STEEP, QUIET, GAP_MS = 400, 600, 40


def play(items):
    """What the card played of a loop of films of two seconds, beginning with the first sound; what it missed meanwhile."""
    with district.District() as town, Loudspeaker(town.folder / "sound") as loudspeaker:
        film = district.make_clip(town.folder / "film.mp4", seconds=2)
        town.serve()
        screen = town.screen("wall")
        made = film_manifest("f", 100)
        made["playlists"][0]["items"] = [dict(made["playlists"][0]["items"][0], **item) for item in items]
        town.publish(made, [film])
        screen.play(env=dict(os.environ, **loudspeaker.env()))
        district.wait_for(lambda: loudspeaker.beeps, PATIENCE_S, "sound")
        time.sleep(1.5)  # what the card missed before the first sound is told
        del loudspeaker.missing[:]
        time.sleep(SECONDS)
        missed = sum(n for _, n in loudspeaker.missing)
        screen.stop()
        time.sleep(1)
        expect_calm(log(screen))
        data = loudspeaker.played.read_bytes()
        sound = array.array("h", data[:len(data) // 4 * 4])[0::2]
        first = next(i for i, value in enumerate(sound) if abs(value) > QUIET)
        return sound[first:], missed


def steepest(sound):
    return max(abs(b - a) for a, b in zip(sound, sound[1:]))


def gaps_ms(sound):
    """The stretches in between that are quiet for longer than a wave."""
    loud = [i for i, value in enumerate(sound) if abs(value) > QUIET]
    return [(b - a) / 48 for a, b in zip(loud, loud[1:]) if b - a > 120]


class Changes(unittest.TestCase):
    def expect_smooth(self, items):
        for _ in range(TRIES):
            sound, missed = play(items)
            heard = sound[48000:48000 * SECONDS]
            if missed == 0:
                break
            print("the card missed %d frames: once more" % missed, flush=True)
        self.assertEqual(missed, 0, "this machine was too late each time")
        print("steepest step %d, %d to the end; quiet for %s ms" % (
            steepest(heard), steepest(sound), ["%.0f" % gap for gap in gaps_ms(heard)]), flush=True)
        self.assertLess(steepest(sound), STEEP)
        self.assertLess(max(gaps_ms(heard), default=0), GAP_MS)

    def test_cut(self):
        self.expect_smooth([{"id": "f"}])

    def test_fade(self):
        self.expect_smooth([{"id": "f"}, {"id": "g", "transition": {"kind": "fade", "ms": 400}}])


if __name__ == "__main__":
    glass.undisturbed()
    unittest.main(verbosity=2)
