"""What the scripts watch_*.py share: a service manager that only listens, and a board to be watched.

The board follows a tree of documents made by hand (way_lib) and is the real program; the Manager is the
socket of sd_notify(3), and kills nobody: what systemd then does is tests/soak/systemd's matter."""

import os
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import peers
import way_lib


class Manager:
    """Hears what a player says to its service manager."""

    def __init__(self, folder, watchdog_ms=None):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.env = dict(os.environ, NOTIFY_SOCKET=self.path)
        if watchdog_ms is not None:
            self.env["WATCHDOG_USEC"] = str(watchdog_ms * 1000)
        self.heard = []  # (monotonic seconds, line)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                data = self.socket.recv(4096)
            except OSError:
                return
            at = time.monotonic()
            self.heard += [(at, line) for line in data.decode().splitlines()]

    def all(self, begin, since=0):
        """When lines that begin so were heard."""
        return [at for at, line in list(self.heard) if line.startswith(begin) and at >= since]

    def last(self, begin):
        return next((line for _, line in reversed(list(self.heard)) if line.startswith(begin)), None)

    def wait(self, begin, seconds, since=0):
        district.wait_for(lambda: self.all(begin, since), seconds, "the service manager hears " + begin)
        return self.all(begin, since)[0]

    def close(self):
        self.socket.close()


def still_board(town, items=("n1",), **options):
    """A screen that shows texts one after the other, an hour each: nothing moves by itself."""
    screen = town.box(**options)
    bodies = [way_lib.text(name, "Bản tin " + name, valid={}) for name in items]
    for body in bodies:
        del body["valid"]
    town.put(way_lib.manifest(1, bodies))
    return screen


def cpu_s(pid):
    """What a process used of the processor so far."""
    with open("/proc/%d/stat" % pid) as stat:
        words = stat.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def kill(screen, role, how=signal.SIGKILL):
    """Sends a signal to a role's process; its number."""
    pid = district.wait_for(lambda: screen.pid_of(role), 15, "a process of " + role)
    os.kill(pid, how)
    return pid


def state(screen):
    return (screen.status() or {}).get("state")


def wait_state(screen, wanted, seconds=15):
    district.wait_for(lambda: state(screen) == wanted, seconds, "the state " + wanted)


def rfc3339(offset_s):
    return peers.rfc3339(offset_s / 3600)
