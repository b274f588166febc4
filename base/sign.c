#include "base/sign.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define KEY_PREFIX "bangtin-key ed25519 "
#define SEED_TEXT_SIZE                                                                             \
    sodium_base64_ENCODED_LEN(crypto_sign_SEEDBYTES, sodium_base64_VARIANT_ORIGINAL)

G_STATIC_ASSERT(BT_SIGNATURE_BYTES == crypto_sign_BYTES);
G_STATIC_ASSERT(BT_PUBLIC_KEY_BYTES == crypto_sign_PUBLICKEYBYTES);

struct BtKey {
    guint8 *secret; /* crypto_sign_SECRETKEYBYTES, guarded */
    BtPublicKey public;
};

static gpointer start_sodium(gpointer unused G_GNUC_UNUSED)
{
    if (sodium_init() < 0)
        g_error("libsodium does not start");
    return NULL;
}

static void need_sodium(void)
{
    static GOnce once = G_ONCE_INIT;
    g_once(&once, start_sodium, NULL);
}

static void *guarded_new(gsize size_bytes)
{
    void *memory = sodium_malloc(size_bytes);
    if (!memory)
        g_error("no guarded memory");
    return memory;
}

static BtKey *key_new(void)
{
    need_sodium();
    BtKey *key = g_new0(BtKey, 1);
    key->secret = guarded_new(crypto_sign_SECRETKEYBYTES);
    return key;
}

BtKey *bt_key_generate(void)
{
    BtKey *key = key_new();
    crypto_sign_keypair(key->public.bytes, key->secret);
    return key;
}

void bt_key_free(BtKey *key)
{
    if (!key)
        return;
    sodium_free(key->secret);
    g_free(key);
}

/* ---- key files ---- */

/* Reads up to `room_bytes` into guarded memory; the bytes that came, or -1. */
static gssize read_secret(int fd, char *text, gsize room_bytes)
{
    gsize size_bytes = 0;
    while (size_bytes < room_bytes) {
        gssize n = read(fd, text + size_bytes, room_bytes - size_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        size_bytes += (gsize)n;
    }
    return (gssize)size_bytes;
}

static gboolean seed_from_text(const char *text, gsize size_bytes, guint8 *seed)
{
    gsize prefix_bytes = strlen(KEY_PREFIX), n = 0;
    if (size_bytes > 0 && text[size_bytes - 1] == '\n')
        size_bytes--;
    return size_bytes >= prefix_bytes && memcmp(text, KEY_PREFIX, prefix_bytes) == 0 &&
        sodium_base642bin(seed, crypto_sign_SEEDBYTES, text + prefix_bytes,
            size_bytes - prefix_bytes, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
        n == crypto_sign_SEEDBYTES;
}

static BtKey *key_from_text(const char *path, const char *text, gsize size_bytes, GError **error)
{
    BtKey *key = NULL;
    guint8 *seed = guarded_new(crypto_sign_SEEDBYTES);
    if (size_bytes <= BT_KEY_FILE_MAX_BYTES && seed_from_text(text, size_bytes, seed)) {
        key = key_new();
        crypto_sign_seed_keypair(key->public.bytes, key->secret, seed);
    } else
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
            "%s:1: not a key: expected " KEY_PREFIX "and the base64 of 32 bytes", path);
    sodium_free(seed);
    return key;
}

BtKey *bt_key_load(const char *path, GError **error)
{
    need_sodium();
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        bt_error_set_errno(error, errno == ENOENT ? BT_ERROR_NOT_FOUND : BT_ERROR_IO, errno, path,
            "cannot open the key");
        return NULL;
    }
    BtKey *key = NULL;
    char *text = guarded_new(BT_KEY_FILE_MAX_BYTES + 1);
    gssize n = read_secret(fd, text, BT_KEY_FILE_MAX_BYTES + 1);
    if (n < 0)
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot read the key");
    else
        key = key_from_text(path, text, (gsize)n, error);
    sodium_free(text);
    close(fd);
    return key;
}

gboolean bt_key_save(const BtKey *key, const char *path, GError **error)
{
    gsize prefix_bytes = strlen(KEY_PREFIX), size_bytes = prefix_bytes + SEED_TEXT_SIZE;
    guint8 *seed = guarded_new(crypto_sign_SEEDBYTES);
    char *text = guarded_new(size_bytes);
    crypto_sign_ed25519_sk_to_seed(seed, key->secret);
    memcpy(text, KEY_PREFIX, prefix_bytes);
    sodium_bin2base64(text + prefix_bytes, SEED_TEXT_SIZE, seed, crypto_sign_SEEDBYTES,
        sodium_base64_VARIANT_ORIGINAL);
    text[size_bytes - 1] = '\n'; /* in the place of the final NUL */
    gboolean ok = bt_io_create(path, text, size_bytes, 0600, error);
    sodium_free(text);
    sodium_free(seed);
    return ok;
}

/* ---- signing ---- */

BtPublicKey bt_key_public(const BtKey *key)
{
    return key->public;
}

void bt_key_sign(
    const BtKey *key, const void *data, gsize size_bytes, guint8 signature[BT_SIGNATURE_BYTES])
{
    crypto_sign_detached(
        signature, NULL, size_bytes ? data : (const void *)"", size_bytes, key->secret);
}

gboolean bt_public_key_verify(const BtPublicKey *key, const void *data, gsize size_bytes,
    const guint8 signature[BT_SIGNATURE_BYTES])
{
    need_sodium();
    return crypto_sign_verify_detached(
               signature, size_bytes ? data : (const void *)"", size_bytes, key->bytes) == 0;
}

void bt_public_key_id(const BtPublicKey *key, char id[BT_HASH_HEX_SIZE])
{
    bt_hash_data(key->bytes, sizeof key->bytes, id);
}

/* ---- base64 ---- */

char *bt_public_key_to_base64(const BtPublicKey *key)
{
    return g_base64_encode(key->bytes, sizeof key->bytes);
}

gboolean bt_public_key_from_base64(const char *text, BtPublicKey *key)
{
    if (!text)
        return FALSE;
    g_autoptr(GBytes) bytes = bt_base64_decode(text, strlen(text));
    if (!bytes || g_bytes_get_size(bytes) != sizeof key->bytes)
        return FALSE;
    memcpy(key->bytes, g_bytes_get_data(bytes, NULL), sizeof key->bytes);
    return TRUE;
}

/* GLib's decoder skips what it does not know and lets padding be missing; libsodium's refuses both,
 * and bits after the end. */
GBytes *bt_base64_decode(const char *text, gsize length)
{
    need_sodium();
    if (length % 4 != 0)
        return NULL;
    gsize room_bytes = length / 4 * 3, size_bytes = 0;
    g_autofree guint8 *bytes = g_malloc(room_bytes + 1);
    if (length > 0 &&
        sodium_base642bin(bytes, room_bytes, text, length, NULL, &size_bytes, NULL,
            sodium_base64_VARIANT_ORIGINAL) != 0)
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&bytes), size_bytes);
}
