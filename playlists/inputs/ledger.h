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

#endif
