/* The tiles of the strips on the canvas, rasterised once and kept while they run through.
 * Thread-safety: one thread. */
#ifndef BT_RENDER_COMPOSE_TILES_H
#define BT_RENDER_COMPOSE_TILES_H

#include "render/scene/scene.h"

#define BT_TILES_AHEAD 2

typedef struct BtTiles BtTiles;           /* of all strips */
typedef struct BtStripTiles BtStripTiles; /* of one */

BtTiles *bt_tiles_new(void);
void bt_tiles_free(BtTiles *tiles);

/* The tiles of `strip`, shown `w_px` wide; kept until a sweep finds that nobody asked since the
 * last one. Borrowed. */
BtStripTiles *bt_tiles_of(BtTiles *tiles, BtStrip *strip, int w_px);
void bt_tiles_sweep(BtTiles *tiles);

/* Tile k, NULL when the strip has none. Borrowed until the next call. */
BtFrame *bt_strip_tiles_get(BtStripTiles *tiles, gint64 k);
/* Makes one of the BT_TILES_AHEAD tiles after `k` in direction `step` (1 or -1), when it is missing
 * and this turn made none: so a picture never pays for more than it must. */
void bt_strip_tiles_prepare(BtStripTiles *tiles, gint64 k, int step);

#endif
