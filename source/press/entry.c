#include "source/press/entry.h"

#include "source/store/freshness.h"

#include <string.h>

gboolean bt_entry_point(
    BtStore *store, const char *kind, const GPtrArray *screens, const char *sha256, GError **error)
{
    const char *sql = strcmp(kind, "alert") == 0
        ? "UPDATE screen SET alert = ?, now_issued_ms = 0 WHERE id = ?"
        : strcmp(kind, "order") == 0
        ? "UPDATE screen SET order_sha256 = ?, now_issued_ms = 0 WHERE id = ?"
        : "UPDATE screen SET manifest = ?, now_issued_ms = 0 WHERE id = ?";
    for (guint i = 0; i < screens->len; i++)
        if (!bt_db_run(store->db, error, sql, "ss", sha256, (char *)g_ptr_array_index(screens, i)))
            return FALSE;
    return TRUE;
}

static gboolean add_publications(
    BtStore *store, const BtEntry *entry, gint64 now_ms, GError **error)
{
    for (guint i = 0; i < entry->screens->len; i++)
        if (!bt_db_run(store->db, error,
                "INSERT INTO publication (screen, kind, version, sha256, at_ms)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms",
                "ssisi", (char *)g_ptr_array_index(entry->screens, i), entry->kind, entry->version,
                entry->sha256, now_ms))
            return FALSE;
    return TRUE;
}

/* An alert that comes while another one waits does not make that one wrong: alerts hold nothing of
 * each other. */
static gboolean overtake(BtStore *store, const BtEntry *entry, gint64 now_ms, GError **error)
{
    return strcmp(entry->kind, "manifest") != 0 ||
        bt_db_run(store->db, error,
            "UPDATE proposal SET state = 'overtaken', decided_ms = ?1"
            " WHERE kind = ?2 AND state IN ('waiting', 'signed') AND EXISTS"
            " (SELECT 1 FROM proposal_document AS d, json_each (d.screens) AS s JOIN publication"
            " AS p ON p.screen = s.value AND p.kind = ?2 WHERE d.proposal = proposal.id"
            " AND p.version = ?3 AND p.version > d.base)",
            "isi", now_ms, entry->kind, entry->version);
}

gboolean bt_entry_add(BtStore *store, const BtEntry *entry, gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf(
        "published %s %s, version %" G_GINT64_FORMAT, entry->kind, entry->sha256, entry->version);
    return bt_db_run(store->db, error,
               "INSERT INTO document (sha256, kind, version, issued_ms, expires_ms, published_ms)"
               " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET published_ms ="
               " excluded.published_ms",
               "ssiiii", entry->sha256, entry->kind, entry->version, entry->issued_ms,
               entry->expires_ms, now_ms) &&
        add_publications(store, entry, now_ms, error) &&
        bt_entry_point(store, entry->kind, entry->screens, entry->sha256, error) &&
        overtake(store, entry, now_ms, error) &&
        bt_store_note(store, now_ms, entry->who, what, error);
}

gboolean bt_entry_renew(BtStore *store, const GPtrArray *screens, gint64 now_ms, GError **error)
{
    return bt_fresh_renew_screens(store, screens, now_ms, error);
}

/* ---- numbers ---- */

/* More than are given between two backups: a thousand documents a day for a hundred days. Numbers
 * have room for as many restorations as anybody will live to see. */
#define LEAP 100000
#define FLOOR "version floor" /* the setting's name */

gint64 bt_entry_newest(BtStore *store, const char *kind, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT max (ifnull ((SELECT max (version) FROM document WHERE kind = ?1), 0),"
        " ifnull ((SELECT CAST (value AS INTEGER) FROM setting WHERE name = ?2), 0))",
        "ss", kind, FLOOR);
    return rows != NULL && bt_rows_next(rows, error) ? bt_rows_int(rows, 0) : -1;
}

gint64 bt_entry_next_version(BtStore *store, const char *kind)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT ifnull (max (d.version), 0) FROM proposal_document AS d JOIN proposal"
        " ON proposal.id = d.proposal WHERE kind = ? AND state IN ('waiting', 'signed')",
        "s", kind);
    gint64 proposed = rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : 0;
    return MAX(MAX(proposed, bt_entry_newest(store, kind, NULL)), 0) + 1;
}

gboolean bt_entry_leap(BtStore *store, GError **error)
{
    return bt_db_run(store->db, error,
        "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, CAST (?2 + max ("
        " ifnull ((SELECT max (version) FROM document), 0),"
        " ifnull ((SELECT max (version) FROM proposal_document), 0),"
        " ifnull ((SELECT CAST (value AS INTEGER) FROM setting WHERE name = ?1), 0)) AS TEXT))",
        "si", FLOOR, (gint64)LEAP);
}

gint64 bt_entry_base(BtStore *store, const char *kind, const GPtrArray *screens, GError **error)
{
    gint64 base = 0;
    for (guint i = 0; i < screens->len; i++) {
        g_autoptr(BtRows) rows = bt_db_query(store->db, error,
            "SELECT ifnull (max (version), 0) FROM publication WHERE screen = ? AND kind = ?", "ss",
            (char *)g_ptr_array_index(screens, i), kind);
        if (rows == NULL || !bt_rows_next(rows, error))
            return -1;
        base = MAX(base, bt_rows_int(rows, 0));
    }
    return base;
}
