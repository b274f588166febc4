/* What the desks hear of their proposals. Private to this folder. Thread-safety: one thread a
 * store. */
#ifndef BT_SOURCE_DECIDED_H
#define BT_SOURCE_DECIDED_H

#include "source/desk/proposals.h"

/* Tells those who made proposals what became of one: part of the caller's transaction. `published`
 * FALSE: refused or taken back. */
gboolean bt_decided_tell(
    BtStore *store, const BtProposal *proposal, gboolean published, gint64 now_ms, GError **error);
/* CONFLICT when it was decided already. */
gboolean bt_decided_check_waits(const BtProposal *proposal, GError **error);

#endif
