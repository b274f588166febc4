/* Which numbers are which colour. The matrix and the range come from each frame, for both libraries
 * that convert take BT.601 for granted.
 *
 * libyuv multiplies blue's difference by 64ths and, as it is usually built, by no more than 128 of
 * them, where BT.709 wants 135: pure blue and yellow, and every HD film is BT.709, come out wrong
 * by 12 levels of 255, with BT.2020 by 16. The limit is in the numbers only, not in the code that
 * uses them (it can be built without), so we give it the right ones, where they are laid out as we
 * know them. */
#include "render/decode/colour.h"

#include <libswscale/swscale.h>
#include <libyuv.h>
#include <libyuv/row.h>

gboolean colour_is_full_range(const AVFrame *frame)
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
        return !colour_is_full_range(frame) && (frame->width >= 1280 || frame->height > 576)
            ? AVCOL_SPC_BT709
            : AVCOL_SPC_SMPTE170M;
    }
}

static Colour with_blue(const struct YuvConstants *theirs, guint8 blue)
{
    Colour colour = { .numbers = *theirs };
#if defined(__x86_64__) || defined(__i386__)
    for (gsize i = 0; i < sizeof theirs->kUVToB; i += 2)
        if (theirs->kUVToB[i] != 128 || theirs->kUVToB[i + 1] != 0)
            return colour; /* not limited, or laid out in another way */
    for (gsize i = 0; i < sizeof theirs->kUVToB; i += 2)
        colour.numbers.kUVToB[i] = blue;
#else
    (void)blue;
#endif
    return colour;
}

/* Twice 1 − Kb, times 255 / 224 for the limited range, in 64ths. */
Colour colour_of(const AVFrame *frame)
{
    gboolean full = colour_is_full_range(frame);
    switch (matrix_of(frame)) {
    case AVCOL_SPC_BT709:
        return full ? with_blue(&kYuvF709Constants, 119) : with_blue(&kYuvH709Constants, 135);
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return full ? with_blue(&kYuvV2020Constants, 120) : with_blue(&kYuv2020Constants, 137);
    default:
        return full ? with_blue(&kYuvJPEGConstants, 113) : with_blue(&kYuvI601Constants, 129);
    }
}

int colour_sws_matrix(const AVFrame *frame)
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
