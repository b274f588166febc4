"""What the scripts way_*.py share: a tree of documents made by hand, and a player that follows it.

A Tree has keys of its own and signs what it is asked to, right or wrong. Its screens are not enrolled: a
plain web server or a folder cannot enrol anybody, so player.conf names the root's file.
"""

import binascii
import json
import os
import pathlib
import random
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zlib

os.environ.setdefault("BUILD", "build")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import peers

SCREEN = peers.SCREEN
CANVAS = [640, 384]
CLASSES = ("emergency", "requisition", "priority", "ordinary", "filler")
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


class Tree(district.District):
    """Keys and a tree of documents in a folder that is removed at the end; no source runs."""

    def __init__(self):
        self.source = "krongpa"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-way-"))
        self.processes = []
        self.server = None
        self.made = peers.Source(self.folder)
        self.tree = self.made.tree
        self.stranger = self.folder / "keys" / "stranger"
        district.run(peers.TOOLS / "peer-seal", "key", self.stranger)
        self.now_version = 0

    def seal(self, payload, role="manifest", key=None):
        """An envelope; `payload` is bytes or what JSON can say, `key` a file or a role's name."""
        data = payload if isinstance(payload, bytes) else json.dumps(
            payload, ensure_ascii=False).encode()
        if not isinstance(key, pathlib.Path):
            key = self.made.keys[key or {"manifest": "publish", "now": "freshness"}[role]][0]
        return subprocess.run(
            [str(peers.TOOLS / "peer-seal"), "seal", role, str(key)], input=data, check=True,
            stdout=subprocess.PIPE).stdout

    def put_envelope(self, envelope):
        name = peers.sha256(envelope)
        self.made.write("v1/manifests/" + name, envelope)
        return name

    def put_asset(self, data):
        return self.made.asset(data)

    def now(self, manifest, **more):
        """The payload of the next now.json."""
        self.now_version += 1
        payload = {"screen": SCREEN, "version": self.now_version, "manifest": manifest,
                   "alert": None, "issued": peers.rfc3339(-1), "expires": peers.rfc3339(23),
                   "deny": [], "commands": [], "root": 1}
        payload.update(more)
        return payload

    def write_now(self, envelope):
        """All at once, as a server or a careful copy would."""
        path = self.tree / "v1/screens" / SCREEN / "now.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(envelope)
        part.rename(path)

    def put(self, manifest, **more):
        """Signs a manifest and says that it is the newest; returns its name."""
        name = self.put_envelope(self.seal(manifest))
        self.write_now(self.seal(self.now(name, **more), "now"))
        return name

    def box(self, base=None, canvas="640x384", source="", name=SCREEN, **options):
        """A screen that follows this tree by file:// or by another way."""
        base = base or self.tree.as_uri()
        return district.Screen(self, name, base, canvas,
                               source="id=krongpa\nroot=%s\n%s" % (self.made.root_path, source),
                               **options)


# ---- manifests ----

def manifest(version, items, **more):
    """One zone, one playlist, always on."""
    made = {"spec": 1, "source": "krongpa", "version": version, "issued": peers.rfc3339(-1),
            "expires": peers.rfc3339(500), "screens": [SCREEN], "timezone": "Asia/Ho_Chi_Minh",
            "assets": {},
            "layouts": [{"id": "full", "canvas": CANVAS,
                         "zones": [{"id": "main", "rect": [0, 0] + CANVAS}]}],
            "playlists": [{"id": "news", "items": items}],
            "programmes": [{"id": "day", "layout": "full", "zones": {"main": "news"}}]}
    made.update(more)
    return made


def text(ident, body, lang="vi", **more):
    return dict({"id": ident, "kind": "text", "texts": [{"lang": lang, "body": body}]}, **more)


def asset(data, kind, duration_ms=None):
    entry = {"size": len(data), "type": kind}
    if duration_ms:
        entry["duration_ms"] = duration_ms
    return {peers.sha256(data): entry}


# ---- what a player wrote down ----

def facts(screen):
    """All facts of its ledger, in the order of seq."""
    path = screen.state / "ledger.db"
    if not path.exists():
        return []
    with sqlite3.connect("file:%s?mode=ro" % path, uri=True) as db:
        rows = db.execute("SELECT seq, line FROM fact ORDER BY seq").fetchall()
    db.close()
    return [dict(json.loads(line), seq=seq) for seq, line in rows]


def events(screen, event=None):
    return [fact for fact in facts(screen)
            if fact["type"] == "event" and event in (None, fact["event"])]


def log(screen):
    return screen.log.read_text(errors="replace") if screen.log.exists() else ""


def expect_calm(said):
    """Nothing died, nothing was used wrongly: what a restart would hide."""
    bad = re.search(r".*(runtime error|Sanitizer|show ended|: assertion|CRITICAL).*", said)
    if bad:
        raise AssertionError(bad.group(0) + "\n" + said)


# ---- pictures ----

class Picture:
    """The pixels of a PNG."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        if data[:8] != PNG_MAGIC:
            raise AssertionError("%s: no PNG" % path)
        self.width, self.height = struct.unpack(">II", data[16:24])
        self.data = subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
            check=True, stdout=subprocess.PIPE).stdout

    def pixel(self, x, y):
        at = 3 * (y * self.width + x)
        return tuple(self.data[at:at + 3])

    def part(self, left, top, width, height):
        return [self.pixel(x, y) for y in range(top, top + height)
                for x in range(left, left + width)]

    def __eq__(self, other):
        return (self.width, self.data) == (other.width, other.data)

    def differs(self, other):
        """How many pixels differ."""
        return sum(self.data[i:i + 3] != other.data[i:i + 3] for i in range(0, len(self.data), 3))


def make_png(width, height, rows=b"", padding=b""):
    """A PNG whose header says width × height; `rows` are its filtered lines, as many as there are; `padding` stands in
    a chunk that decoders skip."""
    def chunk(kind, body):
        return (struct.pack(">I", len(body)) + kind + body +
                struct.pack(">I", binascii.crc32(kind + body)))
    return (PNG_MAGIC + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            (chunk(b"paDd", padding) if padding else b"") + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def plain_png(width, height, colour, padding_bytes=0):
    return make_png(width, height, (b"\0" + bytes(colour) * width) * height,
                    random.Random(padding_bytes).randbytes(padding_bytes))
