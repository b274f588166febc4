/* What a native source costs: its steps in the words of books.h. */
#include "playlists/sync/private.h"

#include <string.h>

static BtValue value_of(const BtSync *sync, BtFollow following, const BtStep *step)
{
    if (following == BT_FOLLOW_ALERT || step->rank == BT_RANK_TEXT)
        return BT_VALUE_WORD;
    gboolean moves = step->rank == BT_RANK_AUDIO || step->rank == BT_RANK_VIDEO;
    return bt_books_value(&sync->books, moves, step->size_bytes);
}

guint64 bt_costs_allow(BtRound *round, const BtStep *step, guint64 missing_bytes)
{
    BtSync *sync = round->sync;
    BtValue value = value_of(sync, round->following, step);
    return bt_books_ask(&sync->books, value, step->sha256, missing_bytes);
}

void bt_sync_set_budget(
    BtSync *sync, const BtBudget *budget, const BtUsage *usage, BtSyncOnUsage on_usage)
{
    BtBooksOptions options = { budget, usage, on_usage, sync->on_event, sync->user,
        &sync->transport->bytes };
    bt_books_open(&sync->books, &options);
}

void bt_sync_set_time(BtSync *sync, const BtBudgetTime *now, guint64 more_bytes)
{
    bt_books_set_time(&sync->books, now, more_bytes);
}

static gboolean has_object(const char *sha256, gpointer user)
{
    return bt_cache_has(user, sha256);
}

static void add_backlog(BtSync *sync, BtFollow which, BtBacklog *backlog)
{
    const BtFollowed *followed = &sync->followed[which];
    if (!*followed->sha256 || strcmp(followed->sha256, followed->ready) == 0)
        return;
    g_autoptr(GArray) missing =
        bt_plan_missing(followed->assets, sync->now, has_object, sync->cache);
    for (guint i = 0; i < missing->len; i++) {
        const BtStep *step = &g_array_index(missing, BtStep, i);
        guint64 here = bt_cache_incoming_bytes(sync->cache, step->sha256);
        backlog->objects++;
        backlog->bytes[value_of(sync, which, step)] +=
            step->size_bytes - MIN(here, step->size_bytes);
    }
}

gboolean bt_sync_outlook(BtSync *sync, BtSyncOutlook *outlook)
{
    BtBacklog backlog = { 0 };
    if (!sync->books.kept)
        return FALSE;
    add_backlog(sync, BT_FOLLOW_ALERT, &backlog);
    add_backlog(sync, BT_FOLLOW_MANIFEST, &backlog);
    return bt_books_outlook(&sync->books, &backlog, outlook);
}
