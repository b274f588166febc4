#include "source/desk/cuts-told.h"

#include "base/error.h"
#include "source/desk/areas.h"
#include "source/desk/cuts.h"
#include "source/store/reports.h"
#include "source/store/site.h"

#include <string.h>

#define LINE_DEPTH 16
#define SAID_MAX 16 /* cuts in one report; a board tells of 4 */

void bt_cut_told_free(BtCutTold *told)
{
    g_free(told->id);
    g_ptr_array_unref(told->screens);
    g_free(told);
}

/* ---- what boards say ---- */

static gboolean is_written(BtStore *store, const char *id, const char *screen, gint64 told_ms)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT 1 FROM cut_screen JOIN cut ON cut.id = cut_screen.cut WHERE cut.id = ?"
        " AND screen = ? AND (ended_ms IS NULL OR ended_ms > ?)",
        "ssi", id, screen, told_ms - BT_CUTS_TOLD_GRACE_MS);
    return rows != NULL && bt_rows_next(rows, NULL);
}

/* NULL: it is one more than can be. Borrowed. */
static BtCutTold *entry_for(GPtrArray *all, const char *id, gint64 since_ms)
{
    const BtCutTold *known = bt_cuts_told_in(all, id);
    if (known != NULL)
        return (BtCutTold *)known;
    if (all->len == BT_CUTS_TOLD_MAX)
        return NULL;
    BtCutTold *told = g_new0(BtCutTold, 1);
    *told = (BtCutTold){ g_strdup(id), since_ms, g_ptr_array_new_with_free_func(g_free) };
    g_ptr_array_add(all, told);
    return told;
}

static const char *read_word(const BtJsonAt *said, const char *key)
{
    BtJsonAt member;
    return bt_json_member(said, key, &member) ? bt_json_read_string(&member, 1, 64, NULL) : NULL;
}

static gboolean read_since(const BtJsonAt *said, gint64 *since_ms)
{
    BtJsonAt member;
    return bt_json_member(said, "since", &member) && bt_json_read_time(&member, since_ms, NULL);
}

static void hear(
    BtStore *store, GPtrArray *all, const char *screen, gint64 told_ms, const BtJsonAt *said)
{
    gint64 since_ms = 0;
    if (!bt_json_read_object(said, NULL) || !read_since(said, &since_ms))
        return;
    const char *id = read_word(said, "id");
    if (id == NULL || !bt_site_is_id(id) ||
        g_strcmp0(read_word(said, "source"), store->source) != 0 ||
        is_written(store, id, screen, told_ms))
        return;
    BtCutTold *told = entry_for(all, id, since_ms);
    if (told == NULL)
        return;
    told->since_ms = MIN(told->since_ms, since_ms);
    g_ptr_array_add(told->screens, g_strdup(screen));
}

static void hear_line(
    BtStore *store, GPtrArray *all, const char *screen, gint64 told_ms, const char *line)
{
    BtJsonAt list;
    g_autoptr(BtJson) json =
        bt_json_parse(line, strlen(line), "fact", BT_REPORT_LINE_MAX_BYTES, LINE_DEPTH, NULL);
    BtJsonAt at = bt_json_root("fact", json);
    if (json == NULL || !bt_json_member(&at, "cuts", &list) ||
        !bt_json_read_array(&list, SAID_MAX, NULL))
        return;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt said = bt_json_element(&list, i);
        hear(store, all, screen, told_ms, &said);
    }
}

GPtrArray *bt_cuts_told(BtStore *store)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)bt_cut_told_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT screen.id, told.at_ms, told.line FROM screen JOIN told ON told.screen = screen.id"
        " WHERE screen.state = 'cut' AND retired_ms IS NULL ORDER BY 1",
        "");
    while (rows != NULL && bt_rows_next(rows, NULL))
        hear_line(store, all, bt_rows_text(rows, 0), bt_rows_int(rows, 1), bt_rows_text(rows, 2));
    return all;
}

const BtCutTold *bt_cuts_told_in(const GPtrArray *all, const char *id)
{
    for (guint i = 0; i < all->len; i++) {
        const BtCutTold *told = g_ptr_array_index(all, i);
        if (strcmp(told->id, id) == 0)
            return told;
    }
    return NULL;
}

/* ---- taken in ---- */

static char *area_of(BtStore *store, const char *screen)
{
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, NULL, "SELECT nullif(area, '') FROM screen WHERE id = ?", "s", screen);
    const char *area = rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_text(rows, 0) : NULL;
    return g_strdup(area != NULL ? area : store->source);
}

/* (transfer full) */
static char *around_both(BtStore *store, const char *one, const char *other)
{
    g_autofree char *area = g_strdup(one);
    while (!bt_areas_is_within(store, other, area)) {
        g_autoptr(BtArea) known = bt_areas_find(store, area, NULL);
        if (known == NULL || known->parent == NULL)
            return g_strdup(store->source);
        g_free(area);
        area = g_strdup(known->parent);
    }
    return g_steal_pointer(&area);
}

static gboolean set_area(BtStore *store, const char *id, GError **error)
{
    g_autofree char *area = NULL;
    g_autoptr(BtCutEntry) cut = bt_cuts_find(store, id, error);
    if (cut == NULL)
        return FALSE;
    for (guint i = 0; i < cut->screens->len; i++) {
        g_autofree char *own = area_of(store, g_ptr_array_index(cut->screens, i));
        char *wider = area != NULL ? around_both(store, area, own) : g_strdup(own);
        g_free(area);
        area = wider;
    }
    return bt_db_run(store->db, error, "UPDATE cut SET area = ? WHERE id = ?", "ss",
        area != NULL ? area : store->source, id);
}

static gboolean enter(BtStore *store, const BtCutTold *told, const char *who, const char *reason,
    gint64 now_ms, GError **error)
{
    g_autofree char *what =
        g_strdup_printf("took in cut %s: %u screens report it", told->id, told->screens->len);
    if (!bt_db_run(store->db, error,
            "INSERT INTO cut (id, area, who, reason, at_ms) VALUES (?, ?, '', ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET ended_ms = NULL, ended_by = ''",
            "sssi", told->id, store->source, reason, MIN(told->since_ms, now_ms)))
        return FALSE;
    for (guint i = 0; i < told->screens->len; i++)
        if (!bt_db_run(store->db, error,
                "INSERT INTO cut_screen (cut, screen) VALUES (?, ?) ON CONFLICT DO NOTHING", "ss",
                told->id, (char *)g_ptr_array_index(told->screens, i)))
            return FALSE;
    return set_area(store, told->id, error) && bt_store_note(store, now_ms, who, what, error);
}

/* An end that waits was written for fewer screens: once signed, it would pass for that of all. */
static gboolean check_end(BtStore *store, const char *id, GError **error)
{
    g_autoptr(BtCutEntry) cut = bt_cuts_find(store, id, NULL);
    if (cut == NULL || cut->proposal == 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
        "cut %s: its end waits for a signature: expected that to be signed or refused first", id);
    return FALSE;
}

gboolean bt_cuts_take_in(BtStore *store, const BtCutTold *told, const char *who, const char *reason,
    gint64 now_ms, GError **error)
{
    if (!check_end(store, told->id, error) || !bt_db_begin(store->db, error))
        return FALSE;
    if (enter(store, told, who, reason, now_ms, error) && bt_db_commit(store->db, error))
        return TRUE;
    bt_db_rollback(store->db);
    return FALSE;
}
