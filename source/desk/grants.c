#include "source/desk/grants.h"

#include "base/error.h"

#include <string.h>

static gboolean refuse(GError **error, BtError code, const BtGrant *grant, const char *why)
{
    g_set_error(error, BT_ERROR, code, "role %s of %s in %s: %s", bt_role_name(grant->role),
        grant->user, grant->area, why);
    return FALSE;
}

static gboolean check_administers(
    BtStore *store, const BtGrant *grant, const char *who, gint64 now_ms, GError **error)
{
    return bt_roles_has(store, who, 1u << BT_ROLE_ADMINISTRATOR, grant->area, now_ms) ||
        refuse(error, BT_ERROR_DENIED, grant, "expected an administrator of that area");
}

/* For good: a deputy's would take its place, and end. */
static gboolean has_own(BtStore *store, const BtGrant *grant)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT 1 FROM role WHERE user = ? AND area = ? AND role = ? AND until_ms IS NULL", "sss",
        grant->user, grant->area, bt_role_name(grant->role));
    return rows != NULL && bt_rows_next(rows, NULL);
}

static gboolean check_deputy(BtStore *store, const BtGrant *grant, gint64 now_ms, GError **error)
{
    if (grant->until_ms != 0 && grant->until_ms <= now_ms)
        return refuse(error, BT_ERROR_INVALID, grant, "expected an end that is not past");
    if (grant->deputy_of == NULL)
        return TRUE;
    if (grant->until_ms == 0)
        return refuse(error, BT_ERROR_INVALID, grant, "a deputy's role ends: expected its end");
    if (has_own(store, grant))
        return refuse(error, BT_ERROR_INVALID, grant, "the person has the role already");
    return (strcmp(grant->deputy_of, grant->user) != 0 &&
               bt_roles_has(store, grant->deputy_of, 1u << grant->role, grant->area, now_ms)) ||
        refuse(error, BT_ERROR_INVALID, grant, "expected a deputy of somebody who has the role");
}

static gboolean finish(
    BtStore *store, gboolean ok, const char *who, gint64 now_ms, char *what, GError **error)
{
    ok = ok && bt_store_note(store, now_ms, who, what, error) && bt_db_commit(store->db, error);
    g_free(what);
    if (!ok)
        bt_db_rollback(store->db);
    return ok;
}

gboolean bt_grants_give(
    BtStore *store, const BtGrant *grant, const char *who, gint64 now_ms, GError **error)
{
    if (!check_administers(store, grant, who, now_ms, error) ||
        !check_deputy(store, grant, now_ms, error) || !bt_db_begin(store->db, error))
        return FALSE;
    gboolean ok = bt_roles_give(
        store, grant->user, grant->role, grant->area, grant->deputy_of, grant->until_ms, error);
    GString *what = g_string_new(NULL);
    g_string_printf(
        what, "role %s in %s given to %s", bt_role_name(grant->role), grant->area, grant->user);
    if (grant->deputy_of != NULL)
        g_string_append_printf(what, ", deputy of %s", grant->deputy_of);
    if (grant->until_ms != 0) {
        g_autofree char *end = bt_time_format(grant->until_ms);
        g_string_append_printf(what, ", until %s", end);
    }
    return finish(store, ok, who, now_ms, g_string_free(what, FALSE), error);
}

/* Those whose principal does not have the role any more. */
static gboolean take_from_deputies(
    BtStore *store, const BtGrant *grant, gint64 now_ms, GError **error)
{
    g_autoptr(GPtrArray) areas = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT DISTINCT area FROM role WHERE deputy_of = ? AND role = ?", "ss", grant->user,
        bt_role_name(grant->role));
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, NULL))
        g_ptr_array_add(areas, g_strdup(bt_rows_text(rows, 0)));
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < areas->len; i++) {
        const char *area = g_ptr_array_index(areas, i);
        ok = bt_roles_has(store, grant->user, 1u << grant->role, area, now_ms) ||
            bt_db_run(store->db, error,
                "DELETE FROM role WHERE deputy_of = ? AND role = ? AND area = ?", "sss",
                grant->user, bt_role_name(grant->role), area);
    }
    return ok;
}

gboolean bt_grants_take(
    BtStore *store, const BtGrant *grant, const char *who, gint64 now_ms, GError **error)
{
    if (!check_administers(store, grant, who, now_ms, error))
        return FALSE;
    if (grant->role == BT_ROLE_ADMINISTRATOR && strcmp(grant->user, who) == 0)
        return refuse(error, BT_ERROR_DENIED, grant,
            "nobody gives up the own: expected another administrator");
    if (!bt_db_begin(store->db, error))
        return FALSE;
    gboolean ok = bt_roles_take(store, grant->user, grant->role, grant->area, error) &&
        take_from_deputies(store, grant, now_ms, error);
    char *what = g_strdup_printf(
        "role %s in %s taken from %s", bt_role_name(grant->role), grant->area, grant->user);
    return finish(store, ok, who, now_ms, what, error);
}

static void granted_free(BtGranted *granted)
{
    g_free(granted->area);
    g_free(granted->deputy_of);
    g_free(granted);
}

GPtrArray *bt_grants_of(BtStore *store, const char *user)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)granted_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT area, role, deputy_of, until_ms FROM role WHERE user = ? ORDER BY area, role", "s",
        user);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtRole role;
        if (!bt_role_parse(bt_rows_text(rows, 1), &role))
            continue;
        BtGranted *granted = g_new0(BtGranted, 1);
        granted->area = g_strdup(bt_rows_text(rows, 0));
        granted->role = role;
        granted->deputy_of = g_strdup(bt_rows_text(rows, 2));
        granted->until_ms = bt_rows_int(rows, 3);
        g_ptr_array_add(list, granted);
    }
    return list;
}
