#!/usr/bin/env python3
"""The stand-in of a provincial TTN finds what is wrong with a board's messages: a good exchange in each dialect gives no
fault, and each spoiled one gives its own. Without a player."""
import copy
import json
import os
import ssl
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "ttn"))
import bulletins
from bulletins import Bulletin
from province import Province



class Device:
    """A board in a few lines."""

    def __init__(self, province):
        self.province, self.token = province, None
        self.context = ssl.create_default_context(cafile=str(province.authority.ca))

    def post(self, path, message, method="POST", kind="application/json"):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        fields = {"Content-Type": kind, **({"Authorization": "Bearer " + self.token} if self.token else {})}
        request = urllib.request.Request(self.province.web.base + path, body, fields, method=method)
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=20) as answer:
                data = answer.read()
                return answer.status, json.loads(data) if data else None
        except urllib.error.HTTPError as problem:
            return problem.code, None

    def login(self):
        b = self.province.board
        _, answer = self.post("/login", {"Username": b["username"], "Password": b["password"]})
        self.token = (answer.get("NoiDung") or answer)["Token"]


def identity(b):
    return {"NguonID": b["nguonID"], "TenNguon": b["tenNguon"], "DichID": b["dichID"], "TenDich": b["tenDich"],
            "CumLoaID": b["maThietBi"], "TenThietBi": b["tenThietBi"], "TenLoaiThietBi": "Bảng tin điện tử",
            "MaNhaCungCap": b["maNhaCungCap"], "TenNhaCungCap": b["tenNhaCungCap"]}


def good_state(b):
    return {**identity(b), "AmLuong": 40, "TrangThaiHoatDong": 0, "TrangThaiKetNoi": "Ethernet", "ViDo": b["viDo"],
            "KinhDo": b["kinhDo"], "ThongTinThietBi": {"CongSuat": "", "NhietDo": "41", "DungLuongSuDung": "3"},
            "ThoiDiemBatDau": int(time.time()), "NoiDungPhat": "", "PhienBanUngDung": "1"}


def good_played(b, one):
    return {**identity(b), "BanTinID": one.id, "LoaiBanTin": one.kind, "MucDoUuTien": one.priority_number,
            "TieuDe": one.title, "LoaiLinhVuc": one.field, "NoiDungTomTat": one.summary,
            "ThoiGianSanXuat": one.made_s, "ThoiLuong": one.length,
            "TacGia": {"TenDayDu": "", "ButDanh": "", "Email": ""}, "ThoiDiemBatDau": int(time.time()),
            "TiepAm": 0, "NguonTiepAm": "", "NoiDung": one.content, "ThongTinChiTietBanTin": [], "NguonTin": "",
            "AmLuong": 40, "CongSuat": ""}


def put(path, value):
    """Sets what stands at a place; None takes it away."""
    def spoil(message):
        *way, last = path.split("/")
        place = message
        for name in way:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
        return message
    return spoil


# What a board may do wrong → (the message, how it is spoiled, what the fault must say).
SPOILED = {
    "missing": ("state", put("AmLuong", None), "AmLuong is missing"),
    "a number in quotes": ("state", put("AmLuong", "40"), "AmLuong: expected a whole number"),
    "a number too large": ("state", put("AmLuong", 101), "AmLuong: expected 0 to 100"),
    "truth for a number": ("state", put("AmLuong", True), "AmLuong: expected a whole number"),
    "an unknown state": ("state", put("TrangThaiHoatDong", 3), "TrangThaiHoatDong: expected one of"),
    "another board": ("state", put("CumLoaID", "BT-9"), "CumLoaID: expected this board's"),
    "another place": ("state", put("DichID", "1"), "DichID: expected this board's"),
    "deep": ("state", put("ThongTinThietBi/NhietDo", [1]), "ThongTinThietBi: NhietDo"),
    "off the earth": ("state", put("ViDo", "91"), "ViDo: expected degrees"),
    "an unknown name": ("state", put("Extra", 1), "Extra: nobody knows this name"),
    "another spelling": ("state", lambda m: bulletins.id_for_ID(m), "NguonID is missing"),
    "a time without its zone": ("state", put("ThoiDiemBatDau", "2026-11-27 10:00:00"), "ThoiDiemBatDau: expected epoch"),
    "local seconds": ("played", put("ThoiDiemBatDau", int(time.time()) + 7 * 3600), "ThoiDiemBatDau: .* ahead"),
    "a bulletin nobody sent": ("played", put("BanTinID", "x"), "BanTinID: the province never sent"),
    "another title": ("played", put("TieuDe", "x"), "TieuDe: expected the bulletin's own"),
    "another kind": ("played", put("LoaiBanTin", 4), "LoaiBanTin: expected the bulletin's own"),
    "a raw priority": ("played", put("MucDoUuTien", 1), "MucDoUuTien: expected the bulletin's own"),
    "a length in seconds": ("played", put("ThoiLuong", "10"), "ThoiLuong: expected HH:MM:SS"),
    "a fact twice": ("played", lambda m: m, "reported twice"),
    "a fact out of order": ("played", put("ThoiDiemBatDau", int(time.time()) - 900), "out of order"),
    "no JSON": ("state", lambda m: b"{'a'}", "no JSON"),
}


class Standin(unittest.TestCase):
    def board_of(self, dialect="2.0", **options):
        province = self.enterContext(Province(dialect, broker=False, **options))
        device = Device(province)
        device.login()
        return province, device

    def test_spoiled(self):
        province, device = self.board_of()
        one = province.publish(title="Lịch cắt điện", content="Ngày mai")
        played = good_played(province.board, one)
        good = {"state": lambda: good_state(province.board), "played": lambda: copy.deepcopy(played)}
        device.post("/a", good["state"]())
        device.post("/b", good["played"]())
        self.assertEqual([str(f) for f in province.faults], [])
        for name, (which, spoil, wanted) in SPOILED.items():
            with self.subTest(name):
                province.faults.clear()
                device.post("/a", spoil(good[which]()))
                self.assertTrue(province.faults)
                self.assertRegex("\n".join(f.reason for f in province.faults), wanted)

    def test_acknowledgements(self):
        province, device = self.board_of()
        one = province.publish(slots=[(int(time.time()), int(time.time()) + 60)])
        saved = {**identity(province.board), "LichPhatID": one.schedule_id, "TenLichPhat": one.schedule_name,
                 "DanhSachBanTin": [one.id]}
        cancelled = {**identity(province.board), "LichPhatID": one.schedule_id, "TenLichPhat": one.schedule_name,
                     "DanhSachThietBi": [province.board["maThietBi"]]}
        device.post("/luu", saved)
        device.post("/huy", cancelled)
        self.assertEqual([str(f) for f in province.faults], [])
        self.assertEqual([r.purpose for r in province.web.requests], ["login", "saved", "cancelled"])
        device.post("/luu", {**saved, "DanhSachBanTin": []})
        device.post("/huy", {**cancelled, "DanhSachThietBi": ["BT-9"]})
        self.assertEqual(len(province.faults), 2, province.faults)

    def test_tokens(self):
        province, device = self.board_of()
        state = good_state(province.board)
        province.web.expire_tokens()
        self.assertEqual(device.post("/a", state)[0], 401)
        self.assertEqual(province.faults, [])
        device.login()
        self.assertEqual(device.post("/a", state)[0], 200)
        device.token = "made-up"
        self.assertEqual(device.post("/a", state)[0], 401)
        device.token = None
        device.post("/a", state)
        self.assertEqual([f.reason for f in province.faults],
                         ["a token that was never given", "said without the token that it has"])
        device.post("/login", {"Username": province.board["username"], "Password": "x"})
        self.assertRegex(province.faults[-1].reason, "Password")

    def test_troubles(self):
        province, device = self.board_of()
        state = good_state(province.board)
        for kind, wanted in {"500": 500, "503": 503, "404": 404, "401": 401}.items():
            province.web.trouble("state", kind, times=1)
            self.assertEqual(device.post("/a", state)[0], wanted)
        for kind in ("html", "no JSON"):
            province.web.trouble("state", kind, times=1)
            self.assertRaises(ValueError, device.post, "/a", state)
        province.web.trouble("state", "cut", times=1)
        self.assertRaises((OSError, ConnectionError), device.post, "/a", state)
        self.assertEqual(province.said("state"), [])
        self.assertEqual(device.post("/a", state)[0], 200)
        self.assertEqual(len(province.said("state")), 1)

    def test_older_dialects(self):
        province, device = self.board_of("api")
        one = province.publish()
        b = province.board
        device.post("/api8", {"NguonId": b["nguonID"], "CumLoaId": b["maThietBi"], "TrangThaiHoatDong": 0,
                              "TrangThaiKetNoi": "4G,-10dbm", "AmLuong": 40})
        device.post("/api9", {"NguonId": b["nguonID"], "BanTinId": one.id, "ThoiDiemGui": bulletins.local(time.time()),
                              "LoaiNhatKy": 1, "GiaTri": 1})
        self.assertEqual([str(f) for f in province.faults], [])
        device.post("/api7", {"NguonId": b["nguonID"], "CumLoaId": b["maThietBi"], "TrangThaiHoatDong": 0,
                              "TrangThaiKetNoi": "4G,-10dbm", "AmLuong": 40})
        self.assertRegex(province.faults[-1].reason, "api8")
        province, device = self.board_of("en")
        b = province.board
        state = {"AppName": "a", "LogType": "s", "Provider": "p", "Imei": b["maThietBi"],
                 "DeviceName": b["tenThietBi"], "Lat": "13.1", "Lng": "108.6", "Volume": 1, "ConnectionId": "",
                 "DestinationID": b["dichID"], "DestinationName": b["tenDich"], "NetworkInfo": "Ethernet",
                 "StartTime": bulletins.local(time.time()), "Status": "true", "Version": "1", "Video": ""}
        device.post("/s", state)
        self.assertEqual([str(f) for f in province.faults], [])
        device.post("/s", {**state, "Status": True})
        self.assertRegex(province.faults[-1].reason, "Status")

    def test_polling(self):
        province, device = self.board_of()
        province.publish(title="Một")
        self.assertEqual(len(device.post("/poll", {})[1]["NoiDung"]), 1)
        self.assertEqual(device.post("/poll", {})[1]["NoiDung"], [])

    def test_broker(self):
        with Province() as province:
            words = ["mosquitto_sub", "-h", "localhost", "-p", province.broker.port, "--cafile", province.authority.ca,
                     "-u", province.board["username"], "-P", province.board["password"], "-t", "ttn/#", "-q", 1,
                     "-i", "bang-tin", "-C", 2, "-W", 30]
            heard = subprocess.Popen([str(w) for w in words], stdout=subprocess.PIPE, text=True)
            province.broker.wait_for_board()
            one = province.publish(Bulletin(content="Xin\nchào"))
            province.command("volume", 30)
            lines = [json.loads(line) for line in heard.communicate(timeout=40)[0].splitlines()]
            said = {name: value for line in lines for name, value in line.items()}  # two topics: in any order
            self.assertEqual(said["BanTinCongCongID"], one.id)
            self.assertEqual(said["DieuKhienThietBi"], {"MaLenh": "0", "ThamSo": "30"})
            self.assertEqual(province.broker.subscriptions(), [("bang-tin", "ttn/#")])
            self.assertEqual(province.broker.heard, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
