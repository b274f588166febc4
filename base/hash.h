/* SHA-256, as lower-case hexadecimal text: the name of every asset and document.
 * Thread-safety: a hasher belongs to one thread; the rest is safe. */
#ifndef BT_BASE_HASH_H
#define BT_BASE_HASH_H

#include <glib.h>

#define BT_HASH_BYTES 32
#define BT_HASH_HEX_SIZE 65 /* 64 digits and the final NUL */

/* Whether `text` is exactly 64 lower-case hexadecimal digits. NULL is not. */
gboolean bt_hash_is_hex(const char *text);

/* The hash of `size_bytes` bytes at `data`, into `hex`. */
void bt_hash_data(const void *data, gsize size_bytes, char hex[BT_HASH_HEX_SIZE]);

/* The hash of all of `fd` from its start, read by pread so that the offset stays; sets
 * `*size_bytes` (nullable). FALSE with BT_ERROR_IO. */
gboolean bt_hash_fd(int fd, char hex[BT_HASH_HEX_SIZE], guint64 *size_bytes, GError **error);

/* HMAC-SHA-1 (RFC 2104), for one-time codes (RFC 6238), where its collisions do not matter. */
#define BT_HMAC_SHA1_BYTES 20
void bt_hmac_sha1(const void *key, gsize key_bytes, const void *data, gsize size_bytes,
    guint8 mac[BT_HMAC_SHA1_BYTES]);

/* Hashing while bytes arrive. */
typedef struct BtHasher BtHasher;
BtHasher *bt_hasher_new(void); /* (transfer full) */
void bt_hasher_update(BtHasher *hasher, const void *data, gsize size_bytes);
/* The hash of what came so far; the hasher can go on after it. */
void bt_hasher_peek(const BtHasher *hasher, char hex[BT_HASH_HEX_SIZE]);
void bt_hasher_free(BtHasher *hasher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtHasher, bt_hasher_free)

#endif
