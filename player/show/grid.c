#include "player/show/grid.h"

#include <math.h>

/* A line that goes by whole pixels a frame would step by one more or less wherever the grid falls
 * on the instants at which a pixel is due; two milliseconds behind them no rounding of a frame's
 * time reaches one, at any whole number of pixels up to five. */
#define BEHIND_PIXELS_MS 2

static gboolean find_strip(const BtLayer *layer, gint64 *begin_ms)
{
    for (guint k = 0; k < layer->nodes->len; k++) {
        const BtNode *node = &g_array_index(layer->nodes, BtNode, k);
        if (node->kind != BT_NODE_STRIP)
            continue;
        *begin_ms = node->start_ms + BEHIND_PIXELS_MS;
        return TRUE;
    }
    return FALSE;
}

static gboolean find_begin(const BtScene *scene, gint64 t_ms, gint64 *begin_ms)
{
    gboolean fading = FALSE;
    for (guint i = 0; scene && i < scene->layers->len; i++) {
        const BtLayer *layer = g_ptr_array_index(scene->layers, i);
        guint opacity = bt_layer_opacity(layer, t_ms);
        if (find_strip(layer, begin_ms))
            return TRUE;
        if (opacity > 0 && opacity < 255) {
            *begin_ms = layer->fade_start_ms;
            fading = TRUE;
        }
    }
    return fading;
}

BtGrid bt_grid_of(const BtScene *scene, gint64 t_ms, double period_ms)
{
    BtGrid grid = { 0, period_ms, FALSE };
    grid.is_open = !find_begin(scene, t_ms, &grid.begin_ms);
    return grid;
}

/* Rounded up as the times of films' frames are. */
static gint64 frame_ms(const BtGrid *grid, gint64 k)
{
    return grid->begin_ms + (gint64)ceil((double)k * grid->period_ms - 1e-6);
}

/* The number of the last frame at or before `t_ms`. */
static gint64 number_at(const BtGrid *grid, gint64 t_ms)
{
    gint64 k = (gint64)floor((double)(t_ms - grid->begin_ms) / grid->period_ms) - 1;
    while (frame_ms(grid, k + 1) <= t_ms)
        k++;
    return k;
}

gint64 bt_grid_before(const BtGrid *grid, gint64 t_ms)
{
    return grid->is_open ? t_ms : frame_ms(grid, number_at(grid, t_ms));
}

gint64 bt_grid_after(const BtGrid *grid, gint64 t_ms)
{
    if (grid->is_open)
        return t_ms;
    gint64 k = number_at(grid, t_ms);
    return frame_ms(grid, k) == t_ms ? t_ms : frame_ms(grid, k + 1);
}
