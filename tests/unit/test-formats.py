#!/usr/bin/env python3
"""Every format that is promised (man/bangtin-decode.1.scd), by files of real encoders: their colours beside the
standards' formulas, whole pictures beside the ffmpeg program's own conversion at its most careful, frame counts and
times beside ffprobe's.

    test-formats.py films|colours|times|stills|animations|sound [WORDS IN THE NAME OF A ROW]        BUILD: the build"""
import math
import os
import shlex
import struct
import subprocess
import sys
import tempfile

import decoding
import pattern

FRAMES, RATE = 12, 25
# How far a channel of a patch may be off: a good lossy encoding of flat colour; what the conversion alone may do.
LOSSY, EXACT = 7, 3
# A whole picture in its own size beside ffmpeg's, of which each sample of colour also stands for all its pixels: what
# is left is rounding, once where 8 bits stay 8, and twice more where 10 become 8.
MOST, MEAN = {8: 1, 10: 3}, {8: 0.15, 10: 0.8}
FAR = 24  # of 255: a pixel that anybody sees to be wrong
COMPARED = 2  # frames
SAID_COLOURS = {"bt601": "smpte170m", "bt709": "bt709", "bt2020": "bt2020nc"}


class Wrong(Exception):
    pass


def run(*parts, data=None):
    line = [word for part in parts for word in (shlex.split(part) if isinstance(part, str) else part)]
    done = subprocess.run(line, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Wrong(f"{' '.join(line)}: {done.stderr.decode(errors='replace')[-600:]}")
    return done.stdout


def ffmpeg(*parts, data=None):
    return run("ffmpeg -nostdin -v error -y" if data is None else "ffmpeg -v error -y", *parts, data=data)


def expect(true, what):
    if not true:
        raise Wrong(what)


def decoded(path, **how):
    got = decoding.decode(path, **how)
    expect(got.exit == 0 and got.failed is None, f"exit {got.exit}, {got.failed}: {got.said.decode(errors='replace')}")
    return got


def expect_patches(got, tolerance, orientation=1, numbers=None, **more):
    for n, frame in enumerate(got.frames):
        number = numbers[n] if numbers else n
        wrong = pattern.faults(frame, got.size, number, tolerance, orientation, **more)
        expect(not wrong, f"{len(wrong)} patches: " + "; ".join(wrong[:3]))


# ---- films ----

def raw(pix_fmt="yuv420p", w=pattern.W, h=pattern.H):
    return f"-f rawvideo -pix_fmt {pix_fmt} -s {w}x{h} -r {RATE} -i -"


def make_film(path, encoder, matrix="bt601", full=False, bits=8, w=pattern.W, h=pattern.H, said=True, filters="", scale=1):
    tags = f"-colorspace {SAID_COLOURS[matrix]} -color_range {'pc' if full else 'tv'}" if said else ""
    kind = "yuv420p" if bits == 8 else f"yuv420p{bits}le"
    ffmpeg(raw(kind, w, h), filters, tags, encoder, [path],
           data=pattern.yuv420(FRAMES, matrix, full, bits, w, h, scale))


def probed_times_ms(path):
    """Of all frames, from the first: a frame is due at the first whole millisecond that is not before its pts."""
    said = run("ffprobe -v error -select_streams v:0 -show_entries frame=best_effort_timestamp_time -of csv=p=0", [path])
    times_us = [round(float(line.strip(",")) * 1000000) for line in said.decode().split()]
    return [-(-(t - times_us[0]) // 1000) for t in times_us]


def expect_times(got, path, count=FRAMES):
    wanted = probed_times_ms(path)
    is_ms = [frame.pts_ms for frame in got.frames]
    expect(is_ms == wanted, f"pts {is_ms}: expected {wanted}, as ffprobe has it")
    expect(count is None or len(wanted) == count, f"{len(wanted)} frames: expected {count}")


CAREFUL = "flags=bilinear+accurate_rnd+full_chroma_int+full_chroma_inp"


def rgb_of(path, filters):
    """The first frames, by the ffmpeg program."""
    return ffmpeg("-i", [path], f"-vf {filters},format=rgb24 -fps_mode passthrough -frames:v {COMPARED} -f rawvideo -")


def differences(rgb, pixels):
    """By how much each channel of each pixel is off, for each channel."""
    expect(len(rgb) * 4 == len(pixels) * 3, f"{len(pixels) // 4} pixels: expected {len(rgb) // 3}")
    for channel, name in enumerate("rgb"):
        yield name, [abs(a - b) for a, b in zip(rgb[channel::3], pixels[2 - channel::4])]


def even_part(frame, size):
    w, h = size
    return b"".join(frame.pixels[y * w * 4:(y * w + w // 2 * 2) * 4] for y in range(h // 2 * 2))


def expect_like_ffmpeg(got, path, bits):
    """Of odd sides the even part: where half a sample is left, ffmpeg's filters move the others."""
    w, h = (side // 2 * 2 for side in got.size)
    planes = "yuv444p" if bits == 8 else f"yuv444p{bits}le"
    rgb = rgb_of(path, f"crop={w}:{h}:0:0,scale=flags=neighbor+accurate_rnd,format={planes},scale={CAREFUL}")
    for name, off in differences(rgb, b"".join(even_part(frame, got.size) for frame in got.frames[:COMPARED])):
        mean = sum(off) / len(off)
        expect(max(off) <= MOST[bits] and mean <= MEAN[bits],
               f"{name}: {max(off)} off at most, {mean:.2f} in the mean: expected {MOST[bits]} and {MEAN[bits]}")


def expect_near(off, name, most_mean, most_far):
    mean, far = sum(off) / len(off), sum(o > FAR for o in off) / len(off)
    expect(mean <= most_mean and far <= most_far,
           f"{name}: {mean:.2f} off in the mean, {far:.3f} of the pixels by more than {FAR}: expected {most_mean} and {most_far}")


X264 = "-c:v libx264 -preset veryfast -crf 6 -pix_fmt yuv420p"
X265 = "-c:v libx265 -preset ultrafast -x265-params log-level=none:crf=6"
VP9 = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -crf 6 -b:v 0"
AOM = "-c:v libaom-av1 -cpu-used 8 -usage realtime -crf 8 -b:v 0"
SVT = "-c:v libsvtav1 -preset 12 -crf 6"
ODD = {"w": 95, "h": 63}
FILMS = (  # name, the end of the file's name, encoder, more for make_film, tolerance
    ("H.264 in MP4", "mp4", X264, {}, LOSSY),
    ("H.264 with B-frames and open GOPs in MKV", "mkv", X264 + " -bf 3 -g 5 -x264-params open-gop=1:b-adapt=0", {}, LOSSY),
    ("H.264 in MPEG-TS", "ts", X264 + " -bf 2", {}, LOSSY),
    ("H.264 baseline in MOV", "mov", X264 + " -profile:v baseline", {}, LOSSY),
    ("H.264 in a fragmented MP4", "mp4", X264 + " -movflags +frag_keyframe+empty_moov", {}, LOSSY),
    ("H.264 of 10 bits", "mp4", X264.replace("yuv420p", "yuv420p10le"), {"bits": 10}, LOSSY),
    ("H.264 4:2:2", "mkv", X264.replace("yuv420p", "yuv422p"), {}, LOSSY),
    ("H.264 4:4:4", "mp4", X264.replace("yuv420p", "yuv444p"), {}, LOSSY),
    ("HEVC in MP4", "mp4", X265 + " -tag:v hvc1", {}, LOSSY),
    ("HEVC with open GOPs in MKV", "mkv", X265 + ":open-gop=1:keyint=5:bframes=3", {}, LOSSY),
    ("HEVC of 10 bits in MPEG-TS", "ts", X265 + " -pix_fmt yuv420p10le", {"bits": 10}, LOSSY),
    ("VP8 in WebM", "webm", "-c:v libvpx -deadline realtime -cpu-used 8 -crf 4 -b:v 4M", {}, LOSSY),
    ("VP9 in WebM", "webm", VP9, {}, LOSSY),
    ("VP9 in MP4", "mp4", VP9, {}, LOSSY),
    ("VP9 of 10 bits", "webm", VP9 + " -pix_fmt yuv420p10le", {"bits": 10}, LOSSY),
    ("AV1 of libaom in MP4", "mp4", AOM, {}, LOSSY),
    ("AV1 of libaom, 10 bits, in WebM", "webm", AOM + " -pix_fmt yuv420p10le", {"bits": 10}, LOSSY),
    ("AV1 of SVT in MKV", "mkv", SVT, {}, LOSSY),
    ("MPEG-2 in MPEG-TS", "ts", "-c:v mpeg2video -q:v 1 -bf 2", {}, LOSSY),
    ("MPEG-2 in MKV", "mkv", "-c:v mpeg2video -q:v 1", {}, LOSSY),
    ("MPEG-4 part 2 in MP4", "mp4", "-c:v mpeg4 -q:v 1 -bf 2", {}, LOSSY),
    ("MPEG-4 part 2 of Xvid in MKV", "mkv", "-c:v libxvid -q:v 1", {}, LOSSY),
    ("VP8 of odd sides", "webm", "-c:v libvpx -deadline realtime -cpu-used 8 -crf 4 -b:v 4M", ODD, LOSSY),
    ("VP9 of odd sides", "webm", VP9, ODD, LOSSY),
    ("AV1 of odd sides", "mp4", AOM, ODD, LOSSY),
    ("MPEG-4 part 2 of odd sides", "mp4", "-c:v mpeg4 -q:v 1", ODD, LOSSY),
)


def film(folder, ending, encoder, how, tolerance):
    path = os.path.join(folder, "film." + ending)
    make_film(path, encoder, **how)
    got = decoded(path)
    expect(got.size == (how.get("w", pattern.W), how.get("h", pattern.H)), f"{got.size}")
    expect_times(got, path)
    expect_patches(got, tolerance)
    expect_like_ffmpeg(got, path, how.get("bits", 8))


# ---- colours ----

LOSSLESS = "-c:v libx264 -preset ultrafast -qp 0"
COLOURS = tuple(
    (f"{matrix}, {'full' if full else 'limited'} range, {bits} bits, {name}", encoder, ending,
     {"matrix": matrix, "full": full, "bits": bits})
    for matrix in pattern.MATRICES for full in (False, True)
    for bits, encoder, ending, name in (
        (8, LOSSLESS + " -pix_fmt yuv420p", "mp4", "H.264"),
        (10, X265.replace("crf=6", "lossless=1") + " -pix_fmt yuv420p10le", "mkv", "HEVC")))
HD = {"w": 1280, "h": 720, "scale": 4}
UNSAID = (
    ("unsaid, small: BT.601", LOSSLESS + " -pix_fmt yuv420p", "mp4", {"matrix": "bt601", "said": False}),
    ("unsaid, 1280 px: BT.709", LOSSLESS + " -pix_fmt yuv420p", "mp4", {"matrix": "bt709", "said": False, **HD}),
)


def colour(folder, encoder, ending, how):
    path = os.path.join(folder, "film." + ending)
    make_film(path, encoder, **how)
    got = decoded(path, most=2)
    if how.get("scale"):
        got = crop(got, how["scale"])
    expect_patches(got, EXACT)
    for size in ((48, 32), (480, 320)):  # the way of scaled pictures
        if how.get("scale"):
            break
        small = decoded(path, size=size, most=2)
        expect_patches(small, EXACT)


def crop(got, scale):
    """The part with the patches, each of 16 × `scale` px."""
    w, h = pattern.W * scale, pattern.H * scale
    frames = []
    for frame in got.frames:
        rows = [frame.pixels[y * got.size[0] * 4:(y * got.size[0] + w) * 4] for y in range(h)]
        frames.append(frame._replace(pixels=b"".join(rows)))
    got.frames, got.size = frames, (w, h)
    return got


# ---- times and shapes ----

def remade(folder, ending, first, *how):
    """A plain film, and what a second run of ffmpeg makes of it."""
    source, path = os.path.join(folder, "source.mp4"), os.path.join(folder, "film." + ending)
    make_film(source, first)
    ffmpeg("-i", [source], *how, [path])
    return path


def turned(folder, degrees, orientation, ending):
    path = remade(folder, ending, X264, f"-c copy -metadata:s:v rotate={degrees}")
    got = decoded(path)
    expect(got.size == ((pattern.H, pattern.W) if orientation >= 5 else (pattern.W, pattern.H)), f"{got.size}")
    expect_times(got, path)
    expect_patches(got, LOSSY, orientation)


def wide_pixels(folder, aspect, size, encoder, ending):
    path = os.path.join(folder, "film." + ending)
    make_film(path, encoder, filters=f"-vf setdar={aspect}")
    got = decoded(path)
    expect(got.size == size, f"shown at {got.size}: expected {size}")
    expect_patches(got, LOSSY)


def wide_pixels_unsaid(folder, size):
    """The container does not say how wide its pixels are; the head of the codec does."""
    path = os.path.join(folder, "film.mp4")
    make_film(path, X264, filters="-vf setdar=2/1")
    with open(path, "r+b") as film:
        data = film.read()
        head, shape = data.index(b"tkhd") - 4, data.index(b"pasp")
        size_at = head + int.from_bytes(data[head:head + 4], "big") - 8
        film.seek(size_at)
        film.write(struct.pack(">II", pattern.W << 16, pattern.H << 16))
        film.seek(shape)
        film.write(b"free")
    got = decoded(path)
    expect(got.size == size, f"shown at {got.size}: expected {size}")
    expect_patches(got, LOSSY)


def uneven(folder, encoder, ending):
    """Steps of 40, 80, 120 … ms and thirds of a second between."""
    path = os.path.join(folder, "film." + ending)
    make_film(path, encoder + " -fps_mode passthrough -enc_time_base 1/90000",
              filters="-vf settb=1/90000,setpts='N*N*1800+N*30000'")
    got = decoded(path)
    expect_times(got, path)
    expect(len({b.pts_ms - a.pts_ms for a, b in zip(got.frames, got.frames[1:])}) == FRAMES - 1, "steps that are the same")
    expect_patches(got, LOSSY)


def cut_by_an_edit_list(folder):
    """Begins in the middle of a group of pictures: what lies before is decoded, not shown."""
    source, path = os.path.join(folder, "source.mp4"), os.path.join(folder, "film.mp4")
    make_film(source, X264 + " -g 12 -bf 2")
    ffmpeg("-ss 0.2 -i", [source], "-c copy", [path])
    got = decoded(path)
    expect_times(got, path, None)
    expect(4 <= len(got.frames) < FRAMES, f"{len(got.frames)} frames: expected fewer than the {FRAMES} that are stored")
    expect_patches(got, LOSSY, numbers=range(FRAMES - len(got.frames), FRAMES))


def begins_late(folder):
    """An empty edit before the pictures: times count from the first one."""
    path = remade(folder, "mp4", X264, "-itsoffset 1.5 -f lavfi -i sine=d=2 -map 0:v -map 1:a -c:v copy -c:a aac")
    got = decoded(path)
    expect_times(got, path)
    expect_patches(got, LOSSY)


def from_the_middle(folder, encoder, ending):
    """A start in the middle sends first what a start at 0 would show then."""
    path = os.path.join(folder, "film." + ending)
    make_film(path, encoder)
    for pts_ms in (1, 119, 200, 321, 439, 5000):
        got = decoded(path, pts_ms=pts_ms)
        first = min(pts_ms // 40, FRAMES - 1)
        expect([f.pts_ms for f in got.frames] == [n * 40 for n in range(first, FRAMES)],
               f"from {pts_ms} ms: {[f.pts_ms for f in got.frames]}")
        expect_patches(got, LOSSY, numbers=range(first, FRAMES))


def reduced(row, length):
    """By areas: what each new pixel covers of the old ones."""
    sums = [0]
    for value in row:
        sums.append(sums[-1] + value)

    def until(x):
        whole = int(x)
        return sums[whole] + (row[whole] * (x - whole) if x > whole else 0)

    step = len(row) / length
    return [(until((n + 1) * step) - until(n * step)) / step for n in range(length)]


def scaled(folder, size, mean, far_share):
    """Smaller ones beside areas of our own picture in its own size, larger ones beside ffmpeg's. Neither is the way that
    is gone here, which is libyuv's: a box of whole samples where it reduces, colour by colour; colours between their
    samples as they are where it enlarges. So the bounds are what that costs in a picture full of edges (testsrc2), and a
    tenth."""
    path, (w, h) = os.path.join(folder, "film.mp4"), size
    ffmpeg("-f lavfi -i testsrc2=s=320x192:r=25:d=0.08", X264, [path])
    got = decoded(path, size=size)
    if w > 320:
        rgb = rgb_of(path, f"scale={w}:{h}:{CAREFUL}")
        for name, off in differences(rgb, b"".join(frame.pixels for frame in got.frames[:COMPARED])):
            expect_near(off, name, mean, far_share)
        return
    own, small = decoded(path, most=1).frames[0].pixels, got.frames[0].pixels
    for channel, name in enumerate("bgr"):
        plane = own[channel::4]
        rows = [reduced(plane[y * 320:(y + 1) * 320], w) for y in range(192)]
        columns = [reduced([row[x] for row in rows], h) for x in range(w)]
        off = [abs(columns[n % w][n // w] - value) for n, value in enumerate(small[channel::4])]
        expect_near(off, name, mean, far_share)


TIMES = (
    ("turned left, MP4", turned, 90, 8, "mp4"), ("turned by 180°, MP4", turned, 180, 3, "mp4"),
    ("turned right, MP4", turned, 270, 6, "mp4"), ("turned right, MOV", turned, 270, 6, "mov"),
    ("pixels of 4:3, H.264 in MP4", wide_pixels, "2/1", (128, 64), X264, "mp4"),
    ("pixels of 4:3 that the codec alone tells, H.264 in MP4", wide_pixels_unsaid, (128, 64)),
    ("pixels of 32:27, MPEG-2 in MPEG-TS", wide_pixels, "16/9", (114, 64), "-c:v mpeg2video -q:v 1", "ts"),
    ("pixels of 3:4, VP9 in WebM", wide_pixels, "9/8", (72, 64), VP9, "webm"),
    ("uneven steps, H.264 with B-frames in MP4", uneven, X264 + " -bf 2", "mp4"),
    ("uneven steps, VP9 in WebM", uneven, VP9, "webm"),
    ("uneven steps, HEVC in MPEG-TS", uneven, X265, "ts"),
    ("an edit list", cut_by_an_edit_list,), ("an empty edit", begins_late,),
    ("from the middle, open GOPs of H.264", from_the_middle, X264 + " -bf 3 -g 5 -x264-params open-gop=1:b-adapt=0", "mkv"),
    ("from the middle, open GOPs of HEVC", from_the_middle, X265 + ":open-gop=1:keyint=5:bframes=3", "mp4"),
    ("from the middle, AV1", from_the_middle, AOM + " -g 5", "mp4"),
    ("from the middle, MPEG-2", from_the_middle, "-c:v mpeg2video -q:v 1 -g 5 -bf 2", "ts"),
    ("smaller by 2", scaled, (160, 96), 0.3, 0.003), ("smaller by 2.3", scaled, (139, 83), 2.2, 0.018),
    ("smaller by 3", scaled, (106, 64), 3.7, 0.053), ("larger by 2", scaled, (640, 384), 3.1, 0.041),
    ("larger by 1.3", scaled, (416, 250), 2.6, 0.034),
)


# ---- stills ----

def png_of(folder, name="source.png", pix_fmt="rgba", alpha=255):
    path = os.path.join(folder, name)
    ffmpeg(f"-f rawvideo -pix_fmt rgba -s {pattern.W}x{pattern.H} -i - -frames:v 1 -pix_fmt {pix_fmt}", [path],
           data=pattern.rgba(1, alpha))
    return path


def expect_still(path, tolerance, **more):
    got = decoded(path)
    expect(len(got.frames) == 1 and got.info.duration_ms == 0, f"{len(got.frames)} frames, {got.info.duration_ms} ms")
    sideways = more.get("orientation", 1) >= 5
    expect(got.size == ((pattern.H, pattern.W) if sideways else (pattern.W, pattern.H)), f"{got.size}")
    expect(got.frames[0].opaque == (more.get("alpha", 255) == 255), "whether it is opaque")
    expect_patches(got, tolerance, **more)


def png(folder, pix_fmt, tolerance=0, **more):
    expect_still(png_of(folder, pix_fmt=pix_fmt, alpha=more.get("alpha", 255)), tolerance, **more)


def converted(folder, ending, command, tolerance, pix_fmt="rgb24", alpha=255, **more):
    """What another encoder makes of the pattern's PNG."""
    source, path = png_of(folder, pix_fmt=pix_fmt, alpha=alpha), os.path.join(folder, "still." + ending)
    run(command.format(source=source, ppm=os.path.join(folder, "source.ppm"), path=path))
    expect_still(path, tolerance, alpha=alpha, **more)


def jpeg(folder, options, **more):
    source, path = os.path.join(folder, "source.ppm"), os.path.join(folder, "still.jpg")
    png_of(folder, "source.ppm", "rgb24")
    run("cjpeg -quality 98", options, "-outfile", [path, source])
    expect_still(path, LOSSY, **more)


def exif(orientation, big):
    order, head = (">", b"MM\0\x2a") if big else ("<", b"II\x2a\0")
    entry = struct.pack(order + "HHI", 0x0112, 3, 1) + struct.pack(order + "HH", orientation, 0)
    tiff = head + struct.pack(order + "IH", 8, 1) + entry + bytes(4)
    return b"\xff\xe1" + struct.pack(">H", 8 + len(tiff)) + b"Exif\0\0" + tiff


def turned_jpeg(folder, orientation):
    source, path = os.path.join(folder, "source.ppm"), os.path.join(folder, "still.jpg")
    png_of(folder, "source.ppm", "rgb24")
    whole = run("cjpeg -quality 98 -sample 1x1", [source])
    for big in (False, True):
        with open(path, "wb") as file:
            file.write(whole[:2] + exif(orientation, big) + whole[2:])
        expect_still(path, LOSSY, orientation=orientation)


def large_webp(folder):
    """A WebP is BT.601 at every size."""
    path = os.path.join(folder, "still.webp")
    source = os.path.join(folder, "large.png")
    ffmpeg("-i", [png_of(folder)], "-vf scale=1440:960:flags=neighbor", [source])
    run("cwebp -quiet -q 98", [source], "-o", [path])
    got = decoded(path)
    expect(got.size == (1440, 960), f"{got.size}")
    expect_patches(got, LOSSY)


def grid_of_avif(folder):
    """A picture in four pieces, of more pixels than an encoder takes at once."""
    source, path = os.path.join(folder, "large.png"), os.path.join(folder, "still.avif")
    ffmpeg("-i", [png_of(folder, pix_fmt="rgb24")], "-vf scale=192:128:flags=neighbor", [source])
    run("avifenc -s 10 --min 0 --max 4 -y 444 --grid 2x2", [source, path])
    got = decoded(path)
    expect(got.size == (192, 128), f"{got.size}")
    expect_patches(got, LOSSY)


def expect_refused(path, code, words):
    got = decoding.decode(path)
    expect(got.exit == 1 and got.failed and got.failed[0] == code and words in got.failed[1],
           f"exit {got.exit}, {got.failed}: expected {code} and “{words}”")


def refused(folder, data, code, words):
    path = os.path.join(folder, "content")
    with open(path, "wb") as file:
        file.write(data)
    expect_refused(path, code, words)


def changed(folder, ending, command, change, code, words):
    """A sound file, then damaged on purpose."""
    source, path = png_of(folder, pix_fmt="rgb24"), os.path.join(folder, "still." + ending)
    run(command.format(source=source, path=path))
    with open(path, "rb") as file:
        refused(folder, change(file.read()), code, words)


def huge_avif(data):
    """Its size as ispe says it."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", 12000, 12000) + data[at + 8:]


def animated_chunks(data, count, canvas):
    """The lossless picture `count` times, on a canvas of canvas × canvas px."""
    lossless = data[data.index(b"VP8L"):]
    size = struct.pack("<I", pattern.W - 1)[:3] + struct.pack("<I", pattern.H - 1)[:3]
    frame = bytes(6) + size + struct.pack("<I", 100)[:3] + b"\0" + lossless
    frames = (b"ANMF" + struct.pack("<I", len(frame)) + frame) * count
    extended = b"VP8X" + struct.pack("<II", 10, 2) + struct.pack("<I", canvas - 1)[:3] * 2
    body = b"WEBP" + extended + b"ANIM" + struct.pack("<IIH", 6, 0, 0) + frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def half(data):
    return data[:len(data) // 2]


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
CWEBP, AVIFENC = "cwebp -quiet {how} {{source}} -o {{path}}", "avifenc -s 10 --min 0 --max 4 {how} {{source}} {{path}}"
STILLS = (
    ("PNG, RGB", png, "rgb24"), ("PNG, RGB of 16 bits", png, "rgb48be", 1), ("PNG, with alpha", png, "rgba", 1),
    ("PNG, half clear", png, "rgba", 1, {"alpha": 128}), ("PNG, half clear, of 16 bits", png, "rgba64be", 1, {"alpha": 128}),
    ("PNG, grey", png, "gray", 1, {"grey": True}), ("PNG, grey of 16 bits", png, "gray16be", 1, {"grey": True}),
    ("JPEG, 4:2:0", jpeg, "-sample 2x2"), ("JPEG, 4:2:2", jpeg, "-sample 2x1"), ("JPEG, 4:4:4", jpeg, "-sample 1x1"),
    ("JPEG, progressive", jpeg, "-progressive"),
    ("JPEG, grey", jpeg, "-grayscale", {"grey": True}),
    *((f"JPEG, EXIF orientation {n}", turned_jpeg, n) for n in range(1, 9)),
    ("WebP, lossy", converted, "webp", CWEBP.format(how="-q 98"), LOSSY),
    ("WebP, lossless", converted, "webp", CWEBP.format(how="-lossless"), 0),
    ("WebP, lossless, half clear", converted, "webp", CWEBP.format(how="-lossless -exact"), 1, "rgba", 128),
    ("WebP, lossy, half clear", converted, "webp", CWEBP.format(how="-q 98"), LOSSY, "rgba", 128),
    ("WebP, lossy, large", large_webp,),
    ("AVIF, 4:2:0", converted, "avif", AVIFENC.format(how="-y 420"), LOSSY),
    ("AVIF, 4:4:4", converted, "avif", AVIFENC.format(how="-y 444"), LOSSY),
    ("AVIF, 10 bits", converted, "avif", AVIFENC.format(how="-y 420 -d 10"), LOSSY),
    ("AVIF, limited range", converted, "avif", AVIFENC.format(how="-y 444 -r limited"), LOSSY),
    ("AVIF, BT.709", converted, "avif", AVIFENC.format(how="-y 444 --cicp 1/13/1"), LOSSY),
    ("AVIF, half clear", converted, "avif", AVIFENC.format(how="-y 444"), LOSSY, "rgba", 128),
    ("AVIF, turned right", converted, "avif", AVIFENC.format(how="-y 444 --irot 3"), LOSSY, "rgb24", 255, {"orientation": 6}),
    ("AVIF, mirrored", converted, "avif", AVIFENC.format(how="-y 444 --imir 1"), LOSSY, "rgb24", 255, {"orientation": 2}),
    ("AVIF, a grid", grid_of_avif),
    ("SVG is refused", refused, SVG, "unsupported", "SVG"),
    ("HEIC is refused", refused, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), "unsupported", "HEIC"),
    ("AVIF of 144 Mpx is refused", changed, "avif", AVIFENC.format(how=""), huge_avif, "invalid", "AVIF"),
    ("half an AVIF is refused", changed, "avif", AVIFENC.format(how=""), half, "invalid", "AVIF"),
    ("half a WebP is refused", changed, "webp", CWEBP.format(how=""), half, "invalid", "damaged"),
    ("animated WebP of 100 Mpx is refused", changed, "webp", CWEBP.format(how="-lossless"),
     lambda data: animated_chunks(data, 2, 10000), "limit", "Mpx"),
    ("animated WebP of 10,001 pictures is refused", changed, "webp", CWEBP.format(how="-lossless"),
     lambda data: animated_chunks(data, 10001, 96), "limit", "10001"),
    ("half an animated WebP is refused", changed, "webp", CWEBP.format(how="-lossless"),
     lambda data: half(animated_chunks(data, 4, 96)), "invalid", "WebP"),
)

# ---- animations ----

ANIMATED = 6


def numbered_pngs(folder, alpha=255):
    ffmpeg(f"-f rawvideo -pix_fmt rgba -s {pattern.W}x{pattern.H} -r 10 -i - -start_number 0", [os.path.join(folder, "p%d.png")],
           data=pattern.rgba(ANIMATED, alpha))
    return [os.path.join(folder, f"p{n}.png") for n in range(ANIMATED)]


def expect_animation(path, tolerance, step_ms=100, ends=True, **more):
    got = decoded(path)
    expect([f.pts_ms for f in got.frames] == [n * step_ms for n in range(ANIMATED)], f"{[f.pts_ms for f in got.frames]}")
    expect(not ends or got.info.duration_ms == ANIMATED * step_ms, f"{got.info.duration_ms} ms")
    expect_patches(got, tolerance, **more)
    for start_ms in (step_ms + 1, 4 * step_ms, 100 * ANIMATED * step_ms):
        late = decoded(path, pts_ms=start_ms)
        first = min(start_ms // step_ms, ANIMATED - 1)
        expect([f.pts_ms for f in late.frames] == [n * step_ms for n in range(first, ANIMATED)], f"from {start_ms}")
        expect_patches(late, tolerance, numbers=range(first, ANIMATED), **more)
    turn = ANIMATED * step_ms
    looped = decoded(path, pts_ms=7 * turn + 3 * step_ms, loop=True, most=ANIMATED)
    expect([f.pts_ms for f in looped.frames] == [7 * turn + n * step_ms for n in range(3, 3 + ANIMATED)],
           f"looped: {[f.pts_ms for f in looped.frames]}")
    expect_patches(looped, tolerance, numbers=[n % ANIMATED for n in range(3, 3 + ANIMATED)], **more)


def gif(folder):
    path, first = os.path.join(folder, "a.gif"), numbered_pngs(folder)[0]
    ffmpeg("-f image2 -framerate 10 -i", [os.path.join(folder, "p%d.png")],
           "-filter_complex [0]split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none", [path])
    expect(os.path.exists(first), "pictures")
    expect_animation(path, 4)


def apng(folder, by_apngasm, alpha):
    path, pictures = os.path.join(folder, "a.png"), numbered_pngs(folder, alpha)
    if by_apngasm:
        run("apngasm", [path], pictures[:1], "1 10")
    else:
        ffmpeg("-f image2 -framerate 10 -i", [os.path.join(folder, "p%d.png")], "-f apng -plays 0", [path])
    expect_animation(path, 1, alpha=alpha)


def animated_webp(folder, how, tolerance, alpha=255, step_ms=100, said_ms=100):
    path, pictures = os.path.join(folder, "a.webp"), numbered_pngs(folder, alpha)
    run(f"img2webp -loop 0 -d {said_ms} {how}", pictures, "-o", [path])
    expect_animation(path, tolerance, step_ms, alpha=alpha)


def webp_of_gif(folder):
    gif(folder)
    path = os.path.join(folder, "a.webp")
    run("gif2webp -quiet", [os.path.join(folder, "a.gif")], "-o", [path])
    expect_animation(path, 4)


def animated_avif(folder, how, alpha=255):
    path, pictures = os.path.join(folder, "a.avif"), numbered_pngs(folder, alpha)
    run(f"avifenc -s 10 --min 0 --max 4 -y 444 --timescale 10 {how}", pictures, [path])
    got = decoded(path)
    expect([f.pts_ms for f in got.frames] == [n * 100 for n in range(ANIMATED)], f"{[f.pts_ms for f in got.frames]}")
    expect(got.info.duration_ms == 600, f"{got.info.duration_ms} ms")
    expect_patches(got, LOSSY, alpha=alpha)


ANIMATIONS = (
    ("GIF", gif), ("APNG of ffmpeg", apng, False, 255), ("APNG of apngasm", apng, True, 255),
    ("APNG, half clear", apng, False, 128),
    ("WebP, lossless", animated_webp, "-lossless", 0), ("WebP, lossy", animated_webp, "-lossy -q 98", LOSSY),
    ("WebP, mixed, half clear", animated_webp, "-mixed -q 98", LOSSY, 128),
    ("WebP, in haste", animated_webp, "-lossless", 0, 255, 100, 10), ("WebP, fast", animated_webp, "-lossless", 0, 255, 20, 20),
    ("WebP of a GIF", webp_of_gif), ("AVIF", animated_avif, ""),
)

# ---- sound ----

SOUNDS = (
    ("AAC in MP4", "mp4", "-c:a aac -b:a 128k"), ("AAC in MPEG-TS", "ts", "-c:a aac -b:a 128k"), ("MP3", "mp3", "-c:a libmp3lame"),
    ("MP3 in MKV", "mkv", "-c:a libmp3lame"), ("Opus in WebM", "webm", "-c:a libopus"), ("Opus in Ogg", "ogg", "-c:a libopus"),
    ("Vorbis in WebM", "webm", "-c:a libvorbis"), ("Vorbis in Ogg", "ogg", "-c:a libvorbis"), ("AC-3 in MPEG-TS", "ts", "-c:a ac3"),
    ("AC-3 in MP4", "mp4", "-c:a ac3"), ("E-AC-3 in MKV", "mkv", "-c:a eac3"), ("FLAC", "flac", "-c:a flac"),
    ("WAV", "wav", "-c:a pcm_s16le"), ("AAC in ADTS", "aac", "-c:a aac"), ("MP2 in MPEG-TS", "ts", "-c:a mp2"),
    ("5.1 channels of AAC", "mp4", "-c:a aac -ac 6", 0.08), ("one channel at 22.05 kHz", "mp3", "-c:a libmp3lame -ac 1 -ar 22050"),
)


def crossings(samples):
    return sum(a < 0 <= b for a, b in zip(samples, samples[1:]))


def sound(folder, ending, encoder, least=0.2):
    """A second of silence, then 1.5 s of 440 Hz: its place, its pitch and its strength."""
    path = os.path.join(folder, "sound." + ending)
    ffmpeg("-f lavfi -i", ["aevalsrc='if(gte(t,1),0.5*sin(2*PI*440*t),0)':d=2.5:s=48000"], "-ac 2", encoder, [path])
    got = decoded(path, sound=True)
    samples = struct.unpack(f"<{len(got.sound) // 2}h", got.sound)[::2]
    first = next((n for n, v in enumerate(samples) if abs(v) > 3000), None)
    expect(first is not None, f"{len(samples)} samples: expected a tone among them")
    expect(abs(first / 48 - 1000) <= 30, f"the tone begins at {first / 48:.1f} ms: expected 1000")
    expect(abs(len(samples) / 48 - 2500) <= 120, f"{len(samples) / 48:.1f} ms of sound: expected 2500")
    middle = samples[60000:108000]
    expect(abs(crossings(middle) - 440) <= 2, f"{crossings(middle)} Hz: expected 440")
    strength = math.sqrt(sum(v * v for v in middle) / len(middle)) / 32768
    expect(least <= strength <= 0.5, f"strength {strength:.2f}: expected about 0.35, of several channels less")


GROUPS = {
    "films": [(name, film, *more) for name, *more in FILMS],
    "colours": [(name, colour, *more) for name, *more in COLOURS + UNSAID],
    "times": TIMES, "stills": STILLS, "animations": ANIMATIONS,
    "sound": [(name, sound, *more) for name, *more in SOUNDS],
}


def attempt(test, arguments):
    """What is wrong, None when nothing is."""
    named = arguments[-1] if arguments and isinstance(arguments[-1], dict) and test in (png, jpeg, converted) else {}
    with tempfile.TemporaryDirectory(prefix="bangtin-formats-") as folder:
        try:
            test(folder, *(arguments[:-1] if named else arguments), **named)
        except Wrong as wrong:
            return str(wrong)
    return None


def main():
    group, words = sys.argv[1], " ".join(sys.argv[2:])
    rows = [row for row in GROUPS[group] if words in row[0]]
    failed = 0
    for name, test, *arguments in rows:
        wrong = attempt(test, arguments)
        failed += wrong is not None
        print(f"{'not ok' if wrong else 'ok'}: {name}" + (f": {wrong}" if wrong else ""), flush=True)
    print(f"{len(rows)} rows, {failed} failed")
    return 1 if failed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
