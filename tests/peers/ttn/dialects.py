"""The three dialects, as a province speaks and hears them.

Each says by a message's own fields what it is for (`purpose`), which fields it must have (`tables`), how the
province answers (`answer`), and how it writes bulletins and commands (`bulletin`, `schedule`, `cancel`, `command`).
What the public texts leave open (codes of commands, how an answer to polling is wrapped) stands in `OPEN` at the
top of each: a test that needs others hands over its own.
"""
import copy
import datetime
import time

from bulletins import VIETNAM, local
from fields import (degrees, echo, either, flag, holding, instant, known_bulletin, known_schedule, length, many,
                    maybe, number, one_of, past, same_as, text, thing, words)

LOGIN = {"Username": same_as("username"), "Password": same_as("password")}
CODES = {"volume": "0", "restart": "5", "urgent": "6", "save": "7", "cancel": "8", "take away": "9"}


class Dialect:
    """What all have in common. `board`: how it was set up; `open`: what the texts leave open."""
    name = ""
    OPEN = {}
    every_s = 60
    tables = {}

    def __init__(self, board, **options):
        self.board = board
        self.open = {**copy.deepcopy(self.OPEN), **options}

    def purpose(self, path, message):
        """What a message is for; "" when that cannot be said."""
        if not isinstance(message, dict):
            return "poll" if message is None else ""
        if "Username" in message:
            return "login"
        return self.purpose_of(path, message)

    def answer(self, purpose, token=None):
        return {"TrangThaiGui": 0, "MoTa": "", "NoiDung": {"Token": token} if purpose == "login" else {}}

    def refusal(self, reason):
        return {"TrangThaiGui": 1, "MoTa": reason}

    def poll_answer(self, messages):
        return {"TrangThaiGui": 0, "MoTa": "", "NoiDung": messages}

    def token_of(self, headers):
        word = headers.get("Authorization", "")
        return word[len("Bearer "):] if word.startswith("Bearer ") else None

    def bulletin_id(self, message):
        return message.get("BanTinID") or message.get("BanTinId") or message.get("MediaId")

    def started(self, message):
        """What tells one occurrence in the play log from the next: when it began."""
        return message.get("ThoiDiemBatDau") or message.get("ThoiDiemGui") or message.get("StartTime")


# ---- generation 2.0 ----

IDENTITY = {"NguonID": same_as("nguonID"), "TenNguon": same_as("tenNguon"), "DichID": same_as("dichID"),
            "TenDich": same_as("tenDich"), "CumLoaID": same_as("maThietBi"), "TenThietBi": same_as("tenThietBi"),
            "TenLoaiThietBi": words, "MaNhaCungCap": same_as("maNhaCungCap"),
            "TenNhaCungCap": same_as("tenNhaCungCap")}
MACHINE = thing({"CongSuat": either(text, number(0, 1e6, False)), "NhietDo": either(text, number(-60, 200, False)),
                 "DungLuongSuDung": either(text, number(0, 1e15, False))})
STATE = {**IDENTITY, "AmLuong": number(0, 100), "TrangThaiHoatDong": one_of(0, 1, 2), "TrangThaiKetNoi": words,
         "ViDo": degrees(90), "KinhDo": degrees(180), "ThongTinThietBi": MACHINE, "ThoiDiemBatDau": past,
         "NoiDungPhat": text, "PhienBanUngDung": words}
AUTHOR = thing({"TenDayDu": text, "ButDanh": text, "Email": text})
PLAYED = {**IDENTITY, "BanTinID": known_bulletin, "LoaiBanTin": echo("kind"),
          "MucDoUuTien": echo("priority_number"), "TieuDe": echo("title"), "LoaiLinhVuc": echo("field"),
          "NoiDungTomTat": echo("summary"), "ThoiGianSanXuat": echo("made_s", instant), "ThoiLuong": length,
          "TacGia": AUTHOR, "ThoiDiemBatDau": past, "TiepAm": flag, "NguonTiepAm": text, "NoiDung": echo("content"),
          "ThongTinChiTietBanTin": many(thing({"Ten": words, "GiaTri": text})), "NguonTin": text,
          "AmLuong": number(0, 100), "CongSuat": either(text, number(0, 1e6, False))}
SAVED = {**IDENTITY, "LichPhatID": known_schedule, "TenLichPhat": text,
         "DanhSachBanTin": many(either(known_bulletin, thing({"BanTinID": known_bulletin,
                                                              "TieuDe": maybe(text)})), 1)}
CANCELLED = {**IDENTITY, "LichPhatID": known_schedule, "TenLichPhat": text, "DanhSachThietBi": holding("maThietBi")}
# The texts say that a device is registered and not with which words: it must say who it is.
REGISTER = {**{name: maybe(check) for name, check in STATE.items()}, "CumLoaID": same_as("maThietBi")}


class Generation2(Dialect):
    name = "2.0"
    OPEN = {"codes": CODES}
    tables = {"login": LOGIN, "register": REGISTER, "state": STATE, "played": PLAYED, "saved": SAVED,
              "cancelled": CANCELLED}

    def purpose_of(self, path, message):
        if "DanhSachBanTin" in message:
            return "saved"
        if "LichPhatID" in message:
            return "cancelled"
        if "BanTinID" in message:
            return "played"
        if "TrangThaiHoatDong" in message:
            return "state"
        return "register" if "CumLoaID" in message else ""

    def head(self, b=None):
        return {"NguonID": (b and b.sender) or self.board["nguonID"], "TenNguon": self.board["tenNguon"]}

    def slots(self, b):
        return {"LichPhatID": b.schedule_id, "TenLichPhat": b.schedule_name, "BanTinID": b.id,
                "DanhSachNgayPhat": [{"ThoiDiemPhat": [{"ThoiGianBatDau": int(start), "ThoiGianKetThuc": int(end)}
                                                      for start, end in b.slots]}]}

    def bulletin(self, b):
        said = {**self.head(b), "DichID": self.board["dichID"], "TenDich": self.board["tenDich"],
                "PhanVungManHinh": b.partition, "VungPhat": b.region, "BanTinCongCongID": b.id,
                "LoaiBanTin": b.kind, "MucDoUuTien": b.priority_number, "TieuDe": b.title, "LoaiLinhVuc": b.field,
                "NoiDungTomTat": b.summary, "ThoiGianSanXuat": b.made_s, "NoiDung": b.content,
                "DiaBanTao": b.area, "TenDiaBanTao": b.area_name, "NguonTin": b.author, "ThoiLuong": b.length}
        if b.slots:
            said.update(self.slots(b))
        if b.until_s:
            said["ThoiDiemKetThuc"] = int(b.until_s)
        if b.lang:
            said["NgonNgu"] = b.lang
        return said

    def envelope(self, code, parameter="", **more):
        return {**self.head(), "DanhSachDiaBanNhan": [{"DichID": self.board["dichID"],
                                                       "TenDich": self.board["tenDich"]}],
                "DanhSachThietBi": {"CumLoaID": [self.board["maThietBi"]]},
                "DieuKhienThietBi": {"MaLenh": code, "ThamSo": parameter}, **more}

    def schedule(self, b):
        return self.envelope(self.open["codes"]["save"], **self.slots(b))

    def cancel(self, b):
        if not b.schedule_id:
            return self.envelope(self.open["codes"]["take away"], BanTinID=b.id)
        return self.envelope(self.open["codes"]["cancel"], LichPhatID=b.schedule_id, TenLichPhat=b.schedule_name,
                             BanTinID=b.id)

    def command(self, verb, value=None):
        """volume N; stop skip pause resume; restart; urgent (a bulletin with its end); code CODE."""
        if verb in ("stop", "skip", "pause", "resume"):
            said = self.envelope("", "")
            said["DungPhatNoiDung"] = ("stop", "skip", "pause", "resume").index(verb)
            del said["DieuKhienThietBi"]
            return said
        if verb == "volume":
            return self.envelope(self.open["codes"]["volume"], str(value))
        if verb == "urgent":
            return self.envelope(self.open["codes"]["urgent"], BanTinID=value.id,
                                 ThoiDiemKetThuc=int(value.until_s))
        return self.envelope(self.open["codes"]["restart"] if verb == "restart" else str(value))


# ---- API1 to API9 ----

WHO = {"NguonId": same_as("nguonID"), "CumLoaId": same_as("maThietBi")}
CLOCK = "%H:%M:%S.%f"


class Api(Dialect):
    """The purposes of 2 to 7 are the province's to say, 1, 8 and 9 the device's; each is POST …/apiN there."""
    name = "api"
    OPEN = {"topic_per_call": False}
    tables = {"login": LOGIN, "register": {**WHO, "MaXacThuc": words},
              "area": {**WHO, "DiaBanQuanLy": words}, "disconnect": WHO,
              "state": {**WHO, "TrangThaiHoatDong": one_of(0, 1, 2), "TrangThaiKetNoi": words,
                        "AmLuong": number(0, 100)},
              "played": {"NguonId": same_as("nguonID"), "BanTinId": known_bulletin, "ThoiDiemGui": past,
                         "LoaiNhatKy": number(0, 99), "GiaTri": one_of(0, 1)}}
    PLACES = {"register": "api1", "area": "api2", "disconnect": "api3", "state": "api8", "played": "api9"}

    def purpose_of(self, path, message):
        if "LoaiNhatKy" in message:
            return "played"
        if "TrangThaiHoatDong" in message:
            return "state"
        if "MaXacThuc" in message:
            return "register"
        if "DiaBanQuanLy" in message:
            return "area"
        return "disconnect" if "CumLoaId" in message else ""

    def head(self, b=None):
        return {"NguonId": (b and b.sender) or self.board["nguonID"]}

    def slots(self, b):
        """Days and times of day, as they stand in Việt Nam; each slot lies within a day."""
        def day(at_s, form="%Y-%m-%d"):
            return datetime.datetime.fromtimestamp(at_s, VIETNAM).strftime(form)
        slots = b.slots or [(int(time.time()) - 60, int(time.time()) + 3600)]
        times = sorted({(day(start, CLOCK), day(end, CLOCK)) for start, end in slots})
        days = sorted({day(start) for start, _ in slots})
        return {"NgayBatDau": days[0], "NgayKetThuc": days[-1],
                "CheDoPhat": b.priority_number - 1,
                "LichPhat": {"ThoiDiemBatDau": [start for start, _ in times],
                             "ThoiDiemKetThuc": [end for _, end in times], "KieuLich": 0 if len(days) == 1 else 1,
                             "DanhSachNgayPhat": days}}

    def bulletin(self, b):
        body = {"LoaiBanTin": b.kind, "Link": b.content} if b.kind > 1 else {"LoaiBanTin": 1, "VanBan": b.content}
        return {**self.head(b), "BanTinId": b.id, **self.slots(b), "TieuDe": b.title, "LinhVuc": b.field,
                "NoiDungTomTat": b.summary, "ThoiGianSanXuat": local(b.made_s), "ThoiLuong": b.length,
                "TacGia": b.author, "NoiDung": body, "DiaBanTao": b.area,
                "DanhSachDiaBanNhan": [self.board["dichID"]]}

    def schedule(self, b):
        return {**self.head(b), "BanTinId": b.id, **self.slots(b)}

    def cancel(self, b):
        return {**self.head(b), "BanTinId": b.id}

    def command(self, verb, value=None):
        if verb != "volume":
            raise ValueError("this dialect has no word for %s" % verb)
        return {**self.head(), "CumLoaId": self.board["maThietBi"], "AmLuong": value}


# ---- the English one ----

PAIR = thing({"id": either(words, number(0, 999)), "value": text})
DEVICE = {"Imei": same_as("maThietBi"), "DeviceName": same_as("tenThietBi"), "Provider": words}


class English(Dialect):
    """The texts have what the device says; the province's own messages are written with the same names."""
    name = "en"
    every_s = 30
    OPEN = {"priorities": {1: "Urgent", 2: "Priority", 3: "Normal"}}
    tables = {"login": LOGIN, "register": {name: maybe(check) for name, check in DEVICE.items()},
              "state": {"AppName": words, "LogType": words, **DEVICE, "Lat": degrees(90), "Lng": degrees(180),
                        "Volume": number(0, 100), "ConnectionId": text, "DestinationID": same_as("dichID"),
                        "DestinationName": same_as("tenDich"), "NetworkInfo": words, "StartTime": past,
                        "Status": one_of("true", "false"), "Version": words, "Video": text},
              "played": {**DEVICE, "MediaId": known_bulletin, "SourceId": same_as("nguonID"),
                         "SourceName": same_as("tenNguon"), "DestinationId": same_as("dichID"),
                         "DestinationName": same_as("tenDich"), "Title": echo("title"),
                         "Description": echo("summary"), "Body": echo("content"), "IsExternal": flag,
                         "ExternalSource": text, "Volume": number(0, 100), "PAState": either(text, number(0, 99)),
                         "Priority": PAIR, "Category": PAIR, "ContentType": PAIR,
                         "Author": thing({"FullName": maybe(text), "PenName": maybe(text), "Email": maybe(text)}),
                         "StartTime": past, "CreateDate": instant, "Duration": either(length, number(0, 1e9))}}

    def purpose_of(self, path, message):
        if "MediaId" in message:
            return "played"
        return "state" if "Status" in message else "register" if "Imei" in message else ""

    def answer(self, purpose, token=None):
        return {"Message": "Success", **({"Token": token} if purpose == "login" else {})}

    def refusal(self, reason):
        return {"Message": reason}

    def poll_answer(self, messages):
        return {"Message": "Success", "Data": messages}

    def bulletin(self, b):
        said = {"MediaId": b.id, "SourceId": b.sender or self.board["nguonID"],
                "SourceName": self.board["tenNguon"], "DestinationId": self.board["dichID"],
                "DestinationName": self.board["tenDich"], "Title": b.title, "Description": b.summary,
                "Body": b.content, "IsExternal": False, "ExternalSource": "", "Volume": 50,
                "Priority": {"id": b.priority_number, "value": self.open["priorities"][b.priority_number]},
                "Category": {"id": b.field, "value": ""}, "ContentType": {"id": b.kind, "value": ""},
                "Author": {"FullName": b.author}, "CreateDate": local(b.made_s), "Duration": b.length}
        if b.slots:
            said.update(self.slots(b))
        if b.until_s:
            said["EndTime"] = int(b.until_s)
        return said

    def slots(self, b):
        return {"ScheduleId": b.schedule_id, "ScheduleName": b.schedule_name,
                "Schedule": [{"StartTime": int(start), "EndTime": int(end)} for start, end in b.slots]}

    def schedule(self, b):
        return {"SourceId": self.board["nguonID"], "MediaId": b.id, **self.slots(b)}

    def cancel(self, b):
        return {"SourceId": self.board["nguonID"], "MediaId": b.id, "Cancel": True}

    def command(self, verb, value=None):
        said = {"SourceId": self.board["nguonID"], "Imei": self.board["maThietBi"], "Command": verb}
        return said if value is None else {**said, "Value": value}


DIALECTS = {one.name: one for one in (Generation2, Api, English)}
