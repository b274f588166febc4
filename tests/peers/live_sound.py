#!/usr/bin/env python3
"""A live stream is heard: a flash and a beep at each second, as MPEG-TS or HLS with AAC from a real server, seen by a
witness of the glass and heard by a card behind a sound server, both by the monotonic clock. When the stream stops and
its fallback is on the glass, nothing is heard; when it is back, it is heard again, as much in step.

    tests/peers/live_sound.py Udp|Hls

In the middle a beep is within 40 ms of its flash: where sound leads by more, or is behind by more than 60 ms, people
begin to see it (EBU R 37), and a picture is shown where its frame begins, up to 40 ms early or late at 25 a second."""
import pathlib
import sys
import tempfile

import glass
import live_lib as live
import way_lib as way
from loudspeaker import HOLDS_MS, Loudspeaker
from sound_step import flashes, offsets
from trend import middle
from way_lib import district

WITHIN_MS = 40
ENOUGH = 8  # flashes
PATIENCE_S = 60
GREEN = (0, 160, 0)
SIZE = [640, 384]


def manifest(tree, url):
    picture = way.plain_png(64, 48, GREEN)
    stream = {"id": "s", "kind": "stream", "url": url, "duration_ms": 3600_000, "fallback": tree.put_asset(picture)}
    return way.manifest(1, [stream], assets=way.asset(picture, "image/png"), display={"volume": 100})


def is_green(sample):
    return glass.near(sample.mean, "%02x%02x%02x" % GREEN, 16)


class Room:
    """A screen that is looked at, and a loudspeaker that is listened to."""

    def __init__(self, witness, loudspeaker):
        self.witness, self.loudspeaker = witness, loudspeaker

    def count(self, from_ms):
        return len([ms for ms in flashes(list(self.witness.samples)) if ms >= from_ms])

    def judge_step(self, what):
        """The next flashes and their beeps."""
        district.wait_for(lambda: self.count(0) > 2 and self.loudspeaker.beeps, PATIENCE_S, what)
        from_ms = self.witness.last().ms + 1000
        district.wait_for(lambda: self.count(from_ms) >= ENOUGH, PATIENCE_S, "enough flashes: " + what)
        seen = [ms for ms in flashes(list(self.witness.samples)) if ms >= from_ms]
        district.wait_for(lambda: self.loudspeaker.beeps[-1] > seen[-2], PATIENCE_S, "their beeps")
        found = offsets(seen[:-1], list(self.loudspeaker.beeps))
        late = [by for _, by in found]
        print("%s: %d beeps to %d flashes, %+.1f ms in the middle (%s), the card missed %d frames" % (
            what, len(found), len(seen) - 1, middle(late) if late else 0, " ".join("%+.0f" % by for by in late),
            sum(n for _, n in self.loudspeaker.missing)), flush=True)
        assert len(found) >= 0.8 * (len(seen) - 1), "%s: not all was heard" % what
        assert abs(middle(late)) <= WITHIN_MS, "%s: the sound is off by %.1f ms" % (what, middle(late))

    def judge_silence(self, seconds=3):
        """While the fallback is on the glass, and a moment after it came, no beep."""
        district.wait_for(lambda: is_green(self.witness.last()), PATIENCE_S, "the fallback")
        from_ms = self.witness.last().ms + HOLDS_MS + 200  # what the sound server and the card still hold
        glass.time.sleep(seconds)
        assert is_green(self.witness.last()), "the fallback did not stay"
        heard = [ms for ms in list(self.loudspeaker.beeps) if ms > from_ms]
        assert not heard, "heard while the fallback is on the glass: %s" % heard


def listen(kind):
    with tempfile.TemporaryDirectory(prefix="bangtin-live-") as folder, glass.XServer(*SIZE) as x, way.Tree() as tree:
        server = getattr(live, kind)(pathlib.Path(folder) / "server", words=live.step_words)
        try:
            server.wait_ready()
            tree.put(manifest(tree, server.url))
            screen = tree.box(offscreen=False)
            screen.config.write_text(screen.config.read_text() + "\n[sound]\ndelay_ms=%d\n" % HOLDS_MS)
            with Loudspeaker(tree.folder / "sound") as loudspeaker, \
                    glass.Witness(x, (300, 180, 8, 8), 2, changes=True, monotonic=True) as witness:
                screen.play(env=dict(x.env(), **loudspeaker.env()))
                room = Room(witness, loudspeaker)
                room.judge_step(kind)
                server.stall()
                room.judge_silence()
                server.resume()
                district.wait_for(lambda: not is_green(witness.last()), PATIENCE_S, "the stream again")
                loudspeaker.beeps.clear()
                room.judge_step(kind + " again")
                screen.stop()
            way.expect_calm(way.log(screen))
        finally:
            server.close()


if __name__ == "__main__":
    glass.undisturbed()
    listen(sys.argv[1])
