#!/usr/bin/env python3
"""A picture that takes over its decoder costs one item. Each of eight traitors tries one thing from inside the real
jail (traitor.c): a file, a socket, a connection, a program, to trace, to fork, to kill, ten gigabytes. Each dies of it
three times, is told and set aside; the words and the honest picture beside them are shown at every turn."""
import pathlib
import shutil
import tempfile
import unittest

import way_lib as way
from way_lib import district

ORDERS = ("open", "socket", "connect", "exec", "ptrace", "fork", "kill", "memory")
PATIENCE_S = 150
TRIES = 3  # of one occurrence
OPEN_AHEAD = 4  # of items of a second, each with the next 2.5 s


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
        content = {order: traitor(order) for order in ORDERS}
        items = [way.text("words", "Lời ngắn", duration_ms=1000),
                 {"id": "honest", "kind": "image", "asset": way.peers.sha256(honest), "duration_ms": 1000}]
        assets = way.asset(honest, "image/png")
        with way.Tree() as tree:
            tree.put_asset(honest)
            for order, data in content.items():
                tree.put_asset(data)
                assets.update(way.asset(data, "image/png"))
                items.append({"id": order, "kind": "image", "asset": way.peers.sha256(data), "duration_ms": 1000})
            tree.put(way.manifest(1, items, assets=assets))
            box = tree.box()
            box.play()
            traitors = {way.peers.sha256(data) for data in content.values()}
            district.wait_for(lambda: box.on_air("main"), PATIENCE_S, "anything")
            district.wait_for(lambda: dropped(box) >= traitors, PATIENCE_S, "all traitors set aside")
            seen = len(way.facts(box))
            district.wait_for(lambda: self.played(box, seen) >= {"words", "honest"}, PATIENCE_S, "what is left")
            box.stop()
            self.assertEqual(dropped(box), traitors)
            for order, data in content.items():
                told = [fact for fact in way.events(box, "failed") if fact["what"] == way.peers.sha256(data)]
                with self.subTest(order):
                    # Once or more: the next occurrences are open already while this one dies.
                    self.assertEqual({fact["code"] for fact in told}, {"died"})
                    tries = way.log(box).count(f"traitor: tries {order}\n")
                    self.assertGreaterEqual(tries, TRIES)
                    self.assertLessEqual(tries, TRIES * OPEN_AHEAD)
            way.expect_calm(way.log(box))

    @staticmethod
    def played(box, after):
        return {fact["item"] for fact in way.facts(box)[after:] if fact["type"] == "played"}


if __name__ == "__main__":
    unittest.main(verbosity=2)
