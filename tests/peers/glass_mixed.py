#!/usr/bin/env python3
"""Two hundred items of every kind, each shown for a second or two: eight times as many changes as a board
makes. After ten minutes nothing grows.

In three zones: clips of ten codecs, animations, pictures, sound files, texts in seven languages, tickers. After
every twenty items comes a rest of RESTS_S, in which no decoder runs. All of it is looked at there, always as
long after the rest's start, so that one look is like the other:

- memory: what the processes of the player alone hold (anonymous and shared memory) and their PSS. Failed when
  one of them rises (trend.py: Mann and Kendall, 5 %, with the correction of Hamed and Rao) by more than
  SLOPE_MB_H, or when a rise of MOST_MB_H lies below the 95 % interval of Theil and Sen's slope.
- descriptors, threads, segments of shared memory and processes: as many as in the same rest of the round before,
  for what is kept of pictures differs from rest to rest; nine times in ten, and in the last round but for one.

    tests/peers/glass_mixed.py [MINUTES] [WARM_UP_MINUTES]      (60, 10)"""
import collections
import json
import os
import pathlib
import random
import re
import sys
import time

os.environ.setdefault("BUILD", "build")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import district
import glass
from trend import Trend
from way_lib import events, expect_calm, log

N_ITEMS, RESTS_EVERY, RESTS_S, LOOK_AFTER_S = 200, 20, 8, 3.5
SLOPE_MB_H, MOST_MB_H = 0.5, 1.0
MB = 1024.0  # kB in one

CLIPS = {  # ending and options of ffmpeg
    "h264": ("mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac"),
    "hevc": ("mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=error -pix_fmt yuv420p -c:a aac"),
    "vp8": ("webm", "-c:v libvpx -deadline realtime -c:a libvorbis"),
    "vp9": ("webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
    "av1": ("mkv", "-c:v libsvtav1 -preset 12 -c:a flac"),
    "mpeg4": ("mp4", "-c:v mpeg4 -c:a libmp3lame"),
    "mpeg2": ("mkv", "-c:v mpeg2video -c:a mp2"),
    "theora": ("mkv", "-c:v libtheora -c:a libvorbis"),
    "mjpeg": ("mkv", "-c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le"),
    "silent": ("mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -an"),
}
PICTURES = {"png": "-pix_fmt rgb24", "jpg": "-pix_fmt yuvj420p", "webp": "-c:v libwebp"}
SOUNDS = {"mp3": "-c:a libmp3lame", "ogg": "-c:a libvorbis", "opus": "-c:a libopus", "flac": "", "wav": "", "m4a": "-c:a aac"}
TEXTS = {
    "vi": "Thông báo lịch cắt điện để sửa đường dây, mời bà con theo dõi.",
    "km": "សេចក្តីជូនដំណឹង អំពីការកាត់ភ្លើង សូមបងប្អូនតាមដាន។",
    "zh": "停电通知，请乡亲们留意。",
    "ar": "إعلان عن انقطاع الكهرباء صباح الثلاثاء.",
    "th": "ประกาศตัดไฟฟ้าเพื่อซ่อมสายส่ง โปรดติดตาม",
    "jra": "Hră pơthâo kơ tơlơi khăp apui kơtrik.",
    "lo": "ແຈ້ງການຕັດໄຟຟ້າ ເພື່ອສ້ອມແປງສາຍ.",
}
ZONES = {"main": (0, 0, 440, 320), "side": (440, 0, 200, 320), "strip": (0, 320, 640, 64)}


# ---- what is shown ----

def make(path, *words):
    district.run("ffmpeg", "-nostdin", "-v", "error", "-y", *words, path)
    return path


def make_media(folder, dice):
    """{kind: [path]}"""
    made = collections.defaultdict(list)
    for name, (ending, options) in CLIPS.items():
        for n in range(2):
            seconds = "%.1f" % dice.uniform(1.0, 2.0)
            made["video"].append(make(
                folder / ("%s-%d.%s" % (name, n, ending)), "-f", "lavfi", "-i",
                "testsrc2=size=%s:rate=25:duration=%s" % (dice.choice(["320x192", "640x360"]), seconds),
                "-f", "lavfi", "-i", "sine=%d:duration=%s:sample_rate=48000" % (dice.randint(200, 900), seconds),
                *options.split()))
    for ending, options in PICTURES.items():
        for n in range(4):
            made["image"].append(make(
                folder / ("photo-%d.%s" % (n, ending)), "-f", "lavfi", "-i",
                "mandelbrot=size=%dx%d" % (dice.randint(200, 900), dice.randint(200, 900)), "-frames:v", "1",
                *options.split()))
    for n in range(3):
        made["image"].append(make(folder / ("moving-%d.gif" % n), "-f", "lavfi", "-i",
                                  "testsrc2=size=160x96:rate=10:duration=1.5"))
    for ending, options in SOUNDS.items():
        made["audio"].append(make(folder / ("sound." + ending), "-f", "lavfi", "-i", "sine=523:duration=1.5",
                                  *options.split()))
    return made


def text(ident, dice, duration_ms):
    langs = dice.sample(sorted(TEXTS), dice.randint(1, 2))
    return {"id": ident, "kind": "text", "duration_ms": duration_ms,
            "texts": [{"lang": lang, "title": TEXTS[lang][:20], "body": TEXTS[lang] * dice.randint(1, 4)}
                      for lang in langs]}


def item(ident, kind, dice, media):
    length_ms = dice.randint(10, 20) * 100
    if kind == "text":
        return text(ident, dice, length_ms)
    path = dice.choice(media[kind])
    made = {"id": ident, "kind": kind, "asset": "file:" + path.name}
    if kind == "image":
        made["duration_ms"] = length_ms
    if dice.random() < 0.3:
        made["transition"] = {"kind": "fade", "ms": 300}
    return made


def playlists(media, dice):
    main = []
    for n in range(N_ITEMS):
        kind = dice.choices(["video", "image", "text", "audio"], [5, 3, 3, 1])[0]
        main.append(item("m%03d" % n, kind, dice, media))
        if n % RESTS_EVERY == RESTS_EVERY - 1:
            main.append(dict(text("rest%02d" % (n // RESTS_EVERY), dice, RESTS_S * 1000)))
    side = [text("s%02d" % n, dice, 1500) for n in range(12)]
    strip = [{"id": "t%02d" % n, "kind": "ticker", "speed_px_s": 900,
              "texts": [{"lang": lang, "body": TEXTS[lang]} for lang in dice.sample(sorted(TEXTS), 3)]}
             for n in range(6)]
    return {"main": main, "side": side, "strip": strip}


# ---- what the processes hold ----

def family(pid):
    found = [pid]
    for task in pathlib.Path("/proc", str(pid), "task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


class Look:
    """What all processes of the player hold together."""

    def __init__(self, pid):
        self.at_s = time.monotonic()
        self.kb = collections.Counter()
        self.counts, self.each = collections.Counter(), {}
        for process in family(pid):
            self.add(pathlib.Path("/proc", str(process)))

    def add(self, folder):
        name = (folder / "cmdline").read_bytes().split(b"\0")[0].decode() or (folder / "comm").read_text().strip()
        rollup = dict(re.findall(r"^(\w+):\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.M))
        self.kb["pss"] += int(rollup["Pss"])
        self.kb["own"] += int(rollup["Pss_Anon"]) + int(rollup["Pss_Shmem"])
        segments = set(re.findall(r" (\d+) +(?:/memfd:|/SYSV|/dev/shm/)\S+", (folder / "maps").read_text()))
        counts = {"processes": 1, "threads": len(list((folder / "task").iterdir())),
                  "descriptors": len(list((folder / "fd").iterdir())), "segments": len(segments)}
        self.counts.update(counts)
        self.each["%s %s" % (os.path.basename(name), folder.name)] = dict(
            counts, own=int(rollup["Pss_Anon"]) + int(rollup["Pss_Shmem"]))


def next_rest(screen):
    """(when the next rest begins, its item), by what will be shown."""
    now_ms = glass.wall_ms()
    said = district.run(district.PLAYER, "rundown", "--config", screen.config, "--json", "--zone", "main", "--from",
                        district.rfc3339(now_ms), "--to", district.rfc3339(now_ms + 120000)).stdout
    rows = json.loads(said)
    rows = rows["rows"] if isinstance(rows, dict) else rows
    return next((at, row["item"]) for row in rows if (row["item"] or "").startswith("rest")
                for at in [district.millis(row["start"])] if at > now_ms)


def look_at_rest(screen):
    """A look in the next rest; None when this machine was too late for it."""
    start_ms, rest = next_rest(screen)
    time.sleep(max(0, (start_ms - glass.wall_ms()) / 1000 + LOOK_AFTER_S))
    look = Look(screen.process.pid)
    look.rest = rest
    return look if glass.wall_ms() - start_ms < (LOOK_AFTER_S + 1) * 1000 else None


def watch(screen, minutes):
    looks, missed, began = [], 0, time.monotonic()
    while time.monotonic() - began < minutes * 60:
        assert screen.process.poll() is None, "the player ended"
        look = look_at_rest(screen)
        if look is None:
            missed += 1
            continue
        looks.append(look)
        print("%6.1f min  own %.2f MB, PSS %.2f MB, %s" % (
            (look.at_s - began) / 60, look.kb["own"] / MB, look.kb["pss"] / MB,
            ", ".join("%d %s" % (look.counts[k], k) for k in sorted(look.counts))), flush=True)
        if os.environ.get("BANGTIN_EACH"):
            print("            ", look.each, flush=True)
    print("%d looks, %d more came too late and are left out" % (len(looks), missed))
    return looks, began


# ---- the verdict ----

def memory_grows(looks, what):
    trend = Trend([look.at_s / 3600 for look in looks], [look.kb[what] / MB for look in looks])
    print("%s: %.2f MB, slope %+.2f MB/h (95 %%: %+.2f to %+.2f), p = %.3f of %d looks"
          % (what, sum(look.kb[what] for look in looks) / MB / len(looks), trend.slope, trend.low, trend.high,
             trend.p, trend.n))
    return (trend.rises() and trend.slope > SLOPE_MB_H) or trend.low > MOST_MB_H


def counts_differ(looks):
    """Each rest with the same one of the round before."""
    before, others = {}, []
    for look in looks:
        known = before.get(look.rest)
        if known is not None and known.counts != look.counts:
            others.append(look)
            print("%s: %s, one round before %s" % (look.rest, dict(look.counts), dict(known.counts)))
            print("    ", look.each)
        before[look.rest] = look
    compared = len(looks) - len(before)
    print("%d rests compared with the round before, %d differ" % (compared, len(others)))
    last_round = looks[-min(len(before), compared):] if compared else []
    return len(others) > compared / 10 or sum(look in others for look in last_round) > 1


def judge(looks, began, warm_up):
    late = [look for look in looks if look.at_s - began >= warm_up * 60]
    assert len(late) >= 10, "%d looks after the warm-up: expected ten or more" % len(late)
    grown = [what for what in ("own", "pss") if memory_grows(late, what)]
    differ = counts_differ(late)
    assert not grown, "grows: " + ", ".join(grown)
    assert not differ, "descriptors, threads, segments or processes come to more or fewer"


def main():
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    warm_up = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    dice = random.Random(20)
    with glass.XServer(640, 384) as x, district.District() as town:
        media = make_media(town.folder, dice)
        town.serve()
        screen = town.screen("tron", offscreen=False)
        files = [path for paths in media.values() for path in paths]
        made = glass.manifest(playlists(media, dice), ZONES)
        made["display"]["volume"] = 60
        print(town.publish(made, files), flush=True)
        screen.play(env=x.env())
        district.wait_for(lambda: (screen.on_air("main") or "")[:1] in ("m", "r"), 60, "the items on air")
        looks, began = watch(screen, minutes)
        failed = [event for event in events(screen) if event["event"] in ("failed", "decoder", "set-aside")]
        status = screen.status()
        screen.stop()
        expect_calm(log(screen))
        print("frames %s; %d media failed: %s" % (status["frames"], len(failed), failed[:3]))
        assert status["frames"]["shown"] > 60 * minutes, "too few frames"
        judge(looks, began, warm_up)


if __name__ == "__main__":
    main()
