/* The size of a picture before anything is decoded: a few bytes decide whether memory for 33
 * million pixels or for 3.6 thousand million would be asked for. Every offset is checked against
 * what is there. */
#include "render/decode/decode.h"

#include <string.h>

typedef struct {
    const guint8 *data;
    gsize n;
    gboolean little;
} Bytes;

static guint32 number(const Bytes *b, gsize at, guint width)
{
    guint32 value = 0;
    if (at > b->n || b->n - at < width)
        return 0;
    for (guint i = 0; i < width; i++)
        value = value << 8 | b->data[at + (b->little ? width - 1 - i : i)];
    return value;
}

static gboolean sized(gint64 w, gint64 h, int *w_px, int *h_px)
{
    *w_px = (int)MIN(w, G_MAXINT);
    *h_px = (int)MIN(h, G_MAXINT);
    return w > 0 && h > 0;
}

/* ---- PNG ---- */

/* The chunk that makes it an animation stands before the first data. */
static gboolean png_is_animated(const Bytes *b)
{
    for (guint64 at = 8; at + 8 <= b->n; at += 12 + (guint64)number(b, at, 4)) {
        if (memcmp(b->data + at + 4, "acTL", 4) == 0)
            return number(b, at + 8, 4) > 1;
        if (memcmp(b->data + at + 4, "IDAT", 4) == 0)
            return FALSE;
    }
    return FALSE;
}

gboolean header_png(const guint8 *head, gsize n, int *w_px, int *h_px, gboolean *animated)
{
    Bytes b = { head, n, FALSE };
    if (n < 33 || memcmp(head + 12, "IHDR", 4) != 0)
        return FALSE;
    *animated = png_is_animated(&b);
    return sized(number(&b, 16, 4), number(&b, 20, 4), w_px, h_px);
}

static gboolean makes_picture(const guint8 *kind)
{
    static const char kinds[][5] = { "IHDR", "PLTE", "tRNS", "IDAT", "IEND" };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (memcmp(kind, kinds[i], 4) == 0)
            return TRUE;
    return FALSE;
}

/* A compressed text or profile of half a megabyte unpacks to a thousand times that, and nobody
 * reads it. */
gsize png_without_text(guint8 *data, gsize n)
{
    Bytes b = { data, n, FALSE };
    gsize at = 8, kept = 8;
    while (at + 12 <= n) {
        gsize length = MIN((gsize)number(&b, at, 4) + 12, n - at);
        if (makes_picture(data + at + 4)) {
            memmove(data + kept, data + at, length);
            kept += length;
        }
        at += length;
    }
    return kept;
}

gboolean header_gif(const guint8 *head, gsize n, int *w_px, int *h_px)
{
    Bytes b = { head, n, TRUE };
    return sized(number(&b, 6, 2), number(&b, 8, 2), w_px, h_px);
}

gboolean header_webp(const guint8 *head, gsize n, int *w_px, int *h_px, gboolean *animated)
{
    Bytes b = { head, n, TRUE };
    *animated = FALSE;
    if (n < 30)
        return FALSE;
    if (memcmp(head + 12, "VP8X", 4) == 0) {
        *animated = head[20] & 2;
        return sized(number(&b, 24, 3) + 1, number(&b, 27, 3) + 1, w_px, h_px);
    }
    if (memcmp(head + 12, "VP8 ", 4) == 0)
        return sized(number(&b, 26, 2) & 0x3fff, number(&b, 28, 2) & 0x3fff, w_px, h_px);
    if (memcmp(head + 12, "VP8L", 4) == 0) {
        guint32 bits = number(&b, 21, 4);
        return sized((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, w_px, h_px);
    }
    return FALSE;
}

/* ---- JPEG ---- */

/* The orientation in the first directory of a TIFF block, as cameras and telephones write it. */
static int tiff_orientation(const guint8 *data, gsize n)
{
    Bytes b = { data, n, n > 1 && data[0] == 'I' };
    gsize at = number(&b, 4, 4);
    guint32 n_entries = at < n ? number(&b, at, 2) : 0;
    for (guint32 i = 0; i < n_entries && at + 2 + (i + 1) * 12 <= n; i++)
        if (number(&b, at + 2 + i * 12, 2) == 0x0112) {
            guint32 value = number(&b, at + 2 + i * 12 + 8, 2);
            return value >= 1 && value <= 8 ? (int)value : 1;
        }
    return 1;
}

static gboolean is_frame_header(guint8 marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

gboolean header_jpeg(const guint8 *head, gsize n, int *w_px, int *h_px, int *orientation)
{
    Bytes b = { head, n, FALSE };
    gsize at = 2;
    while (at + 9 <= n && head[at] == 0xff) {
        guint8 marker = head[at + 1];
        gsize length = number(&b, at + 2, 2);
        if (marker == 0xff) { /* filling */
            at++;
            continue;
        }
        if (is_frame_header(marker))
            return sized(number(&b, at + 7, 2), number(&b, at + 5, 2), w_px, h_px);
        if (marker == 0xe1 && length >= 16 && at + 2 + length <= n &&
            memcmp(head + at + 4, "Exif\0\0", 6) == 0)
            *orientation = tiff_orientation(head + at + 10, length - 8);
        if (length < 2 || marker == 0xda)
            return FALSE;
        at += 2 + length;
    }
    return FALSE;
}
