"""The stretches from the last signature to the tree: by the command at the terminal, and by the server that a browser
sends the signature to."""
import contextlib
import http.client
import json
import re
import sqlite3
import subprocess

import cutting
from cutting import district
import desk_lib
from stretches import Publish, check, check_database, let_an_hour_pass, litter, payload_of, rows
from source_people import totp

AUTHOR, APPROVER = "soan", "duyet"


class Sign(Publish):
    """A second manifest, with an image, waits as a proposal; one signature is wanted, and given."""
    name = "sign"

    def _prepare(self):
        self.key = self.place.keys / "publish.key"
        password = self.place.folder / "password"
        password.write_text(desk_lib.PASSWORD + "\n")
        for user, role in ((AUTHOR, "editor"), (APPROVER, "approver")):
            self._source("user", "add", user, "--password-file", password, "--role", role)
        public = district.run(district.PUBLISHER, "key", "show", self.key).stdout.split()[-1]
        self._source("key", "register", public, "--user", APPROVER, "--label", "máy")
        said = self._source("proposal", "add", self.place.folder / "two", "--author", AUTHOR, "--json").stdout
        self.number = json.loads(said)["id"]

    def _words(self, data):
        return [district.PUBLISHER, "proposal", "sign", str(self.number), "--data", data, "--key", self.key]

    def run(self, trial):
        self.heard = False
        cutting.run_cut(trial, *self._words(trial.folder / "data"))
        self.heard = trial.is_over()

    def _state(self, data):
        return rows(data / "source.db", "SELECT state FROM proposal WHERE id = ?", self.number)[0][0]

    def _check_tree(self, data):
        """Whatever a screen is told of lies in the tree with all it needs, and is old or new."""
        for screen in self.screens:
            now = payload_of(data / "tree/v1/screens" / screen / "now.json")
            manifest = payload_of(data / "tree/v1/manifests" / now["manifest"])
            check(manifest["version"] in (1, 2), screen, "is told of version", manifest["version"])
            for asset in manifest["assets"]:
                check((data / "tree/v1/assets" / asset).exists(), screen, "lacks", asset)

    def check_cut(self, trial):
        self._check_tree(trial.folder / "data")
        super().check_cut(trial)
        copy = cutting.copy_of(trial.folder / "data", trial.report.parent / "look")
        check_database(copy / "source.db")
        state = self._state(copy)
        check(state in ("waiting", "signed", "published"), "the proposal is", state)
        check(not self.heard or state == "published", "signed, and", state)
        manifests = {row[0] for row in rows(copy / "source.db", "SELECT manifest FROM screen")}
        check(len(manifests) == 1, "the screens are given different ones")
        versions = [payload_of(copy / "tree/v1/manifests" / name)["version"] for name in manifests]
        check(versions == [2 if state == "published" else 1], "the proposal is", state, "and given is", versions)

    def check_after(self, trial):
        data = trial.folder / "data"
        self.place.data = data
        let_an_hour_pass(data)
        was = self._state(data)
        self.place.serve()
        try:
            if was != "waiting":  # the server ends what it finds begun
                district.wait_for(lambda: self._state(data) == "published", 20, "a published proposal")
        finally:
            self.place.stop_serving()
            self.place.processes.clear()
        if was == "waiting":
            district.run(*self._words(data))
        check(self._state(data) == "published", "the proposal is", self._state(data))
        self._check_said(data)
        self._check_tree(data)
        for cache, screen in (("old", self.screens[0]), ("new", self.screens[1])):
            check(self._sync(data, self.cache / cache, screen) == 2, screen, "did not follow")
        self._publish(data, "two")  # which also takes away what was left half written
        check(not litter(data), "left behind:", litter(data))


class Approve(Sign):
    """The same by the server."""
    name = "approve"

    def _prepare(self):
        super()._prepare()
        self.place.serve()
        with sqlite3.connect(self.place.data / "source.db") as db:
            db.execute("UPDATE user SET totp_secret = ''")
        db.close()
        official = self._sign_in()
        page = official.get("/sign-in/code")
        self.secret = re.search(r"secret=([A-Z2-7]{32})&", page)[1]
        self._give_code(official)
        self.place.stop_serving()
        self.place.processes.clear()
        with sqlite3.connect(self.place.data / "source.db") as db:  # or the same half minute's code would not count again
            db.execute("UPDATE user SET totp_step = 0")
        db.close()

    def _sign_in(self):
        official = desk_lib.Official.__new__(desk_lib.Official)
        official.port, official.name, official.cookie = self.place.port, APPROVER, None
        official.key = desk_lib.key_of(self.key)
        status, headers, _ = official.ask("POST", "/sign-in", user=APPROVER, password=desk_lib.PASSWORD)
        check(status == 303 and headers["Location"] == "/sign-in/code", "sign-in:", status)
        return official

    def _give_code(self, official):
        token = re.search('name="token" value="([0-9a-f]{64})"', official.get("/sign-in/code"))[1]
        status, _, text = official.ask("POST", "/sign-in/code", token=token, code=totp(self.secret))
        check(status in (200, 303), "the code:", status, text)

    def _sign(self):
        official = self._sign_in()
        self._give_code(official)
        official.sign("/proposals/%d" % self.number)

    def run(self, trial):
        """Signs on the page; the server is cut meanwhile, or in the second after it."""
        self.heard = False
        port_file = self.place.folder / "port"
        port_file.unlink(missing_ok=True)
        server = subprocess.Popen(trial.command(
            district.PUBLISHER, "serve", "--data", trial.folder / "data", "--listen",
            "127.0.0.1:%d" % self.place.port, "--port-file", port_file),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        district.wait_for(lambda: port_file.exists() or server.poll() is not None, 20, "a port")
        with contextlib.suppress(OSError, http.client.HTTPException):  # it is gone
            self._sign()
            self.heard = True
        server.terminate()
        check(server.wait(20) == 0, "the source ended with", server.returncode)
        check(self.heard or not trial.is_over(), "not signed")
