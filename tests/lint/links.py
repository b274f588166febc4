#!/usr/bin/env python3
"""What the documents point at is there: links, and paths in `code` that begin with a folder of the tree."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.realpath(os.environ.get("SOURCE", os.path.join(HERE, "../..")))
MADE = ("build/", "out/")  # by building


def documents():
    for folder, folders, names in os.walk(SOURCE):
        folders[:] = [f for f in folders if not f.startswith(".") and f not in ("build", "out")]
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".md"))


def pointed_at(text):
    """(number of the line, path, relative to the document?)"""
    for number, line in enumerate(text.splitlines(), 1):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
            if "://" not in target:
                yield number, target, True
        for path in re.findall(r"`((?:base|fonts|man|packaging|player|playlists|po|render|source|tests)/[\w./-]+)`", line):
            yield number, path, False


def missing(root, document, text):
    for number, path, relative in pointed_at(text):
        base = os.path.dirname(document) if relative else root
        if not path.startswith(MADE) and not os.path.exists(os.path.join(base, path)):
            yield f"{os.path.relpath(document, root)}:{number}: {path}: no such file"


def main():
    planted = list(missing(SOURCE, os.path.join(SOURCE, "x.md"), "[a](nowhere.md) `base/nowhere.c` `base/json.c` [b](base/io.h)"))
    found = [] if len(planted) == 2 else [f"self-test: two dead links were planted, found {planted}"]
    for document in documents():
        with open(document, encoding="utf-8") as text:
            found += missing(SOURCE, document, text.read())
    print("\n".join(found) if found else "links: all there")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
