/* The order is the boards' safety, as in press/publish.c: each envelope is verified as a board will
 * do it and lies in the tree before one transaction says that the proposal is published and gives
 * its documents to their screens; now.json last. */
#include "source/desk/release.h"

#include "base/error.h"
#include "source/desk/decided.h"
#include "source/desk/kinds.h"
#include "source/press/entry.h"
#include "source/store/site.h"

#include <string.h>

typedef struct {
    GBytes *bytes;
    char sha256[BT_HASH_HEX_SIZE];
    BtKindFacts facts;
} Envelope;

static void envelope_free(Envelope *envelope)
{
    g_clear_pointer(&envelope->bytes, g_bytes_unref);
    g_free(envelope);
}

/* ---- envelopes ---- */

static GBytes *join(const BtProposal *proposal, const BtProposalDocument *document)
{
    g_autofree BtEnvelopeSignature *signatures =
        g_new0(BtEnvelopeSignature, document->signatures->len + 1);
    for (guint i = 0; i < document->signatures->len; i++) {
        const BtProposalSignature *signature = g_ptr_array_index(document->signatures, i);
        signatures[i] = (BtEnvelopeSignature){ signature->keyid, signature->base64 };
    }
    return bt_envelope_join(
        proposal->kind, document->payload, signatures, document->signatures->len);
}

/* As the boards will: the ceilings cover every screen, so one board stands for all. */
static gboolean verify(BtStore *store, const BtKind *kind, const BtProposalDocument *document,
    const Envelope *envelope, gint64 now_ms, GError **error)
{
    BtFloor floor = { .version = document->base };
    BtTrust *trust = bt_site_load_trust(
        store->site, store->source, g_ptr_array_index(document->screens, 0), now_ms, error);
    if (trust == NULL)
        return FALSE;
    gboolean ok = kind->verify(trust, envelope->bytes, kind->name, &floor, now_ms, error);
    bt_trust_free(trust);
    return ok;
}

static gboolean add_envelope(BtStore *store, const BtKind *kind, const BtProposal *proposal,
    const BtProposalDocument *document, GPtrArray *envelopes, gint64 now_ms, GError **error)
{
    Envelope *envelope = g_new0(Envelope, 1);
    g_ptr_array_add(envelopes, envelope);
    envelope->bytes = join(proposal, document);
    bt_hash_data(g_bytes_get_data(envelope->bytes, NULL), g_bytes_get_size(envelope->bytes),
        envelope->sha256);
    g_autofree char *path = kind->path(store->site, envelope->sha256);
    return kind->check(
               store, document->payload, document->screens, kind->name, &envelope->facts, error) &&
        verify(store, kind, document, envelope, now_ms, error) &&
        bt_site_write(path, envelope->bytes, error);
}

/* (transfer full) (nullable): GPtrArray of Envelope, all of them in the tree */
static GPtrArray *make_envelopes(
    BtStore *store, const BtProposal *proposal, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) envelopes = g_ptr_array_new_with_free_func((GDestroyNotify)envelope_free);
    const BtKind *kind = bt_kind_find(proposal->kind, error);
    if (kind == NULL)
        return NULL;
    for (guint i = 0; i < proposal->documents->len; i++)
        if (!add_envelope(store, kind, proposal, g_ptr_array_index(proposal->documents, i),
                envelopes, now_ms, error))
            return NULL;
    return g_steal_pointer(&envelopes);
}

/* ---- the transaction ---- */

/* Somebody was faster: a screen has something newer than the proposal stands on, or the number is
 * another document's. */
static gboolean check_newest(BtStore *store, const BtProposal *proposal,
    const BtProposalDocument *document, const Envelope *envelope, GError **error)
{
    gint64 base = bt_entry_base(store, proposal->kind, document->screens, error);
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT 1 FROM document WHERE kind = ? AND version = ? AND sha256 <> ?", "sis",
        proposal->kind, document->version, envelope->sha256);
    if (base < 0 || rows == NULL)
        return FALSE;
    if (base <= document->base && !bt_rows_next(rows, NULL))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_ROLLBACK,
        "proposal %" G_GINT64_FORMAT
        ": newer documents were published meanwhile: expected it made anew",
        proposal->id);
    return FALSE;
}

static gboolean enter_document(BtStore *store, const BtProposal *proposal,
    const BtProposalDocument *document, const Envelope *envelope, gint64 now_ms, GError **error)
{
    BtEntry entry = { .kind = proposal->kind,
        .sha256 = envelope->sha256,
        .version = envelope->facts.version,
        .issued_ms = envelope->facts.issued_ms,
        .expires_ms = envelope->facts.expires_ms,
        .screens = document->screens,
        .who = proposal->decider };
    return check_newest(store, proposal, document, envelope, error) &&
        bt_entry_add(store, &entry, now_ms, error);
}

static gboolean set_state(
    BtStore *store, gint64 id, const char *state, gint64 now_ms, GError **error)
{
    if (!bt_db_run(store->db, error,
            "UPDATE proposal SET state = ?, decided_ms = ? WHERE id = ? AND state = 'signed'",
            "sii", state, now_ms, id))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
        "proposal %" G_GINT64_FORMAT ": it was decided meanwhile: expected nothing more to do", id);
    return FALSE;
}

static gboolean enter(BtStore *store, const BtProposal *proposal, const GPtrArray *envelopes,
    gint64 now_ms, GError **error)
{
    if (!set_state(store, proposal->id, "published", now_ms, error))
        return FALSE;
    for (guint i = 0; i < proposal->documents->len; i++)
        if (!enter_document(store, proposal, g_ptr_array_index(proposal->documents, i),
                g_ptr_array_index(envelopes, i), now_ms, error))
            return FALSE;
    return bt_decided_tell(store, proposal, TRUE, now_ms, error);
}

static gboolean enter_all(BtStore *store, const BtProposal *proposal, const GPtrArray *envelopes,
    gint64 now_ms, GError **error)
{
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (enter(store, proposal, envelopes, now_ms, error) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

/* ---- the whole way ---- */

/* A board would not take it, whoever waits: it is to be made anew. */
static gboolean give_up(BtStore *store, gint64 id, const GError *why, gint64 now_ms, GError **error)
{
    g_autofree char *note =
        g_strdup_printf("proposal %" G_GINT64_FORMAT " cannot be published: %s", id, why->message);
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (bt_db_run(store->db, error, "UPDATE proposal SET answer = ? WHERE id = ?", "si",
            why->message, id) &&
        set_state(store, id, "overtaken", now_ms, error) &&
        bt_store_note(store, now_ms, "server", note, error) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

static gboolean renew(BtStore *store, const BtProposal *proposal, gint64 now_ms, GError **error)
{
    for (guint i = 0; i < proposal->documents->len; i++) {
        const BtProposalDocument *document = g_ptr_array_index(proposal->documents, i);
        if (!bt_entry_renew(store, document->screens, now_ms, error))
            return FALSE;
    }
    return TRUE;
}

gboolean bt_release(BtStore *store, gint64 id, gint64 now_ms, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtProposal) proposal = bt_proposals_find(store, id, error);
    if (proposal == NULL)
        return FALSE;
    if (proposal->state != BT_PROPOSAL_SIGNED)
        return TRUE;
    g_autoptr(GPtrArray) envelopes = make_envelopes(store, proposal, now_ms, &failure);
    if (envelopes != NULL && enter_all(store, proposal, envelopes, now_ms, &failure))
        return renew(store, proposal, now_ms, error);
    gboolean may_pass = failure->domain != BT_ERROR || failure->code == BT_ERROR_IO;
    if (may_pass || !give_up(store, id, failure, now_ms, error)) {
        if (may_pass)
            g_propagate_error(error, failure);
        else
            g_error_free(failure);
        return FALSE;
    }
    g_error_free(failure);
    return TRUE;
}
