#include "source/desk/roles.h"

#include "base/error.h"

#include <string.h>

static const char *const names[BT_N_ROLES] = { "editor", "approver", "operator", "auditor",
    "administrator" };

const char *bt_role_name(BtRole role)
{
    return names[role];
}

gboolean bt_role_parse(const char *word, BtRole *role)
{
    for (guint i = 0; i < BT_N_ROLES; i++)
        if (strcmp(word, names[i]) == 0) {
            *role = (BtRole)i;
            return TRUE;
        }
    return FALSE;
}

/* "'editor','approver'": of our own words only. */
static char *name_list(guint roles)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < BT_N_ROLES; i++)
        if (roles & (1u << i))
            g_string_append_printf(list, "%s'%s'", list->len > 0 ? "," : "", names[i]);
    return g_string_free(list, FALSE);
}

#define STANDS " (until_ms IS NULL OR until_ms > ?2)"

gboolean bt_roles_has(
    BtStore *store, const char *user, guint roles, const char *area, gint64 now_ms)
{
    g_autofree char *list = name_list(roles);
    g_autofree char *sql = area == NULL
        ? g_strdup_printf("SELECT 1 FROM role WHERE user = ?1 AND role IN (%s) AND" STANDS, list)
        : g_strdup_printf("WITH RECURSIVE above (id, depth) AS (SELECT ?3, 0 UNION ALL"
                          " SELECT area.parent, depth + 1 FROM area JOIN above USING (id)"
                          " WHERE area.parent IS NOT NULL AND depth < %d)"
                          " SELECT 1 FROM role JOIN above ON role.area = above.id"
                          " WHERE user = ?1 AND role IN (%s) AND" STANDS,
              BT_AREA_DEPTH_MAX, list);
    g_autoptr(BtRows) rows = area == NULL
        ? bt_db_query(store->db, NULL, sql, "si", user, now_ms)
        : bt_db_query(store->db, NULL, sql, "sis", user, now_ms, area);
    return rows != NULL && bt_rows_next(rows, NULL);
}

GPtrArray *bt_roles_areas(BtStore *store, const char *user, guint roles, gint64 now_ms)
{
    g_autofree char *list = name_list(roles);
    g_autofree char *sql = g_strdup_printf(
        "WITH RECURSIVE within (id, depth) AS (SELECT area, 0 FROM role"
        " WHERE user = ?1 AND role IN (%s) AND" STANDS
        " UNION SELECT area.id, depth + 1 FROM area JOIN within ON area.parent = within.id"
        " WHERE depth < %d) SELECT DISTINCT area.id FROM area JOIN within USING (id)"
        " WHERE area.ended_ms IS NULL ORDER BY area.name, area.id",
        list, BT_AREA_DEPTH_MAX);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL, sql, "si", user, now_ms);
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(ids, g_strdup(bt_rows_text(rows, 0)));
    return ids;
}

gboolean bt_roles_give(BtStore *store, const char *user, BtRole role, const char *area,
    const char *deputy_of, gint64 until_ms, GError **error)
{
    if (!bt_db_run(store->db, error,
            "INSERT INTO role (user, area, role, deputy_of, until_ms)"
            " SELECT user.name, area.id, ?3, ?4, nullif (?5, 0) FROM user, area"
            " WHERE user.name = ?1 AND area.id = ?2 AND area.ended_ms IS NULL ON CONFLICT DO "
            "UPDATE SET"
            " deputy_of = excluded.deputy_of, until_ms = excluded.until_ms",
            "ssssi", user, area, names[role], deputy_of, until_ms))
        return FALSE;
    if (bt_db_changes(store->db) == 1)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
        "role %s of %s in %s: expected an account and an area that are there", names[role], user,
        area);
    return FALSE;
}

gboolean bt_roles_take(
    BtStore *store, const char *user, BtRole role, const char *area, GError **error)
{
    return bt_db_run(store->db, error, "DELETE FROM role WHERE user = ? AND area = ? AND role = ?",
        "sss", user, area, names[role]);
}
