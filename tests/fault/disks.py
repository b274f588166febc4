#!/usr/bin/env python3
"""Real disks that fail under a whole player: full, without inodes, read-only, dead.

    disks.py [full|inodes|read-only|dead …]

The picture stays, status says why, and when the disk is well again a new manifest arrives and nothing was lost;
where a disk is only well again after a restart, the player is restarted on the failing disk before. Exit status 77
where nothing can be mounted.
"""
import array
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import boards
import cutting
import faults
from cutting import district
from stretches import check
import way_lib as way

TROUBLE_S = 6
EXT4_IOC_SHUTDOWN = 0x8004587D  # of the kernel's fs/ext4/ext4.h
EXT4_GOING_FLAGS_NOLOGFLUSH = 2
OLD, NEW = boards.OLD, boards.NEW


class Board(faults.Board):
    """Its items last a second, which a busy machine needs to start a decoder."""
    item_ms = 1000 * boards.RATE


class Disk:
    """A mounted folder, which break_it() makes fail."""
    restarts = False  # whether it is only well again for a player that is started anew
    says = "disk"

    def __init__(self, place):
        self.mounted = place / "disk"
        self.mounted.mkdir()
        self.place = place

    def close(self):
        district.run("umount", "-l", self.mounted, check=False)


class Full(Disk):
    """No byte more."""
    name, options = "full", "size=6m"

    def __init__(self, place):
        super().__init__(place)
        district.run("mount", "-t", "tmpfs", "-o", self.options, "tmpfs", self.mounted)

    def break_it(self):
        with open(self.mounted / "others", "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass

    def mend(self):
        (self.mounted / "others").unlink()


class Inodes(Full):
    """Room, but for no file more: what is only written goes on."""
    name, options, says = "inodes", "size=6m,nr_inodes=300", None

    def break_it(self):
        (self.mounted / "others").mkdir()
        try:
            for number in range(1000):
                (self.mounted / "others" / str(number)).touch()
        except OSError:
            pass

    def mend(self):
        shutil.rmtree(self.mounted / "others")


class Ext4(Disk):
    """On a loop device."""
    restarts = True

    def __init__(self, place):
        super().__init__(place)
        self.image = place / "disk.img"
        with open(self.image, "wb") as file:
            file.truncate(24 << 20)
        district.run("mkfs.ext4", "-q", self.image)
        self._mount(self.image)

    def _mount(self, image):
        district.run("mount", "-o", "loop,errors=remount-ro", image, self.mounted)

    def mend(self):
        """What it holds is what reached it; a file system of its own, for the old one may still be going away."""
        district.wait_for(lambda: district.run("umount", self.mounted, check=False).returncode == 0, 20,
                          "an unmounted disk")
        again = self.place / "again.img"
        shutil.copy(self.image, again)
        subprocess.run(["e2fsck", "-fp", str(again)], stdout=subprocess.DEVNULL, check=False)
        self._mount(again)


class ReadOnly(Ext4):
    """As the kernel makes it after an error."""
    name = "read-only"

    def break_it(self):
        district.run("mount", "-o", "remount,abort", self.mounted, check=False)


class Dead(Ext4):
    """Every access is an error."""
    name, says = "dead", None

    def break_it(self):
        flags = array.array("I", [EXT4_GOING_FLAGS_NOLOGFLUSH])
        fd = os.open(self.mounted, os.O_RDONLY)
        fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN, flags)
        os.close(fd)


DISKS = {made.name: made for made in (Full, Inodes, ReadOnly, Dead)}


class Trouble:
    """A board whose state lies on a disk; configuration and picture lie elsewhere."""

    def __init__(self, stretch, disk, place):
        self.stretch, self.disk = stretch, disk
        self.home = place / "home"
        self.home.mkdir()
        self.picture = self.home / "now.png"
        self.state = disk.mounted / "state"
        shutil.copytree(stretch.folder / "state", self.state, symlinks=True)
        district.run("sync", "-f", disk.mounted)
        config = (stretch.folder / "player.conf").read_text()
        (self.home / "player.conf").write_text(config.replace("state=state", "state=%s" % self.state))
        self.seen = set()
        self.log = open(place / "play.log", "ab")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.stretch._words(self.home), stdout=self.log, stderr=self.log)

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(30)
            finally:
                self.process.kill()
                self.process.wait()
        self.process = None

    def said(self):
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def pixels(self):
        try:
            data = self.picture.read_bytes()
            self.seen.add(data)
            return set(way.Picture(self.picture).part(0, 0, *boards.CANVAS))
        except (OSError, AssertionError, subprocess.CalledProcessError):
            return set()

    def shows(self, colour):
        return self.pixels() == {colour}

    def wait_for(self, question, seconds, what):
        began = time.monotonic()
        try:
            district.wait_for(question, seconds, what)
        except AssertionError as why:
            raise AssertionError("%s\n%s\n%s" % (why, self.status(), self.said()[-3000:])) from None
        return round((time.monotonic() - began) * 1000)

    def status(self):
        done = district.run(district.PLAYER, "status", "--json", "--config", self.home / "player.conf", check=False)
        return way.json.loads(done.stdout) if done.returncode == 0 else None


def watch_trouble(board, allowed):
    """The picture stays while the disk fails, and status says so."""
    until, said = time.monotonic() + TROUBLE_S, []
    while time.monotonic() < until:
        status = board.status()
        said += [status["disk"]] if status else []
        pixels = board.pixels()
        check(not pixels or pixels in allowed, "on the glass:", sorted(pixels)[:9], board.said()[-2000:])
        time.sleep(0.3)
    if board.disk.says:
        failing = [disk for disk in said if disk["state"] == "failing"]
        check(failing and failing[-1]["message"], "status does not say why:", said[-3:])


def cut_on_failing(board):
    """A cut is made whatever the disk does, and ends by resume."""
    conf = board.home / "player.conf"
    district.run(district.PLAYER, "cut", "--config", conf, check=False)
    board.wait_for(lambda: faults.GROUND in board.pixels(), 5, "the safe picture of a cut")
    district.run(district.PLAYER, "resume", "--config", conf, check=False)
    board.wait_for(lambda: board.shows(OLD), 5, "the picture after a cut")


def restart_on_failing(board):
    """On a disk that cannot be written the picture is what it was; on one that cannot be read, the safe scene."""
    board.stop()
    board.picture.unlink(missing_ok=True)
    board.start()
    if board.disk.says:
        took = board.wait_for(lambda: board.shows(OLD), 15, "the picture from a disk that cannot be written")
    else:
        took = board.wait_for(lambda: faults.GROUND in board.pixels(), 15, "the safe scene from a dead disk")
    board.stop()
    return took


def check_nothing_lost(stretch, board):
    """Each occurrence has its fact, from first to last, and the source knows that the disk failed."""
    facts = boards.parsed(boards.facts_of(stretch.data))
    check(len({fact["id"] for fact in facts}) == len(facts), "an id twice")
    lives = board.said().count("show ended")
    check(lives == 0, "show ended", board.said()[-2000:])
    if not board.disk.restarts:
        stretch.restarts = 2
        stretch._check_no_gap()
    if board.disk.says and not board.disk.restarts:
        told = [fact for fact in facts if fact["type"] == "event" and fact["event"] == "disk"]
        check([bool(fact.get("code")) for fact in told[:2]] == [True, False], "events of the disk:", told)


def try_disk(stretch, kind):
    place = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-disk-"))
    stretch._stop_serving()
    shutil.rmtree(stretch.data, ignore_errors=True)
    shutil.copytree(stretch.before, stretch.data)
    stretch.clock = (stretch.began_ms, time.monotonic())
    disk = kind(place)
    board = Trouble(stretch, disk, place)
    try:
        board.start()
        board.wait_for(lambda: board.shows(OLD), 15, "the old picture")
        district.wait_for(lambda: board.status(), 10, "a status")
        disk.break_it()
        stretch._serve(stretch.data)
        watch_trouble(board, [{OLD}, {NEW}] if kind is Inodes else [{OLD}])
        if disk.says:
            cut_on_failing(board)
        restarted = ""
        if disk.restarts:
            restarted = ", %d ms to show again on it" % restart_on_failing(board)
            disk.mend()
            board.start()
        else:
            disk.mend()
        reached = stretch._reached(board.home)
        took = board.wait_for(reached, 60, "the new manifest")
        board.wait_for(lambda: board.shows(NEW), 5, "the new picture")
        board.stop()
        stretch._check_seen(board.seen)
        check_nothing_lost(stretch, board)
        print("%s: the picture stayed; %d ms to the new manifest, shown and reported%s" % (
            disk.name, took, restarted), flush=True)
        return 0
    except AssertionError as why:
        print("%s: %s" % (disk.name, why), flush=True)
        return 1
    finally:
        board.stop()
        board.log.close()
        disk.close()
        shutil.rmtree(place, ignore_errors=True)


def main():
    why_not = cutting.Power.why_not()
    if why_not:
        print("skipped:", why_not)
        return cutting.SKIPPED
    stretch = Board()
    try:
        failed = [name for name in sys.argv[1:] or DISKS if try_disk(stretch, DISKS[name])]
    finally:
        stretch.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
