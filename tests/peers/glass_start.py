#!/usr/bin/env python3
"""From exec to the glass: with the source stopped, `bangtin play` has the scheduled item's picture, equal
to the pixel to `bangtin snapshot` of that instant, on the glass within 1 s, ten times out of ten.

The time is that of a witness which looks at the X screen every 10 ms, less that at which the program was
started; both by the wall clock. A start is placed where the item on air has 2 s to go, so that there is
one right picture. Files are in the page cache (the first start, which enrols and fetches, warms it). A
start that is too slow is made once more, and said so: the bound is the same, but a machine that compiles
something meanwhile is not the player's fault. `tests/bench/start` uses the same rounds."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import glass

RECT = (0, 0, 640, 384)
LIMIT_MS = 1000
ROUNDS = 10
TITLES = (("n1", "Lịch tiếp công dân", "Thứ Năm hằng tuần, từ 7 giờ 30 đến 11 giờ, tại trụ sở UBND xã."),
          ("n2", "Phòng cháy mùa khô", "Không đốt nương rẫy khi có gió. Thấy cháy, gọi ngay 114."),
          ("n3", "Tiêm chủng mở rộng", "Trạm y tế xã tiêm vào sáng thứ Bảy, xin mang theo sổ tiêm."))


class Rig:
    """A screen that knows its programme, and no source any more."""

    def __init__(self, x, town, canvas=(640, 384)):
        self.x, self.town = x, town
        town.serve()
        self.rect = (0, 0, *canvas)
        self.screen = town.screen("dau", "%dx%d" % canvas, offscreen=False)
        photo = district.make_photo(town.folder / "photo.png", "640x320")
        items = [glass.text(*words) for words in TITLES] + [glass.image("i1", photo, 6)]
        items[0]["picture"] = "file:photo.png"
        town.publish(glass.manifest({"main": items}, {"main": self.rect}, canvas), [photo])
        self.screen.play(env=x.env())
        district.wait_for(lambda: self.screen.on_air("main"), 20, "a first item on air")
        self.screen.stop()
        town.stop_serving()

    def quiet_item(self):
        """Waits until the item on air has 2 s to go, and returns its name."""
        while True:
            now_ms = glass.wall_ms()
            said = district.run(district.PLAYER, "rundown", "--config", self.screen.config, "--from",
                                district.rfc3339(now_ms), "--to", district.rfc3339(now_ms + 4000), "--json")
            row = json.loads(said.stdout)
            row = (row["rows"] if isinstance(row, dict) else row)[0]
            if district.millis(row["end"]) - glass.wall_ms() > 2000:
                return row["item"]
            time.sleep(max(0.0, (district.millis(row["end"]) - glass.wall_ms()) / 1000) + 0.02)

    def start(self):
        """One start and stop: (milliseconds from exec to the right picture, the item, black or not)."""
        with glass.Witness(self.x, self.rect, 10, changes=True) as witness:
            item = self.quiet_item()
            exec_ms = glass.wall_ms()
            self.screen.play(env=self.x.env())
            time.sleep(1.2)
            at = district.rfc3339(exec_ms + 1000)
            path = self.screen.snapshot(at, self.town.folder / "wanted.png")
            wanted = glass.hash_of(glass.pixels(path))
            seen = witness.wait_hash(wanted, 15, "the picture of " + item, exec_ms)
            self.screen.stop()
        return seen.ms - exec_ms, item


def measure(rounds, canvas=(640, 384), say=print):
    """Milliseconds of `rounds` starts."""
    with glass.XServer(*canvas) as x, district.District() as town:
        rig = Rig(x, town, canvas)
        found = []
        for turn in range(rounds):
            took_ms, item = rig.start()
            say("start %d: %s after %.0f ms" % (turn + 1, item, took_ms), flush=True)
            if took_ms > LIMIT_MS:
                took_ms, item = rig.start()
                say("start %d again, the machine may have been busy (load %.1f): %s after %.0f ms"
                    % (turn + 1, os.getloadavg()[0], item, took_ms), flush=True)
            found.append(took_ms)
        return found


if __name__ == "__main__":
    times = measure(ROUNDS)
    assert max(times) <= LIMIT_MS, "a start took %.0f ms: expected at most %d" % (max(times), LIMIT_MS)
    print("ok: %d starts, %.0f to %.0f ms" % (ROUNDS, min(times), max(times)))
