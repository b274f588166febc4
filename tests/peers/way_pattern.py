#!/usr/bin/env python3
"""`bangtin pattern NAME` covers what is on the air: the pattern is on the glass, nothing is claimed to be
shown meanwhile, `resume` gives the board back, and the covered occurrence is one fact with a gap."""
import time
import unittest

import way_lib as way
from way_lib import district

RED = (255, 0, 0)


class Pattern(unittest.TestCase):
    def middle(self):
        if not self.screen.picture.exists():
            return None
        return way.Picture(self.screen.picture).pixel(320, 192)

    def command(self, *words, check=True):
        return district.run(district.PLAYER, *words, "--config", self.screen.config, check=check)

    def test_covers_and_gives_back(self):
        with district.District() as town:
            town.serve()
            self.screen = town.screen("wall")
            town.publish({
                "screens": ["wall"],
                "layouts": [{"id": "l", "canvas": [640, 384],
                             "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
                "playlists": [{"id": "p", "items": [
                    {"id": "n1", "kind": "text", "duration_ms": 3600000,
                     "texts": [{"lang": "vi", "title": "Thông báo", "body": "Mời bà con họp."}]}]}],
                "programmes": [{"id": "day", "layout": "l", "class": "ordinary", "zones": {"main": "p"}}]})
            self.screen.play()
            district.wait_for(lambda: self.screen.on_air("main") == "n1", 20, "n1 on the glass")
            refused = self.command("pattern", "re", check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("unknown pattern", refused.stderr)
            self.command("pattern", "red")
            district.wait_for(lambda: self.middle() == RED, 10, "red on the glass")
            self.assertEqual(self.screen.on_air(), {})
            time.sleep(1)
            self.command("resume")
            district.wait_for(lambda: self.screen.on_air("main") == "n1", 10, "n1 again")
            district.wait_for(lambda: self.middle() != RED, 10, "the board's picture again")
            self.screen.stop()
            played = [fact for fact in self.screen.report("played") if fact["item"] == "n1"]
        self.assertEqual(len(played), 1, played)
        self.assertEqual(len(played[0]["gaps"]), 1, played)
        begin, end = map(district.millis, played[0]["gaps"][0])
        self.assertGreaterEqual(end - begin, 1000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
