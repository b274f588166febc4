/* The display's frames in show time: at which instants a picture can change. What moves a little
 * with every frame, running text and fades, is drawn on a grid, one frame each time the screen
 * refreshes. A film has frames of its own: each is drawn when it is due, for on a grid that does
 * not fit them some would stand longer than others.
 *
 * Thread-safety: safe (pure). */
#ifndef BT_PLAYER_SHOW_GRID_H
#define BT_PLAYER_SHOW_GRID_H

#include "render/scene/scene.h"

typedef struct {
    gint64 begin_ms;  /* show time of a frame */
    double period_ms; /* from one frame to the next, > 0 */
    gboolean is_open; /* nothing lies on it: any instant has a frame */
} BtGrid;

/* Where the grid lies at `t_ms` while `scene` (nullable) is shown. */
BtGrid bt_grid_of(const BtScene *scene, gint64 t_ms, double period_ms);
/* The frame at `t_ms` or the last before it. */
gint64 bt_grid_before(const BtGrid *grid, gint64 t_ms);
/* The first frame at `t_ms` or after it: what is due then is seen from this one on. */
gint64 bt_grid_after(const BtGrid *grid, gint64 t_ms);

#endif
