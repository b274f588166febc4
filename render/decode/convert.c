/* From whatever a codec gives to premultiplied BGRA of one size.
 *
 * Nearly every film is planar YUV of 8 or 10 bits, and libyuv takes two thirds of swscale's time
 * for 8 and a fifth for 10, so these have a way of their own: made 8 bits and scaled while they are
 * still planes, then coloured. Scaled chroma gets as many samples as luma, or a film that is
 * reduced would lose the half of its colours that it still has. The rest is brought to BGRA by
 * swscale at its own size, multiplied by its alpha before it is scaled (else the colours of
 * invisible pixels bleed into the edges), and scaled plane by plane: libyuv scales whole pixels
 * faster, but makes of white 253 when it enlarges, and leaves out rows when it reduces. */
#include "render/decode/colour.h"

#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <libyuv.h>
#include <libyuv/row.h>

#define TEN_TO_EIGHT 16384 /* 65536ths, as libyuv has it */

struct Converter {
    int w_px, h_px; /* wanted, before it is turned upright */
    int orientation;
    struct SwsContext *sws;
    GByteArray *narrow, *planes, *own_size, *lying; /* kept from frame to frame */
};

Converter *converter_new(int w_px, int h_px, int orientation)
{
    gboolean sideways = orientation_is_sideways(orientation);
    Converter *c = g_new0(Converter, 1);
    c->w_px = sideways ? h_px : w_px;
    c->h_px = sideways ? w_px : h_px;
    c->orientation = orientation;
    c->narrow = g_byte_array_new();
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
    g_byte_array_unref(c->narrow);
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

static gboolean is_wanted_size(const Converter *c, const AVFrame *frame)
{
    return frame->width == c->w_px && frame->height == c->h_px;
}

/* ---- planar YUV ---- */

typedef struct {
    enum AVPixelFormat format;
    guint8 shift_x, shift_y; /* how much coarser chroma is */
    gboolean ten_bits;
} Kind;

static const Kind kinds[] = {
    { AV_PIX_FMT_YUV420P, 1, 1, FALSE },
    { AV_PIX_FMT_YUVJ420P, 1, 1, FALSE },
    { AV_PIX_FMT_YUV422P, 1, 0, FALSE },
    { AV_PIX_FMT_YUVJ422P, 1, 0, FALSE },
    { AV_PIX_FMT_YUV444P, 0, 0, FALSE },
    { AV_PIX_FMT_YUVJ444P, 0, 0, FALSE },
    { AV_PIX_FMT_YUV420P10, 1, 1, TRUE },
    { AV_PIX_FMT_YUV422P10, 1, 0, TRUE },
    { AV_PIX_FMT_YUV444P10, 0, 0, TRUE },
};

static const Kind even = { AV_PIX_FMT_YUV444P, 0, 0, FALSE };

static const Kind *kind_of(const AVFrame *frame)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if ((int)kinds[i].format == frame->format)
            return &kinds[i];
    return NULL;
}

typedef struct {
    const guint8 *data[3];
    int stride[3], w_px[3], h_px[3];
} Planes;

/* Three planes for a picture of this size one behind the other in `buffer`; where they begin. */
static Planes lay_out(GByteArray *buffer, const Kind *kind, int w_px, int h_px, guint8 *begin[3])
{
    Planes planes;
    gsize bytes = 0, at[3];
    for (int i = 0; i < 3; i++) {
        planes.w_px[i] = i == 0 ? w_px : (w_px + kind->shift_x) >> kind->shift_x;
        planes.h_px[i] = i == 0 ? h_px : (h_px + kind->shift_y) >> kind->shift_y;
        planes.stride[i] = planes.w_px[i];
        at[i] = bytes;
        bytes += (gsize)planes.w_px[i] * (gsize)planes.h_px[i];
    }
    guint8 *data = room(buffer, bytes);
    for (int i = 0; i < 3; i++)
        planes.data[i] = begin[i] = data + at[i];
    return planes;
}

static Planes narrow(Converter *c, const Kind *kind, const AVFrame *frame)
{
    guint8 *to[3];
    Planes planes = lay_out(c->narrow, kind, frame->width, frame->height, to);
    for (int i = 0; i < 3; i++)
        Convert16To8Plane((const guint16 *)(const void *)frame->data[i], frame->linesize[i] / 2,
            to[i], planes.stride[i], TEN_TO_EIGHT, planes.w_px[i], planes.h_px[i]);
    return planes;
}

static Planes planes_of(const Kind *kind, const AVFrame *frame)
{
    Planes planes;
    for (int i = 0; i < 3; i++) {
        planes.data[i] = frame->data[i];
        planes.stride[i] = frame->linesize[i];
        planes.w_px[i] = i == 0 ? frame->width : (frame->width + kind->shift_x) >> kind->shift_x;
        planes.h_px[i] = i == 0 ? frame->height : (frame->height + kind->shift_y) >> kind->shift_y;
    }
    return planes;
}

/* As planes of the size wanted, all three. */
static Planes scale(Converter *c, const Planes *from)
{
    guint8 *to[3];
    Planes planes = lay_out(c->planes, &even, c->w_px, c->h_px, to);
    for (int i = 0; i < 3; i++)
        ScalePlane(from->data[i], from->stride[i], from->w_px[i], from->h_px[i], to[i],
            planes.stride[i], planes.w_px[i], planes.h_px[i], kFilterBox);
    return planes;
}

static void colour_planes(const Converter *c, const Kind *kind, const Planes *p,
    const struct YuvConstants *numbers, guint8 *to)
{
    int (*convert)(const guint8 *, int, const guint8 *, int, const guint8 *, int, guint8 *, int,
        const struct YuvConstants *, int, int) = kind->shift_y ? I420ToARGBMatrix
        : kind->shift_x                                        ? I422ToARGBMatrix
                                                               : I444ToARGBMatrix;
    convert(p->data[0], p->stride[0], p->data[1], p->stride[1], p->data[2], p->stride[2], to,
        c->w_px * 4, numbers, c->w_px, c->h_px);
}

static void colour_ten_bits(const Converter *c, const Kind *kind, const AVFrame *frame,
    const struct YuvConstants *numbers, guint8 *to)
{
    int (*convert)(const guint16 *, int, const guint16 *, int, const guint16 *, int, guint8 *, int,
        const struct YuvConstants *, int, int) = kind->shift_y ? I010ToARGBMatrix
        : kind->shift_x                                        ? I210ToARGBMatrix
                                                               : I410ToARGBMatrix;
    const guint16 *data[3];
    for (int i = 0; i < 3; i++)
        data[i] = (const guint16 *)(const void *)frame->data[i];
    convert(data[0], frame->linesize[0] / 2, data[1], frame->linesize[1] / 2, data[2],
        frame->linesize[2] / 2, to, c->w_px * 4, numbers, c->w_px, c->h_px);
}

static void convert_planes(Converter *c, const Kind *kind, const AVFrame *frame, guint8 *to)
{
    _Alignas(BT_COLOUR_ALIGNMENT_BYTES) struct YuvConstants numbers;
    bt_colour_numbers(colour_matrix(frame), &numbers);
    if (kind->ten_bits && is_wanted_size(c, frame)) {
        colour_ten_bits(c, kind, frame, &numbers, to);
        return;
    }
    Planes p = kind->ten_bits ? narrow(c, kind, frame) : planes_of(kind, frame);
    if (!is_wanted_size(c, frame)) {
        p = scale(c, &p);
        kind = &even;
    }
    colour_planes(c, kind, &p, &numbers, to);
}

/* ---- planes for the user ---- */

static gboolean can_be_planes(const Converter *c, const AVFrame *frame)
{
    const Kind *kind = kind_of(frame);
    return kind && kind->shift_x && kind->shift_y && !kind->ten_bits && c->orientation == 1 &&
        is_wanted_size(c, frame) && check_size(frame->width, frame->height, NULL);
}

static BtDecodePixels pixels_of(BtMatrix matrix)
{
    switch (matrix) {
    case BT_MATRIX_BT601_FULL:
        return BT_DECODE_BT601_FULL;
    case BT_MATRIX_BT709:
        return BT_DECODE_BT709;
    case BT_MATRIX_BT709_FULL:
        return BT_DECODE_BT709_FULL;
    case BT_MATRIX_BT2020:
        return BT_DECODE_BT2020;
    case BT_MATRIX_BT2020_FULL:
        return BT_DECODE_BT2020_FULL;
    default:
        return BT_DECODE_BT601;
    }
}

/* What is to be scaled gets more chroma than planes have room for (above). */
BtDecodePixels converter_planes(Converter *c, const AVFrame *frame, guint8 *target)
{
    if (!can_be_planes(c, frame))
        return BT_DECODE_BGRA;
    int half_w = (c->w_px + 1) / 2, half_h = (c->h_px + 1) / 2;
    guint8 *u = target + (gsize)c->w_px * (gsize)c->h_px, *v = u + (gsize)half_w * (gsize)half_h;
    I420Copy(frame->data[0], frame->linesize[0], frame->data[1], frame->linesize[1], frame->data[2],
        frame->linesize[2], target, c->w_px, u, half_w, v, half_w, c->w_px, c->h_px);
    return pixels_of(colour_matrix(frame));
}

/* ---- everything else ---- */

static gboolean to_bgra(Converter *c, const AVFrame *frame, guint8 *to)
{
    c->sws = sws_getCachedContext(c->sws, frame->width, frame->height, frame->format, frame->width,
        frame->height, AV_PIX_FMT_BGRA, SWS_BILINEAR, NULL, NULL, NULL);
    if (!c->sws)
        return FALSE;
    const int *from = sws_getCoefficients(colour_sws_matrix(frame));
    sws_setColorspaceDetails(c->sws, from, colour_is_full_range(frame),
        sws_getCoefficients(SWS_CS_ITU601), 1, 0, 1 << 16, 1 << 16);
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

static void scale_bgra(Converter *c, const guint8 *from, int w_px, int h_px, guint8 *to)
{
    gsize before = (gsize)w_px * (gsize)h_px, after = (gsize)c->w_px * (gsize)c->h_px;
    guint8 *own = room(c->narrow, 4 * before), *wanted = room(c->planes, 4 * after);
    guint8 *a[4], *b[4];
    for (gsize i = 0; i < 4; i++) {
        a[i] = own + i * before;
        b[i] = wanted + i * after;
    }
    SplitARGBPlane(from, w_px * 4, a[0], w_px, a[1], w_px, a[2], w_px, a[3], w_px, w_px, h_px);
    for (int i = 0; i < 4; i++)
        ScalePlane(a[i], w_px, w_px, h_px, b[i], c->w_px, c->w_px, c->h_px, kFilterBox);
    MergeARGBPlane(b[0], c->w_px, b[1], c->w_px, b[2], c->w_px, b[3], c->w_px, to, c->w_px * 4,
        c->w_px, c->h_px);
}

static gboolean convert_any(Converter *c, const AVFrame *frame, guint8 *to, gboolean *opaque)
{
    gsize n_pixels = (gsize)frame->width * (gsize)frame->height;
    guint8 *own = is_wanted_size(c, frame) ? to : room(c->own_size, n_pixels * 4);
    if (!to_bgra(c, frame, own))
        return FALSE;
    *opaque = !may_be_clear(frame) || all_opaque(own, n_pixels);
    if (!*opaque)
        ARGBAttenuate(own, frame->width * 4, own, frame->width * 4, frame->width, frame->height);
    if (own != to)
        scale_bgra(c, own, frame->width, frame->height, to);
    return TRUE;
}

gboolean converter_run(
    Converter *c, const AVFrame *frame, guint8 *target, gboolean *opaque, GError **error)
{
    guint8 *to = target;
    const Kind *kind = kind_of(frame);
    if (!check_size(frame->width, frame->height, error))
        return FALSE;
    if (c->orientation != 1)
        to = room(c->lying, (gsize)c->w_px * (gsize)c->h_px * 4);
    *opaque = TRUE;
    if (kind) {
        convert_planes(c, kind, frame, to);
    } else if (!convert_any(c, frame, to, opaque)) {
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "content: pixels of the kind %s: %s",
            av_get_pix_fmt_name(frame->format), "expected one that can be converted");
        return FALSE;
    }
    if (to != target)
        orient(to, c->w_px, c->h_px, target, c->orientation);
    return TRUE;
}
