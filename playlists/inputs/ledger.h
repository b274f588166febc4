/* What load.c reads of the ledger; private to this folder. */
#ifndef BT_PLAYLISTS_INPUTS_LEDGER_H
#define BT_PLAYLISTS_INPUTS_LEDGER_H

#include "base/db.h"
#include "playlists/inputs/inputs.h"

/* Entries of one kind ("manifest", "alert", "denial", "lapse", "set-aside", "cut", "resume",
 * "darken", "root") and source ("" for the whole screen), oldest first, at most the newest `limit`
 * of them. Columns: what, version, from_ms, until_ms. (transfer full) (nullable) */
BtRows *bt_input_ledger_entries(
    BtInputLedger *ledger, const char *kind, const char *source, gint64 limit, GError **error);

/* All cuts, in the order in which they were written down. Columns: source and id ("" for both: at
 * the board), from_ms, until_ms (BT_TIME_MAX: nobody ended it). (transfer full) (nullable) */
BtRows *bt_input_ledger_cuts(BtInputLedger *ledger, GError **error);

/* What a source was ordered, oldest first: "stop", "pause", "go-on", "volume". Columns: kind,
 * version (of a volume the percent), from_ms. (transfer full) (nullable) */
BtRows *bt_input_ledger_orders(BtInputLedger *ledger, const char *source, GError **error);

#endif
