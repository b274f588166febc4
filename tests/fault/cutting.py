"""Cuts: a command that is ended at one of the calls by which its state leaves it, by kill or by power.

A stretch of the way is an object with
    name      of the stretch
    folder    what the cut may hurt, as it was before the command
    only      the beginning of the files' names whose calls are tried, all of them closely; None: every call
    run(trial)           runs the command once on trial.folder, a copy of it
    check_cut(trial)     what must hold before anything is started again
    check_after(trial)   starts again and says what must hold in the end
and all of them raise AssertionError with the reason.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import typing

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peers"))
os.environ.setdefault("BUILD", "build")
import district

CUT_AT = district.BUILD / "tests" / "cut-at"
SKIPPED = 77
DISK_BYTES = 24 << 20
# noauto_da_alloc: a rename saves nobody who did not sync. commit: nor does the five-second flush.
MOUNT_OPTIONS = "loop,noatime,noauto_da_alloc,commit=300"


class Point(typing.NamedTuple):
    """Where to cut: before or after the call of that number; None lets the command run to its end."""
    at: typing.Optional[int]
    after: bool = False
    log: bool = False  # power: the log reached the disk

    def __str__(self):
        return "%s %d%s," % ("after" if self.after else "before", self.at,
                             " with the log" if self.log else "")


class Trial:
    """One run of a stretch's command."""

    def __init__(self, stretch, folder, report, point, options=()):
        self.stretch, self.folder, self.report = stretch, pathlib.Path(folder), report
        self.point, self.options = point or Point(None), list(options)

    def command(self, *words):
        """The command under cut-at, as a list."""
        cut = [CUT_AT, "--report=%s" % self.report,
               "--under=%s" % (self.folder / (self.stretch.only or ""))]
        cut += ["--files"] if self.stretch.only else []
        if self.point.at is not None:
            cut += ["--at=%d" % self.point.at] + (["--after"] if self.point.after else [])
            cut += (["--log"] if self.point.log else []) + self.options
        return [str(word) for word in cut + list(words)]

    def calls(self):
        """What was counted, as (name, file)."""
        lines = self.report.read_text(errors="replace").splitlines()
        return [tuple(line.split("\t")[0].split(" ", 2)[1:]) for line in lines]

    def is_over(self):
        """Whether the command came to its end."""
        return self.point.at is None or len(self.calls()) < self.point.at

    def where(self):
        """The call at which it was cut."""
        calls = self.calls()
        if self.is_over():
            return "the end"
        name, what = calls[self.point.at - 1]
        return "%s %s %s" % (self.point, name, what.replace(str(self.folder) + "/", ""))


class Kill:
    """Everything dies, the disk keeps what was written."""
    name = "kill"
    options = ()

    def __init__(self, stretch):
        self.stretch = stretch
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-cut-"))

    def trial(self, point=None):
        folder = self.place / "trial"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.stretch.folder, folder, symlinks=True)
        return Trial(self.stretch, folder, self.place / "calls", point, self.options)

    def settle(self, trial):
        """Nothing is lost."""

    def close(self):
        shutil.rmtree(self.place, ignore_errors=True)


class Alone(Kill):
    """Only the process that made the call dies; whoever started it starts it again."""
    name = "alone"
    options = ("--alone",)


class Power:
    """Everything dies, and of what was written the disk keeps only what was synced: an ext4 of its own, on a
    loop device, that is shut down without flushing its log."""
    name = "power"

    def __init__(self, stretch):
        self.stretch = stretch
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-power-"))
        self.clean, self.image = self.place / "clean.img", None
        self.images = 0
        self.mounted = self.place / "disk"
        self.mounted.mkdir()
        with open(self.clean, "wb") as file:
            file.truncate(DISK_BYTES)
        district.run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.clean)
        self._mount(self.clean)
        shutil.copytree(stretch.folder, self.mounted / "trial", symlinks=True)
        self._unmount()

    def _mount(self, image):
        district.run("mount", "-o", MOUNT_OPTIONS, image, self.mounted)

    def _unmount(self):
        """What was killed may take a moment to let go."""
        district.wait_for(lambda: not os.path.ismount(self.mounted) or district.run(
            "umount", self.mounted, check=False).returncode == 0, 20, "an unmounted disk")

    def _mount_copy(self, image):
        """Never the same file twice: its last loop device may still be going away."""
        self.images += 1
        old, self.image = self.image, self.place / ("disk-%d.img" % self.images)
        district.run("cp", "--sparse=always", image, self.image)
        if old:
            old.unlink()
        self._mount(self.image)

    def trial(self, point=None):
        self._unmount()
        self._mount_copy(self.clean)
        return Trial(self.stretch, self.mounted / "trial", self.place / "calls", point,
                     ["--disk=%s" % self.mounted])

    def settle(self, trial):
        """The power is back."""
        self._unmount()
        self._mount_copy(self.image)

    def close(self):
        self._unmount()
        shutil.rmtree(self.place, ignore_errors=True)

    @staticmethod
    def why_not():
        """Why this machine cannot do it, or None."""
        if os.geteuid() != 0:
            return "root is needed to mount"
        if not shutil.which("mkfs.ext4"):
            return "mkfs.ext4 is missing"
        return Power._try()

    @staticmethod
    def _try():
        place = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-power-"))
        image, mounted = place / "disk.img", place / "disk"
        mounted.mkdir()
        with open(image, "wb") as file:
            file.truncate(DISK_BYTES)
        try:
            district.run("mkfs.ext4", "-q", image)
            district.run("mount", "-o", MOUNT_OPTIONS, image, mounted)
            district.run("umount", mounted)
            return None
        except AssertionError as why:
            return "a file cannot be mounted as a disk: %s" % why
        finally:
            shutil.rmtree(place, ignore_errors=True)


def is_busy():
    """Whether this machine does so much else that a board misses its times without any fault."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def copy_of(folder, place):
    """A copy to look into, so that looking repairs nothing."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place, symlinks=True, ignore=lambda inside, names: [
        name for name in names if pathlib.Path(inside, name).is_socket()])
    return pathlib.Path(place)


def run_cut(trial, *words, **options):
    """Runs to the end or to the cut; a command that neither was cut nor succeeded is a failure."""
    done = subprocess.run(trial.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, **options)
    if done.returncode != 0:
        raise AssertionError("%s: %d\n%s%s" % (words[0], done.returncode, done.stdout, done.stderr))
    return done
