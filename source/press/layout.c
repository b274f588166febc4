#include "source/press/layout.h"

#include "base/error.h"
#include "playlists/model/manifest.h"

#include <string.h>

#define GROUND "#0B1B33"
#define STRIP_PARTS 167    /* a sixth of the height */
#define HEADLINE_PARTS 200 /* a fifth */
#define STRIP_MIN_H_PX 16  /* less holds no line of Latin */

/* ---- built-in ---- */

const char *const *bt_layout_names(void)
{
    static const char *const names[] = { "full", "strip", "halves", "stacked", "headline", NULL };
    return names;
}

static void add_zone(BtJson *zones, const char *id, const int rect[4])
{
    BtJson *zone = bt_json_new_object(), *array = bt_json_new_array();
    for (int i = 0; i < 4; i++)
        bt_json_append_int(array, rect[i]);
    bt_json_set_string(zone, "id", id);
    bt_json_set(zone, "rect", array);
    bt_json_append(zones, zone);
}

/* So many parts of the height that a line fits in, but not more than `most`. */
static int line_parts(int wanted, int h_px, int most)
{
    int least = (STRIP_MIN_H_PX * BT_LAYOUT_WHOLE + h_px - 1) / h_px;
    return MIN(MAX(wanted, least), most);
}

static gboolean add_zones(BtJson *zones, const char *name, int h_px)
{
    const int all = BT_LAYOUT_WHOLE, half = BT_LAYOUT_WHOLE / 2;
    int strip = line_parts(STRIP_PARTS, h_px, half),
        head = line_parts(HEADLINE_PARTS, h_px, all / 3);
    if (strcmp(name, "full") == 0) {
        add_zone(zones, "main", (int[]){ 0, 0, all, all });
    } else if (strcmp(name, "strip") == 0) {
        add_zone(zones, "main", (int[]){ 0, 0, all, all - strip });
        add_zone(zones, "strip", (int[]){ 0, all - strip, all, strip });
    } else if (strcmp(name, "halves") == 0) {
        add_zone(zones, "left", (int[]){ 0, 0, half, all });
        add_zone(zones, "right", (int[]){ half, 0, all - half, all });
    } else if (strcmp(name, "stacked") == 0) {
        add_zone(zones, "top", (int[]){ 0, 0, all, half });
        add_zone(zones, "bottom", (int[]){ 0, half, all, all - half });
    } else if (strcmp(name, "headline") == 0) {
        strip = MIN(strip, all / 3);
        add_zone(zones, "main", (int[]){ 0, head, all, all - head - strip });
        add_zone(zones, "headline", (int[]){ 0, 0, all, head });
        add_zone(zones, "strip", (int[]){ 0, all - strip, all, strip });
    } else
        return FALSE;
    return TRUE;
}

BtJson *bt_layout_builtin(const char *name, int w_px, int h_px)
{
    g_autoptr(BtJson) body = bt_json_new_object();
    BtJson *canvas = bt_json_new_array(), *zones = bt_json_new_array();
    bt_json_append_int(canvas, BT_LAYOUT_WHOLE);
    bt_json_append_int(canvas, BT_LAYOUT_WHOLE);
    bt_json_set(body, "canvas", canvas);
    bt_json_set_string(body, "background", GROUND);
    bt_json_set(body, "zones", zones);
    return w_px > 0 && h_px > 0 && add_zones(zones, name, h_px) ? g_steal_pointer(&body) : NULL;
}

/* ---- reading ---- */

typedef struct {
    gint64 x, y, w, h;
} Parts;

static gboolean read_sides(const BtJsonAt *object, const char *key, guint n, gint64 *sides)
{
    BtJsonAt array;
    if (!bt_json_member(object, key, &array) || !bt_json_read_array(&array, n, NULL) ||
        bt_json_length(&array) != n)
        return FALSE;
    for (guint i = 0; i < n; i++) {
        BtJsonAt at = bt_json_element(&array, i);
        if (!bt_json_read_int(&at, -BT_CANVAS_MAX_W_PX, 2 * BT_CANVAS_MAX_W_PX, &sides[i], NULL))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_canvas(const BtJsonAt *root, gint64 canvas[2])
{
    return bt_json_read_object(root, NULL) && read_sides(root, "canvas", 2, canvas) &&
        canvas[0] > 0 && canvas[1] > 0;
}

static gboolean read_zone(const BtJsonAt *zone, Parts *parts)
{
    gint64 sides[4];
    if (!bt_json_read_object(zone, NULL) || !read_sides(zone, "rect", 4, sides))
        return FALSE;
    *parts = (Parts){ sides[0], sides[1], sides[2], sides[3] };
    return TRUE;
}

/* ---- faults ---- */

static void add_fault(GArray *faults, BtLayoutFaultKind kind, guint zone, guint other)
{
    BtLayoutFault fault = { kind, zone, other };
    g_array_append_val(faults, fault);
}

static void judge_zone(GArray *faults, const Parts *zone, guint index, const gint64 canvas[2])
{
    if (zone->w * BT_LAYOUT_WHOLE < BT_LAYOUT_MIN_PARTS * canvas[0] ||
        zone->h * BT_LAYOUT_WHOLE < BT_LAYOUT_MIN_PARTS * canvas[1])
        add_fault(faults, BT_LAYOUT_SMALL, index, index);
    if (zone->x < 0 || zone->y < 0 || zone->x + zone->w > canvas[0] ||
        zone->y + zone->h > canvas[1])
        add_fault(faults, BT_LAYOUT_OUTSIDE, index, index);
}

static gboolean overlap(const Parts *a, const Parts *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

static void judge_zones(GArray *faults, const BtJsonAt *list, const gint64 canvas[2])
{
    Parts zones[BT_MANIFEST_MAX_ZONES];
    guint n = (guint)bt_json_length(list);
    for (guint i = 0; i < n; i++) {
        BtJsonAt at = bt_json_element(list, i);
        if (!read_zone(&at, &zones[i])) {
            add_fault(faults, BT_LAYOUT_UNREADABLE, i, i);
            return;
        }
        judge_zone(faults, &zones[i], i, canvas);
        for (guint k = 0; k < i; k++)
            if (overlap(&zones[k], &zones[i]))
                add_fault(faults, BT_LAYOUT_OVERLAP, k, i);
    }
}

GArray *bt_layout_faults(const BtJson *body)
{
    GArray *faults = g_array_new(FALSE, FALSE, sizeof(BtLayoutFault));
    BtJsonAt root = bt_json_root("layout", body), list;
    gint64 canvas[2];
    if (!read_canvas(&root, canvas))
        add_fault(faults, BT_LAYOUT_UNREADABLE, 0, 0);
    else if (!bt_json_member(&root, "zones", &list) ||
        !bt_json_read_array(&list, BT_MANIFEST_MAX_ZONES, NULL) || bt_json_length(&list) == 0)
        add_fault(faults, BT_LAYOUT_NO_ZONE, 0, 0);
    else
        judge_zones(faults, &list, canvas);
    return faults;
}

/* ---- at a shape ---- */

static BtJson *scale_rect(const Parts *zone, const gint64 canvas[2], int w_px, int h_px)
{
    gint64 x0 = zone->x * w_px / canvas[0], x1 = (zone->x + zone->w) * w_px / canvas[0];
    gint64 y0 = zone->y * h_px / canvas[1], y1 = (zone->y + zone->h) * h_px / canvas[1];
    if (x1 <= x0 || y1 <= y0)
        return NULL;
    BtJson *rect = bt_json_new_array();
    bt_json_append_int(rect, x0);
    bt_json_append_int(rect, y0);
    bt_json_append_int(rect, x1 - x0);
    bt_json_append_int(rect, y1 - y0);
    return rect;
}

static BtJson *scale_zone(
    const BtJsonAt *zone, const gint64 canvas[2], int w_px, int h_px, GError **error)
{
    Parts parts;
    BtJsonAt member;
    void *iter = NULL;
    BtJson *rect = read_zone(zone, &parts) ? scale_rect(&parts, canvas, w_px, h_px) : NULL;
    if (rect == NULL) {
        bt_json_fail(
            zone, BT_ERROR_INVALID, error, "nothing is left of it on %d x %d px", w_px, h_px);
        return NULL;
    }
    BtJson *made = bt_json_new_object();
    while (bt_json_next_member(zone, &iter, &member))
        if (strcmp(member.key, "rect") != 0)
            bt_json_set(made, member.key, bt_json_ref(member.value));
    bt_json_set(made, "rect", rect);
    return made;
}

static BtJson *scale_zones(
    const BtJsonAt *list, const gint64 canvas[2], int w_px, int h_px, GError **error)
{
    g_autoptr(BtJson) zones = bt_json_new_array();
    for (gsize i = 0; i < bt_json_length(list); i++) {
        BtJsonAt at = bt_json_element(list, i);
        BtJson *zone = scale_zone(&at, canvas, w_px, h_px, error);
        if (zone == NULL)
            return NULL;
        bt_json_append(zones, zone);
    }
    return g_steal_pointer(&zones);
}

BtJson *bt_layout_to_manifest(
    const BtJson *body, const char *id, int w_px, int h_px, GError **error)
{
    static const char *const own[] = { "id", "canvas", "zones", NULL };
    BtJsonAt root = bt_json_root("layout", body), list, member;
    gint64 canvas[2];
    void *iter = NULL;
    g_autoptr(GArray) faults = bt_layout_faults(body);
    if (faults->len > 0) {
        bt_json_fail(
            &root, BT_ERROR_INVALID, error, "its zones do not lie beside each other inside it");
        return NULL;
    }
    read_canvas(&root, canvas);
    bt_json_member(&root, "zones", &list);
    BtJson *zones = scale_zones(&list, canvas, w_px, h_px, error);
    if (zones == NULL)
        return NULL;
    BtJson *made = bt_json_new_object(), *size = bt_json_new_array();
    bt_json_append_int(size, w_px);
    bt_json_append_int(size, h_px);
    bt_json_set_string(made, "id", id);
    bt_json_set(made, "canvas", size);
    while (bt_json_next_member(&root, &iter, &member))
        if (!g_strv_contains(own, member.key))
            bt_json_set(made, member.key, bt_json_ref(member.value));
    bt_json_set(made, "zones", zones);
    return made;
}
