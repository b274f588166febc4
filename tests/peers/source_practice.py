#!/usr/bin/env python3
"""In the practice area everything works and nothing reaches glass: the whole way is gone there, and what real boards
read, what is counted and who is told stay as they were, to the byte."""

import base64
import hashlib
import json
import os
import re
import sqlite3
import struct

import source_lib as lib
from source_notices import words
from source_uploads import Sender, png
from source_proposals import database, desk, office, propose, sign, signatures, with_account

AREA = "thuc-hanh"
LED, PANEL = "thuc-hanh-led", "thuc-hanh-tam"
BAND = "không hiện lên bảng nào"


def tree(one, folder="tree"):
    """What boards may read: all names and bytes."""
    found = {}
    for path, _, names in os.walk(os.path.join(one.data, folder)):
        for name in names:
            with open(os.path.join(path, name), "rb") as f:
                found[os.path.relpath(os.path.join(path, name), one.data)] = hashlib.sha256(f.read()).hexdigest()
    return found


def counts(one):
    """Every table of the real source, but the diary and who is signed in."""
    with database(one) as db:
        names = [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: db.execute("SELECT count(*) FROM %s" % name).fetchone()[0]
                for name in names if name not in ("diary", "sqlite_sequence")}


def practice_database(one):
    return sqlite3.connect(os.path.join(one.data, "practice", "source.db"), timeout=20)


def give(one, name, *roles):
    for role in roles:
        one.give(name, role)


def enter(browser):
    status, headers, text = browser.post("/practice/enter")
    assert (status, headers["Location"]) == (303, "/"), (status, text)
    browser.find_token()
    return browser


def leave(browser):
    status, headers, text = browser.post("/practice/leave")
    assert (status, headers["Location"]) == (303, "/"), (status, text)
    browser.find_token()
    return browser


def written(browser, title="Tập cắt nước"):
    """A notice of the practice area that was sent to be approved."""
    status, headers, text = browser.post("/notices/new")
    assert status == 303, (status, text)
    notice = headers["Location"]
    status, headers, text = browser.post(notice + "/send", **words(AREA, title_0=title))
    assert status == 303, (status, text)
    return notice


def practice_key(browser):
    """As sign.js does it there: no passphrase, no backup."""
    text = browser.get("/keys")
    assert "data-make-practice-key" in text and 'name="passphrase"' not in text and "data-restore-key" not in text
    key = lib.Key()
    status, _, text = browser.post("/keys", public=key.base64, label="Khóa thực hành")
    assert status == 303, (status, text)
    return key


def signed(one, browser, number, key):
    page = browser.get("/proposals/%d" % number)
    assert key.id in page and BAND in page
    payloads = []
    for n in range(len(re.search('data-sha256="([^"]*)"', page)[1].split())):
        status, _, body = one.request("GET", "/proposals/%d/document?n=%d" % (number, n),
                                      headers={"Cookie": browser.cookie})
        assert status == 200
        payloads.append(body)
    return payloads, browser.post("/proposals/%d/sign" % number, keyid=key.id, signatures=signatures(key, payloads))


def picture(one, browser, page, screen):
    address = re.search(r'src="(/screens/%s/picture\?\d+)"' % screen, page)[1]
    status, headers, body = one.request("GET", address, headers={"Cookie": browser.cookie})
    assert status == 200 and headers["Content-Type"] == "image/png", (status, body[:200])
    return body, struct.unpack(">II", body[16:24])


def test_the_whole_way():
    with office() as one:
        give(one, "duyet", "editor", "operator")
        assert sign(one, propose(one))[0] == 303  # something real is on the air
        browser = desk(one, "duyet")
        report = browser.get("/reports/csv?area=krongpa&first=2026-01-01&last=2026-12-31")
        tree_before, counted = tree(one), counts(one)
        assert tree_before and BAND not in browser.get("/")
        page = enter(browser).get("/")
        assert BAND in page and "kp-01" not in page and LED in page and PANEL in page
        assert "/account" not in page
        assert "/picture?" not in page  # nothing was published yet
        written(browser)
        assert "Tập cắt nước" in browser.get("/proposals")
        key = practice_key(browser)
        payloads, (status, _, text) = signed(one, browser, 1, key)
        assert status == 303, (status, text)
        assert {json.loads(p)["source"] for p in payloads} == {AREA}
        with practice_database(one) as db:
            assert db.execute("SELECT state, decider FROM proposal").fetchall() == [("published", "duyet")]
        # what the public would see stands on the glass of its screens
        page = browser.get("/")
        assert "Đang phát" in page, page
        small, size = picture(one, browser, page, LED)
        assert size == (640, 384)
        assert picture(one, browser, page, PANEL)[1] == (1920, 1080)
        assert BAND in browser.get("/screens/" + LED)
        # an operator cuts, and it is cut there
        status, headers, text = browser.post("/cuts/new", area=AREA, where="all", reason="Tập ngắt")
        assert status == 303 and headers["Location"].startswith("/cuts/"), (status, text)
        assert "/picture?" not in browser.get("/")
        # nothing of it is anywhere else
        page = leave(browser).get("/")
        assert BAND not in page and "kp-01" in page and LED not in page
        for path in ("/notices", "/proposals", "/emergency"):
            page = browser.get(path)
            assert "Tập cắt nước" not in page and "Tập ngắt" not in page, path
        assert tree(one) == tree_before
        assert counts(one) == counted
        assert browser.get("/reports/csv?area=krongpa&first=2026-01-01&last=2026-12-31") == report
        with database(one) as db:
            assert db.execute("SELECT count(*) FROM letter").fetchone()[0] == 0
            assert any("practice" in what for what, in db.execute("SELECT what FROM diary"))
        # it is there again after a restart
        one.stop()
        one.serve()
        one.desks.clear()
        with database(one) as db:
            db.execute("UPDATE user SET totp_secret = ''")
        assert "Tập cắt nước" in enter(desk(one, "duyet")).get("/notices")
        assert tree(one) == tree_before


def test_cleared():
    """By two presses, as it was at first; whoever practises goes on; nothing real is touched."""
    with office() as one:
        give(one, "duyet", "editor", "operator")
        assert sign(one, propose(one))[0] == 303
        browser = desk(one, "duyet")
        real, tree_before, counted = browser.token, tree(one), counts(one)
        # not from outside, by no page and no token
        assert browser.ask("GET", "/practice/clear")[0] == 403 and browser.post("/practice/clear")[0] == 403
        assert "/practice/clear" not in browser.get("/practice")
        enter(browser)
        browser.__class__ = Sender
        written(browser)
        key = practice_key(browser)
        assert signed(one, browser, 1, key)[1][0] == 303
        assert browser.send("a.png", png(20, 20), area=AREA)["state"] == "done"
        browser.begin("b.png", 1000, area=AREA)
        for kind, more in (("playlists", {}), ("layouts", {"from": "full"}), ("programmes", {})):
            assert browser.post("/" + kind, name="Tập", area=AREA, **more)[0] == 303
        written(browser, "Tập lần hai")
        assert browser.post("/cuts/new", area=AREA, where="all", reason="Tập ngắt")[0] == 303
        assert browser.post("/emergency/new", area=AREA, level="1", hours="1", issuer="UBND", reason="Tập",
                            rehearsal="1", **{"vi.title": "Lũ", "vi.what": "Lũ"})[0] == 303
        with practice_database(one) as db:
            db.execute("UPDATE screen SET name = 'Tập tên', width_px = 320, retired_ms = 1 WHERE id = ?", (LED,))
            versions = db.execute("SELECT max(version) FROM document").fetchone()[0]
        # the first press says what goes, and does nothing
        assert "/practice/clear" in browser.get("/practice")
        page = browser.get("/practice/clear")
        assert [int(n) for n in re.findall(r"<dt>[^<]*</dt><dd>(\d+)</dd>", page)] == [2, 3, 1, 3], page
        assert "Tập cắt nước" in browser.get("/notices")
        # the second press, but not with the token of the other side
        practising, browser.token = browser.token, real
        assert browser.post("/practice/clear")[0] == 403
        browser.token = practising
        status, headers, text = browser.post("/practice/clear")
        assert (status, headers["Location"]) == (303, "/practice?cleared=1"), (status, text)
        assert "lại trống" in browser.get("/practice?cleared=1")
        for path in ("/notices", "/playlists", "/layouts", "/programmes", "/media", "/proposals", "/emergency", "/"):
            page = browser.get(path)
            assert "Tập" not in page.split("<main", 1)[1] and "/picture?" not in page, path
        assert LED in browser.get("/") and PANEL in browser.get("/")
        left = tree(one, "practice")
        kept = re.compile(r"practice/(source\.db.*|lock|\w+\.key|tree/v1/(root/\d+\.json|screens/(%s|%s)/now\.json))" %
                          (LED, PANEL))
        assert [path for path in left if not kept.fullmatch(path)] == []
        with practice_database(one) as db:
            assert db.execute("SELECT id, name, width_px FROM screen ORDER BY id").fetchall() == [
                (LED, "Bảng LED thực hành", 640), (PANEL, "Màn hình thực hành", 1920)]
            assert db.execute("SELECT count(*) FROM diary WHERE what = 'cleared the practice area'").fetchone() == (1,)
            for table in ("notice", "playlist", "layout", "programme", "media", "upload", "proposal", "document",
                          "publication", "cut", "alarm", "command"):
                assert db.execute("SELECT count(*) FROM " + table).fetchone() == (0,), table
        # all works on, with the same key, and numbers have gone on
        notice = written(browser, "Tập lại")
        number = int(re.search(r"/proposals/(\d+)", browser.get("/proposals"))[1])
        assert signed(one, browser, number, key)[1][0] == 303
        with practice_database(one) as db:
            assert db.execute("SELECT min(version) FROM document").fetchone()[0] > versions
        assert "Đang phát" in browser.get("/") and notice != "/notices/1"
        # at an empty one it does no harm, and others who were inside are not thrown out
        assert browser.post("/practice/clear")[0] == 303 and browser.post("/practice/clear")[0] == 303
        leave(browser)
        assert tree(one) == tree_before and counts(one) == counted
        one.run("audit")


def test_no_box_claims_its_screens():
    with office() as one:
        give(one, "duyet", "operator")
        browser = enter(desk(one, "duyet"))
        board = lib.Key()
        body = json.dumps({"key": board.base64, "code": board.claim_code()}).encode()
        assert one.post_signed(board, "/v1/enrol", body)[0] == 202
        assert board.claim_code() not in browser.get("/claim")
        status, _, text = browser.post("/claim", code=board.claim_code(), screen=LED, name="x", area=AREA)
        assert status != 303, text
        assert one.post_signed(board, "/v1/enrol", body)[0] == 202  # it still waits
        with practice_database(one) as db:
            assert db.execute("SELECT count(*) FROM screen WHERE key IS NOT NULL").fetchone()[0] == 0
        for screen in (LED, PANEL):
            assert one.get("/v1/screens/%s/now.json" % screen)[0] == 404
            assert one.get("/v1/screens/%s/events" % screen)[0] == 404
            assert one.post_signed(board, "/v1/screens/%s/reports" % screen, b"{}\n")[0] in (401, 403, 404)


def test_a_page_of_one_side_does_nothing_on_the_other():
    with office() as one:
        give(one, "duyet", "editor")
        browser = desk(one, "duyet")
        real = browser.token
        enter(browser)
        practising = browser.token
        browser.token = real
        assert browser.post("/notices/new")[0] == 403
        browser.token = practising
        leave(browser)
        browser.token = practising
        assert browser.post("/notices/new")[0] == 403
        assert counts(one)["notice"] == 0
        browser.find_token()
        # what is the account's own is not there twice
        enter(browser)
        assert browser.ask("GET", "/account")[0] == 403
        assert browser.post("/account/password", old="x", password="một mật khẩu dài", again="một mật khẩu dài")[0] == 403


def test_keys_of_the_two_sides():
    with office() as one:
        number = propose(one)
        browser = enter(desk(one, "duyet"))
        # the real key is not taken, though somebody gives it
        status, _, text = browser.post("/keys", public=one.keys_of["duyet"].base64, label="x")
        assert status == 409, (status, text)
        key = practice_key(browser)
        # the practice key signs nothing real: nobody registered it there, and no root has it
        leave(browser)
        assert sign(one, number, key=key)[0] in (400, 403, 404)
        one.run("key register", key.base64, "--user", "duyet", "--label", "x")
        assert sign(one, number, key=key)[0] in (400, 403, 404)
        assert one.now()["manifest"] is None or one.now()["manifest"] == ""
        # a new practice key takes the place of the old one, however often
        enter(browser)
        for _ in range(20):
            practice_key(browser)
        with practice_database(one) as db:
            assert db.execute("SELECT count(*) FROM approver_key WHERE ended_ms IS NULL").fetchone()[0] == 1


def test_the_same_roles():
    with office() as one:
        editor = enter(desk(one, "soan"))
        written(editor)
        page = editor.get("/proposals/1")
        assert "data-sign" not in page
        assert editor.ask("GET", "/keys")[0] == 403
        # an administrator is one of the real source only, and without another role has nothing to practise
        with_account(one, "quan", "administrator")
        keeper = desk(one, "quan")
        assert keeper.post("/practice/enter")[0] == 403 and keeper.get("/people")
        give(one, "quan", "editor")
        assert enter(keeper).ask("GET", "/people")[0] == 403
        # another approver signs what an editor wrote
        browser = enter(desk(one, "duyet"))
        assert signed(one, browser, 1, practice_key(browser))[1][0] == 303


if __name__ == "__main__":
    lib.run_tests(globals())
