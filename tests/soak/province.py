"""A province for long proofs: 34 communes with their villages, some 500 screens, people and keys, films and pictures, a year
of what the screens told, as the source keeps it. The year is that of tests/peers/source_year.py, moved so that it
ends today, and each of its boards stands for some fifteen."""
import json
import os
import random
import sqlite3
import struct
import time

import district
import source_lib
import source_year as year

COMMUNES, VILLAGES = year.COMMUNES, 3
REPORTING = 40  # screens for which a board speaks
MEDIA_BYTES = 7 << 20
HOUR_MS, DAY_MS = 3600000, 86400000
W, H = 640, 384


def area_of(number):
    return "c%02d" % (number % COMMUNES + 1)


def first_hour_ms():
    return (int(time.time() * 1000) // DAY_MS - year.DAYS) * DAY_MS


# ---- what the screens told ----

def hours_of(board, begin_ms):
    """(hour, lit, unconfirmed, not showing) and (hour, state, cause, ms) of a board's year."""
    hours, causes = [], []
    for hour in range(year.DAYS * 24):
        minutes, at_ms = board.minutes[hour * 60:hour * 60 + 60], begin_ms + hour * HOUR_MS
        sums = {"lit": 0, "unconfirmed": 0, "not-showing": 0}
        for code in set(minutes) - {year.UNTOLD}:
            state, cause = year.TOLD[code]
            ms = minutes.count(code) * 60000
            sums[state] += ms
            if cause:
                causes.append((at_ms, state, cause, ms))
        if any(sums.values()):
            hours.append((at_ms, *sums.values()))
    return hours, causes


def played_of(board, chance):
    """(day, item, count, ms): so many items a day."""
    return [(day, item, chance.randrange(20, 200), chance.randrange(10 ** 5, 10 ** 6))
            for day in range(year.DAYS) for item in range(1, 7) if board.minutes[year.minute(day, 12)] != year.UNTOLD]


def tell_a_year(db, screens):
    chance, begin_ms = random.Random(20251215), first_hour_ms()
    db.executemany("INSERT INTO played_item (id, source, version, item, kind, class, field, essential, issuer, issued_on,"
                   " document, title, named) VALUES (?, 'krongpa', 1, ?, 'text', 'ordinary', ?, ?, 'UBND', '2026-01-01', '',"
                   " ?, 1)", [(n, "m%d" % n, n, n % 2, "Bản tin %d" % n) for n in range(1, 7)])
    for number in range(COMMUNES):
        board = year.Board(number + 1, chance)
        board.plant()
        hours, causes = hours_of(board, begin_ms)
        played = played_of(board, chance)
        for screen in screens[number::COMMUNES]:
            db.executemany("INSERT INTO hour VALUES (?, ?, ?, ?, ?)", ((screen, *row) for row in hours))
            db.executemany("INSERT INTO hour_cause VALUES (?, ?, ?, ?, ?)", ((screen, *row) for row in causes))
            db.executemany("INSERT INTO played_day VALUES (?, ?, ?, 0, ?, ?, 0)", (
                (screen, begin_ms + day * DAY_MS, item, count, ms) for day, item, count, ms in played))
            db.executemany("INSERT INTO traffic VALUES (?, ?, 1, ?)", (
                (screen, begin_ms + day * DAY_MS, chance.randrange(10 ** 6)) for day in range(year.DAYS)))


# ---- places, people, things ----

def add_places(db):
    areas = [("c%02d" % n, "krongpa", "Xã số %d" % n, "commune") for n in range(1, COMMUNES + 1)]
    areas += [("c%02d-v%d" % (n, v), "c%02d" % n, "Thôn %d" % v, "village") for n in range(1, COMMUNES + 1)
              for v in range(1, VILLAGES + 1)]
    db.executemany("INSERT INTO area (id, parent, name, kind, created_ms) VALUES (?, ?, ?, ?, 0)", areas)


def add_people(town, db, password_file):
    """An editor, an operator and an approver in each commune; they have one password."""
    password_file.write_text("mật khẩu dài\n")
    district.run(district.PUBLISHER, "user", "add", "--data", town.data, "mau", "--password-file", password_file)
    columns = [row[1] for row in db.execute("PRAGMA table_info (user)") if row[1] != "name"]
    for n in range(1, COMMUNES + 1):
        for role in ("editor", "operator", "approver"):
            name = "%s-%02d" % (role, n)
            db.execute("INSERT INTO user (name, %s) SELECT ?, %s FROM user WHERE name = 'mau'" % (
                ", ".join(columns), ", ".join(columns)), (name,))
            db.execute("INSERT INTO role (user, area, role) VALUES (?, 'c%02d', ?)" % n, (name, role))


def add_screens(town, n):
    keys = {}
    for number in range(n):
        words = ["screen", "add", "kp-%03d" % number, "--data", town.data, "--name", "Bảng tin %d" % number]
        if number < REPORTING:
            keys["kp-%03d" % number] = source_lib.Key()
            words += ["--key", keys["kp-%03d" % number].base64]
        district.run(district.PUBLISHER, *words)
    return keys


def add_roots(town, db, screens):
    """Keys of communes that may speak on their own screens, each by a root of its own."""
    for n in range(1, 7):
        own = [word for screen in screens[n - 1::COMMUNES] for word in ("--screen", screen)]
        district.run(district.PUBLISHER, "root", "add", "--data", town.data, "--public", source_lib.Key().base64, "--name",
                     "Xã số %d" % n, "--publish", *own, "--key", town.keys / "root-1.key", "--key", town.keys / "root-2.key")


def noise(folder, name):
    """A sound that nobody can make smaller."""
    path = folder / name
    head = (b"RIFF" + struct.pack("<I", MEDIA_BYTES - 8) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 2, 48000, 192000, 4, 16) +
            b"data" + struct.pack("<I", MEDIA_BYTES - 44))
    path.write_bytes(head + os.urandom(MEDIA_BYTES - 44))
    return path


def manifest_of(number, screens, sound):
    return {"layouts": [{"id": "l", "canvas": [W, H], "zones": [{"id": "main", "rect": [0, 0, W, H]}]}],
            "playlists": [{"id": "p", "items": [
                {"id": "n%d" % number, "kind": "text", "texts": [{"lang": "vi", "title": "Xã số %d" % number,
                                                                 "body": "Mời bà con họp. " * 40}]},
                {"id": "s%d" % number, "kind": "audio", "asset": "file:" + sound.name}]}],
            "programmes": [{"id": "day", "layout": "l", "zones": {"main": "p"}}], "screens": screens}


def publish_all(town, screens):
    """Each commune its own documents, with a sound each."""
    for number in range(COMMUNES):
        sound = noise(town.folder, "tieng-%02d.wav" % number)
        town.publish(manifest_of(number + 1, screens[number::COMMUNES], sound), [sound])
        sound.unlink()


def propose(town, folder, screens):
    """What waits for somebody when the disk is lost."""
    folder.mkdir()
    for number in range(5):
        draft = manifest_of(number + 50, screens[number::COMMUNES], folder / "none")
        del draft["playlists"][0]["items"][1]
        (folder / "manifest.json").write_text(json.dumps(draft, ensure_ascii=False))
        district.run(district.PUBLISHER, "proposal", "add", folder, "--data", town.data, "--author", "editor-%02d" % (number + 1))


def fill(town, n):
    """All of it, before it is served; the keys of those boards that report."""
    keys = add_screens(town, n)
    screens = ["kp-%03d" % number for number in range(n)]
    db = sqlite3.connect("%s/source.db" % town.data, timeout=30, isolation_level=None)
    add_people_and_year(town, db, screens)
    db.close()
    add_roots(town, db, screens)
    publish_all(town, screens)
    propose(town, town.folder / "proposals", screens)
    return keys


def add_people_and_year(town, db, screens):
    add_places(db)
    add_people(town, db, town.folder / "password")
    db.execute("BEGIN")
    db.executemany("UPDATE screen SET area = ?, width_px = %d, height_px = %d WHERE id = ?" % (W, H),
                   [("%s-v%d" % (area_of(n), n % VILLAGES + 1), screen) for n, screen in enumerate(screens)])
    tell_a_year(db, screens)
    db.execute("COMMIT")
