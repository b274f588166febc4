#!/usr/bin/env python3
"""Reports: who may send them, and that each fact counts once whatever is lost on the way."""

import csv
import gzip
import io
import json
import socket
import threading
import time
from email.utils import formatdate

import source_lib as lib

PATH = "/v1/screens/kp-01/reports"


def test_signatures():
    key, other = lib.Key(), lib.Key()
    with lib.source() as one:
        one.add_screen(key=key)
        one.add_screen("kp-02")
        one.serve()
        body = json.dumps(lib.fact(1)).encode() + b"\n"
        good = lib.signed_headers(key, one.base + PATH, body)

        def refused(word, headers, text=body, path=PATH):
            status, _, answer = one.request("POST", path, text, headers)
            assert status == 401 and json.loads(answer)["error"] == word, (word, status, answer)

        refused("bad signature", {})
        refused("bad signature", lib.signed_headers(other, one.base + PATH, body))
        refused("bad signature", good, path="/v1/screens/kp-02/reports")  # no board there
        refused("bad signature", good, path="/v1/screens/kp-03/reports")  # no such screen
        refused("bad digest", good, text=body.replace(b"b1", b"b2"))
        for field in good:
            refused("bad signature", {k: v for k, v in good.items() if k != field})
        for field, value in [
            ("Signature", "sig1=:AAAA:"), ("Signature", good["Signature"].replace("sig1", "sig2")),
            ("Signature", "sig1=:" + good["Signature"][7:11].swapcase() + good["Signature"][11:]),
            ("Signature-Input", good["Signature-Input"] + ";nonce=\"x\""),
            ("Signature-Input", good["Signature-Input"].replace('"date" ', "")),
            ("Signature-Input", good["Signature-Input"] + ', sig2=()'),
            ("Signature-Input", good["Signature-Input"].replace(key.id, other.id)),
            ("Signature-Input", good["Signature-Input"].replace("ed25519", "hmac-sha256")),
            ("Signature-Input", "sig1=" + "(" * 1000),
        ]:
            refused("bad signature", {**good, field: value})
        refused("bad signature", lib.signed_headers(key, "http://elsewhere" + PATH, body))
        refused("bad signature", lib.signed_headers(key, one.base + PATH, body, method="PUT"))
        now = time.time()
        for age in (-330, 330, 86400, now):
            date = formatdate(now - age, usegmt=True)
            refused("stale date", lib.signed_headers(key, one.base + PATH, body, date=date))
        refused("stale date", lib.signed_headers(key, one.base + PATH, body, created=now - 400))
        assert one.reports() == []
        for age in (-240, 240):
            date = formatdate(now - age, usegmt=True)
            status, _ = one.post_facts(key, [lib.fact(1)], date=date)
            assert status == 200, age
        status, _, _ = one.post_signed(key, PATH, body, url="https://" + one.host + PATH)
        assert status == 200  # behind a proxy that speaks TLS
        assert len(one.reports()) == 1


def test_each_fact_counts_once():
    key = lib.Key()
    with lib.source() as one:
        one.add_screen(key=key)
        one.serve()
        facts = [lib.fact(n, "played", zone="main", x={"deep": [1, "ê̆"]}) for n in range(1, 6)]
        for _ in range(3):
            status, reply = one.post_facts(key, facts)
            assert (status, reply) == (200, {"accepted": [[1, 5]], "refused": []}), reply
        status, reply = one.post_facts(key, [facts[4], lib.fact(6), lib.fact(9), lib.fact(8)])
        assert reply["accepted"] == [[5, 6], [8, 9]], reply
        # the same fact under another number is here already; another fact under its number is not
        status, reply = one.post_facts(key, [lib.fact(20, id="f1"), lib.fact(2, id="new")])
        assert reply == {"accepted": [[20, 20]], "refused": [{"id": "new", "reason": "conflict"}]}
        seen = one.reports()
        assert [f["seq"] for f in seen] == [1, 2, 3, 4, 5, 6, 8, 9]
        for sent, kept in zip(facts, seen):
            assert {k: v for k, v in kept.items() if k not in ("screen", "received")} == sent
        assert [f["seq"] for f in one.reports("--type", "state")] == [6, 8, 9]
        assert one.reports("--screen", "kp-99") == []
        assert one.reports("--to", "2020-01-01T00:00:00Z") == []


def test_packed():
    """A batch may be packed, and unpacks to no more than a plain one may hold."""
    key = lib.Key()
    with lib.source() as one:
        one.add_screen(key=key)
        one.serve()

        def post(body, coding="gzip", signed=None):
            headers = lib.signed_headers(key, one.base + PATH, signed if signed is not None else body)
            return one.request("POST", PATH, body, {**headers, **({"Content-Encoding": coding} if coding else {})})

        text = "".join(json.dumps(lib.fact(n)) + "\n" for n in range(1, 101)).encode()
        status, headers, _ = post(json.dumps(lib.fact(1)).encode() + b"\n", coding=None)
        assert (status, headers["Accept-Encoding"]) == (200, "gzip")
        packed = gzip.compress(text)
        assert len(packed) < len(text) / 5
        status, headers, answer = post(packed)
        assert (status, headers["Accept-Encoding"]) == (200, "gzip")
        assert json.loads(answer) == {"accepted": [[1, 100]], "refused": []}, answer
        assert len(one.reports()) == 100
        more, before_kb = json.dumps(lib.fact(200)).encode() + b"\n", one.peak_kb()
        bad = [(gzip.compress(more)[:-1], "gzip", 400), (more, "gzip", 400), (b"", "gzip", 400),
               (gzip.compress(more + b"\n" * (256 * 1024)), "gzip", 413), (gzip.compress(bytes(200 * 10**6)), "gzip", 413),
               (gzip.compress(more), "br", 415), (gzip.compress(more), "gzip, gzip", 415)]
        for body, coding, expected in bad:
            status, headers, answer = post(body, coding)
            assert status == expected, (coding, len(body), status, answer)
            assert status != 415 or headers["Accept-Encoding"] == "gzip"
        assert post(gzip.compress(more), signed=more)[0] == 401  # what is signed is what is sent
        assert one.peak_kb() - before_kb < 100_000
        assert len(one.reports()) == 100
        assert post(gzip.compress(more + b"\n" * (200 * 1024)))[0] == 200


def test_table():
    """What was played as a table, and nothing in it that a spreadsheet would run."""
    key = lib.Key()
    with lib.source() as one:
        one.add_screen(key=key)
        one.serve()
        played = lib.fact(1, "played", item="n1", zone="main", phash="0123456789abcdef", luma=77, fault="black",
                          essential=True, issuer='UBND "Phú Túc", Krông Pa', document="=1+1")
        lines = [played, lib.fact(2, "state"), lib.fact(3, "played", item="two\nlines", phash="fe" * 8)]
        body = "\n".join(json.dumps(line) for line in lines).encode()
        assert one.post_signed(key, PATH, body)[0] == 200
        text = one.run("report", "--csv")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [(r["screen"], r["seq"], r["item"], r["phash"]) for r in rows] == [
            ("kp-01", "1", "n1", "0123456789abcdef"), ("kp-01", "3", "two\nlines", "fe" * 8)], rows
        assert (rows[0]["luma"], rows[0]["fault"], rows[0]["essential"]) == ("77", "black", "true"), rows[0]
        assert (rows[0]["issuer"], rows[0]["document"]) == ('UBND "Phú Túc", Krông Pa', "'=1+1"), rows[0]
        assert rows[1]["luma"] == "" and rows[1]["at"] == lines[2]["at"], rows[1]


def test_bad_lines_do_no_harm():
    key = lib.Key()
    with lib.source() as one:
        one.add_screen(key=key)
        one.serve()
        good = lib.fact(1)
        lines = [
            json.dumps(good), "", "{", "[]", "null", json.dumps({**good, "id": "a", "seq": 0}),
            json.dumps({**good, "id": "b", "seq": "7"}), json.dumps({**good, "id": "c", "at": "soon"}),
            json.dumps({**good, "id": "d", "pad": "x" * 2048}),
            json.dumps({k: v for k, v in good.items() if k != "type"}),
            '{"id":"e","id":"f"}', json.dumps({**good, "id": "", "seq": 3}),
            json.dumps({**good, "id": "g", "seq": 4, "deep": json.loads("[" * 40 + "]" * 40)}),
            json.dumps(lib.fact(2, "strange", new_field={"a": None})),
        ]
        body = "\n".join(lines).encode() + b"\n\xff\xfe\n"
        status, _, answer = one.post_signed(key, PATH, body)
        reply = json.loads(answer)
        assert status == 200 and reply["accepted"] == [[1, 2]], answer
        reasons = {r["id"]: r["reason"] for r in reply["refused"]}
        assert reasons["a"] == reasons["b"] == reasons["c"] == "invalid", reasons
        assert reasons["d"] == "limit" and reasons["line 3"] == "syntax", reasons
        assert len(reply["refused"]) == len(lines) - 2, reply
        assert all(r["id"] for r in reply["refused"])
        assert [f["id"] for f in one.reports()] == ["f1", "f2"]
        assert one.reports()[1]["new_field"] == {"a": None}


def test_size_limits():
    key = lib.Key()
    with lib.source() as one:
        one.add_screen(key=key)
        one.serve()
        whole = b"\n" * (256 * 1024)
        assert one.post_signed(key, PATH, whole)[0] == 200
        assert one.post_signed(key, PATH, whole + b"\n")[0] == 413
        # without a length, in pieces
        status, _, _ = one.request("POST", PATH, iter([b"x" * 65536] * 8), lib.signed_headers(
            key, one.base + PATH, b""))
        assert status == 413, status
        with socket.create_connection(("127.0.0.1", one.port), timeout=10) as s:
            s.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n" % PATH.encode())
            assert b" 413 " in s.recv(1000)
        # a fact of exactly 2 KB is kept
        one_fact = lib.fact(1, pad="")
        one_fact["pad"] = "x" * (2048 - len(json.dumps(one_fact)))
        assert one.post_facts(key, [one_fact])[1]["accepted"] == [[1, 1]]


def test_a_lost_reply():
    """The connection dies before the reply is read; the board sends again."""
    key = lib.Key()
    with lib.source() as one:
        one.add_screen(key=key)
        one.serve()
        for round_ in range(10):
            facts = [lib.fact(n) for n in range(round_ * 3 + 1, round_ * 3 + 4)]
            body = b"".join(json.dumps(f).encode() + b"\n" for f in facts)
            head = "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n" % (PATH, one.host, len(body))
            for name, value in lib.signed_headers(key, one.base + PATH, body).items():
                head += "%s: %s\r\n" % (name, value)
            s = socket.create_connection(("127.0.0.1", one.port))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            s.sendall(head.encode() + b"\r\n" + body)
            if round_ % 2:
                time.sleep(0.05)
            s.close()  # a reset
            status, reply = one.post_facts(key, facts)
            assert status == 200 and reply["accepted"] == [[facts[0]["seq"], facts[2]["seq"]]]
        assert [f["seq"] for f in one.reports()] == list(range(1, 31))


def test_two_at_once():
    keys = [lib.Key(), lib.Key()]
    with lib.source() as one:
        for n, key in enumerate(keys):
            one.add_screen("kp-%d" % n, key=key)
        one.serve()
        failures = []

        def post(n, key):
            try:
                for first in range(1, 200, 10):
                    facts = [lib.fact(s) for s in range(first, first + 10)]
                    status, reply = one.post_facts(key, facts, screen="kp-%d" % n)
                    assert status == 200 and reply["accepted"] == [[first, first + 9]], reply
            except Exception as e:
                failures.append(e)

        threads = [threading.Thread(target=post, args=(n, key)) for n, key in enumerate(keys)] + [
            threading.Thread(target=post, args=(0, keys[0]))]  # and one of them twice
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not failures, failures
        for n in range(2):
            assert [f["seq"] for f in one.reports("--screen", "kp-%d" % n)] == list(range(1, 201))


def test_a_flood_is_told_to_wait():
    key = lib.Key()
    with lib.source() as one:
        one.add_screen(key=key)
        one.serve()
        statuses = []
        for n in range(1, 80):
            status, headers, _ = one.post_signed(key, PATH, json.dumps(lib.fact(n)).encode())
            statuses.append(status)
            if status == 429:
                assert int(headers["Retry-After"]) >= 1
                break
        assert statuses[-1] == 429 and set(statuses[:-1]) == {200} and len(statuses) > 50, statuses


def test_another_board_begins_anew():
    old, new = lib.Key(), lib.Key()
    with lib.source() as one:
        one.add_screen(key=old)
        one.serve()
        assert one.post_facts(old, [lib.fact(1, id="old")])[0] == 200
        body = json.dumps({"key": new.base64, "code": new.claim_code()}).encode()
        assert one.post_signed(new, "/v1/enrol", body)[0] == 202
        one.run("screen claim", new.claim_code(), "kp-01")
        assert one.post_facts(old, [lib.fact(2)])[0] == 401
        assert one.post_facts(new, [lib.fact(1, id="new")])[1]["accepted"] == [[1, 1]]
        assert [f["id"] for f in one.reports()] == ["old", "new"]


if __name__ == "__main__":
    lib.run_tests(globals())
