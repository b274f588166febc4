#!/usr/bin/env python3
"""A native source on a real nginx over HTTPS with a private authority: downloads that are cut go on,
files that change begin again, and what a web server should not send is refused."""
import os
import pathlib
import random
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers

MB = 1024 * 1024
FILM = random.Random(42).randbytes(20 * MB)


@unittest.skipUnless(shutil.which("nginx") and shutil.which("openssl"), "needs nginx and openssl")
class SyncNginx(unittest.TestCase):
    http2 = False

    @classmethod
    def setUpClass(cls):
        cls.top = pathlib.Path(tempfile.mkdtemp(prefix="bt-nginx-"))
        cls.addClassCleanup(peers.remove, cls.top)
        cls.source = peers.Source(cls.top)
        cls.authority = peers.Authority(cls.top / "tls")
        cls.film = cls.source.asset(FILM)
        cls.manifest = cls.source.publish(1, {cls.film: len(FILM)})
        cls.nginx = peers.Nginx(cls.top / "nginx", cls.source, cls.authority, cls.http2)
        cls.addClassCleanup(cls.nginx.stop)

    def setUp(self):
        self.cache = pathlib.Path(tempfile.mkdtemp(prefix="cache-", dir=self.top))
        self.nginx.log()

    def sync(self, *flags, path="", port=None, **options):
        settings = {"base": f"https://localhost:{port or self.nginx.port}{path}",
                    "cache": self.cache, "screen": peers.SCREEN, "root": self.source.root_path,
                    "ca": self.authority.ca}
        settings.update(options)
        return peers.sync_once(*flags, **{k: v for k, v in settings.items() if v is not None})

    def film_in_cache(self):
        path = self.cache / "objects" / self.film[:2] / self.film
        return path.exists() and peers.sha256(path.read_bytes()) == self.film

    def ready(self):
        path = self.cache / "documents/peer/manifest.ready"
        return path.read_text() if path.exists() else None

    def log_of_film(self):
        return [(line[0], line[3]) for line in self.nginx.log() if line[2].endswith(self.film)]

    # ---- good ----

    def test_first_round_and_polls_on_one_connection(self):
        said = self.sync(rounds=4)
        self.assertEqual([r["result"] for r in said.results],
                         ["new", "unchanged", "unchanged", "unchanged"], said)
        self.assertEqual(self.ready(), self.manifest)
        self.assertTrue(self.film_in_cache())
        log = self.nginx.log()
        self.assertEqual(len({line[-1] for line in log}), 1, log)  # one connection
        self.assertEqual([line[0] for line in log][-3:], ["304"] * 3)
        polls = said.results[3]["bytes"] - said.results[2]["bytes"]
        self.assertLess(polls, 700)
        self.assertGreater(said.results[0]["bytes"], len(FILM))

    def test_pin(self):
        self.assertEqual(self.sync(pin=self.authority.pin()).last["result"], "new")

    # ---- cut and changed ----

    def cut_once(self):
        cutter = peers.Cutter(self.nginx.port)
        self.addCleanup(cutter.stop)
        cutter.cut_after = 7 * MB
        said = self.sync(port=cutter.port)
        self.assertTrue(said.has("skipped", "network", self.film), said)
        self.assertEqual(said.last["result"], "new")  # now.json was new
        self.assertIsNone(self.ready())
        half = self.cache / "incoming" / self.film
        self.assertGreater(half.stat().st_size, 6 * MB)
        self.nginx.log()
        cutter.cut_after = None
        return cutter, half

    def test_cut_download_goes_on(self):
        cutter, half = self.cut_once()
        size = half.stat().st_size
        said = self.sync(port=cutter.port)
        self.assertTrue(said.has("resumed", "", self.film), said)
        self.assertEqual(self.log_of_film(), [("206", f"range=bytes={size}-")])
        self.assertTrue(self.film_in_cache())
        self.assertEqual(self.ready(), self.manifest)
        self.assertLess(said.last["bytes"], len(FILM) - size + 100000)  # nothing twice
        self.assertEqual(list((self.cache / "incoming").iterdir()), [])

    def test_cut_again_and_again(self):
        cutter, _ = self.cut_once()
        cutter.cut_after = 5 * MB
        for _ in range(5):
            self.sync(port=cutter.port)
            if self.ready():
                break
        self.assertTrue(self.film_in_cache())
        self.assertEqual({status for status, _ in self.log_of_film()}, {"206"})

    def test_file_replaced_meanwhile(self):
        cutter, _ = self.cut_once()
        path = self.source.tree / "v1/assets" / self.film
        os.utime(path, (1, random.randrange(10**9)))  # another ETag
        said = self.sync(port=cutter.port)
        self.assertTrue(said.has("restarted", "", self.film), said)
        self.assertEqual([status for status, _ in self.log_of_film()], ["200"])
        self.assertTrue(self.film_in_cache())

    def test_half_file_of_other_bytes(self):
        """What lay there was not what its name says: the hash tells, and it comes anew."""
        cutter, half = self.cut_once()
        with half.open("r+b") as file:
            file.write(b"rotten")
        said = self.sync(port=cutter.port)
        self.assertTrue(said.has("refused", "mismatch", self.film), said)
        self.assertFalse(half.exists())
        self.assertEqual(self.sync(port=cutter.port).last["result"], "new")
        self.assertTrue(self.film_in_cache())

    def test_slices(self):
        said = self.sync(rounds=400, slice=20, rate=100 * MB)
        self.assertTrue(said.has("resumed", "", self.film), said)
        self.assertIn(True, [r["unfinished"] for r in said.results])
        self.assertTrue(self.film_in_cache())

    # ---- what a web server should not send ----

    def refused(self, event, reason, **options):
        said = self.sync(**options)
        self.assertTrue(said.has(event, reason, self.film), said)
        self.assertFalse(self.film_in_cache())
        self.assertIsNone(self.ready())
        return said

    def test_html_for_a_video(self):
        self.refused("refused", "mismatch", path="/portal")

    def test_portal_does_not_cost_the_half(self):
        _, half = self.cut_once()
        size = half.stat().st_size
        self.refused("refused", "mismatch", path="/portal")
        self.assertEqual(half.stat().st_size, size)

    def test_content_encoding(self):
        self.refused("refused", "unsupported", path="/gzip")

    def test_redirect(self):
        said = self.refused("skipped", "network", path="/redirect")
        self.assertIn("redirects are not followed", repr(said))
        self.assertEqual([status for status, _ in self.log_of_film()], ["302"])

    def test_server_error(self):
        self.refused("skipped", "network", path="/broken")

    # ---- TLS ----

    def fails(self, **options):
        said = self.sync(**options)
        self.assertEqual((said.last["result"], said.last["reason"]), ("failed", "captive"), said)
        self.assertEqual(self.nginx.log(), [])  # not one request
        return said

    def test_wrong_authority(self):
        other = peers.Authority(self.cache / "other-tls")
        self.fails(ca=other.ca)

    def test_systems_authorities(self):
        self.fails(ca=None)

    def test_pin_of_another(self):
        other = peers.Authority(self.cache / "other-tls")
        self.fails(pin=other.pin())

    def test_clock_behind(self):
        """The certificate must hold at the latest instant that is surely past."""
        self.assertEqual(self.sync(now=peers.rfc3339(1)).last["result"], "new")
        said = self.sync(now="2080-01-01T00:00:00Z")
        self.assertEqual((said.last["result"], said.last["reason"]), ("failed", "network"), said)
        said = self.sync(now="2080-01-01T00:00:00Z", pin=self.authority.pin())
        self.assertEqual(said.last["reason"], "expired", said)  # TLS held; the document did not

    def test_certificate_of_tomorrow(self):
        """Who does not know the time does not know that it is not valid yet."""
        authority = peers.Authority(self.cache / "early-tls").early(2)
        nginx = peers.Nginx(self.cache / "early-nginx", self.source, authority, self.http2)
        self.addCleanup(nginx.stop)
        early = {"base": "https://localhost:%d/site" % nginx.port, "ca": authority.ca}
        said = self.sync(**early)
        self.assertEqual((said.last["result"], said.last["reason"]), ("failed", "network"), said)
        self.assertEqual(nginx.log(), [])  # not one request
        self.assertEqual(self.sync(now=peers.rfc3339(1), **early).last["result"], "new")
        said = self.sync(now=peers.rfc3339(24 * 25), **early)  # after its last day
        self.assertEqual((said.last["result"], said.last["reason"]), ("failed", "network"), said)


class SyncNginxHttp2(SyncNginx):
    http2 = True


if __name__ == "__main__":
    unittest.main(verbosity=2)
