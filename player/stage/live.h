/* Live streams on the glass: each occurrence has a relay and a decoder of its own, opened ahead
 * like other media, given up when nothing comes any more, and tried again while it is on air.
 *
 * Only stage.c, programme.c and zone.c include this. Thread-safety: the stage's thread. */
#ifndef BT_PLAYER_STAGE_LIVE_H
#define BT_PLAYER_STAGE_LIVE_H

#include "player/stage/parts.h"

/* What may come unevenly: a picture is shown so long after it came. Together with the next the
 * fallback is on the glass within 2 s after a sender fell silent. */
#define BT_LIVE_JITTER_MS 600
/* The next picture is late by so much: the stream has stopped. */
#define BT_LIVE_STALL_MS 900
/* Further apart than this pictures cannot come. */
#define BT_LIVE_MAX_FRAME_MS 500

typedef struct BtLives BtLives;

BtLives *bt_lives_new(const BtStageOptions *options); /* borrowed (transfer full) */
void bt_lives_free(BtLives *lives);

typedef struct {
    BtMoving *moving; /* NULL: the fallback is to be shown. Borrowed, until the next call */
    BtRect rect_px;
    gint64 start_ms; /* show time of `moving`'s 0 */
    gint64 until_ms; /* ask again then */
} BtLivePicture;

/* As bt_pool_begin, bt_pool_end, bt_pool_look_ahead; `t_ms` is now. */
void bt_lives_begin(BtLives *lives, gint64 t_ms);
void bt_lives_end(BtLives *lives, gint64 t_ms);
void bt_lives_end_all(BtLives *lives);
void bt_lives_look_ahead(BtLives *lives, gboolean ahead);
BtLivePicture bt_lives_get(BtLives *lives, const BtOccurrence *occurrence, gint64 t_ms);

/* See bt_stage_poll, bt_stage_fds. */
gboolean bt_lives_poll(BtLives *lives, gint64 mono_ms);
void bt_lives_add_fds(const BtLives *lives, GArray *fds);
/* The sound of this occurrence while its stream is on the glass, and the show time of its 0.
 * (transfer full) (nullable) */
BtMedia *bt_lives_sounding(
    const BtLives *lives, const BtItem *item, gint64 start_ms, gint64 *zero_ms);

#endif
