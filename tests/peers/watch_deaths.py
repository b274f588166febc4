#!/usr/bin/env python3
"""Three deaths of show in a minute: the safe scene for ten minutes, also over new starts; what was on the
glass at two of them is set aside for a day; both are events. By a virtual clock that each start puts where
it wants to look."""
import contextlib
import datetime
import json
import os
import signal
import time
import unittest

import watch_lib as watch
import way_lib as way
from way_lib import Tree, district

NOON = datetime.datetime.now(datetime.timezone.utc).replace(hour=5, minute=0, second=0, microsecond=0)


def at(minutes):
    """So many minutes after noon in Việt Nam, as --clock takes it."""
    return (NOON + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Deaths(unittest.TestCase):
    def setUp(self):
        self.town = Tree()
        self.addCleanup(self.town.__exit__)
        self.screen = self.town.box()
        items = [dict(way.text(name, "Bản tin " + name), duration_ms=1800000) for name in ("n1", "n2")]
        # Signed yesterday, for some days.
        self.town.put(way.manifest(1, items, issued=at(-1440), expires=at(10 * 1440)),
                      issued=at(-1440), expires=at(5 * 1440))

    def start(self, minutes, rate=1):
        self.screen.play("--display", "offscreen", "--clock", "%sx%d" % (at(minutes), rate))
        district.wait_for(lambda: watch.state(self.screen) not in (None, "starting"), 20, "an answer")

    def kill_shows(self, times, item):
        for i in range(times):
            district.wait_for(lambda: self.screen.on_air("main") == item, 20, item + " on the glass")
            time.sleep(0.3)
            watch.kill(self.screen, "show")

    def children(self):
        """Shows of this player, asked of the kernel: a program that is asked would come too late."""
        parent = self.screen.process.pid
        with open("/proc/%d/task/%d/children" % (parent, parent)) as listed:
            for pid in listed.read().split():
                with contextlib.suppress(OSError), open("/proc/%s/cmdline" % pid, "rb") as words:
                    if words.read().startswith(b"bangtin-show"):
                        yield int(pid)

    def noted_ns(self):
        """When a show that has looked at the deaths before it, and at nothing else, said so."""
        return os.stat(self.screen.state / "on-glass").st_mtime_ns

    def set_aside(self):
        return [e["what"] for e in way.events(self.screen, "set-aside")]

    def test_three_deaths(self):
        self.start(0)
        self.kill_shows(2, "n1")
        district.wait_for(lambda: self.screen.on_air("main") == "n1", 20, "n1 after two deaths")
        self.assertEqual(self.set_aside(), [])
        watch.kill(self.screen, "show")
        watch.wait_state(self.screen, "safe")
        self.assertEqual(self.screen.on_air(), {})
        self.screen.stop()
        self.assertEqual(self.set_aside(), ["krongpa/n1"])
        self.assertEqual(len(way.events(self.screen, "safe")), 1)
        why = district.run(district.PLAYER, "why", "--config", self.screen.config, "--at", at(5), "--json")
        self.assertIn("failed three times", json.dumps(json.loads(why.stdout)))

        for minutes, state, item in ((9, "safe", None), (11, "playing", "n2"), (1000, "playing", "n2"),
                                     (24 * 60 + 1, "playing", None)):
            with self.subTest(minutes=minutes):
                self.start(minutes)
                watch.wait_state(self.screen, state)
                if item:
                    district.wait_for(lambda: self.screen.on_air("main") == item, 10, item)
                self.screen.stop()
        # A day later both take turns again.
        seen = set()
        for minutes in (24 * 60 + 15, 24 * 60 + 45):
            self.start(minutes)
            seen.add(district.wait_for(lambda: self.screen.on_air("main"), 10, "an item"))
            self.screen.stop()
        self.assertEqual(seen, {"n1", "n2"})

    def test_the_minutes_pass(self):
        """The safe scene ends by itself, and a cut within it holds after it."""
        self.start(0)
        self.kill_shows(3, "n1")
        watch.wait_state(self.screen, "safe")
        self.screen.stop()
        self.start(9.7, rate=6)
        self.assertEqual(watch.state(self.screen), "safe")
        district.wait_for(lambda: self.screen.on_air("main") == "n2", 15, "the programme, without n1")
        self.screen.stop()
        self.start(5)
        self.assertEqual(watch.state(self.screen), "safe")
        district.run(district.PLAYER, "cut", "--config", self.screen.config)
        watch.wait_state(self.screen, "cut")
        self.screen.stop()
        self.start(20)
        watch.wait_state(self.screen, "cut")

    def test_deaths_before_the_first_picture(self):
        """After an end in peace, shows that die while they read what sources said: the board is lit."""
        self.start(0)
        district.wait_for(lambda: self.screen.on_air("main") == "n1", 20, "n1")
        self.screen.stop()
        before = self.noted_ns()
        self.screen.play("--display", "offscreen", "--clock", at(3) + "x1")
        for _ in range(3):
            while self.noted_ns() == before:
                pass
            before = self.noted_ns()
            for pid in self.children():
                os.kill(pid, signal.SIGKILL)
        watch.wait_state(self.screen, "safe", 20)

    def test_far_apart(self):
        """Deaths that are not within a minute lead to nothing."""
        self.start(0, rate=60)
        self.kill_shows(3, "n1")
        district.wait_for(lambda: self.screen.on_air("main") == "n1", 20, "n1 again")
        self.assertEqual((way.events(self.screen, "safe"), self.set_aside()), ([], []))

    def test_note_before_the_picture(self):
        self.start(0)
        district.wait_for(lambda: self.screen.on_air("main") == "n1", 20, "n1")
        noted = (self.screen.state / "on-glass").read_bytes().split(b"\n")[0].split()
        self.assertEqual(noted[1:], [b"krongpa/n1"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
