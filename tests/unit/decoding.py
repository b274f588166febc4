"""Speaks to bangtin-decode as a player does (render/decode/wire.h), and keeps what it said and drew."""
import collections
import fcntl
import mmap
import os
import signal
import socket
import struct
import subprocess
import time

LAYOUT = struct.Struct("IIqqiiIIIIQqIII96s16sI0q")  # BtDecodeMessage
INFO, START, FRAME, RELEASE, SOUND, SOUND_TAKEN, END, FAILED, CUE, TEXT, EXAMINE, FOUND, ALIVE = range(1, 14)
FIELDS = ("type slot pts_ms duration_ms w_px h_px n_slots opaque has_sound want_sound position sound_pts_ms loop "
          "frame_us has_cues text code pixels")
Message = collections.namedtuple("Message", FIELDS)
Frame = collections.namedtuple("Frame", "pts_ms duration_ms opaque pixels")  # pixels: premultiplied BGRA, or b""
SLOTS = 3
SOUND_FRAMES, SOUND_FRAME_BYTES = 48000, 4  # the ring of sound: S16 stereo
SEALS = 1 | 2 | 4  # no more seals, no shrinking, no growing
PATIENCE_S = 60


class Decoded:
    """What came of one content."""

    def __init__(self):
        self.info = None  # Message, or None when it was refused before
        self.size = None  # of the frames
        self.frames = []
        self.sound = bytearray()
        self.said = b""  # on standard error
        self.failed = None  # (code, reason) in the decoder's words
        self.ended = False
        self.exit = None  # as subprocess has it: negative for a signal


def message(kind, **fields):
    parts = dict.fromkeys(Message._fields, 0)
    parts.update(fields, type=kind, text=b"", code=b"")
    return LAYOUT.pack(*parts.values())


def memory(size):
    fd = os.memfd_create("ring", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALS)
    return fd


def spawn(content_fd):
    """The process, and our end of its socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def place():
        high = os.dup2(theirs.fileno(), 20), os.dup2(content_fd, 21)
        os.dup2(high[0], 3, inheritable=True)
        os.dup2(high[1], 4, inheritable=True)

    program = subprocess.Popen([os.path.join(os.environ["BUILD"], "libexec", "bangtin-decode")], preexec_fn=place,
                               close_fds=False, stderr=subprocess.PIPE)
    theirs.close()
    ours.settimeout(PATIENCE_S)
    return program, ours


class _Talk:
    def __init__(self, sock, out, size, pts_ms, sound, loop, most, keep):
        self.sock, self.out, self.keep, self.most = sock, out, keep, most
        self.size, self.pts_ms, self.sound, self.loop = size, pts_ms, sound, loop
        self.memories = {}

    def start(self, info):
        self.out.info, self.out.size = info, self.size or (info.w_px, info.h_px)
        slots, sound = (SLOTS if info.w_px > 0 else 0), int(bool(self.sound and info.has_sound))
        w, h = self.out.size
        wanted = {FRAME: w * h * 4 * slots, SOUND: SOUND_FRAMES * SOUND_FRAME_BYTES * sound}
        fds = [memory(size) for size in wanted.values() if size]
        for kind, fd in zip([kind for kind, size in wanted.items() if size], fds):
            self.memories[kind] = mmap.mmap(fd, wanted[kind], prot=mmap.PROT_READ)
        socket.send_fds(self.sock, [message(START, pts_ms=self.pts_ms, w_px=w, h_px=h, n_slots=slots,
                                            want_sound=sound, loop=int(self.loop))], fds)
        for fd in fds:
            os.close(fd)

    def frame(self, said):
        size = self.out.size[0] * self.out.size[1] * 4
        at = said.slot * size
        pixels = self.memories[FRAME][at:at + size] if self.keep else b""
        self.out.frames.append(Frame(said.pts_ms, said.duration_ms, bool(said.opaque), pixels))
        if self.most and len(self.out.frames) >= self.most:
            return False
        self.sock.send(message(RELEASE, slot=said.slot))
        return True

    def hear(self, said):
        taken = len(self.out.sound) // SOUND_FRAME_BYTES
        for n in range(taken, said.position):
            at = n % SOUND_FRAMES * SOUND_FRAME_BYTES
            self.out.sound += self.memories[SOUND][at:at + SOUND_FRAME_BYTES]
        self.sock.send(message(SOUND_TAKEN, position=said.position))

    def take(self, said):
        """False when enough was heard."""
        if said.type == INFO and not said.has_cues:
            self.start(said)
        elif said.type == FRAME:
            return self.frame(said)
        elif said.type == SOUND:
            self.hear(said)
        elif said.type == FAILED:
            self.out.failed = said.code.split(b"\0")[0].decode(), said.text.split(b"\0")[0].decode(errors="replace")
        self.out.ended |= said.type == END
        return True

    def run(self):
        """That the decoder lives is no word of it."""
        going, until = True, time.monotonic() + PATIENCE_S
        while going:
            try:
                data = self.sock.recv(LAYOUT.size)
                if not data:
                    return
                said = Message(*LAYOUT.unpack(data))
                if said.type != ALIVE:
                    until = time.monotonic() + PATIENCE_S
                elif time.monotonic() > until:
                    raise TimeoutError
                going = self.take(said)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has said all and is gone; its last words are still to be read


def decode(path, size=None, pts_ms=0, sound=False, loop=False, most=None, keep=True):
    """All of the content, or its first `most` frames, in `size` (its own when None). `keep`: the pixels too."""
    out = Decoded()
    content = os.open(path, os.O_RDONLY)
    program, sock = spawn(content)
    os.close(content)
    try:
        _Talk(sock, out, size, pts_ms, sound, loop, most, keep).run()
    except TimeoutError:
        program.kill()
        out.exit, out.said = -signal.SIGALRM, b"no word for a minute"
    sock.close()
    said = program.stderr.read()
    program.stderr.close()
    code = program.wait()
    if out.exit is None:
        out.exit, out.said = code, said
    return out
