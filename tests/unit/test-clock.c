#include "base/clock.h"

#include "base/error.h"

#include <string.h>
#include <time.h>

/* ---- RFC 3339 ---- */

typedef struct {
    const char *name;
    const char *text;
    gint64 wall_ms; /* -1: refused */
} TimeCase;

static const TimeCase time_cases[] = {
    { "epoch", "1970-01-01T00:00:00Z", 0 },
    { "hanoi", "2026-11-22T05:00:00+07:00", 1795298400000 },
    { "utc", "2026-11-21T22:00:00Z", 1795298400000 },
    { "milliseconds", "1970-01-01T00:00:01.234Z", 1234 },
    { "tenths", "1970-01-01T00:00:01.5Z", 1500 },
    { "hundredths", "1970-01-01T00:00:01.05Z", 1050 },
    { "west", "1970-01-01T00:00:00-01:30", 5400000 },
    { "leap-day", "2024-02-29T00:00:00Z", 1709164800000 },
    { "last", "9999-12-31T23:59:59.999Z", 253402300799999 },
    { "empty", "", -1 },
    { "no-offset", "2026-11-22T05:00:00", -1 },
    { "date-only", "2026-11-22", -1 },
    { "space", "2026-11-22 05:00:00Z", -1 },
    { "lower-case", "2026-11-22t05:00:00z", -1 },
    { "leap-second", "2016-12-31T23:59:60Z", -1 },
    { "hour-24", "2026-11-22T24:00:00Z", -1 },
    { "minute-60", "2026-11-22T05:60:00Z", -1 },
    { "month-0", "2026-00-22T05:00:00Z", -1 },
    { "month-13", "2026-13-22T05:00:00Z", -1 },
    { "day-0", "2026-11-00T05:00:00Z", -1 },
    { "no-leap-day", "2026-02-29T05:00:00Z", -1 },
    { "april-31", "2026-04-31T05:00:00Z", -1 },
    { "one-digit", "2026-1-22T05:00:00Z", -1 },
    { "no-seconds", "2026-11-22T05:00Z", -1 },
    { "empty-fraction", "2026-11-22T05:00:00.Z", -1 },
    { "microseconds", "2026-11-22T05:00:00.123456Z", -1 },
    { "comma", "2026-11-22T05:00:00,5Z", -1 },
    { "offset-24", "2026-11-22T05:00:00+24:00", -1 },
    { "offset-60", "2026-11-22T05:00:00+07:60", -1 },
    { "offset-no-colon", "2026-11-22T05:00:00+0700", -1 },
    { "offset-hours", "2026-11-22T05:00:00+07", -1 },
    { "trailing", "2026-11-22T05:00:00Z ", -1 },
    { "leading", " 2026-11-22T05:00:00Z", -1 },
    { "before-1970", "1969-12-31T23:59:59Z", -1 },
    { "before-1970-utc", "1970-01-01T00:00:00+07:00", -1 },
    { "after-9999-utc", "9999-12-31T23:59:59-07:00", -1 },
    { "five-digits", "12026-11-22T05:00:00Z", -1 },
    { "negative", "-026-11-22T05:00:00Z", -1 },
    { "arabic-digits", "٢٠٢٦-11-22T05:00:00Z", -1 },
};

static void time_case(gconstpointer data)
{
    const TimeCase *c = data;
    gint64 wall_ms = 77;
    g_autoptr(GError) error = NULL;
    if (c->wall_ms >= 0) {
        g_assert_true(bt_time_parse(c->text, &wall_ms, &error));
        g_assert_no_error(error);
        g_assert_cmpint(wall_ms, ==, c->wall_ms);
        return;
    }
    g_autofree char *message = g_strconcat(c->text,
        ": not a time: expected RFC 3339 like 2026-11-22T05:00:00+07:00, years 1970 to 9999", NULL);
    g_assert_false(bt_time_parse(c->text, &wall_ms, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_SYNTAX);
    g_assert_cmpstr(error->message, ==, message);
    g_assert_cmpint(wall_ms, ==, 77);
}

static void formats(void)
{
    static const struct {
        gint64 wall_ms;
        const char *text;
    } cases[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { 1795298400007, "2026-11-21T22:00:00.007Z" },
        { 253402300799999, "9999-12-31T23:59:59.999Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { BT_TIME_MIN, "-inf" },
        { BT_TIME_MIN + 1, "-inf" },
        { BT_TIME_MAX, "inf" },
        { BT_TIME_MAX - 1, "inf" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = bt_time_format(cases[i].wall_ms);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

/* ---- clocks as text ---- */

static void clock_texts(void)
{
    static const struct {
        const char *text, *again; /* NULL: refused */
    } cases[] = {
        { "2026-11-22T05:00:00+07:00x60@12345", "2026-11-21T22:00:00.000Zx60@12345" },
        { "2026-11-22T05:00:00Z@0", "2026-11-22T05:00:00.000Zx1@0" },
        { "2026-11-22T05:00:00.500Zx0@7", "2026-11-22T05:00:00.500Zx0@7" },
        { "2026-11-22T05:00:00Zx0.25@7", "2026-11-22T05:00:00.000Zx0.25@7" },
        { "2026-11-22T05:00:00Zx86400@7", "2026-11-22T05:00:00.000Zx86400@7" },
        { "1970-01-01T00:00:09Zx60?@7", "1970-01-01T00:00:09.000Zx60?@7" },
        { "1970-01-01T00:00:09Z?@7", "1970-01-01T00:00:09.000Zx1?@7" },
        { "2026-11-22T05:00:00Zx86401@7", NULL },
        { "2026-11-22T05:00:00Z??@7", NULL },
        { "2026-11-22T05:00:00Z@7?", NULL },
        { "2026-11-22T05:00:00Z?x60@7", NULL },
        { "2026-11-22T05:00:00Zx-1@7", NULL },
        { "2026-11-22T05:00:00Zx@7", NULL },
        { "2026-11-22T05:00:00Zxinf@7", NULL },
        { "2026-11-22T05:00:00Zxnan@7", NULL },
        { "2026-11-22T05:00:00Zx0x10@7", NULL },
        { "2026-11-22T05:00:00Zx60@", NULL },
        { "2026-11-22T05:00:00Zx60@-1", NULL },
        { "2026-11-22T05:00:00Zx60@99999999999999", NULL },
        { "2026-11-22T05:00:00Z@7x60", NULL },
        { "2026-11-22", NULL },
        { "", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        BtClock clock;
        gboolean ok = bt_clock_from_text(cases[i].text, &clock, &error);
        g_autofree char *again = ok ? bt_clock_to_text(&clock) : NULL;
        g_assert_cmpstr(again, ==, cases[i].again);
        if (!ok)
            g_assert_error(error, BT_ERROR, BT_ERROR_SYNTAX);
    }
}

static void rates_survive_the_text(void)
{
    static const double rates[] = { 1e-05, 1.0 / 3, 59.94, 86400 };
    for (gsize i = 0; i < G_N_ELEMENTS(rates); i++) {
        BtClock clock = { .is_virtual = TRUE, .real_start_ms = 9, .rate = rates[i] }, again;
        g_autofree char *text = bt_clock_to_text(&clock);
        g_assert_true(bt_clock_from_text(text, &again, NULL));
        g_assert_true(again.rate == rates[i]);
        g_assert_cmpint(again.real_start_ms, ==, 9);
    }
}

/* ---- clocks that run ---- */

static gint64 boot_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * BT_SECOND_MS + now.tv_nsec / 1000000;
}

static void real_clock(void)
{
    BtClock clock = bt_clock_real();
    gint64 before_ms = g_get_real_time() / 1000, mono_before_ms = boot_now_ms();
    gint64 wall_ms = bt_clock_wall_ms(&clock), mono_ms = bt_clock_mono_ms(&clock);
    g_assert_cmpint(wall_ms, >=, before_ms);
    g_assert_cmpint(wall_ms, <=, g_get_real_time() / 1000);
    g_assert_cmpint(mono_ms, >=, mono_before_ms);
    g_assert_cmpint(mono_ms, <=, boot_now_ms());
    g_assert_null(bt_clock_to_text(&clock));
    g_assert_cmpint(bt_clock_real_ms_until(&clock, before_ms), ==, 0);
    g_assert_cmpint(bt_clock_real_ms_until(&clock, BT_TIME_MIN), ==, 0);
    g_assert_cmpint(bt_clock_real_ms_until(&clock, BT_TIME_MAX), >, 1000 * BT_DAY_MS);
}

static void standing_clock(void)
{
    BtClock clock;
    g_assert_true(bt_clock_from_text("2026-11-22T05:00:00+07:00x0", &clock, NULL));
    g_assert_cmpint(bt_clock_wall_ms(&clock), ==, 1795298400000);
    g_usleep(3000);
    g_assert_cmpint(bt_clock_wall_ms(&clock), ==, 1795298400000);
    g_assert_cmpint(bt_clock_mono_ms(&clock), ==, clock.real_start_ms);
    g_assert_cmpint(bt_clock_real_ms_until(&clock, 1795298400000), ==, 0);
    g_assert_cmpint(bt_clock_real_ms_until(&clock, 1795298400001), ==, -1);
}

/* Started ten real seconds ago at sixty seconds a second: ten minutes have passed. */
static void fast_clock(void)
{
    gint64 before_ms = boot_now_ms();
    BtClock clock = { TRUE, 1795298400000, before_ms - 10 * BT_SECOND_MS, 60 };
    gint64 passed_ms = bt_clock_wall_ms(&clock) - clock.wall_start_ms;
    gint64 mono_passed_ms = bt_clock_mono_ms(&clock) - clock.real_start_ms;
    gint64 late_ms = (boot_now_ms() - before_ms + 1) * 60;
    g_assert_cmpint(passed_ms, >=, 10 * BT_MINUTE_MS);
    g_assert_cmpint(passed_ms, <=, 10 * BT_MINUTE_MS + late_ms);
    g_assert_cmpint(mono_passed_ms, >=, passed_ms);
    g_assert_cmpint(mono_passed_ms, <=, 10 * BT_MINUTE_MS + late_ms);
    gint64 wait_ms = bt_clock_real_ms_until(&clock, clock.wall_start_ms + 20 * BT_MINUTE_MS);
    g_assert_cmpint(wait_ms, <=, 10 * BT_SECOND_MS);
    g_assert_cmpint(wait_ms, >, 5 * BT_SECOND_MS);
}

/* Whoever waits as long as it says finds that the time has come. */
static void waiting_is_enough(void)
{
    BtClock clock;
    g_assert_true(bt_clock_from_text("2026-11-22T05:00:00Zx7.3", &clock, NULL));
    for (int i = 0; i < 20; i++) {
        gint64 due_ms = bt_clock_wall_ms(&clock) + 11;
        g_usleep((gulong)bt_clock_real_ms_until(&clock, due_ms) * 1000);
        g_assert_cmpint(bt_clock_wall_ms(&clock), >=, due_ms);
    }
}

static void no_overflow(void)
{
    BtClock clock;
    g_assert_true(bt_clock_from_text("9999-12-31T23:59:59Zx86400@0", &clock, NULL));
    g_assert_cmpint(bt_clock_wall_ms(&clock), >=, clock.wall_start_ms);
    g_assert_true(bt_clock_from_text("1970-01-01T00:00:00Zx86400@3155759999999", &clock, NULL));
    g_assert_cmpint(bt_clock_wall_ms(&clock), <, 0);
    g_assert_cmpint(bt_clock_real_ms_until(&clock, BT_TIME_MAX), >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(time_cases); i++) {
        g_autofree char *path = g_strconcat("/clock/rfc3339/", time_cases[i].name, NULL);
        g_test_add_data_func(path, &time_cases[i], time_case);
    }
    g_test_add_func("/clock/formats", formats);
    g_test_add_func("/clock/texts", clock_texts);
    g_test_add_func("/clock/rates", rates_survive_the_text);
    g_test_add_func("/clock/real", real_clock);
    g_test_add_func("/clock/standing", standing_clock);
    g_test_add_func("/clock/fast", fast_clock);
    g_test_add_func("/clock/waiting", waiting_is_enough);
    g_test_add_func("/clock/no-overflow", no_overflow);
    return g_test_run();
}
