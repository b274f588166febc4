/* The future is played through: from one edge of a budget or an hour to the next, as much goes over
 * the line as the budget allows and the rate can do. */
#include "playlists/sync/forecast.h"

#include "playlists/schedule/window.h"

#define HORIZON_MS (366 * BT_DAY_MS)
#define MAX_STEPS 2000              /* of days and hours; a year has 366 of each */
#define SHORTEST_TALK_MS BT_HOUR_MS /* less running time says nothing of a month */

typedef struct {
    const BtBudget *budget;
    BtUsage usage;
    BtBudgetTime at;
    guint64 left[BT_VALUE_HEAVY + 1];
    gint64 month_ends_ms;
    guint64 month_bytes;
    guint64 bytes_per_s;
} Future;

static gint64 end_of_month_ms(const BtBudget *budget, gint64 wall_ms)
{
    BtLocal local = bt_local_at(budget->zone, wall_ms);
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)bt_julian_day(local.day));
    gint64 days = g_date_get_days_in_month(g_date_get_month(&date), g_date_get_year(&date)) -
        g_date_get_day(&date) + 1;
    return bt_local_instant_ms(&local, (local.day + days) * 86400);
}

static void go_to(Future *f, gint64 wall_ms, guint64 bytes)
{
    if (f->at.wall_ms < f->month_ends_ms)
        f->month_bytes += bytes;
    f->at.mono_ms += wall_ms - f->at.wall_ms;
    f->at.wall_ms = wall_ms;
    bt_usage_add(&f->usage, f->budget, &f->at, bytes, bytes);
}

/* As much of `left` as may go before something changes. */
static void fetch_some(Future *f, guint64 *left, guint64 allowed)
{
    gint64 edge_ms = MIN(bt_budget_edge_ms(f->budget, &f->at), f->at.wall_ms + BT_DAY_MS);
    double room = (double)(edge_ms - f->at.wall_ms) / 1000 * (double)f->bytes_per_s;
    guint64 bytes = MIN(*left, allowed);
    if ((double)bytes > room) {
        *left -= MIN(*left, (guint64)room);
        go_to(f, edge_ms, (guint64)room);
        return;
    }
    *left -= bytes;
    go_to(f, f->at.wall_ms + (gint64)((double)bytes * 1000 / (double)f->bytes_per_s), bytes);
}

/* FALSE: this never ends. */
static gboolean fetch_all(Future *f)
{
    gint64 last_ms = f->at.wall_ms + HORIZON_MS;
    int steps = 0;
    for (int value = BT_VALUE_WORD; value <= BT_VALUE_HEAVY; value++)
        while (f->left[value] > 0) {
            BtMay may = bt_budget_ask(f->budget, &f->usage, &f->at, (BtValue)value);
            if (++steps > MAX_STEPS || (may.word != BT_MAY_GO && may.until_ms > last_ms))
                return FALSE;
            if (may.word == BT_MAY_GO)
                fetch_some(f, &f->left[value], may.bytes);
            else
                go_to(f, may.until_ms, 0);
        }
    return f->at.wall_ms <= last_ms;
}

static guint64 talk_until(const BtUsage *usage, gint64 ms)
{
    gint64 ran_ms = usage->month.ran_ms;
    if (ran_ms < SHORTEST_TALK_MS)
        return 0;
    return (guint64)((double)(usage->month.bytes - usage->month.asset_bytes) / (double)ran_ms *
        (double)ms);
}

BtForecast bt_forecast(const BtBudget *budget, const BtUsage *usage, const BtBudgetTime *now,
    const BtBacklog *backlog, guint64 bytes_per_s)
{
    Future f = { .budget = budget, .usage = *usage, .at = *now, .bytes_per_s = bytes_per_s };
    BtForecast forecast = { .done_ms = now->wall_ms };
    guint64 all = 0;
    f.month_ends_ms = end_of_month_ms(budget, now->wall_ms);
    for (int value = BT_VALUE_WORD; value <= BT_VALUE_HEAVY; value++)
        all += f.left[value] = backlog->bytes[value];
    if (all > 0 && (bytes_per_s == 0 || !fetch_all(&f)))
        forecast.done_ms = BT_TIME_MAX;
    else if (all > 0)
        forecast.done_ms = f.at.wall_ms;
    forecast.month_bytes = usage->month.bytes + (bytes_per_s == 0 ? all : f.month_bytes) +
        talk_until(usage, f.month_ends_ms - now->wall_ms);
    return forecast;
}
