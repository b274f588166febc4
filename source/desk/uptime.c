#include "source/desk/uptime.h"

#include "source/store/telemetry.h"

#include <string.h>

#define TOLD_AT_ONCE_MS (16 * BT_MINUTE_MS) /* a stretch is told each 15 minutes at the latest */

static void gap_free(BtUptimeGap *gap)
{
    g_free(gap->state);
    g_free(gap->cause);
    g_free(gap);
}

void bt_uptime_free(BtUptime *uptime)
{
    g_array_unref(uptime->days);
    g_ptr_array_unref(uptime->gaps);
    g_free(uptime);
}

/* Noon of the next day lies 36 hours after a midnight, whatever the clocks do in between. */
gint64 bt_uptime_next_day_ms(const BtStore *store, gint64 day_ms)
{
    return bt_telemetry_day_ms(store, day_ms + 36 * BT_HOUR_MS);
}

/* ---- since when, until when ---- */

static gint64 ask_time(BtStore *store, const char *sql, const char *screen)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL, sql, "s", screen);
    return rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : 0;
}

static gint64 first_told_ms(BtStore *store, const char *screen)
{
    gint64 at_ms = ask_time(store, "SELECT min(hour_ms) FROM hour WHERE screen = ?", screen);
    return at_ms > 0 ? at_ms : BT_TIME_MAX;
}

static gint64 end_ms(BtStore *store, const char *screen, gint64 now_ms)
{
    gint64 told_ms = ask_time(store, "SELECT max(to_ms) FROM stretch WHERE screen = ?", screen);
    return told_ms > now_ms - TOLD_AT_ONCE_MS ? MIN(told_ms, now_ms) : now_ms;
}

/* ---- adding up ---- */

static void add_hour(const BtTelemetryHour *hour, gpointer user)
{
    GArray *days = user;
    for (guint i = days->len; i-- > 0;) {
        BtUptimeDay *day = &g_array_index(days, BtUptimeDay, i);
        if (day->day_ms > hour->hour_ms)
            continue;
        day->lit_ms += hour->lit_ms;
        day->unconfirmed_ms += hour->unconfirmed_ms;
        day->not_showing_ms += hour->not_showing_ms;
        return;
    }
}

static void add_gap(GPtrArray *gaps, const char *state, const char *cause, gint64 ms)
{
    for (guint i = 0; i < gaps->len; i++) {
        BtUptimeGap *gap = g_ptr_array_index(gaps, i);
        if (strcmp(gap->state, state) == 0 && strcmp(gap->cause, cause) == 0) {
            gap->ms += ms;
            return;
        }
    }
    BtUptimeGap *gap = g_new0(BtUptimeGap, 1);
    *gap = (BtUptimeGap){ g_strdup(state), g_strdup(cause), ms };
    g_ptr_array_add(gaps, gap);
}

static void add_cause(const BtTelemetryCause *cause, gpointer user)
{
    if (strcmp(cause->state, "lit") != 0)
        add_gap(user, cause->state, cause->cause, cause->ms);
}

static int compare_gaps(gconstpointer a, gconstpointer b)
{
    const BtUptimeGap *x = *(BtUptimeGap *const *)a, *y = *(BtUptimeGap *const *)b;
    return (x->ms < y->ms) - (x->ms > y->ms);
}

/* What nobody told of a day is unconfirmed. */
static void fill_up(const BtStore *store, BtUptime *uptime, gint64 first_ms, gint64 last_ms)
{
    gint64 untold_ms = 0;
    for (guint i = 0; i < uptime->days->len; i++) {
        BtUptimeDay *day = &g_array_index(uptime->days, BtUptimeDay, i);
        gint64 begin_ms = MAX(day->day_ms, first_ms);
        gint64 span_ms = MIN(bt_uptime_next_day_ms(store, day->day_ms), last_ms) - begin_ms;
        gint64 rest_ms = MAX(0, span_ms - day->lit_ms - day->unconfirmed_ms - day->not_showing_ms);
        day->unconfirmed_ms += rest_ms;
        untold_ms += rest_ms;
        uptime->total.lit_ms += day->lit_ms;
        uptime->total.unconfirmed_ms += day->unconfirmed_ms;
        uptime->total.not_showing_ms += day->not_showing_ms;
    }
    if (untold_ms > 0)
        add_gap(uptime->gaps, "unconfirmed", BT_UPTIME_UNTOLD, untold_ms);
    g_ptr_array_sort(uptime->gaps, compare_gaps);
}

BtUptime *bt_uptime_read(
    BtStore *store, const char *screen, gint64 from_ms, gint64 to_ms, gint64 now_ms, GError **error)
{
    g_autoptr(BtUptime) uptime = g_new0(BtUptime, 1);
    gint64 first_ms = first_told_ms(store, screen), last_ms = end_ms(store, screen, now_ms);
    uptime->days = g_array_new(FALSE, FALSE, sizeof(BtUptimeDay));
    uptime->gaps = g_ptr_array_new_with_free_func((GDestroyNotify)gap_free);
    uptime->total.day_ms = bt_telemetry_day_ms(store, from_ms);
    for (gint64 day_ms = uptime->total.day_ms; day_ms < MIN(to_ms, now_ms);
         day_ms = bt_uptime_next_day_ms(store, day_ms)) {
        const BtUptimeDay day = { .day_ms = day_ms };
        g_array_append_val(uptime->days, day);
    }
    const BtTelemetryQuery query = { screen, uptime->total.day_ms, MIN(to_ms, now_ms) };
    if (!bt_telemetry_hours(store, &query, add_hour, uptime->days, error) ||
        !bt_telemetry_causes(store, &query, add_cause, uptime->gaps, error))
        return NULL;
    fill_up(store, uptime, first_ms, last_ms);
    return g_steal_pointer(&uptime);
}
