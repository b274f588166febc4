#!/usr/bin/env python3
"""A board whose clock is wrong, and nothing vouches for it, learns the time from its source, shows what is due
then, and what it wrote down before stands where it belongs."""
import os
import struct
import time
import unittest

import way_lib as way
from way_lib import district

NEAR_MS = 5000
DAY_S = 86400
YEAR_S = 365 * DAY_S
CLOCKS = {"1970": "1970-01-01T00:00:09Z", "late": "2036-11-22T00:00:00Z", "early": "2016-11-22T00:00:00Z",
          "2038": "2038-01-19T03:14:07Z"}


def now_ms():
    return time.time_ns() // 1000000


def dated(ident, **valid):
    return way.text(ident, "Bản tin %s" % ident, duration_ms=1000, valid=valid)


class Time(unittest.TestCase):
    def setUp(self):
        self.place = district.District()
        self.addCleanup(self.place.__exit__)
        self.place.serve()

    def board(self, name):
        screen = self.place.screen(name)
        config = screen.config.read_text()
        screen.config.write_text(config.replace("trust=system", "trust=auto"))
        return screen

    def publish(self):
        items = [dated("today", **{"from": district.rfc3339(now_ms() - 3600000),
                                   "until": district.rfc3339(now_ms() + 3600000)}),
                 dated("over", until=district.rfc3339(now_ms() - 60000)),
                 dated("later", **{"from": district.rfc3339(now_ms() + 3600000)}),
                 way.text("any", "Lúc nào cũng được", duration_ms=1000, any_time=True)]
        made = way.manifest(1, items)
        del made["assets"], made["screens"]
        self.place.publish(made)

    def check_facts(self, screen, began_ms):
        facts = screen.report()
        seqs = [fact["seq"] for fact in facts]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
        self.assertEqual(len({fact["id"] for fact in facts}), len(facts))
        self.assertEqual([fact for fact in facts if fact["clock"] == "untrusted" and
                          fact["type"] in ("played", "uptime")], [])
        self.assertTrue([fact for fact in facts if fact["clock"] == "repaired"])
        for fact in facts:
            if fact["type"] != "played":
                continue
            self.assertIn(fact["item"], ("today", "any"))
            self.assertGreater(district.millis(fact["start"]), began_ms - NEAR_MS, fact)
            self.assertLess(district.millis(fact["end"]), now_ms() + NEAR_MS, fact)

    def check_uptime(self, screen):
        """One stretch after the other, without a hole and without an overlap."""
        stretches = sorted((district.millis(f["from"]), district.millis(f["to"]))
                           for f in screen.report("uptime"))
        for (_, first_to), (second_from, _) in zip(stretches, stretches[1:]):
            self.assertEqual(first_to, second_from, stretches)

    def wait_for_time(self, screen):
        def clock():
            return (screen.status() or {"clock": {"trusted": False}})["clock"]
        district.wait_for(lambda: clock()["trusted"], 20, "a trusted clock\n" + way.log(screen))

    def test_wrong_clocks(self):
        screens = {name: self.board("kp-" + name) for name in CLOCKS}
        self.publish()
        began_ms = now_ms()
        for name, screen in screens.items():
            screen.play("--display", "offscreen", "--clock", CLOCKS[name] + "x1?")
        for name, screen in screens.items():
            self.wait_for_time(screen)
            district.wait_for(lambda: screen.on_air("main") in ("today", "any"), 10, "an item on air")
            district.wait_for(lambda: any(f["item"] == "today" for f in screen.report("played")), 15,
                              "today's item\n" + way.log(screen))
        for screen in screens.values():
            screen.stop()
            way.expect_calm(way.log(screen))
            self.check_facts(screen, began_ms)
            self.check_uptime(screen)

    def jumping(self, screen):
        """The environment of a board whose wall clock alone follows a file."""
        self.wall = screen.folder / "wall"
        self.jump(0)
        return dict(os.environ, LD_PRELOAD=str(district.BUILD / "tests/libwall-clock.so"),
                    BANGTIN_WALL=str(self.wall))

    def jump(self, by_s):
        with open(self.wall, "r+b" if self.wall.exists() else "wb") as file:
            file.write(struct.pack("=q", by_s * 1000))

    def check_jumps(self, screen, jumps):
        """Something is on the air whenever one looks, and what is due goes on."""
        for by in jumps:
            self.jump(by)
            until = time.monotonic() + 1.3  # longer than an item: the jump is met by its end as well
            while time.monotonic() < until:
                status = screen.status()
                self.assertEqual(status["state"], "playing", (by, status))
                self.assertTrue(status["on_air"], (by, status))
                self.assertTrue(status["clock"]["trusted"], (by, status))
                self.assertLess(abs(status["clock"]["offset_ms"] - 1000 * by), NEAR_MS, by)

    @unittest.skipIf(district.SANITIZE, "a sanitizer wants to be the first library")
    def test_jumps(self):
        """Ten years back, ten years on, over midnight, to 2038 and to and fro, in the middle of items."""
        screen = self.board("kp-01")
        self.publish()
        began_ms = now_ms()
        screen.play("--display", "offscreen", env=self.jumping(screen))
        self.wait_for_time(screen)
        district.wait_for(lambda: screen.on_air("main"), 10, "an item on air")
        self.check_jumps(screen, [-10 * YEAR_S, 10 * YEAR_S, DAY_S // 2, 13 * YEAR_S, -90, 0])
        screen.stop()
        said = way.log(screen)
        way.expect_calm(said)
        facts = screen.report()
        self.assertEqual([f["seq"] for f in facts], list(range(1, len(facts) + 1)))
        played = sorted((f for f in facts if f["type"] == "played"), key=lambda f: f["start"])
        self.assertEqual(len({(f["item"], f["due"]) for f in played}), len(played))
        self.assertGreater(len(played), 4)
        for f, g in zip(played, played[1:]):
            self.assertLess(district.millis(g["start"]) - district.millis(f["end"]), 500, (f, g))
        for f in facts:
            self.assertGreater(district.millis(f["at"]), began_ms - NEAR_MS, f)
            self.assertLess(district.millis(f["at"]), now_ms() + NEAR_MS, f)
        self.check_uptime(screen)

    def test_restart_of_show(self):
        screen = self.board("kp-01")
        self.publish()
        screen.play("--display", "offscreen", "--clock", CLOCKS["1970"] + "x1?")
        self.wait_for_time(screen)
        district.wait_for(lambda: screen.on_air("main"), 10, "an item on air")
        self.place.stop_serving()
        district.run("kill", "-9", screen.pid_of("show"))
        district.wait_for(lambda: screen.on_air("main"), 10, "an item on air")
        self.assertTrue(screen.status()["clock"]["trusted"])
        self.place.serve()

    def test_no_time_to_be_had(self):
        """Without a source only what is for any time is shown, and nothing is given up. The now.json that was kept
        says nothing of a clock that was saved with it."""
        screen = self.board("kp-01")
        self.publish()
        screen.play("--display", "offscreen", "--clock", CLOCKS["1970"] + "x1?")
        self.wait_for_time(screen)
        screen.stop()
        for clock in (CLOCKS["late"], district.rfc3339(now_ms() + 60000)):
            self.place.stop_serving()
            screen.play("--display", "offscreen", "--clock", clock + "x1?")
            district.wait_for(lambda: screen.on_air("main") == "any", 10, "any time's\n" + way.log(screen))
            self.assertFalse(screen.status()["clock"]["trusted"])
            self.place.serve()
            self.wait_for_time(screen)
            district.wait_for(lambda: screen.on_air("main") == "today", 10, "today's item")
            screen.stop()
        self.check_uptime(screen)


if __name__ == "__main__":
    unittest.main(verbosity=2)
