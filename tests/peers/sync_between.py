#!/usr/bin/env python3
"""What stands between a board and its source: portals that want a login, servers that are busy, proxies that
garble lengths and ranges, connections that are torn. Each is told by its own word, costs little, keeps no alert
waiting, and is over when it is over."""
import email.utils
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers
import sync_hostile

FILM = sync_hostile.FILM
PAGE = b"\xef\xbb\xbf <!DOCTYPE html><html>" + "Đăng nhập ".encode() * 100 + b"</html>"


class Between(sync_hostile.Hostile):
    def is_spoiled(self, way, rest):
        if way.startswith("all"):
            return self.server.portal > 0
        if way == "lag":
            return True
        if way.startswith("manifest"):
            return rest.startswith("v1/manifests/")
        return super().is_spoiled(way, rest)

    def page(self, status, **fields):
        """Until the portal was seen often enough by polls."""
        self.server.portal -= self.path.endswith("now.json")
        self.head(status, Content_Length=str(len(PAGE)), Content_Type="text/html", **fields)
        self.wfile.write(PAGE)

    def way_allportal(self):
        self.page(200)

    def way_allredirect(self):
        self.page(302, Location="http://login.example.vn/?next=/")

    def way_allmoved(self):
        self.page(307, Location="/elsewhere/now.json")

    def way_all511(self):
        self.page(511)

    # ---- busy ----

    def busy(self, status, retry_after):
        self.head(status, Retry_After=retry_after, Content_Length="0")

    def way_nowbusy(self):
        self.busy(503, "7")

    def way_nowmany(self):
        self.busy(429, email.utils.formatdate(time.time() + 30, usegmt=True))

    def way_nowforever(self):
        self.busy(503, "9" * 18)

    def way_nownonsense(self):
        self.busy(503, "soon")

    def way_nowerror(self):
        self.busy(500, "7")

    # ---- lengths ----

    def lengths(self, *values):
        self.send_response(200)
        for value in values:
            self.send_header("Content-Length", value)
        self.end_headers()
        self.wfile.write(FILM)

    def way_negative(self):
        self.lengths("-5")

    def way_words(self):
        self.lengths(f"{len(FILM)} or so")

    def way_twolengths(self):
        self.lengths(str(len(FILM)), str(len(FILM) - 7))

    def way_twice(self):
        self.lengths(str(len(FILM)), str(len(FILM)))

    def way_less(self):
        self.lengths(str(len(FILM) - 7))

    def way_nowtwolengths(self):
        data = (self.server.tree / self.path.split("/", 2)[2]).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def way_nowmore(self):
        """Behind the answer lies another one, for the next question."""
        data = (self.server.tree / self.path.split("/", 2)[2]).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()
        if self.server.portal > 0:  # so often
            self.server.portal -= 1
            time.sleep(0.1)
            self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        self.close_connection = False

    def way_lag(self):
        """The same, of a server that is never early: each answer comes when the next question was asked."""
        time.sleep(0.3)
        self.serve(self.server.tree / self.path.split("/", 2)[2])
        if self.server.portal > 0 and self.path.endswith("now.json"):
            self.server.portal = 0
            time.sleep(0.1)
            self.head(404, Content_Length="0")
        self.close_connection = False

    # ---- ranges ----

    def is_first(self):
        """The first answer is torn; what comes then is the case."""
        if self.headers.get("Range"):
            return False
        self.head(Content_Length=str(len(FILM)), ETag='"same"', Accept_Ranges="bytes")
        self.wfile.write(FILM[:50000] if not self.server.cut else FILM)
        self.server.cut = True
        return True

    def rest(self, content_range=None, body=FILM[50000:], **fields):
        if content_range:
            fields["Content_Range"] = content_range
        self.head(206, Content_Length=str(len(body)), ETag='"same"', **fields)
        self.wfile.write(body)

    def way_rangeless(self):
        self.is_first() or self.rest()

    def way_multipart(self):
        body = (b"--x\r\nContent-Range: bytes 50000-%d/%d\r\n\r\n" % (len(FILM) - 1, len(FILM)) + FILM[50000:] +
                b"\r\n--x--\r\n")
        self.is_first() or self.rest(body=body, Content_Type="multipart/byteranges; boundary=x")

    def way_later(self):
        self.is_first() or self.rest(f"bytes 50001-{len(FILM) - 1}/{len(FILM)}", FILM[50001:])

    def way_otherwhole(self):
        self.is_first() or self.rest(f"bytes 50000-{len(FILM)}/{len(FILM) + 1}")

    def way_starred(self):
        self.is_first() or self.rest(f"bytes 50000-{len(FILM) - 1}/*")

    def way_pieces(self):
        """Never more than 10,000 bytes at a time, as some proxies do."""
        if self.is_first():
            return
        start = int(self.headers["Range"].removeprefix("bytes=").split("-")[0])
        end = min(start + 10000, len(FILM))
        self.rest(f"bytes {start}-{end - 1}/{len(FILM)}", FILM[start:end])

    def way_reset(self):
        if self.is_first():
            self.wfile.flush()
            time.sleep(0.2)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.rest(f"bytes 50000-{len(FILM) - 1}/{len(FILM)}")

    def way_slow(self):
        """Just fast enough, for minutes."""
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.head(206, Content_Range=f"bytes {start}-{len(FILM) - 1}/{len(FILM)}", ETag='"same"',
                  Content_Length=str(len(FILM) - start))
        for at in range(start, len(FILM), 400):
            self.wfile.write(FILM[at:at + 400])
            time.sleep(0.2)


    def way_wholeslow(self):
        """Just fast enough, and without ranges: stopping costs all that came."""
        self.head(Content_Length=str(len(FILM)))
        for at in range(0, len(FILM), 400):
            self.wfile.write(FILM[at:at + 400])
            time.sleep(0.2)

    def way_manifestcrawl(self):
        """It comes, a little at a time."""
        data = (self.server.tree / self.path.split("/", 2)[2]).read_bytes()
        self.head(Content_Length=str(len(data)))
        for at in range(0, len(data), 100):
            time.sleep(5 * 100 / len(data))
            self.wfile.write(data[at:at + 100])

    def way_manifestslow(self):
        data = (self.server.tree / self.path.split("/", 2)[2]).read_bytes()
        self.head(Content_Length=str(len(data) + 10**6))
        self.wfile.write(data)
        while True:
            self.wfile.write(b" " * 500)
            time.sleep(0.2)


class SyncBetween(sync_hostile.Fixture):
    handler = Between

    def setUp(self):
        super().setUp()
        self.server.portal = 2

    def ready(self, which="manifest"):
        path = self.top / f"cache/documents/peer/{which}.ready"
        return path.read_text() if path.exists() else ""

    def asked_for_film(self):
        return [r for _, rest, r in self.server.asked if rest.startswith("v1/assets/")]

    # ---- portals ----

    def portal(self, way, reason):
        said = self.sync(way, rounds=3)
        self.assertEqual([(r["result"], r["reason"]) for r in said.results],
                         [("failed", reason), ("failed", reason), ("new", "")], said)
        self.assertTrue(said.has("skipped", reason, "now.json"), said)
        self.assertEqual(len(self.server.asked), 5)  # one question a round, until the manifest and its film
        self.assertTrue(self.ready())

    def test_portal(self):
        self.portal("allportal", "captive")

    def test_portal_by_redirect(self):
        self.portal("allredirect", "captive")

    def test_portal_by_its_own_status(self):
        self.portal("all511", "captive")

    def test_moved_on_the_same_host(self):
        self.portal("allmoved", "network")

    def test_portal_before_the_first_root(self):
        """Where the root is known by its fingerprint only, a portal is asked once too."""
        self.server.portal = 1000
        said = peers.sync_once(base=f"http://127.0.0.1:{self.server.server_port}/allportal",
                               cache=self.top / "cache", screen=peers.SCREEN, fingerprint="0" * 64)
        self.assertEqual(said.last["reason"], "captive", said)
        self.assertEqual(len(self.server.asked), 1)

    def test_what_a_portal_spoiled_is_asked_for_again_at_once(self):
        """Wrong bytes wait for minutes; but not those that came from a portal."""
        self.server.portal = 0
        base = f"http://127.0.0.1:{self.server.server_port}"
        command = [str(peers.TOOLS / "sync-once"), "--cache", str(self.top / "cache"), "--screen", peers.SCREEN,
                   "--root", str(self.source.root_path), "--base", base + "/allportal", "--rounds", "5",
                   "--pause", "1000"]
        film = self.source.tree / "v1/assets" / self.film
        film.write_bytes(PAGE)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            lines = []
            for line in process.stdout:
                lines.append(json.loads(line))
                n = sum("result" in one for one in lines) if "result" in lines[-1] else 0
                if n == 2:  # twice wrong: from now on it would wait
                    self.server.portal = 1
                elif n == 3:
                    film.write_bytes(FILM)
        said = peers.Said(lines)
        self.assertEqual([r["reason"] for r in said.results], ["mismatch", "mismatch", "captive", "", ""], said)

    # ---- busy ----

    def asked_ms(self, way):
        said = self.sync(way)
        self.assertEqual((said.last["result"], said.last["reason"]), ("failed", "network"), said)
        return said.last["asked_ms"]

    def test_busy(self):
        self.assertEqual(self.asked_ms("nowbusy"), 7000)

    def test_too_many(self):
        self.assertAlmostEqual(self.asked_ms("nowmany"), 29500, delta=1500)

    def test_busy_for_ever(self):
        self.assertEqual(self.asked_ms("nowforever"), 86400000)

    def test_busy_nonsense(self):
        self.assertEqual(self.asked_ms("nownonsense"), 0)

    def test_error_asks_for_nothing(self):
        self.assertEqual(self.asked_ms("nowerror"), 0)

    # ---- lengths ----

    def spoiled(self, way, event, reason):
        said = self.sync(way, low_speed=3)
        self.assertTrue(said.has(event, reason, self.film), said)
        self.assertFalse(self.ready())

    def test_negative_length(self):
        self.spoiled("negative", "skipped", "network")

    def test_length_in_words(self):
        self.spoiled("words", "skipped", "network")

    def test_two_lengths(self):
        self.spoiled("twolengths", "skipped", "network")

    def test_too_short_a_length(self):
        self.spoiled("less", "refused", "mismatch")

    def test_the_same_length_twice(self):
        said = self.sync("twice")
        self.assertTrue(said.has("fetched", "", self.film), said)

    def test_two_lengths_of_now(self):
        said = self.sync("nowtwolengths")
        self.assertEqual((said.last["result"], said.last["reason"]), ("failed", "network"), said)

    def test_answer_behind_the_answer(self):
        """It may be taken for that of the next question, but not for ever."""
        said = self.sync("nowmore", rounds=6)
        self.assertTrue(said.has("fetched", "", self.film), said)
        self.assertTrue(self.ready())

    def test_answers_that_lag_by_one(self):
        """What was refused by a connection ends it."""
        said = self.sync("lag", rounds=4)
        self.assertTrue(said.has("skipped", "not-found"), said)
        self.assertTrue(said.has("refused", "invalid", "now.json"), said)
        self.assertTrue(said.has("fetched", "", self.film), said)
        self.assertTrue(self.ready())

    # ---- ranges ----

    def torn(self, way, ranges, restarted):
        """The first answer is torn. What was asked for, and whether the film came, in the second round."""
        first = self.sync(way)
        self.assertTrue(first.has("skipped", "network", self.film), first)
        said = self.sync(way)
        self.assertTrue(said.has("fetched", "", self.film), said)
        self.assertEqual(said.has("restarted", "", self.film), restarted, said)
        self.assertEqual(self.asked_for_film(), [None] + ranges)

    def test_range_without_a_place(self):
        self.torn("rangeless", ["bytes=50000-", None], True)

    def test_ranges_in_parts(self):
        self.torn("multipart", ["bytes=50000-", None], True)

    def test_range_that_begins_later(self):
        self.torn("later", ["bytes=50000-", None], True)

    def test_range_of_unknown_whole(self):
        self.torn("starred", ["bytes=50000-"], False)

    def test_range_in_pieces(self):
        self.torn("pieces", [f"bytes={at}-" for at in range(50000, len(FILM), 10000)], False)

    def test_range_of_another_whole(self):
        self.sync("otherwhole")
        said = self.sync("otherwhole")
        self.assertTrue(said.has("refused", "mismatch", self.film), said)
        half = self.top / "cache/incoming" / self.film
        self.assertEqual(half.stat().st_size, 50000)  # a liar does not cost what is here

    def test_reset(self):
        self.torn("reset", ["bytes=50000-"], False)

    # ---- nobody else waits ----

    def alert_beside(self, way, rounds):
        """Of a film that takes a minute an alert that is published meanwhile is independent."""
        command = [str(peers.TOOLS / "sync-once"), "--cache", str(self.top / "cache"), "--screen", peers.SCREEN,
                   "--root", str(self.source.root_path), "--slice", "1000", "--rounds", str(rounds),
                   "--base", f"http://127.0.0.1:{self.server.server_port}/{way}"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            half = self.top / "cache/incoming" / self.film
            deadline = time.monotonic() + 20
            while not half.exists() or half.stat().st_size < 1000:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            alert = self.source.alert(1, {})
            self.source.publish(2, {self.film: len(FILM)}, alert=alert)
            start = time.monotonic()
            while self.ready("alert") != alert:
                self.assertLess(time.monotonic() - start, 8)
                time.sleep(0.05)
            process.kill()
        self.assertFalse(self.ready())

    def test_alert_beside_a_slow_film(self):
        self.alert_beside("slow", 20)

    def test_alert_beside_a_slow_film_without_ranges(self):
        self.alert_beside("wholeslow", 2)

    def test_news_do_not_cost_a_film_without_ranges(self):
        """Only what is urgent does."""
        command = [str(peers.TOOLS / "sync-once"), "--cache", str(self.top / "cache"), "--screen", peers.SCREEN,
                   "--root", str(self.source.root_path), "--slice", "500", "--rounds", "1",
                   "--base", f"http://127.0.0.1:{self.server.server_port}/wholeslow"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            half = self.top / "cache/incoming" / self.film
            deadline = time.monotonic() + 20
            while not half.exists() or half.stat().st_size < 1000:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            self.source.publish(2, {self.film: len(FILM)})
            polls = sum(rest.endswith("now.json") for _, rest, _ in self.server.asked)
            time.sleep(2.5)
            self.assertIsNone(process.poll())
            self.assertGreater(sum(rest.endswith("now.json") for _, rest, _ in self.server.asked), polls)
            self.assertEqual(len(self.asked_for_film()), 1)
            process.kill()

    def test_crawling_manifest(self):
        """Slower than a film may be; but what is small has its time."""
        start = time.monotonic()
        said = self.sync("manifestcrawl", low_speed=2)
        self.assertTrue(said.has("fetched", "", self.film), said)
        self.assertGreater(time.monotonic() - start, 4)

    def test_slow_manifest(self):
        """Fast enough to go on for ever; but a document has its time."""
        start = time.monotonic()
        said = self.sync("manifestslow", low_speed=1)
        self.assertTrue(said.has("skipped", "timeout"), said)
        self.assertLess(time.monotonic() - start, 16)


if __name__ == "__main__":
    unittest.main(verbosity=2)
