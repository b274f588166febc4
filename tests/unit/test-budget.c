/* Budgets: what ends a day and what does not, what waits and until when, and what is foreseen. */
#include "playlists/sync/forecast.h"
#include "playlists/sync/pace.h"
#include "playlists/sync/transport.h"

#include <stdio.h>

#define MB (1024 * 1024)
#define MAX_MOMENTS 8

static gint64 wall(const char *text)
{
    gint64 at_ms;
    g_autoptr(GError) error = NULL;
    g_autofree char *whole = g_strconcat(text, ":00+07:00", NULL);
    bt_time_parse(whole, &at_ms, &error);
    g_assert_no_error(error);
    return at_ms;
}

static BtBudget make_budget(guint day_mb, guint month_mb, GArray *heavy, GTimeZone *zone)
{
    return (BtBudget){ .day_bytes = (guint64)day_mb * MB,
        .month_bytes = (guint64)month_mb * MB,
        .heavy = heavy,
        .heavy_bytes = BT_BUDGET_HEAVY_BYTES,
        .zone = zone };
}

/* ---- what ends a day or a month ---- */

typedef struct {
    const char *wall; /* local; NULL ends the list; "restart" is a start of the program */
    int mono_min;     /* since the machine started */
    gboolean doubted;
    guint bytes; /* that came since the moment before */
} Moment;

static const struct {
    const char *name;
    Moment moments[MAX_MOMENTS];
    guint day_bytes, month_bytes; /* at the end */
} spans[] = {
    { "same-day", { { "2026-11-26T08:00", 0, 0, 10 }, { "2026-11-26T23:59", 959, 0, 5 } }, 15, 15 },
    { "midnight", { { "2026-11-26T23:59", 0, 0, 10 }, { "2026-11-27T00:01", 2, 0, 5 } }, 5, 15 },
    { "month", { { "2026-11-30T23:59", 0, 0, 10 }, { "2026-12-01T00:01", 2, 0, 5 } }, 5, 5 },
    { "year", { { "2026-12-31T23:59", 0, 0, 10 }, { "2027-01-01T00:01", 2, 0, 5 } }, 5, 5 },
    { "by-the-boards-zone", /* 17:00 UTC */
        { { "2026-11-26T23:30", 0, 0, 10 }, { "2026-11-27T00:30", 60, 0, 5 } }, 5, 15 },
    { "off-at-night",
        { { "2026-11-26T20:00", 900, 0, 10 }, { "restart", 0, 0, 0 },
            { "2026-11-27T06:00", 1, 0, 5 } },
        5, 15 },
    { "restart-on-the-same-day",
        { { "2026-11-26T20:00", 900, 0, 10 }, { "restart", 0, 0, 0 },
            { "2026-11-26T20:05", 1, 0, 5 } },
        15, 15 },
    { "small-correction", { { "2026-11-26T23:58", 0, 0, 10 }, { "2026-11-27T00:01", 1, 0, 5 } }, 5,
        15 },
    { "forward-frees-nothing",
        { { "2026-11-26T10:00", 0, 0, 10 }, { "2080-01-01T10:00", 1, 0, 5 } }, 15, 15 },
    { "forward-and-back",
        { { "2026-11-26T10:00", 0, 0, 10 }, { "2080-01-01T10:00", 1, 0, 5 },
            { "2026-11-26T10:02", 2, 0, 1 } },
        16, 16 },
    { "flapping",
        { { "2026-11-26T10:00", 0, 0, 10 }, { "2080-01-01T10:00", 1, 0, 5 },
            { "2026-11-26T10:02", 2, 0, 1 }, { "2090-11-26T10:03", 3, 0, 1 },
            { "2026-11-27T10:03", 1443, 0, 1 } },
        18, 18 },
    { "healed-by-running-time", /* the day at once when it is long, the month not yet */
        { { "2026-11-26T10:00", 0, 0, 10 }, { "2080-01-01T10:00", 1, 0, 5 },
            { "2026-11-27T11:30", 1530, 0, 1 }, { "2026-11-28T00:10", 2290, 0, 2 } },
        2, 18 },
    { "the-same-midnight-twice",
        { { "2026-11-26T23:59", 0, 0, 10 }, { "2026-11-27T00:01", 2, 0, 5 },
            { "2026-11-26T23:00", 3, 0, 1 }, { "2026-11-27T00:01", 64, 0, 1 } },
        7, 17 },
    { "back-a-month",
        { { "2026-11-26T10:00", 0, 0, 10 }, { "2026-10-26T10:01", 1, 0, 5 },
            { "2026-11-01T00:01", 8041, 0, 1 } }, /* 5.6 days of running time */
        1, 16 },
    { "wakes-in-1970",
        { { "2026-11-26T20:00", 900, 0, 10 }, { "restart", 0, 0, 0 },
            { "1970-01-01T08:00", 1, 0, 5 }, { "2026-11-27T06:02", 2, 0, 1 } },
        1, 16 },
    { "doubted-clock-frees-nothing",
        { { "2026-11-26T10:00", 0, 0, 10 }, { "restart", 0, 0, 0 },
            { "2031-01-01T00:00", 1, TRUE, 5 } },
        15, 15 },
    { "doubted-clock-by-running-time",
        { { "1970-01-01T08:00", 0, TRUE, 10 }, { "1970-01-02T08:00", 1440, TRUE, 5 },
            { "1970-01-02T09:01", 1501, TRUE, 1 } },
        1, 16 },
    { "freed-by-running-time-not-again-by-the-wall",
        { { "2026-11-26T10:00", 0, 0, 10 }, { "restart", 0, 0, 0 },
            { "1970-01-02T00:00", 0, TRUE, 0 }, { "1970-01-03T01:01", 1501, TRUE, 3 },
            { "2026-11-27T12:00", 1502, 0, 4 } },
        7, 17 },
    { "long-doubted-month",
        { { "1970-01-02T00:00", 0, TRUE, 10 }, { "1970-02-02T00:00", 44701, TRUE, 3 } }, 3, 3 },
};

static void test_spans(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Asia/Ho_Chi_Minh");
    BtBudget budget = make_budget(1, 1, NULL, zone);
    BtUsage usage = BT_USAGE_INIT;
    for (const Moment *m = spans[i].moments; m < spans[i].moments + MAX_MOMENTS && m->wall; m++) {
        if (g_str_equal(m->wall, "restart")) {
            BtUsage kept = { .day = usage.day, .month = usage.month };
            usage = BT_USAGE_INIT;
            usage.day = kept.day;
            usage.month = kept.month;
            continue;
        }
        BtBudgetTime now = { wall(m->wall), m->mono_min * BT_MINUTE_MS, !m->doubted };
        bt_usage_add(&usage, &budget, &now, m->bytes, m->bytes / 2);
    }
    g_assert_cmpuint(usage.day.bytes, ==, spans[i].day_bytes);
    g_assert_cmpuint(usage.month.bytes, ==, spans[i].month_bytes);
}

/* ---- what waits ---- */

static const struct {
    const char *name, *now;
    guint day_mb, month_mb;     /* limits */
    guint day_used, month_used; /* MB */
    const char *heavy;          /* hours */
    gboolean doubted;
    BtValue value;
    BtMayWord word;
    const char *until; /* local */
    guint mb;          /* that may go; 0 beside GO: no limit */
} asks[] = {
    { "no-limits", "2026-11-26T12:00", 0, 0, 900, 9000, "", 0, BT_VALUE_HEAVY, BT_MAY_GO, NULL, 0 },
    { "word-never-waits", "2026-11-26T12:00", 100, 1000, 900, 9000, "22-5", 0, BT_VALUE_WORD,
        BT_MAY_GO, NULL, 0 },
    { "picture-within", "2026-11-26T12:00", 100, 1000, 60, 700, "22-5", 0, BT_VALUE_PICTURE,
        BT_MAY_GO, NULL, 40 },
    { "month-is-less", "2026-11-26T12:00", 100, 1000, 60, 990, "22-5", 0, BT_VALUE_PICTURE,
        BT_MAY_GO, NULL, 10 },
    { "day-used-up", "2026-11-26T12:00", 100, 1000, 100, 700, "", 0, BT_VALUE_PICTURE, BT_MAY_DAY,
        "2026-11-27T00:00", 0 },
    { "month-used-up", "2026-11-26T12:00", 100, 1000, 100, 1000, "", 0, BT_VALUE_PICTURE,
        BT_MAY_MONTH, "2026-12-01T00:00", 0 },
    { "month-of-december", "2026-12-31T12:00", 0, 1000, 0, 1000, "", 0, BT_VALUE_PICTURE,
        BT_MAY_MONTH, "2027-01-01T00:00", 0 },
    { "a-fifth-is-for-pictures", "2026-11-26T12:00", 100, 0, 80, 80, "", 0, BT_VALUE_HEAVY,
        BT_MAY_DAY, "2026-11-27T00:00", 0 },
    { "heavy-within", "2026-11-26T12:00", 100, 0, 60, 60, "", 0, BT_VALUE_HEAVY, BT_MAY_GO, NULL,
        20 },
    { "hours-to-come", "2026-11-26T12:00", 100, 0, 0, 0, "22-5", 0, BT_VALUE_HEAVY, BT_MAY_HOURS,
        "2026-11-26T22:00", 0 },
    { "hours-open", "2026-11-26T23:00", 100, 0, 0, 0, "22-5", 0, BT_VALUE_HEAVY, BT_MAY_GO, NULL,
        80 },
    { "hours-after-midnight", "2026-11-27T04:59", 0, 0, 0, 0, "22-5", 0, BT_VALUE_HEAVY, BT_MAY_GO,
        NULL, 0 },
    { "hours-over", "2026-11-27T05:00", 0, 0, 0, 0, "22-5", 0, BT_VALUE_HEAVY, BT_MAY_HOURS,
        "2026-11-27T22:00", 0 },
    { "picture-outside-the-hours", "2026-11-26T12:00", 100, 0, 0, 0, "22-5", 0, BT_VALUE_PICTURE,
        BT_MAY_GO, NULL, 100 },
    { "day-then-hours", "2026-11-26T12:00", 100, 0, 80, 80, "9-11", 0, BT_VALUE_HEAVY, BT_MAY_DAY,
        "2026-11-27T09:00", 0 },
    { "month-then-hours", "2026-11-26T12:00", 100, 1000, 0, 800, "9-11", 0, BT_VALUE_HEAVY,
        BT_MAY_MONTH, "2026-12-01T09:00", 0 },
    { "doubted-clock-has-no-hours", "1970-01-01T12:00", 100, 0, 0, 0, "22-5", TRUE, BT_VALUE_HEAVY,
        BT_MAY_GO, NULL, 80 },
    { "doubted-clock-has-budgets", "1970-01-01T12:00", 100, 0, 100, 100, "22-5", TRUE,
        BT_VALUE_HEAVY, BT_MAY_DAY, "1970-01-02T13:00", 0 },
};

static GArray *make_hours(const char *text)
{
    int from, until;
    GArray *hours = g_array_new(FALSE, FALSE, sizeof(BtTimes));
    if (sscanf(text, "%d-%d", &from, &until) == 2) {
        BtTimes times = { from * 3600, until * 3600 };
        g_array_append_val(hours, times);
    }
    return hours;
}

static BtUsage make_usage(const BtBudget *budget, const BtBudgetTime *now, guint day, guint month)
{
    BtUsage usage = BT_USAGE_INIT;
    bt_usage_add(&usage, budget, now, 0, 0);
    usage.day.bytes = (guint64)day * MB;
    usage.month.bytes = (guint64)month * MB;
    return usage;
}

static void test_asks(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Asia/Ho_Chi_Minh");
    g_autoptr(GArray) hours = make_hours(asks[i].heavy);
    BtBudget budget = make_budget(asks[i].day_mb, asks[i].month_mb, hours, zone);
    BtBudgetTime now = { wall(asks[i].now), BT_HOUR_MS, !asks[i].doubted };
    BtUsage usage = make_usage(&budget, &now, asks[i].day_used, asks[i].month_used);
    BtMay may = bt_budget_ask(&budget, &usage, &now, asks[i].value);
    g_assert_cmpint(may.word, ==, asks[i].word);
    if (may.word == BT_MAY_GO)
        g_assert_cmpuint(may.bytes, ==, asks[i].mb ? (guint64)asks[i].mb * MB : G_MAXUINT64);
    else
        g_assert_cmpint(may.until_ms, ==, wall(asks[i].until));
}

/* ---- what is foreseen ---- */

static const struct {
    const char *name, *now;
    guint day_mb, month_mb, day_used, month_used;
    const char *heavy;
    guint picture_mb, film_mb; /* still to come */
    guint kb_per_s;
    const char *done; /* local; NULL: not known */
    guint month_at_end_mb;
} forecasts[] = {
    { "nothing", "2026-11-26T12:00", 100, 1000, 10, 200, "", 0, 0, 100, "2026-11-26T12:00", 200 },
    { "by-the-rate", "2026-11-26T12:00", 0, 0, 0, 200, "", 0, 60, 1024, "2026-11-26T12:01", 260 },
    { "no-rate", "2026-11-26T12:00", 0, 0, 0, 200, "", 1, 60, 0, NULL, 261 },
    { "hours", "2026-11-26T12:00", 0, 0, 0, 0, "22-5", 0, 60, 1024, "2026-11-26T22:01", 60 },
    { "pictures-first", "2026-11-26T12:00", 0, 0, 0, 0, "22-5", 60, 0, 1024, "2026-11-26T12:01",
        60 },
    { "longer-than-the-hours", /* 3600 MB the first night, the rest the next */
        "2026-11-26T12:00", 0, 0, 0, 0, "22-23", 0, 3660, 1024, "2026-11-27T22:01", 3660 },
    { "day-by-day", /* 80 of 100 MB for films each day: 80, 80, 60 */
        "2026-11-26T12:00", 100, 0, 0, 0, "", 0, 220, 1024, "2026-11-28T00:01", 220 },
    { "over-the-month", /* 40 MB are left for films until the first */
        "2026-11-26T12:00", 0, 1000, 0, 760, "", 0, 100, 1024, "2026-12-01T00:01", 800 },
    { "never", "2026-11-26T12:00", 1, 0, 0, 0, "", 0, 400, 1024, NULL, 1 },
};

static void test_forecasts(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Asia/Ho_Chi_Minh");
    g_autoptr(GArray) hours = make_hours(forecasts[i].heavy);
    BtBudget budget = make_budget(forecasts[i].day_mb, forecasts[i].month_mb, hours, zone);
    BtBudgetTime now = { wall(forecasts[i].now), BT_HOUR_MS, TRUE };
    BtUsage usage = make_usage(&budget, &now, forecasts[i].day_used, forecasts[i].month_used);
    BtBacklog backlog = { .objects = 2 };
    backlog.bytes[BT_VALUE_PICTURE] = (guint64)forecasts[i].picture_mb * MB;
    backlog.bytes[BT_VALUE_HEAVY] = (guint64)forecasts[i].film_mb * MB;
    BtForecast forecast =
        bt_forecast(&budget, &usage, &now, &backlog, (guint64)forecasts[i].kb_per_s * 1024);
    if (forecasts[i].done == NULL)
        g_assert_cmpint(forecast.done_ms, ==, BT_TIME_MAX);
    else
        g_assert_cmpint(ABS(forecast.done_ms - wall(forecasts[i].done)), <=, BT_SECOND_MS);
    if (!g_str_equal(forecasts[i].name, "never"))
        g_assert_cmpuint(forecast.month_bytes / MB, ==, forecasts[i].month_at_end_mb);
}

/* A month of 700 B a minute is foreseen from its first days. */
static void test_talk(void)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Asia/Ho_Chi_Minh");
    BtBudget budget = make_budget(0, 0, NULL, zone);
    BtUsage usage = BT_USAGE_INIT;
    BtBacklog backlog = { 0 };
    BtBudgetTime now = { wall("2026-11-01T00:00"), 0, TRUE };
    for (int minute = 0; minute <= 3 * 1440; minute++) {
        now.wall_ms += minute > 0 ? BT_MINUTE_MS : 0;
        now.mono_ms = minute * BT_MINUTE_MS;
        bt_usage_add(
            &usage, &budget, &now, minute == 5 ? 700 + 50 * MB : 700, minute == 5 ? 50 * MB : 0);
    }
    guint64 month = bt_forecast(&budget, &usage, &now, &backlog, 0).month_bytes;
    g_assert_cmpuint(month, >, 50 * MB + 30 * 1440 * 700 - MB);
    g_assert_cmpuint(month, <, 50 * MB + 30 * 1440 * 700 + MB);
}

/* ---- pace ---- */

static void test_pace(void)
{
    gint64 least_ms = G_MAXINT64, most_ms = 0, sum_ms = 0;
    for (guint64 n = 0; n < 2000; n++) {
        gint64 wait_ms = bt_pace_poll_ms("kp-01 krongpa", n, 60000);
        least_ms = MIN(least_ms, wait_ms);
        most_ms = MAX(most_ms, wait_ms);
        sum_ms += wait_ms;
    }
    g_assert_cmpint(least_ms, >=, 48000);
    g_assert_cmpint(least_ms, <, 48500);
    g_assert_cmpint(most_ms, <=, 72000);
    g_assert_cmpint(most_ms, >, 71500);
    g_assert_cmpint(ABS(sum_ms / 2000 - 60000), <, 1000);
    g_assert_cmpint(
        bt_pace_poll_ms("kp-01 krongpa", 7, 60000), ==, bt_pace_poll_ms("kp-01 krongpa", 7, 60000));
    g_assert_cmpint(
        bt_pace_poll_ms("kp-01 krongpa", 7, 60000), !=, bt_pace_poll_ms("kp-02 krongpa", 7, 60000));
}

static void test_retry(void)
{
    static const struct {
        guint failures;
        gint64 poll_ms, least_ms, most_ms;
    } rows[] = {
        { 1, 60000, 1000, 2000 },
        { 2, 60000, 2000, 4000 },
        { 5, 60000, 16000, 32000 },
        { 10, 60000, 450000, 900000 },
        { 4000000000u, 60000, 450000, 900000 },
        { 10, 86400000, 450000, 900000 },
        { 10, 1000, 7500, 15000 },
        { 1, 1, 1000, 1000 },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        for (guint64 n = 0; n < 200; n++) {
            gint64 wait_ms = bt_pace_retry_ms("kp-01", n, rows[i].failures, rows[i].poll_ms);
            g_assert_cmpint(wait_ms, >=, rows[i].least_ms);
            g_assert_cmpint(wait_ms, <=, rows[i].most_ms);
        }
}

static void check_patience(BtTransport *transport, gboolean stretches, gint64 limit_ms)
{
    BtPatience patience = { .limit_ms = 1000, .stretches = stretches };
    gint64 before_us = g_get_monotonic_time();
    bt_transport_be_patient(transport, &patience);
    g_assert_cmpint(transport->until_us, >=, before_us + limit_ms * 1000);
    g_assert_cmpint(transport->until_us, <=, g_get_monotonic_time() + limit_ms * 1000);
}

/* What a greeting took tells how long anything may take; and no peer that greets slowly is borne
 * with for more than four times as long. */
static void test_stretch(void)
{
    static const struct {
        gint64 greeting_ms;
        double times;
    } rows[] = { { 0, 1 }, { 80, 1 }, { 2500, 1 }, { 5000, 2 }, { 8000, 3.2 }, { 10000, 4 },
        { 60000, 4 }, { G_MAXINT64, 4 } };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        BtTransport transport = { .greeting_ms = rows[i].greeting_ms };
        g_assert_cmpfloat(bt_transport_stretch(&transport), ==, rows[i].times);
        check_patience(&transport, FALSE, 1000);
        check_patience(&transport, TRUE, (gint64)(1000 * rows[i].times));
    }
}

/* Three thousand boards whose power returned together come evenly within one poll. */
static void test_first(void)
{
    guint seconds[60] = { 0 };
    for (guint board = 0; board < 3000; board++) {
        g_autofree char *who = g_strdup_printf("kp-%u", board);
        seconds[bt_pace_first_ms(who, 20000, 60000) / 1000]++;
        g_assert_cmpint(bt_pace_first_ms(who, BT_PACE_BOOT_MS, 60000), ==, 0);
        g_assert_cmpint(bt_pace_first_ms(who, 0, BT_DAY_MS), <, BT_PACE_BOOT_MS);
    }
    for (guint s = 0; s < 60; s++) {
        g_assert_cmpuint(seconds[s], >, 20);
        g_assert_cmpuint(seconds[s], <, 90);
    }
}

#define ADD(table, test)                                                                           \
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {                                              \
        g_autofree char *path = g_strconcat("/budget/" #table "/", table[i].name, NULL);           \
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test);                                     \
    }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(spans, test_spans);
    ADD(asks, test_asks);
    ADD(forecasts, test_forecasts);
    g_test_add_func("/budget/forecasts/talk", test_talk);
    g_test_add_func("/pace/poll", test_pace);
    g_test_add_func("/pace/retry", test_retry);
    g_test_add_func("/pace/first", test_first);
    g_test_add_func("/pace/stretch", test_stretch);
    return g_test_run();
}
