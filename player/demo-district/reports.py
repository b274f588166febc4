#!/usr/bin/env python3
"""Was something on the glass, and does the source know of all of it? reports.py BANGTIN-SOURCE DEMO-FOLDER

NAME.seen holds what the player said of itself each second, NAME.png the last picture. Exit status 0 when each
screen's picture is a picture, each item that was seen stands in a report "played" with its start and end, and
the glass was lit for some time.
"""
import json
import pathlib
import subprocess
import sys

SIZES = {"wall": (640, 384), "panel": (1920, 1080)}


def colours(path, size):
    """How many different pixels the picture has; 0 when it has another size."""
    raw = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    if len(raw) != 3 * size[0] * size[1]:
        return 0
    return len({raw[i : i + 3] for i in range(0, len(raw), 3)})


def seen_items(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return {(row["zone"], row["item"]) for line in lines if line for row in json.loads(line)["on_air"]}


def facts(source, folder, screen, kind):
    text = subprocess.run(
        [source, "report", "--data", folder / "data", "--screen", screen, "--type", kind, "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return [json.loads(line) for line in text.splitlines()]


def check(source, folder, name, size):
    faults = []
    played = facts(source, folder, "ialam-" + name, "played")
    lit = [fact for fact in facts(source, folder, "ialam-" + name, "uptime") if fact["state"] == "lit"]
    told = {(fact["zone"], fact["item"]) for fact in played if fact.get("start") and fact.get("end")}
    seen = seen_items(folder / (name + ".seen"))
    n_facts, n_items = len(played), len(told)
    print(f"\n{name}: {n_facts} lượt phát đã báo cáo, {n_items} mục / {n_facts} facts of {n_items} items")
    for fact in played:
        print(
            f"  {fact['start'][11:19]}–{fact['end'][11:19]}  {fact['zone']:9} {fact['item']:18} "
            f"{fact['shown_ms'] / 1000:6.1f} s  {fact['ended']}"
        )
    for fact in lit:
        print(f"  {fact['from'][11:19]}–{fact['to'][11:19]}  sáng / lit")
    if not seen:
        faults.append("nothing was on the glass")
    faults += [f"{zone}/{item} was on the glass and is in no report" for zone, item in sorted(seen - told)]
    if not lit:
        faults.append("no report says that it was lit")
    if colours(folder / (name + ".png"), size) < 16:
        faults.append(f"{name}.png is blank or not of {size[0]} x {size[1]}")
    return [f"{name}: {fault}" for fault in faults]


def main():
    source, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    print("Giờ UTC / times are UTC")
    faults = [fault for name, size in SIZES.items() for fault in check(source, folder, name, size)]
    for fault in faults:
        print(f"player/demo: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
