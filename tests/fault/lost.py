#!/usr/bin/env python3
"""Silence that nobody announces: a way that forgot a kept connection, a peer that vanished, names that nobody
answers. Each costs a bounded time, and is over when it is over.

Exit status 77 where the machine has no namespaces or no TUN device."""
import http.server
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../peers")]
import line as lines
import peers

PORT = 8080
LOW_SPEED_S = 6  # so a silence on a kept connection is noticed after 4


class Forgetful(lines.Line):
    """Drops, in both directions, what belongs to connections that it was told to forget."""

    def __init__(self):
        self.forgotten, self.seen = set(), set()
        super().__init__()

    def passes(self, packet):
        if packet[9] == 6:
            ends = struct.unpack_from(">HH", packet, 20)
            port = ends[0] if ends[1] == PORT else ends[1]
            self.seen.add(port)
            if port in self.forgotten:
                return False
        return super().passes(packet)

    def forget(self):
        self.forgotten |= self.seen


class Tree(http.server.SimpleHTTPRequestHandler):
    """Thinks for a while before it says what is new."""
    protocol_version = "HTTP/1.1"
    thinks_s = 0.0

    def do_GET(self):
        if self.path.endswith("/now.json"):
            time.sleep(self.thinks_s)
        super().do_GET()

    def log_message(self, *_):
        pass


class Lost(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = pathlib.Path(tempfile.mkdtemp(prefix="bt-lost-"))
        cls.addClassCleanup(peers.remove, cls.top)
        cls.source = peers.Source(cls.top)
        cls.source.publish(1, {})
        cls.line = Forgetful()
        cls.addClassCleanup(cls.line.close)
        cls.line.name_servers(cls.top)
        with open(cls.top / "resolv.conf", "a") as file:
            file.write("options timeout:2 attempts:1\n")

        def serve():
            def handler(*arguments):
                return Tree(*arguments, directory=str(cls.source.tree))
            server = http.server.ThreadingHTTPServer((lines.SOURCE, PORT), handler)
            server.daemon_threads = True
            server.handle_error = lambda *_: None
            server.serve_forever()
        cls.line.place.thread(serve)
        deadline = time.monotonic() + 10
        while cls.line.place.ask("bash", "-c", f"</dev/tcp/{lines.SOURCE}/{PORT}"):
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def setUp(self):
        Tree.thinks_s = 0.0
        self.cache = pathlib.Path(tempfile.mkdtemp(prefix="cache-", dir=self.top))
        self.line.forgotten, self.line.seen = set(), set()

    def rounds(self, n, between, host=lines.SOURCE, low_speed_s=LOW_SPEED_S):
        """Results with the time each took; `between` maps a count of rounds to what then happens."""
        command = [str(peers.TOOLS / "sync-once"), "--insecure", "--base", f"http://{host}:{PORT}", "--cache",
                   str(self.cache), "--screen", peers.SCREEN, "--root", str(self.source.root_path), "--rounds", str(n),
                   "--pause", "1000", "--low-speed", str(low_speed_s)]
        results, begun = [], time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for text in process.stdout:
                said = json.loads(text)
                if "result" not in said:
                    continue
                now = time.monotonic()
                results.append((said["result"], said["reason"], now - begun))
                between.get(len(results), lambda: None)()
                begun = now + 1
        print(results, file=sys.stderr)
        return results

    def test_forgotten_connection(self):
        """A NAT forgot the kept connection: the same round goes on by a new one."""
        results = self.rounds(3, {1: self.line.forget})
        self.assertEqual([(r[0], r[1]) for r in results],
                         [("new", ""), ("unchanged", ""), ("unchanged", "")])
        self.assertGreater(results[1][2], 2)
        self.assertLess(results[1][2], LOW_SPEED_S)
        self.assertLess(results[2][2], 2)

    def test_vanished_peer(self):
        """Nothing answers any more: the round ends in time, and the next after the silence is good."""
        results = self.rounds(3, {1: self.line.hush, 2: self.line.speak})
        self.assertEqual(results[0][:2], ("new", ""))
        self.assertEqual(results[1][0], "failed")
        self.assertIn(results[1][1], ("timeout", "network"))
        self.assertLess(results[1][2], 25)
        self.assertEqual(results[2][:2], ("unchanged", ""))
        self.assertLess(results[2][2], 3)

    def test_unanswered_name(self):
        """Nobody says where the source is, then somebody does."""
        self.line.nameless = True

        def answer():
            self.line.nameless = False
        self.addCleanup(answer)
        results = self.rounds(2, {1: answer}, host=lines.NAME)
        self.assertEqual(results[0][0], "failed")
        self.assertIn(results[0][1], ("timeout", "network"))
        self.assertLess(results[0][2], 25)
        self.assertEqual(results[1][:2], ("new", ""))

    def test_long_ways(self):
        """By what the greeting took, 4 s, the board knows that an answer may take as much longer. On a good line
        the same silence is none's who lives."""
        Tree.thinks_s = 7.0
        self.assertEqual(self.rounds(1, {}, low_speed_s=4)[0][:2], ("failed", "timeout"))
        self.line.delay_s = 2.0
        try:
            self.assertEqual(self.rounds(1, {}, low_speed_s=9)[0][:2], ("new", ""))
        finally:
            self.line.delay_s = 0.0

    def test_peer_that_never_answers(self):
        """It takes the connection, and that is all."""
        def listen():
            server = http.server.socketserver.TCPServer((lines.SOURCE, PORT + 1), None)
            Lost.deaf = server
        self.line.place.thread(listen).join()
        self.addCleanup(self.deaf.server_close)
        start = time.monotonic()
        said = peers.sync_once("--insecure", base=f"http://{lines.SOURCE}:{PORT + 1}", cache=self.cache,
                               screen=peers.SCREEN, root=self.source.root_path, low_speed=3)
        self.assertEqual((said.last["result"], said.last["reason"]), ("failed", "timeout"), said)
        self.assertLess(time.monotonic() - start, 10)


if __name__ == "__main__":
    if why := lines.why_not():
        print("skipped:", why)
        sys.exit(77)
    lines.enter()
    unittest.main(verbosity=2)
