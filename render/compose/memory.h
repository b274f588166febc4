/* The painter of a picture in memory: exact arithmetic, the reference for all others.
 * Thread-safety: one thread. */
#ifndef BT_RENDER_COMPOSE_MEMORY_H
#define BT_RENDER_COMPOSE_MEMORY_H

#include "render/scene/painter.h"

/* Zeroed: not yet used. */
typedef struct {
    BtPainter painter;
    BtFrame *target; /* borrowed */
    BtFrame *into;   /* the target, or the group while there is one */
    BtFrame *group;  /* a fading layer, before it is blended as one; only while something fades */
} BtMemory;

/* Paints on `target` (borrowed) until the next call. Borrowed. */
BtPainter *bt_memory_painter(BtMemory *memory, BtFrame *target);
void bt_memory_clear(BtMemory *memory);

#endif
