#!/usr/bin/env python3
"""Secrets stay where they belong. Words that can be recognised stand wherever a box or a source takes a secret, and
where somebody may put one by mistake; everything is done with them, and goes wrong, with all debugging on; then
nothing that anybody but their owner reads may have one of them in it: what programs print, logs, reports, files that
others can read, command lines, what a decoder is given."""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import time
import unittest
import urllib.parse

import plain_broker as broker
import source_page
import ttn_session
import way_lib as way
from way_lib import district, peers

SCREEN = "kp-01"
PASSWORD, GUESS, CHANGED = "mat-khau-hoa-ban-1", "mat-khau-hoa-mai-2", "mat-khau-hoa-dao-3"
IN_URL, IN_QUERY, IN_PROXY, IN_KEY = "url-hoa-sen-4", "token-hoa-cuc-5", "proxy-hoa-lan-6", "key-hoa-hong-7"
SPELLINGS = (IN_URL, IN_URL.replace("-", "%2D"))
LOUD = dict(os.environ, G_MESSAGES_DEBUG="all", BANGTIN_DEBUG="1", LC_ALL="C.UTF-8",
            https_proxy="http://an:%s@127.0.0.1:9" % IN_PROXY, ALL_PROXY="http://an:%s@127.0.0.1:9" % IN_PROXY)


def seed_of(path):
    """The words of a key file by which it would be recognised: base64, and the same bytes in hexadecimal."""
    text = pathlib.Path(path).read_text().split()[-1]
    return [text, text.rstrip("="), base64.b64decode(text).hex()]


class Browser(source_page.Browser):
    """Keeps everything that it was answered, beside the cookie itself."""

    def __init__(self, place):
        super().__init__(self)
        self.port, self.heard = place.port, []

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        data = answer.read()
        self.heard.append(data.decode(errors="replace"))
        connection.close()
        return answer.status, answer.headers, data


class Lines:
    """Command lines and a decoder's environment, looked at again and again."""

    def __init__(self):
        self.seen, self.decoders = set(), 0

    def look(self):
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                self.look_at(entry)

    def look_at(self, entry):
        """Whether it is a decoder, whose environment is kept too."""
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if "bangtin" not in line.split(" ")[0]:
                return False
            self.seen.add(line)
            if "bangtin-decode" not in line.split(" ")[0]:
                return False
            given = (entry / "environ").read_bytes().decode(errors="replace")
            self.seen.add(given)
            return "PATH=" in given  # else it is not whole yet
        except OSError:
            return False  # gone

    def watch(self, supervise, seconds):
        """Until a decoder was seen among its children; one lives for a picture only."""
        until = time.monotonic() + seconds
        children = pathlib.Path("/proc/%d/task/%d/children" % (supervise.pid, supervise.pid))
        while time.monotonic() < until and not self.decoders:
            self.decoders += sum(self.look_at(pathlib.Path("/proc", pid)) for pid in children.read_text().split())


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.umask = os.umask(0)  # nobody's habits help
        cls.addClassCleanup(os.umask, cls.umask)
        cls.place = district.District()
        cls.addClassCleanup(cls.place.__exit__)
        cls.folder = cls.place.folder
        cls.secrets = {"a password": [PASSWORD], "a wrong password": [GUESS], "a new password": [CHANGED],
                       "a password in an address": list(SPELLINGS), "a token in an address": [IN_QUERY],
                       "a proxy's password": [IN_PROXY], "what stands in a bad key file": [IN_KEY]}
        for path in [*cls.place.keys.iterdir(), cls.place.data / "freshness.key"]:
            if path.suffix == ".key":
                cls.secrets["the key " + path.name] = seed_of(path)
        cls.said, cls.lines = {}, Lines()
        cls.place.data.chmod(0o755)  # as somebody's mkdir would have made it
        cls.serve_loudly()
        cls.screen = cls.make_screen()
        cls.live()

    # ---- living ----

    @classmethod
    def serve_loudly(cls):
        os.environ["BANGTIN_DEBUG"] = "1"
        try:
            cls.place.serve()
        finally:
            del os.environ["BANGTIN_DEBUG"]

    @classmethod
    def make_screen(cls):
        screen = cls.place.screen(SCREEN, canvas="96x64")
        screen.state.chmod(0o755)
        cls.secrets["the device's key"] = seed_of(screen.state / "device.key")
        return screen

    @classmethod
    def call(cls, *words):
        """What a program says is kept; it is called as somebody who looks for a fault would."""
        words = [str(word) for word in words]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=LOUD, text=True,
                              timeout=60, errors="replace")
        name = " ".join(pathlib.Path(word).name if word.startswith("/") else word for word in words)
        cls.said[name[:200]] = done.stdout
        return done

    @classmethod
    def live(cls):
        cls.publish()
        cls.accounts()
        cls.play()
        cls.bad_addresses()
        cls.bad_keys()
        cls.refused_tls()
        cls.source_system()
        cls.questions()
        cls.copies()

    @classmethod
    def publish(cls):
        image = cls.folder / "tin.png"
        image.write_bytes(way.plain_png(96, 64, (200, 30, 30)))
        made = way.manifest(1, [way.text("t", "Xin chào", duration_ms=1000),
                                {"id": "i", "kind": "image", "asset": "file:tin.png", "duration_ms": 1000}])
        for field in ("version", "issued", "expires", "screens", "assets"):
            del made[field]
        cls.place.publish(made, [image])

    @classmethod
    def accounts(cls):
        """Signing in rightly, wrongly and too often, a password that changes, one that is made."""
        for name, word in (("first", PASSWORD), ("second", CHANGED), ("short", "ngan")):
            (cls.folder / name).write_text(word + "\n")
        data = ("--data", cls.place.data)
        cls.call(district.PUBLISHER, "user", "add", "an", *data, "--password-file", cls.folder / "first")
        cls.call(district.PUBLISHER, "user", "add", "binh", *data, "--password-file", cls.folder / "short")
        browser = Browser(cls.place)
        browser.sign_in("an", PASSWORD)
        _, _, page = browser.ask("GET", "/")
        cls.secrets["a session's cookie"] = [browser.cookie.split("=", 1)[1]]
        token = re.search(r'name="token" value="([0-9a-f]+)"', page)
        cls.secrets["a form's token"] = [token.group(1)]
        browser.heard.clear()  # the page has its token in it, as it must
        stranger = Browser(cls.place)
        for _ in range(5):
            stranger.sign_in("an", GUESS)
        stranger.ask("GET", "/?password=%s&token=%s" % (GUESS, IN_QUERY))
        stranger.ask("POST", "/sign-in", b"\xff" + GUESS.encode())
        stranger.ask("POST", "/v1/enrol", json.dumps({"key": IN_KEY, "code": GUESS}).encode())
        browser.ask("POST", "/sign-out", urllib.parse.urlencode({"token": GUESS}).encode())
        own = "".join(browser.heard).replace(token.group(1), "")  # a page that refuses is a page too
        cls.said["the operators' page"] = own + "".join(stranger.heard)
        cls.call(district.PUBLISHER, "user", "password", "an", *data, "--password-file", cls.folder / "second")
        done = subprocess.run([str(district.PUBLISHER), "user", "add", "chi", *map(str, data), "--json"],
                              stdout=subprocess.PIPE, check=True, env=LOUD)
        cls.secrets["a password that was made"] = [json.loads(done.stdout)["password"]]  # told this once

    @classmethod
    def play(cls):
        screen = cls.screen
        supervise = screen.play("--display", "offscreen", env=LOUD)
        cls.lines.watch(supervise, 10)
        district.wait_for(lambda: screen.on_air("main"), 60, "a picture")
        cls.lines.look()
        district.wait_for(lambda: screen.report("played"), 40, "a fact at the source")
        cls.call(district.PLAYER, "status", "--config", screen.config)
        cls.call(district.PLAYER, "status", "--json", "--config", screen.config)
        os.kill(screen.pid_of("show"), signal.SIGSEGV)  # a crash, and what is said of it
        district.wait_for(lambda: "show ended" in screen.log.read_text(errors="replace"), 20, "a word about a crash")
        cls.lines.watch(supervise, 10)
        district.wait_for(lambda: screen.on_air("main"), 40, "a picture again")
        screen.stop()
        cls.said["the player's log"] = screen.log.read_text(errors="replace")

    @classmethod
    def with_line(cls, name, line, base=None):
        """A player.conf beside the other, with another state folder."""
        text = cls.screen.config.read_text().replace("state=state", "state=state-%s" % name)
        text = re.sub(r"(?m)^base=.*$", "base=" + base, text) if base else text
        path = cls.folder / (name + ".conf")
        path.write_text(text.replace("[clock]", line + "\n[clock]", 1) if line else text)
        return path

    @classmethod
    def bad_addresses(cls):
        host = "127.0.0.1:%d" % cls.place.port
        for number, base in enumerate((
                "http://an:%s@%s" % (IN_URL, host), "https://an:%s@localhost:1/a" % IN_URL,
                "http://%s/?token=%s" % (host, IN_QUERY), "https://an:%s/x@tin.invalid/a" % IN_URL,
                "ftp://an:%s@tin.invalid/" % IN_URL, "an:%s@tin.invalid" % IN_URL,
                "https://an:%s@[bad/" % IN_URL, "https://tin.invalid/#%s" % IN_QUERY)):
            config = cls.with_line("address-%d" % number, "", base)
            for words in (("play", "--display", "offscreen", "--for", "2"), ("enrol", base, "--for", "1"), ("status",)):
                cls.call(district.PLAYER, words[0], *words[1:], "--config", config)
            cls.call(district.PLAYER, "enrol", base, "--config", cls.screen.config, "--for", "1")
            cls.said["sync once from address %d" % number] = subprocess.run(
                [str(peers.TOOLS / "sync-once"), "--insecure", "--base=" + base, "--screen=" + SCREEN,
                 "--cache=%s" % (cls.folder / "once"), "--fingerprint=" + "0" * 64], env=LOUD, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60).stdout
        for number, line in enumerate(("password=%s" % IN_URL, "mat khau %s" % IN_URL, "kind=led\\%s" % IN_URL)):
            cls.call(district.PLAYER, "play", "--display", "offscreen", "--for", "1", "--config",
                     cls.with_line("line-%d" % number, line))

    @classmethod
    def bad_keys(cls):
        key = cls.folder / "bad.key"
        key.write_text("bangtin-key ed25519 %s\n" % IN_KEY)
        key.chmod(0o600)
        config = cls.with_line("key", "")
        state = cls.folder / "state-key"
        state.mkdir(0o700)
        shutil.copy(key, state / "device.key")
        cls.call(district.PLAYER, "play", "--display", "offscreen", "--for", "3", "--config", config)
        cls.call(district.PLAYER, "enrol", cls.place.base, "--config", config, "--for", "1")
        cls.call(district.PUBLISHER, "key", "show", key)
        cls.call(district.PUBLISHER, "key", "new", key)
        cls.call(district.PUBLISHER, "publish", cls.folder / "publish-1", "--data", cls.place.data, "--key", key)
        cls.call(district.PUBLISHER, "publish", cls.folder / "publish-1", "--data", cls.place.data, "--key",
                 cls.place.keys / "emergency.key")
        cls.call(district.PLAYER, "check", key, cls.place.keys / "publish.key", cls.place.data / "freshness.key")

    @classmethod
    def refused_tls(cls):
        if not shutil.which("nginx"):
            return
        one = peers.Authority(cls.folder / "tls")
        other = peers.Authority(cls.folder / "other")
        nginx = peers.Nginx(cls.folder / "nginx", type("Tree", (), {"tree": cls.place.data / "tree"}), one)
        try:
            config = cls.with_line("tls", "", "https://localhost:%d/plain\nca=%s\nroot=%s" % (
                nginx.port, other.ca, cls.place.data / "tree/v1/root/1.json"))
            cls.call(district.PLAYER, "play", "--display", "offscreen", "--for", "3", "--config", config)
        finally:
            nginx.stop()

    @classmethod
    def source_system(cls):
        """A provincial source system that lets in, refuses, repeats what it was told, and has a broker."""
        cls.secrets["a source system's password"] = [ttn_session.PASSWORD, urllib.parse.quote(ttn_session.PASSWORD, "")]
        cls.secrets["a source system's token"] = ttn_session.TOKENS
        secret = cls.folder / "ttn.secret"
        secret.write_text(ttn_session.PASSWORD + "\n")
        secret.chmod(0o600)
        said = json.dumps({"TrangThaiGui": 1, "MoTa": "Sai %s" % ttn_session.PASSWORD}).encode()
        server, place = ttn_session.Ttn(), broker.Broker(cls.folder / "broker", users={"bang": "khac"})
        try:
            for name, more in (
                    ("well", {}), ("refused", {}), ("broker", {"mqtt": place.url()}),
                    ("address", {"auth": "https://an:%s@tin.invalid/a" % IN_URL}),
                    ("query", {"base": "%s?token=%s" % (server.base, IN_QUERY)}),
                    ("mqtt", {"mqtt": "mqtts://an:%s@tin.invalid" % IN_URL}),
                    ("file", {"password_file": cls.place.keys / "publish.key"})):
                server.answers = {"/login": [(200, {}, said)]} if name == "refused" else {}
                lines = {"kind": "ttn", "base": server.base, "auth": server.base + "/login", "username": "bang",
                         "password_file": secret, "set.maThietBi": "BT-01", "set.path_state": "/state", **more}
                text = cls.screen.config.read_text().replace("state=state", "state=state-ttn-%s" % name)
                path = cls.folder / ("ttn-%s.conf" % name)
                path.write_text(text + "\n[source ttn]\n" + "".join("%s=%s\n" % pair for pair in lines.items()))
                cls.call(district.PLAYER, "check", "--connect", "ttn", "--config", path)
                cls.call(district.PLAYER, "check", path)
                cls.call(district.PLAYER, "play", "--display", "offscreen", "--for", "3", "--config", path)
                cls.lines.look()
        finally:
            server.close()
            place.stop()

    @classmethod
    def questions(cls):
        at = district.rfc3339(time.time_ns() // 1000000)
        later = district.rfc3339(time.time_ns() // 1000000 + 60000)
        config = ("--config", cls.screen.config)
        cls.call(district.PLAYER, "why", *config, "--at", at, "--json")
        cls.call(district.PLAYER, "rundown", *config, "--from", at, "--to", later)
        cls.call(district.PLAYER, "check", cls.screen.config, cls.folder / "publish-1", cls.screen.state)
        cls.call(district.PLAYER, "--help")
        cls.call(district.PUBLISHER, "--help")
        for words in (("report", "--json"), ("user", "list"), ("screen", "list"), ("key", "show", cls.place.keys / "publish.key")):
            cls.call(district.PUBLISHER, *words, *([] if words[0] == "key" else ["--data", cls.place.data]))

    @classmethod
    def copies(cls):
        cls.call(district.PUBLISHER, "backup", "--to", cls.folder / "backup", "--key-file", cls.folder / "backup.key", "--data",
                 cls.place.data)
        cls.call(district.PUBLISHER, "export", "--data", cls.place.data, "--to", cls.folder / "stick")
        cls.call(district.PUBLISHER, "restore", "--from", cls.folder / "backup", "--key-file", cls.folder / "backup.key", "--data",
                 cls.folder / "restored")
        cls.call(district.PUBLISHER, "restore", "--from", cls.folder / "backup", "--data", cls.folder / "rekeyed")
        cls.lines.look()
        cls.place.stop_serving()
        cls.place.processes.clear()
        cls.said["the source's log"] = (cls.folder / "serve.log").read_text(errors="replace")

    # ---- looking ----

    def expect_none(self, where, text):
        for name, spellings in self.secrets.items():
            for spelling in spellings:
                if spelling in text:
                    at = text.index(spelling)
                    self.fail("%s in %s: …%s…" % (name, where, text[max(0, at - 200):at + 80]))

    def test_everything_was_done(self):
        """Otherwise nothing that follows means much."""
        self.assertGreater(self.lines.decoders, 0, "no decoder was seen")
        self.assertGreater(len(self.said), 60)
        self.assertRegex(self.said["bangtin play --display offscreen --for 3 --config tls.conf"], "certificate")
        self.assertIn("not a key", self.said["bangtin-source key show bad.key"])
        connect = "bangtin check --connect ttn --config ttn-%s.conf"
        self.assertRegex(self.said[connect % "well"], r'"Password":"…"(.|\n)*/state')
        self.assertIn("refused: Sai …", self.said[connect % "refused"])
        self.assertIn("Not authorized", self.said[connect % "broker"])
        self.assertTrue((self.folder / "restored" / "freshness.key").exists(), self.said.keys())

    def test_nothing_is_said(self):
        for where, text in self.said.items():
            with self.subTest(where):
                self.expect_none(where, text)

    def test_command_lines(self):
        """Addresses were typed by this test alone; a proxy is no decoder's business."""
        seen = "\n".join(line for line in self.lines.seen if " enrol " not in line)
        self.expect_none("a command line or a decoder's environment", seen)

    def test_what_is_reported(self):
        for path in (self.place.data / "source.db", self.screen.state / "ledger.db", self.screen.state / "inputs.db"):
            with contextlib.closing(sqlite3.connect(path)) as db:
                rows = "\n".join(db.iterdump())
            self.assertIn("INSERT INTO", rows)
            self.expect_none(path.name, rows)

    def test_files_that_others_can_read(self):
        """Whatever the folders' own modes are."""
        skipped = {"first", "second", "short", "bad.key"}  # made here
        for path in self.folder.rglob("*"):
            if path.is_symlink() or not path.is_file() or path.name in skipped or path.suffix == ".conf":
                continue
            if path.stat().st_mode & 0o077 and not {"tls", "other"} & set(path.parts):
                self.expect_none(path, path.read_bytes().decode("utf-8", "replace"))

    def test_modes(self):
        owned = [*self.place.keys.glob("*.key"), *self.folder.rglob("freshness.key"), *self.folder.rglob("device.key"),
                 *self.folder.rglob("source.db*"), *self.folder.rglob("ledger.db*"), *self.folder.rglob("inputs.db*")]
        self.assertGreater(len(owned), 10, owned)
        for path in owned:
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, "%s: others may" % path)
        self.assertFalse(list((self.folder / "stick").rglob("*.key")), "a stick carries keys")


if __name__ == "__main__":
    unittest.main()
