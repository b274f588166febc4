#!/usr/bin/env python3
"""A cut that came with now.json holds through kill -9 and a start, whatever a server with only the freshness key says,
until an order that an approver signed; and an order of before says nothing of a cut that came after it."""
import os
import signal
import time
import unittest

import way_lib as way
from way_lib import district, peers

PATIENCE_S = 90 if district.SANITIZE else 30
QUIET_S = 6 if district.SANITIZE else 4


class Cut(unittest.TestCase):
    def setUp(self):
        self.tree = way.Tree()
        self.addCleanup(self.tree.__exit__)
        self.hello = self.tree.put_envelope(self.tree.seal(way.manifest(1, [way.text("hello", "Xin chào")])))
        self.say()
        self.box = self.tree.box()
        self.box.play()
        self.wait("hello")

    # ---- what the server says ----

    def say(self, **more):
        self.tree.write_now(self.tree.seal(self.tree.now(self.hello, **more), "now"))

    def cut(self, ident, **more):
        self.say(commands=[{"id": ident, "verb": "cut", "args": {}, "until": peers.rfc3339(1)}], **more)
        self.wait("cut", ident)

    def order(self, version, of, key="publish", role="order", issued=0.0):
        payload = {"spec": 1, "source": "krongpa", "version": version, "issued": peers.rfc3339(issued),
                   "expires": peers.rfc3339(500), "screens": [peers.SCREEN],
                   "orders": [{"id": "o%d-%d" % (version, i), "verb": "resume", "of": one} for i, one in enumerate(of)]}
        envelope = self.tree.seal(payload, role, key)
        name = peers.sha256(envelope)
        self.tree.made.write("v1/orders/" + name, envelope)
        return name

    # ---- what the board does ----

    def state(self):
        return self.box.status() or {"state": None, "on_air": []}

    def wait(self, what, ident=None):
        def is_so():
            status = self.state()
            if what == "cut":
                return status["state"] == "cut" and (ident is None or ident in [c["id"] for c in status["cuts"]])
            return [row["item"] for row in status["on_air"]] == [what]
        district.wait_for(is_so, PATIENCE_S, "%s on the glass" % what)

    def stays_cut(self):
        end = time.monotonic() + QUIET_S
        while time.monotonic() < end:
            self.assertEqual(self.state()["state"], "cut")
            time.sleep(0.3)

    def words(self, *command):
        return district.run(district.PLAYER, *command, "--config", self.box.config).stdout

    def has_event(self, event, code, what):
        district.wait_for(lambda: [f for f in way.events(self.box, event) if f.get("code", "") == code and f["what"] == what],
                          PATIENCE_S, "an event %s (%s) of %s" % (event, code, what))

    # ---- the tests ----

    def test_holds_until_an_order(self):
        self.cut("c-1")
        cut = self.state()["cuts"]
        self.assertEqual([(c["source"], c["id"], c["ends"]) for c in cut], [("krongpa", "c-1", "signature")])
        self.assertIn("c-1", self.words("status"))
        self.assertIn("c-1", self.words("why", "--at", peers.rfc3339(0.001)))
        roles = [self.box.pid_of(role) for role in ("show", "sync")]
        for pid in [self.box.process.pid, *roles]:
            os.kill(pid, signal.SIGKILL)
        self.box.process.wait()
        self.say()  # the command is gone: it stands in the board's own ledger
        self.box.play()
        self.wait("cut", "c-1")
        self.stays_cut()
        name = self.order(1, ["c-1"], key="emergency")
        self.say(order=name)
        self.wait("hello")
        self.has_event("released", "", name)
        # once more cut: the order of before is no answer to it, nor the version that it has
        self.cut("c-2", order=name)
        self.stays_cut()
        self.say(order=self.order(1, ["c-2"]))
        self.stays_cut()
        self.say(order=self.order(2, ["c-2"]))
        self.wait("hello")
        self.cut("c-3")
        self.say(order=name)
        self.has_event("refused", "rollback", name)
        self.stays_cut()
        early = self.order(3, ["all"], issued=-1.0)
        self.say(order=early)
        self.has_event("released", "", early)
        self.stays_cut()
        self.say(order=self.order(4, ["all"], issued=0.01))
        self.wait("hello")

    def test_freshness_key_cannot_release(self):
        self.cut("c-1")
        mine = self.order(1, ["c-1"], key="freshness")
        self.say(order=mine)
        self.has_event("refused", "unknown-key", mine)
        stranger = self.order(2, ["all"], key=self.tree.stranger)
        self.say(order=stranger)
        self.has_event("refused", "unknown-key", stranger)
        as_now = self.order(3, ["all"], key="publish", role="now")
        self.say(order=as_now)
        self.has_event("refused", "invalid", as_now)
        self.tree.write_now(self.tree.seal(self.tree.now(self.hello, commands=[
            {"id": "c-9", "verb": "resume", "args": {}, "until": peers.rfc3339(1)}]), "now"))
        self.has_event("refused", "invalid", "now.json")
        self.say(deny=[mine], commands=[{"id": "c-1", "verb": "identify", "args": {}, "until": peers.rfc3339(1)}])
        self.stays_cut()
        self.say(order=self.order(4, ["c-1"]))
        self.wait("hello")

    def test_hands_on_the_board(self):
        """The board's own cut is not the source's to end, and hands at the board end both."""
        self.cut("c-1")
        self.words("cut")
        district.wait_for(lambda: len(self.state().get("cuts", [])) == 2, PATIENCE_S, "both cuts")
        self.say(order=self.order(1, ["all"], issued=0.01))
        district.wait_for(lambda: [c["ends"] for c in self.state().get("cuts", [])] == ["board"], PATIENCE_S,
                          "the board's own cut")
        self.cut("c-2")
        self.words("resume")
        self.wait("hello")


if __name__ == "__main__":
    unittest.main(verbosity=2)
