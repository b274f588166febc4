/* When a bulletin plays. Two forms are known. Windows: days, each with its windows, whose ends are
 * instants, or times of day on the day's date. A calendar: from a first to a last day, once, daily,
 * weekly or monthly, at pairs of times of day. A calendar becomes the windows of at most a year
 * from the day on which it was heard: a province that means longer says it again long before. */
#include "playlists/adapters/ttn/private.h"

#include <string.h>

#define HORIZON_DAYS 366
#define MAX_TIMES BT_TIMES_MAX /* pairs of times of one day */

GArray *bt_ttn_slots_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(BtTtnSlot));
}

static int by_start(gconstpointer a, gconstpointer b)
{
    const BtTtnSlot *x = a, *y = b;
    return x->from_ms < y->from_ms ? -1 : x->from_ms > y->from_ms;
}

void bt_ttn_slots_settle(GArray *slots)
{
    guint n = 0;
    g_array_sort(slots, by_start);
    for (guint i = 0; i < slots->len; i++) {
        BtTtnSlot slot = g_array_index(slots, BtTtnSlot, i);
        BtTtnSlot *last = n > 0 ? &g_array_index(slots, BtTtnSlot, n - 1) : NULL;
        if (last != NULL && slot.from_ms < last->until_ms)
            last->until_ms = MAX(last->until_ms, slot.until_ms);
        else
            g_array_index(slots, BtTtnSlot, n++) = slot;
    }
    g_array_set_size(slots, n);
}

/* FALSE: there is no place for more. */
static gboolean add(GArray *slots, gint64 from_ms, gint64 until_ms)
{
    BtTtnSlot slot = { from_ms, until_ms };
    if (slots->len >= BT_TTN_MESSAGE_MAX_ITEMS)
        return FALSE;
    g_array_append_val(slots, slot);
    return TRUE;
}

/* ---- windows ---- */

typedef struct {
    const BtSaid *said;
    const BtJson *spec;
    gint64 duration_ms; /* of the bulletin; 0: not known */
    GArray *slots;
} Windows;

static BtJson *value_in(const Windows *windows, const char *field, const BtJson *thing)
{
    return bt_path_first(bt_tree_get(windows->spec, field), thing, windows->said->root);
}

/* A time of day on `day` (nullable). */
static gboolean read_on_day(
    const Windows *windows, const BtJson *value, const GDate *day, gint64 *wall_ms)
{
    g_autofree char *text = bt_tree_text(value);
    gint64 of_day_ms;
    if (day == NULL || text == NULL || !bt_times_read_of_day(text, &of_day_ms))
        return FALSE;
    *wall_ms = bt_times_on_day(windows->said->dialect, day, of_day_ms);
    return TRUE;
}

static gboolean read_until(
    const Windows *windows, const BtJson *thing, const GDate *day, gint64 from_ms, gint64 *until_ms)
{
    g_autoptr(BtJson) until = value_in(windows, "until", thing);
    g_autoptr(BtJson) duration = value_in(windows, "duration", thing);
    gint64 length_ms = windows->duration_ms;
    if (until != NULL)
        return read_on_day(windows, until, day, until_ms) ||
            bt_times_read_end(windows->said->dialect, until, until_ms);
    if (duration != NULL && !bt_times_read_duration(windows->said->dialect, duration, &length_ms))
        return FALSE;
    *until_ms = from_ms + length_ms;
    return length_ms > 0;
}

static void take_window(const Windows *windows, const BtJson *thing, const GDate *day)
{
    gint64 from_ms, until_ms;
    g_autoptr(BtJson) from = value_in(windows, "from", thing);
    if (from == NULL ||
        (!read_on_day(windows, from, day, &from_ms) &&
            !bt_times_read(windows->said->dialect, from, &from_ms))) {
        bt_said_problem(windows->said, "a window's beginning cannot be read: it is left out");
        return;
    }
    if (!read_until(windows, thing, day, from_ms, &until_ms)) {
        bt_said_problem(windows->said, "a window's end cannot be read: it is left out");
        return;
    }
    if (day != NULL && until_ms <= from_ms)
        until_ms += BT_DAY_MS; /* over midnight */
    if (until_ms <= from_ms || until_ms - from_ms > HORIZON_DAYS * BT_DAY_MS)
        bt_said_problem(windows->said,
            "a window ends before it begins, or after more than a year: "
            "it is left out");
    else if (!add(windows->slots, from_ms, until_ms))
        bt_said_problem(windows->said, "more than %d windows: the others are left out",
            BT_TTN_MESSAGE_MAX_ITEMS);
}

static void take_day(const Windows *windows, const BtJson *day)
{
    const BtJson *each = bt_tree_get(windows->spec, "each");
    g_autoptr(BtJson) date = value_in(windows, "date", day);
    gint64 date_ms = 0;
    if (date != NULL && !bt_times_read(windows->said->dialect, date, &date_ms)) {
        bt_said_problem(windows->said, "a day's date cannot be read: it is left out");
        return;
    }
    GDate dated = bt_times_day_of(windows->said->dialect, date_ms);
    if (each == NULL) {
        take_window(windows, day, date != NULL ? &dated : NULL);
        return;
    }
    g_autoptr(GPtrArray) list = bt_path_collect(each, day, windows->said->root);
    for (guint i = 0; i < list->len && windows->slots->len < BT_TTN_MESSAGE_MAX_ITEMS; i++)
        take_window(windows, g_ptr_array_index(list, i), date != NULL ? &dated : NULL);
}

static void take_windows(const Windows *windows, gboolean *given)
{
    const BtJson *days = bt_tree_get(windows->spec, "days");
    g_autoptr(GPtrArray) list =
        days != NULL ? bt_path_collect(days, windows->said->thing, windows->said->root) : NULL;
    if (days == NULL) {
        const BtJson *probe = bt_tree_get(windows->spec, "each");
        g_autoptr(BtJson) any =
            bt_path_first(probe != NULL ? probe : bt_tree_get(windows->spec, "from"),
                windows->said->thing, windows->said->root);
        *given = any != NULL;
        if (*given)
            take_day(windows, windows->said->thing);
        return;
    }
    *given = list->len > 0;
    for (guint i = 0; i < list->len && windows->slots->len < BT_TTN_MESSAGE_MAX_ITEMS; i++)
        take_day(windows, g_ptr_array_index(list, i));
}

/* ---- calendars ---- */

typedef enum { ONCE, DAILY, WEEKLY, MONTHLY } Repeat;
static const char *const repeats[] = { "once", "daily", "weekly", "monthly", NULL };

typedef struct {
    Repeat repeat;
    GDate first, last;
    guint weekdays;  /* bit 1 Monday to bit 7 */
    guint monthdays; /* bit 1 to bit 31 */
    guint n_dates;
    guint32 dates[BT_TTN_MESSAGE_MAX_ITEMS]; /* Julian */
    guint n_times;
    gint64 from_ms[MAX_TIMES], until_ms[MAX_TIMES]; /* of the day */
} Calendar;

/* A time of day, alone or in an instant. */
static gboolean read_of_day(const Windows *windows, const BtJson *value, gint64 *of_day_ms)
{
    g_autofree char *text = bt_tree_text(value);
    gint64 wall_ms;
    if (text != NULL && bt_times_read_of_day(text, of_day_ms))
        return TRUE;
    if (!bt_times_read(windows->said->dialect, value, &wall_ms))
        return FALSE;
    GDate day = bt_times_day_of(windows->said->dialect, wall_ms);
    *of_day_ms = wall_ms - bt_times_on_day(windows->said->dialect, &day, 0);
    return TRUE;
}

static gboolean read_times(const Windows *windows, Calendar *calendar)
{
    const BtSaid *said = windows->said;
    g_autoptr(GPtrArray) from =
        bt_path_collect(bt_tree_get(windows->spec, "from"), said->thing, said->root);
    g_autoptr(GPtrArray) until =
        bt_path_collect(bt_tree_get(windows->spec, "until"), said->thing, said->root);
    if (from->len == 0 || from->len != until->len || from->len > MAX_TIMES) {
        bt_said_problem(said, "%u beginnings and %u ends: expected as many of each, 1 to %d",
            from->len, until->len, MAX_TIMES);
        return FALSE;
    }
    for (guint i = 0; i < from->len; i++, calendar->n_times++)
        if (!read_of_day(windows, g_ptr_array_index(from, i), &calendar->from_ms[i]) ||
            !read_of_day(windows, g_ptr_array_index(until, i), &calendar->until_ms[i])) {
            bt_said_problem(said, "a time of day cannot be read: expected one like 06:30:00");
            return FALSE;
        }
    return TRUE;
}

static void keep_weekday(Calendar *calendar, guint weekday)
{
    calendar->weekdays |= weekday >= 1 && weekday <= 7 ? 1u << weekday : 0;
}

static void keep_date(Calendar *calendar, const GDate *date)
{
    keep_weekday(calendar, g_date_get_weekday(date));
    calendar->monthdays |= 1u << g_date_get_day(date);
    if (calendar->n_dates < G_N_ELEMENTS(calendar->dates))
        calendar->dates[calendar->n_dates++] = g_date_get_julian(date);
}

/* A number is a weekday or a day of the month, anything else a date. */
static gboolean read_day(const Windows *windows, const BtJson *value, Calendar *calendar)
{
    const BtDialect *dialect = windows->said->dialect;
    gint64 number, wall_ms;
    g_autofree char *text = bt_tree_text(value);
    g_autofree char *weekday = text == NULL ? NULL : bt_table_ours(dialect, "weekday", text);
    if (calendar->repeat == WEEKLY && weekday != NULL &&
        g_ascii_string_to_signed(weekday, 10, 1, 7, &number, NULL)) {
        keep_weekday(calendar, (guint)number);
        return TRUE;
    }
    if (calendar->repeat == MONTHLY && bt_tree_int(value, &number) && number >= 1 && number <= 31) {
        calendar->monthdays |= 1u << number;
        return TRUE;
    }
    if (!bt_times_read(dialect, value, &wall_ms))
        return FALSE;
    GDate date = bt_times_day_of(dialect, wall_ms);
    keep_date(calendar, &date);
    return TRUE;
}

static gboolean read_days(const Windows *windows, Calendar *calendar)
{
    const BtSaid *said = windows->said;
    g_autoptr(GPtrArray) days =
        bt_path_collect(bt_tree_get(windows->spec, "days"), said->thing, said->root);
    for (guint i = 0; i < days->len; i++)
        if (!read_day(windows, g_ptr_array_index(days, i), calendar)) {
            bt_said_problem(said, "a day of the schedule cannot be read");
            return FALSE;
        }
    if (days->len == 0)
        keep_date(calendar, &calendar->first);
    return TRUE;
}

/* The day of a bound; `otherwise_ms` when it is not given, 0: it must be. */
static gboolean read_bound(
    const Windows *windows, const char *field, gint64 otherwise_ms, GDate *day)
{
    g_autoptr(BtJson) value = value_in(windows, field, windows->said->thing);
    gint64 wall_ms = otherwise_ms;
    if ((value != NULL && !bt_times_read(windows->said->dialect, value, &wall_ms)) ||
        wall_ms <= 0) {
        bt_said_problem(windows->said, "the schedule's %s day cannot be read", field);
        return FALSE;
    }
    *day = bt_times_day_of(windows->said->dialect, wall_ms);
    return TRUE;
}

static gboolean read_repeat(const Windows *windows, Calendar *calendar)
{
    g_autoptr(BtJson) value = value_in(windows, "repeat", windows->said->thing);
    g_autofree char *theirs = value == NULL ? g_strdup("") : bt_tree_text(value);
    g_autofree char *ours =
        bt_table_ours(windows->said->dialect, "repeat", theirs != NULL ? theirs : "");
    for (guint i = 0; repeats[i] != NULL; i++)
        if (g_strcmp0(ours, repeats[i]) == 0) {
            calendar->repeat = (Repeat)i;
            return TRUE;
        }
    bt_said_problem(windows->said, "\"%.40s\" stands in no table \"repeat\"", theirs ? theirs : "");
    return FALSE;
}

static gboolean plays_on(const Calendar *calendar, const GDate *day)
{
    switch (calendar->repeat) {
    case DAILY:
        return TRUE;
    case WEEKLY:
        return (calendar->weekdays >> g_date_get_weekday(day)) & 1;
    case MONTHLY:
        return (calendar->monthdays >> g_date_get_day(day)) & 1;
    case ONCE:
        break;
    }
    for (guint i = 0; i < calendar->n_dates; i++)
        if (calendar->dates[i] == g_date_get_julian(day))
            return TRUE;
    return FALSE;
}

static gboolean add_day(const Windows *windows, const Calendar *calendar, const GDate *day)
{
    for (guint i = 0; i < calendar->n_times; i++) {
        gint64 from_ms = bt_times_on_day(windows->said->dialect, day, calendar->from_ms[i]);
        gint64 until_ms = bt_times_on_day(windows->said->dialect, day, calendar->until_ms[i]);
        if (until_ms <= from_ms)
            until_ms += BT_DAY_MS; /* over midnight */
        if (!add(windows->slots, from_ms, until_ms))
            return FALSE;
    }
    return TRUE;
}

/* The window of yesterday may still be open. */
static void expand(const Windows *windows, const Calendar *calendar)
{
    GDate day = calendar->first, end;
    if (windows->said->now_ms > BT_DAY_MS) {
        GDate yesterday =
            bt_times_day_of(windows->said->dialect, windows->said->now_ms - BT_DAY_MS);
        if (g_date_compare(&yesterday, &day) > 0)
            day = yesterday;
    }
    end = day;
    g_date_add_days(&end, HORIZON_DAYS);
    if (g_date_compare(&calendar->last, &end) < 0)
        end = calendar->last;
    while (g_date_compare(&day, &end) <= 0) {
        if (plays_on(calendar, &day) && !add_day(windows, calendar, &day))
            return;
        g_date_add_days(&day, 1);
    }
}

static gboolean has_calendar(const Windows *windows)
{
    const BtSaid *said = windows->said;
    g_autoptr(GPtrArray) from =
        bt_path_collect(bt_tree_get(windows->spec, "from"), said->thing, said->root);
    return from->len > 0;
}

static void take_calendar(const Windows *windows, gboolean *given)
{
    Calendar calendar = { .n_times = 0 };
    *given = has_calendar(windows);
    if (!*given || !read_repeat(windows, &calendar) ||
        !read_bound(windows, "first", windows->said->now_ms, &calendar.first))
        return;
    gint64 far_ms = bt_times_on_day(windows->said->dialect, &calendar.first, 0);
    far_ms = MAX(far_ms, windows->said->now_ms) + HORIZON_DAYS * BT_DAY_MS;
    if (read_bound(windows, "last", far_ms, &calendar.last) && read_times(windows, &calendar) &&
        read_days(windows, &calendar))
        expand(windows, &calendar);
}

static void take(const Windows *windows, gboolean *given)
{
    if (bt_tree_get(windows->spec, "repeat") != NULL)
        take_calendar(windows, given);
    else
        take_windows(windows, given);
}

/* What a thing does not say itself, what it came in may say for it. */
GArray *bt_said_slots(const BtSaid *said, gint64 duration_ms, gboolean *given)
{
    const BtJson *scopes[] = { said->thing, said->outer, said->root };
    BtSaid scope = *said;
    Windows windows = { &scope, bt_said_paths(said, "slots"), duration_ms, bt_ttn_slots_new() };
    *given = FALSE;
    if (!bt_tree_is_object(windows.spec))
        return windows.slots;
    for (guint i = 0; i < G_N_ELEMENTS(scopes) && !*given; i++) {
        scope.thing = scopes[i];
        if (bt_tree_is_object(scope.thing) && (i == 0 || scopes[i] != scopes[i - 1]))
            take(&windows, given);
    }
    bt_ttn_slots_settle(windows.slots);
    return windows.slots;
}
