#!/usr/bin/env python3
"""What a reader would stumble over: long files and functions, calls that do not know how long their
memory is, state that outlives a function, notes to oneself, paths of one machine.

A planted file shows that each rule can fail. `style.py --lengths` prints how long the functions are.
"""
import os
import re
import sys

from floors import sources

MAX_FILE_LINES = 600
MAX_TEST_LINES = 900  # tables of cases
MAX_FUNCTION_LINES = 100

FORBIDDEN = {
    "sprintf": "g_snprintf or g_strdup_printf", "vsprintf": "g_vsnprintf",
    "strcpy": "g_strlcpy or g_strdup", "stpcpy": "g_strdup", "strcat": "g_strconcat",
    "strncpy": "g_strlcpy", "strncat": "g_strlcat", "strtok": "g_strsplit", "gets": "fgets",
    "atoi": "g_ascii_string_to_signed", "atol": "g_ascii_string_to_signed", "atof": "g_ascii_strtod",
    "localtime": "base/clock.h", "gmtime": "base/clock.h", "ctime": "base/clock.h",
    "asctime": "base/clock.h", "tmpnam": "mkstemp", "tempnam": "mkstemp", "mktemp": "mkstemp",
    "rand": "g_random_int", "srand": "g_random_int", "alloca": "g_malloc", "system": "GSubprocess",
    "setjmp": "a GError", "longjmp": "a GError",
}
CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(FORBIDDEN))
NOTE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Where this checkout and the home of whoever runs this lie: nothing of it belongs in the project.
CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
MACHINE = re.compile(r"(?<![\w./])/home/\w+/|" + "|".join(
    re.escape(path) + r"(?![\w-])" for path in (CHECKOUT, os.path.expanduser("~/.")) if len(path) > 4))
STATE = re.compile(r"^(?:static\s+)?(?:_Thread_local\s+|thread_local\s+)?"
                   r"(?!const\b|typedef\b|extern\b|return\b|struct\s+\w+\s*[{;]|union\s+\w+\s*[{;]|enum\b|G_DEFINE)"
                   r"[A-Za-z_][\w ]*[ \*]+(?:const\s+)?(\w+)(?:\[[^\]]*\])*\s*(?:=[^=]|;)")
# GLib and POSIX want these to be writable, or they are set once by a signal.
ALLOWED_STATE = re.compile(r"\b(GSourceFuncs|GOptionEntry|volatile sig_atomic_t|GQuark|GPrivate|GMutex|GOnce)\b")
# These run on the machine of whoever writes code, and show what a forbidden thing looks like.
ABOUT_STYLE = {"tests/lint/style.py"}
TEXT = (".c", ".h", ".py", ".sh", ".md", ".scd", ".txt", ".cmake", ".css", ".po", ".pot", ".service", ".conf", ".json")


def without_comments(text):
    """Comments and the insides of strings become spaces; lines stay."""
    def blank(match):
        whole = match[0]
        if whole[0] == "/":
            return re.sub(r"[^\n]", " ", whole)
        return whole[0] + " " * (len(whole) - 2) + whole[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def is_state(line):
    match = STATE.match(line)
    if not match or ALLOWED_STATE.search(line):
        return None
    pointed = re.search(r"\*\s*(const\s+)?\w+(\[[^\]]*\])*\s*(=|;)", line)
    if pointed:  # a const pointer is no state, a pointer to const is
        return None if pointed[1] else match[1]
    return None if re.search(r"\bconst\b", line.split("=")[0]) else match[1]


def functions(code):
    """(name, number of its first line, lines)"""
    lines, start, name = code.splitlines(), None, None
    for number, line in enumerate(lines, 1):
        if re.match(r"^[A-Za-z_]", line) and not line.startswith("#"):
            match = re.search(r"(\w+)\(", line)
            name = match[1] if match else name
        if line == "{" and name:
            start = number
        elif line == "}" and start:
            yield name, start - 1, number - start - 1
            start = None


def check_c(file, text):
    code = without_comments(text)
    limit = MAX_TEST_LINES if file.startswith("tests/") else MAX_FILE_LINES
    count = len(code.splitlines())
    if count > limit:
        yield f"{file}: {count} lines: expected at most {limit}"
    for number, line in enumerate(code.splitlines(), 1):
        for name in CALL.findall(line):
            yield f"{file}:{number}: {name}: expected {FORBIDDEN[name]}"
        state = None if file.startswith("tests/") else is_state(line)
        if state:
            yield f"{file}:{number}: {state}: state at file scope: expected const, or an argument"
    for name, number, length in functions(code):
        if length > MAX_FUNCTION_LINES:
            yield f"{file}:{number}: {name}: {length} lines: expected at most {MAX_FUNCTION_LINES}"


def check_text(file, text):
    if file in ABOUT_STYLE:
        return
    for number, line in enumerate(text.splitlines(), 1):
        for what, rule in ((NOTE, "a note to oneself: expected the thing done"),
                           (MACHINE, "a path of one machine")):
            match = what.search(line)
            if match:
                yield f"{file}:{number}: {match[0]}: {rule}"


def check_css(file, text):
    """A rule that is not closed takes all that follow it with it, and nothing says so."""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if depth and re.match(r"[.#@a-z*:\[][^;]*\{", line) and not re.match(r"\s", line):
            yield f"{file}:{number}: a rule begins within another: expected a closing brace before it"
            return
        depth += line.count("{") - line.count("}")
    if depth:
        yield f"{file}: {abs(depth)} braces too many or too few"


def texts(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in ("build", "out", ".git", "__pycache__", "seeds"))
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(TEXT) or (os.path.splitext(name)[1] == "" and os.access(path, os.X_OK)):
                yield os.path.relpath(path, root)


def read(root, file):
    with open(os.path.join(root, file), encoding="utf-8", errors="replace") as text:
        return text.read()


# ---- that every rule can fail ----

PLANTED = [  # a line of C, what the message must hold; None: it is right
    ("static int counter;", "state"), ("static char *name = NULL;", "state"),
    ("static const char *last;", "state"), ("int shared = 3;", "state"), ("static GHashTable *table;", "state"),
    ("static const char *const names[] = { 0 };", None), ("static const int n = 3;", None),
    ("static GSourceFuncs funcs = { 0 };", None), ("typedef struct BtA BtA;", None),
    ("static int f(int a);", None), ("static const struct { int a; } rows[] = { { 1 } };", None),
    ("    strcpy(a, b);", "strcpy"), ("    x = atoi(text);", "atoi"), ("    localtime(&t);", "localtime"),
    ("    g_sprintf_x(a); /* sprintf(a) */", None), ('    puts("gets(");', None), ("    a->system(x);", None),
]


def planted():
    for line, word in PLANTED:
        found = list(check_c("base/planted.c", line + "\n"))
        if (word is None) != (not found) or word and word not in found[0]:
            yield f"self-test: {line}: expected {word}, got {found}"
    long = "static void f(void)\n{\n" + "    g();\n" * 101 + "}\n"
    if "expected at most 100" not in "".join(check_c("base/long.c", long)):
        yield "self-test: a function of 101 lines was accepted"
    if not list(check_c("base/long.c", "\n" * 601)):
        yield "self-test: a file of 601 lines was accepted"
    for line in ("/* TODO later */", f"cd {CHECKOUT}/build", "x = '/home/lan/.cache'"):
        if not list(check_text("a.c", line)):
            yield f"self-test: “{line}” was accepted"
    for sheet, wrong in (("a { b: c; }\n@media print {\n  a { b: d; }\n}\n", False), ("a {\n  b: c;\nd { e: f; }\n", True),
                         ("@media print {\n  a { b: c; }\n", True)):
        if bool(list(check_css("a.css", sheet))) != wrong:
            yield f"self-test: “{sheet}”: expected {wrong}"
    if list(check_text("a.c", "/v1/root/1.json a.json:/root/keys BASE/v1/root/")):
        yield "self-test: an address with “root” in it was taken for a path"


def lengths(root):
    rows = [(length, f"{file}:{number}: {name}") for file in sources(root) if not file.startswith("tests/")
            for name, number, length in functions(without_comments(read(root, file)))]
    rows.sort()
    print(f"{len(rows)} functions: median {rows[len(rows) // 2][0]}, nine of ten at most "
          f"{rows[len(rows) * 9 // 10][0]}, longest {rows[-1][0]}")
    for length, place in rows[-10:]:
        print(f"{length:4} {place}")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.realpath(os.environ.get("SOURCE", os.path.join(here, "../..")))
    if sys.argv[1:] == ["--lengths"]:
        return lengths(root)
    found = list(planted())
    for file in sources(root):
        found += check_c(file, read(root, file))
    for file in texts(root):
        found += check_text(file, read(root, file))
        if file.endswith(".css"):
            found += check_css(file, read(root, file))
    if found:
        print("\n".join(found))
    else:
        lengths(root)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
