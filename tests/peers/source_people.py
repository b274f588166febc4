#!/usr/bin/env python3
"""People: how they get in, and that nobody gets in by another way."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import sqlite3
import struct
import subprocess
import time

import source_lib as lib
from source_page import Browser, Seen, form

PASSWORD = "mật khẩu dài"


# ---- what the tests do again and again ----

def totp(secret, step=None):
    """RFC 6238, from scratch."""
    key = base64.b32decode(secret)
    step = int(time.time()) // 30 if step is None else step
    mac = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000)


def with_account(one, name="an", *roles, password=PASSWORD):
    path = os.path.join(one.folder, "password")
    with open(path, "w") as f:
        f.write(password + "\n")
    more = [word for role in roles for word in ("--role", role)]
    one.run("user add", name, "--password-file", path, *more)


def signed_in(one, name="an", password=PASSWORD):
    browser = Browser(one)
    status, headers, text = browser.sign_in(name, password)
    assert (status, headers["Location"]) == (303, "/"), (name, status, headers["Location"], text)
    return browser


def token_of(browser, path="/account"):
    status, _, text = browser.ask("GET", path)
    assert status == 200, (path, status)
    return re.search('name="token" value="([0-9a-f]{64})"', text)[1]


def post(browser, path, **fields):
    fields.setdefault("token", token_of(browser))
    return browser.ask("POST", path, form(**fields))


def link_in(text):
    return re.search(r"/invitation/([0-9a-f]{64})", text)[1]


def database(one):
    return sqlite3.connect(os.path.join(one.data, "source.db"), timeout=20)


def sign_in_from(one, address, user="an", password="sai"):
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=30, source_address=(address, 0))
    try:
        connection.request("POST", "/sign-in", form(user=user, password=password),
                           {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


# ---- the way in ----

def test_the_way_in_is_a_page_that_anybody_reads():
    with lib.source() as one:
        with_account(one)
        one.serve()
        for language, words in [("vi", ["Đăng nhập", "Mật khẩu", "Quên mật khẩu?"]),
                                ("en", ["Sign in", "Password", "Forgotten"])]:
            status, headers, text = Browser(one).ask("GET", "/sign-in", Accept_Language=language)
            seen = Seen(text)
            assert status == 200 and all(word in text for word in words), text
            assert 'lang="%s"' % language in text and "label" in seen.tags
        # the way leads back to where one wanted to go, and nowhere else
        browser = Browser(one)
        status, headers, _ = browser.ask("GET", "/people/an")
        assert (status, headers["Location"]) == (303, "/sign-in?next=/people/an")
        for there, then in [("/people/an", "/people/an"), ("//evil.example", "/"), ("https://evil.example", "/"),
                            ("/\\evil.example", "/"), ("/a?b", "/"), ("", "/"), ("/x%0d%0aSet-Cookie:a", "/")]:
            status, headers, _ = browser.ask("POST", "/sign-in", form(user="an", password=PASSWORD, next=there))
            assert (status, headers["Location"]) == (303, then), (there, headers["Location"])


def test_session_fixation():
    """A cookie that somebody planted is not the one that is signed in."""
    with lib.source() as one:
        with_account(one)
        one.serve()
        planted = "bangtin=" + "ab" * 32
        victim = Browser(one)
        victim.cookie = planted
        victim.sign_in()
        assert victim.cookie != planted
        thief = Browser(one)
        thief.cookie = planted
        assert thief.ask("GET", "/")[0] == 303
        # nor does the thief's own half session become a whole one
        with_account(one, "duyet", "approver")
        thief.sign_in("duyet", PASSWORD)
        half = thief.cookie
        victim = Browser(one)
        victim.cookie = half
        victim.sign_in()
        thief.cookie = half
        assert thief.ask("GET", "/")[0] == 303


def test_lockout_survives_a_restart():
    with lib.source() as one:
        with_account(one)
        with_account(one, "quan")
        one.serve()
        statuses = [sign_in_from(one, "127.0.0.%d" % (2 + n // 3)) for n in range(10)]
        assert statuses == [403] * 10, statuses
        # the right password, from an address that never guessed, before and after a restart
        assert sign_in_from(one, "127.0.0.9", password=PASSWORD) == 429
        one.stop()
        one.serve()
        assert sign_in_from(one, "127.0.0.9", password=PASSWORD) == 429
        # who looks after accounts sees it, and opens it
        boss = signed_in(one, "quan")
        assert "Bị khóa đến" in boss.ask("GET", "/people")[2]
        assert any("an locked" in row[0] for row in database(one).execute("SELECT what FROM diary"))
        assert post(boss, "/people/an/unlock")[0] == 303
        assert sign_in_from(one, "127.0.0.9", password=PASSWORD) == 303
        # nine are not ten, and a right one begins the count anew
        for _ in range(2):
            assert [sign_in_from(one, "127.0.0.%d" % (20 + n // 3)) for n in range(9)] == [403] * 9
            assert sign_in_from(one, "127.0.0.%d" % 30, password=PASSWORD) == 303
            one.stop()
            one.serve()
        # it ends by itself
        db = database(one)
        db.execute("UPDATE user SET locked_until_ms = ? WHERE name = 'an'", (int(time.time() * 1000) + 1500,))
        db.commit()
        assert sign_in_from(one, "127.0.0.40", password=PASSWORD) == 429
        time.sleep(1.6)
        assert sign_in_from(one, "127.0.0.40", password=PASSWORD) == 303


# ---- one-time links ----

def make_person(boss, name="lan", **fields):
    fields = {"full_name": "Rơ Chăm Lan", "area": "krongpa", "role": "editor", **fields}
    return post(boss, "/people", name=name, **fields)


def test_an_account_begins_with_a_link():
    with lib.source() as one:
        with_account(one)
        one.serve()
        boss = signed_in(one)
        status, _, text = make_person(boss)
        assert status == 200, text
        Seen(text)
        path = "/invitation/" + link_in(text)
        assert one.base + path in text and "<svg" in text  # the whole address, and as a code
        # nothing of it is kept but a hash, and there is no password that would open the door
        kept = open(os.path.join(one.data, "source.db"), "rb").read() + \
            open(os.path.join(one.data, "source.db-wal"), "rb").read()
        assert link_in(text).encode() not in kept
        for password in ("", "lan", "password", "admin"):
            assert Browser(one).sign_in("lan", password)[0] == 403
        stranger = Browser(one)
        status, _, text = stranger.ask("GET", path)
        assert status == 200 and 'value="lan"' in text
        Seen(text)
        for password, again in [("ngắn", "ngắn"), ("mật khẩu của Lan", "khác"), ("", "")]:
            status, _, text = stranger.ask("POST", path, form(password=password, again=again))
            assert status == 400 and "Set-Cookie" not in text, (password, status)
        status, headers, _ = stranger.ask("POST", path, form(password="mật khẩu của Lan", again="mật khẩu của Lan"))
        assert (status, headers["Location"]) == (303, "/sign-in")
        signed_in(one, "lan", "mật khẩu của Lan")
        # once only
        assert stranger.ask("GET", path)[0] == 404
        status, _, _ = stranger.ask("POST", path, form(password="của kẻ khác 1", again="của kẻ khác 1"))
        assert status == 404
        signed_in(one, "lan", "mật khẩu của Lan")
        for other in ("0" * 64, "x", "", "../sign-in"):
            assert stranger.ask("GET", "/invitation/" + other)[0] == 404


def test_a_link_twice_at_once():
    """Two who have the link open it at the same time: one of them has the account."""
    import threading
    with lib.source() as one:
        with_account(one)
        one.serve()
        path = "/invitation/" + link_in(make_person(signed_in(one))[2])
        answers = []
        threads = [threading.Thread(target=lambda n=n: answers.append(Browser(one).ask(
            "POST", path, form(password="mật khẩu số %d" % n, again="mật khẩu số %d" % n))[0])) for n in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert sorted(answers) == [303, 404, 404, 404], answers


def test_a_link_expires():
    with lib.source() as one:
        with_account(one)
        one.serve()
        boss = signed_in(one)
        path = "/invitation/" + link_in(make_person(boss)[2])
        db = database(one)
        left = db.execute("SELECT expires_ms FROM invitation").fetchone()[0] / 1000 - time.time()
        assert 72 * 3600 - 60 < left <= 72 * 3600, left
        db.execute("UPDATE invitation SET expires_ms = ?", (int(time.time() * 1000) - 1,))
        db.commit()
        assert Browser(one).ask("GET", path)[0] == 404
        assert Browser(one).ask("POST", path, form(password=PASSWORD, again=PASSWORD))[0] == 404
        # a new one ends the one before it
        first = "/invitation/" + link_in(post(boss, "/people/lan/link")[2])
        second = "/invitation/" + link_in(post(boss, "/people/lan/link")[2])
        assert Browser(one).ask("GET", first)[0] == 404 and Browser(one).ask("GET", second)[0] == 200


def test_another_password_ends_other_sessions():
    with lib.source() as one:
        with_account(one)
        one.serve()
        here, elsewhere = signed_in(one), signed_in(one)
        for fields, status in [({"old": "sai", "password": "mật khẩu mới", "again": "mật khẩu mới"}, 403),
                               ({"old": PASSWORD, "password": "mật khẩu mới", "again": "khác"}, 400),
                               ({"old": PASSWORD, "password": "ngắn", "again": "ngắn"}, 400)]:
            assert post(here, "/account/password", **fields)[0] == status, fields
        assert elsewhere.ask("GET", "/account")[0] == 200
        before = here.cookie
        assert post(here, "/account/password", old=PASSWORD, password="mật khẩu mới", again="mật khẩu mới")[0] == 303
        assert here.ask("GET", "/account")[0] == 200
        assert elsewhere.ask("GET", "/account")[0] == 303
        elsewhere.cookie = before
        assert elsewhere.ask("GET", "/account")[0] == 303
        # from the terminal too
        one.run("user password", "an")
        assert here.ask("GET", "/account")[0] == 303


# ---- the second factor ----

def set_up(one, name="duyet"):
    """Signs in for the first time as an approver; the secret, the recovery codes, the browser."""
    browser = Browser(one)
    status, headers, _ = browser.sign_in(name, PASSWORD)
    assert (status, headers["Location"]) == (303, "/sign-in/code"), (status, headers["Location"])
    status, _, text = browser.ask("GET", "/sign-in/code")
    seen = Seen(text)
    secret = re.search(r"secret=([A-Z2-7]{32})&", text)[1]
    assert "<svg" in text and "otpauth://totp/" in text
    assert browser.ask("GET", "/")[0] == 303  # nothing is open yet
    token = seen.fields["token"]
    assert browser.ask("POST", "/sign-in/code", form(token="0" * 64, code=totp(secret)))[0] == 403
    assert browser.ask("POST", "/sign-in/code", form(token=token, code="000000"))[0] == 403
    half = browser.cookie
    status, _, text = browser.ask("POST", "/sign-in/code", form(token=token, code=totp(secret)))
    assert status == 200 and browser.cookie != half, (status, text)
    Seen(text)
    codes = re.findall(r"<li>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</li>", text)
    assert len(codes) == 8, text
    return browser, secret, codes


def second_step(one, code, name="duyet"):
    browser = Browser(one)
    assert browser.sign_in(name, PASSWORD)[1]["Location"] == "/sign-in/code"
    token = Seen(browser.ask("GET", "/sign-in/code")[2]).fields["token"]
    return browser.ask("POST", "/sign-in/code", form(token=token, code=code))[0], browser


def test_approvers_have_an_authenticator():
    with lib.source() as one:
        with_account(one, "duyet", "approver@krongpa")
        with_account(one, "an", "editor")
        one.serve()
        signed_in(one, "an")  # who signs nothing for others needs none
        browser, secret, codes = set_up(one)
        assert browser.ask("GET", "/")[0] == 200
        # each code counts once: the one that set it up, and those before it
        now = int(time.time()) // 30
        for step in (now - 1, now):
            assert second_step(one, totp(secret, step))[0] == 403, step
        # so it does after a restart
        db = database(one)
        db.execute("UPDATE user SET totp_step = totp_step - 3, failures = 0")
        db.commit()
        one.stop()
        one.serve()
        code = totp(secret)
        status, browser = second_step(one, code)
        assert status == 303 and browser.ask("GET", "/")[0] == 200
        assert second_step(one, code)[0] == 403
        one.stop()
        one.serve()
        assert second_step(one, code)[0] == 403
        # recovery codes, once each, however they are written
        assert second_step(one, codes[0])[0] == 303
        assert second_step(one, codes[0])[0] == 403
        assert second_step(one, codes[1].replace("-", " ").lower())[0] == 303
        assert [second_step(one, c)[0] for c in ("", "AAAA-AAAA-AAAA-AAAA")] == [403, 403]
        kept = [row[0] for row in database(one).execute("SELECT hash FROM recovery_code")]
        assert len(kept) == 6 and not set(kept) & set(codes)


def test_who_becomes_an_approver_signs_in_anew():
    """What a password alone opened does not grow."""
    with lib.source() as one:
        with_account(one, "an", "administrator")
        with_account(one, "duyet", "editor@krongpa")
        one.serve()
        boss, before = signed_in(one), signed_in(one, "duyet")
        assert post(boss, "/people/duyet/give", role="approver", area="krongpa")[0] == 303
        status, headers, _ = before.ask("GET", "/notices")
        assert (status, headers["Location"]) == (303, "/sign-in?changed=1&next=/notices")
        assert "vừa thay đổi" in before.ask("GET", headers["Location"])[2]
        assert before.ask("GET", "/notices")[1]["Location"] == "/sign-in?next=/notices"
        here, _, _ = set_up(one)
        assert here.ask("GET", "/")[0] == 200 and before.ask("GET", "/")[0] == 303
        # and who ceases to be one stays
        assert post(boss, "/people/duyet/take", role="approver", area="krongpa")[0] == 303
        assert here.ask("GET", "/")[0] == 200


def test_guessing_codes_locks():
    with lib.source() as one:
        with_account(one, "duyet", "approver")
        one.serve()
        set_up(one)
        db = database(one)
        db.execute("UPDATE user SET failures = 8")
        db.commit()
        # the right password between wrong codes does not begin the count anew
        assert second_step(one, "000000")[0] == 403
        assert second_step(one, "000001")[0] == 403
        assert Browser(one).sign_in("duyet", PASSWORD)[0] == 429
        assert db.execute("SELECT locked_until_ms FROM user").fetchone()[0] > time.time() * 1000


def test_a_lost_phone():
    with lib.source() as one:
        with_account(one, "an")
        with_account(one, "duyet", "approver")
        one.serve()
        old, secret, _ = set_up(one)
        boss = signed_in(one)
        assert post(boss, "/people/duyet/forget-phone")[0] == 303
        assert old.ask("GET", "/")[0] == 303  # signed out
        _, fresh, _ = set_up(one)
        assert fresh != secret


# ---- the first steps ----

def test_setup():
    """A source, its keys, and a link: nothing is asked when options say all, and no password is set."""
    import shutil
    import tempfile
    folder = tempfile.mkdtemp(prefix="bt-setup-")
    try:
        data, keys = folder + "/data", folder + "/keys"
        given = ["--data", data, "--keys", keys, "--base", "https://bang.example", "--source", "gialai",
                 "--name", "Sở VHTTDL", "--user", "quantri"]
        made = json.loads(lib.run("setup", "--json", *given, stdin=subprocess.DEVNULL))
        assert made["user"] == "quantri" and re.fullmatch("[0-9a-f]{64}", made["fingerprint"]), made
        token = re.fullmatch(r"https://bang\.example/invitation/([0-9a-f]{64})", made["link"])[1]
        assert sorted(os.listdir(keys)) == ["emergency.key", "publish.key", "root-1.key", "root-2.key", "root-3.key"]
        db = sqlite3.connect(data + "/source.db")
        assert db.execute("SELECT name, hash FROM user").fetchall() == [("quantri", "")]
        assert db.execute("SELECT user, area, role FROM role").fetchall() == [("quantri", "gialai", "administrator")]
        kept = db.execute("SELECT hash FROM invitation").fetchone()[0]
        assert kept == hashlib.sha256(token.encode()).hexdigest()
        assert "here already" in lib.run("setup", *given, ok=False)
        # what is not given is asked for; an end of input is no answer
        questions = "Xã Ia Rsai\n\n%s/d\n%s/k\n" % (folder, folder)
        lib.run("setup", code=2, input=questions)
        assert not os.path.exists(folder + "/d")
        shown = lib.run("setup", input=questions + "http://127.0.0.1:8080\n\n")
        assert "http://127.0.0.1:8080/invitation/" in shown and "█" in shown and "quantri" in shown, shown
        lib.run("setup", "--json", *given[:-1], "../x", code=2)
        lib.run("setup", "--base", "ftp://x", *given[:4], *given[6:], code=2)
        lib.run("setup", "--data", data + "2", "--keys", data + "2/keys", *given[4:], ok=False)
        assert not os.path.exists(data + "2")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    lib.run_tests(globals())
