/* Bulletins into a manifest. What is on together makes a programme, its slots say when; a programme
 * and its playlists are named by what they hold, so that whoever composes anew gives the same names
 * to the same things, and nothing that is on is shaken.
 *
 * A document has limits. The stretches are taken in the order of time until one does not fit: so
 * far the document holds, and is composed anew then. When not even the present fits, the bulletins
 * that came last are left out. */
#include "playlists/adapters/ttn/compose.h"

#include <string.h>

#define ID_DIGITS 16
/* What is written beside the items, at most: names, keys, and air. */
#define MAX_BYTES (BT_MANIFEST_MAX_BYTES - 32 * 1024)
#define LAYOUT_BYTES 2600
#define PROGRAMME_BYTES 300
#define ZONE_BYTES 120
#define PLAYLIST_BYTES 60
#define ENTRY_BYTES 80
#define SLOT_BYTES 60
#define SINCE_BYTES 100
#define MOST_SENTENCES 20

typedef struct {
    char *id;
    GPtrArray *items; /* of BtTtnPlaced */
} List;

typedef struct {
    char *id;
    const BtTtnLayout *layout;
    BtClass cls;
    List **lists;  /* one per zone; NULL: not filled */
    GArray *slots; /* of BtTtnSlot; empty: without a `when` */
    GArray *since; /* of gint64, for each slot one per zone: from when it counts */
} Programme;

typedef struct {
    GPtrArray *programmes; /* of Programme */
    GHashTable *by_id;     /* of Programme, borrowed */
    GHashTable *lists;     /* id → List */
    GHashTable *items;     /* of BtTtnPlaced: those that are written */
    GHashTable *layouts;   /* of BtTtnLayout */
    guint n_entries, n_slots;
    gsize size_bytes;
    gint64 until_ms; /* what begins from here on is not in it */
} Draft;

static void list_free(gpointer data)
{
    List *list = data;
    g_free(list->id);
    g_ptr_array_unref(list->items);
    g_free(list);
}

static void programme_free(gpointer data)
{
    Programme *programme = data;
    g_free(programme->id);
    g_free(programme->lists);
    g_array_unref(programme->slots);
    g_array_unref(programme->since);
    g_free(programme);
}

static Draft *draft_new(void)
{
    Draft *draft = g_new0(Draft, 1);
    draft->programmes = g_ptr_array_new_with_free_func(programme_free);
    draft->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    draft->lists = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, list_free);
    draft->items = g_hash_table_new(NULL, NULL);
    draft->layouts = g_hash_table_new(NULL, NULL);
    draft->until_ms = BT_TIME_MAX;
    return draft;
}

static void draft_free(Draft *draft)
{
    g_ptr_array_unref(draft->programmes);
    g_hash_table_unref(draft->by_id);
    g_hash_table_unref(draft->lists);
    g_hash_table_unref(draft->items);
    g_hash_table_unref(draft->layouts);
    g_free(draft);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Draft, draft_free)

/* ---- names ---- */

static char *name_of(const char *kind, const char *what)
{
    char sha256[BT_HASH_HEX_SIZE];
    bt_hash_data(what, strlen(what), sha256);
    return g_strdup_printf("%s-%.*s", kind, ID_DIGITS, sha256);
}

static char *list_id(const GPtrArray *items)
{
    g_autoptr(GString) what = g_string_new(NULL);
    for (guint i = 0; i < items->len; i++)
        g_string_append_printf(what, "%s\n", ((BtTtnPlaced *)g_ptr_array_index(items, i))->id);
    return name_of("l", what->str);
}

static char *programme_id(const BtTtnStretch *stretch, List *const *lists)
{
    g_autoptr(GString) what = g_string_new(stretch->layout->name);
    g_string_append_printf(what, "\n%s\n", bt_class_name(stretch->cls));
    for (guint z = 0; z < stretch->layout->zones->len; z++)
        g_string_append_printf(what, "%s\n", lists[z] ? lists[z]->id : "");
    return name_of("p", what->str);
}

/* ---- taking stretches ---- */

/* One list a zone, of what is on in it. */
static List **lists_of(const BtTtnStretch *stretch)
{
    List **lists = g_new0(List *, stretch->layout->zones->len);
    for (guint i = 0; i < stretch->on->len; i++) {
        BtTtnPlaced *placed = g_ptr_array_index(stretch->on, i);
        List **list = &lists[placed->zone];
        if (!*list) {
            *list = g_new0(List, 1);
            (*list)->items = g_ptr_array_new();
        }
        g_ptr_array_add((*list)->items, placed);
    }
    for (guint z = 0; z < stretch->layout->zones->len; z++)
        if (lists[z])
            lists[z]->id = list_id(lists[z]->items);
    return lists;
}

/* What a programme would add. */
typedef struct {
    guint programmes, lists, entries, slots, layouts;
    gsize bytes;
} Cost;

static void add_cost_of_list(const Draft *draft, const List *list, Cost *cost)
{
    if (g_hash_table_contains(draft->lists, list->id))
        return;
    cost->lists++;
    cost->entries += list->items->len;
    cost->bytes += PLAYLIST_BYTES + list->items->len * ENTRY_BYTES;
    for (guint i = 0; i < list->items->len; i++) {
        const BtTtnPlaced *placed = g_ptr_array_index(list->items, i);
        if (!g_hash_table_contains(draft->items, placed))
            cost->bytes += placed->size_bytes + ENTRY_BYTES;
    }
}

/* How many zones count from before the stretch. */
static guint count_since(const BtTtnStretch *stretch, List *const *lists)
{
    guint n = 0;
    for (guint z = 0; stretch->since_ms && z < stretch->layout->zones->len; z++)
        n += lists[z] && stretch->since_ms[z] != stretch->from_ms;
    return n;
}

static Cost cost_of(
    const Draft *draft, const BtTtnStretch *stretch, List *const *lists, gboolean known)
{
    Cost cost = { .slots = stretch->from_ms != BT_TIME_MIN,
        .bytes = SLOT_BYTES + count_since(stretch, lists) * SINCE_BYTES };
    if (known)
        return cost;
    cost.programmes = 1;
    cost.bytes += PROGRAMME_BYTES + stretch->layout->zones->len * ZONE_BYTES;
    if (!g_hash_table_contains(draft->layouts, stretch->layout)) {
        cost.layouts = 1;
        cost.bytes += LAYOUT_BYTES;
    }
    for (guint z = 0; z < stretch->layout->zones->len; z++)
        if (lists[z])
            add_cost_of_list(draft, lists[z], &cost);
    return cost;
}

static gboolean fits(const Draft *draft, const Programme *known, const Cost *cost)
{
    return draft->programmes->len + cost->programmes <= BT_MANIFEST_MAX_PROGRAMMES &&
        g_hash_table_size(draft->lists) + cost->lists <= BT_MANIFEST_MAX_PLAYLISTS &&
        g_hash_table_size(draft->layouts) + cost->layouts <= BT_MANIFEST_MAX_LAYOUTS &&
        draft->n_entries + cost->entries <= BT_MANIFEST_MAX_ITEMS &&
        draft->n_slots + cost->slots <= BT_MANIFEST_MAX_SLOTS &&
        (!known || known->slots->len + cost->slots <= BT_SLOTS_MAX) &&
        draft->size_bytes + cost->bytes <= MAX_BYTES;
}

/* The list of this name that is there already, else this one; `*list` is taken over. */
static void settle_list(Draft *draft, List **list)
{
    List *known = g_hash_table_lookup(draft->lists, (*list)->id);
    if (known) {
        list_free(*list);
        *list = known;
        return;
    }
    g_hash_table_insert(draft->lists, (*list)->id, *list);
    for (guint i = 0; i < (*list)->items->len; i++)
        g_hash_table_add(draft->items, g_ptr_array_index((*list)->items, i));
}

static Programme *add_programme(Draft *draft, const BtTtnStretch *stretch, List ***lists, char **id)
{
    Programme *programme = g_new0(Programme, 1);
    programme->id = g_steal_pointer(id);
    programme->layout = stretch->layout;
    programme->cls = stretch->cls;
    programme->lists = g_steal_pointer(lists);
    programme->slots = g_array_new(FALSE, FALSE, sizeof(BtTtnSlot));
    programme->since = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint z = 0; z < stretch->layout->zones->len; z++)
        if (programme->lists[z])
            settle_list(draft, &programme->lists[z]);
    g_hash_table_add(draft->layouts, (gpointer)stretch->layout);
    g_ptr_array_add(draft->programmes, programme);
    g_hash_table_insert(draft->by_id, programme->id, programme);
    return programme;
}

static void drop_lists(const BtTtnStretch *stretch, List **lists)
{
    for (guint z = 0; lists && z < stretch->layout->zones->len; z++)
        if (lists[z])
            list_free(lists[z]);
    g_free(lists);
}

/* FALSE: it does not fit. */
static gboolean take_stretch(Draft *draft, const BtTtnStretch *stretch)
{
    List **lists = lists_of(stretch);
    g_autofree char *id = programme_id(stretch, lists);
    Programme *programme = g_hash_table_lookup(draft->by_id, id);
    Cost cost = cost_of(draft, stretch, lists, programme != NULL);
    gboolean may = fits(draft, programme, &cost);
    if (may && !programme)
        programme = add_programme(draft, stretch, &lists, &id);
    drop_lists(stretch, lists);
    if (!may)
        return FALSE;
    draft->n_entries += cost.entries;
    draft->n_slots += cost.slots;
    draft->size_bytes += cost.bytes;
    BtTtnSlot slot = { stretch->from_ms, stretch->until_ms };
    if (cost.slots) {
        g_array_append_val(programme->slots, slot);
        g_array_append_vals(programme->since, stretch->since_ms, stretch->layout->zones->len);
    }
    return TRUE;
}

static Draft *draft_of(const GPtrArray *placed, GTimeZone *timezone, gint64 now_ms, gint64 end_ms)
{
    Draft *draft = draft_new();
    g_autoptr(BtTtnSweep) sweep = bt_ttn_sweep_new(placed, timezone, now_ms, end_ms);
    BtTtnStretch stretch;
    while (bt_ttn_sweep_next(sweep, &stretch)) {
        if (take_stretch(draft, &stretch))
            continue;
        draft->until_ms = stretch.from_ms;
        break;
    }
    return draft;
}

/* ---- the present first ---- */

static gboolean is_on(const BtTtnPlaced *placed, gint64 now_ms)
{
    for (guint i = 0; i < placed->windows->len; i++) {
        const BtTtnSlot *slot = &g_array_index(placed->windows, BtTtnSlot, i);
        if (slot->from_ms <= now_ms && now_ms < slot->until_ms)
            return TRUE;
    }
    return placed->windows->len == 0;
}

static gint came_first(gconstpointer a, gconstpointer b)
{
    const BtTtnPlaced *x = *(BtTtnPlaced *const *)a, *y = *(BtTtnPlaced *const *)b;
    if (x->kept->received_ms != y->kept->received_ms)
        return x->kept->received_ms < y->kept->received_ms ? -1 : 1;
    return strcmp(x->kept->bulletin->id, y->kept->bulletin->id);
}

/* `placed` without those that `present` holds from place `n` on. */
static GPtrArray *without(const GPtrArray *placed, const GPtrArray *present, guint n)
{
    g_autoptr(GHashTable) out = g_hash_table_new(NULL, NULL);
    GPtrArray *rest = g_ptr_array_new();
    for (guint i = n; i < present->len; i++)
        g_hash_table_add(out, g_ptr_array_index(present, i));
    for (guint i = 0; i < placed->len; i++)
        if (!g_hash_table_contains(out, g_ptr_array_index(placed, i)))
            g_ptr_array_add(rest, g_ptr_array_index(placed, i));
    return rest;
}

static void tell_left_out(const GPtrArray *present, guint n, GPtrArray *problems)
{
    for (guint i = present->len; i-- > n;) {
        const BtTtnPlaced *placed = g_ptr_array_index(present, i);
        if (present->len - i > MOST_SENTENCES) {
            g_ptr_array_add(problems,
                g_strdup_printf(
                    "%u more bulletins were left out: there is no place for them", i + 1 - n));
            return;
        }
        bt_ttn_problem(problems, placed->kept->bulletin,
            "it is left out: a document has no place for more, and it came later than the others");
    }
}

static Draft *draft_that_fits(
    const GPtrArray *placed, GTimeZone *timezone, gint64 now_ms, gint64 end_ms, GPtrArray *problems)
{
    Draft *draft = draft_of(placed, timezone, now_ms, end_ms);
    if (draft->until_ms > now_ms)
        return draft;
    g_autoptr(GPtrArray) present = g_ptr_array_new();
    for (guint i = 0; i < placed->len; i++)
        if (is_on(g_ptr_array_index(placed, i), now_ms))
            g_ptr_array_add(present, g_ptr_array_index(placed, i));
    g_ptr_array_sort(present, came_first);
    guint fit = 0, more = present->len;
    while (more - fit > 1) {
        guint middle = fit + (more - fit) / 2;
        g_autoptr(GPtrArray) some = without(placed, present, middle);
        g_autoptr(Draft) tried = draft_of(some, timezone, now_ms, end_ms);
        *(tried->until_ms > now_ms ? &fit : &more) = middle;
    }
    draft_free(draft);
    g_autoptr(GPtrArray) some = without(placed, present, fit);
    tell_left_out(present, fit, problems);
    return draft_of(some, timezone, now_ms, end_ms);
}

/* ---- writing ---- */

static BtJson *assets_to_json(const GPtrArray *placed, const Draft *draft)
{
    BtJson *json = bt_json_new_object();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < placed->len; i++) {
        const BtTtnPlaced *one = g_ptr_array_index(placed, i);
        if (one->asset && g_hash_table_contains(draft->items, one) &&
            g_hash_table_add(seen, (gpointer)one->kept->asset))
            bt_json_set(json, one->kept->asset, bt_json_ref(one->asset));
    }
    return json;
}

static BtJson *layouts_to_json(
    const GPtrArray *layouts, const Draft *draft, const BtTtnFrame *frame)
{
    BtJson *json = bt_json_new_array();
    for (guint i = 0; i < layouts->len; i++)
        if (g_hash_table_contains(draft->layouts, g_ptr_array_index(layouts, i)))
            bt_json_append(json, bt_ttn_layout_to_json(g_ptr_array_index(layouts, i), frame));
    return json;
}

/* An item is written where it first stands, and named elsewhere. */
static BtJson *list_to_json(const List *list, GHashTable *written)
{
    BtJson *json = bt_json_new_object(), *items = bt_json_new_array();
    for (guint i = 0; i < list->items->len; i++) {
        BtTtnPlaced *placed = g_ptr_array_index(list->items, i);
        if (g_hash_table_add(written, placed))
            bt_json_append(items, bt_json_ref(placed->item));
        else
            bt_json_append_string(items, placed->id);
    }
    bt_json_set_string(json, "id", list->id);
    bt_json_set(json, "items", items);
    return json;
}

static BtJson *lists_to_json(const Draft *draft)
{
    BtJson *json = bt_json_new_array();
    g_autoptr(GHashTable) written = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < draft->programmes->len; i++) {
        const Programme *programme = g_ptr_array_index(draft->programmes, i);
        for (guint z = 0; z < programme->layout->zones->len; z++)
            if (programme->lists[z] && g_hash_table_add(seen, programme->lists[z]))
                bt_json_append(json, list_to_json(programme->lists[z], written));
    }
    return json;
}

/* The zones of slot `i` that count from before it. (transfer full) (nullable): there are none. */
static BtJson *since_to_json(const Programme *programme, guint i, gint64 from_ms)
{
    const GArray *zones = programme->layout->zones;
    BtJson *json = NULL;
    for (guint z = 0; z < zones->len; z++) {
        gint64 since_ms = g_array_index(programme->since, gint64, i * zones->len + z);
        if (!programme->lists[z] || since_ms == from_ms)
            continue;
        g_autofree char *since = bt_time_format(since_ms);
        json = json ? json : bt_json_new_object();
        bt_json_set_string(json, g_array_index(zones, BtTtnZone, z).id, since);
    }
    return json;
}

static BtJson *when_to_json(const Programme *programme)
{
    BtJson *when = bt_json_new_object(), *list = bt_json_new_array();
    for (guint i = 0; i < programme->slots->len; i++) {
        const BtTtnSlot *slot = &g_array_index(programme->slots, BtTtnSlot, i);
        BtJson *pair = bt_json_new_array(), *since = since_to_json(programme, i, slot->from_ms);
        g_autofree char *from = bt_time_format(slot->from_ms);
        g_autofree char *until = bt_time_format(slot->until_ms);
        bt_json_append_string(pair, from);
        bt_json_append_string(pair, until);
        if (since)
            bt_json_append(pair, since);
        bt_json_append(list, pair);
    }
    bt_json_set(when, "slots", list);
    return when;
}

static BtJson *programme_to_json(const Programme *programme)
{
    BtJson *json = bt_json_new_object(), *zones = bt_json_new_object();
    for (guint z = 0; z < programme->layout->zones->len; z++)
        if (programme->lists[z])
            bt_json_set_string(zones, g_array_index(programme->layout->zones, BtTtnZone, z).id,
                programme->lists[z]->id);
    bt_json_set_string(json, "id", programme->id);
    bt_json_set_string(json, "layout", programme->layout->name);
    bt_json_set_string(json, "class", bt_class_name(programme->cls));
    bt_json_set(json, "zones", zones);
    if (programme->slots->len)
        bt_json_set(json, "when", when_to_json(programme));
    return json;
}

/* Their order is that of their turns: it must not follow from what is over. Of one class and layout
 * only one is on at a time. */
static gint compare_programmes(gconstpointer a, gconstpointer b)
{
    const Programme *x = *(Programme *const *)a, *y = *(Programme *const *)b;
    if (x->cls != y->cls)
        return x->cls < y->cls ? -1 : 1;
    int names = strcmp(x->layout->name, y->layout->name);
    return names ? names : strcmp(x->id, y->id);
}

static BtJson *programmes_to_json(const Draft *draft)
{
    BtJson *json = bt_json_new_array();
    for (guint i = 0; i < draft->programmes->len; i++)
        bt_json_append(json, programme_to_json(g_ptr_array_index(draft->programmes, i)));
    return json;
}

static char *write_document(const BtTtnFrame *frame, const GPtrArray *layouts,
    const GPtrArray *placed, Draft *draft, gint64 expires_ms)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    BtJson *screens = bt_json_new_array();
    g_ptr_array_sort(draft->programmes, compare_programmes);
    bt_json_append_string(screens, frame->screen);
    bt_json_set_int(json, "spec", 1);
    bt_json_set_string(json, "source", frame->source);
    bt_json_set_int(json, "version", frame->version);
    bt_json_set_time(json, "issued", frame->issued_ms);
    bt_json_set_time(json, "expires", expires_ms);
    bt_json_set(json, "screens", screens);
    bt_json_set_string(json, "timezone", frame->timezone);
    bt_json_set(json, "assets", assets_to_json(placed, draft));
    bt_json_set(json, "layouts", layouts_to_json(layouts, draft, frame));
    bt_json_set(json, "playlists", lists_to_json(draft));
    bt_json_set(json, "programmes", programmes_to_json(draft));
    return bt_json_to_text(json, FALSE);
}

/* ---- */

static gint64 expiry_of(const BtTtnFrame *frame, BtTtnDocument which)
{
    gint64 most_ms = which == BT_TTN_ALERT ? BT_DAY_MS : BT_MANIFEST_MAX_AGE_MS;
    return MIN(frame->expires_ms, frame->issued_ms + most_ms);
}

char *bt_ttn_compose(const BtTtnFrame *frame, const GPtrArray *kept, BtTtnDocument which,
    gint64 now_ms, gint64 *holds_until_ms, GPtrArray *problems)
{
    g_autoptr(GTimeZone) named = g_time_zone_new_identifier(frame->timezone);
    g_autoptr(GTimeZone) timezone = named ? g_time_zone_ref(named) : g_time_zone_new_utc();
    gint64 expires_ms = expiry_of(frame, which);
    g_autoptr(GPtrArray) layouts = bt_ttn_layouts_for(frame, problems);
    g_autoptr(GPtrArray) placed =
        bt_ttn_place_all(frame, layouts, kept, which, timezone, now_ms, problems);
    g_autoptr(Draft) draft = draft_that_fits(placed, timezone, now_ms, expires_ms, problems);
    *holds_until_ms = MIN(draft->until_ms, expires_ms);
    if (draft->programmes->len == 0)
        return g_strdup("");
    return write_document(frame, layouts, placed, draft, expires_ms);
}
