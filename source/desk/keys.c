#include "source/desk/keys.h"

#include "base/error.h"
#include "base/sign.h"

void bt_approver_key_free(BtApproverKey *key)
{
    g_free(key->keyid);
    g_free(key->user);
    g_free(key->base64);
    g_free(key->label);
    g_free(key);
}

/* ---- registering ---- */

static gboolean check_label(const char *label, GError **error)
{
    glong length = g_utf8_validate(label, -1, NULL) ? g_utf8_strlen(label, -1) : 0;
    if (length >= 1 && length <= BT_KEY_LABEL_MAX_CHARS)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "key: it has no name: expected 1 to %d characters that tell it from others",
        BT_KEY_LABEL_MAX_CHARS);
    return FALSE;
}

static gboolean check_room(BtStore *store, const char *user, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT count(*) FROM approver_key WHERE user = ? AND ended_ms IS NULL", "s", user);
    if (rows == NULL || !bt_rows_next(rows, error))
        return FALSE;
    if (bt_rows_int(rows, 0) < BT_KEYS_MAX_PER_USER)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "key: %s has %d keys already: expected fewer; end one that is not used", user,
        BT_KEYS_MAX_PER_USER);
    return FALSE;
}

static gboolean insert(BtStore *store, const char *keyid, const char *user, const char *base64,
    const char *label, gint64 now_ms, GError **error)
{
    g_autofree char *note = g_strdup_printf("registered key %s", keyid);
    if (!bt_db_run(store->db, error,
            "INSERT INTO approver_key (keyid, user, public, label, created_ms)"
            " SELECT ?1, name, ?3, ?4, ?5 FROM user WHERE name = ?2 ON CONFLICT DO NOTHING",
            "ssssi", keyid, user, base64, label, now_ms))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return bt_store_note(store, now_ms, user, note, error);
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
        "key %.8s: it is registered already, or %s has no account: expected a new key of somebody "
        "who is there",
        keyid, user);
    return FALSE;
}

gboolean bt_keys_add(BtStore *store, const char *user, const char *base64, const char *label,
    gint64 now_ms, char keyid[BT_HASH_HEX_SIZE], GError **error)
{
    BtPublicKey key;
    char id[BT_HASH_HEX_SIZE];
    if (!bt_public_key_from_base64(base64, &key)) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "key: this is not a public key: expected the base64 of %d bytes", BT_PUBLIC_KEY_BYTES);
        return FALSE;
    }
    bt_public_key_id(&key, id);
    if (keyid != NULL)
        g_strlcpy(keyid, id, BT_HASH_HEX_SIZE);
    if (!check_label(label, error) || !bt_db_begin(store->db, error))
        return FALSE;
    if (check_room(store, user, error) && insert(store, id, user, base64, label, now_ms, error) &&
        bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT keyid, user, public, label, created_ms, ifnull (ended_ms, 0) FROM approver_key "

static BtApproverKey *read_key(BtRows *rows)
{
    BtApproverKey *key = g_new0(BtApproverKey, 1);
    key->keyid = g_strdup(bt_rows_text(rows, 0));
    key->user = g_strdup(bt_rows_text(rows, 1));
    key->base64 = g_strdup(bt_rows_text(rows, 2));
    key->label = g_strdup(bt_rows_text(rows, 3));
    key->created_ms = bt_rows_int(rows, 4);
    key->ended_ms = bt_rows_int(rows, 5);
    return key;
}

BtApproverKey *bt_keys_find(BtStore *store, const char *keyid, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, COLUMNS "WHERE keyid = ?", "s", keyid);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, &failure))
        return read_key(rows);
    if (failure == NULL)
        g_set_error(&failure, BT_ERROR, BT_ERROR_NOT_FOUND,
            "key %.8s: nobody registered it: expected one of the keys page", keyid);
    g_propagate_error(error, failure);
    return NULL;
}

GPtrArray *bt_keys_list(BtStore *store, const char *user)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func((GDestroyNotify)bt_approver_key_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        COLUMNS "WHERE ?1 IS NULL OR user = ?1 ORDER BY created_ms DESC, keyid", "s", user);
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(keys, read_key(rows));
    return keys;
}

/* ---- ending ---- */

/* A key ends because somebody else may have it: what it signed and still waits for a second
 * signature may be his. NULL: by all keys of the person. */
static gboolean forget_signatures(
    BtStore *store, const char *user, const char *keyid, GError **error)
{
    return bt_db_run(store->db, error,
        "DELETE FROM proposal_signature WHERE user = ?1 AND (?2 IS NULL OR keyid = ?2)"
        " AND proposal IN (SELECT id FROM proposal WHERE state = 'waiting')",
        "ss", user, keyid);
}

static gboolean end_one(
    BtStore *store, const char *user, const char *keyid, gint64 now_ms, GError **error)
{
    g_autofree char *note = g_strdup_printf("ended key %s", keyid);
    if (!bt_db_run(store->db, error,
            "UPDATE approver_key SET ended_ms = ? WHERE keyid = ? AND user = ? AND ended_ms IS"
            " NULL",
            "iss", now_ms, keyid, user))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return forget_signatures(store, user, keyid, error) &&
            bt_store_note(store, now_ms, user, note, error);
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
        "key %.8s: no key of %s: expected one of theirs that has not ended", keyid, user);
    return FALSE;
}

gboolean bt_keys_end(
    BtStore *store, const char *user, const char *keyid, gint64 now_ms, GError **error)
{
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (end_one(store, user, keyid, now_ms, error) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

gboolean bt_keys_end_all(
    BtStore *store, const char *user, const char *who, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) keys = bt_keys_list(store, user);
    for (guint i = 0; i < keys->len; i++) {
        const BtApproverKey *key = g_ptr_array_index(keys, i);
        g_autofree char *note =
            g_strdup_printf("key %s of %s ended with the account", key->keyid, user);
        if (key->ended_ms == 0 && !bt_store_note(store, now_ms, who, note, error))
            return FALSE;
    }
    return forget_signatures(store, user, NULL, error) &&
        bt_db_run(store->db, error,
            "UPDATE approver_key SET ended_ms = ? WHERE user = ? AND ended_ms IS NULL", "is",
            now_ms, user);
}
