#!/usr/bin/env python3
"""Includes point down, never up or sideways; a folder's own headers and its libraries stay in it.

Reads floors.txt. `floors.py ROOT` checks another tree; without it, SOURCE is checked, after a planted
tree has shown that each rule can fail.
"""
import os
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


class Table:
    def __init__(self, text):
        self.uses, self.shows, self.libraries, self.everywhere = {}, {}, [], []
        self.errors = []
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split("#")[0].split()
            if words:
                self.read(number, words)

    def read(self, number, words):
        if words[0] == "library" and words[2] == "in":
            self.libraries.append((words[1], words[3:]))
        elif words[0] == "everywhere":
            self.everywhere += words[1:]
        elif words[1] == "uses" and "shows" in words:
            cut = words.index("shows")
            for lower in words[2:cut]:
                if lower not in self.uses:
                    self.errors.append(f"floors.txt:{number}: {words[0]} uses {lower}: "
                                       "expected a folder that stands above it")
            self.uses[words[0]] = words[2:cut]
            self.shows[words[0]] = [f"{words[0]}/{name}" for name in words[cut + 1:]]
        else:
            self.errors.append(f"floors.txt:{number}: not a line of this table")

    def home(self, name):
        """The folders that alone may include <name>; None: everywhere; []: nobody."""
        for start, folders in self.libraries:
            if name.startswith(start):
                return folders
        for start in self.everywhere:
            if name == start or (start.endswith("/") and name.startswith(start)) or \
                    (start == "glib" and re.match(r"glib[-/]", name)):
                return None
        return []


def sources(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in ("build", "out"))
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                yield os.path.relpath(os.path.join(folder, name), root)


def is_test(folder):
    return folder.split("/")[0] == "tests"


def judge_own(table, root, file, folder, name):
    """Why `file` may not include "name", or None."""
    if not os.path.exists(os.path.join(root, name)):
        return "no such file: expected \"folder/file.h\" from the root of the sources"
    other = os.path.dirname(name)
    if other == folder or is_test(folder) and (other in table.uses or is_test(other)):
        return None
    if is_test(other):
        return "the programs include nothing from tests"
    if other not in table.uses.get(folder, []):
        return f"{folder} may use {', '.join(table.uses.get(folder, [])) or 'nothing'}"
    if name not in table.shows[other]:
        return f"this header is {other}'s own; it shows {', '.join(table.shows[other])}"
    return None


def judge_library(table, file, folder, name):
    """Why `file` may not include <name>, or None."""
    home = table.home(name)
    if home is None:
        return None
    if not home:
        return "an unknown library: expected a line in floors.txt"
    if folder not in home:
        return f"only {', '.join(home)} may include it"
    if file in table.shows.get(folder, []):
        return f"{folder} shows this header to others, and a library stays in its folder"
    return None


def check_file(table, root, file):
    folder = os.path.dirname(file)
    if folder not in table.uses and not is_test(folder):
        yield f"{file}: expected a line for “{folder}” in floors.txt"
        return
    with open(os.path.join(root, file), encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            own, library = match.groups()
            reason = judge_own(table, root, file, folder, own) if own else \
                judge_library(table, file, folder, library)
            if reason:
                yield f"{file}:{number}: {own or library}: {reason}"


def check_cmake(table, root):
    """CMakeLists.txt adds the folders in the table's order and its DEPS are in the table."""
    path = os.path.join(root, "CMakeLists.txt")
    if not os.path.exists(path):
        return
    text = open(path, encoding="utf-8").read()
    order = [w for w in re.search(r"foreach\(folder IN ITEMS(.*?)\)", text, re.S)[1].split()
             if w in table.uses]
    if order != list(table.uses):
        yield "CMakeLists.txt: the folders stand in another order than in floors.txt"
    texts = {}
    for folder in table.uses:
        path = os.path.join(root, folder, "CMakeLists.txt")
        if os.path.exists(path):
            texts[folder] = open(path, encoding="utf-8").read()
    names = {name: folder for folder, text in texts.items() for name in re.findall(r"bt_module\(([\w-]+)", text)}
    for folder, text in texts.items():
        for deps in re.findall(r"\bDEPS([\s\w-]*?)(?:PKGS|\))", text):
            for dep in deps.split():
                if names.get(dep) not in (folder, *table.uses[folder]):
                    yield f"{folder}/CMakeLists.txt: {dep} is not among what {folder} may use"


def check_shown(table, root):
    for folder, headers in table.shows.items():
        for header in headers:
            if os.path.isdir(os.path.join(root, folder)) and \
                    not os.path.exists(os.path.join(root, header)):
                yield f"floors.txt: {header}: no such file"


def check(table, root):
    found = list(table.errors) + list(check_cmake(table, root)) + list(check_shown(table, root))
    for file in sources(root):
        found += check_file(table, root, file)
    return found


# ---- that every rule can fail ----

PLANTED = {  # file: (text, a word of the message; None: it is right)
    "base/json.h": ("", None),
    "base/io.c": ('#include "base/json.h"\n#include <sys/stat.h>\n#include <glib.h>\n', None),
    "base/up.c": ('#include "render/scene/scene.h"\n', "base may use nothing"),
    "base/json.c": ("#include <jansson.h>\n", None),
    "base/error.h": ("#include <sodium.h>\n", "stays in its folder"),
    "base/log.c": ("#include <curl/curl.h>\n", "only playlists/sync"),
    "base/new.c": ("#include <zstd.h>\n", "unknown library"),
    "base/short.c": ('#include "json.h"\n', "no such file"),
    "render/scene/scene.h": ('#include "base/json.h"\n', None),
    "render/scene/own.h": ("", None),
    "render/compose/a.c": ('#include "render/scene/scene.h"\n', None),
    "render/compose/b.c": ('#include "render/scene/own.h"\n', "render/scene's own"),
    "render/compose/c.c": ('#include "playlists/model/manifest.h"\n', "may use"),
    "render/display/a.c": ("#include <libavutil/mem.h>\n", "only render/decode"),
    "playlists/model/manifest.h": ("", None),
    "playlists/model/a.c": ('#include "tests/unit/help.h"\n', "nothing from tests"),
    "attic/a.c": ("", "expected a line"),
    "tests/unit/help.h": ('#include "render/scene/own.h"\n', None),
    "tests/unit/a.c": ('#include "tests/unit/help.h"\n', None),
}


def planted(table):
    """What goes wrong with the planted tree."""
    with tempfile.TemporaryDirectory() as root:
        for file, (text, _) in PLANTED.items():
            os.makedirs(os.path.dirname(os.path.join(root, file)), exist_ok=True)
            with open(os.path.join(root, file), "w", encoding="utf-8") as out:
                out.write(text)
        for file, (_, word) in PLANTED.items():
            found = list(check_file(table, root, file))
            if (word is None) != (not found) or word and word not in found[0]:
                yield f"self-test: {file}: expected “{word}”, got {found}"
    if not Table("base uses fonts shows\nfonts uses shows\n").errors:
        yield "self-test: a table that points up was accepted"


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SOURCE", os.path.join(here, "../.."))
    with open(os.path.join(here, "floors.txt"), encoding="utf-8") as text:
        table = Table(text.read())
    found = list(planted(table)) + check(table, root)
    print("\n".join(found) if found else f"floors: {len(list(sources(root)))} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
