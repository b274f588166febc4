"""What a province wants said, before any dialect has words for it."""
import dataclasses
import datetime
import itertools
import random
import string

KINDS = {1: "text", 2: "image", 3: "audio", 4: "video", 5: "stream", 6: "fm"}
PRIORITIES = ("urgent", "priority", "ordinary")
VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
COUNTER = itertools.count(1)


def invented(prefix):
    """An id that was never used before, also not by an earlier run."""
    return "%s-%s-%d" % (prefix, "".join(random.choices(string.ascii_lowercase, k=6)), next(COUNTER))


def local(at_s):
    """2026-11-22T05:00:00+07:00"""
    return datetime.datetime.fromtimestamp(at_s, VIETNAM).isoformat(timespec="seconds")


@dataclasses.dataclass
class Bulletin:
    """Kind 1: `content` is its words; else where its medium lies. Times are epoch seconds."""
    kind: int = 1
    priority: str = "ordinary"
    title: str = "Thông báo"
    summary: str = "Tóm tắt nội dung"
    content: str = "Nội dung bản tin"
    id: str = dataclasses.field(default_factory=lambda: invented("bt"))
    field: int = 1
    made_s: int = 1795309200
    duration_s: int = 10
    partition: str = ""
    region: str = ""
    slots: list = dataclasses.field(default_factory=list)  # [(from_s, until_s)]
    schedule_id: str = ""
    schedule_name: str = ""
    until_s: int = 0  # urgent: its end
    sender: str = ""  # another than the province itself
    author: str = "Nguyễn Văn An"
    lang: str = ""
    area: str = "64.637.23866"
    area_name: str = "Xã Phú Túc"

    def __post_init__(self):
        if self.slots and not self.schedule_id:
            self.schedule_id = invented("lp")
            self.schedule_name = "Lịch " + self.title

    @property
    def length(self):
        """HH:MM:SS"""
        return "%02d:%02d:%02d" % (self.duration_s // 3600, self.duration_s // 60 % 60, self.duration_s % 60)

    @property
    def priority_number(self):
        return PRIORITIES.index(self.priority) + 1


# ---- the bad manners of sources, done to a message on its way ----

def walk(value, name=lambda n: n, leaf=lambda v: v):
    if isinstance(value, dict):
        return {name(k): walk(v, name, leaf) for k, v in value.items()}
    if isinstance(value, list):
        return [walk(v, name, leaf) for v in value]
    return leaf(value)


def id_for_ID(message):
    """LichPhatId in place of LichPhatID."""
    return walk(message, lambda n: n[:-2] + "Id" if n.endswith("ID") else n)


def numbers_as_words(message):
    return walk(message, leaf=lambda v: str(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else v)


def words_for_numbers(message):
    """Types that are plainly wrong: what was a number is a sentence, a text an object, a list an object. Whom it is for
    stays: a message for nobody here would be nobody's mistake."""
    def bend(value):
        if isinstance(value, dict):
            return {k: v if k.endswith("ID") else bend(v) for k, v in value.items()}
        if isinstance(value, list):
            return {"sai": len(value)}
        return "không phải số" if isinstance(value, (int, float)) else {"sai": 1}
    return bend(message)


def with_strangers(message):
    """Keys that nobody knows, at every depth."""
    def fill(value):
        if isinstance(value, list):
            return [fill(v) for v in value]
        if not isinstance(value, dict):
            return value
        return {"TruongLa": {"a": [1, None, "x"]}, **{k: fill(v) for k, v in value.items()}, "__v": 3}
    return fill(message)


TWISTS = {"Id for ID": id_for_ID, "numbers as strings": numbers_as_words, "unknown keys": with_strangers,
          "wrong types": words_for_numbers}
