/* The manifests that were published, as they lie in the tree. Thread-safety: safe. */
#ifndef BT_SOURCE_PUBLISHED_H
#define BT_SOURCE_PUBLISHED_H

#include "playlists/model/manifest.h"

/* NULL where it is gone or cannot be read: it was verified before it got there. (transfer full) */
BtManifest *bt_published_read(const char *site, const char *sha256);

#endif
