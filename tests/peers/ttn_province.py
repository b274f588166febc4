#!/usr/bin/env python3
"""A province that nobody knew before: it differs in everything from those whose dialects come with the player (ttn/invented.py),
and is connected by a file of less than 60 lines (ttn/song-da.json) that was written from the manual alone."""
import time
import unittest

import ttn_lib as ttn
import media
import way_lib as way
from bulletins import Bulletin
from invented import SongDa
from province import Province

FILE = ttn.HERE / "ttn" / "song-da.json"
MAX_LINES = 60
LATE_S = 2


class Invented(unittest.TestCase):
    def start(self, **options):
        self.town = self.enterContext(ttn.Town())
        place = "songda/boards/{maThietBi}"
        self.province = self.enterContext(Province(SongDa, topics={"bulletin": place, "command": place},
                                                   paths={}, **options))
        self.board = ttn.Board(self.town, self.province, ttn.CLASSES + "\npoll=1", dialect=FILE)
        text = self.board.config.read_text()
        self.board.config.write_text("\n".join(l for l in text.splitlines() if not l.startswith("auth=")) + "\n")
        self.board.play()
        self.addCleanup(self.board.stop)
        self.board.wait_for_connection()

    def test_file(self):
        self.assertLess(len(FILE.read_text().splitlines()), MAX_LINES)
        way.district.run(way.district.PLAYER, "check", FILE)

    def go(self):
        """A picture and words in their windows, an urgent one over them, commands, and all taken away."""
        now = int(time.time())
        place = self.province.web.put("anh.png", media.image(), "image/png")
        words = self.province.publish(Bulletin(title="Chữ", content="Nội dung", duration_s=4, slots=[(now + 4, now + 8)]))
        image = self.province.publish(Bulletin(2, "priority", "Ảnh", content=place, duration_s=30,
                                               slots=[(now + 8, now + 600)]))
        for b in (words, image):
            self.board.wait_for_play(b)
            self.assertLessEqual(abs(self.board.began(b)[0] - b.slots[0][0]), LATE_S)
        self.board.wait(lambda: ttn.is_near(ttn.colour_at(self.board.seen()), "d01818"), "the picture", 20)
        self.province.command("volume", 42)
        self.board.wait(lambda: self.province.messages("state")[-1]["level"] == 42, "the volume")
        urgent = self.province.publish(Bulletin(1, "urgent", "Khẩn", until_s=int(time.time()) + 6))
        self.board.wait_for_play(urgent)
        self.board.wait(lambda: len(self.board.plays(image)) >= 1 and "b.%s" % image.id in self.board.on_air().values(),
                        "the picture again")
        self.province.command("pause")
        self.board.wait(lambda: self.province.messages("state")[-1]["activity"] == "PAUSED", "a pause")
        self.province.command("resume")
        self.board.wait(lambda: self.province.messages("state")[-1]["activity"] == "PLAYING", "the end of the pause")
        self.province.cancel(image)
        self.board.wait(self.board.shows_nothing, "nothing")
        self.assertEqual(sorted(m["plan"]["uuid"] for m in self.province.messages("saved")),
                         sorted([words.schedule_id, image.schedule_id]))
        self.assertEqual([str(f) for f in self.province.faults], [])
        self.board.end()

    def test_broker(self):
        self.start()
        self.go()

    def test_polling(self):
        self.start(broker=False)
        self.go()


if __name__ == "__main__":
    unittest.main(verbosity=2)
