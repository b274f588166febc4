#include "source/store/commands.h"

#include "base/error.h"
#include "base/password.h"
#include "playlists/model/documents.h"
#include "source/store/freshness.h"
#include "source/store/screens.h"

#include <string.h>

gboolean bt_commands_is_verb(const char *verb)
{
    for (int i = 0; i < BT_N_VERBS; i++)
        if (strcmp(bt_verb_name(i), verb) == 0)
            return TRUE;
    return FALSE;
}

static gboolean check_verb(const char *verb, GError **error)
{
    if (bt_commands_is_verb(verb))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "%s: no such command: expected cut, darken, mute, restart, identify or screenshot", verb);
    return FALSE;
}

static gboolean check_room(BtStore *store, const char *screen, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT count(*) FROM command WHERE screen = ? AND until_ms > ?", "si", screen, now_ms);
    if (rows == NULL || !bt_rows_next(rows, error))
        return FALSE;
    if (bt_rows_int(rows, 0) < BT_FRESH_MAX_COMMANDS)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "screen %s: %d commands stand already: expected no more; wait until one lapses", screen,
        BT_FRESH_MAX_COMMANDS);
    return FALSE;
}

/* All or nothing: what stands must also be told. */
static gboolean enter(BtStore *store, const char *screen, const char *id, const char *verb,
    gint64 until_ms, const char *who, gint64 now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("screen %s: command %s", screen, verb);
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (bt_db_run(store->db, error, "DELETE FROM command WHERE until_ms < ?", "i", now_ms) &&
        bt_db_run(store->db, error,
            "INSERT INTO command (id, screen, verb, until_ms) VALUES (?, ?, ?, ?)", "sssi", id,
            screen, verb, until_ms) &&
        bt_db_run(
            store->db, error, "UPDATE screen SET now_issued_ms = 0 WHERE id = ?", "s", screen) &&
        bt_store_note(store, now_ms, who, what, error) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}

char *bt_commands_send(BtStore *store, const char *screen, const char *verb, gint64 until_ms,
    const char *who, gint64 now_ms, GError **error)
{
    guint8 chance[12];
    bt_secret_bytes(chance, sizeof chance);
    g_autofree char *id = g_base64_encode(chance, sizeof chance);
    g_strdelimit(g_strdelimit(id, "+", '-'), "/", '_');
    g_autoptr(BtScreen) known = bt_screens_find(store, screen, error);
    return known != NULL && check_verb(verb, error) && check_room(store, screen, now_ms, error) &&
            enter(store, screen, id, verb, until_ms, who, now_ms, error) &&
            bt_fresh_renew(store, screen, now_ms, error)
        ? g_steal_pointer(&id)
        : NULL;
}
