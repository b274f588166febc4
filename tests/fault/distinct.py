"""Which calls there are: a stretch makes thousands, from a few hundred places of the programs. A call is what it calls,
the kind of file, and the place (tests/fault/places.h); an occurrence is the first, or a later one, of such a call."""
import collections
import typing


class Call(typing.NamedTuple):
    what: str  # the system call and the kind of file
    place: str

    def __str__(self):
        return "%s at %s" % (self.what, self.place)


class Occurrence(typing.NamedTuple):
    nth: int
    call: Call

    def __str__(self):
        return "%s, time %d" % (self.call, self.nth)

    def line(self):
        """As cut-at reads it."""
        return "%d\t%s\t%s\n" % (self.nth, self.call.what, self.call.place)


def parse(line):
    """(whether it fails, the call or None where the report does not say it) of a line of cut-at's report."""
    parts = line.split("\t")
    fails = parts[0].endswith(" fails")
    if len(parts) < 3:
        return fails, None
    return fails, Call("%s %s" % (parts[0].split(" ", 2)[1], parts[1]), parts[2])


def found(reports):
    """A Counter of the calls of several runs, each as often as in the run that made it least often among those
    that made it: what one run made once may come once only."""
    counts = collections.Counter()
    for report in reports:
        here = collections.Counter(call for _, call in map(parse, report.splitlines()) if call)
        for call, times in here.items():
            counts[call] = min(times, counts[call]) if call in counts else times
    return counts


def failed(report):
    """The calls that failed."""
    return {call for fails, call in map(parse, report.splitlines()) if fails and call}


def later(call, times, rng):
    """An occurrence by chance that is not the first; None where there is none."""
    return Occurrence(rng.randint(2, times), call) if times > 1 else None


def groups(all_of_them, size):
    """Of at most so many each, which lie as far apart as they can."""
    number = -(-len(all_of_them) // size)
    return [all_of_them[start::number] for start in range(number)]
