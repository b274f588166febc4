#!/usr/bin/env python3
"""Makes the demo's drafts for `bangtin-source publish` from the templates beside this file: manifests.py MEDIA FOLDER.

A notice speaks of days to come, so a template says "{{+3 weekday}}" for three days from today:
    iso      2026-11-25          day      25/11/2026
    weekday  thứ Tư, 25/11       year     2026
    km       the day in Khmer, as Khmer notices write it
"""
import datetime
import json
import os
import pathlib
import re
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
WEEKDAYS = [
    day.replace(" ", "\u00a0")
    for day in ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
]
KHMER_MONTHS = (
    "មករា",
    "កុម្ភៈ",
    "មីនា",
    "មេសា",
    "ឧសភា",
    "មិថុនា",
    "កក្កដា",
    "សីហា",
    "កញ្ញា",
    "តុលា",
    "វិច្ឆិកា",
    "ធ្នូ",
)
VIETNAM = datetime.timezone(datetime.timedelta(hours=7))


def khmer(day):
    digits = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
    month = KHMER_MONTHS[day.month - 1]
    return f"ថ្ងៃទី{day.day} ខែ{month} ឆ្នាំ{day.year}".translate(digits)


FORMS = {
    "iso": lambda day: day.isoformat(),
    "day": lambda day: f"{day.day}/{day.month}/{day.year}",
    "weekday": lambda day: f"{WEEKDAYS[day.weekday()]},\u00a0{day.day}/{day.month}",
    "year": lambda day: str(day.year),
    "km": khmer,
}


def fill(template, today):
    def put(match):
        return FORMS[match[2]](today + datetime.timedelta(days=int(match[1])))

    def sentences(text):
        return re.sub(r'(^|[.!?\n]\s|")(thứ\u00a0)', lambda m: m[1] + m[2].capitalize(), text)

    return sentences(re.sub(r"\{\{([+-]\d+) (\w+)\}\}", put, template))


def main():
    media, folder = map(pathlib.Path, sys.argv[1:3])
    today = datetime.datetime.now(VIETNAM).date()
    for name in ("wall", "panel"):
        text = fill((HERE / f"{name}.json").read_text(encoding="utf-8"), today)
        json.loads(text)
        draft = folder / name
        draft.mkdir(parents=True, exist_ok=True)
        (draft / "manifest.json").write_text(text, encoding="utf-8")
        for asset in set(re.findall(r'"file:([^"]+)"', text)):
            if not (draft / asset).exists():
                shutil.copy(media / asset, draft / asset)


if __name__ == "__main__":
    main()
