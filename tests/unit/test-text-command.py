#!/usr/bin/env python3
"""`bangtin text`: exit statuses, messages, and the form of what it writes."""
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

BANGTIN = Path(os.environ["BUILD"]) / "bin/bangtin"
LATIN = "/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf"
INTER = "/usr/share/fonts/truetype/inter-vf/Inter-roman.var.ttf"
CJK = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def run(text, *options):
    done = subprocess.run([BANGTIN, "text", *options], input=text, capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode()


# name, standard input, options, status, what standard error says
REFUSED = [
    ("an unknown option", b"a", ["--colour"], 2, "--colour"),
    ("a text as argument", b"a", ["Tin"], 2, "Tin"),
    ("too small", b"a", ["--px", "5"], 2, "6 to 512"),
    ("too wide", b"a", ["--width", "7681"], 2, "0 to 7680"),
    ("a direction", b"a", ["--dir", "up"], 2, "auto, ltr, rtl"),
    ("columns in pages without a box", b"a", ["--dir", "ttb", "--pages", "--max-height", "100"], 2, "--width PX"),
    ("columns fitted to no height", b"a", ["--dir", "ttb", "--fit", "--width", "100"], 2, "--max-height PX"),
    ("a format", b"a", ["--format", "gif"], 2, "json, png"),
    ("a picture without a file", b"a", ["--format", "png"], 2, "-o FILE"),
    ("a font that is not there", b"a", ["--font", "no-such.ttf"], 1, "no-such.ttf"),
    ("broken UTF-8", b"ab\xff", [], 1, "text:2:"),
    ("NUL", b"a\0b", [], 1, "text:1:"),
    ("a million letters and one", b"a" * 1000001, [], 1, "1000000"),
    ("more bytes than that can have", b"a" * 4000001, [], 1, "4000000"),
    ("an alignment", b"a", ["--align", "left"], 2, "start, centre, end, justify"),
    ("too high", b"a", ["--max-height", "4321"], 2, "0 to 4320"),
    ("pages without a box", b"a", ["--pages"], 2, "--max-height"),
    ("a fit without a height", b"a", ["--fit", "--width", "100"], 2, "--max-height"),
    ("a fit without a width", b"a", ["--fit", "--max-height", "100"], 2, "--width"),
    ("a feature", b"a", ["--features", "liga=yes!"], 1, "liga=yes!"),
    ("a feature of a part", b"a", ["--features", "liga[2:3]=0"], 1, "liga[2:3]=0"),
    ("33 features", b"a", ["--features", ",".join(["liga"] * 33)], 1, "at most 32"),
    ("a script", b"a", ["--script", "Zzzx"], 1, "ISO 15924"),
    ("axes without a font", b"a", ["--variations", "wght=600"], 2, "--font"),
    ("axes of a font that has none", b"a", ["--font", LATIN, "--variations", "wght=600"], 1, "no such axis"),
    ("an axis it has not", b"a", ["--font", INTER, "--variations", "XXXX=1"], 1, "XXXX=1"),
    ("an axis without a number", b"a", ["--font", INTER, "--variations", "wght"], 1, "AXIS=NUMBER"),
    ("a face it has not", b"a", ["--font", LATIN + "#200"], 1, "#200"),
    ("a picture larger than any canvas", b"a" * 9000, ["--format", "png", "-o", "x.png"], 1, "x.png"),
]


def check_refused():
    for name, text, options, status, says in REFUSED:
        got, out, err = run(text, *options)
        assert got == status, f"{name}: status {got}"
        assert err.startswith("bangtin: ") and says in err, f"{name}: {err!r}"
        assert out == b"", name


def check_columns():
    text = "畢哿每𠊛生Việt，20 日調得自由。\n吧".encode()
    status, out, err = run(text, "--lang", "vi-Hani", "--px", "20", "--dir", "ttb", "--max-height", "110")
    layout = json.loads(out)
    assert status == 0 and err == "", err
    lines, runs = layout["lines"], [run for line in layout["lines"] for run in line["runs"]]
    # From right to left, each below 110 px, each glyph in its column.
    assert len(lines) == 4, [(line["start"], line["end"]) for line in lines]
    assert all(left["baseline"] + left["ascent"] == right["baseline"] - right["descent"]
               for right, left in zip(lines, lines[1:]))
    assert lines[0]["baseline"] + lines[0]["ascent"] == layout["height"]
    assert lines[-1]["baseline"] - lines[-1]["descent"] == 0
    for line in lines:
        x, y, w, h = line["ink"]
        assert line["width"] <= 110 and y >= 0 and y + h <= 110
        assert x >= line["baseline"] - line["descent"] and x + w <= line["baseline"] + line["ascent"]
        for glyph in (glyph for run in line["runs"] for glyph in run["glyphs"]):
            assert abs(glyph["x"] - line["baseline"]) <= 20 and -1 <= glyph["y"] <= 131, glyph
    first = lines[0]["runs"][0]["glyphs"]
    assert all(b["y"] - a["y"] == 20 and b["x"] == a["x"] for a, b in zip(first, first[1:3]))
    assert {(run["direction"], run.get("rotate")) for run in runs} == {("ttb", None), ("ltr", 90), ("ltr", None)}
    # The room cuts columns as a height cuts lines; pages stand side by side.
    cut = json.loads(run(text, "--lang", "vi-Hani", "--px", "20", "--dir", "ttb", "--max-height", "110", "--width", "80")[1])
    assert len(cut["lines"]) == 2 and cut["cut"] < len(text)
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "p.png"
        for options, size in ([], (layout["height"], 110)), (["--width", "80", "--pages"], (2 * 81 - 1, 110)):
            assert run(text, "--lang", "vi-Hani", "--px", "20", "--dir", "ttb", "--max-height", "110",
                       "--format", "png", "-o", picture, *options)[0] == 0
            assert struct.unpack(">II", picture.read_bytes()[16:24]) == size


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


def lay_out(text, *options):
    status, out, err = run(text.encode(), *options)
    assert status == 0, err
    return json.loads(out)


def ids(layout):
    return [glyph["id"] for line in layout["lines"] for run in line["runs"] for glyph in run["glyphs"]]


def check_fonts():
    """What the shaper is told is what hb-shape is told."""
    cases = [
        ("a feature", "fi", ["--font", LATIN, "--features", "-liga"], [LATIN, "--features=-liga"]),
        ("an axis", "Tin tức", ["--font", INTER, "--variations", "wght=900"], [INTER, "--variations=wght=900"]),
        ("axes out of range", "Tin", ["--font", INTER, "--variations", "wght=5000"],
         [INTER, "--variations=wght=900"]),
        ("a face", "直", ["--font", CJK + "#3", "--lang", "zh"], [CJK, "--face-index=3", "--language=zh"]),
    ]
    for name, text, ours, theirs in cases:
        layout = lay_out(text, "--px", "100", *ours)
        shaped = json.loads(subprocess.run(
            ["hb-shape", "--output-format=json", "--no-glyph-names", *theirs, text],
            check=True, stdout=subprocess.PIPE).stdout)
        assert ids(layout) == [glyph["g"] for glyph in shaped], name
        upem = {LATIN: 1000, INTER: 2816, CJK: 1000}[theirs[0]]
        width = sum(glyph["ax"] for glyph in shaped) * 100 / upem
        assert abs(layout["lines"][0]["width"] - width) < 0.1, (name, layout["lines"][0]["width"], width)
    plain, heavy = ink_of(INTER, "wght=400"), ink_of(INTER, "wght=900")
    assert heavy > plain * 1.3, (plain, heavy)
    forced = lay_out("abc", "--script", "Khmr")
    assert forced["lines"][0]["runs"][0]["script"] == "Khmr"


def ink_of(font, variations):
    """How much of the picture is not ground."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "t.png"
        assert run("Thông báo".encode(), "--font", font, "--variations", variations, "--px", "64",
                   "--format", "png", "-o", picture)[0] == 0
        return sum(value > 60 for row in pixels(picture) for value in row[0::4])


def pixels(picture):
    """Rows of 8-bit RGBA of a PNG."""
    data, at, idat, size = picture.read_bytes(), 8, b"", None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            size = struct.unpack(">IIBB", body[:10])
        idat += body if kind == b"IDAT" else b""
        at += 12 + length
    width, height, depth, colour = size
    step = {2: 3, 6: 4}[colour]
    assert depth == 8
    raw, rows, last = zlib.decompress(idat), [], bytes(width * step)
    for y in range(height):
        kind, line = raw[y * (width * step + 1)], bytearray(raw[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        for i in range(len(line)):
            a = line[i - step] if i >= step else 0
            b, c = last[i], last[i - step] if i >= step else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[i] = (line[i] + [0, a, b, (a + b) // 2, paeth][kind]) & 255
        rows.append(bytes(line) if step == 4 else
                    b"".join(bytes(line[x:x + 3]) + b"\xff" for x in range(0, len(line), 3)))
        last = bytes(line)
    return rows


NOTICE = ("Ủy ban nhân dân xã thông báo lịch tiêm chủng cho trẻ em dưới năm tuổi tại trạm y tế xã. "
          "Đề nghị bà con mang theo sổ tiêm chủng. Mọi thắc mắc xin liên hệ trạm y tế xã.")


def check_box():
    whole = lay_out(NOTICE, "--width", "300", "--px", "24")
    assert "cut" not in whole and len(whole["lines"]) > 5
    short = lay_out(NOTICE, "--width", "300", "--px", "24", "--max-height", "90")
    assert 1 < len(short["lines"]) < len(whole["lines"]) and short["height"] <= 90
    assert short["lines"][:-1] == whole["lines"][:len(short["lines"]) - 1]
    last = short["lines"][-1]
    assert last["end"] == short["cut"] == last["runs"][-1]["glyphs"][-1]["cluster"] and last["width"] <= 300
    assert len(short["levels"]) == len(NOTICE) and short["breaks"] == whole["breaks"]
    pages = lay_out(NOTICE, "--width", "300", "--px", "24", "--max-height", "90", "--pages")
    assert "cut" not in pages and pages["lines"] == whole["lines"]
    assert pages["pages"][0]["first"] == 0 and sum(page["lines"] for page in pages["pages"]) == len(whole["lines"])
    for page in pages["pages"]:
        lines = pages["lines"][page["first"]:page["first"] + page["lines"]]
        assert sum(line["ascent"] + line["descent"] for line in lines) <= 90
    fit = lay_out(NOTICE, "--width", "640", "--max-height", "320", "--fit")
    assert "cut" not in fit and fit["height"] <= 320 and fit["px"] > 24
    larger = lay_out(NOTICE, "--width", "640", "--max-height", "320", "--px", str(fit["px"] + 1))
    assert "cut" in larger or len(larger["lines"]) > len(fit["lines"])
    least = lay_out(NOTICE, "--width", "60", "--max-height", "30", "--fit")
    assert least["px"] == 12 and "cut" in least, least["px"]


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
    for check in check_refused, check_json, check_columns, check_options, check_fonts, check_box, check_files:
        check()
        print("ok", check.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
