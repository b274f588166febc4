/* One picture or video in the pool: from its file to its frames. Only pool.c and medium.c include
 * this. Thread-safety: the stage's thread. */
#ifndef BT_PLAYER_STAGE_MEDIUM_H
#define BT_PLAYER_STAGE_MEDIUM_H

#include "player/stage/pool.h"
#include "player/stage/trials.h"

typedef struct {
    char *key;
    BtMedia *media; /* NULL: not opened, done with, or failed */
    BtMoving *moving;
    BtMoving *before; /* while a decoder that died is replaced: its last frames */
    BtFrame *frame;
    GArray *cues; /* of BtCue, (owned) */
    BtManifest *manifest;
    const BtItem *item;
    char *zone;
    BtAsset asset; /* a copy of what matters: the hash */
    gboolean is_moving, animated, subtitles, sound, unseen, started, arrived, failed, late;
    gboolean waits; /* for another decoder's fate at the same content, before it is opened */
    BtRect box_px, rect_px;
    BtFit fit;
    gint64 start_ms, end_ms, at_ms;
    gint64 opened_mono_ms;
    gint64 at_mono_ms; /* when at_ms was said */
    gint64 awaited_ms; /* a video: show time since which its frame should be there; 0: it is */
    guint deaths;      /* of its decoders */
    guint used;        /* the round in which it was last wanted */
} BtMedium;

struct BtPool {
    const BtStageOptions *options;
    GHashTable *entries; /* key → BtMedium */
    BtShelf *stills;     /* key of sha256 and size → BtFrame */
    BtShelf *cues;       /* sha256 → GArray of BtCue */
    BtTrials *trials;
    gint64 mono_ms; /* of the last poll */
    guint round, n_open;
    gboolean ahead;
    gboolean stands; /* show time does, while somebody waits */
};

/* In the pool's table, not opened. (borrowed; key is transferred) */
BtMedium *bt_medium_new(BtPool *pool, const BtPoolWant *want, char *key);
void bt_medium_free(BtPool *pool, BtMedium *entry);
/* Its time is over and it was shown well. */
gboolean bt_medium_has_succeeded(const BtMedium *entry, gint64 t_ms);
/* Starts its decoder, or says why not. */
void bt_medium_open(BtPool *pool, BtMedium *entry);
/* Ends its decoder; a still that arrived stays, and so do cues. */
void bt_medium_close(BtPool *pool, BtMedium *entry);
/* Takes the still or the cues from their shelf when they are there. */
gboolean bt_medium_find_kept(BtPool *pool, BtMedium *entry);
/* TRUE when the picture that the pool would give has changed. */
gboolean bt_medium_poll(BtPool *pool, BtMedium *entry);
/* TRUE when what it shows will not change by waiting; gives up at `until_us` of the monotonic
 * clock. */
gboolean bt_medium_wait(BtPool *pool, BtMedium *entry, gint64 until_us);

#endif
