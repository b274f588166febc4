#!/usr/bin/env python3
"""Enrolment: a board greets, the operator says which screen it is; and the time, for boards that do not know it."""

import base64
import contextlib
import json
import os
import sqlite3
import subprocess
import time

import source_lib as lib


def greet(one, key, **how):
    body = json.dumps({"key": how.pop("said", key.base64), "code": how.pop("code", key.claim_code())})
    status, headers, answer = one.post_signed(key, "/v1/enrol", body.encode(), **how)
    return status, json.loads(answer)


def test_a_board_is_accepted():
    key = lib.Key()
    with lib.source() as one:
        one.serve()
        assert greet(one, key) == (202, {"status": "waiting"})
        assert greet(one, key) == (202, {"status": "waiting"})
        listed = json.loads(one.run("screen list", "--json"))
        assert [w["code"] for w in listed["waiting"]] == [key.claim_code()], listed
        assert listed["waiting"][0]["key"] == key.base64 and not listed["screens"]
        one.run("screen claim", "0000-0000", "kp-01", ok=False)
        one.run("screen claim", key.claim_code(), "../x", ok=False)
        one.run("screen claim", key.claim_code().lower().replace("-", " "), "kp-01", "--name", "Chợ")
        status, reply = greet(one, key)
        assert status == 200 and reply["screen"] == "kp-01", reply
        root = json.loads(base64.b64decode(reply["root"]))
        assert root["payloadType"].startswith("application/vnd.bangtin.root")
        assert one.get("/v1/screens/kp-01/now.json")[0] == 200
        listed = json.loads(one.run("screen list", "--json"))
        assert not listed["waiting"] and listed["screens"][0]["key"] == key.base64
        assert one.post_facts(key, [lib.fact(1)])[0] == 200


def test_a_board_is_turned_down():
    key = lib.Key()
    with lib.source() as one:
        one.serve()
        greet(one, key)
        one.run("screen deny", key.claim_code())
        assert greet(one, key)[0] == 403
        one.run("screen claim", key.claim_code(), "kp-01", ok=False)
        assert json.loads(one.run("screen list", "--json")) == {"screens": [], "waiting": []}


def test_two_with_one_code():
    """A code has 40 bits, so a second key for it can be searched for; here it is planted."""
    key, other = lib.Key(), lib.Key()
    with lib.source() as one:
        one.serve()
        greet(one, key)
        greet(one, other)
        with contextlib.closing(sqlite3.connect(os.path.join(one.data, "source.db"))) as db, db:
            db.execute("UPDATE enrolment SET code = ? WHERE key = ?", (key.claim_code(), other.base64))
        one.run("screen claim", key.claim_code(), "kp-01", ok=False)
        assert greet(one, key)[0] == greet(one, other)[0] == 202


@contextlib.contextmanager
def enrolling(one, *more):
    """`bangtin enrol`, which has said its code; and that."""
    config = os.path.join(one.folder, "player.conf")
    with open(config, "w") as f:
        f.write("[screen]\nstate=%s/state\n[source krongpa]\nbase=%s\n" % (one.folder, one.base))
    command = [lib.PROGRAM.replace("bangtin-source", "bangtin"), "enrol", one.base + "/", "--config", config, *more]
    board = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""})
    try:
        yield board, board.stdout.readline().split()[-1]
    finally:
        board.kill()
        board.communicate()


def wait_for_greeting(one, code):
    for _ in range(300):
        if code in [w["code"] for w in json.loads(one.run("screen list", "--json"))["waiting"]]:
            return
        time.sleep(0.1)
    assert False, "the board does not greet"


def test_a_board_waits_while_the_source_is_away():
    """The source goes and comes while somebody looks for the page; the address ends with a slash."""
    with lib.source() as one:
        one.serve()
        with enrolling(one, "--for", "60") as (board, code):
            wait_for_greeting(one, code)
            one.stop()
            time.sleep(5)
            assert board.poll() is None, board.communicate()
            one.run("screen claim", code, "kp-01")
            one.serve("--listen", one.host)
            said, trouble = board.communicate(timeout=60)
            assert board.returncode == 0 and "kp-01" in said, (said, trouble)
            assert trouble.count("\n") == 1, trouble


def test_a_board_hears_that_it_was_turned_down():
    with lib.source() as one:
        one.serve()
        with enrolling(one) as (board, code):
            wait_for_greeting(one, code)
            one.run("screen deny", code)
            said, trouble = board.communicate(timeout=60)
            assert board.returncode == 1 and "turned down" in trouble, (said, trouble)


def test_greetings_that_are_none():
    key, other = lib.Key(), lib.Key()
    with lib.source() as one:
        one.serve()
        assert greet(one, key, code=other.claim_code())[0] == 400
        assert greet(one, key, code="")[0] == 400
        assert greet(one, key, said="AAAA")[0] == 400
        assert greet(one, other, said=key.base64, code=key.claim_code())[0] == 401
        assert greet(one, key, created=0)[0] == 401
        for body in (b"", b"{", b"[]", b"{}", b'{"key":1,"code":2}', b"x" * 1024):
            assert one.post_signed(key, "/v1/enrol", body)[0] == 400, body
        assert one.post_signed(key, "/v1/enrol", b"x" * 1025)[0] == 413
        body = json.dumps({"key": key.base64, "code": key.claim_code()}).encode()
        assert one.request("POST", "/v1/enrol", body)[0] == 401
        assert not json.loads(one.run("screen list", "--json"))["waiting"]


def test_a_flood_is_told_to_wait():
    with lib.source() as one:
        one.serve()
        statuses = [greet(one, lib.Key())[0] for _ in range(45)]
        assert statuses[0] == 202 and statuses[-1] == 429, statuses
        assert statuses.count(202) < 45


def ask(one, body):
    return one.request("POST", "/v1/time", body, {"Content-Type": "application/json"})


def test_the_time():
    nonce = "0123456789abcdef" * 4
    with lib.source() as one:
        one.serve()
        before = time.time_ns() // 1000000
        status, headers, answer = ask(one, json.dumps({"nonce": nonce}))
        assert status == 200 and headers["Cache-Control"] == "no-store", (status, answer)
        envelope = json.loads(answer)
        assert envelope["payloadType"] == "application/vnd.bangtin.time+json", envelope
        assert len(envelope["signatures"]) == 1, envelope
        said = json.loads(base64.b64decode(envelope["payload"]))
        assert set(said) == {"source", "nonce", "utc_ms"}, said
        assert said["nonce"] == nonce and said["source"] == "krongpa"
        assert before <= said["utc_ms"] <= time.time_ns() // 1000000
        for body in (b"", b"{", b"[]", b"{}", b'{"nonce":1}', b'{"nonce":"00"}',
                     json.dumps({"nonce": nonce.upper()}).encode()):
            assert ask(one, body)[0] == 400, body
        assert ask(one, b"x" * 257)[0] == 413
        assert one.get("/v1/time")[0] == 405


def test_many_questions_are_told_to_wait():
    body = json.dumps({"nonce": "0" * 64})
    with lib.source() as one:
        one.serve()
        statuses = [ask(one, body)[0] for _ in range(80)]
        assert statuses[0] == 200 and statuses[-1] == 429, statuses


if __name__ == "__main__":
    lib.run_tests(globals())
