#!/usr/bin/env python3
"""What a board keeps, rotted: objects, documents, databases; with the source there to ask again.

    rot.py [THING:HOW …]

Whatever it was, the picture comes, the thing is whole again, what can be told of it is told, facts go on arriving
under numbers that were never used. Without arguments everything that is known to rot is tried, every way.
"""
import os
import pathlib
import shutil
import sys
import tempfile
import time

import boards
import disks
import faults
from cutting import district
from stretches import check, check_database
import peers

OLD = boards.OLD
DOCUMENTS = "cache/documents/krongpa/"


class Board(disks.Board):
    """With the source as it was before there was anything new."""

    def _publish(self, name, colour):
        if name == "moi":
            self.calm = self.place.folder / "source-calm"
            shutil.copytree(self.place.data, self.calm)
        return super()._publish(name, colour)


# ---- ways to rot ----

def flip(path):
    """One bit, in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def garbage(path):
    path.write_bytes(b"\xa5" * max(1000, path.stat().st_size))


def cut_off(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    os.truncate(path, 0)


def gone(path):
    path.unlink()


def folder(path):
    path.unlink()
    (path / "inside").mkdir(parents=True)


HOW = {how.__name__: how for how in (flip, garbage, cut_off, empty, gone, folder)}

# What rots, in which ways, and the event that says so (None: nothing is said, it is simply fetched again).
THINGS = {
    "image": (("flip", "garbage", "cut_off", "empty"), "rotted"),
    "image-away": (("gone", "folder"), None),
    "manifest": (("flip", "garbage", "cut_off", "empty", "gone", "folder"), None),
    "now.json": (tuple(HOW), None),
    "manifest.ready": (tuple(HOW), None),
    "root.1.json": (tuple(HOW), None),
    "root.first": (tuple(HOW), None),
    "floor.json": (tuple(HOW), None),
    "ledger.db": (("garbage", "cut_off", "empty", "gone", "folder"), "damaged"),
    "inputs.db": (("garbage", "cut_off", "empty", "gone", "folder"), "damaged"),
    "ledger.db.known": (("gone", "folder"), None),
}


def path_of(stretch, state, thing):
    manifest = stretch._object(state, stretch.old)
    if thing == "manifest":
        return manifest
    if thing.startswith("image"):
        return stretch._object(state, next(iter(boards.payload_of(manifest)["assets"])))
    return state / (thing if thing.startswith(("ledger", "inputs")) else DOCUMENTS + thing)


class Plain(disks.Disk):
    """A folder like any other."""
    name = "rot"

    def close(self):
        pass


def newest_seq(stretch):
    return max(seq for seq, _ in boards.facts_of(stretch.data))


def check_whole(stretch, board):
    """Everything is as if nothing had happened."""
    for path in (board.state / "cache/objects").rglob("*"):
        check(path.is_dir() or peers.sha256(path.read_bytes()) == path.name, "torn:", path)
    for name in ("root.1.json", "root.first", "manifest.ready"):
        check((board.state / DOCUMENTS / name).read_bytes() ==
              (stretch.folder / "state" / DOCUMENTS / name).read_bytes(), "not mended:", name)
    stretch._check_whole(board.state, stretch.old)


def is_whole(stretch, board):
    try:
        check_whole(stretch, board)
        return True
    except (AssertionError, OSError):
        return False


def check_facts(stretch, before, event, thing):
    """Nothing counts twice, and no number is given twice."""
    facts = boards.facts_of(stretch.data)
    check(len({seq for seq, _ in facts}) == len(facts), "a seq twice")
    new = [fact for fact in boards.parsed(facts) if fact["seq"] > before]
    check(new, "no facts after it")
    if event:
        check([fact for fact in new if fact["type"] == "event" and fact["event"] == event],
              "nothing is said of", thing, [fact for fact in new if fact["type"] == "event"])


def try_thing(stretch, thing, how):
    place = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-rot-"))
    stretch._stop_serving()
    shutil.rmtree(stretch.data, ignore_errors=True)
    shutil.copytree(stretch.calm, stretch.data)
    stretch.clock = (stretch.began_ms, time.monotonic())
    before = newest_seq(stretch)
    board = disks.Trouble(stretch, Plain(place), place)
    try:
        HOW[how](path_of(stretch, board.state, thing))
        stretch._serve(stretch.data)
        board.start()
        took = board.wait_for(lambda: board.shows(OLD), 20, "the picture")
        whole = board.wait_for(lambda: is_whole(stretch, board), 20, "everything whole")
        played = stretch._times_played(stretch.data, stretch.old)
        board.wait_for(lambda: stretch._times_played(stretch.data, stretch.old) > played, 20, "new facts")
        board.stop()
        check("show ended" not in board.said(), board.said()[-2000:])
        check_facts(stretch, before, THINGS[thing][1], thing)
        for name in ("ledger.db", "inputs.db"):
            check_database(board.state / name)
        print("%s, %s: %d ms to the picture, %d more until all is whole" % (thing, how, took, whole), flush=True)
        return took, None
    except (AssertionError, OSError, ValueError, KeyError) as why:
        print("%s, %s: %s" % (thing, how, why), flush=True)
        return None, "%s:%s" % (thing, how)
    finally:
        board.stop()
        board.log.close()
        if os.environ.get("BANGTIN_KEEP") != "1":
            shutil.rmtree(place, ignore_errors=True)


def main():
    wanted = [tuple(word.split(":")) for word in sys.argv[1:]] or [
        (thing, how) for thing, (ways, _) in THINGS.items() for how in ways]
    stretch = Board()
    try:
        results = [try_thing(stretch, thing, how) for thing, how in wanted]
    finally:
        stretch.close()
    took = sorted(ms for ms, _ in results if ms is not None)
    failed = [what for _, what in results if what]
    if took:
        print("%d ways to rot, %d failed; to the picture %d/%d/%d ms (min/median/max)" % (
            len(wanted), len(failed), took[0], took[len(took) // 2], took[-1]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
