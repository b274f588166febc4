"""A pattern whose colours are known from the standards and from nobody's decoder: 6 × 4 patches of 16 × 16 px, each
frame with its colours moved on by one, so a frame also says which one it is. As RGB, or as YCbCr by the formulas of
BT.601, BT.709 and BT.2020 (non-constant luminance)."""
import array

COLUMNS, ROWS, PATCH_PX = 6, 4, 16
W, H = COLUMNS * PATCH_PX, ROWS * PATCH_PX
# The bars of television at 100 and 75 %, greys from black to white, and colours between.
COLOURS = ((255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0),
           (191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191), (32, 32, 32),
           (64, 64, 64), (96, 96, 96), (128, 128, 128), (160, 160, 160), (224, 160, 128), (96, 64, 32), (40, 90, 140),
           (180, 210, 70))
MATRICES = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}  # Kr, Kb


def colour(column, row, frame):
    return COLOURS[(row * COLUMNS + column + frame) % len(COLOURS)]


def to_ycbcr(rgb, matrix, full, bits):
    """Rounded code values."""
    kr, kb = MATRICES[matrix]
    r, g, b = (v / 255 for v in rgb)
    y = kr * r + (1 - kr - kb) * g + kb * b
    cb, cr = (b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))
    if full:
        top = (1 << bits) - 1
        values = y * top, cb * top + (1 << bits - 1), cr * top + (1 << bits - 1)
        return tuple(min(top, max(0, round(v))) for v in values)
    unit = 1 << bits - 8
    return tuple(round(v * unit) for v in (16 + 219 * y, 128 + 224 * cb, 128 + 224 * cr))


def _plane(values, w, h, patch_px, bits):
    """`values`[row][column] each on a patch; the last one of a row or column fills what is left."""
    kind = "B" if bits == 8 else "H"
    plane = array.array(kind)
    for y in range(h):
        row = values[min(y // patch_px, ROWS - 1)]
        plane.extend(row[min(x // patch_px, COLUMNS - 1)] for x in range(w))
    return plane.tobytes()


def yuv420(frames, matrix="bt601", full=False, bits=8, w=W, h=H, scale=1):
    """Raw frames, little-endian where a sample is two bytes; each patch is 16 × `scale` px."""
    out = []
    for n in range(frames):
        cells = [[to_ycbcr(colour(x, y, n), matrix, full, bits) for x in range(COLUMNS)] for y in range(ROWS)]
        for part in range(3):
            pw, ph, px = (w, h, PATCH_PX * scale) if part == 0 else ((w + 1) // 2, (h + 1) // 2, PATCH_PX * scale // 2)
            out.append(_plane([[cell[part] for cell in row] for row in cells], pw, ph, px, bits))
    return b"".join(out)


def rgba(frames, alpha=255, w=W, h=H):
    rows = []
    for n in range(frames):
        for y in range(h):
            for x in range(w):
                rows.append(bytes(colour(min(x // PATCH_PX, COLUMNS - 1), min(y // PATCH_PX, ROWS - 1), n) + (alpha,)))
    return b"".join(rows)


# Where a patch of the upright picture lies when it is shown by an EXIF orientation: (column, row) → the same in the file.
STORED = {
    1: lambda x, y: (x, y), 2: lambda x, y: (COLUMNS - 1 - x, y), 3: lambda x, y: (COLUMNS - 1 - x, ROWS - 1 - y),
    4: lambda x, y: (x, ROWS - 1 - y), 5: lambda x, y: (y, x), 6: lambda x, y: (y, ROWS - 1 - x),
    7: lambda x, y: (COLUMNS - 1 - y, ROWS - 1 - x), 8: lambda x, y: (COLUMNS - 1 - y, x)}


def faults(frame, size, number, tolerance, orientation=1, alpha=255, grey=False):
    """What is wrong in the middles of the patches of a decoded frame; [] when nothing is."""
    w, h = size
    columns, rows = (COLUMNS, ROWS) if orientation < 5 else (ROWS, COLUMNS)
    wrong = []
    for y in range(rows):
        for x in range(columns):
            px, py = int((x + 0.5) * w / columns), int((y + 0.5) * h / rows)
            is_b, is_g, is_r, is_a = frame.pixels[(py * w + px) * 4:(py * w + px) * 4 + 4]
            wanted = colour(*STORED[orientation](x, y), number)
            if grey:
                wanted = (round(0.299 * wanted[0] + 0.587 * wanted[1] + 0.114 * wanted[2]),) * 3
            wanted = tuple(round(v * alpha / 255) for v in wanted)
            off = max(abs(a - b) for a, b in zip((is_r, is_g, is_b), wanted))
            if off > tolerance or abs(is_a - alpha) > min(tolerance, 1):
                wrong.append(f"patch ({x},{y}) of frame {number} is {(is_r, is_g, is_b, is_a)}: expected {wanted} ± {tolerance}")
    return wrong
