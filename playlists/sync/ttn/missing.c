/* What became of the addresses that bulletins name. */
#include "playlists/sync/ttn/rows.h"

#include <string.h>

void bt_ttn_medium_clear(BtTtnMedium *medium)
{
    g_clear_pointer(&medium->url, g_free);
    g_clear_pointer(&medium->sha256, g_free);
    g_clear_pointer(&medium->type, g_free);
    g_clear_pointer(&medium->etag, g_free);
    g_clear_pointer(&medium->modified, g_free);
}

static void medium_free(gpointer data)
{
    bt_ttn_medium_clear(data);
    g_free(data);
}

/* Urgent before all, pictures before sound before films, what is due first before the rest. */
static gint by_worth(gconstpointer a, gconstpointer b)
{
    const BtTtnBulletin *one = (*(BtTtnKept *const *)a)->bulletin;
    const BtTtnBulletin *two = (*(BtTtnKept *const *)b)->bulletin;
    gboolean urgent_one = one->priority == BT_TTN_URGENT,
             urgent_two = two->priority == BT_TTN_URGENT;
    if (urgent_one != urgent_two)
        return urgent_one ? -1 : 1;
    if (one->kind != two->kind)
        return one->kind < two->kind ? -1 : 1;
    gint64 from_one = one->slots->len ? g_array_index(one->slots, BtTtnSlot, 0).from_ms : 0;
    gint64 from_two = two->slots->len ? g_array_index(two->slots, BtTtnSlot, 0).from_ms : 0;
    return from_one < from_two ? -1 : from_one > from_two;
}

/* FALSE: it is here, and nothing is to be asked. */
static gboolean read_medium(BtTtnStore *store, BtTtnMedium *medium, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT sha256, etag, failures, try_after_ms, given_up, bytes, type, duration_ms, modified,"
        " looked_ms, look FROM medium WHERE url = ?",
        "s", medium->url);
    if (rows == NULL)
        return FALSE;
    if (!bt_rows_next(rows, error)) {
        medium->sha256 = g_strdup("");
        medium->type = g_strdup("");
        medium->etag = g_strdup("");
        medium->modified = g_strdup("");
        return TRUE;
    }
    medium->sha256 = g_strdup(bt_rows_text(rows, 0));
    medium->etag = g_strdup(bt_rows_text(rows, 1));
    medium->type = g_strdup(bt_rows_text(rows, 6));
    medium->duration_ms = bt_rows_int(rows, 7);
    medium->modified = g_strdup(bt_rows_text(rows, 8));
    medium->looked_ms = bt_rows_int(rows, 9);
    medium->look = bt_rows_int(rows, 10) != 0;
    medium->failures = (guint)CLAMP(bt_rows_int(rows, 2), 0, G_MAXINT);
    medium->try_after_ms = bt_rows_int(rows, 3);
    medium->given_up = bt_rows_int(rows, 4) != 0;
    medium->bytes = (guint64)MAX(0, bt_rows_int(rows, 5));
    return *medium->sha256 == '\0' || medium->look;
}

static void add_missing(
    BtTtnStore *store, GPtrArray *missing, const BtTtnBulletin *bulletin, GError **error)
{
    BtTtnMedium *medium = g_new0(BtTtnMedium, 1);
    medium->url = g_strdup(bulletin->content);
    medium->urgent = bulletin->priority == BT_TTN_URGENT;
    medium->kind = bulletin->kind;
    if (read_medium(store, medium, error))
        g_ptr_array_add(missing, medium);
    else
        medium_free(medium);
}

GPtrArray *bt_ttn_store_missing(BtTtnStore *store, gint64 now_ms, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GPtrArray) kept = bt_ttn_store_read_kept(store, now_ms, now_ms, error);
    if (kept == NULL)
        return NULL;
    g_ptr_array_sort(kept, by_worth);
    g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(medium_free);
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; failure == NULL && i < kept->len; i++) {
        const BtTtnBulletin *bulletin = ((BtTtnKept *)g_ptr_array_index(kept, i))->bulletin;
        if (bt_ttn_is_fetched(bulletin->kind) && *bulletin->content != '\0' &&
            g_hash_table_add(known, bulletin->content))
            add_missing(store, missing, bulletin, &failure);
    }
    if (failure == NULL)
        return g_steal_pointer(&missing);
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

gboolean bt_ttn_store_put_medium(BtTtnStore *store, const BtTtnMedium *medium, GError **error)
{
    return bt_db_run(store->db, error,
        "INSERT OR REPLACE INTO medium (url, sha256, bytes, type, duration_ms, etag, failures,"
        " try_after_ms, given_up, modified, looked_ms, look)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "ssisisiiisii", medium->url, medium->sha256, (gint64)medium->bytes, medium->type,
        medium->duration_ms, medium->etag, (gint64)medium->failures, medium->try_after_ms,
        (gint64)medium->given_up, medium->modified, medium->looked_ms, (gint64)medium->look);
}

/* What rotted, or was evicted while nobody needed it, comes again. */
gboolean bt_ttn_store_lose_object(BtTtnStore *store, const char *sha256, GError **error)
{
    return bt_db_run(store->db, error,
        "UPDATE medium SET sha256 = '', etag = '', modified = '', look = 0, failures = 0,"
        " try_after_ms = 0 WHERE sha256 = ?",
        "s", sha256);
}
