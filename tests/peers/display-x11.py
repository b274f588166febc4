#!/usr/bin/env python3
"""The window display against a real X server (Xvfb): what is on the root, pixel by pixel. With a renderer as
argument what a graphics chip (here Mesa's llvmpipe) does otherwise.

Grabs come from ffmpeg's x11grab, which knows nothing of SDL; keys and covering windows from Xlib.
Needs Xvfb, ffmpeg and libX11; without them the test is skipped, saying what is missing."""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time

BUILD = os.environ["BUILD"]
PROGRAM = os.path.join(BUILD, "tests", "peer-display-x11")
WITNESS = os.path.join(BUILD, "tests", "peer-witness")
SKIP = 77


class Server:
    """An Xvfb on a free display number."""

    def __init__(self, w, h, depth):
        self.w, self.h = w, h
        read_fd, write_fd = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_fd), "-screen", "0", f"{w}x{h}x{depth}", "-nolisten", "tcp"],
            pass_fds=[write_fd], stderr=subprocess.DEVNULL)
        os.close(write_fd)
        number = ""
        # To the end of the line: the number and its newline come apart, and Xvfb wants to be heard out.
        while not number.endswith("\n") and select.select([read_fd], [], [], 30)[0]:
            number += os.read(read_fd, 32).decode() or "\n"
        os.close(read_fd)
        number = number.strip()
        if not number:
            self.close()
            raise SystemExit("Xvfb did not start")
        self.name = ":" + number

    def env(self):
        env = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "XAUTHORITY")}
        env.update(DISPLAY=self.name, SDL_VIDEODRIVER="x11")
        return env

    def grab(self):
        """Rows of bytes, four a pixel: blue, green, red, anything."""
        out = subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "x11grab", "-draw_mouse", "0",
             "-video_size", f"{self.w}x{self.h}", "-i", self.name,
             "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "bgra", "-"],
            check=True, capture_output=True, env=self.env(), timeout=60).stdout
        assert len(out) == self.w * self.h * 4, len(out)
        stride = self.w * 4
        return [out[y * stride:(y + 1) * stride] for y in range(self.h)]

    def close(self):
        self.process.terminate()
        self.process.wait()


class Display:
    """The program under test."""

    def __init__(self, server, w, h, x=0, y=0, scale="none", window="whole", cut_key="Pause"):
        self.process = subprocess.Popen(
            [PROGRAM, *map(str, (w, h, x, y)), scale, window, cut_key, *sys.argv[1:2]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=server.env())
        self.events = []
        self.heard = ""
        words = (self.line() or "nothing").split()
        assert words[0] == "open", words
        self.w, self.h, self.stride, self.refresh, self.has_fd = map(int, words[1:])

    def line(self, timeout_s=30):
        fd = self.process.stdout.fileno()
        while "\n" not in self.heard:
            more = os.read(fd, 4096).decode() if select.select([fd], [], [], timeout_s)[0] else ""
            if not more:
                return None
            self.heard += more
        line, self.heard = self.heard.split("\n", 1)
        return line

    def do(self, command):
        self.process.stdin.write(command + "\n")
        while True:
            answer = self.line()
            if answer == "done":
                return
            assert answer and answer.startswith("event "), (command, answer)
            self.events.append(answer[6:])

    def show(self, step):
        self.do(f"draw {step}")
        self.do(f"present 0,0,{self.w},{self.h}")

    def wait_event(self, name):
        until = time.monotonic() + 10
        while name not in self.events:
            answer = self.line(until - time.monotonic()) if time.monotonic() < until else None
            assert answer and answer.startswith("event "), f"no event {name}: {self.events}"
            self.events.append(answer[6:])
        self.events.clear()

    def close(self):
        try:
            self.process.stdin.write("quit\n")
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        assert code == 0, f"the program ended with {code}"


def pattern(step, x, y):
    return bytes(((x ^ y) & 255, (y * 5) & 255, (x * 7 + step * 50) & 255))


def black(w, h):
    return [[b"\0\0\0"] * w for _ in range(h)]


def put(picture, step, place, rect):
    """The pattern of `step` in `rect` of a canvas that lies at `place`, clipped to the picture."""
    for y in range(rect[1], rect[1] + rect[3]):
        if not 0 <= place[1] + y < len(picture):
            continue
        row = picture[place[1] + y]
        for x in range(rect[0], rect[0] + rect[2]):
            if 0 <= place[0] + x < len(row):
                row[place[0] + x] = pattern(step, x, y)


def pixels(row):
    return [row[i:i + 3] for i in range(0, len(row), 4)]


def expect(server, picture, what):
    for y, row in enumerate(server.grab()):
        if pixels(row) != picture[y]:
            got = pixels(row)
            x = next(i for i in range(len(got)) if got[i] != picture[y][i])
            raise AssertionError(f"{what}: at {x},{y}: {got[x].hex()} instead of {picture[y][x].hex()}")
    print("ok", what, flush=True)


class Xlib:
    """What another program of the desktop may do: cover the glass, press a key."""

    def __init__(self, server):
        self.x = ctypes.CDLL("libX11.so.6")
        for name in ("XOpenDisplay", "XDefaultRootWindow", "XCreateSimpleWindow", "XKeysymToKeycode"):
            getattr(self.x, name).restype = ctypes.c_ulong
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(server.name.encode()))
        self.root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))

    def sync(self):
        self.x.XSync(self.display, 0)

    def cover(self):
        window = ctypes.c_ulong(self.x.XCreateSimpleWindow(
            self.display, self.root, 0, 0, 400, 300, 0, ctypes.c_ulong(0), ctypes.c_ulong(0x00ff00)))
        self.x.XMapRaised(self.display, window)
        self.sync()
        time.sleep(0.2)
        self.x.XDestroyWindow(self.display, window)
        self.sync()

    def press(self, *keysyms):
        """One key, or several that are held down together."""
        try:
            xtest = ctypes.CDLL("libXtst.so.6")
        except OSError:
            return False
        codes = [self.x.XKeysymToKeycode(self.display, ctypes.c_ulong(k)) & 255 for k in keysyms]
        for down, code in [(1, c) for c in codes] + [(0, c) for c in reversed(codes)]:
            xtest.XTestFakeKeyEvent(self.display, ctypes.c_uint(code), down, ctypes.c_ulong(0))
        self.sync()
        return True

    def resize_only_window(self, w, h):
        root, parent, n = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        self.x.XQueryTree(self.display, self.root, ctypes.byref(root), ctypes.byref(parent),
                          ctypes.byref(children), ctypes.byref(n))
        for i in range(n.value):
            self.x.XMoveResizeWindow(self.display, ctypes.c_ulong(children[i]), 0, 0, w, h)
        self.sync()

    def close(self):
        self.x.XCloseDisplay(self.display)


def test_placed(server):
    place, size = (100, 50), (640, 384)
    display = Display(server, *size, *place)
    assert display.has_fd and display.refresh > 0
    assert display.stride == server.w, "the canvas should be a part of the window's surface"
    picture = black(server.w, server.h)
    expect(server, picture, "black before anything is presented")
    display.show(0)
    put(picture, 0, place, (0, 0, *size))
    expect(server, picture, "the pattern 1:1 in its place, black around it")
    rects = [(0, 0, 10, 7), (33, 100, 301, 1), (639, 383, 1, 1), (200, 200, 64, 64)]
    display.do("draw 1")
    display.do("present " + " ".join(",".join(map(str, r)) for r in rects) + " 600,380,100,100")
    for rect in rects + [(600, 380, 40, 4)]:
        put(picture, 1, place, rect)
    expect(server, picture, "only the rectangles presented, and nothing beside the canvas")
    many = [(i * 15, i * 9, 5, 5) for i in range(40)]
    display.do("draw 2")
    display.do("present " + " ".join(",".join(map(str, r)) for r in many))
    for rect in many:
        put(picture, 2, place, rect)
    expect(server, picture, "more rectangles than are passed on at once")

    display.do("draw 2")
    display.do(f"present 0,0,{size[0]},{size[1]}")
    put(picture, 2, place, (0, 0, *size))
    xlib = Xlib(server)
    display.events.clear()
    xlib.cover()
    display.wait_event("exposed")
    expect(server, picture, "all is back after a window covered it")
    if xlib.press(0xff13):  # Pause
        display.wait_event("cut")
        xlib.press(0xff1b)  # Escape
        xlib.press(0x71)    # q
        xlib.press(0xff13)
        display.wait_event("cut")
        print("ok the cut key cuts; Escape and q do nothing on a board")
    xlib.close()
    display.do("darken")
    expect(server, black(server.w, server.h), "dark")
    display.close()


def test_whole_screen(server):
    display = Display(server, 0, 0)
    assert (display.w, display.h) == (server.w, server.h)
    picture = black(server.w, server.h)
    display.show(3)
    put(picture, 3, (0, 0), (0, 0, server.w, server.h))
    expect(server, picture, "the whole screen")
    display.close()


def test_plain(server):
    """The X server keeps it: the program need not even run."""
    display = Display(server, 0, 0, window="plain")
    assert display.stride == 0, "a window of one colour needs no canvas"
    picture = [[bytes.fromhex("331b0b")] * server.w for _ in range(server.h)]
    expect(server, picture, "one colour")
    xlib = Xlib(server)
    display.process.send_signal(signal.SIGSTOP)
    xlib.cover()
    expect(server, picture, "one colour after a window covered it, and nobody drew")
    display.process.send_signal(signal.SIGCONT)
    if xlib.press(0xff13):  # Pause
        display.wait_event("cut")
    xlib.close()
    display.close()


def test_half_outside(server):
    place, size = (server.w - 200, -30), (640, 384)
    display = Display(server, *size, *place)
    picture = black(server.w, server.h)
    display.show(4)
    put(picture, 4, place, (0, 0, *size))
    expect(server, picture, "a canvas that reaches out of the screen is cut")
    if sys.argv[1:]:
        display.close()
        return
    display.do("draw 5")
    display.do("present 100,50,150,20")
    put(picture, 5, place, (100, 50, 150, 20))
    expect(server, picture, "and partly presented")
    display.close()


def test_fit_exact(server):
    display = Display(server, 640, 360, scale="fit")
    display.show(6)
    picture = [[pattern(6, x // 3, y // 3) for x in range(server.w)] for y in range(server.h)]
    expect(server, picture, "three times as large, every pixel a square")
    display.close()


def test_fit_any(server):
    """640x384 fits 1080 rows as 1800x1080, with 60 black columns on either side."""
    display = Display(server, 640, 384, scale="fit")
    display.show(7)
    display.do("present 1,1,2,2")
    rows = [pixels(row) for row in server.grab()]
    for row in rows:
        assert set(row[:60] + row[1860:]) == {b"\0\0\0"}, "beside the picture is not black"
    mean = [sum(p[i] for row in rows for p in row[60:1860:5]) / (360 * 1080) for i in range(3)]
    want = [sum(pattern(7, x, y)[i] for x in range(640) for y in range(384)) / (640 * 384) for i in range(3)]
    assert all(abs(m - w) < 3 for m, w in zip(mean, want)), (mean, want)
    print("ok a fit between sizes, centred", flush=True)
    display.close()


def test_cut_keys(server):
    """Only the key that is configured, with what is to be held; no key where none is."""
    pause, f12, control, shift = 0xff13, 0xffc9, 0xffe3, 0xffe1
    for cut_key, silent, loud in (("Ctrl+Shift+F12", [(f12,), (control, f12), (pause,)], (control, shift, f12)),
                                  ("f12", [(pause,)], (control, f12))):
        display = Display(server, 64, 64, cut_key=cut_key)
        display.show(1)
        xlib = Xlib(server)
        for keys in silent:
            if not xlib.press(*keys):
                return
        time.sleep(0.3)
        display.show(2)
        assert "cut" not in display.events, (cut_key, display.events)
        xlib.press(*loud)
        display.wait_event("cut")
        xlib.close()
        display.close()
    print("ok the cut key is the one that is configured")


def test_first_look(server):
    display = Display(server, 320, 200, window="windowed")
    display.show(8)
    xlib = Xlib(server)
    if xlib.press(0xff1b):
        display.wait_event("quit")
        print("ok Escape ends a first look")
    xlib.close()
    display.close()


def test_resize(server):
    display = Display(server, 0, 0, window="windowed")
    display.show(1)
    xlib = Xlib(server)
    xlib.resize_only_window(700, 450)
    display.wait_event("resized")
    picture = black(server.w, server.h)
    expect(server, picture, "black in a window of a new size")
    display.w, display.h = 700, 450
    display.show(2)
    put(picture, 2, (0, 0), (0, 0, 700, 450))
    expect(server, picture, "the canvas follows the window")
    xlib.close()
    display.close()


def test_placed_by_a_chip(server):
    place, size = (100, 50), (640, 384)
    display = Display(server, *size, *place)
    assert display.has_fd and display.refresh > 0
    picture = black(server.w, server.h)
    expect(server, picture, "black before anything is presented")
    display.show(0)
    put(picture, 0, place, (0, 0, *size))
    expect(server, picture, "the pattern 1:1 in its place, black around it")
    display.events.clear()
    xlib = Xlib(server)
    xlib.cover()
    display.wait_event("exposed")
    display.do(f"present 0,0,{size[0]},{size[1]}")
    expect(server, picture, "all is back after a window covered it")
    xlib.close()
    display.do("darken")
    expect(server, black(server.w, server.h), "dark")
    display.close()


def has_renderer(server):
    run = subprocess.run([PROGRAM, "64", "64", "0", "0", "none", "whole", "Pause", sys.argv[1]], env=server.env(),
                         text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    if run.returncode == 0:
        return True
    print("skipped:", run.stderr.strip())
    return False


def main_by_a_chip(server):
    if not has_renderer(server):
        return SKIP
    for test in (test_placed_by_a_chip, test_half_outside, test_fit_exact, test_fit_any, test_resize):
        test(server)
    return 0


def test_witness(server):
    display = Display(server, 64, 64, 10, 20)
    display.show(1)
    argv = [WITNESS, "--rect", "10,20,64,64"]
    one = subprocess.run(argv, capture_output=True, text=True, env=server.env(), check=True).stdout.split()
    before = time.time() * 1000
    assert len(one) == 3 and abs(float(one[0]) - before) < 20000, one
    mean = [sum(pattern(1, x, y)[i] for x in range(64) for y in range(64)) // 4096 for i in (2, 1, 0)]
    assert one[2] == "".join(f"{m:02x}" for m in mean), one
    watcher = subprocess.Popen(
        argv + ["--interval", "1", "--duration", "3000", "--changes"],
        stdout=subprocess.PIPE, text=True, env=server.env())
    hashes = [watcher.stdout.readline().split()[1]]
    for step in (2, 3, 4):
        display.show(step)
        hashes.append(watcher.stdout.readline().split()[1])
    rest, _ = watcher.communicate(timeout=30)
    assert len(set(hashes)) == 4 and hashes[0] == one[1] and rest == "", (hashes, rest)
    print("ok the witness sees every change", flush=True)
    display.close()


def test_sixteen_bits():
    server = Server(320, 240, 16)
    try:
        display = Display(server, 200, 100, 20, 30)
        display.show(9)
        rows = [pixels(row) for row in server.grab()]
        for y in range(240):
            for x in range(320):
                inside = 20 <= x < 220 and 30 <= y < 130
                want = pattern(9, x - 20, y - 30) if inside else b"\0\0\0"
                assert all(abs(a - b) <= 8 for a, b in zip(rows[y][x], want)), (x, y, rows[y][x], want)
        print("ok sixteen bits a pixel", flush=True)
        display.close()
    finally:
        server.close()


def test_no_screen():
    env = {k: v for k, v in os.environ.items()
           if k not in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "SDL_VIDEODRIVER")}
    if os.path.exists("/dev/dri/card0"):
        print("ok (not tried: this machine has a screen)")
        return
    run = subprocess.run([PROGRAM, "0", "0", "0", "0", "none", "whole", "Pause"], env=env, text=True,
                         stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert run.returncode == 1 and "expected a screen" in run.stderr, run
    print("ok no screen is an error, not a picture nowhere", flush=True)


def main():
    missing = [name for name in ("Xvfb", "ffmpeg") if not shutil.which(name)]
    if missing:
        print("skipped: missing", ", ".join(missing))
        return SKIP
    server = Server(1920, 1080, 24)
    try:
        if sys.argv[1:]:
            return main_by_a_chip(server)
        for test in (test_placed, test_plain, test_whole_screen, test_half_outside, test_fit_exact, test_fit_any,
                     test_cut_keys, test_first_look, test_resize, test_witness):
            test(server)
    finally:
        server.close()
    test_sixteen_bits()
    test_no_screen()
    return 0


if __name__ == "__main__":
    sys.exit(main())
