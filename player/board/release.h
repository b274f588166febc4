/* The order that ends cuts, written down before it counts. Thread-safety: that of the ledger. */
#ifndef BT_PLAYER_BOARD_RELEASE_H
#define BT_PLAYER_BOARD_RELEASE_H

#include "playlists/inputs/inputs.h"

/* From `t_ms` on what `release`, which was verified, says: its version is remembered with what it
 * ends, in one transaction, each of its orders once. `sha256` is its envelope's. */
gboolean bt_release_take(BtInputLedger *ledger, const char *source, const char *sha256,
    const BtRelease *release, gint64 t_ms, GError **error);

#endif
