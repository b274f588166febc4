#include "player/sync/needs.h"

struct BtSyncNeeds {
    GMutex mutex;
    GHashTable *by_source; /* name → set of sha256, empty until it was said … */
    GHashTable *said;      /* … which these did */
};

BtSyncNeeds *bt_sync_needs_new(void)
{
    BtSyncNeeds *needs = g_new0(BtSyncNeeds, 1);
    g_mutex_init(&needs->mutex);
    needs->by_source =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    needs->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return needs;
}

void bt_sync_needs_free(BtSyncNeeds *needs)
{
    if (needs == NULL)
        return;
    g_hash_table_unref(needs->by_source);
    g_hash_table_unref(needs->said);
    g_mutex_clear(&needs->mutex);
    g_free(needs);
}

void bt_sync_needs_expect(BtSyncNeeds *needs, const char *source)
{
    g_hash_table_insert(
        needs->by_source, g_strdup(source), g_hash_table_new(g_str_hash, g_str_equal));
}

static void add_all(GHashTable *keep, GHashTable *needed)
{
    GHashTableIter iter;
    gpointer sha256;
    g_hash_table_iter_init(&iter, needed);
    while (g_hash_table_iter_next(&iter, &sha256, NULL))
        g_hash_table_add(keep, g_strdup(sha256));
}

/* NULL: somebody has not spoken yet. */
static GHashTable *needed_by_all(BtSyncNeeds *needs)
{
    g_autoptr(GHashTable) keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    gpointer name, needed;
    g_hash_table_iter_init(&iter, needs->by_source);
    while (g_hash_table_iter_next(&iter, &name, &needed)) {
        if (!g_hash_table_contains(needs->said, name))
            return NULL;
        add_all(keep, needed);
    }
    return g_steal_pointer(&keep);
}

void bt_sync_needs_take(
    BtSyncRole *role, const BtConfigSource *source, const BtSyncNeed *need, BtCache *cache)
{
    BtSyncNeeds *needs = role->needs;
    g_mutex_lock(&needs->mutex);
    g_hash_table_insert(needs->by_source, g_strdup(source->name), need->sha256s);
    g_hash_table_add(needs->said, g_strdup(source->name));
    g_autoptr(GHashTable) keep = needed_by_all(needs);
    g_mutex_unlock(&needs->mutex);
    if (keep == NULL || !need->known)
        return;
    guint64 missing = need->missing_bytes, quota = role->config->quota_bytes;
    bt_cache_evict(
        cache, keep, quota - MIN(quota, missing), bt_cache_reserve(cache) + missing, NULL);
}
