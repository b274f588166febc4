/* What a file is by its first bytes, whatever a peer calls it. Pure. Thread-safety: safe. */
#ifndef BT_PLAYLISTS_SYNC_TTN_TYPE_H
#define BT_PLAYLISTS_SYNC_TTN_TYPE_H

#include "playlists/adapters/ttn/ttn.h"

#define BT_TYPE_HEAD_BYTES 64 /* so many are enough */

/* As manifests write it ("video/mp4"), for a bulletin of this kind: a container that may hold
 * either is what was announced. BT_ERROR_CAPTIVE: a page for people; BT_ERROR_UNSUPPORTED: not of
 * this kind, or nothing that is known. Static. (nullable) */
const char *bt_type_of(const void *head, gsize size_bytes, BtTtnKind kind, GError **error);

#endif
