#!/usr/bin/env python3
"""The board's own ways to cut, without a network and without a command: a key of the window, and a switch at
a GPIO line. Each puts up the safe picture in under 1 s, written down first, through kill -9; used again, or
bouncing, it does nothing twice and never takes the cut back; a show that hangs or is away loses none."""
import ctypes
import os
import signal
import sqlite3
import struct
import sys
import time

import district
import glass
import watch_lib as watch

RECT = (0, 0, 640, 384)
LIMIT_MS = 1000
PAUSE = 0xff13
RISING = 1
FLAG_ACTIVE_LOW, FLAG_INPUT, FLAG_EDGE_RISING, FLAG_PULL_UP = 1 << 1, 1 << 2, 1 << 4, 1 << 8


class Keyboard:
    def __init__(self, x):
        self.x = ctypes.CDLL("libX11.so.6")
        self.test = ctypes.CDLL("libXtst.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(x.name.encode()))
        self.code = self.x.XKeysymToKeycode(self.display, ctypes.c_ulong(PAUSE)) & 255

    def send(self, down):
        self.test.XTestFakeKeyEvent(self.display, ctypes.c_uint(self.code), down, ctypes.c_ulong(0))
        self.x.XSync(self.display, 0)

    def press(self, held_s=0.0):
        self.send(1)
        time.sleep(held_s)
        self.send(0)


class Switch:
    """The line of fake-gpio.c."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        os.mkfifo(folder / "events")
        self.fd = os.open(folder / "events", os.O_RDWR)

    def env(self, x):
        return dict(x.env(), LD_PRELOAD=str(district.BUILD / "tests" / "libfake-gpio.so"),
                    FAKE_GPIO=str(self.folder))

    def use(self, times=1):
        for i in range(times):
            os.write(self.fd, struct.pack("=QIIII24x", time.monotonic_ns(), RISING, 17, i + 1, i + 1))


class Board:
    def __init__(self, x, town):
        self.x, self.town = x, town
        self.switch = Switch(town.folder / "gpio")
        self.screen = town.screen("cat", offscreen=False, extra="[control]\ngpio=gpiochip0:17\nactive=low")
        red = glass.png(town.folder / "red.png", 640, 384, "c02020")
        town.publish(glass.manifest({"main": [glass.image("i1", red, 3600)]}, {"main": RECT}), [red])
        self.start()
        district.wait_for(lambda: self.screen.on_air("main") == "i1", 20, "the picture on air")

    def start(self):
        self.screen.play(env=self.switch.env(self.x))

    def picture_now(self):
        if time.time() % 60 > 55:
            time.sleep(60 - time.time() % 60 + 0.1)
        path = self.screen.snapshot(district.rfc3339(glass.wall_ms()), self.town.folder / "now-is.png")
        return glass.hash_of(glass.pixels(path))

    def cuts(self):
        """How often it was written down, and how often it was told."""
        with sqlite3.connect("file:%s?mode=ro" % (self.screen.state / "inputs.db"), uri=True) as db:
            rows = db.execute("SELECT count(*) FROM entry WHERE kind = 'cut'").fetchone()[0]
        db.close()
        with sqlite3.connect("file:%s?mode=ro" % (self.screen.state / "ledger.db"), uri=True) as db:
            told = db.execute("SELECT count(*) FROM fact WHERE line LIKE '%\"event\":\"cut\"%'").fetchone()[0]
        db.close()
        return rows, told

    def expect_cuts(self, count, what):
        time.sleep(1.2)  # the writer commits facts once a second
        assert self.cuts() == (count, count), "%s: %s cuts instead of %d" % (what, self.cuts(), count)
        assert watch.state(self.screen) == "cut", what

    def cut_by(self, witness, programme, use):
        """How long it took from the key or switch to a glass without the programme, in ms."""
        while time.time() % 60 > 50:
            time.sleep(0.5)
        witness.wait_hash(programme, 15, "the programme before a cut")
        start_ms = glass.wall_ms()
        use()
        safe = district.wait_for(lambda: next((s for s in list(witness.samples)
                                               if s.ms >= start_ms and s.hash != programme), None), 10, "a cut")
        assert watch.state(self.screen) == "cut", watch.state(self.screen)
        assert safe.hash == self.picture_now(), "not the safe picture"
        assert safe.ms - start_ms < LIMIT_MS, "it took %.0f ms" % (safe.ms - start_ms)
        return safe.ms - start_ms

    def resume(self, witness, programme):
        since = glass.wall_ms()
        district.run(district.PLAYER, "resume", "--config", self.screen.config)
        witness.wait_hash(programme, 10, "the programme after resume", since)

    def kill(self):
        self.screen.process.kill()
        self.screen.process.wait()


def try_key(board, keys, witness, programme):
    took_ms = board.cut_by(witness, programme, lambda: keys.press(0.8))
    board.expect_cuts(1, "a key that was held down")
    board.kill()
    board.start()
    again_ms = glass.wall_ms()
    watch.wait_state(board.screen, "cut")
    keys.press()
    keys.press()
    board.expect_cuts(1, "a key that was pressed again")
    assert not [s for s in witness.between(again_ms, glass.wall_ms()) if s.hash == programme], \
        "the programme was seen although it was cut"
    board.resume(witness, programme)
    return took_ms


def try_switch(board, witness, programme):
    asked = (board.switch.folder / "request").read_text().split()
    assert int(asked[0]) == 17 and int(asked[2]) > 0, asked
    assert int(asked[1]) == FLAG_ACTIVE_LOW | FLAG_INPUT | FLAG_EDGE_RISING | FLAG_PULL_UP, asked
    took_ms = board.cut_by(witness, programme, lambda: board.switch.use(5))
    board.expect_cuts(2, "a switch that bounced")
    board.switch.use()
    board.expect_cuts(2, "a switch that was used again")
    board.resume(witness, programme)
    return took_ms


def try_while_show_hangs(board, witness, programme):
    """The key's window hangs with it, the switch does not: the next show is told."""
    hung = watch.kill(board.screen, "show", signal.SIGSTOP)
    time.sleep(1)
    board.switch.use()
    began = time.monotonic()
    district.wait_for(lambda: board.screen.pid_of("show") not in (None, hung), 10, "another show")
    watch.wait_state(board.screen, "cut")
    took_s = time.monotonic() - began
    board.expect_cuts(3, "a switch that was used while show hung")
    watch.kill(board.screen, "show")
    board.expect_cuts(3, "a show after that")
    board.resume(witness, programme)
    return took_s


def try_on_at_the_start(board):
    """On a chip that can do nothing but tell."""
    (board.switch.folder / "no-bias").touch()
    (board.switch.folder / "no-debounce").touch()
    (board.switch.folder / "level").write_text("1")
    board.screen.stop()
    board.start()
    watch.wait_state(board.screen, "cut")
    board.expect_cuts(4, "a switch that is on at the start")
    asked = (board.switch.folder / "request").read_text().split()
    assert [int(word) for word in asked] == [17, FLAG_ACTIVE_LOW | FLAG_INPUT | FLAG_EDGE_RISING, 0], asked


def try_full_disk(board):
    """What cannot be written down is cut all the same, and said."""
    inputs = board.screen.state / "inputs.db"
    district.run(district.PLAYER, "resume", "--config", board.screen.config)
    watch.wait_state(board.screen, "playing")
    for change in ("CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT RAISE(FAIL, 'full'); END",
                   "DROP TRIGGER full"):
        with sqlite3.connect(inputs) as db:
            db.execute(change)
        db.close()
        verb, state, code = ("cut", "cut", 1) if change.startswith("CREATE") else ("resume", "playing", 0)
        done = district.run(district.PLAYER, verb, "--config", board.screen.config, check=False)
        assert done.returncode == code, done
        watch.wait_state(board.screen, state, 3)


def main():
    with glass.XServer(640, 384) as x, district.District() as town:
        town.serve()
        board = Board(x, town)
        programme = board.picture_now()
        keys = Keyboard(x)
        with glass.Witness(x, RECT, 20, changes=True) as witness:
            key_ms = try_key(board, keys, witness, programme)
            switch_ms = try_switch(board, witness, programme)
            hang_s = try_while_show_hangs(board, witness, programme)
        try_on_at_the_start(board)
        try_full_disk(board)
        board.screen.stop()
        print("ok: cut by the key %.0f ms, by the switch %.0f ms, over a hanging show %.1f s"
              % (key_ms, switch_ms, hang_s))


if __name__ == "__main__":
    sys.exit(main())
