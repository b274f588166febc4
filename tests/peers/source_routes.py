"""What the source answers to: its tables of routes and the names of what it reads, out of its own files."""
import os
import pathlib
import re

SOURCE = pathlib.Path(os.environ.get("SOURCE", pathlib.Path(__file__).resolve().parents[2])) / "source"
ROW = re.compile(r'\{\s*"(GET|POST|PUT|PATCH|DELETE)",\s*"([^"]*)",\s*BT_PART_(\w+),\s*"([^"]*)",\s*([^,]+),\s*(\w+)\s*\}')
NAME = re.compile(r'bt_(?:visit_(?:field|text|argument)|form_get|http_argument)\(\s*&?\w+(?:->\w+)?,\s*"([^"]+)"')
SAMPLES = {"NOTHING": "", "ID": "kp-01", "HASH": "a" * 64, "NUMBER": "1"}


class Route:
    def __init__(self, method, head, part, tail, body, handler, file):
        self.method, self.head, self.part, self.tail, self.handler, self.file = method, head, part, tail, handler, file
        self.has_body = body.strip() != "0"

    def path(self, part=None):
        return self.head + (SAMPLES[self.part] if part is None else part) + self.tail

    def __repr__(self):
        return "%s %s" % (self.method, self.path("{%s}" % self.part if self.part != "NOTHING" else ""))


def routes(folder="pages"):
    """The rows of the tables of a folder."""
    found = []
    for path in sorted((SOURCE / folder).glob("*.c")):
        found += [Route(*row, path.name) for row in ROW.findall(path.read_text())]
    return found


def names():
    """Every field and argument that some page asks for."""
    found = {"token"}
    for path in sorted((SOURCE / "pages").glob("*.c")):
        found |= set(NAME.findall(path.read_text()))
    return sorted(found)
