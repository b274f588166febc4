/* Layouts and their zones. */
#include "playlists/model/draft.h"

typedef struct {
    BtDraft *draft;
    BtLayout *layout;
    GHashTable *ids;
} LayoutReader;

/* An array of exactly `n` integers; `min` and `max` bound the place of each. */
static gboolean read_ints(const BtJsonAt *object, const char *key, guint n, const int *min,
    const int *max, int *values, GError **error)
{
    BtJsonAt array;
    if (!bt_json_require(object, key, &array, error) ||
        !bt_json_read_array(&array, G_MAXSIZE, error))
        return FALSE;
    if (bt_json_length(&array) != n)
        return bt_json_fail(&array, BT_ERROR_INVALID, error,
            "%" G_GSIZE_FORMAT " elements: expected %u", bt_json_length(&array), n);
    for (guint i = 0; i < n; i++) {
        BtJsonAt at = bt_json_element(&array, i);
        gint64 value;
        if (!bt_json_read_int(&at, min[i], max[i], &value, error))
            return FALSE;
        values[i] = (int)value;
    }
    return TRUE;
}

static gboolean read_rect(
    const BtJsonAt *object, const BtLayout *layout, BtRect *rect_px, GError **error)
{
    static const int min[] = { -BT_CANVAS_MAX_W_PX, -BT_CANVAS_MAX_W_PX, 1, 1 };
    static const int max[] = { BT_CANVAS_MAX_W_PX, BT_CANVAS_MAX_W_PX, BT_CANVAS_MAX_W_PX,
        BT_CANVAS_MAX_W_PX };
    BtJsonAt at;
    int v[4];
    if (!read_ints(object, "rect", 4, min, max, v, error) || !bt_json_member(object, "rect", &at))
        return FALSE;
    *rect_px = (BtRect){ v[0], v[1], v[2], v[3] };
    if (!bt_rect_contains((BtRect){ 0, 0, layout->w_px, layout->h_px }, *rect_px))
        return bt_json_fail(&at, BT_ERROR_INVALID, error,
            "[%d, %d, %d, %d] leaves the canvas: expected a zone inside %d x %d", v[0], v[1], v[2],
            v[3], layout->w_px, layout->h_px);
    return TRUE;
}

static gboolean check_overlap(
    const BtLayout *layout, const BtZone *zone, const BtJsonAt *at, GError **error)
{
    for (guint i = 0; i < layout->zones->len; i++) {
        const BtZone *other = g_ptr_array_index(layout->zones, i);
        if (!bt_rect_is_empty(bt_rect_intersect(other->rect_px, zone->rect_px)))
            return bt_json_fail(at, BT_ERROR_INVALID, error,
                "zone \"%s\" overlaps zone \"%s\": expected zones that do not overlap", zone->id,
                other->id);
    }
    return TRUE;
}

static gboolean read_zone_lang(const BtJsonAt *object, BtZone *zone, GError **error)
{
    BtJsonAt at;
    if (bt_json_member(object, "lang", &at))
        return bt_read_lang(&at, &zone->lang, error);
    zone->lang = g_strdup("");
    return TRUE;
}

static gboolean read_zone(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const known[] = { "id", "rect", "lang", NULL };
    LayoutReader *reader = user;
    g_autoptr(BtZone) zone = g_new0(BtZone, 1);
    if (!bt_json_read_object(at, error) || !bt_read_new_id(at, reader->ids, &zone->id, error) ||
        !read_rect(at, reader->layout, &zone->rect_px, error) ||
        !check_overlap(reader->layout, zone, at, error) || !read_zone_lang(at, zone, error))
        return FALSE;
    bt_draft_note_unknown(reader->draft, at, known);
    g_ptr_array_add(reader->layout->zones, g_steal_pointer(&zone));
    return TRUE;
}

static gboolean read_canvas(const BtJsonAt *object, BtLayout *layout, GError **error)
{
    static const int min[] = { BT_CANVAS_MIN_W_PX, BT_CANVAS_MIN_H_PX };
    static const int max[] = { BT_CANVAS_MAX_W_PX, BT_CANVAS_MAX_H_PX };
    int size[2];
    if (!read_ints(object, "canvas", 2, min, max, size, error))
        return FALSE;
    layout->w_px = size[0];
    layout->h_px = size[1];
    return TRUE;
}

static gboolean read_background(const BtJsonAt *object, guint32 *colour, GError **error)
{
    BtJsonAt at;
    if (!bt_json_member(object, "background", &at))
        return TRUE;
    const char *text = bt_json_read_string(&at, 0, G_MAXSIZE, error);
    if (!text)
        return FALSE;
    guint32 value = 0;
    int digits = 0;
    for (; text[0] == '#' && g_ascii_isxdigit(text[1 + digits]) && digits < 7; digits++)
        value = value << 4 | (guint32)g_ascii_xdigit_value(text[1 + digits]);
    if (digits != 6 || text[7] != '\0')
        return bt_json_fail(
            &at, BT_ERROR_INVALID, error, "this is not a colour: expected \"#RRGGBB\"");
    *colour = value;
    return TRUE;
}

static gboolean read_layout(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const known[] = { "id", "canvas", "background", "zones", NULL };
    BtDraft *draft = user;
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(BtLayout) layout = g_new0(BtLayout, 1);
    layout->zones = g_ptr_array_new_with_free_func((GDestroyNotify)bt_zone_free);
    LayoutReader reader = { draft, layout, ids };
    if (!bt_json_read_object(at, error) || !bt_read_id(at, "id", &layout->id, error) ||
        !read_canvas(at, layout, error) || !read_background(at, &layout->background, error) ||
        !bt_read_each(at, "zones", 1, BT_MANIFEST_MAX_ZONES, read_zone, &reader, error))
        return FALSE;
    if (g_hash_table_contains(draft->layouts, layout->id))
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "\"%s\" is used twice: expected an id of its own", layout->id);
    bt_draft_note_unknown(draft, at, known);
    g_hash_table_insert(draft->layouts, layout->id, layout);
    g_ptr_array_add(draft->manifest->layouts, g_steal_pointer(&layout));
    return TRUE;
}

gboolean bt_draft_read_layouts(BtDraft *draft, const BtJsonAt *root, GError **error)
{
    BtJsonAt at;
    return bt_json_require(root, "layouts", &at, error) &&
        bt_read_each(root, "layouts", 0, BT_MANIFEST_MAX_LAYOUTS, read_layout, draft, error);
}
