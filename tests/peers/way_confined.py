#!/usr/bin/env python3
"""The running player, looked at from outside: show and sync are under seccomp without new privileges,
nothing listens on a network port, and all of it still takes a bulletin from the source to
the glass and its report back."""
import os
import pathlib
import unittest

from way_lib import district


def status_of(pid):
    """Of /proc/PID/status."""
    lines = pathlib.Path("/proc/%d/status" % pid).read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def sockets_of(pid):
    links = [os.readlink(entry.path) for entry in os.scandir("/proc/%d/fd" % pid) if entry.is_symlink()]
    return {link[len("socket:["):-1] for link in links if link.startswith("socket:[")}


def listening():
    """The inodes of all TCP sockets that listen."""
    inodes = set()
    for name in "tcp", "tcp6":
        for line in pathlib.Path("/proc/net/" + name).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A":
                inodes.add(words[9])
    return inodes


class Confined(unittest.TestCase):
    def test_running_roles(self):
        with district.District() as town:
            town.serve()
            screen = town.screen("wall")
            town.publish({
                "screens": ["wall"],
                "layouts": [{"id": "l", "canvas": [640, 384],
                             "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
                "playlists": [{"id": "p", "items": [
                    {"id": "n1", "kind": "text", "duration_ms": 3600000,
                     "texts": [{"lang": "vi", "title": "Thông báo", "body": "Mời bà con họp."}]}]}],
                "programmes": [{"id": "day", "layout": "l", "class": "ordinary", "zones": {"main": "p"}}]})
            screen.play()
            district.wait_for(lambda: screen.on_air("main") == "n1", 20, "n1 on the glass")
            pids = {role: screen.pid_of(role) for role in ("show", "sync")}
            for role, pid in pids.items():
                status = status_of(pid)
                self.assertEqual(status["NoNewPrivs"], "1", role)
                self.assertEqual(status["Seccomp"], "2", role)
            ours = set().union(*(sockets_of(pid) for pid in [screen.process.pid, *pids.values()]))
            self.assertTrue(ours)
            self.assertEqual(ours & listening(), set())
            screen.stop()
            played = [fact for fact in screen.report("played") if fact["item"] == "n1"]
        self.assertEqual(len(played), 1, played)


if __name__ == "__main__":
    unittest.main(verbosity=2)
