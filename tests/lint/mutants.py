#!/usr/bin/env python3
"""The patches of tests/mutants still fit the code that they take a defence out of, and name tests; those that
SECURITY.md names are there. Whether those tests then fail is asked by tests/soak/mutants."""
import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["SOURCE"])
HEAD = re.compile(r"\AThreat: .+\nTests: [a-z0-9 -]+\n\ndiff --git ")


def fault(patch):
    """What is wrong with a patch, None when nothing is."""
    if not HEAD.match(patch):
        return "expected a head of Threat: and Tests:, a blank line, and the patch"
    done = subprocess.run(["git", "apply", "--check", "-"], cwd=SOURCE, input=patch, text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return done.stderr.strip() if done.returncode else None


def unknown(document, names):
    """What stands in the last of four columns, and is no patch."""
    rows = re.findall(r"^\|(?: [^|]* \|){3} ([^|]*?) ?\|$", document, re.M)
    return sorted({name for row in rows for name in re.findall(r"[a-z]+(?:-[a-z0-9]+)+", row)} - names)


def main():
    paths = sorted((SOURCE / "tests/mutants").glob("*.patch"))
    sound = paths[0].read_text()
    planted = sound.replace("Tests:", "Test:", 1), re.sub(r"(?m)^-(\s+\S)", r"-gone\1", sound)
    for patch in planted:
        if fault(patch) is None:
            sys.exit("mutants.py: a planted fault was not found")
    faults = [f"{path.relative_to(SOURCE)}: {said}" for path in paths if (said := fault(path.read_text()))]
    names, document = {path.stem for path in paths}, (SOURCE / "SECURITY.md").read_text()
    if len(unknown(document, set())) < 150 or unknown("| a | b | c | no-such |\n", names) != ["no-such"]:
        sys.exit("mutants.py: names of SECURITY.md, or a planted one, were not found")
    faults += [f"SECURITY.md: {name}: expected tests/mutants/{name}.patch" for name in unknown(document, names)]
    print("\n".join(faults) if faults else f"{len(paths)} patches fit")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
