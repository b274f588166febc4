#include "base/error.h"
#include "playlists/schedule/epoch.h"

/* A stretch that may still go on: what it shows, to be compared with what comes next. */
typedef struct {
    const BtZone *zone; /* NULL: the whole screen */
    const BtManifest *manifest;
    const BtProgramme *programme;
    const BtItem *item;
    gint64 due_ms; /* of the occurrence */
    const char *reason;
    gint64 start_ms, end_ms;
    guint source;
    BtClass cls;
    guint order; /* of the zone in its layout */
} BtStretch;

typedef struct {
    const BtInputs *inputs;
    const char *only_zone;
    GArray *open;  /* of BtStretch: they end where the next answer begins */
    GArray *going; /* the next open ones, while they are gathered */
    GArray *done;  /* of BtStretch */
} BtRundown;

static gboolean same_zone(const BtStretch *a, const BtStretch *b)
{
    const char *x = a->zone ? a->zone->id : "", *y = b->zone ? b->zone->id : "";
    return g_str_equal(x, y);
}

static gboolean goes_on(const BtStretch *a, const BtStretch *b)
{
    if (a->item != b->item || a->reason != b->reason || !same_zone(a, b))
        return FALSE;
    return !a->item ||
        (a->manifest == b->manifest && a->programme == b->programme && a->due_ms == b->due_ms);
}

/* Continues the open stretch of the same occurrence, or begins one. */
static void add_stretch(BtRundown *rundown, BtStretch stretch)
{
    if (rundown->only_zone && stretch.zone && !g_str_equal(stretch.zone->id, rundown->only_zone))
        return;
    for (guint i = 0; i < rundown->open->len; i++) {
        const BtStretch *open = &g_array_index(rundown->open, BtStretch, i);
        if (!goes_on(open, &stretch))
            continue;
        stretch.start_ms = open->start_ms;
        g_array_remove_index_fast(rundown->open, i);
        break;
    }
    g_array_append_val(rundown->going, stretch);
}

static void close_open(BtRundown *rundown)
{
    g_array_append_vals(rundown->done, rundown->open->data, rundown->open->len);
    g_array_set_size(rundown->open, 0);
}

static const char *reason_of(BtOnKind kind)
{
    static const char *const reasons[] = {
        [BT_ON_SAFE] = "safe", [BT_ON_CUT] = "cut", [BT_ON_DARK] = "off"
    };
    return reasons[kind];
}

static void add_zone(
    BtRundown *rundown, const BtOnAir *on, guint order, gint64 from_ms, gint64 to_ms)
{
    const BtOnZone *zone = &g_array_index(on->zones, BtOnZone, order);
    add_stretch(rundown,
        (BtStretch){ .zone = zone->zone,
            .manifest = on->manifest,
            .programme = on->programme,
            .item = zone->item,
            .due_ms = zone->start_ms,
            .reason = zone->item ? NULL : "empty",
            .start_ms = from_ms,
            .end_ms = to_ms,
            .source = on->source,
            .cls = on->cls,
            .order = order });
}

static void add_answer(BtRundown *rundown, const BtOnAir *on, gint64 from_ms, gint64 to_ms)
{
    if (on->kind == BT_ON_PROGRAMME) {
        for (guint z = 0; z < on->zones->len; z++)
            add_zone(rundown, on, z, from_ms, to_ms);
    } else {
        add_stretch(rundown,
            (BtStretch){ .reason = reason_of(on->kind), .start_ms = from_ms, .end_ms = to_ms });
    }
    close_open(rundown);
    GArray *spare = rundown->open;
    rundown->open = rundown->going;
    rundown->going = spare;
}

/* ---- rows ---- */

static void row_free(gpointer data)
{
    BtRundownRow *row = data;
    g_free(row->zone);
    g_free(row->item);
    g_free(row->programme);
    g_free(row->source);
    g_free(row);
}

static int compare(gconstpointer a, gconstpointer b)
{
    const BtStretch *x = a, *y = b;
    if (x->start_ms != y->start_ms)
        return x->start_ms < y->start_ms ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static BtRundownRow *make_row(const BtInputs *inputs, const BtStretch *stretch)
{
    BtRundownRow *row = g_new0(BtRundownRow, 1);
    row->start_ms = stretch->start_ms;
    row->end_ms = stretch->end_ms;
    row->zone = g_strdup(stretch->zone ? stretch->zone->id : "");
    row->reason = stretch->reason;
    row->cls = stretch->cls;
    if (!stretch->item)
        return row;
    row->item = g_strdup(stretch->item->id);
    row->programme = g_strdup(stretch->programme->id);
    row->source = g_strdup(((BtInputSource *)inputs->sources->pdata[stretch->source])->name);
    row->resumed = stretch->start_ms > stretch->due_ms;
    return row;
}

static GPtrArray *make_rows(BtRundown *rundown)
{
    close_open(rundown);
    g_array_sort(rundown->done, compare);
    GPtrArray *rows = g_ptr_array_new_full(rundown->done->len, row_free);
    for (guint i = 0; i < rundown->done->len; i++)
        g_ptr_array_add(
            rows, make_row(rundown->inputs, &g_array_index(rundown->done, BtStretch, i)));
    return rows;
}

/* ---- */

/* All answers of the epoch that begins at from_ms; returns where it stopped. The manifests of
 * finished stretches are held by the inputs. */
static gint64 run_epoch(BtRundown *rundown, BtQuery *query, gint64 from_ms, gint64 to_ms)
{
    g_autoptr(BtEpoch) epoch = bt_epoch_new(query, from_ms);
    gint64 at_ms = from_ms;
    do {
        g_autoptr(BtOnAir) on = bt_epoch_answer(epoch, at_ms);
        gint64 until_ms = MIN(on->until_ms, to_ms);
        add_answer(rundown, on, at_ms, until_ms);
        at_ms = until_ms;
    } while (at_ms < to_ms && at_ms < bt_epoch_until_ms(epoch) &&
        rundown->done->len <= BT_RUNDOWN_MAX_ROWS);
    return at_ms;
}

static gboolean run(
    BtRundown *rundown, gint64 from_ms, gint64 to_ms, BtQuery *query, GError **error)
{
    for (gint64 at_ms = from_ms; at_ms < to_ms;) {
        at_ms = run_epoch(rundown, query, at_ms, to_ms);
        if (rundown->done->len + rundown->open->len > BT_RUNDOWN_MAX_ROWS) {
            g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
                "rundown: more than %d rows: expected a shorter time", BT_RUNDOWN_MAX_ROWS);
            return FALSE;
        }
    }
    return TRUE;
}

GPtrArray *bt_rundown(const BtInputs *inputs, gint64 from_ms, gint64 to_ms, const char *zone,
    BtMeasure measure, gpointer user, GError **error)
{
    from_ms = CLAMP(from_ms, BT_SCHEDULE_FIRST_MS, BT_SCHEDULE_LAST_MS);
    to_ms = CLAMP(to_ms, BT_SCHEDULE_FIRST_MS, BT_SCHEDULE_LAST_MS);
    g_autoptr(BtQuery) query = bt_query_new(inputs, measure, user);
    g_autoptr(GArray) done = g_array_new(FALSE, FALSE, sizeof(BtStretch));
    BtRundown rundown = { inputs, zone, g_array_new(FALSE, FALSE, sizeof(BtStretch)),
        g_array_new(FALSE, FALSE, sizeof(BtStretch)), done };
    GPtrArray *rows = NULL;
    if (run(&rundown, from_ms, to_ms, query, error))
        rows = make_rows(&rundown);
    g_array_unref(rundown.open);
    g_array_unref(rundown.going);
    return rows;
}
