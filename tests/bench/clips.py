"""What the players are given: clips with noise in every frame and a code in every frame that names the item
and the frame (bench-look reads it), pictures with the same code, a page of text. Made once, kept in the
build folder under a name that says how."""
import hashlib
import os
import pathlib
import shutil
import subprocess

import bench

W, H, RATE = 1920, 1080, 30
LINE = 80  # of the code
FIRST, STEP, BLOCK = 64, 40, 32  # as in look.c
FILM_SECONDS = 9  # longer than is watched, and than a board prepares what comes next
ITEM_SECONDS = 1


def block(index, when):
    """White from `when` on; the ground below is black."""
    return (f"drawbox=x={FIRST + index * STEP}:y={LINE - BLOCK // 2}:w={BLOCK}:h={BLOCK}:color=white:t=fill"
            f":enable='{when}'")


def code(item, still=False):
    """Filters that draw the code: see look.c."""
    parts = [f"drawbox=x={FIRST - 16}:y={LINE - BLOCK}:w={16 * STEP + 16}:h={2 * BLOCK}:color=black:t=fill"]
    n = "0" if still else "n"
    bits = ["1", "0"] + [str(item >> k & 1) for k in range(4)]
    bits += [f"mod(floor({n}/{2 ** k}),2)" for k in range(9)]
    bits.append("mod(" + "+".join(bits) + ",2)")
    return ",".join(parts + [block(i, bit) for i, bit in enumerate(bits)])


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, words)], check=True)


def make_clip(path, item, seconds):
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={W}x{H}:r={RATE}:d={seconds}", "-vf",
           f"hue=h={item * 40},noise=alls=12:allf=t,{code(item)}", "-c:v", "libx264", "-preset", "veryfast",
           "-b:v", "8M", "-maxrate", "8M", "-bufsize", "8M", "-pix_fmt", "yuv420p", path)


def make_picture(path, item):
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={W}x{H}", "-vf", f"hue=h={item * 40}:s=0.5,{code(item, True)}",
           "-frames:v", "1", path)


class Clips:
    """Paths of the media."""

    def __init__(self):
        recipe = pathlib.Path(__file__).read_bytes()
        name = "media-" + hashlib.sha256(recipe).hexdigest()[:12]
        self.folder = pathlib.Path(bench.BUILD, "bench", name).resolve()
        self.film = self.folder / "film.mp4"
        self.clips = {item: self.folder / f"clip{item}.mp4" for item in (1, 2, 3)}
        self.pictures = {item: self.folder / f"picture{item}.png" for item in (4, 5, 6)}
        if not self.folder.is_dir():
            self.make()

    def make(self):
        """A folder is whole or not there."""
        print("making the media", flush=True)
        part = self.folder.with_name(self.folder.name + f".{os.getpid()}")
        part.mkdir(parents=True)
        try:
            make_clip(part / self.film.name, 0, FILM_SECONDS)
            for item, path in self.clips.items():
                make_clip(part / path.name, item, ITEM_SECONDS)
            for item, path in self.pictures.items():
                make_picture(part / path.name, item)
            part.chmod(0o755)
            part.rename(self.folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
