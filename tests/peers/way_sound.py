#!/usr/bin/env python3
"""A film's sound, the whole way: source, cache, jailed decoder, mixer, loudspeaker. The loudspeaker is a
file (SDL's disk driver): what stands in it is what would have been heard."""
import array
import math
import os
import time
import unittest

from way_lib import district

RATE_HZ, TONE_HZ = 48000, 440


def heard(path):
    """The left channel as numbers from -1 to 1."""
    samples = array.array("h", path.read_bytes()[:os.path.getsize(path) // 4 * 4])
    return [value / 32768 for value in samples[0::2]]


def loudness(sound):
    return math.sqrt(sum(value * value for value in sound) / max(1, len(sound)))


def pitch_hz(sound):
    """By counting how often it rises through nothing."""
    rises = sum(a < 0 <= b for a, b in zip(sound, sound[1:]))
    return rises * RATE_HZ / len(sound)


def longest_tone(sound, step=480):
    """The longest stretch whose every 10 ms are loud."""
    best, start = (0, 0), None
    for at in range(0, len(sound) + step, step):
        loud = at + step <= len(sound) and loudness(sound[at:at + step]) > 0.02
        if loud and start is None:
            start = at
        if not loud and start is not None:
            best, start = max(best, (at - start, start)), None
    return sound[best[1]:best[1] + best[0]]


def sounds_now(path, seconds=0.7):
    """Whether anything is heard now. The device may be closed, and its file is begun anew with each opening."""
    before = path.stat().st_size if path.exists() else 0
    time.sleep(seconds)
    sound = heard(path)[before // 4:] if path.exists() else []
    return loudness(sound) > 0.02


def film_manifest(name, volume, cls="ordinary"):
    return {"screens": ["wall"], "display": {"volume": volume},
            "layouts": [{"id": "l", "canvas": [640, 384], "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
            "playlists": [{"id": "p", "items": [{"id": name, "kind": "video", "asset": "file:film.mp4"}]}],
            "programmes": [{"id": "day", "layout": "l", "class": cls, "zones": {"main": "p"}}]}


class Quiet(unittest.TestCase):
    """Who may make a board quiet, and what an emergency lifts. A film is on all the time."""

    def film(self, town, volume, mute=False):
        """A screen on which it is; and a function that says whether it is heard."""
        film = district.make_clip(town.folder / "film.mp4", seconds=4)
        town.serve()
        screen = town.screen("wall")
        if mute:
            screen.config.write_text(screen.config.read_text().replace("[display]\n", "[display]\nmute=true\n"))
        town.publish(film_manifest("f", volume), [film])
        speaker = screen.state / "speaker.raw"
        screen.play(env=dict(os.environ, SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE=str(speaker)))
        district.wait_for(lambda: screen.on_air("main") == "f", 30, "the film on the glass")
        return screen, lambda: sounds_now(speaker)

    def alarm(self, town, screen):
        town.publish(film_manifest("e", 0, "emergency"), [town.folder / "film.mp4"], emergency=True)
        district.wait_for(lambda: screen.on_air("main") == "e", 30, "the emergency on the glass")

    def test_command(self):
        """A mute by command silences the film, not an emergency, and comes back after it."""
        with district.District() as town:
            screen, is_heard = self.film(town, 100)
            district.wait_for(is_heard, 30, "the film")
            district.run(district.PUBLISHER, "screen", "command", "wall", "mute", "--data", town.data)
            district.wait_for(lambda: not is_heard(), 30, "silence")
            self.assertFalse(any(is_heard() for _ in range(4)))
            self.alarm(town, screen)
            district.wait_for(is_heard, 30, "the emergency")
            town.end_alert()
            district.wait_for(lambda: screen.on_air("main") == "f", 30, "the film again")
            district.wait_for(lambda: not is_heard(), 30, "silence again")
            self.assertFalse(any(is_heard() for _ in range(4)))
            district.wait_for(lambda: screen.status()["sound"]["state"] == "silent", 20, "the device to be closed")

    def test_timetable(self):
        """A volume of 0 is lifted by an emergency and given back at its end."""
        with district.District() as town:
            screen, is_heard = self.film(town, 0)
            self.assertFalse(any(is_heard() for _ in range(3)))
            self.alarm(town, screen)
            district.wait_for(is_heard, 30, "the emergency")
            self.assertEqual(screen.status()["sound"], {"state": "on", "volume": 100})
            town.end_alert()
            district.wait_for(lambda: screen.on_air("main") == "f", 30, "the film again")
            district.wait_for(lambda: not is_heard(), 30, "silence again")

    def test_hard_mute(self):
        """Nothing lifts the installer's, and no device is even opened."""
        with district.District() as town:
            screen, is_heard = self.film(town, 100, mute=True)
            self.alarm(town, screen)
            self.assertFalse(any(is_heard() for _ in range(6)))
            self.assertFalse((screen.state / "speaker.raw").exists())
            self.assertEqual(screen.status()["sound"], {"state": "silent", "volume": 0})


class Sound(unittest.TestCase):
    def play(self, volume, mute=False):
        """What the loudspeaker got while a film of 2 s came between two still pages."""
        with district.District() as town:
            film = town.folder / "film.mp4"
            district.make_clip(film, seconds=2)
            town.serve()
            screen = town.screen("wall")
            if mute:
                config = screen.config.read_text()
                screen.config.write_text(config.replace("[display]\n", "[display]\nmute=true\n"))
            town.publish({
                "screens": ["wall"], "display": {"volume": volume},
                "layouts": [{"id": "l", "canvas": [640, 384],
                             "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
                "playlists": [{"id": "p", "items": [
                    {"id": "f1", "kind": "video", "asset": "file:film.mp4"},
                    {"id": "n1", "kind": "text", "duration_ms": 2000,
                     "texts": [{"lang": "vi", "body": "Mời bà con họp."}]}]}],
                "programmes": [{"id": "day", "layout": "l", "class": "ordinary", "zones": {"main": "p"}}]},
                [film])
            speaker = screen.state / "speaker.raw"
            screen.play(env=dict(os.environ, SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE=str(speaker)))
            for item in "n1", "f1", "n1":
                district.wait_for(lambda: screen.on_air("main") == item, 20, item + " on the glass")
            screen.stop()
            return heard(speaker) if speaker.exists() else []

    def test_film_is_heard(self):
        full, half = longest_tone(self.play(100)), longest_tone(self.play(50))
        self.assertGreater(len(full), RATE_HZ / 2)
        self.assertAlmostEqual(pitch_hz(full), TONE_HZ, delta=TONE_HZ * 0.02)
        self.assertAlmostEqual(loudness(half) / loudness(full), 0.5, delta=0.05)

    def test_silent_unless_told(self):
        self.assertLess(loudness(self.play(0)), 0.001)

    def test_hard_mute(self):
        self.assertLess(loudness(self.play(100, mute=True)), 0.001)


if __name__ == "__main__":
    unittest.main(verbosity=2)
