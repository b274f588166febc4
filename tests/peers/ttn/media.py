"""Small media for bulletins, made by ffmpeg: each of a colour or a tone that can be told apart."""
import functools
import pathlib
import subprocess
import tempfile


def ffmpeg(suffix, *words):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / ("made" + suffix)
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, words), str(path)], check=True)
        return path.read_bytes()


@functools.lru_cache(64)
def image(colour="d01818", size="640x384"):
    return ffmpeg(".png", "-f", "lavfi", "-i", "color=c=0x%s:s=%s" % (colour, size), "-frames:v", 1)


@functools.lru_cache(64)
def video(seconds=6, colour=None, size="320x192", sound=True):
    """Of one colour, or every frame another."""
    picture = "color=c=0x%s:s=%s:r=25:d=%s" % (colour, size, seconds) if colour else \
        "testsrc2=size=%s:rate=25:duration=%s" % (size, seconds)
    tone = ["-f", "lavfi", "-i", "sine=440:duration=%s" % seconds, "-c:a", "aac"] if sound else []
    return ffmpeg(".mp4", "-f", "lavfi", "-i", picture, *tone, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt",
                  "yuv420p", "-movflags", "+faststart")


@functools.lru_cache(8)
def audio(seconds=6):
    return ffmpeg(".mp3", "-f", "lavfi", "-i", "sine=330:duration=%s" % seconds, "-b:a", "64k")


def put_all(web):
    """One of each on the province's server: kind → its place."""
    live = video(4, "2030d0")
    return {2: web.put("anh.png", image(), "image/png"), 3: web.put("loa.mp3", audio(), "audio/mpeg"),
            4: web.put("phim.mp4", video(6, "18a028"), "video/mp4"),
            5: web.put("truc-tiep.mp4", live, "video/mp4"), 6: web.put("dai.mp3", audio(5), "audio/mpeg")}
