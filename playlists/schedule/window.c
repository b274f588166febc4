/* A window belongs to the local day on which it began: `days`, `from` and `until` ask about that
 * day, so the window of Friday 22:00 to 06:00 is still Friday's at 05:59 on Saturday. No window is
 * longer than a day, so only those of today and yesterday can be open.
 *
 * Both ends are read off the local clock. Where a zone puts its clock forward or back (Vietnam does
 * not), the end of a window is the first instant at which the clock reads it or has passed it. Two
 * changes of a zone within two days are not told apart. Slots are instants, and know nothing of
 * this. */
#include "playlists/schedule/window.h"

#define DAY_S G_GINT64_CONSTANT(86400)
#define EPOCH_JULIAN_DAY 719163
#define FLAT_DAYS_BACK 3
#define FLAT_DAYS_ON 11
#define SEARCH_DAYS                                                                                \
    9 /* a weekday comes back within 7, and its window may have begun before now                   \
       */

static gint64 floor_div(gint64 a, gint64 b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static gint64 offset_at(GTimeZone *zone, gint64 utc_s)
{
    int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, utc_s);
    return interval < 0 ? 0 : g_time_zone_get_offset(zone, interval);
}

BtLocal bt_local_at(GTimeZone *zone, gint64 now_ms)
{
    gint64 now_s = floor_div(now_ms, 1000);
    BtLocal local = { .zone = zone,
        .now_ms = now_ms,
        .flat_from_s = now_s,
        .flat_until_s = now_s,
        .offset_s = offset_at(zone, now_s) };
    for (int i = 1; i <= FLAT_DAYS_BACK; i++) {
        if (offset_at(zone, now_s - i * DAY_S) != local.offset_s)
            break;
        local.flat_from_s = now_s - i * DAY_S;
    }
    for (int i = 1; i <= FLAT_DAYS_ON; i++) {
        if (offset_at(zone, now_s + i * DAY_S) != local.offset_s)
            break;
        local.flat_until_s = now_s + i * DAY_S;
    }
    local.day = floor_div(now_s + local.offset_s, DAY_S);
    return local;
}

gint64 bt_local_seconds(const BtLocal *local, gint64 at_ms)
{
    gint64 at_s = floor_div(at_ms, 1000);
    if (at_s >= local->flat_from_s && at_s < local->flat_until_s)
        return at_s + local->offset_s;
    return at_s + offset_at(local->zone, at_s);
}

/* The instant, in UTC seconds, at which the offset stops being `before`. */
static gint64 find_change(GTimeZone *zone, gint64 from_s, gint64 until_s, gint64 before)
{
    while (until_s - from_s > 1) {
        gint64 middle = from_s + (until_s - from_s) / 2;
        if (offset_at(zone, middle) == before)
            from_s = middle;
        else
            until_s = middle;
    }
    return until_s;
}

static gint64 instant_near_change(GTimeZone *zone, gint64 local_s)
{
    gint64 before = offset_at(zone, local_s - DAY_S);
    gint64 after = offset_at(zone, local_s + DAY_S);
    if (before == after)
        return local_s - before;
    gint64 change = find_change(zone, local_s - DAY_S, local_s + DAY_S, before);
    if (local_s - before < change)
        return local_s - before;
    return MAX(change, local_s - after);
}

gint64 bt_local_instant_ms(const BtLocal *local, gint64 local_s)
{
    gint64 utc_s = local_s - local->offset_s;
    /* Within a day after a change, the clock may have read this before. */
    if (utc_s < local->flat_from_s + DAY_S || utc_s >= local->flat_until_s)
        utc_s = instant_near_change(local->zone, local_s);
    return utc_s * 1000;
}

gint32 bt_julian_day(gint64 day)
{
    return (gint32)(day + EPOCH_JULIAN_DAY);
}

guint bt_weekday(gint64 day)
{
    return (guint)(((day + 3) % 7 + 7) % 7);
}

/* ---- windows ---- */

static const BtTimes whole_day = { 0, 86400 };

static guint count_times(const BtWhen *when)
{
    return when->times && when->times->len ? when->times->len : 1;
}

static const BtTimes *get_times(const BtWhen *when, guint i)
{
    return when->times && when->times->len ? &g_array_index(when->times, BtTimes, i) : &whole_day;
}

static gboolean dates_hold(const BtWhen *when, gint64 day)
{
    gint32 julian = bt_julian_day(day);
    return (!when->from_day || julian >= when->from_day) &&
        (!when->until_day || julian <= when->until_day);
}

static gboolean day_holds(const BtWhen *when, gint64 day)
{
    return dates_hold(when, day) && (when->days >> bt_weekday(day) & 1);
}

static void get_window(
    const BtLocal *local, gint64 day, const BtTimes *times, gint64 *start_ms, gint64 *end_ms)
{
    gint64 end_s = times->end_s > times->start_s ? times->end_s : times->end_s + DAY_S;
    *start_ms = bt_local_instant_ms(local, day * DAY_S + times->start_s);
    *end_ms = bt_local_instant_ms(local, day * DAY_S + end_s);
}

static gint64 first_after(gint64 now_ms, gint64 a_ms, gint64 b_ms, gint64 so_far_ms)
{
    if (a_ms > now_ms)
        so_far_ms = MIN(so_far_ms, a_ms);
    if (b_ms > now_ms)
        so_far_ms = MIN(so_far_ms, b_ms);
    return so_far_ms;
}

/* The days worth looking at begin yesterday, or with `from` when that is later. */
static gint64 first_day(const BtWhen *when, const BtLocal *local)
{
    gint64 from = when->from_day ? (gint64)when->from_day - EPOCH_JULIAN_DAY : local->day - 1;
    return MAX(local->day - 1, from);
}

static guint count_slots(const BtWhen *when)
{
    return when->slots ? when->slots->len : 0;
}

/* The first slot that is not over; how many there are when all are. */
static guint find_slot(const GArray *slots, gint64 now_ms)
{
    guint low = 0, high = slots->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(slots, BtWhenSlot, middle).until_ms <= now_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const BtWhenSlot *bt_window_slot(const BtWhen *when, gint64 now_ms)
{
    guint place = count_slots(when) ? find_slot(when->slots, now_ms) : 0;
    if (place == count_slots(when))
        return NULL;
    const BtWhenSlot *slot = &g_array_index(when->slots, BtWhenSlot, place);
    return slot->from_ms <= now_ms ? slot : NULL;
}

static gboolean slot_at(const GArray *slots, gint64 now_ms, gint64 *start_ms, gint64 *next_ms)
{
    guint place = find_slot(slots, now_ms);
    if (place == slots->len)
        return FALSE;
    const BtWhenSlot *slot = &g_array_index(slots, BtWhenSlot, place);
    gboolean open = slot->from_ms <= now_ms;
    *next_ms = open ? slot->until_ms : slot->from_ms;
    if (open)
        *start_ms = slot->from_ms;
    return open;
}

gboolean bt_window_at(const BtWhen *when, const BtLocal *local, gint64 *start_ms, gint64 *next_ms)
{
    gboolean open = FALSE;
    gint64 now_ms = local->now_ms, first = first_day(when, local);
    *start_ms = BT_TIME_MIN;
    *next_ms = BT_TIME_MAX;
    if (count_slots(when))
        return slot_at(when->slots, now_ms, start_ms, next_ms);
    for (gint64 day = first; day <= first + SEARCH_DAYS; day++) {
        if (day > local->day && *next_ms <= bt_local_instant_ms(local, day * DAY_S))
            break;
        if (!day_holds(when, day))
            continue;
        for (guint i = 0; i < count_times(when); i++) {
            gint64 start, end;
            get_window(local, day, get_times(when, i), &start, &end);
            if (start >= end) /* the clock skipped all of it */
                continue;
            if (start <= now_ms && now_ms < end) {
                open = TRUE;
                *start_ms = MAX(*start_ms, start);
            }
            *next_ms = first_after(now_ms, start, end, *next_ms);
        }
    }
    return open;
}

BtWindowReason bt_window_reason(const BtWhen *when, const BtLocal *local)
{
    gint64 start, next;
    if (bt_window_at(when, local, &start, &next))
        return BT_WINDOW_OPEN;
    if (count_slots(when))
        return BT_WINDOW_SLOTS;
    if (!dates_hold(when, local->day))
        return BT_WINDOW_DATES;
    return day_holds(when, local->day) ? BT_WINDOW_TIMES : BT_WINDOW_DAYS;
}
