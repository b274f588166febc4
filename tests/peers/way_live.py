#!/usr/bin/env python3
"""A live stream, the whole way: a real server, the jailed relay, the jailed decoder, the glass. It moves; when the
server stalls, ends or sends noise the fallback is on the glass, and the stream comes back by itself."""
import pathlib
import shutil
import sys
import time
import unittest

import live_lib as live
import way_lib as way
from way_lib import district

GREEN = (0, 160, 0)


def make_manifest(tree, url, duration_ms=3600_000, fallback=True, items=(), **more):
    picture = way.plain_png(*live.SIZE, GREEN)
    stream = {"id": "s1", "kind": "stream", "url": url, "duration_ms": duration_ms, "fit": "contain"}
    assets = {}
    if fallback:
        stream["fallback"] = tree.put_asset(picture)
        assets = way.asset(picture, "image/png")
    return way.manifest(1, [stream, *items], assets=assets, layouts=[
        {"id": "full", "canvas": list(live.SIZE), "zones": [{"id": "main", "rect": [0, 0, *live.SIZE]}]}], **more)


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

    def picture(self):
        try:
            return way.Picture(self.screen.picture)
        except (OSError, AssertionError):
            return None

    def code(self):
        picture = self.picture()
        return live.read_code(picture.pixel) if picture else None

    def is_fallback(self):
        picture = self.picture()
        return picture is not None and picture.pixel(10, 10) == GREEN and picture.pixel(200, 100) == GREEN

    def moves(self, seconds=30, what="the stream moves"):
        """Waits until different numbers were seen."""
        seen = set()

        def look():
            code = None if self.is_fallback() else self.code()
            if code is not None:
                seen.add(code)
            return len(seen) >= 3
        district.wait_for(look, seconds, "%s: %s\n%s" % (what, seen, way.log(self.screen)))

    def falls_back(self, seconds=15, what="the fallback"):
        district.wait_for(self.is_fallback, seconds, what + "\n" + way.log(self.screen))

    def relay(self):
        return self.screen.pid_of("relay")


class Streams(unittest.TestCase):
    def server(self, make, *words, **more):
        folder = pathlib.Path(self.enterContext(district.tempfile.TemporaryDirectory(prefix="bangtin-live-")))
        server = make(folder / "server", *words, **more)
        self.addCleanup(server.close)
        server.wait_ready()
        return server

    def stall_and_return(self, board, server):
        board.moves()
        server.stall()
        board.falls_back(what="the fallback of a stalled stream")
        server.resume()
        board.moves(what="the stream is back")

    def test_hls(self):
        server = self.server(live.Hls)
        board = Board(self, server.url)
        self.stall_and_return(board, server)

    def test_udp(self):
        server = self.server(live.Udp)
        board = Board(self, server.url)
        self.stall_and_return(board, server)

    def test_rtsp(self):
        server = self.server(live.Rtsp)
        board = Board(self, server.url)
        self.stall_and_return(board, server)


if __name__ == "__main__":
    unittest.main(verbosity=2)
