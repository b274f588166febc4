#!/usr/bin/env python3
"""A picture that takes over its decoder costs one item. Each of eight traitors tries one thing from inside the real
jail (traitor.c): a file, a socket, a connection, a program, to trace, to fork, to kill, ten gigabytes. Each dies of it
three times, is told and set aside; the words and the honest picture beside it are shown at every turn."""
import pathlib
import shutil
import tempfile
import unittest

import way_lib as way
from way_lib import district

ORDERS = ("open", "socket", "connect", "exec", "ptrace", "fork", "kill", "memory")
PATIENCE_S = 150
TRIES = 3  # of one content, however many of its occurrences are open


def install(folder):
    """A player whose decoder is the traitor."""
    for name in ("bin", "libexec"):
        (folder / name).mkdir()
    shutil.copy2(district.BUILD / "bin/bangtin", folder / "bin/bangtin")
    shutil.copy2(district.BUILD / "tests/traitor", folder / "libexec/bangtin-decode")
    shutil.copy2(district.BUILD / "libexec/bangtin-decode", folder / "libexec/bangtin-decode.real")
    return folder / "bin/bangtin"


def traitor(order):
    return f"TRAITOR {order}\n".encode() + bytes(64)


def dropped(box):
    return {fact["what"] for fact in way.events(box, "set-aside")}


class Traitor(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-traitor-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.player, district.PLAYER = district.PLAYER, install(self.folder)
        self.addCleanup(setattr, district, "PLAYER", self.player)

    def test_each_costs_one_item(self):
        honest = way.plain_png(64, 48, (200, 120, 40))
        with way.Tree() as tree:
            tree.put_asset(honest)
            box = tree.box()
            for version, order in enumerate(ORDERS, 1):
                with self.subTest(order):
                    self.betray(tree, box, version, honest, order)
            box.stop()
            self.assertEqual(dropped(box), {way.peers.sha256(traitor(order)) for order in ORDERS})
            way.expect_calm(way.log(box))

    def betray(self, tree, box, version, honest, order):
        """One traitor between two honest items. Each comes by itself: when another is set aside the turns of all move,
        and what was opened ahead for the old ones is let go before it has died."""
        data = traitor(order)
        items = [way.text("words", "Lời ngắn", duration_ms=1000),
                 {"id": "honest", "kind": "image", "asset": way.peers.sha256(honest), "duration_ms": 1000},
                 {"id": order, "kind": "image", "asset": tree.put_asset(data), "duration_ms": 1000}]
        tree.put(way.manifest(version, items, assets={**way.asset(honest, "image/png"), **way.asset(data, "image/png")}))
        if version == 1:
            box.play()
            district.wait_for(lambda: box.on_air("main"), PATIENCE_S, "anything")
        district.wait_for(lambda: way.peers.sha256(data) in dropped(box), PATIENCE_S, "the traitor set aside")
        seen = len(way.facts(box))
        district.wait_for(lambda: self.played(box, seen) >= {"words", "honest"}, PATIENCE_S, "what is left")
        told = [fact for fact in way.events(box, "failed") if fact["what"] == way.peers.sha256(data)]
        # Once or more: the next occurrences, which no decoder tries any more, fail of the same.
        self.assertEqual({fact["code"] for fact in told}, {"died"})
        self.assertEqual(way.log(box).count(f"traitor: tries {order}\n"), TRIES)

    @staticmethod
    def played(box, after):
        return {fact["item"] for fact in way.facts(box)[after:] if fact["type"] == "played"}


if __name__ == "__main__":
    unittest.main(verbosity=2)
