"""What the demo's drawings are made of, as SVG: mountains, a communal house, palms, people, gongs, weaving. Each
function returns a part of a document; document() makes a whole one."""
import math
import random


def document(w, h, body, defs="", view=None):
    view = view or (0, 0, w, h)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{w}" '
        f'height="{h}" '
        f'viewBox="{view[0]} {view[1]} {view[2]} {view[3]}" preserveAspectRatio="xMidYMid slice">'
        f'<defs>{defs}</defs>{body}</svg>'
    )


def shade(name, *stops, x2=0, y2=1):
    marks = "".join(
        f'<stop offset="{at}" stop-color="{colour}" stop-opacity="{opacity}"/>'
        for at, colour, opacity in (s if len(s) == 3 else (*s, 1) for s in stops)
    )
    return f'<linearGradient id="{name}" x1="0" y1="0" x2="{x2}" y2="{y2}">{marks}</linearGradient>'


def glow(name, *stops):
    marks = "".join(
        f'<stop offset="{at}" stop-color="{colour}" stop-opacity="{opacity}"/>' for at, colour, opacity in stops
    )
    return f'<radialGradient id="{name}">{marks}</radialGradient>'


def ridge(seed, base, height, w, h, colour, rough=5):
    """A line of mountains: a few waves of different length, filled down to the bottom."""
    chance = random.Random(seed)
    waves = [
        (chance.uniform(0.6, 1.4) * (k + 1), chance.uniform(0, 6.3), height / (k + 1) ** 1.15)
        for k in range(rough)
    ]
    points = []
    for x in range(-20, w + 21, 10):
        y = base - sum(a * math.sin(2 * math.pi * f * x / w + p) for f, p, a in waves)
        points.append(f"{x},{y:.1f}")
    return f'<polygon fill="{colour}" points="-20,{h} {" ".join(points)} {w + 20},{h}"/>'


def stars(seed, n, w, h):
    chance = random.Random(seed)
    return "".join(
        f'<circle cx="{chance.uniform(0, w):.0f}" cy="{chance.uniform(0, h) ** 1.0:.0f}" '
        f'r="{chance.choice((.8, 1, 1.3, 1.9))}" '
        f'fill="#fff" opacity="{chance.uniform(.25, .95):.2f}"/>'
        for _ in range(n)
    )


def communal_house(x, y, scale, dark="#120d18", thatch="url(#thatch)", light="#ffb35c"):
    """A nhà rông: the tall roof like an axe blade, on posts, with its stairs; (x, y): the ground under its middle."""
    bands = "".join(
        f'<path d="M{-158 + k * 9},{-150 - k * 52} Q0,{-140 - k * 52} {158 - k * 9},{-150 - k * 52}" '
        f'stroke="#000" '
        f'stroke-opacity=".22" stroke-width="3" fill="none"/>'
        for k in range(1, 7)
    )
    comb = "".join(
        f'<path d="M{k * 14},{-566 + abs(k) * -2.2:.1f} l5,-26 l5,26" fill="{dark}"/>' for k in range(-7, 7)
    )
    posts = "".join(
        f'<rect x="{px}" y="-112" width="11" height="112" fill="{dark}"/>'
        for px in (-140, -92, -44, 33, 81, 129)
    )
    steps = "".join(
        f'<rect x="{-23}" y="{-10 - k * 16}" width="46" height="7" fill="#7c4a24"/>' for k in range(7)
    )
    diamonds = "".join(
        f'<path d="M{k * 44},-330 l14,18 l-14,18 l-14,-18 z" fill="#f3c76a" opacity=".55"/>'
        for k in range(-2, 3)
    )
    return (
        f'<g transform="translate({x},{y}) scale({scale})">{posts}'
        f'<rect x="-150" y="-156" width="300" height="48" fill="{dark}"/>'
        f'<rect x="-128" y="-148" width="52" height="32" fill="{light}" opacity=".85"/>'
        f'<rect x="76" y="-148" width="52" height="32" fill="{light}" opacity=".85"/>'
        f'<rect x="-22" y="-152" width="44" height="44" fill="{light}"/>'
        f'<rect x="-172" y="-118" width="344" height="12" fill="#3a2417"/>'
        f'<path d="M-184,-138 C-150,-290 -128,-420 -112,-582 Q0,-548 112,-582 C128,-420 150,-290 184,-138 '
        f'Q0,-122 -184,-138 z" fill="{thatch}"/>'
        f'{bands}{diamonds}{comb}'
        f'<path d="M-112,-582 q-16,-26 -30,-30 M112,-582 q16,-26 30,-30" stroke="{dark}" stroke-width="7" '
        f'fill="none"/>'
        f'<path d="M-26,-112 L-30,0 M26,-112 L30,0" stroke="#5a3319" stroke-width="7"/>{steps}</g>'
    )


THATCH = shade("thatch", (0, "#3b2030"), (0.55, "#5a2f2a"), (1, "#8a4a2a"))


def palm(x, y, size, colour, lean=0):
    leaves = "".join(
        f'<path d="M0,0 Q{math.cos(a) * size * .35:.1f},{math.sin(a) * size * .35 - size * .16:.1f} '
        f'{math.cos(a) * size * .55:.1f},{math.sin(a) * size * .45 + size * .08:.1f} '
        f'Q{math.cos(a) * size * .3:.1f},{math.sin(a) * size * .3 - size * .02:.1f} 0,0" '
        f'fill="{colour}"/>'
        for a in [k * math.pi / 5 + 0.15 for k in range(10)]
    )
    return (
        f'<path d="M{x - 4},{y} Q{x + lean * .3},{y - size * .6} {x + lean},{y - size}" stroke="{colour}" '
        f'stroke-width="{size * .05:.1f}" fill="none"/>'
        f'<g transform="translate({x + lean},{y - size})">{leaves}</g>'
    )


def person(x, y, size, colour, arms="up"):
    """A dancer: head, body in a long skirt, arms held out to the neighbours."""
    reach = {
        "up": f"M{-size * .34:.1f},{-size * .62:.1f} Q0,{-size * .42:.1f} {size * .34:.1f},{-size * .62:.1f}",
        "down": f"M{-size * .24:.1f},{-size * .3:.1f} Q0,{-size * .72:.1f} {size * .24:.1f},{-size * .3:.1f}",
    }[arms]
    return (
        f'<g transform="translate({x:.1f},{y:.1f})">'
        f'<circle cy="{-size * .88:.1f}" r="{size * .11:.1f}" fill="{colour}"/>'
        f'<path d="M{-size * .1:.1f},{-size * .74:.1f} h{size * .2:.1f} L{size * .17:.1f},0 h{-size * .34:.1f} '
        f'z" fill="{colour}"/>'
        f'<path d="{reach}" stroke="{colour}" stroke-width="{size * .08:.1f}" fill="none" '
        f'stroke-linecap="round"/></g>'
    )


def flames(x, y, size, seed):
    chance = random.Random(seed)
    parts = []
    for colour, part in (("#ff6a1f", 1), ("#ffa02e", 0.72), ("#ffe08a", 0.42)):
        lean = chance.uniform(-0.16, 0.16) * size
        w, h = size * 0.34 * part, size * part
        parts.append(
            f'<path d="M{x - w},{y} C{x - w * 1.5},{y - h * .45} {x - w * .2 + lean * .4},{y - h * .5} '
            f'{x + lean},{y - h} '
            f'C{x + w * .2 + lean * .2},{y - h * .6} {x + w * 1.6},{y - h * .4} {x + w},{y} z" '
            f'fill="{colour}"/>'
        )
    logs = (
        f'<path d="M{x - size * .6},{y + 5} L{x + size * .5},{y - 9} M{x - size * .5},{y - 9} '
        f'L{x + size * .6},{y + 5}" '
        f'stroke="#2b1410" stroke-width="{size * .13:.1f}" stroke-linecap="round"/>'
    )
    return "".join(parts) + logs


def gong(x, y, r, name="bronze"):
    rings = "".join(
        f'<circle cx="{x}" cy="{y}" r="{r * k:.1f}" fill="none" stroke="#4d2c08" stroke-opacity=".5" '
        f'stroke-width="{max(1, r * .018):.1f}"/>'
        for k in (0.95, 0.8, 0.62, 0.5)
    )
    return (
        f'<circle cx="{x + r * .06}" cy="{y + r * .1}" r="{r}" fill="#000" opacity=".35"/>'
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="url(#{name})"/>{rings}'
        f'<circle cx="{x}" cy="{y}" r="{r * .24:.1f}" fill="url(#knob)"/>'
        f'<path d="M{x - r * .72:.1f},{y - r * .45:.1f} A{r * .86:.1f},{r * .86:.1f} 0 0 1 '
        f'{x + r * .3:.1f},{y - r * .8:.1f}" stroke="#fff3cf" stroke-opacity=".45" stroke-width="{r * .05:.1f}" '
        f'fill="none" stroke-linecap="round"/>'
    )


BRONZE = glow("bronze", (0, "#f6d689", 1), (0.55, "#c98f35", 1), (1, "#7b4a12", 1)) + glow(
    "knob", (0, "#fff0c4", 1), (0.6, "#d9a545", 1), (1, "#8a5719", 1)
)


def brocade(x, y, w, h, colours=("#b3202c", "#f3c76a", "#161018", "#f5f1e6")):
    """A band of highland weaving: rows of lozenges between lines."""
    red, gold, black, white = colours
    step = h * 0.9
    n = int(w / step) + 2
    lozenges = "".join(
        f'<path d="M{x + k * step:.1f},{y + h / 2:.1f} l{step * .42:.1f},{-h * .3:.1f} '
        f'l{step * .42:.1f},{h * .3:.1f} l{-step * .42:.1f},{h * .3:.1f} z" fill="{gold}"/>'
        f'<path d="M{x + k * step + step * .21:.1f},{y + h / 2:.1f} l{step * .21:.1f},{-h * .15:.1f} '
        f'l{step * .21:.1f},{h * .15:.1f} l{-step * .21:.1f},{h * .15:.1f} z" fill="{black}"/>'
        for k in range(n)
    )
    lines = "".join(
        f'<rect x="{x}" y="{y + h * a:.1f}" width="{w}" height="{h * .05:.1f}" fill="{c}"/>'
        for a, c in ((0.06, white), (0.13, black), (0.82, black), (0.89, white))
    )
    return f'<g><rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{red}"/>{lozenges}{lines}</g>'


def words(x, y, size, text, colour="#fff7e6", weight=700, anchor="middle", family="Noto Serif", spacing=0):
    return (
        f'<text x="{x}" y="{y}" font-family="{family}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}" letter-spacing="{spacing}">{text}</text>'
    )
