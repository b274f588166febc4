"""What processes cost, seen from outside: their CPU time with all their children, living and gone, the memory
of them all, the X server's part, and what everything else on the machine took meanwhile."""
import contextlib
import ctypes
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import time

PR_SET_CHILD_SUBREAPER = 36
TICK = os.sysconf("SC_CLK_TCK")
NOBODY = 65534


def go_first():
    """Puts us and all that we start before whatever else this machine does, where that is allowed: a board does
    nothing else."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    with contextlib.suppress(OSError):  # a session counts as one there, whatever is in it
        os.setsid()
    with contextlib.suppress(OSError):
        pathlib.Path("/proc/self/autogroup").write_text("-20")


def adopt_orphans():
    """What a player leaves behind comes to us, so that its time can be asked for."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stat_of(pid):
    """The words of /proc/PID/stat after the name, or None."""
    try:
        return pathlib.Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None


def parents():
    """pid → parent, of all processes."""
    found = {}
    for entry in os.listdir("/proc"):
        words = stat_of(entry) if entry.isdigit() else None
        if words:
            found[int(entry)] = int(words[1])
    return found


def family(*roots):
    """These processes and all below them."""
    above = parents()
    found = [pid for pid in roots if pid in above]
    for pid in found:
        found += [child for child, parent in above.items() if parent == pid]
    return found


def cpu_s(pid):
    """Of a living process, to the nanosecond: all its threads that are left."""
    total = 0
    try:
        for task in pathlib.Path("/proc", str(pid), "task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    except OSError:
        pass
    return total / 1e9


def pss_mb(pids):
    total = 0
    for pid in pids:
        try:
            for line in pathlib.Path("/proc", str(pid), "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except OSError:
            pass
    return total / 1024


def busy_s():
    """Seconds that all CPUs worked since the machine began, for us or (stolen) for another one."""
    words = [int(w) for w in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _, _, irq, softirq, steal = words[:8]
    return (user + nice + system + irq + softirq + steal) / TICK


def our_own_s():
    """Of this script and what it waited for."""
    return sum(os.times()[:4])


class XServer:
    """An Xvfb whose memory is a file."""

    def __init__(self, w, h):
        self.folder = tempfile.mkdtemp(prefix="bangtin-bench-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        read_fd, write_fd = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_fd), "-screen", "0", f"{w}x{h}x24", "-nolisten", "tcp", "-nocursor",
             "-fbdir", self.folder], pass_fds=[write_fd], stderr=subprocess.DEVNULL)
        os.close(write_fd)
        said = ""
        while not said.endswith("\n") and select.select([read_fd], [], [], 30)[0]:
            said += os.read(read_fd, 32).decode() or "\n"
        os.close(read_fd)
        if not said.strip():
            self.__exit__()
            raise SystemExit("bench: video: Xvfb did not start")
        self.name = ":" + said.strip()
        self.pixels = os.path.join(self.folder, "Xvfb_screen0")

    def cpu_s(self):
        return cpu_s(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


class Player:
    """A player that runs now."""

    def __init__(self, words, env, as_nobody=False, log=None):
        more = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_nobody and os.getuid() == 0 else {}
        self.log = log or tempfile.TemporaryFile()
        self.exec_us = time.monotonic_ns() // 1000
        self.process = subprocess.Popen([str(w) for w in words], env=env, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, cwd="/", **more)
        self.pid = self.process.pid
        self.cpu_s = None

    def pids(self):
        return family(self.pid)

    def is_alive(self):
        return self.process.poll() is None if self.cpu_s is None else False

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-1500:]

    def kill(self, *others):
        """Ends it and all below it at once; returns the CPU seconds of them all. `others` are children of ours
        that are none of its."""
        total = 0.0
        doomed = self.pids()
        while doomed:
            for pid in doomed:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            total += self.reap(others)
            above = parents()
            doomed = [p for p, parent in above.items() if parent == os.getpid() and p not in others
                      and stat_of(p) and stat_of(p)[0] != "Z" and p != os.getpid()]
        total += self.reap(others)
        self.process.returncode = -9
        self.cpu_s = total
        self.log.close()
        return total

    def reap(self, others):
        """All our children but `others`."""
        total = 0.0
        for pid in [p for p, parent in parents().items() if parent == os.getpid() and p not in others]:
            try:
                _, _, usage = os.wait4(pid, 0)
                total += usage.ru_utime + usage.ru_stime
            except ChildProcessError:
                pass
        return total
