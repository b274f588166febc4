/* People and what they are called; who administers whom. An account belongs to the area where it
 * was made, and may have roles elsewhere. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_ACCOUNTS_H
#define BT_SOURCE_ACCOUNTS_H

#include "source/store/store.h"

#define BT_ACCOUNTS_MAX 5000
#define BT_ACCOUNT_WORDS_MAX 100u /* code points of a full name or an address */

typedef struct {
    char *name; /* what it signs in with */
    char *full_name, *email;
    char *area;
    gint64 created_ms;
    gint64 locked_until_ms;  /* 0 or past: open */
    gint64 invited_until_ms; /* until when its one-time link holds; 0: it has none */
    gboolean has_password, has_authenticator;
} BtAccount;

/* Takes NULL too. */
void bt_account_free(BtAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtAccount, bt_account_free)

/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtAccount *bt_accounts_find(BtStore *store, const char *name, GError **error);
/* Those that belong to one of the areas (of char*) or have a role there, by name; with `words` ("":
 * all) only those in whose names they stand, and the one whose name they are, wherever it is.
 * (transfer full) (nullable): GPtrArray of BtAccount */
GPtrArray *bt_accounts_list(
    BtStore *store, const GPtrArray *areas, const char *words, GError **error);
/* Whether the administrator has all that the account belongs to and may do under himself: else who
 * gives it a new password could raise himself by it. */
gboolean bt_accounts_may_manage(
    BtStore *store, const char *administrator, const char *name, gint64 now_ms);

/* ---- changes: each is noted in the diary under `who` ---- */

/* Without a password: nobody can sign in until a one-time link was used (doors.h).
 * BT_ERROR_CONFLICT for a name that is there, BT_ERROR_INVALID for a bad one, BT_ERROR_NOT_FOUND
 * for an area that is not there, BT_ERROR_LIMIT. */
gboolean bt_accounts_add(BtStore *store, const char *name, const char *full_name, const char *area,
    const char *who, gint64 now_ms, GError **error);
/* BT_ERROR_INVALID. */
gboolean bt_accounts_set_words(BtStore *store, const char *name, const char *full_name,
    const char *email, const char *who, gint64 now_ms, GError **error);
/* Its roles and those of its deputies go with it, its keys end. BT_ERROR_DENIED for `who` itself.
 */
gboolean bt_accounts_remove(
    BtStore *store, const char *name, const char *who, gint64 now_ms, GError **error);

#endif
