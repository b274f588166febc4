#!/usr/bin/env python3
"""`bangtin cut` puts up the safe picture in under 1 s, from the start of the command to the glass, it stays
through kill -9 of the whole player and a new start, and `bangtin resume` gives the programme back.

The safe picture shows the time of day: it is taken from a snapshot of the same minute."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import glass

RECT = (0, 0, 640, 384)
LIMIT_MS = 1000


def picture_now(screen, town):
    """The hash of what should be on the glass now, at an instant that is no turn of a minute."""
    if time.time() % 60 > 55:
        time.sleep(60 - time.time() % 60 + 0.1)
    path = screen.snapshot(district.rfc3339(glass.wall_ms()), town.folder / "now-is.png")
    return glass.hash_of(glass.pixels(path))


def command(screen, verb, witness, town):
    """How long it took from the command's start to its picture on the glass, in ms, and the picture."""
    while time.time() % 60 > 50:
        time.sleep(0.5)
    start_ms = glass.wall_ms()
    district.run(district.PLAYER, verb, "--config", screen.config)
    wanted = picture_now(screen, town)
    seen = witness.wait_hash(wanted, 10, "the picture after " + verb, start_ms)
    return seen.ms - start_ms, wanted


def main():
    with glass.XServer(640, 384) as x, district.District() as town:
        town.serve()
        screen = town.screen("cat", offscreen=False)
        red = glass.png(town.folder / "red.png", 640, 384, "c02020")
        town.publish(glass.manifest({"main": [glass.image("i1", red, 3600)]}, {"main": RECT}), [red])
        screen.play(env=x.env())
        district.wait_for(lambda: screen.on_air("main") == "i1", 20, "the picture on air")
        programme = picture_now(screen, town)
        with glass.Witness(x, RECT, 20, changes=True) as witness:
            witness.wait_hash(programme, 10, "the programme")
            took_ms, safe = command(screen, "cut", witness, town)
            assert safe != programme, "the safe picture is the programme's"
            assert took_ms < LIMIT_MS, "cut took %.0f ms" % took_ms
            screen.process.kill()
            screen.process.wait()
            screen.play(env=x.env())
            again_ms = glass.wall_ms()
            district.wait_for(lambda: (screen.status() or {}).get("state") == "cut", 10, "still cut")
            safe = picture_now(screen, town)
            witness.wait_hash(safe, 10, "the safe picture after a new start", again_ms)
            assert not [s for s in witness.between(again_ms, glass.wall_ms()) if s.hash == programme], \
                "the programme was seen although it was cut"
            back_ms, found = command(screen, "resume", witness, town)
            assert found == programme, "resume gave another picture"
        screen.stop()
        print("ok: cut %.0f ms, resume %.0f ms" % (took_ms, back_ms))


main()
