#!/usr/bin/env python3
"""A disk is lost: the source comes back from its backup at the same address, and boards follow without a visit."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import threading

import desk_lib
import source_lib as lib
from source_browser import Browser, database
from source_people import with_account
from source_proposals import found, in_root, key_file, propose, state
from source_publish import png, with_image
from source_sync import Board

LEAP = 100000


class Office:
    """A source that serves, with an editor, an approver, and a board that reports."""

    def __init__(self, one):
        self.one = one
        self.device, self.approver = lib.Key(), lib.Key()
        one.add_screen(key=self.device)
        with_account(one, "soan", "editor")
        with_account(one, "duyet", "approver")
        one.run("key register", self.approver.base64, "--user", "duyet", "--label", "máy")
        in_root(one, self.approver, name="duyet")
        self.saved, self.key = os.path.join(one.folder, "saved"), os.path.join(one.folder, "saved.key")
        one.serve()
        self.root = os.path.join(one.folder, "root.json")  # what the board was enrolled with
        shutil.copy(os.path.join(one.data, "tree/v1/root/1.json"), self.root)
        self.board = AtHome(one, self.root)

    def publish(self, shade=120):
        return self.one.publish(with_image(), "--key", self.one.key("publish"), files={"hoa.png": png(shade=shade)})

    def report(self, *numbers):
        status, answer = self.one.post_facts(self.device, [lib.fact(n) for n in numbers])
        assert status == 200, (status, answer)

    def sign(self, number):
        self.one.run("proposal sign", str(number), "--key", key_file(self.one, "duyet", self.approver))

    def lose_the_disk(self):
        self.one.kill()
        os.rename(self.one.data, self.one.data + "-lost")  # its watcher may be on its way out
        shutil.rmtree(self.one.data + "-lost", ignore_errors=True)

    def restore(self, *more):
        """In another folder, at the same address."""
        self.one.data = os.path.join(self.one.folder, "back")
        said = self.one.run("restore", "--from", self.saved, *more)
        self.one.serve("--listen", self.one.host)
        return said


class AtHome(Board):
    """A board whose root does not lie on the disk that is lost."""

    def __init__(self, one, root):
        super().__init__(one, one.base)
        self.root = root

    def ask(self, *args):
        data, self.one.data = self.one.data, self.one.folder + "/board-sees"
        os.makedirs(self.one.data + "/tree/v1/root", exist_ok=True)
        shutil.copy(self.root, self.one.data + "/tree/v1/root/1.json")
        try:
            return super().ask(*args)
        finally:
            self.one.data = data


def rows(one, sql, *arguments):
    with sqlite3.connect(os.path.join(one.data, "source.db"), timeout=20) as db:
        return db.execute(sql, arguments).fetchall()


def tree_of(data):
    """What lies in the tree for good, by name."""
    whole = {}
    for folder in ("root", "manifests", "orders", "assets"):
        place = os.path.join(data, "tree/v1", folder)
        for name in os.listdir(place):
            with open(os.path.join(place, name), "rb") as f:
                whole[folder + "/" + name] = f.read()
    return whole


def order_of(one, screen):
    with open(os.path.join(one.data, "tree/v1/orders", one.now(screen)["order"])) as f:
        return json.loads(lib.base64.b64decode(json.load(f)["payload"]))


def put_an_order(one):
    """A file where the orders lie; what it says is nobody's concern here."""
    words = b"an order"
    with open(os.path.join(one.data, "tree/v1/orders", hashlib.sha256(words).hexdigest()), "wb") as f:
        f.write(words)


def check_whole(one):
    """Whatever the database names lies in the tree with all it needs."""
    have = tree_of(one.data)
    for kind, sha256 in rows(one, "SELECT kind, sha256 FROM document"):
        envelope = have["manifests/" + sha256]
        assert hashlib.sha256(envelope).hexdigest() == sha256, kind
        for asset in json.loads(lib.base64.b64decode(json.loads(envelope)["payload"])).get("assets", {}):
            assert hashlib.sha256(have["assets/" + asset]).hexdigest() == asset


# ---- the tests ----

def test_a_disk_is_lost():
    with lib.source() as one:
        office = Office(one)
        office.publish()
        office.report(1, 2, 3, 4, 5)
        put_an_order(one)
        waiting = propose(one)
        one.run("backup", "--to", office.saved, "--key-file", office.key)
        had = tree_of(one.data)
        # what the backup does not know: five publications, reports, commands
        for shade in range(5):
            last = office.publish(shade)
            one.run("screen command", "kp-01", "identify")
        assert office.board.round() == ("new", last["sha256"], "")
        office.report(6, 7)
        assert one.now()["manifest"] == last["sha256"]
        seen = one.now()["version"]
        office.lose_the_disk()

        office.restore("--key-file", office.key)
        assert tree_of(one.data) == had
        check_whole(one)
        assert one.now()["version"] > seen
        # the board keeps what it has, for nothing that falls comes to it, and takes what is published next
        office.board.round()
        assert office.board.ready("manifest") == last["sha256"]
        again = office.publish(200)
        assert again["version"] > last["version"] and again["version"] > LEAP, again
        assert office.board.round() == ("new", again["sha256"], "")
        # a proposal of before cannot be signed any more; one made now reaches the board
        assert state(one, waiting) == "overtaken"
        number = propose(one)
        assert found(one, number)["documents"][0]["version"] > again["version"]
        office.sign(number)
        assert state(one, number) == "published"
        assert office.board.round() == ("new", one.now()["manifest"], "")
        alert = one.publish(lib.ALERT, "--key", one.key("emergency"), "--emergency")
        assert alert["version"] > LEAP and office.board.round()[2] == alert["sha256"]


def test_reports_and_people_after_it():
    with lib.source() as one:
        office = Office(one)
        office.report(1, 2, 3, 4, 5)
        link = one.run("user link", "soan", "--base", one.base).split("/invitation/")[1].split()[0]
        assert one.get("/invitation/" + link)[0] == 200
        rows(one, "INSERT INTO upload (id, user, area, name, size_bytes, modified_ms, state, created_ms, touched_ms)"
                  " VALUES ('u', 'soan', 'krongpa', 'phim.mp4', 9, 0, 'coming', 0, 0)")
        one.run("backup", "--to", office.saved, "--key-file", office.key)
        office.report(6, 7)
        office.lose_the_disk()
        office.restore("--key-file", office.key)
        assert [f["seq"] for f in one.reports()] == [1, 2, 3, 4, 5]
        office.report(4, 5)  # an answer that the board did not hear before the disk was lost
        office.report(8, 9)
        assert [f["seq"] for f in one.reports()] == [1, 2, 3, 4, 5, 8, 9]
        Browser(one, "soan")
        assert one.get("/invitation/" + link)[0] != 200  # it may have been used since
        assert rows(one, "SELECT count(*) FROM upload") == [(0,)]
        one.run("audit")


def cut_fact(seq, *ids, source="krongpa", **more):
    """What a board says that is cut."""
    cuts = [{"source": source, "id": ident, "since": lib.fact(1)["at"], "ends": "signature"} for ident in ids]
    return lib.fact(seq, state="cut", cuts=cuts, **more)


def report_cut(office, key, screen, *facts):
    status, answer = office.one.post_facts(key, facts, screen)
    assert status == 200 and not answer["refused"], (status, answer)


def told_on(official):
    """The ids of the cuts that only boards know of, as the page says."""
    return re.findall(r'action="/cuts/([^"]*)/take"', official.get("/emergency"))


def test_a_cut_of_after_the_backup():
    with lib.source() as one:
        office, other = Office(one), lib.Key()
        one.add_screen("kp-02", key=other)
        one.run("backup", "--to", office.saved, "--key-file", office.key)
        cut = one.run("screen command", "--reason", "Hình lạ", "kp-01", "cut").strip()
        report_cut(office, office.device, "kp-01", cut_fact(1, cut))
        operator = desk_lib.Official(one.port, one.data, "truc", "operator")
        assert told_on(operator) == [], "it stands here"
        office.lose_the_disk()
        office.restore("--key-file", office.key)
        assert "no such cut" in one.run("cut end", cut, "--key", one.key("publish"), ok=False)
        operator = desk_lib.Official(one.port, one.data, "truc", "operator")
        assert told_on(operator) == [], "no board spoke yet"
        report_cut(office, office.device, "kp-01", cut_fact(2, cut))
        assert told_on(operator) == [cut] and 'id="waits/emergency"' in operator.get("/")
        # nobody may do it who has no role there, and nobody for a cut that no board reports
        with database(one) as db:
            for area in ("xa-1", "xa-2"):
                db.execute("INSERT INTO area (id, parent, name, kind, created_ms) VALUES (?, 'krongpa', ?, 'commune', 0)",
                           (area, area))
            db.execute("UPDATE screen SET area = 'xa-1' WHERE id = 'kp-01'")
            db.execute("UPDATE screen SET area = 'xa-2' WHERE id = 'kp-02'")
        neighbour = desk_lib.Official(one.port, one.data, "ben", "operator", area="xa-2")
        assert told_on(neighbour) == [] and "cuts-told" not in neighbour.get("/emergency")
        neighbour.post("/cuts/%s/take" % cut, status=404)
        operator.post("/cuts/nothing/take", status=404)
        auditor = desk_lib.Official(one.port, one.data, "xem", "auditor")
        assert "cuts-told" in auditor.get("/emergency") and told_on(auditor) == []
        page = operator.post("/cuts/%s/take" % cut)
        assert page == "/cuts/" + cut and told_on(operator) == []
        assert "order" not in one.now("kp-01"), "the server alone ends nothing"
        assert rows(one, "SELECT area, who FROM cut") == [("xa-1", "")]
        # another screen that heard it too speaks only now: its end is one that knows of it
        report_cut(office, other, "kp-02", cut_fact(1, cut))
        assert told_on(operator) == [cut]
        operator.post("/cuts/%s/take" % cut, status=409)
        approver = desk_lib.Official(one.port, one.data, "ky", "approver")
        approver.register(desk_lib.key_of(one.key("publish")))
        approver.sign(page)
        assert order_of(one, "kp-01")["orders"][0]["of"] == cut and "order" not in one.now("kp-02")
        assert told_on(operator) == [cut]
        approver.sign(operator.post("/cuts/%s/take" % cut))
        assert sorted(order_of(one, "kp-02")["screens"]) == ["kp-01", "kp-02"] and told_on(operator) == []
        # who says so long after its end did not take it
        with database(one) as db:
            db.execute("UPDATE cut SET ended_ms = ended_ms - 660000")
        report_cut(office, other, "kp-02", cut_fact(2, cut))
        assert told_on(operator) == [cut]


def test_a_cut_of_others():
    """Ids of cuts stand in now.json: a board of one commune that names a cut of another gives it to nobody."""
    with lib.source() as one:
        office, other = Office(one), lib.Key()
        one.add_screen("kp-02", key=other)
        with database(one) as db:
            for area, screen in (("xa-1", "kp-01"), ("xa-2", "kp-02")):
                db.execute("INSERT INTO area (id, parent, name, kind, created_ms) VALUES (?, 'krongpa', ?, 'commune', 0)",
                           (area, area))
                db.execute("UPDATE screen SET area = ? WHERE id = ?", (area, screen))
        owner = desk_lib.Official(one.port, one.data, "chu", "operator", area="xa-1")
        neighbour = desk_lib.Official(one.port, one.data, "ben", "operator", area="xa-2")
        above = desk_lib.Official(one.port, one.data, "truc", "operator")
        standing = owner.post("/cuts/new", area="xa-1", reason="Hình lạ").rsplit("/", 1)[1]
        ended = owner.post("/cuts/new", area="xa-1", reason="Hình lạ").rsplit("/", 1)[1]
        one.run("cut end", ended, "--key", one.key("publish"))
        before = rows(one, "SELECT id, area, ended_ms FROM cut ORDER BY id")
        report_cut(office, other, "kp-02", cut_fact(1, standing, ended))
        assert "cuts-told" in neighbour.get("/emergency") and told_on(neighbour) == []
        for cut in (standing, ended):
            neighbour.post("/cuts/%s/take" % cut, status=404)
        assert rows(one, "SELECT id, area, ended_ms FROM cut ORDER BY id") == before
        owner.get("/cuts/" + standing)
        # it is the matter of somebody who is responsible for both
        assert told_on(above) == [standing, ended]
        above.post("/cuts/%s/take" % standing)


def cuts_listed(one):
    """Those of the command line: {id: (only boards know of it, screens)}."""
    return {cut["id"]: (cut["told"], cut["screens"]) for cut in json.loads(one.run("cut list", "--json"))}


def test_such_a_cut_at_the_terminal():
    with lib.source() as one:
        office, other = Office(one), lib.Key()
        one.add_screen("kp-02", key=other)
        one.run("backup", "--to", office.saved, "--key-file", office.key)
        cut = one.run("screen command", "--reason", "Hình lạ", "kp-01", "cut").strip()
        assert cuts_listed(one) == {cut: (False, ["kp-01"])}
        office.lose_the_disk()
        office.restore("--key-file", office.key)
        assert cuts_listed(one) == {}, "no board spoke yet"
        report_cut(office, office.device, "kp-01", cut_fact(1, cut))
        assert cuts_listed(one) == {cut: (True, ["kp-01"])}
        assert "told by 1 screens, not written down here" in one.run("cut list")
        # whose key may not end a cut ends none of these; what is not there is none
        assert "0 signed who may" in one.run("cut end", cut, "--key", one.key("root-1"), ok=False)
        assert "no such cut" in one.run("cut end", "nothing", "--key", one.key("publish"), ok=False)
        assert "order" not in one.now("kp-01") and cut in cuts_listed(one)
        one.run("cut end", cut, "--key", one.key("publish"))
        order = order_of(one, "kp-01")
        assert (order["screens"], order["orders"][0]["of"]) == (["kp-01"], cut) and cuts_listed(one) == {}
        assert ("terminal", "took in cut %s: 1 screens report it" % cut) in rows(one, "SELECT who, what FROM diary")
        # a screen that speaks only now, and at the page its end is asked for: that is signed or refused first
        report_cut(office, other, "kp-02", cut_fact(1, cut))
        assert cuts_listed(one) == {cut: (True, ["kp-02"])} and "order" not in one.now("kp-02")
        operator = desk_lib.Official(one.port, one.data, "truc", "operator")
        operator.post("/cuts/%s/take" % cut)
        assert cuts_listed(one) == {cut: (False, ["kp-01", "kp-02"])} and "by not known here" in one.run("cut list")
        report_cut(office, office.device, "kp-01", cut_fact(2, cut, "c-of-before"))
        one.run("cut end", "c-of-before", cut, "--key", one.key("emergency"))
        assert sorted(order_of(one, "kp-02")["screens"]) == ["kp-01", "kp-02"] and cuts_listed(one) == {}


def test_what_strangers_report_as_cuts():
    with lib.source() as one:
        office = Office(one)
        operator = desk_lib.Official(one.port, one.data, "truc", "operator")
        evil = "\"'><script>alert(1)</script>"
        cuts = [evil, 7, None, [], {}, {"id": "c-1"}, {"id": "c-2", "source": "krongpa"},
                {"id": evil, "source": "krongpa", "since": lib.fact(1)["at"]},
                {"id": "../x", "source": "krongpa", "since": lib.fact(1)["at"]},
                {"id": "c-3", "source": "krongpa", "since": evil},
                {"id": "c-4", "source": "other", "since": lib.fact(1)["at"]},
                {"id": "c-5", "source": "krongpa", "since": lib.fact(1)["at"]}]
        report_cut(office, office.device, "kp-01", lib.fact(1, state="cut", cuts=cuts))
        assert told_on(operator) == ["c-5"] and "<script>alert" not in operator.get("/emergency")
        for seq, cuts in enumerate(("c-5", {"a": evil}, 5, None, [{"id": "c-5"}] * 17), 2):
            report_cut(office, office.device, "kp-01", lib.fact(seq, state="cut", cuts=cuts))
            assert told_on(operator) == [], cuts
        report_cut(office, office.device, "kp-01", lib.fact(9, state="playing", cuts=[
            {"id": "c-5", "source": "krongpa", "since": lib.fact(1)["at"]}]))
        assert told_on(operator) == [], "it is not cut"


def test_while_it_is_published():
    with lib.source() as one:
        office = Office(one)
        office.publish()
        failures = []

        def publish():
            try:
                for shade in range(6):
                    office.publish(shade)
            except AssertionError as why:
                failures.append(why)

        publishing = threading.Thread(target=publish)
        publishing.start()
        files = []
        while publishing.is_alive():
            files.append(os.path.join(one.folder, "saved-%d" % len(files)))
            one.run("backup", "--to", files[-1])
        publishing.join()
        assert not failures, failures
        had = tree_of(one.data)
        for file in files:
            one.data = file + "-back"
            one.run("restore", "--from", file)
            check_whole(one)
            assert set(tree_of(one.data).items()) <= set(had.items())


def test_it_has_no_key():
    with lib.source() as one:
        office = Office(one)
        made = office.publish()
        assert office.board.round() == ("new", made["sha256"], "")
        one.run("backup", "--to", office.saved)
        assert stat.S_IMODE(os.stat(office.saved).st_mode) == 0o600
        assert [name for name in os.listdir(one.folder) if name.startswith("saved")] == ["saved"]
        with open(office.saved, "rb") as f:
            text = f.read()
        with open(os.path.join(one.data, "freshness.key"), "rb") as f:
            key = f.read()
        assert key.strip().split()[-1] not in text and lib.base64.b64decode(key.split()[-1]) not in text
        office.lose_the_disk()
        public = office.restore().split("--public ")[1].split()[0]
        # nobody knows the new key yet
        office.board.round()
        again = office.publish(200)
        assert office.board.round()[:2] != ("new", again["sha256"])
        one.run("root add", "--public", public, "--name", "server", "--freshness", "--key", one.key("root-1"),
                "--key", one.key("root-2"))
        assert office.board.round() == ("new", again["sha256"], "")


def test_what_is_refused():
    with lib.source() as one:
        office = Office(one)
        office.publish()
        one.run("backup", "--to", office.saved, "--key-file", office.key)
        assert stat.S_IMODE(os.stat(office.key).st_mode) == 0o600
        one.run("backup", "--to", office.saved, ok=False)  # it is there
        lib.run("restore", "--from", office.saved, "--data", one.data, ok=False)  # there is a source
        lib.run("restore", "--from", office.saved + "x", "--data", one.folder + "/none", ok=False)
        lib.run("restore", "--from", os.path.join(one.data, "source.db"), "--data", one.folder + "/none", ok=False)
        lib.run("backup", "--data", one.data, code=2)
        for name, damage in (
                ("rot", "UPDATE part SET bytes = zeroblob (length (bytes)) WHERE name LIKE 'tree/v1/assets/%'"),
                ("cut", "DELETE FROM part WHERE name = 'source.db'"),
                ("gone", "DELETE FROM file WHERE name = 'source.db'"),
                ("changed", "UPDATE part SET bytes = :changed WHERE name = 'source.db'"),
                ("up", "UPDATE file SET name = 'tree/v1/root/' || '../../../../x' WHERE name LIKE '%/1.json'"),
                ("through", "UPDATE file SET name = 'tree/v1/root/' || 'a/../../../../../x'"
                            " WHERE name LIKE '%/1.json'")):
            file, back = os.path.join(one.folder, name), os.path.join(one.folder, "back-" + name)
            shutil.copy(office.saved, file)
            with sqlite3.connect(file) as db:
                whole = db.execute("SELECT bytes FROM part WHERE name = 'source.db'").fetchone()[0]
                db.execute(damage, {"changed": whole.replace("UBND xã".encode(), "UBND Xã".encode())}
                           if name == "changed" else {})
                db.execute("UPDATE part SET name = (SELECT name FROM file WHERE name LIKE '%/x')"
                           " WHERE name LIKE '%/1.json' AND EXISTS (SELECT 1 FROM file WHERE name LIKE '%/x')")
            db.close()
            lib.run("restore", "--from", file, "--data", back, "--key-file", office.key, ok=False)
            assert not os.path.exists(os.path.join(back, "source.db")), name
            assert not os.path.exists(os.path.join(one.folder, "x")), name
        # one that was cut off is begun anew
        with open(office.saved + "2.part", "w") as f:
            f.write("half")
        one.run("backup", "--to", office.saved + "2")
        assert not os.path.exists(office.saved + "2.part")


if __name__ == "__main__":
    lib.run_tests(globals())
