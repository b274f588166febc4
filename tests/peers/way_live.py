#!/usr/bin/env python3
"""A live stream, the whole way: a real server, the jailed relay, the jailed decoder, the glass. It moves; when the
server stalls, ends or sends noise the fallback is on the glass, and the stream comes back by itself."""
import os
import pathlib
import signal
import tempfile
import unittest

import live_lib as live
import way_lib as way
from way_lib import district

GREEN, GROUND = (0, 160, 0), (0x10, 0x20, 0x30)


def make_manifest(tree, url, duration_ms=3600_000, fallback=True, items=(), **more):
    picture = way.plain_png(*live.SIZE, GREEN)
    stream = {"id": "s1", "kind": "stream", "url": url, "duration_ms": duration_ms, "fit": "contain"}
    assets = {}
    if fallback:
        stream["fallback"] = tree.put_asset(picture)
        assets = way.asset(picture, "image/png")
    return way.manifest(1, [stream, *items], assets=assets, layouts=[
        {"id": "full", "canvas": list(live.SIZE), "background": "#102030", "zones": [{"id": "main", "rect": [0, 0, *live.SIZE]}]}], **more)


class Board:
    """A player that shows one stream."""

    def __init__(self, case, url, source="", env=None, **more):
        self.tree = way.Tree()
        case.addCleanup(self.tree.__exit__)
        self.tree.put(make_manifest(self.tree, url, **more))
        self.screen = self.tree.box(canvas="%dx%d" % live.SIZE, source=source)
        self.screen.play(env=env)
        case.addCleanup(lambda: way.expect_calm(way.log(self.screen)))
        case.addCleanup(self.screen.stop)

    def wait(self, condition, seconds, what):
        try:
            return district.wait_for(condition, seconds, what)
        except AssertionError as error:
            raise AssertionError("%s\n%s" % (error, way.log(self.screen))) from None

    def picture(self):
        try:
            return way.Picture(self.screen.picture)
        except (OSError, AssertionError):
            return None

    def code(self):
        picture = self.picture()
        return live.read_code(picture.pixel) if picture else None

    def is_plain(self, colour):
        picture = self.picture()
        return picture is not None and all(
            picture.pixel(x, 100) == colour for x in range(10, live.SIZE[0], 40))

    def is_fallback(self):
        return self.is_plain(GREEN)

    def moves(self, seconds=30, what="the stream moves"):
        """Waits until different numbers were seen."""
        seen = set()

        def look():
            code = None if self.is_fallback() else self.code()
            if code is not None:
                seen.add(code)
            return len(seen) >= 3
        self.wait(look, seconds, what)

    def falls_back(self, seconds=15, what="the fallback"):
        self.wait(self.is_fallback, seconds, what)

    def relay(self):
        return self.screen.pid_of("relay")

    def halves(self):
        """Both processes of the relay."""
        relay = self.relay()
        done = district.run("pgrep", "-P", relay)
        return [relay, int(done.stdout)]


class Streams(unittest.TestCase):
    def server(self, make, *words, **more):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="bangtin-live-")))
        server = make(folder / "server", *words, **more)
        self.addCleanup(server.close)
        server.wait_ready()
        return server

    def played(self, board):
        """The fact of the occurrence that is over when the player has ended."""
        board.screen.stop()
        facts = [fact for fact in way.facts(board.screen) if fact["type"] == "played"]
        self.assertEqual(len(facts), 1, facts)
        return facts[0]

    def stall_and_return(self, board, server):
        board.moves()
        server.stall()
        board.falls_back(what="the fallback of a stalled stream")
        server.resume()
        board.moves(what="the stream is back")
        fact = self.played(board)
        self.assertGreater(fact["stream"]["live_ms"], 500)
        self.assertGreater(fact["stream"]["fallback_ms"], 500)
        self.assertGreaterEqual(fact["stream"]["stopped"], 1)
        self.assertGreater(fact["stream"]["bytes"], 10000)
        events = [event["event"] for event in way.events(board.screen)]
        self.assertIn("stream-stopped", events)
        self.assertIn("stream-back", events)


class Hls(Streams):
    def test_stalls(self):
        server = self.server(live.Hls)
        self.stall_and_return(Board(self, server.url), server)

    def test_noise(self):
        """Parts of noise: it goes on, or falls back, and is there again."""
        server = self.server(live.Hls, "fmp4")
        board = Board(self, server.url)
        board.moves()
        server.garble(4)
        board.moves(what="the stream after the noise")


class Rtsp(Streams):
    def test_stalls(self):
        server = self.server(live.Rtsp)
        self.stall_and_return(Board(self, server.url), server)

    def test_datagrams(self):
        """A server that sends over UDP only."""
        Board(self, self.server(live.Rtsp, "udp").url).moves()

    def test_noise(self):
        server = self.server(live.Rtsp)
        tunnel = live.Tunnel(server.port)
        self.addCleanup(tunnel.close)
        board = Board(self, "rtsp://127.0.0.1:%d/live" % tunnel.port)
        board.moves()
        tunnel.mode = "garble"
        board.falls_back(what="the fallback of noise")
        tunnel.mode = "pass"
        board.moves(what="the stream after the noise")


class Udp(Streams):
    def test_stalls(self):
        server = self.server(live.Udp)
        self.stall_and_return(Board(self, server.url), server)

    def test_group(self):
        server = self.server(live.Udp, "239.255.4.2")
        Board(self, server.url, source="streams=239.255.4.2").moves()

    def test_noise(self):
        server = self.server(live.Udp)
        board = Board(self, server.url)
        board.moves()
        server.garble(4)
        board.moves(what="the stream after the noise")


class Relays(Streams):
    def test_relay_hangs(self):
        """One that was stopped hears nothing and is killed; the stream comes back with another."""
        board = Board(self, self.server(live.Udp).url)
        board.moves()
        halves = board.halves()
        for pid in halves:
            os.kill(pid, signal.SIGSTOP)
        board.falls_back(what="the fallback of a relay that hangs")
        board.moves(what="another relay")
        self.assertNotEqual(board.relay(), halves[0])
        self.assertFalse([pid for pid in halves if pathlib.Path("/proc/%d" % pid).exists()])

    def test_relay_dies(self):
        board = Board(self, self.server(live.Udp).url)
        board.moves()
        os.kill(board.relay(), signal.SIGKILL)
        board.falls_back(what="the fallback of a relay that died")
        board.moves(what="another relay")

    def test_without_fallback(self):
        """The ground of the layout, and no black."""
        server = self.server(live.Udp)
        board = Board(self, server.url, fallback=False)
        board.moves()
        server.stall()
        board.wait(lambda: board.is_plain(GROUND), 15, "the ground")

    def test_not_named(self):
        """Without TLS from another host than this one: the fallback, and the reason."""
        board = Board(self, "http://127.0.0.1.example.vn/x.m3u8")
        board.falls_back()
        event = board.wait(lambda: way.events(board.screen, "stream-stopped"), 20, "the event")[0]
        self.assertEqual(event["code"], "ceiling")
        self.assertIn("streams=", event["message"])
        self.assertIsNone(board.relay())

    def test_budget(self):
        """What came counts against the day; when that is used up no stream is begun."""
        server = self.server(live.Udp)
        board = Board(self, server.url, source="day_mb=1", duration_ms=20_000)
        board.moves()
        board.wait(
            lambda: ((board.screen.status() or {}).get("sources") or [{}])[0].get("traffic", {}).get(
                "day", {}).get("used", 0) > 20000, 30, "bytes of the stream in the books")

    def test_snapshot(self):
        """Shows the fallback, whatever is on the glass."""
        board = Board(self, self.server(live.Udp).url)
        board.moves()
        path = board.screen.folder / "snapshot.png"
        board.screen.snapshot(way.peers.rfc3339(0), path)
        self.assertEqual(way.Picture(path).pixel(10, 10), GREEN)


if __name__ == "__main__":
    unittest.main(verbosity=2)
