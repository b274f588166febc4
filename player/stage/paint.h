/* Small drawing on a frame: shapes with soft edges, one line of text.
 * Thread-safety: the frame's owner. */
#ifndef BT_PLAYER_STAGE_PAINT_H
#define BT_PLAYER_STAGE_PAINT_H

#include "fonts/text.h"
#include "player/stage/look.h"
#include "render/scene/frame.h"

typedef enum {
    BT_SHAPE_DISC,
    BT_SHAPE_DIAMOND,
    BT_SHAPE_TRIANGLE, /* stands on its base */
    BT_SHAPE_BAR,      /* a rectangle with slightly round corners */
} BtShape;

/* Fills `shape` in `box_px` with 0xRRGGBB. */
void bt_paint_shape(BtFrame *frame, BtShape shape, BtRect box_px, guint32 color);

/* The mark of danger: a triangle with an exclamation mark in `inside`'s colour. */
void bt_paint_danger(BtFrame *frame, BtRect box_px, guint32 color, guint32 inside);

/* One line of text, never broken, cut with … when it is wider than `width_px`. */
typedef struct {
    BtTextLayout *layout; /* NULL when there is nothing to draw */
    int width_px, height_px;
} BtLine;
BtLine bt_line_new(BtFonts *fonts, const char *text, const BtTextStyle *style, int width_px);
void bt_line_clear(BtLine *line);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BtLine, bt_line_clear)
/* With its top left at (x, y). */
void bt_line_draw(BtFonts *fonts, const BtLine *line, BtFrame *frame, BtRect clip_px, int x_px,
    int y_px, guint32 color, gboolean on_dark);

/* The height of lines [first, first + n) of a layout, in whole pixels, rounded up. */
int bt_lines_px(const BtTextLayout *layout, guint first, guint n);

#endif
