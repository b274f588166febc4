#!/usr/bin/env python3
"""Small pictures of the glass: a player sends them, the operators' page has them, and they are what anybody
makes of `bangtin snapshot` of the same instant. Sent now and then, when another kind of thing is shown, and
when somebody asks."""

import contextlib
import pathlib
import sqlite3
import subprocess
import time

import district
import way_lib as way

NOISE = 6  # mean difference of a channel, 0 to 255: what the codec may do to text


def manifest(cls="ordinary", body="Cắt nước sáng mai", **more):
    return dict({
        "layouts": [{"id": "full", "canvas": [1280, 768], "background": "#0B1B33",
                     "zones": [{"id": "main", "rect": [0, 0, 1280, 768]}]}],
        "playlists": [{"id": "news", "items": [
            {"id": "n1", "kind": "text", "texts": [{"lang": "vi", "title": "Thông báo", "body": body}]}]}],
        "programmes": [{"id": "day", "layout": "full", "class": cls, "zones": {"main": "news"}}]}, **more)


ALERT = manifest("emergency")
ALERT["playlists"][0]["items"] = [{"id": "a1", "kind": "alert", "level": 3, "texts": [
    {"lang": "vi", "title": "Lũ quét", "body": "Rời khỏi bờ suối"}]}]


def kept(place):
    """When the picture was taken, and its bytes; None while there is none."""
    with contextlib.closing(sqlite3.connect(place.data / "source.db", timeout=30)) as db:
        return db.execute("SELECT at_ms, body FROM picture").fetchone()


def decoded(place, body):
    webp, png = place.folder / "kept.webp", place.folder / "kept.png"
    webp.write_bytes(body)
    subprocess.run(["dwebp", "-quiet", str(webp), "-o", str(png)], check=True)
    return way.Picture(png)


def shrunk(picture, height, w, h):
    """As render/scene/thumb.h says."""
    small = bytearray()
    for y in range(h):
        rows = [(4 * y + k) * height // (4 * h) for k in (1, 3)]
        for x in range(w):
            columns = [(4 * x + k) * picture.width // (4 * w) for k in (1, 3)]
            four = [picture.pixel(column, row) for row in rows for column in columns]
            small += bytes((sum(p[c] for p in four) + 2) // 4 for c in range(3))
    return bytes(small)


def difference(a, b):
    assert len(a) == len(b), (len(a), len(b))
    return sum(abs(x - y) for x, y in zip(a, b)) / len(a)


def playing(place, pictures=600):
    place.serve()
    box = place.screen("kp-01", canvas="1280x768")
    box.config.write_text(box.config.read_text().replace("heartbeat=5", "heartbeat=5\npictures=%d" % pictures))
    place.publish(manifest())
    box.play()
    district.wait_for(lambda: box.on_air("main") == "n1", 60, "the text")
    return box


def ask(place):
    district.run(district.PUBLISHER, "screen", "command", "kp-01", "screenshot", "--data", place.data)


def test_what_is_on_the_glass():
    with district.District() as place:
        box = playing(place)
        began = time.monotonic()
        first = district.wait_for(lambda: kept(place), 60, "a picture by itself")
        took = time.monotonic() - began
        time.sleep(1.1)  # one of a later second; and the first may be that of the safe picture
        ask(place)
        at_ms, body = district.wait_for(
            lambda: (kept(place) or first)[0] > first[0] and kept(place), 30, "a picture that was asked for")
        assert len(body) <= 40 * 1024, len(body)
        small = decoded(place, body)
        assert (small.width, small.height) == (480, 288), (small.width, small.height)
        snapshot = way.Picture(box.snapshot(district.rfc3339(at_ms), place.folder / "then.png"))
        noise = difference(small.data, shrunk(snapshot, snapshot.height, 480, 288))
        dark = difference(small.data, bytes(len(small.data)))
        print("      first after %.1f s, %d bytes, mean difference %.2f of 255 (to black %.1f)"
              % (took, len(body), noise, dark))
        assert noise < NOISE < dark - NOISE, (noise, dark)
        # the page has it
        assert not list(pathlib.Path(box.state).glob("picture.webp*"))
        way.expect_calm(way.log(box))


def test_when_it_becomes_an_emergency():
    """Another class is worth a picture, though the last one was taken just now; a mere change of text is none."""
    with district.District() as place:
        box = playing(place)
        first = district.wait_for(lambda: kept(place), 60, "a picture by itself")
        place.publish(ALERT, emergency=True)
        district.wait_for(lambda: box.on_air("main") == "a1", 30, "the alert")
        at_ms, body = district.wait_for(
            lambda: kept(place)[0] > first[0] and kept(place), 60, "a picture of the alert")
        snapshot = way.Picture(box.snapshot(district.rfc3339(at_ms), place.folder / "then.png"))
        assert difference(decoded(place, body).data, shrunk(snapshot, snapshot.height, 480, 288)) < NOISE


def test_only_when_asked():
    with district.District() as place:
        playing(place, pictures=0)
        time.sleep(6)
        assert kept(place) is None
        ask(place)
        district.wait_for(lambda: kept(place), 30, "a picture that was asked for")


if __name__ == "__main__":
    import source_lib
    source_lib.run_tests(globals())
