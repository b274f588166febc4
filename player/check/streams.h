/* What `bangtin check` says of the live streams in a manifest. Thread-safety: safe. */
#ifndef BT_PLAYER_CHECK_STREAMS_H
#define BT_PLAYER_CHECK_STREAMS_H

#include "player/config/config.h"

/* Adds to `notes` (of char*) each stream that a board would not open, and why: the board of
 * `config`, or one whose configuration names no hosts (NULL). */
void bt_check_streams(const BtManifest *manifest, const BtConfig *config, GPtrArray *notes);

#endif
