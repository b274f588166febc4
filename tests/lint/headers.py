#!/usr/bin/env python3
"""Every header compiles alone, and every function in it is explained.

A header that the compiler can read by itself can be included anywhere, in any order. A function that a
folder shows to others (floors.txt) has a comment: right before it, or in its group, which is what stands
together without an empty line. A planted header shows that both rules can fail.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

from floors import Table, sources

PACKAGES = """glib-2.0 gio-unix-2.0 jansson libsodium libcrypto sqlite3 freetype2 harfbuzz icu-uc fribidi libpng
    libavformat libavcodec libavutil libswscale libswresample sdl2 libqrencode libcurl libmicrohttpd
    libseccomp libsystemd x11 xext""".split()
FUNCTION = re.compile(r"^(?!static|typedef|#|G_|\}|/\*| )[A-Za-z_][\w \*]*?\b(\w+)\(")


def compiler_flags(root):
    packages = subprocess.run(["pkg-config", "--cflags", *PACKAGES], text=True, capture_output=True, check=True)
    return packages.stdout.split() + [
        "-std=gnu17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers",
        "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", '-DBANGTIN_VERSION="0"', "-I", root]


def compiles(header, root, flags):
    result = subprocess.run([os.environ.get("CC", "cc"), "-x", "c", "-", *flags], cwd=root, text=True,
                            input=f'#include "{header}"\n', capture_output=True)
    return [f"{header}: does not compile alone:\n{result.stderr.strip()}"] if result.returncode else []


def groups(text):
    """What stands together: (number of its first line, its lines)."""
    group, start, depth, in_comment = [], 1, 0, False
    for number, line in enumerate(text.splitlines() + [""], 1):
        if line.strip() == "" and depth == 0 and not in_comment:
            if group:
                yield start, group
            group, start = [], number + 1
            continue
        group.append(line)
        code = re.sub(r"/\*.*?\*/", "", line)
        in_comment = "/*" in code or (in_comment and "*/" not in code)
        depth += code.count("{") - code.count("}")


def unexplained(header, text):
    for start, lines in groups(text):
        explained = any("/*" in line for line in lines)
        for number, line in enumerate(lines, start):
            match = FUNCTION.match(line)
            if match and not explained:
                yield f"{header}:{number}: {match[1]}: expected a comment before it or in its group"


def self_test(flags):
    bad = "#include <glib.h>\n\n/* Explained. */\nint bt_a(void);\nint bt_b(void);\n\nint bt_c(BtUnknown *x);\n"
    if [m.split(":")[1] for m in unexplained("bad.h", bad)] != ["7"]:
        yield "self-test: the planted function without a comment was not the one found"
    with tempfile.TemporaryDirectory() as root:
        for name, text in (("bad.h", bad), ("good.h", "#include <glib.h>\ngboolean bt_a(void);\n")):
            with open(os.path.join(root, name), "w", encoding="utf-8") as out:
                out.write(text)
        if not compiles("bad.h", root, flags + ["-I", root]):
            yield "self-test: the planted header that names an unknown type was accepted"
        if compiles("good.h", root, flags + ["-I", root]):
            yield "self-test: a good header was refused"


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.realpath(os.environ.get("SOURCE", os.path.join(here, "../..")))
    with open(os.path.join(here, "floors.txt"), encoding="utf-8") as text:
        table = Table(text.read())
    shown = {header for headers in table.shows.values() for header in headers}
    headers = [file for file in sources(root) if file.endswith(".h")]
    flags = compiler_flags(root)
    found = list(self_test(flags))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(lambda header: compiles(header, root, flags), headers):
            found += result
    for header in headers:
        if header in shown:
            with open(os.path.join(root, header), encoding="utf-8") as text:
                found += unexplained(header, text.read())
    print("\n".join(found) if found else f"headers: {len(headers)} compile, {len(shown)} are shown to others")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
