#!/usr/bin/env python3
"""The static read path of the embedded source: validators, ranges, and paths that are none."""

import hashlib
import http.client
import os
import socket
import time

import source_lib as lib

IMMUTABLE = "public, max-age=31536000, immutable"


def with_asset(one, content):
    """Puts bytes into the tree as publishing would."""
    sha = hashlib.sha256(content).hexdigest()
    with open(os.path.join(one.data, "tree/v1/assets", sha), "wb") as f:
        f.write(content)
    return sha


def test_documents():
    with lib.source() as one:
        one.add_screen()
        made = one.publish(lib.TEXT, "--key", one.key("publish"))
        one.serve()
        for path, cache in [("/v1/root/1.json", IMMUTABLE), ("/v1/screens/kp-01/now.json", "no-cache"),
                            ("/v1/manifests/" + made["sha256"], IMMUTABLE)]:
            status, headers, body = one.get(path)
            assert status == 200 and headers["Cache-Control"] == cache, (path, status, headers)
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert headers["ETag"] == '"%s"' % hashlib.sha256(body).hexdigest()
            for tag in (headers["ETag"], "W/" + headers["ETag"], '"x", ' + headers["ETag"], "*"):
                status, again, nothing = one.get(path, If_None_Match=tag)
                assert (status, nothing, again["ETag"]) == (304, b"", headers["ETag"]), (path, tag)
            status, _, again = one.get(path, If_None_Match='"other"')
            assert (status, again) == (200, body)
            status, head, nothing = one.request("HEAD", path)
            assert (status, nothing, head["ETag"]) == (200, b"", headers["ETag"])
            assert int(head["Content-Length"]) == len(body)


def test_ranges():
    content = bytes(range(256)) * 4
    with lib.source() as one:
        sha = with_asset(one, content)
        empty = with_asset(one, b"")
        one.serve()
        path, tag = "/v1/assets/" + sha, '"%s"' % sha
        whole = (200, content, None)
        table = [
            ({}, whole),
            ({"Range": "bytes=0-0"}, (206, content[:1], "bytes 0-0/1024")),
            ({"Range": "bytes=10-19"}, (206, content[10:20], "bytes 10-19/1024")),
            ({"Range": "bytes=1000-"}, (206, content[1000:], "bytes 1000-1023/1024")),
            ({"Range": "bytes=1000-5000"}, (206, content[1000:], "bytes 1000-1023/1024")),
            ({"Range": "bytes=-24"}, (206, content[1000:], "bytes 1000-1023/1024")),
            ({"Range": "bytes=-5000"}, (206, content, "bytes 0-1023/1024")),
            ({"Range": "bytes=1024-"}, (416, b"", "bytes */1024")),
            ({"Range": "bytes=-0"}, (416, b"", "bytes */1024")),
            ({"Range": "bytes=99999999999999999999-"}, whole),
            ({"Range": "bytes=20-10"}, whole),
            ({"Range": "bytes=a-b"}, whole),
            ({"Range": "bytes="}, whole),
            ({"Range": "lines=1-2"}, whole),
            ({"Range": "bytes=0-1,4-5"}, whole),
            ({"Range": "bytes=10-19", "If-Range": tag}, (206, content[10:20], "bytes 10-19/1024")),
            ({"Range": "bytes=10-19", "If-Range": '"other"'}, whole),
            ({"Range": "bytes=10-19", "If-Range": "W/" + tag}, whole),
            ({"Range": "bytes=10-19", "If-Range": "Sun, 22 Nov 2026 01:00:00 GMT"}, whole),
            ({"Range": "bytes=10-19", "If-None-Match": tag}, (304, b"", None)),
        ]
        for asked, (status, body, span) in table:
            got, headers, bytes_ = one.request("GET", path, headers=asked)
            assert (got, bytes_, headers["Content-Range"]) == (status, body, span), (asked, got, headers)
            assert headers["ETag"] == tag, asked
            assert "Content-Encoding" not in headers, asked
        status, headers, body = one.request("HEAD", path, headers={"Range": "bytes=0-9"})
        assert (status, int(headers["Content-Length"]), body) == (200, 1024, b"")
        status, headers, body = one.get("/v1/assets/" + empty, Range="bytes=0-")
        assert (status, body) == (200, b"")


def raw(one, text, wait=5):
    """Sends bytes as they are; returns what came back."""
    with socket.create_connection(("127.0.0.1", one.port), timeout=wait) as s:
        s.sendall(text)
        parts = []
        try:
            while True:
                part = s.recv(65536)
                if not part:
                    break
                parts.append(part)
                if b"\r\n\r\n" in b"".join(parts):
                    break
        except TimeoutError:
            pass
        return b"".join(parts)


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


def test_paths():
    with lib.source() as one:
        one.add_screen()
        sha = with_asset(one, b"content")
        with open(os.path.join(one.data, "tree/v1/assets/plain"), "w") as f:
            f.write("no hash")
        outside = os.path.join(one.folder, "outside")
        with open(outside, "w") as f:
            f.write("secret")
        link = hashlib.sha256(b"secret").hexdigest()
        os.symlink(outside, os.path.join(one.data, "tree/v1/assets", link))
        one.serve()
        assert one.get("/v1/assets/" + sha)[0] == 200
        for path in [
            "/v1/assets/../../../source.db", "/v1/assets/..%2f..%2f..%2fsource.db",
            "/v1/assets/%2e%2e/root/1.json", "/v1/screens/../root/1.json",
            "/v1/screens/../../source.db/now.json", "/v1/screens/./now.json",
            "/v1/screens/%2e%2e/now.json", "/v1/screens//now.json", "//v1/root/1.json",
            "/v1//root/1.json", "/v1/root/1.json/", "/v1/root/0.json", "/v1/root/01.json",
            "/v1/root/-1.json", "/v1/root/2.json", "/v1/root/99999999999999999999.json",
            "/v1/root/1.json%00", "/v1/assets/" + sha.upper(), "/v1/assets/" + sha + "0",
            "/v1/assets/" + sha[:-1], "/v1/assets/plain", "/v1/assets/" + link, "/v1/assets/",
            "/v1/assets", "/v1/manifests/" + sha, "/v1/screens/kp-02/now.json",
            "/v1/screens/kp-02/events", "/source.db", "/../source.db", "/freshness.key", "/etc/passwd",
            "/v1/screens/" + "a" * 200 + "/now.json", "/.env", "/v1/assets/%s%%2f" % sha,
        ]:
            answer = raw(one, b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode())
            assert status_of(answer) in (400, 404), (path, answer[:100])
            assert b"secret" not in answer
        for method in ("PUT", "DELETE", "POST", "PATCH", "OPTIONS"):
            assert one.request(method, "/v1/root/1.json")[0] == 405, method
        assert one.get("/v1/screens/kp-01/reports")[0] == 405


def test_heads_with_two_meanings():
    with lib.source() as one:
        one.add_screen()
        one.serve()
        get = b"GET /v1/root/1.json HTTP/1.1\r\n"
        post = b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\n"
        for name, text in {
            "two hosts": get + b"Host: a\r\nHost: b\r\n\r\n",
            "no host": get + b"\r\n",
            "two lengths": post + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
            "length and coding": post + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "two dates": post + b"Date: a\r\nDate: b\r\nContent-Length: 2\r\n\r\n{}",
            "two signatures": post + b"Signature: a\r\nsignature: b\r\nContent-Length: 2\r\n\r\n{}",
            "head of 100 KB": get + b"Host: x\r\nX: " + b"y" * 100000 + b"\r\n\r\n",
        }.items():
            status = status_of(raw(one, text))
            assert status in (400, 413, 414, 431), (name, status)
        status, _, _ = one.request("GET", "/v1/root/1.json", body=b"x" * 10)
        assert status == 413, status


def test_slow_heads_are_cut():
    with lib.source() as one:
        one.serve()
        silent = socket.create_connection(("127.0.0.1", one.port))
        trickle = socket.create_connection(("127.0.0.1", one.port))
        kept = http.client.HTTPConnection("127.0.0.1", one.port, timeout=30)
        kept.request("GET", "/v1/root/1.json")
        kept.getresponse().read()
        begun, ended = time.monotonic(), {}
        trickle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for s in (silent, trickle):
            s.setblocking(False)
        while len(ended) < 2 and time.monotonic() - begun < 20:
            for name, s in (("silent", silent), ("trickle", trickle)):
                if name in ended:
                    continue
                try:
                    if name == "trickle":
                        s.send(b"X-a: b\r\n")
                    if s.recv(100) == b"":
                        ended[name] = time.monotonic() - begun
                except BlockingIOError:
                    pass
                except OSError:
                    ended[name] = time.monotonic() - begun
            time.sleep(0.5)
        assert all(8 < ended.get(name, 99) < 13.5 for name in ("silent", "trickle")), ended
        kept.request("GET", "/v1/root/1.json")  # one that only waits was left alone
        assert kept.getresponse().status == 200
        for s in (silent, trickle, kept):
            s.close()


def test_one_address_has_64_connections():
    with lib.source() as one:
        one.serve()
        held = [socket.create_connection(("127.0.0.1", one.port)) for _ in range(80)]
        time.sleep(0.5)
        cut = 0
        for s in held:
            s.settimeout(0.05)
            try:
                cut += s.recv(1) == b""
            except TimeoutError:
                pass
            except OSError:
                cut += 1
        for s in held:
            s.close()
        assert cut == 80 - 64, cut
        time.sleep(0.2)
        assert one.get("/v1/root/1.json")[0] == 200


def test_events():
    with lib.source() as one:
        one.add_screen()
        one.serve()
        with socket.create_connection(("127.0.0.1", one.port), timeout=10) as s:
            s.sendall(b"GET /v1/screens/kp-01/events HTTP/1.1\r\nHost: x\r\n\r\n")
            said = b""
            while b"retry:" not in said:
                said += s.recv(1000)
            assert b"text/event-stream" in said, said
            one.publish(lib.TEXT, "--key", one.key("publish"))
            while b"event: now" not in said:
                part = s.recv(1000)
                assert part, said
                said += part
            version = int(said.split(b"data: ")[1].split()[0])
            assert version == one.now()["version"], said
            one.stop()  # with the stream still open
        one.serve()


if __name__ == "__main__":
    lib.run_tests(globals())
