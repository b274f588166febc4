/* The state of sync, shared by the files that make up that role: sync_role.c (its workers and their
 * rounds), sync_time.c (what time it is). Private to these. One thread a worker; what is shared
 * between threads stands under the mutex that its comment names. */
#ifndef BT_PLAYER_SYNC_ROLE_H
#define BT_PLAYER_SYNC_ROLE_H

#include "player/config.h"
#include "player/facts.h"
#include "player/roles.h"
#include "playlists/sync/sync.h"

typedef struct BtSyncRole BtSyncRole;

typedef struct {
    BtSyncRole *role;
    const BtConfigSource *source;
    GThread *thread;
    BtCache *cache;
    BtFacts *facts;
    BtSync *sync;
    BtHints *hints; /* NULL: a folder, or none could be had */
    guint failures; /* rounds in a row */
    gint64 started_real_ms;
    gint64 moved_by_real_ms; /* until then show may move what it wrote down */
    gint64 round_real_ms;    /* when the last round ended */
    guint push_failures;     /* in a row */
    gint64 push_after_real_ms;
    GHashTable *told;         /* what went wrong since the last good round: type, thing and code */
    GHashTable *checked;      /* sha256 hashed since the start */
    gint64 ask_time_after_ms; /* of the player's monotonic clock */
    gboolean tells_no_time;   /* nor did it when it was asked last */
    GHashTable *needed;       /* under the role's mutex: sha256 this source cannot do without */
} BtSyncWorker;

struct BtSyncRole {
    const BtRoleOptions *options;
    BtConfig *config;
    BtKey *key;
    GMainLoop *loop;
    GPtrArray *workers; /* of BtSyncWorker */
    gint cancelled;     /* atomic */
    GMutex mutex;
    GCond wake;
    guint64 wakes; /* under mutex: how often supervise asked for a round */
    GMutex channel_mutex;
    GMutex time_mutex;
    BtTimekeeper time;    /* under time_mutex */
    gboolean time_wanted; /* under mutex: show asks for it */
    BtNonce nonce;        /* under mutex: of show, "" until it comes */
};

/* To supervise, from any thread. */
void bt_sync_role_tell(BtSyncRole *role, BtRoleType type);
/* Every worker begins a round now. From any thread. */
void bt_sync_role_wake(BtSyncRole *role);
/* The fault of the line or of this box, not of what came. */
gboolean bt_sync_role_is_of_the_way(const GError *failure);

/* ---- sync_time.c ---- */
/* Before any of the others. */
void bt_sync_role_start_time(BtSyncRole *role);
/* As far as this role knows; from any thread. */
gint64 bt_sync_role_now_ms(BtSyncRole *role);
gint64 bt_sync_role_surely_past_ms(BtSyncRole *role);
BtMoment bt_sync_role_moment(BtSyncRole *role);
gint64 bt_sync_role_tls_now(gboolean *known, gpointer role); /* BtSyncNow over a BtSyncRole */
/* Asks this worker's source for the time, when that is due. */
void bt_sync_role_ask_time(BtSyncWorker *worker);
/* Reports wait until the time is known. */
gboolean bt_sync_role_waits_for_time(BtSyncWorker *worker);
/* What show says: the nonce; that the time should be asked for. */
void bt_sync_role_take_nonce(BtSyncRole *role, const BtNonce *nonce);
void bt_sync_role_want_time(BtSyncRole *role);

#endif
