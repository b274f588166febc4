/* How a frame's numbers become colours: what convert.c asks of a frame. Private to this folder. */
#ifndef BT_RENDER_DECODE_COLOUR_H
#define BT_RENDER_DECODE_COLOUR_H

#include "render/colour/matrix.h"
#include "render/decode/decode.h"

gboolean colour_is_full_range(const AVFrame *frame);
BtMatrix colour_matrix(const AVFrame *frame);
int colour_sws_matrix(const AVFrame *frame); /* SWS_CS_… */

#endif
