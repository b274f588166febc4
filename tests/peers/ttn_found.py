#!/usr/bin/env python3
"""What only show can find out, role sync composes by: the screen's own size where no configuration gives one, and how long a
film is of which nobody said it."""
import json
import unittest

import ttn_lib as ttn  # first: it finds the rest
import glass
import media
from bulletins import Bulletin
from province import Province

SCREEN = (800, 448)
FILM_S = 5


class Found(unittest.TestCase):
    def setUp(self):
        self.x = glass.XServer(*SCREEN)
        self.addCleanup(self.x.process.wait)
        self.addCleanup(self.x.process.terminate)
        self.town = self.enterContext(ttn.Town())
        self.province = self.enterContext(Province())
        self.board = ttn.Board(self.town, self.province, offscreen=False)
        text = self.board.config.read_text()
        self.board.config.write_text(text.replace("canvas=%dx%d\n" % ttn.CANVAS, ""))

    def document(self):
        """What role sync made ready last."""
        cache = self.board.state / "cache"
        name = (cache / "documents/tinh/manifest.ready").read_text().strip()
        return json.loads((cache / "objects" / name[:2] / name).read_text())

    def canvases(self):
        return [layout["canvas"] for layout in self.document()["layouts"]]

    def length_s(self):
        lengths = [asset.get("duration_ms", 0) / 1000 for asset in self.document()["assets"].values()]
        return lengths[0] if lengths else None

    @staticmethod
    def runs_on(began):
        """Three rounds in a row are as long as the film; told in whole seconds."""
        gaps = [after - before for before, after in zip(began, began[1:])]
        return len(gaps) >= 3 and all(abs(gap - FILM_S) <= 1 for gap in gaps[-3:])

    def test_all(self):
        film = self.province.web.put("phim.mp4", media.video(FILM_S), "video/mp4")
        self.board.play(env=self.x.env())
        self.addCleanup(self.board.stop)
        self.board.wait_for_connection()
        b = Bulletin(4, "ordinary", "Phim", content=film, duration_s=0)
        self.province.publish(b)
        self.board.wait(lambda: self.canvases() == [list(SCREEN)], "the screen's size in the document")
        self.board.wait(lambda: abs((self.length_s() or 0) - FILM_S) < 0.5, "the film's length in the document")
        known = len(self.board.plays(b))
        self.board.wait(lambda: self.runs_on(self.board.began(b)[known:]), "rounds of %d s" % FILM_S)
        self.board.end()


if __name__ == "__main__":
    unittest.main()
