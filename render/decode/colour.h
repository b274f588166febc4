/* How a frame's numbers become colours: for convert.c only, which alone has libyuv's numbers in its
 * hands. */
#ifndef BT_RENDER_DECODE_COLOUR_H
#define BT_RENDER_DECODE_COLOUR_H

#include "render/decode/decode.h"

#include <libyuv.h>
#include <libyuv/row.h>

/* By value; the caller keeps them as long as it converts. Aligned as its code reads them. */
typedef struct {
    _Alignas(32) struct YuvConstants numbers;
} Colour;

gboolean colour_is_full_range(const AVFrame *frame);
Colour colour_of(const AVFrame *frame);
int colour_sws_matrix(const AVFrame *frame); /* SWS_CS_… */

#endif
