#!/usr/bin/env python3
"""What a province's bytes were for, as the board itself counts them in its status: each purpose where it belongs, no less than
what the other side saw of it."""
import unittest

import ttn_lib as ttn  # first: it finds the rest
import media
from bulletins import Bulletin
from province import Province

PURPOSES = {"messages", "reports", "media", "login"}


class Bytes(unittest.TestCase):
    def spent(self, broker):
        """Once the picture is on the glass and its play log is told."""
        town, province = self.enterContext(ttn.Town()), self.enterContext(Province(broker=broker))
        picture = media.image()
        place = province.web.put("anh.png", picture, "image/png")
        board = ttn.Board(town, province, more=ttn.CLASSES + "\npoll=1")
        board.play()
        self.addCleanup(board.stop)
        board.wait_for_connection()
        b = Bulletin(2, "ordinary", "Ảnh", content=place)
        province.publish(b)
        board.wait(lambda: ttn.is_near(ttn.colour_at(board.seen()), "d01818"), "the picture")
        board.wait_for_play(b)
        # What is counted is written down at the end of a round.
        board.wait(lambda: self.of(board).get("media", 0) > len(picture), "the picture's bytes")
        state = board.source_state()
        self.assertEqual(set(state["bytes_for"]), PURPOSES)
        self.assertEqual(sum(state["bytes_for"].values()), state["bytes"])
        seen = {}
        for request in province.web.requests:
            seen[request.purpose] = seen.get(request.purpose, 0) + request.bytes_in
        board.end()
        return state["bytes_for"], seen

    @staticmethod
    def of(board):
        return board.source_state().get("bytes_for", {})

    def test_broker(self):
        spent, seen = self.spent(broker=True)
        self.assertGreater(spent["messages"], 300)  # a bulletin, and the greeting
        self.assertGreaterEqual(spent["login"], seen["login"])
        self.assertGreater(spent["reports"], seen["login"])

    def test_polls(self):
        spent, seen = self.spent(broker=False)
        self.assertGreaterEqual(spent["login"], seen["login"])
        self.assertGreaterEqual(spent["messages"], seen["poll"])


if __name__ == "__main__":
    unittest.main()
