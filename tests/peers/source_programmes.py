#!/usr/bin/env python3
"""Playlists, layouts and programmes, as a browser without a script uses them."""

import json
import re
import threading

import source_lib as lib
from source_browser import Browser, database, with_area, with_user
from source_uploads import Sender, png, wav

EVIL = "\"'><script>alert(1)</script>"
HTMX = {"HX-Request": "true"}


def place(answer):
    status, headers, text = answer
    assert status == 303, (status, text[:2000])
    return headers["Location"]


def body_of(one, kind, number, column="body"):
    with database(one) as db:
        row = db.execute("SELECT %s FROM %s WHERE id = ?" % (column, kind), (number,)).fetchone()
    return json.loads(row[0])


def revision(text):
    return re.search('name="revision" value="([0-9]+)"', text)[1]


def with_editors(one):
    with_area(one, "uar", "Xã Uar")
    with_area(one, "iarsai", "Xã Ia Rsai")
    with_user(one, "an", "editor")
    with_user(one, "binh", "editor", area="uar")
    with_user(one, "chi", "auditor")
    for screen, area in (("kp-01", "krongpa"), ("uar-01", "uar"), ("rsai-01", "iarsai")):
        one.add_screen(screen)
        with database(one) as db:
            db.execute("UPDATE screen SET area = ? WHERE id = ?", (area, screen))
    one.serve()
    return Sender(one, "an")


def with_playlist(editor, *names, area="krongpa"):
    """A playlist of new pictures; its path, and the ids of its items."""
    path = place(editor.post("/playlists", name="Tin sáng", area=area))
    for i, name in enumerate(names):
        sha = editor.send(name, png(20, 20, seed=hash(name) % 1000 + i), area=area)["sha256"]
        page = editor.get(path + "/add")
        place(editor.post(path + "/add", revision=revision(page), **{"file-" + sha: 1}))
    return path, re.findall('data-item="([^"]+)"', editor.get(path))


def test_order():
    with lib.source() as one:
        editor = with_editors(one)
        path, (a, b, c) = with_playlist(editor, "a.png", "b.png", "c.png")

        def do(wish):
            page = editor.get(path)
            answer = editor.post(path + "/items", revision=revision(page), do=wish)
            return answer[0], re.findall('data-item="([^"]+)"', editor.get(path))
        assert do("up " + c) == (303, [a, c, b])
        assert do("up " + a) == (303, [a, c, b])
        assert do("down " + a) == (303, [c, a, b])
        assert do("down " + b) == (303, [c, a, b])
        assert do("place %s 0" % b) == (303, [b, c, a])
        assert do("place %s 99" % b) == (303, [c, a, b])
        for wish in ("", "up", "up x", "up %s 1" % a, "place " + a, "place %s -1" % a, "place %s x" % a,
                     "sort " + a, "drop", "up  " + a):
            assert do(wish) == (400, [c, a, b]), wish
        assert do("drop " + a) == (303, [c, b])
        # a script gets the list alone, and where the item is now
        page = editor.get(path)
        status, _, part = editor.ask("POST", path + "/items", urlencoded(
            token=editor.token, revision=revision(page), do="up " + b), HTMX)
        assert status == 200 and "<html" not in part and 'id="items"' in part
        assert re.findall('data-item="([^"]+)"', part) == [b, c]
        assert "b.png: thứ 1 trong 2 mục" in part, part


def urlencoded(**fields):
    import urllib.parse
    return urllib.parse.urlencode(fields).encode()


def test_two_who_write_hear_of_each_other():
    with lib.source() as one:
        editor = with_editors(one)
        path, (a, b) = with_playlist(editor, "a.png", "b.png")
        old = revision(editor.get(path))
        place(editor.post(path + "/items", revision=old, do="up " + b))
        assert editor.post(path + "/items", revision=old, do="drop " + b)[0] == 409
        assert editor.post(path + "/name", revision=old, name="Mới")[0] == 409
        assert editor.post(path + "/add", revision=old, clock=1)[0] == 409
        assert editor.post(path + "/item", revision=old, id=a, seconds=5)[0] == 409
        assert editor.post(path + "/items", do="drop " + b)[0] == 409
        assert re.findall('data-item="([^"]+)"', editor.get(path)) == [b, a]
        # a script sees how it is now
        status, _, part = editor.ask("POST", path + "/items", urlencoded(
            token=editor.token, revision=old, do="drop " + b), HTMX)
        assert status == 200 and "Người khác" in part
        assert re.findall('data-item="([^"]+)"', part) == [b, a]
        # at once: one of them counts
        now, answers = revision(editor.get(path)), []
        threads = [threading.Thread(target=lambda: answers.append(
            editor.post(path + "/items", revision=now, do="up " + a)[0])) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [303] + [409] * 5, answers


def test_items():
    with lib.source() as one:
        editor = with_editors(one)
        picture = editor.send("ảnh.png", png(20, 20))["sha256"]
        sound = editor.send("loa.wav", wav(3))["sha256"]
        with database(one) as db:
            db.execute("INSERT INTO notice (area, author, state, body, targets, created_ms, updated_ms)"
                       " VALUES ('krongpa', 'an', 'draft', ?, '{}', 0, 0)",
                       (json.dumps({"kind": "text", "texts": [{"lang": "vi", "title": EVIL}]}),))
            db.execute("INSERT INTO media SELECT ?, 'iarsai', user, name, type, size_bytes, width_px,"
                       " height_px, duration_ms, created_ms FROM media LIMIT 1", ("f" * 64,))
        path = place(editor.post("/playlists", name=EVIL, area="krongpa"))
        page = editor.get(path + "/add")
        assert "<script>alert" not in page and "file-" + picture in page and "notice-1" in page
        place(editor.post(path + "/add", revision=revision(page), clock=1, url="rtsp://10.0.0.5/cam",
                          stream_s=30, **{"file-" + picture: 1, "file-" + sound: 1, "notice-1": 1,
                                          "file-" + "0" * 64: 1, "notice-99": 1}))
        items = body_of(one, "playlist", 1, "items")
        assert [i.get("kind", "notice") for i in items] == ["image", "audio", "notice", "clock", "stream"]
        assert len({i["id"] for i in items}) == 5
        assert items[0]["asset"] == picture and items[2]["notice"] == 1
        assert (items[4]["url"], items[4]["duration_ms"]) == ("rtsp://10.0.0.5/cam", 30000)
        page = editor.get(path)
        assert "<script>alert" not in page and "&lt;script&gt;" in page and len(page) < 150 * 1024
        for url in ("javascript:alert(1)", "file:///etc/passwd", "rtsp://", "http://a b", "x"):
            assert editor.post(path + "/add", revision=revision(page), url=url)[0] == 400, url
        # how one is shown
        place(editor.post(path + "/item", revision=revision(editor.get(path)), id=items[0]["id"],
                          seconds=7, transition="fade", fit="cover"))
        item = body_of(one, "playlist", 1, "items")[0]
        assert (item["duration_ms"], item["fit"], item["transition"]) == (7000, "cover", {"kind": "fade"})
        for seconds in ("0", "-1", "86401", "1.5", "x"):
            assert editor.post(path + "/item", revision=revision(editor.get(path)), id=items[0]["id"],
                               seconds=seconds)[0] == 400, seconds
        assert editor.ask("GET", path + "/item?id=nobody")[0] == 404
        # what lies in the library of others does not come in
        other = Sender(one, "binh")
        theirs = place(other.post("/playlists", name="Của Uar", area="uar"))
        place(other.post(theirs + "/add", revision=1, **{"file-" + picture: 1, "notice-1": 1}))
        assert body_of(one, "playlist", 2, "items") == []


def test_a_full_page_stays_small():
    with lib.source() as one:
        editor = with_editors(one)
        path = place(editor.post("/playlists", name="Dài", area="krongpa"))
        items = [{"id": "%d-ab12" % i, "kind": "image", "asset": "%064x" % i} for i in range(150)]
        with database(one) as db:
            db.execute("UPDATE playlist SET items = ?", (json.dumps(items),))
        assert len(editor.get(path).encode()) < 150 * 1024
        assert editor.post(path + "/add", revision=1, clock=1)[0] == 400


def test_layouts():
    with lib.source() as one:
        editor = with_editors(one)
        assert editor.get("/layouts").count("<svg") == 5
        assert editor.post("/layouts", name="x", area="krongpa", **{"from": "nothing"})[0] == 400
        path = place(editor.post("/layouts", name="Hai tiếng", area="krongpa", **{"from": "halves"}))
        zones = {"id-0": "left", "name-0": "Trái <b>", "x-0": "0", "y-0": "0", "w-0": "50", "h-0": "80.5",
                 "lang-0": "vi", "id-1": "z1", "x-1": "50.0", "y-1": "0", "w-1": "50", "h-1": "100"}

        def save(do="save", **more):
            return editor.post(path, revision=revision(editor.get(path)), name="Hai tiếng", do=do,
                               **{**zones, **more})
        place(save())
        body = body_of(one, "layout", 1)
        assert body["canvas"] == [1000, 1000]
        assert body["zones"] == [
            {"id": "left", "rect": [0, 0, 500, 805], "x-name": "Trái <b>", "lang": "vi"},
            {"id": "z1", "rect": [500, 0, 500, 1000]}], body
        assert "Trái &lt;b&gt;" in editor.get(path)
        # what cannot be shown is told, and nothing is saved
        for more, words in [({"w-0": "51"}, "chồng lên nhau"), ({"x-1": "60"}, "nằm ra ngoài"),
                            ({"x-0": "-1"}, "nằm ra ngoài"), ({"h-0": "1"}, "quá nhỏ"),
                            ({"w-0": "x"}, "không đọc được"), ({"w-0": "1e300"}, "không đọc được"),
                            ({"w-0": "nan"}, "không đọc được"), ({"id-0": "", "id-1": ""}, "ít nhất một vùng")]:
            status, _, text = save(**more)
            assert status == 400 and words in text, (more, status, re.findall("<li>[^<]*", text))
            assert body_of(one, "layout", 1) == body
        assert save(**{"id-1": "left"})[0] == 400
        # more and fewer zones, not saved yet
        status, _, text = save("add")
        assert status == 200 and 'name="id-2" value="z2"' in text and 'name="id-1" value="z1"' in text
        # one that was drawn stands where it was drawn; what is none is told
        status, _, text = save("add 5 80.5 20 19.5")
        for side, percent in zip("xywh", ("5.0", "80.5", "20.0", "19.5")):
            assert status == 200 and 'name="%s-2" value="%s"' % (side, percent) in text, side
        assert 'role="alert"' not in text
        for wish, words in (("add 5 50 20 19.5", "chồng lên nhau"), ("add x 80.5 20 19.5", "không đọc được"),
                            ("add 5 80.5 20 1e300", "không đọc được"), ("add 95 80.5 20 19.5", "nằm ra ngoài")):
            status, _, text = save(wish)
            assert status == 200 and words in text, (wish, re.findall("<li>[^<]*", text))
        status, _, text = save("drop 0")
        assert status == 200 and 'name="id-0" value="z1"' in text and "id-1" not in text
        assert body_of(one, "layout", 1) == body
        assert place(editor.post(path + "/remove")) == "/layouts"


def test_programmes():
    with lib.source() as one:
        editor = with_editors(one)
        with_playlist(editor, "a.png")
        path = place(editor.post("/programmes", name="Ngày thường", area="krongpa"))
        fields = {"name": "Ngày thường", "layout": "strip", "zone-main": 1, "zone-left": 1, "class": "priority",
                  "weight": 3, "day-mon": 1, "day-fri": 1, "start-0": "05:30", "end-0": "21:30",
                  "start-1": "22:00", "end-1": "00:00", "from": "2026-11-22", "until": "2026-12-31",
                  "area-uar": 1, "screen-kp-01": 1, "area-nowhere": 1, "screen-nobody": 1}

        def save(**more):
            return editor.post(path, revision=revision(editor.get(path)), **{**fields, **more})
        place(save())
        body = body_of(one, "programme", 1)
        assert body == {"layout": "strip", "class": "priority", "weight": 3, "zones": {"main": 1},
                        "when": {"from": "2026-11-22", "until": "2026-12-31", "days": ["mon", "fri"],
                                 "times": [["05:30", "21:30"], ["22:00", "24:00"]]}}, body
        targets = body_of(one, "programme", 1, "targets")
        assert targets == {"areas": ["uar"], "screens": ["kp-01"]}, targets
        for more in ({"zone-main": ""}, {"zone-main": "99"}, {"from": "2027-01-01"}, {"until": "ngày mai"},
                     {"end-0": "05:30"}, {"start-0": ""}, {"start-0": "25:00"},
                     {"area-uar": "", "screen-kp-01": ""}):
            status, _, text = save(**more)
            assert status == 400 and 'role="alert"' in text, (more, status)
            assert body_of(one, "programme", 1) == body, more
        # emergency and requisition are not given here; an unknown layout is not taken
        place(save(**{"class": "emergency", "layout": "77", "weight": "1000"}))
        body = body_of(one, "programme", 1)
        assert (body["class"], body["layout"], body["weight"]) == ("ordinary", "full", 1)
        assert editor.ask("GET", path + "/zones?layout=halves", headers=HTMX)[0] == 200
        assert editor.ask("GET", path + "/zones?layout=77", headers=HTMX)[0] == 404
        # what it plays cannot go
        assert editor.post("/playlists/1/remove")[0] == 409
        assert "Ngày thường" in editor.get("/playlists/1")
        place(editor.post(path + "/remove"))
        place(editor.post("/playlists/1/remove"))


def test_the_week_of_a_place():
    with lib.source() as one:
        editor = with_editors(one)
        with_playlist(editor, "a.png")

        def programme(name, **more):
            path = place(editor.post("/programmes", name=name, area="krongpa"))
            place(editor.post(path, revision=1, name=name, layout="full", **{"zone-main": 1, **more}))
        programme("Cả huyện", **{"area-krongpa": 1, "start-0": "05:30", "end-0": "07:00"})
        programme("Riêng Uar", **{"area-uar": 1, "day-sat": 1, "start-0": "19:00", "end-0": "02:00"})
        programme("Riêng bảng", **{"screen-rsai-01": 1, "until": "2026-11-24"})

        def week(place, day="2026-11-25"):
            page = editor.get("/programmes?place=%s&week=%s" % (place, day))
            rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', page, re.S)
            assert len(rows) == 7
            return [sorted(re.findall("<li>([^<]*)</li>", cell)) for _, cell in rows]
        all_days = ["05:30–07:00 Cả huyện"]
        assert week("area:krongpa") == [all_days] * 7
        assert week("area:uar") == [all_days] * 5 + [
            all_days + ["19:00–24:00 Riêng Uar"], ["00:00–02:00 Riêng Uar"] + all_days]
        assert week("screen:uar-01") == week("area:uar")
        own = ["00:00–24:00 Riêng bảng"]
        assert week("screen:rsai-01") == [own + all_days] * 2 + [all_days] * 5
        assert week("area:iarsai") == [all_days] * 7
        assert week("screen:rsai-01", "2026-12-01") == [all_days] * 7
        for bad in ("area:nowhere", "screen:nobody", "x", "'--"):
            week(bad)
        assert len(week("area:krongpa", "2026-13-45")) == 7


def test_sent_for_approval():
    """What is signed is what screens of the area would play from now on, each at its shape."""
    with lib.source() as one:
        editor = with_editors(one)
        other = Sender(one, "binh")
        assert editor.post("/programmes/propose", area="krongpa")[0] == 409
        with_playlist(editor, "a.png")
        layout = place(editor.post("/layouts", name="L", area="krongpa", **{"from": "halves"}))
        path = place(editor.post("/programmes", name="P", area="krongpa"))
        place(editor.post(path, revision=1, name="P", layout=layout.split("/")[-1],
                          **{"zone-right": 1, "zone-left": -1, "area-krongpa": 1, "start-0": "05:00", "end-0": "22:00"}))
        with database(one) as db:
            db.execute("UPDATE screen SET width_px = 641, height_px = 384 WHERE id = 'rsai-01'")
        assert other.post("/programmes/propose", area="krongpa")[0] == 403
        assert Browser(one, "chi").post("/programmes/propose", area="krongpa")[0] == 403
        assert editor.post("/programmes/propose", area="krongpa", reason="x" * 1001)[0] == 400
        # of one commune only its own screens
        assert place(other.post("/programmes/propose", area="uar", reason="Lịch mới")) == "/proposals/1"
        where = place(editor.post("/programmes/propose", area="krongpa", reason="<b>Lịch</b>"))
        assert "&lt;b&gt;Lịch&lt;/b&gt;" in editor.get(where)
        with database(one) as db:
            rows = db.execute("SELECT proposal, screens, payload FROM proposal_document"
                              " ORDER BY proposal, screens").fetchall()
        assert [json.loads(screens) for _, screens, _ in rows] == [
            ["uar-01"], ["kp-01", "uar-01"], ["rsai-01"]], rows
        manifests = [json.loads(payload) for _, _, payload in rows]
        for manifest, half in zip(manifests, (960, 960, 320)):
            own = [l for l in manifest["layouts"] if l["id"] != "full"][0]
            assert own["zones"][1]["rect"][0] == half, own
            programme = [p for p in manifest["programmes"] if p["id"] == "g1"][0]
            assert programme["when"] == {"times": [["05:00", "22:00"]]} and programme["class"] == "ordinary"
            assert manifest["assets"] and programme["zones"] == {"left": "notices", "right": "p1"}, programme


def test_who_may():
    with lib.source() as one:
        editor = with_editors(one)
        playlist, (item,) = with_playlist(editor, "a.png")
        layout = place(editor.post("/layouts", name="L", area="krongpa", **{"from": "full"}))
        programme = place(editor.post("/programmes", name="P", area="krongpa"))
        other, auditor = Browser(one, "binh"), Browser(one, "chi")
        writes = [(playlist + "/name", {"name": "x"}), (playlist + "/items", {"do": "drop " + item}),
                  (playlist + "/add", {"clock": 1}), (playlist + "/item", {"id": item, "seconds": 5}),
                  (playlist + "/remove", {}), (layout, {"do": "save", "name": "x"}), (layout + "/remove", {}),
                  (programme, {"name": "x"}), (programme + "/remove", {})]
        for path in (playlist, playlist + "/add", layout, programme, programme + "/zones?layout=full"):
            assert other.ask("GET", path)[0] == 404, path
            assert auditor.ask("GET", path)[0] == 200, path
        for path, fields in writes:
            assert other.post(path, revision=1, **fields)[0] == 404, path
            assert auditor.post(path, revision=1, **fields)[0] == 403, path
            own, editor.token = editor.token, "0" * 64
            assert editor.post(path, revision=1, **fields)[0] == 403, path
            editor.token = own
        for path in ("/playlists", "/layouts", "/programmes"):
            assert other.post(path, name="x", area="krongpa", **{"from": "full"})[0] == 403, path
            assert other.post(path, name="x", area="' OR 1", **{"from": "full"})[0] == 403, path
            assert auditor.post(path, name="x", area="krongpa", **{"from": "full"})[0] == 403, path
            assert other.post(path, name="x", area="uar", **{"from": "full"})[0] == 303, path
            assert editor.post(path, name=" ", area="uar", **{"from": "full"})[0] == 400, path
            assert 'method="post" action="%s"' % path not in auditor.get(path)
        # an editor of one commune gives its programme to no other
        path = place(other.post("/programmes", name="Y", area="uar"))
        number = path.split("/")[-1]
        place(other.post("/playlists", name="Z", area="uar"))
        with database(one) as db:
            mine, = db.execute("SELECT max(id) FROM playlist").fetchone()
        answer = other.post(path, revision=1, name="Y", layout="full", **{
            "zone-main": mine, "area-krongpa": 1, "area-uar": 1, "screen-kp-01": 1, "screen-uar-01": 1})
        place(answer)
        assert body_of(one, "programme", number, "targets") == {"areas": ["uar"], "screens": ["uar-01"]}
        status, _, text = other.post(path, revision=2, name="Y", layout="full", **{
            "zone-main": 1, "area-uar": 1})
        assert status == 400 and 'role="alert"' in text  # playlist 1 is another area's
        with database(one) as db:
            notes = [what for (what,) in db.execute("SELECT what FROM diary")]
        assert any("began playlist" in n for n in notes) and any("changed programme" in n for n in notes)


if __name__ == "__main__":
    lib.run_tests(globals())
