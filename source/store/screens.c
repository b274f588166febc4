#include "source/store/screens.h"

#include "base/error.h"
#include "source/store/freshness.h"
#include "source/store/sheet.h"
#include "source/store/site.h"

#include <string.h>

#define NAME_MAX_BYTES 400

void bt_screen_free(BtScreen *screen)
{
    g_free(screen->id);
    g_free(screen->name);
    g_free(screen->key);
    g_free(screen->manifest);
    g_free(screen->alert);
    g_free(screen->order);
    g_free(screen);
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT id, name, key, device, manifest, alert, now_version, now_issued_ms, seen_ms, "         \
    "since_ms,"                                                                                    \
    " order_sha256"                                                                                \
    " FROM screen "

static BtScreen *read_screen(BtRows *rows)
{
    BtScreen *screen = g_new0(BtScreen, 1);
    screen->id = g_strdup(bt_rows_text(rows, 0));
    screen->name = g_strdup(bt_rows_text(rows, 1));
    screen->key = g_strdup(bt_rows_text(rows, 2));
    screen->device = bt_rows_int(rows, 3);
    screen->manifest = g_strdup(bt_rows_text(rows, 4));
    screen->alert = g_strdup(bt_rows_text(rows, 5));
    screen->now_version = bt_rows_int(rows, 6);
    screen->now_issued_ms = bt_rows_int(rows, 7);
    screen->seen_ms = bt_rows_int(rows, 8);
    screen->since_ms = bt_rows_int(rows, 9);
    screen->order = g_strdup(bt_rows_text(rows, 10));
    return screen;
}

BtScreen *bt_screens_find(BtStore *store, const char *id, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, COLUMNS "WHERE id = ?", "s", id);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, &failure))
        return read_screen(rows);
    if (failure == NULL)
        g_set_error(&failure, BT_ERROR, BT_ERROR_NOT_FOUND,
            "screen %s: there is no such screen: expected one of \"bangtin-source screen list\"",
            id);
    g_propagate_error(error, failure);
    return NULL;
}

GPtrArray *bt_screens_list(BtStore *store, GError **error)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, COLUMNS "WHERE retired_ms IS NULL ORDER BY id", "");
    if (rows == NULL)
        return NULL;
    GPtrArray *screens = g_ptr_array_new_with_free_func((GDestroyNotify)bt_screen_free);
    while (bt_rows_next(rows, NULL))
        g_ptr_array_add(screens, read_screen(rows));
    return screens;
}

char *bt_screens_with_key(BtStore *store, const char *key)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT id FROM screen WHERE key = ?", "s", key);
    return rows != NULL && bt_rows_next(rows, NULL) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}

/* The one number of a query; more than any limit when it fails. */
static gint64 count(BtRows *rows)
{
    gint64 n = rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : G_MAXINT64;
    g_clear_pointer(&rows, bt_rows_free);
    return n;
}

/* ---- adding ---- */

static gboolean check_words(const char *id, const char *name, const char *key, GError **error)
{
    BtPublicKey half;
    if (!bt_site_is_id(id))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "screen \"%s\": not an id: expected at most %d of A-Z a-z 0-9 . _ -", id,
            BT_ID_MAX_BYTES);
    else if (strlen(name) > NAME_MAX_BYTES || !g_utf8_validate(name, -1, NULL))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "screen %s: its name: expected at most %d bytes of UTF-8", id, NAME_MAX_BYTES);
    else if (key != NULL && !bt_public_key_from_base64(key, &half))
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "screen %s: its key: expected the base64 of %d bytes", id, BT_PUBLIC_KEY_BYTES);
    else
        return TRUE;
    return FALSE;
}

static gboolean check_key_is_free(BtStore *store, const char *id, const char *key, GError **error)
{
    g_autofree char *other = key != NULL ? bt_screens_with_key(store, key) : NULL;
    if (key != NULL && bt_screens_is_denied(store, key)) {
        g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
            "screen %s: this board was replaced or taken out of use: expected one with a new key",
            id);
        return FALSE;
    }
    if (other == NULL || strcmp(other, id) == 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
        "screen %s: the key is screen %s's: expected a key of its own", id, other);
    return FALSE;
}

static gboolean insert(BtStore *store, const char *id, const char *name, const char *key,
    gint64 now_ms, GError **error)
{
    if (count(bt_db_query(store->db, NULL, "SELECT count(*) FROM screen", "")) >= BT_SCREENS_MAX) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "screen %s: there are too many screens: expected at most %d", id, BT_SCREENS_MAX);
        return FALSE;
    }
    if (!bt_db_run(store->db, error,
            "INSERT INTO screen (id, name, created_ms, key, device, area) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            "ssisis", id, name, now_ms, key, (gint64)(key != NULL), store->source))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return TRUE;
    g_set_error(
        error, BT_ERROR, BT_ERROR_CONFLICT, "screen %s: it is here already: expected a new id", id);
    return FALSE;
}

gboolean bt_screens_add(BtStore *store, const char *id, const char *name, const char *key,
    gint64 now_ms, GError **error)
{
    return check_words(id, name, key, error) && check_key_is_free(store, id, key, error) &&
        insert(store, id, name, key, now_ms, error) && bt_fresh_renew(store, id, now_ms, error);
}

/* ---- boards that wait ---- */

static void waiting_free(BtWaiting *waiting)
{
    g_free(waiting->key);
    g_free(waiting->code);
    g_free(waiting->peer);
    g_free(waiting);
}

static gboolean forget_old(BtStore *store, gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
        "DELETE FROM enrolment WHERE seen_ms < CASE denied WHEN 0 THEN ? ELSE ? END", "ii",
        now_ms - BT_ENROL_FORGET_MS, now_ms - BT_ENROL_DENIED_MS);
}

/* Whether this board asked before; `*denied` says what it was told. */
static gboolean was_here(BtStore *store, const char *key, gboolean *denied)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT denied FROM enrolment WHERE key = ?", "s", key);
    *denied = FALSE;
    if (rows == NULL || !bt_rows_next(rows, NULL))
        return FALSE;
    *denied = bt_rows_int(rows, 0) != 0;
    return TRUE;
}

static gboolean check_room(BtStore *store, const char *peer, GError **error)
{
    gboolean is_local = strcmp(peer, "127.0.0.1") == 0 || strcmp(peer, "::1") == 0 || !*peer;
    gint64 all =
        count(bt_db_query(store->db, NULL, "SELECT count(*) FROM enrolment WHERE denied = 0", ""));
    gint64 own = count(bt_db_query(store->db, NULL,
        "SELECT count(*) FROM enrolment WHERE denied = 0 AND peer = ?", "s", peer));
    if (all < BT_ENROL_MAX_WAITING && (is_local || own < BT_ENROL_MAX_PER_PEER))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "enrol: too many boards wait already");
    return FALSE;
}

gboolean bt_waiting_note(BtStore *store, const char *key, const char *code, const char *peer,
    gint64 now_ms, GError **error)
{
    gboolean denied;
    if (!forget_old(store, now_ms, error))
        return FALSE;
    if (bt_screens_is_denied(store, key)) {
        g_set_error(error, BT_ERROR, BT_ERROR_DENIED, "enrol: this board was replaced");
        return FALSE;
    }
    if (!was_here(store, key, &denied))
        return check_room(store, peer, error) &&
            bt_db_run(store->db, error,
                "INSERT INTO enrolment (key, code, peer, first_ms, seen_ms) VALUES (?, ?, ?, ?, ?)",
                "sssii", key, code, peer, now_ms, now_ms);
    if (!denied)
        return bt_db_run(store->db, error,
            "UPDATE enrolment SET seen_ms = ?, peer = ? WHERE key = ?", "iss", now_ms, peer, key);
    g_set_error(error, BT_ERROR, BT_ERROR_DENIED, "enrol: this board was turned down");
    return FALSE;
}

GPtrArray *bt_waiting_list(BtStore *store, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT key, code, peer, first_ms, seen_ms FROM enrolment WHERE denied = 0 AND seen_ms >= ?"
        " ORDER BY first_ms, key",
        "i", now_ms - BT_ENROL_FORGET_MS);
    if (rows == NULL)
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)waiting_free);
    while (bt_rows_next(rows, NULL)) {
        BtWaiting *waiting = g_new0(BtWaiting, 1);
        waiting->key = g_strdup(bt_rows_text(rows, 0));
        waiting->code = g_strdup(bt_rows_text(rows, 1));
        waiting->peer = g_strdup(bt_rows_text(rows, 2));
        waiting->first_ms = bt_rows_int(rows, 3);
        waiting->seen_ms = bt_rows_int(rows, 4);
        g_ptr_array_add(list, waiting);
    }
    return list;
}

/* People type codes in small letters and without the dash. (transfer full) */
static char *normal_code(const char *code)
{
    GString *text = g_string_new(NULL);
    for (const char *c = code; *c && text->len < 9; c++)
        if (g_ascii_isalnum(*c)) {
            if (text->len == 4)
                g_string_append_c(text, '-');
            g_string_append_c(text, g_ascii_toupper(*c));
        }
    return g_string_free(text, FALSE);
}

/* The key of the one board with this code. Two with one code is what an attacker would make, so
 * then neither is taken. (transfer full) (nullable) */
static char *key_of_code(BtStore *store, const char *code, gint64 now_ms, GError **error)
{
    g_autofree char *normal = normal_code(code), *key = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT key FROM enrolment WHERE code = ? AND denied = 0 AND seen_ms >= ?", "si", normal,
        now_ms - BT_ENROL_FORGET_MS);
    if (rows == NULL)
        return NULL;
    for (; bt_rows_next(rows, NULL); key = g_strdup(bt_rows_text(rows, 0)))
        if (key != NULL) {
            g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
                "%s: two boards wait with this code: expected one; start the true one anew", code);
            return NULL;
        }
    if (key == NULL)
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%s: no board waits with this code: expected one of \"bangtin-source screen list\"",
            code);
    return g_steal_pointer(&key);
}

static gboolean adopt(BtStore *store, const char *key, const char *id, const char *name,
    const char *who, gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("screen %s gets the board with key %s", id, key);
    g_autoptr(BtScreen) old = bt_screens_find(store, id, NULL);
    return (old != NULL || insert(store, id, name != NULL ? name : id, NULL, now_ms, error)) &&
        bt_screens_deny_box(store, id, key, now_ms, error) &&
        bt_db_run(store->db, error,
            "UPDATE screen SET key = ?, device = device + 1, retired_ms = NULL WHERE id = ?", "ss",
            key, id) &&
        (old == NULL || name == NULL ||
            bt_db_run(
                store->db, error, "UPDATE screen SET name = ? WHERE id = ?", "ss", name, id)) &&
        bt_db_run(store->db, error, "DELETE FROM enrolment WHERE key = ?", "s", key) &&
        bt_store_note(store, now_ms, who, what, error);
}

gboolean bt_waiting_claim(BtStore *store, const char *code, const char *id, const char *name,
    const char *who, gint64 now_ms, GError **error)
{
    if (!check_words(id, name != NULL ? name : "", NULL, error) || !bt_db_begin(store->db, error))
        return FALSE;
    g_autofree char *key = key_of_code(store, code, now_ms, error);
    if (key == NULL || !check_key_is_free(store, id, key, error) ||
        !adopt(store, key, id, name, who, now_ms, error) || !bt_db_commit(store->db, error)) {
        bt_db_rollback(store->db);
        return FALSE;
    }
    return bt_fresh_renew(store, id, now_ms, error);
}

gboolean bt_waiting_deny(
    BtStore *store, const char *code, const char *who, gint64 now_ms, GError **error)
{
    g_autofree char *key = key_of_code(store, code, now_ms, error);
    g_autofree char *what = g_strdup_printf("the board with key %s is turned down", key);
    return key != NULL &&
        bt_db_run(store->db, error, "UPDATE enrolment SET denied = 1, seen_ms = ? WHERE key = ?",
            "is", now_ms, key) &&
        bt_store_note(store, now_ms, who, what, error);
}
