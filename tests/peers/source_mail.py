#!/usr/bin/env python3
"""Letters over a network: to a mail server with a certificate of an authority of ours, on TLS from the first byte or from
STARTTLS on, and to those that somebody else put in its place. Neither a letter nor the password leaves in plain."""

import base64
import contextlib
import os
import pathlib
import ssl

import peers
import source_lib as lib
import source_watch as watch
from source_browser import Browser

PASSWORD = "mật khẩu của hộp thư"


class SafeTalk(watch.MailTalk):
    def handle(self):
        server, self.is_safe = self.server, False
        try:
            if server.way == "smtps":
                self.wrap()
            self.say("220 sink")
            while (line := self.listen()) and self.answer(line.decode(errors="replace").strip()):
                pass
        except OSError as trouble:  # whoever does not trust us goes
            server.troubles.append(str(trouble))

    def wrap(self):
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile, self.is_safe = self.request.makefile("rb"), self.request.makefile("wb", 0), True

    def listen(self):
        line = self.rfile.readline()
        if not self.is_safe:
            self.server.plain.append(line)
        return line

    def answer(self, line):
        verb = line.split()[0].upper() if line else ""
        if verb == "EHLO":
            offers = ["sink", "AUTH PLAIN"] + ["STARTTLS"] * (self.server.way == "starttls" and not self.is_safe)
            for i, offer in enumerate(offers):
                self.say("250%s%s" % (" " if i == len(offers) - 1 else "-", offer))
        elif verb == "STARTTLS":
            self.say("220 go on")
            self.wrap()
        elif verb == "AUTH":
            said = line.split()[2] if len(line.split()) > 2 else self.ask_for_it()
            self.server.logins.append(base64.b64decode(said).decode().split("\0")[1:])
            self.say("235 welcome")
        elif verb == "DATA":
            self.take()
        else:
            self.say("221 bye" if verb == "QUIT" else "250 sink")
        return verb != "QUIT"

    def ask_for_it(self):
        self.say("334 ")
        return self.listen().decode().strip()


class SafeSink(watch.MailSink):
    """A mail server that wants a password; it writes down what came to it without TLS. `way`: smtps, starttls, or
    plain, as the one whom somebody sits before that takes STARTTLS out of the greeting."""

    def __init__(self, authority, way):
        self.way, self.plain, self.logins, self.troubles = way, [], [], []
        self.show(authority)
        super().__init__(talk=SafeTalk)

    def show(self, authority):
        """This certificate from now on."""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(authority.certificate, authority.key)


class PostHouse(watch.House):
    def __init__(self, one):
        super().__init__(one, mail=False)
        self.folder = pathlib.Path(one.folder)
        # 0.0.0.0 reaches this machine and is no name of it, so nothing goes there in plain
        self.ours = peers.Authority(self.folder / "tls", "DNS:localhost,IP:0.0.0.0")
        password = os.path.join(one.data, "mail.password")
        with open(password, "w") as f:
            f.write(PASSWORD + "\n")
        os.chmod(password, 0o600)
        self.screens(1)

    def stand(self, way, authority=None):
        self.sink.close()
        self.sink = SafeSink(authority or self.ours, way)
        return self.sink

    def conf(self, scheme, host, ca=None):
        with open(os.path.join(self.one.data, "mail.conf"), "w") as f:
            f.write("[mail]\nurl=%s://%s:%d\nfrom=bangtin@example.vn\nuser=bangtin\npassword-file=mail.password\n"
                    % (scheme, host, self.sink.port) + ("ca-file=%s\n" % ca if ca else ""))

    def arrives(self):
        """The letter of the silent screen, once, by TLS alone."""
        self.pass_time(7200, step=600)
        letter, = self.take()
        assert letter["To"] == "an@example.vn" and "Bảng s00" in watch.words(letter), watch.words(letter)
        assert self.sink.logins == [["bangtin", PASSWORD]], self.sink.logins
        assert self.sql("SELECT count(*), min(problem) FROM letter WHERE sent_ms IS NOT NULL") == [(1, "")]

    def stays(self, *words):
        """Nothing left but the greeting, and the record says why, also to whoever looks at the page."""
        self.pass_time(1200, step=300)
        assert self.take() == [] and self.sink.logins == []
        heard = b"".join(self.sink.plain).upper().split()
        assert not {b"AUTH", b"MAIL", b"RCPT", b"DATA"} & set(heard), heard
        (tries, problem), = self.sql("SELECT tries, problem FROM letter WHERE sent_ms IS NULL")
        assert tries >= 2 and any(word in problem for word in words), problem
        assert PASSWORD not in problem
        return problem


@contextlib.contextmanager
def post_house():
    with lib.source() as one:
        h = PostHouse(one)
        try:
            yield h
        finally:
            h.close()


def test_smtps():
    with post_house() as h:
        h.stand("smtps")
        h.conf("smtps", "localhost", h.ours.ca)
        h.arrives()
        assert h.sink.plain == []


def test_starttls():
    with post_house() as h:
        h.stand("starttls")
        h.conf("smtp", "0.0.0.0", h.ours.ca)
        h.arrives()
        assert [line.split()[0] for line in h.sink.plain] == [b"EHLO", b"STARTTLS"], h.sink.plain


def test_another_host():
    """A good certificate, of another server."""
    with post_house() as h:
        other = peers.Authority(h.folder / "other", "DNS:mail.example.vn")
        for way, scheme, host in (("smtps", "smtps", "localhost"), ("starttls", "smtp", "0.0.0.0")):
            h.stand(way, other)
            h.conf(scheme, host, other.ca)
            h.stays("does not match", "no alternative certificate subject name")
        h.sink.show(h.ours)
        h.conf(scheme, host, h.ours.ca)
        h.arrives()


def test_an_unknown_authority():
    with post_house() as h:
        stranger = peers.Authority(h.folder / "stranger", "DNS:localhost,IP:0.0.0.0")
        for way, scheme, host in (("smtps", "smtps", "localhost"), ("starttls", "smtp", "0.0.0.0")):
            h.stand(way, stranger)
            for ca in (h.ours.ca, None):  # None: the authorities of the system
                h.conf(scheme, host, ca)
                problem = h.stays("certificate")
        h.one.serve()
        browser = Browser(h.one, "an")
        assert problem.split(": ")[-1].replace("'", "&apos;") in browser.get("/contacts"), problem


def test_no_starttls():
    with post_house() as h:
        h.stand("plain")
        h.conf("smtp", "0.0.0.0", h.ours.ca)
        h.stays("STARTTLS")


def test_old_certificate():
    with post_house() as h:
        h.stand("smtps", h.ours.early(3))
        h.conf("smtps", "localhost", h.ours.ca)
        h.stays("not yet valid")


if __name__ == "__main__":
    lib.run_tests(globals())
