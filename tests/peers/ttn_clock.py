#!/usr/bin/env python3
"""A board whose clock was two weeks ahead, and is put right: when the province was last heard, and from when its
documents count, is said by the clock that is right."""
import json
import os
import struct
import time
import unittest

import ttn_lib as ttn
import district
from bulletins import Bulletin
from province import Province

AHEAD_S = 14 * 86400  # less than certificates of the stand-in hold
NEAR_S = 60


def document(board):
    """What is ready for the glass."""
    cache = board.folder / "state/cache"
    ready = next(cache.rglob("manifest.ready"), None)
    return ready and json.loads(next(cache.rglob(ready.read_text().strip()), ready).read_text())


class Clock(unittest.TestCase):
    def setUp(self):
        self.town = self.enterContext(ttn.Town())
        self.province = self.enterContext(Province())
        self.board = ttn.Board(self.town, self.province, more=ttn.CLASSES)
        self.wall = self.board.folder / "wall"
        self.set_ahead(AHEAD_S)
        self.board.play(env=dict(os.environ, LD_PRELOAD=str(district.BUILD / "tests/libwall-clock.so"),
                                 BANGTIN_WALL=str(self.wall)))
        self.addCleanup(self.board.stop)
        self.board.wait_for_connection()
        self.publish("Lúc giờ sai")

    def set_ahead(self, by_s):
        with open(self.wall, "r+b" if self.wall.exists() else "wb") as file:
            file.write(struct.pack("=q", by_s * 1000))

    def publish(self, title):
        b = Bulletin(title=title, content="Vẫn ở đây", duration_s=5)
        self.province.publish(b)
        self.board.wait_for_play(b)
        return b

    def is_near(self, instant):
        return instant is not None and abs(district.millis(instant) / 1000 - time.time()) < NEAR_S

    def test_who_was_heard(self):
        self.assertFalse(self.is_near(self.board.source_state()["last_ok"]))
        self.set_ahead(0)
        self.publish("Lúc giờ đúng")
        self.board.wait(lambda: self.is_near(self.board.source_state().get("last_ok")), "the right time of what was heard",
                        20)

    def test_documents(self):
        """They would be believed two weeks longer, and be renewed two weeks too late."""
        self.assertFalse(self.is_near(document(self.board)["issued"]))
        self.set_ahead(0)
        self.board.wait(lambda: self.is_near(document(self.board)["issued"]), "a document of today", 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
