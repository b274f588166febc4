"""The stretches that take running programs: the board, from a manifest that comes to the report of having shown it,
and the source that takes reports."""
import contextlib
import json
import pathlib
import shutil
import signal
import subprocess
import time

import cutting
from cutting import district
from stretches import check, check_database, let_an_hour_pass, litter, payload_of, rows
import peers
import way_lib as way

SCREEN = "kp-01"
CANVAS = (96, 64)
RATE = 5  # of the board's clock
OLD, NEW = (200, 30, 30), (30, 160, 60)


def facts_of(data):
    """(seq, fact as text) that the source holds, in order."""
    return rows(data / "source.db", "SELECT seq, line FROM fact ORDER BY device, seq")


def parsed(facts):
    return [json.loads(line) for _, line in facts]


class WithSource:
    """A source that serves while a trial runs; it is not what is cut unless a stretch says so."""
    only = None

    def __init__(self):
        self.place = district.District()

    def _serve(self, data):
        self.place.data = data
        self.place.serve()

    def _stop_serving(self):
        if self.place.processes:
            self.place.stop_serving()
            self.place.processes.clear()

    def close(self):
        self.place.__exit__()


# ---- acknowledge ----

class Acknowledge(WithSource):
    """The source takes a batch of reports; the board sends it until it hears that it arrived."""
    name = "acknowledge"
    facts = 20

    def __init__(self):
        super().__init__()
        self.place.serve()
        screen = self.place.screen(SCREEN)
        self.key = screen.state / "device.key"
        self._stop_serving()
        self.folder = self.place.folder / "before"
        self.folder.mkdir()
        self.place.data.rename(self.folder / "data")
        self.lines = [json.dumps({"id": "f%d" % n, "boot": "b", "seq": n, "mono_ms": n, "at":
                                  "2026-11-22T01:00:%02dZ" % n, "clock": "trusted", "type": "event",
                                  "event": "noted", "what": "x" * 300})
                      for n in range(1, self.facts + 1)]
        self.batch = self.place.folder / "batch"
        self.batch.write_text("".join(line + "\n" for line in self.lines))

    def _push(self):
        """Whether the board heard that all of it arrived."""
        words = [peers.TOOLS / "sync-once", "--insecure", "--base=%s" % self.place.base,
                 "--screen=%s" % SCREEN, "--cache=%s" % (self.place.folder / "cache"),
                 "--fingerprint=%s" % ("0" * 64), "--key=%s" % self.key, "--push=%s" % self.batch]
        done = district.run(*words, check=False)
        said = json.loads(done.stdout.splitlines()[-1])
        return said.get("accepted") == [1, self.facts]

    def run(self, trial):
        port_file = self.place.folder / "port"
        port_file.unlink(missing_ok=True)
        server = subprocess.Popen(trial.command(
            district.PUBLISHER, "serve", "--data", trial.folder / "data", "--listen",
            "127.0.0.1:%d" % self.place.port, "--port-file", port_file),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        district.wait_for(lambda: port_file.exists() or server.poll() is not None, 20, "a port")
        self.heard = server.poll() is None and self._push()
        server.terminate()
        check(server.wait(20) == 0, "the source ended with", server.returncode)

    def check_cut(self, trial):
        copy = cutting.copy_of(trial.folder / "data", trial.report.parent / "look")
        check_database(copy / "source.db")
        found = [line for _, line in facts_of(copy)]
        check(found in ([], self.lines), "some of a batch:", len(found))
        check(found or not self.heard, "acknowledged, and gone")
        check(self.heard or not trial.is_over(), "not acknowledged")

    def check_after(self, trial):
        self._serve(trial.folder / "data")
        check(self._push() and self._push(), "not acknowledged after a restart")
        self._stop_serving()
        found = [line for _, line in facts_of(trial.folder / "data")]
        check(found == self.lines, "facts:", len(found), "of", self.facts)


# ---- the board ----

class Board(WithSource):
    """A manifest is fetched, counts, is shown, reported and acknowledged, while an older one is in force."""
    name = "board"
    item_ms = 1000

    def __init__(self):
        super().__init__()
        self.pictures = {}
        self.place.serve()
        self.screen = self.place.screen(SCREEN, canvas="%dx%d" % CANVAS)
        self.old = self._publish("cu", OLD)
        self.clock = (time.time_ns() // 1000000, time.monotonic())
        self.screen.play("--display", "offscreen", "--clock", self._clock())
        district.wait_for(lambda: self._times_played(self.place.data, self.old), 30,
                          "the first manifest\n" + way.log(self.screen))
        self.screen.stop()
        self.began_ms = self._clock_ms()
        self._stop_serving()
        self.new = self._publish("moi", NEW)
        self.before = self.place.folder / "source-before"
        self.place.data.rename(self.before)
        self.data = self.place.folder / "source-now"
        self.folder = self.screen.folder
        for path in (self.screen.picture, self.screen.log):
            path.unlink()

    def _publish(self, name, colour):
        image = self.place.folder / "tin.png"
        image.write_bytes(way.plain_png(*CANVAS, colour))
        made = way.manifest(1, [{"id": name, "kind": "image", "asset": "file:tin.png",
                                 "duration_ms": self.item_ms}])
        for field in ("version", "issued", "expires", "screens", "assets"):
            del made[field]
        made["layouts"] = [{"id": "full", "canvas": list(CANVAS),
                            "zones": [{"id": "main", "rect": [0, 0] + list(CANVAS)}]}]
        return self.place.publish(made, [image])["sha256"]

    def _version(self, manifest):
        return 1 if manifest == self.old else 2

    def _times_played(self, data, manifest):
        return sum(fact["type"] == "played" and fact["version"] == self._version(manifest)
                   for fact in parsed(facts_of(data)))

    def _box(self, folder):
        """The screen whose folder is a copy."""
        screen = district.Screen.__new__(district.Screen)
        screen.__dict__.update(self.screen.__dict__, folder=folder, config=folder / "player.conf",
                               picture=folder / "now.png", log=folder / "play.log", process=None)
        return screen

    # ---- running ----

    def _reached(self, _folder):
        """Asks whether the source heard, once more, that the new one was shown."""
        before = self._times_played(self.data, self.new)
        return lambda: self._times_played(self.data, self.new) > before

    def _wait(self, process, seen, folder, log):
        """Until the end is reached, or the cut; collects what was on the glass."""
        until, is_reached, picture = time.monotonic() + 40, self._reached(folder), folder / "now.png"
        while process.poll() is None and not is_reached():
            with contextlib.suppress(OSError):  # none yet, or no power
                seen.add(picture.read_bytes())
            if time.monotonic() > until:
                check(False, "never shown:", self._box(folder).status(), log.read_text(errors="replace"))
            time.sleep(0.05)

    def _play(self, command, folder):
        seen, log = set(), self.place.folder / "play.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            self._wait(process, seen, folder, log)
            process.send_signal(signal.SIGTERM)
            check(process.wait(20) == 0, "ended with", process.returncode, log.read_text())
        finally:
            process.kill()
            process.wait()
        return seen, log.read_text(errors="replace")

    def _clock_ms(self):
        """The board's clock goes on while it does not run."""
        wall_ms, mono = self.clock
        return wall_ms + round((time.monotonic() - mono) * 1000 * RATE)

    def _clock(self):
        return "%sx%d" % (district.rfc3339(self._clock_ms()), RATE)

    def _words(self, folder):
        return [str(district.PLAYER), "play", "--config", str(folder / "player.conf"), "--display",
                "offscreen", "--clock", self._clock()]

    def run(self, trial):
        self._stop_serving()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.before, self.data)
        self._serve(self.data)
        self.clock = (self.began_ms, time.monotonic())
        self._play(trial.command(*self._words(trial.folder)), trial.folder)

    # ---- what must hold ----

    def _check_cache(self, state):
        """Old or new, and whole."""
        for path in (state / "cache/objects").rglob("*"):
            check(path.is_dir() or peers.sha256(path.read_bytes()) == path.name, "torn:", path)
        documents = next((state / "cache/documents").iterdir())
        ready = (documents / "manifest.ready").read_text()
        check(ready in (self.old, self.new), "ready:", repr(ready))
        return ready

    def _check_whole(self, state, manifest):
        for name in [manifest] + list(payload_of(self._object(state, manifest))["assets"]):
            check(self._object(state, name).exists(), "in force without", name)

    @staticmethod
    def _object(state, name):
        return state / "cache/objects" / name[:2] / name

    def _check_inputs(self, state):
        check_database(state / "inputs.db")
        entries = [what for (what,) in rows(state / "inputs.db",
                                            "SELECT what FROM entry WHERE kind = 'manifest' ORDER BY id")]
        check(entries in ([self.old], [self.old, self.new]), "inputs:", entries)
        self._check_whole(state, entries[-1])
        return entries[-1]

    def _check_ledger(self, state):
        """Seq without a gap, and nothing at the source that the board does not know any more."""
        check_database(state / "ledger.db")
        here = rows(state / "ledger.db", "SELECT seq, line FROM fact ORDER BY seq")
        check([seq for seq, _ in here] == list(range(1, len(here) + 1)), "seq:", here)
        known = dict(here)
        for seq, line in facts_of(self.data):
            fact = json.loads(line)
            del fact["seq"]
            check(seq in known and json.loads(known[seq]) == fact, "sent, and forgotten:", line)

    def check_cut(self, trial):
        state = cutting.copy_of(trial.folder / "state", trial.report.parent / "look")
        ready, counts = self._check_cache(state), self._check_inputs(state)
        check(counts == self.old or ready == self.new, "in force, but not ready")
        self._check_ledger(state)

    def _pixels(self, data):
        """The colours of a picture; most are the same ones again."""
        if data not in self.pictures:
            path = self.place.folder / "seen.png"
            path.write_bytes(data)
            self.pictures[data] = set(way.Picture(path).part(0, 0, *CANVAS))
        return self.pictures[data]

    def _check_glass(self, seen):
        """What was on the glass: one of the two, whole; before the first picture is decoded, the bare ground."""
        for data in seen:
            pixels = self._pixels(data)
            check(len(pixels) == 1 and pixels <= self.allowed, "on the glass:", sorted(pixels)[:9])

    allowed = {OLD, NEW, (0, 0, 0)}

    def _check_reports(self):
        facts = facts_of(self.data)
        here = parsed(facts)
        check([seq for seq, _ in facts] == list(range(1, len(facts) + 1)), "seq at the source")
        check(len({fact["id"] for fact in here}) == len(here), "an id twice")
        played = [(fact["zone"], fact["item"], fact["due"]) for fact in here
                  if fact["type"] == "played"]
        check(len(set(played)) == len(played), "an occurrence twice:", played)
        said = [fact for fact in here if fact["type"] == "event"]
        check(not [fact for fact in said if fact["event"] == "refused"], "refused:", said)
        activated = [fact["what"] for fact in said if fact["event"] == "activated"]
        check(sorted(activated) == sorted([self.old, self.new]), "activated:", activated)

    def check_after(self, trial):
        folder, state = trial.folder, trial.folder / "state"
        (folder / "now.png").unlink(missing_ok=True)
        let_an_hour_pass(folder)
        seen, said = self._play(self._words(folder), folder)
        way.expect_calm(said)
        self._check_glass(seen)
        check((self._check_cache(state), self._check_inputs(state)) == (self.new, self.new),
              "not reached")
        self._check_ledger(state)
        waiting = rows(state / "ledger.db", "SELECT seq, state, line FROM fact WHERE state <> 1")
        check(not waiting, "not acknowledged:", waiting)
        self._check_reports()
        left = litter(state) + list((state / "cache/incoming").iterdir())
        check(not left, "left behind:", left)


class Activate(Board):
    """The same, closely: what counts is written down, then told."""
    name = "activate"
    only = "state/inputs.db"


class Ready(Board):
    """The same where sync has made the manifest ready and show is to hear of it."""
    name = "ready"
    only = "state/cache/documents/krongpa/manifest"


class Command(Board):
    """now.json asks for a cut as well: it is acted on once, and never forgotten."""
    name = "command"
    only = "state/inputs.db"

    def __init__(self):
        super().__init__()
        district.run(district.PUBLISHER, "screen", "command", SCREEN, "cut", "--data", self.before)

    def _reached(self, folder):
        box = self._box(folder)
        return lambda: (box.status() or {}).get("state") == "cut"

    @staticmethod
    def _taken_and_done(state):
        return [rows(state / "inputs.db", sql)[0][0] for sql in (
            "SELECT count(*) FROM command", "SELECT count(*) FROM entry WHERE kind = 'cut'")]

    def check_cut(self, trial):
        state = cutting.copy_of(trial.folder / "state", trial.report.parent / "look")
        check_database(state / "inputs.db")
        found = self._taken_and_done(state)
        check(found in ([0, 0], [1, 1]), "commands taken and cuts:", found)
        self._check_ledger(state)

    def check_after(self, trial):
        _, said = self._play(self._words(trial.folder), trial.folder)
        way.expect_calm(said)
        found = self._taken_and_done(trial.folder / "state")
        check(found == [1, 1], "commands taken and cuts:", found)
        self._check_ledger(trial.folder / "state")
