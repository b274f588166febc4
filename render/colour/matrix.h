/* How brightness and colour became numbers, and what makes colours of them again: the decoder,
 * which hands over pixels, and the scene, which colours planes while it draws, must agree to the
 * bit.
 *
 * Thread-safety: safe. */
#ifndef BT_RENDER_COLOUR_MATRIX_H
#define BT_RENDER_COLOUR_MATRIX_H

#include <glib.h>

/* ITU-R BT.601, BT.709 and BT.2020, of limited and of full range. */
typedef enum {
    BT_MATRIX_BT601,
    BT_MATRIX_BT601_FULL,
    BT_MATRIX_BT709,
    BT_MATRIX_BT709_FULL,
    BT_MATRIX_BT2020,
    BT_MATRIX_BT2020_FULL,
    BT_N_MATRICES,
} BtMatrix;

#define BT_COLOUR_ALIGNMENT_BYTES 32 /* as libyuv's code reads its numbers */

struct YuvConstants; /* libyuv's, for who includes its headers */

/* Writes the numbers by which libyuv colours into `numbers`, the caller's memory, so aligned; an
 * unknown matrix counts as BT.601. */
void bt_colour_numbers(BtMatrix matrix, struct YuvConstants *numbers);

#endif
