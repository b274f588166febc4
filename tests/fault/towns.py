"""A source at the far end of a line (line.py), and what is seen of the board at the near one."""
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))
import line as lines
import peers
import way_lib as way
from way_lib import district

NGINX = """
daemon off; master_process off; pid {f}/pid; error_log {f}/error.log warn;
events {{ worker_connections 64; }}
http {{
  log_format peer '$msec $request_time $status $request_method $uri range=$http_range';
  access_log {f}/access.log peer;
  client_body_temp_path {f}/body; proxy_temp_path {f}/proxy; fastcgi_temp_path {f}/fastcgi;
  uwsgi_temp_path {f}/uwsgi; scgi_temp_path {f}/scgi;
  server {{
    listen {address}:443 ssl sndbuf=32k;
    ssl_certificate {certificate}; ssl_certificate_key {key};
    location / {{
      proxy_pass http://127.0.0.1:{port}; proxy_set_header Host $host;
      proxy_buffering off; proxy_read_timeout 1h;
    }}
  }}
}}
"""


class Gate:
    """Between nginx and the source, one request a connection; armed, it acts in the middle of one."""

    def __init__(self, place, target):
        self.target, self.armed, self.seen = target, None, threading.Event()
        ready = threading.Event()

        def run():
            listener = socket.create_server(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
            ready.set()
            while True:
                threading.Thread(target=self._pass, args=(listener.accept()[0],), daemon=True).start()
        place.thread(run)
        ready.wait()

    def arm(self, begin, how, action):
        """When a request that begins so comes: how="asked" loses it, "answered" its answer."""
        self.seen.clear()
        self.armed = (begin.encode(), how, action)

    def _act(self, request, how):
        armed = self.armed
        if not armed or armed[1] != how or not request.startswith(armed[0]):
            return False
        self.armed = None
        armed[2]()
        self.seen.set()
        return True

    def _pass(self, client):
        request = client.recv(65536)
        with contextlib.suppress(OSError), client:
            if self._act(request, "asked"):
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                server.sendall(request)
                threading.Thread(target=self._send_on, args=(client, server), daemon=True).start()
                while data := server.recv(65536):
                    if self._act(request, "answered"):
                        return
                    client.sendall(data)

    @staticmethod
    def _send_on(client, server):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)


class Town(district.District):
    """A source at the far end of a line, behind nginx and TLS."""

    def __init__(self, line):
        super().__init__()
        self.line, self.place = line, line.place

    def open(self):
        self.authority = peers.Authority(self.folder / "tls", "DNS:" + lines.NAME)
        self.line.name_servers(self.folder)
        self.serve()
        self.gate = Gate(self.place, self.port)
        self.web = self.folder / "nginx"
        self.web.mkdir()
        (self.web / "nginx.conf").write_text(NGINX.format(
            f=self.web, address=lines.SOURCE, certificate=self.authority.certificate,
            key=self.authority.key, port=self.gate.port))
        self.open_web()

    @property
    def base(self):
        return "https://" + lines.NAME

    def words_to_serve(self):
        return self.place.words(*super().words_to_serve())

    def open_web(self):
        self.nginx = subprocess.Popen(self.place.words(
            "nginx", "-c", self.web / "nginx.conf", "-e", self.web / "error.log"),
            stderr=subprocess.DEVNULL)
        self.processes.append(self.nginx)
        district.wait_for(self.is_open, 10, "nginx")

    def is_open(self):
        return self.place.ask("bash", "-c", "exec 3<>/dev/tcp/%s/443" % lines.SOURCE) == 0

    def reopen_web(self):
        """Every connection is closed."""
        self.nginx.terminate()
        self.nginx.wait(10)
        self.open_web()

    def requests(self, part):
        """(when it came, status, method, URI, range) of those whose URI has this part, as they came."""
        rows = [row.split() for row in (self.web / "access.log").read_text().splitlines()]
        return sorted((float(row[0]) - float(row[1]), *row[2:]) for row in rows if part in row[4])


class Looks:
    """What was on the glass and in the status, all the time."""

    def __init__(self, screen):
        self.screen = screen
        self.pixels = {}  # bytes of a file → its pixels
        self.changes = []  # (when, pixels)
        self.statuses = []  # (when, what)
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self._repeat, args=todo, daemon=True)
                        for todo in ((self._picture, 0.05), (self._status, 0.5))]
        for thread in self.threads:
            thread.start()

    def _repeat(self, look, every_s):
        while not self.ending.wait(every_s):
            look()

    def _picture(self):
        with contextlib.suppress(OSError):
            at, data = time.time(), self.screen.picture.read_bytes()
            if data not in self.pixels:
                self.pixels[data] = self._decode(data)
            if not self.changes or self.changes[-1][1] is not self.pixels[data]:
                self.changes.append((at, self.pixels[data]))

    def _decode(self, data):
        path = self.screen.folder / "look.png"
        path.write_bytes(data)
        return way.Picture(path).data

    @property
    def picture(self):
        return self.changes[-1][1] if self.changes else None

    def _status(self):
        at = time.time()
        status = self.screen.status()
        if status:
            self.statuses.append((at, status))

    @property
    def status(self):
        return self.statuses[-1][1] if self.statuses else None

    def stop(self):
        self.ending.set()
        for thread in self.threads:
            thread.join()
