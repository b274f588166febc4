#include "source/desk/reach.h"

#include "source/desk/areas.h"

#include <string.h>

void bt_reach_free(BtReach *reach)
{
    g_free(reach->id);
    g_free(reach->name);
    g_free(reach->area);
    g_free(reach);
}

static gboolean lies_in(const GPtrArray *areas, const char *id, const char *ancestor)
{
    for (guint depth = 0; depth <= BT_AREA_DEPTH_MAX && id != NULL; depth++) {
        const BtArea *area = bt_areas_in_list(areas, id);
        if (strcmp(id, ancestor) == 0)
            return TRUE;
        id = area != NULL ? area->parent : NULL;
    }
    return FALSE;
}

/* A screen that nobody put anywhere is the source's, which is the topmost area. */
GPtrArray *bt_reach_list(BtStore *store, const char *area, GHashTable *only)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)bt_reach_free);
    g_autoptr(GPtrArray) areas = bt_areas_list(store);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT id, name, ifnull(nullif(area, ''), ?), width_px, height_px FROM screen"
        " WHERE retired_ms IS NULL ORDER BY name, id",
        "s", store->source);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        const char *id = bt_rows_text(rows, 0);
        if ((only != NULL && !g_hash_table_contains(only, id)) ||
            !lies_in(areas, bt_rows_text(rows, 2), area))
            continue;
        BtReach *reach = g_new0(BtReach, 1);
        *reach = (BtReach){ g_strdup(id), g_strdup(bt_rows_text(rows, 1)),
            g_strdup(bt_rows_text(rows, 2)), (int)bt_rows_int(rows, 3), (int)bt_rows_int(rows, 4) };
        g_ptr_array_add(list, reach);
    }
    return list;
}
