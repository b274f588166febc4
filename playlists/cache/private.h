/* What the files of this folder share: where things lie. */
#ifndef BT_PLAYLISTS_CACHE_PRIVATE_H
#define BT_PLAYLISTS_CACHE_PRIVATE_H

#include "playlists/cache/cache.h"

/* The end of a name: what the server said of the version that a half file is of. */
#define BT_CACHE_VALIDATOR ".etag"

struct BtCache {
    char *folder;
    gboolean writable;
    GHashTable *remembered; /* sha256 → GBytes; NULL: nothing is */
    gsize remembered_bytes;
};

/* Paths (transfer full). `sha256` must have passed bt_cache_check_name. */
char *bt_cache_object_path(const BtCache *cache, const char *sha256);
char *bt_cache_incoming_path(const BtCache *cache, const char *sha256, const char *suffix);

/* Whether `sha256` may become a file name here; BT_ERROR_INVALID. */
gboolean bt_cache_check_name(const char *sha256, GError **error);
/* BT_ERROR_IO when the cache was opened for reading. */
gboolean bt_cache_check_writable(const BtCache *cache, GError **error);

/* A regular file, no symbolic link at its end, close-on-exec; -1 with BT_ERROR_NOT_FOUND,
 * BT_ERROR_IO. */
int bt_cache_open_file(const char *path, int flags, GError **error);

/* Removes what is at `path` unless it is a regular file or, with `folder`, a folder: where a disk
 * rotted anything may stand. */
void bt_cache_clear_way(const char *path, gboolean folder);

/* Gives the synced file at `from` its name among the objects, durably. */
gboolean bt_cache_install(BtCache *cache, const char *from, const char *sha256, GError **error);

/* Whether so many bytes more leave the disk what it needs for others. */
gboolean bt_cache_has_room(const BtCache *cache, guint64 bytes);

#endif
