"""The province's broker: a real mosquitto with TLS, and words for it."""
import json
import pathlib
import re
import socket
import subprocess
import threading
import time

CONFIG = """
user root
pid_file {f}/pid
persistence true
persistence_location {f}/
allow_anonymous false
password_file {f}/passwords
log_dest file {f}/log
log_type all
connection_messages true
max_queued_messages 10000
listener {port} {host}
cafile {ca}
certfile {certificate}
keyfile {key}
"""
PLAIN = "listener {port} {host}\n"


def wait_for_port(host, port, ask=None, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if ask:
                if ask(port):
                    return
            else:
                socket.create_connection((host, port), 1).close()
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("nothing listens on port %d" % port)


class Broker:
    """`wrap`: turns a command's words into those that run it elsewhere. `heard`: (topic, bytes) of all that is
    published and is not the province's own."""

    def __init__(self, folder, authority, port, plain_port, board, secret, host="127.0.0.1", name="localhost",
                 plain_host="127.0.0.1", wrap=lambda *words: [str(word) for word in words]):
        self.folder, self.authority, self.port, self.plain_port = pathlib.Path(folder), authority, port, plain_port
        self.host, self.name, self.wrap, self.secret = host, name, wrap, secret
        self.folder.mkdir()
        self.process, self.publishers, self.heard, self.listener = None, {}, [], None
        self.ours = set()
        self.bytes_published = 0
        config = CONFIG.format(f=self.folder, port=port, host=host, ca=authority.ca,
                               certificate=authority.certificate, key=authority.key)
        if plain_port:
            config += PLAIN.format(port=plain_port, host=plain_host)
        (self.folder / "conf").write_text(config)
        passwords = self.folder / "passwords"
        passwords.write_text("%s:%s\nprovince:%s\n" % (board["username"], board["password"], secret))
        passwords.chmod(0o600)
        subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
        self.up()

    def up(self):
        self.process = subprocess.Popen(self.wrap("mosquitto", "-c", self.folder / "conf"),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_until_open()
        self.listener = subprocess.Popen(
            self.wrap("mosquitto_sub", *self.as_province("listener"), "-t", "#", "-F", "%j"),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.ear = threading.Thread(target=self._listen, args=(self.listener,), daemon=True)
        self.ear.start()

    def wait_until_open(self, seconds=20):
        """By its own log, since it may live where we cannot knock."""
        until = time.monotonic() + seconds
        while "running" not in self.log().rsplit("starting", 1)[-1]:
            if time.monotonic() > until or self.process.poll() is not None:
                raise AssertionError("mosquitto did not start:\n" + self.log()[-2000:])
            time.sleep(0.05)

    def down(self):
        ours = [*self.publishers.values(), self.listener, self.process]
        for process in ours:
            process.terminate()
        for process in ours:
            process.wait(15)
        self.ear.join(15)
        for process in ours:
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
        self.publishers = {}

    def as_province(self, who):
        return ["-h", self.host, "-p", self.port, "--cafile", self.authority.ca, "-u", "province", "-P", self.secret,
                "-q", 1, "-i", "province-%s-%d" % (who, time.monotonic_ns())]

    def _listen(self, process):
        for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # bytes that are no text: only the province sends such
            payload = said.get("payload", "")
            payload = payload if isinstance(payload, str) else json.dumps(payload)
            if payload.strip() and payload not in self.ours:
                self.heard.append((said["topic"], payload.encode()))

    # ---- speaking ----

    def warm(self, topic):
        """A connection that stands ready."""
        if topic not in self.publishers or self.publishers[topic].poll() is not None:
            self.publishers[topic] = subprocess.Popen(
                self.wrap("mosquitto_pub", *self.as_province("pub"), "-l", "-t", topic),
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.publishers[topic]

    def publish(self, topic, message):
        """What JSON can say, on a connection that stays; returns when it was handed over (epoch seconds)."""
        line = json.dumps(message, ensure_ascii=False)
        self.ours.add(line)
        self.bytes_published += len(line.encode())
        pipe = self.warm(topic).stdin
        at = time.time()
        pipe.write(line.encode() + b"\n")
        pipe.flush()
        return at

    def publish_raw(self, topic, payload, port=None):
        """Any bytes."""
        self.ours.add(payload.decode(errors="replace"))
        subprocess.run(self.wrap("mosquitto_pub", *self.as_province("raw"), "-s", "-t", topic), input=payload,
                       check=True, timeout=120, stderr=subprocess.PIPE)

    # ---- hearing ----

    def log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def subscriptions(self):
        """(client, topic) that boards asked for, in order."""
        rows = re.findall(r"^\d+: (\S+) (\d) (\S+)$", self.log(), re.M)
        return [(client, topic) for client, _, topic in rows if not client.startswith("province-")]

    def boards(self):
        """How boards connected: the words of mosquitto's log."""
        rows = re.findall(r"New client connected from (\S+) as (\S+) \((.*)\)", self.log())
        return [row for row in rows if not row[1].startswith("province-")]

    def wait_for_board(self, seconds=60, after=0):
        """Until a board has subscribed (once more than `after` times)."""
        until = time.monotonic() + seconds
        while len(self.subscriptions()) <= after:
            if time.monotonic() > until:
                raise AssertionError("no board subscribed:\n" + self.log()[-2000:])
            time.sleep(0.05)
