#!/usr/bin/env python3
"""An approver at another machine, with a key file and a terminal: she signs in there as on the page, sees what she signs,
and signs it, through the web server that is installed; and what she is kept from signing."""
import contextlib
import hashlib
import json
import os
import pathlib
import pty
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers
import source_lib as lib
from source_browser import PASSWORD
from source_nginx import Behind
from source_people import set_up, totp, with_account
from source_proposals import found, in_root, key_file, propose, published, state


class Desk:
    """Her own machine: a folder with her key, her password and the source's authority; nothing of the source."""

    def __init__(self, one, base, key, *more):
        self.folder = tempfile.mkdtemp(dir=one.folder)
        self.key, self.more = key_file(one, "duyet", key), more
        self.base, self.password = base, os.path.join(self.folder, "password")
        self.say_password(PASSWORD)

    def say_password(self, password):
        with open(self.password, "w") as f:
            f.write(password + "\n")

    def run(self, number, typed, *args, user="duyet", base=None):
        command = [lib.PROGRAM, "proposal", "sign", str(number), "--url", self.base if base is None else base, "--user", user, "--key", self.key,
                   "--password-file", self.password, *self.more, *args]
        assert PASSWORD not in " ".join(command)
        done = subprocess.run(command, input=typed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                              cwd=self.folder)
        assert PASSWORD not in done.stdout + done.stderr
        return done

    def refused(self, number, typed, *args, **more):
        done = self.run(number, typed, *args, **more)
        assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
        return done.stderr


@contextlib.contextmanager
def office(behind=True):
    with lib.source(Behind if behind else lib.Source) as one:
        try:
            key = lib.Key()
            one.add_screen()
            with_account(one, "soan", "editor")
            with_account(one, "duyet", "approver")
            one.run("key register", key.base64, "--user", "duyet", "--label", "tệp khóa")
            in_root(one, key, name="duyet")
            one.serve()
            trust = ("--ca", str(one.tls.ca)) if behind else ()
            yield one, Desk(one, one.base, key, *trust), key
        finally:
            if behind:
                one.stop_nginx()


def test_signs_from_afar():
    with office() as (one, desk, key):
        browser, secret, codes = set_up(one, "duyet")
        number = propose(one, lib.TEXT, "--reason", "Nước cắt từ 7 giờ")
        done = desk.run(number, totp(secret, int(time.time()) // 30 + 1) + "\nyes\n")
        assert done.returncode == 0, done.stderr
        for words in ("document 1 of 1, manifest:", '"Cắt nước sáng mai"', '"kp-01"', "published"):
            assert words in done.stdout, (words, done.stdout)
        envelope = published(one)
        assert [s["keyid"] for s in envelope["signatures"]] == [key.id]
        shown = json.loads(done.stdout[done.stdout.index("{"):done.stdout.rindex("}") + 1])
        assert shown == json.loads(lib.base64.b64decode(envelope["payload"])), "what was shown is what was signed"
        assert found(one, number)["decider"] == "duyet"
        # for a program, with a recovery code in the place of the phone
        number = propose(one)
        done = desk.run(number, codes[0] + "\n", "--yes", "--json")
        told = json.loads(done.stdout)
        assert (told["id"], told["state"], told["documents"][0]["signers"]) == (
            number, "published", [{"user": "duyet", "keyid": key.id}]), told
        assert "Cắt nước sáng mai" in done.stderr


def test_a_password_at_the_terminal():
    """It is asked for, and does not stand on the screen."""
    with office() as (one, desk, key):
        _, _, codes = set_up(one, "duyet")
        number = propose(one)
        child, terminal = pty.fork()
        if child == 0:
            os.execv(lib.PROGRAM, [lib.PROGRAM, "proposal", "sign", str(number), "--url", desk.base, "--user", "duyet",
                                   "--key", desk.key, *desk.more])
        seen = b""
        for question, answer in ((b"Password", PASSWORD), (b"Code", codes[0]), (b"yes/no", "yes")):
            while question not in seen:
                seen += os.read(terminal, 4096)
            time.sleep(0.2)
            os.write(terminal, answer.encode() + b"\n")
        with contextlib.suppress(OSError):  # the end of a terminal
            while more := os.read(terminal, 4096):
                seen += more
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, seen.decode()
        assert PASSWORD.encode() not in seen and codes[0].encode() in seen, seen.decode()
        assert state(one, number) == "published"


def test_who_does_not_get_in():
    with office() as (one, desk, key):
        number = propose(one)
        assert "sign in with a browser once" in desk.refused(number, "000000\n"), "no authenticator yet"
        _, _, codes = set_up(one, "duyet")
        assert "does not count" in desk.refused(number, "000000\nyes\n")
        assert "not signed" in desk.refused(number, codes[0] + "\nno\n")
        assert "not signed" in desk.refused(number, codes[1] + "\n")
        desk.say_password("sai mật khẩu")
        assert "do not belong together" in desk.refused(number, codes[2] + "\nyes\n")
        desk.say_password(PASSWORD)
        assert "said no" in desk.refused(number, "yes\n", user="soan"), "an editor signs nothing"
        said = desk.refused(number + 7, codes[3] + "\nyes\n")
        assert "there is none" in said, said
        other = Desk(one, one.base, lib.Key(), *desk.more)
        assert "not registered" in other.refused(number, codes[4] + "\nyes\n")
        assert state(one, number) == "waiting" and published(one) is None
        assert not found(one, number)["documents"][0]["signers"]


def test_sessions_end():
    with office(behind=False) as (one, desk, key):
        _, _, codes = set_up(one, "duyet")
        heard = []

        class Between(BaseHTTPRequestHandler):
            """Passes everything on and remembers the cookies."""

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name: self.headers[name] for name in ("Cookie", "Accept", "Content-Type") if self.headers[name]}
                status, got, answer = one.request(self.command, self.path, body or None, headers)
                heard.append((self.command, self.path, self.headers["Cookie"]))
                self.send_response(status)
                for name in ("Set-Cookie", "Content-Type"):
                    if got[name]:
                        self.send_header(name, got[name])
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            do_POST = do_GET

            def log_message(self, *_):
                pass
        with standing(Between) as base:
            assert desk.run(propose(one), codes[0] + "\n", "--yes", base=base).returncode == 0
        assert heard[-1][:2] == ("POST", "/sign-out"), heard
        status, _, _ = one.request("GET", "/api/session", headers={"Cookie": heard[-1][2], "Accept": "application/json"})
        assert status == 401


def test_only_to_whom_it_trusts():
    """Not a byte of a password goes to whoever is not known, or in plain over a network."""
    with office() as (one, desk, key):
        other = peers.Authority(pathlib.Path(one.folder) / "other")
        desk.more = ("--ca", str(other.ca))
        assert "certificate" in desk.refused(1, "")
        there = peers.Authority(pathlib.Path(one.folder) / "there", "DNS:bang.example")
        with standing(type("Liar", (Liar,), {}), there) as base:
            desk.more = ("--ca", str(there.ca))
            assert "subject name" in desk.refused(1, "", base=base)
        desk.more = ("--ca", str(one.tls.ca))
        for base in ("http://0.0.0.0:%d" % one.plain_port, "http://bang.example", "ftp://localhost", "bang.example",
                     "https://a:b@localhost", "https://localhost/trang", "https://localhost?x", "file:///etc/passwd", ""):
            assert "expected https://HOST" in desk.refused(1, "", base=base), base
        with open(os.path.join(one.folder, "access.log")) as f:
            assert "/sign-in" not in f.read()
        # a web server that sends plain questions on to https, and one that is no source
        assert "answered 308" in desk.refused(1, "", base="http://localhost:%d" % one.plain_port)


# ---- a source that was broken into ----

@contextlib.contextmanager
def standing(handler, authority=None):
    server = HTTPServer(("127.0.0.1", 0), handler)
    if authority:
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(authority.certificate, authority.key)
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield ("https" if authority else "http") + "://localhost:%d" % server.server_port
    finally:
        server.shutdown()
        server.server_close()


class Liar(BaseHTTPRequestHandler):
    """Lets everybody in and asks for a signature of what it likes."""
    kind, n, payload, signed = "manifest", 1, b"{}", None

    def answer(self, body, kind="application/json"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def do_GET(self):
        if "/document" in self.path:
            return self.answer(self.payload, "application/octet-stream")
        told = {"id": 1, "kind": self.kind, "state": "published", "documents": [{}] * self.n}
        self.answer(json.dumps({"ok": True, "token": "t", "location": "/", "proposal": told}).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "signatures=" in body:
            type(self).signed = body
        self.answer(b'{"ok":true,"location":"/"}')

    def log_message(self, *_):
        pass


def test_what_is_not_signed():
    with lib.source() as one:
        desk = Desk(one, "", lib.Key())
        for more, words in (({"kind": "root"}, "root"), ({"kind": "now"}, "now"), ({"kind": "x" * 30}, "kind"),
                            ({"payload": b"no JSON"}, "document 1"), ({"payload": b'{"a":1,"a":2}'}, "document 1"),
                            ({"payload": b"{}" + b" " * (1 << 20)}, "too long"), ({"n": 257}, "documents")):
            liar = type("Liar", (Liar,), more)
            with standing(liar) as base:
                said = desk.refused(1, "yes\n", base=base)
                assert words in said and liar.signed is None, (more, said)


def test_nothing_is_hidden():
    """Words that move a terminal's cursor, or turn a line around, are shown as what they are."""
    evil = {"body": "Họp lúc 7 giờ\x1b[2K\x1b[1A \u202eABC\u202c \u009b2J \U000e0041"}
    with lib.source() as one:
        desk = Desk(one, "", lib.Key())
        liar = type("Liar", (Liar,), {"payload": json.dumps(evil).encode()})
        with standing(liar) as base:
            done = desk.run(1, "yes\n", base=base)
        assert done.returncode == 0 and liar.signed, done.stderr
        for words in ("Họp lúc 7 giờ\\u001b[2K\\u001b[1A \\u202eABC\\u202c \\u009b2J \\udb40\\udc41",):
            assert words.lower() in done.stdout.lower(), done.stdout
        assert not set(done.stdout) & set("\x1b\u202e\u009b\U000e0041")


if __name__ == "__main__":
    lib.run_tests(globals())
