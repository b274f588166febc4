#include "source/desk/proposals.h"

#include "base/error.h"
#include "source/press/plan.h"

static char *ids_of(const GPtrArray *screens)
{
    g_autoptr(BtJson) list = bt_json_new_array();
    for (guint i = 0; i < screens->len; i++)
        bt_json_append_string(list, g_ptr_array_index(screens, i));
    return bt_json_to_text(list, FALSE);
}

static gboolean add_rows(
    BtStore *store, const BtProposalNew *new, gint64 now_ms, gint64 *id, GError **error)
{
    g_autofree char *what = bt_json_to_text(new->what, FALSE);
    if (!bt_db_run(store->db, error,
            "INSERT INTO proposal (kind, area, author, what, reason, state, created_ms)"
            " VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
            "sssssi", new->kind, new->area, new->author, what, new->reason, now_ms))
        return FALSE;
    *id = bt_db_last_id(store->db);
    for (guint i = 0; i < new->documents->len; i++) {
        const BtPlanDocument *document = g_ptr_array_index(new->documents, i);
        g_autofree char *screens = ids_of(document->screens);
        if (!bt_db_run(store->db, error,
                "INSERT INTO proposal_document (proposal, number, payload, screens)"
                " VALUES (?, ?, ?, ?)",
                "iibs", *id, (gint64)i, document->payload, screens))
            return FALSE;
    }
    return TRUE;
}

gint64 bt_proposals_add(BtStore *store, const BtProposalNew *new, gint64 now_ms, GError **error)
{
    gint64 id = 0;
    if (new->documents->len == 0) {
        g_set_error(
            error, BT_ERROR, BT_ERROR_LIMIT, "proposal: no document: expected one at least");
        return 0;
    }
    if (!bt_db_begin(store->db, error))
        return 0;
    if (add_rows(store, new, now_ms, &id, error) && bt_db_commit(store->db, error))
        return id;
    bt_db_rollback(store->db);
    return 0;
}
