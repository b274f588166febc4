/* Which numbers are which colour. The matrix and the range come from each frame, for both libraries
 * that convert take BT.601 for granted. */
#include "render/decode/colour.h"

#include <libswscale/swscale.h>

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

BtMatrix colour_matrix(const AVFrame *frame)
{
    gboolean full = colour_is_full_range(frame);
    switch (matrix_of(frame)) {
    case AVCOL_SPC_BT709:
        return full ? BT_MATRIX_BT709_FULL : BT_MATRIX_BT709;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return full ? BT_MATRIX_BT2020_FULL : BT_MATRIX_BT2020;
    default:
        return full ? BT_MATRIX_BT601_FULL : BT_MATRIX_BT601;
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
