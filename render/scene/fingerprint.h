/* What a picture looked like, in ten bytes: enough to tell later whether it was the right one.
 *
 * The hash is a difference hash of 64 bits (Neal Krawetz, “Kind of Like That”, 2013: nine columns
 * by eight rows of grey, a bit for each two neighbours in a row), in whole numbers throughout, so
 * that anybody can compute the same from a PNG. source/API.md says how, to the bit; what is said
 * there and what is done here change together.
 * Thread-safety: pure functions. */
#ifndef BT_RENDER_SCENE_FINGERPRINT_H
#define BT_RENDER_SCENE_FINGERPRINT_H

#include "render/scene/frame.h"

/* Rows that are looked at, evenly spread; a lower picture is looked at whole. A 4K picture costs
 * less than a millisecond so. */
#define BT_FINGERPRINT_ROWS 64
/* A bit is set when the right one of two neighbours is brighter by more than so many sixteenths of
 * a level of 0 to 255: what noise does to the mean of a flat ground is less. */
#define BT_FINGERPRINT_MARGIN_16TH 16

typedef struct {
    guint64 hash; /* the first bit is the top left one, the highest */
    guint luma;   /* mean brightness, 0 to 255 */
} BtFingerprint;

/* How many rows of a picture of this height are looked at, and which: row `i` of them. */
int bt_fingerprint_rows(int h_px);
int bt_fingerprint_row_px(int h_px, int i);
/* Of `rect_px` of `frame`, clipped to it; of nothing both are 0. The frame counts as opaque. */
BtFingerprint bt_fingerprint(const BtFrame *frame, BtRect rect_px);
/* In how many bits they differ, 0 to 64: a picture of another size or quality in a few, another
 * picture in many. */
guint bt_fingerprint_distance(guint64 a, guint64 b);

#endif
