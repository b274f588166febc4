#!/usr/bin/env python3
"""A tree that bangtin-source exported, served by a plain nginx over HTTPS with a private authority: the
player needs nothing else. A download that is cut goes on where it stopped, one whose file changed
meanwhile begins again, and the hash holds."""
import math
import os
import pathlib
import random
import shutil
import sys
import time
import types
import unittest

import way_lib as way
from way_lib import district, peers

MB = 1024 * 1024
SIZE = 20 * MB


def make_film(path):
    """A clip with a long tail that no decoder minds, 20 MB in all."""
    district.make_clip(path, seconds=4)
    data = path.read_bytes()
    rest = SIZE - len(data) - 8
    # A box of type "free" may stand at the end of an MP4 file.
    path.write_bytes(data + (rest + 8).to_bytes(4, "big") + b"free" + random.Random(7).randbytes(rest))
    return path


@unittest.skipUnless(shutil.which("nginx") and shutil.which("openssl"), "needs nginx and openssl")
class PlainNginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = district.District()
        cls.addClassCleanup(cls.place.__exit__)
        cls.film = make_film(cls.place.folder / "film.mp4")
        cls.hash = peers.sha256(cls.film.read_bytes())
        cls.tree = cls.place.folder / "tree"
        cls.authority = peers.Authority(cls.place.folder / "tls")
        district.run(district.PUBLISHER, "screen", "add", way.SCREEN, "--data", cls.place.data)
        cls.publish(["film"])
        cls.nginx = peers.Nginx(cls.place.folder / "nginx", types.SimpleNamespace(tree=cls.tree),
                                cls.authority)
        cls.addClassCleanup(cls.nginx.stop)

    @classmethod
    def publish(cls, ids):
        """A text and the film; then the tree is exported anew."""
        items = [way.text("hello", "Xin chào bà con.", duration_ms=1000)] + [
            {"id": i, "kind": "video", "asset": "file:film.mp4"} for i in ids]
        made = way.manifest(cls.place.published + 1, items)
        del made["assets"], made["screens"]
        cls.place.publish(made, [cls.film], screens=[way.SCREEN])
        district.run(district.PUBLISHER, "export", "--data", cls.place.data, "--to", cls.tree)

    def setUp(self):
        self.nginx.log()

    def play(self, port=None):
        name = self.id().rsplit(".", 1)[1]
        screen = district.Screen(
            self.place, name, "https://localhost:%d" % (port or self.nginx.port), "640x384",
            source="id=krongpa\nroot=%s\nca=%s" % (self.tree / "v1/root/1.json", self.authority.ca))
        text = screen.config.read_text().replace("id=%s\n" % name, "id=%s\n" % way.SCREEN, 1)
        screen.config.write_text(text)
        screen.play()
        self.addCleanup(lambda: way.expect_calm(way.log(screen)))
        self.addCleanup(screen.stop)
        return screen

    def shows(self, screen, *items, seconds=40):
        for item in items:
            district.wait_for(lambda i=item: screen.on_air("main") == i, seconds,
                              "%s on the glass\n%s" % (item, way.log(screen)))

    def object_of(self, screen):
        return screen.state / "cache/objects" / self.hash[:2] / self.hash

    def log_of_film(self):
        return [line[:4] for line in self.nginx.log() if line[2].endswith(self.hash)]

    def cut(self):
        cutter = peers.Cutter(self.nginx.port)
        self.addCleanup(cutter.stop)
        cutter.cut_after = 7 * MB
        screen = self.play(cutter.port)
        half = screen.state / "cache/incoming" / self.hash
        district.wait_for(lambda: half.exists() and "skipped " + self.hash in way.log(screen), 30,
                          "a cut in the middle")
        return cutter, screen

    def whole(self, screen):
        self.shows(screen, "film")
        self.assertEqual(peers.sha256(self.object_of(screen).read_bytes()), self.hash)
        self.assertFalse((screen.state / "cache/incoming" / self.hash).exists())

    def test_works_unchanged(self):
        screen = self.play()
        self.shows(screen, "hello", "film")
        district.wait_for(lambda: sum(line[0] == "304" for line in self.nginx.log()) >= 1, 10, "polls")
        self.publish(["film", "again"])
        self.shows(screen, "again")
        source = screen.status()["sources"][0]
        self.assertEqual((source["state"], source["version"]), ("ok", self.place.published))
        self.assertEqual(len(self.log_of_film()), 0)  # the film was here already

    def test_what_a_static_server_cannot_take_is_not_pressed_on_it(self):
        """It answers each report with 405 or 404; the board asks less and less often, and once for the time."""
        began = time.monotonic()
        screen = self.play()
        self.shows(screen, "hello", "film", "hello", "film")
        posts = [line[2] for line in self.nginx.log() if line[1] == "POST"]
        # after 1 s, 2 more, 4 more at the least
        pushes = 1 + math.log2(1 + time.monotonic() - began)
        self.assertLessEqual(sum(post.endswith("/reports") for post in posts), pushes, posts)
        self.assertLessEqual(sum(post.endswith("/picture") for post in posts), 1, posts)
        self.assertLessEqual(posts.count("/v1/time"), 1, posts)
        self.assertGreater(len(way.facts(screen)), 2)  # they wait

    def test_cut_in_the_middle_goes_on(self):
        _, screen = self.cut()
        self.whole(screen)
        log = self.log_of_film()
        self.assertEqual([line[0] for line in log], ["200"] + ["206"] * (len(log) - 1), log)
        self.assertGreater(len(log), 1)
        for line in log[1:]:
            begin = int(line[3].removeprefix("range=bytes=").removesuffix("-"))
            self.assertGreater(begin, 6 * MB)
        self.assertTrue(way.events(screen, "resumed"))
        self.assertFalse(way.events(screen, "restarted"))

    def test_file_changed_meanwhile_begins_again(self):
        cutter, screen = self.cut()
        cutter.cut_after = 1000  # not even a greeting gets through
        self.log_of_film()
        os.utime(self.tree / "v1/assets" / self.hash, (1, 10**9))  # another ETag
        cutter.cut_after = None
        self.whole(screen)
        # A connection that was open may be cut once more, and go on with the new file: one 200 all the same.
        log = self.log_of_film()
        again = [line for line in log if line[0] == "200"]
        self.assertEqual(len(again), 1, log)
        self.assertTrue(again[0][3].startswith("range=bytes="), log)
        self.assertEqual([e["what"] for e in way.events(screen, "restarted")], [self.hash])


if __name__ == "__main__":
    unittest.main(verbosity=2)
