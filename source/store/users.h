/* Accounts for the operators' page. There is none until somebody makes one.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_USERS_H
#define BT_SOURCE_USERS_H

#include "source/store/store.h"

/* At most 64 of A-Z a-z 0-9 . _ -, not beginning with a dot. */
gboolean bt_users_is_name(const char *name);
/* Which belongs to `area`, an area that is there. BT_ERROR_CONFLICT for a name that is there;
 * BT_ERROR_INVALID for a bad name or password. */
gboolean bt_users_add(BtStore *store, const char *name, const char *password, const char *area,
    gint64 now_ms, GError **error);
/* BT_ERROR_NOT_FOUND. */
gboolean bt_users_remove(BtStore *store, const char *name, GError **error);
/* (transfer full): GPtrArray of char* */
GPtrArray *bt_users_list(BtStore *store, GError **error);
/* Whether this is the account's password; takes as long for an account that does not exist or was
 * only invited. */
gboolean bt_users_check(BtStore *store, const char *name, const char *password);

#endif
