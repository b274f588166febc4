#!/usr/bin/env python3
"""A cache of 16 MB over its edge: what no manifest of the last two needs goes, what they need stays, also where that
alone is more than the quota."""
import unittest

import way_lib as way
from way_lib import district

MB = 1 << 20
QUOTA_MB = 16


def picture(number, size):
    """A picture of a colour of its own; what follows its end is skipped by who reads it."""
    data = way.plain_png(64, 40, (40 * number, 90, 200 - 30 * number))
    return data + bytes([number]) * (size - len(data))


class Quota(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = way.Tree()
        cls.names = {}
        cls.put(1, 7 * MB)
        cls.screen = cls.place.box(extra="[cache]\nquota_mb=%d\n" % QUOTA_MB)
        cls.screen.play()

    @classmethod
    def tearDownClass(cls):
        cls.screen.stop()
        cls.place.__exit__()

    @classmethod
    def put(cls, version, size):
        data = picture(version, size)
        cls.names[version] = cls.place.put_asset(data)
        cls.place.put(way.manifest(
            version, [{"id": "i%d" % version, "kind": "image", "asset": cls.names[version], "duration_ms": 1000}],
            assets=way.asset(data, "image/png")))

    def has(self, version):
        name = self.names[version]
        return (self.screen.state / "cache/objects" / name[:2] / name).exists()

    def wait_for(self, question, what):
        try:
            district.wait_for(question, 20, what)
        except AssertionError as why:
            raise AssertionError("%s\n%s" % (why, way.log(self.screen))) from None

    def wait_shown(self, version):
        self.wait_for(lambda: self.screen.on_air("main") == "i%d" % version, "version %d" % version)

    def step(self, version, size, stay, go):
        if version > 1:
            self.put(version, size)
        self.wait_shown(version)
        self.wait_for(lambda: not any(self.has(one) for one in go), "%s gone" % (go,))
        self.assertEqual([one for one in stay if self.has(one)], list(stay))

    def test_edge(self):
        steps = ((1, 7 * MB, (1,), ()),
                 (2, 7 * MB, (1, 2), ()),
                 (3, 7 * MB, (2, 3), (1,)),      # 21 MB would be too much
                 (4, 12 * MB, (3, 4), (1, 2)),   # 19 MB are, and needed
                 (5, 1 * MB, (4, 5), (1, 2, 3)))
        for step in steps:
            with self.subTest(version=step[0]):
                self.step(*step)
        way.expect_calm(way.log(self.screen))
        self.assertEqual(self.screen.status()["disk"]["state"], "ok")


if __name__ == "__main__":
    unittest.main()
