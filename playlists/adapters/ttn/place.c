/* Which bulletins a document is about: each once, in the order in which they take turns, with its
 * place on the screen and the times at which it is on. */
#include "playlists/adapters/ttn/compose.h"

#include <string.h>

#define LAST_MS G_GINT64_CONSTANT(253402214400000) /* 9999-12-31, as documents write it */

/* ---- when ---- */

static void add_window(GArray *windows, gint64 from_ms, gint64 until_ms)
{
    BtTtnSlot slot = { CLAMP(from_ms, 0, LAST_MS), CLAMP(until_ms, 0, LAST_MS) };
    if (windows->len)
        slot.from_ms =
            MAX(slot.from_ms, g_array_index(windows, BtTtnSlot, windows->len - 1).until_ms);
    if (slot.from_ms < slot.until_ms)
        g_array_append_val(windows, slot);
}

/* What is urgent has an end: its own, else that of its slots, else so long after it came. */
static void add_urgent_windows(const BtTtnFrame *frame, const BtTtnKept *kept, GArray *windows)
{
    const BtTtnBulletin *b = kept->bulletin;
    gint64 end_ms = b->until_ms > 0 ? b->until_ms : BT_TIME_MAX;
    for (guint i = 0; i < b->slots->len; i++) {
        const BtTtnSlot *slot = &g_array_index(b->slots, BtTtnSlot, i);
        add_window(windows, slot->from_ms, MIN(slot->until_ms, end_ms));
    }
    if (b->slots->len == 0)
        add_window(windows, kept->received_ms,
            b->until_ms > 0 ? b->until_ms : kept->received_ms + frame->urgent_max_ms);
}

static GArray *windows_of(const BtTtnFrame *frame, const BtTtnKept *kept, BtTtnDocument which)
{
    GArray *windows = g_array_new(FALSE, FALSE, sizeof(BtTtnSlot));
    if (which == BT_TTN_ALERT) {
        add_urgent_windows(frame, kept, windows);
        return windows;
    }
    for (guint i = 0; i < kept->bulletin->slots->len; i++) {
        const BtTtnSlot *slot = &g_array_index(kept->bulletin->slots, BtTtnSlot, i);
        add_window(windows, slot->from_ms, slot->until_ms);
    }
    return windows;
}

/* Over for good; one that never had a window in an alert is so too. */
static gboolean is_over(const BtTtnPlaced *placed, BtTtnDocument which, gint64 now_ms)
{
    if (placed->windows->len == 0)
        return which == BT_TTN_ALERT || placed->kept->bulletin->slots->len > 0;
    const BtTtnSlot *last = &g_array_index(placed->windows, BtTtnSlot, placed->windows->len - 1);
    return which == BT_TTN_ALERT && last->until_ms <= now_ms;
}

/* ---- where ---- */

static guint zone_of(const BtTtnLayout *layout, const BtTtnBulletin *bulletin, GPtrArray *problems)
{
    if (*bulletin->region == '\0')
        return 0;
    for (guint i = 0; i < layout->zones->len; i++)
        if (g_str_equal(g_array_index(layout->zones, BtTtnZone, i).id, bulletin->region))
            return i;
    bt_ttn_problem(problems, bulletin,
        "the partition \"%s\" has no zone \"%.64s\": it is shown in the first, \"%s\"",
        layout->name, bulletin->region, g_array_index(layout->zones, BtTtnZone, 0).id);
    return 0;
}

static void find_place(BtTtnPlaced *placed, const GPtrArray *layouts, GPtrArray *problems)
{
    const BtTtnBulletin *b = placed->kept->bulletin;
    const char *name = *b->partition ? b->partition : "whole";
    placed->layout = bt_ttn_layouts_find(layouts, name);
    if (placed->layout) {
        placed->zone = zone_of(placed->layout, b, problems);
        return;
    }
    bt_ttn_problem(
        problems, b, "there is no partition \"%.64s\": it is shown on the whole screen", name);
    placed->layout = bt_ttn_layouts_find(layouts, "whole");
}

/* ---- files ---- */

/* A file that is a film to one bulletin and sound to another, as an MP4 may be, has one type in a
 * document, and the other would cost the whole of it. `types`: of the files that are in it. */
static void look_at_type(BtTtnPlaced *placed, GHashTable *types, GPtrArray *problems)
{
    const BtTtnKept *kept = placed->kept;
    const char *type = kept->asset ? g_hash_table_lookup(types, kept->asset) : NULL;
    placed->other = type && g_strcmp0(type, kept->asset_type) != 0;
    if (placed->other)
        bt_ttn_problem(problems, kept->bulletin,
            "its file is shown as %s by another bulletin: this one is shown as text", type);
}

static void keep_type(const BtTtnPlaced *placed, GHashTable *types)
{
    if (placed->asset)
        g_hash_table_insert(
            types, (gpointer)placed->kept->asset, (gpointer)placed->kept->asset_type);
}

/* ---- all of them ---- */

static gint compare_age(const BtTtnKept *a, const BtTtnKept *b)
{
    if (a->received_ms != b->received_ms)
        return a->received_ms < b->received_ms ? -1 : 1;
    return strcmp(a->bulletin->id, b->bulletin->id);
}

static gint oldest_first(gconstpointer a, gconstpointer b)
{
    return compare_age((*(BtTtnPlaced *const *)a)->kept, (*(BtTtnPlaced *const *)b)->kept);
}

static gint newest_first(gconstpointer a, gconstpointer b)
{
    return oldest_first(b, a);
}

/* The newest of those that say they are one. */
static GHashTable *each_once(const GPtrArray *kept, BtTtnDocument which, GPtrArray *problems)
{
    GHashTable *found = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < kept->len; i++) {
        const BtTtnKept *one = g_ptr_array_index(kept, i);
        const BtTtnKept *other = g_hash_table_lookup(found, one->bulletin->id);
        if ((one->bulletin->priority == BT_TTN_URGENT) != (which == BT_TTN_ALERT))
            continue;
        if (other)
            bt_ttn_problem(problems, one->bulletin, "it is here twice: the newer one counts");
        if (!other || compare_age(one, other) > 0)
            g_hash_table_replace(found, one->bulletin->id, (gpointer)one);
    }
    return found;
}

static BtClass class_of(const BtTtnFrame *frame, const BtTtnKept *kept, BtTtnDocument which)
{
    if (which == BT_TTN_ALERT)
        return BT_CLASS_EMERGENCY;
    BtClass cls = frame->classes[kept->bulletin->priority];
    return cls == BT_CLASS_EMERGENCY ? BT_CLASS_PRIORITY : cls;
}

GPtrArray *bt_ttn_place_all(const BtTtnFrame *frame, const GPtrArray *layouts,
    const GPtrArray *kept, BtTtnDocument which, GTimeZone *timezone, gint64 now_ms,
    GPtrArray *problems)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)bt_ttn_placed_free);
    g_autoptr(GHashTable) once = each_once(kept, which, problems);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    g_autoptr(GHashTable) types = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iter;
    gpointer one;
    g_hash_table_iter_init(&iter, once);
    while (g_hash_table_iter_next(&iter, NULL, &one)) {
        BtTtnPlaced *placed = g_new0(BtTtnPlaced, 1);
        placed->kept = one;
        g_ptr_array_add(sorted, placed);
    }
    g_ptr_array_sort(sorted, which == BT_TTN_ALERT ? newest_first : oldest_first);
    for (guint i = 0; i < sorted->len; i++) {
        g_autoptr(BtTtnPlaced) placed = g_ptr_array_index(sorted, i);
        placed->order = i;
        placed->id = bt_ttn_item_id(placed->kept->bulletin->id);
        placed->cls = class_of(frame, placed->kept, which);
        placed->windows = windows_of(frame, placed->kept, which);
        if (is_over(placed, which, now_ms))
            continue;
        find_place(placed, layouts, problems);
        look_at_type(placed, types, problems);
        if (!bt_ttn_place_item(placed, timezone, problems))
            continue;
        keep_type(placed, types);
        g_ptr_array_add(all, g_steal_pointer(&placed));
    }
    return all;
}
