#!/usr/bin/env python3
"""From a province to the glass and back, once straight through: what is published is shown in its window and reported
once with its own times, over a restart in the middle and an outage. The stand-in of a province has many more ways;
they are the scripts ttn_*.py."""
import json
import time
import unittest

import ttn_lib as ttn  # first: it finds the rest
import media
import way_lib as way
from bulletins import Bulletin
from province import Province

# Which numbers a province gives its commands nobody knows before: they are its dialect's.
DIALECT = {"dialect": "tinh", "extends": "ttn-2.0",
           "tables": {"command": {"5": "restart", "6": "urgent", "7": "schedule", "8": "cancel_schedule"}}}
LATE_S = 2  # a first frame, and whole seconds
AHEAD_S = 25  # in which four bulletins are taken
SETTLE_S = 10  # until a board that starts again shows what is due, on a machine that does much else


class Way(unittest.TestCase):
    def setUp(self):
        self.town = self.enterContext(ttn.Town())
        self.province = self.enterContext(Province())
        path = self.town.folder / "tinh.json"
        path.write_text(json.dumps(DIALECT))
        self.board = ttn.Board(self.town, self.province, dialect=path)
        self.board.play()
        self.addCleanup(self.board.stop)
        self.board.wait_for_connection()

    def publish(self, length_s=600, wait_s=0, **fields):
        now = int(time.time())
        return self.province.publish(Bulletin(slots=[(now + wait_s, now + wait_s + length_s)], **fields))

    def wait_for_title(self, b):
        """The state says what is on."""
        self.board.wait(lambda: any(s["NoiDungPhat"] == b.title for s in self.province.messages("state")),
                        "a state with " + b.title)

    def expect_no_faults(self):
        self.assertEqual([str(f) for f in self.province.faults], [])
        self.board.end()

    def test_each_kind(self):
        """Words, a picture and a film: on the glass, in status, in the state, in the play log, acknowledged."""
        picture = self.province.web.put("anh.png", media.image("d01818"), "image/png")
        film = self.province.web.put("phim.mp4", media.video(6, "18a028"), "video/mp4")
        for fields, colour in (({"kind": 1, "title": "Nước sạch", "content": "Ngừng cấp nước"}, None),
                               ({"kind": 2, "title": "Ảnh", "content": picture}, "d01818"),
                               ({"kind": 4, "title": "Phim", "content": film, "duration_s": 6}, "18a028")):
            with self.subTest(fields["title"]):
                b = self.publish(**fields)
                self.board.wait_for_play(b)
                if colour:
                    self.board.wait(lambda: ttn.is_near(ttn.colour_at(self.board.seen()), colour), "its picture")
                self.wait_for_title(b)
                self.board.wait(lambda: b.schedule_id in [m["LichPhatID"] for m in self.province.messages("saved")],
                                "its acknowledgement")
                self.province.cancel(b)
                self.board.wait(self.board.shows_nothing, "it gone")
                self.board.wait(lambda: b.schedule_id in
                                [m["LichPhatID"] for m in self.province.messages("cancelled")], "that acknowledged")
        self.expect_no_faults()

    def test_urgent_over_a_film(self):
        film = self.province.web.put("phim.mp4", media.video(6, "18a028"), "video/mp4")
        ordinary = self.publish(kind=4, title="Phim", content=film, duration_s=6)
        self.board.wait(lambda: ttn.is_near(ttn.colour_at(self.board.seen()), "18a028"), "the film")
        urgent = self.province.publish(Bulletin(priority="urgent", title="Lũ", content="Di dời ngay",
                                                until_s=int(time.time()) + 8))
        self.board.wait(lambda: any(row.get("class") == "emergency" for row in self.board.air().values()), "it")
        self.board.wait_for_play(urgent)
        ttn.sleep_until(urgent.until_s)
        self.board.wait(lambda: ttn.is_near(ttn.colour_at(self.board.seen()), "18a028"), "the film again")
        self.assertEqual(len(self.board.plays(urgent)), 1)
        self.assertGreaterEqual(len(self.board.plays(ordinary)), 1)
        self.expect_no_faults()

    def test_a_power_cut(self):
        """In the middle of a window: it goes on without a word of the province, and what was taken is still known."""
        b = self.publish(title="Giữa giờ")
        later = self.publish(title="Về sau", wait_s=3600)
        self.board.wait_for_play(b)
        self.board.wait(lambda: len(self.province.said("saved")) == 2, "both taken")
        self.board.wait_for_answers()  # else it has to say them again
        before = len(self.province.broker.subscriptions())
        self.board.kill()
        self.province.web.down()
        self.province.broker.down()
        self.board.play()
        self.board.wait(lambda: not self.board.shows_nothing(), "it again", SETTLE_S)
        self.province.web.up()
        self.province.broker.up()
        self.board.wait_for_connection(after=before)
        self.province.cancel(b)
        self.board.wait(self.board.shows_nothing, "it gone")
        self.assertEqual(len(self.province.said("saved")), 2)  # none twice
        self.assertFalse(self.board.plays(later))
        self.expect_no_faults()

    def test_an_outage(self):
        """What was shown meanwhile arrives later: once, in order, with its own times."""
        now = int(time.time())
        plan = [self.province.publish(Bulletin(title="Bản tin %d" % i, content="Số %d" % i, slots=[slot]))
                for i, slot in enumerate(ttn.slots_of(now + AHEAD_S, 4, 4))]
        self.board.wait(lambda: len(self.province.said("saved")) == len(plan), "all taken")
        self.province.web.down()
        ttn.sleep_until(plan[-1].slots[0][1] + 1)
        self.assertEqual(self.province.messages("played"), [])
        self.board.wait(lambda: self.board.source_state().get("state") == "failed", "that it is told")
        self.province.web.up()
        for b in plan:
            self.board.wait_for_play(b)
            began = self.board.began(b)
            self.assertEqual(len(began), 1)
            self.assertTrue(-0.001 <= began[0] - b.slots[0][0] <= LATE_S, (began, b.slots))
        order = [self.province.dialect.bulletin_id(m) for m in self.province.messages("played")]
        self.assertEqual(order, [b.id for b in plan])
        self.board.wait(lambda: self.board.source_state().get("state") == "ok", "that it is well")
        self.expect_no_faults()


if __name__ == "__main__":
    unittest.main(verbosity=2)
