"""The demo's pictures: landscapes, the poster of the gong festival, and a sheet to stand beside each notice. All
drawn from code, so that the demo brings no file of anybody else's. Each function returns a whole document."""
import math

from shapes import (
    brocade,
    BRONZE,
    communal_house,
    document,
    flames,
    glow,
    gong,
    palm,
    person,
    ridge,
    shade,
    stars,
    THATCH,
    words,
)


def dusk(w, h):
    """A nhà rông at nightfall."""
    defs = (
        THATCH
        + shade("sky", (0, "#1a1c4b"), (0.38, "#5b3a78"), (0.62, "#d8653f"), (0.78, "#f7b155"), (1, "#fbd58a"))
        + glow("sun", (0, "#fff3c4", 1), (0.3, "#ffd67a", 0.75), (1, "#ff9a4a", 0))
    )
    sun = '<circle cx="1010" cy="640" r="330" fill="url(#sun)"/><circle cx="1010" cy="640" r="70" fill="#fff0bf"/>'
    body = (
        f'<rect width="1440" height="960" fill="url(#sky)"/>{stars(3, 90, 1440, 330)}'
        + sun
        + ridge(11, 640, 60, 1440, 960, "#8a4a68")
        + ridge(5, 705, 52, 1440, 960, "#5c3159")
        + ridge(8, 770, 38, 1440, 960, "#371f43")
        + communal_house(560, 868, 1.18)
        + palm(250, 880, 250, "#1b1020", 40)
        + palm(180, 885, 180, "#1b1020", -24)
        + palm(1255, 890, 300, "#1b1020", -46)
        + ridge(21, 876, 12, 1440, 960, "#1b1020")
        + "".join(person(830 + k * 62, 888, 74, "#1b1020") for k in range(5))
    )
    return document(w, h, body, defs, (0, 0, 1440, 960))


def terraces(w, h):
    """Rice terraces in the morning: each step a lighter edge over its own colour."""
    defs = shade("sky", (0, "#7fc4e8"), (0.6, "#d7eef5"), (1, "#fdf3d2"))
    golds = (
        "#2f7d4f",
        "#4b9a4e",
        "#79b04a",
        "#a9bf48",
        "#d3c14a",
        "#e5b73f",
        "#cfa83a",
        "#93a83f",
        "#5a9346",
        "#2f7a48",
        "#1f6440",
    )
    steps = []
    for k, colour in enumerate(golds):
        y, swing = 430 + k * 50, 34 + k * 5
        line = (
            f'M-10,{y + swing} C260,{y - swing * 1.6:.0f} 470,{y + swing * 1.9:.0f} 760,{y + swing * .3:.0f} '
            f'S1200,{y - swing * 1.5:.0f} 1450,{y + swing * .7:.0f}'
        )
        steps.append(
            f'<path d="{line} V970 H-10 z" fill="{colour}"/>'
            f'<path d="{line}" stroke="#fff6c9" stroke-opacity=".55" stroke-width="{5 + k * .7:.1f}" '
            f'fill="none"/>'
            f'<path d="{line}" stroke="#123d2a" stroke-opacity=".35" stroke-width="{4 + k * .6:.1f}" '
            f'fill="none" transform="translate(0,{9 + k})"/>'
        )
    defs += THATCH
    body = (
        f'<rect width="1440" height="960" fill="url(#sky)"/><circle cx="1120" cy="210" r="74" fill="#fff4c2"/>'
        + ridge(2, 360, 70, 1440, 960, "#9cc3cf")
        + ridge(14, 410, 62, 1440, 960, "#6fa7a4")
        + ridge(17, 440, 40, 1440, 960, "#3f8567")
        + "".join(steps)
        + communal_house(1050, 660, 0.36, "#3a2417")
        + communal_house(1195, 690, 0.28, "#3a2417")
        + palm(960, 668, 110, "#22573a", 14)
        + palm(1290, 705, 130, "#22573a", -18)
    )
    return document(w, h, body, defs, (0, 0, 1440, 960))


def festival(w, h, day, place):
    """The poster of the gong festival. Its letters are part of the drawing, as on a printed poster."""
    defs = (
        BRONZE
        + THATCH
        + shade("night", (0, "#2a0d1c"), (0.6, "#611a24"), (1, "#a33a22"))
        + glow("fire", (0, "#ffce73", 0.8), (1, "#ff8a3c", 0))
    )
    high = 1440 * h // w  # of the drawing: the bands of weaving follow the edges
    middle, floor = high // 2, high - 92
    body = (
        f'<rect width="1440" height="{high}" fill="url(#night)"/>'
        f'<circle cx="360" cy="{middle + 80}" r="470" fill="url(#fire)"/>'
        + gong(360, middle - 46, 275)
        + gong(148, middle + 200, 120)
        + gong(590, middle + 210, 136)
        + "".join(person(x, floor + 4, 128, "#1a0a10") for x in range(60, 720, 82))
        + f'<rect y="{floor}" width="1440" height="100" fill="#1a0a10"/>'
        + brocade(0, floor + 16, 1440, 58)
        + brocade(0, 18, 1440, 40)
        + words(1060, middle - 208, 74, "NGÀY HỘI", "#ffd98a", 700, spacing=10)
        + words(1060, middle - 90, 100, "Cồng chiêng", "#fff7e6", 700)
        + words(1060, middle, 62, "xã Ia Lâm 2026", "#fff7e6", 600)
        + f'<rect x="850" y="{middle + 44}" width="420" height="4" fill="#ffd98a"/>'
        + words(1060, middle + 128, 58, day, "#ffffff", 700, family="Noto Sans")
        + words(1060, middle + 200, 46, place, "#ffe9c2", 500, family="Noto Sans")
        + words(1060, middle + 290, 42, "Kính mời bà con và du khách", "#ffd98a", 500, family="Noto Sans")
    )
    return document(w, h, body, defs, (0, 0, 1440, high))


# ---- one picture beside a notice: a sheet of 640 × 960 with a single thing on it ----


def sheet(top, bottom, body, defs=""):
    return document(
        640,
        960,
        f'<rect width="640" height="960" fill="url(#ground)"/>{body}' + brocade(0, 905, 640, 55),
        shade("ground", (0, top), (1, bottom)) + defs,
    )


def storm():
    rain = "".join(
        f'<path d="M{x},{y} l-22,64" stroke="#bfe0f5" stroke-opacity=".55" stroke-width="5" '
        f'stroke-linecap="round"/>'
        for x, y in [(90 + 83 * (k % 7) + (k // 7 % 2) * 40, 420 + 95 * (k // 7)) for k in range(28)]
    )
    cloud = (
        '<g fill="{}"><circle cx="200" cy="290" r="105"/><circle cx="340" cy="230" r="140"/>'
        '<circle cx="470" cy="300" r="100"/><rect x="110" y="290" width="450" height="108" rx="54"/></g>'
    )
    water = "".join(
        f'<path d="M0,{y} q40,-22 80,0 t80,0 t80,0 t80,0 t80,0 t80,0 t80,0 t80,0 V960 H0 z" fill="{c}"/>'
        for y, c in ((770, "#3f86b8"), (815, "#2b6b9c"), (860, "#1b527f"))
    )
    return sheet(
        "#33475f",
        "#6f8ba5",
        cloud.format("#8fa6bd").replace("<g ", '<g transform="translate(26,-46)" ')
        + cloud.format("#dbe6ef")
        + rain
        + '<path d="M500,350 l-74,130 h58 l-42,112 l124,-158 h-62 l44,-84 z" fill="#ffc83d"/>'
        + communal_house(250, 806, 0.56)
        + water,
        THATCH,
    )


def vaccine():
    shield = (
        "M320,150 C400,205 480,222 540,222 C545,480 470,640 320,725 "
        "C170,640 95,480 100,222 C160,222 240,205 320,150 z"
    )
    return sheet(
        "#0d5c63",
        "#2aa198",
        f'<path d="{shield}" fill="#eafaf6"/>'
        f'<path d="{shield}" fill="none" stroke="#ffc83d" stroke-width="16" '
        f'transform="translate(320,440) scale(.9) translate(-320,-440)"/>'
        '<path d="M275,300 h90 v95 h95 v90 h-95 v95 h-90 v-95 h-95 v-90 h95 z" fill="#0d7c74"/>'
        '<g transform="translate(420,640) rotate(38)">'
        '<rect x="-34" y="-130" width="68" height="190" rx="10" fill="#fff" stroke="#0b3f45" '
        'stroke-width="8"/><rect x="-30" y="-40" width="60" height="96" fill="#7fd4c8"/>'
        '<rect x="-12" y="-210" width="24" height="84" fill="#0b3f45"/>'
        '<rect x="-46" y="-226" width="92" height="20" rx="8" fill="#0b3f45"/>'
        '<rect x="-5" y="60" width="10" height="120" fill="#dfe9ec"/></g>',
    )


def power():
    lines = "".join(
        f'<path d="M-20,{y} Q320,{y + 70} 660,{y}" stroke="#d7e3f4" stroke-opacity=".7" stroke-width="4" '
        f'fill="none"/>'
        for y in (250, 330)
    )
    return sheet(
        "#12244a",
        "#31589b",
        lines + '<path d="M320,150 L214,860 M320,150 L426,860 M250,620 L402,700 '
        'M390,620 L238,700 M270,480 L382,560 M370,480 L258,560 M130,250 H510 '
        'M160,330 H480 M130,250 L320,180 L510,250" '
        'stroke="#e8eef7" stroke-width="14" fill="none" stroke-linejoin="round" stroke-linecap="round"/>'
        '<circle cx="320" cy="520" r="150" fill="#ffc83d"/>'
        '<path d="M345,410 l-96,132 h62 l-24,96 l104,-140 h-64 z" fill="#12244a"/>',
    )


def digital():
    lines = "".join(
        f'<rect x="{216}" y="{540 + 44 * k}" width="{208 - 34 * k}" height="16" rx="8" fill="#b9cbe2"/>'
        for k in range(4)
    )
    return sheet(
        "#7a1021",
        "#c22f36",
        '<rect x="150" y="110" width="340" height="660" rx="46" fill="#1b1d26"/>'
        '<rect x="172" y="146" width="296" height="588" rx="22" fill="#f4f7fb"/>'
        '<rect x="196" y="180" width="248" height="160" rx="16" fill="#d9e7f6"/>'
        '<circle cx="252" cy="246" r="32" fill="#7a9cc4"/>'
        '<path d="M200,330 q52,-70 104,0 z" fill="#7a9cc4"/>'
        '<rect x="322" y="218" width="100" height="14" rx="7" fill="#5878a3"/>'
        '<rect x="322" y="250" width="100" height="14" rx="7" fill="#8fb0d6"/>'
        '<rect x="322" y="282" width="64" height="14" rx="7" fill="#8fb0d6"/>'
        '<circle cx="320" cy="430" r="62" fill="#1f9d57"/>'
        '<path d="M290,430 l22,24 l42,-48" stroke="#fff" stroke-width="16" fill="none" '
        'stroke-linecap="round" stroke-linejoin="round"/>' + lines,
    )


def forest():
    def pine(x, y, s, c):
        tiers = "".join(
            f"M{x},{y - top * s} L{x + half * s},{y - foot * s} H{x - half * s} z "
            for top, half, foot in ((330, 84, 190), (260, 118, 95), (170, 150, 0))
        )
        trunk = f'<rect x="{x - 15 * s}" y="{y - 4}" width="{30 * s}" height="{70 * s}" fill="#4a2f1c"/>'
        return trunk + f'<path d="{tiers}" fill="{c}"/>'

    return sheet(
        "#f7c873",
        "#e2803a",
        ridge(4, 620, 40, 640, 960, "#b9762f")
        + pine(130, 770, 0.92, "#1f5c3a")
        + pine(515, 775, 1.0, "#1f5c3a")
        + pine(322, 790, 1.15, "#2d7a4b")
        + f'<path d="M0,812 h640 v100 H0 z" fill="#3a5a2b"/>'
        f'<circle cx="320" cy="290" r="172" fill="#fff" stroke="#c8102e" stroke-width="34"/>'
        + flames(320, 385, 178, 5)
        + '<path d="M200,170 L440,410" stroke="#c8102e" stroke-width="34"/>',
    )


def clean():
    leaf = '<path d="M{0},{1} C{2},{3} {4},{5} {6},{7} C{8},{9} {10},{11} {0},{1} z" fill="{12}"/>'
    bins = "".join(
        f'<g transform="translate({x},560)"><path d="M-78,0 h156 l-16,250 h-124 z" fill="{c}"/>'
        f'<rect x="-92" y="-30" width="184" height="34" rx="12" fill="{d}"/>'
        f'<rect x="-28" y="-50" width="56" height="24" rx="8" fill="{d}"/>{m}</g>'
        for x, c, d, m in (
            (
                180,
                "#2e8b57",
                "#1f6b41",
                '<path d="M0,170 C-60,150 -50,90 0,60 C50,90 ' '60,150 0,170 z" fill="#d9f2c4"/>',
            ),
            (
                460,
                "#e0922f",
                "#b26d17",
                '<path d="M-40,80 h80 l-10,90 h-60 z M-14,62 h28 ' 'v18 h-28 z" fill="#fff0d3"/>',
            ),
        )
    )
    return sheet(
        "#cfe9f3",
        "#8ccf9b",
        '<circle cx="500" cy="180" r="76" fill="#ffd557"/>'
        + ridge(6, 520, 34, 640, 960, "#6db578")
        + '<rect y="800" width="640" height="120" fill="#4f9a5d"/>'
        + bins
        + leaf.format(320, 470, 180, 380, 220, 210, 330, 130, 440, 220, 450, 390, "#1f8a4c")
        + '<path '
        'd="M322,520 C318,400 324,300 330,190 M324,380 l58,-56 M322,330 l-52,-48" stroke="#d9f2c4" '
        'stroke-width="9" fill="none"/>',
    )


def star(x, y, r, colour):
    def point(k):
        reach = r * (1 if k % 2 == 0 else 0.382)
        return f"{x + reach * math.sin(k * math.pi / 5):.1f},{y - reach * math.cos(k * math.pi / 5):.1f}"

    return f'<polygon points="{" ".join(map(point, range(10)))}" fill="{colour}"/>'


def army():
    rays = "".join(
        f'<path d="M320,330 L{320 + 900 * math.cos(a):.0f},{330 + 900 * math.sin(a):.0f} '
        f'L{320 + 900 * math.cos(a + .13):.0f},{330 + 900 * math.sin(a + .13):.0f} z" fill="#fff" '
        f'opacity=".07"/>'
        for a in [k * math.pi / 12 for k in range(24)]
    )
    heads = "".join(
        f'<g transform="translate({x},{y}) scale({s})">'
        f'<path d="M-120,210 C-120,110 -60,90 0,90 C60,90 120,110 120,210 z" fill="#2f4d2c"/>'
        f'<circle cy="36" r="62" fill="#e7b98c"/>'
        f'<path d="M-86,10 C-84,-78 84,-78 86,10 Q0,-16 -86,10 z" fill="#40643a"/>'
        f'<path d="M-96,14 Q0,-20 96,14 L90,26 Q0,-4 -90,26 z" '
        f'fill="#2b4427"/>{star(0, -28, 17, "#ffc83d")}</g>'
        for x, y, s in ((140, 718, 0.9), (500, 718, 0.9), (320, 665, 1.15))
    )
    return sheet("#8f0f1a", "#d8232f", rays + star(320, 330, 190, "#ffd23d") + heads)


def meeting():
    people = "".join(
        person(x, y, s, c, "down")
        for x, y, s, c in (
            (110, 880, 150, "#7c2d1f"),
            (215, 892, 150, "#22406b"),
            (320, 898, 158, "#7a5a12"),
            (425, 892, 150, "#2d5f3f"),
            (530, 880, 150, "#5a2a5f"),
        )
    )
    return sheet(
        "#fbe3b0",
        "#f2b561",
        '<circle cx="320" cy="300" r="230" fill="#fff4d0"/>'
        + ridge(9, 660, 36, 640, 960, "#d99a55")
        + communal_house(320, 770, 0.98, "#3a2417")
        + '<path d="M0,762 h640 v160 H0 z" fill="#c07f3c"/>'
        + people,
        THATCH,
    )


SHEETS = {
    "hop-dan": meeting,
    "bao-lu": storm,
    "tiem-chung": vaccine,
    "cat-dien": power,
    "chuyen-doi-so": digital,
    "chay-rung": forest,
    "moi-truong": clean,
    "tuyen-quan": army,
}
