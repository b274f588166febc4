#!/usr/bin/env python3
"""Cuts from the source's side: written down with who and why, told to the screens at once, ended by an order that people
sign, and by nothing that the server itself can do."""

import json
import os
import time

import district
import source_lib
from source_lib import run_tests, source

MANIFEST = {
    "layouts": [{"id": "l", "canvas": [640, 384], "zones": [{"id": "main", "rect": [0, 0, 640, 384]}]}],
    "playlists": [{"id": "p", "items": [
        {"id": "n1", "kind": "text", "duration_ms": 3600000, "texts": [{"lang": "vi", "body": "Mời bà con họp."}]}]}],
    "programmes": [{"id": "day", "layout": "l", "zones": {"main": "p"}}]}


def cuts(one):
    return json.loads(one.run("cut list", "--json"))


def order_of(one, screen):
    name = one.now(screen)["order"]
    with open(os.path.join(one.data, "tree/v1/orders", name), "rb") as f:
        envelope = json.load(f)
    return name, json.loads(source_lib.base64.b64decode(envelope["payload"]))


def test_from_cut_to_order():
    with source() as one:
        for screen in ("kp-01", "kp-02"):
            one.add_screen(screen)
        first = one.run("screen command", "--reason", "Hình lạ trên bảng", "kp-01", "cut").strip()
        second = one.run("screen command", "kp-02", "cut").strip()
        assert [c["verb"] for c in one.now("kp-01")["commands"]] == ["cut"]
        assert "order" not in one.now("kp-01")
        standing = {c["id"]: c for c in cuts(one)}
        assert standing.keys() == {first, second}
        assert (standing[first]["who"], standing[first]["reason"]) == ("terminal", "Hình lạ trên bảng")
        assert standing[first]["screens"] == ["kp-01"]
        one.run("cut end", first, "--key", one.key("publish"))
        name, order = order_of(one, "kp-01")
        assert order["screens"] == ["kp-01"] and [o["of"] for o in order["orders"]] == [first]
        assert one.now("kp-01")["commands"] == [], "it would cut a board that hears of both only now"
        assert "order" not in one.now("kp-02")
        assert [c["id"] for c in cuts(one)] == [second]
        one.serve()
        status, headers, body = one.get("/v1/orders/" + name)
        assert (status, headers["ETag"]) == (200, '"%s"' % name)
        assert source_lib.hashlib.sha256(body).hexdigest() == name
        one.run("cut end", second, "--key", one.key("emergency"))
        _, later = order_of(one, "kp-02")
        assert later["version"] == order["version"] + 1
        assert [o["of"] for o in later["orders"]] == [second], "the first was another screen's"
        third = one.run("screen command", "kp-01", "cut").strip()
        one.run("cut end", third, "--key", one.key("emergency"))
        assert [o["of"] for o in order_of(one, "kp-01")[1]["orders"]] == [third, first], "a screen that slept hears of both"


def test_who_ends_nothing():
    with source() as one:
        one.add_screen("kp-01")
        cut = one.run("screen command", "kp-01", "cut").strip()
        said = one.run("cut end", cut, "--key", os.path.join(one.data, "freshness.key"), ok=False)
        assert "0 signed who may" in said, said
        said = one.run("cut end", cut, "--key", one.key("root-1"), ok=False)
        assert "0 signed who may" in said, said
        assert "no such cut" in one.run("cut end", "nothing", "--key", one.key("publish"), ok=False)
        assert "order" not in one.now("kp-01") and [c["id"] for c in cuts(one)] == [cut]
        one.run("cut end", cut, "--key", one.key("publish"))
        assert "does not stand" in one.run("cut end", cut, "--key", one.key("publish"), ok=False)


def test_so_many():
    with source() as one:
        one.add_screen("kp-01")
        ids = [one.run("screen command", "kp-01", "cut").strip() for _ in range(4)]
        assert "cut 4 times" in one.run("screen command", "kp-01", "cut", ok=False)
        one.run("cut end", *ids, "--key", one.key("publish"))
        one.run("screen command", "kp-01", "cut")


def test_to_the_board_and_back():
    with district.District() as town:
        town.serve()
        screen = town.screen("wall")
        town.publish(dict(MANIFEST, screens=["wall"]))
        screen.play()
        words = [district.PUBLISHER, "--data", town.data]
        district.wait_for(lambda: screen.on_air("main") == "n1", 30, "n1 on the glass")
        cut = district.run(words[0], "screen", "command", *words[1:], "wall", "cut").stdout.strip()
        district.wait_for(lambda: (screen.status() or {}).get("state") == "cut", 10, "the cut")
        assert [c["id"] for c in screen.status()["cuts"]] == [cut]
        district.wait_for(lambda: json.loads(
            district.run(words[0], "cut", "list", "--json", *words[1:]).stdout)[0]["cut"] == 1, 30, "that it said so")
        begin = time.monotonic()
        district.run(words[0], "cut", "end", *words[1:], "--key", town.keys / "publish.key", cut)
        district.wait_for(lambda: screen.on_air("main") == "n1", 10, "n1 again")
        print("      on the glass again after %.1f s" % (time.monotonic() - begin))


run_tests(globals())
