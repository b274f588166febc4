#!/usr/bin/env python3
"""Pictures of the demo's pages, of a sample's columns and of the partitions, as they are and as they were committed.

pages.py test    draws them and compares, and shows that one mark that moves by a pixel is seen
pages.py chip    draws them by SDL's renderers (Mesa's llvmpipe where there is no chip), without a screen and on an
                 X server, and compares; skipped where there is no OpenGL
pages.py renew   writes them anew, and the versions of what drew them

A pixel differs visibly when one of its colours is off by more than VISIBLE of 255: blending may round otherwise on
another processor, by one or two, and no letter moves without a difference of half the contrast somewhere. No pixel
may. The fonts and libraries that the pictures were made with stand in reference.txt; where others are installed the
test is skipped and says which.

A chip rounds otherwise where layers lie over each other: no colour may be off by more than CHIP_MAX of 255, and the mean
over a picture by no more than CHIP_MEAN, far below what is visible. Where the committed pictures do not hold, it is
compared with what the processor draws there."""
import datetime
import importlib.util
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
DISTRICT = ROOT / "player/demo-district"
COLUMNS = ROOT / "playlists/samples/vertical.json"
VISIBLE = 24
CHIP_MAX, CHIP_MEAN = 4, 0.1
SKIPPED = 77
PACKAGES = ("fonts-hanazono", "fonts-noto-cjk", "fonts-noto-color-emoji", "fonts-noto-core", "fonts-noto-extra",
            "fonts-noto-ui-core", "fonts-sil-taiheritagepro", "libfreetype6", "libfribidi0", "libharfbuzz0b", "libicu72")
TODAY = datetime.date(2026, 11, 26)
MIDNIGHT = datetime.datetime(2026, 11, 25, 17, tzinfo=datetime.timezone.utc)  # there
JAWI = "\u0633\u0645\u0648\u0627 \u0645\u0623\u0646\u0633\u064a\u060c 19:30\u060c 20-11-2025 (Al-Mubarak)"
# name, size, seconds after midnight, the language in which a mark or a letter (its marks in one glyph) is moved
PAGES = [
    ("wall", "640x384", 6, "mark", "km"),
    ("wall", "640x384", 42, "mark", "jra"),
    ("wall", "640x384", 66, "mark", "blt"),
    ("panel", "1920x1080", 6, "mark", "jra"),
    ("panel", "1920x1080", 30, "mark", "km"),
    ("panel", "1920x1080", 54, "mark", "blt"),
    ("strip", "192x64", 6, "letter", "vi"),
    ("strip", "192x64", 20, "mark", "km"),
    ("strip", "192x64", 40, "mark", "jra"),
    ("strip", "192x64", 64, "mark", "blt"),
    ("strip", "192x64", 87, "letter", "cja-Arab"),
    ("columns", "640x384", 4, "letter", "vi-Hani"),
    ("columns", "640x384", 20, "letter", "zh-Hant"),
]
# The partitions that the provincial source may name, and what is urgent.
PARTITIONS = [("whole", "letter", "jra"), ("halves", "mark", "km"), ("stacked", "letter", "vi"), ("thirds", "mark", "km"),
              ("quarters", "mark", "km"), ("headline", "mark", "km"), ("urgent", "letter", "vi")]
PAGES += [(f"ttn-{name}", size, 6, *moved) for size in ("640x384", "1920x1080") for name, *moved in PARTITIONS]


def district():
    spec = importlib.util.spec_from_file_location("manifests", DISTRICT / "manifests.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def without_media(manifest):
    """Drawings and films are made by ffmpeg's and are not compared here."""
    for playlist in manifest["playlists"]:
        playlist["items"] = [{key: value for key, value in item.items() if key != "picture"}
                             for item in playlist["items"] if "asset" not in item]
    full = {playlist["id"] for playlist in manifest["playlists"] if playlist["items"]}
    manifest["programmes"] = [programme for programme in manifest["programmes"]
                              if set(programme["zones"].values()) <= full]
    return manifest


def strip_of(wall):
    """The wall's notices one after the other on a strip of 192 × 64."""
    items = {item["id"]: item for playlist in wall["playlists"] for item in playlist["items"]}
    jawi = {"id": "jawi", "kind": "text", "duration_ms": 12000, "texts": [{"lang": "cja-Arab", "body": JAWI}]}
    chosen = [items["hop-dan"], items["hop-dan-km"], items["quyen-jra"], items["quyen-blt"], jawi]
    return {"screens": wall["screens"], "timezone": wall["timezone"],
            "layouts": [{"id": "l", "canvas": [192, 64], "background": "#0B1B33",
                         "zones": [{"id": "z", "rect": [0, 0, 192, 64]}]}],
            "playlists": [{"id": "p", "items": chosen}],
            "programmes": [{"id": "d", "layout": "l", "class": "ordinary", "zones": {"z": "p"}}]}


def partition(name, size, folder):
    path = folder / f"{name}.json"
    with open(path, "wb") as out:
        subprocess.run([BUILD / "bin/ttn-pages", name.removeprefix("ttn-"), size], check=True, stdout=out)
    return path


def payload(name, size, folder):
    if name == "columns":
        return COLUMNS
    if name.startswith("ttn-"):
        return partition(name, size, folder)
    template = "wall" if name == "strip" else name
    text = district().fill((DISTRICT / f"{template}.json").read_text(encoding="utf-8"), TODAY)
    manifest = without_media(json.loads(text))
    if name == "strip":
        manifest = strip_of(manifest)
    manifest = {"spec": 1, "source": "ialam", "version": 1, "issued": "2026-11-25T01:00:00Z",
                "expires": "2027-01-20T00:00:00Z", "assets": {}, **manifest}
    path = folder / f"{name}.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path


def time_of(seconds):
    return (MIDNIGHT + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def golden_of(name, size, seconds, *_):
    return HERE / "pages" / f"{name}-{size}-{time_of(seconds).replace(':', '')}.png"


def draw(page, folder, out, *options):
    name, size, seconds, *_ = page
    led = [] if size == "1920x1080" else ["--led"]
    subprocess.run([BUILD / "bin/stage-pictures", "--size", size, *led, "--board", "Xã Ia\u00a0Lâm", *options,
                    payload(name, size, folder), time_of(seconds), out], check=True, stdout=subprocess.DEVNULL)
    return out


# ---- comparing ----

def pixels(path):
    return subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                          check=True, stdout=subprocess.PIPE).stdout


def visible(one, other):
    """How many pixels differ visibly; all when the pictures' sizes do."""
    a, b = pixels(one), pixels(other)
    if len(a) != len(b):
        return max(len(a), len(b)) // 3
    if a == b:
        return 0
    return len({at // 3 for at, (x, y) in enumerate(zip(a, b)) if x != y and abs(x - y) > VISIBLE})


# ---- the reference machine ----

def versions():
    form = "${Package} ${Version}\\n"
    shown = subprocess.run(["dpkg-query", "-W", "-f", form, *PACKAGES], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True).stdout
    return shown.splitlines()


def other_versions():
    wanted, here = (HERE / "reference.txt").read_text().splitlines(), versions()
    return [f"{line} (here: {next((own for own in here if own.split()[0] == line.split()[0]), 'none')})"
            for line in wanted if line not in here]


# ---- by a chip ----

class XServer:
    """An Xvfb on a free display for as long as it is needed."""

    def __enter__(self):
        read_fd, write_fd = os.pipe()
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(write_fd), "-screen", "0", "1920x1080x24",
                                         "-nolisten", "tcp"], pass_fds=[write_fd], stderr=subprocess.DEVNULL)
        os.close(write_fd)
        number = ""
        while not number.endswith("\n") and select.select([read_fd], [], [], 30)[0]:
            number += os.read(read_fd, 32).decode() or "\n"
        os.close(read_fd)
        return {"DISPLAY": ":" + number.strip(), "SDL_VIDEODRIVER": "x11"}

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def draw_by(renderer, env, page, folder, *options):
    """The picture, and what drew it; None and why it could not be."""
    name, size, seconds, *_ = page
    out = folder / f"{renderer}.png"
    led = [] if size == "1920x1080" else ["--led"]
    made = subprocess.run([BUILD / "bin/stage-pictures", "--size", size, *led, "--board", "Xã Ia\u00a0Lâm", *options,
                           "--renderer", renderer, payload(name, size, folder), time_of(seconds), out], text=True,
                          env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if made.returncode == 1 and "display:" in made.stderr:
        return None, made.stderr.strip()
    assert made.returncode == 0, made
    return out, made.stdout.split("drawn by ")[1].strip()


def off(one, other):
    """By how much two pictures differ: at most, and on the mean."""
    a, b = pixels(one), pixels(other)
    if len(a) != len(b):
        return 255, 255.0
    if a == b:
        return 0, 0.0
    by = [abs(x - y) for x, y in zip(a, b)]
    return max(by), sum(by) / len(by)


def wanted_of(page, folder):
    return draw(page, folder, folder / "wanted.png") if other_versions() else golden_of(*page)


def check_chip(renderer, env, page, folder):
    made, by = draw_by(renderer, env, page, folder)
    if made is None:
        return None, by
    most, mean = off(made, wanted_of(page, folder))
    good = most <= CHIP_MAX and mean <= CHIP_MEAN
    print(f"{'ok' if good else 'not ok'} {golden_of(*page).name} by {renderer}: at most {most}, on the mean {mean:.5f}")
    return good, by


def see_a_moved_mark(env, page, folder):
    """The same comparison sees what must be seen."""
    moved, _ = draw_by("opengles2", env, page, folder, f"--move-{page[3]}", page[4])
    most, _ = off(moved, wanted_of(page, folder))
    print(f"{'ok' if most > CHIP_MAX else 'not ok'} a {page[3]} moved by one pixel: off by {most}")
    return most > CHIP_MAX


def check_all(renderer, env, pages, folder):
    """None: there is no such renderer here."""
    results = []
    for page in pages:
        good, by = check_chip(renderer, env, page, folder)
        if good is None:
            print(f"# without {renderer}: {by}")
            return None
        results.append(good)
    print(f"# {renderer}: {by}")
    return all(results)


def chip():
    blind = {"SDL_VIDEODRIVER": os.environ.get("SDL_VIDEODRIVER", "offscreen")}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        results = [check_all("opengles2", blind, PAGES, folder)]
        if results[0] is not None:
            results.append(see_a_moved_mark(blind, PAGES[0], folder))
        if shutil.which("Xvfb"):
            with XServer() as env:
                results.append(check_all("opengl", env, PAGES[::4], folder))
    if all(result is None for result in results):
        return SKIPPED
    return 1 if False in results else 0


# ---- the commands ----

def check(page, folder):
    golden, made, moved = golden_of(*page), folder / "made.png", folder / "moved.png"
    draw(page, folder, made)
    what, lang = page[3:]
    draw(page, folder, moved, f"--move-{what}", lang)
    differ, seen = visible(made, golden), visible(moved, golden)
    good = differ == 0 and seen > 0
    print(f"{'ok' if good else 'not ok'} {golden.name}: {differ} pixels differ; a {what} moved by one pixel: {seen}")
    if differ:
        kept = BUILD / "tests" / golden.name
        kept.write_bytes(made.read_bytes())
        print(f"# drawn now: {kept}; if it is right: tests/golden/renew")
    return good


def test():
    others = other_versions()
    if others:
        print("skipped: the pictures were made with", "; ".join(others))
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        results = [check(page, pathlib.Path(name)) for page in PAGES]
    return 0 if all(results) else 1


def renew():
    with tempfile.TemporaryDirectory() as name:
        (HERE / "pages").mkdir(exist_ok=True)
        for old in (HERE / "pages").glob("*.png"):
            old.unlink()
        for page in PAGES:
            draw(page, pathlib.Path(name), golden_of(*page))
            print(golden_of(*page).relative_to(ROOT))
    (HERE / "reference.txt").write_text("\n".join(versions()) + "\n")
    return 0


if __name__ == "__main__":
    commands = {"test": test, "chip": chip, "renew": renew}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit("usage: pages.py test|chip|renew")
    sys.exit(commands[sys.argv[1]]())
