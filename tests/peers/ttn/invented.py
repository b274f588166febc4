"""A province that does not exist, Sông Đà: what it says and wants to hear differs from the others in names, nesting, codes,
times and places. A board learns it from a file of data, song-da.json."""
import dialects
from bulletins import local
from fields import echo, instant, known_bulletin, known_schedule, many, number, one_of, past, same_as, text, thing, words

KIND_WORDS = {1: "TEXT", 2: "IMAGE", 3: "SOUND", 4: "FILM", 5: "LIVE", 6: "RADIO"}
RANK_NUMBERS = {"urgent": 9, "priority": 5, "ordinary": 1}  # a large number wins
VERBS = {"volume": "SET_VOLUME", "stop": "STOP", "skip": "NEXT", "pause": "PAUSE", "resume": "GO_ON", "restart": "REBOOT"}
DEVICE = thing({"serial": same_as("maThietBi"), "label": same_as("tenThietBi"),
                "owner": thing({"code": same_as("maNhaCungCap"), "name": same_as("tenNhaCungCap")})})
PLACE = thing({"code": same_as("dichID"), "name": same_as("tenDich")})


def iso(value, context):
    """Here a time is a text with its offset, never a number."""
    return text(value, context) or instant(value, context)


def iso_past(value, context):
    return text(value, context) or past(value, context)


class SongDa(dialects.Dialect):
    name = "song-da"
    every_s = 45
    tables = {
        "login": {"credentials": thing({"account": same_as("username"), "secret": same_as("password")})},
        "state": {"device": DEVICE, "place": PLACE, "level": number(0, 100),
                  "activity": one_of("PLAYING", "PAUSED", "STOPPED"), "link": words, "since": iso_past, "now": text},
        "played": {"device": DEVICE, "item": thing({"uuid": known_bulletin, "sort": one_of(*KIND_WORDS.values()),
                                                    "headline": echo("title"), "rank": one_of(*RANK_NUMBERS.values()),
                                                    "seconds": number(1, 86400)}),
                   "began": iso_past},
        "saved": {"device": DEVICE, "plan": thing({"uuid": known_schedule}), "items": many(known_bulletin, 1)},
        "cancelled": {"device": DEVICE, "plan": thing({"uuid": known_schedule}),
                      "boards": many(same_as("maThietBi"), 1)},
    }

    def purpose(self, path, message):
        if not isinstance(message, dict):
            return "poll" if message is None else ""
        for name, purpose in (("credentials", "login"), ("items", "saved"), ("boards", "cancelled"),
                              ("item", "played"), ("activity", "state")):
            if name in message:
                return purpose
        return ""

    def answer(self, purpose, token=None):
        return {"outcome": "OK", "data": {"session": {"jwt": token}} if token else {}}

    def refusal(self, reason):
        return {"outcome": "NO", "explanation": {"vi": reason}}

    def poll_answer(self, messages):
        return {"outcome": "OK", "data": {"inbox": messages}}

    def bulletin_id(self, message):
        return message.get("item", {}).get("uuid")

    def started(self, message):
        return message.get("began")

    def wrap(self, kind, body):
        return {"kind": kind, "from": {"office": self.board["nguonID"]}, "to": [self.board["maThietBi"]], "body": body}

    def windows(self, b):
        return {"uuid": b.schedule_id, "windows": [{"open": local(start), "close": local(end)} for start, end in b.slots]}

    def bulletin(self, b):
        body = {"item": {"uuid": b.id, "sort": KIND_WORDS[b.kind], "rank": RANK_NUMBERS[b.priority],
                         "headline": b.title, "abstract": b.summary, "content": {"value": b.content},
                         "seconds": b.duration_s, "made": local(b.made_s), "area": {"part": b.partition, "cell": b.region}}}
        if b.slots:
            body["plan"] = self.windows(b)
        if b.until_s:
            body["item"]["ends"] = local(b.until_s)
        return self.wrap("NEW_ITEM", body)

    def schedule(self, b):
        return self.wrap("NEW_PLAN", {"item": {"uuid": b.id}, "plan": self.windows(b)})

    def cancel(self, b):
        return self.wrap("DROP_ITEM", {"item": {"uuid": b.id}})

    def command(self, verb, value=None):
        return self.wrap("ORDER", {"verb": VERBS.get(verb, verb), **({} if value is None else {"argument": value})})
