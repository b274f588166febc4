"""What a province expects of a message, as a table, and what is wrong with one.

A table says for each name what stands there: {"AmLuong": number(0, 100), "ViDo": maybe(latitude)}. A check is a
function of (value, context) that answers a reason or None; the context is what the province knows of the board
and of its bulletins. A province is stricter than a player may be: types, enumerations and spelling count.
"""
import datetime
import re

CLOCKS_DIFFER_S = 5  # of the province's and the board's, and what is under way


class Optional:
    """May be missing; when it is there, `check` decides."""

    def __init__(self, check):
        self.check = check


def maybe(check):
    return Optional(check)


# ---- what stands there ----

def text(value, _):
    return None if isinstance(value, str) else "expected a text, got %r" % (value,)


def words(value, context):
    return text(value, context) or (None if value.strip() else "expected some words, got none")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(low, high, whole=True):
    def check(value, _):
        if not is_number(value) or (whole and not isinstance(value, int)):
            return "expected a %snumber, got %r" % ("whole " * whole, value)
        return None if low <= value <= high else "expected %s to %s, got %r" % (low, high, value)
    return check


def one_of(*allowed):
    def check(value, _):
        same = any(value == a and type(value) is type(a) for a in allowed)
        return None if same else "expected one of %s, got %r" % (list(allowed), value)
    return check


def degrees(limit):
    """A number, or a number in quotes: shipped products write both."""
    def check(value, _):
        try:
            at = float(value) if not isinstance(value, bool) else None
        except (TypeError, ValueError):
            at = None
        return None if at is not None and -limit <= at <= limit else "expected degrees, got %r" % (value,)
    return check


def same_as(name):
    """What the board was given when it was set up."""
    def check(value, context):
        wanted = context.board[name]
        return None if value == wanted else "expected this board's %r, got %r" % (wanted, value)
    return check


def seconds_of(value):
    """An instant as epoch seconds; None when it cannot be said which one it is."""
    if is_number(value):
        return float(value)
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"\d{9,11}", value):
        return float(value)
    try:
        at = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return at.timestamp() if at.tzinfo else None


def instant(value, _):
    """Which instant it is must be plain: epoch seconds, or ISO 8601 with its offset."""
    at = seconds_of(value)
    if at is None:
        return "expected epoch seconds or a time with its offset, got %r" % (value,)
    return None if 946684800 < at < 4102444800 else "expected a time from 2000 to 2099, got %r" % (value,)


def past(value, context):
    """An instant that has come."""
    why = instant(value, context)
    if why:
        return why
    ahead = seconds_of(value) - context.now()
    return None if ahead <= CLOCKS_DIFFER_S else "%r lies %d s ahead" % (value, ahead)


def length(value, _):
    """HH:MM:SS."""
    ok = isinstance(value, str) and re.fullmatch(r"\d{2,}:[0-5]\d:[0-5]\d", value)
    return None if ok else "expected HH:MM:SS, got %r" % (value,)


def flag(value, _):
    return None if value in (0, 1, True, False, "true", "false") else "expected yes or no, got %r" % (value,)


def either(*checks):
    def check(value, context):
        whys = [one(value, context) for one in checks]
        return None if None in whys else " and ".join(whys)
    return check


def thing(table):
    """An object by a table of its own."""
    def check(value, context):
        return "; ".join(wrong_with(value, table, context)) or None
    return check


def many(one, least=0):
    def check(value, context):
        if not isinstance(value, list):
            return "expected a list, got %r" % (value,)
        if len(value) < least:
            return "expected at least %d, got %d" % (least, len(value))
        whys = ["[%d] %s" % (i, why) for i, why in enumerate(one(v, context) for v in value) if why]
        return "; ".join(whys) or None
    return check


def holding(name):
    """A list in which what the board is called is."""
    def check(value, context):
        if not isinstance(value, list):
            return "expected a list, got %r" % (value,)
        flat = [v for item in value for v in (item.values() if isinstance(item, dict) else [item])]
        return None if context.board[name] in flat else "expected %r in %r" % (context.board[name], value)
    return check


def known_bulletin(value, context):
    return None if value in context.bulletins else "the province never sent a bulletin %r" % (value,)


def known_schedule(value, context):
    return None if value in context.schedules else "the province never sent a schedule %r" % (value,)


def echo(attribute, otherwise=None):
    """What the bulletin itself said, by the name that the province keeps it under."""
    def check(value, context):
        if context.bulletin is None:
            return None  # told where its id stands
        wanted = getattr(context.bulletin, attribute)
        if value == wanted or (otherwise and otherwise(value, context) is None):
            return None
        return "expected the bulletin's own %r, got %r" % (wanted, value)
    return check


# ---- a whole message ----

def wrong_with(message, table, context):
    """Every deviation, in words. Names that nobody knows are one too: a province does not guess."""
    if not isinstance(message, dict):
        return ["expected an object, got %.60r" % (message,)]
    wrong = []
    for name, check in table.items():
        inner = check.check if isinstance(check, Optional) else check
        if name not in message:
            wrong += [] if isinstance(check, Optional) else ["%s is missing" % name]
        elif why := inner(message[name], context):
            wrong.append("%s: %s" % (name, why))
    return wrong + ["%s: nobody knows this name" % name for name in message if name not in table]
