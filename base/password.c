#include "base/password.h"

#include "base/error.h"

#include <sodium.h>
#include <string.h>

#define GROUPS 5
#define GROUP_SYMBOLS 4

static void need_sodium(void)
{
    if (sodium_init() < 0)
        g_error("libsodium does not start");
}

char *bt_password_hash(const char *password, GError **error)
{
    gsize size_bytes = strlen(password);
    char hash[crypto_pwhash_STRBYTES];
    need_sodium();
    if (size_bytes < BT_PASSWORD_MIN_BYTES || size_bytes > BT_PASSWORD_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "password: %" G_GSIZE_FORMAT " bytes: expected %d to %d", size_bytes,
            BT_PASSWORD_MIN_BYTES, BT_PASSWORD_MAX_BYTES);
        return NULL;
    }
    if (crypto_pwhash_str_alg(hash, password, size_bytes, crypto_pwhash_OPSLIMIT_INTERACTIVE,
            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_FAILED, "password: no memory to hash it");
        return NULL;
    }
    return g_strdup(hash);
}

gboolean bt_password_verify(const char *hash, const char *password)
{
    need_sodium();
    gsize size_bytes = MIN(strlen(password), BT_PASSWORD_MAX_BYTES + 1);
    return crypto_pwhash_str_verify(hash, password, size_bytes) == 0;
}

char *bt_password_generate(void)
{
    static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    GString *text = g_string_new(NULL);
    need_sodium();
    for (int i = 0; i < GROUPS * GROUP_SYMBOLS; i++) {
        if (i > 0 && i % GROUP_SYMBOLS == 0)
            g_string_append_c(text, '-');
        g_string_append_c(text, alphabet[randombytes_uniform(sizeof alphabet - 1)]);
    }
    return g_string_free(text, FALSE);
}

void bt_secret_bytes(void *bytes, gsize size_bytes)
{
    need_sodium();
    randombytes_buf(bytes, size_bytes);
}
