"""What the tests of the embedded source share: a source in a folder of its own, a board's key, and
signed requests. Python's standard library only; Ed25519 is written out after RFC 8032."""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from email.utils import formatdate

BUILD = os.environ.get("BUILD", "build")
PROGRAM = os.path.join(BUILD, "bin", "bangtin-source")

# ---- Ed25519 (RFC 8032, section 6) ----

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def _recover_x(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if (x & 1) != sign else x


_GY = 4 * pow(5, P - 2, P) % P
_GX = _recover_x(_GY, 0)
G = (_GX, _GY, 1, _GX * _GY % P)


def _add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def _times(s, point):
    total = (0, 1, 1, 0)
    while s:
        if s & 1:
            total = _add(total, point)
        point = _add(point, point)
        s >>= 1
    return total


def _pack(point):
    z = pow(point[2], P - 2, P)
    x, y = point[0] * z % P, point[1] * z % P
    return (y | ((x & 1) << 255)).to_bytes(32, "little")


class Key:
    """A board's key."""

    def __init__(self, seed=None):
        self.seed = seed or os.urandom(32)
        h = hashlib.sha512(self.seed).digest()
        a = int.from_bytes(h[:32], "little")
        self.a = (a & ((1 << 254) - 8)) | (1 << 254)
        self.prefix = h[32:]
        self.public = _pack(_times(self.a, G))
        self.id = hashlib.sha256(self.public).hexdigest()
        self.base64 = base64.b64encode(self.public).decode()

    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % L
        big_r = _pack(_times(r, G))
        k = hashlib.sha512(big_r + self.public + message).digest()
        s = (r + int.from_bytes(k, "little") * self.a) % L
        return big_r + s.to_bytes(32, "little")

    def claim_code(self):
        alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        said = hashlib.sha256(b"bangtin claim code 1\n" + self.public).digest()
        code = "".join(alphabet[b % 32] for b in said[:8])
        return code[:4] + "-" + code[4:]


def signed_headers(key, url, body, date=None, created=None, method="POST"):
    date = date or formatdate(time.time(), usegmt=True)
    created = int(time.time()) if created is None else created
    digest = "sha-256=:%s:" % base64.b64encode(hashlib.sha256(body).digest()).decode()
    params = (
        '("@method" "@target-uri" "date" "content-digest")'
        ';created=%d;keyid="%s";alg="ed25519"' % (created, key.id)
    )
    text = (
        '"@method": %s\n"@target-uri": %s\n"date": %s\n"content-digest": %s\n'
        '"@signature-params": %s' % (method, url, date, digest, params)
    )
    return {
        "Date": date,
        "Content-Digest": digest,
        "Signature-Input": "sig1=" + params,
        "Signature": "sig1=:%s:" % base64.b64encode(key.sign(text.encode())).decode(),
    }


def envelope(role, payload, *keys):
    """A signed document (DSSE)."""
    kind = "application/vnd.bangtin.%s+json" % role
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    return {"payloadType": kind, "payload": base64.b64encode(payload).decode(),
            "signatures": [{"keyid": key.id, "sig": base64.b64encode(key.sign(signed)).decode()} for key in keys]}


# ---- one source ----


def run(*args, ok=True, code=None, **more):
    """Runs bangtin-source; returns what it printed."""
    done = subprocess.run(
        [PROGRAM, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )
    wanted = code if code is not None else 0 if ok else 1
    assert done.returncode == wanted, (args, done.returncode, done.stdout, done.stderr)
    return done.stdout if wanted == 0 else done.stderr


class Source:
    def __init__(self, folder):
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.keys = os.path.join(folder, "keys")
        self.server = None
        out = run("init", "--data", self.data, "--keys", self.keys, "--source", "krongpa",
                  "--name", "UBND xã <Phú> & \"Túc\"", "--json")
        self.made = json.loads(out)

    def key(self, name):
        return os.path.join(self.keys, name + ".key")

    def run(self, command, *args, **more):
        return run(*command.split(), "--data", self.data, *args, **more)

    def add_screen(self, screen="kp-01", key=None, name=None):
        more = ["--key", key.base64] if key else []
        more += ["--name", name] if name else []
        self.run("screen add", screen, *more)

    def give(self, user, role, area="krongpa"):
        """A role, as an administrator gives it."""
        with sqlite3.connect(os.path.join(self.data, "source.db"), timeout=10) as db:
            db.execute("INSERT OR IGNORE INTO role (user, area, role) VALUES (?, ?, ?)", (user, area, role))

    def publish(self, draft, *args, **more):
        """Publishes a folder with this manifest."""
        folder = tempfile.mkdtemp(dir=self.folder)
        with open(os.path.join(folder, "manifest.json"), "w") as f:
            json.dump(draft, f)
        for name, content in more.pop("files", {}).items():
            with open(os.path.join(folder, name), "wb") as f:
                f.write(content)
        out = self.run("publish", "--json", *args, folder, **more)
        return json.loads(out) if out.startswith("{") else out

    def now(self, screen="kp-01", tree=None):
        path = os.path.join(tree or os.path.join(self.data, "tree"), "v1/screens", screen, "now.json")
        with open(path) as f:
            return json.loads(base64.b64decode(json.load(f)["payload"]))

    def reports(self, *args):
        return [json.loads(line) for line in self.run("report", "--json", *args).splitlines()]

    # ---- serving ----

    def serve(self, *args):
        port_file = os.path.join(self.folder, "port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        self.server = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.data, "--listen", "127.0.0.1:0",
             "--port-file", port_file, *args], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not os.path.exists(port_file):
            assert self.server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.02)
        with open(port_file) as f:
            self.port = int(f.read())
        self.host = "127.0.0.1:%d" % self.port
        self.base = "http://" + self.host
        return self

    def stop(self):
        if self.server is None:
            return
        self.server.send_signal(signal.SIGTERM)
        code = self.server.wait(timeout=30)
        self.server = None
        assert code == 0, "the server ended with %d" % code

    def kill(self):
        if self.server is not None:
            self.server.kill()
            self.server.wait()
            self.server = None

    def peak_kb(self):
        """The most memory that the server had."""
        with open("/proc/%d/status" % self.server.pid) as f:
            return int(re.search(r"VmHWM:\s+(\d+)", f.read())[1])

    def request(self, method, path, body=None, headers=None):
        """Status, headers, body of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post_signed(self, key, path, body, **how):
        headers = signed_headers(key, how.pop("url", self.base + path), body, **how)
        return self.request("POST", path, body, headers)

    def post_facts(self, key, facts, screen="kp-01", **how):
        body = b"".join(json.dumps(f).encode() + b"\n" for f in facts)
        status, headers, answer = self.post_signed(
            key, "/v1/screens/%s/reports" % screen, body, **how)
        return status, json.loads(answer)


@contextlib.contextmanager
def source(kind=Source):
    folder = tempfile.mkdtemp(prefix="bt-source-")
    one = kind(folder)
    try:
        yield one
        one.stop()
    finally:
        one.kill()
        shutil.rmtree(folder, ignore_errors=True)  # its watcher may be on its way out


TEXT = {
    "layouts": [{"id": "full", "canvas": [640, 384], "background": "#0B1B33",
                 "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
    "playlists": [{"id": "news", "items": [
        {"id": "n1", "kind": "text",
         "texts": [{"lang": "vi", "title": "Thông báo", "body": "Cắt nước sáng mai"}]}]}],
    "programmes": [{"id": "day", "layout": "full", "class": "ordinary",
                    "zones": {"main": "news"}}],
}

ALERT = {
    "layouts": TEXT["layouts"],
    "playlists": [{"id": "news", "items": [
        {"id": "a1", "kind": "alert", "level": 3,
         "texts": [{"lang": "vi", "title": "Lũ quét", "body": "Rời khỏi bờ suối"}]}]}],
    "programmes": [{"id": "now", "layout": "full", "class": "emergency",
                    "zones": {"main": "news"}}],
}


def second_step(data, user):
    """A code that lets an approver past the second step once, whatever a test did to the clock: one for whom has no
    phone at hand. Who has no authenticator has one from now on."""
    code = os.urandom(8).hex().upper()
    with contextlib.closing(sqlite3.connect(os.path.join(data, "source.db"), timeout=30)) as db, db:
        db.execute("UPDATE user SET totp_secret = ? WHERE name = ? AND totp_secret = ''", ("A" * 32, user))
        db.execute("INSERT INTO recovery_code (user, hash) VALUES (?, ?)",
                   (user, hashlib.sha256(("%s\n%s" % (user, code)).encode()).hexdigest()))
    return code


def fact(seq, type="state", id=None, **more):
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"id": id or "f%d" % seq, "boot": "b1", "seq": seq, "at": at, "mono_ms": seq * 1000,
            "clock": "trusted", "type": type, **more}


def run_tests(scope):
    """Runs every function whose name begins with test_, and says which failed."""
    failed = 0
    chosen = sys.argv[1:]
    for name, test in list(scope.items()):
        if not name.startswith("test_") or (chosen and name not in chosen):
            continue
        try:
            test()
            print("ok   ", name)
        except Exception:  # noqa: a test may fail in any way
            import traceback
            failed += 1
            print("FAIL ", name)
            traceback.print_exc()
        sys.stdout.flush()
    sys.exit(1 if failed else 0)
