"""The film's layers, 1280 × 768: what moves is a layer of its own, and media.py moves it."""
import random

from shapes import communal_house, document, flames, glow, palm, person, ridge, shade, stars, THATCH, words


def layers():
    mist = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="url(#mist)"/>'
        for x, y, rx, ry in (
            (200, 64, 420, 46),
            (760, 104, 520, 40),
            (1300, 69, 460, 50),
            (1480, 64, 420, 46),
            (2040, 104, 520, 40),
        )
    )
    chance = random.Random(42)
    sparks = []
    for _ in range(70):
        x, y, r = chance.gauss(160, 62), chance.uniform(0, 768), chance.choice((1.4, 2, 2.6))
        sparks += [
            f'<circle cx="{x:.0f}" cy="{y + dy:.0f}" r="{r}" fill="#ffb54a" '
            f'opacity="{chance.uniform(.4, 1):.2f}"/>'
            for dy in (0, 768)
        ]
    ground = ridge(21, 694, 8, 1280, 768, "#140c16")
    whole = {
        "sky": (
            1280,
            768,
            f'<rect width="1280" height="768" fill="url(#sky)"/>{stars(9, 170, 1280, 460)}',
            shade("sky", (0, "#070b24"), (0.5, "#1d2150"), (0.8, "#5a3358"), (1, "#a4533f")),
        ),
        "moon": (
            420,
            420,
            '<circle cx="210" cy="210" r="205" fill="url(#halo)"/>'
            '<circle cx="210" cy="210" r="58" fill="#fdf6dc"/>'
            '<circle cx="192" cy="196" r="11" fill="#e6d9b4"/>'
            '<circle cx="226" cy="226" r="15" fill="#eadfbf"/>'
            '<circle cx="230" cy="190" r="7" fill="#e6d9b4"/>',
            glow("halo", (0, "#fdf0c0", 0.55), (0.35, "#f5d9a0", 0.22), (1, "#f5d9a0", 0)),
        ),
        "far": (
            1400,
            768,
            ridge(11, 520, 64, 1400, 768, "#2b2550") + ridge(5, 575, 48, 1400, 768, "#211a3e"),
            "",
        ),
        "mist": (1600, 160, mist, glow("mist", (0, "#c9b9d8", 0.34), (1, "#c9b9d8", 0))),
        "near": (
            1280,
            768,
            palm(130, 700, 250, "#140c16", 40)
            + palm(60, 704, 170, "#140c16", -20)
            + palm(1180, 704, 290, "#140c16", -52)
            + communal_house(410, 692, 0.82)
            + ground,
            THATCH,
        ),
        "fire1": (
            320,
            400,
            '<ellipse cx="160" cy="330" rx="160" ry="66" fill="url(#heat)"/>' + flames(160, 352, 150, 1),
            glow("heat", (0, "#ffb05a", 0.75), (1, "#ff7a2a", 0)),
        ),
        "fire2": (
            320,
            400,
            '<ellipse cx="160" cy="330" rx="150" ry="60" fill="url(#heat)"/>' + flames(160, 352, 132, 4),
            glow("heat", (0, "#ffa54a", 0.65), (1, "#ff7a2a", 0)),
        ),
        "fire3": (
            320,
            400,
            '<ellipse cx="160" cy="330" rx="156" ry="64" fill="url(#heat)"/>' + flames(160, 352, 142, 6),
            glow("heat", (0, "#ffab52", 0.7), (1, "#ff7a2a", 0)),
        ),
        "sparks": (320, 1536, "".join(sparks), ""),
        "dancers": (
            1400,
            140,
            "".join(
                person(60 + k * 78, 134, 112 + 8 * (k % 3), ("#1d0f18", "#2a1220", "#180b14")[k % 3])
                for k in range(17)
            ),
            "",
        ),
        "title": (
            1280,
            236,
            '<rect width="1280" height="236" fill="url(#veil)"/>'
            + words(640, 94, 60, "Không gian " "văn hóa", "#ffd98a", 600)
            + words(640, 184, 76, "Cồng chiêng Tây Nguyên", "#fff7e6", 700),
            shade(
                "veil", (0, "#070b24", 0), (0.3, "#070b24", 0.72), (0.75, "#070b24", 0.72), (1, "#070b24", 0)
            ),
        ),
        "subtitle": (
            1280,
            236,
            '<rect width="1280" height="236" fill="url(#veil)"/>'
            + words(640, 102, 56, "Di sản " "văn hóa phi vật thể", "#fff7e6", 600)
            + words(640, 180, 56, "đại diện của nhân loại", "#ffd98a", 700),
            shade(
                "veil", (0, "#070b24", 0), (0.3, "#070b24", 0.72), (0.75, "#070b24", 0.72), (1, "#070b24", 0)
            ),
        ),
    }
    return {name: document(w, h, body, defs) for name, (w, h, body, defs) in whole.items()}
