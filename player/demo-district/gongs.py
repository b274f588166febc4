"""The sound of the demo's film: a set of gongs and a drum, made from sums of fading sines. A gong's partials are no
multiples of each other, and the high ones die first: that is nearly all there is to it."""
import array
import math
import wave

RATE = 24000
PARTIALS = (
    (1, 1, 1.0),
    (1.51, 0.62, 0.75),
    (2.03, 0.5, 0.6),
    (2.76, 0.36, 0.42),
    (3.44, 0.24, 0.3),
    (4.72, 0.16, 0.18),
    (6.1, 0.1, 0.1),
)


def tone(hz, seconds, partials):
    n = int(seconds * RATE)
    out = array.array("d", bytes(8 * n))
    for ratio, loud, life in partials:
        w, fade = 2 * math.pi * hz * ratio / RATE, math.exp(-3.2 / (life * seconds * RATE))
        a, b = 2 * math.cos(w) * fade, fade * fade
        y1, y2 = loud * math.sin(w), 0.0
        for i in range(n):
            out[i] += y2
            y1, y2 = a * y1 - b * y2, y1
    ramp = RATE // 400
    for i in range(ramp):
        out[i] *= i / ramp
        out[n - 1 - i] *= i / ramp
    return out


def melody():
    """(beat, gong) of one bar of sixteen: two hands that answer each other over a deep gong."""
    return (
        (0, 0),
        (0, 5),
        (2, 3),
        (3, 4),
        (4, 2),
        (6, 4),
        (7, 3),
        (8, 1),
        (8, 5),
        (10, 4),
        (11, 3),
        (12, 2),
        (13, 4),
        (14, 3),
        (15, 4),
    )


def write(path, seconds):
    gongs = [
        tone(hz, length, PARTIALS)
        for hz, length in ((98, 3.4), (131, 3.0), (196, 2.2), (220, 2.0), (262, 1.8), (147, 2.6))
    ]
    drum = tone(62, 0.5, ((1, 1, 0.5), (1.59, 0.5, 0.3), (2.14, 0.3, 0.2)))
    mix = array.array("d", bytes(8 * int(seconds * RATE)))

    def add(sound, at_s, loud):
        start = int(at_s * RATE)
        for i, value in enumerate(sound[: max(0, len(mix) - start)], start):
            mix[i] += loud * value

    beat_s, bar = 0.235, 0
    while bar * 16 * beat_s < seconds:
        for at, which in melody():
            add(gongs[which], (bar * 16 + at) * beat_s, 0.55 if which < 2 else 0.4)
        for at in (0, 3, 6, 8, 11, 12, 14):
            add(drum, (bar * 16 + at) * beat_s, 0.8 if at in (0, 8) else 0.45)
        bar += 1
    most = max(map(abs, mix))
    fade = int(0.8 * RATE)
    pcm = array.array(
        "h", (int(26000 * value / most * min(1, i / 600, (len(mix) - i) / fade)) for i, value in enumerate(mix))
    )
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(pcm.tobytes())
