/* One pixel over another, four at a time: premultiplied BGRA, 0xAARRGGBB in native byte order.
 *
 * Blending is exact: c × a ÷ 255, rounded to the nearest, for every channel, so that a picture does
 * not depend on how it was cut into rectangles, nor on the machine. With v = c × a + 128 the
 * quotient is (v + (v >> 8)) >> 8, which fits sixteen bits; so a pixel is two pairs of channels,
 * each in the halves of a 32-bit word, and four pixels go through one vector at a time. The
 * compiler makes of these vectors what the machine has (SSE2, NEON, or plain words). */
#ifndef BT_BASE_PIXELS_H
#define BT_BASE_PIXELS_H

#include <glib.h>
#include <string.h>

#define BT_PIXELS_N 4

typedef guint32 BtPixels __attribute__((vector_size(4 * BT_PIXELS_N)));

/* From and to memory of any alignment. */
static inline BtPixels bt_pixels_load(const guint32 *pixels)
{
    BtPixels v;
    memcpy(&v, pixels, sizeof v);
    return v;
}

static inline void bt_pixels_store(guint32 *pixels, BtPixels v)
{
    memcpy(pixels, &v, sizeof v);
}

/* The first `n` of a vector, 1 to BT_PIXELS_N - 1: the end of a row. Loaded, the others are 0. */
static inline BtPixels bt_pixels_load_some(const guint32 *pixels, int n)
{
    BtPixels v = { 0 };
    memcpy(&v, pixels, (gsize)n * 4);
    return v;
}

static inline void bt_pixels_store_some(guint32 *pixels, BtPixels v, int n)
{
    memcpy(pixels, &v, (gsize)n * 4);
}

/* Every channel × `by` ÷ 255; `by` holds its factor, 0 to 255, in both halves of each word. */
static inline BtPixels bt_pixels_scale(BtPixels v, BtPixels by)
{
    typedef guint16 Halves __attribute__((vector_size(4 * BT_PIXELS_N)));
    Halves even = (Halves)(v & 0x00ff00ffu) * (Halves)by + 128;
    Halves odd = (Halves)((v >> 8) & 0x00ff00ffu) * (Halves)by + 128;
    even = (even + (even >> 8)) >> 8;
    odd = (odd + (odd >> 8)) & 0xff00;
    return (BtPixels)even | (BtPixels)odd;
}

static inline BtPixels bt_pixels_over(BtPixels source, BtPixels target)
{
    BtPixels rest = 255 - (source >> 24);
    return source + bt_pixels_scale(target, rest | (rest << 16));
}

#endif
