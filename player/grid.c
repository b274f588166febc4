#include "player/grid.h"

#include <math.h>

/* A line that goes by whole pixels a frame would step by one more or less wherever the grid falls
 * on the instants at which a pixel is due; two milliseconds behind them no rounding of a frame's
 * time reaches one, at any whole number of pixels up to five. */
#define BEHIND_PIXELS_MS 2

static gint64 begin_ms_of(const BtScene *scene)
{
    for (guint i = 0; scene && i < scene->layers->len; i++) {
        const BtLayer *layer = g_ptr_array_index(scene->layers, i);
        for (guint k = 0; k < layer->nodes->len; k++) {
            const BtNode *node = &g_array_index(layer->nodes, BtNode, k);
            if (node->kind == BT_NODE_STRIP)
                return node->start_ms + BEHIND_PIXELS_MS;
        }
    }
    return 0;
}

BtGrid bt_grid_of(const BtScene *scene, double period_ms)
{
    return (BtGrid){ begin_ms_of(scene), period_ms };
}

static gint64 frame_ms(const BtGrid *grid, gint64 k)
{
    return grid->begin_ms + llround((double)k * grid->period_ms);
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
    return frame_ms(grid, number_at(grid, t_ms));
}

gint64 bt_grid_after(const BtGrid *grid, gint64 t_ms)
{
    gint64 k = number_at(grid, t_ms);
    return frame_ms(grid, k) == t_ms ? t_ms : frame_ms(grid, k + 1);
}
