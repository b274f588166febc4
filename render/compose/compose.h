/* Scene + time → pixels, redrawing only what changed since the last picture.
 * Thread-safety: one thread. */
#ifndef BT_RENDER_COMPOSE_COMPOSE_H
#define BT_RENDER_COMPOSE_COMPOSE_H

#include "render/scene/fingerprint.h"
#include "render/scene/painter.h"
#include "render/scene/scene.h"

#define BT_COMPOSE_MAX_DAMAGE 32

typedef struct BtCompose BtCompose;

/* (transfer full) */
BtCompose *bt_compose_new(void);
void bt_compose_free(BtCompose *compose);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtCompose, bt_compose_free)

/* Draws what the scene shows at `t_ms` into `target` (of the scene's size), which must hold the
 * picture of the last call. Writes the changed rectangles to `damage_px` and returns their number;
 * 0: nothing changed. The result is the same to the pixel as a whole redraw. */
guint bt_compose_draw(BtCompose *compose, const BtScene *scene, gint64 t_ms, BtFrame *target,
    BtRect damage_px[BT_COMPOSE_MAX_DAMAGE]);
/* The same by a painter, whose canvas must hold the picture of the last call. */
guint bt_compose_paint(BtCompose *compose, const BtScene *scene, gint64 t_ms, BtPainter *painter,
    BtRect damage_px[BT_COMPOSE_MAX_DAMAGE]);
/* The next draw redraws everything: the target is new. */
void bt_compose_forget(BtCompose *compose);

typedef struct {
    guint64 full, partial, unchanged; /* draws that redrew everything, some of it, nothing */
    guint64 pixels;                   /* drawn */
} BtComposeCounts;
/* Since it was made. */
BtComposeCounts bt_compose_counts(const BtCompose *compose);

/* The fingerprint that `rect_px` of the scene's picture at `t_ms` should have: the rows that it
 * looks at are drawn anew, whatever the last target holds. To be called after bt_compose_draw of
 * the same scene and time, whose frames and tiles it shares. Clipped to the canvas. */
BtFingerprint bt_compose_expect(
    BtCompose *compose, const BtScene *scene, gint64 t_ms, BtRect rect_px);

/* Blends once, whole, without a history: for snapshots. (transfer full) */
BtFrame *bt_compose_picture(const BtScene *scene, gint64 t_ms);

#endif
