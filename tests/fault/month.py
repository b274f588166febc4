#!/usr/bin/env python3
"""A month of a board by a virtual clock: the power is taken each day, the source is away for a week, after every
third boot the clock is wrong and nothing vouches for it, in the middle the publishing key is replaced, and 200
manifests come. At the end what was said to be shown is what was shown, once each; no fact is missing but the
heartbeats that a source folds into hours after a week; uptime adds up to the second; a board's own memory and its
descriptors are as they were at the beginning.

month.py [--days N] [--rate R] [--manifests N]. The power is an ext4 of the board's own on a loop device, shut down
without flushing its log. Exit 77: this machine cannot do that.
"""
import argparse
import base64
import collections
import contextlib
import fcntl
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import statistics
import struct
import subprocess
import sys
import time

import cutting
from cutting import district
import peers
import way_lib as way

DAY_MS = 86400000
SCREEN = "kp-01"
DISK_BYTES = 64 << 20
EXT4_IOC_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2
WRONG = ("1970", "late", "saved")  # kinds of clocks, in turn: no battery, a bad one, the instant of the cut
OFF_S = 0.5  # real, without power
START_S = 5  # real: to start, or to end, on a machine that is busy
KEYS = ("dawn", "noon", "any")
STATES_MS = 7 * DAY_MS  # source/store/telemetry.h: how long a source keeps what says how things are


def boot_ms():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000000


class Clock:
    """One line from the real clock to the virtual one, for all programs."""

    def __init__(self, begin_ms, rate):
        self.begin_ms, self.rate, self.real_ms = begin_ms, rate, boot_ms()

    def now_ms(self):
        return self.begin_ms + round((boot_ms() - self.real_ms) * self.rate)

    def text(self):
        return "%sx%d@%d" % (district.rfc3339(self.begin_ms), self.rate, self.real_ms)

    def wrong(self, kind, cut_ms):
        """A clock that begins now at another instant, and of which nobody says that it is right."""
        at_ms = {"1970": 9000, "late": self.now_ms() + 3650 * DAY_MS, "saved": cut_ms}[kind]
        return "%sx%d?@%d" % (district.rfc3339(at_ms), self.rate, boot_ms())

    def wait_until(self, at_ms):
        time.sleep(max(0, (at_ms - self.now_ms()) / self.rate / 1000))


class Source(district.District):
    """A source that lives by the virtual clock."""

    def __init__(self):
        self.clock = None
        super().__init__()
        self.publish_key = self.keys / "publish.key"

    def serve(self):
        """Without its clock at first: a board that is enrolled lives in our time."""
        if self.clock is None:
            super().serve()
            return
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        with open(self.folder / "serve.log", "ab") as log:
            self.server = subprocess.Popen(
                [str(district.PUBLISHER), "serve", "--data", str(self.data), "--listen",
                 "127.0.0.1:%d" % (self.port or 0), "--port-file", str(port_file), "--clock",
                 self.clock.text()], stdout=log, stderr=log)
        self.processes.append(self.server)
        district.wait_for(lambda: port_file.exists() and port_file.read_text().strip(), 20, "a port")
        self.port = int(port_file.read_text())

    def put(self, manifest):
        self.published += 1
        folder = self.folder / "publish"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False))
        district.run(district.PUBLISHER, "publish", "--data", self.data, "--key", self.publish_key,
                     "--clock", self.clock.text(), folder)

    def replace_key(self):
        """Root 2, in which another publishing key stands in the place of the one so far."""
        root_path = self.data / "tree/v1/root/1.json"
        root = json.loads(base64.b64decode(json.loads(root_path.read_bytes())["payload"]))
        path = self.keys / "publish-2.key"
        public, ident = district.run(peers.TOOLS / "peer-seal", "key", path).stdout.split()
        before = root["roles"]["publish"]["keys"][0]
        root["keys"][ident] = dict(root["keys"].pop(before), key=public)
        root["roles"]["publish"]["keys"] = [ident]
        root["version"] = 2
        sealed = subprocess.run(
            [str(peers.TOOLS / "peer-seal"), "seal", "root", str(self.keys / "root-1.key"),
             str(self.keys / "root-2.key")], input=json.dumps(root).encode(), check=True,
            stdout=subprocess.PIPE).stdout
        part = root_path.with_name("part")
        part.write_bytes(sealed)
        part.rename(root_path.with_name("2.json"))
        self.publish_key = path


class Disk:
    """What the board keeps its state on."""

    def __init__(self, folder):
        self.folder, self.place, self.images = folder / "disk", folder, 0
        self.folder.mkdir()
        self.image = self._image()
        with open(self.image, "wb") as file:
            file.truncate(DISK_BYTES)
        district.run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)
        self._mount()

    def _image(self):
        self.images += 1
        return self.place / ("disk-%d.img" % self.images)

    def _mount(self):
        district.run("mount", "-o", cutting.MOUNT_OPTIONS, self.image, self.folder)

    def cut(self):
        fd = os.open(self.folder, os.O_RDONLY)
        fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        os.close(fd)

    def unmount(self):
        district.wait_for(lambda: not os.path.ismount(self.folder) or district.run(
            "umount", self.folder, check=False).returncode == 0, 20, "an unmounted disk")

    def restore(self):
        """Never the same file twice: its last loop device may still be going away."""
        self.unmount()
        old, self.image = self.image, self._image()
        district.run("cp", "--sparse=always", old, self.image)
        old.unlink()
        self._mount()


class Month:
    def __init__(self, options):
        self.options, self.random = options, random.Random(options.seed)
        self.item_ms = round(options.item * 1000 * options.rate)
        self.source = Source()
        self.disk = None
        self.version = 0
        self.spans = []      # (from, to) in which the board had a right clock
        self.rundowns = []   # rows
        self.uses = collections.defaultdict(list)  # role -> (day, KB of its own, descriptors)
        self.cuts = []       # instants
        self.life_ms = []    # before the first start, after the last end
        self.untrusted_boots = 0
        self.written = {}    # seq -> (type, instant), by the board itself

    # ---- the way ----

    def set_up(self):
        self.source.serve()
        self.disk = Disk(self.source.folder)
        self.screen = self.source.screen(SCREEN, canvas="96x64")
        self.source.stop_serving()
        begin_ms = time.time_ns() // 1000000 // DAY_MS * DAY_MS + DAY_MS
        self.clock = self.source.clock = Clock(begin_ms, self.options.rate)
        self.source.serve()
        state = self.disk.folder / "state"
        shutil.copytree(self.screen.state, state, ignore=lambda *_: ["control"])
        district.run("sync", "-f", state)
        config = self.screen.config.read_text()
        config = config.replace("state=state", "state=%s" % state).replace("trust=system", "trust=auto")
        config = config.replace("heartbeat=5", "heartbeat=3600").replace("poll=1", "poll=60")
        self.screen.config.write_text(config)
        self.publish()

    def publish(self):
        """One item that ends within two days, one for good, one for any time."""
        self.version += 1
        now_ms = self.clock.now_ms()
        items = [way.text("dawn", "Sáng %d" % self.version, duration_ms=self.item_ms,
                          valid={"until": district.rfc3339(now_ms + 2 * DAY_MS)}),
                 way.text("noon", "Trưa %d" % self.version, duration_ms=self.item_ms),
                 way.text("any", "Lúc nào cũng được", duration_ms=self.item_ms, any_time=True)]
        made = way.manifest(1, items)
        for name in ("version", "issued", "expires", "screens", "assets"):
            del made[name]
        made["layouts"] = [{"id": "full", "canvas": [96, 64],
                            "zones": [{"id": "main", "rect": [0, 0, 96, 64]}]}]
        self.source.put(made)

    def rundown(self, from_ms, to_ms):
        done = district.run(
            district.PLAYER, "rundown", "--config", self.screen.config, "--from",
            district.rfc3339(from_ms), "--to", district.rfc3339(to_ms), "--json")
        self.rundowns += [row for row in json.loads(done.stdout) if row["item"]]

    def measure(self, day):
        """Of its own: what a file has in memory is shared with whoever else runs it just then."""
        for role in ("show", "sync"):
            pid = self.screen.pid_of(role)
            try:
                text = pathlib.Path("/proc/%d/smaps_rollup" % pid).read_text()
                fds = len(os.listdir("/proc/%d/fd" % pid))
            except (OSError, TypeError):
                raise AssertionError("%s does not run\n%s" % (role, way.log(self.screen)[-2000:]))
            self.uses[role].append((day, int(re.search(r"^Pss_Anon: +(\d+)", text, re.M).group(1)), fds))

    def boot(self, day):
        wrong = day % 3 == 2
        clock = self.clock.text()
        if wrong:
            clock = self.clock.wrong(WRONG[day // 3 % len(WRONG)], self.cuts[-1])
            self.untrusted_boots += 1
        self.began_ms = self.clock.now_ms()
        self.screen.play("--display", "offscreen", "--clock", clock)
        return not wrong

    def is_away(self, day):
        """The week without the source."""
        first = max(1, self.options.days // 4)
        return first <= day < first + max(1, self.options.days // 4)

    def follow_source(self, day):
        if self.is_away(day) and self.source.server.poll() is None:
            self.source.stop_serving()
        elif not self.is_away(day) and self.source.server.poll() is not None:
            self.source.serve()

    def play(self, day, right, end_ms):
        """A day's manifests, at their instants; in the middle of the month the key is replaced before one."""
        n = self.options.manifests * (day + 1) // self.options.days - self.version
        moments = sorted(self.random.uniform(0.1, 0.9) for _ in range(max(0, n)))
        from_ms, begin_ms = self.began_ms, self.clock.now_ms()
        for moment in moments:
            self.clock.wait_until(begin_ms + (end_ms - begin_ms) * moment)
            if day == self.options.days * 3 // 5 and self.source.publish_key.name == "publish.key":
                from_ms = self.end_span(from_ms, right)
                self.source.replace_key()
            self.publish()
        self.clock.wait_until(end_ms)
        self.measure(day)
        return from_ms

    def end_span(self, from_ms, right):
        now_ms = self.clock.now_ms()
        if right:
            self.rundown(from_ms, now_ms)
            self.spans.append((from_ms, now_ms))
        return now_ms

    def note_written(self):
        """A board forgets after a week what its source has."""
        place = "file:%s?mode=ro" % (self.disk.folder / "state/ledger.db")
        with contextlib.closing(sqlite3.connect(place, uri=True, timeout=10)) as db:
            self.written.update((seq, (json.loads(line)["type"], at_ms))
                                for seq, at_ms, line in db.execute("SELECT seq, at_ms, line FROM fact"))

    def cut(self):
        self.note_written()
        self.cuts.append(self.clock.now_ms())
        self.disk.cut()
        self.screen.process.kill()
        self.screen.process.wait(10)
        time.sleep(OFF_S)
        self.disk.restore()

    def run(self):
        self.set_up()
        begin_ms = self.clock.now_ms()
        self.life_ms.append(begin_ms)
        for day in range(self.options.days):
            self.follow_source(day)
            right = self.boot(day)
            end_ms = begin_ms + (day + 1) * DAY_MS - round(self.random.uniform(0, 0.1) * DAY_MS)
            from_ms = self.play(day, right, end_ms)
            if day + 1 < self.options.days:
                self.cut()
                if right:
                    self.rundown(from_ms, self.cuts[-1])
                    self.spans.append((from_ms, self.cuts[-1]))
            else:
                self.end_span(from_ms, right)
                self.screen.stop()
            print("day %d: %s clock, %s, version %d" % (
                day + 1, "a right" if right else "a wrong",
                "away" if self.is_away(day) else "with the source", self.version), flush=True)
        self.deliver()

    def deliver(self):
        """What still waits is sent by a last start."""
        self.screen.play("--display", "offscreen", "--clock", self.clock.text())
        district.wait_for(lambda: (self.screen.status() or {"spool": {"waiting": 99}})
                          ["spool"]["waiting"] < 5, 60, "an empty spool\n" + way.log(self.screen)[-2000:])
        self.note_written()
        self.screen.stop()
        self.life_ms.append(self.clock.now_ms())

    # ---- what must hold ----

    def check(self):
        facts = self.screen.report()
        self.check_seq(facts)
        self.check_uptime([f for f in facts if f["type"] == "uptime"])
        played = [f for f in facts if f["type"] == "played"]
        self.check_played(played)
        self.check_clocks(facts)
        self.check_uses()
        way.expect_calm(re.sub(r"supervise: show ended.*", "", way.log(self.screen)))

    def check_seq(self, facts):
        """Nothing is missing but heartbeats, and these only where they are older than a source keeps them."""
        seqs = [fact["seq"] for fact in facts]
        expect(len(set(seqs)) == len(seqs), "a seq twice")
        expect(len({fact["id"] for fact in facts}) == len(facts), "an id twice")
        gone = sorted(set(range(1, max(seqs) + 1)) - set(seqs))
        old_ms = self.clock.now_ms() - STATES_MS
        lost = [(seq, self.written.get(seq)) for seq in gone
                if seq not in self.written or self.written[seq][0] != "state" or self.written[seq][1] > old_ms]
        expect(not lost, "%d of %d facts are lost, first: %s" % (len(lost), max(seqs), lost[:3]))
        print("facts: %d, and %d heartbeats that were forgotten" % (len(facts), len(gone)))

    def check_uptime(self, facts):
        """One stretch after the other, from the first start to the last end."""
        stretches = sorted((district.millis(f["from"]), district.millis(f["to"]), f["state"], f["clock"])
                           for f in facts)
        holes = [(a, b) for a, b in zip(stretches, stretches[1:]) if a[1] != b[0]]
        expect(not holes, "uptime has %d holes or overlaps, first: %s" % (len(holes), holes[:1]))
        sums = collections.Counter()
        for from_ms, to_ms, state, _ in stretches:
            sums[state] += to_ms - from_ms
        whole = stretches[-1][1] - stretches[0][0]
        expect(sum(sums.values()) == whole, "uptime: %s of %d ms" % (dict(sums), whole))
        ends = (stretches[0][0] - self.life_ms[0], self.life_ms[1] - stretches[-1][1])
        expect(all(0 <= ms <= START_S * 1000 * self.options.rate for ms in ends),
               "uptime begins %d ms late and ends %d ms early" % ends)
        print("uptime: %s, together %.3f days" % (
            ", ".join("%s %.1f h" % (s, ms / 3600000) for s, ms in sums.items()), whole / DAY_MS))

    def check_played(self, played):
        keys = [(f["version"], f["item"], f["due"]) for f in played]
        expect(len(set(keys)) == len(keys), "an occurrence twice")
        missing, late, n = [], [], 0
        slack_ms = self.item_ms // 2
        for from_ms, to_ms, row in self.rows():
            start_ms, end_ms = district.millis(row["start"]), district.millis(row["end"])
            if start_ms <= from_ms + slack_ms or end_ms >= to_ms - self.item_ms:
                continue  # it began before the board, or what was written of it was lost with the power
            if end_ms - start_ms < slack_ms:
                continue  # shorter than this machine may sleep
            n += 1
            fact, off_ms = self.fact_of(played, row, start_ms, end_ms)
            if fact is None:
                missing.append(row)
            elif off_ms > slack_ms:
                late.append((row, fact))
        expect(not missing, "%d of %d rows were not reported, first: %s" % (len(missing), n, missing[:3]))
        expect(not late, "%d of %d rows differ, first: %s" % (len(late), n, late[:2]))
        expect(n > self.options.days, "only %d rows" % n)
        print("rundown and facts: %d rows agree, %d facts" % (n, len(played)))

    def rows(self):
        for row in self.rundowns:
            start_ms = district.millis(row["start"])
            for from_ms, to_ms in self.spans:
                if from_ms <= start_ms < to_ms:
                    yield from_ms, to_ms, row

    @staticmethod
    def fact_of(played, row, start_ms, end_ms):
        """The fact that fits a row best, and by how much it does not. To the millisecond it has the row's
        beginning as its due time, unless another manifest began to count in the middle of the item."""
        def off(fact):
            return max(abs(district.millis(fact["start"]) - start_ms),
                       abs(district.millis(fact["end"]) - end_ms))
        fitting = [f for f in played if f["item"] == row["item"] and (
            district.millis(f["due"]) < start_ms < district.millis(f["end"]) if row["resumed"]
            else district.millis(f["due"]) == start_ms)]
        fact = min(fitting, key=off, default=None)
        return fact, fact and off(fact)

    def check_clocks(self, facts):
        """Under a wrong clock: what is said so, or was put right; nothing but what is for any time."""
        doubtful = [f for f in facts if f["clock"] != "trusted"]
        expect(self.untrusted_boots == 0 or doubtful, "no fact of a wrong clock")
        # what the boot before left open is told by this one
        wrong = [f for f in doubtful if f["type"] == "played" and f["item"] != "any" and
                 f["ended"] != "restart"]
        expect(not wrong, "shown under a wrong clock: %s" % wrong[:2])
        for f in facts:
            expect(district.millis(f["at"]) < self.clock.now_ms() + DAY_MS, "of the future: %s" % f)
        print("clocks: %d wrong boots, %s" % (
            self.untrusted_boots, dict(collections.Counter(f["clock"] for f in facts))))

    def check_uses(self):
        for role, uses in self.uses.items():
            early, late = uses[1:4] or uses, uses[-3:]
            own = [statistics.median(use[1] for use in part) for part in (early, late)]
            fds = [statistics.median(use[2] for use in part) for part in (early, late)]
            print("%s: %d KB then %d KB, descriptors %d then %d" % (role, *own, *fds))
            expect(own[1] <= own[0] * 1.1 + 512, "%s: memory grew: %s" % (role, uses))
            expect(abs(fds[1] - fds[0]) <= 3, "%s: descriptors: %s" % (role, uses))

    def close(self):
        if self.screen_runs():
            self.screen.process.kill()
            self.screen.process.wait()
        if self.disk is not None:
            self.disk.unmount()
        self.source.__exit__()

    def screen_runs(self):
        screen = getattr(self, "screen", None)
        return screen is not None and screen.process is not None and screen.process.poll() is None


def expect(holds, what):
    if not holds:
        raise AssertionError(what)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--rate", type=int, default=1800)
    parser.add_argument("--manifests", type=int, default=200)
    parser.add_argument("--item", type=float, default=1.0, help="real seconds of an item")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    why = cutting.Power.why_not()
    if why:
        print("skipped: " + why)
        return cutting.SKIPPED
    month = Month(options)
    try:
        month.run()
        month.check()
    finally:
        month.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
