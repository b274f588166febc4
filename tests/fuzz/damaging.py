"""Good files of every format that is played, and ways to damage them, by dice that a seed makes: what
damaged-media.py and tests/soak/damaged-media share."""
import os
import random
import struct
import subprocess

CLIP = "-f lavfi -i testsrc2=s=128x96:r=25:d=1"
BRIGHT = "-vf lutyuv=y='64+val*0.7'"
TONE = "-f lavfi -i sine=d=1"
X264 = "-c:v libx264 -pix_fmt yuv420p"
# Name, what it is for damaged-player.c, arguments of ffmpeg, or a command over what was made before.
FILES = (
    ("h264.mp4", "film", f"{CLIP} {TONE} {BRIGHT} {X264} -c:a aac -movflags +faststart"),
    ("h264.ts", "film", f"{CLIP} {TONE} {BRIGHT} {X264} -bf 2 -c:a ac3"),
    ("h264-10.mkv", "film", f"{CLIP} {BRIGHT} -c:v libx264 -pix_fmt yuv420p10le -x264-params open-gop=1"),
    ("hevc.mkv", "film", f"{CLIP} {TONE} {BRIGHT} -c:v libx265 -x265-params log-level=none -c:a flac"),
    ("hevc-10.mp4", "film", f"{CLIP} {BRIGHT} -c:v libx265 -pix_fmt yuv420p10le -x265-params log-level=none"),
    ("vp8.webm", "film", f"{CLIP} {TONE} {BRIGHT} -c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis"),
    ("vp9.webm", "film", f"{CLIP} {TONE} {BRIGHT} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
    ("av1.mp4", "film", f"{CLIP} {BRIGHT} -c:v libaom-av1 -cpu-used 8 -usage realtime"),
    ("mpeg2.ts", "film", f"{CLIP} {TONE} {BRIGHT} -c:v mpeg2video -c:a mp2"),
    ("mpeg4.mp4", "film", f"{CLIP} {TONE} {BRIGHT} -c:v mpeg4 -c:a libmp3lame"),
    ("gif.gif", "film", f"{CLIP} -t 0.4"),
    ("apng.apng", "film", f"{CLIP} -t 0.2 -plays 0"),
    ("webp-animated.webp", "film", "gif2webp -quiet -mixed gif.gif -o webp-animated.webp"),
    ("png.png", "image", f"{CLIP} -frames:v 1 -pix_fmt rgba"),
    ("jpeg.jpg", "image", f"{CLIP} -frames:v 1"),
    ("webp.webp", "image", "cwebp -quiet -alpha_q 50 png.png -o webp.webp"),
    ("avif.avif", "image", "avifenc -s 10 png.png avif.avif"),
    ("avif-animated.avif", "film", "avifenc -s 10 --timescale 25 png.png png.png png.png avif-animated.avif"),
    ("mp3.mp3", "sound", f"{TONE} -c:a libmp3lame"),
    ("ogg.ogg", "sound", f"{TONE} -c:a libvorbis"),
    ("opus.webm", "sound", f"{TONE} -c:a libopus"),
    ("flac.flac", "sound", f"{TONE} -c:a flac"),
    ("wav.wav", "sound", f"{TONE}"),
)
WORDS = ("Kính mời <i>bà con</i>", "{\\an8}về dự họp &amp; bàn việc", "<v Lan>lúc <b>19 giờ</b>\nsáng", "ក\nខ")
SRT = "".join(f"{i}\n00:00:{i:02},000 --> 00:00:{i + 2:02},500\n{WORDS[i % 4]}\n\n" for i in range(1, 40))
WEBVTT = "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE a\n\n" + "".join(
    f"c{i}\n00:{i:02}.000 --> 00:{i + 2:02}.500 align:left\n{WORDS[i % 4]}\n\n" for i in range(1, 40))


def make_files(folder):
    """Name, kind and bytes of each."""
    made = []
    for name, kind, how in FILES:
        is_command = how.split()[0] in ("gif2webp", "cwebp", "avifenc")
        line = how.split() if is_command else ["ffmpeg", "-nostdin", "-v", "error", "-y", *how.replace("'", "").split(), name]
        subprocess.run(line, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, name), "rb") as file:
            made.append((name, kind, file.read()))
    made.append(("srt.srt", "words", SRT.encode()))
    made.append(("webvtt.vtt", "words", b"\xef\xbb\xbf" + WEBVTT.replace("\n", "\r\n").encode()))
    return made


# ---- parts of containers, found roughly: what is damaged need not be understood ----

def boxes(data, at=0, end=None):
    """(start, end) of ISO boxes, one level."""
    end, found = len(data) if end is None else end, []
    while at + 8 <= end:
        size = struct.unpack_from(">I", data, at)[0]
        if size < 8 or at + size > end:
            break
        found.append((at, at + size))
        at += size
    return found


def deep_boxes(data):
    found = boxes(data)
    for start, end in list(found):
        if data[start + 4:start + 8] in (b"moov", b"moof"):
            for inner in boxes(data, start + 8, end):
                found.append(inner)
                if data[inner[0] + 4:inner[0] + 8] == b"trak":
                    found += boxes(data, inner[0] + 8, inner[1])
        if data[start + 4:start + 8] == b"meta":
            found += boxes(data, start + 12, end)
    return found


def png_chunks(data):
    found, at = [], 8
    while at + 12 <= len(data):
        size = struct.unpack_from(">I", data, at)[0] + 12
        if at + size > len(data):
            break
        found.append((at, at + size))
        at += size
    return found


def riff_chunks(data):
    found, at = [], 12
    while at + 8 <= len(data):
        size = 8 + (struct.unpack_from("<I", data, at + 4)[0] + 1 & ~1)
        if at + size > len(data):
            break
        found.append((at, at + size))
        at += size
    return found


def parts(data):
    if data[4:8] == b"ftyp":
        return deep_boxes(data)
    if data[:4] == b"\x89PNG":
        return png_chunks(data)
    if data[:4] == b"RIFF":
        return riff_chunks(data)
    step = 188 if data[:1] == b"\x47" and data[188:189] == b"\x47" else max(64, len(data) // 40)
    return [(at, min(at + step, len(data))) for at in range(0, len(data), step)]


# ---- damages; the first bytes mostly stay, or nothing but our own look at them would be tried ----

def place(data, dice):
    if len(data) <= 17:
        return len(data) - 1
    return dice.randrange(16, len(data)) if dice.random() < 0.5 else dice.randrange(16, min(600, len(data)))


def flip_bits(data, dice):
    for _ in range(dice.choice((1, 3, 20, 200))):
        data[place(data, dice)] ^= 1 << dice.randrange(8)


def cut_off(data, dice):
    del data[dice.randrange(12, len(data)):]


def zero_range(data, dice):
    at = place(data, dice)
    n = min(len(data) - at, dice.choice((4, 64, 1000, 20000)))
    data[at:at + n] = bytes(n)


def splice(data, dice):
    """A piece of it in another place of it."""
    a, b, n = place(data, dice), place(data, dice), dice.choice((8, 188, 2000))
    if dice.random() < 0.5:
        data[a:a] = data[b:b + n]
    else:
        del data[a:a + n]


def edit_number(data, dice):
    """What may be a size, a count or a time, near the head."""
    for _ in range(dice.choice((1, 2, 5))):
        at = place(data, dice)
        data[at:at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1",
                                       b"\0\1\0\0", b"\1\0\0\0"))


def move_parts(data, dice):
    """Boxes, chunks or packets in another order, doubled or gone; sizes stay as they were said."""
    found = parts(data)
    if len(found) < 2:
        return splice(data, dice)
    (a, b), (c, d) = sorted(dice.sample(found, 2))
    way = dice.randrange(3)
    if way == 0 and b <= c:
        data[a:d] = data[c:d] + data[b:c] + data[a:b]
    elif way == 1:
        data[a:a] = data[c:d]
    else:
        del data[c:d]
    return None


WAYS = (flip_bits, cut_off, zero_range, splice, edit_number, move_parts)
TOKENS = ("-->", "\n", "\n\n", "\r", "<", ">", "</", "{\\", "}", "&", ";", "-1:", "99999999999", ":", ".", ",", "\t", "NOTE",
          "STYLE\n", "WEBVTT\n", "\ufeff", "\u0085", "a" * 5000)


def damage_words(data, dice):
    """Bytes that are no UTF-8 would go no further than our own look at them."""
    text = data.decode()
    for _ in range(dice.choice((1, 3, 20))):
        at = dice.randrange(30, len(text) + 1)
        kind = dice.randrange(3)
        if kind == 0:
            text = text[:at] + dice.choice(TOKENS) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + dice.randrange(1, 40):]
        else:
            text = text[:at] + text[max(0, at - 200):at] + text[at:]
    return text.encode()


def damaged(kind, data, dice, way=None):
    """A damaged copy, by one of WAYS or by dice."""
    if kind == "words" and dice.random() < 0.8:
        return damage_words(data, dice)
    copy = bytearray(data)
    (way or dice.choice(WAYS))(copy, dice)
    if way is None and dice.random() < 0.2 and len(copy) > 32:
        dice.choice(WAYS)(copy, dice)
    return bytes(copy)


def dice_of(seed):
    return random.Random(seed)
