#!/usr/bin/env python3
"""Damages good pictures, films, sound and subtitles at random places and gives each to bangtin-decode, which must
end in its own words: frames, then END or FAILED with a reason. A death by signal (a crash, or a system call that
the jail forbids), a hang or a report of a sanitizer fails the test.

    damaged-media.py [ROUNDS] [SEED]        BUILD: the build
"""
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

LAYOUT = struct.Struct("IIqqiiIIIIQqIII96s16s0q")  # BtDecodeMessage, render/decode/wire.h
INFO, START, FRAME, RELEASE, SOUND, SOUND_TAKEN, END, FAILED, CUE, TEXT, EXAMINE, FOUND, ALIVE = range(1, 14)
W, H, SLOTS, SOUND_BYTES = 96, 64, 3, 48000 * 4
PATIENCE_S = 60
CLIP = "-f lavfi -i testsrc2=s=128x96:r=25:d=1"
TONE = "-f lavfi -i sine=d=1"
FILES = {
    "h264.mp4": f"{CLIP} {TONE} -c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart",
    "hevc.mkv": f"{CLIP} {TONE} -c:v libx265 -x265-params log-level=none -c:a flac",
    "vp9.webm": f"{CLIP} {TONE} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus",
    "av1.mp4": f"{CLIP} -c:v libaom-av1 -cpu-used 8 -usage realtime",
    "ts.ts": f"{CLIP} {TONE} -c:v mpeg2video -c:a mp2",
    "apng.apng": f"{CLIP} -t 0.2 -plays 0",
    "gif.gif": f"{CLIP} -t 0.4",
    "png.png": f"{CLIP} -frames:v 1 -pix_fmt rgba",
    "jpeg.jpg": f"{CLIP} -frames:v 1",
    "webp.webp": f"{CLIP} -frames:v 1 -lossless 0",
    "avif.avif": f"{CLIP} -frames:v 1 -still-picture 1 -c:v libaom-av1 -cpu-used 8",
    "mp3.mp3": f"{TONE} -c:a libmp3lame",
    "ogg.ogg": f"{TONE} -c:a libvorbis",
    "flac.flac": f"{TONE} -c:a flac",
    "wav.wav": f"{TONE}",
}
WORDS = ("Kính mời <i>bà con</i>", "{\\an8}về dự họp &amp; bàn việc", "<v Lan>lúc <b>19 giờ</b>\nsáng", "ក\nខ")
SRT = "".join(f"{i}\n00:00:{i:02},000 --> 00:00:{i + 2:02},500\n{WORDS[i % 4]}\n\n" for i in range(1, 40))
WEBVTT = "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE a\n\n" + "".join(
    f"c{i}\n00:{i:02}.000 --> 00:{i + 2:02}.500 align:left\n{WORDS[i % 4]}\n\n" for i in range(1, 40))


def make_files(folder):
    for name, arguments in FILES.items():
        path = os.path.join(folder, name)
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments.split(), path], check=True)
        with open(path, "rb") as file:
            yield name, file.read()
    yield "srt.srt", SRT.encode()
    yield "webvtt.vtt", b"\xef\xbb\xbf" + WEBVTT.replace("\n", "\r\n").encode()


def damage(data, dice):
    """The first bytes stay, or nothing but our own look at them would be tried."""
    data = bytearray(data)
    for _ in range(dice.choice((1, 3, 20))):
        at = dice.randrange(16, len(data)) if dice.random() < 0.5 else dice.randrange(16, min(600, len(data)))
        kind = dice.randrange(4)
        if kind == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            data[at:at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
        elif kind == 2:
            del data[at:at + dice.randrange(1, 64)]
        else:
            data[at:at] = data[max(0, at - 64):at]
        if len(data) < 32:
            break
    if dice.random() < 0.2:
        del data[dice.randrange(16, len(data) + 1):]
    return bytes(data)


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


def damage_any(name, data, dice):
    is_words = name.endswith((".srt", ".vtt")) and dice.random() < 0.8
    return damage_words(data, dice) if is_words else damage(data, dice)


def message(kind, slot=0, pts=0, slots=0, sound=0, position=0):
    return LAYOUT.pack(kind, slot, pts, 0, W, H, slots, 0, 0, sound, position, 0, 0, 0, 0, b"", b"")


def memory(size):
    import fcntl
    fd = os.memfd_create("ring", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, 1 | 2 | 4)
    return fd


def start(sock, info, pts):
    slots, sound = (SLOTS if info[4] > 0 else 0), info[9]
    fds = ([memory(W * H * 4 * SLOTS)] if slots else []) + ([memory(SOUND_BYTES)] if sound else [])
    socket.send_fds(sock, [message(START, pts=pts, slots=slots, sound=sound)], fds)
    for fd in fds:
        os.close(fd)


def talk(sock, pts):
    """Takes everything at once; returns at the decoder's last word. That it lives is none."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            data = sock.recv(LAYOUT.size)
            if not data:
                return
            fields = LAYOUT.unpack(data)
            if fields[0] != ALIVE:
                until = time.monotonic() + PATIENCE_S
            elif time.monotonic() > until:
                raise TimeoutError
            if fields[0] == INFO and not fields[14]:
                start(sock, fields, pts)
            elif fields[0] == FRAME:
                sock.send(message(RELEASE, slot=fields[1]))
            elif fields[0] == SOUND:
                sock.send(message(SOUND_TAKEN, position=fields[10]))
        except (BrokenPipeError, ConnectionResetError):
            pass


def decode(decoder, path, pts):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    content = os.open(path, os.O_RDONLY)

    def place():
        high = os.dup2(theirs.fileno(), 20), os.dup2(content, 21)
        os.dup2(high[0], 3, inheritable=True)
        os.dup2(high[1], 4, inheritable=True)

    program = subprocess.Popen([decoder], preexec_fn=place, close_fds=False, stderr=subprocess.PIPE)
    theirs.close()
    os.close(content)
    ours.settimeout(PATIENCE_S)
    try:
        talk(ours, pts)
    except TimeoutError:
        program.kill()
        return -signal.SIGALRM, b"no word for a minute"
    finally:
        ours.close()
    said = program.stderr.read()
    program.stderr.close()
    return program.wait(), said


def is_sound_end(code, said):
    if code == -signal.SIGXCPU:
        return True  # a still that took more than its time
    return code in (0, 1) and b"Sanitizer" not in said and b"runtime error" not in said


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    keep = os.environ.get("KEEP")
    decoder = os.path.join(os.environ["BUILD"], "libexec", "bangtin-decode")
    dice, bad, refused, n = random.Random(seed), 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        whole = list(make_files(folder))
        damaged = os.path.join(folder, "damaged")
        for turn in range(rounds + 1):
            for name, data in whole:
                with open(damaged, "wb") as file:
                    file.write(data if turn == 0 else damage_any(name, data, dice))
                code, said = decode(decoder, damaged, dice.choice((0, 0, 300, 5000)) if turn else 0)
                n, refused = n + 1, refused + (code == 1)
                if is_sound_end(code, said) and not (turn == 0 and code != 0):
                    continue
                bad += 1
                print(f"{name}, turn {turn}, seed {seed}: exit {code}\n{said.decode(errors='replace')[-3000:]}")
                if keep:
                    os.replace(damaged, os.path.join(keep, f"{turn}-{name}"))
    print(f"{n} files, {refused} refused, {bad} badly ended")
    sys.exit(1 if bad else 0)


main()
