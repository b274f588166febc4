#include "render/scene/frame.h"

#include "base/pixels.h"
#include "render/scene/planes.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT_BYTES 64

typedef struct {
    BtFrame frame;
    BtPlanes planes; /* of a frame that has them */
    gint n_refs;
    GDestroyNotify done;
    gpointer user;
} Counted;

/* ---- life ---- */

BtFrame *bt_frame_new_unset(int w_px, int h_px)
{
    g_return_val_if_fail(w_px >= 1 && w_px <= BT_FRAME_MAX_W_PX, NULL);
    g_return_val_if_fail(h_px >= 1 && h_px <= BT_FRAME_MAX_H_PX, NULL);
    gsize size_bytes = (gsize)w_px * (gsize)h_px * 4;
    gsize room_bytes = (size_bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    guint32 *pixels = aligned_alloc(ALIGNMENT_BYTES, room_bytes);
    if (!pixels)
        g_error("out of memory: %" G_GSIZE_FORMAT " bytes for a frame", room_bytes);
    return bt_frame_new_over(pixels, w_px, h_px, w_px, FALSE, free, pixels);
}

BtFrame *bt_frame_new(int w_px, int h_px)
{
    BtFrame *frame = bt_frame_new_unset(w_px, h_px);
    if (frame)
        memset(frame->pixels, 0, (gsize)w_px * (gsize)h_px * 4);
    return frame;
}

BtFrame *bt_frame_new_over(guint32 *pixels, int w_px, int h_px, int stride_px, gboolean opaque,
    GDestroyNotify done, gpointer user)
{
    g_return_val_if_fail(pixels && w_px >= 1 && h_px >= 1 && stride_px >= w_px, NULL);
    Counted *counted = g_new(Counted, 1);
    *counted = (Counted){
        .frame = { w_px, h_px, stride_px, pixels, opaque, NULL },
        .n_refs = 1,
        .done = done,
        .user = user,
    };
    return &counted->frame;
}

BtFrame *bt_frame_new_over_planes(
    const BtPlanes *planes, int w_px, int h_px, GDestroyNotify done, gpointer user)
{
    g_return_val_if_fail(w_px >= 1 && h_px >= 1 && planes->matrix < BT_N_MATRICES, NULL);
    Counted *counted = g_new(Counted, 1);
    *counted = (Counted){
        .frame = { w_px, h_px, w_px, NULL, TRUE, &counted->planes },
        .planes = *planes,
        .n_refs = 1,
        .done = done,
        .user = user,
    };
    return &counted->frame;
}

BtFrame *bt_frame_ref(BtFrame *frame)
{
    g_atomic_int_inc(&((Counted *)frame)->n_refs);
    return frame;
}

void bt_frame_unref(BtFrame *frame)
{
    Counted *counted = (Counted *)frame;
    if (!frame || !g_atomic_int_dec_and_test(&counted->n_refs))
        return;
    if (counted->done)
        counted->done(counted->user);
    g_free(counted);
}

gboolean bt_frame_is_mine(const BtFrame *frame)
{
    return g_atomic_int_get(&((const Counted *)frame)->n_refs) == 1;
}

static BtRect bounds(const BtFrame *frame)
{
    return (BtRect){ 0, 0, frame->w_px, frame->h_px };
}

static guint32 *row(const BtFrame *frame, int x_px, int y_px)
{
    return frame->pixels + (gsize)y_px * (gsize)frame->stride_px + x_px;
}

/* ---- arithmetic ---- */

static inline gboolean all_clear(BtPixels v)
{
    guint64 words[2];
    memcpy(words, &v, sizeof words);
    return (words[0] | words[1]) == 0;
}

static void blend_row(guint32 *target, const guint32 *source, int n, guint opacity)
{
    BtPixels by = (BtPixels){ 0 } + (opacity | opacity << 16);
    int i = 0;
    for (; i + BT_PIXELS_N <= n; i += BT_PIXELS_N) {
        BtPixels s = bt_pixels_load(source + i);
        if (!all_clear(s))
            bt_pixels_store(target + i,
                bt_pixels_over(
                    opacity == 255 ? s : bt_pixels_scale(s, by), bt_pixels_load(target + i)));
    }
    if (i == n)
        return;
    BtPixels s = bt_pixels_load_some(source + i, n - i);
    BtPixels v = bt_pixels_over(
        opacity == 255 ? s : bt_pixels_scale(s, by), bt_pixels_load_some(target + i, n - i));
    bt_pixels_store_some(target + i, v, n - i);
}

static void tint_row(guint32 *target, int n, BtPixels s)
{
    int i = 0;
    for (; i + BT_PIXELS_N <= n; i += BT_PIXELS_N)
        bt_pixels_store(target + i, bt_pixels_over(s, bt_pixels_load(target + i)));
    if (i == n)
        return;
    BtPixels v = bt_pixels_over(s, bt_pixels_load_some(target + i, n - i));
    bt_pixels_store_some(target + i, v, n - i);
}

static void fill_row(guint32 *target, int n, guint32 argb)
{
    BtPixels all = (BtPixels){ 0 } + argb;
    int i = 0;
    for (; i + BT_PIXELS_N <= n; i += BT_PIXELS_N)
        bt_pixels_store(target + i, all);
    for (; i < n; i++)
        target[i] = argb;
}

/* ---- drawing ---- */

void bt_frame_fill(BtFrame *frame, BtRect rect_px, guint32 argb)
{
    BtRect r = bt_rect_intersect(rect_px, bounds(frame));
    if (bt_rect_is_empty(r))
        return;
    for (int y = r.y; y < r.y + r.h; y++)
        fill_row(row(frame, r.x, y), r.w, argb);
    if (argb >> 24 != 255)
        frame->opaque = FALSE;
    else if (bt_rect_contains(r, bounds(frame)))
        frame->opaque = TRUE;
}

void bt_frame_blend_fill(BtFrame *target, BtRect rect_px, guint32 argb, guint opacity)
{
    BtRect r = bt_rect_intersect(rect_px, bounds(target));
    opacity = MIN(opacity, 255);
    BtPixels s =
        bt_pixels_scale((BtPixels){ 0 } + argb, (BtPixels){ 0 } + (opacity | opacity << 16));
    if (bt_rect_is_empty(r) || s[0] == 0)
        return;
    for (int y = r.y; y < r.y + r.h; y++) {
        if (s[0] >> 24 == 255)
            fill_row(row(target, r.x, y), r.w, s[0]);
        else
            tint_row(row(target, r.x, y), r.w, s);
    }
}

/* Colours of four pixels are one, so what begins at an odd column, and what shines through, is
 * coloured a row at a time in a row of its own. */
static void blend_planes(
    BtFrame *target, const BtFrame *source, BtRect r, BtRect from_px, guint opacity)
{
    int odd = from_px.x % 2;
    if (opacity == 255 && odd == 0) {
        bt_planes_paint(source->planes, from_px, row(target, r.x, r.y), target->stride_px);
        return;
    }
    g_autofree guint32 *coloured = g_new(guint32, from_px.w + odd);
    for (int y = 0; y < r.h; y++) {
        BtRect one = { from_px.x - odd, from_px.y + y, from_px.w + odd, 1 };
        bt_planes_paint(source->planes, one, coloured, one.w);
        if (opacity == 255)
            memcpy(row(target, r.x, r.y + y), coloured + odd, (gsize)r.w * 4);
        else
            blend_row(row(target, r.x, r.y + y), coloured + odd, r.w, opacity);
    }
}

void bt_frame_blend(
    BtFrame *target, const BtFrame *source, int x_px, int y_px, BtRect clip_px, guint opacity)
{
    BtRect place = { x_px, y_px, source->w_px, source->h_px };
    BtRect r = bt_rect_intersect(bt_rect_intersect(place, clip_px), bounds(target));
    if (bt_rect_is_empty(r) || opacity == 0)
        return;
    opacity = MIN(opacity, 255);
    if (source->planes) {
        BtRect from_px = { r.x - x_px, r.y - y_px, r.w, r.h };
        blend_planes(target, source, r, from_px, opacity);
        return;
    }
    for (int y = r.y; y < r.y + r.h; y++) {
        guint32 *to = row(target, r.x, y);
        const guint32 *from = row(source, r.x - x_px, y - y_px);
        if (source->opaque && opacity == 255)
            memcpy(to, from, (gsize)r.w * 4);
        else
            blend_row(to, from, r.w, opacity);
    }
}

/* ---- looking ---- */

gboolean bt_frame_equal(const BtFrame *a, const BtFrame *b)
{
    if (a->w_px != b->w_px || a->h_px != b->h_px)
        return FALSE;
    for (int y = 0; y < a->h_px; y++)
        if (memcmp(row(a, 0, y), row(b, 0, y), (gsize)a->w_px * 4) != 0)
            return FALSE;
    return TRUE;
}

double bt_frame_brightness(const BtFrame *frame)
{
    guint64 red = 0, green = 0, blue = 0;
    for (int y = 0; y < frame->h_px; y++) {
        const guint32 *pixels = row(frame, 0, y);
        /* A row's sums fit 32 bits: at most BT_FRAME_MAX_W_PX × 255. */
        guint32 r = 0, g = 0, b = 0;
        for (int x = 0; x < frame->w_px; x++) {
            r += pixels[x] >> 16 & 255;
            g += pixels[x] >> 8 & 255;
            b += pixels[x] & 255;
        }
        red += r;
        green += g;
        blue += b;
    }
    double sum = 0.2126 * (double)red + 0.7152 * (double)green + 0.0722 * (double)blue;
    return sum / ((double)frame->w_px * (double)frame->h_px);
}
