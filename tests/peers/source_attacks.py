#!/usr/bin/env python3
"""What somebody who means harm tries at every way into the pages: forms of other sites, planted sessions, paths
that climb, words for the database. The ways are read from the tables of routes, so a new page is attacked too."""
import os
import socket
import sqlite3
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source_lib as lib
from source_page import Browser, Seen, form, with_user
from source_routes import names, routes

FOR_STRANGERS = "/sign-in", "/invitation/"  # there is no session yet; their forms still come from this origin
CLIMBS = ["..", "../..", "%2e%2e", "..%2f..%2fsource.db", "..%5c", "a/b", "a%2fb", "a//b", "", ".", "%00", "a%00b",
          "-1", "0", "01", "1e3", "0x1", "999999999999999999999", "\u0661", "x'--", "A" * 64, "a" * 63, "a" * 65, "a" * 5000, "é",
          "kp-01;x", "*", "%", "\\"]
WORDS = ["' OR '1'='1", "'; DROP TABLE screen; --", "\"; DELETE FROM user; --", "') UNION SELECT hash FROM user --",
         "1; ATTACH 'x' AS y", "%' OR name LIKE '%", "\\'", "''", "NULL", "-1", "1e999", "9223372036854775808", "[]", "{}", "_%",
         "kp-01' AND sqlite_version() --"]


class Attacked:
    """A source with a screen and an account that may do everything."""

    def __init__(self, one):
        self.one = one
        with_user(one)
        one.add_screen()
        for role in ("editor", "approver", "operator", "auditor", "administrator"):
            one.give("an", role)
        one.serve()
        self.browser = Browser(one)
        self.sign_in()

    def enter(self, browser):
        """In both steps."""
        code = lib.second_step(self.one.data, "an")
        assert browser.sign_in()[0] == 303
        token = Seen.fields_of(browser.ask("GET", "/sign-in/code")[2])["token"]
        assert browser.ask("POST", "/sign-in/code", form(token=token, code=code))[0] == 303

    def sign_in(self):
        self.enter(self.browser)
        self.token = Seen.fields_of(self.browser.ask("GET", "/")[2])["token"]

    def kept(self):
        """All that is in the database but its diary, and what SQLite thinks of it."""
        with sqlite3.connect("file:%s?mode=ro" % os.path.join(self.one.data, "source.db"), uri=True) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            return [line for line in db.iterdump() if "diary" not in line and "sqlite_sequence" not in line]

    def raw(self, method, path):
        """The status of a request whose path goes out as it stands."""
        with socket.create_connection(("127.0.0.1", self.one.port), timeout=20) as wire:
            head = "%s %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nConnection: close\r\n\r\n"
            wire.sendall((head % (method, path, self.one.host, self.browser.cookie)).encode())
            return int((wire.makefile("rb").readline().split() or [b"", b"0"])[1])


def changing():
    """The ways by which a page changes something."""
    found = [route for route in routes() if route.method != "GET"]
    assert len(found) >= 4 and any(route.path() == "/sign-out" for route in found), found
    return found


def test_no_form_without_its_session():
    with lib.source() as one:
        site = Attacked(one)
        before, everything = site.kept(), form(**{name: "1" for name in names() if name != "token"})
        for route in changing():
            status, headers, _ = Browser(one).ask(route.method, route.path(), everything)
            is_open = route.head.startswith(FOR_STRANGERS)
            assert status in (400, 401, 403) or is_open and status == 404 or status == 303 and headers["Location"].startswith("/sign-in"), (route, status)
            if is_open:
                continue
            for token in (b"", b"&token=", b"&token=" + b"0" * 64, b"&token=" + site.token[:-1].encode()):
                status, _, text = site.browser.ask(route.method, route.path(), everything + token)
                assert status in (400, 403), (route, token, status, text)
        assert site.kept() == before
        status, _, _ = site.browser.ask("POST", "/sign-out", form(token=site.token))
        assert status == 303  # with all that a form needs it is heard


def test_no_form_of_another_site():
    """Not even with the right token: another port of this host is sent the cookie, and is another site all the same."""
    with lib.source() as one:
        site = Attacked(one)
        before = site.kept()
        fields = {name: "1" for name in names()}
        fields.update(token=site.token, user="an", password="mật khẩu dài")
        for route in changing():
            for foreign in ({"Origin": "http://127.0.0.1:1"}, {"Origin": "http://evil.example"}, {"Origin": "null"},
                            {"Origin": one.base + ".evil.example"}, {"Sec_Fetch_Site": "same-site"},
                            {"Sec_Fetch_Site": "cross-site", "Origin": one.base}, {"Content_Type": "text/plain"},
                            {"Content_Type": "multipart/form-data; boundary=x"}):
                status, _, text = site.browser.ask(route.method, route.path(), form(**fields), **foreign)
                assert status in (400, 403), (route, foreign, status, text)
        assert site.kept() == before


def test_no_planted_session():
    with lib.source() as one:
        site = Attacked(one)
        planted = site.browser.cookie  # the attacker's own, that works
        for cookie in ("bangtin=" + "f" * 64, planted):
            victim, thief = Browser(one), Browser(one)
            victim.cookie = thief.cookie = cookie
            site.enter(victim)
            assert victim.cookie != cookie and victim.ask("GET", "/")[0] == 200
            assert thief.ask("GET", "/")[0] == 303, cookie


def test_no_address_of_ones_own():
    """Only the proxy on its own socket says for whom it asks."""
    with lib.source() as one:
        with_user(one)
        one.serve()
        statuses = [Browser(one).ask("POST", "/sign-in", form(user="an", password="sai"), X_Real_IP="10.0.0.%d" % n)[0]
                    for n in range(6)]
        assert statuses[0] == 403 and statuses[-1] == 429, statuses


def test_no_path_that_climbs():
    with lib.source() as one:
        site = Attacked(one)
        before = site.kept()
        parts = [route for route in routes() + routes("serve") if route.part != "NOTHING"]
        assert len(parts) >= 5, parts
        for route in parts:
            for climb in CLIMBS:
                status = site.raw(route.method, route.path(climb))
                assert status in (400, 401, 403, 404, 405), (route, climb, status)
        for path in ("/../data/source.db", "/files/../page.css", "/v1/assets/../../freshness.key", "//etc/passwd",
                     "/%2e%2e/freshness.key", "/files/page.css/", "/files//page.css", "http://other/", "*"):
            assert site.raw("GET", path) in (303, 400, 404), path
        assert site.raw("GET", "/files/page.css") == 200
        assert site.kept() == before


def test_no_words_for_the_database():
    with lib.source() as one:
        site = Attacked(one)
        for word in WORDS:
            fields = {name: word for name in names()}
            for route in routes():
                if route.path() in ("/sign-out", "/sign-in"):
                    continue
                query = "?" + urllib.parse.urlencode(fields)
                body = None if route.method == "GET" else form(**dict(fields, token=site.token))
                status, _, text = site.browser.ask(route.method, route.path() + query, body)
                assert status < 500, (route, word, status, text)
                if site.browser.ask("GET", "/")[0] != 200:
                    site.sign_in()
            for user, password in ((word, word), ("an", word), (word, "mật khẩu dài")):
                assert Browser(one).ask("POST", "/sign-in", form(user=user[:64], password=password))[0] in (403, 429)
            site.kept()
        assert "kp-01" in one.run("screen list") and "an" in one.run("user list")


if __name__ == "__main__":
    lib.run_tests(globals())
