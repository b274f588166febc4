"""The players that are measured: how each is told to fill the screen with a film, a list of films and
pictures, or running text, at its best on a machine without a graphics chip. What is not installed is left
out.

Ours is measured as it is used: `bangtin play FILE`, a first look, and `bangtin play --config FILE`, a board
with its source's manifest in the cache, its ledger and its sync."""
import os
import pathlib
import shutil
import sys
import time

import bench
from clips import FILM_SECONDS, H, ITEM_SECONDS, W

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peers"))
import district
import way_lib

STRIP = 64  # of running text, at the bottom
SPEED = 120
WORDS = "Trạm y tế xã tiêm chủng sáng thứ Bảy. Mời bà con đưa trẻ đến đúng giờ! Nhớ mang theo sổ. " * 8
TITLE = "Lịch cắt điện"
BODY = "Cắt điện sáng thứ Ba để sửa đường dây ở thôn 1 và thôn 2. Mời bà con sắp xếp công việc."
SANS = "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"
GROUND = "0b1b33"

CHROMIUM = ["chromium", "--kiosk", "--no-first-run", "--no-sandbox", "--disable-component-update",
            "--disable-background-networking", "--disable-sync", "--mute-audio", f"--window-size={W},{H}",
            "--window-position=0,0", "--autoplay-policy=no-user-gesture-required"]
MPV = ["mpv", "--no-config", "--no-terminal", "--no-audio", "--no-osc", "--osd-level=0", "--no-border",
       f"--geometry={W}x{H}+0+0", "--hwdec=no", "--image-display-duration=%d" % ITEM_SECONDS]
VLC = ["vlc", "-I", "dummy", "--vout=xcb_x11", "--fullscreen", "--no-video-title-show", "--no-osd", "--no-audio",
       "--no-interact", "--image-duration=%d" % ITEM_SECONDS]
# What SDL would draw through llvmpipe goes its shorter way.
FFPLAY = ["env", "SDL_FRAMEBUFFER_ACCELERATION=0", "SDL_RENDER_DRIVER=software", "ffplay", "-v", "error", "-an", "-noborder", "-left", "0", "-top", "0", "-x", str(W), "-y", str(H)]


class Peers:
    """How each peer is started; `env` for what it wants to know."""

    def __init__(self, folder):
        self.folder = folder
        self.mpv_output = "x11"
        self.turn = 0
        self.names = [name for name, program in (("mpv", "mpv"), ("vlc", "vlc"), ("ffplay", "ffplay"),
                                                 ("gstreamer", "gst-launch-1.0"), ("chromium", "chromium"))
                      if shutil.which(program)]

    def env(self, x):
        return dict(x_env(x), HOME=str(self.home()))

    def home(self):
        """A new one each time: nobody finds what was left."""
        self.turn += 1
        home = self.folder / f"home{self.turn}"
        home.mkdir()
        home.chmod(0o777)
        return home

    def mpv(self):
        return MPV + ["--vo=" + self.mpv_output]

    def page(self, name, body):
        path = self.folder / (name + ".html")
        path.write_text("<!doctype html><meta charset=utf-8><style>*{margin:0}body{background:#%s;color:#fff;"
                        "overflow:hidden;font-family:sans-serif}</style>%s" % (GROUND, body), encoding="utf-8")
        return path.as_uri()

    def film(self, name, path):
        if name == "chromium":
            body = f'<video src="{path.as_uri()}" autoplay muted width={W} height={H}></video>'
            return CHROMIUM + [self.page("film", body)]
        return {"mpv": self.mpv() + [path], "vlc": VLC + ["--play-and-exit", path],
                "ffplay": FFPLAY + ["-autoexit", path],
                "gstreamer": ["gst-launch-1.0", "-q", "playbin", "uri=" + path.as_uri(), "video-sink=ximagesink",
                              "audio-sink=fakesink"]}[name]

    def list(self, name, paths):
        if name == "mpv":
            return self.mpv() + ["--prefetch-playlist=yes", "--gapless-audio=yes", "--loop-playlist=inf", *paths]
        return VLC + ["--loop", *paths] if name == "vlc" else None

    def ticker(self, name, path):
        """Running text over the film, at sixty frames a second."""
        if name == "mpv":
            return self.mpv() + ["--vf=lavfi=[fps=60]", f"--sub-file={self.subtitles()}", path]
        if name == "ffplay":
            text = self.folder / "words.txt"
            text.write_text(WORDS, encoding="utf-8")
            drawn = (f"fps=60,drawbox=y={H - STRIP}:h={STRIP}:color=0x{GROUND}:t=fill,drawtext=textfile={text}:"
                     f"fontfile={SANS}:fontsize=40:fontcolor=white:x=w-{SPEED}*t:y={H - STRIP + 10}")
            return FFPLAY + ["-autoexit", "-vf", drawn, path]
        return None

    def subtitles(self):
        path = self.folder / "ticker.ass"
        far = -SPEED * FILM_SECONDS
        path.write_text(
            "[Script Info]\nScriptType: v4.00+\nPlayResX: %d\nPlayResY: %d\n[V4+ Styles]\nFormat: Name, Fontname, "
            "Fontsize, PrimaryColour, BackColour, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV\n"
            "Style: S,Noto Sans,48,&H00FFFFFF,&H00331B0B,1,0,0,7,0,0,0\n[Events]\n"
            "Format: Layer, Start, End, Style, Text\n"
            "Dialogue: 0,0:00:00.00,0:01:00.00,S,{\\pos(0,%d)\\p1\\c&H331B0B&}m 0 0 l %d 0 %d %d 0 %d\n"
            "Dialogue: 1,0:00:00.00,0:00:%05.2f,S,{\\q2\\move(%d,%d,%d,%d)}%s\n"
            % (W, H, H - STRIP, W, W, STRIP, STRIP, FILM_SECONDS, W, H - STRIP + 6, W + far, H - STRIP + 6, WORDS),
            encoding="utf-8")
        return path

    def still(self):
        body = (f"<h1 style='font-size:96px;margin:80px'>{TITLE}</h1>"
                f"<p style='font-size:64px;margin:80px'>{BODY}</p>")
        return CHROMIUM + [self.page("still", body)]


def x_env(x):
    env = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS")}
    env.update(DISPLAY=x.name, SDL_VIDEODRIVER="x11", SDL_AUDIODRIVER="dummy")
    return env


class Board:
    """Ours with a configuration: a source in a folder that signs, and a screen whose cache holds all of it."""

    def __init__(self):
        self.tree = way_lib.Tree()
        self.screen = self.tree.box(canvas=f"{W}x{H}", offscreen=False, led=False)
        text = self.screen.config.read_text().replace("picture=now.png\n", "").replace("poll=1\n", "")
        self.screen.config.write_text(text.replace("heartbeat=5\n", ""))
        self.version = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tree.__exit__()

    def words(self):
        return [str(district.PLAYER), "play", "--config", str(self.screen.config)]

    def put(self, x, items, files, strip=None):
        """Publishes a list of items over the whole screen, or above running text, and starts the player until
        all is in its cache. `files`: path → duration in ms, 0 for a picture."""
        assets, self.version = {}, self.version + 1
        for path, ms in files.items():
            data = path.read_bytes()
            self.tree.put_asset(data)
            assets.update(way_lib.asset(data, "video/mp4" if ms else "image/png", ms or None))
        main = (0, 0, W, H - STRIP if strip else H)
        zones = [{"id": "main", "rect": list(main)}]
        zones += [{"id": "strip", "rect": [0, H - STRIP, W, STRIP]}] if strip else []
        playlists = [{"id": "main", "items": items}]
        playlists += [{"id": "strip", "items": [strip]}] if strip else []
        self.tree.put(way_lib.manifest(
            self.version, items, assets=assets, playlists=playlists,
            layouts=[{"id": "full", "canvas": [W, H], "background": "#" + GROUND, "zones": zones}],
            programmes=[{"id": "day", "layout": "full", "zones": {z["id"]: z["id"] for z in zones}}]))
        self.screen.play(env=x_env(x))
        ids = {item["id"] for item in items}
        district.wait_for(lambda: self.screen.on_air("main") in ids, 60, "the board's first item")
        time.sleep(1)
        self.screen.stop()

    def frames(self):
        return self.screen.status()["frames"]


def sha(path):
    return way_lib.peers.sha256(path.read_bytes())


def video(ident, path, **more):
    return {"id": ident, "kind": "video", "asset": sha(path), **more}


def picture(ident, path):
    return {"id": ident, "kind": "image", "asset": sha(path), "duration_ms": ITEM_SECONDS * 1000}


def page(ident, ms):
    return {"id": ident, "kind": "text", "duration_ms": ms, "texts": [{"lang": "vi", "title": TITLE, "body": BODY}]}


def line(ident):
    return {"id": ident, "kind": "ticker", "speed_px_s": SPEED, "texts": [{"lang": "vi", "body": WORDS}]}


def wait_for_phase(loop_ms):
    """Sleeps until a loop without times of day begins anew: its anchor is 00:00 in Việt Nam."""
    day_ms = (time.time() * 1000 + 7 * 3600000) % 86400000
    time.sleep((loop_ms - day_ms % loop_ms) / 1000)
