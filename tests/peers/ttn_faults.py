#!/usr/bin/env python3
"""What a province does wrong, or cannot do: the picture stays, nothing dies, a line says what it is, and what happened
meanwhile is reported later, once, with its own times.

    ttn_faults.py Answers | Messages | Outages
"""
import json
import os
import re
import time
import unittest

import ttn_lib as ttn
import media
import way_lib as way
from bulletins import TWISTS, Bulletin
from province import Province

# What every call is answered with → what the log must say of it.
ANSWERS = {
    "500": r"(?<!\d)500", "503": r"(?<!\d)503", "404": r"(?<!\d)404", "html": "page for people",
    "no JSON": r"(?i)expected|unexpected|syntax|json", "wrong types": r"/TrangThaiGui|/NoiDung|expected",
    "empty": r"(?i)empty|expected|no answer|json", "cut": r"(?i)connection|closed|empty reply|recv|reset|failed|network",
    "huge": r"(?i)larger|too (large|long|big)|limit|more than|at most|goes on after \d+ bytes",
    "slow": r"(?i)timeout|slow|took too long", "refused": "Thiết bị bị khóa",
}
SLOW_S = 90


class Faults(unittest.TestCase):
    def setUp(self):
        self.town = self.enterContext(ttn.Town())
        self.province = self.enterContext(Province())
        # After failures the board waits up to fifteen times this.
        self.board = ttn.Board(self.town, self.province, more=ttn.CLASSES + "\npoll=2")
        self.board.play()
        self.addCleanup(self.board.stop)
        self.board.wait_for_connection()
        # Short: what is new counts when an item is over.
        self.base = Bulletin(title="Nền", content="Vẫn ở đây", duration_s=5,
                             slots=[(int(time.time()), int(time.time()) + 7200)])
        self.province.publish(self.base)
        self.board.wait_for_play(self.base)
        self.item = self.board.on_air("main") or list(self.board.on_air().values())[0]
        time.sleep(1.5)  # the picture of an offscreen player is renewed once a second
        self.before = self.board.seen()

    def said_since(self, place):
        return way.log(self.board)[place:]

    def expect_line(self, place, pattern, what, seconds=30):
        """In the log, or in what status says of the source."""
        def is_told():
            return re.search(pattern, self.said_since(place)) or re.search(
                pattern, str(self.board.source_state().get("message")))
        self.board.wait(is_told, "a line about %s: %s" % (what, pattern), seconds)

    def expect_unchanged(self):
        self.assertIn(self.item, self.board.on_air().values())
        picture = self.board.wait(self.board.seen, "a picture", 10)
        self.assertTrue(picture == self.before, "another picture")

    def expect_no_faults(self):
        self.assertEqual([str(f) for f in self.province.faults], [])
        self.board.end()


class Answers(Faults):
    def test_answers(self):
        """While each lasts, a bulletin comes and goes; its play log arrives when all is well again, once."""
        sent = []
        for kind, pattern in ANSWERS.items():
            if os.environ.get("CASE", kind) != kind:
                continue
            with self.subTest(kind):
                self.province.web.end_troubles()  # of a case that failed
                place = len(way.log(self.board))
                self.province.web.trouble("", kind, seconds=SLOW_S if kind == "slow" else 0)
                now = int(time.time())
                b = Bulletin(1, "priority", "Lúc lỗi " + kind, duration_s=3, slots=[(now + 8, now + 11)])
                self.province.publish(b)
                sent.append(b)
                self.board.wait(lambda: self.item not in self.board.on_air().values(), "%s on the glass" % b.title, 20)
                self.board.wait(lambda: self.item in self.board.on_air().values(), "what was there before", 20)
                self.expect_line(place, pattern, kind, SLOW_S if kind == "slow" else 30)
                time.sleep(1.2)
                self.expect_unchanged()
                self.province.web.end_troubles()
                self.board.wait_for_play(b, seconds=120)
        for b in sent:
            began = self.board.began(b)
            self.assertEqual(len(began), 1, b.title)
            self.assertAlmostEqual(began[0], b.slots[0][0], delta=1.5, msg=b.title)
        self.expect_no_faults()

    def test_expired(self):
        """A token that is not taken any more: it logs in again, once, and says again what was refused."""
        logins = len(self.province.said("login"))
        self.province.web.expire_tokens()
        b = self.province.publish(title="Sau khi hết phiên", priority="priority")
        self.board.wait_for_play(b)
        self.assertEqual(len(self.province.said("login")), logins + 1)
        self.assertEqual(len(self.board.began(b)), 1)
        self.expect_no_faults()

    def test_strange_answers(self):
        """Numbers as strings and unknown keys in answers are no trouble."""
        self.province.web.expire_tokens()
        self.province.web.trouble("", "strings", times=3)
        self.province.web.trouble("", "strangers")
        b = self.province.publish(title="Trả lời lạ", priority="priority")
        self.board.wait_for_play(b)
        self.expect_no_faults()


def deep(levels):
    return (b'{"a":' * levels) + b"1" + b"}" * levels


# What comes over the broker and is no bulletin → what the log must say. 50 MB are built when they are sent.
JUNK = {
    "HTML": (lambda _: b"<!DOCTYPE html><html><body>Login</body></html>", r"(?i)expected|unexpected|html|json"),
    "cut JSON": (lambda m: json.dumps(m).encode()[:100], r"(?i)expected|unexpected|premature|end of"),
    "bytes": (lambda _: bytes(range(256)), r"(?i)utf-8|expected|invalid|json"),
    "empty": (lambda _: b" ", r"(?i)expected|empty|json"),
    "a number": (lambda _: b"42", r"(?i)expected"),
    "deep": (lambda _: deep(5000), r"(?i)deep|depth|level|nest"),
    "wrong types": (lambda m: json.dumps(TWISTS["wrong types"](m)).encode(), r"expected|stands in no table"),
    "no id": (lambda m: json.dumps({k: v for k, v in m.items() if "BanTin" not in k}).encode(), r"(?i)expected|missing"),
    "unknown kind": (lambda m: json.dumps({**m, "LoaiBanTin": 9}).encode(), r"(?i)LoaiBanTin|kind|9"),
    "unknown priority": (lambda m: json.dumps({**m, "MucDoUuTien": 7}).encode(), r"(?i)MucDoUuTien|priority|7"),
    "ends before it begins": (lambda m: json.dumps({**m, "DanhSachNgayPhat": [{"ThoiDiemPhat": [
        {"ThoiGianBatDau": 1795309200, "ThoiGianKetThuc": 1795309100}]}]}).encode(), r"(?i)ThoiGianKetThuc|end|slot"),
    "50 MB": (lambda m: json.dumps({**m, "NoiDung": "x" * (50 << 20)}).encode(), r""),
}


class Messages(Faults):
    def test_twists(self):
        """Bad manners that a board must understand."""
        for name in ("Id for ID", "numbers as strings", "unknown keys"):
            with self.subTest(name):
                b = self.province.publish(Bulletin(1, "priority", name, duration_s=5), TWISTS[name])
                self.board.wait_for_play(b)
                self.province.cancel(b, TWISTS[name])
                self.board.wait(lambda: self.item in self.board.on_air().values(), "what was there before", 30)
        self.province.command("volume", 31, TWISTS["numbers as strings"])
        self.board.wait(lambda: self.province.messages("state")[-1]["AmLuong"] == 31, "the volume")
        self.expect_no_faults()

    def test_junk(self):
        for name, (spoil, pattern) in JUNK.items():
            with self.subTest(name):
                place = len(way.log(self.board))
                b = Bulletin(1, "priority", "Sai " + name)
                self.province.broker.publish_raw(self.province.topic("bulletin"),
                                                 spoil(self.province.dialect.bulletin(b)))
                if pattern:
                    self.expect_line(place, pattern, name)
                else:
                    time.sleep(3)
                self.expect_unchanged()
        after = self.province.publish(title="Sau tất cả", priority="priority")
        self.board.wait_for_play(after)
        self.expect_no_faults()

    def test_media(self):
        """Media that cannot be had, or are something else: the bulletin's title and summary as text, and a line."""
        web = self.province.web
        page = b"<!DOCTYPE html><html><body>Login</body></html>"
        places = {"missing": web.base + "/media/khong-co.png", "broken": web.put("hong", b"x", "image/png", "broken"),
                  "HTML": web.put("trang.png", page, "image/png"),
                  "cut": web.put("cut.mp4", media.video(6)[:9000], "video/mp4"),
                  "endless": web.put("mai.mp4", media.video(6), "video/mp4", "endless"),
                  "elsewhere": web.put("kia", b"http://192.0.2.99/media/a.png", "image/png", "elsewhere"),
                  "no such host": "https://khong-co.invalid/a.png"}
        for name, place in places.items():
            with self.subTest(name):
                mark = len(way.log(self.board))
                kind = 4 if name in ("cut", "endless") else 2
                b = self.province.publish(Bulletin(kind, "priority", "Tệp lỗi " + name, "Tóm tắt", place, duration_s=5))
                self.board.wait_for_play(b, seconds=120)
                self.expect_line(mark, re.escape(place.rsplit("/", 1)[-1]) + "|" + re.escape(b.id), name)
                self.assertNotIn(self.item, self.board.on_air().values())
                self.province.cancel(b)
                self.board.wait(lambda: self.item in self.board.on_air().values(), "what was there before", 90)
        self.expect_no_faults()


class Outages(Faults):
    def test_broker(self):
        """It plays on, connects again by itself, and hears what was said while it was away."""
        place, before = len(way.log(self.board)), len(self.province.broker.subscriptions())
        self.province.broker.down()
        self.expect_line(place, r"(?i)mqtt|broker", "the broker")
        time.sleep(2)
        self.expect_unchanged()
        self.province.broker.up()
        self.board.wait(lambda: len(self.province.broker.subscriptions()) > before, "another subscription", 120)
        self.board.wait_for_play(self.province.publish(title="Sau khi nối lại", priority="priority"))
        self.expect_no_faults()

    def test_province(self):
        """All of it down: what played meanwhile is reported later, once, in order, with its own times."""
        now = int(time.time())
        meanwhile = [self.province.publish(Bulletin(1, "priority", "Lúc mất mạng %d" % i, duration_s=3,
                                                    slots=[(now + 2 + 6 * i, now + 5 + 6 * i)])) for i in range(1, 5)]
        time.sleep(3)
        place = len(way.log(self.board))
        self.province.web.down()
        self.province.broker.down()
        ttn.sleep_until(now + 30)
        self.expect_line(place, r"(?i)connect|refused|network|reach", "the province")
        self.expect_unchanged()
        self.assertEqual(self.board.source_state()["state"], "failed")
        self.province.web.up()
        self.province.broker.up()
        for b in meanwhile:
            self.board.wait_for_play(b, seconds=120)
        began = [self.board.began(b) for b in meanwhile]
        self.assertEqual([len(one) for one in began], [1] * len(meanwhile))
        for one, b in zip(began, meanwhile):
            self.assertAlmostEqual(one[0], b.slots[0][0], delta=1.5)
        self.expect_no_faults()

    def test_asleep(self):
        """What is said while the board has no power comes when it is back; what it keeps plays without a province."""
        before = len(self.province.broker.subscriptions())
        self.board.kill()
        b = self.province.publish(title="Lúc mất điện", priority="priority")
        self.board.play()
        self.board.wait(lambda: len(self.province.broker.subscriptions()) > before, "another subscription", 120)
        self.board.wait_for_play(b)
        self.board.kill()
        self.province.web.down()
        self.province.broker.down()
        self.board.play()
        self.board.wait(lambda: self.board.on_air(), "what it kept")
        self.assertNotIn(self.item, self.board.on_air().values())
        self.board.end()


if __name__ == "__main__":
    unittest.main(verbosity=2)
