"""An official at the operators' page, without a browser: signs in, fills forms, and signs what is proposed with a key
whose public half is registered, as sign.js does. Python's standard library only."""

import base64
import html
import http.client
import re
import sqlite3
import urllib.parse

import source_lib

PASSWORD = "mật khẩu dài"


def key_of(path):
    """The key of a key file."""
    with open(path) as f:
        return source_lib.Key(base64.b64decode(f.read().split()[-1].split(":")[-1]))


def message_of(kind, payload):
    """DSSE's pre-authentication encoding."""
    kind = "application/vnd.bangtin.%s+json" % kind
    return b"DSSEv1 %d %s %d " % (len(kind), kind.encode(), len(payload)) + payload


class Official:
    """`server` has `port`; `data` is its folder, in which the roles are written by hand."""

    def __init__(self, port, data, name, *roles, area=None, password_file=None):
        self.port, self.name, self.cookie = port, name, None
        password_file = password_file or "%s/../password" % data
        with open(password_file, "w") as f:
            f.write(PASSWORD + "\n")
        source_lib.run("user", "add", "--data", str(data), name, "--password-file", password_file)
        self._become(data, area, roles)
        code = source_lib.second_step(data, name) if "approver" in roles else None
        status, _, text = self.ask("POST", "/sign-in", user=name, password=PASSWORD)
        assert status == 303, (status, text)
        if code:
            status, _, text = self.ask("POST", "/sign-in/code", token=self.token("/sign-in/code"), code=code)
            assert status == 303, (status, text)

    def _become(self, data, area, roles):
        with sqlite3.connect("%s/source.db" % data, timeout=30) as db:
            area = area or db.execute("SELECT value FROM setting WHERE name = 'source'").fetchone()[0]
            db.execute("DELETE FROM role WHERE user = ?", (self.name,))
            db.executemany("INSERT INTO role (user, area, role) VALUES (?, ?, ?)",
                           [(self.name, area, role) for role in roles])
        db.close()

    def ask(self, method, path, _raw=False, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if method == "POST":
            body = urllib.parse.urlencode(fields).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return answer.status, answer.headers, data if _raw else data.decode()

    def get(self, path, status=200):
        got, _, text = self.ask("GET", path)
        assert got == status, (path, got, text)
        return text

    def token(self, path="/emergency"):
        return re.search(r'name="token" value="([0-9a-f]+)"', self.get(path)).group(1)

    def post(self, path, status=303, **fields):
        """Where it leads, or what was said against it."""
        got, headers, text = self.ask("POST", path, **{"token": self.token(), **fields})
        assert got == status, (path, got, text)
        return headers["Location"] if got == 303 else text

    def register(self, key):
        self.key = key
        self.post("/keys", public=key.base64, label="máy bàn")

    def sign(self, page, key=None, status=303):
        """Signs what the form of this page is for."""
        key = key or self.key
        text = self.get(page)
        form = re.search(r"<form[^>]*data-sign[^>]*>", text)
        assert form, "no form to sign on " + page
        back = re.search(r'name="back" value="([^"]*)"', text)[1]
        said = {k: html.unescape(v) for k, v in re.findall(r'([\w-]+)="([^"]*)"', form.group(0))}
        assert key.id in said["data-keys"].split() or status != 303, "the page does not know the key"
        signatures = []
        for number, _ in enumerate(said["data-sha256"].split()):
            _, _, payload = self.ask("GET", said["data-documents"] + str(number), _raw=True)
            signatures.append(base64.b64encode(key.sign(message_of(said["data-kind"], payload))).decode())
        return self.post(said["action"], status=status, keyid=key.id, back=back,
                         signatures="\n".join(signatures))
