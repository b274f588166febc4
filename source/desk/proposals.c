#include "source/desk/proposals.h"

#include "base/error.h"
#include "playlists/model/manifest.h"

#include <string.h>

#define NAME "proposal" /* of a document, in messages */

static const char *const state_names[BT_N_PROPOSAL_STATES] = { "waiting", "signed", "published",
    "refused", "overtaken", "withdrawn" };

const char *bt_proposal_state_name(BtProposalState state)
{
    return state_names[state];
}

static BtProposalState state_of(const char *name)
{
    for (int i = 0; i < BT_N_PROPOSAL_STATES; i++)
        if (strcmp(state_names[i], name) == 0)
            return (BtProposalState)i;
    return BT_PROPOSAL_WITHDRAWN; /* a newer program's: nothing is done with it */
}

/* ---- memory ---- */

static void signature_free(BtProposalSignature *signature)
{
    g_free(signature->keyid);
    g_free(signature->user);
    g_free(signature->base64);
    g_free(signature);
}

static void document_free(BtProposalDocument *document)
{
    g_clear_pointer(&document->payload, g_bytes_unref);
    g_ptr_array_unref(document->screens);
    g_ptr_array_unref(document->signatures);
    g_free(document);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtProposalDocument, document_free)

void bt_proposal_free(BtProposal *proposal)
{
    g_free(proposal->kind);
    g_free(proposal->area);
    g_free(proposal->author);
    bt_json_unref(proposal->what);
    g_free(proposal->reason);
    g_free(proposal->answer);
    g_free(proposal->decider);
    g_ptr_array_unref(proposal->documents);
    g_free(proposal);
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT id, kind, area, author, what, reason, answer, decider, state, created_ms,"             \
    " ifnull (decided_ms, 0) FROM proposal "

static BtProposal *read_proposal(BtRows *rows)
{
    BtProposal *proposal = g_new0(BtProposal, 1);
    const char *what = bt_rows_text(rows, 4);
    proposal->id = bt_rows_int(rows, 0);
    proposal->kind = g_strdup(bt_rows_text(rows, 1));
    proposal->area = g_strdup(bt_rows_text(rows, 2));
    proposal->author = g_strdup(bt_rows_text(rows, 3));
    proposal->what = bt_json_parse(
        what, strlen(what), "what", BT_PROPOSAL_WHAT_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, NULL);
    if (proposal->what == NULL)
        proposal->what = bt_json_new_object();
    proposal->reason = g_strdup(bt_rows_text(rows, 5));
    proposal->answer = g_strdup(bt_rows_text(rows, 6));
    proposal->decider = g_strdup(bt_rows_text(rows, 7));
    proposal->state = state_of(bt_rows_text(rows, 8));
    proposal->created_ms = bt_rows_int(rows, 9);
    proposal->decided_ms = bt_rows_int(rows, 10);
    proposal->documents = g_ptr_array_new_with_free_func((GDestroyNotify)document_free);
    return proposal;
}

static GPtrArray *read_screens(const char *text)
{
    GPtrArray *screens = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtJson) json = bt_json_parse(text, strlen(text), "screens", G_MAXSSIZE, 1, NULL);
    BtJsonAt list = bt_json_root("screens", json);
    for (gsize i = 0; json != NULL && i < bt_json_length(&list); i++) {
        BtJsonAt at = bt_json_element(&list, i);
        const char *id = bt_json_read_string(&at, 1, BT_ID_MAX_BYTES, NULL);
        if (id != NULL)
            g_ptr_array_add(screens, g_strdup(id));
    }
    return screens;
}

static gboolean read_signatures(
    BtStore *store, gint64 id, guint number, GPtrArray *signatures, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT keyid, user, signature, at_ms FROM proposal_signature"
        " WHERE proposal = ? AND number = ? ORDER BY at_ms, keyid",
        "ii", id, (gint64)number);
    while (rows != NULL && bt_rows_next(rows, &failure)) {
        BtProposalSignature *signature = g_new0(BtProposalSignature, 1);
        signature->keyid = g_strdup(bt_rows_text(rows, 0));
        signature->user = g_strdup(bt_rows_text(rows, 1));
        signature->base64 = g_strdup(bt_rows_text(rows, 2));
        signature->at_ms = bt_rows_int(rows, 3);
        g_ptr_array_add(signatures, signature);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return rows != NULL && failure == NULL;
}

static gboolean read_documents(
    BtStore *store, BtProposal *proposal, gboolean with_payload, GError **error)
{
    GError *failure = NULL;
    const char *sql = with_payload
        ? "SELECT screens, version, base, payload FROM proposal_document WHERE proposal = ?"
          " ORDER BY number"
        : "SELECT screens, version, base, NULL FROM proposal_document WHERE proposal = ?"
          " ORDER BY number";
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, sql, "i", proposal->id);
    while (rows != NULL && bt_rows_next(rows, &failure)) {
        BtProposalDocument *document = g_new0(BtProposalDocument, 1);
        document->screens = read_screens(bt_rows_text(rows, 0));
        document->version = bt_rows_int(rows, 1);
        document->base = bt_rows_int(rows, 2);
        document->payload = bt_rows_bytes(rows, 3);
        document->signatures = g_ptr_array_new_with_free_func((GDestroyNotify)signature_free);
        g_ptr_array_add(proposal->documents, document);
        if (!read_signatures(
                store, proposal->id, proposal->documents->len - 1, document->signatures, error))
            return FALSE;
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return rows != NULL && failure == NULL;
}

BtProposal *bt_proposals_find(BtStore *store, gint64 id, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, COLUMNS "WHERE id = ?", "i", id);
    if (rows == NULL)
        return NULL;
    if (!bt_rows_next(rows, &failure)) {
        if (failure == NULL)
            g_set_error(&failure, BT_ERROR, BT_ERROR_NOT_FOUND,
                NAME " %" G_GINT64_FORMAT ": there is none: expected one that was made", id);
        g_propagate_error(error, failure);
        return NULL;
    }
    g_autoptr(BtProposal) proposal = read_proposal(rows);
    return read_documents(store, proposal, TRUE, error) ? g_steal_pointer(&proposal) : NULL;
}

static char *json_list(const GPtrArray *texts)
{
    g_autoptr(BtJson) list = bt_json_new_array();
    for (guint i = 0; i < texts->len; i++)
        bt_json_append_string(list, g_ptr_array_index(texts, i));
    return bt_json_to_text(list, FALSE);
}

/* "'waiting','signed'": of our own words only. */
static char *state_list(guint states)
{
    GString *list = g_string_new("''");
    for (guint i = 0; i < BT_N_PROPOSAL_STATES; i++)
        if (states & 1u << i)
            g_string_append_printf(list, ",'%s'", state_names[i]);
    return g_string_free(list, FALSE);
}

GPtrArray *bt_proposals_list(BtStore *store, const GPtrArray *areas, guint states, guint max)
{
    g_autofree char *list = state_list(states), *within = json_list(areas);
    g_autofree char *sql =
        g_strdup_printf(COLUMNS "WHERE state IN (%s) AND area IN (SELECT value FROM json_each (?))"
                                " ORDER BY id DESC LIMIT ?",
            list);
    GPtrArray *proposals = g_ptr_array_new_with_free_func((GDestroyNotify)bt_proposal_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL, sql, "si", within, (gint64)max);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtProposal *proposal = read_proposal(rows);
        g_ptr_array_add(proposals, proposal);
        read_documents(store, proposal, FALSE, NULL);
    }
    return proposals;
}

guint bt_proposals_count_waiting(BtStore *store, const GPtrArray *areas)
{
    g_autofree char *within = json_list(areas);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT count(*) FROM proposal WHERE state = 'waiting'"
        " AND area IN (SELECT value FROM json_each (?))",
        "s", within);
    return rows != NULL && bt_rows_next(rows, NULL) ? (guint)bt_rows_int(rows, 0) : 0;
}
