/* What bulletins show by an address: fetched into the cache, by the same transport, budget and
 * limits as the assets of a signed source.
 *
 * https; plain http to hosts that the configuration names, and to this machine. A redirect is
 * followed on the same host. What comes is believed to be what its first bytes say. An address that
 * fails is tried later and later; one that answered wrongly BT_TTN_MEDIA_TRIES times, or with what
 * cannot be shown, is given up for a day, and its bulletin is text. Thread-safety: one thread. */
#ifndef BT_PLAYLISTS_SYNC_TTN_MEDIA_H
#define BT_PLAYLISTS_SYNC_TTN_MEDIA_H

#include "playlists/sync/books.h"
#include "playlists/sync/transport.h"
#include "playlists/sync/ttn/store.h"

#define BT_TTN_MEDIA_TRIES 6
#define BT_TTN_MEDIA_FIRST_WAIT_MS (10 * BT_SECOND_MS) /* doubled each time … */
#define BT_TTN_MEDIA_MAX_WAIT_MS BT_HOUR_MS            /* … up to this */
#define BT_TTN_MEDIA_LINE_WAIT_MS BT_MINUTE_MS         /* without an answer, or a budget */
#define BT_TTN_MEDIA_GIVEN_UP_MS BT_DAY_MS

typedef struct {
    BtCache *cache; /* borrowed, as the store */
    BtTtnStore *store;
    const char *ca_path;         /* (nullable) */
    const char *const *insecure; /* (nullable, NULL-ended) hosts that plain http may be spoken to */
    guint64 max_bytes;           /* of one file */
    guint64 max_bytes_per_s;     /* 0: no limit */
    gint64 slice_ms;             /* a download that can go on later pauses after so long */
    BtSyncNow now;
    gpointer now_user;
    BtSyncOnEvent on_event;
    gpointer user;
} BtTtnMediaOptions;

typedef struct BtTtnMedia BtTtnMedia;

/* Options are copied; what they point to is borrowed. (transfer full) */
BtTtnMedia *bt_ttn_media_new(const BtTtnMediaOptions *options);
void bt_ttn_media_free(BtTtnMedia *media);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTtnMedia, bt_ttn_media_free)
/* To be opened over bt_ttn_media_bytes by whoever keeps a budget. Borrowed. */
BtBooks *bt_ttn_media_books(BtTtnMedia *media);
const guint64 *bt_ttn_media_bytes(const BtTtnMedia *media); /* over the network, both ways */

typedef struct {
    gboolean changed;    /* something arrived or was given up: documents are to be composed anew */
    gboolean unfinished; /* something paused: go on at once */
    gint64 next_ms;      /* wall time of the next try; BT_TIME_MAX: nothing waits */
    guint objects;       /* that are still to come, as far as is known … */
    guint64 bytes;       /* … and how large they are, in all */
} BtTtnMediaRound;

/* Whether something more urgent came, or the end: a download that can go on later pauses, or ends.
 * `*end` nonzero ends any. */
typedef struct {
    volatile gint *end, *hurry; /* atomic, (nullable) */
} BtTtnMediaStop;

/* One round at `now_ms`, most urgent first. FALSE: the store or the disk failed. */
gboolean bt_ttn_media_round(BtTtnMedia *media, gint64 now_ms, const BtTtnMediaStop *stop,
    BtTtnMediaRound *round, GError **error);

#endif
