#!/usr/bin/env python3
"""Nothing comes on a screen that an approver's own key did not sign: the whole way from a proposal to the
published tree, and every way around it."""

import base64
import contextlib
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import tempfile
import time

import source_lib as lib
from source_browser import PASSWORD, Browser, form
from source_people import totp, with_account

AREA = "krongpa"


# ---- what the tests do again and again ----

def pae(kind, payload):
    """DSSE's pre-authentication encoding, from scratch."""
    kind = "application/vnd.bangtin.%s+json" % kind
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def key_file(one, name, key):
    """A key made here, as a file of the program's."""
    path = os.path.join(one.folder, name + ".key")
    with open(path, "w") as f:
        f.write("bangtin-key ed25519 %s\n" % base64.b64encode(key.seed).decode())
    os.chmod(path, 0o600)
    return path


def in_root(one, key, *more, name="An"):
    """The root's holders take a key in."""
    one.run("root add", "--public", key.base64, "--name", name, *(more or ["--publish"]),
            "--key", one.key("root-1"), "--key", one.key("root-2"))


def threshold(one, text):
    one.run("root threshold", text, "--key", one.key("root-1"), "--key", one.key("root-2"))


def propose(one, draft=lib.TEXT, *args, author="soan", **more):
    folder = tempfile.mkdtemp(dir=one.folder)
    with open(os.path.join(folder, "manifest.json"), "w") as f:
        json.dump(draft, f)
    out = one.run("proposal add", folder, "--author", author, "--json", *args, **more)
    return json.loads(out)["id"] if out.startswith("{") else out


def found(one, number):
    return json.loads(one.run("proposal show", str(number), "--json"))


def state(one, number):
    return found(one, number)["state"]


@contextlib.contextmanager
def office(*screens):
    """A source with an author, two approvers whose keys the root has, and a server."""
    with lib.source() as one:
        one.keys_of = {"duyet": lib.Key(), "pho": lib.Key()}
        with_account(one, "soan", "editor")
        for screen in screens or ("kp-01",):
            one.add_screen(screen)
        for name, key in one.keys_of.items():
            with_account(one, name, "approver")
            one.run("key register", key.base64, "--user", name, "--label", "máy " + name)
            in_root(one, key, name=name)
        one.serve()
        one.desks = {}
        yield one


def desk(one, name):
    """The browser of somebody who signed in, an approver by his authenticator; it stays signed in."""
    if name not in one.desks:
        browser = one.desks[name] = Browser(one)
        status, headers, _ = browser.ask("POST", "/sign-in", form(user=name, password=PASSWORD))
        assert status == 303, (name, status)
        if headers["Location"] == "/sign-in/code":
            text = browser.get("/sign-in/code")
            secret = re.search(r"secret=([A-Z2-7]{32})&", text)[1]
            token = re.search('name="token" value="([0-9a-f]{64})"', text)[1]
            status, _, text = browser.ask("POST", "/sign-in/code", form(token=token, code=totp(secret)))
            assert status == 200, (status, text)
        browser.find_token()
    return one.desks[name]


def post(browser, path, **fields):
    return browser.post(path, **fields)


def documents(one, number, name="duyet"):
    """The bytes that a browser signs."""
    count = len(found(one, number)["documents"])
    payloads = []
    for n in range(count):
        status, headers, body = one.request("GET", "/proposals/%d/document?n=%d" % (number, n),
                                            headers={"Cookie": desk(one, name).cookie})
        assert status == 200 and headers["Content-Type"] == "application/octet-stream", status
        payloads.append(body)
    return payloads


def signatures(key, payloads, kind="manifest"):
    return "\n".join(base64.b64encode(key.sign(pae(kind, p))).decode() for p in payloads)


def sign(one, number, name="duyet", key=None, keyid=None, payloads=None, signed=None):
    """As sign.js does; the status, and what was said."""
    key = key or one.keys_of[name]
    payloads = documents(one, number, name) if payloads is None and signed is None else payloads
    signed = signatures(key, payloads) if signed is None else signed
    status, _, text = post(desk(one, name), "/proposals/%d/sign" % number, keyid=keyid or key.id,
                           signatures=signed)
    return status, text


def published(one, screen="kp-01"):
    """What a board of this screen is told, as it would find it; None: nothing."""
    name = one.now(screen)["manifest"]
    if not name:
        return None
    with open(os.path.join(one.data, "tree/v1/manifests", name), "rb") as f:
        raw = f.read()
    assert hashlib.sha256(raw).hexdigest() == name
    return json.loads(raw)


def database(one):
    return sqlite3.connect(os.path.join(one.data, "source.db"), timeout=20)


def settled(one, number, wanted, limit_s=20):
    deadline = time.monotonic() + limit_s
    while state(one, number) != wanted:
        assert time.monotonic() < deadline, (state(one, number), wanted)
        time.sleep(0.1)


# ---- the way ----

def test_the_whole_way():
    with office() as one:
        number = propose(one, lib.TEXT, "--reason", "Nước cắt từ 7 giờ")
        page = desk(one, "duyet").ask("GET", "/proposals/%d" % number)
        assert page[0] == 200, page
        for words in ("Cắt nước sáng mai", "Nước cắt từ 7 giờ", "Ký và phát", "data-sha256"):
            assert words in page[2], words
        payload = documents(one, number)[0]
        assert hashlib.sha256(payload).hexdigest() in page[2]
        assert published(one) is None
        assert sign(one, number)[0] == 303
        envelope = published(one)
        assert base64.b64decode(envelope["payload"]) == payload
        assert [s["keyid"] for s in envelope["signatures"]] == [one.keys_of["duyet"].id]
        told = found(one, number)
        assert (told["state"], told["decider"]) == ("published", "duyet")
        assert sign(one, number, "pho")[0] == 409  # it is done


def test_a_key_file_signs_too():
    with office() as one:
        number = propose(one)
        path = key_file(one, "duyet", one.keys_of["duyet"])
        one.run("proposal sign", str(number), "--key", path)
        assert state(one, number) == "published" and published(one)
        again = propose(one)
        assert "nobody registered it" in one.run(
            "proposal sign", str(again), "--key", key_file(one, "x", lib.Key()), ok=False)


def test_only_approvers_sign():
    with office() as one:
        number = propose(one)
        key = lib.Key()
        one.run("key register", key.base64, "--user", "soan", "--label", "x")
        in_root(one, key, name="soan")
        payloads = documents(one, number)
        # an editor, with a key that the root has, and who is not the author
        other = propose(one, author="duyet")
        assert sign(one, other, "soan", key=key, payloads=documents(one, other, "soan"))[0] == 403
        # nobody at all
        status, headers, _ = one.request("POST", "/proposals/%d/sign" % number, form(
            keyid=key.id, signatures=signatures(key, payloads)),
            {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 303 and headers["Location"] == "/sign-in?over=1"
        # an approver of another area
        with database(one) as db:
            db.execute("INSERT INTO area (id, parent, name, kind, created_ms) VALUES"
                       " ('iarsai', ?, 'Ia Rsai', 'commune', 0)", (AREA,))
            db.execute("UPDATE role SET area = 'iarsai' WHERE user = 'pho'")
        status, text = sign(one, number, "pho", payloads=payloads)
        assert status == 403, text
        assert state(one, number) == "waiting" and published(one) is None


def test_screens_of_another_area():
    """A proposal of a commune does not reach beyond its screens, whoever made it."""
    with office("kp-01", "kp-02") as one:
        with database(one) as db:
            db.execute("INSERT INTO area (id, parent, name, kind, created_ms) VALUES"
                       " ('iarsai', ?, 'Ia Rsai', 'commune', 0)", (AREA,))
            db.execute("UPDATE role SET area = 'iarsai' WHERE user = 'pho'")
            db.execute("UPDATE screen SET area = 'iarsai' WHERE id = 'kp-02'")
        foreign = propose(one, lib.TEXT, "--area", "iarsai", "--screen", "kp-01")
        own = propose(one, lib.TEXT, "--area", "iarsai", "--screen", "kp-02")
        assert sign(one, foreign, "pho")[0] == 403
        assert sign(one, own, "pho")[0] == 303
        assert published(one, "kp-02") and published(one, "kp-01") is None


def test_the_author_does_not_sign():
    with office() as one:
        number = propose(one, author="duyet")
        status, text = sign(one, number, "duyet")
        assert status == 403 and state(one, number) == "waiting", (status, text)
        assert "Ký và phát" not in desk(one, "duyet").ask("GET", "/proposals/%d" % number)[2]
        with database(one) as db:  # an area with one official
            db.execute("UPDATE area SET one_official = 1 WHERE id = ?", (AREA,))
        assert sign(one, number, "duyet")[0] == 303
        assert state(one, number) == "published"
        assert "tự duyệt" in desk(one, "duyet").ask("GET", "/proposals/%d" % number)[2]
        with database(one) as db:
            notes = [what for what, in db.execute("SELECT what FROM diary WHERE who = 'duyet'")]
        assert any("the own work" in what for what in notes), notes


def test_one_official_is_alone_in_his_area_only():
    """Who is alone in a village signs his own work for its screens, and not for those of the commune around it,
    for which he approves too."""
    with office("kp-01", "kp-02") as one:
        with database(one) as db:
            db.execute("INSERT INTO area (id, parent, name, kind, created_ms, one_official) VALUES"
                       " ('buon-a', ?, 'Buôn A', 'village', 0, 1)", (AREA,))
            db.execute("UPDATE screen SET area = 'buon-a' WHERE id = 'kp-02'")
        wide = propose(one, lib.TEXT, "--area", "buon-a", author="duyet")
        own = propose(one, lib.TEXT, "--area", "buon-a", "--screen", "kp-02", author="duyet")
        assert sign(one, wide, "duyet")[0] == 403 and state(one, wide) == "waiting"
        assert published(one, "kp-01") is None and published(one, "kp-02") is None
        assert sign(one, own, "duyet")[0] == 303
        assert published(one, "kp-02") and published(one, "kp-01") is None


def test_keys_that_do_not_count():
    with office() as one:
        number = propose(one)
        payloads = documents(one, number)
        stranger, unregistered = lib.Key(), lib.Key()
        one.run("key register", stranger.base64, "--user", "duyet", "--label", "x")
        # not in the root
        assert sign(one, number, key=stranger, payloads=payloads)[0] == 403
        # in the root, and nobody's
        in_root(one, unregistered)
        assert sign(one, number, key=unregistered, payloads=payloads)[0] == 404
        # somebody else's
        assert sign(one, number, key=one.keys_of["pho"], payloads=payloads)[0] == 403
        # in the root for something else: emergencies, other screens, another class
        for more in (["--emergency"], ["--publish", "--screen", "kp-77"],
                     ["--publish", "--class", "filler"], ["--publish", "--until", "2026-01-01T00:00:00Z"]):
            in_root(one, stranger, *more)
            assert sign(one, number, key=stranger, payloads=payloads)[0] == 403, more
        # ended by its owner
        in_root(one, stranger, "--publish")
        assert post(desk(one, "duyet"), "/keys/%s/end" % stranger.id)[0] == 303
        assert sign(one, number, key=stranger, payloads=payloads)[0] == 403
        # taken out of the root by its holders
        one.run("root remove", one.keys_of["duyet"].id, "--key", one.key("root-1"),
                "--key", one.key("root-3"))
        assert sign(one, number, payloads=payloads)[0] == 403
        assert state(one, number) == "waiting" and published(one) is None
        assert sign(one, number, "pho", payloads=payloads)[0] == 303


def test_signatures_that_do_not_fit():
    with office() as one:
        first, second = propose(one), propose(one)
        key = one.keys_of["duyet"]
        payload = documents(one, first)[0]
        right = base64.b64encode(key.sign(pae("manifest", payload))).decode()
        other = signatures(key, documents(one, second))
        raw = base64.b64decode(right)
        wrong = {
            "of another proposal": other,
            "of an altered payload": signatures(key, [payload.replace(b"ng mai", b"ng kia")]),
            "of another kind": signatures(key, [payload], "alert"),
            "of the bare payload": base64.b64encode(key.sign(payload)).decode(),
            "by another key": signatures(lib.Key(), [payload]),
            "too many": right + "\n" + right,
            "none": "", "not base64": "é" * 88, "too short": right[:40],
            "a bit off": base64.b64encode(raw[:5] + bytes([raw[5] ^ 1]) + raw[6:]).decode(),
        }
        for why, signed in wrong.items():
            status, _ = sign(one, first, signed=signed)
            assert status == 403, (why, status)
        assert state(one, first) == "waiting" and published(one) is None
        assert sign(one, first, signed=right)[0] == 303


def test_two_are_wanted():
    with office() as one:
        threshold(one, "publish=2")
        number = propose(one)
        assert sign(one, number)[0] == 303
        assert state(one, number) == "waiting" and published(one) is None
        # the same person, by the same key and by another one
        assert sign(one, number)[0] == 403
        second = lib.Key()
        one.run("key register", second.base64, "--user", "duyet", "--label", "máy hai")
        in_root(one, second)
        assert sign(one, number, key=second)[0] == 403
        assert "1 trên 2" in desk(one, "pho").ask("GET", "/proposals/%d" % number)[2]
        assert sign(one, number, "pho")[0] == 303
        assert state(one, number) == "published"
        assert len(published(one)["signatures"]) == 2


def test_a_key_that_ended_before_the_second():
    """Its first signature counts no more; its owner signs with another key."""
    with office() as one:
        threshold(one, "publish=2")
        number = propose(one)
        assert sign(one, number)[0] == 303
        assert post(desk(one, "duyet"), "/keys/%s/end" % one.keys_of["duyet"].id)[0] == 303
        assert sign(one, number, "pho")[0] == 303
        assert state(one, number) == "waiting" and published(one) is None
        second = lib.Key()
        one.run("key register", second.base64, "--user", "duyet", "--label", "máy hai")
        in_root(one, second)
        assert sign(one, number, key=second)[0] == 303
        assert state(one, number) == "published" and len(published(one)["signatures"]) == 2


def test_a_role_that_ended_before_the_second():
    with office() as one:
        threshold(one, "publish=2")
        number = propose(one)
        assert sign(one, number)[0] == 303
        with database(one) as db:
            taken = db.execute("DELETE FROM role WHERE user = 'duyet' AND role = 'approver'").rowcount
            assert taken == 1
        assert sign(one, number, "pho")[0] == 303
        assert state(one, number) == "waiting" and published(one) is None


def test_two_are_wanted_of_a_class():
    with office() as one:
        threshold(one, "priority=2")
        urgent = json.loads(json.dumps(lib.TEXT))
        urgent["programmes"][0]["class"] = "priority"
        number, plain = propose(one, urgent), propose(one)
        assert sign(one, number)[0] == 303 and state(one, number) == "waiting"
        assert sign(one, plain)[0] == 303 and state(one, plain) == "published"
        # what it was made from is not what the screen has any more
        assert state(one, number) == "overtaken"


def test_a_root_that_lost_its_signer():
    """The first of two signatures is worth nothing when the root has dropped its key before the second."""
    with office() as one:
        threshold(one, "publish=2")
        number = propose(one)
        assert sign(one, number)[0] == 303
        third = lib.Key()
        in_root(one, third)
        one.run("root remove", one.keys_of["duyet"].id, "--key", one.key("root-1"), "--key", one.key("root-2"))
        assert sign(one, number, "pho")[0] == 303
        told = found(one, number)
        assert told["state"] == "overtaken" and "signed who may" in told["answer"], told
        assert published(one) is None


# ---- beside each other ----

def test_side_by_side_and_overtaken():
    with office("kp-01", "kp-02") as one:
        first = propose(one, lib.TEXT, "--screen", "kp-01")
        rival = propose(one, lib.TEXT, "--screen", "kp-01")
        other = propose(one, lib.TEXT, "--screen", "kp-02")
        assert sign(one, rival)[0] == 303
        assert [state(one, n) for n in (first, rival, other)] == ["overtaken", "published", "waiting"]
        status, _ = sign(one, first)
        assert status == 409
        assert sign(one, other)[0] == 303 and published(one, "kp-02")
        versions = [json.loads(base64.b64decode(published(one, s)["payload"]))["version"]
                    for s in ("kp-01", "kp-02")]
        assert versions[0] != versions[1], versions
        # what is published from the terminal overtakes too
        third = propose(one, lib.TEXT, "--screen", "kp-02")
        one.publish(lib.TEXT, "--key", one.key("publish"), "--screen", "kp-01")
        assert state(one, third) == "waiting"
        one.publish(lib.TEXT, "--key", one.key("publish"), "--screen", "kp-02")
        assert state(one, third) == "overtaken"
        # its page leads on
        assert "Lập lại đề nghị" in desk(one, "soan").ask("GET", "/proposals/%d" % third)[2]


def test_refused_and_taken_back():
    with office() as one:
        number, mine = propose(one), propose(one)
        assert post(desk(one, "soan"), "/proposals/%d/refuse" % number, answer="không")[0] == 403
        assert post(desk(one, "duyet"), "/proposals/%d/refuse" % number, answer="")[0] == 400
        assert post(desk(one, "duyet"), "/proposals/%d/refuse" % number, answer="Sai ngày <b>")[0] == 303
        assert state(one, number) == "refused" and sign(one, number)[0] == 409
        page = desk(one, "soan").ask("GET", "/proposals/%d" % number)[2]
        assert "Sai ngày &lt;b&gt;" in page and "<b>" not in page.split("Sai ngày")[1][:12]
        assert post(desk(one, "duyet"), "/proposals/%d/withdraw" % mine)[0] == 403
        assert post(desk(one, "soan"), "/proposals/%d/withdraw" % mine)[0] == 303
        assert state(one, mine) == "withdrawn" and sign(one, mine)[0] == 409
        assert published(one) is None


def test_strangers_do_not_read():
    with office() as one:
        number = propose(one)
        for path in ("/proposals", "/keys", "/proposals/%d" % number, "/proposals/%d/document?n=0" % number):
            status, headers, _ = one.get(path)
            assert status == 303 and headers["Location"].startswith("/sign-in"), (path, headers["Location"])
        browser = desk(one, "duyet")
        for path in ("/proposals/99", "/proposals/0", "/proposals/-1", "/proposals/1x",
                     "/proposals/%d/document?n=1" % number, "/proposals/%d/document?n=-1" % number,
                     "/proposals/%d/document" % number, "/proposals/99999999999999999999"):
            assert browser.ask("GET", path)[0] == 404, path
        with database(one) as db:  # somebody of another area
            db.execute("INSERT INTO area (id, parent, name, kind, created_ms) VALUES"
                       " ('iarsai', ?, 'Ia Rsai', 'commune', 0)", (AREA,))
        with_account(one, "la", "editor@iarsai")
        stranger = desk(one, "la")
        for path in ("/proposals/%d" % number, "/proposals/%d/document?n=0" % number):
            assert stranger.ask("GET", path)[0] == 403, path


# ---- made from what there was ----

def ends_in(days, draft=lib.TEXT, body=None):
    """A draft that runs out so soon."""
    made = json.loads(json.dumps(draft))
    made["expires"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86400))
    if body:
        made["playlists"][0]["items"][0]["texts"][0]["body"] = body
    return made


def content_of(one, screen="kp-01"):
    made = json.loads(base64.b64decode(published(one, screen)["payload"]))
    return made, {k: v for k, v in made.items() if k not in ("version", "issued", "expires")}


def number_in(headers):
    return int(headers["Location"].rsplit("/", 1)[1])


def test_what_runs_out_is_signed_again():
    with office("kp-01", "kp-02") as one:
        for screen, days in (("kp-01", 5), ("kp-02", 30)):
            assert sign(one, propose(one, ends_in(days), "--screen", screen))[0] == 303
        first, content = content_of(one)
        page = desk(one, "duyet").get("/proposals")
        assert "Ký lại nguyên nội dung" in page
        names = [one.now(s)["manifest"] for s in ("kp-01", "kp-02")]
        assert "/documents/%s/renew" % names[0] in page and names[1] not in page
        assert "renew" not in desk(one, "soan").get("/proposals")
        assert post(desk(one, "soan"), "/documents/%s/renew" % names[0])[0] == 403
        for name in (names[1], "0" * 64):
            assert post(desk(one, "duyet"), "/documents/%s/renew" % name)[0] == 403, name
        status, headers, _ = post(desk(one, "duyet"), "/documents/%s/renew" % names[0])
        assert status == 303 and state(one, number_in(headers)) == "waiting"
        # who asked for it signs it: nobody wrote anything
        assert sign(one, number_in(headers))[0] == 303
        again, same = content_of(one)
        assert same == content and again["version"] > first["version"] and again["expires"] > first["expires"]
        assert "Ký lại nguyên nội dung" not in desk(one, "duyet").get("/proposals")


def test_back_to_an_earlier_version():
    with office() as one:
        assert sign(one, propose(one, ends_in(40, body="bản một")))[0] == 303
        old, content = content_of(one)
        name = one.now()["manifest"]
        assert sign(one, propose(one, ends_in(40, body="bản hai")))[0] == 303
        assert content_of(one)[1] != content
        page = desk(one, "soan").get("/screens/kp-01/earlier")
        assert "/documents/%s/return" % name in page
        for wrong in ("0" * 64, hashlib.sha256(b"").hexdigest()):
            assert post(desk(one, "soan"), "/documents/%s/return" % wrong, reason="x")[0] == 404
        status, headers, _ = post(desk(one, "soan"), "/documents/%s/return" % name, reason="Bản hai sai")
        assert status == 303
        assert "bản một" in desk(one, "duyet").get("/proposals/%d" % number_in(headers))
        # still, another person approves it
        own = post(desk(one, "duyet"), "/documents/%s/return" % name, reason="x")[1]
        assert sign(one, number_in(own), "duyet")[0] == 403
        assert sign(one, number_in(headers))[0] == 303
        new, same = content_of(one)
        assert same == content and new["version"] > old["version"]


def listed(one):
    """All proposals, the newest first."""
    return [json.loads(line) for line in one.run("proposal list", "--json").splitlines()]


def send_notice(one, words):
    """The number of the proposal of a notice for the whole area."""
    notice = post(desk(one, "soan"), "/notices/new")[1]["Location"]
    status, headers, text = post(desk(one, "soan"), notice + "/send", **{
        "revision": 1, "area": AREA, "area-" + AREA: 1, "lang-0": "vi", "title-0": words, "body-0": words,
        "issuer": "UBND xã", "issued_on": "2026-11-20", "field": 4})
    assert status == 303, (status, text)
    return listed(one)[0]["id"]


def test_a_notice_is_planned_anew():
    """Overtaken, and proposed again: the plan has both notices then."""
    with office() as one:
        numbers = [send_notice(one, words) for words in ("Họp thôn", "Tiêm chủng")]
        assert sign(one, numbers[1])[0] == 303
        assert state(one, numbers[0]) == "overtaken"
        assert post(desk(one, "duyet"), "/proposals/%d/again" % numbers[1])[0] == 409
        status, headers, text = post(desk(one, "soan"), "/proposals/%d/again" % numbers[0])
        assert status == 303, text
        assert sign(one, number_in(headers))[0] == 303
        titles = {i["texts"][0]["title"] for p in content_of(one)[1]["playlists"] for i in p["items"]}
        assert titles == {"Họp thôn", "Tiêm chủng"}, titles
        with database(one) as db:
            assert {s for s, in db.execute("SELECT state FROM notice")} == {"published"}


def test_only_its_makers_propose_it_anew():
    """An editor of another commune, who looks after screens here, may read it and asks for nothing."""
    with office() as one:
        with database(one) as db:
            db.execute("INSERT INTO area (id, parent, name, kind, created_ms) VALUES"
                       " ('iarsai', ?, 'Ia Rsai', 'commune', 0)", (AREA,))
        with_account(one, "ben", "operator")
        with database(one) as db:
            db.execute("INSERT INTO role (user, area, role) VALUES ('ben', 'iarsai', 'editor')")
        first, second = (send_notice(one, words) for words in ("Họp thôn", "Tiêm chủng"))
        assert sign(one, second)[0] == 303 and state(one, first) == "overtaken"
        assert "/again" not in desk(one, "ben").get("/proposals/%d" % first)
        status, headers, text = post(desk(one, "ben"), "/proposals/%d/again" % first)
        assert status == 403, (status, headers["Location"])
        assert not [p for p in listed(one) if p["state"] == "waiting"]


# ---- cuts ----

def test_killed_between_signed_and_published():
    """Whoever signed last has signed; the server finishes, also when it was not there for it."""
    with office() as one:
        number = propose(one)
        documents(one, number)
        one.kill()
        with database(one) as db:  # the last signature is committed, and nothing after it
            payload = db.execute("SELECT payload FROM proposal_document").fetchone()[0]
            key = one.keys_of["duyet"]
            db.execute("INSERT INTO proposal_signature VALUES (?, 0, ?, 'duyet', ?, 1)",
                       (number, key.id, base64.b64encode(key.sign(pae("manifest", payload))).decode()))
            db.execute("UPDATE proposal SET state = 'signed', decider = 'duyet'")
        assert published(one) is None
        one.serve()
        settled(one, number, "published")
        assert base64.b64decode(published(one)["payload"]) == payload


def test_a_stolen_server_publishes_nothing():
    """Who writes into the database what he likes has no signature: it is refused before the tree is touched."""
    with office() as one:
        number = propose(one)
        one.kill()
        with database(one) as db:
            db.execute("INSERT INTO proposal_signature VALUES (?, 0, ?, 'duyet', ?, 1)",
                       (number, one.keys_of["duyet"].id, base64.b64encode(bytes(64)).decode()))
            db.execute("UPDATE proposal SET state = 'signed', decider = 'duyet'")
        one.serve()
        settled(one, number, "overtaken")
        assert published(one) is None
        assert not os.listdir(os.path.join(one.data, "tree/v1/manifests"))
        keys = subprocess.run(["grep", "-rl", "bangtin-key", one.data], stdout=subprocess.PIPE, text=True)
        assert [os.path.basename(p) for p in keys.stdout.split()] == ["freshness.key"]


# ---- keys and roots ----

def test_keys_are_registered():
    with office() as one:
        browser = desk(one, "duyet")
        key = lib.Key()
        assert post(browser, "/keys", public=key.base64, label="Điện thoại <i>")[0] == 303
        assert post(browser, "/keys", public=key.base64, label="again")[0] == 303  # restored
        assert post(desk(one, "pho"), "/keys", public=key.base64, label="x")[0] == 409
        for public, label in [("x", "x"), (key.base64[:-4], "x"), (lib.Key().base64, ""),
                              (lib.Key().base64, "x" * 101)]:
            assert post(browser, "/keys", public=public, label=label)[0] == 400, (public, label)
        page = browser.ask("GET", "/keys")[2]
        assert "Điện thoại &lt;i&gt;" in page and key.base64 in page and "Đang có hiệu lực" in page
        assert desk(one, "soan").ask("GET", "/keys")[0] == 403
        assert post(desk(one, "pho"), "/keys/%s/end" % key.id)[0] == 404
        listed = [json.loads(line) for line in one.run("key list", "--user", "duyet", "--json").splitlines()]
        assert {k["label"] for k in listed} == {"máy duyet", "Điện thoại <i>"}


def test_roots_are_signed_one_after_the_other():
    with lib.source() as one:
        key = lib.Key()
        draft = os.path.join(one.folder, "next.json")
        out = one.run("root add", "--public", key.base64, "--name", "An", "--publish", "--class", "ordinary",
                      "--until", "2030-01-01T00:00:00Z", "--draft", draft, "--key", one.key("root-1"))
        assert "waits for more signatures" in out
        shown = json.loads(one.run("root show", "--json"))
        assert shown["version"] == 1 and key.id not in [k["keyid"] for k in shown["keys"]]
        # the same key again is no second signature; nor is a key that may not
        assert "waits" in one.run("root sign", "--draft", draft, "--key", one.key("root-1"))
        assert "waits" in one.run("root sign", "--draft", draft, "--key", one.key("publish"))
        lib.run("root", "sign", "--draft", draft, "--key", one.key("root-3"))  # off the server
        assert "newest root" in one.run("root sign", "--draft", draft)
        shown = json.loads(one.run("root show", "--json"))
        mine = [k for k in shown["keys"] if k["keyid"] == key.id][0]
        assert (shown["version"], mine["classes"], mine["roles"]) == (2, ["ordinary"], "publish"), mine
        assert one.run("root remove", "0" * 64, ok=False).count("it has no key") == 1
        for text in ("priority=3", "publish=9", "x=1", "publish", "publish=0"):
            one.run("root threshold", text, ok=False)
        # a draft that was altered after it was signed
        in_root(one, lib.Key())
        one.run("root threshold", "priority=2", "--draft", draft, "--key", one.key("root-1"))
        with open(draft) as f:
            envelope = json.load(f)
        payload = base64.b64decode(envelope["payload"]).replace(b'"priority":2', b'"priority":1')
        envelope["payload"] = base64.b64encode(payload).decode()
        with open(draft, "w") as f:
            json.dump(envelope, f)
        one.run("root sign", "--draft", draft, "--key", one.key("root-2"))
        assert json.loads(one.run("root show", "--json"))["version"] == 3


def test_a_key_that_goes_takes_its_documents_along():
    with office() as one:
        number = propose(one)
        assert sign(one, number)[0] == 303
        done = subprocess.run([lib.PROGRAM, "root", "remove", one.keys_of["duyet"].id, "--data", one.data,
                               "--key", one.key("root-1"), "--key", one.key("root-2")],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0 and "kp-01" in done.stderr, done


def test_keys_go_with_the_account():
    """Whoever gets the name next, from the page or at the terminal, has none of its keys."""
    with office() as one:
        with_account(one)
        number = propose(one)
        payloads = documents(one, number)
        assert post(desk(one, "an"), "/people/duyet/remove")[0] == 303
        one.run("user remove", "pho")
        one.desks.pop("duyet")
        for name in ("duyet", "pho"):
            with_account(one, name, "approver")
            assert sign(one, number, name, payloads=payloads)[0] == 403, name
            assert sign(one, number, name, key=lib.Key(), payloads=payloads)[0] == 404, "no key of nobody's either"
        assert state(one, number) == "waiting" and published(one) is None
        notes = [row[0] for row in database(one).execute("SELECT what FROM diary")]
        for name, key in one.keys_of.items():
            assert "key %s of %s ended with the account" % (key.id, name) in notes, notes


def test_the_first_page_says_what_waits():
    """Of the areas of the person, and only what he can do something about."""
    with office() as one:
        assert '<div id="waits"></div>' in desk(one, "duyet").get("/")
        number = propose(one)
        with_account(one)
        assert post(desk(one, "an"), "/areas/krongpa/add", name="Phú Túc", kind="commune")[0] == 303
        with_account(one, "xa", "approver@phu-tuc")
        for name, expected in (("duyet", 1), ("pho", 1), ("soan", 0), ("xa", 0), ("an", 0)):
            assert desk(one, name).get("/").count('href="/proposals/%d"' % number) == expected, name
        assert sign(one, number)[0] == 303
        assert "/proposals/%d" % number not in desk(one, "pho").get("/")
        with database(one) as db:
            db.execute("UPDATE document SET expires_ms = ?", (int(time.time() * 1000) + 86400000,))
        assert "Nội dung của 1 màn hình" in desk(one, "duyet").get("/")
        assert "Nội dung của" not in desk(one, "soan").get("/")


def test_where_one_signed_is_no_way_out():
    with office() as one:
        for back, leads in (("/cuts/x", "/cuts/x"), ("//evil.example", None), ("https://evil.example", None), ("", None),
                            ("/a?b", None), ("/\\evil.example", None)):
            number = propose(one)
            payloads = documents(one, number)
            status, headers, _ = post(desk(one, "duyet"), "/proposals/%d/sign" % number, back=back,
                                      keyid=one.keys_of["duyet"].id, signatures=signatures(one.keys_of["duyet"], payloads))
            assert (status, headers["Location"]) == (303, leads or "/proposals/%d" % number), back


if __name__ == "__main__":
    lib.run_tests(globals())
