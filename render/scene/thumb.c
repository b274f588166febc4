#include "render/scene/thumb.h"

#include <webp/encode.h>

static int scaled(int length_px, int longer_px, int side_px)
{
    return longer_px <= side_px ? length_px : MAX(1, length_px * side_px / longer_px);
}

/* Each channel of four pixels, rounded to the nearest; opaque. */
static guint32 mean(guint32 a, guint32 b, guint32 c, guint32 d)
{
    guint32 pixel = 0xff000000u;
    for (int shift = 0; shift < 24; shift += 8) {
        guint32 sum =
            (a >> shift & 255) + (b >> shift & 255) + (c >> shift & 255) + (d >> shift & 255);
        pixel |= (sum + 2) / 4 << shift;
    }
    return pixel;
}

BtFrame *bt_thumb_of(const BtFrame *frame, int side_px)
{
    int longer_px = MAX(frame->w_px, frame->h_px);
    int w_px = scaled(frame->w_px, longer_px, side_px);
    int h_px = scaled(frame->h_px, longer_px, side_px);
    BtFrame *thumb = bt_frame_new_unset(w_px, h_px);
    for (int y = 0; y < h_px; y++) {
        const guint32 *upper =
            frame->pixels + (gsize)((4 * y + 1) * frame->h_px / (4 * h_px)) * frame->stride_px;
        const guint32 *lower =
            frame->pixels + (gsize)((4 * y + 3) * frame->h_px / (4 * h_px)) * frame->stride_px;
        guint32 *to = thumb->pixels + (gsize)y * (gsize)thumb->stride_px;
        for (int x = 0; x < w_px; x++) {
            int left = (4 * x + 1) * frame->w_px / (4 * w_px);
            int right = (4 * x + 3) * frame->w_px / (4 * w_px);
            to[x] = mean(upper[left], upper[right], lower[left], lower[right]);
        }
    }
    thumb->opaque = TRUE;
    return thumb;
}

static guint8 *rgb_of(const BtFrame *frame)
{
    guint8 *rgb = g_malloc((gsize)frame->w_px * (gsize)frame->h_px * 3), *to = rgb;
    for (int y = 0; y < frame->h_px; y++) {
        const guint32 *from = frame->pixels + (gsize)y * (gsize)frame->stride_px;
        for (int x = 0; x < frame->w_px; x++, to += 3) {
            to[0] = from[x] >> 16 & 255;
            to[1] = from[x] >> 8 & 255;
            to[2] = from[x] & 255;
        }
    }
    return rgb;
}

GBytes *bt_thumb_webp(const BtFrame *thumb, gsize max_bytes, GError **error)
{
    static const float qualities[] = { 80, 60, 40, 20, 5 };
    g_autofree guint8 *rgb = rgb_of(thumb);
    for (gsize i = 0; i < G_N_ELEMENTS(qualities); i++) {
        guint8 *webp = NULL;
        gsize size_bytes =
            WebPEncodeRGB(rgb, thumb->w_px, thumb->h_px, thumb->w_px * 3, qualities[i], &webp);
        if (size_bytes > 0 && size_bytes <= max_bytes)
            return g_bytes_new_with_free_func(webp, size_bytes, WebPFree, webp);
        WebPFree(webp);
    }
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "the small picture: expected at most %" G_GSIZE_FORMAT " bytes at some quality", max_bytes);
    return NULL;
}
