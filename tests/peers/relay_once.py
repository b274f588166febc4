"""bangtin-relay alone: an order in, MPEG-TS and words out."""
import os
import pathlib
import socket
import struct
import subprocess

RELAY = pathlib.Path(os.environ.get("BUILD", "build")).resolve() / "libexec" / "bangtin-relay"
HOSTS, HOST_BYTES = 16, 263
WORD = struct.Struct("=I4xQ16s200s")


def order(url, hosts=(), ca="", size=(320, 192), rate=4 * 1024 * 1024):
    """A BtRelayOrder (player/relay/wire.h)."""
    named = b"".join(host.encode().ljust(HOST_BYTES, b"\0") for host in hosts).ljust(HOSTS * HOST_BYTES, b"\0")
    head = url.encode().ljust(2001, b"\0") + named + str(ca).encode().ljust(1024, b"\0")
    head += b"\0" * (-len(head) % 4)
    return head + struct.pack("=iiI", *size, rate)


class Relay:
    def __init__(self, url, **more):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.output, write_end = os.pipe()

        def place():
            a, b = os.dup(theirs.fileno()), os.dup(write_end)
            high = [os.dup2(a, 30), os.dup2(b, 31)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)
            os.closerange(5, 64)
        self.process = subprocess.Popen([str(RELAY)], close_fds=False, preexec_fn=place, stdin=subprocess.DEVNULL)
        theirs.close()
        os.close(write_end)
        self.socket = ours
        ours.send(order(url, **more))

    def words(self, seconds):
        """(bytes, failure) as told until the relay ends or `seconds` are over."""
        self.socket.settimeout(seconds)
        total, failure = 0, None
        try:
            while data := self.socket.recv(4096):
                kind, n, code, reason = WORD.unpack(data)
                total += n
                if kind == 2:
                    failure = (code.rstrip(b"\0").decode(), reason.rstrip(b"\0").decode())
                    break
        except TimeoutError:
            pass
        return total, failure

    def read(self, n):
        """At least `n` bytes of the stream, less at its end."""
        got = b""
        while len(got) < n and (data := os.read(self.output, 65536)):
            got += data
        return got

    def streamer(self):
        """The process that parses: the relay's child."""
        done = subprocess.run(["pgrep", "-P", str(self.process.pid)], stdout=subprocess.PIPE, text=True, check=False)
        return int(done.stdout.split()[0]) if done.stdout else None

    def close(self):
        self.socket.close()
        os.close(self.output)
        self.process.kill()
        self.process.wait()
