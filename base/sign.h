/* Ed25519 keys and signatures (libsodium).
 *
 * A key's id is the SHA-256 of its 32 public bytes in hexadecimal. A key file is one line of text,
 *     bangtin-key ed25519 BASE64(32 bytes of seed)
 * with mode 0600. Secret bytes live in guarded memory and are wiped when freed.
 * Thread-safety: keys are immutable, so safe. */
#ifndef BT_BASE_SIGN_H
#define BT_BASE_SIGN_H

#include "base/hash.h"

#define BT_SIGNATURE_BYTES 64
#define BT_PUBLIC_KEY_BYTES 32
#define BT_KEY_FILE_MAX_BYTES 256

typedef struct {
    guint8 bytes[BT_PUBLIC_KEY_BYTES];
} BtPublicKey;

typedef struct BtKey BtKey;

BtKey *bt_key_generate(void); /* (transfer full) */
/* BT_ERROR_IO, BT_ERROR_NOT_FOUND or BT_ERROR_SYNTAX. (transfer full) (nullable) */
BtKey *bt_key_load(const char *path, GError **error);
/* Writes a new file, durably; refuses to replace one (BT_ERROR_CONFLICT). */
gboolean bt_key_save(const BtKey *key, const char *path, GError **error);
void bt_key_free(BtKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtKey, bt_key_free)

/* The public half, and an Ed25519 signature (RFC 8032) over `data`. */
BtPublicKey bt_key_public(const BtKey *key);
void bt_key_sign(
    const BtKey *key, const void *data, gsize size_bytes, guint8 signature[BT_SIGNATURE_BYTES]);

/* The id of a key is the SHA-256 of its 32 bytes; its text is their base64. FALSE: no such key, or
 * the signature is not its own. */
void bt_public_key_id(const BtPublicKey *key, char id[BT_HASH_HEX_SIZE]);
char *bt_public_key_to_base64(const BtPublicKey *key); /* (transfer full) */
gboolean bt_public_key_from_base64(const char *text, BtPublicKey *key);
gboolean bt_public_key_verify(const BtPublicKey *key, const void *data, gsize size_bytes,
    const guint8 signature[BT_SIGNATURE_BYTES]);

/* Strict base64 (RFC 4648 section 4, with padding, no white space). (transfer full) (nullable) */
GBytes *bt_base64_decode(const char *text, gsize length);

#endif
