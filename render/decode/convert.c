/* From whatever a codec gives to premultiplied BGRA of one size.
 *
 * Nearly every film is 8-bit 4:2:0, and libyuv takes two thirds of swscale's time for it, so that
 * has a way of its own: scaled while it is still 1.5 bytes a pixel, then coloured. The rest is
 * brought to BGRA by swscale at its own size, multiplied by its alpha before it is scaled (else the
 * colours of invisible pixels bleed into the edges), then scaled. Both libraries take BT.601 for
 * granted; the matrix and range come from each frame. */
#include "render/decode/decode.h"

#include <libswscale/swscale.h>
#include <libyuv.h>

#include <libavutil/pixdesc.h>

struct Converter {
    int w_px, h_px; /* wanted, before it is turned upright */
    int orientation;
    struct SwsContext *sws;
    GByteArray *planes, *own_size, *lying; /* kept from frame to frame */
};

Converter *converter_new(int w_px, int h_px, int orientation)
{
    gboolean sideways = orientation_is_sideways(orientation);
    Converter *c = g_new0(Converter, 1);
    c->w_px = sideways ? h_px : w_px;
    c->h_px = sideways ? w_px : h_px;
    c->orientation = orientation;
    c->planes = g_byte_array_new();
    c->own_size = g_byte_array_new();
    c->lying = g_byte_array_new();
    return c;
}

void converter_free(Converter *c)
{
    if (!c)
        return;
    sws_freeContext(c->sws);
    g_byte_array_unref(c->planes);
    g_byte_array_unref(c->own_size);
    g_byte_array_unref(c->lying);
    g_free(c);
}

static guint8 *room(GByteArray *buffer, gsize bytes)
{
    if (buffer->len < bytes)
        g_byte_array_set_size(buffer, (guint)bytes);
    return buffer->data;
}

/* ---- colour ---- */

static gboolean is_full_range(const AVFrame *frame)
{
    return frame->color_range == AVCOL_RANGE_JPEG || frame->format == AV_PIX_FMT_YUVJ420P ||
        frame->format == AV_PIX_FMT_YUVJ422P || frame->format == AV_PIX_FMT_YUVJ444P;
}

/* A film that does not say how it is coloured: by its size, as television has it. */
static enum AVColorSpace matrix_of(const AVFrame *frame)
{
    switch (frame->colorspace) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
        return frame->colorspace;
    default:
        return !is_full_range(frame) && (frame->width >= 1280 || frame->height > 576)
            ? AVCOL_SPC_BT709
            : AVCOL_SPC_SMPTE170M;
    }
}

static const struct YuvConstants *constants_of(const AVFrame *frame)
{
    gboolean full = is_full_range(frame);
    switch (matrix_of(frame)) {
    case AVCOL_SPC_BT709:
        return full ? &kYuvF709Constants : &kYuvH709Constants;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return full ? &kYuvV2020Constants : &kYuv2020Constants;
    default:
        return full ? &kYuvJPEGConstants : &kYuvI601Constants;
    }
}

static int sws_matrix_of(const AVFrame *frame)
{
    switch (matrix_of(frame)) {
    case AVCOL_SPC_BT709:
        return SWS_CS_ITU709;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return SWS_CS_BT2020;
    default:
        return SWS_CS_ITU601;
    }
}

/* ---- 4:2:0 ---- */

typedef struct {
    const guint8 *data[3];
    int stride[3];
} Planes;

static gsize planes_bytes(const Converter *c)
{
    gsize half_w = ((gsize)c->w_px + 1) / 2, half_h = ((gsize)c->h_px + 1) / 2;
    return (gsize)c->w_px * (gsize)c->h_px + 2 * half_w * half_h;
}

/* Of the size wanted, one behind the other. */
static Planes place_planes(const Converter *c, const AVFrame *frame, guint8 *to)
{
    int half_w = (c->w_px + 1) / 2, half_h = (c->h_px + 1) / 2;
    guint8 *u = to + (gsize)c->w_px * (gsize)c->h_px, *v = u + (gsize)half_w * (gsize)half_h;
    if (frame->width == c->w_px && frame->height == c->h_px)
        I420Copy(frame->data[0], frame->linesize[0], frame->data[1], frame->linesize[1],
            frame->data[2], frame->linesize[2], to, c->w_px, u, half_w, v, half_w, c->w_px,
            c->h_px);
    else
        I420Scale(frame->data[0], frame->linesize[0], frame->data[1], frame->linesize[1],
            frame->data[2], frame->linesize[2], frame->width, frame->height, to, c->w_px, u, half_w,
            v, half_w, c->w_px, c->h_px, kFilterBox);
    return (Planes){ { to, u, v }, { c->w_px, half_w, half_w } };
}

static void convert_planes(Converter *c, const AVFrame *frame, guint8 *to)
{
    Planes p = { { frame->data[0], frame->data[1], frame->data[2] },
        { frame->linesize[0], frame->linesize[1], frame->linesize[2] } };
    if (frame->width != c->w_px || frame->height != c->h_px)
        p = place_planes(c, frame, room(c->planes, planes_bytes(c)));
    I420ToARGBMatrix(p.data[0], p.stride[0], p.data[1], p.stride[1], p.data[2], p.stride[2], to,
        c->w_px * 4, constants_of(frame), c->w_px, c->h_px);
}

static gboolean has_planes(const AVFrame *frame)
{
    return frame->format == AV_PIX_FMT_YUV420P || frame->format == AV_PIX_FMT_YUVJ420P;
}

static BtDecodePixels pixels_of(const AVFrame *frame)
{
    gboolean full = is_full_range(frame);
    switch (matrix_of(frame)) {
    case AVCOL_SPC_BT709:
        return full ? BT_DECODE_BT709_FULL : BT_DECODE_BT709;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return full ? BT_DECODE_BT2020_FULL : BT_DECODE_BT2020;
    default:
        return full ? BT_DECODE_BT601_FULL : BT_DECODE_BT601;
    }
}

BtDecodePixels converter_planes(Converter *c, const AVFrame *frame, guint8 *target)
{
    if (!has_planes(frame) || c->orientation != 1 || !check_size(frame->width, frame->height, NULL))
        return BT_DECODE_BGRA;
    place_planes(c, frame, target);
    return pixels_of(frame);
}

/* ---- everything else ---- */

static gboolean to_bgra(Converter *c, const AVFrame *frame, guint8 *to)
{
    c->sws = sws_getCachedContext(c->sws, frame->width, frame->height, frame->format, frame->width,
        frame->height, AV_PIX_FMT_BGRA, SWS_BILINEAR, NULL, NULL, NULL);
    if (!c->sws)
        return FALSE;
    const int *from = sws_getCoefficients(sws_matrix_of(frame));
    sws_setColorspaceDetails(c->sws, from, is_full_range(frame), sws_getCoefficients(SWS_CS_ITU601),
        1, 0, 1 << 16, 1 << 16);
    guint8 *rows[4] = { to };
    int strides[4] = { frame->width * 4 };
    return sws_scale(c->sws, (const guint8 *const *)frame->data, frame->linesize, 0, frame->height,
               rows, strides) == frame->height;
}

static gboolean may_be_clear(const AVFrame *frame)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
    return frame->format == AV_PIX_FMT_PAL8 || (format && format->flags & AV_PIX_FMT_FLAG_ALPHA);
}

static gboolean all_opaque(const guint8 *bgra, gsize n_pixels)
{
    guint8 alpha = 255;
    for (gsize i = 0; i < n_pixels; i++)
        alpha &= bgra[i * 4 + 3];
    return alpha == 255;
}

static gboolean convert_any(Converter *c, const AVFrame *frame, guint8 *to, gboolean *opaque)
{
    gsize n_pixels = (gsize)frame->width * (gsize)frame->height;
    gboolean same_size = frame->width == c->w_px && frame->height == c->h_px;
    guint8 *own = same_size ? to : room(c->own_size, n_pixels * 4);
    if (!to_bgra(c, frame, own))
        return FALSE;
    *opaque = !may_be_clear(frame) || all_opaque(own, n_pixels);
    if (!*opaque)
        ARGBAttenuate(own, frame->width * 4, own, frame->width * 4, frame->width, frame->height);
    if (!same_size)
        ARGBScale(own, frame->width * 4, frame->width, frame->height, to, c->w_px * 4, c->w_px,
            c->h_px, kFilterBox);
    return TRUE;
}

gboolean converter_run(
    Converter *c, const AVFrame *frame, guint8 *target, gboolean *opaque, GError **error)
{
    guint8 *to = target;
    if (!check_size(frame->width, frame->height, error))
        return FALSE;
    if (c->orientation != 1)
        to = room(c->lying, (gsize)c->w_px * (gsize)c->h_px * 4);
    *opaque = TRUE;
    if (has_planes(frame)) {
        convert_planes(c, frame, to);
    } else if (!convert_any(c, frame, to, opaque)) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "content: pixels of the kind %s: %s",
            av_get_pix_fmt_name(frame->format), "expected one that can be converted");
        return FALSE;
    }
    if (to != target)
        orient(to, c->w_px, c->h_px, target, c->orientation);
    return TRUE;
}
