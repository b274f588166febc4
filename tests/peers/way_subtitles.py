#!/usr/bin/env python3
"""Subtitles from a signed tree to the glass: they are fetched with their film, and at the edges of their cues a player
that has been running, one that was started at that instant and `bangtin snapshot` show the same pixels. A file of
subtitles that is none costs only the subtitles, and is reported once."""
import shutil
import time
import unittest

import way_lib as way
import way_same_picture as same
from way_lib import district, peers

LAYOUT = {"id": "l", "canvas": [640, 384], "zones": [
    {"id": "main", "rect": [0, 0, 320, 384]}, {"id": "side", "rect": [320, 0, 320, 384], "lang": "km"}]}
SRT = """1
00:00:00,500 --> 00:00:01,000
Một hai ba

2
00:00:01,000 --> 00:00:02,000
Bốn năm <b>sáu</b> bảy tám

3
00:00:03,500 --> 00:00:09,000
Hết phim
""".encode()
WEBVTT = "WEBVTT\n\n00:01.000 --> 00:01.500\nសូមអញ្ជើញ\n".encode()
BAD = "Không phải phụ đề".encode()
LETTERS = (0xF5, 0xF7, 0xFA)  # their colour over a picture
START = "2026-11-23T08:00:00+07:00"
# ms in the film: what is said in Vietnamese (a number of its own for each), and in Khmer
TABLE = {0: (0, 0), 499: (0, 0), 500: (1, 0), 999: (1, 0), 1000: (2, 1), 1499: (2, 1), 1500: (2, 0), 2000: (0, 0),
         3600: (3, 0)}
STARTED = (999, 1000)  # players are started at these


def the_manifest(film, bad=None):
    """The film of 4 s, and once more with a bad file."""
    def item(ident, **subtitles):
        return {"id": ident, "kind": "video", "asset": peers.sha256(film), "subtitles": [
            {"lang": lang, "asset": peers.sha256(data)} for lang, data in subtitles.items()]}
    return way.manifest(
        1, [], issued="2026-11-22T01:00:00Z", expires="2027-01-20T00:00:00Z", layouts=[LAYOUT],
        assets={**way.asset(film, "video/mp4", 4000), **way.asset(SRT, "application/x-subrip"),
                **way.asset(WEBVTT, "text/vtt"), **way.asset(BAD, "text/vtt")},
        playlists=[{"id": "films", "items": [item("good", vi=SRT, km=WEBVTT), item("bad", vi=BAD, km=BAD)]}],
        programmes=[same.programme("day", "l", {"main": "films", "side": "films"}, [["08:00", "20:00"]])])


class Subtitles(same.SamePicture):
    @classmethod
    def setUpClass(cls):
        cls.place = way.Tree()
        cls.addClassCleanup(cls.place.__exit__)
        cls.folder = cls.place.folder
        film = district.make_clip(cls.folder / "film.mp4", seconds=4, sound=False).read_bytes()
        for data in (film, SRT, WEBVTT, BAD):
            cls.place.put_asset(data)
        cls.place.put(the_manifest(film), issued="2026-11-22T01:00:00Z", expires="2027-01-20T00:00:00Z")
        cls.box = cls.place.box()
        cls.take_the_manifest()
        cls.start = district.millis(START)

    @staticmethod
    def letters(picture, left):
        """How many pixels of one zone have their colour."""
        return [tuple(pixel) for pixel in picture.part(left, 0, 320, 384)].count(LETTERS)

    def test_table(self):
        instants = [self.start + ms for ms in TABLE]
        _, running = self.play_and_grab("running", district.rfc3339(self.start - 2000) + "x1", instants)
        said = {}
        for (ms, words), path in zip(TABLE.items(), running):
            with self.subTest(ms):
                when = district.rfc3339(self.start + ms)
                snapshot = way.Picture(self.box.snapshot(when, self.folder / ("snap%d.png" % ms)))
                self.assertEqual(snapshot.differs(way.Picture(path)), 0)
                if ms in STARTED:
                    _, fresh = self.play_and_grab("at%d" % ms, when + "x1", [self.start + ms])
                    self.assertEqual(snapshot.differs(way.Picture(fresh[0])), 0)
                counts = [self.letters(snapshot, x) for x in (0, 320)]
                self.assertEqual([n > 20 for n in counts], [n > 0 for n in words], counts)
                self.assertEqual(counts[0], said.setdefault(words[0], counts[0]))
        self.assertEqual(len(set(said.values())), 4, said)  # nothing, and three different words

    def test_bad_file(self):
        """Two turns of it: the film is shown, and said to be without its subtitles once."""
        folder, pictures = self.play_and_grab(
            "bad", district.rfc3339(self.start) + "x4", [self.start + ms for ms in (5000, 13000, 16500)])
        facts = way.facts(type("Ended", (), {"state": folder / "state"}))
        told = [f for f in facts if f["type"] == "event" and f["event"] == "subtitles"]
        self.assertEqual(len(told), 1, told)
        self.assertIn(peers.sha256(BAD), str(told))
        self.assertEqual([f for f in facts if f["type"] == "event" and f["event"] == "set-aside"], [])
        played = [f for f in facts if f["type"] == "played" and f["item"] == "bad" and f["zone"] == "main"]
        self.assertGreaterEqual(len(played), 2)
        self.assertEqual({f["ended"] for f in played}, {"due"}, played)
        self.assertEqual([self.letters(way.Picture(p), 0) for p in pictures[:2]], [0, 0])

    def test_folder(self):
        """A folder without any configuration: subtitles beside the film, for a first look and for `check`."""
        folder, to = self.folder / "first", self.folder / "first-grabs"
        folder.mkdir()
        to.mkdir()
        shutil.copy(self.folder / "film.mp4", folder / "phim.mp4")
        (folder / "phim.vi.srt").write_bytes(SRT)
        (folder / "phim.km.vtt").write_bytes(WEBVTT)
        said = district.run(district.PLAYER, "check", folder / "phim.vi.srt", folder / "phim.km.vtt").stdout
        self.assertEqual([line.split(": ")[-1] for line in said.splitlines()], ["subtitles, 3 cues", "subtitles, 1 cues"])
        day = district.rfc3339(district.millis(time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime())) + 86400000)
        begin = district.millis(day)  # a day is a whole number of films
        instants = [district.rfc3339(begin + ms) for ms in (700, 1200, 2500)]
        district.run(district.PLAYER, "play", folder, "--display", "offscreen", "--size", "320x384", "--clock", day + "x1",
                     "--grab", ",".join(instants), "--grab-to", to, timeout=60)
        counts = [self.letters(way.Picture(to / (at + ".png")), 0) for at in instants]
        self.assertGreater(min(counts[:2]), 10, counts)
        self.assertEqual(counts[2], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
