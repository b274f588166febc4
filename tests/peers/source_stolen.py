#!/usr/bin/env python3
"""A server that was stolen: whoever has its whole data folder, freshness key and database, but no key of a person,
puts no word on a board, brings no older one back, and gives no key a right."""
import base64
import json
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source_lib as lib
from source_sync import Board

HEAD = "bangtin-key ed25519 "


def rfc3339(hours):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))


class Thief:
    """The data folder as it was when it was taken, and what the thief makes of it."""

    def __init__(self, one):
        self.tree = os.path.join(one.folder, "stolen", "tree")
        shutil.copytree(one.data, os.path.dirname(self.tree))
        with open(os.path.join(os.path.dirname(self.tree), "freshness.key")) as f:
            self.key = lib.Key(base64.b64decode(f.read().removeprefix(HEAD)))
        self.own = lib.Key()
        self.one, self.version = one, one.now()["version"]

    def envelope(self, role, payload, *keys):
        return json.dumps(lib.envelope(role, json.dumps(payload).encode(), *keys or (self.key,))).encode()

    def write(self, path, data):
        path = os.path.join(self.tree, "v1", path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)

    def put(self, role, payload, *keys):
        data = self.envelope(role, payload, *keys)
        name = lib.hashlib.sha256(data).hexdigest()
        self.write("manifests/" + name, data)
        return name

    def say(self, **more):
        """A now.json, newer than all."""
        self.version += 1
        now = dict(self.one.now(), issued=rfc3339(0), expires=rfc3339(20), version=self.version, **more)
        self.write("screens/kp-01/now.json", self.envelope("now", now))
        return now

    def words(self, version, **more):
        return dict(lib.TEXT, spec=1, source="krongpa", version=version, issued=rfc3339(0), expires=rfc3339(240),
                    screens=["kp-01"], timezone="Asia/Ho_Chi_Minh", assets={}, **more)


class Scene:
    """A board that has the second bulletin, and a thief."""

    def __init__(self, one):
        one.add_screen()
        self.first = one.publish(lib.TEXT, "--key", one.key("publish"))["sha256"]
        self.second = one.publish(lib.TEXT, "--key", one.key("publish"))["sha256"]
        self.board = Board(one, "file://" + os.path.join(one.data, "tree"))
        assert self.board.round("--fingerprint", one.made["fingerprint"]) == ("new", self.second, "")
        self.prepare(one)
        self.thief = Thief(one)
        self.board.base = "file://" + self.thief.tree
        self.thief.say()
        assert self.board.round()[0] in ("new", "unchanged")  # what the freshness key may say is heard

    def prepare(self, one):
        """What else there was before the theft."""

    def refuses(self, *reasons):
        events = self.board.ask()
        said = {line.get("reason") for line in events} - {"", None}
        assert said & set(reasons), (reasons, events)
        assert self.board.ready("manifest") == self.second and self.board.ready("alert") == "", events


def test_it_signs_no_bulletin():
    with lib.source() as one:
        scene = Scene(one)
        thief = scene.thief
        thief.say(manifest=thief.put("manifest", thief.words(99)))
        scene.refuses("signature", "unknown-key")
        thief.say(manifest=thief.put("manifest", thief.words(100), thief.own))
        scene.refuses("signature", "unknown-key")


def test_it_signs_no_warning():
    with lib.source() as one:
        scene = Scene(one)
        thief = scene.thief
        alert = dict(thief.words(7), **lib.ALERT)
        thief.say(alert=thief.put("alert", alert))
        scene.refuses("signature", "unknown-key")


def test_it_brings_no_older_one_back():
    with lib.source() as one:
        scene = Scene(one)
        scene.thief.say(manifest=scene.first)
        scene.refuses("rollback")


def test_it_says_nothing_older():
    with lib.source() as one:
        scene = Scene(one)
        scene.thief.version -= 2
        scene.thief.say()
        scene.refuses("rollback", "conflict")


def test_it_gives_no_key_a_right():
    with lib.source() as one:
        scene = Scene(one)
        thief = scene.thief
        with open(os.path.join(thief.tree, "v1/root/1.json")) as f:
            root = json.loads(base64.b64decode(json.load(f)["payload"]))
        root.update(version=2, issued=rfc3339(0))
        root["keys"][thief.own.id] = {"key": thief.own.base64, "name": "x"}
        for role in root["roles"].values():
            role["keys"].append(thief.own.id)
        thief.write("root/2.json", thief.envelope("root", root, thief.key, thief.own))
        thief.say(root=2, manifest=thief.put("manifest", thief.words(99), thief.own))
        scene.refuses("signature", "unknown-key")


def test_it_gives_no_cut_screen_back():
    """What undoes a cut, or makes a board louder or brighter, is no command of the freshness key."""
    with lib.source() as one:
        scene = Scene(one)
        for verb in ("resume", "release", "on", "pattern", "brightness", "volume"):
            scene.thief.say(commands=[{"id": "c-" + verb, "verb": verb, "args": {}, "until": rfc3339(1)}])
            scene.refuses("syntax", "invalid", "unsupported")


class CutScene(Scene):
    """The same board, cut for the third time: two orders ended the first two, and the thief has them as well."""

    def prepare(self, one):
        self.orders = []
        for _ in range(2):
            cut = one.run("screen command", "kp-01", "cut").strip()
            one.run("cut end", cut, "--key", one.key("emergency"))
            self.orders.append(one.now()["order"])
            assert self.board.round()[0] == "new" and self.board.ready("order") == self.orders[-1]
        one.run("screen command", "kp-01", "cut")
        assert self.board.round()[0] == "new"

    def order(self, role="order", *keys):
        thief = self.thief
        payload = dict(spec=1, source="krongpa", version=99, issued=rfc3339(0), expires=rfc3339(240), screens=["kp-01"],
                       orders=[{"id": "o-99", "verb": "resume", "of": "all"}])
        data = thief.envelope(role, payload, *keys)
        name = lib.hashlib.sha256(data).hexdigest()
        thief.write("orders/" + name, data)
        return name

    def stays_cut(self, *reasons):
        """What undoes a cut is an order that is ready; the one that is, is no answer to this cut."""
        self.refuses(*reasons)
        assert self.board.ready("order") == self.orders[-1]


def test_it_signs_no_order():
    with lib.source() as one:
        scene = CutScene(one)
        for keys in ((), (scene.thief.own,), (scene.thief.key, scene.thief.own)):
            scene.thief.say(order=scene.order("order", *keys))
            scene.stays_cut("unknown-key")
        with open(one.key("emergency")) as f:
            approver = lib.Key(base64.b64decode(f.read().removeprefix(HEAD)))
        scene.thief.say(order=scene.order("now", approver))  # signed well, as another kind of document
        scene.stays_cut("invalid")
        scene.thief.say(order=scene.order("order", approver))  # the same words, as they should be signed
        assert scene.board.round()[0] == "new" and scene.board.ready("order") not in scene.orders


def test_it_brings_no_older_order_back():
    with lib.source() as one:
        scene = CutScene(one)
        scene.thief.say(order=scene.orders[0])
        scene.stays_cut("rollback")
        scene.thief.say(order=None)
        assert scene.board.round()[0] == "new"
        scene.thief.say(order=scene.orders[0])
        scene.stays_cut("rollback")


if __name__ == "__main__":
    lib.run_tests(globals())
