#!/usr/bin/env python3
"""What must not get on the glass, one case a line: a board shows version 1, the bad thing arrives as version 2.
The message and the reported event name the place and the reason, the picture stays as it was, and a good version 3
is taken afterwards."""
import base64
import json
import os
import pathlib
import re
import shutil
import tempfile
import time
import types
import unittest

import way_lib as way
from way_lib import district, peers

SANITIZE = district.SANITIZE
AT_ONCE = 3 if SANITIZE else 6
PATIENCE_S = 120 if SANITIZE else 40
MB = 1024 * 1024


def hello(version):
    return way.text("hello%d" % version, "Phiên bản %d đang hiện." % version, duration_ms=1000)


def good(version, *items, **more):
    return way.manifest(version, [hello(version), *items], **more)


class Given:
    """What all cases start from: media that a tool made once."""

    def __init__(self, folder):
        clip = district.make_clip(folder / "clip.mp4", seconds=4, sound=False)
        front = folder / "front.mp4"
        district.run("ffmpeg", "-v", "error", "-i", clip, "-c", "copy", "-movflags", "+faststart", front)
        self.clip, self.front = clip.read_bytes(), front.read_bytes()


# ---- the cases; each puts its bad thing into a tree, and returns the reason and the place ----

def of_manifest(tree, made, reason, place):
    tree.put(made)
    return reason, place


def wrong_signature(tree, _):
    envelope = json.loads(tree.seal(good(2)))
    payload = bytearray(base64.b64decode(envelope["payload"]))
    at = payload.index(b'"version": 2')
    payload[at:at + 12] = b'"version": 9'
    envelope["payload"] = base64.b64encode(payload).decode()
    name = tree.put_envelope(json.dumps(envelope).encode())
    tree.write_now(tree.seal(tree.now(name), "now"))
    return "signature", name + ":/signatures"


def unknown_key(tree, _):
    name = tree.put_envelope(tree.seal(good(2), key=tree.stranger))
    tree.write_now(tree.seal(tree.now(name), "now"))
    return "unknown-key|signature", name + ":/signatures"


def older_version(tree, _):
    return of_manifest(tree, good(1), "rollback", "/version: 1 is older")


def same_version(tree, _):
    return of_manifest(tree, dict(good(2), version=5), "conflict", "/version: 5 is in force")


def expired(tree, _):
    return of_manifest(tree, good(6, issued=peers.rfc3339(-100), expires=peers.rfc3339(-1)),
                       "expired", "/expires: it expired at")


def other_screen(tree, _):
    return of_manifest(tree, good(6, screens=["kp-other"]), "wrong-screen", "/screens: ")


def truncated(tree, _):
    name = tree.put_envelope(tree.seal(good(6))[:-200])
    tree.write_now(tree.seal(tree.now(name), "now"))
    return "syntax", name + ":1:"


def huge(tree, _):
    name = tree.put_envelope(b'{"payload": "' + b"A" * (100 * MB) + b'"}')
    tree.write_now(tree.seal(tree.now(name), "now"))
    return "limit", "/v1/manifests/" + name


def deep(tree, _):
    payload = b'{"spec":1,"x-deep":' + b'{"a":' * 10000 + b"1" + b"}" * 10001
    name = tree.put_envelope(tree.seal(payload))
    tree.write_now(tree.seal(tree.now(name), "now"))
    return "limit", r"1:\d+"


def zone_outside(tree, _):
    made = good(6)
    made["layouts"][0]["zones"][0]["rect"] = [0, 0, 641, 384]
    return of_manifest(tree, made, "invalid", "/layouts/0/zones/0/rect: ")


def same_ids(tree, _):
    return of_manifest(tree, good(6, hello(6)), "invalid", "/playlists/0/items/1/id: ")


def with_asset(tree, data, kind, entry, delivered, reason, place):
    """A manifest whose second item is the asset; `delivered` lies under its name."""
    name = peers.sha256(data)
    tree.made.write("v1/assets/" + name, delivered)
    item = {"id": "film", "kind": kind, "asset": name}
    if kind == "image":
        item["duration_ms"] = 1000
    tree.put(good(6, item, assets=entry))
    return reason, place or name


def other_bytes(tree, given):
    data = bytearray(given.clip)
    data[len(data) // 2] ^= 1
    return with_asset(tree, given.clip, "video", way.asset(given.clip, "video/mp4", 4000),
                      bytes(data), "mismatch", None)


def html(tree, given):
    return with_asset(tree, given.clip, "video", way.asset(given.clip, "video/mp4", 4000), given.clip,
                      "mismatch", None)


def giant_png(tree, _):
    data = way.make_png(60000, 60000, b"\0" * 180001)
    return with_asset(tree, data, "image", way.asset(data, "image/png"), data, "limit|unsupported|invalid",
                      None)


def half_video(tree, given):
    data = given.clip[:len(given.clip) // 2]
    return with_asset(tree, data, "video", way.asset(data, "video/mp4", 4000), data,
                      "syntax|invalid|unsupported|failed", None)


def half_video_with_index(tree, given):
    data = given.front[:len(given.front) // 2]
    return with_asset(tree, data, "video", way.asset(data, "video/mp4", 4000), data,
                      "syntax|invalid|unsupported|failed", None)


def unknown_kind(tree, _):
    return of_manifest(tree, good(6, {"id": "x1", "kind": "hologram", "beam": 3}), "",
                       "/playlists/0/items/1: the kind of item")


def now_of_other_screen(tree, _):
    tree.write_now(tree.seal(tree.now(None, screen="kp-other"), "now"))
    return "wrong-screen", "now.json:/screen: "


def now_by_publisher(tree, _):
    tree.write_now(tree.seal(tree.now(None), "now", key="publish"))
    return "unknown-key|signature", "now.json:/signatures"


def now_older(tree, _):
    tree.write_now(tree.seal(tree.now(None, version=1), "now"))
    return "rollback|conflict", "now.json:/version: 1 is"


def now_expired(tree, _):
    tree.write_now(tree.seal(tree.now(None, issued=peers.rfc3339(-30), expires=peers.rfc3339(-6)),
                             "now"))
    return "expired", "now.json:/expires: "


def now_truncated(tree, _):
    tree.write_now(tree.seal(tree.now(None), "now")[:100])
    return "syntax", "now.json:1:"


def now_huge(tree, _):
    tree.write_now(b'{"payload": "' + b"A" * (100 * MB) + b'"}')
    return "limit", "now.json"


CASES = {  # name: (case, whether version 2 counts all the same, with the bad item left out)
    "wrong signature": (wrong_signature, False),
    "unknown signing key": (unknown_key, False),
    "older version": (older_version, False),
    "same version, another hash": (same_version, False),
    "expired": (expired, False),
    "another screen's manifest": (other_screen, False),
    "truncated JSON": (truncated, False),
    "100 MB of JSON": (huge, False),
    "nested 10,000 deep": (deep, False),
    "zone outside the canvas": (zone_outside, False),
    "the same id twice": (same_ids, False),
    "asset with other bytes": (other_bytes, False),
    "HTML in place of a video": (html, False),
    "60000 x 60000 PNG": (giant_png, True),
    "video cut in half, without index": (half_video, True),
    "video cut in half, with index": (half_video_with_index, True),
    "item of unknown kind": (unknown_kind, True),
    "another screen's now.json": (now_of_other_screen, False),
    "now.json by a publishing key": (now_by_publisher, False),
    "older now.json": (now_older, False),
    "expired now.json": (now_expired, False),
    "truncated now.json": (now_truncated, False),
    "100 MB of now.json": (now_huge, False),
}


class Running:
    """A case on its way."""

    def __init__(self, name, given, base):
        self.name, self.given = name, given
        self.case, self.counts = CASES[name]
        self.tree = way.Tree()
        self.nginx = None
        self.first = 5
        try:
            self.start(base)
        except BaseException:
            self.end()
            raise

    def start(self, base):
        self.tree.put(good(self.first))
        if self.case is html:
            self.serve()
            self.screen = self.tree.box("https://localhost:%d/portal" % self.nginx.port,
                                        source="ca=%s" % self.authority.ca)
        else:
            self.screen = self.tree.box()
        self.screen.play()

    def serve(self):
        """A portal answers whatever film is asked for with its page, and 200."""
        self.authority = peers.Authority(self.tree.folder / "tls")
        self.nginx = peers.Nginx(self.tree.folder / "nginx", types.SimpleNamespace(tree=self.tree.tree),
                                 self.authority)

    def end(self):
        if self.nginx:
            self.nginx.stop()
        self.tree.__exit__()

    def wait(self, condition, what):
        try:
            return district.wait_for(condition, PATIENCE_S, what)
        except AssertionError as problem:
            raise AssertionError("%s: %s\n%s" % (self.name, problem, way.log(self.screen))) from None

    def wait_for_item(self, item):
        self.wait(lambda: self.screen.on_air("main") == item and self.screen.picture.exists(),
                  item + " on the glass")

    def begins(self):
        self.wait_for_item("hello%d" % self.first)

    def is_seen(self):
        self.before = way.Picture(self.screen.picture)

    def goes_wrong(self):
        self.reason, self.place = self.case(self.tree, self.given)

    def is_told(self):
        """The event that says so, written down for the source."""
        return next((e for e in way.events(self.screen)
                     if e["event"] in ("refused", "failed", "noted") and
                     re.fullmatch(self.reason, e.get("code", "")) and
                     re.search(self.place, e["what"] + " " + e["message"])), None)

    def is_said_and_stays(self, test):
        event = self.wait(self.is_told, "an event %s at %s" % (self.reason, self.place))
        test.assertIn(event["message"][:100], way.log(self.screen))
        if self.counts:
            return
        status = self.wait(self.failed_status, "status: failed")
        test.assertEqual(self.screen.on_air(), {"main": "hello%d" % self.first})
        test.assertEqual(status["sources"][0]["version"], self.first)
        test.assertRegex(status["sources"][0]["message"], self.place)
        test.assertTrue(way.Picture(self.screen.picture) == self.before)

    def failed_status(self):
        status = self.screen.status()
        return status if status and status["sources"][0]["state"] == "failed" else None

    def what_is_left_is_shown(self, test):
        """The good item comes, and comes again: a bad neighbour does not stop the round."""
        if not self.counts:
            return
        self.wait_for_item("hello6")
        played = lambda: sum(f["type"] == "played" and f["item"] == "hello6"
                             for f in way.facts(self.screen))
        self.wait(lambda: played() >= 2, "two turns of what is good")

    def goes_on(self):
        self.tree.now_version = max(self.tree.now_version, 10)
        self.tree.put(good(7))
        self.wait_for_item("hello7")


class Refused(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-way-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.given = Given(cls.folder)

    def run_some(self, names):
        some = []
        try:
            for name in names:
                some.append(Running(name, self.given, None))
            for one in some:
                one.begins()
            time.sleep(1.5)  # the picture of an offscreen player is renewed once a second
            for one in some:
                one.is_seen()
                one.goes_wrong()
            for one in some:
                with self.subTest(one.name):
                    one.is_said_and_stays(self)
                    one.what_is_left_is_shown(self)
                    one.goes_on()
                    one.screen.stop()
                    way.expect_calm(way.log(one.screen))
        finally:
            for one in some:
                one.end()

    def test_cases(self):
        wanted = os.environ.get("CASE")
        names = [n for n in CASES if not wanted or wanted in n]
        for i in range(0, len(names), AT_ONCE):
            self.run_some(names[i:i + AT_ONCE])


if __name__ == "__main__":
    unittest.main(verbosity=2)
