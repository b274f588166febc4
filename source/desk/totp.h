/* Codes of six digits from a shared secret and the time (RFC 6238: HMAC-SHA-1, steps of 30 s), as
 * every authenticator on a phone makes them. Pure. Thread-safety: safe. */
#ifndef BT_SOURCE_TOTP_H
#define BT_SOURCE_TOTP_H

#include <glib.h>

#define BT_TOTP_SECRET_BYTES 20   /* as RFC 4226 recommends */
#define BT_TOTP_SECRET_LETTERS 32 /* of them in base32 */
#define BT_TOTP_STEP_MS G_GINT64_CONSTANT(30000)
#define BT_TOTP_WINDOW 1 /* steps that a clock may be off, each way */
#define BT_TOTP_DIGITS 6

/* Base32 (RFC 4648 section 6, without padding). (transfer full) */
char *bt_base32_encode(const guint8 *bytes, gsize size_bytes);
/* Small letters and blanks are taken too; NULL for what is none. (transfer full) */
GBytes *bt_base32_decode(const char *text);

/* A new secret in base32. (transfer full) */
char *bt_totp_new_secret(void);
/* The code of a step (time ÷ 30 s), into `code`. */
void bt_totp_code(
    const guint8 *secret, gsize size_bytes, gint64 step, char code[BT_TOTP_DIGITS + 1]);
/* The step whose code this is, of those around `now_ms` that come after `last_step`: each counts
 * once. 0: none. `code` may have blanks. */
gint64 bt_totp_check(const char *secret, const char *code, gint64 last_step, gint64 now_ms);
/* otpauth://totp/… for a QR code. (transfer full) */
char *bt_totp_uri(const char *secret, const char *issuer, const char *account);

#endif
