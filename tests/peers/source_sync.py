#!/usr/bin/env python3
"""The board's own client against the embedded source: what one makes, the other takes."""

import json
import os
import subprocess
import time

import source_lib as lib
from source_publish import png, with_image

SYNC_ONCE = os.path.join(lib.BUILD, "tests", "sync-once")


class Board:
    """A cache and a device key, and sync-once with them."""

    def __init__(self, one, base, screen="kp-01"):
        self.one, self.base, self.screen = one, base, screen
        self.cache = os.path.join(one.folder, "cache-" + screen + str(len(base)))
        self.key = os.path.join(one.folder, "device.key")

    def ask(self, *args):
        done = subprocess.run(
            [SYNC_ONCE, "--base", self.base, "--screen", self.screen, "--cache", self.cache,
             "--root", os.path.join(self.one.data, "tree/v1/root/1.json"), *args],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert lines, done.stderr
        return lines

    def round(self, *args):
        return self.ask(*args)[-1]["result"], self.ready("manifest"), self.ready("alert")

    def ready(self, kind):
        path = os.path.join(self.cache, "documents", "peer", kind + ".ready")
        if not os.path.exists(path):
            return ""
        with open(path) as f:
            return f.read().strip()


def test_reading():
    with lib.source() as one:
        one.add_screen()
        one.serve()
        board = Board(one, one.base)
        made = one.publish(with_image(), "--key", one.key("publish"), files={"hoa.png": png()})
        assert board.round("--fingerprint", one.made["fingerprint"]) == ("new", made["sha256"], "")
        assert board.round()[0] == "unchanged"
        alert = one.publish(lib.ALERT, "--key", one.key("emergency"), "--emergency")
        assert board.round() == ("new", made["sha256"], alert["sha256"])
        one.run("publish", "--emergency", "--end")
        assert board.round() == ("new", made["sha256"], "")
        again = one.publish(lib.TEXT, "--key", one.key("publish"))
        assert board.round() == ("new", again["sha256"], "")
        one.run("screen command", "kp-01", "identify")
        one.run("deny", again["sha256"])
        assert board.round()[0] == "new"
        assert board.round()[0] == "unchanged"


def test_a_stick():
    with lib.source() as one:
        one.add_screen()
        made = one.publish(with_image(), "--key", one.key("publish"), files={"hoa.png": png()})
        stick = os.path.join(one.folder, "stick")
        one.run("export", "--to", stick)
        board = Board(one, "file://" + stick)
        assert board.round() == ("new", made["sha256"], "")
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 40 * 86400))
        assert board.round("--now", later)[0] == "unchanged"
        one.serve()  # and the server it came from is never behind its own stick
        online = Board(one, one.base)
        online.cache = board.cache
        assert online.round()[0] in ("new", "unchanged"), online.ask()


def test_greeting_and_reporting():
    with lib.source() as one:
        one.serve()
        board = Board(one, one.base)
        lib.run("key", "new", board.key)
        greeted = board.ask("--key", board.key, "--enrol")[-1]
        assert greeted["result"] == "waiting", greeted
        one.run("screen claim", greeted["code"], "kp-01")
        greeted = board.ask("--key", board.key, "--enrol")[-1]
        assert (greeted["result"], greeted["screen"]) == ("adopted", "kp-01"), greeted
        batch = os.path.join(one.folder, "batch")
        with open(batch, "w") as f:
            f.write("\n".join(json.dumps(lib.fact(n)) for n in (1, 2, 3)) + '\n{"id":"x"}\n')
        for _ in range(2):
            pushed = board.ask("--key", board.key, "--push", batch)[-1]
            assert pushed["result"] == "pushed" and pushed["accepted"] == [1, 3], pushed
            assert pushed["refused"] == {"x": "invalid"}, pushed
        assert [f["seq"] for f in one.reports()] == [1, 2, 3]


def test_hints():
    with lib.source() as one:
        one.add_screen()
        one.serve()
        board = Board(one, one.base)
        listener = subprocess.Popen(
            [SYNC_ONCE, "--base", one.base, "--screen", "kp-01", "--cache", board.cache, "--hints", "6"],
            stdout=subprocess.PIPE, text=True)
        time.sleep(1.5)
        one.publish(lib.TEXT, "--key", one.key("publish"))
        out, _ = listener.communicate(timeout=30)
        heard = json.loads(out.splitlines()[-1])
        assert heard["result"] == "listened" and heard["hints"] >= 1, out


if __name__ == "__main__":
    lib.run_tests(globals())
