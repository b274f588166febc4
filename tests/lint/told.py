#!/usr/bin/env python3
"""What the code reads, serves and reports stands in the document that describes it: each key and word of a
document, each path, each field of a report, each warning. A document may say more. And what the manual
names in bold is on the page, word for word."""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.realpath(os.environ.get("SOURCE", os.path.join(HERE, "../..")))
QUOTED = r'"([\w.-]+)"'
ROW = r'\{ "([\w-]+)",'
LIST = r"\*const \w+\[[^\]]*\]\s*=\s*\{(.*?)\}"
SET = r'bt_json_set\w*\(\s*(?:body|head|entry|stream|status|frames|sound|changes|cuts|fact),\s*"(\w+)"'
PARTS = {"ID": "ID", "HASH": "SHA256", "NUMBER": "N", "NOTHING": ""}

# Document (or several, together), what is read there, how words stand in it, and how many there are at least.
TOLD = (
    ("playlists/FORMAT.md", "playlists/model/*.c", (ROW, LIST), 90),
    ("source/API.md", "player/show/*.c", (r'bt_show_event\(\s*show, (?:[\w>-]+ \? "[\w-]+" : )?"([\w-]+)"',), 12),
    ("playlists/FORMAT.md source/API.md", "base/error.c", (r'\[BT_ERROR_\w+\] = "([\w-]+)"',), 20),
    ("source/API.md", "player/board/activation.c", (r'\btell\(looking, "([\w-]+)"',), 4),
    ("source/API.md", "source/desk/{watch-look,uploads}.c", (LIST,), 10),
    ("source/API.md", "source/pages/glass.c", (r'\[BT_GLANCE_\w+\] = \{ "([\w-]+)",',), 7),
    ("man/bangtin-source.1.scd", "source/desk/{roles,period}.c", (LIST,), 14),
    ("man/bangtin.1.scd", "player/stage/advice.c", (LIST,), 7),
    ("playlists/TTN.md", "playlists/adapters/ttn/{check,template,layout}.c", (ROW, LIST), 80),
    ("playlists/TTN.md", "playlists/adapters/ttn/{remark,request,message}.c", (LIST,), 45),
    ("playlists/TTN.md", "player/config/ttn_setup.c", (LIST,), 4),
    ("source/API.md", "player/facts/{facts,life,requisition,tracker}.c", (SET,), 30),
    ("man/bangtin.1.scd", "player/check/*.c", (r'bt_findings_add\(\s*\w+,\s*"([\w-]+)"',), 18),
)


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def files(pattern):
    """A pattern with {a,b} as the shell has it."""
    braces = re.search(r"\{(.*)\}", pattern)
    names = [pattern.replace(braces[0], name) for name in braces[1].split(",")] if braces else [pattern]
    return sorted(path for name in names for path in glob.glob(os.path.join(SOURCE, name)))


def known(code, forms):
    words = set()
    for form in forms:
        for found in re.findall(form, code, re.S):
            words |= set(re.findall(QUOTED, found)) if form == LIST else {found}
    return {part for word in words for part in word.split(".") if not part.isdigit()}


def told(document, text):
    """The words that stand as code."""
    if document.endswith(".scd"):
        return set(re.findall(r"[_*]([\w-]+?)[_*]", text.replace("\\_", "\0")))
    return set(re.findall(r"[\w-]+", " ".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))))


def missing_words(document, text, pattern, words):
    for word in sorted(words - told(document, text)):
        yield f"{document}: “{word}” of {pattern} is missing"


def missing_paths(document, text, code):
    for head, part, tail in re.findall(r'\{ "[A-Z]+", "(/v1/[^"]*)", BT_PART_(\w+), "([^"]*)"', code):
        path = (head + PARTS[part] + tail).lstrip("/")
        if not re.search(rf"`[A-Z ]*/?{re.escape(path)}`", text):
            yield f"{document}: {path} is served and missing"


def made_up_paths(document, text, code):
    """Paths that stand as code, and that no table of routes has."""
    routes = [re.compile(re.escape(head) + ("" if part == "NOTHING" else "[^/]+") + re.escape(tail) + "$")
              for head, part, tail in re.findall(r'\{ "[A-Z]+", "([^"]+)", BT_PART_(\w+), "([^"]*)"', code)]
    for path in re.findall(r"`(?:[A-Z]+ )?(/[a-z][^\s`?]*)", text):
        if not any(route.match(path) for route in routes):
            yield f"{document}: {path} is told and not served"


def on_the_page(po):
    found = re.findall(r'^msgstr(?:\[\d\])? ((?:".*"\n?)+)', po, re.M)
    return {"".join(re.findall(r'"(.*)"', one)) for one in found}


def missing_buttons(manual, text, words):
    for bold in re.findall(r"\*\*(.+?)\*\*", text, re.S):
        for word in re.sub(r"\s+", " ", bold).split(" → "):
            if word not in words:
                yield f"{manual}: “{word}” is in bold, and on no page"


def check_manual():
    words = on_the_page(read(os.path.join(SOURCE, "po/vi.po")))
    if list(missing_buttons("x", "**Thêm → Khóa\nký**", words)) or not list(missing_buttons("x", "**Thêm → Nút**", words)):
        yield "self-test: a button that is there was missed, or one that is not was found"
    for path in files("docs/manual/*.md"):
        yield from missing_buttons(os.path.relpath(path, SOURCE), read(path), words)


def check():
    for document, pattern, forms, least in TOLD:
        text = "\n".join(read(os.path.join(SOURCE, one)) for one in document.split())
        words = known("\n".join(map(read, files(pattern))), forms)
        if len(words) < least:
            yield f"{pattern}: {len(words)} words found: expected {least} or more"
        if words and not list(missing_words(document, text, pattern, words | {"planted"})):
            yield f"self-test: a word that {document} lacks was not found"
        yield from missing_words(document, text, pattern, words)
    served = read(os.path.join(SOURCE, "source/serve/http.c"))
    for document in ("source/API.md", "playlists/FORMAT.md"):
        text = read(os.path.join(SOURCE, document))
        if len(list(missing_paths(document, "", served))) < 10:
            yield "self-test: paths that no document has were not found"
        yield from missing_paths(document, text, served)
    served += "\n".join(map(read, files("source/pages/*.c")))
    text = read(os.path.join(SOURCE, "source/API.md"))
    if list(made_up_paths("x", "`GET /nowhere/ID`, `/keys`", served)) != ["x: /nowhere/ID is told and not served"]:
        yield "self-test: the path that nobody serves was not the one found"
    yield from made_up_paths("source/API.md", text, served)


def main():
    found = list(check()) + list(check_manual())
    print("\n".join(found) if found else "told: all of it")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
