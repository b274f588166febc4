#!/usr/bin/env python3
"""Roles and areas: who may do what where, that nobody rises above the own, and what the diary keeps."""

import json
import os
import time
import urllib.parse

import source_lib as lib
from source_page import EVIL, Browser, Seen, form
from source_people import PASSWORD, database, make_person, post, signed_in, token_of, with_account


def areas(one):
    """Ia Rsai and Phú Túc under the source's own area, in it buôn A."""
    browser = signed_in(one)
    for parent, name, kind in [("krongpa", "Phú Túc", "commune"), ("krongpa", "Ia Rsai", "commune"),
                               ("phu-tuc", "Buôn A", "village")]:
        status, headers, text = post(browser, "/areas/%s/add" % parent, name=name, kind=kind)
        assert status == 303, (name, status, text)
    return browser


# ---- who may what where ----

def test_an_editor_opens_no_administrators_page():
    with lib.source() as one:
        with_account(one)
        with_account(one, "lan", "editor")
        one.serve()
        areas(one)
        editor = signed_in(one, "lan")
        for path in ("/people", "/people-new", "/people/an", "/areas", "/areas/phu-tuc", "/audit"):
            assert editor.ask("GET", path)[0] == 403, path
        token = token_of(editor)
        for path in ("/people", "/people/an/link", "/people/an/unlock", "/people/an/forget-phone", "/people/an/names",
                     "/people/an/remove", "/people/lan/give", "/people/an/take", "/areas/phu-tuc/add",
                     "/areas/phu-tuc/rename", "/areas/phu-tuc/merge", "/areas/phu-tuc/one-official"):
            status, _, text = editor.ask("POST", path, form(
                token=token, name="x", full_name="x", area="krongpa", role="administrator", kind="village",
                successor="ia-rsai", sure="yes", on="yes"))
            assert status == 403 and "invitation" not in text, path
        _, _, text = editor.ask("GET", "/account")
        assert "Người soạn" in text and "/people" not in text
        # nobody at all, and without a token
        for path in ("/people", "/areas/phu-tuc/rename"):
            assert Browser(one).ask("POST", path, form(name="x"))[0] == 303
        assert signed_in(one).ask("POST", "/areas/phu-tuc/rename", form(name="x"))[0] == 403


def test_nobody_rises_above_the_own():
    """An administrator of a commune gives what holds there, and nothing above or beside it."""
    with lib.source() as one:
        with_account(one)
        one.serve()
        areas(one)
        with_account(one, "xa", "administrator@phu-tuc")
        with_account(one, "ban", "editor@phu-tuc")
        with_account(one, "tinh", "approver@krongpa")
        xa = signed_in(one, "xa")

        def give(user, role, area, **more):
            return post(xa, "/people/%s/give" % user, role=role, area=area, **more)[0]
        for role in ("administrator", "approver", "auditor"):
            for area in ("krongpa", "ia-rsai", "nowhere", ""):
                assert give("xa", role, area) == 403, (role, area)
        assert give("ban", "approver", "buon-a") == 303
        assert give("tinh", "operator", "phu-tuc") == 303  # one of another area may serve here
        assert give("ban", "king", "buon-a") == 400
        # the account of somebody who may do more elsewhere is not his to reset
        for path in ("link", "remove", "forget-phone", "names", "unlock"):
            status, _, text = post(xa, "/people/tinh/" + path, full_name="x")
            assert status == 403 and "invitation" not in text, path
            assert post(xa, "/people/an/" + path, full_name="x")[0] == 403, path
        assert post(xa, "/people/tinh/take", role="approver", area="krongpa")[0] == 403
        text = xa.ask("GET", "/people/tinh")[2]
        assert "name=\"full_name\"" not in text and "<b>Người vận hành</b>" in text and "<b>Người duyệt" not in text
        # accounts are made within the own area
        assert make_person(xa, "k1", area="krongpa", role="")[0] == 403
        assert make_person(xa, "k2", area="buon-a", role="administrator")[0] == 200
        assert not database(one).execute("SELECT 1 FROM user WHERE name = 'k1'").fetchone()
        # nor does he take the second pair of eyes from his commune, or give it to another
        assert post(xa, "/areas/phu-tuc/one-official", on="yes")[0] == 403
        assert post(xa, "/areas/buon-a/one-official", on="yes")[0] == 303
        assert post(xa, "/areas/phu-tuc/merge", successor="ia-rsai", sure="yes")[0] == 403
        assert post(xa, "/areas/buon-a/merge", successor="ia-rsai", sure="yes")[0] == 403
        for path in ("/areas/ia-rsai", "/areas/krongpa"):
            assert xa.ask("GET", path)[0] == 403, path
        text = xa.ask("GET", "/people")[2]
        assert "/people/ban" in text and "/people/an\"" not in text
        # one administrator always stays
        assert post(xa, "/people/xa/take", role="administrator", area="phu-tuc")[0] == 403
        assert post(xa, "/people/xa/remove")[0] in (403, 404)
        assert xa.ask("GET", "/people")[0] == 200


def test_deputies():
    with lib.source() as one:
        with_account(one)
        one.serve()
        boss = areas(one)
        with_account(one, "chu", "approver@phu-tuc")
        with_account(one, "pho", "editor@ia-rsai")
        tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
        past = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 3 * 86400))

        def give(**fields):
            return post(boss, "/people/pho/give", **{"role": "approver", "area": "phu-tuc", "deputy_of": "chu",
                                                     "until": tomorrow, **fields})[0]
        assert [give(until=""), give(until=past), give(until="31/12"), give(area="ia-rsai"), give(role="operator"),
                give(deputy_of="pho"), give(deputy_of="nobody")] == [400] * 7
        assert give() == 303
        text = boss.ask("GET", "/people/pho")[2]
        assert "thay cho chu" in text, text
        with_account(one, "tra", "auditor")
        said = signed_in(one, "tra").ask("GET", "/audit")[2]
        assert "cấp vai trò Người duyệt ở địa bàn phu-tuc cho pho, thay cho chu, đến " in said, said
        # he needs an authenticator now, and is out of it with whom he stands for
        assert Browser(one).sign_in("pho", PASSWORD)[1]["Location"] == "/sign-in/code"
        assert post(boss, "/people/chu/take", role="approver", area="phu-tuc")[0] == 303
        assert "thay cho" not in boss.ask("GET", "/people/pho")[2]
        signed_in(one, "pho")
        # an end that came ends it without anybody's doing
        assert give(deputy_of="") == 303
        db = database(one)
        db.execute("UPDATE role SET until_ms = ? WHERE user = 'pho' AND role = 'approver'", (int(time.time() * 1000) - 1,))
        db.commit()
        signed_in(one, "pho")


def test_areas_are_renamed_and_merged():
    with lib.source() as one:
        with_account(one)
        one.serve()
        boss = areas(one)
        assert post(boss, "/areas/phu-tuc/rename", name="Phú Túc mới")[0] == 303
        text = boss.ask("GET", "/areas/phu-tuc")[2]
        assert "<h1>Phú Túc mới</h1>" in text and "Phú Túc <span" in text
        Seen(text)
        assert post(boss, "/areas/phu-tuc/rename", name="")[0] == 409
        with_account(one, "lan", "editor@phu-tuc")
        one.add_screen()
        db = database(one)
        db.execute("UPDATE screen SET area = 'phu-tuc'")
        db.commit()
        assert post(boss, "/areas/phu-tuc/merge", successor="ia-rsai")[0] == 400  # not sure
        assert post(boss, "/areas/phu-tuc/merge", successor="buon-a", sure="yes")[0] == 409
        assert post(boss, "/areas/krongpa/merge", successor="ia-rsai", sure="yes")[0] == 409
        assert post(boss, "/areas/phu-tuc/merge", successor="ia-rsai", sure="yes")[0] == 303
        assert db.execute("SELECT area FROM screen").fetchone() == ("ia-rsai",)
        assert db.execute("SELECT area, role FROM role WHERE user = 'lan'").fetchall() == [("ia-rsai", "editor")]
        text = boss.ask("GET", "/areas/phu-tuc")[2]
        assert "sáp nhập vào" in text and "<form" not in text.split("<main")[1], text
        assert post(boss, "/areas/phu-tuc/add", name="Buôn C", kind="village")[0] == 409
        assert post(boss, "/people/lan/give", role="operator", area="phu-tuc")[0] == 400
        assert "buon-a" in boss.ask("GET", "/areas/ia-rsai")[2]


# ---- the diary ----

def test_the_chain_of_the_diary():
    with lib.source() as one:
        with_account(one)
        with_account(one, "tra", "auditor")
        one.serve()
        for name in ("an", "an", "tra"):
            browser = signed_in(one, name)
        text = browser.ask("GET", "/audit")[2]
        Seen(text)
        assert text.count("đăng nhập<") == 3, text
        assert browser.ask("GET", "/audit?who=tra")[2].count("đăng nhập<") == 1
        today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 7 * 3600))
        assert browser.ask("GET", "/audit?who=&day=" + today)[2].count("đăng nhập<") == 3
        assert browser.ask("GET", "/audit?day=2020-01-01")[2].count("đăng nhập<") == 0
        assert "nguyên vẹn" in browser.ask("GET", "/audit?check=yes")[2]
        state = json.loads(one.run("audit", "--json"))
        assert state["whole"] and state["broken"] is None, state
        assert state["head"] in browser.ask("GET", "/audit?check=yes")[2]
        assert json.loads(one.run("audit", "--json", "--known", state["head"]))["known"] is True
        db = database(one)
        db.execute("UPDATE diary SET who = 'minh' WHERE what = 'signed in' AND who = 'tra'")
        db.commit()
        broken = db.execute("SELECT number FROM diary WHERE who = 'minh'").fetchone()[0]
        said = one.run("audit", ok=False)
        assert "line %d" % broken in said, said
        text = browser.ask("GET", "/audit?check=yes")[2]
        assert "can thiệp" in text and " %d<" % broken in text
        # a chain that was written anew as a whole fits, but not to what somebody kept
        one.run("audit", "--known", "0" * 64, ok=False)


def test_an_auditor_of_a_commune_reads_what_is_of_it():
    with lib.source() as one:
        with_account(one)
        one.serve()
        boss = areas(one)
        make_person(boss, "xa", area="phu-tuc", role="auditor")
        db = database(one)
        one.run("user password", "xa", "--password-file", os.path.join(one.folder, "password"))
        text = signed_in(one, "xa").ask("GET", "/audit")[2]
        assert "<td>xa</td>" in text and "<td>an</td>" not in text, text
        db.close()


def test_accounts_from_the_terminal():
    with lib.source() as one:
        with_account(one)
        one.serve()
        areas(one)
        said = json.loads(one.run("user add", "lan", "--role", "editor@phu-tuc", "--role", "operator@buon-a", "--link",
                                  "--base", one.base, "--json"))
        db = database(one)
        assert db.execute("SELECT area, role FROM role WHERE user = 'lan' ORDER BY 1").fetchall() == \
            [("buon-a", "operator"), ("phu-tuc", "editor")]
        assert db.execute("SELECT area FROM user WHERE name = 'lan'").fetchone() == ("phu-tuc",)
        again = json.loads(one.run("user link", "lan", "--base", one.base, "--json"))
        for link, status in ((said["link"], 404), (again["link"], 200)):
            assert Browser(one).ask("GET", link.removeprefix(one.base))[0] == status
        for role in ("king", "editor@nowhere", "@phu-tuc", ""):
            assert "expected editor" in one.run("user add", "minh", "--role", role, ok=False)
        assert not db.execute("SELECT 1 FROM user WHERE name = 'minh'").fetchone()
        one.run("user link", "nobody", "--base", one.base, ok=False)
        one.run("user link", "lan", code=2)


def test_no_words_become_markup():
    with lib.source() as one:
        with_account(one, "an", "administrator", "auditor")
        one.serve()
        boss = signed_in(one)
        assert post(boss, "/areas/krongpa/add", name=EVIL, kind="village")[0] == 303
        assert make_person(boss, "lan", full_name=EVIL)[0] == 200
        for path in ("/people", "/people/lan", "/people-new", "/areas", "/areas/krongpa", "/account",
                     "/audit", "/people?q=" + urllib.parse.quote(EVIL), "/audit?who=" + urllib.parse.quote(EVIL)):
            status, _, text = boss.ask("GET", path)
            assert status == 200 and len(text) < 150000, path
            seen = Seen(text)
            assert "img" not in seen.tags
        assert post(boss, "/people", name=EVIL, full_name=EVIL, area=EVIL)[0] == 403
        status, _, text = post(boss, "/people", name=EVIL, full_name=EVIL, area="krongpa")
        assert status == 409 and Seen(text).fields["name"] == EVIL
        Seen(Browser(one).ask("GET", "/sign-in?next=" + urllib.parse.quote(EVIL))[2])


def test_every_part_is_a_page_too():
    """What asks for a part gets it without a frame."""
    with lib.source() as one:
        with_account(one)
        one.serve()
        boss = signed_in(one)
        for path in ("/people", "/areas", "/account"):
            whole, part = boss.ask("GET", path)[2], boss.ask("GET", path, HX_Request="true")[2]
            assert "<!DOCTYPE" in whole and "<!DOCTYPE" not in part and len(part) > 100, path


if __name__ == "__main__":
    lib.run_tests(globals())
