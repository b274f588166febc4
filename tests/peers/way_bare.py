#!/usr/bin/env python3
"""A source that cannot sign, as show meets it: what its network half would leave in the cache is put there by hand,
and this script is show's supervise, so nothing else runs. Orders count once each, what came on the glass waits in the
outbox, and who had the screen is told with the true instants, also when the power went in between."""
import json
import os
import signal
import socket
import sqlite3
import struct
import subprocess
import unittest
import uuid

import way_lib as way
from way_lib import district

PATIENCE_S = 60 if district.SANITIZE else 30
MESSAGE = struct.Struct("=IIq65s7x")  # BtRoleMessage
NEWS, STOP, FACTS = 3, 8, 4
STARTED, ENDED, REQUISITION = 0, 1, 4


class Board:
    """One screen, its cache and its show."""

    def __init__(self, tree, *sources):
        self.box = tree.box()
        self.state = self.box.state
        conf = self.box.config.read_text().split("[source ")[0]
        for name, classes in sources:
            conf += ("[source %s]\nkind=ttn\ndialect=ttn-2.0\nbase=https://127.0.0.1:1\nclasses=%s\n" % (name, classes))
        self.box.config.write_text(conf)
        self.process = self.channel = None
        self.boot = str(uuid.uuid4())
        self.facts_said = 0

    # ---- show ----

    def start(self, crashed=False):
        ours, channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        gate, shut = os.pipe()
        os.close(shut)
        ours.setblocking(False)
        channel.setblocking(False)
        self.channel = ours
        words = [str(district.PLAYER), "--role=show", "--config=%s" % self.box.config, "--boot=%s" % self.boot]
        words += ["--crashed=1"] if crashed else []

        def place():
            kept = [os.dup(channel.fileno()), os.dup(gate)]
            os.dup2(kept[0], 20)
            os.dup2(kept[1], 21)
            os.dup2(20, 3)
            os.dup2(21, 4)

        with open(self.box.log, "ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, preexec_fn=place, pass_fds=(3, 4))
        channel.close()
        os.close(gate)

    def hear(self):
        """What show said since: supervise would read it, and a full channel would stop it."""
        while True:
            try:
                data = self.channel.recv(1000)
            except BlockingIOError:
                return
            if not data:
                return
            self.facts_said += MESSAGE.unpack(data)[0] == FACTS

    def say(self, kind):
        self.channel.send(MESSAGE.pack(kind, 0, 0, b""))

    def stop(self):
        self.say(STOP)
        self.process.wait(PATIENCE_S)
        self.hear()
        self.channel.close()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.channel.close()

    def wait(self, condition, what):
        def asked():
            self.hear()
            return condition()
        return district.wait_for(asked, PATIENCE_S, what)

    def wait_item(self, *items):
        self.wait(lambda: self.box.on_air("main") in items, "on the glass: " + " or ".join(items))

    # ---- the cache ----

    def write(self, source, name, data):
        path = self.state / "cache/documents" / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.rename(path)

    def put(self, source, version, items, document="manifest", **more):
        made = way.manifest(version, items, source=source, **more)
        data = json.dumps(made).encode()
        name = way.peers.sha256(data)
        path = self.state / "cache/objects" / name[:2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.write(source, document + ".ready", name.encode())
        if self.process is not None:
            self.say(NEWS)

    def order(self, source, *orders):
        self.write(source, "orders.json", json.dumps({"orders": [
            dict({"id": ident, "verb": verb, "at": way.peers.rfc3339(0)}, **({"value": value} if value is not None else {}))
            for ident, verb, value in orders]}).encode())
        self.say(NEWS)

    # ---- the ledger ----

    def ask(self, sql, *values):
        with sqlite3.connect("file:%s?mode=ro" % (self.state / "ledger.db"), uri=True) as db:
            rows = db.execute(sql, values).fetchall()
        db.close()
        return rows

    def outbox(self, source, *kinds):
        return [(kind, json.loads(body)) for kind, body in
                self.ask("SELECT kind, body FROM outbox WHERE source = ? ORDER BY seq", source) if kind in kinds]

    def why(self):
        """What decides in a moment."""
        said = district.run(district.PLAYER, "why", "--config", self.box.config, "--at", at(2), "--json")
        return said.stdout

    def of_source(self, name):
        return next(entry for entry in self.box.status()["sources"] if entry["id"] == name)


def words(*names, seconds=2):
    return [way.text(name, "Lời " + name, duration_ms=seconds * 1000) for name in names]


def at(seconds):
    """An instant by the clock, as documents write it: never one at which an item of whole tenths ends."""
    return way.peers.rfc3339(seconds / 3600).replace("Z", ".350Z")


class Bare(unittest.TestCase):
    def test_orders(self):
        with way.Tree() as tree:
            board = Board(tree, ("tinh", "priority;ordinary"))
            board.put("tinh", 1, words("a", "b"))
            board.start()
            board.wait_item("a", "b")
            self.assertEqual(board.of_source("tinh")["kind"], "ttn")
            self.assertEqual(board.of_source("tinh")["version"], 1)
            orders = [("o1", "volume", 35)]
            board.order("tinh", *orders)
            board.wait(lambda: board.box.status()["sound"]["volume"] == 35, "the volume")
            orders.append(("o2", "stop", None))
            board.order("tinh", *orders)
            board.wait(lambda: board.box.status()["state"] == "safe", "nothing on")
            self.assertTrue(board.of_source("tinh")["stopped"])
            self.assertIn('"stopped"', board.why())
            board.kill()
            board.start(crashed=True)
            board.wait(lambda: (board.box.status() or {}).get("state") == "safe", "still nothing on")
            self.assertTrue(board.of_source("tinh")["stopped"])
            orders.append(("o3", "resume", None))
            board.order("tinh", *orders)
            board.wait_item("a", "b")
            self.assertEqual(board.box.status()["sound"]["volume"], 35)
            orders.append(("o4", "pause", None))
            board.order("tinh", *orders)
            board.wait(lambda: board.of_source("tinh")["paused"], "the pause")
            board.wait(lambda: board.ask("SELECT paused FROM standing WHERE source = 'tinh'") == [(1,)], "it is told")
            self.assertIn('"paused"', board.why())
            orders.append(("o5", "resume", None))
            board.order("tinh", *orders)
            board.wait(lambda: not board.of_source("tinh")["paused"], "its end")
            board.say(NEWS)
            board.wait_item("a")
            board.wait_item("b")
            board.stop()
            said = [fact["what"] for fact in way.events(board.box, "command")]
            self.assertEqual(said, ["o1", "o2", "o3", "o4", "o5"])
            self.assertEqual(way.events(board.box, "refused"), [])
            way.expect_calm(way.log(board.box))

    def test_refused(self):
        """What is not this source's stays away, and what was on stays on."""
        with way.Tree() as tree:
            board = Board(tree, ("tinh", "ordinary"))
            board.put("tinh", 3, words("a"))
            board.start()
            board.wait_item("a")
            wrong = [(2, {}, "rollback"), (4, {"screens": ["elsewhere"]}, "wrong-screen"), (5, {"source": "xa"}, "wrong-screen")]
            for count, (version, more, code) in enumerate(wrong, 1):
                with self.subTest(code):
                    more = dict(more)
                    source = more.pop("source", "tinh")
                    made = way.manifest(version, words("z"), **dict(more, source=source))
                    data = json.dumps(made).encode()
                    path = board.state / "cache/objects" / way.peers.sha256(data)[:2] / way.peers.sha256(data)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                    board.write("tinh", "manifest.ready", way.peers.sha256(data).encode())
                    board.say(NEWS)
                    board.wait(lambda: len(way.events(board.box, "refused")) >= count, "a refusal")
                    self.assertEqual(way.events(board.box, "refused")[-1]["code"], code)
                    self.assertEqual(board.box.on_air("main"), "a")
            board.stop()

    def test_silence(self):
        """The days without a word are planted: it keeps to its fillers then, as any source."""
        with way.Tree() as tree:
            board = Board(tree, ("tinh", "ordinary;filler"))
            made = way.manifest(1, [])
            spare = {"id": "spares", "items": words("spare")}
            board.put("tinh", 1, words("a"), playlists=[{"id": "news", "items": words("a")}, spare],
                      programmes=made["programmes"] + [{"id": "always", "layout": "full", "class": "filler",
                                                        "zones": {"main": "spares"}}])
            board.start()
            board.wait_item("a")
            board.stop()
            db = sqlite3.connect(board.state / "ledger.db")
            with db:
                db.execute("INSERT OR REPLACE INTO source (name, state, message, last_ok_ms, idle_ms, bytes)"
                           " VALUES ('tinh', 'stale', '', 1, ?, 0)", (46 * 24 * 3600 * 1000,))
            db.close()
            board.start()
            board.wait_item("spare")
            board.stop()
            self.assertEqual(len(way.events(board.box, "lapsed")), 1)

    def test_outbox(self):
        """Each occurrence is told once, over deaths, in order, and sync is woken."""
        with way.Tree() as tree:
            board = Board(tree, ("tinh", "ordinary"))
            board.put("tinh", 1, words("a", "b"))
            board.start()
            board.wait_item("a", "b")
            board.wait(lambda: len(board.outbox("tinh", STARTED)) >= 2, "two starts")
            for _ in range(2):
                before = len(board.outbox("tinh", STARTED))
                board.kill()
                board.start(crashed=True)
                board.wait(lambda: len(board.outbox("tinh", STARTED)) >= before + 2, "two more")
            said = board.facts_said  # the programme stays: no other word would come
            board.wait(lambda: board.facts_said >= said + 2, "words for sync")
            waiting = board.of_source("tinh")["outbox"]["waiting"]
            board.stop()
            started, ended = board.outbox("tinh", STARTED), board.outbox("tinh", ENDED)
            self.assertLessEqual(waiting, len(started) + len(ended))
            played = [fact for fact in way.facts(board.box) if fact["type"] == "played"]
            self.assertEqual(len(started), len(played))
            self.assertEqual(sorted((row["item"], row["start"]) for _, row in ended),
                             sorted((fact["item"], fact["start"]) for fact in played))
            self.assertEqual(sorted(row["cause"] for _, row in ended), sorted(fact["ended"] for fact in played))
            self.assertEqual(len({(row["item"], row["due"]) for _, row in started}), len(started))
            self.assertEqual(board.ask("SELECT source FROM standing"), [("tinh",)])

    def requisition(self, tree):
        """A board whose owner is on the glass, and an authority that has it for 12 s, 10 s from now."""
        board = Board(tree, ("xa", "ordinary"), ("tinh", "requisition;ordinary"))
        board.put("xa", 1, words("own", "own2"))
        board.start()
        board.wait_item("own", "own2")
        slot = [at(10), at(22)]
        board.put("tinh", 1, words("taken"), programmes=[{"id": "take", "layout": "full", "class": "requisition",
                  "zones": {"main": "news"}, "when": {"slots": [slot]}}])
        board.wait_item("taken")
        board.wait(lambda: "requisition" in self.own_ends(board), "the owner's own is over")
        return board, slot

    def own_ends(self, board):
        return [fact["ended"] for fact in way.facts(board.box) if fact["type"] == "played" and fact["source"] == "xa"]

    def check_requisition(self, board, slot):
        told = [(fact["phase"], fact["by"], fact["owner"], fact["from"], fact["until"])
                for fact in way.events(board.box, "requisition")]
        self.assertEqual(told, [(phase, "tinh", "xa", *slot) for phase in ("begin", "end")])
        rows = board.outbox("tinh", REQUISITION)
        self.assertEqual([(row["phase"], row["from"], row["until"]) for _, row in rows],
                         [(phase, *slot) for phase in ("begin", "end")])
        self.assertEqual(board.ask("SELECT * FROM requisition"), [])
        self.assertEqual(self.own_ends(board).count("requisition"), 1)

    def test_killed_within(self):
        with way.Tree() as tree:
            board, slot = self.requisition(tree)
            board.kill()
            board.start(crashed=True)
            board.wait_item("own", "own2")
            board.stop()
            self.check_requisition(board, slot)
            way.expect_calm(way.log(board.box))

    def test_off_at_its_end(self):
        with way.Tree() as tree:
            board, slot = self.requisition(tree)
            board.kill()
            district.wait_for(lambda: at(0) > slot[1], 40, "the end of the slot")
            board.start(crashed=True)
            board.wait_item("own", "own2")
            board.stop()
            self.check_requisition(board, slot)


if __name__ == "__main__":
    unittest.main(verbosity=2)
