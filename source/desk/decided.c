#include "source/desk/decided.h"

#include "base/error.h"
#include "source/desk/cuts.h"
#include "source/desk/notices.h"
#include "source/desk/roles.h"
#include "source/desk/signing.h"

typedef gboolean (*Hear)(
    BtStore *store, const BtJson *what, gboolean published, gint64 now_ms, GError **error);

/* One a desk; each finds its own words in `what`. */
static const Hear desks[] = { bt_cuts_decided, bt_notices_decided, NULL };

gboolean bt_decided_tell(
    BtStore *store, const BtProposal *proposal, gboolean published, gint64 now_ms, GError **error)
{
    for (gsize i = 0; desks[i] != NULL; i++)
        if (!desks[i](store, proposal->what, published, now_ms, error))
            return FALSE;
    return TRUE;
}

static gboolean fail(const BtProposal *proposal, BtError code, GError **error, const char *words)
{
    g_set_error(error, BT_ERROR, code, "proposal %" G_GINT64_FORMAT ": %s", proposal->id, words);
    return FALSE;
}

gboolean bt_decided_check_waits(const BtProposal *proposal, GError **error)
{
    return proposal->state == BT_PROPOSAL_WAITING ||
        fail(proposal, BT_ERROR_CONFLICT, error,
            "it does not wait any more: expected one that does");
}

/* ---- no ---- */

static gboolean decide(BtStore *store, const BtProposal *proposal, const char *user,
    BtProposalState state, const char *answer, gint64 now_ms, GError **error)
{
    const char *word = bt_proposal_state_name(state);
    g_autofree char *note =
        g_strdup_printf("%s proposal %" G_GINT64_FORMAT ": %s", word, proposal->id, answer);
    return bt_decided_check_waits(proposal, error) &&
        bt_db_run(store->db, error,
            "UPDATE proposal SET state = ?, answer = ?, decider = ?, decided_ms = ? WHERE id = ?",
            "sssii", word, answer, user, now_ms, proposal->id) &&
        bt_decided_tell(store, proposal, FALSE, now_ms, error) &&
        bt_store_note(store, now_ms, user, note, error);
}

static gboolean may_decide(BtStore *store, const BtProposal *proposal, const char *user,
    BtProposalState state, gint64 now_ms, GError **error)
{
    if (state == BT_PROPOSAL_WITHDRAWN)
        return bt_proposals_is_own(proposal, user) ||
            fail(proposal, BT_ERROR_DENIED, error, "it is somebody else's: expected its author");
    return bt_roles_has(store, user, 1u << BT_ROLE_APPROVER, proposal->area, now_ms) ||
        fail(proposal, BT_ERROR_DENIED, error,
            "this account does not approve here: expected an approver of its area");
}

static gboolean decide_in_time(BtStore *store, gint64 id, const char *user, BtProposalState state,
    const char *answer, gint64 now_ms, GError **error)
{
    if (!bt_db_begin(store->db, error))
        return FALSE;
    g_autoptr(BtProposal) proposal = bt_proposals_find(store, id, error);
    if (proposal != NULL && may_decide(store, proposal, user, state, now_ms, error) &&
        decide(store, proposal, user, state, answer, now_ms, error) &&
        bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

gboolean bt_proposals_refuse(
    BtStore *store, gint64 id, const char *user, const char *answer, gint64 now_ms, GError **error)
{
    glong length = g_utf8_validate(answer, -1, NULL) ? g_utf8_strlen(answer, -1) : 0;
    if (length < 1 || length > BT_PROPOSAL_REASON_MAX_CHARS) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "proposal %" G_GINT64_FORMAT ": no reason: expected 1 to %d characters", id,
            BT_PROPOSAL_REASON_MAX_CHARS);
        return FALSE;
    }
    return decide_in_time(store, id, user, BT_PROPOSAL_REFUSED, answer, now_ms, error);
}

gboolean bt_proposals_withdraw(
    BtStore *store, gint64 id, const char *user, gint64 now_ms, GError **error)
{
    return decide_in_time(store, id, user, BT_PROPOSAL_WITHDRAWN, "", now_ms, error);
}
