/* What is to be shown: a bulletin, the times that its schedule gave it, and whether it was ordered
 * to be urgent, read together. */
#include "playlists/sync/ttn/rows.h"

#include <string.h>

#define BODY_MAX_BYTES (4 * BT_TTN_MESSAGE_MAX_BYTES)
#define BODY_MAX_DEPTH (BT_TTN_MESSAGE_MAX_DEPTH + 4)

/* What a kept bulletin points to lies behind it. */
typedef struct {
    BtTtnKept kept;
    BtTtnBulletin *bulletin;
    char *asset, *type;
} Kept;

static void kept_free(gpointer data)
{
    Kept *kept = data;
    bt_ttn_bulletin_free(kept->bulletin);
    g_free(kept->asset);
    g_free(kept->type);
    g_free(kept);
}

gboolean bt_ttn_is_fetched(BtTtnKind kind)
{
    return kind == BT_TTN_IMAGE || kind == BT_TTN_AUDIO || kind == BT_TTN_VIDEO;
}

static BtTtnBulletin *read_body(const char *text, GError **error)
{
    g_autoptr(BtJson) json =
        bt_json_parse(text, strlen(text), "ttn", BODY_MAX_BYTES, BODY_MAX_DEPTH, error);
    return json == NULL ? NULL : bt_ttn_bulletin_from_json(json, "ttn", error);
}

static void set_times(BtTtnBulletin *bulletin, BtRows *rows)
{
    if (bt_rows_is_null(rows, 2))
        return;
    g_free(bulletin->schedule_id);
    g_free(bulletin->schedule_name);
    g_array_unref(bulletin->slots);
    bulletin->schedule_id = g_strdup(bt_rows_text(rows, 2));
    bulletin->schedule_name = g_strdup(bt_rows_text(rows, 3));
    bulletin->slots = bt_ttn_slots_from_text(bt_rows_text(rows, 4));
}

/* From when it was ordered until its end; then it is what it was. */
static void set_urgent(Kept *kept, BtRows *rows, gint64 now_ms)
{
    if (bt_rows_is_null(rows, 5) || bt_rows_int(rows, 5) <= now_ms)
        return;
    kept->bulletin->priority = BT_TTN_URGENT;
    kept->bulletin->until_ms = bt_rows_int(rows, 5);
    kept->kept.received_ms = bt_rows_int(rows, 6);
    g_array_set_size(kept->bulletin->slots, 0);
}

static void set_medium(Kept *kept, BtRows *rows)
{
    if (bt_rows_is_null(rows, 7))
        return;
    const char *sha256 = bt_rows_text(rows, 7);
    kept->asset = *sha256 == '\0' ? NULL : g_strdup(sha256);
    kept->type = g_strdup(bt_rows_text(rows, 9));
    kept->kept.asset = kept->asset;
    kept->kept.asset_type = kept->type;
    kept->kept.asset_bytes = (guint64)MAX(0, bt_rows_int(rows, 8));
    kept->kept.asset_duration_ms = bt_rows_int(rows, 10);
    kept->kept.media_failed = bt_rows_int(rows, 11) != 0;
}

static gboolean is_over(const BtTtnBulletin *bulletin, gint64 now_ms)
{
    guint n = bulletin->slots->len;
    if (bulletin->priority == BT_TTN_URGENT && bulletin->until_ms > 0)
        return bulletin->until_ms <= now_ms;
    return n > 0 && g_array_index(bulletin->slots, BtTtnSlot, n - 1).until_ms <= now_ms;
}

static void take_row(GPtrArray *all, BtRows *rows, gint64 now_ms, gint64 over_ms)
{
    g_autoptr(GError) failure = NULL;
    BtTtnBulletin *bulletin = read_body(bt_rows_text(rows, 0), &failure);
    if (bulletin == NULL) {
        g_warning("ttn: a bulletin that is kept cannot be read: %s", failure->message);
        return;
    }
    Kept *kept = g_new0(Kept, 1);
    kept->bulletin = bulletin;
    kept->kept.received_ms = bt_rows_int(rows, 1);
    set_times(bulletin, rows);
    set_urgent(kept, rows, now_ms);
    set_medium(kept, rows);
    kept->kept.bulletin = bulletin;
    if (is_over(bulletin, over_ms))
        kept_free(kept);
    else
        g_ptr_array_add(all, kept);
}

GPtrArray *bt_ttn_store_read_kept(BtTtnStore *store, gint64 now_ms, gint64 over_ms, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT b.body, b.received_ms, t.schedule, t.name, t.slots, u.until_ms, u.at_ms,"
        " m.sha256, m.bytes, m.type, m.duration_ms, m.given_up FROM bulletin b"
        " LEFT JOIN times t ON t.bulletin = b.id LEFT JOIN urgent u ON u.bulletin = b.id"
        " LEFT JOIN medium m ON m.url = b.url AND b.url != ''"
        " WHERE b.gone = 0 AND (t.until_ms IS NULL OR t.until_ms = 0 OR t.until_ms > ?1"
        " OR u.until_ms > ?1) ORDER BY b.received_ms, b.id",
        "i", over_ms);
    if (rows == NULL)
        return NULL;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(kept_free);
    while (bt_rows_next(rows, &failure))
        take_row(all, rows, now_ms, over_ms);
    if (failure == NULL)
        return g_steal_pointer(&all);
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

GPtrArray *bt_ttn_store_kept(BtTtnStore *store, gint64 now_ms, GError **error)
{
    return bt_ttn_store_read_kept(store, now_ms, now_ms - BT_TTN_STORE_OVER_MS, error);
}

BtTtnBulletin *bt_ttn_store_find(BtTtnStore *store, const char *item_id, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT b.body, 0, t.schedule, t.name, t.slots FROM bulletin b LEFT JOIN times t"
        " ON t.bulletin = b.id WHERE b.item = ?",
        "s", item_id);
    g_autoptr(GError) failure = NULL;
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, &failure)) {
        BtTtnBulletin *bulletin = read_body(bt_rows_text(rows, 0), error);
        if (bulletin != NULL)
            set_times(bulletin, rows);
        return bulletin;
    }
    if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    else
        g_set_error(
            error, BT_ERROR, BT_ERROR_NOT_FOUND, "ttn: no bulletin is known by %s", item_id);
    return NULL;
}
