#!/usr/bin/env python3
"""At two in the morning, the display off: an emergency that was signed lights it, and when its time is over the display
is off again. Source and board run on one clock that goes a hundred times as fast."""

import sys
import time

import desk_lib
import district
import way_lib

RATE = 100
DAY_MS, TWO_MS = 24 * 3600 * 1000, 19 * 3600 * 1000  # two in the morning in Vietnam, in UTC
MANIFEST = {
    "layouts": [{"id": "l", "canvas": [640, 384], "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
    "playlists": [{"id": "p", "items": [
        {"id": "n1", "kind": "text", "duration_ms": 3600000, "texts": [{"lang": "vi", "body": "Mời bà con họp."}]}]}],
    "programmes": [{"id": "day", "layout": "l", "zones": {"main": "p"}}],
    "display": {"on": [["05:00", "22:00"]]}}


class Town(district.District):
    """From its night on, source and board have the same clock."""
    began = None

    def fall_asleep(self):
        self.stop_serving()
        self.began = time.monotonic()
        self.two_ms = (int(time.time() * 1000) // DAY_MS + 1) * DAY_MS + TWO_MS
        self.serve()

    def clock(self):
        if self.began is None:
            return []
        now_ms = self.two_ms + (time.monotonic() - self.began) * 1000 * RATE
        return ["--clock", "%sx%d" % (district.rfc3339(now_ms), RATE)]

    def words_to_serve(self):
        return [*super().words_to_serve(), *self.clock()]

    def publish(self, manifest):
        folder = self.folder / "publish"
        folder.mkdir()
        (folder / "manifest.json").write_text(district.json.dumps(manifest))
        district.run(district.PUBLISHER, "publish", "--data", self.data, "--key", self.keys / "publish.key",
                     *self.clock(), folder)


def brightest(screen):
    return max(way_lib.Picture(screen.picture).data)


def main():
    with Town() as town:
        town.serve()
        screen = town.screen("wall")
        town.fall_asleep()
        town.publish(dict(MANIFEST, screens=["wall"]))
        official = desk_lib.Official(town.port, town.data, "duyet", "approver")
        official.register(desk_lib.key_of(town.keys / "emergency.key"))
        screen.play("--display", "offscreen", *town.clock())
        district.wait_for(lambda: (screen.status() or {}).get("state") == "dark", 30, "the display to be off")
        page = official.post("/emergency/new", **{
            "template": "flash-flood", "area": "krongpa", "level": "3", "hours": "1", "issuer": "UBND xã", "reason": "Mưa lớn",
            "vi.title": "LŨ QUÉT", "vi.what": "Nước suối dâng nhanh.", "vi.do": "Lên chỗ cao ngay."})
        official.sign(page)
        begin = time.monotonic()
        district.wait_for(lambda: (screen.on_air("main") or "").startswith("alarm-"), 10, "the alarm on the glass")
        lit_s = time.monotonic() - begin
        district.wait_for(lambda: screen.picture.exists() and brightest(screen) > 100, 10, "light on the glass")
        district.wait_for(lambda: (screen.status() or {}).get("state") == "dark", 3600 / RATE + 20,
                          "the display to be off again")
        whole_s = time.monotonic() - begin
        assert 3600 / RATE - 8 < whole_s < 3600 / RATE + 8, whole_s
        district.wait_for(lambda: brightest(screen) < 10, 10, "a dark glass")
        print("lit after %.2f s, off again after %.1f s of %d" % (lit_s, whole_s, 3600 / RATE))
        assert lit_s < 2, lit_s


sys.exit(main())
