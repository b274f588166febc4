#!/usr/bin/env python3
"""Subtitles of a film, from the file that an editor sends in to the signed manifest and the pixels that a board draws
of it; and what is no file of subtitles, or not the editor's, does not get there."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile

import source_lib as lib
from source_browser import with_area, with_user
from source_programmes import body_of, place, revision
from source_proposals import database, desk, office, published, sign
from source_uploads import Sender

PLAYER = os.path.join(lib.BUILD, "bin", "bangtin")
SRT = "1\n00:00:00,000 --> 00:00:02,000\nBà con chú ý\n\n2\n00:00:03,000 --> 00:00:04,000\nHết\n".encode()
WEBVTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nសូមអញ្ជើញ <b>\n".encode()
LETTERS = (0xF5, 0xF7, 0xFA)  # their colour over a picture
SIZE = "640x384"


def sent(editor, name, data, wanted="done", **more):
    said = editor.send(name, data, **more)
    assert said["state"] == wanted, (name, said)
    return said


def film(folder):
    path = os.path.join(folder, "phim.mp4")
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "color=c=0x204060:size=320x192:rate=25:duration=4",
                    "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path],
                   check=True)
    with open(path, "rb") as f:
        return f.read()


def sender(one, name="soan"):
    """The person's browser, which sends files too."""
    browser = desk(one, name)
    browser.__class__ = Sender
    return browser


def with_film(one, editor):
    """A playlist of one film; its path and the item's id."""
    sha256 = sent(editor, "phim.mp4", film(one.folder))["sha256"]
    path = place(editor.post("/playlists", name="Phim", area="krongpa"))
    place(editor.post(path + "/add", revision=1, **{"file-" + sha256: 1}))
    return path, body_of(one, "playlist", 1, "items")[0]["id"]


def choose(editor, path, item, *rows, **more):
    """Sends the item's form; a row is a language and a file."""
    fields = {}
    for i, (lang, sha256) in enumerate(rows or [("", "")]):
        fields.update({"lang-%d" % i: lang, "file-%d" % i: sha256})
    return editor.post(path + "/item", revision=revision(editor.get(path)), id=item, transition="cut", fit="contain",
                       **fields, **more)


def chosen(one):
    return [(s["lang"], s["asset"]) for s in body_of(one, "playlist", 1, "items")[0].get("subtitles", [])]


def letters(one, document, at):
    """How many pixels of what a board would draw have the colour of letters over a picture."""
    out = os.path.join(one.folder, "snapshot.png")
    subprocess.run([PLAYER, "snapshot", "--manifest", document, "--assets", one.data + "/tree/v1/assets", "--size", SIZE,
                    "--at", at, "-o", out], check=True, timeout=60)
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", out, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], check=True,
                         stdout=subprocess.PIPE).stdout
    return sum(raw[i:i + 3] == bytes(LETTERS) for i in range(0, len(raw), 3))


def test_from_the_file_to_the_glass():
    with office() as one:
        editor = sender(one)
        with database(one) as db:
            db.execute("UPDATE screen SET width_px = 640, height_px = 384")
        path, item = with_film(one, editor)
        page = editor.get(path + "/item?id=" + item)
        assert "Thư viện chưa có tệp phụ đề nào" in page and "file-0" not in page
        vi = sent(editor, "phim.srt", SRT)["sha256"]
        km = sent(editor, "phim.km.vtt", WEBVTT)["sha256"]
        with database(one) as db:
            assert sorted(db.execute("SELECT name, type FROM media WHERE type NOT LIKE 'video/%'")) == [
                ("phim.km.vtt", "text/vtt"), ("phim.srt", "application/x-subrip")]
        page = editor.get(path + "/item?id=" + item)
        assert page.count(vi) == page.count(km) == 2 and 'name="file-1"' in page and 'name="file-2"' not in page
        # the language is what the file's name says, or what is chosen
        place(choose(editor, path, item, ("", vi), ("", km)))
        assert chosen(one) == [("vi", vi), ("km", km)]
        assert "Phụ đề: Tiếng Việt, Khmer" in editor.get(path)
        place(choose(editor, path, item, ("jra", vi), ("km", km)))
        assert chosen(one) == [("jra", vi), ("km", km)]
        # a program that knows nothing of subtitles leaves them
        place(editor.post(path + "/item", revision=revision(editor.get(path)), id=item, transition="fade"))
        assert chosen(one) == [("jra", vi), ("km", km)]
        place(choose(editor, path, item, ("jra", ""), ("", km), ("vi", vi)))
        assert chosen(one) == [("km", km), ("vi", vi)]
        place(choose(editor, path, item, ("km", ""), ("vi", vi), ("", km)))
        assert chosen(one) == [("vi", vi), ("km", km)]
        # what is used stays in the library
        assert editor.post("/media/%s/remove" % km)[0] == 409
        page = editor.get("/media/" + km)
        assert "សូមអញ្ជើញ &lt;b&gt;" in page and "/playlists/1" in page
        # it is proposed, shown to the approver, signed to the byte, and in the tree
        programme = place(editor.post("/programmes", name="Ngày", area="krongpa"))
        place(editor.post(programme, revision=1, name="Ngày", layout="full", **{"zone-main": 1, "area-krongpa": 1}))
        number = int(place(editor.post("/programmes/propose", area="krongpa")).split("/")[-1])
        page = desk(one, "duyet").get("/proposals/%d" % number)
        assert re.search(r'Phụ đề, Khmer[^:]*: <a href="/media/%s">phim.km.vtt</a>' % km, page), page
        assert sign(one, number)[0] == 303
        envelope = published(one)
        manifest = json.loads(lib.base64.b64decode(envelope["payload"]))
        found = [i for p in manifest["playlists"] for i in p["items"] if i["kind"] == "video"][0]
        assert found["subtitles"] == [{"lang": "vi", "asset": vi}, {"lang": "km", "asset": km}]
        assert manifest["assets"][vi] == {"size": len(SRT), "type": "application/x-subrip", "name": "phim.srt"}
        assert manifest["assets"][km]["type"] == "text/vtt"
        for sha256, data in ((vi, SRT), (km, WEBVTT)):
            assert one.get("/v1/assets/" + sha256)[2] == data
        # a board draws them while they are said, and at no other time
        document = os.path.join(one.data, "tree/v1/manifests", one.now()["manifest"])
        day = manifest["issued"][:10]
        said = [letters(one, document, day + "T23:00:%sZ" % s) for s in ("01.000", "02.500", "03.500")]
        assert said[0] > 50 and said[1] == 0 and said[2] > 20 and said[2] < said[0], said


def test_what_is_no_file_of_subtitles():
    """Refused when it is sent in, by the jailed decoder's own limits; nothing of it is kept."""
    cue = "%d\n00:00:%02d,000 --> 00:00:%02d,500\n%s\n\n"
    with lib.source() as one:
        with_user(one, "an", "editor")
        one.serve()
        editor = Sender(one, "an")
        long_text = "x" * 500 + "\n"
        for name, data, words in [
                ("utf16.srt", SRT.decode().encode("utf-16"), "UTF-8"),
                ("cu.srt", cue.encode() % (1, 0, 1, b"H\xb5 N\xa7i"), "UTF-8"),
                ("to.srt", SRT + b"\n" * (1024 * 1024), "1 MB"),
                ("nhieu.srt", "".join("%d\n00:00:00,000 --> 00:00:01,000\na%d\n\n" % (i, i) for i in range(10001)).encode(), "10.000"),
                ("dai.srt", (cue % (1, 0, 1, "a" * 1001)).encode(), "1.000"),
                ("loi.vtt", WEBVTT + b"\n00:03.000 --> x\nB\n\n00:05.000 --> 00:06.000\nC\n", ""), ("van-ban.srt", long_text.encode() * 3, ""),
                ("trang.vtt", b"<html><script>alert(1)</script>", "")]:
            said = sent(editor, name, data, "failed")
            assert words in said["message"] and not said.get("sha256"), (name, said)
        assert not os.listdir(one.data + "/incoming") and not os.listdir(one.data + "/tree/v1/assets")
        most = SRT + b"\n" * (1024 * 1024 - len(SRT))
        assert sent(editor, "vua.srt", most)["sha256"] == hashlib.sha256(most).hexdigest()


def test_what_is_not_taken():
    with office() as one:
        with_area(one, "uar", "Xã Uar")
        with_user(one, "binh", "editor", area="uar")
        editor, other = sender(one), Sender(one, "binh")
        path, item = with_film(one, editor)
        vi = sent(editor, "phim.srt", SRT)["sha256"]
        theirs = sent(other, "phim.km.vtt", WEBVTT, area="uar")["sha256"]
        picture = body_of(one, "playlist", 1, "items")[0]["asset"]
        place(choose(editor, path, item, ("vi", vi)))
        # of nobody's library, no subtitles at all, no hash
        for sha256 in ("0" * 64, picture, "../../etc/passwd", "'--"):
            assert choose(editor, path, item, ("vi", sha256))[0] == 400, sha256
        # of another area's
        stranger = place(other.post("/playlists", name="Của Uar", area="uar"))
        film_of_uar = sent(other, "phim.mp4", film(one.folder), area="uar", modified=2)["sha256"]
        place(other.post(stranger + "/add", revision=1, **{"file-" + film_of_uar: 1}))
        own = body_of(one, "playlist", 2, "items")[0]["id"]
        assert other.post(stranger + "/item", revision=2, id=own, **{"file-0": vi, "lang-0": "vi"})[0] == 400
        assert "subtitles" not in body_of(one, "playlist", 2, "items")[0]
        assert other.post(path + "/item", revision=2, id=item, **{"file-0": theirs})[0] == 404
        # one language twice, however it is written; a language that is none is what the name says
        status, _, text = choose(editor, path, item, ("vi", vi), ("", vi))
        assert status == 400 and "cùng một thứ tiếng" in text
        place(choose(editor, path, item, ("<script>", vi)))
        assert chosen(one) == [("vi", vi)]
        # as many as there are languages: the page stays small
        page = editor.get(path + "/item?id=" + item)
        languages = re.findall(r'value="([\w-]+)"', re.search(r'name="lang-0">(.*?)</select>', page)[1])
        assert len(languages) >= 30
        place(choose(editor, path, item, *((lang, vi) for lang in languages)))
        assert chosen(one) == [(lang, vi) for lang in languages]
        assert len(editor.get(path + "/item?id=" + item).encode()) < 150 * 1024
        # taken out, and then out of the library
        place(choose(editor, path, item))
        assert "subtitles" not in body_of(one, "playlist", 1, "items")[0]
        place(editor.post("/media/%s/remove" % vi))
        assert choose(editor, path, item, ("vi", vi))[0] == 400
        # a clock has none
        place(editor.post(path + "/add", revision=revision(editor.get(path)), clock=1))
        clock = body_of(one, "playlist", 1, "items")[1]["id"]
        vi = sent(editor, "phim.srt", SRT, modified=5)["sha256"]
        place(choose(editor, path, clock, ("vi", vi), seconds=5))
        assert "subtitles" not in body_of(one, "playlist", 1, "items")[1]


if __name__ == "__main__":
    lib.run_tests(globals())
