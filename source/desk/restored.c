#include "source/desk/restored.h"

#include "source/desk/decided.h"
#include "source/press/entry.h"

#define NOW_LEAP 1000000 /* an hour's renewals for a century */

/* now.json is due for every screen. */
static gboolean raise_numbers(BtStore *store, GError **error)
{
    return bt_entry_leap(store, error) &&
        bt_db_run(store->db, error,
            "UPDATE screen SET now_version = now_version + ?, now_issued_ms = 0", "i",
            (gint64)NOW_LEAP);
}

/* (transfer full) (nullable): GArray of gint64 */
static GArray *undecided(BtStore *store, GError **error)
{
    GError *failure = NULL;
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id FROM proposal WHERE state IN ('waiting', 'signed') ORDER BY id", "");
    while (rows != NULL && bt_rows_next(rows, &failure)) {
        gint64 id = bt_rows_int(rows, 0);
        g_array_append_val(ids, id);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return rows != NULL && failure == NULL ? g_steal_pointer(&ids) : NULL;
}

static gboolean overtake(BtStore *store, gint64 id, gint64 now_ms, GError **error)
{
    g_autoptr(BtProposal) proposal = bt_proposals_find(store, id, error);
    return proposal != NULL &&
        bt_db_run(store->db, error,
            "UPDATE proposal SET state = 'overtaken', decided_ms = ? WHERE id = ?", "ii", now_ms,
            id) &&
        bt_decided_tell(store, proposal, FALSE, now_ms, error);
}

static gboolean overtake_all(BtStore *store, gint64 now_ms, GError **error)
{
    g_autoptr(GArray) ids = undecided(store, error);
    for (guint i = 0; ids != NULL && i < ids->len; i++)
        if (!overtake(store, g_array_index(ids, gint64, i), now_ms, error))
            return FALSE;
    return ids != NULL;
}

static gboolean change(BtStore *store, gint64 now_ms, GError **error)
{
    return raise_numbers(store, error) && overtake_all(store, now_ms, error) &&
        bt_db_run(store->db, error, "DELETE FROM upload WHERE state IN ('coming', 'whole')", "") &&
        bt_db_run(store->db, error, "DELETE FROM invitation", "") &&
        bt_store_note(store, now_ms, "terminal", "brought back", error);
}

gboolean bt_restored(BtStore *store, gint64 now_ms, GError **error)
{
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (change(store, now_ms, error) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}
