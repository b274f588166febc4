/* The end of cuts: an order that people sign. What has its signatures is one transaction; the
 * screens hear it afterwards, and the server makes up for what is cut off in between. */
#include "source/desk/cuts.h"

#include "base/error.h"
#include "playlists/envelope/envelope.h"
#include "source/press/entry.h"
#include "source/press/plan.h"
#include "source/store/freshness.h"
#include "source/store/site.h"

#include <string.h>

#define LIFE_MS BT_MANIFEST_MAX_AGE_MS /* as long as a screen may be away and still hear it */

/* ---- the plan ---- */

static gboolean add_screens_of(
    BtStore *store, const char *id, GPtrArray *screens, GHashTable *seen, GError **error)
{
    g_autoptr(BtCutEntry) cut = bt_cuts_find(store, id, error);
    if (cut == NULL)
        return FALSE;
    if (cut->ended_ms != 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
            "cut %s: it does not stand any more: expected one that does", id);
        return FALSE;
    }
    for (guint i = 0; i < cut->screens->len; i++) {
        const char *screen = g_ptr_array_index(cut->screens, i);
        if (g_hash_table_contains(seen, screen))
            continue;
        g_ptr_array_add(screens, g_strdup(screen));
        g_hash_table_add(seen, g_ptr_array_index(screens, screens->len - 1));
    }
    return TRUE;
}

/* One cut has one end: its order has the same id wherever it stands. */
static void add_order(BtJson *orders, const char *cut)
{
    BtJson *order = bt_json_new_object();
    g_autofree char *id = g_strconcat("end-", cut, NULL);
    bt_json_set_string(order, "id", id);
    bt_json_set_string(order, "verb", "resume");
    bt_json_set_string(order, "of", cut);
    bt_json_append(orders, order);
}

/* The newest order is the only one that a screen is told of. */
static BtJson *list_orders(
    BtStore *store, const GPtrArray *cuts, const BtJson *screens, gint64 now_ms)
{
    BtJson *orders = bt_json_new_array();
    g_autofree char *named = bt_json_to_text(screens, FALSE);
    for (guint i = 0; i < cuts->len; i++)
        add_order(orders, g_ptr_array_index(cuts, i));
    g_autoptr(BtRows) before = bt_db_query(store->db, NULL,
        "SELECT id FROM cut WHERE ended_ms > ? AND id IN (SELECT cut FROM cut_screen WHERE screen "
        "IN"
        " (SELECT value FROM json_each(?))) ORDER BY ended_ms DESC, id LIMIT ?",
        "isi", now_ms - LIFE_MS, named, (gint64)(BT_RELEASE_MAX_ORDERS - cuts->len));
    while (before != NULL && bt_rows_next(before, NULL))
        add_order(orders, bt_rows_text(before, 0));
    return orders;
}

static GBytes *payload_of(
    BtStore *store, const GPtrArray *cuts, const GPtrArray *screens, gint64 version, gint64 now_ms)
{
    g_autoptr(BtJson) order = bt_json_new_object();
    BtJson *names = bt_json_new_array();
    for (guint i = 0; i < screens->len; i++)
        bt_json_append_string(names, g_ptr_array_index(screens, i));
    bt_json_set_int(order, "spec", 1);
    bt_json_set_string(order, "source", store->source);
    bt_json_set_int(order, "version", version);
    bt_json_set_time(order, "issued", now_ms);
    bt_json_set_time(order, "expires", now_ms + LIFE_MS);
    bt_json_set(order, "orders", list_orders(store, cuts, names, now_ms));
    bt_json_set(order, "screens", names);
    char *text = bt_json_to_text(order, FALSE);
    return g_bytes_new_take(text, strlen(text));
}

GPtrArray *bt_cuts_plan_end(BtStore *store, const GPtrArray *cuts, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) screens = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    if (cuts->len > BT_RELEASE_MAX_ORDERS) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "%u cuts: expected at most %d at once",
            cuts->len, BT_RELEASE_MAX_ORDERS);
        return NULL;
    }
    for (guint i = 0; i < cuts->len; i++)
        if (!add_screens_of(store, g_ptr_array_index(cuts, i), screens, seen, error))
            return NULL;
    gint64 version = bt_entry_next_version(store, "order");
    BtPlanDocument *document = g_new0(BtPlanDocument, 1);
    document->payload = payload_of(store, cuts, screens, version, now_ms);
    document->screens = g_steal_pointer(&screens);
    document->version = version;
    document->expires_ms = now_ms + LIFE_MS;
    GPtrArray *documents = g_ptr_array_new_with_free_func((GDestroyNotify)bt_plan_document_free);
    g_ptr_array_add(documents, document);
    return documents;
}

BtJson *bt_cuts_what(const GPtrArray *cuts)
{
    BtJson *what = bt_json_new_object(), *list = bt_json_new_array();
    for (guint i = 0; i < cuts->len; i++)
        bt_json_append_string(list, g_ptr_array_index(cuts, i));
    bt_json_set(what, "cuts", list);
    return what;
}

/* ---- signed ---- */

static gboolean end_cut(
    BtStore *store, const char *id, const char *who, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
               "UPDATE cut SET ended_ms = ?, ended_by = ? WHERE id = ? AND ended_ms IS NULL", "iss",
               now_ms, who, id) &&
        bt_db_run(store->db, error, "DELETE FROM command WHERE id = ? AND verb = 'cut'", "s", id);
}

gboolean bt_cuts_decided(
    BtStore *store, const BtJson *what, gboolean published, gint64 now_ms, GError **error)
{
    BtJsonAt at = bt_json_root("what", what), list;
    if (!published || !bt_json_member(&at, "cuts", &list) ||
        !bt_json_read_array(&list, BT_RELEASE_MAX_ORDERS, NULL))
        return TRUE;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt element = bt_json_element(&list, i);
        const char *id = bt_json_read_string(&element, 1, BT_ID_MAX_BYTES, error);
        if (id == NULL || !end_cut(store, id, "", now_ms, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean enter(BtStore *store, const GPtrArray *cuts, const BtRelease *release,
    const char *sha256, const char *who, gint64 now_ms, GError **error)
{
    const BtEntry entry = { .kind = "order",
        .sha256 = sha256,
        .version = release->version,
        .issued_ms = release->issued_ms,
        .expires_ms = release->expires_ms,
        .screens = release->screens,
        .who = who };
    if (!bt_entry_add(store, &entry, now_ms, error))
        return FALSE;
    for (guint i = 0; i < cuts->len; i++)
        if (!end_cut(store, g_ptr_array_index(cuts, i), who, now_ms, error))
            return FALSE;
    return TRUE;
}

/* The ceilings cover every screen in it, so one board stands for all. */
static BtRelease *verify(
    BtStore *store, GBytes *envelope, const char *screen, gint64 now_ms, GError **error)
{
    BtTrust *trust = bt_site_load_trust(store->site, store->source, screen, now_ms, error);
    if (trust == NULL)
        return NULL;
    BtRelease *release = bt_trust_verify_release(trust, envelope, "order", NULL, now_ms, error);
    bt_trust_free(trust);
    return release;
}

gboolean bt_cuts_end(BtStore *store, const GPtrArray *cuts, GBytes *envelope, const char *who,
    gint64 now_ms, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    g_autoptr(BtCutEntry) first = bt_cuts_find(store, g_ptr_array_index(cuts, 0), error);
    g_autoptr(BtRelease) release = first == NULL
        ? NULL
        : verify(store, envelope, g_ptr_array_index(first->screens, 0), now_ms, error);
    if (release == NULL)
        return FALSE;
    bt_hash_data(g_bytes_get_data(envelope, NULL), g_bytes_get_size(envelope), sha256);
    g_autofree char *path = bt_site_order_path(store->site, sha256);
    if (!bt_site_write(path, envelope, error) || !bt_db_begin(store->db, error))
        return FALSE;
    if (!enter(store, cuts, release, sha256, who, now_ms, error) ||
        !bt_db_commit(store->db, error)) {
        bt_db_rollback(store->db);
        return FALSE;
    }
    return bt_fresh_renew_screens(store, release->screens, now_ms, error);
}
