/* A proposal is made: its documents get their versions and what they stand on. */
#include "source/desk/proposals.h"

#include "base/error.h"
#include "source/desk/kinds.h"
#include "source/press/entry.h"

#include <string.h>

#define NAME "proposal" /* of a document, in messages */

static char *screens_json(const GPtrArray *screens)
{
    g_autoptr(BtJson) list = bt_json_new_array();
    for (guint i = 0; i < screens->len; i++)
        bt_json_append_string(list, g_ptr_array_index(screens, i));
    return bt_json_to_text(list, FALSE);
}

/* The payload with this version in it. (transfer full) (nullable) */
static GBytes *with_version(GBytes *payload, gint64 version, gsize max_bytes, GError **error)
{
    g_autoptr(BtJson) json = bt_json_parse(g_bytes_get_data(payload, NULL),
        g_bytes_get_size(payload), NAME, max_bytes, BT_MANIFEST_MAX_DEPTH, error);
    BtJsonAt root = bt_json_root(NAME, json);
    if (json == NULL || !bt_json_read_object(&root, error))
        return NULL;
    bt_json_set_int(json, "version", version);
    char *text = bt_json_to_text(json, FALSE);
    return g_bytes_new_take(text, strlen(text));
}

static gboolean add_document(BtStore *store, const BtKind *kind, gint64 id, guint number,
    const BtPlanDocument *document, GError **error)
{
    BtKindFacts facts;
    g_autofree char *screens = screens_json(document->screens);
    gint64 version = bt_entry_next_version(store, kind->name);
    gint64 base = bt_entry_base(store, kind->name, document->screens, error);
    g_autoptr(GBytes) payload =
        base >= 0 ? with_version(document->payload, version, kind->payload_max_bytes, error) : NULL;
    return payload != NULL && kind->check(store, payload, document->screens, NAME, &facts, error) &&
        bt_db_run(store->db, error,
            "INSERT INTO proposal_document (proposal, number, payload, screens, version, base)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            "iibsii", id, (gint64)number, payload, screens, version, base);
}

static gboolean check_screen(BtStore *store, GHashTable *seen, const char *screen, GError **error)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT 1 FROM screen WHERE id = ?", "s", screen);
    if (rows == NULL)
        return FALSE;
    if (!bt_rows_next(rows, NULL))
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            NAME ": screen %s: there is no such screen: expected one that is", screen);
    else if (!g_hash_table_add(seen, (gpointer)screen))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            NAME ": screen %s stands twice: expected it in one document", screen);
    else
        return TRUE;
    return FALSE;
}

static gboolean check_new(BtStore *store, const BtProposalNew *new, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    if (new->documents->len == 0 || new->documents->len > BT_PROPOSAL_MAX_DOCUMENTS) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, NAME ": %u documents: expected 1 to %d",
            new->documents->len, BT_PROPOSAL_MAX_DOCUMENTS);
        return FALSE;
    }
    if (g_utf8_strlen(new->reason, -1) > BT_PROPOSAL_REASON_MAX_CHARS) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            NAME ": the reason is too long: expected at most %d characters",
            BT_PROPOSAL_REASON_MAX_CHARS);
        return FALSE;
    }
    for (guint i = 0; i < new->documents->len; i++) {
        const BtPlanDocument *document = g_ptr_array_index(new->documents, i);
        if (document->screens->len == 0) {
            g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
                NAME ": document %u is for no screen: expected one at least", i);
            return FALSE;
        }
        for (guint k = 0; k < document->screens->len; k++)
            if (!check_screen(store, seen, g_ptr_array_index(document->screens, k), error))
                return FALSE;
    }
    return TRUE;
}

static gboolean add_rows(BtStore *store, const BtProposalNew *new, const BtKind *kind,
    const char *what, gint64 now_ms, gint64 *id, GError **error)
{
    if (!bt_db_run(store->db, error,
            "INSERT INTO proposal (kind, area, author, what, reason, state, created_ms)"
            " VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
            "sssssi", new->kind, new->area, new->author, what, new->reason, now_ms))
        return FALSE;
    *id = bt_db_last_id(store->db);
    for (guint i = 0; i < new->documents->len; i++)
        if (!add_document(store, kind, *id, i, g_ptr_array_index(new->documents, i), error))
            return FALSE;
    g_autofree char *note = g_strdup_printf("proposed %s %" G_GINT64_FORMAT, new->kind, *id);
    return bt_store_note(store, now_ms, *new->author != '\0' ? new->author : "server", note, error);
}

gint64 bt_proposals_add(BtStore *store, const BtProposalNew *new, gint64 now_ms, GError **error)
{
    gint64 id = 0;
    const BtKind *kind = bt_kind_find(new->kind, error);
    if (kind == NULL || !check_new(store, new, error))
        return 0;
    g_autofree char *what = bt_json_to_text(new->what, FALSE);
    if (strlen(what) > BT_PROPOSAL_WHAT_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, NAME ": too much at once: expected less");
        return 0;
    }
    if (!bt_db_begin(store->db, error))
        return 0;
    if (add_rows(store, new, kind, what, now_ms, &id, error) && bt_db_commit(store->db, error))
        return id;
    bt_db_rollback(store->db);
    return 0;
}
