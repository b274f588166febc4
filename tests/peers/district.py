"""A district for tests: a source with its keys, screens that enrol with it, players that show it.

Everything is real: bangtin-source serves on a free loopback port, `bangtin enrol` and `bangtin play` run as
they would on a box. A District is a context manager that ends every process it started and removes its
folder. BUILD names the build folder.
"""

import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

BUILD = pathlib.Path(os.environ.get("BUILD", "build")).resolve()
SOURCE = pathlib.Path(os.environ.get("SOURCE", ".")).resolve()
SANITIZE = os.environ.get("BANGTIN_SANITIZE") == "1"
PLAYER = BUILD / "bin" / "bangtin"
PUBLISHER = BUILD / "bin" / "bangtin-source"


def rfc3339(ms):
    at = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (ms % 1000)


def millis(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def wait_for(condition, seconds, what):
    """Polls until `condition` answers something true, and returns that."""
    until = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError("not within %s s: %s" % (seconds, what))
        time.sleep(0.05)


def run(*command, check=True, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, **options)
    if check and done.returncode != 0:
        raise AssertionError("%s: %d\n%s%s" % (command, done.returncode, done.stdout, done.stderr))
    return done


class Screen:
    """One box: its configuration, its state folder, and the player that runs on it now."""

    def __init__(self, district, name, base, canvas, extra="", led=True, offscreen=True, source=""):
        self.district = district
        self.name = name
        self.folder = district.folder / ("screen-" + name)
        self.folder.mkdir()
        self.config = self.folder / "player.conf"
        self.picture = self.folder / "now.png"
        self.process = None
        self.log = self.folder / "play.log"
        self.config.write_text(
            "[screen]\nid=%s\nname=Bảng tin %s\nstate=state\nkind=%s\n"
            "[display]\nkind=%s\ncanvas=%s\npicture=now.png\n[clock]\ntrust=system\n"
            "[report]\nheartbeat=5\n[source %s]\nkind=native\nbase=%s\npoll=1\n%s\n%s\n"
            % (name, name, "led" if led else "panel", "offscreen" if offscreen else "window", canvas,
               district.source, base, source, extra))

    @property
    def state(self):
        return self.folder / "state"

    def play(self, *options, env=None):
        """Starts the player and returns its process."""
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            [str(PLAYER), "play", "--config", str(self.config), *[str(o) for o in options]],
            stdout=log, stderr=log, env=env)
        log.close()
        self.district.processes.append(self.process)
        return self.process

    def stop(self, seconds=20):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(seconds)
        self.process = None

    def status(self):
        """The answer of `bangtin status --json`, or None while nobody answers."""
        done = run(PLAYER, "status", "--json", "--config", self.config, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def on_air(self, zone=None):
        """Items by zone, or the item of one zone."""
        status = self.status() or {"on_air": []}
        items = {row["zone"]: row["item"] for row in status["on_air"]}
        return items if zone is None else items.get(zone)

    def snapshot(self, at, path, *options):
        run(PLAYER, "snapshot", "--config", self.config, "--at", at, "-o", path, *options)
        return path

    def pid_of(self, role):
        """The process of a role of this player: "show", "sync" or "decode"."""
        children = run("pgrep", "-P", self.process.pid, check=False).stdout.split()
        for pid in children:
            try:
                words = pathlib.Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            name = os.path.basename(words[0].decode())
            if name == "bangtin-" + role:
                return int(pid)
        return None

    def report(self, kind=None):
        words = [PUBLISHER, "report", "--data", self.district.data, "--screen", self.name, "--json"]
        if kind:
            words += ["--type", kind]
        text = run(*words).stdout.strip()
        if not text:
            return []
        if text.startswith("["):
            return json.loads(text)
        return [json.loads(line) for line in text.splitlines()]


class District:
    """A source with its data and keys, and what runs around it."""

    def __init__(self, source="krongpa"):
        self.source = source
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-test-"))
        self.data = self.folder / "data"
        self.keys = self.folder / "keys"
        self.processes = []
        self.server = None
        self.port = None
        self.published = 0
        run(PUBLISHER, "init", "--data", self.data, "--keys", self.keys, "--source", source)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        if os.environ.get("BANGTIN_KEEP") != "1":
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- the source ----

    @property
    def base(self):
        return "http://127.0.0.1:%d" % self.port

    def words_to_serve(self):
        return [str(PUBLISHER), "serve", "--data", str(self.data), "--listen",
                "127.0.0.1:%d" % (self.port or 0), "--port-file", str(self.folder / "port")]

    def serve(self):
        """Starts the source, on the port it had before if there was one."""
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        log = open(self.folder / "serve.log", "ab")
        self.server = subprocess.Popen(self.words_to_serve(), stdout=log, stderr=log)
        log.close()
        self.processes.append(self.server)
        wait_for(lambda: port_file.exists() and port_file.read_text().strip(), 20, "the source's port")
        self.port = int(port_file.read_text())

    def stop_serving(self):
        self.server.terminate()
        self.server.wait(15)

    def publish(self, manifest, files=(), emergency=False, screens=()):
        """Publishes a manifest (a dict; assets by "file:NAME") with its files; returns what was said."""
        self.published += 1
        folder = self.folder / ("publish-%d" % self.published)
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False))
        for path in files:
            shutil.copy(path, folder)
        key = self.keys / ("emergency.key" if emergency else "publish.key")
        words = [PUBLISHER, "publish", "--data", self.data, "--key", key, "--json"]
        words += ["--emergency"] if emergency else []
        for screen in screens:
            words += ["--screen", screen]
        return json.loads(run(*words, folder).stdout)

    def end_alert(self):
        run(PUBLISHER, "publish", "--data", self.data, "--key", self.keys / "emergency.key",
            "--emergency", "--end")

    # ---- screens ----

    def screen(self, name, canvas="640x384", base=None, **options):
        """A screen that is enrolled with the source that serves now."""
        screen = Screen(self, name, base or self.base, canvas, **options)
        enrol = subprocess.Popen(
            [str(PLAYER), "enrol", self.base if base is None else base, "--config",
             str(screen.config), "--for", "30"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.processes.append(enrol)
        code = enrol.stdout.readline().split()[-1]
        wait_for(lambda: run(PUBLISHER, "screen", "claim", code, name, "--data", self.data,
                             check=False).returncode == 0, 15, "a waiting board with code " + code)
        _, errors = enrol.communicate(timeout=40)
        if enrol.returncode != 0:
            raise AssertionError("enrol: " + errors)
        return screen


def make_clip(path, seconds=6, size="320x192", rate=25, sound=True):
    """A clip whose every frame differs, with a tone."""
    words = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
             "testsrc2=size=%s:rate=%d:duration=%d" % (size, rate, seconds)]
    if sound:
        words += ["-f", "lavfi", "-i", "sine=440:duration=%d" % seconds, "-c:a", "aac"]
    run(*words, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-movflags",
        "+faststart", path)
    return path


def make_photo(path, size="640x320"):
    run("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "mandelbrot=size=%s" % size,
        "-frames:v", "1", path)
    return path
