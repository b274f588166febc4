"""The province's HTTP side: login with tokens, what boards report, polling, and media by URL.

What goes wrong is asked for: `trouble("state", "500", times=3)`. Every request is kept with what was made of it."""
import collections
import contextlib
import dataclasses
import hashlib
import http.server
import json
import re
import secrets
import select
import socket
import ssl
import threading
import time

MAX_BODY = 4 << 20
HTML = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in to the hotspot.</body></html>"
TROUBLES = ("500", "503", "404", "401", "slow", "html", "wrong types", "no JSON", "empty", "cut", "huge", "refused",
            "strings", "strangers")
CALLS = ("login", "register", "state", "played", "ended", "saved", "cancelled", "requisition", "poll", "")


@dataclasses.dataclass
class Request:
    at: float
    purpose: str
    method: str
    path: str
    message: object  # parsed; None without a body
    token: str
    status: int = 0  # what was answered
    taken: bool = False  # and whether it counts as arrived
    bytes_in: int = 0
    bytes_out: int = 0


class Trouble:
    """How many more requests of a purpose ("" any) are met so; `times` None: until it is ended."""

    def __init__(self, purpose, kind, times=None, seconds=0.0):
        if kind not in TROUBLES:
            raise ValueError("%s is none of %s" % (kind, ", ".join(TROUBLES)))
        self.purpose, self.kind, self.times, self.seconds = purpose, kind, times, seconds


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *_):
        pass

    @property
    def web(self):
        return self.server.web

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            self.web.fault("", None, "a body of %r bytes" % length)
            return self.give(413, b"")
        body = self.rfile.read(int(length))
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("application/json"):
            self.web.fault("", body[:200], "Content-Type: expected application/json, got %r" % kind)
        try:
            message = json.loads(body.decode("utf-8"))
        except ValueError as problem:
            self.web.fault("", body[:200], "no JSON: %s" % problem)
            return self.give(400, b"{}")
        return self.call(message, len(body))

    def do_GET(self):
        if self.path.startswith("/media/"):
            return self.medium()
        return self.call(None, 0)

    do_HEAD = do_GET

    def call(self, message, size):
        web = self.web
        head = len(str(self.headers)) + len(self.requestline) + 4
        request = Request(time.time(), web.purpose(self.path, message), self.command, self.path, message,
                          web.dialect.token_of(self.headers) or "", bytes_in=size + head)
        with web.lock:
            web.requests.append(request)
        if self.server.is_plain:
            web.fault(request.purpose, message, "it was said without TLS")
        trouble = web.take_trouble(request.purpose)
        if trouble and self.meet(trouble, request):
            return None
        return self.answer(request, trouble.kind if trouble else "")

    def answer(self, request, kind=""):
        """What is taken is answered too, before an outage or not at all."""
        with self.web.lock:
            if self.server.is_down:
                self.close_connection = True
                return None
            status, answer = self.web.answer(request)
            if kind == "strings":
                answer = self.web.twists["numbers as strings"](answer)
            if kind == "strangers":
                answer = self.web.twists["unknown keys"](answer)
            request.status = status
            return self.give(status, json.dumps(answer, ensure_ascii=False).encode(), request=request)

    def waits(self, seconds):
        """Whether who asks is still there after a while: nothing but his end can come from him meanwhile. What he
        gave up is not taken behind his back, or it would be taken twice."""
        gone = select.select([self.connection], [], [], seconds)[0]
        self.close_connection = self.close_connection or bool(gone)
        return not gone

    def meet(self, trouble, request):
        """Whether that was the answer."""
        kind, fields = trouble.kind, {}
        if kind == "slow":
            return not self.waits(trouble.seconds or 5)
        if kind in ("strings", "strangers"):
            return False
        if kind == "cut":
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(2)
            return True
        if kind == "huge":
            return self.endless()
        if kind == "503" and trouble.seconds:
            fields["Retry-After"] = str(int(trouble.seconds))
        status, body = {
            "500": (500, b'{"TrangThaiGui":1,"MoTa":"L\xe1\xbb\x97i m\xc3\xa1y ch\xe1\xbb\xa7"}'), "503": (503, b""),
            "404": (404, b""), "401": (401, b"{}"), "html": (200, HTML), "no JSON": (200, b'{"TrangThaiGui":0,'),
            "wrong types": (200, b'{"TrangThaiGui":{"a":0},"NoiDung":7,"Message":{"b":[]},"Token":12}'),
            "empty": (200, b""),
            "refused": (200, json.dumps(self.web.dialect.refusal("Thiết bị bị khóa"), ensure_ascii=False).encode()),
        }[kind]
        request.status = status
        self.give(status, body, fields, "text/html" if kind == "html" else "application/json", request)
        return True

    def endless(self):
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(b'{"TrangThaiGui":0,"MoTa":"')
            for _ in range(800):
                self.wfile.write(b"x" * 65536)
        return True

    def give(self, status, body, fields=None, kind="application/json", request=None):
        if request:
            request.bytes_out = len(body) + 200
        with contextlib.suppress(OSError):  # it did not wait
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (fields or {}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    def medium(self):
        """A file, from where it is asked for on."""
        name = self.path[len("/media/"):]
        data, kind, mood = self.web.media.get(name, (None, None, None))
        with self.web.lock:
            self.web.asked_for.append((name, self.headers.get("Range", ""), self.server.is_plain))
        if data is None:
            return self.give(404, b"")
        if mood == "elsewhere":
            return self.give(302, b"", {"Location": data.decode()})
        if mood == "broken":
            return self.give(500, b"")
        tag = '"%s"' % hashlib.sha256(data).hexdigest()[:16]
        first = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        begin = int(first[1]) if first and self.headers.get("If-Range", tag) == tag else 0
        self.send_response(206 if begin else 200)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", tag)
        self.send_header("Accept-Ranges", "bytes")
        if begin:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (begin, len(data) - 1, len(data)))
        self.send_header("Content-Length", str((1 << 40) if mood == "endless" else len(data) - begin))
        self.end_headers()
        if self.command == "HEAD":
            return None
        with contextlib.suppress(OSError):
            for at in range(begin, len(data), 16384):
                self.wfile.write(data[at:at + 16384])
                with self.web.lock:
                    self.web.media_bytes[name] += len(data[at:at + 16384])
            while mood == "endless":
                self.wfile.write(b"\0" * 65536)
        return None


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    is_plain = is_down = False

    def __init__(self, *arguments):
        self.open = set()
        super().__init__(*arguments)

    def finish_request(self, request, client_address):
        self.open.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            self.open.discard(request)

    def hang_up(self):
        """Also where a connection is kept for later."""
        for request in list(self.open):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_):
        pass


class Tls(Server):
    """The greeting is the connection's own thread's business: who knocks and says nothing delays nobody."""

    def finish_request(self, request, client_address):
        request.settimeout(30)
        request = self.context.wrap_socket(request, server_side=True)
        try:
            super().finish_request(request, client_address)
        finally:
            with contextlib.suppress(OSError):
                request.close()


class Web:
    """`province` says what a message is for and what is to be answered."""

    def __init__(self, province, authority, host="127.0.0.1", name="localhost", port=0, plain_port=0,
                 plain_host="127.0.0.1"):
        self.province, self.dialect, self.twists = province, province.dialect, province.twists
        self.authority, self.host, self.name = authority, host, name
        self.lock = threading.RLock()
        self.requests, self.asked_for, self.troubles = [], [], []
        self.media, self.media_bytes = {}, collections.Counter()
        self.tokens, self.expired = set(), set()
        self.port, self.plain_port, self.plain_host = port, plain_port, plain_host
        self.servers = []
        self.up()

    # ---- serving ----

    def up(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.authority.certificate, self.authority.key)
        tls, plain = Tls((self.host, self.port), Handler), Server((self.plain_host, self.plain_port), Handler)
        tls.context, plain.is_plain = context, True
        self.port, self.plain_port = tls.server_address[1], plain.server_address[1]
        self.servers = [tls, plain]
        for server in self.servers:
            server.web = self
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def down(self):
        with self.lock:
            for server in self.servers:
                server.is_down = True  # also for a connection that is on its way in
        for server in self.servers:
            server.shutdown()
            server.server_close()
            server.hang_up()
        self.servers = []

    @property
    def base(self):
        return "https://%s:%d" % (self.name, self.port)

    # ---- what is asked ----

    def purpose(self, path, message):
        return self.province.purpose(path, message)

    def fault(self, purpose, message, reason):
        self.province.fault(purpose, message, reason)

    def trouble(self, purpose, kind, times=None, seconds=0.0):
        if purpose not in CALLS + ("area", "disconnect"):
            raise ValueError("%s is none of %s" % (purpose, ", ".join(CALLS)))
        with self.lock:
            self.troubles.append(Trouble(purpose, kind, times, seconds))

    def end_troubles(self):
        with self.lock:
            self.troubles.clear()

    def take_trouble(self, purpose):
        with self.lock:
            for trouble in self.troubles:
                if trouble.purpose not in ("", purpose):
                    continue
                if trouble.times is not None:
                    trouble.times -= 1
                    if trouble.times <= 0:
                        self.troubles.remove(trouble)
                return trouble
        return None

    # ---- tokens ----

    def new_token(self):
        token = secrets.token_urlsafe(24)
        with self.lock:
            self.tokens.add(token)
            self.province.secrets.append(token)
        return token

    def expire_tokens(self):
        with self.lock:
            self.expired |= self.tokens
            self.tokens.clear()

    def answer(self, request):
        """(status, what JSON can say)"""
        if request.purpose == "login":
            wrong = self.province.check(request)
            if wrong:
                return 200, self.dialect.refusal("Sai tên hoặc mật khẩu")
            request.taken = True
            return 200, self.dialect.answer("login", self.new_token())
        if self.province.wants_token and request.token not in self.tokens:
            if request.token and request.token not in self.expired:
                self.fault(request.purpose, request.message, "a token that was never given")
            elif not request.token and self.tokens:
                self.fault(request.purpose, request.message, "said without the token that it has")
            return 401, {"MoTa": "Hết phiên"}
        return self.province.take(request)

    # ---- media ----

    def put(self, name, data, kind, mood=""):
        """Where it lies. `mood`: "" | "broken" | "endless" | "elsewhere" (data is the place)."""
        self.media[name] = (data, kind, mood)
        return "%s/media/%s" % (self.base, name)

    def plain_url(self, name):
        return "http://%s:%d/media/%s" % (self.plain_host, self.plain_port, name)
