#!/usr/bin/env python3
"""The schedule, a second time and slowly.

Reads the bare manifests of a scenario and computes by simple loops, second by second, what each zone
shows; what build/tests/schedule-dump makes of the same scenario must be the same. Written from the
rules of playlists/FORMAT.md only. On a failure the seed is printed:

    schedule_oracle.py            a week of planned cases, then 30 random scenarios
    schedule_oracle.py SEED …     the random scenarios of these seeds
"""
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
import zoneinfo

CLASSES = ["emergency", "requisition", "priority", "ordinary", "filler"]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
RATES = {"vi": 12, "km": 9, "en": 10, "jra": 10}  # FORMAT.md, reading rates
MEASURE_PX = 11
FOREVER = 2**63 - 1
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def ms(text):
    when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round((when - EPOCH).total_seconds() * 1000)


def text_of(at):
    return (EPOCH + datetime.timedelta(milliseconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


# ---- time zones and windows ----

def offset(zone, utc_s):
    return int(datetime.datetime.fromtimestamp(utc_s, zone).utcoffset().total_seconds())


def instant(zone, local_s):
    """The first instant at which the local clock reads local_s or later."""
    around = [offset(zone, local_s - 86400), offset(zone, local_s + 86400)]
    utc = local_s - max(around)
    while utc + offset(zone, utc) < local_s:
        utc += 1
    return utc * 1000


def seconds_of(text):
    parts = [int(p) for p in text.split(":")] + [0]
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


def day_number(date):
    return (date - datetime.date(1970, 1, 1)).days


def windows(when, zone, first_day, last_day):
    """All windows that begin on these days, as (start, end)."""
    if "slots" in when:
        return [(ms(slot[0]), ms(slot[1])) for slot in when["slots"]]
    found = []
    for day in range(first_day, last_day + 1):
        date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
        if "from" in when and date < datetime.date.fromisoformat(when["from"]):
            continue
        if "until" in when and date > datetime.date.fromisoformat(when["until"]):
            continue
        if "days" in when and DAYS[date.weekday()] not in when["days"]:
            continue
        for start, end in when.get("times", [["00:00", "24:00"]]):
            a, b = seconds_of(start), seconds_of(end)
            if b <= a:
                b += 86400
            span = (instant(zone, day * 86400 + a), instant(zone, day * 86400 + b))
            if span[0] < span[1]:
                found.append(span)
    return found


# ---- lengths ----

def shown_texts(item, zone):
    lang = zone.get("lang", "")
    return [t for t in item.get("texts", []) if lang in ("", t["lang"])]


def length_ms(item, zone, assets):
    kind = item["kind"]
    if kind == "ticker":
        way = zone["rect"][2] + sum(MEASURE_PX * len(t["body"]) for t in shown_texts(item, zone))
        speed = item["speed_px_s"]
        return max(1000, -(-1000 * way // speed))
    if "duration_ms" in item:
        return max(1000, item["duration_ms"])
    if kind in ("video", "audio"):
        return max(1000, assets[item["asset"]]["duration_ms"])
    if kind == "text":
        return sum(max(5000, -(-1000 * len(t.get("title", "") + t.get("body", "")) // RATES[t["lang"]]))
                   for t in shown_texts(item, zone))
    return {"image": 10000, "clock": 10000, "alert": 20000}[kind]


# ---- passes and turns ----

class Slot:
    def __init__(self, item, length, begin, end):
        self.item, self.length, self.begin, self.end = item, length, begin, end


def passes(turns, anchor):
    """Yields (start, end, owner, item id, id before it); item None while nothing is on. `turns` is a
    list of (owner, weight, slots)."""
    t = anchor
    while True:
        round_start = t
        for owner, weight, slots in turns:
            for _ in range(weight):
                before = None
                taken = [s for s in slots if s.begin <= t < s.end]
                for s in taken:
                    yield t, t + s.length, owner, s.item, before
                    before = s.item
                    t += s.length
        if t == round_start:
            later = [s.begin for _, _, slots in turns for s in slots if s.begin > t]
            until = min(later, default=FOREVER)
            yield t, until, None, None, None
            t = until


class Walk:
    def __init__(self, turns, anchor):
        self.steps = passes(turns, anchor)
        self.now = next(self.steps)

    def at(self, t):
        while self.now[1] <= t:
            self.now = next(self.steps)
        return self.now


# ---- the scenario ----

class Programme:
    """A programme with all its windows in the scenario's time."""

    def __init__(self, source, manifest, programme, days, is_alert):
        self.source, self.manifest, self.is_alert = source, manifest, is_alert
        self.id, self.cls = programme["id"], programme.get("class", "ordinary")
        self.weight = programme.get("weight", 1)
        layout = next(l for l in manifest["layouts"] if l["id"] == programme["layout"])
        self.zones = layout["zones"]
        playlists = {p["id"]: p["items"] for p in manifest["playlists"]}
        self.items = {z: playlists[p] for z, p in programme["zones"].items()}
        zone = zoneinfo.ZoneInfo(manifest["timezone"])
        self.windows = windows(programme.get("when", {}), zone, *days)
        self.since = [(ms(a), ms(b), {z: ms(s) for z, s in more[0].items()})
                      for a, b, *more in programme.get("when", {}).get("slots", []) if more]
        self.first = next(z for z in self.zones if z["id"] in self.items)

    def start_at(self, t):
        return max((a for a, b in self.windows if a <= t < b), default=None)

    def since_at(self, t):
        """From when its zones count, where the open slot says so."""
        return next((zones for a, b, zones in self.since if a <= t < b), {})

    def allowed(self):
        if not self.source["classes"] >> CLASSES.index(self.cls) & 1:
            return False
        rects = self.source.get("rects", [])
        return not rects or all(covered(z["rect"], rects) for z in self.zones if z["id"] in self.items)


def covered(rect, rects):
    """Cell by cell, so scenarios use small canvases or large steps: corners on multiples of 8."""
    x, y, w, h = rect
    return all(any(rx <= px < rx + rw and ry <= py < ry + rh for rx, ry, rw, rh in rects)
               for px in range(x, x + w, 8) for py in range(y, y + h, 8))


class Oracle:
    def __init__(self, scenario, moving=False):
        self.s, self.moving = scenario, moving
        first = scenario["from"] // 86400000 - 3
        last = scenario["to"] // 86400000 + 3
        self.days = (first, last)
        self.programmes = {}  # id of manifest dict → list
        self.instants = set()
        for source in scenario["sources"]:
            for kind in ("manifests", "alerts"):
                for entry in source.get(kind, []):
                    self.instants.add(entry["from"])
                    if "manifest" in entry:
                        self.learn(source, entry["manifest"], kind == "alerts")
            for span in source.get("stops", []) + source.get("pauses", []):
                self.instants.update(span)
            for kind in ("denials", "set_asides", "lapses"):
                for entry in source.get(kind, []):
                    self.instants.update([entry["from"], entry.get("until", FOREVER)])
        for kind in ("cuts", "safes", "darkens", "untrusted"):
            for span in scenario.get(kind, []):
                self.instants.update(span)
        self.learn_display()
        self.until = None

    def learn(self, source, manifest, is_alert):
        self.instants.add(ms(manifest["expires"]))
        self.programmes[id(manifest)] = [
            Programme(source, manifest, p, self.days, is_alert) for p in manifest["programmes"]]
        for programme in self.programmes[id(manifest)]:
            for span in programme.windows:
                self.instants.update(span)

    def learn_display(self):
        """Every manifest's zone may come to decide when the display is on: note all their windows."""
        self.on = {}
        zones = {"": datetime.timezone(datetime.timedelta(hours=7))}
        for source in self.s["sources"]:
            for entry in source.get("manifests", []):
                zones[entry["manifest"]["timezone"]] = zoneinfo.ZoneInfo(entry["manifest"]["timezone"])
        plans = [self.s["on"]] if "on" in self.s else [
            e["manifest"].get("display", {}).get("on", []) for e in self.s["sources"][0].get("manifests", [])]
        for plan in plans:
            texts = [[p if isinstance(p, str) else "%02d:%02d" % (p // 3600, p // 60 % 60) for p in pair]
                     for pair in plan]
            for name, zone in zones.items():
                if texts:
                    spans = windows({"times": texts}, zone, *self.days)
                    self.on[(json.dumps(plan), name)] = spans
                    for span in spans:
                        self.instants.update(span)

    # -- what counts at t --

    def inside(self, kind, t):
        spans = [span for span in self.s.get(kind, []) if span[0] <= t < span[1]]
        return max(spans, default=None)

    def in_force(self, source, kind, t):
        entries = [e for e in source.get(kind, []) if e["from"] <= t]
        return entries[-1] if entries and "manifest" in entries[-1] else None

    def denied(self, source, sha, t):
        return any(d["sha256"] == sha and d["from"] <= t for d in source.get("denials", []))

    def blocked(self, source, item, t):
        names = [item.get(k) for k in ("asset", "picture", "fallback") if item.get(k)]
        names += [subtitles["asset"] for subtitles in item.get("subtitles", [])]
        return any(self.denied(source, n, t) for n in names) or any(
            s["from"] <= t < s["until"] and s["what"] in names + [item["id"]]
            for s in source.get("set_asides", []))

    def off(self, t):
        plan, name = self.s.get("on"), ""
        for i, source in enumerate(self.s["sources"]):
            entry = self.in_force(source, "manifests", t)
            if entry and not self.denied(source, entry["sha256"], t):
                name = entry["manifest"]["timezone"]
                if i == 0 and plan is None:
                    plan = entry["manifest"].get("display", {}).get("on", [])
                break
        if not plan:
            return False
        return not any(a <= t < b for a, b in self.on[(json.dumps(plan), name)])

    def may_show(self, t, untrusted):
        """All programmes that may be on at t, were their windows open: in order."""
        found = []
        for source in self.s["sources"]:
            for kind in ("manifests", "alerts"):
                entry = self.in_force(source, kind, t)
                if not entry or self.denied(source, entry["sha256"], t):
                    continue
                if kind == "manifests" and self.stopped(source, t):
                    continue
                fillers = not untrusted and t >= ms(entry["manifest"]["expires"])
                if kind == "manifests":
                    fillers = fillers or any(entry["from"] < l["from"] <= t for l in source.get("lapses", []))
                for p in self.programmes[id(entry["manifest"])]:
                    if p.allowed() and not (fillers and (p.cls != "filler" or p.is_alert)):
                        found.append(p)
        return found

    def stopped(self, source, t):
        return any(a <= t < b for a, b in source.get("stops", []))

    def slots(self, programme, zone, t, untrusted):
        slots = []
        for item in programme.items.get(zone["id"], []):
            if item.get("texts") and not shown_texts(item, zone):
                continue
            if self.blocked(programme.source, item, t):
                continue
            valid = item.get("valid", {})
            begin = ms(valid["from"]) if "from" in valid else -FOREVER
            end = ms(valid["until"]) if "until" in valid else FOREVER
            if untrusted:
                begin, end = -FOREVER, FOREVER
                if programme.cls != "filler" and not item.get("any_time"):
                    continue
            slots.append(Slot(item["id"], length_ms(item, zone, programme.manifest.get("assets", {})), begin, end))
        return slots

    # -- second by second --

    def prepare(self, t):
        """Everything that stays as it is until the next of self.instants."""
        self.cut, self.dark = self.inside("cuts", t), self.inside("darkens", t)
        self.safe = self.inside("safes", t)
        span = self.inside("untrusted", t)
        self.untrusted = bool(span)
        self.dark = self.dark or (not span and self.off(t))
        shown = self.may_show(t, bool(span))
        self.frozen = None if span or self.moving else self.find_frozen(t)
        self.classes = []
        if span:
            programmes = [p for p in shown if p.cls != "emergency"]
            self.classes.append(self.make_class("all", programmes, span[0], t))
        else:
            for cls in CLASSES:
                active = [p for p in shown if p.cls == cls and p.start_at(t) is not None]
                anchor = max((p.start_at(t) for p in active), default=None)
                self.classes.append(self.make_class(cls, active, anchor, t))

    def find_frozen(self, t):
        """What a pause holds at t: the zones of the instant at which it began, and their class."""
        pauses = sorted(((a, i, source) for i, source in enumerate(self.s["sources"])
                         for a, b in source.get("pauses", []) if a <= t < b), key=lambda p: p[0])
        for began, _, source in pauses:
            then = Oracle(self.s, moving=True)
            kind, zones = then.at(began)
            if kind != "programme" or then.untrusted:
                continue
            shown = list(zones.values())[0]
            if shown[2] != source["name"] or shown[3] == "emergency":
                continue
            if self.may_be_held(source, then, zones, t):
                return shown[3], zones
        return None

    def may_be_held(self, source, then, zones, t):
        entry = then.in_force(source, "manifests", then.asked)
        items = {i["id"]: i for p in entry["manifest"]["playlists"] for i in p["items"]}
        fillers = t >= ms(entry["manifest"]["expires"]) or any(
            entry["from"] < l["from"] <= t for l in source.get("lapses", []))
        shown = [items[z[0]] for z in zones.values() if z[0]]
        before = [items[z[6]] for z in zones.values() if z[6]]
        return not (self.denied(source, entry["sha256"], t) or self.stopped(source, t)
                    or fillers and list(zones.values())[0][3] != "filler"
                    or any(self.blocked(source, i, t) for i in shown)
                    or any(self.denied(source, i[k], t) for i in before
                           for k in ("asset", "picture", "fallback") if i.get(k)))

    def make_class(self, cls, programmes, anchor, t):
        walk, since = None, {}
        if len(programmes) == 1 and not self.untrusted:
            since = programmes[0].since_at(t)
        if programmes:
            turns = [(p, p.weight, self.slots(p, p.first, t, self.untrusted)) for p in programmes]
            walk = Walk(turns, since.get(programmes[0].first["id"], anchor))
        return {"class": cls, "walk": walk, "anchor": anchor, "since": since, "zones": {}, "began": t}

    def zone_at(self, cls, programme, zone, t):
        key = (id(programme), zone["id"])
        if key not in cls["zones"]:
            slots = self.slots(programme, zone, cls["began"], self.untrusted)
            cls["zones"][key] = Walk([(programme, 1, slots)], cls["since"].get(zone["id"], cls["anchor"]))
        return cls["zones"][key].at(t)

    def at(self, t):
        """(kind, {zone: (item, programme, source, class, start, end, previous)}), for rising t."""
        self.asked = t
        if self.until is None or t >= self.until:
            self.until = min((i for i in self.instants if i > t), default=FOREVER)
            self.prepare(t)
        if self.cut:
            return "cut", {}
        if self.safe:
            return "safe", {}
        for cls in self.classes:
            if self.frozen and not self.dark and cls["class"] == self.frozen[0]:
                return "programme", self.frozen[1]
            if self.dark and cls["class"] != "emergency":
                return "off", {}
            if not cls["walk"]:
                continue
            start, end, p, item, before = cls["walk"].at(t)
            if item is None:
                continue
            zones = {}
            for zone in p.zones:
                step = (start, end, p, item, before)
                if zone is not p.first:
                    step = (0, 0, p, None, None)
                    if zone["id"] in p.items:
                        step = self.zone_at(cls, p, zone, t)
                zones[zone["id"]] = (step[3], p.id, p.source["name"], p.cls, step[0], step[1], step[4])
            return "programme", zones
        return "safe", {}


# ---- comparing ----

class Failed(Exception):
    pass


def expect(condition, t, *words):
    if not condition:
        raise Failed("%d (%s): %s" % (t, text_of(t), " ".join(str(w) for w in words)))


def run_dump(scenario):
    folder = tempfile.mkdtemp(prefix="bt-oracle-")
    path = os.path.join(folder, "scenario.json")
    try:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(scenario, file)
        program = os.path.join(os.environ.get("BUILD", "build"), "tests", "schedule-dump")
        done = subprocess.run([program, path], stdout=subprocess.PIPE, check=False)
        if done.returncode:
            raise Failed("schedule-dump ended with %d" % done.returncode)
        return json.loads(done.stdout)
    finally:
        os.remove(path)
        os.rmdir(folder)


def compare_row(t, row, kind, zones):
    """One row that covers t, against what the oracle says of its zone at t."""
    if kind != "programme":
        expect(row["zone"] == "" and row["reason"] == kind, t, "expected", kind, "got", row)
        return
    expect(row["zone"] in zones, t, "no such zone", row, zones)
    item, programme, source, cls, start, _, _ = zones[row["zone"]]
    expect(row["item"] == item, t, "expected", zones[row["zone"]], "got", row)
    if item is None:
        expect(row["reason"] == "empty", t, row)
        return
    expect((row["programme"], row["source"], row["class"]) == (programme, source, cls), t,
           "expected", zones[row["zone"]], "got", row)
    if row["resumed"]:
        expect(row["start"] > start, t, "not resumed", row, start)
    else:
        expect(row["start"] == start, t, "due", start, row)


def compare_probe(probe, kind, zones):
    t = probe["at"]
    expect(probe["kind"] == kind, t, "expected", kind, "got", probe)
    expect({z["zone"] for z in probe["zones"]} == set(zones), t, probe, zones)
    for z in probe["zones"]:
        item, programme, _, _, start, end, before = zones[z["zone"]]
        expect(z["item"] == item and z["previous"] == before, t, "expected", zones[z["zone"]], "got", z)
        expect(probe["programme"] == programme, t, probe, programme)
        if item is not None:
            expect((z["start"], z["end"]) == (start, end), t, "expected", start, end, "got", z)


def check_until(probe, states):
    """Nothing changes before `until`, which is no later than the scenario's next change."""
    t, until = probe["at"], probe["until"]
    expect(until > t, t, "until is not later", probe)
    if until - 1 in states:
        expect(states[until - 1] == states[t], t, "changed before until", until, states[t], states[until - 1])


def samples_of(scenario, dump, step):
    first, last = scenario["from"], scenario["to"]
    samples = set(range(first, last, step))
    for row in dump["rows"]:
        samples.update((row["start"], row["start"] - 1))
    for probe in dump["probes"]:
        samples.update((probe["at"], probe["until"] - 1, probe["until"]))
    return sorted(t for t in samples if first <= t < last)


def compare(scenario, step=1000):
    dump = run_dump(scenario)
    oracle = Oracle(scenario)
    probes = {p["at"]: p for p in dump["probes"]}
    kept = set(probes) | {p["until"] - 1 for p in dump["probes"]} | {p["until"] for p in dump["probes"]}
    rows, next_row, open_rows, states, until = dump["rows"], 0, [], {}, 0
    for t in samples_of(scenario, dump, step):
        if t >= until:
            open_rows = [r for r in open_rows if r["end"] > t]
            while next_row < len(rows) and rows[next_row]["start"] <= t:
                open_rows.append(rows[next_row])
                next_row += 1
            open_rows = [r for r in open_rows if r["end"] > t]
            until = min([r["end"] for r in open_rows] + [rows[next_row]["start"]] if next_row < len(rows)
                        else [r["end"] for r in open_rows])
        kind, zones = oracle.at(t)
        expect(len(open_rows) == max(1, len(zones)), t, "rows", open_rows, "expected", kind, zones)
        for row in open_rows:
            compare_row(t, row, kind, zones)
        if t in kept:
            states[t] = (kind, zones)
        if t in probes:
            compare_probe(probes[t], kind, zones)
    moved = 0
    for probe in dump["probes"]:
        check_until(probe, states)
        if probe["until"] in states:
            moved += states[probe["until"]] != states[probe["at"]]
    return len(rows), moved


# ---- scenarios ----

def sha(n):
    return "%064x" % n


def item(ident, kind, rng=None, **more):
    made = {"id": ident, "kind": kind, **more}
    return made


LAYOUTS = [
    {"id": "split", "canvas": [640, 384], "background": "#000000", "zones": [
        {"id": "main", "rect": [0, 0, 640, 320]}, {"id": "strip", "rect": [0, 320, 640, 64]}]},
    {"id": "three", "canvas": [640, 384], "background": "#000000", "zones": [
        {"id": "main", "rect": [0, 0, 320, 320]}, {"id": "side", "rect": [320, 0, 320, 320], "lang": "km"},
        {"id": "strip", "rect": [0, 320, 640, 64], "lang": "vi"}]},
    {"id": "full", "canvas": [640, 384], "background": "#000000", "zones": [
        {"id": "main", "rect": [0, 0, 640, 384]}]}]


def manifest(source, version, playlists, programmes, **more):
    assets = {sha(n): {"size": 1000, "type": "video/mp4", "duration_ms": 3000 + 1000 * n} for n in range(1, 9)}
    assets.update({sha(100 + n): {"size": 1000, "type": "image/png"} for n in range(1, 9)})
    made = {"spec": 1, "source": source, "version": version, "issued": "2026-11-01T00:00:00Z",
            "expires": "2026-12-25T00:00:00Z", "screens": ["s"], "timezone": "Asia/Ho_Chi_Minh",
            "assets": assets, "layouts": LAYOUTS, "playlists": playlists, "programmes": programmes}
    made.update(more)
    return made


def text(ident, body, lang="vi", **more):
    return item(ident, "text", texts=[{"lang": lang, "title": "Tin", "body": body}], **more)


def week():
    """A week with overnight windows, weekdays, dates, weights, two sources and all five classes."""
    news = {"id": "news", "items": [
        text("n1", "Lịch tiêm chủng " * 12), item("n2", "video", asset=sha(3)),
        item("n3", "image", asset=sha(101), duration_ms=8000),
        text("n4", "Hạn nộp thuế " * 9, valid={"from": "2026-11-24T01:30:00.500Z", "until": "2026-11-26T10:00:00Z"})]}
    culture = {"id": "culture", "items": [item("c1", "image", asset=sha(102)), item("c2", "video", asset=sha(5))]}
    line = {"id": "line", "items": [
        item("t1", "ticker", speed_px_s=90, texts=[{"lang": "vi", "body": "Mưa to trên diện rộng " * 3}]),
        item("t2", "ticker", speed_px_s=70, texts=[{"lang": "km", "body": "ទឹក"}, {"lang": "vi", "body": "Nước"}])]}
    night = {"id": "night", "items": [item("k1", "clock"), item("i1", "image", asset=sha(103), duration_ms=61000)]}
    storm = {"id": "storm", "items": [
        item("p1", "image", asset=sha(104), valid={"from": "2026-11-25T03:00:00Z", "until": "2026-11-25T09:00:00Z"}),
        text("p2", "Bão số 9 " * 20, valid={"from": "2026-11-25T05:00:00Z", "until": "2026-11-25T05:30:00Z"})]}
    a = manifest("a", 1, [news, culture, line, night, storm], [
        {"id": "day", "layout": "split", "weight": 3, "zones": {"main": "news", "strip": "line"},
         "when": {"days": ["mon", "tue", "wed", "thu", "fri"], "times": [["05:30", "11:30"], ["13:00", "21:30"]]}},
        {"id": "weekend", "layout": "three", "zones": {"main": "culture", "side": "news", "strip": "line"},
         "when": {"days": ["sat", "sun"], "times": [["06:00", "24:00"]]}},
        {"id": "night", "layout": "full", "class": "filler", "zones": {"main": "night"}},
        {"id": "late", "layout": "split", "zones": {"main": "culture", "strip": "night"},
         "when": {"days": ["fri", "sun"], "times": [["22:00", "04:30:30"]]}},
        {"id": "storm", "layout": "full", "class": "priority", "zones": {"main": "storm"},
         "when": {"from": "2026-11-24", "until": "2026-11-26"}}])
    b = manifest("b", 7, [culture, night], [
        {"id": "army", "layout": "full", "class": "requisition", "zones": {"main": "culture"},
         "when": {"from": "2026-11-27", "until": "2026-11-27", "times": [["09:00", "09:45"], ["20:00", "20:00:07"]]}},
        {"id": "guest", "layout": "full", "weight": 2, "zones": {"main": "culture"},
         "when": {"times": [["07:00", "19:00"]]}},
        {"id": "evening", "layout": "full", "zones": {"main": "night"}, "when": {"times": [["18:00", "06:00"]]}}])
    c = manifest("a", 2, [news, culture, line, night, storm], a["programmes"][::-1])
    alarm = manifest("a", 1, [{"id": "alarm", "items": [
        item("x1", "alert", level=4, texts=[{"lang": "vi", "title": "Lũ", "body": "Sơ tán"}]),
        text("x2", "Đến trường tiểu học", lang="vi")]}],
        [{"id": "flood", "layout": "full", "class": "emergency", "zones": {"main": "alarm"}}],
        expires="2026-11-25T20:00:00Z", issued="2026-11-25T15:00:00Z")
    first = ms("2026-11-22T17:00:00Z")
    return {"from": first, "to": first + 7 * 86400000,
            "sources": [
                {"name": "a", "classes": 31, "manifests": [
                    {"from": first - 86400000, "sha256": sha(9001), "manifest": a},
                    {"from": ms("2026-11-27T02:17:13.250Z"), "sha256": sha(9002), "manifest": c}],
                 "alerts": [{"from": ms("2026-11-25T15:04:05.678Z"), "sha256": sha(9003), "manifest": alarm}],
                 "denials": [{"sha256": sha(101), "from": ms("2026-11-26T03:03:03Z")}],
                 "set_asides": [{"what": "c2", "from": ms("2026-11-28T04:00:00Z"), "until": ms("2026-11-28T06:30:00Z")}]},
                {"name": "b", "classes": 30, "manifests": [
                    {"from": first - 86400000, "sha256": sha(9004), "manifest": b}]}],
            "cuts": [[ms("2026-11-24T06:00:00Z"), ms("2026-11-24T06:05:00.001Z")]],
            "safes": [[ms("2026-11-25T15:00:00Z"), ms("2026-11-25T15:10:00.003Z")]],
            "probes": sorted(first + random.Random(1).randrange(7 * 86400000) for _ in range(300))}


ZONES = [("Asia/Ho_Chi_Minh", "2026-11-25T00:00:00Z"), ("Asia/Ho_Chi_Minh", "2026-11-28T14:00:00Z"),
         ("Europe/Berlin", "2026-10-24T20:00:00Z"), ("Europe/Berlin", "2027-03-27T20:00:00Z"),
         ("America/St_Johns", "2026-11-01T00:00:00Z")]


# 101: an hour that comes twice decides whether the display is on.
SEEDS = [*range(1, 31), 101]


class Maker:
    """Random scenarios: small, and close to every boundary."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.since = random.Random("since %d" % seed)
        self.zone, start = self.rng.choice(ZONES)
        self.first = ms(start) + self.rng.randrange(0, 12 * 3600000)
        self.last = self.first + self.rng.randrange(2, 9) * 3600000
        self.count = 0

    def some_instant(self):
        return self.rng.randrange(self.first - 3600000, self.last)

    def some_span(self):
        a = self.some_instant()
        return [a, a + self.rng.randrange(1, 3600000)]

    def items(self):
        made = []
        for _ in range(self.rng.randrange(0, 5)):
            self.count += 1
            made.append(self.item("i%d" % self.count))
        return made

    def item(self, ident):
        kind = self.rng.choice(["text", "image", "video", "clock", "ticker"])
        more = {}
        if kind == "image":
            more = {"asset": sha(100 + self.rng.randrange(1, 9))}
            if self.rng.random() < 0.7:
                more["duration_ms"] = self.rng.randrange(1000, 90000)
        if kind == "video":
            more = {"asset": sha(self.rng.randrange(1, 9))}
        if kind in ("text", "ticker"):
            langs = self.rng.sample(["vi", "km", "en"], self.rng.randrange(1, 3))
            more["texts"] = [{"lang": l, "body": "ờ" * self.rng.randrange(1, 400)} for l in langs]
        if kind == "ticker":
            more["speed_px_s"] = self.rng.randrange(10, 300)
        if self.rng.random() < 0.35:
            a, b = self.some_span()
            more["valid"] = self.rng.choice([
                {"from": text_of(a), "until": text_of(b)}, {"from": text_of(a)}, {"until": text_of(b)}])
        if self.rng.random() < 0.2:
            more["any_time"] = True
        return item(ident, kind, **more)

    def clock(self, end=False):
        s = self.rng.randrange(0, 86400, self.rng.choice([1, 60, 900, 3600]))
        if end and self.rng.random() < 0.1:
            return "24:00"
        return "%02d:%02d:%02d" % (s // 3600, s // 60 % 60, s % 60)

    def instants_in_order(self, n):
        return sorted(self.rng.sample(range(self.first - 3600000, self.last + 3600000), n))

    def with_since(self, slot, zones):
        """Half of them say from when some of their zones count."""
        if self.since.random() < 0.5:
            some = self.since.sample(zones, self.since.randrange(1, len(zones) + 1))
            slot.append({z: text_of(ms(slot[0]) - self.since.randrange(0, 7200000)) for z in some})
        return slot

    def some_slots(self, zones):
        marks = self.instants_in_order(self.rng.randrange(2, 12))
        pairs = list(zip(marks, marks[1:]))
        slots = [[text_of(a), text_of(b)] for a, b in pairs if self.rng.random() < 0.7] or [
            [text_of(a), text_of(b)] for a, b in pairs[:1]]
        return [self.with_since(slot, zones) for slot in slots]

    def when(self, zones):
        made = {}
        if self.rng.random() < 0.3:
            return {"slots": self.some_slots(zones)}
        day = datetime.datetime.fromtimestamp(self.first / 1000, datetime.timezone.utc).date()
        if self.rng.random() < 0.7:
            made["times"] = [[self.clock(), self.clock(True)] for _ in range(self.rng.randrange(1, 4))]
        if self.rng.random() < 0.3:
            made["days"] = self.rng.sample(DAYS, self.rng.randrange(2, 7))
        if self.rng.random() < 0.2:
            made["from"] = (day + datetime.timedelta(days=self.rng.randrange(-2, 2))).isoformat()
        if self.rng.random() < 0.2:
            made["until"] = (day + datetime.timedelta(days=self.rng.randrange(1, 4))).isoformat()
        return made

    def programme(self, n, playlists, cls):
        layout = self.rng.choice(LAYOUTS)
        zones = self.rng.sample([z["id"] for z in layout["zones"]], self.rng.randrange(1, len(layout["zones"]) + 1))
        return {"id": "p%d" % n, "layout": layout["id"], "class": cls, "weight": self.rng.choice([1, 1, 1, 2, 5]),
                "zones": {z: self.rng.choice(playlists)["id"] for z in zones}, "when": self.when(zones)}

    def manifest(self, version, classes):
        playlists = [{"id": "l%d" % n, "items": self.items()} for n in range(self.rng.randrange(1, 5))]
        programmes = [self.programme(n, playlists, self.rng.choice(classes))
                      for n in range(self.rng.randrange(1, 7))]
        more = {"timezone": self.zone}
        if self.rng.random() < 0.15:
            more["expires"] = text_of(self.some_instant())
            more["issued"] = text_of(self.first - 20 * 86400000)
        else:
            more["issued"] = text_of(self.first - 5 * 86400000)
            more["expires"] = text_of(self.first + 20 * 86400000)
        if self.rng.random() < 0.2:
            more["display"] = {"on": [[self.clock(), self.clock(True)]]}
        return manifest("s", version, playlists, programmes, **more)

    def source(self, n):
        made = {"name": "s%d" % n, "classes": self.rng.choice([31, 31, 30, 24]), "manifests": [], "alerts": []}
        if self.rng.random() < 0.2:
            made["rects"] = self.rng.choice([[[0, 0, 640, 320]], [[0, 0, 320, 384], [320, 0, 320, 384]]])
        starts = [self.first - self.rng.randrange(0, 3 * 86400000)]
        starts += sorted(self.some_instant() for _ in range(self.rng.choice([0, 0, 1, 2])))
        for version, start in enumerate(sorted(starts), 1):
            made["manifests"].append({"from": start, "sha256": sha(9000 + 10 * n + version),
                                      "manifest": self.manifest(version, CLASSES[1:] if n else CLASSES)})
        if self.rng.random() < 0.3:
            made["alerts"].append({"from": self.some_instant(), "sha256": sha(8000 + n),
                                   "manifest": self.manifest(1, ["emergency"])})
            if self.rng.random() < 0.5:
                made["alerts"].append({"from": self.last - 1800000, "sha256": ""})
        self.add_refusals(made, n)
        return made

    def add_refusals(self, made, n):
        if self.rng.random() < 0.3:
            what = self.rng.choice([sha(9000 + 10 * n + 1), sha(3), sha(102), sha(103)])
            made["denials"] = [{"sha256": what, "from": self.some_instant()}]
        if self.rng.random() < 0.3:
            a, b = self.some_span()
            what = self.rng.choice(["i%d" % self.rng.randrange(1, self.count + 2), sha(2), sha(101)])
            made["set_asides"] = [{"what": what, "from": a, "until": b}]
        if self.rng.random() < 0.15:
            made["lapses"] = [{"from": self.some_instant()}]
        for kind, chance in (("stops", 0.2), ("pauses", 0.4)):
            if self.rng.random() < chance:
                made[kind] = [self.some_span() for _ in range(self.rng.choice([1, 1, 3]))]

    def make(self):
        made = {"from": self.first, "to": self.last}
        made["sources"] = [self.source(n) for n in range(self.rng.randrange(1, 4))]
        for kind, chance in (("cuts", 0.2), ("safes", 0.2), ("darkens", 0.2), ("untrusted", 0.3)):
            if self.rng.random() < chance:
                made[kind] = [self.some_span()]
        if self.rng.random() < 0.1:
            made["on"] = [[6 * 3600, 22 * 3600]]
        made["probes"] = sorted(self.rng.randrange(self.first, self.last) for _ in range(100))
        return made


def main():
    seeds = [int(s) for s in sys.argv[1:]]
    try:
        if not seeds:
            rows, moved = compare(week())
            print("the week: %d rows, %d changes foretold" % (rows, moved))
        for seed in seeds or SEEDS:
            try:
                rows, moved = compare(Maker(seed).make())
            except Exception:
                print("seed %d" % seed)
                raise
            print("seed %d: %d rows, %d changes foretold" % (seed, rows, moved))
    except Failed as failure:
        print("FAILED at %s" % failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
