#!/usr/bin/env python3
"""Urgent while a film plays, twenty times: how long from the broker's publish to the glass, by a witness outside the player;
at its end the film is where it should be by now, and each has its entry in the play log.

The film's colour says where it stands: twelve seconds of red, green and blue in turn."""
import os
import statistics
import subprocess
import time

import ttn_lib as ttn
import glass
import way_lib as way
from bulletins import Bulletin
from province import Province

ROUNDS = int(os.environ.get("ROUNDS", 20))
MEDIAN_LIMIT_MS = 1000
COLOURS, PART_S = ("c01818", "18a028", "2030c0"), 4
FILM_S = PART_S * len(COLOURS)
URGENT_S = 3
RECT = (0, 0, 640, 384)
EDGE_S = 0.6  # a change of colour, and the coming back of the film


def make_film(path):
    words = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    for colour in COLOURS:
        words += ["-f", "lavfi", "-i", "color=c=0x%s:s=640x384:r=25:d=%d" % (colour, PART_S)]
    subprocess.run(words + ["-filter_complex", "concat=n=%d:v=1" % len(COLOURS), "-c:v", "libx264", "-pix_fmt", "yuv420p",
                            "-g", "25", "-movflags", "+faststart", str(path)], check=True)
    return path.read_bytes()


def colour_due(start_s, at_s):
    """What the film shows by now, or None near a change."""
    place = (at_s - start_s) % FILM_S
    if place % PART_S < EDGE_S or place % PART_S > PART_S - EDGE_S:
        return None
    return COLOURS[int(place // PART_S)]


def is_film(sample):
    return any(glass.near(sample.mean, c, 14) for c in COLOURS)


def one_round(board, province, witness, number):
    """(publish to glass, end to film) in ms, and the bulletin."""
    sent_ms = glass.wall_ms()
    b = Bulletin(1, "urgent", "Khẩn cấp %d" % number, "Lũ về", "Nước sông Ba lên nhanh. Di dời ngay. %d" % number,
                 until_s=int(time.time()) + 1 + URGENT_S)
    province.publish(b)
    seen = board.wait(lambda: next((s for s in list(witness.samples) if s.ms >= sent_ms and not is_film(s)), None),
                      "the urgent one on the glass", 20)
    board.wait(lambda: witness.last().ms > b.until_s * 1000 and is_film(witness.last()), "the film again", 20)
    back = next(s for s in list(witness.samples) if s.ms > b.until_s * 1000 and is_film(s))
    return seen.ms - b.at_s * 1000, back.ms - b.until_s * 1000, b


def check_film(witness, start_s, rounds):
    """Wherever the film was on the glass it stood where it should."""
    wrong = []
    for sample in list(witness.samples):
        at_s = sample.ms / 1000
        due = colour_due(start_s, at_s)
        if due and is_film(sample) and not glass.near(sample.mean, due, 14):
            wrong.append("%r, due %s" % (sample, due))
    assert not wrong, "\n".join(wrong[:20])
    assert any(colour_due(start_s, s.ms / 1000) and is_film(s) for s in witness.samples)


def say(what, values):
    print("%s: min %.0f, median %.0f, max %.0f ms of %d" % (
        what, min(values), statistics.median(values), max(values), len(values)), flush=True)


def main():
    with glass.XServer(640, 384) as x, ttn.Town() as town, Province() as province:
        film = province.web.put("phim.mp4", make_film(town.folder / "phim.mp4"), "video/mp4")
        board = ttn.Board(town, province, offscreen=False)
        board.play(env=x.env())
        board.wait_for_connection()
        start_s = int(time.time()) + 5
        b = Bulletin(4, "ordinary", "Phim", content=film, duration_s=FILM_S, slots=[(start_s, start_s + 3600)])
        province.publish(b)
        province.broker.warm(province.topic("bulletin"))
        with glass.Witness(x, RECT, 20, changes=False) as witness:
            board.wait(lambda: is_film(witness.last()), "the film", 60)
            time.sleep(2)
            rounds = []
            for number in range(ROUNDS):
                rounds.append(one_round(board, province, witness, number))
                time.sleep(1 + number * 0.37 % 1.5)
            check_film(witness, start_s, rounds)
        for _, _, one in rounds:
            began = board.wait_for_play(one, seconds=60) and board.began(one)
            assert len(began) == 1 and abs(began[0] - one.at_s) < 5, (began, one.at_s)
        say("urgent: from publish to the glass", [r[0] for r in rounds])
        say("film: from the end to the glass", [r[1] for r in rounds])
        assert not province.faults, "\n".join(map(str, province.faults))
        assert statistics.median(r[0] for r in rounds) <= MEDIAN_LIMIT_MS
        board.end()
        way.expect_calm(way.log(board))


if __name__ == "__main__":
    main()
