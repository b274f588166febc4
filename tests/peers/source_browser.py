"""A browser without a screen: cookies, forms with the session's token, and roles given by hand."""

import re
import sqlite3
import urllib.parse

PASSWORD = "mật khẩu dài"


def with_user(one, name, *roles, area="krongpa"):
    """An account with these roles; the server need not be told."""
    path = one.folder + "/password"
    with open(path, "w") as f:
        f.write(PASSWORD + "\n")
    one.run("user add", name, "--password-file", path)
    with database(one) as db:
        db.execute("DELETE FROM role WHERE user = ?", (name,))
        for role in roles:
            db.execute("INSERT INTO role (user, area, role) VALUES (?, ?, ?)", (name, area, role))


def with_area(one, area, name, parent="krongpa"):
    with database(one) as db:
        db.execute("INSERT INTO area (id, parent, name, kind, created_ms) VALUES (?, ?, ?, 'commune', 0)",
                   (area, parent, name))


class database:
    """The source's database, written to from beside."""

    def __init__(self, one):
        self.path = one.data + "/source.db"

    def __enter__(self):
        self.db = sqlite3.connect(self.path, timeout=10)
        return self.db

    def __exit__(self, kind, *_):
        if kind is None:
            self.db.commit()
        self.db.close()


class Browser:
    def __init__(self, one, user=None):
        self.one, self.cookie, self.token = one, None, ""
        if user:
            status, headers, _ = self.ask("POST", "/sign-in", form(user=user, password=PASSWORD))
            assert status == 303 and self.cookie, status
            self.find_token()

    def ask(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        status, got, answer = self.one.request(method, path, body, headers)
        if got["Set-Cookie"]:
            self.cookie = got["Set-Cookie"].split(";")[0]
        return status, got, answer.decode()

    def find_token(self):
        _, _, text = self.ask("GET", "/")
        self.token = re.search('name="token" value="([0-9a-f]{64})"', text)[1]

    def get(self, path):
        """A page that is there."""
        status, _, text = self.ask("GET", path)
        assert status == 200, (path, status, text[:500])
        return text

    def post(self, path, **fields):
        return self.ask("POST", path, form(token=self.token, **fields))


def form(**fields):
    return urllib.parse.urlencode(fields).encode()
