#!/usr/bin/env python3
"""Two hours without a network (by a virtual clock), and a reply that is lost when it is back: what the
board did arrives at the source in order and once."""
import gzip
import http.client
import http.server
import json
import threading
import time
import unittest

import way_lib as way
from way_lib import district

RATE = 240
HOURS = 2
ITEM_MS = 60000


class Proxy(http.server.ThreadingHTTPServer):
    """Between board and source; can be down, and can lose replies to reports after they were made."""
    daemon_threads = True

    def __init__(self, port):
        self.target, self.down, self.lose = port, False, 0
        self.batches = []  # of (seqs, whether the reply got through)
        super().__init__(("127.0.0.1", 0), Passing)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass  # a board that hangs up is none


class Passing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def ask(self, body):
        peer = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=20)
        peer.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            peer.putheader(name, value)
        peer.endheaders(body)
        answer = peer.getresponse()
        data = answer.read()
        peer.close()
        return answer, data

    def is_lost(self, body):
        if not self.path.endswith("/reports"):
            return False
        lost = self.server.lose > 0
        self.server.lose -= lost
        text = gzip.decompress(body) if self.headers["Content-Encoding"] else body
        seqs = [json.loads(line)["seq"] for line in text.splitlines()]
        self.server.batches.append((seqs, not lost))
        return lost

    def do_GET(self):
        if self.server.down or self.path.endswith("/events"):
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer, data = self.ask(body)
        if self.is_lost(body):
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if answer.status != 304:
            self.wfile.write(data)

    do_POST = do_GET


class Offline(unittest.TestCase):
    def setUp(self):
        self.place = district.District()
        self.addCleanup(self.place.__exit__)
        self.place.serve()
        self.proxy = Proxy(self.place.port)
        self.addCleanup(self.proxy.stop)
        self.screen = self.place.screen("kp-01", base="http://127.0.0.1:%d" % self.proxy.port)
        items = [way.text(i, "Bản tin %s" % i, duration_ms=ITEM_MS) for i in "abc"]
        made = way.manifest(1, items)
        del made["assets"], made["screens"]
        self.place.publish(made, screens=["kp-01"])

    def play_through_an_outage(self):
        screen, proxy = self.screen, self.proxy
        self.begin_ms = time.time_ns() // 1000000
        screen.play("--display", "offscreen", "--clock",
                    "%sx%d" % (district.rfc3339(self.begin_ms), RATE))
        district.wait_for(lambda: any(f["type"] == "played" for f in screen.report()), 30,
                          "a first report\n" + way.log(screen))
        proxy.down = True
        self.before = len(proxy.batches)
        time.sleep(HOURS * 3600 / RATE)
        self.assertEqual(len(proxy.batches), self.before)
        self.waiting = screen.status()["spool"]["waiting"]
        proxy.lose = 1
        proxy.down = False
        district.wait_for(lambda: proxy.lose == 0, 30, "reports after the outage")
        district.wait_for(lambda: screen.status()["spool"]["waiting"] < 5, 30, "an empty spool")
        screen.stop()
        way.expect_calm(way.log(screen))

    def test_two_hours(self):
        self.play_through_an_outage()
        self.assertGreater(self.waiting, HOURS * 60)
        self.check_batches()
        facts = self.screen.report()
        self.check_once_and_in_order(facts)
        self.check_no_minute_is_missing([f for f in facts if f["type"] == "played"])
        told = [f for f in facts if f["type"] == "event" and f["event"] == "skipped"]
        self.assertLessEqual(len(told), 2, told)  # not one a poll

    def check_batches(self):
        after = self.proxy.batches[self.before:]
        self.assertEqual([through for _, through in after][:2], [False, True])
        lost, again = after[0][0], after[1][0]
        self.assertEqual(again[:len(lost)], lost)  # the same once more, from the same place
        for seqs, _ in self.proxy.batches:
            self.assertEqual(seqs, sorted(set(seqs)))

    def check_once_and_in_order(self, facts):
        seqs = [fact["seq"] for fact in facts]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
        self.assertEqual(len({fact["id"] for fact in facts}), len(facts))
        # show's facts are committed once a second, those of sync at once
        instants = [fact["at"] for fact in facts]
        late = [(a, b) for a, b in zip(instants, instants[1:])
                if district.millis(b) < district.millis(a) - 1100 * RATE]
        self.assertEqual(late, [])

    def check_no_minute_is_missing(self, played):
        self.assertGreater(len(played), HOURS * 60)
        self.assertEqual(len({(f["item"], f["due"]) for f in played}), len(played))
        for first, second in zip(played, played[1:]):
            gap_ms = district.millis(second["start"]) - district.millis(first["end"])
            self.assertLessEqual(abs(gap_ms), ITEM_MS, (first, second))
        shown_ms = sum(f["shown_ms"] for f in played)
        span_ms = district.millis(played[-1]["end"]) - district.millis(played[0]["start"])
        self.assertGreater(shown_ms, 0.98 * span_ms)


if __name__ == "__main__":
    unittest.main(verbosity=2)
