/* What becomes of a proposal: signatures are taken and checked as a board would check them; when
 * they are enough it is published. Nothing here holds a key that could sign content.
 *
 * The last signature is committed before anything is published, and a proposal that has them all is
 * published whole: its documents lie in the tree before one transaction gives them to their
 * screens. What is cut off in between, bt_proposals_finish makes up for. Thread-safety: one thread
 * a store. */
#ifndef BT_SOURCE_SIGNING_H
#define BT_SOURCE_SIGNING_H

#include "source/desk/proposals.h"

/* Whether this person may sign it, whatever the key: an approver of its area and of every screen in
 * it, not its author unless the kind lets him (alerts, orders) or the area has one official only,
 * and has not signed it yet. DENIED says why not. */
gboolean bt_proposals_may_sign(
    BtStore *store, const BtProposal *proposal, const char *user, gint64 now_ms, GError **error);
/* Whether the author signs the own work, in an area with one official. */
gboolean bt_proposals_is_own(const BtProposal *proposal, const char *user);
/* How many signatures the newest root wants for it, 1 at least. */
guint bt_proposals_wanted(BtStore *store, const BtProposal *proposal, gint64 now_ms);
/* Whether the newest root lets this key sign all of it: UNKNOWN_KEY, CEILING, EXPIRED. */
gboolean bt_proposals_check_key(
    BtStore *store, const BtProposal *proposal, const char *keyid, gint64 now_ms, GError **error);

/* `signatures` (of char*) are the base64 of one signature a document, in their order, of
 * bt_envelope_message(kind, payload). All are checked before one is kept. With the last one that is
 * wanted it is published. DENIED, SIGNATURE, UNKNOWN_KEY, CEILING, CONFLICT (it does not wait any
 * more). */
gboolean bt_proposals_sign(BtStore *store, gint64 id, const char *user, const char *keyid,
    const GPtrArray *signatures, gint64 now_ms, GError **error);
/* An approver says no, and why (1 to BT_PROPOSAL_REASON_MAX_CHARS characters). DENIED, INVALID,
 * CONFLICT. */
gboolean bt_proposals_refuse(
    BtStore *store, gint64 id, const char *user, const char *answer, gint64 now_ms, GError **error);
/* Its author takes it back. DENIED, CONFLICT. */
gboolean bt_proposals_withdraw(
    BtStore *store, gint64 id, const char *user, gint64 now_ms, GError **error);
/* Publishes those that have all their signatures and were not published: at the start, and once a
 * second. FALSE when one of them could not be, for a reason that may pass. */
gboolean bt_proposals_finish(BtStore *store, gint64 now_ms, GError **error);

#endif
