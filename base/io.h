/* Files: bounded reads and durable writes.
 *
 * Whatever is written here is old or new after a power cut, never between: a new file is written
 * beside its place (".NAME.XXXXXX"), synced, renamed, and its folder synced. Thread-safety: safe.
 */
#ifndef BT_BASE_IO_H
#define BT_BASE_IO_H

#include <glib.h>

/* The whole file, at most `max_bytes` (else BT_ERROR_LIMIT, read no further). BT_ERROR_NOT_FOUND,
 * BT_ERROR_IO. Only regular files. (transfer full) (nullable) */
GBytes *bt_io_read(const char *path, gsize max_bytes, GError **error);
GBytes *bt_io_read_fd(int fd, const char *name, gsize max_bytes, GError **error);

/* Writes `data` durably at `path` with `mode`, replacing what was there. BT_ERROR_IO; what was
 * there stays on failure. */
gboolean bt_io_write(
    const char *path, const void *data, gsize size_bytes, int mode, GError **error);

/* The same for a file that must not be there yet: BT_ERROR_CONFLICT when it is. */
gboolean bt_io_create(
    const char *path, const void *data, gsize size_bytes, int mode, GError **error);

/* All of `data` to `fd`, continuing after short writes and signals. */
gboolean bt_io_write_all(
    int fd, const char *name, const void *data, gsize size_bytes, GError **error);

/* Makes a folder and its parents (mode 0700 for new ones), and makes that durable. */
gboolean bt_io_make_folder(const char *path, GError **error);
/* fsync of a folder, so that a rename or unlink in it is durable. */
gboolean bt_io_sync_folder(const char *path, GError **error);

/* Removes what writes that a cut ended have left in a folder: files beside their places that nobody
 * has written to for an hour. Nothing is said about those that stay. */
void bt_io_sweep(const char *folder);

/* A memfd of `size_bytes` zeroed bytes, sealed against shrinking and growing, for sharing. -1. */
int bt_io_shared_memory(const char *name, gsize size_bytes, GError **error);

#endif
