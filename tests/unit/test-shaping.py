#!/usr/bin/env python3
"""Each run that `bangtin text` lays out has the glyphs that hb-shape gives for the same text, font,
direction, script and language, with the rest of the paragraph as context."""
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

BUILD = Path(os.environ["BUILD"])
TEXTS = Path(os.environ["SOURCE"]) / "tests/golden/texts"
FONTS = {}
for folder, _, files in os.walk("/usr/share/fonts"):
    for file in sorted(files):
        FONTS.setdefault(file, os.path.join(folder, file))


def lay_out(text, *options):
    done = subprocess.run([BUILD / "bin/bangtin", "text", *options], input=text, check=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def shape(text, run):
    """Glyph ids by hb-shape of text[start:end] in its paragraph."""
    file, _, face = run["font"].partition("#")
    start = text.rfind(b"\n", 0, run["start"]) + 1
    end = text.find(b"\n", run["end"])
    end = len(text) if end < 0 else end
    before, after = text[start:run["start"]].decode(), text[run["end"]:end].decode()
    script = "Zyyy" if run["script"] == "Zsye" else run["script"]
    command = ["hb-shape", "--output-format=json", "--no-glyph-names", "--face-index=" + (face or "0"),
               "--direction=" + run["direction"], "--script=" + script, "--language=" + run["lang"],
               "--text-before=" + before, "--text-after=" + after, FONTS[file],
               "--text=" + text[run["start"]:run["end"]].decode()]
    # hb-shape prints --text-before on standard error.
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL).stdout
    return [glyph["g"] for glyph in json.loads(out)]


def check(name, text, lang, *options):
    layout = lay_out(text, "--lang", lang, *options)
    runs = [run for line in layout["lines"] for run in line["runs"]]
    wrong = 0
    for run in runs:
        ours, theirs = [glyph["id"] for glyph in run["glyphs"]], shape(text, run)
        if ours != theirs:
            wrong += 1
            print(f"not ok {name} {run['font']} {text[run['start']:run['end']].decode()!r}:\n"
                  f"  ours   {ours}\n  theirs {theirs}")
    print(f"{'not ok' if wrong or not runs else 'ok'} {name}: {len(runs)} runs")
    return runs if runs and not wrong else []


def main():
    good = True
    for path in sorted(TEXTS.glob("*.txt")):
        # hb-shape does not normalise as we do, so it is given what is normal already.
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8")).rstrip("\n").encode()
        lang = "vi" if path.stem == "mixed" else path.stem
        good &= bool(check(path.stem, text, lang))
        good &= bool(check(path.stem + " in lines", text, lang, "--width", "400"))
        columns = check(path.stem + " in columns", text, lang, "--dir", "ttb", "--max-height", "400")
        # Shaped from top to bottom, all but what is on its side: brackets and stops are those of columns.
        han = path.stem.startswith("zh") or path.stem == "vi-Hani"
        standing = {run["direction"] for run in columns
                    if "rotate" not in run and not text[run["start"]:run["end"]].isdigit()}
        good &= bool(columns) and (not han or standing == {"ttb"})
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
