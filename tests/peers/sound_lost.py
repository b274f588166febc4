#!/usr/bin/env python3
"""The sound server dies under the player and comes back: the picture goes on, the player says that there is no
device, and is heard again by itself. A player that starts without any device is heard once there is one."""
import os
import unittest

os.environ.setdefault("BUILD", "build")
import district
from loudspeaker import Loudspeaker, monotonic_ms
from sound_step import make_film
from way_lib import expect_calm, log

PATIENCE_S = 40


class Lost(unittest.TestCase):
    def screen_with_film(self, town):
        film = make_film(town.folder / "film.mp4", 5)
        town.serve()
        screen = town.screen("loa")
        town.publish({
            "screens": ["loa"], "display": {"volume": 100},
            "layouts": [{"id": "l", "canvas": [640, 384], "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
            "playlists": [{"id": "p", "items": [{"id": "f", "kind": "video", "asset": "file:film.mp4"}]}],
            "programmes": [{"id": "day", "layout": "l", "class": "ordinary", "zones": {"main": "p"}}]}, [film])
        return screen

    def expect_beeps(self, loudspeaker):
        from_ms = monotonic_ms()
        district.wait_for(lambda: sum(ms > from_ms for ms in loudspeaker.beeps) >= 3, PATIENCE_S, "beeps")

    def wait_state(self, screen, state):
        district.wait_for(lambda: (screen.status() or {}).get("sound", {}).get("state") == state, PATIENCE_S,
                          "the sound to be " + state)

    def expect_frames(self, screen):
        shown = screen.status()["frames"]["shown"]
        district.wait_for(lambda: screen.status()["frames"]["shown"] > shown + 50, PATIENCE_S, "frames")

    def test_pulled_out_and_back(self):
        with district.District() as town, Loudspeaker(town.folder / "sound") as loudspeaker:
            screen = self.screen_with_film(town)
            screen.play(env=dict(os.environ, **loudspeaker.env()))
            self.expect_beeps(loudspeaker)
            show = screen.pid_of("show")
            for _ in range(2):
                loudspeaker.pull_out()
                self.wait_state(screen, "no-device")
                self.expect_frames(screen)
                loudspeaker.plug_in()
                self.expect_beeps(loudspeaker)
                self.wait_state(screen, "on")
            self.assertEqual(screen.pid_of("show"), show)
            screen.stop()
            self.assertEqual(log(screen).count("sound: the device is gone"), 2)
            self.assertEqual(log(screen).count("sound: there is a device again"), 2)
            expect_calm(log(screen))

    def test_none_at_first(self):
        with district.District() as town:
            screen = self.screen_with_film(town)
            loudspeaker = Loudspeaker(town.folder / "sound")
            screen.play(env=dict(os.environ, **loudspeaker.env()))
            self.wait_state(screen, "no-device")
            self.expect_frames(screen)
            with loudspeaker:
                self.expect_beeps(loudspeaker)
            screen.stop()
            expect_calm(log(screen))


if __name__ == "__main__":
    unittest.main(verbosity=2)
