/* From enough signatures to the screens. Private to this folder. Thread-safety: one thread a store.
 */
#ifndef BT_SOURCE_RELEASE_H
#define BT_SOURCE_RELEASE_H

#include "source/desk/proposals.h"

/* Publishes a proposal in the state BT_PROPOSAL_SIGNED, or notes that it was overtaken. FALSE for
 * what may pass (IO). */
gboolean bt_release(BtStore *store, gint64 id, gint64 now_ms, GError **error);

#endif
