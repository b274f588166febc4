/* Whatever draws on a canvas: a frame in memory, or a graphics chip. The contract between compose,
 * which says what lies where, and display, which may have a chip.
 *
 * Rectangles are on the canvas, in its pixels; colours are premultiplied 0xAARRGGBB; opacity runs
 * from 0 to 255. Frames are drawn 1:1 and must not change any more: a chip keeps what it was given
 * for as long as anybody else holds the frame. What goes wrong is not said here but when the
 * picture is presented.
 * Thread-safety: show's main thread. */
#ifndef BT_RENDER_SCENE_PAINTER_H
#define BT_RENDER_SCENE_PAINTER_H

#include "render/scene/frame.h"

typedef struct BtPainter BtPainter;
struct BtPainter {
    /* The pixels become `argb`, whatever they were. */
    void (*clear)(BtPainter *painter, BtRect rect_px, guint32 argb);
    /* `argb` over the pixels. */
    void (*fill)(BtPainter *painter, BtRect rect_px, guint32 argb, guint opacity);
    /* What of `frame`, its top left corner at (x, y), is inside `clip_px`, over the pixels.
     * Borrowed; the painter may take a reference. */
    void (*frame)(
        BtPainter *painter, BtFrame *frame, int x_px, int y_px, BtRect clip_px, guint opacity);
    /* Until the end of the group all is drawn on a ground of its own, transparent inside `rect_px`,
     * which then comes over the pixels as one. Groups do not nest. */
    void (*begin_group)(BtPainter *painter, BtRect rect_px);
    void (*end_group)(BtPainter *painter, BtRect rect_px, guint opacity);
    /* The picture is whole; what was kept for it alone may go. `fading`: the next one will have
     * groups too. */
    void (*done)(BtPainter *painter, gboolean fading);
};

#endif
