/* What a film asks of its decoder by its own word. Thread-safety: the decoder's thread. */
#ifndef BT_RENDER_DECODE_GRADE_H
#define BT_RENDER_DECODE_GRADE_H

#include "render/decode/decode.h"

/* Of H.264, HEVC, VP9 and AV1: tells BITS, CHROMA and, where it is announced, LEVEL_X10. After the
 * first picture. */
void grade_tell(Ring *ring, const AVCodecContext *codec);

#endif
