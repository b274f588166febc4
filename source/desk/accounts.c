#include "source/desk/accounts.h"

#include "base/json.h"
#include "source/desk/keys.h"
#include "source/desk/roles.h"
#include "source/store/users.h"

#include <string.h>

void bt_account_free(BtAccount *account)
{
    if (account == NULL)
        return;
    g_free(account->name);
    g_free(account->full_name);
    g_free(account->email);
    g_free(account->area);
    g_free(account);
}

/* ---- reading ---- */

#define SELECT_ACCOUNT                                                                             \
    "SELECT name, full_name, email, area, created_ms, locked_until_ms,"                            \
    " (SELECT max (expires_ms) FROM invitation WHERE user = name), hash <> '', totp_secret <> ''"  \
    " FROM user"

static BtAccount *take_account(BtRows *rows)
{
    BtAccount *account = g_new0(BtAccount, 1);
    account->name = g_strdup(bt_rows_text(rows, 0));
    account->full_name = g_strdup(bt_rows_text(rows, 1));
    account->email = g_strdup(bt_rows_text(rows, 2));
    account->area = g_strdup(bt_rows_text(rows, 3));
    account->created_ms = bt_rows_int(rows, 4);
    account->locked_until_ms = bt_rows_int(rows, 5);
    account->invited_until_ms = bt_rows_int(rows, 6);
    account->has_password = bt_rows_int(rows, 7) != 0;
    account->has_authenticator = bt_rows_int(rows, 8) != 0;
    return account;
}

BtAccount *bt_accounts_find(BtStore *store, const char *name, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, SELECT_ACCOUNT " WHERE name = ?", "s", name);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, &failure))
        return take_account(rows);
    if (failure != NULL)
        g_propagate_error(error, failure);
    else
        g_set_error(
            error, BT_ERROR, BT_ERROR_NOT_FOUND, "account %s: there is no such account", name);
    return NULL;
}

GPtrArray *bt_accounts_list(
    BtStore *store, const GPtrArray *areas, const char *words, GError **error)
{
    g_autoptr(BtJson) ids = bt_json_new_array();
    for (guint i = 0; i < areas->len; i++)
        bt_json_append_string(ids, g_ptr_array_index(areas, i));
    g_autofree char *list = bt_json_to_text(ids, FALSE);
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "WITH own AS (SELECT value FROM json_each (?1)) " SELECT_ACCOUNT " WHERE name = ?2 OR"
        " (area IN own OR EXISTS (SELECT 1 FROM role WHERE role.user = user.name"
        " AND role.area IN own)) AND (?2 = '' OR instr (lower (name), lower (?2)) > 0"
        " OR instr (full_name, ?2) > 0) ORDER BY name",
        "ss", list, words);
    if (rows == NULL)
        return NULL;
    GPtrArray *accounts = g_ptr_array_new_with_free_func((GDestroyNotify)bt_account_free);
    while (bt_rows_next(rows, NULL))
        g_ptr_array_add(accounts, take_account(rows));
    return accounts;
}

/* ---- who may ---- */

gboolean bt_accounts_may_manage(
    BtStore *store, const char *administrator, const char *name, gint64 now_ms)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT area FROM user WHERE name = ?1 UNION SELECT area FROM role WHERE user = ?1", "s",
        name);
    gboolean exists = FALSE, may = TRUE;
    while (rows != NULL && may && bt_rows_next(rows, NULL)) {
        exists = TRUE;
        may = bt_roles_has(
            store, administrator, 1u << BT_ROLE_ADMINISTRATOR, bt_rows_text(rows, 0), now_ms);
    }
    return exists && may;
}

/* ---- changes ---- */

static gboolean is_line(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL) || g_utf8_strlen(text, -1) > BT_ACCOUNT_WORDS_MAX)
        return FALSE;
    for (const char *c = text; *c != '\0'; c++)
        if (g_ascii_iscntrl(*c))
            return FALSE;
    return TRUE;
}

static gboolean refuse(GError **error, BtError code, const char *name, const char *why)
{
    g_set_error(error, BT_ERROR, code, "account %s: %s", name, why);
    return FALSE;
}

/* Notes what was done and keeps it, or gives all of it up. */
static gboolean finish(
    BtStore *store, gboolean ok, const char *who, gint64 now_ms, char *what, GError **error)
{
    ok = ok && bt_store_note(store, now_ms, who, what, error) && bt_db_commit(store->db, error);
    g_free(what);
    if (!ok)
        bt_db_rollback(store->db);
    return ok;
}

static gboolean insert(BtStore *store, const char *name, const char *full_name, const char *area,
    gint64 now_ms, GError **error)
{
    if (!bt_db_run(store->db, error,
            "INSERT INTO user (name, hash, created_ms, full_name, area)"
            " SELECT ?1, '', ?2, ?3, ?4 WHERE (SELECT count(*) FROM user) < ?5"
            " ON CONFLICT (name) DO NOTHING",
            "sissi", name, now_ms, full_name, area, (gint64)BT_ACCOUNTS_MAX))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return TRUE;
    g_autoptr(BtAccount) there = bt_accounts_find(store, name, NULL);
    return there != NULL
        ? refuse(error, BT_ERROR_CONFLICT, name, "it is here already: expected a new name")
        : refuse(error, BT_ERROR_LIMIT, name, "there are as many accounts as there may be");
}

gboolean bt_accounts_add(BtStore *store, const char *name, const char *full_name, const char *area,
    const char *who, gint64 now_ms, GError **error)
{
    if (!bt_users_is_name(name))
        return refuse(
            error, BT_ERROR_INVALID, name, "not a name: expected at most 64 of A-Z a-z 0-9 . _ -");
    if (!is_line(full_name))
        return refuse(error, BT_ERROR_INVALID, name, "expected a full name of at most 100 letters");
    if (!bt_db_begin(store->db, error))
        return FALSE;
    gboolean ok = (bt_areas_stands(store, area) ||
                      refuse(error, BT_ERROR_NOT_FOUND, name, "expected an area that stands")) &&
        insert(store, name, full_name, area, now_ms, error);
    char *what = g_strdup_printf("account %s made in %s", name, area);
    return finish(store, ok, who, now_ms, what, error);
}

gboolean bt_accounts_set_words(BtStore *store, const char *name, const char *full_name,
    const char *email, const char *who, gint64 now_ms, GError **error)
{
    if (!is_line(full_name) || !is_line(email) || (*email != '\0' && strchr(email, '@') == NULL))
        return refuse(error, BT_ERROR_INVALID, name,
            "expected a full name and an e-mail address of at most 100 letters");
    if (!bt_db_begin(store->db, error))
        return FALSE;
    gboolean ok = bt_db_run(store->db, error,
        "UPDATE user SET full_name = ?, email = ? WHERE name = ?", "sss", full_name, email, name);
    char *what = g_strdup_printf("account %s: is \"%s\" <%s>", name, full_name, email);
    return finish(store, ok, who, now_ms, what, error);
}

gboolean bt_accounts_remove(
    BtStore *store, const char *name, const char *who, gint64 now_ms, GError **error)
{
    if (strcmp(name, who) == 0)
        return refuse(error, BT_ERROR_DENIED, name, "nobody takes the own account away");
    if (!bt_db_begin(store->db, error))
        return FALSE;
    gboolean ok = bt_keys_end_all(store, name, who, now_ms, error) &&
        bt_db_run(store->db, error, "DELETE FROM user WHERE name = ?", "s", name) &&
        (bt_db_changes(store->db) == 1 ||
            refuse(error, BT_ERROR_NOT_FOUND, name, "there is no such account"));
    char *what = g_strdup_printf("account %s removed", name);
    return finish(store, ok, who, now_ms, what, error);
}
