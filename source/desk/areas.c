#include "source/desk/areas.h"

#include "base/error.h"

#include <string.h>

static const char *const kinds[BT_N_AREA_KINDS] = { "province", "region", "commune", "village" };

const char *bt_area_kind_name(BtAreaKind kind)
{
    return kinds[kind];
}

gboolean bt_area_kind_parse(const char *word, BtAreaKind *kind)
{
    for (guint i = 0; i < BT_N_AREA_KINDS; i++)
        if (strcmp(word, kinds[i]) == 0) {
            *kind = (BtAreaKind)i;
            return TRUE;
        }
    return FALSE;
}

void bt_area_free(BtArea *area)
{
    if (area == NULL)
        return;
    g_free(area->id);
    g_free(area->parent);
    g_free(area->name);
    g_free(area->successor);
    g_free(area);
}

#define COLUMNS "id, parent, name, kind, depth, created_ms, ended_ms, successor, one_official"

/* Depth first: the deepest of those that wait is taken next, among equals by name. SQLite keeps to
 * that order only where the tree is not joined with anything. */
#define TREE                                                                                       \
    "WITH RECURSIVE tree (" COLUMNS ") AS (SELECT id, parent, name, kind, 0, created_ms,"          \
    " ended_ms, successor, one_official FROM area WHERE parent IS NULL UNION ALL"                  \
    " SELECT area.id, area.parent, area.name, area.kind, depth + 1, area.created_ms,"              \
    " area.ended_ms, area.successor, area.one_official"                                            \
    " FROM area JOIN tree ON area.parent = tree.id ORDER BY 5 DESC, 3, 1)"                         \
    " SELECT " COLUMNS " FROM tree"

static BtArea *take_area(BtRows *rows)
{
    BtArea *area = g_new0(BtArea, 1);
    area->id = g_strdup(bt_rows_text(rows, 0));
    area->parent = g_strdup(bt_rows_text(rows, 1));
    area->name = g_strdup(bt_rows_text(rows, 2));
    if (!bt_area_kind_parse(bt_rows_text(rows, 3), &area->kind))
        area->kind = BT_AREA_VILLAGE;
    area->depth = (guint)bt_rows_int(rows, 4);
    area->created_ms = bt_rows_int(rows, 5);
    area->ended_ms = bt_rows_int(rows, 6);
    area->successor = g_strdup(bt_rows_text(rows, 7));
    area->one_official = bt_rows_int(rows, 8) != 0;
    return area;
}

GPtrArray *bt_areas_list(BtStore *store)
{
    GPtrArray *areas = g_ptr_array_new_with_free_func((GDestroyNotify)bt_area_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL, TREE, "");
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(areas, take_area(rows));
    return areas;
}

const BtArea *bt_areas_in_list(const GPtrArray *areas, const char *id)
{
    for (guint i = 0; i < areas->len; i++) {
        const BtArea *area = g_ptr_array_index(areas, i);
        if (strcmp(area->id, id) == 0)
            return area;
    }
    return NULL;
}

BtArea *bt_areas_find(BtStore *store, const char *id, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, TREE " WHERE id = ?", "s", id);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, &failure))
        return take_area(rows);
    if (failure != NULL)
        g_propagate_error(error, failure);
    else
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "area %s: there is no such area", id);
    return NULL;
}

char *bt_areas_name(BtStore *store, const char *id)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT name FROM area WHERE id = ?", "s", id);
    return g_strdup(rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_text(rows, 0) : id);
}

char *bt_areas_name_at(BtStore *store, const char *id, gint64 at_ms)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT coalesce((SELECT name FROM area_name WHERE area = ?1 AND until_ms > ?2"
        " ORDER BY until_ms LIMIT 1), name) FROM area WHERE id = ?1",
        "si", id, at_ms);
    return rows != NULL && bt_rows_next(rows, NULL) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}

static void area_name_free(BtAreaName *former)
{
    g_free(former->name);
    g_free(former);
}

GPtrArray *bt_areas_former_names(BtStore *store, const char *id)
{
    GPtrArray *names = g_ptr_array_new_with_free_func((GDestroyNotify)area_name_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT name, until_ms FROM area_name WHERE area = ? ORDER BY until_ms DESC", "s", id);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtAreaName *former = g_new0(BtAreaName, 1);
        former->name = g_strdup(bt_rows_text(rows, 0));
        former->until_ms = bt_rows_int(rows, 1);
        g_ptr_array_add(names, former);
    }
    return names;
}

gboolean bt_areas_is_within(BtStore *store, const char *id, const char *ancestor)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "WITH RECURSIVE above (id) AS (SELECT id FROM area WHERE id = ?1 UNION"
        " SELECT area.parent FROM area JOIN above USING (id) WHERE area.parent IS NOT NULL)"
        " SELECT 1 FROM above WHERE id = ?2",
        "ss", id, ancestor);
    return rows != NULL && bt_rows_next(rows, NULL);
}

gboolean bt_areas_stands(BtStore *store, const char *id)
{
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, NULL, "SELECT 1 FROM area WHERE id = ? AND ended_ms IS NULL", "s", id);
    return rows != NULL && bt_rows_next(rows, NULL);
}
