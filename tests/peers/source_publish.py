#!/usr/bin/env python3
"""Setting up a source and publishing: what is refused, what the tree holds afterwards."""

import hashlib
import json
import os
import stat
import struct
import subprocess
import time
import zlib

import source_lib as lib


def png(w=32, h=16, shade=120):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"".join(bytes([x % 256, y % 256, shade]) for x in range(w)) for y in range(h))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def with_image(name="file:hoa.png", **more):
    draft = json.loads(json.dumps(lib.TEXT))
    draft["playlists"][0]["items"].append({"id": "i1", "kind": "image", "asset": name})
    draft.update(more)
    return draft


def test_keys_stay_outside_the_data():
    with lib.source() as one:
        folder = os.path.join(one.folder, "x")
        os.makedirs(os.path.join(folder, "inner"))
        os.symlink(os.path.join(folder, "inner"), os.path.join(one.folder, "link"))
        for keys in (folder, folder + "/keys", folder + "/../x/keys", folder + "/inner",
                     os.path.join(one.folder, "link"), os.path.join(one.folder, "link", "deep")):
            lib.run("init", "--data", folder, "--keys", keys, "--source", "s", ok=False)
        lib.run("init", "--data", one.data, "--keys", folder, "--source", "s", ok=False)  # is one
        lib.run("init", "--data", folder + "2", "--keys", one.keys, "--source", "s", ok=False)
        for bad in (["--source", "../s"], ["--source", ".s"], ["--source", "s", "--timezone", "Mars/X"], []):
            lib.run("init", "--data", folder + "3", "--keys", folder + "4", *bad, code=2)
        for path, _, files in os.walk(one.data):
            assert not [f for f in files if f.endswith(".key") and f != "freshness.key"], files
        for name in ("root-1", "root-2", "root-3", "publish", "emergency"):
            assert stat.S_IMODE(os.stat(one.key(name)).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(os.path.join(one.data, "freshness.key")).st_mode) == 0o600
        root = os.path.join(one.data, "tree/v1/root/1.json")
        payload = lib.base64.b64decode(json.load(open(root))["payload"])
        assert hashlib.sha256(payload).hexdigest() == one.made["fingerprint"]


def test_one_language():
    """People read one language, that of their environment; programs read the same JSON in both."""
    words = {"vi": ("Vân tay", "NGOÀI máy chủ"), "en": ("Fingerprint of its root", "OFF the server")}
    outputs = {}
    with lib.source() as one:
        for language in words:
            made = [os.path.join(one.folder, language + part) for part in ("-data", "-keys")]
            outputs[language] = lib.run("init", "--data", made[0], "--keys", made[1], "--source", "s",
                                        env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE=language))
        key = json.loads(lib.run("key", "show", "--json", one.key("publish"),
                                 env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="vi")))
        assert set(key) == {"id", "public"}, key
    for language, output in outputs.items():
        other = words["en" if language == "vi" else "vi"]
        assert all(word in output for word in words[language]), output
        assert not any(word in output for word in other), output


def test_publishing():
    with lib.source() as one:
        one.add_screen()
        one.add_screen("kp-02")
        made = one.publish(with_image(), "--key", one.key("publish"), files={"hoa.png": png()})
        assert made["version"] == 1 and made["screens"] == ["kp-01", "kp-02"], made
        tree = os.path.join(one.data, "tree/v1")
        envelope = open(os.path.join(tree, "manifests", made["sha256"]), "rb").read()
        assert hashlib.sha256(envelope).hexdigest() == made["sha256"]
        manifest = json.loads(lib.base64.b64decode(json.loads(envelope)["payload"]))
        asset = manifest["playlists"][0]["items"][1]["asset"]
        assert asset == hashlib.sha256(png()).hexdigest()
        assert manifest["assets"][asset] == {"size": len(png()), "type": "image/png", "name": "hoa.png"}
        assert open(os.path.join(tree, "assets", asset), "rb").read() == png()
        assert (manifest["source"], manifest["timezone"]) == ("krongpa", "Asia/Ho_Chi_Minh")
        assert os.listdir(os.path.join(tree, "assets")) == [asset]
        for screen in ("kp-01", "kp-02"):
            assert one.now(screen)["manifest"] == made["sha256"]
        before = one.now("kp-02")["version"]
        again = one.publish(lib.TEXT, "--key", one.key("publish"), "--screen", "kp-01")
        assert again["version"] == 2 and one.now("kp-01")["manifest"] == again["sha256"]
        assert (one.now("kp-02")["manifest"], one.now("kp-02")["version"]) == (made["sha256"], before)


def test_what_is_refused():
    with lib.source() as one:
        one.add_screen()
        key = ["--key", one.key("publish")]
        one.publish(lib.TEXT, *key)
        before = one.now()
        spare = os.path.join(one.folder, "spare.key")
        lib.run("key", "new", spare)
        for name, draft, args, files in [
            ("no key", lib.TEXT, [], {}),
            ("a key of nobody", lib.TEXT, ["--key", spare], {}),
            ("the emergency key", lib.TEXT, ["--key", one.key("emergency")], {}),
            ("a root key", lib.TEXT, ["--key", one.key("root-1")], {}),
            ("an alert by a publishing key", lib.ALERT, [*key, "--emergency"], {}),
            ("an alert as a manifest", lib.ALERT, key, {}),
            ("a manifest as an alert", lib.TEXT, ["--key", one.key("emergency"), "--emergency"], {}),
            ("an old version", {**lib.TEXT, "version": 1}, key, {}),
            ("another source", {**lib.TEXT, "source": "other"}, key, {}),
            ("an unknown screen", {**lib.TEXT, "screens": ["nowhere"]}, key, {}),
            ("a screen that it is not for", {**lib.TEXT, "screens": ["kp-01"]}, [*key, "--screen", "kp-9"], {}),
            ("expired", {**lib.TEXT, "issued": "2020-01-01T00:00:00Z", "expires": "2020-01-02T00:00:00Z"}, key, {}),
            ("a missing file", with_image(), key, {}),
            ("a file outside", with_image("file:../x.png"), key, {}),
            ("an absolute file", with_image("file:/etc/passwd"), key, {}),
            ("a file of no kind", with_image("file:a.exe"), key, {"a.exe": b"MZ"}),
            ("a picture that is none", with_image("file:a.png"), key, {"a.png": b"<html>no</html>"}),
            ("half a picture", with_image("file:a.png"), key, {"a.png": png()[:30]}),
            ("an asset nobody has", with_image("0" * 64, assets={"0" * 64: {"size": 1, "type": "image/png"}}), key, {}),
            ("no programmes' layout", {**lib.TEXT, "layouts": []}, key, {}),
        ]:
            said = one.publish(draft, *args, ok=False, files=files)
            # The decoder's own line may come before or after.
            words = [line for line in said.splitlines() if not line.startswith("bangtin-decode: ")]
            assert words[-1].startswith("bangtin-source: "), (name, said)
        now = one.now()
        assert (now["version"], now["manifest"]) == (before["version"], before["manifest"])
        assert os.listdir(os.path.join(one.data, "tree/v1/assets")) == []
        lib.run("publish", "--data", one.data, code=2)
        lib.run("publish", one.folder, code=2)
        lib.run("nonsense", code=2)


def test_alerts_and_denials():
    with lib.source() as one:
        one.add_screen()
        made = one.publish(lib.TEXT, "--key", one.key("publish"))
        alert = one.publish(lib.ALERT, "--key", one.key("emergency"), "--emergency")
        assert (one.now()["alert"], one.now()["manifest"]) == (alert["sha256"], made["sha256"])
        assert alert["kind"] == "alert" and alert["version"] == 1
        one.run("publish", "--emergency", "--end")
        assert one.now()["alert"] is None
        assert one.publish(lib.ALERT, "--key", one.key("emergency"), "--emergency")["version"] == 2
        version = one.now()["version"]
        one.run("deny", made["sha256"])
        now = one.now()
        assert now["deny"] == [made["sha256"]] and now["version"] > version
        assert now["manifest"] is None  # and no older one in its place
        for n in range(15):
            one.run("deny", hashlib.sha256(b"%d" % n).hexdigest())
        one.run("deny", "f" * 64, ok=False)
        one.run("deny", made["sha256"])  # again, no new one
        one.run("deny", "F" * 64, ok=False)
        assert len(one.now()["deny"]) == 16
        path = os.path.join(one.data, "tree/v1/screens/kp-01/now.json")
        for n in range(8):
            one.run("screen command", "kp-01", "identify")
        one.run("screen command", "kp-01", "identify", ok=False)
        one.run("screen command", "kp-01", "louder", ok=False)
        assert os.path.getsize(path) <= 8192, os.path.getsize(path)
        assert [c["verb"] for c in one.now()["commands"]] == ["identify"] * 8


def test_signed_elsewhere():
    """The author's machine has the key, the server has none."""
    with lib.source() as one:
        one.add_screen()
        made = one.publish(lib.TEXT, "--key", one.key("publish"))
        envelope = os.path.join(one.data, "tree/v1/manifests", made["sha256"])
        again = json.loads(one.run("publish", "--json", envelope))
        assert again["sha256"] == made["sha256"]
        broken = os.path.join(one.folder, "broken.json")
        text = open(envelope).read()
        with open(broken, "w") as f:
            f.write(text.replace('"sig":"', '"sig":"AAAA', 1)[:])
        one.run("publish", broken, ok=False)


def test_now_is_renewed():
    with lib.source() as one:
        one.add_screen()
        # a clock that runs an hour in two seconds
        start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        one.serve("--clock", start + "x1800")
        seen, deadline = [], time.monotonic() + 20
        while len(seen) < 3 and time.monotonic() < deadline:
            status, headers, body = one.get("/v1/screens/kp-01/now.json")
            now = json.loads(lib.base64.b64decode(json.loads(body)["payload"]))
            if not seen or seen[-1]["version"] != now["version"]:
                seen.append(now)
            time.sleep(0.1)
        assert len(seen) == 3, seen
        for a, b in zip(seen, seen[1:]):
            assert b["version"] == a["version"] + 1 and b["issued"] > a["issued"], seen
        # what another process publishes is served at once
        made = one.publish(lib.TEXT, "--key", one.key("publish"))
        assert one.now()["manifest"] == made["sha256"]
        body = one.get("/v1/screens/kp-01/now.json")[2]
        assert json.loads(lib.base64.b64decode(json.loads(body)["payload"]))["manifest"] == made["sha256"]


def test_versions_rise_with_many_writers():
    with lib.source() as one:
        one.add_screen()
        writers = [subprocess.Popen([lib.PROGRAM, "screen", "command", "--data", one.data, "kp-01", verb],
                                    stdout=subprocess.DEVNULL)
                   for verb in ("cut", "mute", "darken", "identify", "restart", "screenshot")]
        assert [w.wait() for w in writers] == [0] * 6
        assert one.now()["version"] == 7 and len(one.now()["commands"]) == 6, one.now()


def test_export():
    with lib.source() as one:
        one.add_screen()
        one.add_screen("kp-02")
        made = one.publish(with_image(), "--key", one.key("publish"), files={"hoa.png": png()})
        stick = os.path.join(one.folder, "stick")
        one.run("export", "--to", stick, "--screen", "kp-01")
        there = one.now(tree=stick)
        assert there["manifest"] == made["sha256"] and there["expires"] == made["expires"]
        assert one.now()["version"] > there["version"]
        assert os.listdir(os.path.join(stick, "v1/screens")) == ["kp-01"]
        assert os.listdir(os.path.join(stick, "v1/assets")) == [hashlib.sha256(png()).hexdigest()]
        for name in ("root/1.json", "manifests/" + made["sha256"]):
            with open(os.path.join(stick, "v1", name), "rb") as a, \
                    open(os.path.join(one.data, "tree/v1", name), "rb") as b:
                assert a.read() == b.read()
        for path, _, files in os.walk(stick):
            assert not [f for f in files if "key" in f or f.endswith(".db")]
        one.run("export", "--to", stick)  # again, on top
        assert sorted(os.listdir(os.path.join(stick, "v1/screens"))) == ["kp-01", "kp-02"]
        one.run("export", "--to", stick, "--screen", "none", ok=False)


if __name__ == "__main__":
    lib.run_tests(globals())
