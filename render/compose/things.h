/* What a scene draws at an instant: a flat list of things, back to front, each with the rectangle
 * that it covers and all that decides its pixels.
 * Thread-safety: one thread. */
#ifndef BT_RENDER_COMPOSE_THINGS_H
#define BT_RENDER_COMPOSE_THINGS_H

#include "render/compose/damage.h"
#include "render/compose/tiles.h"

typedef struct {
    BtNodeKind kind; /* MOVING became FRAME */
    BtRect rect_px;  /* what it covers, clipped to its layer and the canvas */
    gint64 x_px;     /* FRAME, STRIP: where its top left corner lies */
    int y_px;
    guint32 argb;   /* FILL */
    BtFrame *frame; /* FRAME */
    BtStrip *strip; /* STRIP */
    int strip_w_px; /* STRIP: how much of it can be seen at a time */
    guint opacity;  /* of its layer */
    guint group;    /* which of the fading layers it belongs to, from 1; 0: its layer is solid */
} BtThing;

/* A list that lets go of what its things hold. (transfer full): GArray of BtThing */
GArray *bt_things_new(void);
/* Appends what `scene` draws at `t_ms`; asks `tiles` for every strip shown. Returns how many layers
 * fade. */
guint bt_things_note(GArray *things, BtTiles *tiles, const BtScene *scene, gint64 t_ms);
/* Adds to `damage` all that must be drawn again to get from the one list to the other. */
void bt_things_compare(BtDamage *damage, const GArray *before, const GArray *now);

/* Whether nothing below it can be seen in its rectangle, its layer being solid. */
gboolean bt_thing_is_opaque(const BtThing *thing);

#endif
