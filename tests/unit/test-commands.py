#!/usr/bin/env python3
"""Each command that `bangtin --help` lists, by its own --help: its usage is what one types, and a word that it has
no place for is refused by name, with status 2, rather than passed over."""
import os
import re
import subprocess
import sys
from pathlib import Path

BANGTIN = Path(os.environ["BUILD"]) / "bin/bangtin"
STRAY = "stray-word"


def run(*words):
    return subprocess.run([BANGTIN, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})


def usage_of(command):
    """What stands in its usage behind the options; None: its usage is not how it is called."""
    first = re.search(r"^Usage:\n  bangtin (\S+) \[OPTION…\](.*)$", run(command, "--help").stdout, re.M)
    return first[2].strip() if first and first[1] == command else None


def main():
    commands = re.findall(r"^  ([a-z]+)  +\S", run("--help").stdout, re.M)
    assert len(commands) > 5, "the list of commands is not found: %s" % commands
    faults, wordless = [], []
    for command in commands:
        usage = usage_of(command)
        if usage is None:
            faults.append("%s --help: not called as it says" % command)
        elif usage == "" or usage.startswith("- "):
            wordless.append(command)
            done = run(command, STRAY)
            if done.returncode != 2 or STRAY not in done.stderr:
                faults.append("%s %s: status %d, “%s”" % (command, STRAY, done.returncode, done.stderr.strip()))
    assert "status" in wordless, "only these take no words: %s" % wordless
    for fault in faults:
        print("not ok", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
