/* What an approver has beside the password: an authenticator, and recovery codes for when the phone
 * is gone. Each code counts once, also after a restart. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_SECOND_FACTOR_H
#define BT_SOURCE_SECOND_FACTOR_H

#include "source/store/store.h"

#define BT_RECOVERY_CODES 8

/* Whether the account has an authenticator. */
gboolean bt_second_factor_is_set(BtStore *store, const char *user);
/* Whether it needs one: who may approve somewhere signs for others. */
gboolean bt_second_factor_is_needed(BtStore *store, const char *user, gint64 now_ms);
/* Whether this is a code of now, or a recovery code, that was not used before; it is used then. */
gboolean bt_second_factor_use(BtStore *store, const char *user, const char *code, gint64 now_ms);
/* Takes the secret (base32) for the account, when `code` shows that a phone has it: FALSE with
 * BT_ERROR_INVALID when not. `codes` is set to new recovery codes, shown once. (transfer full):
 * GPtrArray of char* */
gboolean bt_second_factor_set(BtStore *store, const char *user, const char *secret,
    const char *code, gint64 now_ms, GPtrArray **codes, GError **error);
/* New recovery codes instead of the old. (transfer full) (nullable) */
GPtrArray *bt_second_factor_new_codes(
    BtStore *store, const char *user, gint64 now_ms, GError **error);
/* How many recovery codes are left. */
guint bt_second_factor_codes_left(BtStore *store, const char *user);
/* Forgets all of it: the next sign-in of an approver asks for a new one. */
gboolean bt_second_factor_clear(
    BtStore *store, const char *user, const char *who, gint64 now_ms, GError **error);

#endif
