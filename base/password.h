/* Passwords of people: Argon2id (libsodium), two passes over 64 MiB, in the text form that carries
 * its own salt and costs. Takes about 0.1 s of one core and 64 MiB on purpose, so callers bound how
 * often and how many at once. Thread-safety: safe. */
#ifndef BT_BASE_PASSWORD_H
#define BT_BASE_PASSWORD_H

#include <glib.h>

#define BT_PASSWORD_MIN_BYTES 10
#define BT_PASSWORD_MAX_BYTES 1024

/* BT_ERROR_INVALID for a password outside the bounds, BT_ERROR_FAILED without memory. (transfer
 * full) (nullable) */
char *bt_password_hash(const char *password, GError **error);
/* Whether `password` is the one of `hash`; takes as long either way. */
gboolean bt_password_verify(const char *hash, const char *password);
/* 100 bits of chance in five groups of letters and digits that eyes do not mistake. (transfer full)
 */
char *bt_password_generate(void);

/* `size_bytes` bytes that nobody can guess. */
void bt_secret_bytes(void *bytes, gsize size_bytes);

#endif
