#!/usr/bin/env python3
"""The operators' page: nothing that anybody sends becomes markup, and nobody sees it who may not."""

import gzip
import http.cookies
import json
import re
import time
import urllib.parse
from html.parser import HTMLParser

import source_lib as lib

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"
ALLOWED = {"html", "head", "meta", "title", "link", "body", "header", "div", "p", "h1", "h2", "h3", "h4",
           "form", "input", "span", "button", "main", "ul", "li", "b", "section", "label", "article",
           "svg", "path", "symbol", "use", "circle", "text", "time", "dl", "dt", "dd", "footer", "a", "nav", "img", "select", "datalist",
           "script", "option", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "ol", "br", "noscript"}


class Seen(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.fields, self.in_script = [], [], {}, False
        self.feed(text)

    @classmethod
    def fields_of(cls, text):
        """The fields alone, of a page with whatever tags."""
        fields = dict(re.findall(r'<input [^>]*name="([^"]+)"[^>]*value="([^"]*)"', text))
        assert fields, text
        return fields

    def handle_starttag(self, tag, attributes):
        assert tag in ALLOWED, tag
        for name, value in attributes:
            assert not name.startswith("on") and name != "style", (tag, name)
            if name in ("src", "href"):  # a script is one of our files, and nothing leads elsewhere
                assert re.match(r"/files/" if tag == "script" else r"/(?!/)|#|otpauth://totp/", value), (tag, value)
        self.in_script = tag == "script"
        assert tag != "script" or "src" in dict(attributes)
        self.tags.append(tag)
        if tag == "input":
            a = dict(attributes)
            if "name" in a:
                self.fields[a["name"]] = a.get("value") or ""

    def handle_endtag(self, tag):
        self.in_script = False

    def handle_data(self, data):
        assert not self.in_script, data
        self.text.append(data)


def form(**fields):
    return urllib.parse.urlencode(fields).encode()


class Browser:
    def __init__(self, one):
        self.one, self.cookie = one, None

    def ask(self, method, path, body=None, **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        status, got, text = self.one.request(method, path, body, headers)
        if got["Set-Cookie"]:
            self.set_cookie = got["Set-Cookie"]
            self.cookie = got["Set-Cookie"].split(";")[0]
        return status, got, text.decode()

    def sign_in(self, user="an", password="mật khẩu dài"):
        return self.ask("POST", "/sign-in", form(user=user, password=password))

    def board(self):
        status, headers, text = self.ask("GET", "/")
        assert status == 200, (status, headers)
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy, policy
        assert headers["Cache-Control"] == "no-store"
        return Seen(text), text


def with_user(one, name="an"):
    path = one.folder + "/password"
    with open(path, "w") as f:
        f.write("mật khẩu dài\n")
    one.run("user add", name, "--password-file", path)


def test_sessions():
    with lib.source() as one:
        with_user(one)
        one.run("user add", "an", ok=False)
        one.serve()
        browser = Browser(one)
        status, headers, _ = browser.ask("GET", "/")
        assert (status, headers["Location"]) == (303, "/sign-in")
        for user, password in [("an", "sai"), ("", ""), ("nobody", "mật khẩu dài"), ("an", "")]:
            status, headers, text = Browser(one).sign_in(user, password)
            assert status == 403 and "Set-Cookie" not in headers, (user, status)
            Seen(text)
        status, headers, _ = browser.sign_in()
        assert (status, headers["Location"]) == (303, "/")
        jar = http.cookies.SimpleCookie(browser.set_cookie)["bangtin"]
        assert jar["httponly"] and jar["samesite"] == "Strict" and jar["path"] == "/"
        assert re.fullmatch("[0-9a-f]{64}", jar.value)
        seen, _ = browser.board()
        token = seen.fields["token"]
        # somebody else's form, and one without its token
        assert browser.ask("POST", "/sign-out", form(token="0" * 64))[0] == 403
        assert browser.ask("POST", "/sign-out", form())[0] == 403
        for headers in ({"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"},
                        {"Origin": "null"}, {"Content_Type": "text/plain"}):
            assert browser.ask("POST", "/sign-out", form(token=token), **headers)[0] == 403, headers
            assert Browser(one).ask("POST", "/sign-in", form(user="an", password="mật khẩu dài"),
                                    **headers)[0] == 400, headers
        # a new sign-in gives a new token and ends the old session
        old = browser.cookie
        browser.sign_in()
        assert browser.cookie != old
        stale = Browser(one)
        stale.cookie = old
        assert stale.ask("GET", "/")[0] == 303
        for made_up in ("bangtin=", "bangtin=" + "0" * 64, "bangtin=x; bangtin=y", "other=1"):
            stale.cookie = made_up
            assert stale.ask("GET", "/")[0] == 303
        # signing out ends it on the server
        kept = browser.cookie
        seen, _ = browser.board()
        status, headers, _ = browser.ask(
            "POST", "/sign-out", form(token=seen.fields["token"]), Origin=one.base)
        assert status == 303 and "Max-Age=0" in headers["Set-Cookie"]
        stale.cookie = kept
        assert stale.ask("GET", "/")[0] == 303
        # an account that is taken away is out at once
        browser.sign_in()
        one.run("user remove", "an")
        assert browser.ask("GET", "/")[0] == 303


def test_guessing_is_slowed():
    with lib.source() as one:
        with_user(one)
        one.serve()
        statuses = [Browser(one).sign_in("an", "sai %d" % n)[0] for n in range(6)]
        assert statuses[:4] == [403] * 4 and 429 in statuses[4:], statuses
        assert Browser(one).sign_in()[0] == 429  # the right one too
        deadline = time.monotonic() + 20
        while Browser(one).sign_in()[0] != 303:
            assert time.monotonic() < deadline
            time.sleep(0.3)
        assert Browser(one).sign_in("an", "sai")[0] == 403


def test_secure_behind_https():
    with lib.source() as one:
        with_user(one)
        one.serve("--base", "https://bang.example")
        browser = Browser(one)
        status, _, _ = browser.ask("POST", "/sign-in", form(user="an", password="mật khẩu dài"),
                                   Origin="https://bang.example")
        assert status == 303
        assert browser.set_cookie.startswith("__Host-bangtin=") and "Secure" in browser.set_cookie
        browser.board()


def test_addresses_that_no_page_has():
    """People read words and find a way back; programs and boards hear what they always heard."""
    with lib.source() as one:
        with_user(one)
        one.serve()
        stranger, known = Browser(one), Browser(one)
        assert known.sign_in()[0] == 303
        for browser in (stranger, known):
            for language, words, back in (("vi", "Không có trang nào", "Về trang đầu"), ("en", "There is no page", "To the first page")):
                status, headers, text = browser.ask("GET", "/screen/x", Accept="text/html,*/*;q=0.8", Accept_Language=language)
                assert status == 404 and headers["Content-Type"].startswith("text/html"), (status, text)
                assert words in text and back in text and ("sign-out" in text) == bool(browser.cookie), text
        for path, accept in (("/screen/x", None), ("/screen/x", "application/json"), ("/v1/none", "*/*")):
            status, headers, text = Browser(one).ask("GET", path, **({"Accept": accept} if accept else {}))
            assert status == 404 and json.loads(text) == {"error": "not found"}, (path, accept, status, text)
        assert Browser(one).ask("POST", "/screen/x", b"", Accept="text/html")[0] == 404


def test_files_come_packed_and_plain():
    with lib.source() as one:
        one.serve()
        _, _, page = one.get("/sign-in")
        for path in re.findall(r"/files/[^\"]+", page.decode()):
            status, headers, plain = one.get(path)
            assert status == 200 and headers["Content-Encoding"] is None and headers["Vary"] == "Accept-Encoding", path
            for wanted in ("gzip, deflate, br", "gzip"):
                _, headers, packed = one.get(path, Accept_Encoding=wanted)
                assert headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == plain, path
                assert len(packed) < len(plain), path
            for wanted in ("gzip;q=0", "identity", "xgzip"):
                assert one.get(path, Accept_Encoding=wanted)[2] == plain, wanted


def test_long_words_are_cut_between_words():
    """An item without a title is called by how its words begin, and it is seen that they go on."""
    key = lib.Key()
    with lib.source() as one:
        with_user(one)
        one.add_screen(key=key, name="Nhà văn hóa")
        draft = json.loads(json.dumps(lib.TEXT))
        draft["playlists"][0]["items"][0]["texts"][0] = {"lang": "vi", "body": "bà con " * 40}
        one.publish(draft, "--key", one.key("publish"))
        one.serve()
        air = [{"zone": "main", "item": "n1", "class": "ordinary", "since": "2026-11-22T01:00:00Z"}]
        assert one.post_facts(key, [lib.fact(1, state="playing", on_air=air)])[1]["accepted"] == [[1, 1]]
        browser = Browser(one)
        browser.sign_in()
        words = "".join(Seen(browser.ask("GET", "/")[2]).text)
        assert "bà con " * 16 + "bà con…" in words and "bà con " * 18 not in words, words


def test_no_words_become_markup():
    key, waiting = lib.Key(), lib.Key()
    with lib.source() as one:
        with_user(one)
        one.add_screen(key=key, name=EVIL)
        draft = json.loads(json.dumps(lib.TEXT))
        draft["playlists"][0]["items"][0]["texts"][0]["title"] = EVIL
        one.publish(draft, "--key", one.key("publish"))
        one.serve()
        body = json.dumps({"key": waiting.base64, "code": waiting.claim_code()}).encode()
        assert one.post_signed(waiting, "/v1/enrol", body)[0] == 202
        air = [{"zone": EVIL, "item": EVIL, "source": EVIL, "class": EVIL, "since": "2026-11-22T01:00:00Z"},
               {"zone": "main", "item": "n1", "class": "ordinary"}, EVIL, 7, {"item": 7}]
        facts = [lib.fact(1, state=EVIL, on_air=air, cache=EVIL, spool=EVIL, id=EVIL, boot=EVIL, clock=EVIL[:30]),
                 lib.fact(2, "uptime", state=EVIL, **{"from": EVIL, "to": EVIL}),
                 lib.fact(3, EVIL[:30]), lib.fact(4, "played", **{EVIL: EVIL})]
        assert one.post_facts(key, facts)[1]["accepted"] == [[1, 4]]
        browser = Browser(one)
        _, _, text = browser.ask("POST", "/sign-in", form(user=EVIL[:60], password="x"))
        seen = Seen(text)
        assert seen.fields["user"] == EVIL[:60]
        browser.sign_in()
        for language in ("vi", "en"):
            status, _, text = browser.ask("GET", "/", Accept_Language=language)
            seen = Seen(text)
            words = "".join(seen.text)
            assert words.count(EVIL) >= 5, words  # shown, as words
            assert waiting.claim_code() in words
            assert "UBND xã <Phú> & \"Túc\"" in words
        token = seen.fields["token"]
        status, _, text = browser.ask(
            "POST", "/claim", form(token=token, code=EVIL, screen=EVIL, name=EVIL))
        assert status == 409
        Seen(text)


def test_boards_are_accepted_here():
    keys = [lib.Key(), lib.Key()]
    with lib.source() as one:
        with_user(one)
        one.serve()
        for key in keys:
            body = json.dumps({"key": key.base64, "code": key.claim_code()}).encode()
            assert one.post_signed(key, "/v1/enrol", body)[0] == 202
        stranger = Browser(one)
        assert stranger.ask("POST", "/claim", form(code=keys[0].claim_code(), screen="kp-01"))[0] == 303
        browser = Browser(one)
        browser.sign_in()
        seen, text = browser.board()
        assert "Bảng đang xin kết nối" in text and keys[0].claim_code() in text
        token = seen.fields["token"]
        assert browser.ask("POST", "/claim", form(token=token, code=keys[0].claim_code(),
                                                  screen="kp-01", name="Chợ Phú Túc"))[0] == 303
        assert browser.ask("POST", "/turn-down", form(token=token, code=keys[1].claim_code()))[0] == 303
        listed = json.loads(one.run("screen list", "--json"))
        assert [s["id"] for s in listed["screens"]] == ["kp-01"] and not listed["waiting"]
        _, text = browser.board()
        assert "Chợ Phú Túc" in text and "Chưa kết nối" in text and "xin kết nối" not in text


def test_states_and_uptime():
    key = lib.Key()
    with lib.source() as one:
        with_user(one)
        one.add_screen(key=key)
        one.publish(lib.TEXT, "--key", one.key("publish"))
        one.serve()
        browser = Browser(one)
        browser.sign_in()
        now = time.time()
        # from local midnight on, told twice and with an overlap: counted once
        midnight = now - (now + 7 * 3600) % 86400
        when = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))
                for t in (midnight - 3600, midnight + 20, midnight + 60, midnight + 80)]
        facts = [lib.fact(1, "uptime", state="lit", **{"from": when[0], "to": when[2]}),
                 lib.fact(2, "uptime", state="lit", **{"from": when[1], "to": when[2]}),
                 lib.fact(3, "uptime", state="unconfirmed", **{"from": when[2], "to": when[3]}),
                 lib.fact(4, state="playing", on_air=[{"zone": "main", "item": "n1", "class": "ordinary",
                                                   "fault": "black"}])]
        assert one.post_facts(key, facts)[0] == 200
        if now - midnight > 100:
            _, text = browser.board()
            assert "⚠ Hình bị đen" in text and "⚠ The picture is black" in browser.ask(
                "GET", "/", Accept_Language="en")[2]
            assert "1 phút</dd>" in text and "Đang phát" in text and "Thông báo" in text, text
        for seq, state, word in [(5, "dark", "Tắt theo lịch"), (6, "cut", "Đã ngắt hình"),
                                 (7, "safe", "Màn hình chờ"), (8, "playing", "Đang phát")]:
            time.sleep(1.1)  # a fact of a later second
            assert one.post_facts(key, [lib.fact(seq, state=state, on_air=[])])[0] == 200
            _, text = browser.board()
            assert word in text, (state, text)


def test_a_screen_that_was_taken_over():
    """Who has it, as long as it is so; the true end afterwards; nothing of what is no such fact."""
    key = lib.Key()
    with lib.source() as one:
        with_user(one)
        one.add_screen(key=key)
        one.serve()
        browser = Browser(one)
        browser.sign_in()
        now = time.time()
        when = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)) for t in (now - 600, now + 600, now - 10)]
        told = {"event": "requisition", "by": "tinh", "owner": "xa", "from": when[0]}
        assert one.post_facts(key, [lib.fact(1, "event", event="failed", by="tinh", what="x"),
                                    lib.fact(2, "event", event="requisition", what="no instants")])[0] == 200
        assert "trưng dụng" not in browser.board()[1]
        time.sleep(1.1)  # a fact of a later second
        assert one.post_facts(key, [lib.fact(3, "event", phase="begin", until=when[1], **told)])[0] == 200
        assert "Đang được trưng dụng bởi <b>tinh</b>" in browser.board()[1]
        time.sleep(1.1)
        assert one.post_facts(key, [lib.fact(4, "event", phase="end", until=when[2], **told)])[0] == 200
        assert "Đã được trưng dụng bởi <b>tinh</b>" in browser.board()[1]


def test_a_long_list_comes_in_parts():
    with lib.source() as one:
        with_user(one)
        for n in range(101):
            one.add_screen("s%03d" % n)
        one.serve()
        browser = Browser(one)
        browser.sign_in()
        for path, cards in [("/", 100), ("/?part=0", 100), ("/?part=1", 1), ("/?part=2", 100),
                            ("/?part=-1", 100), ("/?part=18446744073709551615", 100), ("/?part=x", 100)]:
            status, _, text = browser.ask("GET", path)
            assert status == 200 and text.count("<article") == cards, (path, text.count("<article"))
            assert "<b>101</b>" in text and len(text) < 150000, len(text)
            Seen(text)


if __name__ == "__main__":
    lib.run_tests(globals())
