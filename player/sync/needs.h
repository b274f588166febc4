/* Which objects of the cache no source can do without: only when every source has said so may
 * anything go. Thread-safety: any thread. */
#ifndef BT_PLAYER_SYNC_NEEDS_H
#define BT_PLAYER_SYNC_NEEDS_H

#include "player/sync/role.h"

BtSyncNeeds *bt_sync_needs_new(void);
void bt_sync_needs_free(BtSyncNeeds *needs);
/* This source will say what it needs. Before any thread is started. */
void bt_sync_needs_expect(BtSyncNeeds *needs, const char *source);

typedef struct {
    GHashTable *sha256s;   /* a set, which frees its keys by g_free (transfer full) */
    gboolean known;        /* FALSE: there may be more; nothing goes now */
    guint64 missing_bytes; /* still to come: gets its room */
} BtSyncNeed;

/* What `source` needs from now on; what nobody needs goes beyond the quota. `cache` is the
 * caller's. */
void bt_sync_needs_take(
    BtSyncRole *role, const BtConfigSource *source, const BtSyncNeed *need, BtCache *cache);

#endif
