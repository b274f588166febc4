#!/usr/bin/env python3
"""What a bulletin shows by an address, from servers that are good, forgetful, or none of a film's."""
import hashlib
import http.server
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 1200  # 300 KB
ANOTHER = b"\xff\xd8\xff\xe0" + bytes(reversed(range(256))) * 1200
FILM = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 1200
PAGE = b"\xef\xbb\xbf \n<!DOCTYPE html><html><body>Xin ch\xc3\xa0o</body></html>" + b" " * 400
NOW = 1800000000000
DAY = 24 * 3600 * 1000


class Server(http.server.BaseHTTPRequestHandler):
    """The first folder of a path names what is done."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass

    def do_GET(self):
        way = self.path.split("/")[1].split("?")[0]
        self.server.asked.append((self.path, self.headers.get("Range"), self.headers.get("If-Range")))
        self.server.conditions.append((self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")))
        try:
            getattr(self, "way_" + way)()
        except OSError:
            pass  # the other side had enough

    def send(self, status, body=b"", **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        if "Transfer_Encoding" not in fields:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def way_jpeg(self):
        self.send(200, JPEG, Content_Type="video/mp4")  # which it is not

    def way_film(self):
        self.send(200, FILM)

    def way_page(self):
        self.send(200, PAGE, Content_Type="image/jpeg")

    def way_html(self):
        self.send(200, JPEG, Content_Type="text/html; charset=utf-8")

    def way_text(self):
        self.send(200, b"no picture at all" * 30)

    def way_gone(self):
        self.send(404, b"gone")

    def way_broken(self):
        self.send(500, b"broken")

    def way_chunked(self):
        self.send(200, b"", Transfer_Encoding="chunked")
        for at in range(0, len(JPEG), 50000):
            part = JPEG[at:at + 50000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def way_endless(self):
        self.send(200, b"", Transfer_Encoding="chunked")
        self.wfile.write(b"4\r\n\xff\xd8\xff\xe0\r\n")
        while True:
            self.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")

    def way_huge(self):
        self.send_response(200)
        self.send_header("Content-Length", str(10**12))
        self.end_headers()

    def way_there(self):
        self.send(302, Location="/jpeg/b")

    def way_elsewhere(self):
        self.send(302, Location="http://localhost:%d/jpeg/b" % self.server.server_port)

    def way_round(self):
        self.send(302, Location=self.path + "/x")

    def ranged(self, tag, data=JPEG):
        asked = self.headers.get("Range")
        if not asked or self.headers.get("If-Range") not in (None, tag):
            return self.send(200, data, ETag=tag, Accept_Ranges="bytes")
        first, last = re.match(r"bytes=(\d+)-(\d*)", asked).groups()
        first, last = int(first), int(last) if last else len(data) - 1
        part = data[first:last + 1]
        return self.send(206, part, ETag=tag,
                         Content_Range="bytes %d-%d/%d" % (first, first + len(part) - 1, len(data)))

    def way_ranges(self):
        self.ranged('"one"')

    def way_cut(self):
        """The first answer ends in the middle."""
        if len(self.server.asked) > 1:
            return self.ranged('"one"')
        self.send_response(200)
        self.send_header("Content-Length", str(len(JPEG)))
        self.send_header("ETag", '"one"')
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.wfile.write(JPEG[:100000])
        self.close_connection = True
        return None

    def of_version(self, **fields):
        """What lies there now, or the word that it is what the other side has."""
        fields = {name: value % self.server.version for name, value in fields.items()}
        known = {"ETag": "If-None-Match", "Last_Modified": "If-Modified-Since"}
        if any(self.headers.get(known[name]) == value for name, value in fields.items()):
            return self.send(304, **fields)
        return self.send(200, JPEG if self.server.version == 1 else ANOTHER, **fields)

    def way_tagged(self):
        self.of_version(ETag='W/"%d"')

    def way_dated(self):
        self.of_version(Last_Modified="Fri, 27 Nov 2026 07:00:0%d GMT")

    def way_bare(self):
        self.of_version()

    def way_fails(self):
        """From the second version on."""
        return self.send(200, JPEG, ETag='"a"') if self.server.version == 1 else self.send(500, b"broken")

    def way_changed(self):
        if len(self.server.asked) > 1:
            return self.ranged('"two"', ANOTHER)
        return self.way_cut()


class Media(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        self.server.asked, self.server.conditions, self.server.version = [], [], 1
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.temporary, self.n = pathlib.Path(temporary.name), 0
        self.begin_anew()

    def begin_anew(self):
        self.n += 1
        self.folder = self.temporary / str(self.n)
        self.folder.mkdir()

    def url(self, way, host="127.0.0.1"):
        return "http://%s:%d/%s" % (host, self.server.server_port, way)

    def once(self, url, kind=2, **options):
        words = [peers.TOOLS / "media-once", "--folder", self.folder, "--kind", str(kind)]
        for name, value in options.items():
            words += ["--" + name.replace("_", "-"), str(value)] if value is not True else ["--" + name]
        done = subprocess.run(words + [url], stdout=subprocess.PIPE, text=True, timeout=120, check=True)
        return done.stdout

    def assert_here(self, said, data=JPEG, kind="image/jpeg"):
        self.assertIn("here %s %s %d" % (hashlib.sha256(data).hexdigest(), kind, len(data)), said)
        path = self.folder / "cache/objects" / hashlib.sha256(data).hexdigest()[:2] / hashlib.sha256(data).hexdigest()
        self.assertEqual(path.read_bytes(), data)

    def objects(self):
        return [path for path in (self.folder / "cache/objects").rglob("*") if path.is_file()]

    def test_arrives(self):
        """Whatever the peer calls it, with a length or without, there or moved on its own host."""
        for way in ("jpeg", "chunked", "there", "ranges"):
            with self.subTest(way):
                self.assert_here(self.once(self.url(way)))

    def test_a_film(self):
        self.assert_here(self.once(self.url("film"), kind=4), FILM, "video/mp4")

    def test_refused(self):
        """What cannot be shown is given up for a day, and the log says why."""
        cases = {"film": "unsupported", "text": "unsupported", "huge": "limit", "endless": "limit",
                 "elsewhere": "invalid"}
        for way, code in cases.items():
            with self.subTest(way):
                said = self.once(self.url(way))
                self.assertRegex(said, r"event refused %s .*shown as text" % code)
                self.assertRegex(said, r"given-up=1 wait=%d" % DAY)
                self.assertNotIn("here ", said)
                self.begin_anew()

    def test_plain_http(self):
        said = self.once(self.url("jpeg", "ttn.invalid"))
        self.assertRegex(said, r"event refused invalid .*plain http")
        self.assertEqual(self.server.asked, [])
        self.begin_anew()
        said = self.once(self.url("jpeg", "ttn.invalid"), insecure="ttn.invalid")
        self.assertRegex(said, r"event skipped network")  # asked for; there is no such host
        said = self.once("https://user:secret@127.0.0.1/a.jpg")
        self.assertIn("expected none", said)
        self.assertNotIn("secret", said)

    def test_later_and_later(self):
        """Pages, errors and what is not there: six answers, then a day of text."""
        for way, code in {"page": "captive", "html": "captive", "gone": "not-found", "broken": "network",
                          "round": "network"}.items():
            now, waits = NOW, []
            for turn in range(6):
                said = self.once(self.url(way), now=now)
                state = re.search(r"missing failures=(\d+) given-up=(\d) wait=(\d+)", said)
                self.assertEqual((int(state[1]), int(state[2])), (turn + 1, turn == 5), said)
                waits.append(int(state[3]))
                now += waits[-1]
            with self.subTest(way):
                self.assertEqual(sorted(waits), waits)
                self.assertEqual(waits[-1], DAY)
                self.assertRegex(said, r"event refused %s" % code)
                self.assertEqual(self.objects(), [])
                asked = len(self.server.asked)
                self.once(self.url(way), now=now - 1)
                self.assertEqual(len(self.server.asked), asked)  # not before its time
            self.begin_anew()

    def test_no_answer(self):
        """A line that is down heals by itself: nothing is given up."""
        self.server.shutdown()
        self.server.server_close()
        now = NOW
        for _ in range(8):
            said = self.once(self.url("jpeg"), now=now)
            self.assertIn("missing failures=0 given-up=0 wait=60000", said)
            now += 60000

    def test_goes_on(self):
        """Where it was cut, under the same validator …"""
        said = self.once(self.url("cut"))
        self.assertRegex(said, "event skipped network")
        self.assert_here(self.once(self.url("cut"), now=NOW + 3600 * 1000))
        _, ranged, condition = self.server.asked[1]
        self.assertRegex(ranged, r"bytes=[1-9]\d*-")
        self.assertEqual(condition, '"one"')

    def test_begins_anew(self):
        """… and from the start when the file changed."""
        self.once(self.url("changed"))
        self.assert_here(self.once(self.url("changed"), now=NOW + 3600 * 1000), ANOTHER)

    def look_again(self, way, **options):
        """Its bulletin comes anew."""
        self.anew = getattr(self, "anew", 0) + 1
        return self.once(self.url(way), anew=self.anew, **options)

    def test_unchanged(self):
        """A bulletin that comes anew costs one small answer where the file is the same …"""
        for way, condition in {"tagged": ('W/"1"', None), "dated": (None, "Fri, 27 Nov 2026 07:00:01 GMT")}.items():
            with self.subTest(way):
                self.assert_here(self.once(self.url(way)))
                asked = len(self.server.asked)
                said = self.look_again(way)
                self.assert_here(said)
                self.assertEqual(self.server.conditions[asked:], [condition])
                self.assertLess(int(re.search(r"round changed=0 .*bytes=(\d+)", said)[1]), 2000)
                self.once(self.url(way))  # the same once more, by the same message
                self.assertEqual(len(self.server.asked), asked + 1)

    def test_replaced(self):
        """… and brings what lies there now where it is another."""
        for way in ("tagged", "dated"):
            with self.subTest(way):
                self.server.version = 1
                self.assert_here(self.once(self.url(way)))
                self.server.version = 2
                said = self.look_again(way)
                self.assertRegex(said, "round changed=1")
                self.assert_here(said, ANOTHER)
                self.assert_here(self.look_again(way), ANOTHER)
                self.begin_anew()

    def test_no_validator(self):
        """All of it again, once an hour."""
        self.assert_here(self.once(self.url("bare")))
        self.server.version = 2
        self.assert_here(self.look_again("bare", now=NOW + 60000))
        self.assertEqual(len(self.server.asked), 1)
        self.assert_here(self.look_again("bare", now=NOW + 3600 * 1000), ANOTHER)

    def test_not_to_be_had_anew(self):
        """What is here stays, and is not asked for again until the next time."""
        self.assert_here(self.once(self.url("fails")))
        self.server.version = 2
        said = self.look_again("fails")
        self.assertRegex(said, "event skipped network .*with what is here")
        self.assert_here(said)
        self.assertNotIn("missing", said)
        self.server.shutdown()
        self.server.server_close()
        said = self.look_again("fails")
        self.assert_here(said)
        self.assertRegex(said, r"missing failures=0 given-up=0 wait=60000")

    def test_budget(self):
        """Within the day's bytes, in ranges; an urgent one never waits."""
        said = self.once(self.url("ranges"), day_kb=100)
        self.assertRegex(said, r"event waiting .*pictures wait until")
        self.assertLess(int(re.search(r"round .* bytes=(\d+)", said)[1]), 150000)
        self.assertNotIn("here ", said)
        self.begin_anew()
        said = self.once(self.url("jpeg"), day_kb=100)  # as a whole only
        self.assertRegex(said, r"event waiting .*as a whole only")
        self.assertRegex(said, r"missing failures=0 given-up=0 wait=60000")
        self.begin_anew()
        self.assert_here(self.once(self.url("jpeg"), day_kb=100, urgent=True))

    def test_query(self):
        """May be somebody's secret."""
        said = self.once(self.url("gone?token=geheim"))
        self.assertNotIn("geheim", said)
        self.assertEqual(self.server.asked[0][0], "/gone?token=geheim")


if __name__ == "__main__":
    unittest.main()
