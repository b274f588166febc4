#!/usr/bin/env python3
"""`bangtin check --connect`: an installer's first day with a source system that is well, and with each that is not;
every step is said, what to do stands beside what failed, and no secret is in a word of it."""
import json
import os
import pathlib
import subprocess
import threading
import time
import unittest

import plain_broker as broker
import peers
import ttn_session

BANGTIN = pathlib.Path(os.environ["BUILD"]) / "bin/bangtin"
PASSWORD = ttn_session.PASSWORD


class Test(ttn_session.Test):
    def setUp(self):
        super().setUp()
        self.ttn.answers["/register"] = [(200, {}, json.dumps(ttn_session.OK).encode())]
        self.ttn.answers["/poll"] = [(200, {}, b"[]")]
        secret = self.folder / "mat-khau"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o600)

    def config(self, without=(), **more):
        lines = {"kind": "ttn", "base": self.ttn.base, "auth": self.ttn.base + "/login", "username": "bang",
                 "password_file": "mat-khau", "set.maThietBi": "BT-01", "set.path_state": "/state",
                 "set.path_poll": "/poll", "classes": "emergency;priority;ordinary", **more}
        text = "[screen]\nid=kp\nstate=%s\n[source tinh]\n" % (self.folder / "state")
        text += "".join("%s=%s\n" % pair for pair in lines.items() if pair[0] not in without)
        path = self.folder / "player.conf"
        path.write_text(text)
        return path

    def check(self, config, lang="en", name="tinh"):
        run = subprocess.run([BANGTIN, "check", "--connect", name, "--config", config], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=150,
                             env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": lang, "BANGTIN_DEBUG": "1"})
        self.secrets(run.stdout + run.stderr)
        return run.returncode, run.stdout + run.stderr

    def broker(self, name="broker", **options):
        made = broker.Broker(self.folder / name, **options)
        self.addCleanup(made.stop)
        return made


class Http(Test):
    def test_well(self):
        code, said = self.check(self.config(register=self.ttn.base + "/register"))
        self.assertEqual(code, 0, said)
        self.assertEqual(self.ttn.paths(), ["/login", "/register", "/state", "/poll?CumLoaID=BT-01"])
        for word in ("1. read the dialect", "2. log in", "3. register this board", "4. meet the broker",
                     "skipped: no mqtt=", "5. send this board's state", "6. ask for bulletins",
                     '"Password":"…"', "→ POST %s/state" % self.ttn.base, "All steps are well."):
            self.assertIn(word, said)

    def test_vietnamese(self):
        self.ttn.answers["/login"] = [(500, {}, b"")]
        code, said = self.check(self.config(), lang="vi")
        self.assertEqual(code, 1)
        for word in ("2. đăng nhập", "HỎNG: login:", "cần làm: xem máy này có ra được Internet", "Có bước bị hỏng."):
            self.assertIn(word, said)

    def fails(self, word, advice, **more):
        code, said = self.check(self.config(**more))
        self.assertEqual(code, 1, said)
        failed = said.split("FAILED: ", 1)[1]
        self.assertIn(word, failed.splitlines()[0])
        self.assertIn("what to do: ", failed)
        self.assertIn(advice, failed)
        return said

    def test_wrong_password(self):
        self.ttn.answers["/login"] = [(200, {}, json.dumps({"TrangThaiGui": 1, "MoTa": "Sai"}).encode())]
        said = self.fails("login: refused: Sai", "password_file=")
        self.assertNotIn("send this board's state", said)

    def test_refuses_state(self):
        self.ttn.answers["/state"] = [(200, {}, json.dumps({"TrangThaiGui": 1, "MoTa": "Mã lạ"}).encode())]
        self.fails("Mã lạ", "set.maThietBi=")

    def test_page(self):
        self.ttn.answers["/state"] = [(200, {}, ttn_session.PAGE)]
        self.fails("page for people", "ca=")

    def test_wrong_path(self):
        self.ttn.answers["/nowhere"] = [(404, {}, b"")]
        self.fails("answered 404", "set.path_…=", **{"set.path_state": "/nowhere"})

    def test_missing_value(self):
        self.fails("maThietBi", "set.NAME=", without=("set.maThietBi",))

    def test_other_words(self):
        self.ttn.answers["/state"] = [(200, {}, b"ok")]
        self.fails("state:", "dialect=")

    def test_no_password(self):
        self.fails("khong-co", "", password_file="khong-co")

    def test_other_name(self):
        code, said = self.check(self.config(), name="khac")
        self.assertEqual(code, 1)
        self.assertIn("no [source khac] of kind=ttn", said)


class Broker(Test):
    def connect(self, place, **more):
        return self.config(mqtt=place.url(), **more)

    def test_well(self):
        authority = peers.Authority(self.folder / "authority")
        place = self.broker(authority=authority, users={"bang": "khac"})
        (self.folder / "mat-khau").write_text("khac")
        config = self.connect(place, ca=authority.ca, **{"set.topic_commands": "ttn/BT-01/dieukhien"})
        said = {}
        thread = threading.Thread(target=lambda: said.update(zip(("code", "text"), self.check(config))))
        thread.start()
        command = json.dumps({"DanhSachThietBi": {"CumLoaID": ["BT-01"]},
                              "DieuKhienThietBi": {"MaLenh": "0", "ThamSo": 30}}).encode()
        while thread.is_alive():
            place.publish("ttn/BT-01/dieukhien", command, user=("bang", "khac"))
            time.sleep(0.5)
        thread.join()
        self.assertEqual(said["code"], 0, said["text"])
        for word in ("→ ttn/BT-01/dieukhien", "connected, and the topics are heard", "6. listen for some seconds",
                     "understood: 1 messages for this board"):
            self.assertIn(word, said["text"])

    def test_leaves_the_player_alone(self):
        """The one that runs is not put off the line, and hears all."""
        place = self.broker()
        ear = broker.Ear(place.url(), ("ttn/#",), id="bangtin-kp-tinh")
        self.addCleanup(ear.close)
        ear.wait("state 1")
        code, said = self.check(self.connect(place))
        self.assertEqual(code, 0, said)
        place.publish("ttn/BT-01/bantin", b"sau")
        ear.wait("message ttn/BT-01/bantin")
        self.assertFalse([line for line in ear.said if line.startswith("state 0")])

    def fails(self, config, word, advice):
        code, said = self.check(config)
        self.assertEqual(code, 1, said)
        failed = said.split("FAILED: ", 1)[1]
        self.assertIn(word, failed)
        self.assertIn(advice, failed)
        self.assertIn("send this board's state", failed)  # which does not need the broker

    def test_refused(self):
        place = self.broker(users={"bang": "khac"})
        self.fails(self.connect(place), "Not authorized", "client id")

    def test_certificate(self):
        authority = peers.Authority(self.folder / "authority")
        place = self.broker(authority=authority)
        self.fails(self.connect(place), "certificate verify failed", "ca= if the province")

    def test_nobody(self):
        self.fails(self.config(mqtt="mqtt://127.0.0.1:%d" % peers.free_port()), "not connected", "firewall")


class Configurations(Test):
    def test_unknown_dialect(self):
        run = subprocess.run([BANGTIN, "check", "--config", self.config(dialect="ttn-9")], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1, run.stdout)
        self.assertIn("ttn-9", run.stderr)

    def test_well(self):
        run = subprocess.run([BANGTIN, "check", "--config", self.config()], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("accepted: configuration", run.stdout)

    def test_open_secret(self):
        (self.folder / "mat-khau").chmod(0o644)
        run = subprocess.run([BANGTIN, "check", "--config", self.config()], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0)
        self.assertIn("can be read by others", run.stdout)
        self.secrets(run.stdout)


del ttn_session.Tokens, ttn_session.Answers, ttn_session.Polls  # they are another test's

if __name__ == "__main__":
    unittest.main()
