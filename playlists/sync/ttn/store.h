/* What a TTN source told this board, on disk: bulletins, the schedules they play by, what became of
 * their media, and which messages were acted on. In state/ttn.NAME.db; written by sync alone.
 * Durable when a call returns. Thread-safety: one thread a store. */
#ifndef BT_PLAYLISTS_SYNC_TTN_STORE_H
#define BT_PLAYLISTS_SYNC_TTN_STORE_H

#include "playlists/adapters/ttn/ttn.h"

#define BT_TTN_STORE_MAX_BULLETINS 5000 /* kept; the oldest that is over goes first */

#define BT_TTN_STORE_OVER_MS BT_DAY_MS
/* A file of which its server says no validator is fetched anew at most so often. */
#define BT_TTN_STORE_LOOK_MS BT_HOUR_MS

typedef struct BtTtnStore BtTtnStore;

/* Lasting, as base/db.h has it. (transfer full) (nullable) */
BtTtnStore *bt_ttn_store_open(const char *path, GError **error);
void bt_ttn_store_close(BtTtnStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTtnStore, bt_ttn_store_close)

/* What was heard so long ago is no replay of the line any more. */
#define BT_TTN_STORE_ANEW_MS BT_MINUTE_MS
#define BT_TTN_STORE_RESTART_MS BT_HOUR_MS /* the same, of a restart */

/* Acts on what only changes the store (bulletins, schedules, cancelling, urgent), once for each
 * message's id, in one transaction with remembering it. `*is_new` FALSE: it was acted on before.
 * What bears no mark of its own (is_marked) and was last heard BT_TTN_STORE_ANEW_MS ago is acted on
 * again: a command always, a bulletin, a schedule or its cancelling where what is kept says
 * otherwise by now.
 * Messages that are for show (volume …) are only remembered. `*changed`: the documents are to be
 * composed anew. */
gboolean bt_ttn_store_take(BtTtnStore *store, const BtTtnMessage *message, gint64 now_ms,
    gboolean *is_new, gboolean *changed, GError **error);

/* What bt_ttn_store_take would make of a message now. */
typedef enum {
    BT_TTN_REPEATED,
    BT_TTN_NEWS,
    BT_TTN_ANEW /* heard before, and meant again */
} BtTtnNews;
gboolean bt_ttn_store_judge(
    BtTtnStore *store, const BtTtnMessage *message, gint64 now_ms, BtTtnNews *news, GError **error);

/* A bulletin by the id of its item, also when it was taken away since. (transfer full) (nullable)
 */
BtTtnBulletin *bt_ttn_store_find(BtTtnStore *store, const char *item_id, GError **error);

/* All that may still be shown at `now_ms` or later, and what was over since BT_TTN_STORE_OVER_MS,
 * so that the documents do not change with each end: GPtrArray of BtTtnKept (transfer full), which
 * own what they point to. */
GPtrArray *bt_ttn_store_kept(BtTtnStore *store, gint64 now_ms, GError **error);

/* ---- media ---- */
typedef struct {
    char *url;
    char *sha256; /* "" until it is here */
    guint64 bytes;
    char *type;
    gint64 duration_ms;
    char *etag, *modified; /* validators, as they were sent; "" */
    gint64 looked_ms;      /* wall time, when its server last answered for it */
    gboolean look;         /* it is here, and its bulletin came anew: has it changed there? */
    guint failures;        /* in a row */
    gint64 try_after_ms;   /* wall time */
    gboolean given_up;     /* text for good, until the bulletin comes anew */
    gboolean urgent;       /* of bt_ttn_store_missing only: an urgent bulletin waits for it */
    BtTtnKind kind;        /* of bt_ttn_store_missing only: what the bulletin says it is */
} BtTtnMedium;
void bt_ttn_medium_clear(BtTtnMedium *medium);
/* Addresses that bulletins need and that are not here, or are to be looked at again; most urgent
 * first, also those that wait for another try: GPtrArray of BtTtnMedium (transfer full). */
GPtrArray *bt_ttn_store_missing(BtTtnStore *store, gint64 now_ms, GError **error);
gboolean bt_ttn_store_put_medium(BtTtnStore *store, const BtTtnMedium *medium, GError **error);
/* The cache has this object no more: its address is missing again. */
gboolean bt_ttn_store_lose_object(BtTtnStore *store, const char *sha256, GError **error);

/* ---- numbers that only rise ---- */
gint64 bt_ttn_store_next_version(BtTtnStore *store, GError **error); /* -1 on failure */

/* Drops what is over and older than `before_ms`. */
gboolean bt_ttn_store_tidy(BtTtnStore *store, gint64 before_ms, GError **error);

#endif
