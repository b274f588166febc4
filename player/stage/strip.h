/* Words and marks side by side, as a strip that is drawn tile by tile.
 *
 * What a tile costs depends on the tile alone, not on how long the strip is.
 * Thread-safety: the fonts' thread. The fonts must outlive the strip. */
#ifndef BT_PLAYER_STAGE_STRIP_H
#define BT_PLAYER_STAGE_STRIP_H

#include "fonts/text.h"
#include "player/stage/look.h"
#include "render/scene/scene.h"

/* A stretch of the strip: one line of text, a mark, or room without ink. */
typedef struct {
    BtTextLayout *layout; /* (owned) NULL: a mark, or room when its height is 0 */
    gint64 x_px;          /* set by bt_text_strip_new */
    int before_px;        /* how far the text's ink hangs over its start on the left */
    int y_px, width_px, height_px;
    guint32 color;
} BtStretch;

void bt_stretch_clear(gpointer stretch); /* for GArray */

/* Of `stretches` (of BtStretch, transfer full) in reading order, laid from the left, or from the
 * right. (transfer full) */
BtStrip *bt_text_strip_new(
    BtFonts *fonts, GArray *stretches, int h_px, BtColours colours, gboolean rtl);

#endif
