#!/usr/bin/env python3
"""A board whose source has a budget, and one whose network wants a login: the glass stays, status says why and until
when, and it goes on by itself."""
import http.server
import os
import pathlib
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers
import way_lib as way
from way_lib import district

MB = 1024 * 1024
AHEAD_H = 12 - time.gmtime().tm_hour  # of UTC: it is about noon on the board, no day ends meanwhile


def image(ident, data, seconds=10):
    return {"id": ident, "kind": "image", "asset": peers.sha256(data), "duration_ms": seconds * 1000}


class Budget(unittest.TestCase):
    def setUp(self):
        self.tree = way.Tree()
        self.addCleanup(self.tree.__exit__)
        self.tree.put(way.manifest(1, [way.text("old", "Bản tin cũ")]))
        self.authority = peers.Authority(self.tree.folder / "tls")
        self.nginx = peers.Nginx(self.tree.folder / "nginx", self.tree.made, self.authority)
        self.addCleanup(self.nginx.stop)
        self.screen = self.tree.box("https://localhost:%d" % self.nginx.port, source="ca=%s\nday_mb=2\nmonth_mb=100\n"
                                    % self.authority.ca)
        self.screen.config.write_text(self.screen.config.read_text().replace(
            "[screen]\n", "[screen]\ntimezone=Etc/GMT%+d\n" % -AHEAD_H))
        self.sent = 0

    def traffic(self):
        status = self.screen.status()
        return status["sources"][0].get("traffic") if status else None

    def wait_for_waiting(self):
        def waits():
            traffic = self.traffic()
            return traffic if traffic and traffic["to_come"]["waits"] else None
        return district.wait_for(waits, 30, "something that waits for the budget")

    def sent_of(self, name):
        self.sent += sum(int(line[4].removeprefix("sent=")) for line in self.nginx.log() if line[2].endswith(name))
        return self.sent

    def words(self, language):
        done = district.run(district.PLAYER, "status", "--config", self.screen.config,
                            env=dict(os.environ, LANGUAGE=language, LC_ALL="C.UTF-8", LANG="C.UTF-8"))
        return done.stdout

    def test_used_up(self):
        film = way.plain_png(64, 32, (9, 9, 9), 6 * MB)
        name = self.tree.put_asset(film)
        self.screen.play()
        district.wait_for(lambda: self.screen.on_air("main") == "old", 30, "the old bulletin")
        time.sleep(1.1)  # nginx tells files of one size apart by the second
        self.tree.put(way.manifest(2, [image("new", film)], assets=way.asset(film, "image/png")))
        waiting = self.wait_for_waiting()
        to_come = waiting["to_come"]
        self.assertEqual((to_come["waits"], to_come["objects"]), ("day", 1), waiting)
        self.assertGreater(to_come["bytes"], 4 * MB)
        self.assertTrue(to_come["until"].endswith("%02d:00:00.000Z" % (-AHEAD_H % 24)), waiting)  # its midnight
        self.assertEqual(waiting["day"]["limit"], 2 * MB)
        self.assertLess(waiting["day"]["used"], 2 * MB)
        self.assertGreater(waiting["day"]["used"], MB)
        self.assertGreaterEqual(waiting["month"]["forecast"], waiting["month"]["used"])
        status = self.screen.status()
        self.assertEqual(status["sources"][0]["state"], "ok", status)
        self.assertEqual(self.screen.on_air("main"), "old")
        self.assertIn("the day's budget is used up, until 00:00 ", self.words("en"))
        self.assertIn(" of 2.0 MiB", self.words("en"))
        self.assertIn("đã hết hạn mức trong ngày, tải tiếp lúc 00:00 ", self.words("vi"))

        sent = self.sent_of(name)
        self.assertLess(sent, 2 * MB)
        os.kill(self.screen.pid_of("sync"), signal.SIGKILL)  # and it is not forgotten
        time.sleep(1)
        self.screen.stop()
        self.screen.play()
        again = self.wait_for_waiting()
        self.assertGreaterEqual(again["day"]["used"], waiting["day"]["used"])
        time.sleep(2)
        self.assertEqual(self.sent_of(name), sent)
        told = [e for e in way.events(self.screen, "waiting")]
        self.assertEqual([(e["what"], e["source"]) for e in told], [("day", "krongpa")], told)

        self.screen.stop()
        self.screen.config.write_text(self.screen.config.read_text().replace("day_mb=2", "day_mb=20"))
        self.screen.play()
        district.wait_for(lambda: self.screen.on_air("main") == "new", 40, "the new bulletin")
        self.assertEqual(self.sent_of(name), len(film))  # nothing twice
        district.wait_for(lambda: self.traffic()["to_come"]["objects"] == 0, 20, "nothing to come")
        self.screen.stop()
        way.expect_calm(way.log(self.screen))


class Portal(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked += 1
        if not self.server.portal:
            super().do_GET()
            return
        page = b"<html>Please log in</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_error(404)


class Captive(unittest.TestCase):
    def test_login(self):
        tree = way.Tree()
        self.addCleanup(tree.__exit__)
        tree.put(way.manifest(1, [way.text("old", "Bản tin cũ")]))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                 lambda *words: Portal(*words, directory=str(tree.tree)))
        server.daemon_threads, server.portal, server.asked = True, False, 0
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        screen = tree.box("http://127.0.0.1:%d" % server.server_port)
        screen.play()
        district.wait_for(lambda: screen.on_air("main") == "old", 30, "the old bulletin")

        server.portal = True
        def state():
            return (screen.status() or {"sources": [{"state": None}]})["sources"][0]["state"]
        district.wait_for(lambda: state() == "captive", 20, "the word for a portal")
        tree.put(way.manifest(2, [way.text("new", "Bản tin mới")]))
        asked = server.asked
        time.sleep(6)
        self.assertLess(server.asked - asked, 8)  # less and less often
        self.assertEqual(screen.on_air("main"), "old")
        told = [e for e in way.events(screen, "skipped") if e.get("code") == "captive"]
        self.assertEqual(len(told), 1, told)

        server.portal = False
        district.wait_for(lambda: state() == "ok", 40, "a good state")
        district.wait_for(lambda: screen.on_air("main") == "new", 30, "the new bulletin")
        screen.stop()
        way.expect_calm(way.log(screen))


if __name__ == "__main__":
    unittest.main(verbosity=2)
