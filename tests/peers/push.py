#!/usr/bin/env python3
"""Reports and enrolment: the signature of RFC 9421 is verified here by other means (its base is built
from the request as it came, the signature checked by openssl), and replies of all kinds are sent."""
import base64
import email.utils
import gzip
import hashlib
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
FACT = '{"id":"f%d","boot":"b","seq":%d,"at":"2026-11-22T01:00:00Z","mono_ms":1,"type":"event"}\n'


class Listener(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, self.headers, body, self.client_address))
        status, fields, reply = self.server.replies.pop(0) if self.server.replies else self.server.reply
        self.send_response(status)
        self.send_header("Content-Length", str(len(reply)))
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass


class Push(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="bt-push-"))
        self.addCleanup(peers.remove, self.top)
        self.source = peers.SourceWithHosts(self.top)
        self.key = self.top / "device.key"
        out = subprocess.run([peers.TOOLS / "peer-seal", "key", self.key], check=True,
                             stdout=subprocess.PIPE, text=True).stdout.split()
        self.public, self.key_id = base64.b64decode(out[0]), out[1]
        self.batch = self.top / "batch"
        self.batch.write_text(FACT % (1, 1) + FACT % (2, 2))
        self.server = Server(("127.0.0.1", 0), Listener)
        self.server.requests, self.server.replies = [], []
        self.base = f"http://127.0.0.1:{self.server.server_port}/bang"
        self.answer(200, {"accepted": [[1, 2]], "refused": []})
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def answer(self, status, reply, **fields):
        text = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.server.reply = (status, {k.replace("_", "-"): v for k, v in fields.items()}, text)

    def push(self, **options):
        settings = {"base": self.base, "cache": self.top / "cache", "screen": peers.SCREEN,
                    "root": self.source.root_path, "key": self.key, "push": self.batch}
        settings.update(options)
        return peers.sync_once(**{k: v for k, v in settings.items() if v is not None}).last

    # ---- the signature ----

    def openssl_says(self, message, signature, public=None):
        pem = self.top / "public.pem"
        der = base64.b64encode(ED25519_SPKI + (public or self.public)).decode()
        pem.write_text(f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
        (self.top / "message").write_bytes(message)
        (self.top / "signature").write_bytes(signature)
        return subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", pem, "-in",
             self.top / "message", "-sigfile", self.top / "signature"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def signature_of(self, request):
        """The base as RFC 9421, section 2.5 says, and the signature over it."""
        path, headers, body, _ = request
        said = re.fullmatch(r'sig1=(\(([^)]*)\);created=(\d+);keyid="([0-9a-f]{64})";alg="ed25519")',
                            headers["Signature-Input"])
        self.assertIsNotNone(said, headers["Signature-Input"])
        self.assertEqual(said[4], self.key_id)
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        self.assertEqual(headers["Content-Digest"], f"sha-256=:{digest}:")
        values = {'"@method"': "POST",
                  '"@target-uri"': f"http://{headers['Host']}{path}",
                  '"date"': headers["Date"], '"content-digest"': headers["Content-Digest"]}
        components = said[2].split(" ")
        self.assertEqual(sorted(components), sorted(values))
        lines = [f"{c}: {values[c]}" for c in components]
        lines.append(f'"@signature-params": {said[1]}')
        signature = re.fullmatch(r"sig1=:([A-Za-z0-9+/=]+):", headers["Signature"])
        return "\n".join(lines).encode(), base64.b64decode(signature[1]), int(said[3])

    def test_signed_report(self):
        result = self.push(now="2026-11-22T01:02:03Z")
        self.assertEqual(result["result"], "pushed", result)
        self.assertEqual(result["accepted"], [1, 2])
        request = self.server.requests[0]
        self.assertEqual(request[0], f"/bang/v1/screens/{peers.SCREEN}/reports")
        self.assertEqual(request[2], self.batch.read_bytes())
        self.assertEqual(request[1]["Content-Type"], "application/x-ndjson")
        self.assertEqual(request[1]["Date"], "Sun, 22 Nov 2026 01:02:03 GMT")
        message, signature, created = self.signature_of(request)
        self.assertEqual(created, 1795309323)
        self.assertTrue(self.openssl_says(message, signature))
        # And the check can fail: another method, another key, another body's digest.
        self.assertFalse(self.openssl_says(message.replace(b"POST", b"PUT"), signature))
        self.assertFalse(self.openssl_says(message, signature, bytes(32)))
        self.assertFalse(self.openssl_says(message.replace(b"sha-256=:", b"sha-256=:A"), signature))

    def test_report_at_an_address(self):
        """A further host that is an address takes reports under the source's own name, one with a name takes none."""
        port, base = self.server.server_port, "http://localhost:1/bang"
        self.source.name_hosts("localhost:%d" % port)
        self.assertEqual(self.push(base=base)["reason"], "network")
        self.assertEqual(self.server.requests, [])
        self.source.name_hosts("127.0.0.1:%d" % port)
        result = self.push(base=base)
        self.assertEqual(result.get("accepted"), [1, 2], result)
        self.assertEqual(self.server.requests[0][1]["Host"], "localhost:1")
        message, signature, _ = self.signature_of(self.server.requests[0])
        self.assertTrue(self.openssl_says(message, signature))

    # ---- packing ----

    def test_packed_where_that_is_welcome(self):
        """The first answer says so; what is signed is what is sent."""
        self.answer(200, {"accepted": [[1, 2]], "refused": []}, Accept_Encoding="br, GZIP")
        self.assertEqual(self.push(rounds=3)["accepted"], [1, 2])
        first, *others = self.server.requests
        self.assertEqual((first[1]["Content-Encoding"], first[2]), (None, self.batch.read_bytes()))
        self.assertEqual(len(others), 2)
        for request in others:
            self.assertEqual(request[1]["Content-Encoding"], "gzip")
            self.assertEqual(gzip.decompress(request[2]), self.batch.read_bytes())
            self.assertLess(len(request[2]), len(self.batch.read_bytes()))
            message, signature, _ = self.signature_of(request)
            self.assertTrue(self.openssl_says(message, signature))

    def test_plain_where_it_is_not(self):
        for value in ("br", "gzip;q=0", "x-gzip", ""):
            with self.subTest(value=value):
                self.server.requests.clear()
                self.answer(200, {"accepted": [[1, 2]], "refused": []}, Accept_Encoding=value)
                self.push(rounds=2)
                self.assertEqual([r[1]["Content-Encoding"] for r in self.server.requests], [None, None])

    def test_plain_where_it_is_no_more(self):
        """A source that was replaced by an older one: one batch is refused, and then goes as it is."""
        welcome = (200, {"Accept-Encoding": "gzip"}, b'{"accepted": [[1, 2]], "refused": []}')
        self.server.replies = [welcome, (415, {}, b""), (200, {}, welcome[2])]
        self.assertEqual(self.push(rounds=3)["accepted"], [1, 2])
        self.assertEqual([r[1]["Content-Encoding"] for r in self.server.requests], [None, "gzip", None])

    # ---- replies ----

    def test_refused_facts(self):
        self.answer(200, {"accepted": [[1, 1], [3, 9]],
                          "refused": [{"id": "f2", "reason": "không rõ"}]})
        result = self.push()
        self.assertEqual(result["accepted"], [1, 1, 3, 9])
        self.assertEqual(result["refused"], {"f2": "không rõ"})

    def test_retry_after(self):
        date = email.utils.formatdate(1795309323 + 90, usegmt=True)
        cases = [(429, "7", 7000), (503, "120", 120000), (503, date, 90000),
                 (503, "99999999999999999999", 86400000), (429, "soon", 0), (429, "-5", 0),
                 (503, email.utils.formatdate(1, usegmt=True), 0), (503, "7 seconds", 0),
                 (429, "x" * 500, 0), (500, "7", 0)]
        for status, text, expected in cases:
            with self.subTest(status=status, text=text[:40]):
                self.answer(status, b"", Retry_After=text)
                result = self.push(now="2026-11-22T01:02:03Z")
                self.assertEqual((result["result"], result["reason"]), ("failed", "network"))
                self.assertEqual(result["retry_after_ms"], expected)

    def test_bad_replies(self):
        many = {"accepted": [[i, i] for i in range(5000)]}
        cases = [(b"<html>Login</html>", "syntax"), (b"", "syntax"), ([], "invalid"), ({}, "invalid"),
                 ({"accepted": [[2, 1]]}, "invalid"), ({"accepted": [[1]]}, "invalid"),
                 ({"accepted": [["1", "2"]]}, "invalid"), ({"accepted": [[1, 2, 3]]}, "limit"),
                 ({"accepted": [[-1, 2]]}, "invalid"), (many, "limit"),
                 ({"accepted": [], "refused": [{"id": ""}]}, "invalid"),
                 ({"accepted": [], "refused": [{"id": "f1", "reason": "x" * 500}]}, "limit"),
                 (b"[" * 1000, "limit"), (b" " * 300000, "limit")]
        for reply, expected in cases:
            with self.subTest(reply=str(reply)[:60]):
                self.answer(200, reply)
                result = self.push()
                self.assertEqual((result["result"], result["reason"]), ("failed", expected), result)

    def test_not_a_report(self):
        for status in (302, 401, 404, 204):
            with self.subTest(status=status):
                self.answer(status, b"", Location="http://127.0.0.1:1/")
                self.assertEqual(self.push()["result"], "failed")
        self.assertEqual(len(self.server.requests), 4)  # and no redirect was followed

    def test_batch_too_large(self):
        self.batch.write_bytes(b"x" * (256 * 1024 + 1))
        self.assertEqual(self.push()["reason"], "limit")
        self.assertEqual(self.server.requests, [])

    def test_without_a_key(self):
        self.assertEqual(self.push(key=None)["reason"], "unsupported")

    def test_a_folder_takes_none(self):
        self.assertEqual(self.push(base=f"file://{self.source.tree}")["reason"], "unsupported")

    # ---- enrolment ----

    def enrol(self):
        return peers.sync_once("--enrol", base=self.base, key=self.key).last

    def claim_code(self):
        digest = hashlib.sha256(b"bangtin claim code 1\n" + self.public).digest()
        code = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[b % 32] for b in digest[:8])
        return code[:4] + "-" + code[4:]

    def test_enrol(self):
        self.answer(202, {"status": "waiting"})
        result = self.enrol()
        self.assertEqual((result["result"], result["screen"]), ("waiting", None))
        self.assertEqual(result["code"], self.claim_code())
        request = self.server.requests[0]
        self.assertEqual(request[0], "/bang/v1/enrol")
        self.assertEqual(json.loads(request[2]), {
            "key": base64.b64encode(self.public).decode(), "code": self.claim_code()})
        message, signature, _ = self.signature_of(request)
        self.assertTrue(self.openssl_says(message, signature))

        root = self.source.root_path.read_bytes()
        self.answer(200, {"screen": peers.SCREEN, "root": base64.b64encode(root).decode()})
        result = self.enrol()
        self.assertEqual((result["result"], result["screen"]), ("adopted", peers.SCREEN))
        self.assertEqual(result["root_bytes"], len(root))

    def test_bad_enrolments(self):
        cases = [(200, {"screen": "s"}), (200, {"root": "QQ=="}), (200, {"screen": "s", "root": "?"}),
                 (200, {"screen": "", "root": "QQ=="}), (200, {"status": "waiting"}),
                 (200, {"screen": "../x", "root": "QQ=="}), (202, {}), (202, {"status": "gone"}),
                 (202, b""), (403, {}), (302, {}), (200, {"screen": "s" * 65, "root": "QQ=="}),
                 (200, {"screen": "s", "root": "QUFB" * 50000})]
        for status, reply in cases:
            with self.subTest(status=status, reply=str(reply)[:60]):
                self.answer(status, reply)
                self.assertEqual(self.enrol()["result"], "failed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
