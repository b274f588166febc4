#include "player/stage/paint.h"

#include <math.h>
#include <string.h>

#define SAMPLES 4 /* a side: 16 a pixel */

/* Whether the point (x, y) of the unit square lies in the shape; `aspect` is width over height. */
static gboolean inside(BtShape shape, double x, double y, double aspect)
{
    double dx = fabs(x - 0.5), dy = fabs(y - 0.5);
    switch (shape) {
    case BT_SHAPE_DISC:
        return dx * dx + dy * dy <= 0.25;
    case BT_SHAPE_DIAMOND:
        return dx + dy <= 0.5;
    case BT_SHAPE_TRIANGLE:
        return dx <= y / 2;
    default:
        break;
    }
    double round = 0.18 * MIN(1, aspect), rx = round / aspect;
    double cx = dx - (0.5 - rx), cy = dy - (0.5 - round);
    if (cx <= 0 || cy <= 0)
        return TRUE;
    return cx * cx / (rx * rx) + cy * cy / (round * round) <= 1;
}

static guint coverage(BtShape shape, BtRect box, int x, int y)
{
    guint hits = 0;
    for (int j = 0; j < SAMPLES; j++)
        for (int i = 0; i < SAMPLES; i++)
            hits += inside(shape, (x - box.x + (i + 0.5) / SAMPLES) / box.w,
                (y - box.y + (j + 0.5) / SAMPLES) / box.h, (double)box.w / box.h);
    return hits * 255 / (SAMPLES * SAMPLES);
}

static guint32 over(guint32 below, guint32 above)
{
    guint left = 255 - (above >> 24);
    guint32 result = 0;
    for (int shift = 0; shift < 32; shift += 8)
        result |= ((above >> shift & 0xFF) + ((below >> shift & 0xFF) * left + 127) / 255) << shift;
    return result;
}

void bt_paint_shape(BtFrame *frame, BtShape shape, BtRect box, guint32 color)
{
    BtRect seen = bt_rect_intersect(box, (BtRect){ 0, 0, frame->w_px, frame->h_px });
    for (int y = seen.y; y < seen.y + seen.h; y++)
        for (int x = seen.x; x < seen.x + seen.w; x++) {
            guint32 *pixel = &frame->pixels[(gsize)y * frame->stride_px + x];
            *pixel = over(*pixel, bt_look_pixel_alpha(color, coverage(shape, box, x, y)));
        }
}

void bt_paint_danger(BtFrame *frame, BtRect box, guint32 color, guint32 within)
{
    bt_paint_shape(frame, BT_SHAPE_TRIANGLE, box, color);
    int w = MAX(2, box.w / 9), x = box.x + (box.w - w) / 2;
    if ((box.w - w) % 2)
        w++;
    bt_paint_shape(
        frame, BT_SHAPE_BAR, (BtRect){ x, box.y + box.h * 38 / 100, w, box.h * 32 / 100 }, within);
    bt_paint_shape(frame, BT_SHAPE_DISC, (BtRect){ x, box.y + box.h * 78 / 100, w, w }, within);
}

BtLine bt_line_new(BtFonts *fonts, const char *text, const BtTextStyle *style, int width_px)
{
    BtLine line = { NULL, 0, 0 };
    BtTextBox box = { .width_px = MAX(1, width_px), .max_lines = 1 };
    if (*text)
        line.layout = bt_text_layout_in_box(fonts, text, style, &box, NULL);
    if (!line.layout)
        return line;
    line.width_px = (int)ceilf(g_array_index(line.layout->lines, BtTextLine, 0).width_px - 0.001f);
    line.height_px = bt_lines_px(line.layout, 0, 1);
    return line;
}

void bt_line_clear(BtLine *line)
{
    g_clear_pointer(&line->layout, bt_text_layout_free);
}

void bt_line_draw(BtFonts *fonts, const BtLine *line, BtFrame *frame, BtRect clip, int x_px,
    int y_px, guint32 color, gboolean on_dark)
{
    if (!line->layout)
        return;
    const BtTextLine *first = &g_array_index(line->layout->lines, BtTextLine, 0);
    bt_text_draw(fonts, line->layout, 0, 1, frame->pixels, frame->stride_px,
        bt_rect_intersect(clip, (BtRect){ 0, 0, frame->w_px, frame->h_px }), x_px - first->x_px,
        y_px, color, on_dark);
}

int bt_lines_px(const BtTextLayout *layout, guint first, guint n)
{
    if (n == 0 || first + n > layout->lines->len)
        return 0;
    const BtTextLine *a = &g_array_index(layout->lines, BtTextLine, first);
    const BtTextLine *b = &g_array_index(layout->lines, BtTextLine, first + n - 1);
    return (int)ceilf(b->baseline_px + b->descent_px - (a->baseline_px - a->ascent_px));
}
