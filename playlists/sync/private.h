/* What the files of this folder share: the state of one source, and of one round. */
#ifndef BT_PLAYLISTS_SYNC_PRIVATE_H
#define BT_PLAYLISTS_SYNC_PRIVATE_H

#include "playlists/envelope/envelope.h"
#include "playlists/sync/books.h"
#include "playlists/sync/plan.h"
#include "playlists/sync/sync.h"
#include "playlists/sync/transport.h"

#define BT_SYNC_SLICE_MS (60 * BT_SECOND_MS) /* of downloading before now.json is asked again */

/* The two documents that now.json names. */
typedef enum { BT_FOLLOW_ALERT, BT_FOLLOW_MANIFEST, BT_N_FOLLOWED } BtFollow;

typedef struct {
    char sha256[BT_HASH_HEX_SIZE]; /* verified in this run under this root; "" when none */
    BtManifest *manifest; /* (nullable) until it is ready: what is due changes by the hour */
    GArray *assets;       /* of BtStep; what it needs */
    char ready[BT_HASH_HEX_SIZE];  /* as written in the cache, or as it is to be */
    gboolean unsure;               /* its writing failed; it may be there all the same */
    char before[BT_HASH_HEX_SIZE]; /* ready before that; show may still be on it */
} BtFollowed;

typedef struct {
    gint64 version;
    GBytes *envelope;
} BtKeptRoot;

struct BtSync {
    BtSyncSource source; /* strings are ours */
    BtCache *cache;      /* borrowed */
    const BtKey *key;    /* borrowed, nullable */
    BtSyncOnEvent on_event;
    gpointer user;
    BtTransport *transport;
    BtTrust *trust;
    gboolean takes_gzip; /* of reports, said the last answer to some */
    gboolean rooted;     /* trust has its first root */
    GPtrArray *roots;    /* of BtKeptRoot: the chain, as it was accepted */
    BtFloor now_floor, floors[BT_N_FOLLOWED];
    BtNow *now; /* (nullable) the newest that was verified */
    GBytes *now_envelope;
    char now_tag[BT_TAG_MAX_BYTES + 1]; /* its validator, "" when not asked in this run */
    BtFollowed followed[BT_N_FOLLOWED];
    BtFloor order_floor;
    char order_ready[BT_HASH_HEX_SIZE]; /* likewise; "" when none came yet */
    GHashTable *misses;                 /* of misses.c */
    BtBooks books;
    gint64 slice_ms;
    guint low_speed_s;
    gboolean unfinished;
    gboolean captive; /* a round since the last good poll met a portal */
    gboolean heard;   /* in the last round: what is newest */
    char *place;      /* (nullable) host that answered last, "" the configured one */
    GError *trouble;  /* the first of the last round */
    char met[BT_ADDRESS_MAX_BYTES + 1]; /* as in BtTransport, of this run or an earlier one */
};

typedef struct {
    BtSync *sync;
    gint64 trusted_now_ms;
    gint64 slice_ends_ms; /* of the real monotonic clock */
    BtFollow following;   /* whose assets are being fetched */
    gboolean began_asset; /* every round gets on a little */
    gboolean changed;     /* something show should look at */
    gboolean stopped;     /* no use in going on: the network, the disk, or time is up */
    GError *error;        /* the first */
} BtRound;

#define BT_HINTS_SILENCE_S 90 /* a source says something each 25 s (source/API.md) */

/* For tests. */
void bt_sync_set_patience(BtSync *sync, guint low_speed_s, gint64 slice_ms, GError **error);
BtHints *bt_hints_new_patient(const BtSyncSource *source, guint silence_s,
    void (*on_hint)(gpointer user), gpointer user, GError **error);

/* ---- sync.c ---- */
void bt_sync_tell(BtSync *sync, const char *type, const GError *why, const char *what,
    const char *format, ...) G_GNUC_PRINTF(5, 6);
/* Takes `why` (transfer full) into the round: told as an event, kept when it is the first, and the
 * end of the round when the failure is not of this one thing alone. Always FALSE. */
gboolean bt_round_fail(BtRound *round, const char *what, GError *why);

gboolean bt_sync_is_code(const GError *why, BtError code);
/* One more to the same source. (transfer full) (nullable) */
BtTransport *bt_sync_another_transport(const BtSync *sync);
gint64 bt_sync_mono_ms(void); /* of the real clock: patience is not a matter of show time */
/* An id that may stand in an address and name a file; BT_ERROR_INVALID. */
gboolean bt_sync_check_screen(const char *screen, GError **error);
char *bt_base_copy(const char *base); /* without slashes at its end (transfer full) */

/* ---- newest.c ---- */
/* now.json, by a conditional request. TRUE when sync->now is the newest the peer has, and fresh. */
gboolean bt_now_poll(BtRound *round);
/* Asks by a connection of its own, in the midst of another request; TRUE: there is a newer alert,
 * denial or command, and the round should begin anew. */
gboolean bt_now_look_aside(BtRound *round);
/* The roots that now.json speaks of, and now.json again under them. */
void bt_now_follow_root(BtRound *round);

/* ---- follow.c ---- */
/* One of the two documents, with everything it needs, until it is ready. */
void bt_follow(BtRound *round, BtFollow which, const char *sha256);
/* An envelope of the source, FOLDER with its hash behind; MISMATCH when it has another one.
 * (transfer full) (nullable) */
GBytes *bt_fetch_envelope(
    BtSync *sync, const char *folder, const char *sha256, gsize max_bytes, GError **error);

/* ---- orders.c ---- */
/* The newest order ("" none), until it is ready; the one before stays until another comes. */
void bt_follow_order(BtRound *round, const char *sha256);

/* ---- state.c: what survives ---- */
gboolean bt_state_load(BtSync *sync, GError **error);
/* Whether what failed so is no loss yet, but a reason to fail and to be called again. */
gboolean bt_state_may_wait(const BtSync *sync, const GError *why);
gboolean bt_state_save_floors(BtSync *sync, GError **error);
gboolean bt_state_save_now(BtSync *sync, GBytes *envelope, GError **error);
gboolean bt_state_set_ready(BtSync *sync, BtFollow which, const char *sha256, GError **error);
gboolean bt_state_set_order(BtSync *sync, const char *sha256, GError **error);
/* Where the source was met; "" says nothing. Not worth a word when it cannot be written. */
void bt_state_keep_met(BtSync *sync, const char *met);
/* Writes again what is not on the disk as it was written: now.json and what is ready. */
void bt_state_mend(BtRound *round);
BtFloor bt_state_floor(gint64 version, GBytes *envelope);

/* ---- roots.c ---- */
/* The first root and those after it that the cache has. */
gboolean bt_roots_load(BtSync *sync, GError **error);
/* The first root by its fingerprint, from the source, when there is none yet. */
gboolean bt_roots_find_first(BtRound *round);
void bt_kept_root_free(gpointer kept);
/* Writes again what is not on the disk as it was accepted. */
void bt_roots_mend(BtRound *round);
/* N+1, N+2 … to the first 404 or to one that is refused; TRUE when at least one was accepted. */
gboolean bt_roots_walk(BtRound *round);

/* ---- misses.c: what came wrong before ---- */
GHashTable *bt_misses_new(void);
void bt_miss_note(BtSync *sync, const char *what, const GError *why);
void bt_miss_forget(BtSync *sync, const char *what);
/* TRUE: not yet again; the round has the reason of the last time. */
gboolean bt_miss_must_wait(BtRound *round, const char *what);

/* ---- costs.c ---- */
/* As bt_books_ask, for an asset of the document that is followed. */
guint64 bt_costs_allow(BtRound *round, const BtStep *step, guint64 missing_bytes);

/* ---- reply.c: answers to a POST ---- */
#define BT_REPLY_MAX_BYTES (256 * 1024)
/* `path` is for messages. What was read before a failure stays in `reply`. */
gboolean bt_reply_read_push(GBytes *bytes, const char *path, BtPushReply *reply, GError **error);
/* `*screen` and `*root` (transfer full) stay NULL while the device waits, and on failure. */
gboolean bt_reply_read_enrol(const BtAnswer *answer, GBytes *bytes, const char *path, char **screen,
    GBytes **root, GError **error);

/* ---- assets.c ---- */
/* One asset, or as much of it as comes: TRUE when it is whole in the cache. */
gboolean bt_asset_fetch(BtRound *round, const BtStep *step);

#endif
