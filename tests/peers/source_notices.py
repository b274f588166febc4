#!/usr/bin/env python3
"""Notices, from an official's words to documents that wait for signatures: what is typed is kept, what is
shown is what the player draws, and nobody reaches into another commune."""

import hashlib
import html
import json
import os
import re
import sqlite3
import subprocess
import tempfile
import threading
import time

import source_lib as lib
import source_page as page

PLAYER = os.path.join(lib.BUILD, "bin", "bangtin")
page.ALLOWED |= {"fieldset", "legend", "select", "option", "textarea", "details", "summary", "script", "figure",
                 "figcaption", "img", "p", "nav"}
EVIL = page.EVIL


class Page(page.Seen):
    """Scripts are ours only, by their address."""

    def __init__(self, text):
        for tag in re.findall(r"<script[^>]*>", text):
            assert re.search(r'src="/files/[a-z.]+\?[0-9a-f]{16}"', tag), tag
        assert "<script>" not in text
        super().__init__(text)

    def handle_starttag(self, tag, attributes):
        if tag != "input" or dict(attributes).get("name"):
            super().handle_starttag(tag, attributes)


class Official(page.Browser):
    def begin(self):
        assert self.sign_in(self.name)[0] == 303
        self.token = Page(self.get("/notices")).fields["token"]
        return self

    def __init__(self, one, name):
        super().__init__(one)
        self.name = name

    def get(self, path, status=200, **headers):
        got, _, text = self.ask("GET", path, **headers)
        assert got == status, (path, got, text[:500])
        return text

    def post(self, path, fields, **headers):
        return self.ask("POST", path, page.form(token=self.token, **fields), **headers)

    def new(self):
        status, headers, _ = self.post("/notices/new", {})
        assert status == 303, status
        return headers["Location"]

    def save(self, notice, fields, **headers):
        return self.post(notice + "/save", fields, **headers)


def words(area="phutuc", revision=1, **more):
    fields = {"revision": revision, "area": area, "area-" + area: "1", "lang-0": "vi",
              "title-0": "Thông báo", "body-0": "Sáng mai cắt nước từ 7 giờ.", "issuer": "UBND xã Phú Túc",
              "issued_on": "2026-11-20", "field": "4"}
    fields.update({name.replace("_", "-"): value for name, value in more.items()})
    return fields


def database(one):
    db = sqlite3.connect(os.path.join(one.data, "source.db"), timeout=30)
    db.execute("PRAGMA foreign_keys = ON")
    return db


def communes(one):
    """Two communes with an editor each; the first has a wall and a panel, the second a wall."""
    for user in ("an", "binh"):
        page.with_user(one, user)
    for screen in ("pt-1", "pt-2", "ir-1"):
        one.add_screen(screen)
    with database(one) as db:
        for area in ("phutuc", "iarsai"):
            db.execute("INSERT INTO area (id, parent, name, kind, created_ms) VALUES (?, 'krongpa', ?,"
                       " 'commune', 0)", (area, "Xã " + area))
        db.execute("UPDATE screen SET area = 'phutuc', width_px = 640, height_px = 384, is_led = 1"
                   " WHERE id = 'pt-1'")
        db.execute("UPDATE screen SET area = 'phutuc', width_px = 1280, height_px = 720 WHERE id = 'pt-2'")
        db.execute("UPDATE screen SET area = 'iarsai' WHERE id = 'ir-1'")
        db.execute("DELETE FROM role")
        db.executemany("INSERT INTO role (user, area, role) VALUES (?, ?, 'editor')",
                       [("an", "phutuc"), ("binh", "iarsai")])
    return one


def row(one, column, notice):
    with database(one) as db:
        return db.execute("SELECT %s FROM notice WHERE id = ?" % column,
                          (notice.rsplit("/", 1)[1],)).fetchone()[0]


def said(text, field):
    """The warnings at a field, in a page or in a part for one."""
    return [html.unescape(p) for p in re.findall(
        r"<p[^>]*>([^<]*)</p>", re.search(r'id="said-%s"[^>]*>(.*?)</div>' % field, text)[1])]


def pictures(text):
    return [html.unescape(address) for address in re.findall(r'<img class="glass" src="([^"]+)"', text)]


def test_save():
    with lib.source() as one:
        communes(one).serve()
        an = Official(one, "an").begin()
        notice = an.new()
        body = json.loads(row(one, "body", notice))
        assert body["issuer"] == "Xã phutuc" and body["texts"] == [], body
        status, headers, text = an.save(notice, words(), HX_Request="true")
        assert status == 200 and headers["HX-Trigger"] == "saved" and "Đã lưu" in text, (status, text)
        assert 'name="revision" value="2"' in text
        # the same once more is nothing new
        assert 'value="2"' in an.save(notice, words(revision=2), HX_Request="true")[2]
        body = json.loads(row(one, "body", notice))
        assert body == {"kind": "text", "issuer": "UBND xã Phú Túc", "issued_on": "2026-11-20", "field": 4,
                        "texts": [{"lang": "vi", "title": "Thông báo", "body": "Sáng mai cắt nước từ 7 giờ."}]}, body
        assert json.loads(row(one, "targets", notice)) == {"areas": ["phutuc"], "screens": []}
        # everything that a notice may say
        full = words(revision=2, lang_1="jra", title_1="Hră brŏ", body_1="một\r\nhai", qr="https://gopy.example/1",
                     document="12/TB-UBND", essential="1", until="2026-12-31", screen_pt_1="1")
        full["from"], full["screen-pt-1"] = "2026-11-22", full.pop("screen-pt-1")
        assert an.save(notice, full)[0] == 303
        body = json.loads(row(one, "body", notice))
        assert body["texts"][1] == {"lang": "jra", "title": "Hră brŏ", "body": "một\nhai"}, body
        assert body["valid"] == {"from": "2026-11-21T17:00:00.000Z", "until": "2026-12-31T17:00:00.000Z"}, body
        assert (body["qr"], body["essential"]) == ("https://gopy.example/1", True)
        seen = an.get(notice)
        for value in ("2026-11-22", "2026-12-31", "https://gopy.example/1", "12/TB-UBND", "Hră brŏ"):
            assert 'value="%s"' % value in seen, value
        assert re.search(r'name="screen-pt-1" value="1" checked', seen)
        # a language more
        status, headers, _ = an.save(notice, {**full, "revision": 3, "do": "add", "add": "km"})
        assert headers["Location"] == notice + "?add=km", headers["Location"]
        assert 'name="title-2"' in an.get(headers["Location"])


def test_conflict():
    """A save of an older revision changes nothing, and nothing that was typed is lost."""
    with lib.source() as one:
        communes(one).serve()
        an = Official(one, "an").begin()
        notice = an.new()
        assert an.save(notice, words(title_0="Bản thứ nhất"))[0] == 303
        status, _, text = an.save(notice, words(title_0="Bản thứ hai"))
        assert status == 409 and "Bản thứ nhất" in text and 'value="Bản thứ hai"' in text
        assert an.save(notice, words(title_0="Bản thứ hai"), HX_Request="true")[0] == 409
        assert "Bản thứ nhất" in row(one, "body", notice)
        # whoever has read that may replace it
        assert 'name="revision" value="2"' in text
        assert an.save(notice, words(revision=2, title_0="Bản thứ hai"))[0] == 303
        assert "Bản thứ hai" in row(one, "body", notice)


def test_preview():
    """A preview is, to the byte, what the player draws of the same document."""
    with lib.source() as one:
        communes(one).serve()
        an = Official(one, "an").begin()
        notice = an.new()
        an.save(notice, words(body_0="Sáng mai cắt nước từ 7 giờ đến 11 giờ. " * 12, lang_1="jra",
                              title_1="Hră brŏ"))
        part = an.get(notice + "/preview", HX_Request="true")
        shown = pictures(part)
        assert {re.search("size=([0-9x]+&led=.)", a)[1] for a in shown} == {"640x384&led=1", "1280x720&led=0"}
        assert len(shown) > 3, shown  # more than one page on the wall
        assert "jra" not in str(shown)
        for address in shown:
            status, headers, picture = one.request("GET", address, headers={"Cookie": an.cookie})
            assert status == 200 and headers["Content-Type"] == "image/png", (status, address)
            parts = re.fullmatch(r"/previews/([0-9a-f]{64})\.png\?size=(\d+x\d+)&led=([01])&at=(\d+)", address)
            document = os.path.join(one.data, "previews", parts[1] + ".json")
            with open(document, "rb") as f:
                assert hashlib.sha256(f.read()).hexdigest() == parts[1]
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "a.png")
                at = int(parts[4])
                instant = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + ".%03dZ" % (at % 1000)
                subprocess.run([PLAYER, "snapshot", "--manifest", document, "--size", parts[2],
                                "--led" if parts[3] == "1" else "--panel", "--at", instant, "-o", path],
                               check=True)
                with open(path, "rb") as f:
                    assert f.read() == picture, address
        other = pictures(an.get(notice + "/preview?show=jra", HX_Request="true"))
        assert len(other) == 2 and not set(other) & set(shown)
        # all of a document on one page, each page of each item once
        wall = [a for a in shown + other if "led=1" in a]
        everything = wall[0].split(".png")[0] + "?size=640x384&led=1"
        text = an.get(everything)
        Page(text)
        assert len(pictures(text)) == len(wall), (pictures(text), wall)
        assert "Gia Rai" in text and "1/%d" % (len(wall) - 1) in text, text
        assert one.request("GET", pictures(text)[-1], headers={"Cookie": an.cookie})[0] == 200
        assert an.get(everything, HX_Request="true").startswith('<div class="pictures"')
        # all the same without a script
        assert set(pictures(an.get(notice + "?checked=1"))) == set(shown)
        # who is not signed in sees none
        for address in (shown[0], shown[0].split(".png")[0] + "?size=640x384", notice, notice + "/preview"):
            status, headers, text = one.request("GET", address)
            assert status == 303 and headers["Location"].startswith("/sign-in") and not text, address
        for bad in ("?size=640x384&at=x", "?size=640&at=1", "?size=9999x9999&at=1", "?at=1", "?size=640x384&at=-1"):
            an.get(shown[0].split("?")[0] + bad, 400)
        an.get("/previews/%s.png?size=640x384&at=1" % ("0" * 64), 404)
        # work is done in folders that are gone afterwards
        assert not [n for n in os.listdir(os.path.join(one.data, "previews")) if n.startswith("work")]


def test_warnings():
    with lib.source() as one:
        communes(one).serve()
        an = Official(one, "an").begin()
        notice = an.new()
        an.save(notice, words(title_0="Th«ng b¸o t¹m ngõng cÊp n­íc", body_0="Họp \ue000 lúc 7 giờ",
                              lang_1="jra", title_1="Hră", body_1="a" * 200))
        for text in (an.get(notice + "/preview", HX_Request="true"), an.get(notice + "?checked=1")):
            assert any("TCVN3" in w and "Thông" in w for w in said(text, "title-0")), text
            assert not any("bangtin" in w for w in said(text, "title-0"))
            assert any("U+E000" in w for w in said(text, "body-0")), text
            assert any("640 × 384" in w for w in said(text, "body-1")), text  # a word wider than the wall
            assert said(text, "issuer") == []
            assert text.count('name="do" value="unicode"') == 1, text
        # one press converts it, and what is Unicode stays as it is
        fields = words(revision=2, title_0="Th«ng b¸o t¹m ngõng cÊp n­íc", body_0="H¹n cuèi: thø b¶y",
                       issuer="Uû ban nh©n d©n x· Phó Tóc",
                       lang_1="jra", title_1="Hră", body_1="Tơlơi pơtha", do="unicode")
        status, headers, text = an.save(notice, fields)
        assert (status, headers["Location"]) == (303, notice + "?checked=1#preview"), (status, text)
        body = json.loads(row(one, "body", notice))
        assert body["texts"] == [{"lang": "vi", "title": "Thông báo tạm ngừng cấp nước", "body": "Hạn cuối: thứ bảy"},
                                 {"lang": "jra", "title": "Hră", "body": "Tơlơi pơtha"}], body
        assert body["issuer"] == "Uỷ ban nhân dân xã Phú Túc", body
        assert 'value="unicode"' not in an.get(notice + "?checked=1")
        an.save(notice, words(revision=3))
        text = an.get(notice + "/preview", HX_Request="true")
        assert said(text, "title-0") == said(text, "body-0") == []
        assert 'id="said-title-0" hx-swap-oob="true"' in text


def test_markup():
    """What is typed into any field stays words."""
    with lib.source() as one:
        communes(one)
        with database(one) as db:
            db.execute("UPDATE area SET name = ? WHERE id = 'phutuc'", (EVIL,))
            db.execute("UPDATE screen SET name = ? WHERE id = 'pt-1'", (EVIL,))
            db.execute("INSERT INTO media VALUES (?, 'phutuc', 'an', ?, 'image/png', 10, 4, 4, 0, 0)",
                       ("a" * 64, EVIL))
        one.serve()
        an = Official(one, "an").begin()
        notice = an.new()
        fields = words(title_0=EVIL, body_0=EVIL + "\r\n" + EVIL, issuer=EVIL, document=EVIL,
                       qr="https://" + EVIL, picture="a" * 64, lang_1="jra", title_1=EVIL, body_1=EVIL)
        assert an.save(notice, fields)[0] == 303
        assert json.loads(row(one, "body", notice))["texts"][0]["title"] == EVIL
        for path in (notice, notice + "/preview", "/notices", notice + "?add=km&show=x", notice + "?checked=1"):
            text = an.get(path)
            Page(text)
            assert "<img src=x" not in text and "<script>" not in text, path
        Page(an.get(pictures(text)[0].split(".png")[0] + "?size=640x384&led=1"))
        for more in ({"title-0": "a" * 10001}, {"issuer": "a" * 1001}, {"qr": "javascript:alert(1)"},
                     {"issued_on": "2026-02-30"}, {"until": EVIL}, {"lang-1": "vi"}, {"picture": "b" * 64},
                     {"picture": EVIL}, {"revision": EVIL}, {"area": EVIL}, {"area-" + EVIL: "1"},
                     {"screen-' OR 1=1 --": "1"}):
            status, _, text = an.save(notice, {**fields, "revision": 2, **more})
            assert status in (400, 403, 404), (more, status)
            Page(text)
        assert row(one, "revision", notice) == 2
        for name in ("../1", "1'--", "0", "99", "9999999999999999999"):
            assert an.ask("GET", "/notices/" + name)[0] in (400, 404), name


def test_other_commune():
    with lib.source() as one:
        communes(one)
        with database(one) as db:
            db.execute("INSERT INTO media VALUES (?, 'phutuc', 'an', 'a.png', 'image/png', 10, 4, 4, 0, 0)",
                       ("a" * 64,))
        one.serve()
        an, binh = Official(one, "an").begin(), Official(one, "binh").begin()
        notice = an.new()
        an.save(notice, words())
        before = row(one, "body || targets || state || revision", notice)
        mine = words(area="iarsai", revision=2)
        for path in (notice, notice + "/preview", notice + "?checked=1"):
            assert "Thông báo" not in binh.get(path, 403)
        for step in ("save", "send", "remove", "end"):
            for fields in (words(revision=2), mine):
                assert binh.post("%s/%s" % (notice, step), fields)[0] == 403, step
                assert binh.post("%s/%s" % (notice, step), fields, HX_Request="true")[0] == 403, step
        assert row(one, "body || targets || state || revision", notice) == before
        assert "Thông báo" not in binh.get("/notices")
        # nor speak on its screens, nor in its name, nor take its pictures
        own = binh.new()
        for more in ({"area-phutuc": "1"}, {"area-krongpa": "1"}, {"screen-pt-1": "1"}, {"area": "phutuc"},
                     {"picture": "a" * 64}, {"screen-none": "1"}):
            for step in ("save", "send"):
                status, _, text = binh.post("%s/%s" % (own, step), {**words(area="iarsai"), **more})
                assert status in (400, 403), (more, step, status)
        assert row(one, "revision", own) == 1
        # who has no role sees none of it
        with database(one) as db:
            db.execute("DELETE FROM role WHERE user = 'binh'")
        for path in ("/notices", own):
            binh.get(path, 403)
        assert binh.post("/notices/new", {})[0] == 403
        # a form without its token, or from elsewhere
        assert an.ask("POST", notice + "/save", page.form(**words(revision=2)))[0] == 403
        assert an.save(notice, words(revision=2), Origin="http://evil.example")[0] == 403


def test_the_same_picture_of_another_commune():
    """A file lies in the library of each area that sent it in; that others have it too takes it from nobody."""
    with lib.source() as one:
        communes(one).serve()
        binh = Official(one, "binh").begin()
        with database(one) as db:
            for area in ("iarsai", "phutuc"):
                db.execute("INSERT INTO media VALUES (?, ?, 'an', 'a.png', 'image/png', 10, 4, 4, 0, 0)",
                           ("a" * 64, area))
            db.execute("UPDATE role SET area = 'phutuc' WHERE user = 'binh'")
        notice = binh.new()
        status, _, text = binh.save(notice, words(picture="a" * 64))
        assert status == 303, (status, said(text, "picture"))
        assert "a" * 64 in row(one, "body", notice)


def test_send():
    with lib.source() as one:
        communes(one).serve()
        an = Official(one, "an").begin()
        notice = an.new()
        # what is missing is said at its field
        empty = words(title_0="", body_0="", issuer="", until="2020-01-01")
        del empty["area-phutuc"]
        status, _, text = an.post(notice + "/send", empty)
        assert status == 400
        for field in ("title-0", "issuer", "until", "targets"):
            assert said(text, field), field
        assert row(one, "state", notice) == "draft"
        status, headers, _ = an.post(notice + "/send", words(revision=2))
        assert status == 303 and headers["Location"].startswith("/notices?sent="), headers["Location"]
        text = an.get(headers["Location"])
        assert "Đã gửi duyệt" in text and "Đang chờ duyệt" in text
        with database(one) as db:
            what, author, area = db.execute("SELECT what, author, area FROM proposal").fetchone()
            documents = db.execute("SELECT payload, screens FROM proposal_document ORDER BY number").fetchall()
            diary = [line for line, in db.execute("SELECT what FROM diary")]
        assert (author, area) == ("an", "phutuc")
        assert json.loads(what)["publish"][0]["title"] == "Thông báo"
        assert [json.loads(screens) for _, screens in documents] == [["pt-1"], ["pt-2"]], documents
        for payload, screens in documents:
            with tempfile.NamedTemporaryFile(suffix=".json") as f:
                f.write(payload)
                f.flush()
                answer = json.loads(subprocess.run([PLAYER, "check", "--json", f.name], check=True,
                                                   stdout=subprocess.PIPE).stdout)
                assert answer["accepted"], answer
            manifest = json.loads(payload)
            assert manifest["screens"] == json.loads(screens) and manifest["source"] == "krongpa"
        number = notice.rsplit("/", 1)[1]
        for line in ("notice %s begun", "notice %s changed", "notice %s sent for approval"):
            assert line % number in diary, diary
        # it can no longer be thrown away, and is not on the screens yet
        assert an.post(notice + "/remove", {})[0] == 409
        assert an.post(notice + "/end", {})[0] == 409
        draft = an.new()
        assert an.post(draft + "/remove", {})[0] == 303
        an.get(draft, 404)


def test_day():
    """A day, an hour and an instant of a screen, by the player's schedule."""
    draft = json.loads(json.dumps(lib.TEXT))
    draft["playlists"][0]["items"] += [{"id": "n2", "kind": "text", "texts": [{"lang": "vi", "title": EVIL}]}]
    draft["programmes"][0]["when"] = {"times": [["05:30", "21:30"]]}
    with lib.source() as one:
        communes(one)
        one.publish(draft, "--key", one.key("publish"), "--screen", "pt-1")
        one.serve()
        an, binh = Official(one, "an").begin(), Official(one, "binh").begin()
        text = an.get("/screens/pt-1/rundown?day=2026-11-25")
        Page(text)
        hours = re.findall(r"hour=\d+\">([0-9:]+)–([0-9:]+)</a>", text)
        assert hours == [("00:00", "05:00"), ("05:00", "06:00"), ("06:00", "21:00"), ("21:00", "22:00"),
                         ("22:00", "24:00")], hours
        assert "Thông báo" in text and "Hình chờ" in text
        # an item of 5 s and one longer take turns: as often as the whole day holds them
        counted = [int(n) for n in re.findall(r"(\d+) lượt", text)]
        rows = json.loads(subprocess.run(
            [PLAYER, "rundown", "--manifest", os.path.join(one.data, "tree/v1/manifests", one.now("pt-1")["manifest"]),
             "--from", "2026-11-25T00:00:00+07:00", "--to", "2026-11-26T00:00:00+07:00", "--json"],
            check=True, stdout=subprocess.PIPE).stdout)
        assert sum(counted) == sum(r["item"] is not None for r in rows), counted
        text = an.get("/screens/pt-1/rundown?day=2026-11-25&hour=5")
        starts = re.findall(r"<li><time>([0-9:]+)</time>", text)
        assert starts[:2] == ["00:00:00", "05:30:00"] and len(starts) > 100, starts[:3]
        text = an.get("/screens/pt-1/why?day=2026-11-25&at=08%3A15")
        Page(text)
        assert "“n" not in text and "“%s”" % EVIL in html.unescape(text), text
        picture, = pictures(text)
        assert one.request("GET", picture, headers={"Cookie": an.cookie})[0] == 200
        assert "05:30" in an.get("/screens/pt-1/why?day=2026-11-25&at=04:00")
        for path in ("/screens/pt-1/why?at=99:99&day=x", "/screens/pt-1/rundown?day=0000-00-00&hour=99",
                     "/screens/pt-2/rundown", "/screens/pt-2/why"):
            Page(an.get(path))
        for page_name in ("rundown", "why"):
            binh.get("/screens/pt-1/" + page_name, 403)
            an.get("/screens/none/" + page_name, 404)
            assert one.request("GET", "/screens/pt-1/" + page_name)[0] == 303


def lines_of(path):
    if not os.path.exists(path):
        return 0
    with open(path) as f:
        return len(f.readlines())


def test_crowd():
    """Two players run at a time, 32 questions wait, whoever comes then hears that at once."""
    with lib.source() as one:
        communes(one)
        started, slow = os.path.join(one.folder, "started"), os.path.join(one.folder, "slow")
        with open(slow, "w") as f:
            f.write("#!/bin/sh\necho $$ >> %s\nexec sleep 100\n" % started)
        os.chmod(slow, 0o700)
        one.serve("--player", slow)
        an = Official(one, "an").begin()
        notice = an.new()
        an.save(notice, words())
        address = pictures(an.get(notice))[0]
        answers = []

        def ask(number):
            at = int(address.rsplit("=", 1)[1]) + number
            status, _, _ = one.request("GET", "%s=%d" % (address.rsplit("=", 1)[0], at), headers={"Cookie": an.cookie})
            answers.append(status)

        crowd = [threading.Thread(target=ask, args=(n,)) for n in range(40)]
        for asker in crowd:
            asker.start()
        deadline = time.monotonic() + 20
        while len(answers) < 6 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert answers == [503] * 6, answers
        assert an.get("/notices")
        while lines_of(started) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert lines_of(started) == 2
        one.stop()
        for asker in crowd:
            asker.join(10)
        assert answers == [503] * 40, answers


def test_player_fails():
    """Without the player pages are as good, but for their pictures; the server ends in time."""
    with lib.source() as one:
        communes(one)
        slow = os.path.join(one.folder, "slow")
        with open(slow, "w") as f:
            f.write("#!/bin/sh\nsleep 100\n")
        os.chmod(slow, 0o700)
        for program, ends in (("/bin/false", True), ("/nowhere", True), (slow, False)):
            one.serve("--player", program)
            an = Official(one, "an").begin()
            notice = an.new()
            an.save(notice, words())
            assert pictures(an.get(notice)), program
            if ends:
                assert pictures(an.get(notice + "?checked=1"))
                an.get(pictures(an.get(notice))[0], 503)
            begun = time.monotonic()
            if not ends:
                address = pictures(an.get(notice))[0]
                late = threading.Thread(target=an.get, args=(address, 503))
                late.start()
                time.sleep(0.5)
                assert an.get("/notices")  # nobody else waits
            one.stop()
            assert time.monotonic() - begun < 10
            if not ends:
                late.join(10)
                assert not late.is_alive()


if __name__ == "__main__":
    lib.run_tests(globals())
