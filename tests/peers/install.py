#!/usr/bin/env python3
"""What `cmake --install` puts into place works from there: the programs, the decoder they start, messages in
Vietnamese, manuals, and units that systemd's own checker takes and finds little exposed."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import district
import way_lib as way

EXPOSED_MAX = 3.0  # of 10, by systemd-analyze security


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="bangtin-install-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.prefix = pathlib.Path(cls.folder.name) / "usr"
        district.run("cmake", "--install", district.BUILD, "--prefix", cls.prefix)
        units = cls.prefix / "lib/systemd/system"
        cls.unit, cls.source = units / "bangtin.service", units / "bangtin-source.service"

    def test_programs(self):
        picture = self.prefix.parent / "red.png"
        picture.write_bytes(way.plain_png(64, 64, (200, 0, 0)))
        self.assertIn("bangtin-source ", district.run(self.prefix / "bin/bangtin-source", "--version").stdout)
        said = district.run(self.prefix / "bin/bangtin", "check", picture,
                            env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="vi"))
        self.assertIn("red.png", said.stdout)
        self.assertNotIn("accepted", said.stdout, "not in Vietnamese")
        for page in "man1/bangtin.1", "man1/bangtin-source.1", "man5/player.conf.5":
            self.assertTrue((self.prefix / "share/man" / page).exists(), page)

    def test_units_name_the_installed_programs(self):
        for unit, verb in (self.unit, "play --config"), (self.source, "serve --data"):
            program = re.search(r"^ExecStart=(\S+) " + verb, unit.read_text(), re.M).group(1)
            self.assertEqual(program, str(self.prefix / "bin" / unit.stem))

    def test_verify(self):
        for unit in self.unit, self.source:
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_exposure(self):
        for unit in self.unit, self.source:
            said = district.run("systemd-analyze", "security", "--offline=yes", "--no-pager", unit).stdout
            exposed = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", said).group(1))
            print("%s: exposed: %.1f of 10" % (unit.stem, exposed))
            self.assertLessEqual(exposed, EXPOSED_MAX, said)

    def test_service(self):
        """What the watch is made of stands in the unit."""
        lines = self.unit.read_text().splitlines()
        for line in ("Type=notify", "Restart=always", "WatchdogSec=10s", "NoNewPrivileges=yes",
                     "ProtectSystem=strict", "OOMPolicy=continue", "StartLimitIntervalSec=0"):
            self.assertIn(line, lines)

    def test_web_server(self):
        """Its configuration names the socket and the folder that the unit makes."""
        unit, nginx = self.source.read_text(), (self.prefix / "share/bangtin/nginx-bangtin.conf").read_text()
        data, socket = re.search(r"--data (\S+) --listen unix:(\S+)", unit).groups()
        self.assertIn("server unix:%s;" % socket, nginx)
        self.assertIn("root %s/tree;" % data, nginx)


if __name__ == "__main__":
    unittest.main(verbosity=2)
