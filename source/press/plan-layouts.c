/* The layouts of a screen, at its shape. */
#include "source/press/plan-parts.h"

#include "base/error.h"
#include "playlists/model/manifest.h"

#include <string.h>

#define GROUND "#0B1B33"
#define STRIP_SHARE 6     /* the strip of the layout "strip" is the sixth of the height */
#define STRIP_MIN_H_PX 16 /* less holds no line of Latin */

static BtJson *rect(int x, int y, int w, int h)
{
    BtJson *array = bt_json_new_array();
    const int sides[] = { x, y, w, h };
    for (gsize i = 0; i < G_N_ELEMENTS(sides); i++)
        bt_json_append_int(array, sides[i]);
    return array;
}

static BtJson *canvas_of(const BtPlanContent *content)
{
    BtJson *canvas = bt_json_new_array();
    bt_json_append_int(canvas, content->width_px);
    bt_json_append_int(canvas, content->height_px);
    return canvas;
}

static void add_zone(BtJson *zones, const char *id, BtJson *rect_px)
{
    BtJson *zone = bt_json_new_object();
    bt_json_set_string(zone, "id", id);
    bt_json_set(zone, "rect", rect_px);
    bt_json_append(zones, zone);
}

static gboolean append_layout(BtPlanMaking *m, BtJson *layout, GError **error)
{
    bt_json_append(m->layouts, layout);
    return bt_plan_count(&m->n_layouts, BT_MANIFEST_MAX_LAYOUTS,
        _("A screen would have more than 64 layouts."), error);
}

/* "full": one zone; "strip": a line below it. */
gboolean bt_plan_add_builtin_layout(BtPlanMaking *m, const char *id, GError **error)
{
    const BtPlanContent *content = m->content;
    int w = content->width_px, h = content->height_px, strip = 0;
    if (!g_hash_table_add(m->named, g_strconcat("layout ", id, NULL)))
        return TRUE;
    if (strcmp(id, "strip") == 0)
        strip = CLAMP(h / STRIP_SHARE, MIN(STRIP_MIN_H_PX, h / 2), h / 2);
    else if (strcmp(id, "full") != 0)
        return bt_plan_fail(
            error, BT_ERROR_NOT_FOUND, _("A programme uses a layout that is not there any more."));
    BtJson *layout = bt_json_new_object(), *zones = bt_json_new_array();
    add_zone(zones, "main", rect(0, 0, w, h - strip));
    if (strip > 0)
        add_zone(zones, "strip", rect(0, h - strip, w, strip));
    bt_json_set_string(layout, "id", id);
    bt_json_set(layout, "canvas", canvas_of(content));
    bt_json_set_string(layout, "background", GROUND);
    bt_json_set(layout, "zones", zones);
    return append_layout(m, layout, error);
}

static gboolean read_sides(
    const BtJsonAt *object, const char *key, gsize n, gint64 *sides, GError **error)
{
    BtJsonAt array;
    if (!bt_json_require(object, key, &array, error) || !bt_json_read_array(&array, n, error))
        return FALSE;
    for (gsize i = 0; i < n; i++) {
        BtJsonAt at = bt_json_element(&array, i);
        if (i >= bt_json_length(&array))
            return bt_json_fail(
                &array, BT_ERROR_INVALID, error, "too short: expected %" G_GSIZE_FORMAT, n);
        if (!bt_json_read_int(&at, 0, BT_CANVAS_MAX_W_PX, &sides[i], error))
            return FALSE;
    }
    return TRUE;
}

/* On a screen of another shape each zone keeps its share. Both its edges are scaled, so neighbours
 * still touch and nothing overlaps. */
static BtJson *scaled(const BtPlanContent *content, const gint64 rect_px[4], const gint64 canvas[2])
{
    gint64 w = content->width_px, h = content->height_px;
    int x0 = (int)(rect_px[0] * w / canvas[0]),
        x1 = (int)((rect_px[0] + rect_px[2]) * w / canvas[0]);
    int y0 = (int)(rect_px[1] * h / canvas[1]),
        y1 = (int)((rect_px[1] + rect_px[3]) * h / canvas[1]);
    return x1 > x0 && y1 > y0 ? rect(x0, y0, x1 - x0, y1 - y0) : NULL;
}

static gboolean scale_zone(
    BtPlanMaking *m, BtJson *zones, const BtJsonAt *zone, const gint64 canvas[2], GError **error)
{
    gint64 sides[4];
    BtJsonAt member;
    void *iter = NULL;
    if (!bt_json_read_object(zone, error) || !read_sides(zone, "rect", 4, sides, error))
        return FALSE;
    BtJson *rect_px = scaled(m->content, sides, canvas);
    if (rect_px == NULL)
        return bt_plan_fail(error, BT_ERROR_INVALID,
            _("A zone of a layout is too narrow for a screen: draw it wider, or choose another "
              "layout for this screen."));
    BtJson *copy = bt_json_new_object();
    while (bt_json_next_member(zone, &iter, &member))
        bt_json_set(copy, member.key,
            strcmp(member.key, "rect") == 0 ? bt_json_ref(rect_px) : bt_json_ref(member.value));
    bt_json_unref(rect_px);
    bt_json_append(zones, copy);
    return TRUE;
}

static BtJson *scale_zones(
    BtPlanMaking *m, const BtJsonAt *root, const gint64 canvas[2], GError **error)
{
    BtJsonAt list;
    g_autoptr(BtJson) zones = bt_json_new_array();
    if (!bt_json_require(root, "zones", &list, error) ||
        !bt_json_read_array(&list, BT_MANIFEST_MAX_ZONES, error))
        return NULL;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt zone = bt_json_element(&list, i);
        if (!scale_zone(m, zones, &zone, canvas, error))
            return NULL;
    }
    return g_steal_pointer(&zones);
}

gboolean bt_plan_add_layout(BtPlanMaking *m, const char *id, gint64 number, GError **error)
{
    gint64 canvas[2];
    BtJsonAt member;
    void *iter = NULL;
    if (!g_hash_table_add(m->named, g_strconcat("layout ", id, NULL)))
        return TRUE;
    g_autoptr(BtJson) json = bt_plan_row(m, "SELECT body FROM layout WHERE id = ?", number,
        _("A programme uses a layout that is not there any more."), error);
    BtJsonAt root = bt_json_root("layout", json);
    if (json == NULL || !bt_json_read_object(&root, error) ||
        !read_sides(&root, "canvas", 2, canvas, error))
        return FALSE;
    if (canvas[0] == 0 || canvas[1] == 0)
        return bt_plan_fail(error, BT_ERROR_INVALID, _("A layout has no size. Draw it anew."));
    BtJson *zones = scale_zones(m, &root, canvas, error);
    if (zones == NULL)
        return FALSE;
    BtJson *layout = bt_json_new_object();
    bt_json_set_string(layout, "id", id);
    bt_json_set(layout, "canvas", canvas_of(m->content));
    while (bt_json_next_member(&root, &iter, &member))
        if (strcmp(member.key, "id") != 0 && strcmp(member.key, "canvas") != 0 &&
            strcmp(member.key, "zones") != 0)
            bt_json_set(layout, member.key, bt_json_ref(member.value));
    bt_json_set(layout, "zones", zones);
    return append_layout(m, layout, error);
}
