#!/usr/bin/env python3
"""The ways in without a source that runs: a folder or some files, an exported tree on a stick; and what `bangtin
check` says of good and bad files before."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import way_lib as way
from way_lib import district

GROUND = (0x0B, 0x1B, 0x33)  # of a first look
RED = (200, 30, 30)


def solid(picture):
    """What most of a picture is."""
    parts = [picture.pixel(x, y) for x in range(5, picture.width, 16)
             for y in range(5, picture.height, 16)]
    return max(set(parts), key=parts.count)


def near(one, other, slack=12):
    return all(abs(a - b) <= slack for a, b in zip(one, other))


class FirstLook(unittest.TestCase):
    """`bangtin play FOLDER`, `bangtin play FILE…`: a photo, a clip and a text, in the order of their names."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-way-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.files = self.folder / "files"
        self.files.mkdir()
        (self.files / "1-photo.png").write_bytes(way.plain_png(320, 192, RED))
        district.make_clip(self.files / "2-clip.mp4", seconds=5, size="320x192")
        (self.files / "10-thong-bao.txt").write_text("Thông báo\nMời bà con đến họp lúc 19 giờ.\n")
        (self.files / "11-left-out.docx").write_bytes(b"PK\3\4")
        self.grabs = self.folder / "grabs"
        self.grabs.mkdir()

    def play(self, *paths):
        """Pictures 5 s, 12.5 s and 17 s after the start of the day: the loop is 10 s, 5 s and 5 s."""
        begin = district.millis("2026-11-23T00:00:00+07:00")
        self.times = [district.rfc3339(begin + ms) for ms in (5000, 12500, 13500, 17000)]
        done = district.run(
            district.PLAYER, "play", "--display", "offscreen", "--size", "320x192", "--clock",
            district.rfc3339(begin) + "x4", "--grab", ",".join(self.times), "--grab-to", self.grabs,
            *paths, timeout=60)
        self.said = done.stderr
        way.expect_calm(self.said)
        return [way.Picture(self.grabs / (t + ".png")) for t in self.times]

    def check(self, photo, clip, later, text):
        self.assertEqual((photo.width, photo.height), (320, 192))
        self.assertTrue(near(solid(photo), RED), solid(photo))
        self.assertNotEqual(clip.data, later.data)  # it moves
        self.assertGreater(len(set(clip.part(0, 0, 320, 192))), 50)  # bars of many colours
        self.assertTrue(near(solid(text), GROUND), solid(text))
        bright = sum(min(p) > 180 for p in text.part(0, 0, 320, 192))
        self.assertGreater(bright, 300)  # letters

    def test_folder(self):
        self.check(*self.play(self.files))
        self.assertRegex(self.said, r"11-left-out\.docx: left out: expected text")

    def test_files_in_the_order_given(self):
        names = ["1-photo.png", "2-clip.mp4", "10-thong-bao.txt"]
        self.check(*self.play(*[self.files / name for name in names]))

    def test_begins_with_the_first_frame(self):
        """A loop without times of day would stand in its middle; a first look begins where the film does."""
        film = self.folder / "film.mp4"
        district.run("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "color=red:s=320x192:d=10", "-f", "lavfi", "-i",
                     "color=blue:s=320x192:d=10", "-filter_complex", "concat", "-pix_fmt", "yuv420p", film)
        begin = district.millis("2026-11-23T00:00:12+07:00")
        at = district.rfc3339(begin + 7000)
        district.run(district.PLAYER, "play", "--display", "offscreen", "--size", "320x192", "--clock",
                     district.rfc3339(begin), "--grab", at, "--grab-to", self.grabs, film, timeout=60)
        red, _, blue = solid(way.Picture(self.grabs / (at + ".png")))
        self.assertGreater(red, blue)

    def decoders_of(self, player, seconds):
        """Which decoders it has meanwhile, the one that is started ahead among them."""
        children = pathlib.Path("/proc/%d/task/%d/children" % (player.pid, player.pid))
        found, until = set(), time.monotonic() + seconds
        while time.monotonic() < until:
            for child in children.read_text().split():
                with contextlib.suppress(OSError):
                    if pathlib.Path("/proc", child, "comm").read_text() == "bangtin-decode\n":
                        found.add(child)
            time.sleep(0.002)
        return found

    @unittest.skipIf(district.SANITIZE, "a sanitizer wants to be the first library")
    def test_opens_a_film_once(self):
        """Where the loop begins does not depend on how the clock was read; its film was opened twice more, in five
        starts of six."""
        film = self.folder / "film.mp4"
        district.make_clip(film, seconds=20, size="320x192")
        env = dict(os.environ, LD_PRELOAD=str(district.BUILD / "tests/libwall-clock.so"), BANGTIN_WALL_CREEPS="1")
        for _ in range(3):
            player = subprocess.Popen([district.PLAYER, "play", "--display", "offscreen", "--size", "320x192", film],
                                      env=env)
            try:
                # No longer: the decoder that is started ahead waits for four seconds.
                self.assertEqual(len(self.decoders_of(player, 2.5)), 1)
            finally:
                player.terminate()
                player.wait(20)

    def ends(self, *words, **more):
        """What it says when it cannot begin: once, and that is all."""
        done = district.run(district.PLAYER, "play", *words, check=False, timeout=30, **more)
        self.assertEqual(done.returncode, 1, done)
        self.assertNotIn("starting it again", done.stderr)
        return done.stderr

    def test_nothing_to_show(self):
        empty = self.folder / "empty"
        empty.mkdir()
        said = self.ends("--display", "offscreen", empty)
        self.assertEqual(said.count("nothing to show: expected text"), 1, said)
        said = self.ends("--display", "offscreen", self.folder / "none")
        self.assertRegex(said, r"none: .*No such file")
        self.assertEqual(said.count("\n"), 1, said)

    def test_no_screen(self):
        said = self.ends(self.files / "1-photo.png", env={k: v for k, v in os.environ.items() if k != "DISPLAY"})
        self.assertEqual(said.count("there is no screen"), 1, said)

    def test_check(self):
        """Each file, what it is called, and what is said of it."""
        clip = (self.files / "2-clip.mp4").read_bytes()
        good, bad = self.folder / "good", self.folder / "bad"
        good.mkdir()
        bad.mkdir()
        samples = district.SOURCE / "playlists/samples"
        shutil.copy(samples / "simple.json", good)
        for name in ("1-photo.png", "2-clip.mp4", "10-thong-bao.txt"):
            shutil.copy(self.files / name, good)
        (good / "player.conf").write_text("[screen]\nid=kp-01\n")
        said = district.run(district.PLAYER, "check", good).stdout.splitlines()
        self.assertEqual(sorted(line.split(": ")[1] for line in said), ["accepted"] * 5, said)
        manifest = json.loads((samples / "simple.json").read_text())
        layout = manifest["layouts"][0]
        layout["zones"][0]["rect"] = [0, 0, layout["canvas"][0] + 1, 10]
        cases = {
            "zone.json": (json.dumps(manifest).encode(), r"zone\.json:/layouts/0/zones/0/rect: .*expected"),
            "comma.json": (b'{\n "spec": 1,,\n}', r"comma\.json:2:\d+: "),
            "half.mp4": (clip[:len(clip) // 2], r"half\.mp4: "),
            "page.mp4": (b"<html>Login</html>", r"page\.mp4: "),
            "giant.png": (way.make_png(60000, 60000, b"\0" * 180001), r"giant\.png: .*60000×60000.*expected"),
            "latin.txt": (b"Th\xf4ng b\xe1o", r"latin\.txt: not text in UTF-8"),
            "player.conf": (b"[screen]\nid=a\ncolour=red\n", r"player\.conf:3: unknown key .colour.*expected"),
        }
        for name, (data, expected) in cases.items():
            with self.subTest(name):
                (bad / name).write_bytes(data)
                done = district.run(district.PLAYER, "check", bad / name, check=False)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertRegex(done.stderr, expected)
                self.assertEqual(done.stderr.count(str(bad / name)), 1, done.stderr)


class Stick(unittest.TestCase):
    """bangtin-source export to a folder, and the player on file:///FOLDER; the stick is pulled and comes back."""

    def setUp(self):
        self.place = district.District()
        self.addCleanup(self.place.__exit__)
        self.stick = self.place.folder / "stick"
        district.run(district.PUBLISHER, "screen", "add", way.SCREEN, "--data", self.place.data)
        self.photo = self.place.folder / "photo.png"
        self.photo.write_bytes(way.plain_png(640, 384, RED))

    def export(self, ident):
        items = [{"id": ident, "kind": "image", "asset": "file:photo.png", "duration_ms": 1000}]
        made = way.manifest(self.place.published + 1, items)
        del made["assets"], made["screens"]
        self.place.publish(made, [self.photo], screens=[way.SCREEN])
        self.carry()

    def carry(self, *options):
        district.run(district.PUBLISHER, "export", "--data", self.place.data, "--to", self.stick, *options)

    def shows(self, ident):
        district.wait_for(lambda: self.screen.on_air("main") == ident, 30,
                          ident + "\n" + way.log(self.screen))

    def test_stick(self):
        self.export("one")
        root = shutil.copy(self.stick / "v1/root/1.json", self.place.folder / "root.json")
        self.screen = district.Screen(self.place, way.SCREEN, self.stick.as_uri(), "640x384",
                                      source="id=krongpa\nroot=%s" % root)
        self.screen.play()
        self.shows("one")
        district.wait_for(lambda: near(solid(way.Picture(self.screen.picture)), RED), 10, "the photo")
        away = self.stick.with_name("away")
        self.stick.rename(away)
        district.wait_for(lambda: self.screen.status()["sources"][0]["state"] == "failed", 10, "no stick")
        self.assertEqual(self.screen.on_air("main"), "one")
        away.rename(self.stick)
        self.export("two")
        self.shows("two")
        self.assertEqual(self.screen.status()["sources"][0]["state"], "ok")
        self.assertEqual(self.freshness_ends(), self.manifest_ends())
        self.screen.stop()
        way.expect_calm(way.log(self.screen))

    def payload(self, path):
        return json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))

    def freshness_ends(self):
        """A stick needs no online key: its now.json holds as long as the manifest."""
        self.now = self.payload(self.stick / "v1/screens" / way.SCREEN / "now.json")
        return district.millis(self.now["expires"]) // 1000

    def manifest_ends(self):
        made = self.payload(self.stick / "v1/manifests" / self.now["manifest"])
        return district.millis(made["expires"]) // 1000


if __name__ == "__main__":
    unittest.main(verbosity=2)
