#!/usr/bin/env python3
"""What the service manager hears of a real player: READY with the first picture, WATCHDOG only while beats
come and often enough, STOPPING before the end; and what supervise does about roles that hang or die."""
import signal
import subprocess
import time
import unittest

import watch_lib as watch
import way_lib as way
from way_lib import Tree, district

SLOW = 3 if district.SANITIZE else 1


class Board(unittest.TestCase):
    def setUp(self):
        self.town = Tree()
        self.addCleanup(self.town.__exit__)

    def start(self, watchdog_ms=10000, **options):
        """A board on the glass, or trying to be, and what hears of it."""
        self.manager = watch.Manager(self.town.folder, watchdog_ms)
        self.addCleanup(self.manager.close)
        screen = watch.still_board(self.town, **options)
        self.began = time.monotonic()
        screen.play(env=self.manager.env)
        return screen


class Beats(Board):
    def test_ready_beats_hang_and_end(self):
        screen = self.start()
        self.manager.wait("READY=1", 15 * SLOW)
        self.assertIn(watch.state(screen), ("playing", "safe"), "ready, and nothing on the glass")
        watch.wait_state(screen, "playing")
        time.sleep(4)
        beats = self.manager.all("WATCHDOG=1")
        self.assertGreater(len(beats), 3)
        self.assertLess(max(b - a for a, b in zip(beats, beats[1:])), 2.5, beats)
        self.assertEqual(self.manager.last("STATUS="), "STATUS=on the glass")

        stopped = time.monotonic()
        hung = watch.kill(screen, "show", signal.SIGSTOP)
        district.wait_for(lambda: screen.pid_of("show") not in (None, hung), 10, "another show")
        fed = self.manager.wait("WATCHDOG=1", 10 * SLOW, stopped + 1.5)
        silence = fed - stopped
        self.assertGreater(silence, 4.5, "fed without a beat")
        self.assertLess(silence, 10 * SLOW, "not healed in 10 s")
        watch.wait_state(screen, "playing")
        self.assertIn("died 1 times", self.manager.last("STATUS="))
        print("a show that hangs: beats again after %.1f s" % silence)

        self.assertEqual(self.manager.all("STOPPING=1"), [])
        began = time.monotonic()
        screen.process.send_signal(signal.SIGTERM)
        said = self.manager.wait("STOPPING=1", 5)
        screen.process.wait(20)
        self.assertLess(said - began, 0.5 * SLOW)
        self.assertEqual(self.manager.all("WATCHDOG=1", said), [], "fed while ending")

    @unittest.skipIf(district.SANITIZE, "who looks for leaks cannot be traced")
    def test_picture_that_does_not_come(self):
        """The loop turns, but its timer never rings: what is due does not come, so there are no beats."""
        self.manager = watch.Manager(self.town.folder, 10000)
        self.addCleanup(self.manager.close)
        screen = self.town.box()
        self.town.put(way.manifest(1, [dict(way.text(n, n), duration_ms=2000) for n in ("n1", "n2")]))
        with open(screen.log, "ab") as log:
            tracer = subprocess.Popen(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=timerfd_settime",
                 "-e", "inject=timerfd_settime:retval=0:when=8+",
                 district.PLAYER, "play", "--config", screen.config],
                stdout=log, stderr=log, env=self.manager.env)
        # A tracer that is ended lets its player go on, so that one is ended, and the tracer with it.
        self.addCleanup(tracer.wait, 20)
        self.addCleanup(district.run, "pkill", "-TERM", "-P", tracer.pid, check=False)
        district.wait_for(lambda: "gave no beat" in screen.log.read_text(), 40, "a show that is killed")
        self.assertGreater(len(self.manager.all("WATCHDOG=1")), 0)

    def test_short_interval(self):
        """Fed at half the interval at most, which here is shorter than the time between two beats."""
        screen = self.start(watchdog_ms=800)
        begin = self.manager.wait("READY=1", 15 * SLOW)
        time.sleep(3)
        fed = [at for at in self.manager.all("WATCHDOG=1") if at >= begin]
        longest = max(b - a for a, b in zip(fed, fed[1:]))
        self.assertLess(longest, 0.8, fed)
        self.assertLess(sorted(b - a for a, b in zip(fed, fed[1:]))[len(fed) // 2], 0.45, fed)
        stopped = time.monotonic()
        watch.kill(screen, "show", signal.SIGSTOP)
        time.sleep(3)
        self.assertEqual(self.manager.all("WATCHDOG=1", stopped + 2.3), [], "fed without beats")

    def test_supervise_that_hangs_is_silent(self):
        screen = self.start()
        self.manager.wait("READY=1", 15 * SLOW)
        screen.process.send_signal(signal.SIGSTOP)
        since = time.monotonic() + 0.2
        time.sleep(3)
        screen.process.send_signal(signal.SIGCONT)
        self.assertFalse([at for at in self.manager.all("WATCHDOG=1", since) if at < since + 2.5])


class Starts(Board):
    def test_show_that_cannot_start(self):
        """No screen: it is tried again, less and less often, and nobody is told that the board is ready."""
        screen = self.start(offscreen=False)
        time.sleep(5)
        log = screen.log.read_text()
        self.assertIn("expected a screen", log)
        self.assertLessEqual(log.count("show ended"), 6, log)
        self.assertGreaterEqual(log.count("show ended"), 2, log)
        self.assertEqual(self.manager.all("READY=1") + self.manager.all("WATCHDOG=1"), [])
        self.assertLess(watch.cpu_s(screen.process.pid), 1 * SLOW, "supervise does not sleep while it waits")
        self.assertIsNotNone(screen.pid_of("sync"), "documents come all the same")
        began = time.monotonic()
        screen.stop()
        self.assertLess(time.monotonic() - began, 8 * SLOW, "it waits for a show that is not there")

    def test_sync_that_dies_at_once(self):
        """Is started again with longer and longer waits; show goes on with the same picture."""
        screen = self.start()
        watch.wait_state(screen, "playing")
        show, starts = screen.pid_of("show"), []
        until = time.monotonic() + 20
        while len(starts) < 4 and time.monotonic() < until:
            if screen.pid_of("sync") is not None:
                starts.append(time.monotonic())
                watch.kill(screen, "sync")
            time.sleep(0.02)
        waits = [b - a for a, b in zip(starts, starts[1:])]
        self.assertEqual(len(waits), 3, waits)
        self.assertGreater(waits[2], 1.8 * waits[0], waits)  # four times, and what starting takes
        self.assertEqual((screen.pid_of("show"), watch.state(screen)), (show, "playing"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
