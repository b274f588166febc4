#!/usr/bin/env python3
"""An emergency and a cut at the operators' page: two presses each, signed by the key of a person, ended by whom it is
due; what is wrong is said and shown nowhere; a real player shows it at once."""

import base64
import json
import os
import re
import time

import desk_lib
import district
from source_lib import run_tests, source

MANIFEST = {
    "layouts": [{"id": "l", "canvas": [1920, 1080], "zones": [{"id": "main", "rect": [0, 0, 1920, 1080]}]}],
    "playlists": [{"id": "p", "items": [
        {"id": "n1", "kind": "text", "duration_ms": 3600000, "texts": [{"lang": "vi", "body": "Mời bà con họp."}]}]}],
    "programmes": [{"id": "day", "layout": "l", "zones": {"main": "p"}}]}

EVIL = "\"'><script>alert(1)</script>&amp;"


def storm(**more):
    return {"template": "storm", "area": "krongpa", "level": "4", "hours": "6", "issuer": "UBND xã",
            "reason": "Công điện số 7", "vi.title": "CẢNH BÁO BÃO", "vi.what": "Bão số 7 đổ bộ đêm nay.",
            "vi.where": "Toàn xã", "vi.when": "", "vi.do": "Ở trong nhà.", **more}


def of_tree(one, folder, name):
    with open(os.path.join(one.data, "tree/v1", folder, name)) as f:
        return json.loads(base64.b64decode(json.load(f)["payload"]))


def millis(text):
    return district.millis(text)


def with_people(one, *screens):
    for screen in screens or ("kp-01",):
        one.add_screen(screen)
    one.serve()
    approver = desk_lib.Official(one.port, one.data, "duyet", "approver")
    approver.register(desk_lib.key_of(one.key("emergency")))
    return approver, desk_lib.Official(one.port, one.data, "soan", "editor", "operator")


def waiting(official):
    """What the first page says that waits for him, "" when nothing does."""
    found = re.search(r'<section id="waits".*?</section>', official.get("/"), re.S)
    assert found or '<div id="waits"></div>' in official.get("/")
    return found[0] if found else ""


def test_two_presses():
    with source() as one:
        approver, _ = with_people(one, "kp-01", "kp-02")
        assert "Không có tin khẩn cấp" in approver.get("/emergency")
        assert "Bão" in approver.get("/emergency/new?template=storm")
        page = approver.post("/emergency/new", **storm(**{"use.en": "1", "en.title": "STORM", "en.what": "A storm.",
                                                        "screen:kp-02": "1"}))
        text = approver.get(page)
        assert "chờ chữ ký" in text and "CẢNH BÁO BÃO" in text and "STORM" in text and "Công điện số 7" in text
        assert "Cấp 4" in text and "kp-02" in text and "kp-01" not in text
        assert one.now("kp-02")["alert"] is None, "nothing is shown by the first press"
        assert 'class="pictures" hx-get="/previews/' in text, "it is drawn before it is signed"
        waits = waiting(approver)
        assert page + '"' in waits and "CẢNH BÁO BÃO" in waits and "chờ chữ ký" in waits
        assert approver.sign(page) == page, "back to the page where one signed"
        assert waiting(approver) == "" and "/previews/" not in approver.get(page)
        now = one.now("kp-02")
        assert one.now("kp-01")["alert"] is None and now["alert"]
        alert = of_tree(one, "manifests", now["alert"])
        assert alert["screens"] == ["kp-02"] and alert["programmes"][0]["class"] == "emergency"
        item, = alert["playlists"][0]["items"]
        assert (item["level"], [t["lang"] for t in item["texts"]]) == (4, ["vi", "en"])
        assert item["texts"][0]["body"] == "Bão số 7 đổ bộ đêm nay.\nKhu vực: Toàn xã\nCần làm: Ở trong nhà."
        assert 0 < millis(alert["expires"]) - millis(alert["issued"]) <= 6 * 3600 * 1000
        assert "Đang hiện" in approver.get("/emergency")
        approver.post(page + "/end")
        assert one.now("kp-02")["alert"] is None and "Không có tin khẩn cấp" in approver.get("/emergency")
        assert "Đã kết thúc trước hạn" in approver.get(page)
        approver.post(page + "/end", status=409)


def test_drill_and_day():
    with source() as one:
        approver, _ = with_people(one)
        page = approver.post("/emergency/new", **storm(rehearsal="1", hours="24"))
        assert "DIỄN TẬP" in approver.get(page)
        approver.sign(page)
        alert = of_tree(one, "manifests", one.now()["alert"])
        assert alert["programmes"][0]["rehearsal"] is True
        assert millis(alert["expires"]) - millis(alert["issued"]) == 24 * 3600 * 1000


def test_what_is_wrong():
    with source() as one:
        approver, _ = with_people(one)
        for more, said in (({"vi.what": "Sông [tên sông] lên"}, "[tên sông]"), ({"vi.title": ""}, "tiêu đề"),
                           ({"reason": ""}, "lý do"), ({"hours": "25"}, "bao lâu|thời gian"),
                           ({"level": "6"}, "cấp độ"), ({"issuer": ""}, "ban hành"), ({"area": "gia-lai"}, "địa bàn"),
                           ({"screen:kp-99": "1"}, "màn hình"), ({"use.en": "1"}, "tiêu đề"),
                           ({"vi.do": "x" * 601}, "quá dài")):
            text = approver.post("/emergency/new", status=400, **storm(**more))
            assert re.search(said, text), (more, said)
            assert "CẢNH BÁO BÃO" in text or "vi.title" in more, "what was typed is kept"
        assert approver.get("/proposals").count("CẢNH BÁO BÃO") == 0
        evil = storm(**{"vi.title": EVIL[:100], "vi.what": EVIL, "issuer": EVIL, "reason": EVIL})
        page = approver.post("/emergency/new", **evil)
        for path in (page, "/emergency", "/proposals", page.replace("emergency", "proposals")):
            assert "<script>alert" not in approver.get(path), path
        text = approver.post("/emergency/new", status=400, **{**evil, "level": EVIL, "template": EVIL, "area": EVIL,
                                                            "screen:" + EVIL: "1"})
        assert "<script>alert" not in text


def test_who_may():
    with source() as one:
        approver, editor = with_people(one)
        page = editor.post("/emergency/new", **storm())
        text = editor.get(page)
        assert "data-sign" not in text and "Người duyệt" in text
        assert "CẢNH BÁO BÃO" in waiting(editor) and page not in desk_lib.Official(
            one.port, one.data, "la", "auditor").get("/"), "whoever can do nothing about it"
        publisher = desk_lib.Official(one.port, one.data, "khac", "approver")
        publisher.register(desk_lib.key_of(one.key("publish")))
        said = publisher.sign(page, status=403)
        assert one.now()["alert"] is None, said
        approver.sign(page)
        assert one.now()["alert"]
        auditor = desk_lib.Official(one.port, one.data, "xem", "auditor")
        assert "CẢNH BÁO BÃO" in auditor.get("/emergency")
        auditor.get("/emergency/new", status=403)
        auditor.ask("POST", page + "/end", token=auditor.token("/"))
        assert one.now()["alert"], "an auditor ends nothing"
        assert editor.ask("POST", "/emergency/new", **storm(token="0" * 64))[0] == 403
        other = editor.post("/emergency/new", **storm(**{"vi.title": "RÚT LẠI"}))
        editor.post(other + "/end")
        assert "data-sign" not in approver.get(other) and "Đã rút lại" in approver.get(other)


def test_cut():
    with source() as one:
        approver, operator = with_people(one, "kp-01", "kp-02")
        fields = {"area": "krongpa", "reason": "Hình lạ " + EVIL}
        text = operator.post("/cuts/check", status=200, **fields)
        assert "người duyệt ký" in text and "2 màn hình" in text and "<script>alert" not in text
        assert one.now()["commands"] == [], "nothing happens by the first press"
        assert "lý do" in operator.post("/cuts/check", status=400, area="krongpa", reason="")
        assert waiting(approver) == ""
        screen = operator.get("/screens/kp-01")
        for way in ("/screens/kp-01/rundown", "/screens/kp-01/why", "/screens/kp-01/earlier", "/cuts/new?screen=kp-01"):
            assert 'href="%s"' % way in screen, way
        form = operator.get("/cuts/new?screen=kp-02")
        assert re.findall(r'name="(screen:[^"]*)" value="1" checked', form) == ["screen:kp-02"], form
        for made_up in ("kp-77", "%22%3E%3Cscript%3Ealert", ".."):
            form = operator.get("/cuts/new?screen=" + made_up)
            assert "<script>alert" not in form and not re.search(r'name="screen:[^"]*" value="1" checked', form)
        page = operator.post("/cuts/new", **fields)
        waits = waiting(approver)
        assert page + '"' in waits and "<script>alert" not in waits
        command, = one.now("kp-01")["commands"]
        assert command["verb"] == "cut" and one.now("kp-02")["commands"][0]["id"] == command["id"]
        assert page == "/cuts/" + command["id"] and "0 trên 2 màn hình" in operator.get(page)
        assert "data-sign" not in approver.get(page)
        operator.post(page + "/end")
        operator.post(page + "/end")
        assert "data-sign" not in operator.get(page)
        operator.get("/proposals")
        assert "order" not in one.now()
        assert waiting(approver).count("<li>") == 1 and "Bỏ ngắt" in waiting(approver)
        assert approver.sign(page) == page and waiting(approver) == ""
        order = of_tree(one, "orders", one.now()["order"])
        assert sorted(order["screens"]) == ["kp-01", "kp-02"] and order["orders"][0]["of"] == command["id"]
        assert one.now()["commands"] == [] and "Đã cho phát lại" in operator.get(page)
        assert operator.get("/emergency").count("/cuts/" + command["id"]) == 0
        assert approver.get("/proposals/1")


def test_on_the_glass():
    with district.District() as town:
        town.serve()
        screen = town.screen("wall", canvas="1920x1080")
        town.publish(dict(MANIFEST, screens=["wall"]))
        official = desk_lib.Official(town.port, town.data, "duyet", "approver")
        official.register(desk_lib.key_of(town.keys / "emergency.key"))
        screen.play()
        district.wait_for(lambda: screen.on_air("main") == "n1", 30, "n1 on the glass")
        page = official.post("/emergency/new", **storm())
        official.sign(page)
        begin = time.monotonic()
        district.wait_for(lambda: (screen.on_air("main") or "").startswith("alarm-"), 10, "the alarm on the glass")
        print("      on the glass %.2f s after the signature was answered" % (time.monotonic() - begin))
        district.wait_for(lambda: "1 trên 1" in official.get(page), 30, "that the page says so")
        official.post(page + "/end")
        district.wait_for(lambda: screen.on_air("main") == "n1", 10, "n1 again")


run_tests(globals())
