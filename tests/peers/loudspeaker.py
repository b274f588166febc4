"""What is heard, from outside: a PulseAudio of its own, and a sound card whose clock is ours.

The server plays into a FIFO; peer-sound-card takes the frames out of it as a card would, at its own speed,
and says when it heard a beep, by the monotonic clock."""
import os
import pathlib
import signal
import subprocess
import threading
import time

import district

CARD = district.BUILD / "tests" / "peer-sound-card"
HOLDS_MS = 43  # of the card: what an installer writes as [sound] delay_ms


def put_first(process):
    """A card waits for nobody, and its server for nobody else: before all that a test puts before others. All
    threads, for the server puts itself behind when it starts."""
    for task in pathlib.Path("/proc", str(process.pid), "task").iterdir():
        try:
            os.sched_setscheduler(int(task.name), os.SCHED_FIFO, os.sched_param(20))
        except PermissionError:
            return


class Loudspeaker:
    """With `ppm`, the card is so much faster. What it said stands in `beeps` (ms) and `missing` (pairs of ms and a
    number of frames); what it played, in the file `played` (S16 stereo 48 kHz)."""

    def __init__(self, folder, ppm=0):
        self.folder, self.ppm = folder, ppm
        self.fifo, self.socket = folder / "card", folder / "pulse.socket"
        self.played = folder / "played.raw"
        self.beeps, self.missing = [], []
        self.server = self.card = None
        folder.mkdir()

    def env(self):
        return {"SDL_AUDIODRIVER": "pulseaudio", "PULSE_SERVER": "unix:%s" % self.socket,
                "XDG_RUNTIME_DIR": str(self.folder), "PULSE_COOKIE": str(self.folder / "cookie")}

    def plug_in(self):
        """The server, and its card."""
        for path in (self.fifo, self.socket):
            path.unlink(missing_ok=True)
        env = dict(os.environ, **self.env(), HOME=str(self.folder))
        with open(self.folder / "pulse.log", "ab") as log:
            self.server = subprocess.Popen(
                ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
                 "--realtime=no", "--high-priority=no",
                 "-L", "module-native-protocol-unix auth-anonymous=1 socket=%s" % self.socket,
                 "-L", "module-pipe-sink file=%s rate=48000 format=s16le channels=2" % self.fifo],
                stdout=log, stderr=log, env=env)
        district.wait_for(lambda: self.fifo.exists() and self.socket.exists(), 20, "PulseAudio")
        self.card = subprocess.Popen([str(CARD), str(self.fifo), str(self.ppm), str(self.played)], text=True,
                                     stdout=subprocess.PIPE)
        for process in (self.server, self.card):
            put_first(process)
        threading.Thread(target=self.listen, args=(self.card.stdout,), daemon=True).start()

    def listen(self, lines):
        with lines:
            for line in lines:
                word, *numbers = line.split()
                if word == "beep":
                    self.beeps.append(float(numbers[0]))
                else:
                    self.missing.append((float(numbers[0]), int(numbers[1])))

    def pull_out(self):
        """The server dies, and the card with it."""
        for process in filter(None, (self.server, self.card)):
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(10)

    def __enter__(self):
        self.plug_in()
        return self

    def __exit__(self, *_):
        self.pull_out()


def monotonic_ms():
    return time.monotonic() * 1000
