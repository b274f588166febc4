#!/usr/bin/env python3
"""Each line that the source writes into its diary is one that the page can say in the reader's language."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LITERAL = r'((?:\s*(?:"(?:[^"\\]|\\.)*"|G_GINT64_FORMAT))+)'
WRITTEN = [re.compile(r"\*?(?:what|note) =\s*g_strdup_printf\(\s*" + LITERAL),
           re.compile(r"_visit_note\(\s*&?\w+,\s*&?\w+,\s*" + LITERAL),
           re.compile(r"bt_store_note\(\s*[\w>-]+,\s*[\w.>-]+,\s*[^,]+,\s*" + LITERAL)]
WORKS = {"playlist": "playlists.c playlist-adding.c", "layout": "layouts.c", "programme": "programmes.c"}


def plain(literal):
    """A format as it stands in the source, with %s for each of its parts."""
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal.replace("G_GINT64_FORMAT", '"d"')))
    return re.sub(r"%[a-z]", "%s", text.replace('\\"', '"'))


def begun_and_ended(root):
    """What is written of playlists, layouts and programmes, whose kind is a part of the line."""
    for kind, files in WORKS.items():
        texts = "".join((root / "source/pages" / file).read_text() for file in files.split())
        for did in ["began", "removed", *re.findall(r'bt_work_save\([^;]*?"([^"]+)"\)', texts)]:
            yield '%s %s %%s "%%s"' % (did, kind)


def written(root):
    found = set(begun_and_ended(root))
    for path in sorted((root / "source").rglob("*.c")):
        for shape in WRITTEN:
            found |= {plain(literal) for literal in shape.findall(path.read_text())}
    found -= {"%s %s %s \"%s\"", "removed %s %s \"%s\""}  # begun_and_ended
    found |= {"area %s: one official serves", "area %s: two officials are needed"}
    for kind in ("manifest", "alert", "order"):
        found.add("proposed %s %%s" % kind)
    found |= {"%s proposal %%s: %%s" % word for word in ("refused", "withdrawn")}
    return sorted(found - {"proposed %s %s", "%s proposal %s: %s", "area %s: %s"})


def forms_of(text):
    return [plain(literal) for literal in re.findall(r"N_\(" + LITERAL + r"\)", text)]


def unsaid(lines, forms):
    """Those that no form fits."""
    shapes = [re.compile("".join(".*" if part == "%s" else re.escape(part) for part in re.split("(%s)", form)), re.S)
              for form in forms]
    return [line for line in lines if not any(shape.fullmatch(line) for shape in shapes)]


def main():
    assert unsaid(["ate %s"], ["drank %s"]) == ["ate %s"] and not unsaid(['ate %s "%s"'], ["ate %s"])
    lines, forms = written(ROOT), forms_of((ROOT / "source/pages/diary-words.c").read_text())
    assert len(lines) > 60, lines
    missing = unsaid(lines, forms)
    for line in missing:
        print("source/pages/diary-words.c: nobody says in Vietnamese: %s" % line)
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
