#!/usr/bin/env python3
"""The proof of display: what a player writes down of each picture is what anybody computes, by the page of the
interface alone, from `bangtin snapshot` of the same instant; nothing is said of what is dark or still, and a film
whose decoder stops is told once."""
import ctypes
import json
import os
import pathlib
import time
import unittest

import way_lib as way
from fingerprint import distance, fingerprint
from way_lib import district, peers

PATIENCE_S = 120
SPLIT = {"id": "full", "canvas": [640, 384], "background": "#0B1B33", "zones": [
    {"id": "main", "rect": [0, 0, 640, 320]}, {"id": "strip", "rect": [0, 320, 640, 64]}]}
ZONES = {"main": (0, 0, 640, 320), "strip": (0, 320, 640, 64)}
SAME_BITS = 6  # a film's frame may be the next one


def film(folder, seconds, still=False):
    """Ten pictures a second; still: the first one all along."""
    path = folder / ("film%d%d.mp4" % (seconds, still))
    keep = ["-vf", "loop=loop=-1:size=1,setpts=N/10/TB"] if still else []
    district.run("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x160:r=10", *keep, "-t",
                 seconds, "-r", 10, "-g", 10, "-pix_fmt", "yuv420p", path)
    return path.read_bytes()


def decoders(box):
    """All of them: the one whose film is on, and any that is ahead."""
    found = []
    for pid in district.run("pgrep", "-P", box.process.pid, check=False).stdout.split():
        try:
            words = pathlib.Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if os.path.basename(words[0]) == b"bangtin-decode":
            found.append(int(pid))
    return found


def hold(pid):
    """Its first thread, which decodes; the one that says that it lives goes on. Ends with this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    seize, interrupt = 0x4206, 0x4207  # ptrace(2)
    for request in (seize, interrupt):
        if libc.ptrace(request, pid, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")


class Proof(unittest.TestCase):
    def play(self, tree, items, assets, layout=SPLIT):
        line = [dict(way.text("t1", "Trực ban 24/24: 0269 3855 114. Đề phòng lũ quét."), kind="ticker")]
        made = way.manifest(1, items, assets=assets, layouts=[layout])
        made["playlists"].append({"id": "line", "items": line})
        made["programmes"][0]["zones"] = {"main": "news", "strip": "line"}
        tree.put(made)
        box = tree.box()
        box.play()
        district.wait_for(lambda: box.on_air("main"), PATIENCE_S, "the manifest")  # and its ledger is made
        return box

    @staticmethod
    def played(box, item):
        """Facts of this item that were seen to their middle."""
        return [f for f in way.facts(box) if f["type"] == "played" and f["item"] == item and "phash" in f]

    def assert_same(self, box, tree, fact, bits):
        picture = way.Picture(box.snapshot(fact["phash_at"], tree.folder / "then.png"))
        phash, luma = fingerprint(picture, *ZONES[fact["zone"]])
        off = distance(phash, fact["phash"])
        self.assertLessEqual(off, bits, "%s: %s is not %s" % (fact["item"], fact["phash"], phash))
        if bits == 0:
            self.assertEqual(fact["luma"], luma)
        return phash

    def test_same_as_the_snapshot(self):
        with way.Tree() as tree:
            photo = district.make_photo(tree.folder / "photo.png", "320x320").read_bytes()
            dark = way.plain_png(64, 32, (2, 2, 2))
            moving, still = film(tree.folder, 3), film(tree.folder, 5, still=True)
            for data in (photo, dark, moving, still):
                tree.put_asset(data)
            items = [way.text("n1", "Thông báo lịch cấp nước", duration_ms=2000),
                     {"id": "i1", "kind": "image", "asset": peers.sha256(photo), "duration_ms": 2000,
                      "transition": {"kind": "fade", "ms": 1000}},
                     {"id": "d1", "kind": "image", "asset": peers.sha256(dark), "fit": "cover", "duration_ms": 3000},
                     {"id": "v1", "kind": "video", "asset": peers.sha256(moving)},
                     {"id": "v2", "kind": "video", "asset": peers.sha256(still)}]
            box = self.play(tree, items, {
                **way.asset(photo, "image/png"), **way.asset(dark, "image/png"),
                **way.asset(moving, "video/mp4", 3000), **way.asset(still, "video/mp4", 5000)})
            names = [item["id"] for item in items] + ["t1"]
            # The second time: a still is on its shelf then, however late its decoder was at first.
            district.wait_for(lambda: all(len(self.played(box, name)) > 1 for name in names), PATIENCE_S,
                              "all items\n" + way.log(box))
            on_air = {row["zone"]: row for row in box.status()["on_air"]}
            self.assertNotIn("fault", on_air["main"])
            hashes = {}
            for name in ("n1", "i1", "d1", "t1"):
                hashes[name] = self.assert_same(box, tree, self.played(box, name)[-1], 0)
            for name in ("v1", "v2"):
                hashes[name] = self.assert_same(box, tree, self.played(box, name)[-1], SAME_BITS)
            self.assertLessEqual(self.played(box, "d1")[-1]["luma"], 4)
            box.stop()
            for one, other in (("n1", "i1"), ("i1", "v1"), ("n1", "v1")):
                self.assertGreater(distance(hashes[one], hashes[other]), SAME_BITS, (one, other))
            for fact in way.facts(box):
                if "phash" in fact:  # half-way: no fade, and a page of its own
                    self.assertGreaterEqual(district.millis(fact["phash_at"]), district.millis(fact["start"]), fact)
                    self.assertLess(district.millis(fact["phash_at"]), district.millis(fact["end"]), fact)
            self.assertEqual([f for f in way.facts(box) if "fault" in f], [])
            self.assertEqual(way.events(box, "picture"), [])
            way.expect_calm(way.log(box))

    @staticmethod
    def left_s(box):
        """Of the item in zone main."""
        now_ms = time.time_ns() // 1000000
        text = district.run(district.PLAYER, "rundown", "--config", box.config, "--zone", "main", "--from",
                            district.rfc3339(now_ms), "--to", district.rfc3339(now_ms + 60000), "--json").stdout
        return (district.millis(json.loads(text)[0]["end"]) - now_ms) / 1000

    def test_decoder_that_gives_no_more(self):
        with way.Tree() as tree:
            data = film(tree.folder, 60)
            tree.put_asset(data)
            box = self.play(tree, [{"id": "v1", "kind": "video", "asset": peers.sha256(data)}],
                            way.asset(data, "video/mp4", 60000))
            district.wait_for(lambda: box.on_air("main") == "v1" and decoders(box), PATIENCE_S, "the film")
            # Not near the end of its turn: what is decoded then is all that there is.
            district.wait_for(lambda: self.left_s(box) > 12, PATIENCE_S, "another turn")
            time.sleep(1)
            for pid in decoders(box):
                hold(pid)
            district.wait_for(lambda: way.events(box, "picture"), PATIENCE_S, "the event")
            on_air = {row["zone"]: row for row in box.status()["on_air"]}
            box.stop()
            self.assertEqual([(e["code"], e["what"]) for e in way.events(box, "picture")], [("frozen", "main/v1")])
            self.assertEqual(on_air["main"].get("fault"), "frozen")
            self.assertEqual([f["fault"] for f in way.facts(box) if "fault" in f], ["frozen"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
