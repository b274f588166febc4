"""A real mosquitto on a free port of the loopback, with TLS of an authority of its own or without, users, rights and
a memory on disk; and mqtt-ear, one connection of the player's, whose words are lines that can be waited for."""
import contextlib
import pathlib
import queue
import signal
import socket
import subprocess
import threading
import time

import peers

PATIENCE_S = 60  # a loaded machine; a connection that failed is tried again within 2, 4, 8 … s
SERVER = "/usr/sbin/mosquitto"


def answers(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 5).close()
        return True
    return False


class Broker:
    def __init__(self, folder, authority=None, users=None, rights="", clients_need_certificates=False):
        self.folder, self.authority, self.port, self.process = pathlib.Path(folder), authority, peers.free_port(), None
        self.folder.mkdir()
        lines = ["listener %d 127.0.0.1" % self.port, "persistence true", "persistence_location %s/" % self.folder,
                 "autosave_interval 1", "autosave_on_changes true", "max_keepalive 120", "user root",
                 "log_dest file %s/log" % self.folder]
        if authority:
            lines += ["certfile %s" % authority.certificate, "keyfile %s" % authority.key,
                      "cafile %s" % authority.ca]
        if clients_need_certificates:
            lines += ["require_certificate true"]
        if users:
            self.write_users(users)
            lines += ["password_file %s/users" % self.folder, "allow_anonymous false"]
        else:
            lines += ["allow_anonymous true"]
        if rights:
            (self.folder / "rights").write_text(rights)
            lines += ["acl_file %s/rights" % self.folder]
        (self.folder / "conf").write_text("\n".join(lines) + "\n")
        self.start()

    def write_users(self, users):
        (self.folder / "users").write_text("".join("%s:%s\n" % pair for pair in users.items()))
        subprocess.run(["mosquitto_passwd", "-U", self.folder / "users"], check=True, stderr=subprocess.DEVNULL)
        (self.folder / "users").chmod(0o644)

    def start(self):
        self.process = subprocess.Popen([SERVER, "-c", self.folder / "conf"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE_S
        while not answers(self.port):
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(PATIENCE_S)
        self.process = None

    def url(self, host="localhost"):
        return "%s://%s:%d" % ("mqtts" if self.authority else "mqtt", host, self.port)

    def publish(self, topic, data, *more, user=None):
        """By mosquitto_pub, as somebody else, with QoS 1: it is with the broker when this returns."""
        words = ["mosquitto_pub", "-V", "mqttv5", "-h", "localhost", "-p", self.port, "-t", topic, "-q", "1", "-s", *more]
        if self.authority:
            words += ["--cafile", self.authority.ca]
        if user:
            words += ["-u", user[0], "-P", user[1]]
        subprocess.run(list(map(str, words)), input=data, check=True, timeout=PATIENCE_S, stdout=subprocess.DEVNULL)


class Ear:
    """mqtt-ear at work."""

    def __init__(self, url, topics, **options):
        words = [peers.TOOLS / "mqtt-ear", "--url", url]
        for name, value in options.items():
            words += ["--" + name.replace("_", "-")] + ([] if value is True else [str(value)])
        self.process = subprocess.Popen([*words, *topics], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines, self.said = queue.Queue(), []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def wait(self, beginning, patience_s=PATIENCE_S):
        """The next line that begins so; those before it are kept in `said`."""
        end = time.monotonic() + patience_s
        while True:
            try:
                line = self.lines.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError("no “%s” in %s" % (beginning, self.said)) from None
            if line is None:
                raise AssertionError("it ended, and no “%s” in %s" % (beginning, self.said))
            self.said.append(line)
            if line.startswith(beginning):
                return line

    def messages(self):
        return [line for line in self.said if line.startswith("message ")]

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def peak_kb(self):
        status = pathlib.Path("/proc/%d/status" % self.process.pid).read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])

    def close(self):
        """Its exit status."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        self.process.stdout.close()
        return code
