/* A bounded set of rectangles that covers everything added to it.
 * Thread-safety: a value. */
#ifndef BT_RENDER_COMPOSE_DAMAGE_H
#define BT_RENDER_COMPOSE_DAMAGE_H

#include "render/compose/compose.h"

typedef struct {
    BtRect rects_px[BT_COMPOSE_MAX_DAMAGE + 1]; /* one more than is ever left, to merge in */
    guint n;
} BtDamage;

void bt_damage_add(BtDamage *damage, BtRect rect_px);

#endif
