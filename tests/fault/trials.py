"""One trial: an old bulletin on the glass, news and an alert while the line is bad, and what must hold whatever it does."""
import contextlib
import json
import random
import sqlite3
import threading
import time

import line as lines
import towns
import peers
import way_lib as way
from way_lib import district

SCREEN = "kp-01"
CANVAS = (192, 128)
OLD, NEW = (200, 30, 30), (30, 160, 60)
GROUND_S = 3.0  # where a decoder took longer to begin than the old picture may stay, on a machine that does much else
NAME_KEPT_S = 61  # by libcurl
LAG_S = 1.5  # between an answer and the status that says so


class Trial:

    def __init__(self, poll_s):
        self.poll_s, self.figures, self.allowed = poll_s, {}, {}
        self.began = self.broken = self.returned = None
        self.new = self.alert = self.alert_at = self.looks = None
        self.must_resume = False
        self.noise = random.Random(1)
        self.line = lines.Line()
        self.town = towns.Town(self.line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.looks:
            self.looks.stop()
        self.town.__exit__()
        self.line.close()

    def begin(self):
        self.town.open()
        self.screen = self.town.screen(SCREEN, canvas="%dx%d" % CANVAS,
                                       source="ca=%s" % self.town.authority.ca)
        text = self.screen.config.read_text()
        self.screen.config.write_text(text.replace("\npoll=1\n", "\npoll=%d\n" % self.poll_s))
        self.allow("old", self.publish_image("cu", OLD, 0))
        self.screen.play()
        self.wait(lambda: self.screen.on_air("main") == "cu", 40, "the old bulletin")
        self.looks = towns.Looks(self.screen)
        self.watch()

    def watch(self):
        """From now on everything counts."""
        self.wait(self.picture_is("old"), 40, "the old bulletin's picture")
        self.looks.changes = self.looks.changes[-1:]
        self.watched_ms = time.time() * 1000

    def wait(self, condition, seconds, what):
        """The seconds that it took."""
        began = time.time()
        try:
            district.wait_for(condition, seconds, what)
        except AssertionError as why:
            status = json.dumps(self.looks and self.looks.status, ensure_ascii=False)
            raise AssertionError("%s\n%s\n%s" % (why, status, way.log(self.screen))) from None
        return time.time() - began

    # ---- what is published ----

    def manifest(self, item, name):
        made = way.manifest(1, [item])
        for field in ("version", "issued", "expires", "screens", "assets"):
            del made[field]
        made["layouts"] = [{"id": "full", "canvas": list(CANVAS),
                            "zones": [{"id": "main", "rect": [0, 0] + list(CANVAS)}]}]
        made["programmes"][0]["id"] = name
        return made

    def publish_image(self, name, colour, size_bytes):
        """Of one colour, in a file as large as wanted."""
        image = self.town.folder / (name + ".png")
        image.write_bytes(way.plain_png(*CANVAS, colour, padding_bytes=size_bytes))
        self.asset = peers.sha256(image.read_bytes())
        self.asset_bytes = image.stat().st_size
        return self.town.publish(self.manifest(
            {"id": name, "kind": "image", "asset": "file:%s.png" % name, "duration_ms": 1000}, name),
            [image])["sha256"]

    def publish_new(self, size_bytes):
        self.began = time.time()
        self.wire_before = self.line.to_board.bytes
        self.new = self.publish_image("moi", NEW, size_bytes)
        self.allow("new", self.new)

    def note_facts(self, n):
        """As many facts as a board gathers while nobody hears it, which do not pack well; it is stopped meanwhile."""
        self.screen.stop()
        self.screen.picture.unlink()  # it is nobody's any more
        since_ms = time.time_ns() // 1000000 - n * 1000
        noted = [(json.dumps({"id": "noted-%d" % i, "boot": "before", "mono_ms": i, "at":
                              district.rfc3339(since_ms + i * 1000), "clock": "trusted",
                              "type": "event", "event": "noted", "what": self.noise.randbytes(150).hex()}),
                  since_ms + i * 1000) for i in range(n)]
        with contextlib.closing(sqlite3.connect(self.screen.state / "ledger.db")) as db, db:
            db.executemany("INSERT INTO fact (id, at_ms, line) VALUES (json_extract(?1, '$.id'), ?2, ?1)",
                           noted)
        self.screen.play()
        self.wait(lambda: self.screen.on_air("main") == "cu", 40, "the old bulletin again")
        self.looks.changes = []  # the ground in front of which it began
        self.watch()

    def publish_alert(self):
        made = self.manifest(way.text("lu", "Lũ về", duration_ms=60000), "bao-dong")
        made["programmes"][0]["class"] = "emergency"
        self.alert_at = time.time()
        self.alert = self.town.publish(made, emergency=True)["sha256"]
        self.allow("alert", self.alert)

    def end_alert(self):
        self.town.end_alert()

    # ---- the glass ----

    def allow(self, name, sha256):
        """The picture of a manifest at its most plain: by the editor's tool."""
        tree = self.town.data / "tree/v1"
        path = self.town.folder / ("allowed-%s.png" % name)
        district.run(district.PLAYER, "snapshot", "--manifest", tree / "manifests" / sha256, "--assets",
                     tree / "assets", "--at", district.rfc3339(time.time_ns() // 1000000), "--size",
                     "%dx%d" % CANVAS, "-o", path)
        self.allowed[name] = way.Picture(path).data

    def picture_is(self, name):
        return lambda: self.looks.picture == self.allowed[name]

    def check_glass(self):
        """Only what was published; and the bare ground for a moment, where the board itself says that there was some:
        the old picture stays until the new one is there, but not for ever."""
        ground = bytes(len(self.allowed["old"]))
        looks = self.looks.changes + [(time.time(), None)]
        bare_ms = max(status["changes"]["largest_bare_ms"] for _, status in self.looks.statuses)
        for (at, pixels), (until, _) in zip(looks, looks[1:]):
            if pixels == ground and 0 < bare_ms and until - at <= GROUND_S:
                self.figures["ground_s"] = max(until - at, self.figures.get("ground_s", 0))
            elif pixels not in self.allowed.values():
                colours = sorted({pixels[i:i + 3].hex() for i in range(0, len(pixels), 3)})
                raise AssertionError("%s for %.1f s, which nobody published, %.1f s after the news\n%s" % (
                    colours[:9], until - at, at - self.began, way.log(self.screen)))

    # ---- waiting ----

    def since(self):
        return self.returned or self.began

    def incoming_bytes(self):
        with contextlib.suppress(OSError):
            return (self.screen.state / "cache/incoming" / self.asset).stat().st_size
        return 0

    def has_asset(self):
        return (self.screen.state / "cache/objects" / self.asset[:2] / self.asset).exists()

    def wait_for_download(self, part, limit_s):
        """A busy machine may see it only when it is over."""
        self.wait(lambda: self.incoming_bytes() >= part * self.asset_bytes or self.has_asset(), limit_s,
                  "a download")

    def wait_for_pushing(self, limit_s):
        """Some of the facts are on their way."""
        sent = self.line.to_source.bytes
        self.wait(lambda: self.line.to_source.bytes > sent + 10_000, limit_s, "reports on the line")

    def wait_for_alert(self, limit_s):
        self.wait(self.picture_is("alert"), limit_s, "the alert on the glass")
        self.figures["alert_s"] = time.time() - max(self.alert_at, self.since())

    def wait_for_new(self, limit_s):
        self.wait(self.picture_is("new"), limit_s, "the new bulletin on the glass")
        self.figures["new_s"] = time.time() - self.since()

    def wait_for_delivery(self, limit_s):
        """Everything that had happened by now."""
        now_ms = time.time() * 1000

        def is_delivered():
            spool = (self.looks.status or {}).get("spool")
            return spool and (not spool["waiting"] or district.millis(spool["oldest"]) > now_ms)
        self.wait(is_delivered, limit_s, "every fact at the source")
        self.figures["delivered_s"] = time.time() - self.since()

    def source_state(self, status=None):
        return (status or self.looks.status)["sources"][0]

    def wait_for_ok(self, limit_s):
        """A status that is true: of a round that ended after the line was back."""
        since = self.returned or time.time()

        def is_ok():
            state = self.source_state()
            return state["state"] == "ok" and district.millis(state["last_ok"]) > since * 1000
        self.wait(is_ok, limit_s, "a status that says ok")
        self.figures["ok_s"] = time.time() - since

    # ---- trouble ----

    def reach(self, moment, action, limit_s):
        """Acts in the middle of something. Where that is a request at the gate, silence comes first, at once."""
        path = "/v1/screens/%s/" % SCREEN
        gates = {"reply": ("POST " + path, "answered"), "now": ("GET " + path + "now", "asked"),
                 "now-answer": ("GET " + path + "now", "answered")}
        if moment == "download":
            self.wait_for_download(0.7, limit_s)
            action()
        elif moment == "report":
            self.reach_report(action, limit_s)
        elif moment == "idle":
            action()
        elif moment in gates:
            self.town.gate.arm(*gates[moment], self.line.hush)
            self.wait(self.town.gate.seen.is_set, limit_s, moment)
            action()
        else:
            self.reach_alert(moment, action, limit_s)

    def reach_alert(self, moment, action, limit_s):
        self.town.gate.arm("GET /v1/manifests/", "asked" if moment == "alert" else "answered",
                           self.line.hush)
        self.publish_alert()
        self.wait(self.town.gate.seen.is_set, limit_s, moment)
        action()

    def reach_report(self, action, limit_s):
        """Some seconds' facts, two kilobytes when packed, are on their way when it is done; nothing else of ours is so
        large."""
        self.line.hush()
        time.sleep(8)
        self.line.be(bytes_per_s=600)
        self.line.speak()
        sent = self.line.to_source.bytes
        self.wait(lambda: self.line.to_source.bytes > sent + 1200, limit_s, "a report on the line")
        action()
        self.line.be(bytes_per_s=100_000)

    def break_line(self, how):
        if how == "nameless":
            self.line.nameless = True
            time.sleep(NAME_KEPT_S)
        elif how == "hush":
            self.line.hush()
        else:
            self.line.cut()
        if how in ("nameless", "reset"):
            self.town.reopen_web()
        self.broken = time.time()
        self.must_resume = how in ("reset", "renumber") and self.incoming_bytes() > 0

    def mend_line(self, how):
        if how == "nameless":
            self.line.nameless = False
        elif how == "hush":
            self.line.speak()
        else:
            self.line.mend(lines.BOARD_LATER if how == "renumber" else None)
        self.returned = time.time()

    def sit_out(self, seconds):
        """Nothing changes on the glass, and the board says that it hears nothing."""
        until = self.broken + seconds
        while time.time() < until:
            if "noticed_s" not in self.figures and self.source_state()["state"] != "ok":
                self.figures["noticed_s"] = time.time() - self.broken
            time.sleep(0.1)

    @contextlib.contextmanager
    def flapping(self, up_s, down_s):
        ending = threading.Event()

        def flap():
            while not ending.wait(up_s):
                self.line.cut()
                ending.wait(down_s)
                self.line.mend()
        thread = threading.Thread(target=flap)
        thread.start()
        try:
            yield
        finally:
            ending.set()
            thread.join()

    # ---- what must hold ----

    def check_wire(self, factor):
        """What is here is not fetched again: by the bytes on the wire and by what was asked for."""
        arrived = self.line.to_board.bytes - self.wire_before
        self.figures["wire_x"] = arrived / self.asset_bytes
        spare = 40_000 + 1500 * (time.time() - self.began)  # for documents, greetings, and a poll a second
        if arrived > factor * self.asset_bytes + spare:
            raise AssertionError("%d bytes came for an asset of %d" % (arrived, self.asset_bytes))

    def check_requests(self):
        """Every one goes on where the one before stopped."""
        asked = self.town.requests(self.asset)
        offsets = [int(row[4].removeprefix("range=").removeprefix("bytes=").split("-")[0] or 0)
                   for row in asked]
        self.figures["asked"] = len(asked)
        if offsets != sorted(offsets) or way.events(self.screen, "restarted"):
            raise AssertionError("began again: %s" % asked)
        if self.must_resume and not offsets[-1]:
            raise AssertionError("never went on: %s" % asked)
        failed = way.events(self.screen, "failed")
        if failed:
            raise AssertionError("not shown: %s" % failed)

    def check_statuses(self):
        """No word of an answer at a time when none could come."""
        lies = []
        for at, status in self.looks.statuses:
            last_ok = self.source_state(status).get("last_ok")
            if last_ok and self.line.was_dead_since(district.millis(last_ok) / 1000 - LAG_S, at):
                lies.append((at - self.began, self.source_state(status)))
        if lies:
            raise AssertionError("claims to have heard something: %s\n%s" % (lies[:3], self.line.dead))

    def check_facts(self):
        """Each once, as it was written down, without a gap."""
        here = way.facts(self.screen)
        there = [{k: v for k, v in fact.items() if k not in ("screen", "received")}
                 for fact in self.screen.report()]
        seqs = [fact["seq"] for fact in there]
        if seqs != list(range(1, len(seqs) + 1)):
            raise AssertionError("seq at the source: %s" % seqs)
        if there != here:
            differ = [pair for pair in zip(here, there) if pair[0] != pair[1]]
            raise AssertionError("%d facts here, %d there: %s" % (len(here), len(there), differ[:2]))
        if len({fact["id"] for fact in there}) != len(there):
            raise AssertionError("an id twice")
        self.check_played([fact for fact in there if fact["type"] == "played" and
                           district.millis(fact["start"]) >= self.watched_ms])
        self.figures["facts"] = len(there)

    @staticmethod
    def check_played(played):
        """Second by second, through all of it."""
        played = sorted(played, key=lambda fact: fact["start"])
        shown = [(fact["item"], fact["due"]) for fact in played]
        if len(set(shown)) != len(shown):
            raise AssertionError("an occurrence twice")
        for first, second in zip(played, played[1:]):
            gap_ms = district.millis(second["start"]) - district.millis(first["end"])
            if abs(gap_ms) > 1000:
                raise AssertionError("a gap of %d ms: %s" % (gap_ms, (first, second)))

    def finish(self):
        self.looks.stop()
        self.check_glass()
        self.check_statuses()
        self.screen.stop()
        way.expect_calm(way.log(self.screen))
        self.check_requests()
        self.check_facts()
