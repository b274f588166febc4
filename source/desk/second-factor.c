#include "source/desk/second-factor.h"

#include "base/error.h"
#include "base/password.h"
#include "source/desk/roles.h"
#include "source/desk/totp.h"

#include <string.h>

#define RECOVERY_BYTES 10 /* 80 bits: nobody guesses them from their hash either */

gboolean bt_second_factor_is_set(BtStore *store, const char *user)
{
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, NULL, "SELECT 1 FROM user WHERE name = ? AND totp_secret <> ''", "s", user);
    return rows != NULL && bt_rows_next(rows, NULL);
}

gboolean bt_second_factor_is_needed(BtStore *store, const char *user, gint64 now_ms)
{
    return bt_roles_has(store, user, 1u << BT_ROLE_APPROVER, NULL, now_ms);
}

/* ---- using ---- */

static gboolean use_code(BtStore *store, const char *user, const char *code, gint64 now_ms)
{
    g_autofree char *secret = NULL;
    gint64 last_step = 0;
    {
        g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
            "SELECT totp_secret, totp_step FROM user WHERE name = ? AND totp_secret <> ''", "s",
            user);
        if (rows == NULL || !bt_rows_next(rows, NULL))
            return FALSE;
        secret = g_strdup(bt_rows_text(rows, 0));
        last_step = bt_rows_int(rows, 1);
    }
    gint64 step = bt_totp_check(secret, code, last_step, now_ms);
    return step > 0 &&
        bt_db_run(store->db, NULL,
            "UPDATE user SET totp_step = ?1 WHERE name = ?2 AND totp_step < ?1", "is", step,
            user) &&
        bt_db_changes(store->db) == 1;
}

/* As it is kept: of the account too, so that equal codes would not look equal. */
static void hash_code(const char *user, const char *code, char hash[BT_HASH_HEX_SIZE])
{
    g_autoptr(GString) text = g_string_new(user);
    g_string_append_c(text, '\n');
    for (const char *c = code; *c != '\0'; c++)
        if (*c != ' ' && *c != '-')
            g_string_append_c(text, g_ascii_toupper(*c));
    bt_hash_data(text->str, text->len, hash);
}

static gboolean use_recovery_code(BtStore *store, const char *user, const char *code, gint64 now_ms)
{
    char hash[BT_HASH_HEX_SIZE];
    hash_code(user, code, hash);
    if (!bt_db_run(store->db, NULL, "DELETE FROM recovery_code WHERE user = ? AND hash = ?", "ss",
            user, hash) ||
        bt_db_changes(store->db) != 1)
        return FALSE;
    bt_store_note(store, now_ms, user, "recovery code used", NULL);
    return TRUE;
}

gboolean bt_second_factor_use(BtStore *store, const char *user, const char *code, gint64 now_ms)
{
    return use_code(store, user, code, now_ms) || use_recovery_code(store, user, code, now_ms);
}

/* ---- setting ---- */

/* "MZXW-6YTB-OIMZ-XW6Y" (transfer full) */
static char *make_code(void)
{
    guint8 bytes[RECOVERY_BYTES];
    bt_secret_bytes(bytes, sizeof bytes);
    g_autofree char *plain = bt_base32_encode(bytes, sizeof bytes);
    GString *code = g_string_new(plain);
    for (gssize at = (gssize)code->len - 4; at > 0; at -= 4)
        g_string_insert_c(code, at, '-');
    return g_string_free(code, FALSE);
}

static gboolean add_codes(BtStore *store, const char *user, GPtrArray *codes, GError **error)
{
    if (!bt_db_run(store->db, error, "DELETE FROM recovery_code WHERE user = ?", "s", user))
        return FALSE;
    for (guint i = 0; i < BT_RECOVERY_CODES; i++) {
        char hash[BT_HASH_HEX_SIZE];
        g_ptr_array_add(codes, make_code());
        hash_code(user, g_ptr_array_index(codes, i), hash);
        if (!bt_db_run(store->db, error, "INSERT INTO recovery_code (user, hash) VALUES (?, ?)",
                "ss", user, hash))
            return FALSE;
    }
    return TRUE;
}

gboolean bt_second_factor_set(BtStore *store, const char *user, const char *secret,
    const char *code, gint64 now_ms, GPtrArray **codes, GError **error)
{
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);
    gint64 step = bt_totp_check(secret, code, 0, now_ms);
    if (step == 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "second factor of %s: not its code", user);
        return FALSE;
    }
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (bt_db_run(store->db, error, "UPDATE user SET totp_secret = ?, totp_step = ? WHERE name = ?",
            "sis", secret, step, user) &&
        add_codes(store, user, made, error) &&
        bt_store_note(store, now_ms, user, "authenticator set", error) &&
        bt_db_commit(store->db, error)) {
        *codes = g_steal_pointer(&made);
        return TRUE;
    }
    bt_db_rollback(store->db);
    return FALSE;
}

GPtrArray *bt_second_factor_new_codes(
    BtStore *store, const char *user, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);
    if (!bt_db_begin(store->db, error))
        return NULL;
    if (add_codes(store, user, made, error) &&
        bt_store_note(store, now_ms, user, "recovery codes made", error) &&
        bt_db_commit(store->db, error))
        return g_steal_pointer(&made);
    bt_db_rollback(store->db);
    return NULL;
}

guint bt_second_factor_codes_left(BtStore *store, const char *user)
{
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, NULL, "SELECT count(*) FROM recovery_code WHERE user = ?", "s", user);
    return rows != NULL && bt_rows_next(rows, NULL) ? (guint)bt_rows_int(rows, 0) : 0;
}

gboolean bt_second_factor_clear(
    BtStore *store, const char *user, const char *who, gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("authenticator of %s taken away", user);
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (bt_db_run(store->db, error, "UPDATE user SET totp_secret = '' WHERE name = ?", "s", user) &&
        bt_db_run(store->db, error, "DELETE FROM recovery_code WHERE user = ?", "s", user) &&
        bt_store_note(store, now_ms, who, what, error) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}
