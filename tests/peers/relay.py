#!/usr/bin/env python3
"""bangtin-relay alone, against servers on the loopback: it stays on the hosts that were named, checks certificates,
bounds what it reads, and its half that parses has nothing but connections."""
import contextlib
import os
import pathlib
import re
import select
import socket
import tempfile
import threading
import time
import unittest

import live_lib as live
import peers
import relay_once
from district import wait_for


class Listener:
    """A server that nobody should come to."""

    def __init__(self, host, port=0):
        self.socket = socket.create_server((host, port))
        self.port = self.socket.getsockname()[1]

    def saw_somebody(self, seconds=0.5):
        return bool(select.select([self.socket], [], [], seconds)[0])


class Answerer:
    """Answers every request with the same bytes, over and over when `endless`."""

    def __init__(self, body, endless=False, pause_s=0):
        self.body, self.endless, self.pause_s = body, endless, pause_s
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d/x.m3u8" % self.server.getsockname()[1]
        self.asked = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), client:
                self.asked.append(client.recv(65536).split(b"\r\n")[0].decode())
                length = "" if self.endless else "Content-Length: %d\r\n" % len(self.body)
                client.sendall(("HTTP/1.1 200 OK\r\n%sConnection: close\r\n\r\n" % length).encode() + self.body)
                while self.endless:
                    client.sendall(self.body)
                    time.sleep(self.pause_s)

    def close(self):
        self.server.close()


class Relay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="bangtin-relay-")))
        cls.authority = peers.Authority(cls.top / "tls")
        cls.hls = live.Hls(cls.top / "hls")
        cls.addClassCleanup(cls.hls.close)
        cls.tls = live.Hls(cls.top / "hls-tls", "fmp4", cls.authority)
        cls.addClassCleanup(cls.tls.close)
        cls.hls.wait_ready(3)
        cls.tls.wait_ready(3)

    def relay(self, url, **more):
        relay = relay_once.Relay(url, **more)
        self.addCleanup(relay.close)
        return relay

    def plays(self, url, **more):
        relay = self.relay(url, **more)
        data = relay.read(20000)
        self.assertEqual(data[:1], b"G", relay.words(5))
        self.assertGreaterEqual(len(data), 20000)
        return relay

    def fails(self, url, code, words, seconds=20, **more):
        _, failure = self.relay(url, **more).words(seconds)
        self.assertIsNotNone(failure)
        self.assertEqual(failure[0], code, failure)
        self.assertRegex(failure[1], words)


class Hosts(Relay):

    def test_stays_here(self):
        self.plays(self.hls.base + "/here.m3u8")

    def test_redirect_elsewhere(self):
        """Also to a host that parts may come from."""
        for hosts in ((), ("127.0.0.2",)):
            with self.subTest(hosts=hosts):
                other = Listener("127.0.0.2", self.hls.other_port)
                with other.socket:
                    self.fails(self.hls.base + "/elsewhere.m3u8", "ceiling", "another host", hosts=hosts)
                    self.assertFalse(other.saw_somebody())

    def test_part_elsewhere(self):
        other = Listener("127.0.0.2")
        playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.2:%d/a.ts\n"
        playlist = (playlist + "#EXT-X-ENDLIST\n") % other.port
        server = Answerer(playlist.encode())
        self.addCleanup(server.close)
        with other.socket:
            relay = self.relay(server.url)
            self.assertEqual(relay.read(1), b"")
            self.assertFalse(other.saw_somebody())
            self.relay(server.url, hosts=("127.0.0.2",))
            self.assertTrue(other.saw_somebody(10), "a named host")

    def test_files_and_pipes(self):
        """What a list might name on this box is not opened."""
        secret = self.top / "secret.ts"
        secret.write_bytes(b"G" * 188 * 100)
        for uri in ("file://%s" % secret, str(secret), "concat:%s" % secret, "subfile:%s" % secret,
                    "data:video/mp2t;base64,R0dHRw==", "crypto:%s" % secret, "pipe:0", "gopher://127.0.0.1/"):
            with self.subTest(uri=uri):
                server = Answerer(("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n%s\n#EXT-X-ENDLIST\n" % uri).encode())
                self.addCleanup(server.close)
                relay = self.relay(server.url)
                self.assertEqual(relay.read(1), b"")

    def test_tls(self):
        self.plays(self.tls.url, ca=self.authority.ca)

    def test_tls_of_a_stranger(self):
        other = peers.Authority(self.top / "other-tls")
        self.fails(self.tls.url, "network", "certificate", ca=other.ca)
        self.fails(self.tls.url, "network", "certificate")
        self.fails(self.tls.url.replace("localhost", "127.0.0.2"), "network", ".", ca=self.authority.ca)


class Limits(Relay):

    def test_no_playlist(self):
        server = Answerer(b"<html>Login</html>")
        self.addCleanup(server.close)
        self.fails(server.url, "invalid", "no playlist")

    def test_endless_playlist(self):
        server = Answerer(b"#EXTM3U\n#EXTINF:2,\na.ts\n" * 4000, endless=True)
        self.addCleanup(server.close)
        self.fails(server.url, "limit", "too long")

    def test_silence(self):
        silent = Listener("127.0.0.1")
        with silent.socket:
            self.fails("http://127.0.0.1:%d/x.m3u8" % silent.port, "timeout", "nothing came")

    def test_rate(self):
        """A part of 3 MB at 512 KB/s takes its time."""
        server = Answerer(b"#EXTM3U\n" + b"#" * 900_000 + b"\n")
        self.addCleanup(server.close)
        began = time.monotonic()
        self.relay(server.url, rate=256 * 1024).words(20)
        self.assertGreater(time.monotonic() - began, 2)

    def test_halves(self):
        relay = self.plays(self.hls.url)
        streamer = wait_for(relay.streamer, 10, "the streamer")
        for pid in relay.process.pid, streamer:
            status = pathlib.Path("/proc/%d/status" % pid).read_text()
            self.assertRegex(status, r"NoNewPrivs:\s*1\n")
            self.assertRegex(status, r"Seccomp:\s*2\n")
        held = [os.readlink(path) for path in pathlib.Path("/proc/%d/fd" % streamer).iterdir() if path.name not in "012"]
        self.assertTrue(all(re.match(r"(socket|pipe|anon_inode):", name) for name in held), held)
        if not os.environ.get("BANGTIN_SANITIZE") == "1":
            limits = pathlib.Path("/proc/%d/limits" % streamer).read_text()
            self.assertRegex(limits, r"Max address space\s+536870912")
            self.assertRegex(limits, r"Max cpu time\s+\d+ ")

    def test_ends_with_its_user(self):
        relay = self.plays(self.hls.url)
        streamer = relay.streamer()
        relay.process.kill()
        wait_for(lambda: not pathlib.Path("/proc/%d" % streamer).exists(), 10, "the streamer ends with its connector")
        relay = relay_once.Relay(self.hls.url)
        relay.read(188)
        relay.socket.close()
        os.close(relay.output)
        relay.process.wait(20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
