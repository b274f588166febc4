/* How people get in: passwords, one-time links that set one, and the lock that guessing closes.
 * There is no default password anywhere. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_DOORS_H
#define BT_SOURCE_DOORS_H

#include "base/hash.h"
#include "source/store/store.h"

#define BT_LOCK_AFTER 10 /* wrong passwords or codes in a row */
#define BT_LOCK_MS (15 * 60 * G_GINT64_CONSTANT(1000))
#define BT_INVITATION_LIFE_MS (72 * 60 * 60 * G_GINT64_CONSTANT(1000))

/* Changes whenever the account's password or authenticator does, and when one becomes needed, so
 * that sessions of before end; NULL when there is no such account. (transfer full) */
char *bt_doors_stamp(BtStore *store, const char *user);

/* ---- the lock ---- */

/* Until when the account is locked; 0: it is open. */
gint64 bt_doors_locked_until(BtStore *store, const char *user, gint64 now_ms);
/* Counts a wrong password or code; the tenth in a row locks, which the diary tells. */
void bt_doors_failed(BtStore *store, const char *user, const char *address, gint64 now_ms);
/* After a whole sign-in: nothing is counted any more. */
void bt_doors_succeeded(BtStore *store, const char *user);
/* An administrator opens it. */
gboolean bt_doors_unlock(
    BtStore *store, const char *user, const char *who, gint64 now_ms, GError **error);

/* ---- one-time links ---- */

/* 64 hexadecimal digits, of which only the hash is kept; links of before do not count any more.
 * BT_ERROR_NOT_FOUND for an account that is not there. (transfer full) (nullable) */
char *bt_doors_invite(
    BtStore *store, const char *user, const char *who, gint64 now_ms, GError **error);
/* Whose link it is; NULL when it is none, was used, or its time is up. (transfer full) */
char *bt_doors_invited(BtStore *store, const char *token, gint64 now_ms);
/* Sets the password by a link, which is used up. BT_ERROR_NOT_FOUND for no such link,
 * BT_ERROR_INVALID for a password out of bounds: the link stays then. */
gboolean bt_doors_accept(
    BtStore *store, const char *token, const char *password, gint64 now_ms, GError **error);

/* A new password, noted in the diary; links of before do not count any more. */
gboolean bt_doors_set_password(
    BtStore *store, const char *user, const char *password, gint64 now_ms, GError **error);

#endif
