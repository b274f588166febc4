/* When what is on together changes. The bulletins of one class and layout are swept in the order of
 * their slots' ends and starts; between two of these the same ones are on. Those without slots are
 * always on.
 *
 * Each zone counts for itself, so that a film goes on whatever begins beside it: one bulletin from
 * the start of its own slot, several from when one of them came or went last, and what has no slots
 * from midnight, if nothing went since. So the cuts must be the same whenever the sweep is made, or
 * each new bulletin would shake what is on. They are: a cut stands where a slot begins or ends,
 * and, where a zone has nothing with slots, at each midnight. What the past holds is therefore
 * swept too; only its stretches are not told. */
#include "playlists/adapters/ttn/compose.h"

typedef struct {
    gint64 at_ms;
    BtTtnPlaced *placed;
    gboolean begins;
} Event;

/* How many are on in a zone, and when one with slots came or went last. */
typedef struct {
    guint always, active;
    gint64 changed_ms;
} Zone;

typedef struct {
    const BtTtnLayout *layout;
    BtClass cls;
    GArray *zones;              /* of Zone */
    GPtrArray *always, *active; /* of BtTtnPlaced, by order */
    GArray *events;             /* of Event, by time */
    guint next_event;
    gint64 from_ms, until_ms; /* the stretch that comes next */
    gint64 cut_ms;            /* where the one behind it begins */
    gboolean told;            /* nothing but what is always on: once */
    gboolean over;
} Group;

struct BtTtnSweep {
    GPtrArray *groups; /* of Group */
    GTimeZone *timezone;
    gint64 now_ms, end_ms;
    GPtrArray *on; /* of the last stretch told, as is: */
    GArray *since; /* of gint64 */
};

static void group_free(gpointer data)
{
    Group *group = data;
    g_array_unref(group->zones);
    g_ptr_array_unref(group->always);
    g_ptr_array_unref(group->active);
    g_array_unref(group->events);
    g_free(group);
}

/* ---- days ---- */

/* The midnight that begins the local day of `at_ms`, or one of the days after it. */
static gint64 midnight_ms(GTimeZone *timezone, gint64 at_ms, int days_on)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_ms / 1000);
    g_autoptr(GDateTime) local = utc ? g_date_time_to_timezone(utc, timezone) : NULL;
    g_autoptr(GDateTime) day = local ? g_date_time_add_days(local, days_on) : NULL;
    g_autoptr(GDateTime) midnight = day
        ? g_date_time_new(timezone, g_date_time_get_year(day), g_date_time_get_month(day),
              g_date_time_get_day_of_month(day), 0, 0, 0)
        : NULL;
    return midnight ? g_date_time_to_unix(midnight) * 1000 : at_ms + days_on * BT_DAY_MS;
}

/* ---- making ---- */

static Group *group_of(BtTtnSweep *sweep, const BtTtnPlaced *placed)
{
    for (guint i = 0; i < sweep->groups->len; i++) {
        Group *group = g_ptr_array_index(sweep->groups, i);
        if (group->layout == placed->layout && group->cls == placed->cls)
            return group;
    }
    Group *group = g_new0(Group, 1);
    group->layout = placed->layout;
    group->cls = placed->cls;
    group->zones = g_array_new(FALSE, TRUE, sizeof(Zone));
    g_array_set_size(group->zones, group->layout->zones->len);
    group->always = g_ptr_array_new();
    group->active = g_ptr_array_new();
    group->events = g_array_new(FALSE, FALSE, sizeof(Event));
    g_ptr_array_add(sweep->groups, group);
    return group;
}

static Zone *zone_of(const Group *group, guint zone)
{
    return &g_array_index(group->zones, Zone, zone);
}

static void add_placed(BtTtnSweep *sweep, BtTtnPlaced *placed)
{
    Group *group = group_of(sweep, placed);
    if (placed->windows->len == 0) {
        g_ptr_array_add(group->always, placed);
        zone_of(group, placed->zone)->always++;
    }
    for (guint i = 0; i < placed->windows->len; i++) {
        const BtTtnSlot *slot = &g_array_index(placed->windows, BtTtnSlot, i);
        Event begin = { slot->from_ms, placed, TRUE }, end = { slot->until_ms, placed, FALSE };
        g_array_append_val(group->events, begin);
        g_array_append_val(group->events, end);
    }
}

/* Ends first: a bulletin whose slots touch leaves before it comes again. */
static gint compare_events(gconstpointer a, gconstpointer b)
{
    const Event *x = a, *y = b;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return (int)x->begins - (int)y->begins;
}

/* ---- sweeping ---- */

static const Event *peek(const Group *group)
{
    return group->next_event < group->events->len
        ? &g_array_index(group->events, Event, group->next_event)
        : NULL;
}

static void insert(GPtrArray *active, BtTtnPlaced *placed)
{
    guint place = active->len;
    while (
        place > 0 && ((BtTtnPlaced *)g_ptr_array_index(active, place - 1))->order > placed->order)
        place--;
    g_ptr_array_insert(active, (int)place, placed);
}

static void take_events(Group *group, gint64 until_ms)
{
    const Event *event;
    while ((event = peek(group)) && event->at_ms <= until_ms) {
        Zone *zone = zone_of(group, event->placed->zone);
        zone->changed_ms = event->placed->since_ms = event->at_ms;
        if (event->begins) {
            insert(group->active, event->placed);
            zone->active++;
        } else {
            g_ptr_array_remove(group->active, event->placed);
            zone->active--;
        }
        group->next_event++;
    }
}

/* Some zone has only what is always on. */
static gboolean rests(const Group *group)
{
    for (guint z = 0; z < group->zones->len; z++)
        if (zone_of(group, z)->always && !zone_of(group, z)->active)
            return TRUE;
    return FALSE;
}

/* Where the stretch that begins at `from_ms` ends. */
static gint64 end_of(const BtTtnSweep *sweep, const Group *group, gint64 from_ms)
{
    const Event *event = peek(group);
    gint64 until_ms = event ? event->at_ms : sweep->end_ms;
    if (rests(group))
        until_ms = MIN(until_ms, midnight_ms(sweep->timezone, from_ms, 1));
    return MAX(until_ms, from_ms + 1);
}

static void tell_always(Group *group)
{
    group->over = group->told || group->always->len == 0;
    group->told = TRUE;
    group->from_ms = BT_TIME_MIN;
    group->until_ms = BT_TIME_MAX;
}

/* On to the next stretch that is not over. */
static void advance(BtTtnSweep *sweep, Group *group)
{
    if (group->events->len == 0) {
        tell_always(group);
        return;
    }
    gint64 today_ms = midnight_ms(sweep->timezone, sweep->now_ms, 0);
    do {
        take_events(group, group->cut_ms);
        const Event *event = peek(group);
        gboolean quiet = rests(group);
        if (group->active->len == 0 && group->always->len == 0) {
            if (!event)
                break;
            group->cut_ms = event->at_ms;
            group->until_ms = BT_TIME_MIN;
            continue;
        }
        if (quiet && group->cut_ms < today_ms)
            group->cut_ms = event ? MIN(today_ms, event->at_ms) : today_ms;
        if (quiet && event && event->at_ms <= group->cut_ms) {
            group->until_ms = BT_TIME_MIN;
            continue;
        }
        group->from_ms = group->cut_ms;
        group->until_ms = group->cut_ms = end_of(sweep, group, group->from_ms);
        if (group->from_ms >= sweep->end_ms)
            break;
        if (group->until_ms > sweep->now_ms)
            return;
    } while (TRUE);
    group->over = TRUE;
}

BtTtnSweep *bt_ttn_sweep_new(
    const GPtrArray *placed, GTimeZone *timezone, gint64 now_ms, gint64 end_ms)
{
    BtTtnSweep *sweep = g_new0(BtTtnSweep, 1);
    sweep->groups = g_ptr_array_new_with_free_func(group_free);
    sweep->timezone = g_time_zone_ref(timezone);
    sweep->now_ms = now_ms;
    sweep->end_ms = end_ms;
    sweep->on = g_ptr_array_new();
    sweep->since = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < placed->len; i++)
        add_placed(sweep, g_ptr_array_index(placed, i));
    for (guint i = 0; i < sweep->groups->len; i++) {
        Group *group = g_ptr_array_index(sweep->groups, i);
        g_array_sort(group->events, compare_events);
        group->cut_ms = BT_TIME_MIN;
        advance(sweep, group);
    }
    return sweep;
}

static Group *earliest(const BtTtnSweep *sweep)
{
    Group *first = NULL;
    for (guint i = 0; i < sweep->groups->len; i++) {
        Group *group = g_ptr_array_index(sweep->groups, i);
        if (!group->over && (!first || group->from_ms < first->from_ms))
            first = group;
    }
    return first;
}

/* Those with slots and those without, in order. */
static void merge(GPtrArray *on, const GPtrArray *a, const GPtrArray *b)
{
    guint i = 0, k = 0;
    g_ptr_array_set_size(on, 0);
    while (i < a->len || k < b->len) {
        BtTtnPlaced *x = i < a->len ? g_ptr_array_index(a, i) : NULL;
        BtTtnPlaced *y = k < b->len ? g_ptr_array_index(b, k) : NULL;
        gboolean take_x = x && (!y || x->order < y->order);
        g_ptr_array_add(on, take_x ? x : y);
        *(take_x ? &i : &k) += 1;
    }
}

/* ---- from when a zone counts ---- */

static const BtTtnPlaced *first_in(const GPtrArray *active, guint zone)
{
    for (guint i = 0; i < active->len; i++) {
        const BtTtnPlaced *placed = g_ptr_array_index(active, i);
        if (placed->zone == zone)
            return placed;
    }
    return NULL;
}

static gint64 since_of(const Group *group, guint z, gint64 midnight)
{
    const Zone *zone = zone_of(group, z);
    if (zone->active == 0)
        return MIN(MAX(midnight, zone->changed_ms), group->from_ms);
    if (zone->active + zone->always > 1)
        return zone->changed_ms;
    return first_in(group->active, z)->since_ms;
}

static const gint64 *since_of_all(BtTtnSweep *sweep, const Group *group)
{
    if (group->from_ms == BT_TIME_MIN)
        return NULL;
    gint64 midnight = midnight_ms(sweep->timezone, group->from_ms, 0);
    g_array_set_size(sweep->since, 0);
    for (guint z = 0; z < group->zones->len; z++) {
        gint64 since_ms = since_of(group, z, midnight);
        g_array_append_val(sweep->since, since_ms);
    }
    return (const gint64 *)(void *)sweep->since->data;
}

/* ---- telling ---- */

gboolean bt_ttn_sweep_next(BtTtnSweep *sweep, BtTtnStretch *stretch)
{
    Group *group = earliest(sweep);
    if (!group)
        return FALSE;
    merge(sweep->on, group->always, group->active);
    *stretch = (BtTtnStretch){ group->layout, group->cls, group->from_ms, group->until_ms,
        sweep->on, since_of_all(sweep, group) };
    advance(sweep, group);
    return TRUE;
}

void bt_ttn_sweep_free(BtTtnSweep *sweep)
{
    g_ptr_array_unref(sweep->groups);
    g_ptr_array_unref(sweep->on);
    g_array_unref(sweep->since);
    g_time_zone_unref(sweep->timezone);
    g_free(sweep);
}
