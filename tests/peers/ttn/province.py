"""A province's TTN that stands in for the real one.

It was written from the public texts about the device interface, and knows nothing of any player: what a board says
is checked against the fields of these texts, and each deviation is kept in `faults` with the message and the
reason. It speaks one dialect, over MQTT with TLS or in answers to polling, and every misfortune is to be had.
"""
import contextlib
import dataclasses
import json
import pathlib
import secrets
import shutil
import socket
import tempfile
import threading
import time

import authority
import bulletins
import dialects
import fields
from bulletins import Bulletin
from mosquitto import Broker
from web import Request, Web

BOARD = {"nguonID": "64.637", "tenNguon": "Đài truyền thanh huyện Krông Pa", "dichID": "64.637.23866",
         "tenDich": "Xã Phú Túc", "maThietBi": "BT-0001-7788", "tenThietBi": "Bảng tin Phú Túc",
         "maNhaCungCap": "NCC01", "tenNhaCungCap": "Nhà cung cấp thử", "viDo": "13.19417", "kinhDo": "108.69472",
         "username": "bt-0001", "maXacThuc": "884422"}
TOPICS = {"bulletin": "ttn/{maThietBi}/bantin", "command": "ttn/{maThietBi}/lenh"}
PATHS = {"poll": "poll", "register": "register", "requisition": "requisition", "ended": "ended"}


TWICE = "reported twice"


@dataclasses.dataclass
class Fault:
    """What the board did wrong."""
    at: float
    purpose: str
    message: object
    reason: str

    def __str__(self):
        return "%s: %s: %.400r" % (self.purpose or "?", self.reason, self.message)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Province:
    """A context manager; everything lies in a folder that is removed at the end.

    `paths`: words by which a place is known for what has no fields of its own; `topics`: where it says what;
    `plain`: an address of this machine at which MQTT and media are to be had without TLS too; `broker`: False for a province that only answers."""

    def __init__(self, dialect="2.0", folder=None, board=None, topics=None, paths=None, plain="", broker=True,
                 wants_token=True, host="127.0.0.1", name="localhost", now=time.time, wrap=None, run=None, **options):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="ttn-"))
        self.folder.mkdir(exist_ok=True)
        self.board = {**BOARD, "password": secrets.token_urlsafe(12), **(board or {})}
        self.secrets = [self.board["password"]]
        kind = dialects.DIALECTS[dialect] if isinstance(dialect, str) else dialect
        self.dialect = kind(self.board, **options)
        self.topics = {**TOPICS, **(topics or {})}
        self.paths = {**PATHS, **(paths or {})}
        self.twists, self.wants_token, self.now = bulletins.TWISTS, wants_token, now
        self.faults, self.bulletins, self.schedules, self.mailbox = [], {}, {}, []
        self.bulletin = None  # the one that is being checked
        self.lock = threading.RLock()
        self.authority = authority.Authority(
            self.folder / "tls", ("DNS:localhost", "DNS:" + name, "IP:127.0.0.1", "IP:" + host))
        self.web = None

        def serve():
            self.web = Web(self, self.authority, host, name, plain_host=plain or host)
        run(serve) if run else serve()
        self.broker = None
        if broker:
            self.broker = Broker(self.folder / "broker", self.authority, free_port(), free_port() if plain else 0,
                                 self.board, secrets.token_urlsafe(12), host, name, plain or host,
                                 **({"wrap": wrap} if wrap else {}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.web.down()
        if self.broker and self.broker.process.poll() is None:
            self.broker.down()
        with contextlib.suppress(OSError):
            shutil.rmtree(self.folder)

    # ---- what boards say ----

    def purpose(self, path, message):
        known = self.dialect.purpose(path, message)
        for purpose, word in self.paths.items():
            if word in path and (not known or purpose in ("requisition", "ended", "register", "poll")):
                return purpose
        return known

    def fault(self, purpose, message, reason):
        with self.lock:
            self.faults.append(Fault(self.now(), purpose, message, reason))

    def check(self, request):
        """What is wrong with it; each is written down."""
        table = self.dialect.tables.get(request.purpose)
        if not request.purpose:
            wrong = ["nobody knows what this is for (%s %s)" % (request.method, request.path)]
        elif table is None:
            wrong = []  # the texts say nothing of it
        else:
            self.bulletin = self.bulletins.get(self.dialect.bulletin_id(request.message))
            wrong = fields.wrong_with(request.message, table, self)
        if table is not None and request.method != "POST":
            wrong.append("expected a POST, got %s" % request.method)
        place = getattr(self.dialect, "PLACES", {}).get(request.purpose)
        if place and not request.path.rstrip("/").endswith("/" + place):
            wrong.append("expected POST …/%s, got %s" % (place, request.path))
        for why in wrong:
            self.fault(request.purpose, request.message, why)
        return wrong

    def take(self, request):
        """(status, answer) for all but logins."""
        with self.lock:
            wrong = self.check(request)
            if request.purpose == "poll":
                waiting, self.mailbox = self.mailbox, []
                request.taken = True
                return 200, self.dialect.poll_answer(waiting)
            if request.purpose == "played":
                self.check_order(request)
            request.taken = True
        return 200, self.dialect.refusal(wrong[0]) if not request.purpose else self.dialect.answer(request.purpose)

    def check_order(self, request):
        """A play log comes once, and in order."""
        began = self.dialect.started(request.message)
        before = self.said("played")
        same = [r for r in before if r.message == request.message]
        if same:
            self.fault("played", request.message, TWICE)
        times = [fields.seconds_of(self.dialect.started(r.message)) for r in before]
        times = [t for t in times if t is not None]
        at = fields.seconds_of(began)
        if times and at is not None and at < max(times):
            self.fault("played", request.message, "out of order: began %d s before one that was reported earlier" %
                       (max(times) - at))

    def said(self, purpose):
        """Requests that arrived, in order."""
        return [r for r in list(self.web.requests) if r.purpose == purpose and r.taken]

    def messages(self, purpose):
        return [r.message for r in self.said(purpose)]

    def check_heard(self):
        """What boards published to the broker; checked like what they post."""
        while self.broker and self.broker.heard:
            topic, payload = self.broker.heard.pop(0)
            try:
                message = json.loads(payload)
            except ValueError:
                self.fault("", payload[:200], "no JSON on topic %s" % topic)
                continue
            request = Request(time.time(), self.purpose(topic, message), "POST", topic, message, "",
                              bytes_in=len(payload))
            self.web.requests.append(request)
            self.take(request)

    # ---- what the province says ----

    def topic(self, which):
        return self.topics[which].format(**self.board)

    def say(self, which, message):
        """By the broker, or into what the next poll is answered; returns when."""
        if self.broker:
            return self.broker.publish(self.topic(which), message)
        with self.lock:
            self.mailbox.append(message)
        return time.time()

    def know(self, b):
        self.bulletins[b.id] = b
        if b.schedule_id:
            self.schedules[b.schedule_id] = b
        return b

    def publish(self, b=None, twist=None, **fields_of_it):
        """A bulletin; returns it. `at_s` is then when it was handed over."""
        b = self.know(b or Bulletin(**fields_of_it))
        message = self.dialect.bulletin(b)
        b.at_s = self.say("bulletin", twist(message) if twist else message)
        return b

    def schedule(self, b, slots):
        """Other times for a bulletin that was sent."""
        b.slots, b.schedule_id = slots, b.schedule_id or bulletins.invented("lp")
        self.know(b)
        return self.say("command", self.dialect.schedule(b))

    def cancel(self, b, twist=None):
        self.schedules.setdefault(b.schedule_id, b)  # "" where it has none: that is what is acknowledged
        message = self.dialect.cancel(b)
        return self.say("command", twist(message) if twist else message)

    def command(self, verb, value=None, twist=None):
        message = self.dialect.command(verb, value)
        return self.say("command", twist(message) if twist else message)

    # ---- for who sets a board up ----

    def configuration(self, name="tinh", dialect=None, password_file="ttn.password", more=""):
        """The group of player.conf that connects a board to this province."""
        b = self.board
        lines = ["[source %s]" % name, "kind=ttn", "dialect=%s" % (dialect or "ttn-" + self.dialect.name),
                 "base=%s" % self.web.base, "auth=%s/dang-nhap" % self.web.base, "ca=%s" % self.authority.ca,
                 "username=%s" % b["username"],
                 "password_file=%s" % password_file]
        if self.broker:
            lines.append("mqtt=mqtts://%s:%d" % (self.broker.name, self.broker.port))
        given = ("nguonID", "tenNguon", "dichID", "tenDich", "maThietBi", "tenThietBi", "maNhaCungCap",
                 "tenNhaCungCap", "viDo", "kinhDo", "maXacThuc")
        lines += ["set.%s=%s" % (key, b[key]) for key in given]
        return "\n".join(lines + [more]) + "\n"
