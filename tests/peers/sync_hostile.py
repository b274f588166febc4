#!/usr/bin/env python3
"""Peers that mean harm or know no better: bodies without an end, trickles, heads without an end."""
import http.server
import os
import pathlib
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers

FILM = bytes(range(256)) * 400


class Hostile(http.server.BaseHTTPRequestHandler):
    """Serves the tree, and the asset in the way that the base's first folder names."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        _, way, rest = self.path.split("/", 2)
        self.server.asked.append((way, rest, self.headers.get("Range")))
        if self.is_spoiled(way, rest):
            self.close_connection = True
            try:
                getattr(self, "way_" + way)()
            except OSError:
                pass  # the other side had enough
        else:
            self.serve(self.server.tree / rest)

    def is_spoiled(self, way, rest):
        if way.startswith("now"):
            return rest.endswith("now.json")
        if way.startswith("event"):
            return rest == f"v1/screens/{peers.SCREEN}/events"
        return rest.startswith("v1/assets/") and hasattr(self, "way_" + way)

    def serve(self, path):
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def head(self, status=200, **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def flood(self):
        block = b"\0" * 65536
        while True:
            self.wfile.write(block)
            self.server.sent += len(block)

    def way_endless(self):
        self.head(Connection="close")
        self.flood()

    def way_chunked(self):
        self.head(Transfer_Encoding="chunked")
        while True:
            self.wfile.write(b"10000\r\n" + b"\0" * 65536 + b"\r\n")
            self.server.sent += 65536

    def way_longer(self):
        self.head(Content_Length=str(10**12))
        self.flood()

    def way_error(self):
        self.head(503, Connection="close")
        self.flood()

    def way_heads(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
            self.server.sent += 1010

    def film_in_a_chunk(self):
        self.head(Transfer_Encoding="chunked")
        self.wfile.write(b"%x\r\n%s\r\n0\r\n" % (len(FILM), FILM))

    def way_tails(self):
        """The film, and after it fields without an end."""
        self.film_in_a_chunk()
        while True:
            self.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
            self.server.sent += 1010

    def way_tail(self):
        """The film, and after it what would have made another answer of it."""
        self.film_in_a_chunk()
        self.wfile.write(b"HTTP/1.1 503 No: more\r\nContent-Length: 1\r\nContent-Encoding: gzip\r\nETag: \"other\"\r\n\r\n")

    def way_trickle(self):
        self.head(Content_Length=str(len(FILM)))
        for byte in FILM:
            self.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def way_silence(self):
        time.sleep(20)

    way_nowsilence = way_silence

    def way_short(self):
        self.head(Content_Length=str(len(FILM)))
        self.wfile.write(FILM[:-1])

    def way_shortclose(self):
        self.head(Connection="close")
        self.wfile.write(FILM[:-1])

    def way_range(self):
        """Answers another range than was asked for."""
        self.head(206, Content_Range=f"bytes 7-{len(FILM) - 1}/{len(FILM)}",
                  Content_Length=str(len(FILM) - 7))
        self.wfile.write(FILM[7:])

    def way_portal(self):
        page = b"<html>" + b"Login " * 1000
        self.head(Content_Type="text/html", Connection="close")
        self.wfile.write(page)

    def way_nowendless(self):
        self.head(Connection="close")
        self.flood()

    def way_noregular(self):
        """Serves no ranges: every request gets the whole."""
        self.head(Content_Length=str(len(FILM)), ETag='"same"')
        self.wfile.write(FILM)

    def way_cut(self):
        """The first answer is cut; the next one has no such range."""
        if self.headers.get("Range"):
            self.head(416, Content_Length="0")
        elif self.server.cut:
            self.head(Content_Length=str(len(FILM)), ETag='"same"')
            self.wfile.write(FILM)
        else:
            self.server.cut = True
            self.head(Content_Length=str(len(FILM)), ETag='"same"')
            self.wfile.write(FILM[:50000])


    def way_events(self):
        """Hints between all that a stream may hold besides."""
        self.head(Content_Type="text/event-stream")
        for text in (": welcome\n\n", "event: other\ndata: x\n\n", "event: now\ndata: {}\n\n",
                     "data: " + "y" * 5000 + "\n\n", "event:now\r\n\r\n", "event: nowhere\n\n",
                     "event: " + "z" * 300 + "now\n\n", "now\n\n", "event: now\n"):
            for byte in text.encode():
                self.wfile.write(bytes([byte]))
        time.sleep(30)

    def way_eventflood(self):
        self.head(Content_Type="text/event-stream")
        while True:
            self.wfile.write(b"event: now\n\n" * 1000)
            self.server.sent += 12000

    def way_eventsgone(self):
        self.head(404, Content_Length="0")

    def way_eventsend(self):
        """The first stream ends, the next one goes on; nothing is said in either."""
        self.head(Content_Type="text/event-stream")
        self.wfile.write(b":\n\n")
        if len(self.server.asked) > 1:
            self.rfile.read(1)

    def way_eventshush(self):
        """Alive for a while, then it says nothing and does not end."""
        self.head(Content_Type="text/event-stream")
        for _ in range(4):
            self.wfile.write(b":\n\n")
            time.sleep(0.8)
        self.server.hushed = time.monotonic()
        self.rfile.read(1)
        self.server.left = time.monotonic()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass  # clients that hang up are what we test


class Fixture(unittest.TestCase):
    """A source with a film, behind a server that spoils what it can."""
    handler = Hostile

    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="bt-hostile-"))
        self.addCleanup(peers.remove, self.top)
        self.source = peers.Source(self.top)
        self.film = self.source.asset(FILM)
        self.source.publish(1, {self.film: len(FILM)})
        self.server = Server(("127.0.0.1", 0), self.handler)
        self.server.tree, self.server.asked = self.source.tree, []
        self.server.sent, self.server.cut = 0, False
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def sync(self, way, **options):
        return peers.sync_once(base=f"http://127.0.0.1:{self.server.server_port}/{way}",
                               cache=self.top / "cache", screen=peers.SCREEN,
                               root=self.source.root_path, **options)


class SyncHostile(Fixture):
    def refused(self, way, event, reason, **options):
        said = self.sync(way, **options)
        self.assertTrue(said.has(event, reason, self.film), said)
        self.assertFalse((self.top / "cache/documents/peer/manifest.ready").exists())
        self.assertLess(self.server.sent, 20 * 1024 * 1024)  # what fits in the sockets' buffers
        return said

    def test_good(self):
        said = self.sync("plain", rounds=2)
        self.assertEqual([r["result"] for r in said.results], ["new", "unchanged"], said)

    def test_endless(self):
        self.refused("endless", "refused", "limit")

    def test_endless_chunks(self):
        self.refused("chunked", "refused", "limit")

    def test_promised_too_much(self):
        self.refused("longer", "refused", "mismatch")

    def test_endless_error(self):
        self.refused("error", "skipped", "network")

    def test_endless_heads(self):
        self.refused("heads", "refused", "limit")

    def test_endless_tails(self):
        self.refused("tails", "refused", "limit")

    def test_tails_change_nothing(self):
        said = self.sync("tail")
        self.assertTrue(said.has("fetched", "", self.film), said)
        self.assertEqual(said.last["result"], "new", said)

    def test_endless_now(self):
        said = self.sync("nowendless")
        self.assertEqual(said.last["reason"], "limit", said)
        self.assertLess(self.server.sent, 20 * 1024 * 1024)

    def test_trickle(self):
        start = time.monotonic()
        self.refused("trickle", "skipped", "timeout", low_speed=2)
        self.assertLess(time.monotonic() - start, 10)

    def test_silence(self):
        start = time.monotonic()
        said = self.refused("silence", "skipped", "timeout", low_speed=2)
        self.assertLess(time.monotonic() - start, 10)
        # now.json was news, and yet not all is well
        self.assertEqual((said.last["result"], said.last["reason"], said.last["heard"]),
                         ("new", "timeout", True), said)

    def test_silence_from_the_beginning(self):
        said = self.sync("nowsilence", low_speed=2)
        self.assertEqual((said.last["result"], said.last["reason"], said.last["heard"]),
                         ("failed", "timeout", False), said)

    def test_short(self):
        self.refused("short", "skipped", "network")
        self.assertEqual((self.top / "cache/incoming" / self.film).stat().st_size, len(FILM) - 1)

    def test_short_without_length(self):
        self.refused("shortclose", "refused", "mismatch")
        self.assertFalse((self.top / "cache/incoming" / self.film).exists())

    def test_another_range(self):
        self.refused("range", "skipped", "network")

    def test_portal_without_length(self):
        self.refused("portal", "refused", "mismatch")

    def test_no_such_range(self):
        self.sync("cut")
        said = self.sync("cut")
        self.assertTrue(said.has("restarted", "", self.film), said)
        self.assertTrue(said.has("fetched", "", self.film), said)
        ranges = [r for way, rest, r in self.server.asked if rest.startswith("v1/assets/")]
        self.assertEqual(ranges, [None, "bytes=50000-", None])

    def test_no_ranges_no_slices(self):
        """Where a pause would cost all that came, there is none."""
        said = self.sync("noregular", slice=0)
        self.assertTrue(said.has("fetched", "", self.film), said)

    def test_plain_http_elsewhere(self):
        said = peers.sync_once(base="http://192.0.2.1/", cache=self.top / "cache",
                               screen=peers.SCREEN, root=self.source.root_path)
        self.assertEqual(said.last["reason"], "invalid", said)

    # ---- hints ----

    def test_hints(self):
        said = self.sync("events", hints=4)
        self.assertEqual(said.last["hints"], 2, said)
        self.assertGreater(said.last["bytes"], 5000)  # they are counted though the stream goes on

    def test_flood_of_hints(self):
        start = time.monotonic()
        said = self.sync("eventflood", hints=3)
        took = time.monotonic() - start
        self.assertGreaterEqual(said.last["hints"], 2, said)
        self.assertLessEqual(said.last["hints"], took + 1, said)  # one a second, the first at once
        self.assertLess(took, 6)  # it ends in time
        self.assertLess(self.server.sent, 20 * 1024 * 1024)

    def test_hints_begin_again(self):
        """What was said while there was no stream is asked for."""
        said = self.sync("eventsend", hints=9)
        self.assertEqual(len(self.server.asked), 2)
        self.assertEqual(said.last["hints"], 1, said)

    def test_hints_that_fall_silent(self):
        """A stream that lives is kept; one whose connection is no more is not waited for."""
        said = self.sync("eventshush", hints=8, silence=2)
        self.assertEqual(said.last["hints"], 0, said)
        self.assertLess(self.server.left - self.server.hushed, 3.5)
        self.assertEqual(len(self.server.asked), 1)

    def test_no_hints(self):
        said = self.sync("eventsgone", hints=2)
        self.assertEqual(said.last["hints"], 0, said)
        self.assertEqual(len(self.server.asked), 1)

    def test_wrong_bytes_are_not_asked_for_ever(self):
        said = self.sync("shortclose", rounds=5)
        self.assertEqual([r["result"] for r in said.results], ["new"] + ["failed"] * 4, said)
        asked = [rest for way, rest, _ in self.server.asked if rest.startswith("v1/assets/")]
        self.assertEqual(len(asked), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
