/* The state of sync, shared by the files that make up that role: role.c (its beginning and end),
 * worker.c (a native source and its rounds), needs.c (what nobody may throw away), voice.c (what
 * happened), books.c (what went another way), time.c (what time it is), ttn*.c (a province's source
 * system). Private to these. One thread a worker; what is shared between threads stands under the
 * mutex that its comment names. */
#ifndef BT_PLAYER_SYNC_ROLE_H
#define BT_PLAYER_SYNC_ROLE_H

#include "player/config/config.h"
#include "player/facts/facts.h"
#include "player/facts/reporter.h"
#include "player/facts/untold.h"
#include "player/roles/roles.h"
#include "player/roles/timekeeper.h"
#include "player/sync/voice.h"
#include "playlists/sync/sync.h"

typedef struct BtSyncNeeds BtSyncNeeds;
typedef struct BtSyncTtn BtSyncTtn;

typedef struct {
    BtSyncRole *role;
    const BtConfigSource *source;
    GThread *thread;
    BtCache *cache;
    BtFacts *facts;
    BtSyncVoice *voice;
    BtKey *key;               /* NULL: it rotted, and no report can be signed */
    BtSyncSource description; /* strings are the configuration's */
    BtSync *sync;
    BtHints *hints; /* NULL: a folder, not yet, or none could be had */
    BtBudget budget;
    char *who;            /* the board and this source, for chance */
    guint64 pauses;       /* so far */
    guint failures;       /* rounds in a row, on the line as it is */
    guint line;           /* which failed so often, by the role's count */
    gint64 asked_ms;      /* what the last round was asked to wait; reports have their own wait */
    gint64 round_real_ms; /* when the last round ended */
    BtReporter *reporter; /* NULL: this source takes no reports */
    gint64 started_real_ms;
    gint64 ask_time_after_ms; /* of the player's monotonic clock */
    gboolean tells_no_time;   /* nor did it when it was asked last */
    gint64 issued_ms;         /* of the newest document so far, 0: there was none */
    GHashTable *checked;      /* sha256 hashed since the start */
    GHashTable *needed;       /* sha256 this source cannot do without; NULL before */
} BtSyncWorker;

struct BtSyncRole {
    const BtRoleOptions *options;
    BtConfig *config;
    GMainLoop *loop;
    GPtrArray *workers; /* of BtSyncWorker */
    GPtrArray *ttns;    /* of BtSyncTtn */
    BtSyncNeeds *needs;
    guint64 *streamed_bytes; /* under mutex: of live streams, by source, not in the books yet */
    gint cancelled;          /* atomic */
    GMutex mutex;
    GCond wake;
    guint64 wakes; /* under mutex: how often supervise asked for a round */
    guint line;    /* atomic: how often the box's network changed */
    GMutex channel_mutex;
    gboolean time_wanted; /* under mutex: show asks for it */
    BtNonce nonce;        /* under mutex: of show, "" until it comes */
    GMutex time_mutex;
    BtTimekeeper time;       /* under time_mutex */
    gint64 moved_by_real_ms; /* under time_mutex: until then show may move what it wrote down */
};

/* To supervise, from any thread. */
void bt_sync_role_tell(BtSyncRole *role, BtRoleType type);
/* Every worker begins a round now. From any thread. */
void bt_sync_role_wake(BtSyncRole *role);

/* Sleeps, or until the end; with `seen_wakes`, also until it is woken since that count. */
void bt_sync_role_sleep(BtSyncRole *role, gint64 ms, guint64 *seen_wakes);

/* ---- worker.c ---- */
BtSyncWorker *bt_sync_worker_new(BtSyncRole *role, const BtConfigSource *source);
void bt_sync_worker_start(BtSyncWorker *worker);
/* After the role was cancelled: waits for its thread, and sends what is left. */
void bt_sync_worker_finish(BtSyncWorker *worker);
void bt_sync_worker_free(gpointer worker);

/* ---- books.c ---- */
/* By configuration; its zone is the caller's (g_time_zone_unref), its hours are borrowed. */
BtBudget bt_sync_role_budget(const BtSyncRole *role, const BtConfigSource *source);
/* So many bytes of live streams came for the source of this number in the configuration. */
void bt_sync_role_add_streamed(BtSyncRole *role, guint source, guint64 bytes);
/* Those of this source since the last call. */
guint64 bt_sync_role_take_streamed(BtSyncRole *role, const BtConfigSource *source);

/* ---- time.c ---- */
/* Before any of the others. */
void bt_sync_role_start_time(BtSyncRole *role);
/* As far as this role knows; from any thread. */
gint64 bt_sync_role_now_ms(BtSyncRole *role);
gint64 bt_sync_role_surely_past_ms(BtSyncRole *role);
BtMoment bt_sync_role_moment(BtSyncRole *role);
gint64 bt_sync_role_tls_now(gboolean *known, gpointer role); /* BtSyncNow over a BtSyncRole */
/* Asks this worker's source for the time, when that is due. */
void bt_sync_role_ask_time(BtSyncWorker *worker);
/* What this worker's source issued bounds the clock. */
void bt_sync_role_learn_issued(BtSyncWorker *worker);
/* Reports wait until the time is known. */
gboolean bt_sync_role_waits_for_time(BtSyncWorker *worker);
/* What show says: the nonce; that the time should be asked for. */
void bt_sync_role_take_nonce(BtSyncRole *role, const BtNonce *nonce);
void bt_sync_role_want_time(BtSyncRole *role);

#endif
