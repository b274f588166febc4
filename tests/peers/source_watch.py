#!/usr/bin/env python3
"""Nobody watches a page: who is told, of what, when, how often; by letters to a mail server and calls
to a program, both standing here. The hours pass by a clock that stands still and is set."""

import base64
import contextlib
import email
import email.policy
import hashlib
import hmac
import json
import os
import socket
import socketserver
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import source_lib as lib
import source_page as page

T0 = 1795744800  # 2026-11-27 08:00 in Vietnam: a round number of seconds


class MailSink(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given. It offers no TLS."""
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port=0, talk=None):
        self.letters, self.refuse = [], False
        super().__init__(("0.0.0.0", port), talk or MailTalk)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class MailTalk(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def take(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.server.letters.append(letter)
        self.say("250 taken")

    def handle(self):
        self.say("220 sink")
        while line := self.rfile.readline():
            verb = line.decode().strip().upper()
            if verb.startswith("QUIT"):
                self.say("221 bye")
                return
            if verb.startswith("DATA") and not self.server.refuse:
                self.take()
            else:
                self.say("451 later" if self.server.refuse and verb.startswith("RCPT") else "250 sink")


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.headers, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def hook_sink():
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.calls, server.status = [], 204
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class House:
    """A source with an area, an operator of it, and a mail server."""

    def __init__(self, one, mail=True):
        self.one, self.now = one, T0
        page.with_user(one)
        self.db = sqlite3.connect(os.path.join(one.data, "source.db"), isolation_level=None, timeout=10)
        self.sql("UPDATE user SET email = 'an@example.vn'")
        self.sql("INSERT INTO area (id, parent, name, kind, created_ms)"
                 " VALUES ('phutuc', 'krongpa', 'Xã Phú Túc', 'commune', 0)")
        self.sink = MailSink()
        if mail:
            self.mail_conf("127.0.0.1")

    def close(self):
        self.db.close()
        self.sink.close()

    def mail_conf(self, host):
        with open(os.path.join(self.one.data, "mail.conf"), "w") as f:
            f.write("[mail]\nurl=smtp://%s:%d\nfrom=bangtin@example.vn\n" % (host, self.sink.port))

    def sql(self, text, *values):
        return self.db.execute(text, values).fetchall()

    def screens(self, n, area="phutuc", start=0):
        ids = ["s%02d" % i for i in range(start, start + n)]
        for id in ids:
            self.one.add_screen(id, key=lib.Key(), name="Bảng " + id)
            self.sql("UPDATE screen SET area = ? WHERE id = ?", area, id)
        self.hear(ids)
        return ids

    def hear(self, ids, state="playing"):
        for id in ids:
            self.sql("UPDATE screen SET seen_ms = ?2, since_ms = CASE WHEN state = ?3 THEN since_ms"
                     " ELSE ?2 END, state = ?3, state_at_ms = ?2 WHERE id = ?1", id, self.now * 1000, state)

    def tell(self, id, **more):
        """The newest state fact of a screen."""
        line = json.dumps(lib.fact(1, **more))
        self.sql("INSERT OR REPLACE INTO told (screen, at_ms, line) VALUES (?, ?, ?)", id, self.now * 1000, line)

    def clock(self):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now)) + "x0"

    def look(self):
        self.one.run("watch", "--once", "--clock", self.clock())

    def pass_time(self, seconds, heard=(), step=60):
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + step)
            self.hear(heard)
            self.look()

    def take(self):
        letters, self.sink.letters = self.sink.letters, []
        return letters


@contextlib.contextmanager
def house(**how):
    with lib.source() as one:
        h = House(one, **how)
        try:
            yield h
        finally:
            h.close()


def words(letter):
    return str(letter["Subject"]) + "\n" + letter.get_content()


def test_silent_is_told_once_and_over_once():
    with house() as h:
        ids = h.screens(2)
        h.pass_time(120, heard=ids)
        silent_since = h.now
        while not h.sink.letters and h.now < silent_since + 600:
            h.pass_time(20, heard=ids[1:], step=20)
        assert h.now - silent_since <= 300, h.now - silent_since
        letter, = h.take()
        assert letter["To"] == "an@example.vn" and letter["From"] == "bangtin@example.vn"
        text = words(letter)
        assert "Bảng s00" in text and "mất liên lạc" in text and "s01" not in text, text
        assert "Xã Phú Túc" in letter["Subject"], letter["Subject"]
        assert time.strftime("%H:%M", time.gmtime(silent_since + 7 * 3600)) in text, text
        h.pass_time(900, heard=ids[1:], step=180)
        assert h.take() == [], "a fault was told again"
        h.pass_time(360, heard=ids)
        letter, = h.take()
        assert "Bảng s00" in words(letter) and "đã hết" in words(letter), words(letter)
        h.pass_time(600, heard=ids, step=120)
        assert h.take() == []


def test_looking_is_waited_for_once():
    """Found 9 s late, it is told at the first look after its two minutes; after a standstill they begin anew."""
    with house() as h:
        first, second = h.screens(2)
        for after, told in [(149, 0), (159, 0), (269, 0), (271, 1), (871, 0), (980, 0), (982, 1)]:
            h.now = T0 + after
            h.hear([second] if after <= 271 else [])
            h.look()
            assert len(h.take()) == told, after


def test_a_site_is_one_message():
    """Ten screens that lose their line within a minute; another area's are another message."""
    with house() as h:
        h.sql("INSERT INTO area (id, parent, name, kind, created_ms)"
              " VALUES ('iarsai', 'krongpa', 'Xã Ia Rsai', 'commune', 0)")
        here, there = h.screens(10), h.screens(2, "iarsai", 10)
        for i in range(10):  # each beat of the last minute was another screen's last one
            h.pass_time(6, heard=here[i:] + there, step=6)
        h.pass_time(600)
        letters = h.take()
        assert len(letters) == 2, [words(letter) for letter in letters]
        by_area = {"Phú Túc": 10, "Ia Rsai": 2}
        for letter in letters:
            n, = [n for name, n in by_area.items() if name in letter["Subject"]]
            assert letter.get_content().count("mất liên lạc") == n, words(letter)


def test_what_passes_is_no_fault():
    with house() as h:
        ids = h.screens(1)
        h.pass_time(200)  # late, and silent for a moment
        h.pass_time(600, heard=ids)
        assert h.take() == []
        assert h.sql("SELECT count(*) FROM fault") == [(0,)]


def test_a_source_that_was_off_blames_nobody():
    with house() as h:
        h.screens(3)
        h.now = int(time.time())
        h.one.serve()
        time.sleep(4)
        h.one.stop()
        assert h.sql("SELECT count(*) FROM fault") == [(0,)]


def test_other_faults():
    with house() as h:
        ids = h.screens(4)
        h.sql("UPDATE screen SET manifest = 'x' WHERE id != 's03'")
        told = {"s00": dict(state="safe"), "s01": dict(state="dark"),
                "s02": dict(state="playing", on_air=[{"zone": "main", "item": "n1", "fault": "black"}]),
                "s03": dict(state="safe")}
        for _ in range(20):
            h.now += 30
            for id, more in told.items():
                h.hear([id], more["state"])
                h.tell(id, **more)
            h.look()
        letter, = h.take()
        text = words(letter)
        for word in ("Bảng s00: đang hiện màn hình chờ", "Bảng s01: tắt ngoài giờ theo lịch", "main/n1 black"):
            assert word in text, (word, text)
        assert "s03" not in text, "nothing is published to it"


def test_dark_by_its_timetable_is_right():
    draft = dict(lib.TEXT, display={"on": [["05:00", "22:00"]]})
    with house() as h:
        h.screens(1)
        h.one.publish(draft, "--key", h.one.key("publish"))
        for start, faults in [(T0 + 14.5 * 3600, 0), (T0 + 25 * 3600, 1)]:  # 22:30; 09:00 the next day
            h.now = int(start)
            for _ in range(10):
                h.now += 30
                h.hear(["s00"], "dark")
                h.look()
            assert len(h.sql("SELECT * FROM fault WHERE kind = 'dark'")) == faults, faults


def test_an_alert_that_does_not_come():
    """At once, also in quiet hours; not of a screen that shows it."""
    with house() as h:
        ids = h.screens(2)
        h.sql("INSERT INTO contact (area, quiet_from_min, quiet_to_min) VALUES ('krongpa', 0, 1439)")
        h.sql("INSERT INTO document VALUES ('a1', 'alert', 1, ?1, ?2, ?1)", h.now * 1000, (h.now + 7200) * 1000)
        h.sql("UPDATE screen SET alert = 'a1'")
        published = h.now
        while not h.sink.letters and h.now < published + 600:
            h.now += 10
            for id in ids:
                h.hear([id])
                h.tell(id, state="playing", on_air=[{"zone": "main", "item": "n1",
                                                    "class": "ordinary" if id == "s00" else "emergency"}])
            h.look()
        assert h.now - published <= 140, h.now - published
        letter, = h.take()
        assert "Bảng s00" in words(letter) and "s01" not in words(letter), words(letter)
        assert "khẩn cấp" in words(letter), words(letter)


def test_what_expires_is_told_three_times():
    with house() as h:
        h.sql("UPDATE user SET email = ''")  # approvers are told of it as well
        h.one.run("user add", "duyet")
        h.sql("UPDATE user SET email = 'duyet@example.vn' WHERE name = 'duyet'")
        h.sql("UPDATE role SET role = 'approver' WHERE user = 'duyet'")
        ids = h.screens(2)
        end = h.now + 20 * 86400
        h.sql("INSERT INTO document VALUES ('m1', 'manifest', 1, ?1, ?2, ?1)", h.now * 1000, end * 1000)
        h.sql("UPDATE screen SET manifest = 'm1'")
        told = []
        for _ in range(22 * 4):
            h.pass_time(6 * 3600, heard=ids, step=6 * 3600)
            told += [((end - h.now) / 86400, letter) for letter in h.take()]
        assert [-(-days // 1) for days, _ in told] == [14, 7, 1, 0], [d for d, _ in told]
        assert "hết hạn" in words(told[0][1]) and "14 ngày" in words(told[0][1]), words(told[0][1])
        assert told[0][1]["To"] == "duyet@example.vn"
        h.sql("INSERT INTO document VALUES ('m2', 'manifest', 2, ?1, ?2, ?1)", h.now * 1000, (h.now + 40 * 86400) * 1000)
        h.sql("UPDATE screen SET manifest = 'm2'")
        h.pass_time(600, heard=ids)
        letter, = h.take()
        assert "gia hạn" in words(letter), words(letter)


def test_quiet_hours():
    with house() as h:
        ids = h.screens(1)
        h.sql("INSERT INTO contact (area, quiet_from_min, quiet_to_min) VALUES ('phutuc', ?, ?)", 22 * 60, 6 * 60)
        h.now = T0 + 13 * 3600 + 55 * 60  # 21:55
        h.hear(ids)
        h.pass_time(3600, step=300)
        assert h.take() == [], "told in the night"
        h.pass_time(8 * 3600, step=1200)
        letter, = h.take()
        assert "Bảng s00" in words(letter)


def test_a_server_that_is_down_gets_it_later_and_once():
    with house() as h:
        h.screens(1)
        port = h.sink.port
        h.sink.close()
        h.pass_time(1200)
        waiting, = h.sql("SELECT tries, problem FROM letter")
        assert 3 <= waiting[0] <= 5 and str(port) in waiting[1], waiting
        h.sink = MailSink(port)
        h.sink.refuse = True
        h.pass_time(3600, step=600)
        assert h.take() == []
        h.sink.refuse = False
        h.pass_time(3600, step=600)
        assert len(h.take()) == 1
        h.pass_time(3600, step=600)
        assert h.take() == []


def test_what_nobody_takes_is_given_up():
    with house() as h:
        h.screens(1)
        h.mail_conf("127.0.0.1:1#")
        h.pass_time(600)
        h.pass_time(4 * 86400, step=6 * 3600)
        assert h.sql("SELECT sent_ms, given_up_ms > 0 FROM letter") == [(None, 1)]
        h.sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)"
              " INSERT INTO letter (token, way, area, target, subject, body, created_ms, next_ms)"
              " SELECT i, 'hook', 'krongpa', 'x', '', '', ?1, ?1 + 999999999 FROM n", h.now * 1000)
        h.pass_time(7200, step=3600)
        assert h.sql("SELECT count(*) FROM letter WHERE sent_ms IS NULL AND given_up_ms IS NULL") == [(1000,)]


def test_no_letter_in_plain_over_a_network():
    """0.0.0.0 reaches this machine and is no name of it; the server there offers no TLS."""
    with house(mail=False) as h:
        h.screens(1)
        h.mail_conf("0.0.0.0")
        h.pass_time(600)
        assert h.take() == [], "a letter went in plain"
        assert h.sql("SELECT count(*) FROM letter WHERE tries > 0 AND sent_ms IS NULL") == [(1,)]
        h.mail_conf("127.0.0.1")
        h.pass_time(3600, step=600)
        assert len(h.take()) == 1


def test_hooks_are_signed_and_called_once():
    with house() as h, hook_sink() as sink:
        url = "http://127.0.0.1:%d/bangtin" % sink.server_port
        h.sql("INSERT INTO contact (area, hook, secret) VALUES ('krongpa', ?, 'bí mật')", url)
        ids = h.screens(1)
        sink.status = 500
        h.pass_time(330)
        assert len(sink.calls) >= 1
        first = sink.calls[0]
        sink.status = 204
        h.pass_time(600)
        n = len(sink.calls)
        headers, body = sink.calls[-1]
        assert headers["Bangtin-Delivery"] == first[0]["Bangtin-Delivery"] and body == first[1]
        said = hmac.new("bí mật".encode(), headers["Bangtin-Timestamp"].encode() + b"." + body, hashlib.sha256)
        assert headers["Bangtin-Signature"] == "sha256=" + said.hexdigest()
        told = json.loads(body)
        assert told["area"] == "phutuc" and told["source"] == "krongpa"
        assert [f["screen"] for f in told["faults"]] == ["s00"] and told["faults"][0]["kind"] == "silent"
        assert "over" not in told["faults"][0]
        h.pass_time(600, heard=ids)
        assert len(sink.calls) == n + 1 and "over" in json.loads(sink.calls[-1][1])["faults"][0]


def test_served():
    """The whole way with a server that runs twenty times as fast, killed once on the way."""
    key = lib.Key()
    with house() as h:
        h.one.add_screen("kp-01", key=key, name="Bảng trước chợ")
        start = time.monotonic()
        clock = lambda: T0 + (time.monotonic() - start) * 20
        h.one.serve("--clock", h.clock().replace("x0", "x20"), "--base", "https://bang.example.vn")
        from email.utils import formatdate
        at = clock()
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        fact = dict(lib.fact(1, state="playing", on_air=[]), at=when)
        path = "/v1/screens/kp-01/reports"
        status, _, said = h.one.post_signed(key, path, json.dumps(fact).encode() + b"\n",
                                            url="https://bang.example.vn" + path,
                                            date=formatdate(at, usegmt=True), created=int(at))
        assert status == 200, said
        deadline = time.monotonic() + 60
        while not h.sink.letters:
            assert time.monotonic() < deadline, "nobody was told"
            time.sleep(0.1)
        assert clock() - at <= 330, clock() - at  # a turn is twenty seconds of this clock
        time.sleep(5)
        letter, = h.take()
        assert "Bảng trước chợ" in words(letter) and "https://bang.example.vn/" in words(letter)
        h.one.kill()
        h.one.serve("--clock", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(clock())) + "x20")
        time.sleep(20)
        assert h.take() == []


if __name__ == "__main__":
    lib.run_tests(globals())
