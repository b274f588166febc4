#!/usr/bin/env python3
"""A province is connected by configuration alone: bulletins of every kind and priority, each in its own window, come to the
glass when they are due; the picture, the play log, the state and the acknowledgements are what they should be.

    ttn_kinds.py Generation2 | Api | English | Polling
"""
import shutil
import tempfile
import time
import unittest

import ttn_lib as ttn  # first: it finds the rest
import live_lib
import media
import way_lib as way
from bulletins import KINDS, PRIORITIES, Bulletin
from province import Province

SLOT_S = 4
START_S = 12  # until all is published and fetched, on a machine that does much else
COLOURS = {2: "d01818", 4: "18a028"}
PAGES = 1, 3, 6  # drawn from words: the text itself, or the title of what is heard
STANDING = PAGES + (2,)  # what the snapshot of an instant is compared with, pixel by pixel
LATE_S = 2  # a first frame, and whole seconds


class Kinds:
    dialect, broker = "2.0", True
    acknowledges = True

    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="bangtin-ttn-"))
        self.pages = []
        self.town = self.enterContext(ttn.Town())
        self.province = self.enterContext(Province(self.dialect, broker=self.broker))
        # By the source's own authority: `ca` is for all that it names.
        self.stream = live_lib.Hls(folder + "/hls", authority=self.province.authority)
        self.addCleanup(self.stream.close)
        self.places = media.put_all(self.province.web)
        self.places[5] = self.stream.url

    def board(self):
        more = "\n".join([ttn.CLASSES, "streams=127.0.0.1:%d;localhost:%d" % (self.stream.port, self.stream.port),
                          "poll=1"])
        board = ttn.Board(self.town, self.province, more=more)
        board.play()
        self.addCleanup(board.stop)
        board.wait_for_connection()
        return board

    def make(self, kind, priority, slot):
        title = "Bản tin %s %s" % (KINDS[kind], priority)
        return Bulletin(kind, priority, title, "Tóm tắt %d" % kind, self.places.get(kind, "Nội dung của " + title),
                        slots=[slot], duration_s=SLOT_S, field=kind)

    def test_all(self):
        board = self.board()
        start = int(time.time()) + START_S
        pairs = [(kind, priority) for priority in reversed(PRIORITIES) for kind in KINDS]
        slots = ttn.slots_of(start, SLOT_S, len(pairs))
        planned = [self.make(*pair, slot) for pair, slot in zip(pairs, slots)]
        for b in planned:
            if b.priority != "urgent":
                self.province.publish(b)
        seen = [self.watch(board, b) for b in planned]
        ttn.sleep_until(slots[-1][1])
        board.wait(board.shows_nothing, "nothing at the end", 30)
        for b, look in zip(planned, seen):
            with self.subTest(kind=b.kind, priority=b.priority):
                self.check_play(board, b)
                self.check_picture(board, b, look)
                self.check_state(b)
        self.check_acknowledged(board, planned)
        self.check_cancelling(board)
        self.assertEqual([str(f) for f in self.province.faults], [])
        board.end()

    def watch(self, board, b):
        """What is on the glass in the middle of its window: when, pictures of a second, and status."""
        start, end = b.slots[0]
        if b.priority == "urgent":
            ttn.sleep_until(start)
            b.until_s = end
            self.province.publish(b)
        ttn.sleep_until(start + SLOT_S * 0.45)
        air, copies = board.air(), []
        for number in range(3 if b.kind == 5 else 1):
            ttn.sleep_until(start + SLOT_S * 0.6 + number * 0.5)
            copies.append(self.town.folder / ("%s-%d.png" % (b.id, number)))
            shutil.copy(board.picture, copies[-1])
        return start + SLOT_S * 0.5, copies, air

    def check_play(self, board, b):
        """One entry, at the start of its window."""
        began = [seconds for seconds in (board.wait_for_play(b, seconds=20) and board.began(b))]
        self.assertEqual(len(began), 1, "times in the play log")
        late = began[0] - b.slots[0][0]
        self.assertTrue(-0.001 <= late <= LATE_S, "began %.1f s after its window" % late)

    def check_picture(self, board, b, look):
        at, copies, air = look
        self.assertTrue(air, "nothing was on the glass")
        row = list(air.values())[0]
        self.assertEqual(row.get("class", ""), {"urgent": "emergency"}.get(b.priority, b.priority), row)
        path = board.snapshot(way.district.rfc3339(at * 1000), board.folder / "at.png")
        ttn.keep(path, "%s-%d-%s.png" % (self.dialect, b.kind, b.priority))
        drawn, seen = way.Picture(path), [way.Picture(copy) for copy in copies]
        if b.kind in COLOURS:
            for one in (drawn, seen[0]):
                self.assertTrue(ttn.is_near(ttn.colour_at(one), COLOURS[b.kind]), ttn.colour_at(one))
        elif b.kind == 5:
            codes = {live_lib.read_code(picture.pixel, *ttn.CANVAS) for picture in seen}
            self.assertTrue(len(codes) > 1 and None not in codes, "the stream stands: %s" % codes)
        if b.kind in STANDING:
            self.assertTrue(drawn == seen[0], "the glass is not the snapshot")
        if b.kind in PAGES:
            self.assertGreater(len({drawn.pixel(x, y) for x in range(0, 640, 4) for y in range(0, 384, 4)}), 2)
            self.assertNotIn(drawn.data, self.pages, "the page of another bulletin")
            self.pages.append(drawn.data)

    def check_state(self, b):
        """A state within its window says that something plays, and what."""
        start, end = b.slots[0]
        states = [r.message for r in self.province.said("state") if start <= r.at <= end + 1]
        self.assertTrue(states, "no state on the change")
        if self.dialect == "2.0":
            self.assertIn(0, [s["TrangThaiHoatDong"] for s in states])
            self.assertTrue(any(s["NoiDungPhat"] for s in states), states)
        elif self.dialect == "en":
            self.assertIn("true", [s["Status"] for s in states])

    def check_acknowledged(self, board, planned):
        """Where a dialect has it: each schedule that was taken is acknowledged, once."""
        if not self.acknowledges:
            return
        said = [m["LichPhatID"] for m in self.province.messages("saved")]
        self.assertEqual(sorted(said), sorted(b.schedule_id for b in planned))

    def check_cancelling(self, board):
        """What is cancelled goes, and the cancelling is acknowledged."""
        b = Bulletin(title="Sẽ hủy", slots=[(int(time.time()), int(time.time()) + 600)])
        self.province.publish(b)
        board.wait_for_play(b)
        self.province.cancel(b)
        board.wait(board.shows_nothing, "the cancelled one gone")
        if self.acknowledges:
            board.wait(lambda: b.schedule_id in [m["LichPhatID"] for m in self.province.messages("cancelled")],
                       "the cancelling acknowledged")


class Generation2(Kinds, unittest.TestCase):
    pass


class Api(Kinds, unittest.TestCase):
    dialect, acknowledges = "api", False


class English(Kinds, unittest.TestCase):
    dialect, acknowledges = "en", False


class Polling(Kinds, unittest.TestCase):
    """A province without a broker: the board asks."""
    broker = False


if __name__ == "__main__":
    unittest.main(verbosity=2)
