#include "source/desk/cuts.h"

#include "base/error.h"
#include "base/password.h"
#include "source/store/freshness.h"

#include <string.h>

#define ID_BYTES 12

void bt_cut_entry_free(BtCutEntry *entry)
{
    g_free(entry->id);
    g_free(entry->area);
    g_free(entry->who);
    g_free(entry->reason);
    g_free(entry->ended_by);
    g_ptr_array_unref(entry->screens);
    g_free(entry);
}

/* ---- a new one ---- */

static gboolean check_new(const BtCutNew *cut, GError **error)
{
    glong length = g_utf8_validate(cut->reason, -1, NULL) ? g_utf8_strlen(cut->reason, -1) : 0;
    if (length >= 1 && length <= BT_CUT_REASON_MAX_CHARS && cut->screens->len > 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "cut: %s",
        cut->screens->len == 0 ? "no screen: expected one or more"
                               : "no reason: expected 1 to 1000 characters");
    return FALSE;
}

/* A command that lapsed makes room; one of a cut that stands is as good as new. */
static gboolean check_room(BtStore *store, const char *screen, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT count(*), count(CASE WHEN verb = 'cut' THEN 1 END) FROM command WHERE screen = ?"
        " AND until_ms > ?",
        "si", screen, now_ms);
    if (rows == NULL || !bt_rows_next(rows, error))
        return FALSE;
    if (bt_rows_int(rows, 0) < BT_FRESH_MAX_COMMANDS &&
        bt_rows_int(rows, 1) < BT_CUTS_MAX_ON_A_SCREEN)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "screen %s: it is cut %d times, or %d commands stand already: expected fewer", screen,
        BT_CUTS_MAX_ON_A_SCREEN, BT_FRESH_MAX_COMMANDS);
    return FALSE;
}

static gboolean add_screen(BtStore *store, const char *id, const char *screen, const BtCutNew *cut,
    gint64 now_ms, GError **error)
{
    if (!check_room(store, screen, now_ms, error) ||
        !bt_db_run(
            store->db, error, "UPDATE screen SET now_issued_ms = 0 WHERE id = ?", "s", screen))
        return FALSE;
    if (bt_db_changes(store->db) == 0) {
        g_set_error(
            error, BT_ERROR, BT_ERROR_NOT_FOUND, "screen %s: there is no such screen", screen);
        return FALSE;
    }
    return bt_db_run(store->db, error, "INSERT INTO cut_screen (cut, screen) VALUES (?, ?)", "ss",
               id, screen) &&
        bt_db_run(store->db, error,
            "INSERT INTO command (screen, id, verb, until_ms) VALUES (?, ?, 'cut', ?)", "ssi",
            screen, id, cut->until_ms);
}

static gboolean enter(
    BtStore *store, const char *id, const BtCutNew *cut, gint64 now_ms, GError **error)
{
    g_autofree char *what =
        g_strdup_printf("cut %s: %u screens: %s", id, cut->screens->len, cut->reason);
    if (!bt_db_run(store->db, error, "DELETE FROM command WHERE until_ms < ?", "i", now_ms) ||
        !bt_db_run(store->db, error,
            "INSERT INTO cut (id, area, who, reason, at_ms) VALUES (?, ?, ?, ?, ?)", "ssssi", id,
            cut->area, cut->who, cut->reason, now_ms))
        return FALSE;
    for (guint i = 0; i < cut->screens->len; i++)
        if (!add_screen(store, id, g_ptr_array_index(cut->screens, i), cut, now_ms, error))
            return FALSE;
    return bt_store_note(store, now_ms, cut->who, what, error);
}

char *bt_cuts_add(BtStore *store, const BtCutNew *cut, gint64 now_ms, GError **error)
{
    guint8 chance[ID_BYTES];
    bt_secret_bytes(chance, sizeof chance);
    g_autofree char *text = g_base64_encode(chance, sizeof chance);
    g_strdelimit(g_strdelimit(text, "+", '-'), "/", '_');
    /* On a command line a dash would begin an option. */
    g_autofree char *id = g_strconcat("c", text, NULL);
    if (!check_new(cut, error) || !bt_db_begin(store->db, error))
        return NULL;
    if (!enter(store, id, cut, now_ms, error) || !bt_db_commit(store->db, error)) {
        bt_db_rollback(store->db);
        return NULL;
    }
    /* What fails here the server makes up for within a second. */
    bt_fresh_renew_screens(store, cut->screens, now_ms, NULL);
    return g_steal_pointer(&id);
}

/* ---- what there is ---- */

static void read_screens(BtStore *store, BtCutEntry *entry)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT cut_screen.screen, screen.state = 'cut' AND screen.state_at_ms >= ? FROM cut_screen"
        " JOIN screen ON screen.id = cut_screen.screen WHERE cut = ? ORDER BY 1",
        "is", entry->at_ms, entry->id);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        g_ptr_array_add(entry->screens, g_strdup(bt_rows_text(rows, 0)));
        entry->n_cut += bt_rows_int(rows, 1) != 0;
    }
}

static void read_proposal(BtStore *store, BtCutEntry *entry)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT proposal.id FROM proposal, json_each(proposal.what, '$.cuts') AS named"
        " WHERE kind = 'order' AND state = 'waiting' AND named.value = ? ORDER BY 1 DESC LIMIT 1",
        "s", entry->id);
    if (rows != NULL && bt_rows_next(rows, NULL))
        entry->proposal = bt_rows_int(rows, 0);
}

static BtCutEntry *read_entry(BtStore *store, BtRows *rows)
{
    BtCutEntry *entry = g_new0(BtCutEntry, 1);
    entry->id = g_strdup(bt_rows_text(rows, 0));
    entry->area = g_strdup(bt_rows_text(rows, 1));
    entry->who = g_strdup(bt_rows_text(rows, 2));
    entry->reason = g_strdup(bt_rows_text(rows, 3));
    entry->at_ms = bt_rows_int(rows, 4);
    entry->ended_ms = bt_rows_int(rows, 5);
    entry->ended_by = g_strdup(bt_rows_text(rows, 6));
    entry->screens = g_ptr_array_new_with_free_func(g_free);
    read_screens(store, entry);
    if (entry->ended_ms == 0)
        read_proposal(store, entry);
    return entry;
}

#define COLUMNS "id, area, who, reason, at_ms, ifnull(ended_ms, 0), ended_by"

BtCutEntry *bt_cuts_find(BtStore *store, const char *id, GError **error)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT " COLUMNS " FROM cut WHERE id = ?", "s", id);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, NULL))
        return read_entry(store, rows);
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "cut %s: there is no such cut", id);
    return NULL;
}

GPtrArray *bt_cuts_list(BtStore *store, gboolean standing, guint max)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)bt_cut_entry_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT " COLUMNS " FROM cut WHERE (ended_ms IS NULL) = ? ORDER BY at_ms DESC, id LIMIT ?",
        "ii", (gint64)(standing != FALSE), (gint64)max);
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(entries, read_entry(store, rows));
    return entries;
}
