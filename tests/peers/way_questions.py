#!/usr/bin/env python3
"""What the command line answers: `bangtin rundown` on the samples is what the slow schedule says of a week, and
`bangtin why` speaks the language of who asks, also where no locale was generated."""
import json
import os
import pathlib
import sys
import tempfile
import unittest

from way_lib import district

sys.path.insert(0, str(district.SOURCE / "tests/unit"))
import schedule_oracle as oracle

SAMPLES = pathlib.Path(district.SOURCE) / "playlists/samples"
BEGIN = "2026-11-23T00:00:00+07:00"
WEEK_MS = 7 * 86400 * 1000
ALL_CLASSES = (1 << len(oracle.CLASSES)) - 1


class Rundown(unittest.TestCase):
    def rows(self, sample, begin, end):
        text = district.run(district.PLAYER, "rundown", "--manifest", SAMPLES / sample, "--from",
                            district.rfc3339(begin), "--to", district.rfc3339(end), "--json").stdout
        rows = json.loads(text)
        for row in rows:
            row["start"], row["end"] = district.millis(row["start"]), district.millis(row["end"])
        return rows

    def scenario(self, manifest, begin, end):
        entry = {"from": 0, "sha256": "0" * 64, "manifest": manifest}
        return {"from": begin, "to": end,
                "sources": [{"name": manifest["source"], "classes": ALL_CLASSES, "manifests": [entry]}]}

    def write_ticker_lengths(self, manifest, rows):
        """How far a text runs is for the fonts to say: a ticker lasts as long as its first whole row."""
        for items in (playlist["items"] for playlist in manifest["playlists"]):
            for item in (i for i in items if i["kind"] == "ticker"):
                whole = next(r for r in rows if r["item"] == item["id"] and not r["resumed"])
                item.update(kind="clock", duration_ms=whole["end"] - whole["start"])

    def check(self, sample):
        manifest = json.loads((SAMPLES / sample).read_text())
        begin = district.millis(BEGIN)
        end = begin + WEEK_MS
        rows = self.rows(sample, begin, end)
        self.write_ticker_lengths(manifest, rows)
        dump, oracle.run_dump = oracle.run_dump, lambda _: {"rows": rows, "probes": []}
        try:
            n, _ = oracle.compare(self.scenario(manifest, begin, end), step=60000)
        finally:
            oracle.run_dump = dump
        self.assertGreater(n, 7)

    def test_samples(self):
        for sample in ("night-windows.json", "two-classes.json", "split-wall.json", "ticker-clock.json",
                       "simple.json"):
            with self.subTest(sample):
                self.check(sample)

    def test_one_zone(self):
        begin = district.millis("2026-11-23T06:00:00+07:00")
        every = self.rows("ticker-clock.json", begin, begin + 600000)
        zone = every[0]["zone"]
        text = district.run(district.PLAYER, "rundown", "--manifest", SAMPLES / "ticker-clock.json",
                            "--from", district.rfc3339(begin), "--to", district.rfc3339(begin + 600000),
                            "--zone", zone, "--json").stdout
        self.assertEqual(len(json.loads(text)), sum(row["zone"] == zone for row in every))
        self.assertLess(len(json.loads(text)), len(every))

    def picture(self, at_ms, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.png"
            district.run(district.PLAYER, "snapshot", "--manifest", SAMPLES / "simple.json", *options, "--at",
                         district.rfc3339(at_ms), "-o", path)
            return path.read_bytes()

    def test_pages(self):
        """The picture changes at the very millisecond at which a page is said to turn, and not between."""
        text = district.run(district.PLAYER, "rundown", "--manifest", SAMPLES / "simple.json", "--from",
                            "2026-11-22T08:00:22.878+07:00", "--to", "2026-11-22T08:00:23+07:00", "--json",
                            "--pages").stdout
        pages = json.loads(text)[0]["pages"]
        self.assertEqual([(p["lang"], p["page"], p["of"]) for p in pages], [("vi", 1, 2), ("vi", 2, 2)])
        first, second = (district.millis(p["start"]) for p in pages)
        self.assertEqual(self.picture(first), self.picture(second - 1))
        self.assertNotEqual(self.picture(second - 1), self.picture(second))

    def test_kind_of_screen(self):
        at = district.millis("2026-11-22T08:00:00+07:00")
        self.assertNotEqual(self.picture(at, "--led"), self.picture(at, "--panel"))
        self.assertEqual(self.picture(at, "--led"), self.picture(at))  # a small canvas


class Why(unittest.TestCase):
    def ask(self, *options, **words):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("LC_") and k not in ("LANG", "LANGUAGE")}
        env.update(words)
        return district.run(district.PLAYER, "why", "--manifest", SAMPLES / "night-windows.json", "--at",
                            "2026-11-23T05:00:00+07:00", *options, env=env).stdout

    def test_language(self):
        vietnamese = "hôm nay là thứ Hai, chương trình chỉ chạy vào thứ Sáu"
        english = "today is Monday, the programme runs only on Friday"
        cases = [
            (dict(LC_ALL="C.UTF-8", LANGUAGE="vi"), vietnamese),
            (dict(LANG="C.UTF-8", LANGUAGE="vi:en"), vietnamese),
            (dict(LANG="vi_VN.UTF-8"), vietnamese),
            (dict(LANG="vi_VN"), vietnamese),
            (dict(LC_ALL="vi_VN.UTF-8", LANGUAGE="en"), english),
            (dict(LANGUAGE="vi"), vietnamese),
            (dict(LANG="C", LANGUAGE="vi"), english),
            (dict(LANG="en_US.UTF-8"), english),
            (dict(), english),
        ]
        for words, expected in cases:
            with self.subTest(words):
                self.assertIn(expected, self.ask(**words))

    def test_json_says_the_same(self):
        steps = json.loads(self.ask("--json", LANG="vi_VN.UTF-8"))
        lines = self.ask(LANG="vi_VN.UTF-8").splitlines()
        self.assertEqual([("● " if s["chosen"] else "○ ") + s["sentence"] for s in steps], lines)
        chosen = [s for s in steps if s["chosen"]]
        self.assertTrue(any(s.get("zone") == "main" and s.get("item") == "r1" for s in chosen), chosen)


if __name__ == "__main__":
    unittest.main(verbosity=2)
