#include "source/desk/signing.h"

#include "base/error.h"
#include "source/desk/areas.h"
#include "source/desk/decided.h"
#include "source/desk/keys.h"
#include "source/desk/kinds.h"
#include "source/desk/release.h"
#include "source/desk/roles.h"
#include "source/store/site.h"

#include <string.h>

#define APPROVER (1u << BT_ROLE_APPROVER)
#define FINISH_MAX 16 /* of one call: the server has other things to do */

static gboolean fail(const BtProposal *proposal, BtError code, GError **error, const char *words)
{
    g_set_error(error, BT_ERROR, code, "proposal %" G_GINT64_FORMAT ": %s", proposal->id, words);
    return FALSE;
}

/* ---- who may ---- */

static gboolean has_one_official(BtStore *store, const char *area)
{
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, NULL, "SELECT 1 FROM area WHERE id = ? AND one_official = 1", "s", area);
    return rows != NULL && bt_rows_next(rows, NULL);
}

static gboolean approves_screen(BtStore *store, const char *user, const char *screen, gint64 now_ms)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT area FROM screen WHERE id = ?", "s", screen);
    return rows != NULL && bt_rows_next(rows, NULL) &&
        bt_roles_has(store, user, APPROVER, bt_rows_text(rows, 0), now_ms);
}

static gboolean approves_all(
    BtStore *store, const BtProposal *proposal, const char *user, gint64 now_ms)
{
    if (!bt_roles_has(store, user, APPROVER, proposal->area, now_ms))
        return FALSE;
    for (guint i = 0; i < proposal->documents->len; i++) {
        const BtProposalDocument *document = g_ptr_array_index(proposal->documents, i);
        for (guint k = 0; k < document->screens->len; k++)
            if (!approves_screen(store, user, g_ptr_array_index(document->screens, k), now_ms))
                return FALSE;
    }
    return TRUE;
}

static gboolean lies_in(BtStore *store, const char *screen, const char *area)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT area FROM screen WHERE id = ?", "s", screen);
    return rows != NULL && bt_rows_next(rows, NULL) &&
        bt_areas_is_within(store, bt_rows_text(rows, 0), area);
}

/* The author chooses the area of a proposal, and where it is shown: screens of others have a second
 * pair of eyes whatever he chose. */
static gboolean is_of_one_official(BtStore *store, const BtProposal *proposal)
{
    if (!has_one_official(store, proposal->area))
        return FALSE;
    for (guint i = 0; i < proposal->documents->len; i++) {
        const BtProposalDocument *document = g_ptr_array_index(proposal->documents, i);
        for (guint k = 0; k < document->screens->len; k++)
            if (!lies_in(store, g_ptr_array_index(document->screens, k), proposal->area))
                return FALSE;
    }
    return TRUE;
}

static gboolean has_signed(const BtProposal *proposal, const char *user)
{
    const BtProposalDocument *document = g_ptr_array_index(proposal->documents, 0);
    for (guint i = 0; i < document->signatures->len; i++) {
        const BtProposalSignature *signature = g_ptr_array_index(document->signatures, i);
        if (strcmp(signature->user, user) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean bt_proposals_is_own(const BtProposal *proposal, const char *user)
{
    return strcmp(proposal->author, user) == 0;
}

gboolean bt_proposals_may_sign(
    BtStore *store, const BtProposal *proposal, const char *user, gint64 now_ms, GError **error)
{
    if (!approves_all(store, proposal, user, now_ms))
        return fail(proposal, BT_ERROR_DENIED, error,
            "this account does not approve for all its screens: expected an approver of its area");
    const BtKind *kind = bt_kind_find(proposal->kind, error);
    if (kind == NULL)
        return FALSE;
    if (bt_proposals_is_own(proposal, user) && !kind->by_its_author &&
        !is_of_one_official(store, proposal))
        return fail(proposal, BT_ERROR_DENIED, error,
            "its author may not approve it: expected another approver");
    if (has_signed(proposal, user))
        return fail(proposal, BT_ERROR_DENIED, error,
            "this person signed it already: expected another approver");
    return TRUE;
}

/* ---- what the root says ---- */

static const BtProposalDocument *document_at(const BtProposal *proposal, guint i)
{
    return g_ptr_array_index(proposal->documents, i);
}

static gboolean check_key(const BtTrust *trust, const BtProposal *proposal, const char *keyid,
    gint64 now_ms, GError **error)
{
    const BtKind *kind = bt_kind_find(proposal->kind, error);
    for (guint i = 0; kind != NULL && i < proposal->documents->len; i++) {
        BtKindFacts facts;
        if (!kind->check_signer(
                trust, document_at(proposal, i)->payload, keyid, kind->name, now_ms, &facts, error))
            return FALSE;
        if (facts.expires_ms <= now_ms)
            return fail(proposal, BT_ERROR_EXPIRED, error,
                "it has expired meanwhile: expected it made anew");
    }
    return kind != NULL;
}

gboolean bt_proposals_check_key(
    BtStore *store, const BtProposal *proposal, const char *keyid, gint64 now_ms, GError **error)
{
    BtTrust *trust = bt_site_load_trust(store->site, store->source, "", now_ms, error);
    gboolean ok = trust != NULL && check_key(trust, proposal, keyid, now_ms, error);
    g_clear_pointer(&trust, bt_trust_free);
    return ok;
}

static guint count_wanted(const BtTrust *trust, const BtProposal *proposal)
{
    guint wanted = 1;
    const BtKind *kind = bt_kind_find(proposal->kind, NULL);
    for (guint i = 0; kind != NULL && i < proposal->documents->len; i++)
        wanted = MAX(wanted, kind->wanted(trust, document_at(proposal, i)->payload));
    return wanted;
}

guint bt_proposals_wanted(BtStore *store, const BtProposal *proposal, gint64 now_ms)
{
    BtTrust *trust = bt_site_load_trust(store->site, store->source, "", now_ms, NULL);
    guint wanted = trust != NULL ? count_wanted(trust, proposal) : 1;
    g_clear_pointer(&trust, bt_trust_free);
    return wanted;
}

/* ---- signatures ---- */

static gboolean check_signature(const BtProposal *proposal, const BtProposalDocument *document,
    const BtPublicKey *key, const char *base64, GError **error)
{
    g_autoptr(GBytes) message = bt_envelope_message(proposal->kind, document->payload);
    g_autoptr(GBytes) signature = bt_base64_decode(base64, strlen(base64));
    return (signature != NULL && g_bytes_get_size(signature) == BT_SIGNATURE_BYTES &&
               bt_public_key_verify(key, g_bytes_get_data(message, NULL), g_bytes_get_size(message),
                   g_bytes_get_data(signature, NULL))) ||
        fail(proposal, BT_ERROR_SIGNATURE, error,
            "a signature does not match: expected one of this very document by this key");
}

static gboolean check_signatures(const BtProposal *proposal, const BtApproverKey *key,
    const GPtrArray *signatures, GError **error)
{
    BtPublicKey half;
    if (signatures->len != proposal->documents->len ||
        !bt_public_key_from_base64(key->base64, &half))
        return fail(proposal, BT_ERROR_SIGNATURE, error,
            "the signatures are too few or too many: expected one a document");
    for (guint i = 0; i < signatures->len; i++)
        if (!check_signature(
                proposal, document_at(proposal, i), &half, g_ptr_array_index(signatures, i), error))
            return FALSE;
    return TRUE;
}

static gboolean add_signature(BtStore *store, const BtProposal *proposal, guint number,
    const BtApproverKey *key, const char *base64, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
        "INSERT INTO proposal_signature (proposal, number, keyid, user, signature, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        "iisssi", proposal->id, (gint64)number, key->keyid, key->user, base64, now_ms);
}

static gboolean note_signature(BtStore *store, const BtProposal *proposal, const BtApproverKey *key,
    gint64 now_ms, GError **error)
{
    g_autofree char *note = g_strdup_printf("signed proposal %" G_GINT64_FORMAT " with key %s%s",
        proposal->id, key->keyid, bt_proposals_is_own(proposal, key->user) ? ", the own work" : "");
    return bt_store_note(store, now_ms, key->user, note, error);
}

static gboolean forget_signatures_of(
    BtStore *store, const BtProposal *proposal, const char *user, GError **error)
{
    return bt_db_run(store->db, error,
        "DELETE FROM proposal_signature WHERE proposal = ? AND user = ?", "is", proposal->id, user);
}

/* Who signed before and is no approver there any more has not signed; `*n_hold`: the others. */
static gboolean look_at_earlier(
    BtStore *store, const BtProposal *proposal, guint *n_hold, gint64 now_ms, GError **error)
{
    const GPtrArray *earlier = document_at(proposal, 0)->signatures;
    *n_hold = 0;
    for (guint i = 0; i < earlier->len; i++) {
        const BtProposalSignature *signature = g_ptr_array_index(earlier, i);
        if (approves_all(store, proposal, signature->user, now_ms))
            ++*n_hold;
        else if (!forget_signatures_of(store, proposal, signature->user, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean keep_signatures(BtStore *store, const BtProposal *proposal,
    const BtApproverKey *key, const GPtrArray *signatures, guint wanted, gint64 now_ms,
    GError **error)
{
    guint n_hold;
    if (!look_at_earlier(store, proposal, &n_hold, now_ms, error))
        return FALSE;
    for (guint i = 0; i < signatures->len; i++)
        if (!add_signature(
                store, proposal, i, key, g_ptr_array_index(signatures, i), now_ms, error))
            return FALSE;
    gboolean is_last = n_hold + 1 >= wanted;
    return note_signature(store, proposal, key, now_ms, error) &&
        (!is_last ||
            bt_db_run(store->db, error,
                "UPDATE proposal SET state = 'signed', decider = ? WHERE id = ?", "si", key->user,
                proposal->id));
}

/* In the caller's transaction, so that nobody decides beside it. */
static gboolean sign(BtStore *store, const BtTrust *trust, gint64 id, const char *user,
    const char *keyid, const GPtrArray *signatures, gint64 now_ms, GError **error)
{
    g_autoptr(BtProposal) proposal = bt_proposals_find(store, id, error);
    g_autoptr(BtApproverKey) key = proposal != NULL ? bt_keys_find(store, keyid, error) : NULL;
    if (key == NULL || !bt_decided_check_waits(proposal, error) ||
        !bt_proposals_may_sign(store, proposal, user, now_ms, error))
        return FALSE;
    if (strcmp(key->user, user) != 0 || key->ended_ms != 0)
        return fail(proposal, BT_ERROR_DENIED, error,
            "this key is somebody else's, or has ended: expected one of the own keys");
    return check_key(trust, proposal, keyid, now_ms, error) &&
        check_signatures(proposal, key, signatures, error) &&
        keep_signatures(
            store, proposal, key, signatures, count_wanted(trust, proposal), now_ms, error);
}

gboolean bt_proposals_sign(BtStore *store, gint64 id, const char *user, const char *keyid,
    const GPtrArray *signatures, gint64 now_ms, GError **error)
{
    g_autoptr(GError) later = NULL;
    BtTrust *trust = bt_site_load_trust(store->site, store->source, "", now_ms, error);
    gboolean ok = trust != NULL && bt_db_begin(store->db, error);
    if (ok &&
        !(sign(store, trust, id, user, keyid, signatures, now_ms, error) &&
            bt_db_commit(store->db, error))) {
        bt_db_rollback(store->db);
        ok = FALSE;
    }
    g_clear_pointer(&trust, bt_trust_free);
    if (ok && !bt_release(store, id, now_ms, &later))
        g_message("proposal %" G_GINT64_FORMAT ": %s", id, later->message);
    return ok;
}

/* ---- what was cut off ---- */

gboolean bt_proposals_finish(BtStore *store, gint64 now_ms, GError **error)
{
    gint64 ids[FINISH_MAX];
    guint n = 0;
    gboolean ok = TRUE;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id FROM proposal WHERE state = 'signed' ORDER BY id LIMIT ?", "i",
        (gint64)FINISH_MAX);
    if (rows == NULL)
        return FALSE;
    while (n < FINISH_MAX && bt_rows_next(rows, NULL))
        ids[n++] = bt_rows_int(rows, 0);
    g_clear_pointer(&rows, bt_rows_free);
    for (guint i = 0; i < n && ok; i++)
        ok = bt_release(store, ids[i], now_ms, error);
    return ok;
}
