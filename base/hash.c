#include "base/hash.h"

#include "base/error.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES                                                                                \
    (256 * 1024) /* large enough that the system calls cost nothing beside the hash */

/* OpenSSL hashes five times as fast, but a program that hashes a line now and then pays for what it
 * looks up before each hash: up to this size libsodium, which looks nothing up, is cheaper. */
#define SHORT_BYTES 4096

struct BtHasher {
    EVP_MD_CTX *context;
};

static void to_hex(const guint8 *bytes, gsize size_bytes, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (gsize i = 0; i < size_bytes; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * size_bytes] = '\0';
}

gboolean bt_hash_is_hex(const char *text)
{
    return text && strspn(text, "0123456789abcdef") == BT_HASH_HEX_SIZE - 1 &&
        text[BT_HASH_HEX_SIZE - 1] == '\0';
}

void bt_hash_data(const void *data, gsize size_bytes, char hex[BT_HASH_HEX_SIZE])
{
    guint8 digest[BT_HASH_BYTES];
    G_STATIC_ASSERT(sizeof digest == crypto_hash_sha256_BYTES);
    if (size_bytes <= SHORT_BYTES)
        crypto_hash_sha256(digest, data, size_bytes);
    else if (!EVP_Digest(data, size_bytes, digest, NULL, EVP_sha256(), NULL))
        g_error("SHA-256 is not available");
    to_hex(digest, sizeof digest, hex);
}

void bt_hmac_sha1(const void *key, gsize key_bytes, const void *data, gsize size_bytes,
    guint8 mac[BT_HMAC_SHA1_BYTES])
{
    unsigned length = 0;
    if (!HMAC(EVP_sha1(), key, (int)key_bytes, data, size_bytes, mac, &length) ||
        length != BT_HMAC_SHA1_BYTES)
        g_error("HMAC-SHA-1 is not available");
}

static gssize read_at(int fd, void *buffer, gsize size_bytes, guint64 offset)
{
    gssize n;
    do
        n = pread(fd, buffer, size_bytes, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n;
}

gboolean bt_hash_fd(int fd, char hex[BT_HASH_HEX_SIZE], guint64 *size_bytes, GError **error)
{
    g_autoptr(BtHasher) hasher = bt_hasher_new();
    g_autofree guint8 *chunk = g_malloc(CHUNK_BYTES);
    guint64 offset = 0;
    gssize n;
    while ((n = read_at(fd, chunk, CHUNK_BYTES, offset)) > 0) {
        bt_hasher_update(hasher, chunk, (gsize)n);
        offset += (guint64)n;
    }
    if (n < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, "hash", "cannot read");
        return FALSE;
    }
    bt_hasher_peek(hasher, hex);
    if (size_bytes)
        *size_bytes = offset;
    return TRUE;
}

BtHasher *bt_hasher_new(void)
{
    BtHasher *hasher = g_new(BtHasher, 1);
    hasher->context = EVP_MD_CTX_new();
    if (!hasher->context || !EVP_DigestInit_ex(hasher->context, EVP_sha256(), NULL))
        g_error("SHA-256 is not available");
    return hasher;
}

void bt_hasher_update(BtHasher *hasher, const void *data, gsize size_bytes)
{
    if (size_bytes && !EVP_DigestUpdate(hasher->context, data, size_bytes))
        g_error("SHA-256 failed");
}

/* Finishing spoils a context, so a copy is finished. */
void bt_hasher_peek(const BtHasher *hasher, char hex[BT_HASH_HEX_SIZE])
{
    guint8 digest[BT_HASH_BYTES];
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    if (!copy || !EVP_MD_CTX_copy_ex(copy, hasher->context) ||
        !EVP_DigestFinal_ex(copy, digest, NULL))
        g_error("SHA-256 failed");
    EVP_MD_CTX_free(copy);
    to_hex(digest, sizeof digest, hex);
}

void bt_hasher_free(BtHasher *hasher)
{
    if (!hasher)
        return;
    EVP_MD_CTX_free(hasher->context);
    g_free(hasher);
}
