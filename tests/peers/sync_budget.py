#!/usr/bin/env python3
"""What a source may cost, against nginx that counts too: films wait for their day, month and hours,
pictures go before them, words and alerts wait for nobody, and no byte is forgotten."""
import http.server
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers

MB = 1024 * 1024
NOON, NIGHT = "2026-11-26T12:00:00+07:00", "2026-11-26T23:00:00+07:00"
NEXT_NOON, DECEMBER = "2026-11-27T12:00:00+07:00", "2026-12-01T12:00:00+07:00"
FILM = random.Random(1).randbytes(10 * MB)
PICTURE = random.Random(2).randbytes(MB)
SIREN = random.Random(3).randbytes(MB)


@unittest.skipUnless(shutil.which("nginx") and shutil.which("openssl"), "needs nginx and openssl")
class SyncBudget(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = pathlib.Path(tempfile.mkdtemp(prefix="bt-budget-"))
        cls.addClassCleanup(peers.remove, cls.top)
        cls.source = peers.Source(cls.top)
        cls.authority = peers.Authority(cls.top / "tls")
        cls.film, cls.picture = cls.source.asset(FILM), cls.source.asset(PICTURE)
        cls.siren = cls.source.asset(SIREN)
        cls.nginx = peers.Nginx(cls.top / "nginx", cls.source, cls.authority)
        cls.addClassCleanup(cls.nginx.stop)

    def setUp(self):
        self.cache = pathlib.Path(tempfile.mkdtemp(prefix="cache-", dir=self.top))
        self.manifest = self.publish()
        self.nginx.log()

    def publish(self, alert=None):
        return self.source.publish(1, {self.film: len(FILM)}, {self.picture: len(PICTURE)}, alert)

    def sync(self, at, **options):
        at = at if isinstance(at, list) else [at]
        settings = {"base": f"https://localhost:{self.nginx.port}", "cache": self.cache,
                    "screen": peers.SCREEN, "root": self.source.root_path, "at": at,
                    "ca": self.authority.ca, "rounds": len(at)}
        settings.update(options)
        return peers.sync_once(**settings)

    def has(self, name):
        return (self.cache / "objects" / name[:2] / name).exists()

    def ready(self, which="manifest"):
        path = self.cache / f"documents/peer/{which}.ready"
        return path.read_text() if path.exists() else None

    def sent(self, name):
        """Bytes of bodies that nginx sent of this asset."""
        return sum(int(line[4].removeprefix("sent=")) for line in self.nginx.log()
                   if line[2].endswith(name))

    def test_without_budget(self):
        said = self.sync(NOON)
        self.assertEqual(self.ready(), self.manifest)
        self.assertEqual((said.last["waits"], said.last["objects"]), ("", 0), said)
        self.assertGreater(said.last["day"], len(FILM) + len(PICTURE))
        self.assertLess(said.last["day"], len(FILM) + len(PICTURE) + 30000)
        self.assertEqual(said.promised, [])

    def test_day(self):
        """8 MiB a day: the picture, and of the film what four fifths leave; to the byte, the rest on
        the days after."""
        said = self.sync([NOON, NOON, NEXT_NOON, NEXT_NOON], day=8 * MB)
        first, second = said.results[1], said.results[3]
        self.assertEqual(first["waits"], "day", said)
        self.assertEqual(first["until"], "2026-11-26T17:00:00.000Z")  # midnight of the board
        self.assertLess(first["day"], 8 * MB * 4 // 5 + 2000)
        self.assertGreater(first["day"], 8 * MB * 4 // 5 - 2000)
        self.assertEqual(first["objects"], 1)
        self.assertLess(abs(first["films"] - 10 * MB + 8 * MB * 4 // 5 - MB), 30000)
        self.assertEqual(second["waits"], "", said)
        self.assertEqual(self.ready(), self.manifest)
        self.assertEqual(self.sent(self.film), len(FILM))  # nothing twice
        told = [e for e in said.events if e["event"] == "waiting"]
        self.assertEqual([e["what"] for e in told], ["day"], said)  # once
        self.assertEqual(said.results[0]["result"], "new")

    def test_pictures_first(self):
        said = self.sync(NOON, day=2 * MB)
        self.assertTrue(self.has(self.picture), said)
        self.assertFalse(self.has(self.film))
        self.assertEqual(said.last["pictures"], 0)
        self.assertIsNone(self.ready())  # a manifest counts when it is whole

    def test_pictures_wait_too(self):
        said = self.sync(NOON, day=MB // 2)
        self.assertFalse(self.has(self.picture), said)
        self.assertEqual(said.last["waits"], "day")
        self.assertLess(said.last["day"], MB // 2 + 2000)

    def test_month(self):
        said = self.sync([NOON, NEXT_NOON, DECEMBER], month=8 * MB, day=0)
        self.assertEqual([r["waits"] for r in said.results], ["month", "month", ""], said)
        self.assertEqual(said.results[0]["until"], "2026-11-30T17:00:00.000Z")
        self.assertEqual(self.ready(), self.manifest)
        self.assertLess(said.results[0]["month_at_end"], 8 * MB)

    def test_hours(self):
        said = self.sync([NOON, NIGHT], heavy_from=22, heavy_until=5)
        noon = said.results[0]
        self.assertEqual((noon["waits"], noon["until"]), ("hours", "2026-11-26T15:00:00.000Z"))
        self.assertEqual(noon["films"], len(FILM))
        self.assertTrue(noon["complete"].startswith("2026-11-26T15:0"), said)
        self.assertEqual(self.ready(), self.manifest)
        self.assertEqual([e for e in said.events if e["event"] == "waiting"], [])

    def test_clock_set_back(self):
        """The day before does not give what this one has used."""
        said = self.sync([NEXT_NOON, NOON, NEXT_NOON], day=4 * MB)
        self.assertEqual([r["waits"] for r in said.results], ["day"] * 3, said)
        self.assertLess(said.last["day"], 4 * MB)

    def test_alert_waits_for_nobody(self):
        alert = self.source.alert(1, {self.siren: len(SIREN)})
        self.publish(alert)
        said = self.sync(NOON, day=1)
        self.assertEqual(self.ready("alert"), alert, said)
        self.assertTrue(self.has(self.siren))
        self.assertFalse(self.has(self.picture))
        self.assertGreater(said.last["day"], len(SIREN))  # but it counts

    def test_promises(self):
        """What is written down is never less than what came, and a few MiB more at most."""
        said = self.sync(NOON, day=100 * MB)
        self.assertGreaterEqual(said.promised[-1], said.last["day"])
        self.assertLess(said.promised[-1], said.last["day"] + 5 * MB)
        self.assertLess(len(said.promised), 8, said.promised)


class Slow(http.server.BaseHTTPRequestHandler):
    """Serves the tree without ranges, and films slowly."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.server.tree / self.path[1:]
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.server.asked.append(self.path)
        for at in range(0, len(data), 65536):
            self.wfile.write(data[at:at + 65536])
            self.server.sent += len(data[at:at + 65536])
            time.sleep(self.server.pause_s if len(data) > MB else 0)


class SyncSlow(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="bt-budget-"))
        self.addCleanup(peers.remove, self.top)
        self.source = peers.Source(self.top)
        self.film = self.source.asset(FILM)
        self.source.publish(1, {self.film: len(FILM)})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.server.handle_error = lambda *_: None  # clients that hang up are what we test
        self.server.tree, self.server.asked, self.server.sent = self.source.tree, [], 0
        self.server.pause_s = 0
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.settings = {"base": f"http://127.0.0.1:{self.server.server_port}",
                         "cache": self.top / "cache", "screen": peers.SCREEN,
                         "root": self.source.root_path, "at": NOON}

    def test_peer_without_ranges(self):
        """What could only be paid for and thrown away is not asked for again and again."""
        said = peers.sync_once(**self.settings, day=8 * MB, rounds=6)
        self.assertTrue(said.has("waiting", "", self.film), said)
        self.assertEqual(said.last["waits"], "day")
        films = [path for path in self.server.asked if path.endswith(self.film)]
        self.assertEqual(len(films), 1)
        self.assertLess(said.last["day"], MB)
        whole = peers.sync_once(**self.settings, day=13 * MB)
        self.assertTrue(whole.has("fetched", "", self.film), whole)

    def test_power_cut(self):
        """Killed in the midst of a film, what was written down covers what came."""
        self.server.pause_s = 0.02
        command = [str(peers.TOOLS / "sync-once"), "--day", str(1000 * MB)]
        for name, value in self.settings.items():
            command += ["--" + name, str(value)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            half = self.top / "cache/incoming" / self.film
            deadline = time.monotonic() + 30
            while not half.exists() or half.stat().st_size < 5 * MB:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            process.kill()
            lines = [json.loads(line) for line in process.stdout]
        promised = [line["promised"] for line in lines if "promised" in line]
        self.assertGreaterEqual(promised[-1], half.stat().st_size)
        self.assertLess(promised[-1], half.stat().st_size + 5 * MB)


if __name__ == "__main__":
    unittest.main(verbosity=2)
