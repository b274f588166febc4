/* A clock is the wrong tool to guard money with: set forward, it makes a new day and with it a new
 * budget; set back, it makes the same midnight twice. So a day here ends only if the wall clock
 * came past its end at its own pace. A jump carries the count along into the day where the clock
 * lands. A clock that stands behind the day which is being counted, as after a jump forward that
 * was taken back, says nothing; then running time alone ends the day, when it is as long as the
 * longest. What cannot be told is a jump while the power was off; there the clock's word is taken,
 * once. */
#include "playlists/sync/budget.h"

#include "playlists/schedule/window.h"

#define DAY_S 86400
#define JUMP_MS (5 * BT_MINUTE_MS) /* a clock that is corrected by less has not jumped */
/* The longest there are, where a zone puts its clock back. */
#define DAY_MS (25 * BT_HOUR_MS)
#define MONTH_MS (31 * BT_DAY_MS + BT_HOUR_MS)
#define PICTURES_SHARE 5 /* one part in so many is not for what is heavy */
#define MAX_WAITS 40     /* of days and hours in turn, until a month is over */

const char *bt_may_word(BtMayWord word)
{
    static const char *const words[] = { "", "hours", "day", "month" };
    return words[word];
}

/* ---- days and months ---- */

static gint64 day_label(const BtBudget *budget, gint64 wall_ms)
{
    return bt_local_at(budget->zone, wall_ms).day;
}

static gint64 month_of_day(gint64 day)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)bt_julian_day(day));
    return (gint64)(g_date_get_year(&date) - 1970) * 12 + g_date_get_month(&date) - 1;
}

static gint64 first_day_of_month(gint64 month)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, 1, (GDateMonth)(month % 12 + 1), (GDateYear)(1970 + month / 12));
    return (gint64)g_date_get_julian(&date) - bt_julian_day(0);
}

/* ---- counting ---- */

static void begin_span(BtSpan *span, gint64 label)
{
    *span = (BtSpan){ .label = label };
}

/* By a wall clock that is believed. */
static void follow_wall(BtSpan *span, gint64 label, gboolean jumped)
{
    if (span->label >= 0 && label > span->label && !jumped)
        begin_span(span, label);
    else
        span->label = MAX(span->label, label);
}

static gboolean has_jumped(const BtUsage *usage, const BtBudgetTime *now)
{
    gint64 wall_ms = now->wall_ms - usage->anchor_wall_ms;
    gint64 mono_ms = now->mono_ms - usage->anchor_mono_ms;
    return usage->anchor_mono_ms >= 0 && ABS(wall_ms - mono_ms) > JUMP_MS;
}

/* `label` -1: the clock says nothing. */
static void pass_span(BtSpan *span, gint64 ran_ms, gint64 label, gboolean jumped, gint64 longest_ms)
{
    span->ran_ms += ran_ms;
    if (label >= span->label)
        follow_wall(span, label, jumped);
    if (span->ran_ms >= longest_ms)
        begin_span(span, label);
}

static void pass_time(BtUsage *usage, const BtBudget *budget, const BtBudgetTime *now)
{
    gint64 ran_ms = usage->mono_ms < 0 ? 0 : MAX(0, now->mono_ms - usage->mono_ms);
    gint64 day = now->trusted ? day_label(budget, now->wall_ms) : -1;
    gint64 month = now->trusted ? month_of_day(day) : -1;
    gboolean jumped = has_jumped(usage, now);
    usage->mono_ms = now->mono_ms;
    pass_span(&usage->day, ran_ms, day, jumped, DAY_MS);
    pass_span(&usage->month, ran_ms, month, jumped, MONTH_MS);
    if (now->trusted && day >= usage->day.label) {
        usage->anchor_wall_ms = now->wall_ms;
        usage->anchor_mono_ms = now->mono_ms;
    }
}

static void count(BtSpan *span, guint64 bytes, guint64 asset_bytes)
{
    span->bytes += bytes;
    span->asset_bytes += asset_bytes;
}

void bt_usage_add(BtUsage *usage, const BtBudget *budget, const BtBudgetTime *now, guint64 bytes,
    guint64 asset_bytes)
{
    pass_time(usage, budget, now);
    count(&usage->day, bytes, asset_bytes);
    count(&usage->month, bytes, asset_bytes);
}

/* ---- asking ---- */

static guint64 left_of(guint64 limit, guint64 used, BtValue value)
{
    if (limit == 0)
        return G_MAXUINT64;
    if (value == BT_VALUE_HEAVY)
        limit -= limit / PICTURES_SHARE;
    return limit > used ? limit - used : 0;
}

static gboolean has_hours(const BtBudget *budget)
{
    return budget->heavy && budget->heavy->len > 0;
}

static gboolean are_hours_open(const BtBudget *budget, gint64 wall_ms, gint64 *next_ms)
{
    BtWhen when = { .days = 0x7f, .times = budget->heavy };
    BtLocal local = bt_local_at(budget->zone, wall_ms);
    gint64 start_ms;
    return bt_window_at(&when, &local, &start_ms, next_ms);
}

/* When a span ends that began so long ago: by the wall clock where it is believed. */
static gint64 end_of(
    const BtSpan *span, const BtBudget *budget, const BtBudgetTime *now, gboolean is_month)
{
    gint64 length_ms = is_month ? MONTH_MS : DAY_MS;
    gint64 day = day_label(budget, now->wall_ms);
    gint64 label = is_month ? month_of_day(day) : day;
    if (!now->trusted || label < span->label)
        return now->wall_ms + MAX(BT_SECOND_MS, length_ms - span->ran_ms);
    gint64 next_day = is_month ? first_day_of_month(label + 1) : label + 1;
    BtLocal local = bt_local_at(budget->zone, now->wall_ms);
    return bt_local_instant_ms(&local, next_day * DAY_S);
}

/* One reason to wait, and when it ends. */
static BtMay ask_once(
    const BtBudget *budget, const BtUsage *usage, const BtBudgetTime *now, BtValue value)
{
    guint64 month = left_of(budget->month_bytes, usage->month.bytes, value);
    guint64 day = left_of(budget->day_bytes, usage->day.bytes, value);
    gint64 next_ms = BT_TIME_MAX;
    if (value == BT_VALUE_WORD)
        return (BtMay){ BT_MAY_GO, G_MAXUINT64, 0 };
    if (month == 0)
        return (BtMay){ BT_MAY_MONTH, 0, end_of(&usage->month, budget, now, TRUE) };
    if (day == 0)
        return (BtMay){ BT_MAY_DAY, 0, end_of(&usage->day, budget, now, FALSE) };
    if (value == BT_VALUE_HEAVY && now->trusted && has_hours(budget) &&
        !are_hours_open(budget, now->wall_ms, &next_ms))
        return (BtMay){ BT_MAY_HOURS, 0, next_ms };
    return (BtMay){ BT_MAY_GO, MIN(day, month), 0 };
}

BtMay bt_budget_ask(
    const BtBudget *budget, const BtUsage *usage, const BtBudgetTime *now, BtValue value)
{
    BtUsage then = *usage;
    BtBudgetTime at = *now;
    BtMay first = ask_once(budget, usage, now, value), next = first;
    for (int i = 0; next.word != BT_MAY_GO && i < MAX_WAITS; i++) {
        first.word = MAX(first.word, next.word);
        first.until_ms = next.until_ms;
        if (next.until_ms == BT_TIME_MAX)
            return first;
        at.mono_ms += next.until_ms - at.wall_ms;
        at.wall_ms = next.until_ms;
        bt_usage_add(&then, budget, &at, 0, 0);
        next = ask_once(budget, &then, &at, value);
    }
    return first;
}

gint64 bt_budget_edge_ms(const BtBudget *budget, const BtBudgetTime *now)
{
    gint64 next_ms = BT_TIME_MAX;
    BtLocal local = bt_local_at(budget->zone, now->wall_ms);
    gint64 midnight_ms = bt_local_instant_ms(&local, (local.day + 1) * DAY_S);
    if (has_hours(budget))
        (void)are_hours_open(budget, now->wall_ms, &next_ms);
    return MIN(midnight_ms, next_ms);
}
