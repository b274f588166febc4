#!/usr/bin/env python3
"""What root's commands leave in the state folder belongs to whom the folder belongs to, so that the service, which is
another user, can read it: a cut that is written down while no player runs, its end, and the key of a box that joins.
A third user hears that none of it is for him, not that no player runs."""
import os
import pathlib
import subprocess
import sys
import tempfile

BANGTIN = pathlib.Path(os.environ["BUILD"]) / "bin/bangtin"
NOBODY, OTHER = 65534, 65533


def run(config, *words, status, user=None):
    done = subprocess.run([BANGTIN, *words, "--config", config], capture_output=True, text=True, user=user,
                          env=dict(os.environ, LC_ALL="C.UTF-8"), timeout=60)
    assert done.returncode == status, (words, done)
    return done.stderr


def main():
    if os.geteuid() != 0:
        print("not root: nothing that root leaves")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder, state = pathlib.Path(name), pathlib.Path(name) / "state"
        folder.chmod(0o755)
        state.mkdir(0o700)
        os.chown(state, NOBODY, NOBODY)
        config = folder / "player.conf"
        config.write_text("[screen]\nid=krongpa-1\nstate=state\n[source nobody]\nbase=http://127.0.0.1:9/\n"
                          "insecure=true\n")
        run(config, "cut", status=0)
        run(config, "resume", status=0)
        run(config, "enrol", "http://127.0.0.1:9/", "--for", "1", status=1)
        left = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in state.rglob("*")}
        assert {"inputs.db", "device.key"} <= set(left), left
        assert set(left.values()) == {(NOBODY, NOBODY)}, left
        for words in (["status"], ["cut"], ["pattern", "grid"]):  # of somebody who may not even look into it
            said = run(config, *words, status=1, user=OTHER)
            assert "not for this user: expected root" in said and "no player" not in said, said
    return 0


sys.exit(main())
