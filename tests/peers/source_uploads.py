#!/usr/bin/env python3
"""Files that come in pieces: over lines that break anywhere, of people who lie about them."""

import hashlib
import json
import os
import random
import re
import socket
import struct
import threading
import time
import zlib

import source_lib as lib
from source_browser import Browser, database, with_area, with_user

PIECE = 256 * 1024


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(w, h, rows=None, seed=1):
    if rows is None:
        rows = b"".join(b"\0" + random.Random(seed * 100000 + y).randbytes(3 * w) for y in range(h))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def pixel(picture, x, y):
    """Red, green and blue there, of a PNG of 8 bits without interlacing."""
    w, _, _, colour = struct.unpack(">IIBB", picture[16:26])
    step, at, data = {2: 3, 6: 4}[colour], 8, b""
    while at < len(picture):
        size, kind = struct.unpack(">I4s", picture[at:at + 8])
        data += picture[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    data, line = zlib.decompress(data), bytearray(w * step)
    for row in range(y + 1):
        kind, above = data[row * (w * step + 1)], line
        line = bytearray(data[row * (w * step + 1) + 1:(row + 1) * (w * step + 1)])
        for i in range(w * step):
            left, up = line[i - step] if i >= step else 0, above[i]
            corner = above[i - step] if i >= step else 0
            guess = min((abs(up - corner), 0, left), (abs(left - corner), 1, up),
                        (abs(left + up - 2 * corner), 2, corner))[2]
            line[i] = (line[i] + (0, left, up, (left + up) // 2, guess)[kind]) & 255
    return tuple(line[x * step:x * step + 3])


def wav(seconds, seed=7, silent=False):
    sound = bytes(96000 * seconds) if silent else random.Random(seed).randbytes(96000 * seconds)
    return (b"RIFF" + struct.pack("<I", 36 + len(sound)) + b"WAVEfmt " +
            struct.pack("<IHHIIHH", 16, 1, 1, 48000, 96000, 2, 16) + b"data" +
            struct.pack("<I", len(sound)) + sound)


class Sender(Browser):
    def begin(self, name, size, area="krongpa", modified=1):
        status, _, text = self.post("/uploads", name=name, size=size, area=area, modified=modified)
        return status, json.loads(text) if text.startswith("{") else text

    def piece(self, upload, offset, data, **more):
        headers = {"Content-Type": "application/octet-stream", "Upload-Offset": str(offset),
                   "X-Token": self.token, **more}
        status, _, text = self.ask("PATCH", "/uploads/" + upload, data, headers)
        return status, json.loads(text)

    def offset(self, upload):
        status, _, text = self.ask("GET", "/uploads/" + upload)
        assert status == 200, status
        return json.loads(text)

    def rest(self, upload, data, offset=0):
        while offset < len(data):
            status, said = self.piece(upload, offset, data[offset:offset + PIECE])
            if status == 503:  # the one before is being written
                time.sleep(0.05)
                continue
            assert status == 200, (status, said)
            offset = said["offset"]

    def over(self, upload):
        """What it is when it was looked at."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            said = self.offset(upload)
            if said["state"] in ("done", "failed"):
                return said
            time.sleep(0.05)
        raise AssertionError(said)

    def send(self, name, data, **more):
        status, said = self.begin(name, len(data), **more)
        assert status == 201, (status, said)
        self.rest(said["id"], data)
        return self.over(said["id"])

    def cut(self, upload, offset, data, after, wait_s=0):
        """Sends a piece, of which only `after` bytes leave before the line is dead, `wait_s` later."""
        head = ("PATCH /uploads/%s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nX-Token: %s\r\n"
                "Content-Type: application/octet-stream\r\nUpload-Offset: %d\r\n"
                "Content-Length: %d\r\n\r\n" % (upload, self.one.host, self.cookie, self.token, offset,
                                                len(data))).encode()
        with socket.create_connection(("127.0.0.1", self.one.port)) as line:
            line.sendall((head + data)[:after])
            time.sleep(wait_s)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return len(head)


def asset(one, sha256):
    path = os.path.join(one.data, "tree/v1/assets", sha256)
    with open(path, "rb") as f:
        return f.read()


def with_editor(one):
    with_user(one, "an", "editor")
    one.serve()
    return Sender(one, "an")


def test_cut_at_any_byte():
    with lib.source() as one:
        editor = with_editor(one)
        data = png(400, 300)
        _, said = editor.begin("ảnh lũ.png", len(data))
        upload, offset, chance = said["id"], 0, random.Random(3)
        half = os.path.join(one.data, "incoming", upload)
        assert os.stat(half).st_mode & 0o777 == 0o600
        while offset < len(data):
            piece = data[offset:offset + 30000]
            head = editor.cut(upload, offset, piece, 0)
            for after in (chance.randrange(head), head, head + chance.randrange(len(piece)),
                          head + len(piece) - 1):
                editor.cut(upload, offset, piece, after)
            assert editor.offset(upload)["offset"] == offset
            # all of it arrives, the answer does not: the source says where it goes on
            editor.cut(upload, offset, piece, head + len(piece))
            deadline = time.monotonic() + 10
            known = offset
            while known == offset and time.monotonic() < deadline:
                known = editor.offset(upload)["offset"]
                time.sleep(0.02)
            assert known in (offset, offset + len(piece)), known
            if known == offset:  # the line's end was heard before its bytes
                _, said = editor.piece(upload, offset, piece)
                known = said["offset"]
            offset = known
        said = editor.over(upload)
        assert said["state"] == "done" and said["sha256"] == hashlib.sha256(data).hexdigest(), said
        assert asset(one, said["sha256"]) == data
        assert not os.listdir(one.data + "/incoming")
        status, _, body = one.get("/v1/assets/" + said["sha256"])
        assert (status, body) == (200, data)
        page = editor.get("/media")
        assert "ảnh lũ.png" in page and "400 × 300" in page
        with database(one) as db:
            row = db.execute("SELECT area, user, name, type, size_bytes, width_px, height_px,"
                             " duration_ms FROM media").fetchall()
        assert row == [("krongpa", "an", "ảnh lũ.png", "image/png", len(data), 400, 300, 0)], row


def test_nobody_reads_the_answer():
    """Whoever sends leaves while the piece is written; the leak check at the end counts what waited for him."""
    with lib.source() as one:
        editor = with_editor(one)
        piece, tries = bytes(50000), 60
        _, said = editor.begin("a.mp4", tries * len(piece) + 1)
        upload, offset, chance = said["id"], 0, random.Random(7)
        for _ in range(tries):
            editor.cut(upload, offset, piece, 1 << 20, chance.uniform(0.0005, 0.01))
            offset = editor.offset(upload)["offset"]
        assert offset > 0


def test_wrong_offsets():
    with lib.source() as one:
        editor = with_editor(one)
        data = png(100, 100)
        _, said = editor.begin("a.png", len(data))
        upload = said["id"]
        assert editor.piece(upload, 1, data[1:])[0] == 409
        status, said = editor.piece(upload, 0, data[:1000])
        assert (status, said["offset"]) == (200, 1000)
        for offset in (0, 999, 1001, len(data)):
            status, said = editor.piece(upload, offset, data[offset:offset + 10] or b"x")
            assert (status, said["offset"]) == (409, 1000), (offset, status, said)
        for offset in ("-1", "1000.5", "", "1000 ", "0x3e8", "99999999999999999999"):
            assert editor.piece(upload, offset, b"x")[0] == 400, offset
        assert editor.piece(upload, 1000, b"")[0] == 400
        assert editor.piece(upload, 1000, data[1000:] + b"x")[0] == 413
        assert editor.piece(upload, 1000, b"x" * (PIECE + 1))[0] == 413
        assert editor.offset(upload)["offset"] == 1000
        # the same file chosen again is the same upload; another one of its name is not
        status, said = editor.begin("a.png", len(data))
        assert (status, said["id"], said["offset"]) == (200, upload, 1000)
        assert editor.begin("a.png", len(data), modified=2)[1]["id"] != upload
        assert editor.begin("a.png", len(data) + 1)[1]["id"] != upload
        editor.rest(upload, data, 1000)
        assert editor.over(upload)["sha256"] == hashlib.sha256(data).hexdigest()
        assert editor.piece(upload, len(data), b"x")[0] == 409


def test_two_pieces_at_once():
    """Never mixed: one is written, the others hear that they are not wanted."""
    with lib.source() as one:
        editor = with_editor(one)
        data = png(600, 400)
        _, said = editor.begin("a.png", len(data))
        upload, answers = said["id"], []

        def send(mark):
            piece = data[:PIECE] if mark == 0 else bytes([mark]) * PIECE
            answers.append((editor.piece(upload, 0, piece)[0], mark))
        threads = [threading.Thread(target=send, args=(mark,)) for mark in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = [mark for status, mark in answers if status == 200]
        assert len(taken) == 1 and all(s in (200, 409, 503) for s, _ in answers), answers
        with open(os.path.join(one.data, "incoming", upload), "rb") as f:
            got = f.read()
        assert got == (data[:PIECE] if taken[0] == 0 else bytes([taken[0]]) * PIECE)


def test_limits():
    with lib.source() as one:
        editor = with_editor(one)
        assert editor.begin("a.mp4", 4 * 1024**3 + 1)[0] == 413
        assert editor.begin("a.mp4", 2**61)[0] == 413
        for size in (0, -1, "", "1e3", 2**63):
            assert editor.begin("a.mp4", size)[0] == 400, size
        for name in ("", " ", "/", "..\\", "\u202e", "x" * 201):
            assert editor.begin(name, 10)[0] == 400, name
        for i in range(10):
            assert editor.begin("%d.png" % i, 10)[0] == 201
        status, said = editor.begin("11.png", 10)
        assert status == 429 and said["message"], said
        page = editor.get("/media")
        assert page.count("/forget") == 10
        assert editor.post("/uploads/%s/forget" % editor.begin("3.png", 10)[1]["id"])[0] == 303
        assert editor.begin("11.png", 10)[0] == 201
        assert len(os.listdir(one.data + "/incoming")) == 10


def test_old_ones_are_forgotten():
    with lib.source() as one:
        editor = with_editor(one)
        _, old = editor.begin("a.png", 10)
        _, young = editor.begin("b.png", 10)
        with database(one) as db:
            db.execute("UPDATE upload SET touched_ms = touched_ms - ? WHERE id = ?",
                       (7 * 86400 * 1000 + 60000, old["id"]))
            db.execute("UPDATE upload SET touched_ms = touched_ms - ? WHERE id = ?",
                       (7 * 86400 * 1000 - 60000, young["id"]))
        editor.begin("c.png", 10)
        assert editor.ask("GET", "/uploads/" + old["id"])[0] == 404
        assert editor.offset(young["id"])["offset"] == 0
        assert old["id"] not in os.listdir(one.data + "/incoming")


def test_another_s_upload():
    with lib.source() as one:
        with_area(one, "uar", "Xã Uar")
        with_area(one, "iarsai", "Xã Ia Rsai")
        with_user(one, "binh", "editor", area="uar")
        with_user(one, "chi", "administrator")
        editor = with_editor(one)
        data = png(50, 50)
        _, said = editor.begin("a.png", len(data))
        upload = said["id"]
        other = Sender(one, "binh")
        assert other.ask("GET", "/uploads/" + upload)[0] == 404
        assert other.piece(upload, 0, data)[0] == 404
        assert other.post("/uploads/%s/forget" % upload)[0] == 404
        assert editor.offset(upload)["offset"] == 0
        # an area that is not theirs, and a role that writes nothing
        assert other.begin("a.png", 10)[0] == 403
        assert other.begin("a.png", 10, area="iarsai")[0] == 403
        assert other.begin("a.png", 10, area="nowhere")[0] == 403
        assert other.begin("a.png", 10, area="uar")[0] == 201
        assert Sender(one, "chi").begin("a.png", 10)[0] == 403
        # what lies in the library of an area is seen by its people only
        done = editor.send("của xã khác.png", data, modified=9)
        assert "của xã khác.png" in editor.get("/media")
        assert "của xã khác.png" not in other.get("/media")
        assert other.ask("GET", "/media/" + done["sha256"])[0] == 404
        assert other.post("/media/%s/name" % done["sha256"], name="x")[0] == 404
        assert other.post("/media/%s/remove" % done["sha256"])[0] == 404


def test_a_role_that_was_taken_meanwhile():
    """An editor of two communes begins a file for one of them, and is none there before it is whole."""
    with lib.source() as one:
        with_area(one, "uar", "Xã Uar")
        with_area(one, "iarsai", "Xã Ia Rsai")
        with_user(one, "an", "editor", area="uar")
        with database(one) as db:
            db.execute("INSERT INTO role (user, area, role) VALUES ('an', 'iarsai', 'editor')")
        one.serve()
        editor, data = Sender(one, "an"), png(50, 50)
        _, said = editor.begin("a.png", len(data), area="uar")
        upload = said["id"]
        assert editor.piece(upload, 0, data[:10])[0] == 200
        with database(one) as db:
            db.execute("DELETE FROM role WHERE user = 'an' AND area = 'uar'")
        assert editor.piece(upload, 10, data[10:])[0] == 403
        assert editor.offset(upload)["offset"] == 10
        with database(one) as db:
            assert db.execute("SELECT count(*) FROM media").fetchone() == (0,)
        assert editor.post("/uploads/%s/forget" % upload)[0] == 303
        assert editor.send("b.png", data, area="iarsai")["state"] == "done"


def test_bytes_of_another_origin():
    with lib.source() as one:
        editor = with_editor(one)
        _, said = editor.begin("a.png", 10)
        upload = said["id"]
        for more in ({"X-Token": "0" * 64}, {"X-Token": ""}, {"Origin": "http://evil.example"},
                     {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {"Content-Type": "text/plain"},
                     {"Content-Type": "application/x-www-form-urlencoded"}):
            assert editor.piece(upload, 0, b"x", **more)[0] == 403, more
        stranger = Sender(one)
        stranger.token = editor.token
        assert stranger.piece(upload, 0, b"x")[0] == 401
        assert editor.offset(upload)["offset"] == 0
        editor.token = "0" * 64
        assert editor.begin("b.png", 10)[0] == 403


def test_names_are_no_paths():
    with lib.source() as one:
        editor = with_editor(one)
        evil = os.path.join(one.folder, "evil.png")
        before = sorted(os.listdir(one.data))
        for i, (name, clean) in enumerate([
                ("../../../evil.png", "evil.png"), (evil, "evil.png"), ("..\\..\\evil.png", "evil.png"),
                ("C:\\Ảnh\\lũ.png", "lũ.png"), ("incoming/../../source.db", "source.db"),
                (".htaccess", ".htaccess"), ("a\u202egnp.exe", "agnp.exe"), ("x\u200b.png", "x.png"),
                ("lu\u0303.png", "lũ.png"), ("<script>alert(1)<b>", "<script>alert(1)<b>"),
                ("%2e%2e%2fevil.png", "%2e%2e%2fevil.png"), ("'; DROP TABLE media; --", "'; DROP TABLE media; --")]):
            said = editor.send(name, png(20, 20, seed=i))
            assert (said["state"], said["name"]) == ("done", clean), (name, said)
        assert sorted(os.listdir(one.data)) == sorted(set(before) | {"incoming"})
        assert not os.path.exists(evil) and not os.listdir(one.data + "/incoming")
        assert all(len(name) == 64 for name in os.listdir(one.data + "/tree/v1/assets"))
        page = editor.get("/media")
        assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;b&gt;" in page
        for path in ("/uploads/../source.db", "/uploads/%2e%2e", "/uploads/", "/uploads/."):
            assert editor.ask("GET", path)[0] == 404, path
        assert one.request("POST", "/uploads", b"\0", {"Cookie": editor.cookie})[0] == 403


def test_hostile_files():
    with lib.source() as one:
        editor = with_editor(one)
        bomb = png(30000, 30000, rows=b"")
        long_bomb = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 1, 0, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(b"\0" * 1000000, 9)) +
                     chunk(b"IEND", b""))
        whole = png(200, 200)
        for name, data in [
                ("trang.png", b"<!DOCTYPE html><script>alert(1)</script>" * 50),
                ("trang.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
                ("bom.png", bomb), ("bom2.png", long_bomb), ("rac.mp4", os.urandom(5000)),
                ("cut.wav", wav(1)[:40]), ("elf.png", open("/bin/true", "rb").read()[:20000]),
                ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
                ("concat.txt", b"ffconcat version 1.0\nfile /etc/passwd\n"), ("half.png", whole[:20])]:
            said = editor.send(name, data)
            assert said["state"] == "failed" and len(said["message"]) > 20, (name, said)
            assert not said.get("sha256"), said
        assert not os.listdir(one.data + "/incoming")
        assert not os.listdir(one.data + "/tree/v1/assets")
        with database(one) as db:
            assert db.execute("SELECT count(*) FROM media").fetchone() == (0,)
        # its bytes say what it is, not its name
        said = editor.send("ảnh.mp4", whole)
        assert said["state"] == "done"
        said = editor.send("loa.png", wav(2))
        assert said["state"] == "done"
        with database(one) as db:
            types = db.execute("SELECT name, type, duration_ms FROM media ORDER BY name").fetchall()
        assert types == [("loa.png", "audio/wav", 2000), ("ảnh.mp4", "image/png", 0)], types


def test_same_bytes_again():
    with lib.source() as one:
        with_area(one, "uar", "Xã Uar")
        editor = with_editor(one)
        data = png(60, 60)
        first = editor.send("a.png", data)
        inode = os.stat(one.data + "/tree/v1/assets/" + first["sha256"])
        again = editor.send("b.png", data)
        there = editor.send("c.png", data, area="uar")
        assert first["sha256"] == again["sha256"] == there["sha256"]
        after = os.stat(one.data + "/tree/v1/assets/" + first["sha256"])
        assert (after.st_ino, after.st_nlink, after.st_mode & 0o777) == (inode.st_ino, 1, 0o644)
        with database(one) as db:
            rows = db.execute("SELECT area, name FROM media ORDER BY area").fetchall()
        assert rows == [("krongpa", "a.png"), ("uar", "c.png")], rows


def test_killed_in_the_middle():
    """kill -9 while pieces come, and while the whole file is looked at."""
    with lib.source() as one:
        editor = with_editor(one)
        data = wav(240)  # 23 MB
        _, said = editor.begin("loa.wav", len(data))
        upload, chance = said["id"], random.Random(11)
        for _ in range(4):
            known = editor.offset(upload)["offset"]
            killer = threading.Timer(chance.random() * 0.15, one.server.kill)
            killer.start()
            told = known
            try:
                while told < len(data):
                    status, said = editor.piece(upload, told, data[told:told + PIECE])
                    told = said["offset"] if status in (200, 409) else told
            except OSError:
                pass
            killer.join()
            one.kill()
            half = os.path.join(one.data, "incoming", upload)
            with database(one) as db:
                state, = db.execute("SELECT state FROM upload").fetchone()
            if state == "coming":  # what lies behind the offset is nobody's
                with open(half, "ab") as f:
                    f.write(b"\xff" * 1000)
            one.serve()
            editor = Sender(one, "an")
            now = editor.offset(upload)
            assert now["offset"] >= told, (told, now)
        editor.rest(upload, data, now["offset"])
        one.kill()  # as soon as the last piece is there
        one.serve()
        editor = Sender(one, "an")
        said = editor.over(upload)
        assert said["sha256"] == hashlib.sha256(data).hexdigest(), said
        assert asset(one, said["sha256"]) == data
        assert not os.listdir(one.data + "/incoming")


def test_what_a_cut_left_behind():
    """Bytes that were written, but never told, are nobody's: also where the file ends before them."""
    with lib.source() as one:
        editor = with_editor(one)
        data = png(40, 40)
        _, said = editor.begin("a.png", len(data))
        assert editor.piece(said["id"], 0, data[:1000])[0] == 200
        one.kill()
        with open(os.path.join(one.data, "incoming", said["id"]), "ab") as f:
            f.write(b"\xff" * 10000)
        one.serve()
        editor = Sender(one, "an")
        assert editor.offset(said["id"])["offset"] == 1000
        editor.rest(said["id"], data, 1000)
        over = editor.over(said["id"])
        assert over.get("sha256") == hashlib.sha256(data).hexdigest(), over
        assert asset(one, over["sha256"]) == data


def test_library():
    with lib.source() as one:
        editor = with_editor(one)
        picture = editor.send("Mưa lũ ở Đắk Lắk.png", png(64, 36))["sha256"]
        sound = editor.send("loa.wav", wav(75))["sha256"]
        assert "1:15" in editor.get("/media/list?kind=sound") and "Mưa" not in editor.get("/media/list?kind=sound")
        for text, found in [("mua lu", 1), ("DAK", 1), ("Đắk", 1), ("lu mua", 1), ("loa mua", 0), ("%25", 0), ("_", 0)]:
            page = editor.get("/media/list?q=" + lib_quote(text))
            assert page.count("/media/" + picture) == found, text
        # renamed
        for name, status in [("", 400), (" ", 400), ("x" * 201, 400), ("Ngập\nlụt", 400), ("Ngập <lụt>", 303)]:
            assert editor.post("/media/%s/name" % picture, name=name)[0] == status, name
        page = editor.get("/media/" + picture)
        assert "Ngập &lt;lụt&gt;" in page and "<lụt>" not in page
        # used, so it stays
        with database(one) as db:
            db.execute("INSERT INTO playlist (area, name, items, updated_ms) VALUES ('krongpa', 'Tin', ?, 0)",
                       (json.dumps([{"kind": "image", "asset": picture}]),))
        assert "Tin" in editor.get("/media/" + picture)
        assert editor.post("/media/%s/remove" % picture)[0] == 409
        assert editor.post("/media/%s/remove" % sound)[0] == 303
        assert editor.ask("GET", "/media/" + sound)[0] == 404
        assert asset(one, sound)  # boards may be playing it
        # chosen in another page's form
        page = editor.get("/media/pick?field=picture&kind=picture&chosen=" + picture)
        assert 'name="picture" value="%s" checked' % picture in page
        # what is chosen stays whatever is looked for, and so it is not lost from the form
        page = editor.get("/media/pick?field=picture&kind=picture&q=khongco&picture=" + picture)
        assert page.count('type="radio"') == 2 and 'name="picture" value="%s" checked' % picture in page
        page = editor.get("/media/pick?field=picture&kind=picture&picture=" + "0" * 64)
        assert 'value="%s" checked' % ("0" * 64) in page and "previews/" + "0" * 64 not in page
        assert editor.ask("GET", '/media/pick?field="><b&kind=picture')[0] in (400, 404)
        assert editor.ask("GET", "/media/pick?field=a&chosen=x")[0] == 400
        with database(one) as db:
            notes = [what for (what,) in db.execute("SELECT what FROM diary")]
        assert sum("uploaded" in n for n in notes) == 2 and any("renamed media" in n for n in notes)
        assert any(sound in n and "library" in n for n in notes)


def test_pictures_of_files():
    """Drawn by the player in its jail, the same for ever; a sound has a sign."""
    with lib.source() as one:
        editor = with_editor(one)
        rows = b"".join(b"\0" + b"\xff\x00\x00" * 64 for _ in range(36))
        editor.send("đỏ.png", png(64, 36, rows))
        editor.send("loa.wav", wav(1))
        page = editor.get("/media")
        sources = re.findall('<img class="glass" src="([^"]+)"', page)
        assert len(sources) == 1, sources
        address = sources[0].replace("&amp;", "&")
        status, headers, picture = one.request("GET", address, headers={"Cookie": editor.cookie})
        assert (status, headers["Content-Type"]) == (200, "image/png"), (status, picture[:200])
        assert struct.unpack(">II", picture[16:24]) == (320, 180)
        assert pixel(picture, 160, 90) == (255, 0, 0), pixel(picture, 160, 90)
        assert sources == re.findall('<img class="glass" src="([^"]+)"', editor.get("/media"))
        assert one.request("GET", address)[0] == 303
        # what would be heard poorly, in a sentence and without what one types into a terminal
        silent = wav(3, silent=True)
        sha = editor.send("tiếng.wav", silent)["sha256"]
        assert "/media/%s/advice" % sha in editor.get("/media/" + sha)
        advice = editor.get("/media/%s/advice" % sha)
        assert "im lặng" in advice.split("<h1>")[1] and "ffmpeg" not in advice, advice
        assert Sender(one).ask("GET", "/media/%s/advice" % sha)[0] == 303


def lib_quote(text):
    import urllib.parse
    return urllib.parse.quote(urllib.parse.unquote(text))


def test_nobody_waits():
    """A large file is hashed and written beside the server's thread."""
    with lib.source() as one:
        editor = with_editor(one)
        size = 200 * 1024 * 1024
        _, said = editor.begin("lớn.mp4", size)
        with database(one) as db:  # as if it had come
            db.execute("UPDATE upload SET state = 'whole', offset_bytes = size_bytes WHERE id = ?", (said["id"],))
        with open(os.path.join(one.data, "incoming", said["id"]), "wb") as f:
            head = wav(1)
            f.write(head[:4] + struct.pack("<I", size - 8) + head[8:40] + struct.pack("<I", size - 44))
            f.truncate(size)
        editor.offset(said["id"])  # begins to look
        worst = 0
        while True:
            begun = time.monotonic()
            one.get("/v1/root/1.json")
            worst = max(worst, time.monotonic() - begun)
            if editor.offset(said["id"])["state"] != "whole":
                break
        assert worst < 0.5, worst
        assert editor.over(said["id"])["state"] == "done"


if __name__ == "__main__":
    lib.run_tests(globals())
