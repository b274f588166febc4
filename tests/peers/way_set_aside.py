#!/usr/bin/env python3
"""What keeps failing leaves the glass. A film that ends its decoder at each turn is set aside at the third, and stays
so over a restart; a source that nobody could reach for 45 days of running time keeps to its fillers."""
import sqlite3
import unittest

import way_lib as way
from way_lib import district

BROKEN = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2mp41" + bytes(range(256)) * 64
DAY_MS = 24 * 3600 * 1000
PATIENCE_S = 60 if district.SANITIZE else 30


def reasons(box, *events):
    return [(fact["event"], fact.get("code"), fact["what"]) for fact in way.events(box) if fact["event"] in events]


def plant_silence(box, days):
    db = sqlite3.connect(box.state / "ledger.db")
    with db:
        db.execute("UPDATE source SET idle_ms = ?", (days * DAY_MS,))
    db.close()


class SetAside(unittest.TestCase):
    def test_film_that_fails_at_each_turn(self):
        name = way.peers.sha256(BROKEN)
        items = [way.text("words", "Lời ngắn", duration_ms=1000), {"id": "film", "kind": "video", "asset": name}]
        with way.Tree() as tree:
            tree.put_asset(BROKEN)
            tree.put(way.manifest(1, items, assets=way.asset(BROKEN, "video/mp4", 1000)))
            box = tree.box()
            box.play()
            district.wait_for(lambda: box.on_air("main") == "words", PATIENCE_S, "the words")
            district.wait_for(lambda: way.events(box, "set-aside"), PATIENCE_S, "the film set aside")
            box.stop()
            before = reasons(box, "failed", "set-aside")
            self.assertEqual([event for event, _, _ in before], ["failed"] * 3 + ["set-aside"])
            self.assertEqual({what for _, _, what in before}, {name})
            box.play()
            district.wait_for(lambda: box.on_air("main") == "words", PATIENCE_S, "the words")
            fact = way.facts(box)[-1]["seq"]
            district.wait_for(lambda: sum(f["seq"] > fact and f["type"] == "played" for f in way.facts(box)) >= 3,
                              PATIENCE_S, "three more turns")
            box.stop()
            self.assertEqual(reasons(box, "failed", "set-aside"), before)
            way.expect_calm(way.log(box))

    def test_silence(self):
        """The days before are planted: only running time without a word counts."""
        items = [way.text("words", "Lời ngắn", duration_ms=1000)]
        spare = [way.text("spare", "Bài dự phòng", duration_ms=1000)]
        made = way.manifest(1, items)
        made["playlists"].append({"id": "spares", "items": spare})
        made["programmes"].append({"id": "always", "layout": "full", "class": "filler", "zones": {"main": "spares"}})
        with way.Tree() as tree:
            tree.put(made)
            box = tree.box()
            box.play()
            district.wait_for(lambda: box.on_air("main") == "words", PATIENCE_S, "the words")
            box.stop()
            (tree.tree / "v1/screens" / way.SCREEN / "now.json").unlink()
            for days, item, lapsed in ((44, "words", 0), (46, "spare", 1)):
                with self.subTest(days):
                    plant_silence(box, days)
                    box.play()
                    district.wait_for(lambda: box.on_air("main") == item, PATIENCE_S, item)
                    turns = len(way.facts(box))
                    district.wait_for(lambda: len(way.facts(box)) >= turns + 3, PATIENCE_S, "three turns more")
                    self.assertEqual(box.on_air("main"), item)
                    box.stop()
                    self.assertEqual(len(way.events(box, "lapsed")), lapsed)
            way.expect_calm(way.log(box))


if __name__ == "__main__":
    unittest.main(verbosity=2)
