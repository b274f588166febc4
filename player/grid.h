/* The display's frames in show time: at which instants a picture can change.
 * Thread-safety: safe (pure). */
#ifndef BT_PLAYER_GRID_H
#define BT_PLAYER_GRID_H

#include "render/scene/scene.h"

typedef struct {
    gint64 begin_ms;  /* show time of a frame */
    double period_ms; /* from one frame to the next, > 0 */
} BtGrid;

/* Where the grid lies while `scene` (nullable) is shown. */
BtGrid bt_grid_of(const BtScene *scene, double period_ms);
/* The frame at `t_ms` or the last before it. */
gint64 bt_grid_before(const BtGrid *grid, gint64 t_ms);
/* The first frame at `t_ms` or after it: what is due then is seen from this one on. */
gint64 bt_grid_after(const BtGrid *grid, gint64 t_ms);

#endif
