"""What the benchmarks share: their options, the table they print and the file they write.

A benchmark measures ours and its peers in turn, a value of each a round, on the release build. Peers
that are not installed are left out.
"""
import argparse
import json
import os

BUILD = os.environ.setdefault("BUILD", "build")


def options(description, rounds, **more):
    """The command line of a benchmark; `more` are further options with their defaults."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds)
    for name, default in more.items():
        parser.add_argument("--" + name, default=default)
    parser.add_argument("--json", metavar="FILE")
    return parser.parse_args()


def spread(values):
    ordered = sorted(values)
    return {"min": ordered[0], "median": ordered[len(ordered) // 2], "max": ordered[-1]}


def row(unit, ours, **peers):
    """A metric: a value a round. The ratio of a peer is ours ÷ theirs, round by round; to nothing there is none."""
    kept = {name: values for name, values in peers.items() if values}
    ratio = {name: spread([a / b for a, b in zip(ours, values)]) for name, values in kept.items() if all(values)}
    return {"unit": unit, "ours": ours, **kept, "ratio": ratio}


def number(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def show(metric, result):
    """One metric as lines of min, median and max."""
    for name in [key for key in result if key not in ("unit", "ratio")]:
        found = spread(result[name])
        ratio = result["ratio"].get(name)
        said = "" if ratio is None else \
            f"  ours ÷ {name}: {ratio['min']:.2f} {ratio['median']:.2f} {ratio['max']:.2f}"
        label = metric if name == "ours" else ""
        print(f"{label:<42}{name:<10}{number(found['min']):>10}{number(found['median']):>10}"
              f"{number(found['max']):>10} {result['unit']}{said}")


def finish(results, path):
    """Prints all metrics, and writes them when a path is given."""
    print(f"{'':<52}{'min':>10}{'median':>10}{'max':>10}")
    for metric, result in results.items():
        show(metric, result)
    print("load average %.2f %.2f %.2f on %d CPUs" % (*os.getloadavg(), os.cpu_count()))
    if path:
        with open(path, "w", encoding="utf-8") as out:
            json.dump(results, out, indent=1)
