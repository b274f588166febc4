/* What went over the line without sync: show counts its live streams, and sync keeps the books. */
#include "player/sync/role.h"

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

void bt_sync_role_add_streamed(BtSyncRole *role, guint source, guint64 bytes)
{
    if (source >= role->config->sources->len)
        return;
    g_mutex_lock(&role->mutex);
    role->streamed_bytes[source] += bytes;
    g_mutex_unlock(&role->mutex);
}

guint64 bt_sync_role_take_streamed(BtSyncRole *role, const BtConfigSource *source)
{
    guint64 bytes = 0;
    guint i;
    if (!g_ptr_array_find(role->config->sources, source, &i))
        return 0;
    g_mutex_lock(&role->mutex);
    bytes = role->streamed_bytes[i];
    role->streamed_bytes[i] = 0;
    g_mutex_unlock(&role->mutex);
    return bytes;
}
