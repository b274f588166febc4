#!/usr/bin/env python3
"""The source as it is in production: its configuration of nginx, a real one, in front of it, with a certificate; a
browser's way in, a board, its stream, reports, files and pieces of films go through."""
import base64
import contextlib
import gzip
import hashlib
import http.client
import json
import os
import pathlib
import re
import socket
import ssl
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers
import source_browser
import source_lib as lib
import source_uploads as uploads
from source_page import Browser, form, with_user
from source_publish import png, with_image
from source_sync import Board

CONFIG = pathlib.Path(os.environ["SOURCE"]) / "packaging/nginx-bangtin.conf"
MAIN = """
daemon off; master_process off; pid {f}/pid; error_log {f}/error.log warn;
events {{ worker_connections 512; }}
http {{
  access_log {f}/access.log;
  client_body_temp_path {f}/body; proxy_temp_path {f}/proxy; fastcgi_temp_path {f}/fastcgi;
  uwsgi_temp_path {f}/uwsgi; scgi_temp_path {f}/scgi;
  include /etc/nginx/mime.types;
  include {f}/site.conf;
}}
"""


class Behind(lib.Source):
    """A source on a unix socket, and nginx before it with the configuration that is installed."""

    def serve(self, *args):
        here = pathlib.Path(self.folder)
        self.tls = peers.Authority(here / "tls")
        self.plain_port, self.port = peers.free_port(), peers.free_port()
        self.host = "localhost:%d" % self.port
        self.base = "https://" + self.host
        at = here / "http.sock"
        self.server = subprocess.Popen([lib.PROGRAM, "serve", "--data", self.data, "--listen", "unix:%s" % at,
                                        "--base", self.base, *args], stdout=subprocess.DEVNULL)
        site = CONFIG.read_text()
        for name, value in (("/run/bangtin-source/http.sock", at), ("/var/lib/bangtin-source", self.data),
                            ("https://bang.example", self.base),  # where a plain request is sent to
                            (re.search("/etc/letsencrypt/\\S+/fullchain.pem", site)[0], self.tls.certificate),
                            (re.search("/etc/letsencrypt/\\S+/privkey.pem", site)[0], self.tls.key),
                            ("listen 80;", "listen 127.0.0.1:%d;" % self.plain_port),
                            ("listen 443 ssl", "listen 127.0.0.1:%d ssl" % self.port),
                            ("listen [::]:80;", ""), ("listen [::]:443 ssl http2;", "")):
            assert str(name) in site, name
            site = site.replace(str(name), str(value))
        (here / "site.conf").write_text(site)
        (here / "nginx.conf").write_text(MAIN.format(f=here))
        self.start_nginx()
        deadline = time.monotonic() + 30
        while not (at.exists() and at.stat().st_mode & 0o777 == 0o660):
            assert time.monotonic() < deadline and self.server.poll() is None
            time.sleep(0.02)
        return self

    def start_nginx(self):
        here = pathlib.Path(self.folder)
        self.nginx = subprocess.Popen(["nginx", "-c", here / "nginx.conf", "-e", here / "error.log"])
        peers.wait_for_port(self.port)

    def stop_nginx(self):
        if hasattr(self, "nginx"):
            self.nginx.terminate()
            self.nginx.wait(timeout=30)

    def is_on_disk_of_nginx(self):
        """Whether a body waits there until it is whole: such a file has no name any more."""
        for file in pathlib.Path("/proc/%d/fd" % self.nginx.pid).iterdir():
            with contextlib.suppress(FileNotFoundError):
                if os.readlink(file).startswith(os.path.join(self.folder, "body")):
                    return True
        return False

    def request(self, method, path, body=None, headers=None, address="127.0.0.1"):
        trust = ssl.create_default_context(cafile=self.tls.ca)
        wire = http.client.HTTPSConnection("localhost", self.port, timeout=30, context=trust, source_address=(address, 0))
        with contextlib.closing(wire):
            wire.request(method, path, body, headers or {})
            answer = wire.getresponse()
            return answer.status, answer.headers, answer.read()


@contextlib.contextmanager
def behind():
    with lib.source(Behind) as one:
        try:
            with_user(one)
            yield one
        finally:
            one.stop_nginx()


def test_a_person_comes_in():
    with behind() as one:
        one.serve()
        browser = Browser(one)
        status, headers, text = browser.ask("GET", "/sign-in")
        assert status == 200 and "Đăng nhập" in text
        assert "max-age" in headers["Strict-Transport-Security"] and "script-src 'self'" in headers["Content-Security-Policy"]
        status, headers, _ = browser.ask("POST", "/sign-in", form(user="an", password="mật khẩu dài"), Origin=one.base)
        assert (status, headers["Location"]) == (303, "/"), (status, headers)
        assert browser.cookie.startswith("__Host-bangtin=") and "Secure" in browser.set_cookie
        assert browser.ask("GET", "/")[0] == 200
        assert browser.ask("POST", "/sign-in", form(user="an", password="x"), Origin="https://localhost")[0] == 400
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", one.plain_port, timeout=30)) as plain:
            plain.request("GET", "/sign-in?x=1")
            answer = plain.getresponse()
            assert (answer.status, answer.headers["Location"]) == (308, one.base + "/sign-in?x=1")


def test_pages_are_packed_and_files_kept():
    with behind() as one:
        one.serve()
        packed = {"Accept-Encoding": "gzip"}
        _, headers, page = one.request("GET", "/sign-in", headers=packed)
        assert headers["Content-Encoding"] == "gzip"
        link = re.search(r"/files/page\.css[^\"]*", gzip.decompress(page).decode())[0]
        _, headers, css = one.request("GET", link, headers=packed)
        assert headers["Content-Encoding"] == "gzip" and b"--ground" in gzip.decompress(css)
        assert subprocess.run(["curl", "-s", "--http2", "--cacert", one.tls.ca, "-o", os.devnull, "-w", "%{http_version}",
                               one.base + "/sign-in"], stdout=subprocess.PIPE, check=True).stdout == b"2"


def test_who_guesses_waits_and_nobody_else():
    with behind() as one:
        one.serve()
        wrong = form(user="an", password="sai mật khẩu"), {"Content-Type": "application/x-www-form-urlencoded"}
        statuses = [one.request("POST", "/sign-in", wrong[0], dict(wrong[1], **{"X-Real-IP": "10.0.0.%d" % n}),
                                address="127.0.0.2")[0] for n in range(6)]
        assert statuses[0] == 403 and statuses[-1] == 429, statuses  # a name that one gives oneself counts for nothing
        assert Browser(one).sign_in()[0] == 303  # from another address
        doors = [one.request("POST", "/sign-in", form(user="x%d" % n, password="x"), wrong[1], address="127.0.0.3")[0]
                 for n in range(30)]
        assert doors[-1] == 429, doors


def test_a_board_behind_it():
    key = lib.Key()
    with behind() as one:
        one.add_screen(key=key)
        one.serve()
        board = Board(one, one.base)
        trust = "--ca", str(one.tls.ca)
        made = one.publish(with_image(), "--key", one.key("publish"), files={"hoa.png": png()})
        assert board.round("--fingerprint", one.made["fingerprint"], *trust) == ("new", made["sha256"], "")
        assert board.round(*trust)[0] == "unchanged"
        assert one.post_facts(key, [lib.fact(1), lib.fact(2)])[1]["accepted"] == [[1, 2]]
        again = one.publish(lib.TEXT, "--key", one.key("publish"))  # also within the same second
        assert board.round(*trust) == ("new", again["sha256"], "")


def test_news_is_not_held_back():
    with behind() as one:
        one.add_screen()
        one.serve()
        wire = ssl.create_default_context(cafile=one.tls.ca).wrap_socket(
            socket.create_connection(("127.0.0.1", one.port)), server_hostname="localhost")
        with wire:
            wire.settimeout(15)
            wire.sendall(b"GET /v1/screens/kp-01/events HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n" % one.host.encode())
            heard = b""
            while b"retry:" not in heard:
                heard += wire.recv(4096)
            one.publish(lib.TEXT, "--key", one.key("publish"))
            began = time.monotonic()
            while b"event: now" not in heard:
                heard += wire.recv(4096)
            assert time.monotonic() - began < 2, heard


def test_files_by_their_hash():
    with behind() as one:
        one.add_screen()
        one.serve()
        one.publish(with_image(), "--key", one.key("publish"), files={"hoa.png": png()})
        name = os.listdir(os.path.join(one.data, "tree/v1/assets"))[0]
        path = "/v1/assets/" + name
        status, headers, body = one.request("GET", path, headers={"Accept-Encoding": "gzip"})
        assert status == 200 and body == png() and headers["Content-Type"] == "application/octet-stream"
        assert "immutable" in headers["Cache-Control"] and headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Encoding"] is None
        status, headers, body = one.request("GET", path, headers={"Range": "bytes=4-7"})
        assert (status, body) == (206, png()[4:8])
        for path in ("/v1/assets/" + "a" * 64, "/v1/assets/../../source.db", "/v1/assets/%2e%2e/%2e%2e/source.db", "/source.db",
                     "/freshness.key", "/v1/assets/..%2f..%2ffreshness.key", "/v1/", "/tree/v1/root/1.json"):
            status, _, body = one.request("GET", path)
            assert status in (400, 404) and b"SQLite" not in body and b"bangtin-key" not in body, (path, status)
        status, _, body = one.request("GET", "/v1/root/1.json")
        assert status == 200 and json.loads(base64.b64decode(json.loads(body)["payload"]))["version"] == 1


class Sender(uploads.Sender):
    """An editor's browser that sends files by HTTPS."""

    def __init__(self, one):
        source_browser.with_user(one, "binh", "editor")
        super().__init__(one, "binh")
        assert self.cookie.startswith("__Host-bangtin=")

    def piece(self, upload, offset, data, **more):
        return super().piece(upload, offset, data, **{"Origin": self.one.base, "Sec-Fetch-Site": "same-origin", **more})

    def cut(self, upload, offset, data, after):
        """Sends the head of a piece and so many bytes of it; then the line is dead."""
        head = ("PATCH /uploads/%s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nX-Token: %s\r\nContent-Length: %d\r\n"
                "Content-Type: application/octet-stream\r\nUpload-Offset: %d\r\n\r\n"
                % (upload, self.one.host, self.cookie, self.token, len(data), offset)).encode()
        trust = ssl.create_default_context(cafile=self.one.tls.ca)
        with trust.wrap_socket(socket.create_connection(("127.0.0.1", self.one.port)), server_hostname="localhost") as line:
            line.sendall(head + data[:after])
            time.sleep(0.2)  # it is on its way through nginx
            assert not self.one.is_on_disk_of_nginx()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_file_in_pieces():
    with behind() as one:
        one.serve()
        sender, data = Sender(one), uploads.wav(20)
        assert len(data) > 7 * uploads.PIECE
        _, said = sender.begin("loa.wav", len(data))
        upload, offset = said["id"], 0
        for cut in (1, uploads.PIECE // 2, uploads.PIECE - 1):  # of pieces as large as they may be
            piece = data[offset:offset + uploads.PIECE]
            sender.cut(upload, offset, piece, cut)
            assert sender.offset(upload)["offset"] == offset, cut
            status, said = sender.piece(upload, offset, piece)
            offset += uploads.PIECE
            assert (status, said["offset"]) == (200, offset), (status, said)
        # all of it arrives, the answer does not
        sender.cut(upload, offset, data[offset:offset + uploads.PIECE], uploads.PIECE)
        deadline = time.monotonic() + 10
        while sender.offset(upload)["offset"] == offset:
            assert time.monotonic() < deadline, "a piece that came whole is lost"
            time.sleep(0.05)
        offset += uploads.PIECE
        one.stop_nginx()  # and between two pieces the web server starts anew
        one.start_nginx()
        assert sender.begin("loa.wav", len(data))[1]["offset"] == offset
        sender.rest(upload, data, offset)
        said = sender.over(upload)
        assert (said["state"], said["sha256"]) == ("done", hashlib.sha256(data).hexdigest()), said
        assert uploads.asset(one, said["sha256"]) == data
        assert one.request("GET", "/v1/assets/" + said["sha256"])[2] == data


def test_a_piece_that_is_too_large():
    """Whoever sends it is told in JSON, by us or by nginx, and what was there before stays."""
    with behind() as one:
        one.serve()
        sender, data = Sender(one), uploads.wav(40)
        upload = sender.begin("loa.wav", len(data))[1]["id"]
        assert sender.piece(upload, 0, data[:uploads.PIECE])[0] == 200
        for size in (uploads.PIECE + 1, 1 << 20, (1 << 20) + 1, 3 << 20):
            status, said = sender.piece(upload, uploads.PIECE, data[uploads.PIECE:uploads.PIECE + size])
            assert (status, said["error"]) == (413, "body too large"), (size, status, said)
            assert sender.offset(upload)["offset"] == uploads.PIECE, size
        status, said = sender.begin("phim.mp4", (4 << 30) + 1)
        assert status == 413 and "4 GB" in said["message"], said
        sender.rest(upload, data, uploads.PIECE)
        assert sender.over(upload)["state"] == "done"


def test_pieces_as_browsers_send_them():
    """By HTTP/2."""
    with behind() as one:
        one.serve()
        sender, data = Sender(one), uploads.wav(40)
        upload = sender.begin("loa.wav", len(data))[1]["id"]

        def patch(offset, piece):
            headers = {"Content-Type": "application/octet-stream", "Upload-Offset": offset, "X-Token": sender.token,
                       "Cookie": sender.cookie, "Origin": one.base}
            done = subprocess.run(["curl", "-s", "--http2", "--cacert", one.tls.ca, "-X", "PATCH", "--data-binary", "@-",
                                   *[word for name, value in headers.items() for word in ("-H", "%s: %s" % (name, value))],
                                   "-w", "\n%{http_version} %{http_code}", one.base + "/uploads/" + upload],
                                  input=piece, stdout=subprocess.PIPE, timeout=60)
            body, _, how = done.stdout.decode().rpartition("\n")
            return how, json.loads(body)
        how, said = patch(0, data[:uploads.PIECE])
        assert (how, said["offset"]) == ("2 200", uploads.PIECE), (how, said)
        how, said = patch(uploads.PIECE, data[uploads.PIECE:uploads.PIECE + (3 << 20)])
        assert (how, said["error"]) == ("2 413", "body too large"), (how, said)
        assert sender.offset(upload)["offset"] == uploads.PIECE


def test_large_bodies_end():
    with behind() as one:
        one.serve()
        assert one.request("POST", "/sign-in", b"x" * (2 << 20), {"Content-Type": "application/x-www-form-urlencoded"})[0] == 413
        assert one.request("POST", "/v1/screens/kp-01/reports", b"x" * (300 << 10))[0] == 413


if __name__ == "__main__":
    lib.run_tests(globals())
