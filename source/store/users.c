#include "source/store/users.h"

#include "base/error.h"
#include "base/password.h"
#include "source/store/site.h"

#include <string.h>

gboolean bt_users_is_name(const char *name)
{
    return bt_site_is_id(name);
}

static gboolean check_name(const char *name, GError **error)
{
    if (bt_site_is_id(name))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "user \"%s\": not a name: expected at most 64 of A-Z a-z 0-9 . _ -", name);
    return FALSE;
}

static gboolean no_such_user(const char *name, GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "user %s: there is no such account", name);
    return FALSE;
}

gboolean bt_users_add(BtStore *store, const char *name, const char *password, const char *area,
    gint64 now_ms, GError **error)
{
    g_autofree char *hash = check_name(name, error) ? bt_password_hash(password, error) : NULL;
    if (hash == NULL ||
        !bt_db_run(store->db, error,
            "INSERT INTO user (name, hash, created_ms, area) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (name) DO NOTHING",
            "ssis", name, hash, now_ms, area))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
        "user %s: the account is here already: expected a new name, or \"user password\"", name);
    return FALSE;
}

gboolean bt_users_remove(BtStore *store, const char *name, GError **error)
{
    return bt_db_run(store->db, error, "DELETE FROM user WHERE name = ?", "s", name) &&
        (bt_db_changes(store->db) == 1 || no_such_user(name, error));
}

GPtrArray *bt_users_list(BtStore *store, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, "SELECT name FROM user ORDER BY 1", "");
    if (rows == NULL)
        return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    while (bt_rows_next(rows, NULL))
        g_ptr_array_add(names, g_strdup(bt_rows_text(rows, 0)));
    return names;
}

gboolean bt_users_check(BtStore *store, const char *name, const char *password)
{
    /* Of a password that nobody knows, so that the time does not tell which accounts exist. */
    static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$3EbPKDXvPxqlaqoZ3xsmZA$"
                                 "pF3zAg0hVx9XKWg0Z5Ym1h3lMBl1wT7pJ8cW3nYwG1A";
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT hash FROM user WHERE name = ?", "s", name);
    gboolean exists = rows != NULL && bt_rows_next(rows, NULL) && *bt_rows_text(rows, 0) != '\0';
    return bt_password_verify(exists ? bt_rows_text(rows, 0) : nobody, password) && exists;
}
