/* What went over the line without sync: show counts its live streams, and sync keeps the books. */
#include "player/sync_role.h"

BtBudget bt_sync_role_budget(const BtSyncRole *role, const BtConfigSource *source)
{
    return (BtBudget){
        .day_bytes = source->day_bytes,
        .month_bytes = source->month_bytes,
        .heavy = source->heavy,
        .heavy_bytes = source->heavy_bytes,
        .zone = g_time_zone_new_identifier(role->config->timezone),
    };
}

static BtSyncWorker *find_worker(BtSyncRole *role, guint source)
{
    const BtConfigSource *wanted = source < role->config->sources->len
        ? g_ptr_array_index(role->config->sources, source)
        : NULL;
    for (guint i = 0; i < role->workers->len; i++) {
        BtSyncWorker *worker = g_ptr_array_index(role->workers, i);
        if (worker->source == wanted)
            return worker;
    }
    return NULL;
}

void bt_sync_role_add_streamed(BtSyncRole *role, guint source, guint64 bytes)
{
    BtSyncWorker *worker = find_worker(role, source);
    if (worker == NULL)
        return;
    g_mutex_lock(&role->mutex);
    worker->streamed_bytes += bytes;
    g_mutex_unlock(&role->mutex);
}

guint64 bt_sync_role_take_streamed(BtSyncWorker *worker)
{
    g_mutex_lock(&worker->role->mutex);
    guint64 bytes = worker->streamed_bytes;
    worker->streamed_bytes = 0;
    g_mutex_unlock(&worker->role->mutex);
    return bytes;
}
