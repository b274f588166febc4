#include "source/desk/doors.h"

#include "base/error.h"
#include "base/password.h"

#include <string.h>

#define TOKEN_BYTES 32

char *bt_doors_stamp(BtStore *store, const char *user)
{
    char stamp[BT_HASH_HEX_SIZE];
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT hash || ' ' || totp_secret || ' ' || (totp_secret = '' AND EXISTS"
        " (SELECT 1 FROM role WHERE user = user.name AND role = 'approver'))"
        " FROM user WHERE name = ?",
        "s", user);
    if (rows == NULL || !bt_rows_next(rows, NULL))
        return NULL;
    bt_hash_data(bt_rows_text(rows, 0), strlen(bt_rows_text(rows, 0)), stamp);
    return g_strdup(stamp);
}

/* ---- the lock ---- */

gint64 bt_doors_locked_until(BtStore *store, const char *user, gint64 now_ms)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT locked_until_ms FROM user WHERE name = ? AND locked_until_ms > ?", "si", user,
        now_ms);
    return rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : 0;
}

void bt_doors_failed(BtStore *store, const char *user, const char *address, gint64 now_ms)
{
    if (!bt_db_run(store->db, NULL,
            "UPDATE user SET failures = failures + 1 WHERE name = ? AND hash <> ''", "s", user) ||
        !bt_db_run(store->db, NULL,
            "UPDATE user SET failures = 0, locked_until_ms = ? WHERE name = ? AND failures >= ?",
            "isi", now_ms + BT_LOCK_MS, user, (gint64)BT_LOCK_AFTER) ||
        bt_db_changes(store->db) == 0)
        return;
    g_autofree char *what =
        g_strdup_printf("account %s locked for 15 minutes: %d wrong attempts, the last from %s",
            user, BT_LOCK_AFTER, address);
    bt_store_note(store, now_ms, "", what, NULL);
}

void bt_doors_succeeded(BtStore *store, const char *user)
{
    bt_db_run(store->db, NULL,
        "UPDATE user SET failures = 0, locked_until_ms = 0 WHERE name = ?"
        " AND (failures > 0 OR locked_until_ms > 0)",
        "s", user);
}

gboolean bt_doors_unlock(
    BtStore *store, const char *user, const char *who, gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("account %s unlocked", user);
    return bt_db_run(store->db, error,
               "UPDATE user SET failures = 0, locked_until_ms = 0 WHERE name = ?", "s", user) &&
        bt_store_note(store, now_ms, who, what, error);
}

/* ---- one-time links ---- */

static char *make_token(char hash[BT_HASH_HEX_SIZE])
{
    guint8 bytes[TOKEN_BYTES];
    char token[BT_HASH_HEX_SIZE];
    bt_secret_bytes(bytes, sizeof bytes);
    bt_hash_data(bytes, sizeof bytes, token);
    bt_hash_data(token, strlen(token), hash);
    return g_strdup(token);
}

static gboolean keep_token(BtStore *store, const char *user, const char *hash, const char *who,
    gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("one-time link made for %s", user);
    if (!bt_db_run(store->db, error, "DELETE FROM invitation WHERE user = ?1 OR expires_ms <= ?2",
            "si", user, now_ms) ||
        !bt_db_run(store->db, error,
            "INSERT INTO invitation (hash, user, expires_ms) SELECT ?, name, ? FROM user"
            " WHERE name = ?",
            "sis", hash, now_ms + BT_INVITATION_LIFE_MS, user))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return bt_store_note(store, now_ms, who, what, error);
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "account %s: there is no such account", user);
    return FALSE;
}

char *bt_doors_invite(
    BtStore *store, const char *user, const char *who, gint64 now_ms, GError **error)
{
    char hash[BT_HASH_HEX_SIZE];
    g_autofree char *token = make_token(hash);
    if (!bt_db_begin(store->db, error))
        return NULL;
    if (keep_token(store, user, hash, who, now_ms, error) && bt_db_commit(store->db, error))
        return g_steal_pointer(&token);
    bt_db_rollback(store->db);
    return NULL;
}

char *bt_doors_invited(BtStore *store, const char *token, gint64 now_ms)
{
    char hash[BT_HASH_HEX_SIZE];
    bt_hash_data(token, strlen(token), hash);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT user FROM invitation WHERE hash = ? AND expires_ms > ?", "si", hash, now_ms);
    return rows != NULL && bt_rows_next(rows, NULL) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}

/* Whoever has the password now has all that goes with it: links of before end, the lock opens. */
static gboolean put_password(
    BtStore *store, const char *user, const char *hash, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
               "UPDATE user SET hash = ?, failures = 0, locked_until_ms = 0 WHERE name = ?", "ss",
               hash, user) &&
        bt_db_run(store->db, error, "DELETE FROM invitation WHERE user = ?", "s", user) &&
        bt_store_note(store, now_ms, user, "password set", error);
}

static gboolean no_such_link(GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
        "link: it was used, or its time is up: expected a new one");
    return FALSE;
}

/* Hashing takes long, so it is done before anything is locked, and the link is asked for again. */
gboolean bt_doors_accept(
    BtStore *store, const char *token, const char *password, gint64 now_ms, GError **error)
{
    g_autofree char *user = bt_doors_invited(store, token, now_ms);
    if (user == NULL)
        return no_such_link(error);
    g_autofree char *hash = bt_password_hash(password, error);
    if (hash == NULL || !bt_db_begin(store->db, error))
        return FALSE;
    g_autofree char *still = bt_doors_invited(store, token, now_ms);
    if ((still != NULL || no_such_link(error)) && put_password(store, user, hash, now_ms, error) &&
        bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

gboolean bt_doors_set_password(
    BtStore *store, const char *user, const char *password, gint64 now_ms, GError **error)
{
    g_autofree char *hash = bt_password_hash(password, error);
    if (hash == NULL || !bt_db_begin(store->db, error))
        return FALSE;
    if (put_password(store, user, hash, now_ms, error) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}
