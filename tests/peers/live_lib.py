"""Live streams for tests, each from a real server on the loopback: HLS by nginx, RTSP by GStreamer's server, MPEG-TS
over UDP by ffmpeg. What they send is a picture of eight bars, black or white: the bits of a number that rises five
times a second, with a tone beside it.

A server can be stalled (its processes stop, its connections stay), ended and started again, and made to send garbage.
"""
import contextlib
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import peers

SIZE = (320, 192)
RATE = 25
BARS = 8
FRAMES_A_NUMBER = 5
RTSP_SERVER = pathlib.Path(__file__).with_name("live_rtsp.py")
PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def words_of(picture, sound, seconds=None):
    """ffmpeg's words for a picture and a sound of its own making, as fast as time goes."""
    limit = ["-t", str(seconds)] if seconds else []
    return ["ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", picture, "-re", "-f", "lavfi", "-i", sound,
            *limit,
            "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(RATE // 2), "-bf", "0",
            "-pix_fmt", "yuv420p", "-threads", "1", "-c:a", "aac", "-b:a", "64k", "-ac", "2"]


def step_words():
    """A flash and a beep at the beginning of each second."""
    return words_of("color=black:size=%dx%d:rate=%d,drawbox=color=white:t=fill:enable='lt(mod(t,1),0.2)'" % (*SIZE, RATE),
                    "aevalsrc='0.5*sin(2000*PI*t)*lt(mod(t,1),0.1)':s=48000")


def picture_words(size=SIZE, seconds=None):
    """The coded picture and a tone."""
    bars = ("nullsrc=s=%dx8:r=%d,format=gray,geq=lum='16+219*mod(floor(N/%d/pow(2,floor(X*%d/W))),2)',"
            "scale=%d:%d:flags=neighbor,format=yuv420p" % (BARS * 8, RATE, FRAMES_A_NUMBER, BARS, *size))
    return words_of(bars, "sine=frequency=440:sample_rate=48000", seconds)


class Server:
    """What all kinds can do. `url` is where a player finds it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.processes = []
        self.log = open(self.folder / "server.log", "ab")

    def spawn(self, *words, **options):
        process = subprocess.Popen([str(word) for word in words], stdout=self.log, stderr=self.log,
                                   stdin=subprocess.DEVNULL, **options)
        self.processes.append(process)
        return process

    def signal(self, number):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)

    def stall(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def stop(self):
        self.signal(signal.SIGCONT)
        for process in self.processes:
            process.kill()
            process.wait(10)
        self.processes = []

    def close(self):
        self.stop()
        self.log.close()


HLS_CONFIG = """
user root; daemon off; master_process off; error_log {f}/error.log; pid {f}/nginx.pid;
events {{ worker_connections 64; }}
http {{
  access_log {f}/access.log; default_type application/octet-stream;
  client_body_temp_path {f}/t1; proxy_temp_path {f}/t2; fastcgi_temp_path {f}/t3; uwsgi_temp_path {f}/t4;
  scgi_temp_path {f}/t5;
  server {{
    listen 127.0.0.1:{port}{tls};
    {certificates}
    location /live/ {{ alias {f}/live/; add_header Cache-Control no-store; }}
    location = /elsewhere.m3u8 {{ return 302 http://127.0.0.2:{other}/live/live.m3u8; }}
    location = /here.m3u8 {{ return 302 /live/live.m3u8; }}
  }}
}}
"""


class Hls(Server):
    """nginx, and ffmpeg that writes parts of `part_s` seconds. `kind`: "mpegts" or "fmp4". With an `authority`
    (peers.Authority) over https."""

    def __init__(self, folder, kind="mpegts", authority=None, part_s=1, words=picture_words):
        super().__init__(folder)
        self.words = words
        self.kind, self.part_s = kind, part_s
        self.port, self.other_port = peers.free_port(), peers.free_port()
        self.live = self.folder / "live"
        self.live.mkdir()
        self.base = "%s:%d" % ("https://localhost" if authority else "http://127.0.0.1", self.port)
        self.url = self.base + "/live/live.m3u8"
        words = "ssl_certificate %s; ssl_certificate_key %s;" % (
            authority.certificate, authority.key) if authority else ""
        (self.folder / "nginx.conf").write_text(HLS_CONFIG.format(
            f=self.folder, port=self.port, other=self.other_port, tls=" ssl" if authority else "", certificates=words))
        self.start()

    def start(self):
        self.spawn("nginx", "-c", self.folder / "nginx.conf", "-e", self.folder / "error.log")
        peers.wait_for_port(self.port)
        self.write()

    def write(self):
        more = ["-hls_segment_type", self.kind]
        if self.kind == "fmp4":
            more += ["-hls_fmp4_init_filename", "init-%d.mp4" % len(self.processes)]
        self.writer = self.spawn(
            *self.words(), "-f", "hls", "-hls_time", self.part_s, "-hls_list_size", 6,
            "-hls_flags", "delete_segments+append_list+omit_endlist+temp_file",
            *more, self.live / "live.m3u8", cwd=self.live)

    def wait_ready(self, parts=4):
        for _ in range(400):
            with contextlib.suppress(OSError):
                if (self.live / "live.m3u8").read_text().count("#EXTINF") >= parts:
                    return
            time.sleep(0.05)
        raise AssertionError("no parts were written")

    def garble(self, seconds):
        """The newest parts are overwritten with noise as they come."""
        noise, until, done = random.Random(5), time.monotonic() + seconds, set()
        while time.monotonic() < until:
            for path in sorted(self.live.glob("live*.*")):
                if path.suffix in (".ts", ".m4s") and path not in done:
                    done.add(path)
                    with contextlib.suppress(OSError):
                        path.write_bytes(noise.randbytes(path.stat().st_size))
            time.sleep(0.02)


class Udp(Server):
    """ffmpeg to this board itself, or to a group."""

    def __init__(self, folder, host="127.0.0.1", port=None, words=picture_words):
        super().__init__(folder)
        self.words = words
        self.host, self.port = host, port or free_udp_port()
        self.url = "udp://%s:%d" % (host, self.port)
        self.start()

    def start(self):
        self.spawn(*self.words(), "-f", "mpegts", "-mpegts_flags", "resend_headers", "-pat_period", "0.2",
                   "udp://%s:%d?pkt_size=1316&ttl=0" % (self.host, self.port))

    def resume(self):
        """As after a break of the line: what was to come meanwhile does not come."""
        self.stop()
        self.start()

    def wait_ready(self):
        pass

    def garble(self, seconds):
        """Noise of as much, instead of it."""
        self.stall()
        noise, until = random.Random(7), time.monotonic() + seconds
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while time.monotonic() < until:
                with contextlib.suppress(OSError):
                    sender.sendto(noise.randbytes(1316), (self.host, self.port))
                time.sleep(0.01)
        self.resume()


class Rtsp(Server):
    """GStreamer's server, fed by ffmpeg; `transports`: "tcp", "udp" or both."""

    def __init__(self, folder, transports="tcp+udp"):
        super().__init__(folder)
        self.transports = transports
        self.port, self.feed_port = peers.free_port(), free_udp_port()
        self.url = "rtsp://127.0.0.1:%d/live" % self.port
        self.start()

    def start(self):
        self.spawn(PYTHON, RTSP_SERVER, self.port, self.feed_port, self.transports)
        peers.wait_for_port(self.port)
        self.spawn(*picture_words(), "-f", "mpegts", "udp://127.0.0.1:%d?pkt_size=1316" % self.feed_port)

    def wait_ready(self):
        pass


class Tunnel:
    """A TCP relay before a server: it can stall, and turn what passes into noise."""

    def __init__(self, port):
        self.to = port
        self.mode = "pass"
        self.noise = random.Random(11)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            for a, b, down in ((near, far, False), (far, near, True)):
                threading.Thread(target=self.pump, args=(a, b, down), daemon=True).start()

    def pump(self, source, sink, down):
        with contextlib.suppress(OSError):
            while data := source.recv(16384):
                while self.mode == "stall":
                    time.sleep(0.02)
                if self.mode == "garble" and down:
                    data = self.noise.randbytes(len(data))
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()


def read_code(pixel, width=SIZE[0], height=SIZE[1]):
    """The number in a picture whose pixels `pixel(x, y)` answers as (r, g, b); None when it shows no bars."""
    number = 0
    for bar in range(BARS):
        level = sum(pixel((2 * bar + 1) * width // (2 * BARS), height // 2)) / 3
        if 90 < level < 165:
            return None
        number |= (level >= 165) << bar
    return number
