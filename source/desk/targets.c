#include "source/desk/targets.h"

#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/desk/roles.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)

/* ---- areas ---- */

static void area_free(gpointer data)
{
    BtTargetArea *area = data;
    g_free(area->id);
    g_free(area->name);
    g_free(area);
}

/* The tree is walked by path, so that each area stands before those in it. */
GPtrArray *bt_targets_areas(BtStore *store, const char *user, guint roles, gint64 now_ms)
{
    g_autoptr(GPtrArray) ids = bt_roles_areas(store, user, roles, now_ms);
    g_autoptr(GHashTable) mine = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *areas = g_ptr_array_new_with_free_func(area_free);
    for (guint i = 0; i < ids->len; i++)
        g_hash_table_add(mine, g_ptr_array_index(ids, i));
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "WITH RECURSIVE walk (id, name, depth, path) AS (SELECT id, name, 0, name || char (1) || id"
        " FROM area WHERE parent IS NULL UNION ALL SELECT area.id, area.name, depth + 1,"
        " path || char (2) || area.name || char (1) || area.id FROM area JOIN walk"
        " ON area.parent = walk.id WHERE area.ended_ms IS NULL AND depth < 8)"
        " SELECT id, name, depth FROM walk ORDER BY path",
        "");
    guint top = G_MAXUINT;
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        if (!g_hash_table_contains(mine, bt_rows_text(rows, 0)))
            continue;
        BtTargetArea *area = g_new0(BtTargetArea, 1);
        area->id = g_strdup(bt_rows_text(rows, 0));
        area->name = g_strdup(bt_rows_text(rows, 1));
        area->depth = (guint)bt_rows_int(rows, 2);
        top = MIN(top, area->depth);
        g_ptr_array_add(areas, area);
    }
    for (guint i = 0; i < areas->len; i++)
        ((BtTargetArea *)g_ptr_array_index(areas, i))->depth -= top;
    return areas;
}

/* ---- screens ---- */

static void screen_free(gpointer data)
{
    BtTargetScreen *screen = data;
    g_free(screen->id);
    g_free(screen->name);
    g_free(screen->area);
    g_free(screen);
}

GPtrArray *bt_targets_screens(BtStore *store, const GPtrArray *areas)
{
    g_autoptr(BtJson) ids = bt_json_new_array();
    for (guint i = 0; i < areas->len; i++)
        bt_json_append_string(ids, ((BtTargetArea *)g_ptr_array_index(areas, i))->id);
    g_autofree char *list = bt_json_to_text(ids, FALSE);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT screen.id, screen.name, area, width_px, height_px, is_led FROM screen"
        " JOIN json_each (?1) ON area = json_each.value WHERE retired_ms IS NULL"
        " ORDER BY json_each.key, screen.name, screen.id LIMIT ?2",
        "si", list, (gint64)BT_TARGETS_MAX_SCREENS);
    GPtrArray *screens = g_ptr_array_new_with_free_func(screen_free);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtTargetScreen *screen = g_new0(BtTargetScreen, 1);
        screen->id = g_strdup(bt_rows_text(rows, 0));
        screen->name = g_strdup(bt_rows_text(rows, 1));
        screen->area = g_strdup(bt_rows_text(rows, 2));
        screen->width_px = (int)bt_rows_int(rows, 3);
        screen->height_px = (int)bt_rows_int(rows, 4);
        screen->is_led = bt_rows_int(rows, 5) != 0;
        g_ptr_array_add(screens, screen);
    }
    return screens;
}

/* ---- shapes ---- */

static void shape_free(gpointer data)
{
    BtTargetShape *shape = data;
    g_free(shape->name);
    g_free(shape);
}

/* A list of targets as the text of a JSON array. (transfer full) */
static char *target_list(const BtJson *targets, const char *key)
{
    BtJsonAt root = bt_json_root("targets", targets), list;
    return bt_json_read_object(&root, NULL) && bt_json_member(&root, key, &list) &&
            bt_json_is_array(&list)
        ? bt_json_to_text(list.value, FALSE)
        : g_strdup("[]");
}

GPtrArray *bt_targets_shapes(BtStore *store, const BtJson *targets)
{
    g_autofree char *areas = target_list(targets, "areas");
    g_autofree char *screens = target_list(targets, "screens");
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "WITH RECURSIVE within (id) AS (SELECT value FROM json_each (?1) UNION SELECT area.id FROM"
        " area JOIN within ON area.parent = within.id) SELECT width_px, height_px, is_led,"
        " count (*), min (name) FROM screen WHERE retired_ms IS NULL AND (area IN within OR"
        " id IN (SELECT value FROM json_each (?2))) GROUP BY width_px, height_px, is_led"
        " ORDER BY count (*) DESC, width_px DESC LIMIT ?3",
        "ssi", areas, screens, (gint64)BT_TARGETS_MAX_SHAPES);
    GPtrArray *shapes = g_ptr_array_new_with_free_func(shape_free);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtTargetShape *shape = g_new0(BtTargetShape, 1);
        shape->width_px = (int)bt_rows_int(rows, 0);
        shape->height_px = (int)bt_rows_int(rows, 1);
        shape->is_led = bt_rows_int(rows, 2) != 0;
        shape->n_screens = (guint)bt_rows_int(rows, 3);
        shape->name = g_strdup(bt_rows_text(rows, 4));
        g_ptr_array_add(shapes, shape);
    }
    return shapes;
}

/* ---- rights ---- */

/* NULL: there is none. (transfer full) */
static char *area_of_screen(BtStore *store, const char *screen)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT area FROM screen WHERE id = ? AND retired_ms IS NULL", "s", screen);
    return rows != NULL && bt_rows_next(rows, NULL) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}

typedef struct {
    BtStore *store;
    const char *user;
    guint roles;
    gint64 now_ms;
} Asking;

static gboolean check_list(
    const Asking *asking, const BtJsonAt *root, const char *key, gboolean screens, GError **error)
{
    BtJsonAt list;
    gsize n = bt_json_member(root, key, &list) ? bt_json_length(&list) : 0;
    for (gsize i = 0; i < n; i++) {
        BtJsonAt at = bt_json_element(&list, i);
        const char *id = bt_json_read_string(&at, 1, BT_ID_MAX_BYTES, error);
        if (id == NULL)
            return FALSE;
        g_autofree char *area = screens ? area_of_screen(asking->store, id) : g_strdup(id);
        if (area == NULL ||
            !bt_roles_has(asking->store, asking->user, asking->roles, area, asking->now_ms)) {
            g_set_error(error, BT_ERROR, BT_ERROR_DENIED, "%s",
                _("You may not speak on one of these screens. Choose others."));
            return FALSE;
        }
    }
    return TRUE;
}

gboolean bt_targets_check(BtStore *store, const char *user, guint roles, const BtJson *targets,
    gint64 now_ms, GError **error)
{
    BtJsonAt root = bt_json_root("targets", targets);
    const Asking asking = { store, user, roles, now_ms };
    return bt_json_read_object(&root, error) && check_list(&asking, &root, "areas", FALSE, error) &&
        check_list(&asking, &root, "screens", TRUE, error);
}

/* One file may lie in the libraries of many areas. */
gboolean bt_targets_check_file(BtStore *store, const char *user, guint roles, const char *area,
    const char *sha256, gint64 now_ms, GError **error)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT area FROM media WHERE sha256 = ?", "s", sha256);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        const char *owner = bt_rows_text(rows, 0);
        if (bt_areas_is_within(store, area, owner) ||
            bt_roles_has(store, user, roles, owner, now_ms))
            return TRUE;
    }
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s",
        _("A picture, film or sound is not in the library any more. Choose another one."));
    return FALSE;
}
