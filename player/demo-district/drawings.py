"""What the demo district's pictures show, as SVG. Only shapes: every picture is drawn from code, so that the demo
brings no file of anybody else's. Each function returns a whole SVG document, or a part of one."""
import math
import random


def document(w, h, body, defs="", view=None):
    view = view or (0, 0, w, h)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{w}" height="{h}" '
            f'viewBox="{view[0]} {view[1]} {view[2]} {view[3]}" preserveAspectRatio="xMidYMid slice">'
            f'<defs>{defs}</defs>{body}</svg>')


def shade(name, *stops, x2=0, y2=1):
    marks = "".join(f'<stop offset="{at}" stop-color="{colour}" stop-opacity="{opacity}"/>'
                    for at, colour, opacity in (s if len(s) == 3 else (*s, 1) for s in stops))
    return f'<linearGradient id="{name}" x1="0" y1="0" x2="{x2}" y2="{y2}">{marks}</linearGradient>'


def glow(name, *stops):
    marks = "".join(f'<stop offset="{at}" stop-color="{colour}" stop-opacity="{opacity}"/>' for at, colour, opacity in stops)
    return f'<radialGradient id="{name}">{marks}</radialGradient>'


def ridge(seed, base, height, w, h, colour, rough=5):
    """A line of mountains: a few waves of different length, filled down to the bottom."""
    chance = random.Random(seed)
    waves = [(chance.uniform(.6, 1.4) * (k + 1), chance.uniform(0, 6.3), height / (k + 1) ** 1.15) for k in range(rough)]
    points = []
    for x in range(-20, w + 21, 10):
        y = base - sum(a * math.sin(2 * math.pi * f * x / w + p) for f, p, a in waves)
        points.append(f"{x},{y:.1f}")
    return f'<polygon fill="{colour}" points="-20,{h} {" ".join(points)} {w + 20},{h}"/>'


def stars(seed, n, w, h):
    chance = random.Random(seed)
    return "".join(f'<circle cx="{chance.uniform(0, w):.0f}" cy="{chance.uniform(0, h) ** 1.0:.0f}" r="{chance.choice((.8, 1, 1.3, 1.9))}" '
                   f'fill="#fff" opacity="{chance.uniform(.25, .95):.2f}"/>' for _ in range(n))


def communal_house(x, y, scale, dark="#120d18", thatch="url(#thatch)", light="#ffb35c"):
    """A nhà rông: the tall roof like an axe blade, on posts, with its stairs; (x, y) is the ground under its middle."""
    bands = "".join(f'<path d="M{-158 + k * 9},{-150 - k * 52} Q0,{-140 - k * 52} {158 - k * 9},{-150 - k * 52}" stroke="#000" '
                    f'stroke-opacity=".22" stroke-width="3" fill="none"/>' for k in range(1, 7))
    comb = "".join(f'<path d="M{k * 14},{-566 + abs(k) * -2.2:.1f} l5,-26 l5,26" fill="{dark}"/>' for k in range(-7, 7))
    posts = "".join(f'<rect x="{px}" y="-112" width="11" height="112" fill="{dark}"/>' for px in (-140, -92, -44, 33, 81, 129))
    steps = "".join(f'<rect x="{-23}" y="{-10 - k * 16}" width="46" height="7" fill="#7c4a24"/>' for k in range(7))
    diamonds = "".join(f'<path d="M{k * 44},-330 l14,18 l-14,18 l-14,-18 z" fill="#f3c76a" opacity=".55"/>' for k in range(-2, 3))
    return (f'<g transform="translate({x},{y}) scale({scale})">{posts}'
            f'<rect x="-150" y="-156" width="300" height="48" fill="{dark}"/>'
            f'<rect x="-128" y="-148" width="52" height="32" fill="{light}" opacity=".85"/><rect x="76" y="-148" width="52" height="32" fill="{light}" opacity=".85"/>'
            f'<rect x="-22" y="-152" width="44" height="44" fill="{light}"/>'
            f'<rect x="-172" y="-118" width="344" height="12" fill="#3a2417"/>'
            f'<path d="M-184,-138 C-150,-290 -128,-420 -112,-582 Q0,-548 112,-582 C128,-420 150,-290 184,-138 Q0,-122 -184,-138 z" fill="{thatch}"/>'
            f'{bands}{diamonds}{comb}'
            f'<path d="M-112,-582 q-16,-26 -30,-30 M112,-582 q16,-26 30,-30" stroke="{dark}" stroke-width="7" fill="none"/>'
            f'<path d="M-26,-112 L-30,0 M26,-112 L30,0" stroke="#5a3319" stroke-width="7"/>{steps}</g>')


THATCH = shade("thatch", (0, "#3b2030"), (.55, "#5a2f2a"), (1, "#8a4a2a"))


def palm(x, y, size, colour, lean=0):
    leaves = "".join(f'<path d="M0,0 Q{math.cos(a) * size * .35:.1f},{math.sin(a) * size * .35 - size * .16:.1f} '
                     f'{math.cos(a) * size * .55:.1f},{math.sin(a) * size * .45 + size * .08:.1f} Q{math.cos(a) * size * .3:.1f},{math.sin(a) * size * .3 - size * .02:.1f} 0,0" fill="{colour}"/>'
                     for a in [k * math.pi / 5 + .15 for k in range(10)])
    return (f'<path d="M{x - 4},{y} Q{x + lean * .3},{y - size * .6} {x + lean},{y - size}" stroke="{colour}" stroke-width="{size * .05:.1f}" fill="none"/>'
            f'<g transform="translate({x + lean},{y - size})">{leaves}</g>')


def person(x, y, size, colour, arms="up"):
    """A dancer: head, body in a long skirt, arms held out to the neighbours."""
    reach = {"up": f"M{-size * .34:.1f},{-size * .62:.1f} Q0,{-size * .42:.1f} {size * .34:.1f},{-size * .62:.1f}",
             "down": f"M{-size * .24:.1f},{-size * .3:.1f} Q0,{-size * .72:.1f} {size * .24:.1f},{-size * .3:.1f}"}[arms]
    return (f'<g transform="translate({x:.1f},{y:.1f})"><circle cy="{-size * .88:.1f}" r="{size * .11:.1f}" fill="{colour}"/>'
            f'<path d="M{-size * .1:.1f},{-size * .74:.1f} h{size * .2:.1f} L{size * .17:.1f},0 h{-size * .34:.1f} z" fill="{colour}"/>'
            f'<path d="{reach}" stroke="{colour}" stroke-width="{size * .08:.1f}" fill="none" stroke-linecap="round"/></g>')


def flames(x, y, size, seed):
    chance = random.Random(seed)
    parts = []
    for colour, part in (("#ff6a1f", 1), ("#ffa02e", .72), ("#ffe08a", .42)):
        lean = chance.uniform(-.16, .16) * size
        w, h = size * .34 * part, size * part
        parts.append(f'<path d="M{x - w},{y} C{x - w * 1.5},{y - h * .45} {x - w * .2 + lean * .4},{y - h * .5} {x + lean},{y - h} '
                     f'C{x + w * .2 + lean * .2},{y - h * .6} {x + w * 1.6},{y - h * .4} {x + w},{y} z" fill="{colour}"/>')
    logs = (f'<path d="M{x - size * .6},{y + 5} L{x + size * .5},{y - 9} M{x - size * .5},{y - 9} L{x + size * .6},{y + 5}" '
            f'stroke="#2b1410" stroke-width="{size * .13:.1f}" stroke-linecap="round"/>')
    return "".join(parts) + logs


def gong(x, y, r, name="bronze"):
    rings = "".join(f'<circle cx="{x}" cy="{y}" r="{r * k:.1f}" fill="none" stroke="#4d2c08" stroke-opacity=".5" stroke-width="{max(1, r * .018):.1f}"/>'
                    for k in (.95, .8, .62, .5))
    return (f'<circle cx="{x + r * .06}" cy="{y + r * .1}" r="{r}" fill="#000" opacity=".35"/><circle cx="{x}" cy="{y}" r="{r}" fill="url(#{name})"/>{rings}'
            f'<circle cx="{x}" cy="{y}" r="{r * .24:.1f}" fill="url(#knob)"/>'
            f'<path d="M{x - r * .72:.1f},{y - r * .45:.1f} A{r * .86:.1f},{r * .86:.1f} 0 0 1 {x + r * .3:.1f},{y - r * .8:.1f}" stroke="#fff3cf" stroke-opacity=".45" stroke-width="{r * .05:.1f}" fill="none" stroke-linecap="round"/>')


BRONZE = (glow("bronze", (0, "#f6d689", 1), (.55, "#c98f35", 1), (1, "#7b4a12", 1)) + glow("knob", (0, "#fff0c4", 1), (.6, "#d9a545", 1), (1, "#8a5719", 1)))


def brocade(x, y, w, h, colours=("#b3202c", "#f3c76a", "#161018", "#f5f1e6")):
    """A band of highland weaving: rows of lozenges between lines."""
    red, gold, black, white = colours
    step = h * .9
    n = int(w / step) + 2
    lozenges = "".join(f'<path d="M{x + k * step:.1f},{y + h / 2:.1f} l{step * .42:.1f},{-h * .3:.1f} l{step * .42:.1f},{h * .3:.1f} l{-step * .42:.1f},{h * .3:.1f} z" fill="{gold}"/>'
                       f'<path d="M{x + k * step + step * .21:.1f},{y + h / 2:.1f} l{step * .21:.1f},{-h * .15:.1f} l{step * .21:.1f},{h * .15:.1f} l{-step * .21:.1f},{h * .15:.1f} z" fill="{black}"/>'
                       for k in range(n))
    lines = "".join(f'<rect x="{x}" y="{y + h * a:.1f}" width="{w}" height="{h * .05:.1f}" fill="{c}"/>' for a, c in ((.06, white), (.13, black), (.82, black), (.89, white)))
    return f'<g><rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{red}"/>{lozenges}{lines}</g>'


def words(x, y, size, text, colour="#fff7e6", weight=700, anchor="middle", family="Noto Serif", spacing=0):
    return (f'<text x="{x}" y="{y}" font-family="{family}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
            f'text-anchor="{anchor}" letter-spacing="{spacing}">{text}</text>')


# ---- landscapes ----

def dusk(w, h):
    """A nhà rông at nightfall."""
    defs = (THATCH + shade("sky", (0, "#1a1c4b"), (.38, "#5b3a78"), (.62, "#d8653f"), (.78, "#f7b155"), (1, "#fbd58a"))
            + glow("sun", (0, "#fff3c4", 1), (.3, "#ffd67a", .75), (1, "#ff9a4a", 0)))
    body = (f'<rect width="1440" height="960" fill="url(#sky)"/>{stars(3, 90, 1440, 330)}'
            f'<circle cx="1010" cy="640" r="330" fill="url(#sun)"/><circle cx="1010" cy="640" r="70" fill="#fff0bf"/>'
            + ridge(11, 640, 60, 1440, 960, "#8a4a68") + ridge(5, 705, 52, 1440, 960, "#5c3159") + ridge(8, 770, 38, 1440, 960, "#371f43")
            + communal_house(560, 868, 1.18) + palm(250, 880, 250, "#1b1020", 40) + palm(180, 885, 180, "#1b1020", -24)
            + palm(1255, 890, 300, "#1b1020", -46)
            + ridge(21, 876, 12, 1440, 960, "#1b1020") + "".join(person(830 + k * 62, 888, 74, "#1b1020") for k in range(5)))
    return document(w, h, body, defs, (0, 0, 1440, 960))


def terraces(w, h):
    """Rice terraces in the morning: each step a lighter edge over its own colour."""
    defs = shade("sky", (0, "#7fc4e8"), (.6, "#d7eef5"), (1, "#fdf3d2"))
    golds = ("#2f7d4f", "#4b9a4e", "#79b04a", "#a9bf48", "#d3c14a", "#e5b73f", "#cfa83a", "#93a83f", "#5a9346", "#2f7a48", "#1f6440")
    steps = []
    for k, colour in enumerate(golds):
        y, swing = 430 + k * 50, 34 + k * 5
        line = f'M-10,{y + swing} C260,{y - swing * 1.6:.0f} 470,{y + swing * 1.9:.0f} 760,{y + swing * .3:.0f} S1200,{y - swing * 1.5:.0f} 1450,{y + swing * .7:.0f}'
        steps.append(f'<path d="{line} V970 H-10 z" fill="{colour}"/><path d="{line}" stroke="#fff6c9" stroke-opacity=".55" stroke-width="{5 + k * .7:.1f}" fill="none"/>'
                     f'<path d="{line}" stroke="#123d2a" stroke-opacity=".35" stroke-width="{4 + k * .6:.1f}" fill="none" transform="translate(0,{9 + k})"/>')
    defs += THATCH
    body = (f'<rect width="1440" height="960" fill="url(#sky)"/><circle cx="1120" cy="210" r="74" fill="#fff4c2"/>'
            + ridge(2, 360, 70, 1440, 960, "#9cc3cf") + ridge(14, 410, 62, 1440, 960, "#6fa7a4") + ridge(17, 440, 40, 1440, 960, "#3f8567")
            + "".join(steps) + communal_house(1050, 660, .36, "#3a2417") + communal_house(1195, 690, .28, "#3a2417")
            + palm(960, 668, 110, "#22573a", 14) + palm(1290, 705, 130, "#22573a", -18))
    return document(w, h, body, defs, (0, 0, 1440, 960))


def festival(w, h, day, place):
    """The poster of the gong festival. Its letters are part of the drawing, as on a printed poster."""
    defs = (BRONZE + THATCH + shade("night", (0, "#2a0d1c"), (.6, "#611a24"), (1, "#a33a22")) + glow("fire", (0, "#ffce73", .8), (1, "#ff8a3c", 0)))
    high = 1440 * h // w  # of the drawing: the bands of weaving follow the edges
    middle, floor = high // 2, high - 92
    body = (f'<rect width="1440" height="{high}" fill="url(#night)"/><circle cx="360" cy="{middle + 80}" r="470" fill="url(#fire)"/>'
            + gong(360, middle - 46, 275) + gong(148, middle + 200, 120) + gong(590, middle + 210, 136)
            + "".join(person(x, floor + 4, 128, "#1a0a10") for x in range(60, 720, 82))
            + f'<rect y="{floor}" width="1440" height="100" fill="#1a0a10"/>' + brocade(0, floor + 16, 1440, 58) + brocade(0, 18, 1440, 40)
            + words(1060, middle - 208, 74, "NGÀY HỘI", "#ffd98a", 700, spacing=10) + words(1060, middle - 90, 100, "Cồng chiêng", "#fff7e6", 700)
            + words(1060, middle, 62, "xã Ia Lâm 2026", "#fff7e6", 600)
            + f'<rect x="850" y="{middle + 44}" width="420" height="4" fill="#ffd98a"/>'
            + words(1060, middle + 128, 58, day, "#ffffff", 700, family="Noto Sans") + words(1060, middle + 200, 46, place, "#ffe9c2", 500, family="Noto Sans")
            + words(1060, middle + 290, 42, "Kính mời bà con và du khách", "#ffd98a", 500, family="Noto Sans"))
    return document(w, h, body, defs, (0, 0, 1440, high))


# ---- one picture beside a notice: a sheet of 640 × 960 with a single thing on it ----

def sheet(top, bottom, body, defs=""):
    return document(640, 960, f'<rect width="640" height="960" fill="url(#ground)"/>{body}' + brocade(0, 905, 640, 55),
                    shade("ground", (0, top), (1, bottom)) + defs)


def storm():
    rain = "".join(f'<path d="M{x},{y} l-22,64" stroke="#bfe0f5" stroke-opacity=".55" stroke-width="5" stroke-linecap="round"/>'
                   for x, y in [(90 + 83 * (k % 7) + (k // 7 % 2) * 40, 420 + 95 * (k // 7)) for k in range(28)])
    cloud = '<g fill="{}"><circle cx="200" cy="290" r="105"/><circle cx="340" cy="230" r="140"/><circle cx="470" cy="300" r="100"/><rect x="110" y="290" width="450" height="108" rx="54"/></g>'
    water = "".join(f'<path d="M0,{y} q40,-22 80,0 t80,0 t80,0 t80,0 t80,0 t80,0 t80,0 t80,0 V960 H0 z" fill="{c}"/>' for y, c in ((770, "#3f86b8"), (815, "#2b6b9c"), (860, "#1b527f")))
    return sheet("#33475f", "#6f8ba5", cloud.format("#8fa6bd") .replace("<g ", '<g transform="translate(26,-46)" ') + cloud.format("#dbe6ef") + rain
                 + '<path d="M500,350 l-74,130 h58 l-42,112 l124,-158 h-62 l44,-84 z" fill="#ffc83d"/>' + communal_house(250, 806, .56) + water, THATCH)


def vaccine():
    shield = "M320,150 C400,205 480,222 540,222 C545,480 470,640 320,725 C170,640 95,480 100,222 C160,222 240,205 320,150 z"
    return sheet("#0d5c63", "#2aa198", f'<path d="{shield}" fill="#eafaf6"/><path d="{shield}" fill="none" stroke="#ffc83d" stroke-width="16" transform="translate(320,440) scale(.9) translate(-320,-440)"/>'
                 '<path d="M275,300 h90 v95 h95 v90 h-95 v95 h-90 v-95 h-95 v-90 h95 z" fill="#0d7c74"/>'
                 '<g transform="translate(420,640) rotate(38)"><rect x="-34" y="-130" width="68" height="190" rx="10" fill="#fff" stroke="#0b3f45" stroke-width="8"/><rect x="-30" y="-40" width="60" height="96" fill="#7fd4c8"/>'
                 '<rect x="-12" y="-210" width="24" height="84" fill="#0b3f45"/><rect x="-46" y="-226" width="92" height="20" rx="8" fill="#0b3f45"/><rect x="-5" y="60" width="10" height="120" fill="#dfe9ec"/></g>')


def power():
    lines = "".join(f'<path d="M-20,{y} Q320,{y + 70} 660,{y}" stroke="#d7e3f4" stroke-opacity=".7" stroke-width="4" fill="none"/>' for y in (250, 330))
    return sheet("#12244a", "#31589b", lines + '<path d="M320,150 L214,860 M320,150 L426,860 M250,620 L402,700 M390,620 L238,700 M270,480 L382,560 M370,480 L258,560 M130,250 H510 M160,330 H480 M130,250 L320,180 L510,250" '
                 'stroke="#e8eef7" stroke-width="14" fill="none" stroke-linejoin="round" stroke-linecap="round"/><circle cx="320" cy="520" r="150" fill="#ffc83d"/><path d="M345,410 l-96,132 h62 l-24,96 l104,-140 h-64 z" fill="#12244a"/>')


def digital():
    lines = "".join(f'<rect x="{216}" y="{540 + 44 * k}" width="{208 - 34 * k}" height="16" rx="8" fill="#b9cbe2"/>' for k in range(4))
    return sheet("#7a1021", "#c22f36", '<rect x="150" y="110" width="340" height="660" rx="46" fill="#1b1d26"/><rect x="172" y="146" width="296" height="588" rx="22" fill="#f4f7fb"/>'
                 '<rect x="196" y="180" width="248" height="160" rx="16" fill="#d9e7f6"/><circle cx="252" cy="246" r="32" fill="#7a9cc4"/><path d="M200,330 q52,-70 104,0 z" fill="#7a9cc4"/>'
                 '<rect x="322" y="218" width="100" height="14" rx="7" fill="#5878a3"/><rect x="322" y="250" width="100" height="14" rx="7" fill="#8fb0d6"/><rect x="322" y="282" width="64" height="14" rx="7" fill="#8fb0d6"/>'
                 '<circle cx="320" cy="430" r="62" fill="#1f9d57"/><path d="M290,430 l22,24 l42,-48" stroke="#fff" stroke-width="16" fill="none" stroke-linecap="round" stroke-linejoin="round"/>' + lines)


def forest():
    def pine(x, y, s, c):
        tiers = "".join(f"M{x},{y - top * s} L{x + half * s},{y - foot * s} H{x - half * s} z " for top, half, foot in ((330, 84, 190), (260, 118, 95), (170, 150, 0)))
        return f'<rect x="{x - 15 * s}" y="{y - 4}" width="{30 * s}" height="{70 * s}" fill="#4a2f1c"/><path d="{tiers}" fill="{c}"/>'
    return sheet("#f7c873", "#e2803a", ridge(4, 620, 40, 640, 960, "#b9762f") + pine(130, 770, .92, "#1f5c3a") + pine(515, 775, 1.0, "#1f5c3a") + pine(322, 790, 1.15, "#2d7a4b")
                 + f'<path d="M0,812 h640 v100 H0 z" fill="#3a5a2b"/><circle cx="320" cy="290" r="172" fill="#fff" stroke="#c8102e" stroke-width="34"/>' + flames(320, 385, 178, 5)
                 + '<path d="M200,170 L440,410" stroke="#c8102e" stroke-width="34"/>')


def clean():
    leaf = '<path d="M{0},{1} C{2},{3} {4},{5} {6},{7} C{8},{9} {10},{11} {0},{1} z" fill="{12}"/>'
    bins = "".join(f'<g transform="translate({x},560)"><path d="M-78,0 h156 l-16,250 h-124 z" fill="{c}"/><rect x="-92" y="-30" width="184" height="34" rx="12" fill="{d}"/><rect x="-28" y="-50" width="56" height="24" rx="8" fill="{d}"/>{m}</g>'
                   for x, c, d, m in ((180, "#2e8b57", "#1f6b41", '<path d="M0,170 C-60,150 -50,90 0,60 C50,90 60,150 0,170 z" fill="#d9f2c4"/>'),
                                      (460, "#e0922f", "#b26d17", '<path d="M-40,80 h80 l-10,90 h-60 z M-14,62 h28 v18 h-28 z" fill="#fff0d3"/>')))
    return sheet("#cfe9f3", "#8ccf9b", '<circle cx="500" cy="180" r="76" fill="#ffd557"/>' + ridge(6, 520, 34, 640, 960, "#6db578") + '<rect y="800" width="640" height="120" fill="#4f9a5d"/>' + bins
                 + leaf.format(320, 470, 180, 380, 220, 210, 330, 130, 440, 220, 450, 390, "#1f8a4c") + '<path d="M322,520 C318,400 324,300 330,190 M324,380 l58,-56 M322,330 l-52,-48" stroke="#d9f2c4" stroke-width="9" fill="none"/>')


def star(x, y, r, colour):
    points = " ".join(f"{x + r * (1 if k % 2 == 0 else .382) * math.sin(k * math.pi / 5):.1f},{y - r * (1 if k % 2 == 0 else .382) * math.cos(k * math.pi / 5):.1f}" for k in range(10))
    return f'<polygon points="{points}" fill="{colour}"/>'


def army():
    rays = "".join(f'<path d="M320,330 L{320 + 900 * math.cos(a):.0f},{330 + 900 * math.sin(a):.0f} L{320 + 900 * math.cos(a + .13):.0f},{330 + 900 * math.sin(a + .13):.0f} z" fill="#fff" opacity=".07"/>'
                   for a in [k * math.pi / 12 for k in range(24)])
    heads = "".join(f'<g transform="translate({x},{y}) scale({s})"><path d="M-120,210 C-120,110 -60,90 0,90 C60,90 120,110 120,210 z" fill="#2f4d2c"/><circle cy="36" r="62" fill="#e7b98c"/>'
                    f'<path d="M-86,10 C-84,-78 84,-78 86,10 Q0,-16 -86,10 z" fill="#40643a"/><path d="M-96,14 Q0,-20 96,14 L90,26 Q0,-4 -90,26 z" fill="#2b4427"/>{star(0, -28, 17, "#ffc83d")}</g>'
                    for x, y, s in ((140, 718, .9), (500, 718, .9), (320, 665, 1.15)))
    return sheet("#8f0f1a", "#d8232f", rays + star(320, 330, 190, "#ffd23d") + heads)


def meeting():
    people = "".join(person(x, y, s, c, "down") for x, y, s, c in
                     ((110, 880, 150, "#7c2d1f"), (215, 892, 150, "#22406b"), (320, 898, 158, "#7a5a12"), (425, 892, 150, "#2d5f3f"), (530, 880, 150, "#5a2a5f")))
    return sheet("#fbe3b0", "#f2b561", '<circle cx="320" cy="300" r="230" fill="#fff4d0"/>' + ridge(9, 660, 36, 640, 960, "#d99a55") + communal_house(320, 770, .98, "#3a2417")
                 + '<path d="M0,762 h640 v160 H0 z" fill="#c07f3c"/>' + people, THATCH)


SHEETS = {"hop-dan": meeting, "bao-lu": storm, "tiem-chung": vaccine, "cat-dien": power, "chuyen-doi-so": digital, "chay-rung": forest, "moi-truong": clean, "tuyen-quan": army}


# ---- the film's layers, 1280 × 768; what moves is a layer of its own ----

def film_layers():
    mist = "".join(f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="url(#mist)"/>' for x, y, rx, ry in
                   ((200, 64, 420, 46), (760, 104, 520, 40), (1300, 69, 460, 50), (1480, 64, 420, 46), (2040, 104, 520, 40)))
    chance = random.Random(42)
    sparks = []
    for _ in range(70):
        x, y, r = chance.gauss(160, 62), chance.uniform(0, 768), chance.choice((1.4, 2, 2.6))
        sparks += [f'<circle cx="{x:.0f}" cy="{y + dy:.0f}" r="{r}" fill="#ffb54a" opacity="{chance.uniform(.4, 1):.2f}"/>' for dy in (0, 768)]
    ground = ridge(21, 694, 8, 1280, 768, "#140c16")
    whole = {
        "sky": (1280, 768, f'<rect width="1280" height="768" fill="url(#sky)"/>{stars(9, 170, 1280, 460)}', shade("sky", (0, "#070b24"), (.5, "#1d2150"), (.8, "#5a3358"), (1, "#a4533f"))),
        "moon": (420, 420, '<circle cx="210" cy="210" r="205" fill="url(#halo)"/><circle cx="210" cy="210" r="58" fill="#fdf6dc"/><circle cx="192" cy="196" r="11" fill="#e6d9b4"/><circle cx="226" cy="226" r="15" fill="#eadfbf"/><circle cx="230" cy="190" r="7" fill="#e6d9b4"/>',
                 glow("halo", (0, "#fdf0c0", .55), (.35, "#f5d9a0", .22), (1, "#f5d9a0", 0))),
        "far": (1400, 768, ridge(11, 520, 64, 1400, 768, "#2b2550") + ridge(5, 575, 48, 1400, 768, "#211a3e"), ""),
        "mist": (1600, 160, mist, glow("mist", (0, "#c9b9d8", .34), (1, "#c9b9d8", 0))),
        "near": (1280, 768, palm(130, 700, 250, "#140c16", 40) + palm(60, 704, 170, "#140c16", -20) + palm(1180, 704, 290, "#140c16", -52) + communal_house(410, 692, .82) + ground, THATCH),
        "fire1": (320, 400, '<ellipse cx="160" cy="330" rx="160" ry="66" fill="url(#heat)"/>' + flames(160, 352, 150, 1), glow("heat", (0, "#ffb05a", .75), (1, "#ff7a2a", 0))),
        "fire2": (320, 400, '<ellipse cx="160" cy="330" rx="150" ry="60" fill="url(#heat)"/>' + flames(160, 352, 132, 4), glow("heat", (0, "#ffa54a", .65), (1, "#ff7a2a", 0))),
        "fire3": (320, 400, '<ellipse cx="160" cy="330" rx="156" ry="64" fill="url(#heat)"/>' + flames(160, 352, 142, 6), glow("heat", (0, "#ffab52", .7), (1, "#ff7a2a", 0))),
        "sparks": (320, 1536, "".join(sparks), ""),
        "dancers": (1400, 140, "".join(person(60 + k * 78, 134, 112 + 8 * (k % 3), ("#1d0f18", "#2a1220", "#180b14")[k % 3]) for k in range(17)), ""),
        "title": (1280, 236, '<rect width="1280" height="236" fill="url(#veil)"/>' + words(640, 94, 60, "Không gian văn hóa", "#ffd98a", 600) + words(640, 184, 76, "Cồng chiêng Tây Nguyên", "#fff7e6", 700),
                  shade("veil", (0, "#070b24", 0), (.3, "#070b24", .72), (.75, "#070b24", .72), (1, "#070b24", 0))),
        "subtitle": (1280, 236, '<rect width="1280" height="236" fill="url(#veil)"/>' + words(640, 102, 56, "Di sản văn hóa phi vật thể", "#fff7e6", 600) + words(640, 180, 56, "đại diện của nhân loại", "#ffd98a", 700),
                     shade("veil", (0, "#070b24", 0), (.3, "#070b24", .72), (.75, "#070b24", .72), (1, "#070b24", 0))),
    }
    return {name: document(w, h, body, defs) for name, (w, h, body, defs) in whole.items()}
