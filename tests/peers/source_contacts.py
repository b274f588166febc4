#!/usr/bin/env python3
"""The pages of contacts and of the register: who may see and change what, and that nothing that is typed
becomes more than words."""

import csv
import io
import os
import sqlite3
import time

import source_lib as lib
import source_page as page
import source_watch as watch

EVIL = page.EVIL


class House:
    """Two communes with a board each; `tinh` is the administrator of all, `xa` an operator of one."""

    def __init__(self, one):
        self.one = one
        page.with_user(one, "tinh")
        page.with_user(one, "xa")
        page.with_user(one, "doc")
        self.db = sqlite3.connect(os.path.join(one.data, "source.db"), isolation_level=None, timeout=10)
        for id in ("phutuc", "iarsai"):
            self.sql("INSERT INTO area (id, parent, name, kind, created_ms) VALUES (?1, 'krongpa', ?1, 'commune', 0)", id)
        for id, area in (("a1", "phutuc"), ("b1", "iarsai")):
            one.add_screen(id, name="Bảng " + EVIL)
            self.sql("UPDATE screen SET area = ? WHERE id = ?", area, id)
        self.sql("UPDATE role SET role = 'operator', area = 'phutuc' WHERE user = 'xa'")
        self.sql("UPDATE role SET role = 'auditor', area = 'phutuc' WHERE user = 'doc'")
        one.serve()

    def sql(self, text, *values):
        return self.db.execute(text, values).fetchall()

    def sign_in(self, user):
        browser = page.Browser(self.one)
        browser.sign_in(user)
        _, _, text = browser.ask("GET", "/contacts")
        browser.token = text.split('name="token" value="', 1)[1].split('"', 1)[0]
        return browser


def post(browser, path, token=None, **fields):
    return browser.ask("POST", path, page.form(token=browser.token if token is None else token, **fields))


AREA = {"area": "phutuc", "from": "22:00", "to": "06:00", "hook": ""}
SHEET = dict(kind="trên cột", maker="P2.5", installed="2025-03-01", width="3200", height="1920",
             condition="worn", note="Mối nối\nbị ẩm")


def test_contacts_of_an_area():
    with lib.source() as one:
        h = House(one)
        xa, tinh, doc = h.sign_in("xa"), h.sign_in("tinh"), h.sign_in("doc")
        assert post(xa, "/contacts/area", **dict(AREA, hook="https://xa.example.vn/"))[0] == 303
        assert h.sql("SELECT area, hook, quiet_from_min, quiet_to_min FROM contact") == [("phutuc", "", 1320, 360)], \
            "an operator sets quiet hours, and no webhook"
        assert post(tinh, "/contacts/area", **dict(AREA, hook="https://xa.example.vn/"))[0] == 303
        (hook, secret), = h.sql("SELECT hook, secret FROM contact")
        assert hook == "https://xa.example.vn/" and len(secret) >= 20
        assert secret in tinh.ask("GET", "/contacts?area=phutuc")[2]
        assert secret not in xa.ask("GET", "/contacts?area=phutuc")[2]
        for browser, change, status in [
                (tinh, {"hook": "http://xa.example.vn/"}, 400), (tinh, {"hook": "ftp://xa.example.vn/"}, 400),
                (tinh, {"hook": "https://user:word@xa.example.vn/"}, 400), (tinh, {"hook": "https:///x"}, 400),
                (tinh, {"hook": "https://" + "x" * 1000}, 400), (tinh, {"from": "24:00"}, 400),
                (tinh, {"from": "9:00"}, 400), (tinh, {"to": "' OR 1"}, 400), (tinh, {"area": "none"}, 403),
                (xa, {"area": "iarsai"}, 403), (xa, {"area": "krongpa"}, 403), (doc, {}, 403),
                (tinh, {"token": "x" * 64}, 403)]:
            got = post(browser, "/contacts/area", **dict(AREA, **change))[0]
            assert got == status, (change, got)
        assert h.sql("SELECT hook FROM contact") == [("https://xa.example.vn/",)]
        for browser, sees in ((xa, False), (tinh, True)):
            assert ('value="iarsai"' in browser.ask("GET", "/contacts?area=iarsai")[2]) == sees


def test_ones_own_letters():
    with lib.source() as one:
        h = House(one)
        xa = h.sign_in("xa")
        assert post(xa, "/contacts/me", email="xa@example.vn", asked="yes")[0] == 303
        assert h.sql("SELECT email FROM user WHERE name = 'xa'") == [("xa@example.vn",)]
        assert "xa@example.vn" in h.sign_in("tinh").ask("GET", "/contacts?area=phutuc")[2].split("Thư được gửi đến")[1]
        for email in ("xa", "xa@", "@x", "a@b@c", "a b@c", "a@b\r\nBcc: c@d", "<a@b>", "a@" + "b" * 260, "ă@b"):
            assert post(xa, "/contacts/me", email=email, asked="yes")[0] in (303, 400)
            assert h.sql("SELECT email FROM user WHERE name = 'xa'")[0][0] in ("xa@example.vn", ""), email
        post(xa, "/contacts/me", email="xa@example.vn")
        assert h.sql("SELECT user FROM unasked") == [("xa",)]
        _, _, text = h.sign_in("tinh").ask("GET", "/contacts?area=phutuc")
        assert "Chưa có ai nhận tin" in text


def test_a_test_message():
    """Served as it is used: pressed on the page, taken by a mail server a moment later."""
    sink = watch.MailSink()
    with lib.source() as one:
        h = House(one)
        with open(os.path.join(one.data, "mail.conf"), "w") as f:
            f.write("[mail]\nurl=smtp://127.0.0.1:%d\nfrom=bangtin@example.vn\n" % sink.port)
        xa, doc = h.sign_in("xa"), h.sign_in("doc")
        post(xa, "/contacts/me", email="xa@example.vn", asked="yes")
        assert post(doc, "/contacts/test", area="phutuc")[0] == 403
        assert post(xa, "/contacts/test", area="iarsai")[0] == 403
        assert post(xa, "/contacts/test", area="phutuc")[0] == 303
        deadline = time.monotonic() + 20
        while not sink.letters:
            assert time.monotonic() < deadline, "no letter came"
            time.sleep(0.1)
        time.sleep(2.5)
        letter, = sink.letters
        assert letter["To"] == "xa@example.vn" and "gửi thử" in letter["Subject"], letter
        assert "đã gửi" in xa.ask("GET", "/contacts?area=phutuc")[2]
    sink.close()


def test_the_register():
    with lib.source() as one:
        h = House(one)
        xa, tinh, doc = h.sign_in("xa"), h.sign_in("tinh"), h.sign_in("doc")
        assert post(xa, "/register/a1", **SHEET)[0] == 303
        assert h.sql("SELECT kind, width_mm, condition, note FROM board") == \
            [("trên cột", 3200, "worn", "Mối nối\nbị ẩm")]
        for browser, path, change, status in [
                (xa, "/register/b1", {}, 404), (doc, "/register/a1", {}, 403), (tinh, "/register/none", {}, 404),
                (xa, "/register/a1", {"width": "-1"}, 400), (xa, "/register/a1", {"width": "100001"}, 400),
                (xa, "/register/a1", {"installed": "2025-02-30"}, 400), (xa, "/register/a1", {"condition": "x"}, 400),
                (xa, "/register/a1", {"note": "x" * 1001}, 400), (xa, "/register/a1", {"kind": "x" * 201}, 400),
                (xa, "/register/a1", {"token": "x" * 64}, 403)]:
            got = post(browser, path, **dict(SHEET, **change))[0]
            assert got == status, (path, change, got)
        assert h.sql("SELECT screen, width_mm FROM board") == [("a1", 3200)]
        assert post(xa, "/register/a1/repairs", day="2026-04-01", what="Thay nguồn " + EVIL, by="=1+1")[0] == 303
        for change in ({"day": "x"}, {"what": ""}, {"what": "x" * 1001}):
            assert post(xa, "/register/a1/repairs", **dict(dict(day="2026-04-01", what="x", by=""), **change))[0] == 400
        assert post(xa, "/register/b1/repairs", day="2026-04-01", what="x", by="")[0] == 404
        assert len(h.sql("SELECT * FROM repair")) == 1
        _, _, text = doc.ask("GET", "/register/a1")
        assert "01/04/2026" in text and "Thay nguồn" in text and "<script>alert" not in text and "<img" not in text
        assert 'action="/register/a1"' not in text, "who reads has no form"
        assert doc.ask("GET", "/register/b1")[0] == 404
        for browser, boards in ((doc, 1), (tinh, 2)):
            assert browser.ask("GET", "/register")[2].count('href="/register/') == boards


def test_formulas_of_the_register():
    with lib.source() as one:
        h = House(one)
        xa = h.sign_in("xa")
        assert post(xa, "/register/a1", **dict(SHEET, kind="=cmd|' /C calc'!A0", maker="+1", note="@SUM(A1)"))[0] == 303
        status, headers, text = xa.ask("GET", "/register.csv")
        assert status == 200 and headers["Content-Type"].startswith("text/csv")
        rows = list(csv.reader(io.StringIO(text[1:])))
        assert text[0] == "\ufeff" and len(rows) == 3, rows
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")], cells
        assert "'=cmd|' /C calc'!A0" in cells and "'+1" in cells and "'@SUM(A1)" in cells


def test_reports_of_another_area():
    """What is asked for and not one's own becomes one's own."""
    with lib.source() as one:
        h = House(one)
        h.sql("UPDATE screen SET seen_ms = 1")
        now = int(time.time()) // 3600 * 3600000
        for id in ("a1", "b1"):
            h.sql("INSERT INTO hour VALUES (?, ?, 3600000, 0, 0)", id, now - 86400000)
        xa = h.sign_in("xa")
        first = time.strftime("%Y-%m-%d", time.gmtime(now / 1000 - 5 * 86400))
        last = time.strftime("%Y-%m-%d", time.gmtime(now / 1000 + 86400))
        for area in ("iarsai", "krongpa", "", "'"):
            status, _, text = xa.ask("GET", "/reports/csv?first=%s&last=%s&area=%s" % (first, last, area))
            assert status == 200 and "a1" in text and "b1" not in text, (area, text)
        stranger = page.Browser(one)
        for path in ("/reports", "/reports/view?period=year", "/reports/csv?period=year", "/register", "/contacts"):
            status, headers, _ = stranger.ask("GET", path)
            assert status == 303 and headers["Location"].startswith("/sign-in"), path


if __name__ == "__main__":
    lib.run_tests(globals())
