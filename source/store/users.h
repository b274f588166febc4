/* Accounts for the operators' page. There is none until somebody makes one.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_USERS_H
#define BT_SOURCE_USERS_H

#include "source/store/store.h"

/* BT_ERROR_CONFLICT for a name that is there; BT_ERROR_INVALID for a bad name or password. */
gboolean bt_users_add(
    BtStore *store, const char *name, const char *password, gint64 now_ms, GError **error);
/* BT_ERROR_NOT_FOUND. */
gboolean bt_users_set_password(
    BtStore *store, const char *name, const char *password, GError **error);
gboolean bt_users_remove(BtStore *store, const char *name, GError **error);
gboolean bt_users_exists(BtStore *store, const char *name);
/* (transfer full): GPtrArray of char* */
GPtrArray *bt_users_list(BtStore *store, GError **error);
/* Whether this is the account's password; takes as long for an account that does not exist. */
gboolean bt_users_check(BtStore *store, const char *name, const char *password);

#endif
