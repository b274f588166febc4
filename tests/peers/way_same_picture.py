#!/usr/bin/env python3
"""The picture is a function of inputs and time: at the instants of a table written by hand, a player that has been
running, one that was started at that instant and `bangtin snapshot` show the same pixels, and what they show is what
the table says."""
import concurrent.futures
import json
import pathlib
import shutil
import unittest

import way_lib as way
from way_lib import district, peers

HERE = pathlib.Path(__file__).resolve().parent
RATE = 20
LEAD_MS = 40000  # how long the running player has been running
SPLIT = {"id": "split", "canvas": [640, 384], "background": "#0B1B33", "zones": [
    {"id": "main", "rect": [0, 0, 640, 320]}, {"id": "strip", "rect": [0, 320, 640, 64]}]}
WHOLE = {"id": "whole", "canvas": [640, 384], "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}
LONG = " ".join("Đoạn %d: bà con chú ý giữ gìn vệ sinh, phòng chống dịch bệnh và lũ quét." % i
                for i in range(1, 12))


def programme(ident, layout, zones, times=None, **more):
    when = {"when": dict({"times": times} if times else {}, **more.pop("when", {}))}
    return dict({"id": ident, "layout": layout, "zones": zones}, **(when if when["when"] else {}), **more)


def the_manifest(film, photo):
    change = "2026-11-23T08:00:30+07:00"
    playlists = {
        "news": [
            way.text("n1", LONG, duration_ms=40000),
            {"id": "v1", "kind": "video", "asset": peers.sha256(film),
             "transition": {"kind": "fade", "ms": 400}},
            {"id": "i1", "kind": "image", "asset": peers.sha256(photo), "fit": "cover",
             "transition": {"kind": "fade", "ms": 1000}},
            way.text("n2", "Có hiệu lực đến tám giờ.", duration_ms=30000, valid={"until": change}),
            way.text("n3", "Có hiệu lực từ tám giờ.", duration_ms=30000, valid={"from": change})],
        "other": [{"id": "c1", "kind": "clock"}, way.text("o1", "Chương trình khác.", duration_ms=15000)],
        "line": [dict(way.text("t1", "Trực ban 24/24: 0269 3855 114. Đề phòng lũ quét."), kind="ticker")],
        "urgent": [way.text("u1", "Thông báo ưu tiên.", duration_ms=50000)],
        "night": [way.text("m1", "Chúc bà con ngủ ngon.", duration_ms=60000),
                  {"id": "m2", "kind": "clock", "duration_ms": 30000}],
        "fair": [way.text("g1", "Hội chợ hôm nay.", duration_ms=20000)],
        "fill": [way.text("f1", "Bảng tin điện tử công cộng.", duration_ms=20000)]}
    both = {"main": "news", "strip": "line"}
    return way.manifest(
        1, [], issued="2026-11-22T01:00:00Z", expires="2027-01-20T00:00:00Z",
        assets={**way.asset(film, "video/mp4", 20000), **way.asset(photo, "image/png")},
        layouts=[SPLIT, WHOLE], playlists=[{"id": i, "items": p} for i, p in playlists.items()],
        programmes=[
            programme("day", "split", both, [["05:30", "11:30"], ["13:00", "21:30"]], weight=2),
            programme("other", "split", {"main": "other", "strip": "line"}, [["05:30", "11:30"]]),
            programme("urgent", "whole", {"main": "urgent"}, [["10:00", "10:02"]],
                      when={"days": ["mon"]}, **{"class": "priority"}),
            programme("fair", "whole", {"main": "fair"}, [["09:00", "09:10"]],
                      when={"from": "2026-11-24", "until": "2026-11-24"}, **{"class": "priority"}),
            programme("night", "whole", {"main": "night"}, [["22:00", "05:00"]]),
            programme("fill", "split", {"main": "fill"}, **{"class": "filler"})])


def read_table():
    """Runs of rows (ms, main, strip, line)."""
    runs = [[]]
    for line in (HERE / "way_same_picture.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        if not line.strip():
            runs.append([])
            continue
        when, main, strip, _ = [part.strip() for part in line.split("|")]
        item = lambda word: None if word == "-" else word
        runs[-1].append((district.millis(when + "+07:00"), item(main), item(strip), line))
    return [run for run in runs if run]


class SamePicture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = way.Tree()
        cls.addClassCleanup(cls.place.__exit__)
        cls.folder = cls.place.folder
        film = district.make_clip(cls.folder / "film.mp4", seconds=20, sound=False).read_bytes()
        photo = district.make_photo(cls.folder / "photo.png", "320x320").read_bytes()
        cls.place.put_asset(film)
        cls.place.put_asset(photo)
        cls.place.put(the_manifest(film, photo), issued="2026-11-22T01:00:00Z",
                      expires="2027-01-20T00:00:00Z")
        cls.box = cls.place.box()
        cls.take_the_manifest()
        cls.runs = read_table()

    @classmethod
    def take_the_manifest(cls):
        """The day before; from here all players go on with copies of one state."""
        cls.box.play("--display", "offscreen", "--clock", "2026-11-22T05:00:00Zx1")
        district.wait_for(lambda: cls.box.on_air("main"), 30, "the manifest\n" + way.log(cls.box))
        cls.box.stop()
        cls.state = cls.folder / "state"  # never opened: a copy of an open database may be torn
        shutil.copytree(cls.box.state, cls.state, ignore=shutil.ignore_patterns("control"))

    def copy_of_box(self, name):
        folder = self.folder / name
        folder.mkdir()
        shutil.copy(self.box.config, folder)
        shutil.copytree(self.state, folder / "state")
        return folder

    def play_and_grab(self, name, clock, instants):
        """The pictures of these instants, and the box's folder."""
        folder = self.copy_of_box(name)
        to = folder / "grabs"
        to.mkdir()
        times = [district.rfc3339(t) for t in instants]
        done = district.run(
            district.PLAYER, "play", "--config", folder / "player.conf", "--display", "offscreen",
            "--clock", clock, "--grab", ",".join(times), "--grab-to", to, timeout=60)
        way.expect_calm(done.stderr)
        return folder, [to / (t + ".png") for t in times]

    def pictures_of_run(self, n):
        instants = [row[0] for row in self.runs[n]]
        clock = "%sx%d" % (district.rfc3339(instants[0] - LEAD_MS), RATE)
        folder, running = self.play_and_grab("run%d" % n, clock, instants)
        fresh, snapshots = [], []
        for t in instants:
            when = district.rfc3339(t)
            fresh += self.play_and_grab("at%d" % t, when + "x1", [t])[1]
            snapshots.append(self.box.snapshot(when, self.folder / ("snap%d.png" % t)))
        return folder, running, fresh, snapshots

    @staticmethod
    def on_air_by_facts(folder, t):
        """Zone "main" of a player that ended: what was due last and on the glass then; two things in the instant at
        which a class changes, since a turn comes a little after it."""
        box = type("Ended", (), {"state": folder / "state"})
        facts = [(district.millis(f["due"]), f["item"]) for f in way.facts(box)
                 if f["type"] == "played" and f["zone"] == "main" and
                 district.millis(f["start"]) <= t + 500 * RATE and district.millis(f["end"]) > t]
        due = max(due for due, _ in facts if due <= t)
        return {item for at, item in facts if at == due}

    def on_air_by_rundown(self, t):
        text = district.run(district.PLAYER, "rundown", "--config", self.box.config, "--from",
                            district.rfc3339(t), "--to", district.rfc3339(t + 1), "--json").stdout
        return {row["zone"]: row["item"] for row in json.loads(text)}

    def check_row(self, row, folder, running, fresh, snapshot):
        t, main, strip, line = row
        rundown = self.on_air_by_rundown(t)
        self.assertEqual((rundown.get("main"), rundown.get("strip")), (main, strip), line)
        self.assertIn(main, self.on_air_by_facts(folder, t), line)
        pictures = [way.Picture(path) for path in (running, fresh, snapshot)]
        self.assertEqual([pictures[2].differs(p) for p in pictures[:2]], [0, 0], line)
        self.assertEqual((pictures[0].width, pictures[0].height), (640, 384))
        return pictures[2].part(0, 0, 640, 320)

    def test_table(self):
        mains = {}
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for run, made in zip(self.runs, pool.map(self.pictures_of_run, range(len(self.runs)))):
                for row, *paths in zip(run, *made[1:]):
                    with self.subTest(row[3]):
                        mains[row[3][11:23]] = self.check_row(row, made[0], *paths)
        self.assertGreater(len(mains), 30)
        self.check_that_they_move(mains)

    def check_that_they_move(self, mains):
        """Equal pictures prove little where nothing changes."""
        differ = [("05:30:00.000", "05:30:39.999"),  # pages
                  ("05:30:40.000", "05:30:40.200"), ("05:31:00.000", "05:31:00.500"),  # fades
                  ("05:30:52.340", "13:00:45.000"),  # frames
                  ("08:01:10.000", "08:02:50.000"), ("11:29:59.999", "11:30:00.000")]
        for one, other in differ:
            self.assertNotEqual(mains[one], mains[other], (one, other))
        self.assertEqual(mains["05:30:39.999"], mains["05:30:40.000"])  # a fade begins with what was there


if __name__ == "__main__":
    unittest.main(verbosity=2)
