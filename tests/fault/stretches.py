"""The stretches of the way that are cut: publish at the source, fetch by sync, and what a board or a source must
be in whenever it was cut there."""
import base64
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import tempfile
import time

import cutting
from cutting import district
import peers
import way_lib as way


def check(condition, *why):
    if not condition:
        raise AssertionError(" ".join(str(word) for word in why))


def payload_of(path):
    return json.loads(base64.b64decode(json.loads(pathlib.Path(path).read_bytes())["payload"]))


def rows(path, sql, *arguments):
    for tries_left in range(9, -1, -1):
        try:
            with contextlib.closing(sqlite3.connect(path)) as db:
                return db.execute(sql, arguments).fetchall()
        except sqlite3.OperationalError:  # its log is just being made, or put away
            if not tries_left:
                raise
            time.sleep(0.05)


def check_database(path):
    found = rows(path, "PRAGMA integrity_check")
    check(found == [("ok",)], path, found)


def check_calm(said, where):
    """Nothing was refused and no round failed."""
    bad = [line for line in said.events if line["event"] == "refused"]
    bad += [line for line in said.results if line["result"] == "failed"]
    check(not bad, where, bad)


def litter(folder):
    """Half files that nobody will ask for again."""
    return [path for path in pathlib.Path(folder).rglob(".*") if path.is_file()]


def let_an_hour_pass(folder):
    """For half files, by their own time."""
    for path in litter(folder):
        os.utime(path, (0, 0))


def noise(size_bytes, seed):
    """Bytes that no file system can shorten."""
    block = hashlib.sha512(b"%d" % seed).digest()
    return b"".join(hashlib.sha512(block + b"%d" % i).digest() for i in range(size_bytes // 64))


# ---- publish ----

class Publish:
    """A second manifest, with an image, for two screens that have a first one."""
    name = "publish"
    only = None
    screens = ("kp-01", "kp-02")

    def __init__(self):
        self.place = district.District()
        for screen in self.screens:
            self._source("screen", "add", screen)
        self.image = self.place.folder / "hoa.png"
        self._draft("one", "Bản tin cũ", (200, 30, 30))
        self._publish(self.place.data, "one")
        self._draft("two", "Bản tin mới", (30, 160, 60))
        self._prepare()
        self.root = self.place.folder / "root.json"
        shutil.copy(self.place.data / "tree/v1/root/1.json", self.root)
        self.folder = self.place.folder / "before"
        self.folder.mkdir()
        self.place.data.rename(self.folder / "data")
        self.board = self.place.folder / "board"
        self._sync(self.folder / "data", self.board, self.screens[0])

    def _prepare(self):
        """What else there is before the second one."""

    def _source(self, *words):
        return district.run(district.PUBLISHER, *words, "--data", self.place.data)

    def _draft(self, name, body, colour):
        folder = self.place.folder / name
        folder.mkdir()
        made = way.manifest(1, [way.text("t", body), {"id": "i", "kind": "image",
                                                     "asset": "file:hoa.png"}])
        for field in ("version", "issued", "expires", "screens", "assets"):
            del made[field]
        (folder / "manifest.json").write_text(json.dumps(made, ensure_ascii=False))
        (folder / "hoa.png").write_bytes(way.plain_png(64, 40, colour))

    def _publish_words(self, data, draft):
        return [district.PUBLISHER, "publish", "--data", data, "--key",
                self.place.keys / "publish.key", "--json", self.place.folder / draft]

    def _publish(self, data, draft):
        return json.loads(district.run(*self._publish_words(data, draft)).stdout)

    def _sync(self, data, cache, screen):
        """A board's round on this tree; the version of what is ready then."""
        said = peers.sync_once(base=(data / "tree").as_uri(), cache=cache, screen=screen,
                               root=self.root)
        check_calm(said, "a board's sync:")
        ready = (cache / "documents/peer/manifest.ready").read_text()
        return payload_of(cache / "objects" / ready[:2] / ready)["version"]

    def run(self, trial):
        cutting.run_cut(trial, *self._publish_words(trial.folder / "data", "two"))

    def check_cut(self, trial):
        data = trial.folder / "data"
        self.cache = trial.report.parent / "cache"
        shutil.rmtree(self.cache, ignore_errors=True)
        shutil.copytree(self.board, self.cache / "old")
        found = [self._sync(data, self.cache / "old", self.screens[0]),
                 self._sync(data, self.cache / "new", self.screens[1])]
        check(set(found) <= {1, 2}, "versions", found)
        check(not trial.is_over() or found == [2, 2], "published, and gone:", found)
        copy = cutting.copy_of(data, trial.report.parent / "look")
        check_database(copy / "source.db")

    def _check_said(self, data):
        """What the database says of each screen is what the screen is told."""
        for screen, manifest in rows(data / "source.db", "SELECT id, manifest FROM screen"):
            now = payload_of(data / "tree/v1/screens" / screen / "now.json")
            check(now["manifest"] == manifest, screen, "is not told of", manifest)

    def check_after(self, trial):
        self.place.data = trial.folder / "data"
        let_an_hour_pass(self.place.data)
        self.place.serve()
        self.place.stop_serving()
        self.place.processes.clear()
        self._check_said(self.place.data)
        made = self._publish(self.place.data, "two")
        for cache, screen in (("old", self.screens[0]), ("new", self.screens[1])):
            version = self._sync(self.place.data, self.cache / cache, screen)
            check(version == made["version"], "version", version, "of", made["version"])
        self._check_said(self.place.data)
        check(not litter(self.place.data), "left behind:", litter(self.place.data))

    def close(self):
        self.place.__exit__()


# ---- fetch ----

class Fetch:
    """Over the network: a new root, a manifest that a new key signed, its asset, an alert."""
    name = "fetch"
    only = None

    def __init__(self):
        self.tree = way.Tree()
        self.kept, self.fresh = noise(50000, 1), noise(200000, 2)
        self.old = self._put(1, [self.kept])
        self.folder = self.tree.folder / "before"
        self.folder.mkdir()
        self.authority = peers.Authority(self.tree.folder / "authority")
        self.nginx = peers.Nginx(self.tree.folder / "nginx", self.tree.made, self.authority)
        check_calm(self._sync(self.folder / "cache"), "the first sync:")
        self._rotate()
        self.alert = self._put_alert()
        self.new = self._put(2, [self.kept, self.fresh], root=2, alert=self.alert)

    def _put(self, version, images, **more):
        items = [{"id": "i%d" % i, "kind": "image", "asset": self.tree.put_asset(image)}
                 for i, image in enumerate(images)]
        assets = {}
        for image in images:
            assets.update(way.asset(image, "image/png"))
        return self.tree.put(way.manifest(version, items, assets=assets), **more)

    def _rotate(self):
        made = self.tree.made
        path = self.tree.folder / "keys" / "publish-2"
        words = district.run(peers.TOOLS / "peer-seal", "key", path).stdout.split()
        made.keys["publish"] = (path, words[0], words[1])
        made.write("v1/root/2.json", made.seal("root", dict(made.root_payload(), version=2)))

    def _put_alert(self):
        made = way.manifest(1, [way.text("a", "Lũ về, sơ tán ngay")], expires=peers.rfc3339(5))
        made["programmes"][0]["class"] = "emergency"
        return self.tree.put_envelope(self.tree.made.seal("alert", made))

    def _words(self, cache):
        return dict(base="https://localhost:%d/plain" % self.nginx.port, cache=cache,
                    screen=way.SCREEN, root=self.tree.made.root_path, ca=self.authority.ca)

    def _sync(self, cache):
        return peers.sync_once(**self._words(cache))

    def run(self, trial):
        words = ["--%s=%s" % pair for pair in self._words(trial.folder / "cache").items()]
        cutting.run_cut(trial, peers.TOOLS / "sync-once", *words)

    def _check_objects(self, cache):
        for path in (cache / "objects").rglob("*"):
            check(path.is_dir() or peers.sha256(path.read_bytes()) == path.name, "torn:", path)

    def _check_ready(self, cache):
        """Old or new, and whole."""
        documents = cache / "documents" / "peer"
        ready = (documents / "manifest.ready").read_text()
        check(ready in (self.old, self.new), "ready:", repr(ready))
        alert = documents / "alert.ready"
        said = alert.read_text() if alert.exists() else ""
        check(said in ("", self.alert), "alert ready:", repr(said))
        for name in [ready] + ([said] if said else []):
            manifest = payload_of(cache / "objects" / name[:2] / name)
            for asset in manifest["assets"]:
                check((cache / "objects" / asset[:2] / asset).exists(), name, "lacks", asset)
        return ready, said

    def check_cut(self, trial):
        cache = trial.folder / "cache"
        self._check_objects(cache)
        found = self._check_ready(cache)
        check(not trial.is_over() or found == (self.new, self.alert), "ready, and gone:", found)
        for path in (cache / "documents" / "peer").glob("*.json"):
            if not path.name.startswith("."):
                json.loads(path.read_bytes())

    def check_after(self, trial):
        cache = trial.folder / "cache"
        let_an_hour_pass(cache)
        for _ in range(2):
            check_calm(self._sync(cache), "the next sync:")
        self._check_objects(cache)
        found = self._check_ready(cache)
        check(found == (self.new, self.alert), "not reached:", found)
        left = litter(cache) + list((cache / "incoming").iterdir())
        check(not left, "left behind:", left)

    def close(self):
        self.nginx.stop()
        self.tree.__exit__()
