"""What the scripts ttn_*.py share: a board that is connected to the stand-in of a province (ttn/) by its configuration
alone, and what it may be asked from outside."""
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time

os.environ.setdefault("BUILD", "build")
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "ttn")]
import district
import way_lib as way
from district import wait_for
from fields import seconds_of

PATIENCE_S = 60  # on a machine that does much else
CANVAS = (640, 384)
CLASSES = "classes=emergency;priority;ordinary;filler"
CONFIG = """[screen]
id=kp-phutuc-01
name=Bảng tin Phú Túc
state=state
kind=led
{screen}
[display]
kind={kind}
canvas={w}x{h}
picture=now.png
[clock]
trust=system
[report]
heartbeat=5
"""


# No codes of commands are public but that of the volume: those of the stand-in, as a province would tell them.
CODES = {"dialect": "tinh", "extends": "ttn-2.0",
         "tables": {"command": {"5": "restart", "6": "urgent", "7": "schedule", "8": "cancel_schedule", "9": "cancel"}}}


class Town(district.District):
    """A folder and what runs for it; no source of our own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-ttn-"))
        self.processes, self.server = [], None


class Board(district.Screen):
    """A box set up for a province. `more`: further lines of its group; `others`: groups beside."""

    def __init__(self, town, province, more=CLASSES, others="", canvas=CANVAS, offscreen=True, dialect=None,
                 name="bang", screen="", source="tinh", first=""):
        self.district, self.province, self.name, self.process = town, province, name, None
        self.source = source
        self.folder = town.folder / name
        self.folder.mkdir()
        self.config, self.picture = self.folder / "player.conf", self.folder / "now.png"
        if isinstance(dialect, dict) or (dialect is None and province.dialect.name == "2.0"):
            path = self.folder / "tinh.json"
            path.write_text(json.dumps(dialect or CODES, ensure_ascii=False))
            dialect = path
        self.log = self.folder / "play.log"
        secret = self.folder / "ttn.password"
        secret.write_text(province.board["password"] + "\n")
        secret.chmod(0o600)
        self.config.write_text(CONFIG.format(kind="offscreen" if offscreen else "window", w=canvas[0], h=canvas[1],
                                             screen=screen) + first +
                               province.configuration(source, dialect, more=more) + others)

    # ---- waiting ----

    def wait(self, condition, what, seconds=PATIENCE_S):
        try:
            return wait_for(condition, seconds, what)
        except AssertionError as problem:
            faults = "\n".join(map(str, self.province.faults[-10:]))
            raise AssertionError("%s\n%s\nfaults:\n%s" % (problem, way.log(self)[-6000:], faults)) from None

    def wait_for_connection(self, after=0):
        """Logged in, and where there is a broker it listens there."""
        if self.province.broker:
            self.wait(lambda: len(self.province.broker.subscriptions()) > after, "a subscription")
        self.wait(lambda: self.province.said("state"), "a first state")

    def wait_for_play(self, b, count=1, seconds=PATIENCE_S):
        """The play log's entries of a bulletin at the province, once there are so many."""
        self.wait(lambda: len(self.plays(b)) >= count, "the play log of %s (%s)" % (b.id, b.title), seconds)
        return self.plays(b)

    def wait_for_item(self, item, zone=None, seconds=PATIENCE_S):
        self.wait(lambda: item in ([self.on_air(zone)] if zone else self.on_air().values()), item + " on the glass",
                  seconds)

    def wait_for_answers(self, seconds=PATIENCE_S):
        """Nothing waits to be told: every answer is known and written down."""
        self.wait(lambda: self.source_state().get("outbox", {}).get("waiting") == 0, "all told to the province", seconds)

    # ---- looking ----

    def plays(self, b):
        """What arrived of a bulletin's play log, in order."""
        dialect = self.province.dialect
        self.province.check_heard()
        return [m for m in self.province.messages("played") if dialect.bulletin_id(m) == b.id]

    def began(self, b):
        """When its occurrences began, by the play log at the province."""
        return [seconds_of(self.province.dialect.started(m)) for m in self.plays(b)]

    def air(self):
        """{zone: row} of status."""
        return {row["zone"]: row for row in (self.status() or {"on_air": []})["on_air"]}

    def shows_nothing(self):
        status = self.status()
        return status is not None and not [row for row in status["on_air"] if row.get("item")]

    def source_state(self):
        """Status of the TTN source."""
        status = self.status() or {"sources": []}
        return next((s for s in status["sources"] if s["id"] == self.source), {})

    def seen(self):
        """The picture now, or None while it is being written."""
        try:
            return way.Picture(self.picture)
        except (OSError, AssertionError):
            return None

    def played(self, **wanted):
        """Its own facts of type "played"."""
        return [f for f in way.facts(self) if f["type"] == "played" and all(f.get(k) == v for k, v in wanted.items())]

    def says(self, pattern):
        """Whether its log has a line like that."""
        return re.search(pattern, way.log(self))

    def kill(self):
        """As a power cut does it: supervise and all that it started, at once."""
        pids = [self.process.pid] + [int(p) for p in
                                     district.run("pgrep", "-P", self.process.pid, check=False).stdout.split()]
        for pid in list(pids[1:]):
            pids += [int(p) for p in district.run("pgrep", "-P", pid, check=False).stdout.split()]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(20)
        self.process = None

    def end(self):
        """Stops it; nothing died meanwhile."""
        self.stop()
        way.expect_calm(way.log(self))


def colour_at(picture, x=320, y=192):
    return picture.pixel(x, y) if picture else None


def is_near(pixel, hexa, by=24):
    """Video rounds colours."""
    return pixel is not None and all(abs(pixel[i] - int(hexa[2 * i:2 * i + 2], 16)) <= by for i in range(3))


def slots_of(start_s, length_s, count, gap_s=0):
    """`count` windows one after another."""
    return [(start_s + i * (length_s + gap_s), start_s + i * (length_s + gap_s) + length_s) for i in range(count)]


def sleep_until(at_s):
    time.sleep(max(0, at_s - time.time()))


def keep(path, name):
    """A picture for who wants to look: into $TTN_PICTURES."""
    if folder := os.environ.get("TTN_PICTURES"):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, pathlib.Path(folder) / name)
