#!/usr/bin/env python3
"""A player left to choose, on a machine that seems to have a graphics chip (on Xvfb, so Mesa's llvmpipe): once it is
on the glass, a process beside it measures, writes down that this chip is none, and ends; show is not disturbed. The
next start knows it and measures nothing; another chip is measured anew. A chip that was found cheapest is taken."""

import json
import os
import pathlib
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import way_lib as way
from way_lib import Tree, district

import glass

SKIP = 77
FAKE = district.BUILD / "tests" / "broken-chip.so"


def renderer(screen):
    return (screen.status() or {}).get("display", {"why": None})


def measured(screen):
    path = screen.state / "renderer.json"
    found = json.loads(path.read_text()) if path.exists() else {"why": "did not"}
    return None if "did not" in found["why"] else found


def start(screen, x, chip):
    screen.play(env=dict(x.env(), LD_PRELOAD=str(FAKE), FAKE_CHIP=chip))
    district.wait_for(lambda: screen.on_air("main") == "n1", 20, "n1 on the glass")
    return renderer(screen)


def main():
    with glass.XServer(800, 600) as x, Tree() as town:
        screen = town.box(offscreen=False)
        town.put(way.manifest(1, [dict(way.text("n1", "Thông báo"), duration_ms=3600000)]))
        by = start(screen, x, "driver 1")
        assert by["renderer"] == "software" and "not measured yet" in by["why"], by
        show = screen.pid_of("show")
        first = district.wait_for(lambda: measured(screen), 60, "a measurement")
        assert first["renderer"] == "software" and (first["width"], first["height"]) == (640, 384), first
        assert "software" in first["why"] and "opengles2" in first["why"], first
        district.wait_for(lambda: screen.pid_of("gauge") is None, 20, "the measuring process gone")
        assert screen.pid_of("show") == show and "show ended" not in way.log(screen), way.log(screen)
        print("ok: beside the board:", first["why"])
        screen.stop()

        by = start(screen, x, "driver 1")
        assert by["why"] == first["why"], by
        screen.stop()
        by = start(screen, x, "driver 2")
        assert "another" in by["why"], by
        screen.stop()
        if "opengles2 is emulated" not in first["why"]:
            print("skipped: the rest wants OpenGL ES without a chip:", first["why"])
            return SKIP
        print("ok: known at the next start, and not of another driver")

        device = pathlib.Path(screen.state, "renderer.json")
        device.write_text(json.dumps(dict(first, renderer="opengles2", device="a chip that is gone", why="cheapest")))
        by = start(screen, x, "driver 1")
        assert by["renderer"] == "software" and "expected a chip that is gone" in by["why"], by
        name = by["why"].split("the chip is ")[1].split(": expected")[0]
        screen.stop()
        device.write_text(json.dumps(dict(first, renderer="opengles2", device=name, why="cheapest")))
        by = start(screen, x, "driver 1")
        assert by == {"renderer": "opengles2", "device": name, "why": "cheapest"}, by
        screen.stop()
        print("ok: what was found cheapest is taken:", name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
