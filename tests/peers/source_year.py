#!/usr/bin/env python3
"""A year of 34 communes, minute by minute, with ten planted gaps: what the report says is what is counted
here from the same minutes, without the program. The facts come as boards send them: cut into pieces, late,
twice, overlapping, from a box that was swapped in mid-month."""

import csv
import datetime
import io
import json
import os
import random
import sqlite3
import statistics
import threading
import time
from email.utils import formatdate

import source_lib as lib
import source_page as page

MINUTE, HOUR, DAY = 60, 3600, 86400
VIETNAM = 7 * HOUR
START = int(datetime.datetime(2025, 12, 15, tzinfo=datetime.timezone.utc).timestamp()) - VIETNAM
DAYS = 365  # to 14 December 2026: the report that is due on 25 December
NOW = START + 370 * DAY + 8 * HOUR
N = DAYS * DAY // MINUTE
COMMUNES = 34

UNTOLD, LIT, CUT, DEATH, CLOCK, OFF, NO_POWER, RESTART, STOPPED, STARTING = range(10)
TOLD = {LIT: ("lit", ""), CUT: ("lit", "cut"), DEATH: ("unconfirmed", "death"), CLOCK: ("unconfirmed", "clock"),
        OFF: ("not-showing", "off"), NO_POWER: ("not-showing", "no-power"), RESTART: ("not-showing", "restart"),
        STOPPED: ("not-showing", "stopped"), STARTING: ("not-showing", "starting")}
ESSENTIAL_TWO_DAYS = 200  # the day of an essential bulletin that stands for two days


def rfc(t):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))


def minute(day, hour=0):
    return (day * 24 + hour) * 60


# ---- what happened ----

class Board:
    def __init__(self, n, chance):
        self.n, self.id, self.area = n, "s%02d" % n, "c%02d" % n
        self.key, self.plays, self.late = lib.Key(), [], []
        self.minutes = bytearray(N)
        for day in range(DAYS):  # lit from 5 to 22 hours
            self.minutes[minute(day):minute(day + 1)] = bytes([OFF]) * 300 + bytes([LIT]) * 1020 + bytes([OFF]) * 120
            if chance.random() < 0.1:
                at, code = minute(day, 5) + chance.randrange(900), chance.choice([RESTART, STARTING, CUT, NO_POWER])
                self.put(at, at + chance.randrange(1, 45), code)
        self.from_min, self.to_min = 0, N

    def put(self, start, end, code):
        self.minutes[start:end] = bytes([code]) * (end - start)

    def plant(self):
        """Ten gaps, each of its own kind."""
        day = ESSENTIAL_TWO_DAYS
        if self.n == 1:  # three days without power
            self.put(minute(day - 1), minute(day + 3), NO_POWER)
        elif self.n == 2:  # the box died: nobody told, until another one came
            self.put(minute(day - 5, 14), minute(day + 6, 9), UNTOLD)
        elif self.n == 3:  # the line was down for eleven days: told late
            self.late = [minute(60), minute(71)]
        elif self.n == 4:  # it failed over and over
            for i in range(200):
                self.put(minute(90, 6) + 3 * i, minute(90, 6) + 3 * i + 1, DEATH)
        elif self.n == 5:  # another box in mid-month, six hours after the old one went
            self.put(minute(120, 11) + 7, minute(120, 17) + 31, UNTOLD)
        elif self.n == 6:  # the clock was set
            self.put(minute(33, 12), minute(33, 12) + 50, CLOCK)
        elif self.n == 7:  # cut by an operator, for a day
            self.put(minute(45, 5), minute(45, 22), CUT)
        elif self.n == 8:  # stopped over the New Year
            self.put(minute(63), minute(70), STOPPED)
        elif self.n == 9:  # dark for the last ten days
            self.put(minute(355), N, NO_POWER)
        elif self.n == 10:  # installed on day 100
            self.put(0, minute(100, 9), UNTOLD)
            self.from_min = minute(100, 9)
        elif self.n == 11:  # retired on day 200
            self.put(minute(200), N, UNTOLD)
            self.to_min = minute(200)

    def stretches(self, chance):
        start = 0
        while start < N:
            end, most = start + 1, start + chance.randrange(360, 1440)
            while end < N and end < most and self.minutes[end] == self.minutes[start]:
                end += 1
            if self.minutes[start] != UNTOLD:
                yield start, end, self.minutes[start]
            start = end


# ---- what was published ----

class Manifest:
    """`screens` have it from `day` on; each item is (id, field, languages, essential, title)."""

    def __init__(self, version, day, screens):
        self.version, self.day, self.screens = version, day, screens
        self.items = [("m%d-%d" % (version, i), i % 7, [["vi"], ["vi", "jra"], ["vi", "bdq"]][i % 3], i in (2, 5),
                       "Bản tin %d/%d" % (version, i)) for i in range(8)]
        if version in (2, 3):
            self.items.append(("ky-hop", 4, ["vi", "jra"], True, "=HYPERLINK(\"http://a\")"))
        if self.has_short():
            self.items.append(("hai-ngay", 2, ["vi"], True, "Họp dân, hai ngày"))

    def has_short(self):
        return self.day <= ESSENTIAL_TWO_DAYS < self.day + 55

    def draft(self):
        items = []
        for id, field, languages, essential, title in self.items:
            item = {"id": id, "kind": "text", "issuer": "UBND xã", "issued_on": "2026-01-01",
                    "texts": [{"lang": lang, "title": title, "body": "Nội dung"} for lang in languages]}
            if field:
                item["field"] = field
            if essential:
                item["essential"] = True
            if id == "hai-ngay":
                at = START + ESSENTIAL_TWO_DAYS * DAY
                item["valid"] = {"from": rfc(at), "until": rfc(at + 2 * DAY)}
            items.append(item)
        at = START + self.day * DAY
        return dict(lib.TEXT, version=self.version, issued=rfc(at), expires=rfc(at + 59 * DAY),
                    playlists=[{"id": "news", "items": items}])


def in_force(manifests, board, day):
    for manifest in reversed(manifests):
        if manifest.day <= day and board.n in manifest.screens:
            return manifest if day < manifest.day + 59 else None
    return None


def play(board, manifests, chance):
    """(start minute, minutes, manifest, item, failed); what stands for two days shows in each way."""
    for day in range(DAYS):
        manifest = in_force(manifests, board, day)
        if manifest is None:
            continue
        usual = [item for item in manifest.items if item[0] != "hai-ngay"]
        for _ in range(5):
            at, long = minute(day, 5) + chance.randrange(1000), chance.randrange(1, 10)
            if board.minutes[at:at + long] == bytes([LIT]) * long:
                board.plays.append((at, long, manifest, chance.choice(usual), chance.random() < 0.02))
        if ESSENTIAL_TWO_DAYS <= day < ESSENTIAL_TWO_DAYS + 2 and board.n not in (1, 2, 4, 11):
            board.plays.append((minute(day, 7), 2, manifest, manifest.items[-1], board.n == 3))


# ---- telling it ----

def facts_of(board, chance):
    facts = []
    for start, end, code in board.stretches(chance):
        state, cause = TOLD[code]
        more = {"cause": cause} if cause else {}
        facts.append((end, dict(type="uptime", state=state, **more,
                                **{"from": rfc(START + start * MINUTE), "to": rfc(START + end * MINUTE)})))
        if code == LIT and chance.random() < 0.02:  # what overlaps it counts less
            facts.append((end, dict(type="uptime", state="not-showing", cause="restart",
                                    **{"from": rfc(START + start * MINUTE), "to": rfc(START + end * MINUTE)})))
    for at, long, manifest, item, failed in board.plays:
        fact = dict(type="played", source="xa", version=manifest.version, item=item[0], kind="text", zone="main",
                    programme="day", start=rfc(START + at * MINUTE), end=rfc(START + (at + long) * MINUTE),
                    shown_ms=long * 60000, issuer="UBND xã", issued_on="2026-01-01", ended="due")
        fact["class"] = "ordinary"
        if item[1]:
            fact["field"] = item[1]
        if item[3]:
            fact["essential"] = True
        if failed:
            fact["failed"] = "decode"
        facts.append((at + long, fact))
    facts.sort(key=lambda pair: pair[0])
    late = [f for f in facts if board.late and board.late[0] < f[0] <= board.late[1]]
    return [f for f in facts if f not in late] + late if late else facts


def send(one, board, facts):
    lines, size, batches = [], 0, []
    for seq, (at, fact) in enumerate(facts, 1):
        fact = dict(id="%s-%d" % (board.id, seq), boot="b1", seq=seq, at=rfc(START + at * MINUTE),
                    mono_ms=at * 60000, clock="trusted", **fact)
        line = json.dumps(fact).encode() + b"\n"
        if size + len(line) > 250000:
            batches.append(b"".join(lines))
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    batches.append(b"".join(lines))
    if board.n % 5 == 0:  # an answer was lost
        batches.insert(1, batches[0])
    for body in batches:
        post(one, board, body)


def post(one, board, body):
    status, _, said = one.post_signed(board.key, "/v1/screens/%s/reports" % board.id, body,
                                      date=formatdate(NOW, usegmt=True), created=NOW)
    assert status == 200 and json.loads(said)["refused"] == [], (status, said)


def swap_box(db, board):
    board.key = lib.Key()
    db.execute("UPDATE screen SET key = ?, device = device + 1 WHERE id = ?", (board.key.base64, board.id))
    db.commit()


def tell(one, db, board, chance):
    facts = facts_of(board, chance)
    if board.n != 5:
        send(one, board, facts)
        return
    swapped = minute(120, 14)
    send(one, board, [f for f in facts if f[0] <= swapped])
    swap_box(db, board)
    later = [f for f in facts if f[0] > swapped]
    for i, (_, fact) in enumerate(later):
        fact["id"] = "second-%d" % i
    rest = [dict(boot="b2", seq=i + 1, at=rfc(START + at * MINUTE), mono_ms=i, clock="trusted", **fact)
            for i, (at, fact) in enumerate(later)]
    for i in range(0, len(rest), 500):
        post(one, board, b"".join(json.dumps(f).encode() + b"\n" for f in rest[i:i + 500]))


# ---- counting it ----

def hours(minutes):
    return (minutes * 60000 + 180000) // 360000 / 10


def percent(part, whole):
    return (part * 1000 + whole // 2) // whole / 10


def counted(board):
    m = board.minutes[board.from_min:board.to_min]
    lit, unconfirmed = m.count(LIT) + m.count(CUT), m.count(DEATH) + m.count(CLOCK)
    dark = sum(m.count(code) for code in (NO_POWER, RESTART, STOPPED, STARTING))
    off = m.count(OFF)
    return {"planned": len(m) - off, "lit": lit, "cut": m.count(CUT), "unconfirmed": unconfirmed,
            "dark": dark, "unknown": len(m) - off - lit - unconfirmed - dark, "off": off}


def expected_screens(boards):
    rows = []
    for board in boards:
        c = counted(board)
        rows.append((board.id, hours(c["planned"]), hours(c["lit"]), percent(c["lit"], c["planned"]),
                     hours(c["unconfirmed"]), hours(c["dark"]), hours(c["unknown"]), hours(c["off"])))
    return rows


def expected_causes(boards):
    sums = {}
    for board in boards:
        for code in (DEATH, CLOCK, NO_POWER, RESTART, STOPPED, STARTING):
            n = board.minutes.count(code)
            if n:
                ms, screens = sums.get(TOLD[code][1], (0, 0))
                sums[TOLD[code][1]] = ms + n, screens + 1
        unknown = counted(board)["unknown"]
        if unknown:
            ms, screens = sums.get("unknown", (0, 0))
            sums["unknown"] = ms + unknown, screens + 1
    return {cause: (hours(n), screens) for cause, (n, screens) in sums.items()}


def expected_played(boards, key):
    items, sums = {}, {}
    for board in boards:
        for _, long, _, item, _ in board.plays:
            for what in key(item):
                items.setdefault(what, set()).add(item[0])
                count, minutes = sums.get(what, (0, 0))
                sums[what] = count + 1, minutes + long
    return {what: (len(items[what]), *sums[what]) for what in sums}


def spans(manifests, board, item_id):
    """The minutes in which the item was in force on the board: first and last."""
    days = [day for day in range(DAYS) if (m := in_force(manifests, board, day)) and
            item_id in [item[0] for item in m.items]]
    if item_id == "hai-ngay":
        days = [day for day in days if ESSENTIAL_TWO_DAYS <= day < ESSENTIAL_TWO_DAYS + 2]
    return (minute(days[0]), minute(days[-1] + 1)) if days else None


def expected_bulletins(boards, manifests):
    rows = {}
    for id in sorted({item[0] for m in manifests for item in m.items if item[3]}):
        row = dict(published=0, received=0, shown=0, count=0, ms=0, failed=0, dark=0, no_turn=0, no_contact=0)
        for board in boards:
            span = spans(manifests, board, id)
            if span is None or span[0] >= board.to_min or span[1] <= board.from_min:
                if span is None:
                    continue
            plays = [p for p in board.plays if p[3][0] == id]
            well = [p for p in plays if not p[4]]
            m = board.minutes[span[0]:span[1]]
            why = (None if well else "failed" if plays else
                   "no_turn" if m.count(LIT) + m.count(CUT) else "dark" if any(m) else "no_contact")
            row["published"] += 1
            row["received"] += why != "no_contact"
            row["shown"] += bool(well)
            row["count"] += len(plays)
            row["ms"] += sum(p[1] for p in plays)
            if why:
                row[why] += 1
        if row["published"]:
            rows[id] = row
    return rows


# ---- the year ----

class Year:
    def __init__(self, one):
        chance = random.Random(20251215)
        self.one = one
        page.with_user(one)
        self.boards = [Board(n, chance) for n in range(1, COMMUNES + 1)]
        everybody = set(range(1, COMMUNES + 1))
        self.manifests = [Manifest(v, (v - 1) * 55, everybody if v != 4 else set(range(1, 21))) for v in range(1, 8)]
        for board in self.boards:
            board.plant()
            play(board, self.manifests, chance)
            one.add_screen(board.id, key=board.key, name="Bảng <b>" + board.id)
        self.db = sqlite3.connect(os.path.join(one.data, "source.db"), timeout=30)
        self.make_areas()
        for m in self.manifests:
            screens = [arg for b in self.boards if b.n in m.screens for arg in ("--screen", b.id)]
            one.publish(m.draft(), "--key", one.key("publish"), *screens, "--clock", rfc(START + m.day * DAY) + "x0")
        one.serve("--no-watch", "--clock", rfc(NOW) + "x0")
        for board in self.boards:
            tell(one, self.db, board, chance)

    def make_areas(self):
        areas = [("c%02d" % n, "krongpa", "Xã số %d" % n, "commune") for n in range(1, COMMUNES + 1)]
        areas += [("v1", "c01", "Buôn Một", "village"), ("v2", "c01", "Buôn Hai", "village")]
        for area in areas:
            self.db.execute("INSERT INTO area (id, parent, name, kind, created_ms) VALUES (?, ?, ?, ?, 0)", area)
        for board in self.boards:
            self.db.execute("UPDATE screen SET area = ? WHERE id = ?", (board.area, board.id))
        self.db.execute("UPDATE screen SET area = 'v1' WHERE id = 's01'")
        retired = (START + self.boards[10].to_min * MINUTE) * 1000
        self.db.execute("UPDATE screen SET retired_ms = ? WHERE id = 's11'", (retired,))
        self.db.commit()

    def report(self, period="year-25-12", *args):
        start = time.monotonic()
        out = self.one.run("report", "--json", "--period", period, "--clock", rfc(NOW) + "x0", *args)
        self.took_s = time.monotonic() - start
        return json.loads(out)


def check_screens(said, boards):
    keys = ("id", "planned_hours", "lit_hours", "availability", "unconfirmed_hours", "not_showing_hours",
            "unknown_hours", "off_hours")
    got = [tuple(row[key] for key in keys) for row in said["screens"]]
    for one, two in zip(got, expected_screens(boards)):
        assert one == two, (one, two)
    assert len(got) == len(boards)


def check_totals(said, boards):
    sums = {key: sum(counted(b)[key] for b in boards) for key in counted(boards[0])}
    totals = {row["what"]: row["value"] for row in said["totals"]}
    for what, value in [("planned", hours(sums["planned"])), ("lit", hours(sums["lit"])),
                        ("availability (lit of planned)", percent(sums["lit"], sums["planned"])),
                        ("of these, cut by an operator", hours(sums["cut"])),
                        ("unconfirmed", hours(sums["unconfirmed"])), ("not showing", hours(sums["dark"])),
                        ("unknown", hours(sums["unknown"]))]:
        assert totals[what] == value, (what, totals[what], value)


def check_bulletins(said, boards, manifests):
    expected = expected_bulletins(boards, manifests)
    assert {row["item"] for row in said["bulletins"]} == set(expected)
    for row in said["bulletins"]:
        e = expected[row["item"]]
        for key in ("published", "received", "shown", "count"):
            assert row[key] == e[key], (row, e)
        assert row["not_shown"] == e["published"] - e["shown"] and row["hours"] == hours(e["ms"]), (row, e)
        for word, key in [("no contact", "no_contact"), ("faulty", "failed"), ("screen not lit", "dark"),
                          ("its turn did not come", "no_turn")]:
            assert ("%s: %d" % (word, e[key]) in row["why"]) == bool(e[key]), (row, e)
    assert expected["hai-ngay"]["no_contact"] and expected["hai-ngay"]["failed"] and \
        expected["hai-ngay"]["dark"] and expected["hai-ngay"]["no_turn"], expected["hai-ngay"]


def check_played(said, boards):
    fields = expected_played(boards, lambda item: [str(item[1])])
    for row in said["fields"]:
        assert (row["items"], row["count"], row["minutes"]) == fields.get(row["code"], (0, 0, 0)), row
    languages = expected_played(boards, lambda item: item[2])
    got = {row["code"]: (row["items"], row["count"], row["minutes"]) for row in said["languages"]}
    assert got == languages, (got, languages)


def test_a_year():
    os.environ["LANGUAGE"] = "en"
    with lib.source() as one:
        year = Year(one)
        said = year.report()
        print("the report took %.2f s" % year.took_s)
        assert year.took_s < 5
        check_screens(said, year.boards)
        check_totals(said, year.boards)
        causes = {row["cause"]: (row["hours"], row["screens"]) for row in said["causes"]}
        assert causes == expected_causes(year.boards), (causes, expected_causes(year.boards))
        check_played(said, year.boards)
        check_bulletins(said, year.boards, year.manifests)
        check_areas(said)
        check_an_area(year)
        check_pages(year)


def check_areas(said):
    """Of c09 the board was dark at the end, that of c11 was retired, c01 has its board in a village."""
    areas = {row["id"]: (row["screens"], row["working"]) for row in said["areas"]}
    assert areas["c09"] == (1, 0) and areas["c11"] == (1, 0) and areas["c01"] == areas["v1"] == (1, 1)
    assert areas["v2"] == (0, 0) and areas["krongpa"] == (34, 32), areas
    totals = {row["what"]: row["value"] for row in said["totals"]}
    assert totals["communes"] == 34 and totals["communes with a board that works"] == 32
    assert totals["villages"] == 2 and totals["villages with a board that works"] == 1
    assert totals["boards"] == 34 and totals["boards that work"] == 32


def check_an_area(year):
    """A month of one area: the minutes of that month alone."""
    day = 120
    first = time.strftime("%Y-%m-%d", time.gmtime(START + day * DAY + VIETNAM))
    last = time.strftime("%Y-%m-%d", time.gmtime(START + (day + 29) * DAY + VIETNAM))
    said = year.report("%s..%s" % (first, last), "--area", "c05")
    row, = said["screens"]
    m = year.boards[4].minutes[minute(day):minute(day + 30)]
    lit = m.count(LIT) + m.count(CUT)
    assert row["lit_hours"] == hours(lit) and row["planned_hours"] == hours(len(m) - m.count(OFF)), row
    assert row["unknown_hours"] == hours(m.count(UNTOLD)) and m.count(UNTOLD) > 300


def ask_others(one, done, times):
    while not done.is_set():
        start = time.monotonic()
        assert one.get("/sign-in")[0] == 200
        times.append(time.monotonic() - start)


def check_pages(year):
    browser = page.Browser(year.one)
    browser.sign_in()
    done, times = threading.Event(), []
    others = threading.Thread(target=ask_others, args=(year.one, done, times))
    others.start()
    try:
        for _ in range(5):
            status, headers, text = browser.ask("GET", "/reports/csv?period=year-25-12&area=krongpa", Accept_Language="en")
    finally:
        done.set()
        others.join()
    p99 = statistics.quantiles(times, n=100)[98]
    print("others waited %.0f ms (p99 of %d)" % (p99 * 1000, len(times)))
    assert p99 < 0.5, p99
    assert status == 200 and "attachment" in headers["Content-Disposition"]
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    by_id = {row[1]: row for row in rows if len(row) == 10}
    for expected in expected_screens(year.boards):
        assert tuple(map(float, by_id[expected[0]][3:])) == expected[1:], (by_id[expected[0]], expected)
    for row in rows:
        for cell in row:
            assert cell[:1] not in ("=", "+", "@", "\t", "\r"), cell
    assert any("'=HYPERLINK" in cell for row in rows for cell in row)
    status, _, text = browser.ask("GET", "/reports/view?period=year-25-12&area=krongpa")
    assert status == 200 and len(text.encode()) < 150000, len(text.encode())
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text and "15/12/2025" in text and "14/12/2026" in text
    assert "Bảng &lt;b&gt;s01" in text and "<b>s01" not in text
    for path in ("/reports", "/reports?area=c01", "/register", "/register?area=c01"):
        status, _, text = browser.ask("GET", path)
        assert status == 200, (path, status)
    for query in ("first=2026-02-30&last=2026-03-01", "first=2026-03-01&last=2026-02-01", "period=x",
                  "first=1990-01-01&last=2026-01-01"):
        assert browser.ask("GET", "/reports/view?" + query)[0] == 400, query


def test_periods():
    """As of some days, what the made ready reports cover."""
    with lib.source() as one:
        for now, period, first, last in [
                ("2026-11-18", "year-20-11", "2025-12-15", "2026-11-19"),
                ("2026-12-18", "year-20-11", "2025-12-15", "2026-11-19"),
                ("2026-12-22", "year-20-11", "2026-12-15", "2027-11-19"),
                ("2026-11-18", "year-05-12", "2025-12-15", "2026-12-04"),
                ("2026-12-09", "year-10-12", "2025-12-15", "2026-12-09"),
                ("2027-01-20", "year-25-12", "2025-12-15", "2026-12-14"),
                ("2026-11-14", "month", "2026-09-15", "2026-10-14"),
                ("2026-11-15", "month", "2026-10-15", "2026-11-14"),
                ("2026-01-01", "month", "2025-11-15", "2025-12-14"),
                ("2026-01-01", "last-month", "2025-12-01", "2025-12-31"),
                ("2026-02-01", "quarter", "2025-10-01", "2025-12-31"),
                ("2026-07-01", "half-year", "2026-01-01", "2026-06-30"),
                ("2026-01-01", "year", "2025-01-01", "2025-12-31"),
                ("2026-07-10", "year", "2026-01-01", "2026-07-09")]:
            page_days = days_of(one, now, period)
            assert page_days == (first, last), (now, period, page_days)


def days_of(one, now, period):
    """From the page, where they are said to people."""
    if not hasattr(days_of, "ready"):
        page.with_user(one)
        days_of.ready = True
    one.serve("--no-watch", "--clock", now + "T03:00:00Zx0")
    try:
        browser = page.Browser(one)
        browser.sign_in()
        _, _, text = browser.ask("GET", "/reports", Accept_Language="en")
    finally:
        one.stop()
    said = text[text.index("period=%s&amp;" % period):].split("fine\">from ", 1)[1].split("<", 1)[0].split(" to ")
    return tuple("-".join(reversed(day.split("/"))) for day in said)


if __name__ == "__main__":
    lib.run_tests(globals())
