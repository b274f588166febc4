#!/usr/bin/env python3
"""Commands of a province: what each does, by the board's own state message; said again, from another sender, for another
board or with an unknown code they are refused, and a line says so. No MQTT without TLS unless the configuration names the host.

    ttn_commands.py Obeyed | Refused | Plain
"""
import re
import socket
import time
import unittest

import ttn_lib as ttn
import media
import way_lib as way
from bulletins import Bulletin
from province import Province

PLAYING, PAUSED, STOPPED = 0, 1, 2


def own_address():
    """An address of this machine that is not the loopback; "" when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))  # nothing is sent
            address = s.getsockname()[0]
        except OSError:
            return ""
    return "" if address.startswith("127.") else address


class Commands(unittest.TestCase):
    more = ttn.CLASSES

    def start(self, more="", **options):
        self.town = self.enterContext(ttn.Town())
        self.province = self.enterContext(Province(**options))
        self.board = ttn.Board(self.town, self.province, more=self.more + "\n" + more)
        self.board.play()
        self.addCleanup(self.board.stop)
        self.board.wait_for_connection()

    def state(self):
        return self.province.messages("state")[-1]

    def expect_state(self, name, value):
        self.board.wait(lambda: self.state()[name] == value, "%s = %r in the state" % (name, value))

    def expect_line(self, pattern, place=0):
        self.board.wait(lambda: re.search(pattern, way.log(self.board)[place:]), "a line: " + pattern)


class Obeyed(Commands):
    def test_all(self):
        self.start()
        two = [self.province.publish(Bulletin(title="Một", duration_s=600)),
               self.province.publish(Bulletin(title="Hai", duration_s=600))]
        published_s = time.monotonic()
        self.board.wait(lambda: any(self.board.plays(b) for b in two), "one of two")
        self.expect_state("TrangThaiHoatDong", PLAYING)
        for value in (30, 55, 0):
            self.province.command("volume", value)
            self.expect_state("AmLuong", value)
        self.province.command("pause")
        self.expect_state("TrangThaiHoatDong", PAUSED)
        self.province.command("resume")
        self.expect_state("TrangThaiHoatDong", PLAYING)
        # What is new counts when the item on the glass is over, or a minute later: until then there is nothing to skip to.
        time.sleep(max(0, published_s + 62 - time.monotonic()))
        second = next(b for b in two if b.id not in self.board.on_air("main"))
        self.province.command("skip")
        self.board.wait(lambda: second.id in (self.board.on_air("main") or ""), second.title + " on the glass", 20)
        self.board.wait_for_play(second)
        self.province.command("stop")
        self.expect_state("TrangThaiHoatDong", STOPPED)
        self.board.wait(self.board.shows_nothing, "nothing on the glass")
        self.assertEqual([str(f) for f in self.province.faults], [])
        self.board.end()

    def test_restart(self):
        self.start()
        before = self.board.status()["uptime_s"], self.board.pid_of("show")
        self.province.command("restart")
        self.board.wait(lambda: self.board.pid_of("show") not in (None, before[1]) or
                        (self.board.status() or {"uptime_s": 1e9})["uptime_s"] < before[0], "another start")
        self.board.wait(self.board.status, "its status")
        time.sleep(8)
        self.assertLess(len([l for l in way.log(self.board).splitlines() if "restart" in l.lower()]), 8)
        self.assertEqual([str(f) for f in self.province.faults], [])

    def test_urgent_until(self):
        """A bulletin that is here becomes urgent until its end, then what was planned is back."""
        self.start()
        base = self.province.publish(Bulletin(title="Nền", duration_s=600))
        self.board.wait_for_play(base)
        now = int(time.time())
        b = self.province.publish(Bulletin(title="Sắp khẩn cấp", duration_s=20, slots=[(now + 3600, now + 7200)]))
        time.sleep(1)
        b.until_s = int(time.time()) + 8
        self.province.command("urgent", b)
        began = self.board.wait_for_play(b) and self.board.began(b)
        self.assertLess(began[0], b.until_s)
        row = list(self.board.air().values())[0]
        self.assertEqual(row.get("class"), "emergency", row)
        self.board.wait(lambda: [r.get("class") for r in self.board.air().values()] == ["ordinary"], "the plan again")
        self.assertGreaterEqual(time.time(), b.until_s - 0.5)
        self.board.end()


    def test_late(self):
        """A broker keeps words for a board that was off for days. What was taken away meanwhile is not shown; a volume of
        those days is nobody's wish any more."""
        def of_those_days(message):
            return {**message, "ThoiDiemGui": int(time.time()) - 2 * 86400}
        self.start()
        one, other = (Bulletin(title="Đã rút", duration_s=8),
                      Bulletin(title="Đã bỏ lịch", duration_s=8, slots=[(int(time.time()), int(time.time()) + 600)]))
        for b in (one, other):
            self.province.publish(b)
            self.board.wait_for_play(b)
            self.province.cancel(b, of_those_days)
            self.board.wait(self.board.shows_nothing, b.title + " gone")
        volume = self.state()["AmLuong"]
        self.province.command("volume", 99 - volume, of_those_days)
        self.expect_line("more than a day ago")
        self.assertEqual(self.state()["AmLuong"], volume)
        self.board.end()


class Refused(Commands):
    def test_replayed(self):
        """The same packet again changes nothing."""
        self.start()
        message = self.province.dialect.command("volume", 30)
        self.province.say("command", message)
        self.expect_state("AmLuong", 30)
        self.province.command("volume", 60)
        self.expect_state("AmLuong", 60)
        place = len(way.log(self.board))
        self.province.say("command", message)
        self.expect_line(r"(?i)again|already|before|once|repeat", place)
        time.sleep(3)
        self.assertEqual(self.state()["AmLuong"], 60)
        self.board.end()

    def test_another_sender(self):
        self.start()
        self.province.command("volume", 30)
        self.expect_state("AmLuong", 30)
        place = len(way.log(self.board))
        self.province.say("command", {**self.province.dialect.command("volume", 70), "NguonID": "99.999"})
        self.expect_line(r"99\.999", place)
        self.assertEqual(self.state()["AmLuong"], 30)
        self.board.end()

    def test_urgent_from(self):
        """Only the senders that the configuration names may be urgent; others' words are not lost."""
        self.start("urgent_from=64.637;64")
        base = self.province.publish(Bulletin(title="Nền", duration_s=600))
        self.board.wait_for_play(base)
        place = len(way.log(self.board))
        other = self.province.publish(Bulletin(1, "urgent", "Giả", sender="77.1", until_s=int(time.time()) + 60))
        self.expect_line(r"77\.1", place)
        time.sleep(2)
        self.assertNotIn("emergency", [r.get("class") for r in self.board.air().values()], other)
        real = self.province.publish(Bulletin(1, "urgent", "Thật", until_s=int(time.time()) + 60))
        self.board.wait_for_play(real)
        self.board.end()

    def test_urgent_of_those_days(self):
        """What a broker kept for a board that was off is no emergency of today; what is a minute old ends a minute earlier."""
        def said(ago_s):
            return lambda message: {**message, "ThoiDiemGui": int(time.time()) - ago_s}
        self.start("urgent_max_min=2")
        base = self.province.publish(Bulletin(title="Nền", duration_s=600))
        self.board.wait_for_play(base)
        old = self.province.publish(Bulletin(1, "urgent", "Cũ", "Lũ", "Nước lên."), said(2 * 86400))
        self.expect_line(r"urgent_max_min")
        time.sleep(3)
        self.assertEqual([row.get("class") for row in self.board.air().values()], ["ordinary"])
        new = self.province.publish(Bulletin(1, "urgent", "Mới", "Lũ", "Nước lên nhanh."), said(100))
        self.board.wait_for_play(new)
        self.board.wait(lambda: [r.get("class") for r in self.board.air().values()] == ["ordinary"], "the plan again", 40)
        self.assertEqual(self.board.plays(old), [])
        self.board.end()

    def test_unknown_code(self):
        self.start()
        place = len(way.log(self.board))
        self.province.command("code", "771")
        self.expect_line(r"771", place)
        self.assertIsNotNone(self.board.status())
        self.board.end()

    def test_another_board(self):
        """What is for others only is none of this board's business."""
        self.start()
        self.province.command("volume", 30)
        self.expect_state("AmLuong", 30)
        message = self.province.dialect.command("volume", 71)
        message["DanhSachThietBi"] = {"CumLoaID": ["BT-9"]}
        message["DanhSachDiaBanNhan"] = [{"DichID": "1.2.3", "TenDich": "Xã khác"}]
        self.province.say("command", message)
        self.province.command("volume", 33)
        self.expect_state("AmLuong", 33)
        self.assertNotIn(71, [m["AmLuong"] for m in self.province.messages("state")])
        self.board.end()

    def test_barred(self):
        """A source without the class emergency: an urgent bulletin does not take the screen, and a line says so."""
        self.more = "classes=priority;ordinary;filler"
        self.start()
        base = self.province.publish(Bulletin(title="Nền", duration_s=600))
        self.board.wait_for_play(base)
        place = len(way.log(self.board))
        self.province.publish(Bulletin(1, "urgent", "Không được", until_s=int(time.time()) + 60))
        self.expect_line(r"(?i)ceiling|emergency|class|urgent", place)
        time.sleep(2)
        self.assertNotIn("emergency", [r.get("class") for r in self.board.air().values()])
        self.board.end()


class Plain(Commands):
    """Needs an address of this machine that is not the loopback."""

    def setUp(self):
        self.address = own_address()
        if not self.address:
            self.skipTest("this machine has no address but the loopback")

    def board_for(self, province, insecure):
        town = self.enterContext(ttn.Town())
        board = ttn.Board(town, province, more=ttn.CLASSES + insecure)
        text = board.config.read_text()
        board.config.write_text(text.replace("mqtts://localhost:%d" % province.broker.port,
                                             "mqtt://%s:%d" % (self.address, province.broker.plain_port)))
        return board

    def test_mqtt(self):
        with Province(plain=self.address) as province:
            board = self.board_for(province, "")
            done = way.district.run(way.district.PLAYER, "check", "--config", board.config, board.config, check=False)
            board.play()
            self.addCleanup(board.stop)
            time.sleep(6)
            said = done.stdout + done.stderr + way.log(board)
            self.assertRegex(said, r"player.conf:\d+: mqtt.*without TLS")
            self.assertEqual(province.broker.boards(), [])
            named = self.board_for(province, "\ninsecure_hosts=%s" % self.address)
            named.play()
            self.addCleanup(named.stop)
            named.wait_for_connection()
            named.wait_for_play(province.publish(title="Có tên"))

    def test_media(self):
        """Media by plain http come only from hosts that are named; else the words stand there."""
        self.start(plain=self.address)
        self.province.web.put("a.png", media.image(), "image/png")
        place = len(way.log(self.board))
        b = self.province.publish(Bulletin(2, "ordinary", "Ảnh trần", "Tóm tắt", self.province.web.plain_url("a.png")))
        self.board.wait_for_play(b)
        self.expect_line(r"http://", place)
        self.assertEqual([row for row in self.province.web.asked_for if row[2]], [])
        self.board.end()
        self.board = ttn.Board(self.town, self.province, ttn.CLASSES + "\ninsecure_hosts=" + self.address, name="hai")
        self.board.play()
        self.addCleanup(self.board.stop)
        self.province.publish(b)
        self.board.wait(lambda: [row for row in self.province.web.asked_for if row[2]], "a question for it")
        self.board.wait(lambda: ttn.is_near(ttn.colour_at(self.board.seen()), "d01818"), "the picture")


if __name__ == "__main__":
    unittest.main(verbosity=2)
