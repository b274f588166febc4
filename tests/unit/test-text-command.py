#!/usr/bin/env python3
"""`bangtin text`: exit statuses, messages, and the form of what it writes."""
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

BANGTIN = Path(os.environ["BUILD"]) / "bin/bangtin"
LATIN = "/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf"


def run(text, *options):
    done = subprocess.run([BANGTIN, "text", *options], input=text, capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode()


# name, standard input, options, status, what standard error says
REFUSED = [
    ("an unknown option", b"a", ["--colour"], 2, "--colour"),
    ("a text as argument", b"a", ["Tin"], 2, "Tin"),
    ("too small", b"a", ["--px", "5"], 2, "6 to 512"),
    ("too wide", b"a", ["--width", "7681"], 2, "0 to 7680"),
    ("a direction", b"a", ["--dir", "up"], 2, "auto, ltr or rtl"),
    ("a format", b"a", ["--format", "gif"], 2, "json or png"),
    ("a picture without a file", b"a", ["--format", "png"], 2, "-o FILE"),
    ("a font that is not there", b"a", ["--font", "no-such.ttf"], 1, "no-such.ttf"),
    ("broken UTF-8", b"ab\xff", [], 1, "text:2:"),
    ("NUL", b"a\0b", [], 1, "text:1:"),
    ("40,001 bytes", b"a" * 40001, [], 1, "40000"),
    ("a picture larger than any canvas", b"a" * 9000, ["--format", "png", "-o", "x.png"], 1, "x.png"),
]


def check_refused():
    for name, text, options, status, says in REFUSED:
        got, out, err = run(text, *options)
        assert got == status, f"{name}: status {got}"
        assert err.startswith("bangtin: ") and says in err, f"{name}: {err!r}"
        assert out == b"", name


def check_json():
    text = "Giá 25.000 ₫\nسموا 12\n".encode()
    status, out, err = run(text, "--lang", "vi", "--px", "20", "--width", "300")
    layout = json.loads(out)
    assert status == 0 and err == "", err
    assert layout["missing"] == 0
    assert len(layout["levels"]) == len(text.decode())
    assert [(line["start"], line["end"]) for line in layout["lines"]] == [(0, 15), (16, 27)]
    assert layout["breaks"] == [5, 16, 25], layout["breaks"]
    for line in layout["lines"]:
        assert set(line) >= {"baseline", "ascent", "descent", "width", "ink", "runs"}
        assert len(line["ink"]) == 4
    first = layout["lines"][0]["runs"][0]
    assert (first["script"], first["direction"], first["lang"]) == ("Latn", "ltr", "vi")
    assert set(first["glyphs"][0]) == {"id", "cluster", "x", "y", "advance"}
    assert layout["lines"][1]["runs"][-1]["direction"] == "rtl"


def check_options():
    named = json.loads(run(b"Tin", "--font", LATIN)[1])
    assert named["lines"][0]["runs"][0]["font"] == "NotoSerif-Regular.ttf"
    led = json.loads(run(b"Tin tuc", "--led", "--px", "14")[1])
    glyphs = led["lines"][0]["runs"][0]["glyphs"]
    assert all(glyph["x"] == int(glyph["x"]) for glyph in glyphs)
    assert json.loads(run(b"a", "--dir", "rtl")[1])["levels"] == [2]
    assert json.loads(run(b"")[1])["lines"] == []


def check_files():
    with tempfile.TemporaryDirectory() as folder:
        picture, document = Path(folder) / "t.png", Path(folder) / "t.json"
        assert run(b"Tin", "--format", "png", "--width", "200", "-o", picture)[0] == 0
        width, = struct.unpack(">I", picture.read_bytes()[16:20])
        assert width == 200, width
        assert run(b"Tin", "-o", document)[:2] == (0, b"")
        assert json.loads(document.read_text())["missing"] == 0
        assert run(b"Tin", "-o", Path(folder) / "none" / "t.json")[0] == 1


def main():
    for check in check_refused, check_json, check_options, check_files:
        check()
        print("ok", check.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
