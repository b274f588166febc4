#!/usr/bin/env python3
"""The player's MQTT against a real broker: whom it believes, what it takes, and that nothing is lost or heard twice."""
import contextlib
import pathlib
import shutil
import signal
import socket
import tempfile
import threading
import time
import unittest

import plain_broker as broker
import peers

TOPIC = "ttn/bang/BT-01"


class Test(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bangtin-mqtt-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.ears = []

    def broker(self, name="broker", **options):
        made = broker.Broker(self.folder / name, **options)
        self.addCleanup(made.stop)
        return made

    def authority(self, name="authority", **options):
        return peers.Authority(self.folder / name, **options)

    def ear(self, url, *topics, **options):
        ear = broker.Ear(url, topics or (TOPIC,), **options)
        self.addCleanup(self.end, ear)
        return ear

    def end(self, ear):
        code = ear.close()
        self.assertIn(code, (0, 3))  # 3: it was to die

    def hear(self, place, **options):
        return self.ear(place.url(), ca=place.authority.ca, **options)


class Trust(Test):
    def test_tls(self):
        place = self.broker(authority=self.authority())
        ear = self.hear(place)
        self.assertEqual(ear.wait("state"), "state 1 ")
        place.publish(TOPIC, "Xin chào".encode())
        self.assertEqual(ear.wait("message"), "message %s 9 Xin chào" % TOPIC)

    def test_confined(self):
        """As role sync is: no local sockets, nothing but connections made."""
        place = self.broker(authority=self.authority())
        ear = self.hear(place, confined=self.folder)
        ear.wait("state 1")
        place.publish(TOPIC, b"tin")
        ear.wait("message")
        ear.ask("ttn/len/BT-01 tot")
        ear.wait("published")

    def test_another_authority(self):
        place = self.broker(authority=self.authority())
        other = self.authority("other")
        said = self.ear(place.url(), ca=other.ca).wait("state")
        self.assertIn("certificate verify failed", said)
        self.assertTrue(said.startswith("state 0"))

    def test_systems_authorities(self):
        place = self.broker(authority=self.authority())
        self.assertIn("certificate verify failed", self.ear(place.url()).wait("state 0"))

    def test_another_host(self):
        place = self.broker(authority=self.authority(names="DNS:khac.example.vn"))
        self.assertTrue(self.hear(place).wait("state").startswith("state 0"))

    def test_own_certificate(self):
        authority = self.authority()
        place = self.broker(authority=authority, clients_need_certificates=True)
        self.assertTrue(self.hear(place).wait("state").startswith("state 0"))
        ear = self.hear(place, cert=authority.certificate, key=authority.key)
        self.assertEqual(ear.wait("state"), "state 1 ")

    def test_own_certificate_missing(self):
        place = self.broker(authority=self.authority())
        said = self.hear(place, cert=self.folder / "no.pem", key=self.folder / "no.key").wait("state")
        self.assertIn("cannot be read", said)

    def test_pin(self):
        """Beside the authority, not in its place."""
        place, other = self.broker(authority=self.authority()), self.authority("other")
        pin = place.authority.pin()
        self.assertEqual(self.hear(place, pin=pin).wait("state"), "state 1 ")
        both = other.pin() + ";" + pin
        self.assertEqual(self.hear(place, pin=both, id="both").wait("state"), "state 1 ")
        wrong = self.hear(place, pin=other.pin(), id="wrong").wait("state")
        self.assertIn("certificate verify failed", wrong)
        self.assertTrue(wrong.startswith("state 0"))
        self.assertTrue(self.ear(place.url(), ca=other.ca, pin=pin).wait("state").startswith("state 0"))

    def test_number(self):
        self.assertEqual(self.ear_of_number("IP:127.0.0.1").wait("state"), "state 1 ")
        self.assertTrue(self.ear_of_number("DNS:localhost").wait("state").startswith("state 0"))

    def ear_of_number(self, names):
        place = self.broker(names[:2], authority=self.authority(names[:2] + "-authority", names=names))
        return self.ear(place.url("127.0.0.1"), ca=place.authority.ca, id=names[:2])

    def test_doubtful_clock(self):
        """A certificate whose first day has not come, as far as a clock without a battery knows, may have come."""
        place = self.broker(authority=self.authority().early(2))
        self.assertIn("certificate verify failed", self.hear(place).wait("state 0"))
        soon = self.hear(place, surely_past=peers.rfc3339(0), id="soon")
        self.assertEqual(soon.wait("state"), "state 1 ")
        over = {"surely_past": peers.rfc3339(24 * 25)}  # after its last day
        self.assertIn("certificate verify failed", self.hear(place, id="over", **over).wait("state 0"))
        pinned = self.hear(place, id="pinned", pin=place.authority.pin(), **over)
        self.assertEqual(pinned.wait("state"), "state 1 ")
        soon.ask("known")
        self.assertIn("looked at again", soon.wait("state 0"))
        self.assertIn("certificate verify failed", soon.wait("state 0"))

    def test_plain(self):
        place = self.broker()
        self.assertEqual(self.ear(place.url("127.0.0.1")).wait("state"), "state 1 ")
        refused = self.ear("mqtt://ttn.example.vn:1883").wait("refused")
        self.assertIn("without TLS", refused)
        named = self.ear("mqtt://ttn.invalid:1883", insecure=True)
        self.assertIn("not connected", named.wait("state 0"))

    def test_bad_addresses(self):
        for url in ("https://localhost", "mqtts://", "mat-khau", "mqtts://an:mat-khau@localhost"):
            said = self.ear(url).wait("refused")
            self.assertNotIn("mat-khau", said)


class Rights(Test):
    def test_user(self):
        place = self.broker(authority=self.authority(), users={"bang": "mat-khau-hoa-lan"})
        wrong = self.hear(place, user="bang", password="mat-khau-hoa-sen")
        said = wrong.wait("state")
        self.assertTrue(said.startswith("state 0"), said)
        self.assertIn("the broker refuses: Not authorized", said)
        self.assertNotIn("mat-khau", said)
        nobody = self.hear(place).wait("state 0")
        self.assertIn("the broker refuses: Not authorized", nobody)
        right = self.hear(place, user="bang", password="mat-khau-hoa-lan", id="right")
        self.assertEqual(right.wait("state"), "state 1 ")

    def test_password_changes(self):
        """Who is let in later is tried again."""
        place = self.broker(users={"bang": "mat-khau-cu"})
        ear = self.ear(place.url(), user="bang", password="mat-khau-moi")
        ear.wait("state 0")
        place.write_users({"bang": "mat-khau-moi"})
        place.process.send_signal(signal.SIGHUP)
        ear.wait("state 1")

    def test_may_not_publish(self):
        place = self.broker(users={"bang": "a"}, rights="user bang\ntopic read ttn/#\ntopic write ttn/len/#\n")
        ear = self.ear(place.url(), user="bang", password="a")
        ear.wait("state 1")
        ear.ask("ttn/len/a tot")
        self.assertEqual(ear.wait(("published", "failed")), "published")
        ear.ask("ttn/xuong/a xau")
        self.assertIn("Not authorized", ear.wait("failed"))


class Sizes(Test):
    def test_too_large(self):
        """What is above the size neither comes nor costs memory; what is said after it comes."""
        place = self.broker(authority=self.authority())
        ear = self.hear(place, max=256 * 1024)
        ear.wait("state 1")
        place.publish(TOPIC, b"truoc")
        ear.wait("message")
        before_kb = ear.peak_kb()
        (self.folder / "large").write_bytes(b"x" * (50 << 20))
        place.publish(TOPIC, (self.folder / "large").read_bytes())
        place.publish(TOPIC, b"y" * (200 * 1024))
        self.assertTrue(ear.wait("message").startswith("message %s 204800 yyy" % TOPIC))
        self.assertEqual(len(ear.messages()), 2)
        self.assertLess(ear.peak_kb() - before_kb, 8 * 1024)  # of 50 MB; TLS and the allocator take their part

    def test_rude_broker(self):
        """One that sends 100 MB although it was told not to, at the pace of half a gigabit a second, is left long before
        they are here. From the same machine without a pace all of it can come before the reader looks up once."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        threading.Thread(target=self.be_rude, args=(server,), daemon=True).start()
        ear = self.ear("mqtt://127.0.0.1:%d" % server.getsockname()[1], max=256 * 1024)
        ear.wait("state 1")
        before_kb = ear.peak_kb()
        self.assertIn("larger than was asked for", ear.wait("state 0"))
        self.assertLess(ear.peak_kb() - before_kb, 64 * 1024)
        self.assertEqual(ear.messages(), [])

    @staticmethod
    def be_rude(server):
        connection, _ = server.accept()
        connection.recv(1024)
        connection.sendall(b"\x20\x03\x00\x00\x00")  # CONNACK
        subscribe = connection.recv(1024)
        connection.sendall(b"\x90\x04" + subscribe[2:4] + b"\x00\x01")  # SUBACK, QoS 1
        with contextlib.suppress(OSError):
            connection.sendall(b"\x32\x80\x80\x80\x32\x00\x03a/b\x00\x01\x00")  # PUBLISH, 100 MB and more
            for _ in range(1600):
                connection.sendall(b"z" * 65536)
                time.sleep(0.001)
        connection.close()

    def test_bytes(self):
        place = self.broker()
        ear = self.ear(place.url())
        ear.wait("state 1")
        place.publish(TOPIC, b"x" * 100000)
        ear.wait("message")
        time.sleep(1.5)  # they are counted about each second
        ear.ask("bytes")
        first = int(ear.wait("bytes").split()[1])
        self.assertTrue(100000 < first < 110000, first)
        ear.ask("bytes")
        self.assertLess(int(ear.wait("bytes").split()[1]), 200)


class Lines(Test):
    def test_broker_restarts(self):
        """What was published while the line, or the broker, was down comes once, in order."""
        place = self.broker(authority=self.authority())
        ear = self.hear(place)
        ear.wait("state 1")
        place.stop()
        self.assertTrue(ear.wait("state").startswith("state 0 localhost:"))
        place.start()
        for i in range(5):
            place.publish(TOPIC, b"tin %d" % i)
        ear.wait("message %s 5 tin 4" % TOPIC)
        place.publish(TOPIC, b"het")
        ear.wait("message %s 3 het" % TOPIC)
        self.assertEqual([line.split(" ", 3)[3] for line in ear.messages()], ["tin %d" % i for i in range(5)] + ["het"])

    def test_away(self):
        """The same for a board that was off."""
        place = self.broker()
        first = self.ear(place.url(), id="bang")
        first.wait("state 1")
        self.assertEqual(first.close(), 0)
        place.publish(TOPIC, b"khi vang")
        place.stop()
        place.start()
        second = self.ear(place.url(), id="bang")
        self.assertEqual(second.wait("message"), "message %s 8 khi vang" % TOPIC)

    def test_dies_before_it_is_kept(self):
        """A message counts as heard when on_message has returned: one that death caught before comes again."""
        place = self.broker()
        first = self.ear(place.url(), id="bang", die_on="quan trong")
        first.wait("state 1")
        place.publish(TOPIC, b"quan trong")
        self.assertEqual(first.process.wait(broker.PATIENCE_S), 3)
        second = self.ear(place.url(), id="bang")
        self.assertEqual(second.wait("message"), "message %s 10 quan trong" % TOPIC)

    def test_stopped_ear(self):
        place = self.broker()
        ear = self.ear(place.url())
        ear.wait("state 1")
        ear.process.send_signal(signal.SIGSTOP)
        place.publish(TOPIC, b"luc ngu")
        time.sleep(1)
        ear.process.send_signal(signal.SIGCONT)
        self.assertEqual(ear.wait("message"), "message %s 7 luc ngu" % TOPIC)

    def test_dead_line(self):
        """A broker that hangs is noticed, here because something said to it is not confirmed."""
        place = self.broker()
        ear = self.ear(place.url())
        ear.wait("state 1")
        place.process.send_signal(signal.SIGSTOP)
        ear.ask("ttn/len tot")
        said = ear.wait("state 0", 150)  # two keepalives of 30 s, and the half minute of a publication
        self.assertIn("lost", said)
        place.process.send_signal(signal.SIGCONT)
        ear.wait("state 1")
        place.publish(TOPIC, b"lai")
        ear.wait("message %s 3 lai" % TOPIC)

    def test_same_id(self):
        """Two boards of one name put each other off the line; the broker does not say why."""
        place = self.broker()
        first, second = self.ear(place.url(), id="a"), None
        first.wait("state 1")
        second = self.ear(place.url(), id="a")
        self.assertIn("lost", first.wait("state 0"))
        second.wait("state 1")

    def test_publish(self):
        place = self.broker(authority=self.authority())
        ear = self.hear(place, id="a")
        ear.ask("ttn/len/a som")
        self.assertTrue(ear.wait(("published", "failed")))
        ear.wait("state 1") if not any(line.startswith("state 1") for line in ear.said) else None
        ear.ask("%s tu minh" % TOPIC)
        ear.wait("published")
        place.stop()
        ear.wait("state 0")
        ear.ask("ttn/len/a mat")
        self.assertIn("not said", ear.wait("failed"))

    def test_leaves_at_once(self):
        """Also while nothing answers: 10.255.255.1 is nobody's."""
        ear = self.ear("mqtts://10.255.255.1:8883")
        time.sleep(0.5)
        begun = time.monotonic()
        self.assertEqual(ear.close(), 0)
        self.assertLess(time.monotonic() - begun, 20)


if __name__ == "__main__":
    unittest.main()
