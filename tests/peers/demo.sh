#!/usr/bin/env bash
# player/demo, as a newcomer starts it, but with the programs of this build.
set -euo pipefail

fail() { echo "demo.sh: $1" >&2; exit 1; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/bangtin-test-XXXXXX")
trap 'rm -rf "$folder"' EXIT

unset DISPLAY WAYLAND_DISPLAY
export BANGTIN_BUILD=$BUILD
"$SOURCE/player/demo" --for 28 --dir "$folder/demo" | tee "$folder/out"

# Pictures of the right size.
python3 - "$folder/demo" <<'PYTHON'
import pathlib, struct, sys
for name, size in (("wall", (640, 384)), ("panel", (1920, 1080))):
    png = pathlib.Path(sys.argv[1], name + ".png").read_bytes()
    assert struct.unpack(">II", png[16:24]) == size, (name, struct.unpack(">II", png[16:24]))
PYTHON

# Both halves of the wall spoke, each in its own language: poster and film, which have the whole wall, last 23 s.
python3 - "$folder/demo" "$BUILD/bin/bangtin-source" <<'PYTHON'
import json, pathlib, subprocess, sys
folder, source = pathlib.Path(sys.argv[1]), sys.argv[2]
manifest = json.loads((folder / "drafts/wall/manifest.json").read_text())
langs = {item["id"]: {text["lang"] for text in item.get("texts", [])} for playlist in manifest["playlists"] for item in playlist["items"]}
text = subprocess.run([source, "report", "--data", folder / "data", "--screen", "ialam-wall", "--type", "played", "--json"],
                      stdout=subprocess.PIPE, text=True, check=True).stdout
played = [json.loads(line) for line in text.splitlines()]
left = set().union(*(langs[fact["item"]] for fact in played if fact["zone"] == "trai"))
right = set().union(*(langs[fact["item"]] for fact in played if fact["zone"] == "phai"))
assert left == {"vi"}, played
assert right and right <= {"km", "jra", "blt"}, played
PYTHON

grep -q 'http://127.0.0.1:' "$folder/out" || fail "no address of the page was printed"

# Nothing is left running, and a folder in use is not overwritten.
if pgrep -f "$folder/demo" >/dev/null; then fail "left running: $(pgrep -fa "$folder/demo")"; fi
if "$SOURCE/player/demo" --for 1 --dir "$folder/demo" 2>/dev/null; then fail "a folder in use was taken"; fi

# Ctrl+C ends it all the same, and removes the folder that it made itself.
set -m
TMPDIR=$folder XDG_RUNTIME_DIR=$folder "$SOURCE/player/demo" >"$folder/out2" 2>&1 &
demo=$!
set +m
for _ in $(seq 600); do
    if grep -q 'On the glass' "$folder/out2"; then break; fi
    kill -0 $demo 2>/dev/null || fail "the demo ended: $(cat "$folder/out2")"
    sleep 0.1
done

# The warning that it offers works as printed, and the picture's file follows although the glass then stands still.
corner() {
    ffmpeg -nostdin -v error -i "$folder"/bangtin-demo.*/wall.png -vf crop=1:1:0:0 -f rawvideo -pix_fmt rgb24 - |
        od -An -tx1 | tr -d ' \n'
}
bash -c "$(grep -- '--emergency --key' "$folder/out2")"
for _ in $(seq 150); do
    if [ "$(corner)" = ffc83d ]; then break; fi
    sleep 0.1
done
[ "$(corner)" = ffc83d ] || fail "the rehearsal's band is not in the picture: $(corner)"

kill -INT $demo
status=0
wait $demo || status=$?
[ $status = 130 ] || fail "ended by SIGINT with $status: expected 130"
if pgrep -f "$folder/bangtin-demo" >/dev/null; then fail "left running: $(pgrep -fa "$folder/bangtin-demo")"; fi
if compgen -G "$folder/bangtin-demo.*" >/dev/null; then fail "its folder was left"; fi
