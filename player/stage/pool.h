/* The pictures and videos that the stage needs: opened ahead, decoded once, dropped when their time
 * is over.
 *
 * What is wanted is named by occurrence: the same video shown again later is another decoder, one
 * that can wait at its first frame while the earlier one still plays. Stills outlive their decoder,
 * on a shelf. Thread-safety: the stage's thread. */
#ifndef BT_PLAYER_STAGE_POOL_H
#define BT_PLAYER_STAGE_POOL_H

#include "player/stage/shelf.h"
#include "player/stage/stage.h"

/* Decoders at once: 16 zones, each with the outgoing, the present and the next item, and a bound on
 * processes for small machines. */
#define BT_POOL_MAX_OPEN 24
/* What was opened ahead is kept that long before its start. */
#define BT_POOL_AHEAD_MS (60 * BT_SECOND_MS)
/* A video that has not caught up by then shows the ground instead of its poster. */
#define BT_POOL_POSTER_MS (2 * BT_SECOND_MS)

typedef struct BtPool BtPool;

typedef struct {
    const BtAsset *asset;
    gboolean moving;    /* frames by time; else its first frame, a still */
    gboolean animated;  /* a still that moves, over and over, when it is found to be an animation */
    gboolean subtitles; /* neither: its cues */
    gboolean sound;
    gboolean unseen; /* only heard: nobody waits for its frames */
    BtRect box_px;   /* where it may stand, on the canvas */
    BtFit fit;
    gint64 start_ms, end_ms; /* of the occurrence */
    gint64 at_ms;            /* the show time asked for */
    const BtItem *item;      /* for reports; lives as long as the manifest */
    const char *zone;
    BtManifest *manifest;
} BtPoolWant;

/* What there is of it now; all borrowed, until the pool's next call. */
typedef struct {
    BtRect rect_px; /* where its pixels stand: larger than the box with a cover */
    BtFrame *frame; /* the still, or the poster of a moving one; NULL: not yet, or never */
    BtMoving *moving;
    BtMedia *media;
    GArray *cues; /* of subtitles, of BtCue; NULL: not yet, or never */
    gboolean failed;
    gboolean arrived; /* moving: it has frames */
    gboolean late;    /* moving, and still without a frame after BT_POOL_POSTER_MS */
} BtPoolPicture;

/* `options` is borrowed. (transfer full) */
BtPool *bt_pool_new(const BtStageOptions *options, gsize max_still_bytes);
void bt_pool_free(BtPool *pool);

/* Between begin and end the wants of one instant are said; end drops what is neither wanted now nor
 * soon. */
void bt_pool_begin(BtPool *pool);
/* While looking ahead, a want opens what is not there yet and leaves alone what is in use. */
void bt_pool_look_ahead(BtPool *pool, gboolean ahead);
gboolean bt_pool_looks_ahead(const BtPool *pool);
BtPoolPicture bt_pool_get(BtPool *pool, const BtPoolWant *want);
void bt_pool_end(BtPool *pool, gint64 t_ms);

/* The media of this occurrence of `item` when it has sound and was started. (transfer full)
 * (nullable) */
BtMedia *bt_pool_sounding(BtPool *pool, const BtItem *item, gint64 start_ms);

/* See bt_stage_poll, bt_stage_fds. */
gboolean bt_pool_poll(BtPool *pool, gint64 mono_ms);
/* When it was last polled. */
gint64 bt_pool_mono_ms(const BtPool *pool);
GArray *bt_pool_fds(const BtPool *pool);
/* Blocks until all that was wanted between the last begin and end is decoded or failed. */
gboolean bt_pool_wait(BtPool *pool, int timeout_ms);

#endif
