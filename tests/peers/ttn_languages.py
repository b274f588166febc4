#!/usr/bin/env python3
"""What a province writes in many ways looks right: highland languages in the font hack of before 2021, half-decomposed
Vietnamese, Khmer.

A text in an old way must give the picture of the same text in Unicode, to the pixel; $TTN_PICTURES names a folder for who
wants to look at them."""
import time
import unicodedata
import unittest

import ttn_lib as ttn
import way_lib as way
from bulletins import Bulletin
from province import Province

SLOT_S = 5
HACKED = ("tơring ]ar: [ôn lan ngă [uh, hơdôm {ôn ]ư\\ Ayun kơno\\ng hlo\\h, mu\\t sang hră",
          "tơring čar: ƀôn lan ngă ƀuh, hơdôm Ƀôn čư̆ Ayun kơnŏng hlŏh, mŭt sang hră")
VIETNAMESE = "Ủy ban nhân dân thị trấn Phú Túc thông báo lịch tiêm phòng dại cho đàn chó mèo, bắt đầu từ thứ Hai tuần tới."
KHMER = "គណៈកម្មាធិការប្រជាជនឃុំ សូមជូនដំណឹងអំពីកាលវិភាគចាក់វ៉ាក់សាំងការពារជំងឺឆ្កែឆ្កួត។"


def half_decomposed(text):
    """ê + U+0301: the tone apart, the letter whole."""
    out = []
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        tone = [p for p in parts[1:] if p in "\u0300\u0301\u0303\u0309\u0323"]
        rest = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tone))
        out.append(rest + "".join(tone))
    return "".join(out)


def title_of(text):
    return " ".join(text.split()[:3])


# name → (as it comes, as it should look, language)
TEXTS = {
    "highland": (*HACKED, "jra"),
    "half-decomposed": (half_decomposed(VIETNAMESE), VIETNAMESE, "vi"),
    "khmer": (KHMER, KHMER, "km"),
}


class Languages(unittest.TestCase):
    def picture_of(self, dialect, texts):
        """name → the picture of it on a board."""
        with ttn.Town() as town, Province() as province:
            board = ttn.Board(town, province, dialect=dialect, canvas=(640, 384))
            board.play()
            board.wait_for_connection()
            start = int(time.time()) + 6
            slots = ttn.slots_of(start, SLOT_S, len(texts))
            for (text, should, lang), slot in zip(texts.values(), slots):
                b = province.publish(Bulletin(title=title_of(text), content=text, lang=lang, slots=[slot],
                                              duration_s=SLOT_S))
                if text in HACKED:
                    b.title, b.content = title_of(should), should  # the play log says what was shown
            made = {}
            for name, slot in zip(texts, slots):
                ttn.sleep_until(slot[0] + SLOT_S / 2)
                board.wait(lambda: board.on_air(), name, 5)
                path = board.snapshot(way.district.rfc3339((slot[0] + SLOT_S / 2) * 1000), town.folder / (name + ".png"))
                ttn.keep(path, name + ".png")
                made[name] = way.Picture(path)
            self.assertEqual([str(f) for f in province.faults], [])
            board.end()
            return made

    def test_pictures(self):
        old = self.picture_of({"dialect": "cao-nguyen", "extends": "ttn-2.0", "text": {"jra": "vov4"}},
                              TEXTS)
        new = self.picture_of(None, {name + "-unicode": (should, should, lang)
                                      for name, (_, should, lang) in TEXTS.items()})
        for name in TEXTS:
            with self.subTest(name):
                self.assertEqual(old[name].differs(new[name + "-unicode"]), 0)
        self.assertGreater(old["highland"].differs(old["khmer"]), 1000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
