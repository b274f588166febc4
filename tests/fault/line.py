"""A line between two network namespaces, as bad as wanted: loss, delay, a narrow pipe, silence, no carrier.

This process lives in the board's namespace (see `enter`), the source in another. Each end is a TUN device, and what
one end sends passes through this program, which drops it, holds it, or counts it. So no kernel module is needed,
and every byte on the wire is seen. Start and end of the silences are written down: a board that claims to have
heard something then is lying."""
import collections
import contextlib
import ctypes
import fcntl
import os
import pathlib
import random
import select
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time

BOARD, SOURCE, BOARD_LATER = "10.77.0.1", "10.77.0.2", "10.77.0.3"
NAME = "tin.example.vn"
MTU = 1400
BACKLOG_S = 2.0  # what a modem holds before it drops
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
INSIDE = "BANGTIN_LINE"


def why_not():
    """Why this machine cannot do it, or None."""
    if os.geteuid() != 0:
        return "root is needed for namespaces"
    for program in ("ip", "unshare", "nsenter"):
        if not shutil.which(program):
            return program + " is missing"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    done = subprocess.run(["unshare", "--net", "--mount", "true"], stderr=subprocess.PIPE, text=True)
    return done.stderr.strip() or None


def enter():
    """Begins again in a network and a mount namespace of its own."""
    if not os.environ.get(INSIDE):
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable, *sys.argv])


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Place:
    """The other namespace: a process that sleeps holds it."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self.path = "/proc/%d/ns/net" % self.holder.pid
        ours = os.readlink("/proc/self/ns/net")
        while os.readlink(self.path) == ours:
            time.sleep(0.01)
        self.run("ip", "link", "set", "lo", "up")

    def words(self, *command):
        """The same command, to be run there."""
        return ["nsenter", "--net=" + self.path, *[str(word) for word in command]]

    def ask(self, *command):
        return subprocess.run(self.words(*command), stderr=subprocess.DEVNULL).returncode

    def run(self, *command):
        subprocess.run(self.words(*command), check=True)

    def thread(self, function):
        """Runs it in a thread that lives there, as do the threads that it starts."""
        def inside():
            with open(self.path, "rb") as file:
                if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            function()
        made = threading.Thread(target=inside, daemon=True)
        made.start()
        return made

    def close(self):
        self.holder.kill()
        self.holder.wait()


def open_tun(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


class Way:
    """One direction."""

    def __init__(self, line, to_fd):
        self.line, self.to_fd = line, to_fd
        self.queue = collections.deque()  # (when, packet), in order
        self.free_at = 0.0
        self.bytes = 0  # that arrived

    def take(self, packet, now):
        line = self.line
        if not line.passes(packet):
            return
        self.free_at = max(now, self.free_at)
        if line.bytes_per_s:
            if self.free_at - now > BACKLOG_S:
                return
            self.free_at += len(packet) / line.bytes_per_s
        self.queue.append((self.free_at + line.delay_s, packet))

    def give(self, now):
        while self.queue and self.queue[0][0] <= now:
            packet = self.queue.popleft()[1]
            if self.line.silent:
                continue
            with contextlib.suppress(OSError):  # the device is down
                os.write(self.to_fd, packet)
                self.bytes += len(packet)

    def wait_s(self, now):
        return max(0.0, self.queue[0][0] - now) if self.queue else 1.0


class Line:
    """A good line, until its fields say otherwise. They may be set at any time."""

    def __init__(self, seed=1):
        self.loss, self.delay_s, self.bytes_per_s = 0.0, 0.0, 0
        self.silent = self.nameless = False  # nothing passes; no questions for names pass
        self.dead = []  # [from, until] by time.time(); until None while it lasts
        self.rng = random.Random(seed)
        self.place = Place()
        self._join()
        self.ending = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        self.place.thread(self._answer_names).join(0)

    # ---- the ends ----

    def _join(self):
        ip("link", "set", "lo", "up")
        self.near, self.far = open_tun("line"), None

        def make():
            self.far = open_tun("line")
        self.place.thread(make).join()
        self._address(BOARD, ip)
        self._address(SOURCE, lambda *words: self.place.run("ip", *words))
        self.to_board, self.to_source = Way(self, self.near), Way(self, self.far)

    @staticmethod
    def _address(address, ip_there):
        ip_there("addr", "add", address + "/24", "dev", "line")
        ip_there("link", "set", "dev", "line", "mtu", str(MTU), "up")

    def name_servers(self, folder):
        """Names are asked at the other end from now on."""
        path = pathlib.Path(folder) / "resolv.conf"
        path.write_text("nameserver %s\n" % SOURCE)
        subprocess.run(["mount", "--bind", str(path), "/etc/resolv.conf"], check=True)

    def _answer_names(self):
        """One name, one address, for a second."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind((SOURCE, 53))
            while True:
                asked, peer = server.recvfrom(512)
                end = asked.index(b"\0", 12) + 5
                is_a = asked[end - 4:end - 2] == b"\0\1"
                answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(SOURCE) if is_a else b""
                with contextlib.suppress(OSError):
                    server.sendto(asked[:2] + b"\x81\x80\0\1\0%c\0\0\0\0" % is_a + asked[12:end] +
                                  answer, peer)

    # ---- passing ----

    def passes(self, packet):
        is_question = packet[9] == 17 and 53 in struct.unpack_from(">HH", packet, 20)
        return (packet[0] >> 4 == 4 and not self.silent and not (self.nameless and is_question) and
                self.rng.random() >= self.loss)

    def _run(self):
        ways = {self.near: self.to_source, self.far: self.to_board}
        while not self.ending.is_set():
            now = time.monotonic()
            wait_s = min(way.wait_s(now) for way in ways.values())
            ready = select.select(list(ways), [], [], wait_s)[0]
            now = time.monotonic()
            for fd in ready:
                with contextlib.suppress(OSError):
                    ways[fd].take(os.read(fd, 65536), now)
            for way in ways.values():
                way.give(now)

    # ---- trouble ----

    def be(self, loss=0.0, delay_s=0.0, bytes_per_s=0):
        self.loss, self.delay_s, self.bytes_per_s = loss, delay_s, bytes_per_s

    def hush(self):
        """From now on everything is dropped, and nobody is told."""
        self.silent = True
        self._begin_dead()

    def speak(self):
        self.silent = False
        self._end_dead()

    def cut(self):
        """The board sees its link go, and what was under way is lost."""
        self.silent = True
        self._begin_dead()
        ip("link", "set", "dev", "line", "down")

    def mend(self, address=None):
        """Back, with another address if one is given: no connection of before lives then."""
        if address:
            ip("addr", "flush", "dev", "line")
            ip("addr", "add", address + "/24", "dev", "line")
        ip("link", "set", "dev", "line", "up")
        self.speak()

    def _begin_dead(self):
        if not self.dead or self.dead[-1][1]:
            self.dead.append([time.time(), None])

    def _end_dead(self):
        self.dead[-1][1] = time.time()

    def was_dead_since(self, since_s, until_s):
        """Whether nothing could come through from one instant to the other."""
        return any(begin < since_s and until_s < (end or until_s + 1) for begin, end in list(self.dead))

    def close(self):
        self.ending.set()
        self.place.close()
