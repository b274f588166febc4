#!/usr/bin/env python3
"""A canvas of 640×384 at an offset in a screen of 1920×1080: what is grabbed from the screen equals
`bangtin snapshot` inside the canvas, to the pixel, and is black outside.

One bulletin (text, a picture, a running line that has long left) and one instant are looked at; the
running line would move between grab and snapshot, so it is left out here."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import glass

PLACE = (700, 300, 640, 384)


def main():
    with glass.XServer(1920, 1080) as x, district.District() as town:
        town.serve()
        screen = town.screen("xa", "%dx%d+%d+%d" % (PLACE[2:] + PLACE[:2]), offscreen=False)
        photo = district.make_photo(town.folder / "photo.png", "200x120")
        page = glass.text("n1", "Thông báo tiêm chủng", "Sáng thứ Bảy, trạm y tế xã tiêm vắc-xin cho trẻ "
                          "dưới 5 tuổi. Xin mang theo sổ theo dõi.", issuer="UBND xã Phú Túc")
        page["picture"] = "file:photo.png"
        town.publish(glass.manifest(
            {"main": [page], "side": [glass.image("i1", photo, 3600)]},
            {"main": (0, 0, 440, 384), "side": (440, 0, 200, 384)}), [photo])
        screen.play(env=x.env())
        district.wait_for(lambda: screen.on_air("main") == "n1", 20, "the bulletin on air")
        wanted = glass.pixels(screen.snapshot(district.rfc3339(glass.wall_ms()), town.folder / "is.png"))
        wanted_hash = glass.hash_of(wanted)
        with glass.Witness(x, PLACE) as witness:
            witness.wait_hash(wanted_hash, 10, "the snapshot's picture on the glass")
        grab = x.grab()
        inside = glass.part(grab, 1920, PLACE)
        assert inside == wanted, "the glass differs from the snapshot"
        empty = bytearray(grab)
        for row in range(PLACE[1], PLACE[1] + PLACE[3]):
            at = (row * 1920 + PLACE[0]) * 3
            empty[at:at + PLACE[2] * 3] = bytes(PLACE[2] * 3)
        assert not any(empty), "outside of the canvas the screen is not black"
        assert len(set(wanted[i:i + 3] for i in range(0, len(wanted), 3))) > 50, "an empty picture"
        screen.stop()
        print("ok: 640×384 at +700+300: inside as the snapshot, outside black")


main()
