#!/usr/bin/env python3
"""A source is found again without its name: where the resolver fails, also after a power cut, it is asked for at the
address where it proved last to be the one. Real nginx, real certificates, a resolver that knows what it is told."""
import contextlib
import functools
import http.server
import os
import socket
import sys
import threading
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers
from sync_places import PICTURE, PlacesFixture

NAME = "board.invalid"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class SyncNames(PlacesFixture):
    def setUp(self):
        super().setUp()
        self.base = "https://%s:%d" % (NAME, self.nginx.port)
        self.met = self.cache / "documents/peer/met"

    def ask(self, resolved, base=None):
        """A round of a process of its own, with a resolver that knows the name or does not answer."""
        names = {"LD_PRELOAD": str(peers.TOOLS / "few-names.so")}
        names.update({"BANGTIN_NAMES": NAME + "=127.0.0.1"} if resolved else {})
        with mock.patch.dict(os.environ, names):
            return self.sync(base or self.base)

    def meet(self):
        """It is met by its name, and has news since."""
        self.assertEqual(self.ask(True).last["result"], "new")
        self.manifest = self.source.publish(2, {}, {self.picture: len(PICTURE)})

    def test_the_name_is_lost(self):
        self.meet()
        self.assertEqual(self.met.read_text(), "127.0.0.1")
        said = self.ask(False)
        self.assertEqual(said.last["result"], "new", said)
        self.assertTrue(self.is_here() and said.has("place", "", "127.0.0.1"), said)

    def test_it_was_never_met(self):
        said = self.ask(False)
        self.assertEqual((said.last["result"], said.last["reason"]), ("failed", "network"), said)
        self.assertIn(NAME, said.last["message"])

    def test_it_moved_and_the_name_with_it(self):
        self.meet()
        self.met.write_text("127.0.0.2")
        said = self.ask(True)
        self.assertEqual((said.last["result"], self.met.read_text()), ("new", "127.0.0.1"), said)
        self.assertFalse(said.has("place", "", "127.0.0.2"), said)

    def test_a_line_that_is_down_costs_no_second_try(self):
        self.meet()
        self.nginx.stop()
        self.met.write_text("127.0.0.2")
        there = self.serve_at("127.0.0.2", self.nginx.port)
        self.assertEqual(self.ask(True).last["result"], "failed")
        self.assertEqual(there, [])

    def test_somebody_else_lives_there(self):
        self.meet()
        liar = self.serve(peers.Authority(self.top / "lies", "DNS:" + NAME))
        said = self.ask(False, "https://%s:%d" % (NAME, liar.port))
        self.assertEqual((said.last["result"], liar.log()), ("failed", []), said)

    def test_a_record_that_rotted_into_a_name(self):
        self.meet()
        self.met.write_text("localhost:%d" % self.nginx.port)
        self.nginx.log()
        self.assertEqual(self.ask(False).last["result"], "failed")
        self.assertEqual(self.nginx.log(), [])

    def test_without_tls_nobody_proves_anything(self):
        handler = functools.partial(Quiet, directory=self.source.tree)
        plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.addCleanup(plain.server_close)
        self.addCleanup(plain.shutdown)
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        said = self.sync("http://localhost:%d" % plain.server_port)
        self.assertEqual((said.last["result"], self.met.exists()), ("new", False), said)

    def serve_at(self, address, port):
        """Who connects there, as a list that grows."""
        heard = []
        listener = socket.create_server((address, port))
        self.addCleanup(listener.close)

        def listen():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    heard.append(1)
                    connection.close()
        threading.Thread(target=listen, daemon=True).start()
        return heard


if __name__ == "__main__":
    unittest.main(verbosity=2)
