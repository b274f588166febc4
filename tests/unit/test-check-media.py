#!/usr/bin/env python3
"""`bangtin check` as a doctor of media: small real files with one fault each, and what is said of each; good ones, of
which nothing is said; and the assets of a manifest beside what the manifest says of them."""
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BANGTIN = Path(os.environ["BUILD"]) / "bin/bangtin"
FILM = "-f lavfi -i testsrc2=s=320x192:r=25"
TONE = "-f lavfi -i sine=f=440:r=48000"
NO_PICTURES = "-f lavfi -i color=black:s=320x192:r=25:d=1"
X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -movflags +faststart"
BURSTS = "'if(lt(mod(t,0.2),0.003),1.5,0.1*sin(2*PI*440*t))'"


def run(*words, lang="en"):
    env = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": lang}
    done = subprocess.run([str(w) for w in (BANGTIN, *words)], capture_output=True, env=env, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", *[str(w) for w in words]], check=True)


# name of the file, how it is made, options of check, what is found: codes of advice, or of the refusal after "!"
GOOD = f"{FILM} {TONE} -t 2 -g 5 -c:a aac {X264}"
FILES = [
    ("good.mp4", GOOD, "", ""),
    ("good.mkv", f"{FILM} {TONE} -t 2 -c:v libvpx -c:a libopus", "", ""),
    ("good.wav", f"{TONE} -t 2", "", ""),
    ("good.png", f"{FILM} -frames:v 1", "", ""),
    ("once.gif", f"{FILM} -t 1 -loop -1", "", ""),
    ("short-black.mp4", f"{NO_PICTURES} {FILM} -t 2 -filter_complex [0]trim=end=0.12[a];[a][1]concat {X264}", "", ""),
    ("black-begin.mp4", f"{NO_PICTURES} {FILM} -t 2 -filter_complex [0][1]concat {X264}", "", "black-begin"),
    ("black-end.mp4", f"{FILM} {NO_PICTURES} -filter_complex [0]trim=end=1[a];[a][1]concat {X264}", "", "black-end"),
    ("black.mp4", f"{NO_PICTURES} {X264}", "", "black"),
    ("dark.mp4", f"-f lavfi -i color=0x303030:s=320x192:r=25:d=1 {X264}", "", ""),
    ("rate.mp4", f"{FILM} -t 3 -vf select=lt(n\\,30)+not(mod(n\\,3)) -fps_mode vfr {X264}", "", "frame-rate"),
    ("combs.ts", f"{FILM} -t 1 -c:v mpeg2video -flags +ilme+ildct -top 1 -vf interlace", "", "interlaced"),
    ("late.mp4", f"{FILM} -t 1 {X264} -movflags -faststart", "", "late-index"),
    ("bitrate.mkv", "-f lavfi -i color=gray:s=640x384:r=25,noise=alls=100:allf=t -t 1.2 -c:v mjpeg -q:v 1 -pix_fmt "
     "yuvj420p", "", "bitrate"),
    ("odd.mp4", f"{FILM} -t 1 -vf format=yuv444p,scale=321:191 {X264} -pix_fmt yuv444p", "", "profile odd-size"),
    ("422.mp4", f"{FILM} -t 1 {X264} -pix_fmt yuv422p", "", "profile"),
    ("ten-bits.mp4", f"{FILM} -t 1 {X264} -pix_fmt yuv420p10le", "", "profile"),
    ("hevc-ten-bits.mkv", f"{FILM} -t 1 -c:v libx265 -preset ultrafast -x265-params log-level=0:pools=1 -pix_fmt "
     "yuv420p10le", "", "profile"),
    ("jpeg-422.mkv", f"{FILM} -t 1 -c:v mjpeg -pix_fmt yuvj422p", "", ""),  # a codec without profiles
    ("level.mp4", f"{FILM} -t 1 {X264} -level 6.2", "", "level"),
    ("hevc-level.mkv", f"{FILM} -t 1 -c:v libx265 -preset ultrafast -x265-params log-level=0:pools=1:level-idc=6.2 "
     "-pix_fmt yuv420p", "", "level"),
    ("highest.mp4", f"{FILM} -t 1 {X264} -profile:v high -level 5.2", "", ""),
    ("endless.gif", f"{FILM} -t 1 -loop 0", "", "endless"),
    ("endless.apng", "-f lavfi -i testsrc2=s=64x64:r=5 -t 1 -f apng -plays 0", "", "endless"),
    ("loud.wav", f"{TONE} -t 2 -af volume=14dB", "", "loud"),
    ("quiet.wav", f"{TONE} -t 2 -af volume=-30dB", "", "quiet"),
    ("silent.mp4", f"{FILM} -f lavfi -i anullsrc=r=48000 -t 1 -c:a aac {X264}", "", "silent"),
    ("clipping.wav", f"-f lavfi -i aevalsrc={BURSTS}:s=48000 -t 3", "", "clipping"),
    ("heavy.mp4", GOOD, "--slower 100000", "heavy"),
    ("box.mp4", GOOD, "--config 640x384", ""),
    ("enlarged.mp4", GOOD, "--config 1920x1080", "enlarged"),
    ("reduced.png", "-f lavfi -i testsrc2=s=1280x768:r=25 -frames:v 1", "--config 320x192", "reduced"),
    ("shape.png", "-f lavfi -i testsrc2=s=200x600:r=25 -frames:v 1", "--config 640x384", "shape"),
    ("codec.mkv", f"{FILM} -t 1 -c:v ffv1", "", "!unsupported"),
    ("text.mp4", None, "", "!unsupported"),
    ("cut.mp4", GOOD, "", "!invalid"),
    ("cut.flac", f"{TONE} -t 4", "", "!invalid"),
    ("damaged.mp4", GOOD, "", "!invalid"),
    ("recorded.ts", f"{FILM} -t 2 -g 10 -c:v libx264 -preset ultrafast -pix_fmt yuv420p", "", "black-begin"),
    ("from-an-hour-on.mkv", f"{FILM} -t 2 -c:v libvpx -output_ts_offset 3600", "", ""),
]


def options_of(folder, words):
    words = words.split()
    if "--config" in words:
        at = words.index("--config") + 1
        config = folder / (words[at] + ".conf")
        config.write_text(f"[screen]\nid=s\nkind=led\n[display]\ncanvas={words[at]}+0+0\n")
        words[at] = config
    return words


def make(path, how):
    good = path.parent / "good.mp4"
    if how == GOOD and good.exists() and path != good:
        path.write_bytes(good.read_bytes())
    elif how is None:
        path.write_text("Thông báo: đây không phải là phim." * 20)
    else:
        ffmpeg(*how.split(), path)
    data = path.read_bytes()
    if path.stem == "cut":
        path.write_bytes(data[:len(data) * 6 // 10])
    elif path.stem == "damaged":  # as a stick does that is pulled out: a tenth is of something else
        at = len(data) // 2
        path.write_bytes(data[:at] + bytes(len(data) // 10) + data[at + len(data) // 10:])
    elif path.stem == "recorded":  # begins and ends in the middle of pictures
        path.write_bytes(data[188 * 20:188 * (len(data) // 188 - 3)])


def examine(folder, row):
    name, how, options, expected = row
    path = folder / name
    make(path, how)
    status, out, _ = run("check", "--json", *options_of(folder, options), path)
    said = json.loads(out)["files"][0]
    found = " ".join(["!" + e["code"] for e in said["errors"]] + [w["code"] for w in said["warnings"]])
    if found != expected:
        return f"{name}: {found!r}, expected {expected!r}: {said}"
    assert status == (1 if expected.startswith("!") else 0), (name, status)
    assert said["accepted"] == (status == 0), said
    for one in said["warnings"]:
        assert one["severity"] == "advice" and ": expected " in one["message"], one
    for one in said["errors"]:
        assert one["severity"] == "refused", one
    return None


def check_files(folder):
    make(folder / "good.mp4", GOOD)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wrong = [said for said in pool.map(lambda row: examine(folder, row), FILES) if said]
    assert not wrong, "\n".join(wrong)


def check_words(folder):
    """In both languages, with the numbers."""
    path = folder / "black.mp4"
    ffmpeg(*f"{NO_PICTURES} {FILM} -t 2 -filter_complex [0][1]concat {X264}".split(), path)
    out = run("check", path)[1].splitlines()
    assert out == [f"{path}: accepted: 320×192 px, 2000 ms",
                   f"{path}: warning: black for the first 1.0 s: expected a picture from the first frame on; cut its "
                   "beginning off"], out
    for name, made, words, theirs in (("tone.wav", f"{TONE} -t 2", "sound, 2000 ms", "âm thanh, 2000 ms"),
                                      ("frame.png", f"{FILM} -frames:v 1", "picture, 320×192 px",
                                       "ảnh, 320×192 điểm ảnh")):
        ffmpeg(*made.split(), folder / name)
        for lang, said in (("en", f"accepted: {words}"), ("vi", f"chấp nhận: {theirs}")):
            done = run("check", folder / name, lang=lang)
            assert done[1] == f"{folder / name}: {said}\n", done
    out = run("check", path, lang="vi")[1].splitlines()
    assert out[1].startswith(f"{path}: lưu ý: hình đen trong 1.0 giây đầu: "), out


def check_part(folder):
    """What takes too long is examined in part, said so, and looked at up to its end all the same."""
    some, film = folder / "some.mp4", folder / "long.mp4"
    ffmpeg(*f"-f lavfi -i testsrc2=s=3840x2160:r=25 -frames:v 4 {X264}".split(), some)
    ffmpeg("-stream_loop", 250, "-i", some, "-c", "copy", "-movflags", "+faststart", film)
    said = json.loads(run("check", "--json", "--seconds", 1, film)[1])["files"][0]
    codes = [w["code"] for w in said["warnings"]]
    assert said["accepted"] and "part" in codes, said
    for wrong in (["--seconds", 0], ["--seconds", 601], ["--slower", 0], ["--slower", -1]):
        status, out, err = run("check", *wrong, film)
        assert (status, out) == (2, "") and "expected --seconds" in err, (wrong, err)


def check_manifest(folder):
    """Each asset beside what is said of it, and in the zones where it is shown."""
    assets, named = folder / "assets", {}
    assets.mkdir()
    for name, how in (("film.mp4", GOOD), ("longer.mp4", f"{GOOD} -t 3"), ("photo.png", f"{FILM} -frames:v 1"),
                      ("moves.gif", f"{FILM} -t 1 -loop -1"), ("mute.mp4", f"{FILM} -t 1 {X264}"),
                      ("gone.png", f"{FILM} -frames:v 1 -vf negate"), ("other.png", f"{FILM} -frames:v 1 -vf hflip"),
                      ("cut.mp4", f"{GOOD} -b:a 64k")):
        make(assets / name, how)
        data = (assets / name).read_bytes()
        named[name] = (hashlib.sha256(data).hexdigest(), len(data))
    sha = {name: pair[0] for name, pair in named.items()}

    def entry(name, kind, duration_ms=None):
        more = {"duration_ms": duration_ms} if duration_ms else {}
        return sha[name], {"size": named[name][1], "type": kind, "name": name, **more}

    def item(ident, kind, name, **more):
        return {"id": ident, "kind": kind, "asset": sha[name], **more}
    manifest = {
        "spec": 1, "source": "kp", "version": 1, "issued": "2026-11-22T01:00:00Z", "expires": "2026-12-22T01:00:00Z",
        "screens": ["s"], "timezone": "Asia/Ho_Chi_Minh",
        "assets": dict([entry("film.mp4", "video/mp4", 2000), entry("longer.mp4", "video/mp4", 9000),
                        entry("photo.png", "image/png"), entry("moves.gif", "image/gif"),
                        entry("mute.mp4", "audio/mp4", 1000), entry("gone.png", "image/png"),
                        entry("other.png", "image/png"), entry("cut.mp4", "video/mp4", 2000)]),
        "layouts": [{"id": "l", "canvas": [640, 384], "zones": [{"id": "main", "rect": [0, 0, 640, 352]},
                                                                {"id": "strip", "rect": [0, 352, 640, 32]}]}],
        "playlists": [{"id": "p", "items": [item("a", "video", "film.mp4"), item("b", "video", "longer.mp4"),
                                            item("c", "image", "photo.png"), item("d", "image", "moves.gif"),
                                            item("e", "audio", "mute.mp4"), item("f", "video", "cut.mp4")]},
                      {"id": "q", "items": [item("g", "image", "photo.png")]}],
        "programmes": [{"id": "d", "layout": "l", "zones": {"main": "p", "strip": "q"}}]}
    path = folder / "m.json"
    path.write_text(json.dumps(manifest))
    (assets / "gone.png").unlink()
    (assets / "other.png").write_bytes((assets / "photo.png").read_bytes())
    (assets / "photo.png").rename(assets / sha["photo.png"])  # by its hash
    status, out, _ = run("check", "--json", "--assets", assets, path)
    said = json.loads(out)["files"][0]
    found = {(w["pointer"].replace("/assets/", "@"), w["code"], w["zone"]) for w in said["warnings"]}
    expected = {("@" + sha["longer.mp4"], "duration", ""), ("/playlists/0/items/3", "kind", ""),
                ("@" + sha["mute.mp4"], "type", ""), ("/playlists/0/items/4", "no-sound", ""),
                ("/playlists/1/items/0", "shape", "strip"), ("/playlists/1/items/0", "reduced", "strip")}
    assert found == expected, (found ^ expected, said)
    refused = {(e["pointer"], e["code"]) for e in said["errors"]}
    assert refused == {("/assets/" + sha["gone.png"], "missing"), ("/assets/" + sha["other.png"], "hash"),
                       ("/assets/" + sha["cut.mp4"], "invalid")}, said
    assert (status, said["accepted"], said["is"]) == (1, False, None)
    _, out, err = run("check", "--assets", assets, path)
    assert f"bangtin: {path}:/assets/{sha['gone.png']}: not in the folder: expected" in err, err
    assert f"{path}:/playlists/1/items/0: warning: zone “strip” of “l”: 320×192 px in 640×32:" in out, out
    assert run("check", path)[0] == 0  # without its files it is a matter of words alone


def check_pipe(folder):
    """Nobody waits for a writer."""
    pipe = folder / "pipe.mp4"
    os.mkfifo(pipe)
    status, _, err = run("check", pipe)
    assert status == 1 and f"{pipe}: not a file" in err, (status, err)


def main():
    for check in (check_pipe, check_files, check_words, check_part, check_manifest):
        with tempfile.TemporaryDirectory() as folder:
            check(Path(folder))
        print("ok", check.__name__, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
