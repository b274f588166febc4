/* How the tree of areas changes, each change with its line in the diary. */
#include "source/desk/areas.h"

#include "base/error.h"
#include "source/store/site.h"

#include <string.h>

static gboolean refuse(GError **error, BtError code, const char *id, const char *why)
{
    g_set_error(error, BT_ERROR, code, "area %s: %s", id, why);
    return FALSE;
}

static gboolean check_name(const char *name, GError **error)
{
    gboolean is_text = g_utf8_validate(name, -1, NULL) && *name != '\0' &&
        g_utf8_strlen(name, -1) <= BT_AREA_NAME_MAX;
    for (const char *c = name; is_text && *c != '\0'; c++)
        is_text = !g_ascii_iscntrl(*c);
    return is_text || refuse(error, BT_ERROR_INVALID, name, "expected a name of 1 to 100 letters");
}

static gboolean check_stands(BtStore *store, const char *id, GError **error)
{
    return bt_areas_stands(store, id) ||
        refuse(error, BT_ERROR_NOT_FOUND, id, "it is not there, or has ended");
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

/* ---- a new one ---- */

static gboolean id_is_taken(BtStore *store, const char *id)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT 1 FROM area WHERE id = ?", "s", id);
    return rows == NULL || bt_rows_next(rows, NULL);
}

/* "Buôn Blái" → "buon-blai"; with a number where that is taken. (transfer full) */
static char *make_id(BtStore *store, const char *name)
{
    g_autofree char *latin = g_str_to_ascii(name, "vi");
    GString *id = g_string_new(NULL);
    for (const char *c = latin; *c != '\0' && id->len < BT_ID_MAX_BYTES - 8; c++)
        if (g_ascii_isalnum(*c))
            g_string_append_c(id, g_ascii_tolower(*c));
        else if (id->len > 0 && id->str[id->len - 1] != '-')
            g_string_append_c(id, '-');
    while (id->len > 0 && id->str[id->len - 1] == '-')
        g_string_truncate(id, id->len - 1);
    if (id->len == 0)
        g_string_append(id, "area");
    gsize length = id->len;
    for (guint n = 2; id_is_taken(store, id->str) && n <= BT_AREAS_MAX + 1; n++) {
        g_string_truncate(id, length);
        g_string_append_printf(id, "-%u", n);
    }
    return g_string_free(id, FALSE);
}

static gboolean check_room(BtStore *store, const BtArea *parent, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, "SELECT count(*) FROM area", "");
    if (rows == NULL || !bt_rows_next(rows, error))
        return FALSE;
    if (bt_rows_int(rows, 0) >= BT_AREAS_MAX)
        return refuse(error, BT_ERROR_LIMIT, parent->id, "there are as many areas as there may be");
    return parent->depth + 1 < BT_AREA_DEPTH_MAX ||
        refuse(error, BT_ERROR_LIMIT, parent->id, "nothing may lie deeper in the tree");
}

gboolean bt_areas_add(BtStore *store, const char *parent, const char *name, BtAreaKind kind,
    const char *who, gint64 now_ms, char **id, GError **error)
{
    g_autoptr(BtArea) above = NULL;
    g_autofree char *made = NULL;
    if (!check_name(name, error) || !bt_db_begin(store->db, error))
        return FALSE;
    gboolean ok = check_stands(store, parent, error) &&
        (above = bt_areas_find(store, parent, error)) != NULL && check_room(store, above, error) &&
        bt_db_run(store->db, error,
            "INSERT INTO area (id, parent, name, kind, created_ms) VALUES (?, ?, ?, ?, ?)", "ssssi",
            made = make_id(store, name), parent, name, bt_area_kind_name(kind), now_ms);
    char *what = g_strdup_printf("area %s made: \"%s\" in %s", made, name, parent);
    if (!finish(store, ok, who, now_ms, what, error))
        return FALSE;
    *id = g_steal_pointer(&made);
    return TRUE;
}

/* ---- another name ---- */

gboolean bt_areas_rename(BtStore *store, const char *id, const char *name, const char *who,
    gint64 now_ms, GError **error)
{
    g_autoptr(BtArea) area = NULL;
    if (!check_name(name, error) || !bt_db_begin(store->db, error))
        return FALSE;
    gboolean ok =
        check_stands(store, id, error) && (area = bt_areas_find(store, id, error)) != NULL;
    if (ok && strcmp(area->name, name) != 0)
        ok = bt_db_run(store->db, error,
                 "INSERT INTO area_name (area, until_ms, name) VALUES (?, ?, ?)"
                 " ON CONFLICT DO NOTHING",
                 "sis", id, now_ms, area->name) &&
            bt_db_run(store->db, error, "UPDATE area SET name = ? WHERE id = ?", "ss", name, id);
    char *what =
        g_strdup_printf("area %s renamed: \"%s\", was \"%s\"", id, name, ok ? area->name : "");
    return finish(store, ok, who, now_ms, what, error);
}

gboolean bt_areas_set_one_official(BtStore *store, const char *id, gboolean one_official,
    const char *who, gint64 now_ms, GError **error)
{
    if (!bt_db_begin(store->db, error))
        return FALSE;
    gboolean ok = check_stands(store, id, error) &&
        bt_db_run(store->db, error, "UPDATE area SET one_official = ? WHERE id = ?", "is",
            (gint64)one_official, id);
    char *what = g_strdup_printf(
        "area %s: %s", id, one_official ? "one official serves" : "two officials are needed");
    return finish(store, ok, who, now_ms, what, error);
}

/* ---- one becomes part of another ---- */

/* The statements that move what lies in area ?1 to area ?2, one for each column that refers to
 * areas: asked of the database, so that a table that is added later is not forgotten. Tables that
 * tell of the past, or have a way of their own, are not among them. What is in both areas already
 * (a picture, whom to tell) is the successor's from then on. (transfer full) */
static GPtrArray *find_moves(BtStore *store, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "WITH lies (name, part) AS (SELECT t.name, r.\"from\" FROM sqlite_master t,"
        " pragma_foreign_key_list (t.name) r WHERE t.type = 'table' AND r.\"table\" = 'area'"
        " AND t.name NOT IN ('area', 'area_name', 'role', 'proposal', 'alarm', 'cut')),"
        " aimed (name, part) AS (SELECT t.name, c.name FROM sqlite_master t,"
        " pragma_table_info (t.name) c WHERE t.type = 'table'"
        " AND c.name IN ('targets', 'published_targets'))"
        " SELECT 1, 'UPDATE OR IGNORE \"' || name || '\" SET \"' || part || '\" = ?2 WHERE \"' ||"
        " part || '\" = ?1' FROM lies UNION ALL"
        " SELECT 2, 'DELETE FROM \"' || name || '\" WHERE \"' || part || '\" = ?1"
        " AND ?2 IS NOT NULL' FROM lies UNION ALL"
        " SELECT 3, 'UPDATE \"' || name || '\" SET \"' || part || '\" = json_set (\"' || part ||"
        " '\", ''$.areas'', (SELECT json_group_array (DISTINCT CASE value WHEN ?1 THEN ?2 ELSE"
        " value END) FROM json_each (\"' || part || '\", ''$.areas''))) WHERE EXISTS (SELECT 1"
        " FROM json_each (\"' || part || '\", ''$.areas'') WHERE value = ?1)' FROM aimed"
        " ORDER BY 1",
        "");
    if (rows == NULL)
        return NULL;
    GPtrArray *moves = g_ptr_array_new_with_free_func(g_free);
    while (bt_rows_next(rows, NULL))
        g_ptr_array_add(moves, g_strdup(bt_rows_text(rows, 1)));
    return moves;
}

/* Of two stretches of one role the longer counts. */
static const char *const own_moves[] = {
    "UPDATE screen SET area = ?2 WHERE area = ?1",
    "UPDATE user SET area = ?2 WHERE area = ?1",
    "UPDATE area SET parent = ?2 WHERE parent = ?1",
    "UPDATE proposal SET area = ?2 WHERE area = ?1 AND decided_ms IS NULL",
    "UPDATE alarm SET area = ?2 WHERE area = ?1 AND ended_ms IS NULL",
    "UPDATE cut SET area = ?2 WHERE area = ?1 AND ended_ms IS NULL",
    "INSERT INTO role (user, area, role, deputy_of, until_ms)"
    " SELECT user, ?2, role, deputy_of, until_ms FROM role WHERE area = ?1"
    " ON CONFLICT DO UPDATE SET deputy_of = excluded.deputy_of, until_ms = excluded.until_ms"
    " WHERE role.until_ms IS NOT NULL"
    " AND (excluded.until_ms IS NULL OR excluded.until_ms > role.until_ms)",
    "DELETE FROM role WHERE area = ?1 AND ?2 IS NOT NULL",
};

static gboolean move_all(BtStore *store, const char *from, const char *to, GError **error)
{
    g_autoptr(GPtrArray) moves = find_moves(store, error);
    gboolean ok = moves != NULL;
    for (gsize i = 0; ok && i < G_N_ELEMENTS(own_moves); i++)
        ok = bt_db_run(store->db, error, own_moves[i], "ss", from, to);
    for (guint i = 0; ok && i < moves->len; i++)
        ok = bt_db_run(store->db, error, g_ptr_array_index(moves, i), "ss", from, to);
    return ok;
}

static gboolean check_depths(BtStore *store, const char *successor, GError **error)
{
    g_autoptr(GPtrArray) areas = bt_areas_list(store);
    for (guint i = 0; i < areas->len; i++)
        if (((BtArea *)g_ptr_array_index(areas, i))->depth >= BT_AREA_DEPTH_MAX)
            return refuse(error, BT_ERROR_LIMIT, successor, "nothing may lie deeper in the tree");
    return TRUE;
}

gboolean bt_areas_merge(BtStore *store, const char *id, const char *successor, const char *who,
    gint64 now_ms, GError **error)
{
    if (strcmp(id, store->source) == 0 || bt_areas_is_within(store, successor, id))
        return refuse(error, BT_ERROR_INVALID, id,
            "it cannot become part of that one: expected an area beside or above it");
    if (!bt_db_begin(store->db, error))
        return FALSE;
    gboolean ok = check_stands(store, id, error) && check_stands(store, successor, error) &&
        move_all(store, id, successor, error) &&
        bt_db_run(store->db, error, "UPDATE area SET ended_ms = ?, successor = ? WHERE id = ?",
            "iss", now_ms, successor, id) &&
        check_depths(store, successor, error);
    char *what = g_strdup_printf("area %s merged into %s", id, successor);
    return finish(store, ok, who, now_ms, what, error);
}
