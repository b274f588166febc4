"""The fingerprint of a picture, written from source/API.md alone: rows, cells, bits, in whole numbers."""


def fingerprint(picture, left, top, width, height):
    """(hash as 16 hexadecimal digits, luma) of a rectangle of a way_lib.Picture."""
    n = min(height, 64)
    rows = [top + (2 * i + 1) * height // (2 * n) for i in range(n)]
    bits, all_light, all_pixels = [], 0, 0
    for k in range(8):
        first = n * k // 8
        cells = []
        for c in range(9):
            x0 = width * c // 9
            x1 = max(width * (c + 1) // 9, x0 + 1)
            light = pixels = 0
            for y in rows[first:max(n * (k + 1) // 8, first + 1)]:
                at = 3 * (y * picture.width + left + x0)
                part = picture.data[at:at + 3 * (x1 - x0)]
                light += 54 * sum(part[0::3]) + 183 * sum(part[1::3]) + 19 * sum(part[2::3])
                pixels += x1 - x0
            cells.append(light // (16 * pixels))
            all_light += light
            all_pixels += pixels
        bits += [int(right > left_one + 16) for left_one, right in zip(cells, cells[1:])]
    return "%016x" % int("".join(map(str, bits)), 2), (all_light + 128 * all_pixels) // (256 * all_pixels)


def distance(a, b):
    return bin(int(a, 16) ^ int(b, 16)).count("1")
