#!/usr/bin/env python3
"""A player that is told to draw by a graphics chip (Mesa's llvmpipe, on Xvfb): the glass shows the picture of
`bangtin snapshot` but for how a chip rounds, and shows it to the pixel again, drawn by the processor, when the
chip's driver fails in the middle, and when show died. What draws, and why, stands in `bangtin status --json`."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import glass
import watch_lib as watch

SKIP = 77
SIZE = (800, 600)
PLACE = (60, 40, 640, 384)
MAX_OFF = 4
BROKEN = district.BUILD / "tests" / "broken-chip.so"


def told(screen, renderer):
    text = screen.config.read_text()
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("renderer="))
    screen.config.write_text(kept.replace("[display]", "[display]\nrenderer=" + renderer) + "\n")


def drawn_by(screen):
    return (screen.status() or {}).get("display", {"renderer": None, "device": None, "why": None})


def wait_drawn_by(screen, renderer):
    district.wait_for(lambda: drawn_by(screen)["renderer"] == renderer, 20, "to be drawn by " + renderer)
    return drawn_by(screen)


def page(name, title):
    return glass.text(name, title, "Sáng thứ Bảy, trạm y tế xã tiêm vắc-xin cho trẻ dưới 5 tuổi. Xin mang theo sổ.",
                      duration_ms=2000)


def publish(town, photo, item):
    town.publish(glass.manifest(
        {"main": [item], "side": [glass.image("i1", photo, 3600)]},
        {"main": (0, 0, 440, 384), "side": (440, 0, 200, 384)}), [photo])


def wanted(town, screen):
    return glass.pixels(screen.snapshot(district.rfc3339(glass.wall_ms()), town.folder / "is.png"))


def off(x, picture):
    grab = x.grab()
    inside = glass.part(grab, SIZE[0], PLACE)
    return max(abs(a - b) for a, b in zip(inside, picture))


def expect(x, town, screen, item, most):
    district.wait_for(lambda: screen.on_air("main") == item, 20, item + " on air")
    picture = wanted(town, screen)
    district.wait_for(lambda: off(x, picture) <= most, 20, "the picture on the glass, off by %d at most" % most)
    assert len(set(picture)) > 20, "an empty picture"


def main():
    with glass.XServer(*SIZE) as x, district.District() as town:
        town.serve()
        screen = town.screen("xa", "%dx%d+%d+%d" % (PLACE[2:] + PLACE[:2]), offscreen=False)
        photo = district.make_photo(town.folder / "photo.png", "200x384")
        told(screen, "opengles2")
        publish(town, photo, page("n1", "Thông báo tiêm chủng"))
        switch = town.folder / "broken"
        env = dict(x.env(), LD_PRELOAD=str(BROKEN), BROKEN_CHIP=str(switch))
        screen.play(env=env)
        district.wait_for(lambda: drawn_by(screen)["renderer"], 20, "an answer")
        by = drawn_by(screen)
        if by["renderer"] == "software":
            print("skipped: no OpenGL ES on Xvfb here:", by["why"])
            return SKIP
        assert by["renderer"] == "opengles2" and by["device"] and by["why"] == "as configured", by
        expect(x, town, screen, "n1", MAX_OFF)
        print("ok: by %s: the snapshot's picture" % by["device"])

        bright = district.wait_for(
            lambda: [f["brightness"] for f in screen.report("state") if f["on_air"]], 30, "a report")
        assert bright[-1] > 0, bright
        print("ok: the picture is read back: its brightness is %d" % bright[-1])

        switch.touch()
        publish(town, photo, page("n2", "Lịch cúp điện"))
        expect(x, town, screen, "n2", 0)
        by = wait_drawn_by(screen, "software")
        assert by["device"] is None and "the driver fails as it was told" in by["why"], by
        assert "show ended" not in screen.log.read_text(errors="replace"), "show died"
        print("ok: the driver fails: the processor draws the same")
        switch.unlink()

        screen.stop()
        screen.play(env=env)
        wait_drawn_by(screen, "opengles2")
        expect(x, town, screen, "n2", MAX_OFF)
        watch.kill(screen, "show")
        by = wait_drawn_by(screen, "software")
        assert "died" in by["why"], by
        expect(x, town, screen, "n2", 0)
        print("ok: after a death of show the processor draws")

        screen.stop()
        told(screen, "auto")
        screen.play(env=env)
        by = wait_drawn_by(screen, "software")
        assert by["why"] in ("this machine has no graphics chip", "the chip is not measured yet"), by
        print("ok: left alone:", by["why"])
        screen.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
