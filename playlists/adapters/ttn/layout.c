/* The partitions of a screen that a province may name. The built-in ones are given in thousandths
 * of the canvas, so that they are the same on a wall of 640 × 384 and on a panel of 1920 × 1080; a
 * province that cuts its screens otherwise writes its own into the configuration, in pixels. */
#include "base/error.h"
#include "playlists/adapters/ttn/compose.h"

#include <string.h>

#define TEXT_MAX_BYTES 2000
#define GROUND "#0B1B33"

typedef struct {
    const char *name;
    struct {
        const char *id;
        int x, y, w, h;
    } zones[5];
} BuiltIn;

static const BuiltIn built_ins[] = {
    { "whole", { { "main", 0, 0, 1000, 1000 } } },
    { "halves", { { "left", 0, 0, 500, 1000 }, { "right", 500, 0, 500, 1000 } } },
    { "stacked", { { "top", 0, 0, 1000, 500 }, { "bottom", 0, 500, 1000, 500 } } },
    { "thirds",
        { { "left", 0, 0, 333, 1000 }, { "middle", 333, 0, 334, 1000 },
            { "right", 667, 0, 333, 1000 } } },
    { "quarters",
        { { "top-left", 0, 0, 500, 500 }, { "top-right", 500, 0, 500, 500 },
            { "bottom-left", 0, 500, 500, 500 }, { "bottom-right", 500, 500, 500, 500 } } },
    { "headline",
        { { "media", 0, 200, 1000, 660 }, { "headline", 0, 0, 1000, 200 },
            { "ticker", 0, 860, 1000, 140 } } },
};

/* ---- */

static void zone_clear(gpointer data)
{
    BtTtnZone *zone = data;
    g_free(zone->id);
}

static BtTtnLayout *layout_new(const char *name, gboolean built_in)
{
    BtTtnLayout *layout = g_new0(BtTtnLayout, 1);
    layout->name = g_strdup(name);
    layout->built_in = built_in;
    layout->zones = g_array_new(FALSE, TRUE, sizeof(BtTtnZone));
    g_array_set_clear_func(layout->zones, zone_clear);
    return layout;
}

void bt_ttn_layout_free(BtTtnLayout *layout)
{
    if (!layout)
        return;
    g_free(layout->name);
    g_array_unref(layout->zones);
    g_free(layout);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTtnLayout, bt_ttn_layout_free)

static void add_zone(BtTtnLayout *layout, const char *id, BtRect rect_px)
{
    BtTtnZone zone = { g_strdup(id), rect_px, g_str_has_prefix(id, "ticker"),
        g_str_has_prefix(id, "headline") };
    g_array_append_val(layout->zones, zone);
}

static const BtTtnZone *zone_at(const BtTtnLayout *layout, guint i)
{
    return &g_array_index(layout->zones, BtTtnZone, i);
}

/* ---- reading ---- */

static gboolean is_id(const char *text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    gsize length = strlen(text);
    return length > 0 && length <= BT_ID_MAX_BYTES && strspn(text, allowed) == length &&
        text[0] != '.';
}

static gboolean fail(GError **error, const char *name, const char *part, const char *expected)
{
    g_set_error(
        error, BT_ERROR, BT_ERROR_INVALID, "layout.%s: \"%s\": expected %s", name, part, expected);
    return FALSE;
}

/* Four numbers with commas between. */
static gboolean parse_rect(const char *text, BtRect *rect_px)
{
    int *const parts[] = { &rect_px->x, &rect_px->y, &rect_px->w, &rect_px->h };
    g_auto(GStrv) numbers = g_strsplit(text, ",", 5);
    if (g_strv_length(numbers) != G_N_ELEMENTS(parts))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        gint64 value;
        if (!g_ascii_string_to_signed(
                g_strstrip(numbers[i]), 10, 0, BT_CANVAS_MAX_W_PX, &value, NULL))
            return FALSE;
        *parts[i] = (int)value;
    }
    return rect_px->w > 0 && rect_px->h > 0 && rect_px->x + rect_px->w <= BT_CANVAS_MAX_W_PX &&
        rect_px->y + rect_px->h <= BT_CANVAS_MAX_H_PX;
}

static gboolean check_new_zone(
    const BtTtnLayout *layout, const char *part, const char *id, BtRect rect_px, GError **error)
{
    if (layout->zones->len == BT_MANIFEST_MAX_ZONES)
        return fail(error, layout->name, part, "at most 16 zones");
    for (guint i = 0; i < layout->zones->len; i++) {
        const BtTtnZone *other = zone_at(layout, i);
        if (g_str_equal(other->id, id))
            return fail(error, layout->name, part, "each zone once");
        if (!bt_rect_is_empty(bt_rect_intersect(other->rect_px, rect_px)))
            return fail(error, layout->name, part, "zones that do not overlap");
    }
    return TRUE;
}

static gboolean parse_zone(BtTtnLayout *layout, const char *part, GError **error)
{
    g_auto(GStrv) sides = g_strsplit(part, "=", 2);
    BtRect rect_px;
    if (g_strv_length(sides) != 2 || !is_id(g_strstrip(sides[0])))
        return fail(error, layout->name, part, "ZONE=X,Y,W,H, the zone named by A-Z a-z 0-9 . _ -");
    if (!parse_rect(sides[1], &rect_px))
        return fail(error, layout->name, part,
            "X,Y,W,H in pixels, as wide and high as something, within 7680 x 4320");
    if (!check_new_zone(layout, part, sides[0], rect_px, error))
        return FALSE;
    add_zone(layout, sides[0], rect_px);
    return TRUE;
}

BtTtnLayout *bt_ttn_layout_parse(const char *name, const char *text, GError **error)
{
    g_autoptr(BtTtnLayout) layout = layout_new(name, FALSE);
    if (!is_id(name)) {
        fail(error, name, name, "a name of 1 to 64 of A-Z a-z 0-9 . _ -, no dot first");
        return NULL;
    }
    if (strlen(text) > TEXT_MAX_BYTES) {
        fail(error, name, "…", "at most 2000 bytes");
        return NULL;
    }
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    for (guint i = 0; parts[i]; i++) {
        const char *part = g_strstrip(parts[i]);
        gboolean last = !parts[i + 1] && layout->zones->len > 0;
        if (*part == '\0' && last)
            break;
        if (!parse_zone(layout, part, error))
            return NULL;
    }
    if (layout->zones->len == 0) {
        fail(error, name, text, "ZONE=X,Y,W,H;…");
        return NULL;
    }
    return g_steal_pointer(&layout);
}

/* ---- for a screen ---- */

/* Corners, so that neighbours meet whatever is rounded. */
static int scale(int part, int size_px)
{
    return (part * size_px + BT_TTN_PARTS / 2) / BT_TTN_PARTS;
}

static BtTtnLayout *built_in_for(const BuiltIn *built_in, const BtTtnFrame *frame)
{
    BtTtnLayout *layout = layout_new(built_in->name, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(built_in->zones) && built_in->zones[i].id; i++) {
        int x = scale(built_in->zones[i].x, frame->w_px),
            y = scale(built_in->zones[i].y, frame->h_px);
        int right = scale(built_in->zones[i].x + built_in->zones[i].w, frame->w_px);
        int bottom = scale(built_in->zones[i].y + built_in->zones[i].h, frame->h_px);
        add_zone(layout, built_in->zones[i].id, (BtRect){ x, y, right - x, bottom - y });
    }
    return layout;
}

char *bt_ttn_layout_leaves(const BtTtnLayout *layout, int w_px, int h_px)
{
    BtRect canvas = { 0, 0, w_px, h_px };
    for (guint i = 0; i < layout->zones->len; i++)
        if (!bt_rect_contains(canvas, zone_at(layout, i)->rect_px))
            return g_strdup_printf(
                "layout.%s: zone \"%s\" leaves the screen of %d x %d: the layout is not used",
                layout->name, zone_at(layout, i)->id, w_px, h_px);
    return NULL;
}

static BtTtnLayout *configured_for(
    const BtTtnLayout *from, const BtTtnFrame *frame, GPtrArray *problems)
{
    char *leaves = bt_ttn_layout_leaves(from, frame->w_px, frame->h_px);
    if (leaves) {
        g_ptr_array_add(problems, leaves);
        return NULL;
    }
    BtTtnLayout *layout = layout_new(from->name, FALSE);
    for (guint i = 0; i < from->zones->len; i++)
        add_zone(layout, zone_at(from, i)->id, zone_at(from, i)->rect_px);
    return layout;
}

const BtTtnLayout *bt_ttn_layouts_find(const GPtrArray *layouts, const char *name)
{
    for (guint i = 0; i < layouts->len; i++) {
        const BtTtnLayout *layout = g_ptr_array_index(layouts, i);
        if (g_str_equal(layout->name, name))
            return layout;
    }
    return NULL;
}

GPtrArray *bt_ttn_layouts_for(const BtTtnFrame *frame, GPtrArray *problems)
{
    GPtrArray *layouts = g_ptr_array_new_with_free_func((GDestroyNotify)bt_ttn_layout_free);
    for (guint i = 0; frame->layouts && i < frame->layouts->len; i++) {
        BtTtnLayout *layout = configured_for(g_ptr_array_index(frame->layouts, i), frame, problems);
        if (layout)
            g_ptr_array_add(layouts, layout);
    }
    for (guint i = 0; i < G_N_ELEMENTS(built_ins); i++)
        if (!bt_ttn_layouts_find(layouts, built_ins[i].name))
            g_ptr_array_add(layouts, built_in_for(&built_ins[i], frame));
    return layouts;
}

BtJson *bt_ttn_layout_to_json(const BtTtnLayout *layout, const BtTtnFrame *frame)
{
    BtJson *json = bt_json_new_object(), *canvas = bt_json_new_array(),
           *zones = bt_json_new_array();
    bt_json_append_int(canvas, frame->w_px);
    bt_json_append_int(canvas, frame->h_px);
    for (guint i = 0; i < layout->zones->len; i++) {
        const BtTtnZone *from = zone_at(layout, i);
        BtJson *zone = bt_json_new_object(), *rect = bt_json_new_array();
        bt_json_append_int(rect, from->rect_px.x);
        bt_json_append_int(rect, from->rect_px.y);
        bt_json_append_int(rect, from->rect_px.w);
        bt_json_append_int(rect, from->rect_px.h);
        bt_json_set_string(zone, "id", from->id);
        bt_json_set(zone, "rect", rect);
        bt_json_append(zones, zone);
    }
    bt_json_set_string(json, "id", layout->name);
    bt_json_set(json, "canvas", canvas);
    bt_json_set_string(json, "background", GROUND);
    bt_json_set(json, "zones", zones);
    return json;
}
