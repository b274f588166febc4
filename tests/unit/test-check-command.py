#!/usr/bin/env python3
"""`bangtin check` warns an editor, in English and Vietnamese and as JSON, and never refuses for it; `bangtin text`
says the same of its text, and converts legacy encodings when it is asked to."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BANGTIN = Path(os.environ["BUILD"]) / "bin/bangtin"
SAMPLES = Path(os.environ["SOURCE"]) / "playlists/samples"
TAI_VIET = "/usr/share/fonts/truetype/taiheritagepro"


def run(*words, text=None, lang="en", before=()):
    env = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": lang}
    done = subprocess.run([*before, BANGTIN, *words], input=text, capture_output=True, env=env)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def manifest(*items, rect=(0, 0, 640, 384), canvas=(640, 384)):
    return json.dumps({
        "spec": 1, "source": "kp", "version": 1, "issued": "2026-11-22T01:00:00Z", "expires": "2026-12-22T01:00:00Z",
        "screens": ["s"], "timezone": "Asia/Ho_Chi_Minh",
        "layouts": [{"id": "l", "canvas": canvas, "zones": [{"id": "main", "rect": rect}]}],
        "playlists": [{"id": "p", "items": [{"id": f"i{n}", **item} for n, item in enumerate(items)]}],
        "programmes": [{"id": "d", "layout": "l", "zones": {"main": "p"}}]})


def bulletin(body, kind="text", lang="vi", **more):
    return {"kind": kind, "texts": [{"lang": lang, "body": body}], **more}


# name, file, its content, options, what stands on standard output after the file's name
SAID = [
    ("a legacy text", "a.txt", "Th«ng b¸o", [], [
        ": accepted: text",
        ":2: warning: “Th«ng” is in an encoding from before Unicode (TCVN3, the ABC fonts) and is shown like that: "
        "expected “Thông”; bangtin text --legacy tcvn3 converts it"]),
    ("a glyph", "a.txt", "Họp \ue000", [], [
        ": accepted: text",
        ":6: warning: no font of this machine draws U+E000, a box is shown: expected other characters"]),
    ("a good text", "a.km.txt", "សូមអញ្ជើញ", [], [": accepted: text"]),
    ("a manifest's glyph", "m.json", manifest(bulletin("a"), bulletin("\ue000")), [], [
        ": accepted: manifest of kp, version 1, 2 items, 1 programmes",
        ":/playlists/0/items/1/texts/0/body: warning: no font of this machine draws U+E000, a box is shown: "
        "expected other characters"]),
    ("time", "m.json", manifest(bulletin("Họp", duration_ms=3000)), [], [
        ": accepted: manifest of kp, version 1, 1 items, 1 programmes",
        ":/playlists/0/items/0/texts/0: warning: zone “main” of “l”: shown for 3.0 s, too short to be read "
        "(language vi, pages: 1): expected 5.0 s, a duration_ms of 5000 or more; or a shorter text"]),
    ("streams", "m.json", manifest(*[{"kind": "stream", "url": url, "duration_ms": 60000} for url in (
        "https://a.vn/x.m3u8", "rtsp://10.0.0.9/1", "udp://239.1.2.3:5000")]), [], [
        ": accepted: manifest of kp, version 1, 3 items, 1 programmes",
        ": /playlists/0/items/1/url: a stream without TLS from 10.0.0.9:554: expected https, or this host in streams=; "
        "the fallback would be shown",
        ": /playlists/0/items/2/url: a stream without TLS from 239.1.2.3:5000: expected https, or this host in "
        "streams=; the fallback would be shown"]),
]
STREAMS_CONF = """[screen]
id=s
state=state
[source kp]
base=https://a.vn
id=kp
streams=10.0.0.9
"""


def check_said(folder):
    for name, file, content, options, expected in SAID:
        path = folder / file
        path.write_text(content)
        status, out, err = run("check", *options, path)
        assert (status, err) == (0, ""), (name, status, err)
        assert out.splitlines() == [f"{path}{line}" for line in expected], f"{name}: {out}"


# a dialect's file: its content, what is said of it
DIALECTS = [
    ('{"dialect": "x", "extends": "ttn-2.0", "tables": {"command": {"5": "restart", "9": "cancel"}}}',
     ": accepted: dialect x\n{path}: /calls: the configuration must give: set.maThietBi=\n"),
    ('{"dialect": "x", "extends": "ttn-2.0", "tables": {"command": {"5": "reboot"}}}',
     ":/tables/command/5: \"reboot\" is no command of ours: expected volume, stop, skip, pause, resume, restart, "
     "bulletin, schedule, cancel, cancel_schedule, urgent or nothing\n"),
    ('{"dialect": "x",\n "tables": {"command": {"5": "restart" "9": "cancel"}}}',
     ":2:42: '}' expected near '\"9\"'\n"),
]


def check_dialects(folder):
    path = folder / "tinh.json"
    for content, expected in DIALECTS:
        path.write_text(content)
        status, out, err = run("check", path)
        accepted = ": accepted" in expected
        assert status == (0 if accepted else 1), (content, status, err)
        assert (out if accepted else err) == ("" if accepted else "bangtin: ") + str(path) + \
            expected.replace("{path}", str(path)), (content, out, err)
    path.write_text(DIALECTS[0][0])
    out = run("check", path, lang="vi")[1]
    assert "chấp nhận: phương ngữ x" in out and "cấu hình phải cho: set.maThietBi=" in out, out


def check_streams_of_a_board(folder):
    """Whether this board would open them."""
    config, path = folder / "player.conf", folder / "m.json"
    config.write_text(STREAMS_CONF)
    path.write_text(manifest({"kind": "stream", "url": "rtsp://10.0.0.9/1", "duration_ms": 60000},
                             {"kind": "stream", "url": "https://b.vn/x.m3u8", "duration_ms": 60000}))
    status, out, err = run("check", "--config", config, path)
    assert (status, err) == (0, ""), (status, err)
    assert out.splitlines()[1:] == [
        f"{path}: /playlists/0/items/1/url: a stream from b.vn:443: expected a host that streams= names; the fallback "
        "would be shown"], out


def check_vietnamese(folder):
    path = folder / "a.txt"
    path.write_text("Thoâng baùo \ue000")
    out = run("check", path, lang="vi")[1].splitlines()
    assert out[0] == f"{path}: chấp nhận: văn bản", out
    assert "lưu ý: “Thoâng” dùng bảng mã cũ" in out[1] and "“Thông”" in out[1], out
    assert "lưu ý: máy này không có phông chữ nào vẽ được U+E000" in out[2], out
    assert "bảng mã cũ" in run("text", text="Thoâng baùo".encode(), lang="vi")[2]


def check_json(folder):
    good, bad, film = folder / "good.json", folder / "bad.json", folder / "a.mp4"
    good.write_text(manifest({"kind": "hologram"}, bulletin("Th«ng b¸o", speed_px_s=900, kind="ticker"),
                             rect=(0, 0, 640, 60)))
    bad.write_text(manifest(bulletin("")))
    film.write_text("none")
    status, out, err = run("check", "--json", good, bad, film)
    said = json.loads(out)
    assert (status, said["accepted"]) == (1, False) and "bangtin: " not in err, (status, err)
    first, second, third = said["files"]
    assert (first["path"], first["kind"], first["accepted"], first["errors"]) == (str(good), "manifest", True, [])
    assert len(first["notes"]) == 1 and "hologram" not in first["is"], first
    assert [(w["code"], w["pointer"], w["zone"], w["layout"], w["offset"]) for w in first["warnings"]] == [
        ("legacy", "/playlists/0/items/1/texts/0/body", "", "", 2), ("speed", "/playlists/0/items/1", "main", "l", 0)]
    assert all(": expected " in w["message"] for w in first["warnings"]), first
    assert (second["accepted"], second["is"], second["warnings"]) == (False, None, [])
    assert second["errors"][0]["code"] == "invalid" and "/playlists/0/items/0" in second["errors"][0]["message"]
    assert (third["kind"], third["accepted"]) == ("medium", False) and third["errors"][0]["message"]
    assert set(first["warnings"][0]) == {"code", "severity", "pointer", "offset", "zone", "layout", "message"}
    good.write_text(manifest(bulletin("Th«ng b¸o")))
    status, out, err = run("check", "--json", good)
    assert (status, json.loads(out)["accepted"]) == (0, True), out


def check_limit(folder):
    path = folder / "m.json"
    path.write_text(manifest(*[bulletin("\ue000")] * 300))
    lines = run("check", path)[1].splitlines()
    assert len(lines) == 202 and lines[-1] == f"{path}: warning: more than 200 warnings: the rest is left out", lines[-1]


def check_screen(folder):
    """What can be read on a panel depends on the screen: its kind, and its canvas."""
    path, config = folder / "m.json", folder / "player.conf"
    path.write_text(manifest(bulletin("ꨌꩌ ꨌꩌ", lang="cjm", kind="ticker", speed_px_s=20), rect=(0, 0, 640, 32)))

    def codes(*options):
        return [w["code"] for w in json.loads(run("check", "--json", *options, path)[1])["files"][0]["warnings"]]
    assert codes() == ["small"] and codes("--led") == [], (codes(), codes("--led"))
    config.write_text("[screen]\nid=s\nkind=led\n")
    assert codes("--config", config) == []
    config.write_text("[screen]\nid=s\nkind=led\n[display]\ncanvas=320x192+0+0\n")
    assert codes("--config", config) == ["small"]
    status, out, err = run("check", "--config", folder / "none.conf", path)
    assert (status, out) == (1, "") and "none.conf" in err, err


def check_samples(_):
    """The samples are what an editor begins with: nothing to be warned of."""
    status, out, err = run("check", SAMPLES)
    files = [line for line in out.splitlines() if "accepted: manifest" in line]
    assert len(files) == 8 and "warning" not in out, out


def check_fonts(folder):
    """A machine without the Thái font, as a mount of this process only shows it."""
    hide = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
            f'mount -t tmpfs none {TAI_VIET} && exec "$@"', "sh"]
    if subprocess.run([*hide, "true"], capture_output=True).returncode != 0 or not os.path.isdir(TAI_VIET):
        print("skipped: fonts cannot be hidden here (unshare)")
        return
    path = folder / "a.blt.txt"
    path.write_text("ꪼꪕ")
    status, out, err = run("check", path, before=hide)
    assert status == 0, err
    assert out.splitlines()[-1] == ("fonts: warning: TaiHeritagePro-Regular.ttf is not installed: "
                                    "the package fonts-sil-taiheritagepro brings it"), out
    said = json.loads(run("check", "--json", path, before=hide, lang="vi")[1])
    assert [w["code"] for w in said["warnings"]] == ["font"] and "cần gói" in said["warnings"][0]["message"], said
    assert run("check", path)[1].count("\n") == 1


# ---- bangtin text ----

# name, text, option, what it was, what is laid out
CONVERTED = [
    ("found", "Th«ng b¸o", "auto", "tcvn3", "Thông báo"),
    ("found", "tơring ]ar", "auto", "vov4", "tơring čar"),
    ("named", "Thoâng baùo", "vni", "vni", "Thông báo"),
    ("named", "TH¤NG B¸O", "tcvn3", "tcvn3", "THÔNG BÁO"),
    ("nothing found", "Thông báo [1]", "auto", None, None),
]


def check_converted(_):
    for name, text, option, was, becomes in CONVERTED:
        status, out, err = run("text", "--legacy", option, text=text.encode())
        layout = json.loads(out)
        assert (status, err) == (0, ""), (name, err)
        assert (layout.get("legacy"), layout.get("text")) == (was, becomes), (name, layout)
        end = layout["lines"][0]["end"]
        assert end == len((becomes or text).encode()), (name, end)
    same = [json.loads(run("text", *o, text=t.encode())[1])["lines"]
            for o, t in ((["--legacy", "vni"], "Thoâng baùo"), ([], "Thông báo"))]
    assert same[0] == same[1]


def check_text_warns(_):
    status, out, err = run("text", text="Họp Th«ng b¸o \ue000".encode())
    assert status == 0 and "legacy" not in json.loads(out), out
    assert [line.split(" ")[1] for line in err.splitlines()] == ["text:8:", "text:18:"], err
    assert run("text", text="Thông báo".encode())[2] == ""
    status, out, err = run("text", "--legacy", "viscii", text=b"a")
    assert (status, out) == (2, "") and "auto, vov4, tcvn3, vni" in err, err
    assert run("text", "--legacy", "auto", text=b"Th\xab")[0] == 1


def main():
    for check in (check_said, check_dialects, check_vietnamese, check_streams_of_a_board, check_json, check_limit, check_screen,
                  check_samples, check_fonts, check_converted, check_text_warns):
        with tempfile.TemporaryDirectory() as folder:
            check(Path(folder))
        print("ok", check.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
