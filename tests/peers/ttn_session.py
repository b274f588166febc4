#!/usr/bin/env python3
"""What the player says to a source system over HTTP, against a server that answers as each test wants: who logs in,
when again, what becomes of every bad answer, and that no secret stands in a word of it."""
import http.server
import json
import pathlib
import shutil
import stat
import subprocess
import tempfile
import threading
import unittest

import peers

PASSWORD, TOKENS = "mật khẩu hoa/ban+1", ["the-hoa-mai-%d" % i for i in range(9)]
OK = {"TrangThaiGui": 0}


class Ttn(http.server.ThreadingHTTPServer):
    """Gives a new token at each login; `answers`: path -> list of (status, headers, body), the last for ever."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked, self.given, self.lock = {}, [], [], threading.Lock()
        self.ports = []  # whence each question came
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def base(self):
        return "http://127.0.0.1:%d" % self.server_address[1]

    def close(self):
        self.shutdown()
        self.server_close()

    def login(self):
        with self.lock:
            self.given.append(TOKENS[len(self.given)])
            return 200, {}, json.dumps({"TrangThaiGui": 0, "NoiDung": {"Token": self.given[-1]}}).encode()

    def answer(self, path, token):
        """Only the newest token is good."""
        with self.lock:
            waiting = self.answers.get(path, [(200, {}, json.dumps(OK).encode())])
            said = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if path == "/login" and path not in self.answers:
            return self.login()
        if path != "/login" and said[0] == 200 and token != "Bearer " + (self.given or [""])[-1]:
            return 401, {}, b""
        return said

    def handle_error(self, *_):
        """Who does not want to hear more hangs up."""

    def paths(self):
        return [path for path, _, _ in self.asked]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.split("?")[0]
        with self.server.lock:
            self.server.asked.append((self.path, self.headers.get("Authorization"), body))
            self.server.ports.append(self.client_address[1])
        status, headers, answer = self.server.answer(path, self.headers.get("Authorization"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_):
        pass


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-ttn-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.ttn = Ttn()
        self.addCleanup(self.ttn.close)
        self.token = self.folder / "token"

    def call(self, *calls, **more):
        """The lines that ttn-call says; no secret may be in them."""
        sets = {"base": self.ttn.base, "auth": self.ttn.base + "/login", "username": "bang", "password": PASSWORD,
                "maThietBi": "BT-01", "path_state": "/state", "path_poll": "/poll", **more.pop("sets", {})}
        words = [peers.TOOLS / "ttn-call", "--token", self.token]
        for name, value in sets.items():
            words += ["--set", "%s=%s" % (name, value)]
        for name, value in more.items():
            words += ["--" + name.replace("_", "-"), str(value)]
        run = subprocess.run([*words, *calls], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=90)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.secrets(run.stdout + run.stderr)
        return [line for line in run.stdout.splitlines() if not line.startswith(("exchange", "bytes"))]

    def secrets(self, text):
        for secret in (PASSWORD, json.dumps(PASSWORD)[1:-1], "hoa/ban", "hoa%2Fban", *TOKENS):
            self.assertNotIn(secret, text)


class Tokens(Test):
    def test_login_first(self):
        self.assertEqual(self.call("state", "state"), ["ok", "ok"])
        self.assertEqual(self.ttn.paths(), ["/login", "/state", "/state"])
        self.assertEqual(json.loads(self.ttn.asked[0][2]), {"Username": "bang", "Password": PASSWORD})
        self.assertEqual(self.ttn.asked[1][1], "Bearer " + TOKENS[0])
        self.assertEqual(json.loads(self.ttn.asked[1][2])["CumLoaID"], "BT-01")

    def test_kept_over_restarts(self):
        self.call("state")
        self.assertEqual(stat.S_IMODE(self.token.stat().st_mode), 0o600)
        self.assertEqual(self.call("state"), ["ok"])
        self.assertEqual(self.ttn.paths(), ["/login", "/state", "/state"])

    def test_of_another_user(self):
        self.call("state")
        self.assertEqual(self.call("state", sets={"username": "khac"}), ["ok"])
        self.assertEqual(self.ttn.paths(), ["/login", "/state", "/login", "/state"])

    def test_damaged(self):
        self.call("state")
        for text in ("", "\n\n\n", "x" * 100000, "\0"):
            self.token.write_text(text)
            self.assertEqual(self.call("state"), ["ok"])

    def test_expired(self):
        self.call("state")
        self.ttn.login()  # somebody logs in elsewhere: only the newest token is taken
        self.assertEqual(self.call("state"), ["ok"])
        self.assertEqual(self.ttn.paths(), ["/login", "/state", "/state", "/login", "/state"])

    def test_refused_for_good(self):
        """One new login and once more, not for ever."""
        self.ttn.answers["/state"] = [(403, {}, b"")]
        said = self.call("state")
        self.assertIn("answered 403", said[0])
        self.assertEqual(self.ttn.paths(), ["/login", "/state", "/login", "/state"])

    def test_wrong_password(self):
        body = json.dumps({"TrangThaiGui": 1, "MoTa": "Sai mật khẩu %s" % PASSWORD}).encode()
        self.ttn.answers["/login"] = [(200, {}, body)]
        said = self.call("state", "state")
        self.assertEqual(said[0], "error denied login: refused: Sai mật khẩu …")
        self.assertEqual(said[1], "error denied login: refused: Sai mật khẩu …; it is tried again later")
        self.assertEqual(self.ttn.paths(), ["/login"])

    def test_lasts(self):
        body = {"TrangThaiGui": 0, "NoiDung": {"Token": TOKENS[0], "ExpiresIn": 0.001}}
        self.ttn.answers["/login"] = [(200, {}, json.dumps(body).encode())]
        self.ttn.given.append(TOKENS[0])
        self.assertEqual(self.call("state", "state"), ["ok", "ok"])
        self.assertEqual(self.ttn.paths(), ["/login", "/state", "/login", "/state"])

    def test_without_user(self):
        self.ttn.given.append("")
        self.ttn.answers["/state"] = [(204, {}, b"")]
        words = [peers.TOOLS / "ttn-call", "--dialect", "ttn-api", "--set", "base=" + self.ttn.base, "--set", "nguonID=1",
                 "--set", "maThietBi=BT", "--set", "path_state=/state", "state"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        self.assertEqual(self.ttn.paths(), ["/state"])
        self.assertIsNone(self.ttn.asked[0][1])


PAGE = b"<!DOCTYPE html><html><body>Wi-Fi login</body></html>"
BAD = {
    "500": ((500, {}, b"oops"), "error network state: http"),
    "404": ((404, {}, b""), "error not-found state:"),
    "html": ((200, {}, PAGE), "error captive state:"),
    "empty": ((200, {}, b""), "error syntax state:"),
    "cut": ((200, {}, b'{"TrangThaiGui":'), "error syntax state:"),
    "array": ((200, {}, b"[]"), "error invalid state:"),
    "wrong-type": ((200, {}, b'{"TrangThaiGui": {"a": 1}}'), "error invalid state:"),
    "not-text": ((200, {}, b'{"TrangThaiGui": "\xff"}'), "error syntax state:"),
    "endless": ((200, {}, b'{"a": "' + b"x" * 200000 + b'"}'), "error limit state:"),
    "elsewhere": ((302, {"Location": "http://khac.example.vn/login"}, b""), "error captive state:"),
    "same-host": ((302, {"Location": "/state2"}, b""), "error network state:"),
    "gzip": ((200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"), "error unsupported state:"),
    "failed": ((200, {}, json.dumps({"TrangThaiGui": 1, "MoTa": "Thiếu mã"}).encode()), "no Thiếu mã"),
    "as-text": ((200, {}, b'{"TrangThaiGui": "0"}'), "ok"),
}


class Answers(Test):
    def test_bad(self):
        for name, (answer, expected) in BAD.items():
            with self.subTest(name):
                self.ttn.answers["/state"] = [answer]
                said = self.call("state")
                self.assertTrue(said[0].startswith(expected), said)

    def test_what_is_not_understood_ends_the_connection(self):
        """It may be of another question, and then all that follow are."""
        good = (200, {}, json.dumps(OK).encode())
        self.call("state")
        for name, n_connections in (("as-text", 1), ("failed", 1), ("html", 2), ("empty", 2), ("wrong-type", 2), ("500", 2)):
            with self.subTest(name):
                self.ttn.answers["/state"] = [BAD[name][0], good]
                self.ttn.ports.clear()
                self.assertEqual(self.call("state", "state")[1], "ok")
                self.assertEqual((len(self.ttn.ports), len(set(self.ttn.ports))), (2, n_connections))

    def test_bad_logins(self):
        for name, (answer, expected) in BAD.items():
            if not expected.startswith("error"):
                continue
            with self.subTest(name):
                self.ttn.answers["/login"] = [answer]
                said = self.call("state")
                self.assertTrue(said[0].startswith(expected.replace("state:", "login:")), said)
                self.assertNotIn("/state", self.ttn.paths())

    def test_busy(self):
        for status in (429, 503):
            self.ttn.answers["/state"] = [(status, {"Retry-After": "7"}, b"")]
            said = self.call("state")
            self.assertIn("answered %d" % status, said[0])
            self.assertEqual(said[1], "asked 7000")

    def test_silent(self):
        """One that takes the question and never answers."""
        event = threading.Event()
        self.addCleanup(event.set)
        whole = self.ttn.answer
        self.ttn.answer = lambda path, token: (event.wait(60) if path == "/state" else None, whole(path, token))[1]
        self.assertTrue(self.call("state", limit_ms=2000)[0].startswith("error timeout state:"))

    def test_nobody(self):
        port = peers.free_port()
        said = self.call("state", sets={"auth": "http://127.0.0.1:%d/login" % port})
        self.assertTrue(said[0].startswith("error network login:"), said)

    def test_plain(self):
        said = self.call("state", sets={"auth": "http://ttn.example.vn/login"})
        self.assertTrue(said[0].startswith("error invalid login:"), said)
        self.assertIn("plain http", said[0])
        named = self.call("state", sets={"auth": "http://ttn.invalid/login"}, insecure="ttn.invalid")
        self.assertTrue(named[0].startswith("error network login:"), named)

    def test_missing_value(self):
        said = self.call("state", sets={"base": ""})
        self.assertTrue(said[0].startswith("error invalid"), said)


class Polls(Test):
    def test_poll(self):
        news = json.dumps({"DanhSachBanTin": [{"BanTinID": "a"}]}).encode()
        self.ttn.answers["/poll"] = [(200, {}, news)]
        self.assertEqual(self.call("poll"), ["ok", "body " + news.decode()])
        self.assertEqual(self.ttn.asked[1][0], "/poll?CumLoaID=BT-01")
        self.assertEqual(self.ttn.asked[1][1], "Bearer " + TOKENS[0])

    def test_nothing_new(self):
        self.ttn.answers["/poll"] = [(200, {}, b"[]")]
        self.assertEqual(self.call("poll")[0], "ok")

    def test_large(self):
        self.ttn.answers["/poll"] = [(200, {}, b"[" + b" " * 300000 + b"]")]
        self.assertTrue(self.call("poll")[0].startswith("error limit poll:"))

    def test_token_again(self):
        self.call("poll")
        self.ttn.login()
        self.assertEqual(self.call("poll")[0], "ok")


if __name__ == "__main__":
    unittest.main()
