#include "render/decode/grade.h"

#include <libavutil/pixdesc.h>

/* As each standard counts its levels, in tenths: 52 is 5.2. 0: not announced. */
static gint64 level_x10(const AVCodecContext *codec)
{
    int level = codec->level;
    if (level <= 0)
        return 0;
    switch (codec->codec_id) {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_VP9:
        return level;
    case AV_CODEC_ID_HEVC:
        return level / 3;
    case AV_CODEC_ID_AV1: /* four between two whole ones, from 2.0 on */
        return 10 * (2 + level / 4) + level % 4;
    default:
        return 0;
    }
}

static gboolean is_graded(enum AVCodecID codec)
{
    return codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC || codec == AV_CODEC_ID_VP9 ||
        codec == AV_CODEC_ID_AV1;
}

/* 420, 422 or 444. */
static int chroma_of(const AVPixFmtDescriptor *pixels)
{
    if (pixels->nb_components >= 3 && pixels->log2_chroma_w == 0)
        return 444;
    return pixels->nb_components >= 3 && pixels->log2_chroma_h == 0 ? 422 : 420;
}

void grade_tell(Ring *ring, const AVCodecContext *codec)
{
    const AVPixFmtDescriptor *pixels = av_pix_fmt_desc_get(codec->pix_fmt);
    if (!is_graded(codec->codec_id) || pixels == NULL)
        return;
    ring_found(ring, BT_FOUND_BITS, pixels->comp[0].depth);
    ring_found(ring, BT_FOUND_CHROMA, chroma_of(pixels));
    ring_found(ring, BT_FOUND_LEVEL_X10, level_x10(codec));
}
