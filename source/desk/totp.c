#include "source/desk/totp.h"

#include "base/hash.h"
#include "base/password.h"

#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* ---- base32 ---- */

char *bt_base32_encode(const guint8 *bytes, gsize size_bytes)
{
    GString *text = g_string_new(NULL);
    guint32 buffer = 0;
    guint n_bits = 0;
    for (gsize i = 0; i < size_bytes; i++) {
        buffer = buffer << 8 | bytes[i];
        for (n_bits += 8; n_bits >= 5; n_bits -= 5)
            g_string_append_c(text, letters[buffer >> (n_bits - 5) & 31]);
    }
    if (n_bits > 0)
        g_string_append_c(text, letters[buffer << (5 - n_bits) & 31]);
    return g_string_free(text, FALSE);
}

GBytes *bt_base32_decode(const char *text)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint32 buffer = 0;
    guint n_bits = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == ' ')
            continue;
        const char *at = strchr(letters, g_ascii_toupper(*c));
        if (at == NULL)
            return NULL;
        buffer = buffer << 5 | (guint32)(at - letters);
        n_bits += 5;
        if (n_bits >= 8) {
            n_bits -= 8;
            g_byte_array_append(bytes, &(guint8){ (guint8)(buffer >> n_bits) }, 1);
        }
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

/* ---- codes ---- */

char *bt_totp_new_secret(void)
{
    guint8 bytes[BT_TOTP_SECRET_BYTES];
    bt_secret_bytes(bytes, sizeof bytes);
    return bt_base32_encode(bytes, sizeof bytes);
}

void bt_totp_code(
    const guint8 *secret, gsize size_bytes, gint64 step, char code[BT_TOTP_DIGITS + 1])
{
    guint8 mac[BT_HMAC_SHA1_BYTES];
    guint64 counter = GUINT64_TO_BE((guint64)step);
    bt_hmac_sha1(secret, size_bytes, &counter, sizeof counter, mac);
    const guint8 *at = mac + (mac[BT_HMAC_SHA1_BYTES - 1] & 15);
    guint32 number =
        ((guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3]) & 0x7fffffff;
    g_snprintf(code, BT_TOTP_DIGITS + 1, "%06u", number % 1000000);
}

/* Equal, in a time that does not tell where they differ. */
static gboolean codes_equal(const char *a, const char *b)
{
    guint different = 0;
    for (int i = 0; i < BT_TOTP_DIGITS; i++)
        different |= (guint)(a[i] ^ b[i]);
    return different == 0;
}

/* "123 456" → "123456"; FALSE for what is no code. */
static gboolean take_digits(const char *text, char digits[BT_TOTP_DIGITS + 1])
{
    gsize n = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == ' ')
            continue;
        if (!g_ascii_isdigit(*c) || n == BT_TOTP_DIGITS)
            return FALSE;
        digits[n++] = *c;
    }
    digits[n] = '\0';
    return n == BT_TOTP_DIGITS;
}

gint64 bt_totp_check(const char *secret, const char *code, gint64 last_step, gint64 now_ms)
{
    char digits[BT_TOTP_DIGITS + 1], right[BT_TOTP_DIGITS + 1];
    g_autoptr(GBytes) bytes = bt_base32_decode(secret);
    gint64 now = now_ms / BT_TOTP_STEP_MS, found = 0;
    if (bytes == NULL || !take_digits(code, digits))
        return 0;
    for (gint64 step = now - BT_TOTP_WINDOW; step <= now + BT_TOTP_WINDOW; step++) {
        bt_totp_code(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), step, right);
        if (codes_equal(digits, right) && step > last_step)
            found = step;
    }
    return found;
}

char *bt_totp_uri(const char *secret, const char *issuer, const char *account)
{
    g_autofree char *from = g_uri_escape_string(issuer, NULL, FALSE);
    g_autofree char *who = g_uri_escape_string(account, NULL, FALSE);
    return g_strdup_printf("otpauth://totp/%s:%s?secret=%s&issuer=%s", from, who, secret, from);
}
