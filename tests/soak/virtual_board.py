"""A board in a virtual machine: QEMU without hardware help, Debian's own kernel, this machine's files as its
root (read-only, with a layer in memory over them), the real systemd, and one disk for the player's state.

The guest obeys a shell on its second serial line. Ending QEMU by SIGKILL takes the power away: what the
guest had not yet given to its disk is lost."""

import glob
import os
import pathlib
import shutil
import socket
import subprocess
import time

PREFIX = "/opt/bangtin"  # not in /tmp, which the service does not see
MODULES = ("virtio_pci", "virtio_blk", "9pnet_virtio", "9p", "overlay", "ext4", "crc32c_generic", "i6300esb",
           "uhid", "hid-cp2112")
# Of the machine that is lent its files: what is slow there, or speaks of hardware that is not here.
MASKED = ("systemd-tmpfiles-setup systemd-tmpfiles-setup-dev systemd-journal-flush systemd-update-utmp "
          "systemd-binfmt systemd-modules-load systemd-machine-id-commit systemd-random-seed "
          "systemd-pstore systemd-hwdb-update systemd-sysctl systemd-sysusers systemd-timesyncd "
          "apparmor networking keyboard-setup console-setup ldconfig").split()
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /lower /over /new
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in $(cat /modules/order); do insmod /modules/$module; done
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro root /lower
mount -t tmpfs -o size=400m over /over
mkdir /over/up /over/work
mount -t overlay -o lowerdir=/lower,upperdir=/over/up,workdir=/over/work over /new
mkdir /over/etc
cp -a /lower/etc/. /over/etc; mount --bind /over/etc /new/etc
mount -t tmpfs tmp /new/tmp; chmod 1777 /new/tmp
rm -rf /new/etc/systemd/system /new/etc/fstab /new/.dockerenv
mkdir -p /new/etc/systemd/system /new/opt/bangtin /new/srv/tree /new/var/lib/bangtin /new/run
for unit in @MASKED@; do ln -s /dev/null /new/etc/systemd/system/$unit.service; done
cp -r /lower@ETC@/. /new/etc/
mount --bind /lower@ROOT@@PREFIX@ /new/opt/bangtin
mount --bind /lower@TREE@ /new/srv/tree
cp /new/opt/bangtin/lib/systemd/system/bangtin.service /new/etc/systemd/system/
mount -t ext4 /dev/vda /new/var/lib/bangtin
mount -t proc proc /new/proc
chroot /new systemd-sysusers /opt/bangtin/lib/sysusers.d/bangtin.conf
umount /new/proc
umount /proc /sys; mount --move /dev /new/dev
exec switch_root /new /lib/systemd/systemd
"""
TARGET = """[Unit]
Description=The board and who looks at it
Requires=basic.target
After=basic.target
Wants=bangtin.service agent.service
"""
AGENT = """[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/sh -c 'stty -F /dev/ttyS1 raw -echo; exec </dev/ttyS1 >/dev/ttyS1 2>&1; \
echo @@hello; while read -r line; do eval "$$line"; echo "@@$$?"; done'
"""


def wait_for(condition, seconds, what, every_s=0.3, clock=time.monotonic):
    until = clock() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if clock() > until:
            raise AssertionError("not within %s s: %s" % (seconds, what))
        time.sleep(every_s)


def starved_s(pid):
    """For how long a process was kept waiting for a CPU: that of its threads that waited longest."""
    longest_ns = 0
    for path in glob.glob("/proc/%d/task/*/schedstat" % pid):
        try:
            longest_ns = max(longest_ns, int(pathlib.Path(path).read_text().split()[1]))
        except OSError:
            pass  # it ended
    return longest_ns / 1e9


def connect(path):
    """None: nobody listens there yet."""
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError):
        line.close()
        return None
    return line


def newest_kernel():
    """Debian's, of which the modules are here too: (file, version)."""
    found = [(p, os.path.basename(p)[len("vmlinuz-"):]) for p in glob.glob("/boot/vmlinuz-*-amd64")]
    found = [(p, v) for p, v in found if os.path.isdir("/lib/modules/" + v)]
    if not found:
        raise SystemExit("no kernel of Debian's: packaging/needs long")
    return max(found, key=lambda pair: os.path.getmtime(pair[0]))


class VirtualBoard:
    def __init__(self, folder, build, tree, config):
        self.folder, self.process, self.line = pathlib.Path(folder), None, None
        self.starved_before_s = self.starved_now_s = 0
        self.folder.mkdir()
        root, etc = self.folder / "root", self.folder / "etc"
        subprocess.run(["cmake", "--install", str(build), "--prefix", PREFIX], check=True,
                       env=dict(os.environ, DESTDIR=str(root)), stdout=subprocess.DEVNULL)
        (etc / "bangtin").mkdir(parents=True)
        (etc / "bangtin/player.conf").write_text(config)
        (etc / "systemd/system").mkdir(parents=True)
        (etc / "systemd/system/board.target").write_text(TARGET)
        (etc / "systemd/system/agent.service").write_text(AGENT)
        (etc / "systemd/system.conf.d").mkdir()
        (etc / "systemd/system.conf.d/watchdog.conf").write_text("[Manager]\nRuntimeWatchdogSec=30\n")
        (etc / "udev/rules.d").mkdir(parents=True)
        shutil.copy(root / PREFIX[1:] / "lib/udev/rules.d/60-bangtin-gpio.rules", etc / "udev/rules.d")
        shutil.copy(pathlib.Path(__file__).with_name("usb-gpio.py"), etc / "bangtin")
        self.kernel, version = newest_kernel()
        script = INIT
        for name, value in (("MASKED", " ".join(MASKED)), ("ETC", str(etc)), ("ROOT", str(root)),
                            ("PREFIX", PREFIX), ("TREE", str(tree))):
            script = script.replace("@%s@" % name, value)
        self.make_initrd(script, version)
        self.disk = self.folder / "state.img"
        with open(self.disk, "wb") as out:
            out.truncate(256 << 20)
        subprocess.run(["mkfs.ext4", "-q", str(self.disk)], check=True)

    def make_initrd(self, script, version):
        tree = self.folder / "initrd"
        (tree / "bin").mkdir(parents=True)
        (tree / "modules").mkdir()
        shutil.copy("/bin/busybox", tree / "bin/busybox")
        order = []
        for module in MODULES:
            said = subprocess.run(["modprobe", "--show-depends", "-S", version, module], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout
            for words in (line.split() for line in said.splitlines()):
                name = os.path.basename(words[-1]) if words[0] == "insmod" else None
                if name and name not in order:
                    order.append(name)
                    shutil.copy(words[-1], tree / "modules")
        (tree / "modules/order").write_text("\n".join(order) + "\n")
        (tree / "init").write_text(script)
        (tree / "init").chmod(0o755)
        names = subprocess.run(["find", ".", "-print0"], cwd=tree, check=True, stdout=subprocess.PIPE).stdout
        with open(self.folder / "initrd.cpio", "wb") as out:
            subprocess.run(["busybox", "cpio", "-o", "-H", "newc", "-0"], cwd=tree, input=names, stdout=out,
                           check=True, stderr=subprocess.DEVNULL)

    def clock(self):
        """Seconds, without those in which this machine had no CPU for the guest: what else runs here is no
        fault of the board's."""
        if self.process is not None and self.process.poll() is None:
            self.starved_now_s = max(self.starved_now_s, starved_s(self.process.pid))
        return time.monotonic() - self.starved_before_s - self.starved_now_s

    def wait_for(self, condition, seconds, what, every_s=0.3):
        return wait_for(condition, seconds, what, every_s, self.clock)

    def boot(self, rtc="utc"):
        """Turns the power on; returns when the guest listens."""
        self.starved_before_s += self.starved_now_s
        self.starved_now_s = 0
        path = self.folder / "agent"
        path.unlink(missing_ok=True)
        words = ["qemu-system-x86_64", "-machine", "q35,accel=tcg", "-cpu", "max", "-smp", "2", "-m", "1536",
                 "-nodefaults", "-display", "none", "-no-reboot", "-kernel", self.kernel,
                 "-initrd", str(self.folder / "initrd.cpio"), "-append", "console=ttyS0 panic=-1 quiet systemd.unit=board.target systemd.show_status=no",
                 "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
                 "-device", "virtio-9p-pci,fsdev=root,mount_tag=root",
                 "-device", "i6300esb", "-action", "watchdog=reset",
                 "-drive", "file=%s,format=raw,if=virtio" % self.disk, "-rtc", "base=" + rtc,
                 "-serial", "file:%s" % (self.folder / "console.log"),
                 "-serial", "unix:%s,server=on,wait=off" % path]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        self.line = wait_for(lambda: connect(path), 20, "QEMU's socket")
        self.heard = ""
        self.hear("@@hello", 600)

    def hear(self, wanted, seconds):
        until = self.clock() + seconds
        while wanted not in self.heard or "\n" not in self.heard[self.heard.index(wanted):]:
            self.line.settimeout(max(0.01, until - self.clock()))
            try:
                data = self.line.recv(65536)
            except TimeoutError:
                if self.clock() < until:  # it was kept waiting meanwhile
                    continue
                data = b""
            if not data:
                raise AssertionError("the guest did not say %r within %d s: %r\n%s" % (
                    wanted, seconds, self.heard[-500:], self.console()[-3000:]))
            self.heard += data.decode(errors="replace")
        said, rest = self.heard.split(wanted, 1)
        end, self.heard = rest.split("\n", 1)
        return said, end

    def run(self, command, seconds=60, check=True):
        """What a line of shell said in the guest, as root."""
        self.line.sendall((command + "\n").encode())
        said, code = self.hear("@@", seconds)
        if check and int(code) != 0:
            raise AssertionError("%s: %s\n%s" % (command, code.strip(), said))
        return said.strip()

    def show(self, *names):
        """Properties of the unit."""
        said = self.run("systemctl show bangtin.service -p " + ",".join(names))
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)

    def console(self):
        return (self.folder / "console.log").read_text(errors="replace")

    def tell_all(self):
        """What is known of a guest that disappointed."""
        print(self.console()[-3000:])
        try:
            print(self.run("journalctl -b --no-pager -o short-monotonic | tail -60", check=False), flush=True)
        except (AssertionError, AttributeError, OSError) as failure:
            print("the guest says nothing more: %s" % failure, flush=True)

    def cut_power(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.line.close()
        self.process = None
