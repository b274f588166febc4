"""What the scripts of this folder share: a source's tree made by hand, signed by peer-seal; a private
authority by openssl; nginx on a free port of the loopback; sync-once and what it said."""
import base64
import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time

TOOLS = pathlib.Path(os.environ["BUILD"]) / "tests"
SCREEN = "kp-phutuc-01"
ROLES = ("root", "freshness", "publish", "emergency")


def rfc3339(hours):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Source:
    """Keys in FOLDER/keys, the tree in FOLDER/tree."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.tree = self.folder / "tree"
        self.keys = {}
        (self.folder / "keys").mkdir()
        for role in ROLES:
            path = self.folder / "keys" / role
            out = subprocess.run([TOOLS / "peer-seal", "key", path], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout.split()
            self.keys[role] = (path, out[0], out[1])
        self.root_path = self.tree / "v1/root/1.json"
        self.write("v1/root/1.json", self.seal("root", self.root_payload()))

    def root_payload(self):
        return {"spec": 1, "source": "krongpa", "version": 1, "issued": rfc3339(-1000),
                "expires": rfc3339(100000),
                "keys": {k[2]: {"key": k[1]} for k in self.keys.values()},
                "roles": {r: {"keys": [self.keys[r][2]], "threshold": 1} for r in ROLES}}

    def seal(self, role, payload, signer=None):
        key = self.keys[signer or {"now": "freshness", "manifest": "publish",
                                   "alert": "emergency"}.get(role, role)][0]
        text = json.dumps(payload, ensure_ascii=False).encode()
        return subprocess.run([TOOLS / "peer-seal", "seal", role, key], input=text, check=True,
                              stdout=subprocess.PIPE).stdout

    def write(self, path, data):
        whole = self.tree / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(data)
        return whole

    def asset(self, data):
        name = sha256(data)
        self.write("v1/assets/" + name, data)
        return name

    def publish(self, version, videos, images=(), alert=None):
        """A manifest that shows `videos` and `images`, name -> size, and the now.json that names it."""
        images = dict(images)
        manifest = {
            "spec": 1, "source": "krongpa", "version": version, "issued": rfc3339(-1),
            "expires": rfc3339(500), "screens": [SCREEN], "timezone": "Asia/Ho_Chi_Minh",
            "assets": {**{n: {"size": s, "type": "video/mp4", "duration_ms": 15000}
                          for n, s in videos.items()},
                       **{n: {"size": s, "type": "image/png"} for n, s in images.items()}},
            "layouts": [{"id": "full", "canvas": [640, 384],
                         "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
            "playlists": [{"id": "news", "items": [
                *({"id": f"v{i}", "kind": "video", "asset": n} for i, n in enumerate(videos)),
                *({"id": f"i{i}", "kind": "image", "asset": n} for i, n in enumerate(images))]}],
            "programmes": [{"id": "day", "layout": "full", "class": "ordinary",
                            "zones": {"main": "news"}}]}
        envelope = self.seal("manifest", manifest)
        name = sha256(envelope)
        self.write("v1/manifests/" + name, envelope)
        self.write(f"v1/screens/{SCREEN}/now.json", self.seal("now", {
            "screen": SCREEN, "version": version, "manifest": name, "alert": alert,
            "issued": rfc3339(-1), "expires": rfc3339(23), "deny": [], "commands": [], "root": 1}))
        return name


    def alert(self, version, images):
        """An alert that shows `images`, name -> size; publish() names it."""
        payload = {
            "spec": 1, "source": "krongpa", "version": version, "issued": rfc3339(-1),
            "expires": rfc3339(22), "screens": [SCREEN], "timezone": "Asia/Ho_Chi_Minh",
            "assets": {n: {"size": s, "type": "image/png"} for n, s in images.items()},
            "layouts": [{"id": "full", "canvas": [640, 384],
                         "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
            "playlists": [{"id": "news", "items": [
                {"id": "a", "kind": "alert", "level": 4, "texts": [{"lang": "vi", "body": "Lũ"}]},
                *({"id": f"i{i}", "kind": "image", "asset": n} for i, n in enumerate(images))]}],
            "programmes": [{"id": "flood", "layout": "full", "class": "emergency",
                            "zones": {"main": "news"}}]}
        envelope = self.seal("alert", payload)
        name = sha256(envelope)
        self.write("v1/manifests/" + name, envelope)
        return name


class Said:
    """The lines of one run of sync-once."""

    def __init__(self, lines):
        self.events = [line for line in lines if "event" in line]
        self.results = [line for line in lines if "result" in line]
        self.promised = [line["promised"] for line in lines if "promised" in line]

    def has(self, event, reason="", what=None):
        return any(e["event"] == event and e["reason"] == reason and
                   what in (None, e["what"]) for e in self.events)

    @property
    def last(self):
        return self.results[-1]

    def __repr__(self):
        return "\n".join(json.dumps(line) for line in self.events + self.results)


def sync_once(*arguments, **options):
    command = [str(TOOLS / "sync-once")] + [str(a) for a in arguments]
    for name, value in options.items():
        for one in value if isinstance(value, list) else [value]:
            command += ["--" + name.replace("_", "-"), str(one)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=120)
    if done.stderr:
        raise AssertionError(f"{command}: {done.stderr}")
    return Said([json.loads(line) for line in done.stdout.splitlines()])


class SourceWithHosts(Source):
    """Its root names further hosts."""
    hosts = ()

    def root_payload(self):
        return {**super().root_payload(), "hosts": list(self.hosts)}

    def name_hosts(self, *hosts):
        self.hosts = hosts
        self.write("v1/root/1.json", self.seal("root", self.root_payload()))


class Authority:
    """A private CA and a certificate of it, for localhost unless other names are wanted."""

    def __init__(self, folder, names="DNS:localhost,IP:127.0.0.1"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.ca = self.folder / "ca.pem"
        self.certificate, self.key = self.folder / "peer.pem", self.folder / "peer.key"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-keyout", self.folder / "ca.key", "-out", self.ca, "-days", "30",
                      "-subj", "/CN=Test authority")
        request, extra = self.folder / "peer.csr", self.folder / "peer.ext"
        extra.write_text("subjectAltName=%s\n" % names)
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", self.key, "-out", request, "-subj", "/CN=localhost")
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey",
                      self.folder / "ca.key", "-CAcreateserial", "-days", "20", "-extfile", extra,
                      "-out", self.certificate)

    def early(self, days):
        """Another certificate for the same, which holds from so many days on."""
        place = self.folder / "early"
        place.mkdir()
        (place / "index.txt").write_text("")
        (place / "ca.conf").write_text(
            "[ca]\ndefault_ca=one\n[one]\ndatabase=%s\nserial=%s\nnew_certs_dir=%s\n"
            "default_md=sha256\npolicy=any\nx509_extensions=names\nunique_subject=no\n"
            "[any]\ncommonName=supplied\n[names]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n"
            % (place / "index.txt", place / "serial", place))
        (place / "serial").write_text("77\n")
        at = [datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=d)
              for d in (days, days + 20)]
        self._openssl("ca", "-batch", "-config", place / "ca.conf", "-cert", self.ca, "-keyfile",
                      self.folder / "ca.key", "-in", self.folder / "peer.csr", "-notext",
                      "-startdate", at[0].strftime("%Y%m%d%H%M%SZ"), "-enddate",
                      at[1].strftime("%Y%m%d%H%M%SZ"), "-out", place / "peer.pem")
        self.certificate = place / "peer.pem"
        return self

    def pin(self):
        public = self._openssl("x509", "-in", self.certificate, "-noout", "-pubkey")
        der = self._openssl("pkey", "-pubin", "-outform", "DER", data=public)
        return "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()

    @staticmethod
    def _openssl(*arguments, data=None):
        return subprocess.run(["openssl", *map(str, arguments)], input=data, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


NGINX = """
daemon off; master_process off; pid {f}/pid; error_log {f}/error.log warn;
events {{ worker_connections 64; }}
http {{
  log_format peer '$status $request_method $uri range=$http_range sent=$body_bytes_sent c=$connection';
  access_log {f}/access.log peer;
  client_body_temp_path {f}/body; proxy_temp_path {f}/proxy; fastcgi_temp_path {f}/fastcgi;
  uwsgi_temp_path {f}/uwsgi; scgi_temp_path {f}/scgi;
  default_type application/octet-stream;
  server {{
    listen 127.0.0.1:{port} ssl{http2};
    ssl_certificate {certificate}; ssl_certificate_key {key};
    root {tree}; {more}
    location ~ ^/gzip(/v1/assets/.*)$ {{ add_header Content-Encoding gzip; try_files $1 =404; }}
    location ~ ^/redirect(/v1/assets/.*)$ {{ return 302 https://localhost:{port}$1; }}
    location ~ ^/portal(/v1/assets/.*)$ {{ default_type text/html; return 200 "<html>Login</html>"; }}
    location ~ ^/broken(/v1/assets/.*)$ {{ return 500; }}
    location ~ ^/[a-z]+(/v1/.*)$ {{ try_files $1 =404; }}
  }}
}}
"""


class Nginx:
    def __init__(self, folder, source, authority, http2=False, more=""):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port = free_port()
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(f=self.folder, port=self.port, tree=source.tree,
                                       certificate=authority.certificate, key=authority.key,
                                       http2=" http2" if http2 else "", more=more))
        self.process = subprocess.Popen(["nginx", "-c", str(config), "-e",
                                         str(self.folder / "error.log")],
                                        stderr=subprocess.DEVNULL)
        wait_for_port(self.port)

    def log(self):
        """The lines since the last call, split at spaces: status, method, URI, range …"""
        path = self.folder / "access.log"
        time.sleep(0.1)
        lines = [line.split() for line in path.read_text().splitlines()]
        path.write_text("")
        return lines

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def wait_for_port(port):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}")


class Cutter:
    """Passes bytes on to a port; once armed, cuts a connection after so many bytes towards us."""

    def __init__(self, port):
        self.target, self.cut_after = port, None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                for pair in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source, sink, counts):
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                passed += len(data)
                sink.sendall(data)
                if counts and self.cut_after is not None and passed > self.cut_after:
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()  # the other thread closes the other end

    def stop(self):
        self.listener.close()


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
