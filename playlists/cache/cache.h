/* Content by hash. What is in objects/ is whole, has the hash of its name, and survived a power
 * cut: it was written in incoming/, synced, hashed again from the disk, renamed, and the folders
 * synced. A half file stays in incoming/ and its download goes on where it stopped. An open fd is a
 * pin: an object that is unlinked while open stays readable.
 *
 * sync writes; show only reads. Folder: objects/ab/SHA256, incoming/SHA256 (and .etag),
 * documents/SOURCE/NAME. Thread-safety: one thread a cache; several processes may open the folder.
 */
#ifndef BT_PLAYLISTS_CACHE_CACHE_H
#define BT_PLAYLISTS_CACHE_CACHE_H

#include "base/hash.h"

typedef struct BtCache BtCache;

/* (transfer full) (nullable) BT_ERROR_IO. `writable` FALSE: opens an existing folder for reading.
 */
BtCache *bt_cache_open(const char *folder, gboolean writable, GError **error);
/* For a player that goes on: a cache whose folder could not be opened now; what is asked of it is
 * looked for each time. (transfer full) */
BtCache *bt_cache_open_failing(const char *folder);
/* From now on what bt_cache_read_object gave is given again when the disk does not: the bytes had
 * their hash then, and have it still. At most so many bytes are kept. */
#define BT_CACHE_REMEMBERED_BYTES (16 * 1024 * 1024)
void bt_cache_remember(BtCache *cache);
void bt_cache_close(BtCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtCache, bt_cache_close)

/* ---- reading ---- */
gboolean bt_cache_has(BtCache *cache, const char *sha256);
/* A new fd, read-only, close-on-exec, the caller's; -1 with BT_ERROR_NOT_FOUND or BT_ERROR_IO. */
int bt_cache_open_object(BtCache *cache, const char *sha256, GError **error);
/* A whole small object; hashed on the way (BT_ERROR_MISMATCH: it rotted). (transfer full) */
GBytes *bt_cache_read_object(BtCache *cache, const char *sha256, gsize max_bytes, GError **error);
/* Hashes an object from the disk; one that rotted is removed when writable. BT_ERROR_MISMATCH. */
gboolean bt_cache_check_object(BtCache *cache, const char *sha256, GError **error);

/* ---- documents: the envelopes of a source, by name ("root.3.json", "now.json") ---- */
/* Names of sources and documents: [A-Za-z0-9._-], not beginning with a dot. */
#define BT_CACHE_NAME_MAX 100
GBytes *bt_cache_read_document(
    BtCache *cache, const char *source, const char *name, gsize max_bytes, GError **error);
gboolean bt_cache_write_document(
    BtCache *cache, const char *source, const char *name, GBytes *bytes, GError **error);

/* ---- writing objects ---- */
typedef struct BtIncoming BtIncoming;

/* Begins or continues the arrival of an object of `size_bytes`. (transfer full) (nullable) */
BtIncoming *bt_cache_begin(BtCache *cache, const char *sha256, guint64 size_bytes, GError **error);
guint64 bt_incoming_offset(const BtIncoming *incoming); /* bytes that are here already */
/* The same of an object that nobody begins now; 0 when nothing of it came. */
guint64 bt_cache_incoming_bytes(BtCache *cache, const char *sha256);
/* The validator (ETag) under which those bytes came, "" when not known; set it with each answer. */
const char *bt_incoming_etag(const BtIncoming *incoming);
gboolean bt_incoming_set_etag(BtIncoming *incoming, const char *etag, GError **error);
/* Throws away what came and starts at 0: the file changed meanwhile. */
gboolean bt_incoming_restart(BtIncoming *incoming, GError **error);
/* More than size_bytes is BT_ERROR_LIMIT, before it is written. */
gboolean bt_incoming_write(
    BtIncoming *incoming, const void *data, gsize size_bytes, GError **error);
/* Hash and size right: the object is whole and durable. Else BT_ERROR_MISMATCH, and the bytes are
 * thrown away. Frees `incoming` in both cases. (transfer full for incoming) */
gboolean bt_incoming_commit(BtIncoming *incoming, GError **error);
/* The same, and says under which hash it lies now. */
gboolean bt_incoming_commit_as(BtIncoming *incoming, char sha256[BT_HASH_HEX_SIZE], GError **error);

/* An object whose hash nobody knows before it is here: it arrives under `key`, the hash of what it
 * is known by (its address), and is committed under its own. At most `max_bytes`; no room is asked
 * for until its size is told. A key is never the name of an object. (transfer full) (nullable) */
BtIncoming *bt_cache_begin_unnamed(
    BtCache *cache, const char *key, guint64 max_bytes, GError **error);
/* It is so large, in all: BT_ERROR_LIMIT beyond `max_bytes`, BT_ERROR_IO without room. */
gboolean bt_incoming_expect(BtIncoming *incoming, guint64 size_bytes, GError **error);

/* Stops for now and keeps what came, synced. Frees `incoming`. */
void bt_incoming_pause(BtIncoming *incoming);

/* Copies bytes that are already known (a document by its hash). BT_ERROR_MISMATCH. */
gboolean bt_cache_add_object(BtCache *cache, const char *sha256, GBytes *bytes, GError **error);

/* ---- housekeeping ---- */
typedef struct {
    guint64 objects, bytes;
} BtCacheUse;
gboolean bt_cache_measure(BtCache *cache, BtCacheUse *use, GError **error);
/* Removes objects that are not in `keep` (a set of sha256), oldest access first, until at most
 * `quota_bytes` remain and the disk has `free_bytes` free; never one of `keep`. Returns how many
 * were removed, -1 on failure. */
gint64 bt_cache_evict(
    BtCache *cache, GHashTable *keep, guint64 quota_bytes, guint64 free_bytes, GError **error);
/* What the disk should have free for others than the cache: a twentieth of it, at most 1 GB.
 * Objects that would leave less than half of that do not begin to arrive (BT_ERROR_IO), so that
 * ledger and inputs can still be written. 0 when the disk cannot be asked. */
guint64 bt_cache_reserve(const BtCache *cache);

#endif
