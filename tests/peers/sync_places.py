#!/usr/bin/env python3
"""A source whose address does not answer, or is answered by somebody else, is met at a further host of its root: by
that host's own name, or at an address under the source's own name. Real nginx, real certificates."""
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers

PICTURE = b"not looked at by sync" * 1000
NOBODY = "https://board.invalid"  # RFC 6761: never resolves


@unittest.skipUnless(shutil.which("nginx") and shutil.which("openssl"), "needs nginx and openssl")
class PlacesFixture(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="bt-places-"))
        self.addCleanup(peers.remove, self.top)
        self.source = peers.SourceWithHosts(self.top)
        self.picture = self.source.asset(PICTURE)
        self.manifest = self.source.publish(1, {}, {self.picture: len(PICTURE)})
        # Names only: an address must never be what a certificate is checked for.
        self.authority = peers.Authority(self.top / "tls", "DNS:localhost,DNS:board.invalid")
        self.nginx = self.serve(self.authority)
        self.cache = self.top / "cache"

    def serve(self, authority, more=""):
        folder = self.top / ("nginx%d" % len(list(self.top.iterdir())))
        nginx = peers.Nginx(folder, self.source, authority, more=more)
        self.addCleanup(nginx.stop)
        return nginx

    def sync(self, base, *flags, **options):
        return peers.sync_once(*flags, base=base, cache=self.cache, screen=peers.SCREEN,
                               root=self.source.root_path, ca=self.authority.ca, **options)

    def is_here(self):
        path = self.cache / "documents/peer/manifest.ready"
        return path.exists() and path.read_text() == self.manifest


class SyncPlaces(PlacesFixture):
    def assert_met(self, base, *hosts):
        self.source.name_hosts(*hosts)
        said = self.sync(base)
        self.assertEqual(said.last["result"], "new", said)
        self.assertTrue(self.is_here(), said)
        return said

    def assert_not_met(self, base, reason, *hosts):
        self.source.name_hosts(*hosts)
        said = self.sync(base)
        self.assertEqual((said.last["result"], said.last["reason"]), ("failed", reason), said)
        self.assertFalse(self.is_here())
        return said

    # ---- where it is met ----

    def test_another_name(self):
        said = self.assert_met(NOBODY, "localhost:%d" % self.nginx.port)
        self.assertTrue(said.has("place", "", "localhost:%d" % self.nginx.port), said)

    def test_its_own_name_at_an_address(self):
        self.assert_met(NOBODY, "127.0.0.1:%d" % self.nginx.port)

    def test_the_last_of_several(self):
        self.assert_met(NOBODY, "nobody.invalid", "127.0.0.1:1", "localhost:%d" % self.nginx.port)

    def test_name_that_somebody_else_answers(self):
        """The hijacked name: a server with a certificate of another authority stands at home."""
        liar = self.serve(peers.Authority(self.top / "lies"))
        self.assert_met("https://localhost:%d" % liar.port, "127.0.0.1:%d" % self.nginx.port)
        self.assertEqual(liar.log(), [])  # not one request

    def test_portal_at_home(self):
        portal = self.serve(self.authority, "return 302 https://login.invalid/;")
        self.assert_met("https://localhost:%d" % portal.port, "localhost:%d" % self.nginx.port)

    def test_home_first(self):
        other = self.serve(self.authority)
        self.assert_met("https://localhost:%d" % self.nginx.port, "localhost:%d" % other.port)
        self.assertEqual(other.log(), [])

    def test_stays_where_it_was_answered(self):
        """One connection for all rounds: home is not tried before each."""
        self.source.name_hosts("localhost:%d" % self.nginx.port)
        said = self.sync(NOBODY, rounds=4)
        self.assertEqual([r["result"] for r in said.results], ["new"] + ["unchanged"] * 3, said)
        self.assertEqual(len({line[-1] for line in self.nginx.log()}), 1)
        self.assertEqual(sum(e.get("event") == "place" for e in said.events), 1, said)

    # ---- where it is not ----

    def test_certificate_is_of_the_name(self):
        """At an address the certificate must be of the source's own name, at a name of that name."""
        other = self.serve(peers.Authority(self.top / "addresses", "IP:127.0.0.1"))
        self.authority = peers.Authority(self.top / "elsewhere", "IP:127.0.0.1")
        there = self.serve(self.authority)
        self.assert_not_met(NOBODY, "network", "127.0.0.1:%d" % there.port, "localhost:%d" % other.port)
        self.assertEqual(there.log() + other.log(), [])

    def test_plain_http_only_to_this_box(self):
        said = self.assert_not_met("http://localhost:1", "network", "203.0.113.7", "example.invalid")
        self.assertNotIn("203.0.113.7", repr(said))

    def test_words_of_home(self):
        said = self.assert_not_met(NOBODY, "network", "nobody.invalid")
        self.assertIn("board.invalid", said.last["message"])

    def test_more_than_are_asked(self):
        self.assert_not_met(NOBODY, "network", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "127.0.0.1:4",
                            "localhost:%d" % self.nginx.port)


if __name__ == "__main__":
    unittest.main(verbosity=2)
