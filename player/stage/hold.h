/* What was on the glass before a change, and stays in the zones whose item has no picture yet.
 * Private to the stage. Thread-safety: the stage's thread. */
#ifndef BT_PLAYER_STAGE_HOLD_H
#define BT_PLAYER_STAGE_HOLD_H

#include "render/scene/scene.h"

typedef struct {
    BtScene *scene; /* NULL: nothing stays */
    gint64 t_ms;    /* the time at which it stands still */
    gint64 since_mono_ms;
    gboolean used;       /* by the last scene */
    GHashTable *lacking; /* names of zones whose item had no picture in the last scene →
                          * GINT_TO_POINTER(BtStageShows) */
    gboolean lacks;      /* the zone that is being made */
} BtHold;

void bt_hold_init(BtHold *hold);
void bt_hold_clear(BtHold *hold);

/* From now on `scene` (nullable; a reference is taken) stays as it is at `t_ms`. Where the last
 * scene still showed what stayed before, the time goes on. */
void bt_hold_set(BtHold *hold, BtScene *scene, gint64 t_ms, gint64 mono_ms);
/* Lets go of it when its time is over; whether there was anything. */
gboolean bt_hold_expire(BtHold *hold, gint64 mono_ms);
/* Around the making of a scene: nobody lacks anything yet; what nobody needed is let go of. */
void bt_hold_begin(BtHold *hold);
void bt_hold_end(BtHold *hold);
/* The layers of `scene` from `first` on are those of the zone `name` in `rect_px`, without a
 * picture: what was there takes their place, if anything may and `stays`. */
void bt_hold_zone(
    BtHold *hold, BtScene *scene, guint first, const char *name, BtRect rect_px, gboolean stays);

#endif
