/* The order that keeps versions rising: under the folder's lock, the counter is committed first,
 * then the document with that number is written. A process that dies between the two leaves a gap
 * in the numbers, which nobody minds, and never two documents with one number.
 *
 * A screen whose now_issued_ms is 0 is due: whoever changes what now.json says sets it to 0 with
 * the change, and it gets its time when the document is written. So what is cut off in between is
 * made up for by the server's next tick. */
#include "source/store/freshness.h"

#include "base/error.h"
#include "playlists/envelope/envelope.h"
#include "source/store/site.h"

#include <string.h>
#include <unistd.h>

G_STATIC_ASSERT(BT_FRESH_MAX_DENIALS == BT_NOW_MAX_DENIALS);
G_STATIC_ASSERT(BT_FRESH_MAX_COMMANDS == BT_NOW_MAX_COMMANDS);

/* ---- the document ---- */

static BtJson *list_of(const GPtrArray *texts)
{
    BtJson *list = bt_json_new_array();
    for (guint i = 0; i < texts->len; i++)
        bt_json_append_string(list, g_ptr_array_index(texts, i));
    return list;
}

GBytes *bt_fresh_payload(const BtFresh *fresh)
{
    g_autoptr(BtJson) now = bt_json_new_object();
    bt_json_set_string(now, "screen", fresh->screen);
    bt_json_set_int(now, "version", fresh->version);
    bt_json_set_string(now, "manifest", *fresh->manifest ? fresh->manifest : NULL);
    bt_json_set_string(now, "alert", *fresh->alert ? fresh->alert : NULL);
    if (*fresh->order) /* what it is, boards of before do not know */
        bt_json_set_string(now, "order", fresh->order);
    bt_json_set_time(now, "issued", fresh->issued_ms);
    bt_json_set_time(now, "expires", fresh->expires_ms);
    bt_json_set(now, "deny", list_of(fresh->deny));
    bt_json_set(now, "commands", bt_json_ref(fresh->commands));
    bt_json_set_int(now, "root", fresh->root);
    char *text = bt_json_to_text(now, FALSE);
    return g_bytes_new_take(text, strlen(text));
}

/* ---- what goes into it ---- */

static GPtrArray *read_denials(BtStore *store, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT sha256 FROM denial ORDER BY at_ms DESC, sha256 LIMIT ?", "i",
        (gint64)BT_FRESH_MAX_DENIALS);
    if (rows == NULL)
        return NULL;
    GPtrArray *denials = g_ptr_array_new_with_free_func(g_free);
    while (bt_rows_next(rows, error))
        g_ptr_array_add(denials, g_strdup(bt_rows_text(rows, 0)));
    return denials;
}

static BtJson *read_commands(BtStore *store, const char *screen, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id, verb, until_ms FROM command WHERE screen = ? AND until_ms > ?"
        " ORDER BY until_ms DESC, id LIMIT ?",
        "sii", screen, now_ms, (gint64)BT_FRESH_MAX_COMMANDS);
    if (rows == NULL)
        return NULL;
    BtJson *commands = bt_json_new_array();
    while (bt_rows_next(rows, error)) {
        BtJson *command = bt_json_new_object();
        bt_json_set_string(command, "id", bt_rows_text(rows, 0));
        bt_json_set_string(command, "verb", bt_rows_text(rows, 1));
        bt_json_set_time(command, "until", bt_rows_int(rows, 2));
        bt_json_append(commands, command);
    }
    return commands;
}

/* The next number, and the documents it stands for, in one transaction. */
static gboolean take_version(BtStore *store, const char *screen, gint64 now_ms, BtFresh *fresh,
    char **manifest, char **alert, char **order, GError **error)
{
    if (!bt_db_begin(store->db, error))
        return FALSE;
    g_autoptr(BtRows) rows = NULL;
    if (!bt_db_run(store->db, error,
            "UPDATE screen SET now_version = now_version + 1, now_issued_ms = 0,"
            " alert = CASE WHEN alert IN (SELECT sha256 FROM document WHERE expires_ms <= ?1)"
            " THEN '' ELSE alert END WHERE id = ?2",
            "is", now_ms, screen) ||
        !(rows = bt_db_query(store->db, error,
              "SELECT now_version, manifest, alert, order_sha256 FROM screen WHERE id = ?", "s",
              screen)))
        goto failed;
    if (!bt_rows_next(rows, error)) {
        if (error == NULL || *error == NULL)
            g_set_error(
                error, BT_ERROR, BT_ERROR_NOT_FOUND, "screen %s: there is no such screen", screen);
        goto failed;
    }
    fresh->version = bt_rows_int(rows, 0);
    *manifest = g_strdup(bt_rows_text(rows, 1));
    *alert = g_strdup(bt_rows_text(rows, 2));
    *order = g_strdup(bt_rows_text(rows, 3));
    g_clear_pointer(&rows, bt_rows_free);
    return bt_db_commit(store->db, error);
failed:
    g_clear_pointer(&rows, bt_rows_free);
    bt_db_rollback(store->db);
    return FALSE;
}

static gboolean write_now(BtStore *store, const char *screen, const char *site, gint64 now_ms,
    gint64 expires_ms, GError **error)
{
    g_autofree char *manifest = NULL, *alert = NULL, *order = NULL;
    g_autofree char *path = bt_site_now_path(site, screen);
    BtFresh fresh = { .screen = screen, .issued_ms = now_ms, .expires_ms = expires_ms };
    g_autoptr(GPtrArray) deny = read_denials(store, error);
    g_autoptr(BtJson) commands = deny != NULL ? read_commands(store, screen, now_ms, error) : NULL;
    if (commands == NULL ||
        !take_version(store, screen, now_ms, &fresh, &manifest, &alert, &order, error))
        return FALSE;
    fresh.manifest = manifest;
    fresh.alert = alert;
    fresh.order = order;
    fresh.deny = deny;
    fresh.commands = commands;
    fresh.root = bt_site_newest_root(store->site);
    g_autoptr(GBytes) payload = bt_fresh_payload(&fresh);
    g_autoptr(GBytes) envelope = bt_envelope_seal("now", payload, &store->freshness, 1);
    return bt_site_write(path, envelope, error) &&
        bt_db_run(store->db, error,
            "UPDATE screen SET now_issued_ms = ? WHERE id = ? AND now_version = ?", "isi", now_ms,
            screen, fresh.version);
}

/* ---- renewing ---- */

gboolean bt_fresh_renew(BtStore *store, const char *screen, gint64 now_ms, GError **error)
{
    int lock = bt_store_lock(store, error);
    if (lock < 0)
        return FALSE;
    gboolean ok = write_now(store, screen, store->site, now_ms, now_ms + BT_FRESH_LIFE_MS, error);
    close(lock);
    return ok;
}

gboolean bt_fresh_renew_screens(
    BtStore *store, const GPtrArray *screens, gint64 now_ms, GError **error)
{
    GError *failure = NULL;
    for (guint i = 0; i < screens->len; i++)
        bt_fresh_renew(
            store, g_ptr_array_index(screens, i), now_ms, failure == NULL ? &failure : NULL);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean renew_rows(BtStore *store, BtRows *rows, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) screens = g_ptr_array_new_with_free_func(g_free);
    GError *failure = NULL;
    while (bt_rows_next(rows, &failure))
        g_ptr_array_add(screens, g_strdup(bt_rows_text(rows, 0)));
    if (failure == NULL)
        return bt_fresh_renew_screens(store, screens, now_ms, error);
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean bt_fresh_renew_all(BtStore *store, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, "SELECT id FROM screen", "");
    return rows != NULL && renew_rows(store, rows, now_ms, error);
}

gboolean bt_fresh_renew_due(BtStore *store, gint64 now_ms, guint max, GError **error)
{
    /* A clock that was set back would otherwise keep a document of the future for as long. */
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id FROM screen WHERE now_issued_ms <= ? OR now_issued_ms > ?"
        " ORDER BY now_issued_ms LIMIT ?",
        "iii", now_ms - BT_FRESH_RENEW_MS, now_ms + BT_MINUTE_MS, (gint64)max);
    return rows != NULL && renew_rows(store, rows, now_ms, error);
}

gboolean bt_fresh_export(BtStore *store, const char *screen, const char *site, gint64 now_ms,
    gint64 expires_ms, GError **error)
{
    int lock = bt_store_lock(store, error);
    if (lock < 0)
        return FALSE;
    gboolean ok = write_now(store, screen, site, now_ms, expires_ms, error) &&
        write_now(store, screen, store->site, now_ms, now_ms + BT_FRESH_LIFE_MS, error);
    close(lock);
    return ok;
}
