/* A medium as scenes see it. */
#include "render/media/private.h"

#define LATE_MS 10 /* a frame that should be there is looked for this often */

typedef struct {
    BtMoving moving; /* first: scenes know only this */
    gatomicrefcount refs;
    BtMedia *media;
} MediaMoving;

static BtFrame *frame_at(BtMoving *moving, gint64 t_ms)
{
    return bt_media_frame_at(((MediaMoving *)moving)->media, t_ms, NULL);
}

/* When the next frame is not decoded yet it is still known when it ought to come. */
static gint64 next_change(BtMoving *moving, gint64 t_ms)
{
    BtMedia *media = ((MediaMoving *)moving)->media;
    gint64 next_ms = bt_media_next_pts(media, t_ms);
    if (next_ms != -1)
        return next_ms;
    gint64 end_ms = bt_media_frame_end(media, t_ms);
    return end_ms > t_ms ? end_ms : t_ms + LATE_MS;
}

static gint64 late_ms(BtMoving *moving, gint64 t_ms)
{
    BtMedia *media = ((MediaMoving *)moving)->media;
    gint64 end_ms = bt_media_frame_end(media, t_ms), next_ms = bt_media_next_pts(media, t_ms);
    /* A decoder that died had more to give; another takes its place, or the item has failed. */
    gboolean waits = next_ms == -1 || (next_ms == BT_TIME_MAX && media->state == BT_MEDIA_FAILED);
    return waits && end_ms > 0 ? MAX(0, t_ms - end_ms) : 0;
}

static BtMoving *moving_ref(BtMoving *moving)
{
    g_atomic_ref_count_inc(&((MediaMoving *)moving)->refs);
    return moving;
}

static void moving_unref(BtMoving *moving)
{
    MediaMoving *self = (MediaMoving *)moving;
    if (!g_atomic_ref_count_dec(&self->refs))
        return;
    bt_media_unref(self->media);
    g_free(self);
}

BtMoving *bt_media_moving(BtMedia *media)
{
    MediaMoving *self = g_new0(MediaMoving, 1);
    self->moving = (BtMoving){ frame_at, next_change, moving_unref, moving_ref, late_ms };
    g_atomic_ref_count_init(&self->refs);
    self->media = bt_media_ref(media);
    return &self->moving;
}
