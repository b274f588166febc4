/* Lunar dates that are known: New Years, the ones where Hanoi and Beijing differ, leap months. */
#include "base/clock.h"
#include "player/stage/calendar.h"
#include "player/stage/lunar.h"

typedef struct {
    int solar[3]; /* year, month, day */
    int lunar[3];
    gboolean leap;
} Known;

static const Known known[] = {
    { { 1900, 1, 31 }, { 1900, 1, 1 }, FALSE },
    { { 1968, 1, 29 }, { 1968, 1, 1 }, FALSE }, /* Beijing: 30 January */
    { { 1975, 2, 11 }, { 1975, 1, 1 }, FALSE }, { { 1984, 2, 2 }, { 1984, 1, 1 }, FALSE },
    { { 1985, 1, 21 }, { 1985, 1, 1 }, FALSE }, /* Beijing: 20 February */
    { { 1985, 2, 20 }, { 1985, 2, 1 }, FALSE }, { { 1999, 2, 16 }, { 1999, 1, 1 }, FALSE },
    { { 2000, 2, 5 }, { 2000, 1, 1 }, FALSE },
    { { 2004, 3, 21 }, { 2004, 2, 1 }, TRUE }, /* the second February begins */
    { { 2006, 8, 24 }, { 2006, 7, 1 }, TRUE },
    { { 2007, 2, 17 }, { 2007, 1, 1 }, FALSE }, /* Beijing: 18 February */
    { { 2007, 2, 16 }, { 2006, 12, 29 }, FALSE }, { { 2012, 5, 21 }, { 2012, 4, 1 }, TRUE },
    { { 2014, 10, 24 }, { 2014, 9, 1 }, TRUE }, { { 2017, 7, 23 }, { 2017, 6, 1 }, TRUE },
    { { 2020, 1, 25 }, { 2020, 1, 1 }, FALSE }, { { 2020, 5, 23 }, { 2020, 4, 1 }, TRUE },
    { { 2023, 1, 22 }, { 2023, 1, 1 }, FALSE }, { { 2023, 3, 22 }, { 2023, 2, 1 }, TRUE },
    { { 2024, 2, 10 }, { 2024, 1, 1 }, FALSE }, { { 2025, 1, 29 }, { 2025, 1, 1 }, FALSE },
    { { 2025, 7, 25 }, { 2025, 6, 1 }, TRUE }, { { 2026, 2, 17 }, { 2026, 1, 1 }, FALSE },
    { { 2026, 2, 16 }, { 2025, 12, 29 }, FALSE }, { { 2026, 11, 22 }, { 2026, 10, 14 }, FALSE },
    { { 2027, 2, 6 }, { 2027, 1, 1 }, FALSE },
    { { 2030, 2, 2 }, { 2030, 1, 1 }, FALSE }, /* Beijing: 3 February */
};

static void test_known(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        const Known *k = &known[i];
        BtLunar lunar;
        g_assert_true(bt_lunar_of(k->solar[2], k->solar[1], k->solar[0], &lunar));
        g_test_message("%d-%d-%d is %d/%d/%d%s", k->solar[0], k->solar[1], k->solar[2], lunar.day,
            lunar.month, lunar.year, lunar.leap ? " leap" : "");
        g_assert_cmpint(lunar.year, ==, k->lunar[0]);
        g_assert_cmpint(lunar.month, ==, k->lunar[1]);
        g_assert_cmpint(lunar.day, ==, k->lunar[2]);
        g_assert_cmpint(lunar.leap, ==, k->leap);
    }
}

/* Three centuries, day by day: months of 29 or 30 days follow each other, one leap month a year at
 * most. */
static void test_continuous(void)
{
    GDate date;
    BtLunar before, now;
    int leaps = 0;
    g_date_set_dmy(&date, 1, 1, BT_LUNAR_MIN_YEAR);
    g_assert_true(bt_lunar_of(1, 1, BT_LUNAR_MIN_YEAR, &before));
    for (g_date_add_days(&date, 1); g_date_get_year(&date) <= BT_LUNAR_MAX_YEAR;
         g_date_add_days(&date, 1), before = now) {
        g_assert_true(bt_lunar_of(
            g_date_get_day(&date), (int)g_date_get_month(&date), g_date_get_year(&date), &now));
        if (now.day != 1) {
            g_assert_cmpint(now.day, ==, before.day + 1);
            g_assert_cmpint(now.day, <=, 30);
            g_assert_true(
                now.month == before.month && now.year == before.year && now.leap == before.leap);
            continue;
        }
        g_assert_cmpint(before.day, >=, 29);
        if (now.leap) {
            leaps++;
            g_assert_true(now.month == before.month && !before.leap && now.year == before.year);
        } else {
            g_assert_cmpint(now.month, ==, before.month % 12 + 1);
            g_assert_cmpint(now.year, ==, before.year + (now.month == 1));
        }
    }
    /* Seven in nineteen years. */
    g_assert_cmpint(leaps, >=, 108);
    g_assert_cmpint(leaps, <=, 112);
}

static void test_refused(void)
{
    static const int days[][3] = { { 31, 12, 1899 }, { 1, 1, 2200 }, { 30, 2, 2024 },
        { 29, 2, 2023 }, { 0, 1, 2024 }, { 1, 13, 2024 }, { 1, 0, 2024 }, { -1, 1, 2024 } };
    BtLunar lunar;
    for (gsize i = 0; i < G_N_ELEMENTS(days); i++)
        g_assert_false(bt_lunar_of(days[i][0], days[i][1], days[i][2], &lunar));
}

static void test_words(void)
{
    static const struct {
        const char *at, *day, *lunar;
    } cases[] = {
        { "2026-11-22T08:00:00+07:00", "Chủ nhật, 22/11/2026",
            "Âm lịch: 14 tháng 10 năm Bính Ngọ" },
        { "2026-02-17T00:00:00+07:00", "Thứ ba, 17/02/2026",
            "Âm lịch: mùng 1 tháng Giêng năm Bính Ngọ" },
        { "2026-02-16T23:59:59+07:00", "Thứ hai, 16/02/2026", "Âm lịch: 29 tháng Chạp năm Ất Tỵ" },
        { "2025-07-25T12:00:00+07:00", "Thứ sáu, 25/07/2025",
            "Âm lịch: mùng 1 tháng 6 nhuận năm Ất Tỵ" },
        { "2300-01-01T12:00:00+07:00", "Thứ hai, 01/01/2300", "" },
    };
    g_autoptr(GTimeZone) zone = g_time_zone_new_offset(7 * 3600);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(cases[i].at, zone);
        g_autoptr(GDateTime) local = g_date_time_to_timezone(at, zone);
        g_autofree char *day = bt_calendar_day(local), *lunar = bt_calendar_lunar(local, FALSE);
        g_assert_cmpstr(day, ==, cases[i].day);
        g_assert_cmpstr(lunar, ==, cases[i].lunar);
        g_autofree char *brief = bt_calendar_lunar(local, TRUE);
        g_assert_cmpint(*brief == '\0', ==, *lunar == '\0');
    }
}

static void test_steps(void)
{
    g_assert_cmpint(bt_calendar_next(1500, 1000), ==, 2000);
    g_assert_cmpint(bt_calendar_next(2000, 1000), ==, 3000);
    g_assert_cmpint(bt_calendar_next(59999, 60000), ==, 60000);
    g_assert_cmpint(bt_calendar_next(-500, 1000), ==, 0);
    g_assert_cmpint(bt_calendar_next(-1000, 1000), ==, 0);
    g_autofree char *date = bt_calendar_issued("2026-11-20"),
                    *other = bt_calendar_issued("hôm nay");
    g_assert_cmpstr(date, ==, "20/11/2026");
    g_assert_cmpstr(other, ==, "hôm nay");
}

/* The last instants of the last year that is written are in no year that is, east of Greenwich. */
static void test_ends(void)
{
    static const struct {
        gint64 t_ms;
        const char *zone, *day;
    } cases[] = {
        { 0, "+07:00", "Thứ năm, 01/01/1970" },
        { 0, "-12:00", "Thứ tư, 31/12/1969" },
        { 253402275599999, "+07:00", "Thứ sáu, 31/12/9999" },
        { 253402275600000, "+07:00", "Thứ sáu, 31/12/9999" },
        { 253402300799999, "+14:00", "Thứ sáu, 31/12/9999" },
        { BT_TIME_MAX, "+07:00", "Thứ sáu, 31/12/9999" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(cases[i].zone);
        g_autoptr(GDateTime) local = bt_calendar_local(cases[i].t_ms, zone);
        g_autofree char *day = bt_calendar_day(local);
        g_assert_cmpstr(day, ==, cases[i].day);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lunar/known", test_known);
    g_test_add_func("/lunar/continuous", test_continuous);
    g_test_add_func("/lunar/refused", test_refused);
    g_test_add_func("/lunar/words", test_words);
    g_test_add_func("/lunar/steps", test_steps);
    g_test_add_func("/lunar/ends", test_ends);
    return g_test_run();
}
