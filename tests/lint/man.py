#!/usr/bin/env python3
"""The man pages say everything: each key that player/config*.c know, each command that --help prints, and
under the command each option of it. And nothing more: a page may not name an option that is gone."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.realpath(os.environ.get("SOURCE", os.path.join(HERE, "../..")))
BUILD = os.environ.get("BUILD", os.path.join(SOURCE, "build"))


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as text:
        return text.read()


def plain(page):
    return page.replace("\\", "")


# ---- player.conf ----

def known_keys(config_c):
    """(group, key) as the code knows them: the arrays of names, and who checks a group against which."""
    keys = set()
    for body in re.findall(r"^static gboolean \w+\(.*?^\}", config_c, re.S | re.M):
        arrays = dict(re.findall(r"const char \*const (\w+)\[\] =\s*\{(.*?)NULL \}", body, re.S))
        for group, array in re.findall(r'check_keys\(reading, ("\w+"|group), (\w+)', body):
            for key in re.findall(r'"([\w.]+)"', arrays[array]):
                keys.add((group.strip('"').replace("group", "source NAME"), key))
    return keys


def page_keys(page):
    keys, group = set(), None
    for line in plain(page).splitlines():
        heading = re.match(r"# \[(.*)\]$", line)
        if line.startswith("# "):
            group = heading[1] if heading else None
        names = re.match(r"\*[\w.]+\*(, \*[\w.]+\*)*$", line)
        if names and group:
            keys |= {(group, name) for name in re.findall(r"[\w.]+", line)}
    return keys


def check_keys(config_c, page):
    known, told = known_keys(config_c), page_keys(page)
    if len(known) < 20:
        yield f"player/config*.c: only {len(known)} keys found: expected the arrays `known` of each group"
    for group, key in sorted(known - told):
        yield f"man/player.conf.5.scd: [{group}] {key} is missing"
    for group, key in sorted(told - known):
        yield f"man/player.conf.5.scd: [{group}] {key} is unknown to player/config*.c"
    for key in re.split(r"^\*[\w.]+\*(?:, \*[\w.]+\*)*$", page.split("# EXAMPLE")[0], flags=re.M)[1:]:
        if "efault" not in key:
            yield f"man/player.conf.5.scd: no default in “{key.strip()[:60]}”"


# ---- --help ----

def output(program, *words):
    result = subprocess.run([os.path.join(BUILD, program), *words, "--help"], text=True, timeout=20,
                            capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)
    if result.returncode != 0:
        raise SystemExit(f"{program} {' '.join(words)} --help: exit {result.returncode}: {result.stderr}")
    return result.stdout


def commands(text):
    return re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +\S", text, re.M)


def options(text):
    return set(re.findall(r"^\s+(?:-\w, )?(--[a-z][a-z-]*)", text, re.M)) - {"--help", "--help-all"}


def told_options(text):
    return set(re.findall(r"\*(--[a-z][a-z-]*)\*", text))


def entry(page, command):
    """What stands under the command, in one place or several, and what holds of all commands."""
    listed, _, after = page.partition("\n# OPTIONS\n")
    blocks = re.split(r"^(?=\*[a-z])", listed.partition("\n# COMMANDS\n")[2], flags=re.M)
    own = [block for block in blocks if re.match(rf"\*{command}\*[ \n]", block)]
    return "".join(own) + after.partition("\n# ")[0] if own else ""


def check_command(name, page, command, wanted):
    own = entry(page, command)
    if not own:
        yield f"man/{name}.1.scd: the command {command} is missing"
    for option in sorted(wanted - told_options(own)):
        yield f"man/{name}.1.scd: {option} of {command} is missing"


def check_program(program, page):
    name, page = os.path.basename(program), plain(read("man", page))
    text = output(program)
    told = told_options(page)
    real = options(text) | {"--help", "--version"}
    for command in commands(text):
        wanted = options(output(program, *command.split()))
        real |= wanted
        yield from check_command(name, page, command, wanted)
    for option in sorted(told - real):
        yield f"man/{name}.1.scd: no command has {option}"


# ---- that it can fail ----

def self_test(config_c, page):
    if not list(check_keys(config_c, page.replace("*quota", "*quote"))):
        yield "self-test: a page without quota_mb was accepted"
    if not list(check_keys(config_c.replace('"poll"', '"poll", "planted"'), page)):
        yield "self-test: a key that the page does not know was accepted"
    if commands("  cut     does\n  user add   does\n") != ["cut", "user add"]:
        yield "self-test: commands are not found in --help"
    page = "\n# COMMANDS\n\n*cut*\n\t*--now* as for *run*\n\n*run* *--at* _T_\n\n# OPTIONS\n\n*--json*\n\n# FILES\n"
    if list(check_command("x", page, "cut", {"--now", "--json"})) or not list(check_command("x", page, "cut", {"--at"})):
        yield "self-test: an option that stands under another command was accepted, or one that is there was not"
    if options("  -o, --output=PNG  where\n  --json   for\n") != {"--output", "--json"}:
        yield "self-test: options are not found in --help"


def main():
    config_c = read("player", "config", "config.c") + read("player", "config", "sources.c")
    page = read("man", "player.conf.5.scd")
    found = list(self_test(config_c, page)) + list(check_keys(config_c, page))
    for program, page in (("bin/bangtin", "bangtin.1.scd"), ("bin/bangtin-source", "bangtin-source.1.scd"),
                          ("libexec/bangtin-decode", "bangtin-decode.1.scd"),
                          ("libexec/bangtin-relay", "bangtin-relay.1.scd")):
        found += check_program(program, page)
    print("\n".join(found) if found else f"man: {len(known_keys(config_c))} keys")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
