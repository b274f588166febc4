#!/usr/bin/env python3
"""Makes the demo district's pictures, film and sound: media.py FOLDER. Needs ffmpeg (which turns SVG into PNG
and writes the film) and Noto fonts; takes about half a minute, once."""
import os
import subprocess
import sys
import tempfile

import drawings
import film
import gongs

FILM_S = 15


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-y", "-v", "error", *map(str, arguments)], check=True)


def draw(svg, png, work):
    path = os.path.join(work, "drawing.svg")
    with open(path, "w", encoding="utf-8") as out:
        out.write(svg)
    ffmpeg("-i", path, "-frames:v", "1", png)


def make_pictures(folder, work):
    for name, svg in {
        "nha-rong": drawings.dusk(1920, 1080),
        "ruong-bac-thang": drawings.terraces(1400, 984),
        "ngay-hoi": drawings.festival(1400, 984, "18–20 tháng 12", "Nhà rông thôn Plei Ring"),
        **{name: sheet() for name, sheet in drawings.SHEETS.items()},
    }.items():
        draw(svg, os.path.join(folder, name + ".png"), work)
    # The wall's own size: what is drawn for 640 pixels stays sharp on 640 pixels.
    poster = drawings.festival(640, 384, "18–20 tháng 12", "Nhà rông thôn Plei Ring")
    draw(poster, os.path.join(folder, "ngay-hoi-640.png"), work)


# Layers from the back to the front: where each stands at the time t (seconds), when it is seen, and what is done to it.
STAGE = (
    ("moon", "780-4*t", "250-11*t", "1", "null"),
    ("far", "-20-3*t", "0", "1", "null"),
    ("mist", "-16*t", "440", "1", "null"),
    ("sparks", "740", "-mod(96*t,768)", "1", "null"),
    ("near", "0", "0", "1", "null"),
    ("fire1", "740", "346", "lt(mod(t,0.36),0.12)", "null"),
    ("fire2", "740", "346", "between(mod(t,0.36),0.12,0.2399)", "null"),
    ("fire3", "740", "346", "gte(mod(t,0.36),0.24)", "null"),
    ("dancers", "-130+mod(13*t,78)", "612+5*abs(sin(3.34*t))", "1", "null"),
    ("title", "0", "64", "1", "fade=in:st=1:d=0.8:alpha=1,fade=out:st=7.4:d=0.6:alpha=1"),
    ("subtitle", "0", "64", "1", "fade=in:st=8.2:d=0.8:alpha=1,fade=out:st=13.6:d=0.8:alpha=1"),
)


def still(k, pixels, name, effect="null"):
    """Input k, decoded once and shown as often as needed."""
    return f"[{k}:v]format={pixels},loop=loop=-1:size=1,setpts=N/25/TB,{effect}[{name}]"


def make_film(folder, work):
    for name, svg in film.layers().items():
        draw(svg, os.path.join(work, name + ".png"), work)
    sound = os.path.join(work, "gongs.wav")
    gongs.write(sound, FILM_S)
    inputs, graph, last = [], [still(0, "yuv420p", "v0")], "v0"
    for name in ("sky", *(layer[0] for layer in STAGE)):
        inputs += ["-i", os.path.join(work, name + ".png")]
    for k, (_, x, y, when, effect) in enumerate(STAGE, 1):
        graph.append(still(k, "yuva420p", f"l{k}", effect))
        graph.append(f"[{last}][l{k}]overlay=x='{x}':y='{y}':enable='{when}'[v{k}]")
        last = f"v{k}"
    graph.append(f"[{last}]fade=in:st=0:d=0.6,fade=out:st=14.5:d=0.5,split[wide][wall]")
    graph.append(
        "[wide]crop=1280:720:0:24,format=yuv420p[wide2];[wall]scale=640:384:flags=lanczos,format=yuv420p[wall2]"
    )
    video = [
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-profile:v",
        "high",
        "-g",
        50,
        "-r",
        25,
        "-t",
        FILM_S,
        "-movflags",
        "+faststart",
    ]
    audio = ["-map", f"{len(STAGE) + 1}:a", "-c:a", "aac", "-b:a", "128k", "-ar", 48000, "-ac", 2]
    ffmpeg(
        *inputs,
        "-i",
        sound,
        "-filter_complex",
        ";".join(graph),
        "-map",
        "[wide2]",
        *audio,
        *video,
        "-crf",
        21,
        os.path.join(folder, "cong-chieng.mp4"),
        "-map",
        "[wall2]",
        *audio,
        *video,
        "-crf",
        19,
        os.path.join(folder, "cong-chieng-640.mp4"),
    )


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        make_pictures(folder, work)
        make_film(folder, work)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
