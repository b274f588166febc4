#!/usr/bin/env python3
"""The file that `picture=` names never holds a ground that nobody meant: a player that starts leaves the picture of the
one before it there until its own is decoded, and writes at once what needs no decoder."""
import os
import time
import unittest

import way_lib as way
from way_lib import district, peers

RED = (255, 0, 0)
LARGE = way.plain_png(5000, 4000, RED)  # a while to decode


def stamp(path):
    """Which writing of a file this is."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def is_red(pixel):
    """A decoder may round."""
    return all(abs(a - b) <= 2 for a, b in zip(pixel, RED))


class PictureFile(unittest.TestCase):
    def setUp(self):
        self.place = way.Tree()
        self.addCleanup(self.place.__exit__)
        self.place.put_asset(LARGE)
        self.screen = self.place.box()

    def put(self, version, *items):
        self.place.put(way.manifest(version, list(items), assets=way.asset(LARGE, "image/png")))

    def first_picture(self):
        """The middle of the first picture that a player writes."""
        before = stamp(self.screen.picture)
        self.screen.play()
        until = time.monotonic() + 20
        while stamp(self.screen.picture) in (before, None):
            self.assertLess(time.monotonic(), until, "no picture")
        middle = way.Picture(self.screen.picture).pixel(320, 192)
        district.wait_for(lambda: self.screen.on_air("main"), 20, "something on the air")
        return middle

    def test_starts(self):
        self.put(1, {"id": "i1", "kind": "image", "asset": peers.sha256(LARGE), "duration_ms": 600000})
        self.screen.play()
        district.wait_for(lambda: self.screen.picture.exists() and
                          is_red(way.Picture(self.screen.picture).pixel(320, 192)), 30, "the picture")
        for turn in range(3):
            with self.subTest(turn):
                self.screen.stop()
                self.assertTrue(is_red(self.first_picture()))
        self.screen.stop()
        self.screen.picture.unlink()
        self.assertTrue(is_red(self.first_picture()))
        self.screen.stop()
        way.expect_calm(way.log(self.screen))


if __name__ == "__main__":
    unittest.main(verbosity=2)
