#include "source/desk/period.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define LATE_DAYS 30 /* a report that is due is still looked at */

static const char *const names[BT_N_PERIODS] = { "year-20-11", "year-05-12", "year-10-12",
    "year-25-12", "month", "last-month", "quarter", "half-year", "year" };

const char *bt_period_name(BtPeriod period)
{
    return names[period];
}

gboolean bt_period_parse(const char *word, BtPeriod *period)
{
    for (guint i = 0; i < BT_N_PERIODS; i++)
        if (strcmp(names[i], word) == 0) {
            *period = i;
            return TRUE;
        }
    return FALSE;
}

static char *format(int year, int month, int day)
{
    return g_strdup_printf("%04d-%02d-%02d", year, month, day);
}

/* From 15 December of the year before up to the due day, at most to 14 December. */
static void year_until(const GDate *today, int due_day, int due_month, char **first, char **after)
{
    GDate late = *today, due;
    g_date_subtract_days(&late, LATE_DAYS);
    int year = g_date_get_year(&late);
    g_date_clear(&due, 1);
    g_date_set_dmy(&due, (GDateDay)due_day, (GDateMonth)due_month, (GDateYear)year);
    if (g_date_compare(&due, &late) < 0)
        year++;
    gboolean is_whole = due_month == 12 && due_day > 15;
    *first = format(year - 1, 12, 15);
    *after = is_whole ? format(year, 12, 15) : format(year, due_month, due_day);
}

static void month_by_decree(const GDate *today, char **first, char **after)
{
    GDate end = *today;
    if (g_date_get_day(today) < 15)
        g_date_subtract_months(&end, 1);
    GDate begin = end;
    g_date_subtract_months(&begin, 1);
    *first = format(g_date_get_year(&begin), (int)g_date_get_month(&begin), 15);
    *after = format(g_date_get_year(&end), (int)g_date_get_month(&end), 15);
}

/* The last stretch of `months` months of the calendar that has ended. */
static void last_months(const GDate *today, int months, char **first, char **after)
{
    int count = g_date_get_year(today) * 12 + (int)g_date_get_month(today) - 1;
    int end = count - count % months, begin = end - months;
    *first = format(begin / 12, begin % 12 + 1, 1);
    *after = format(end / 12, end % 12 + 1, 1);
}

static GDate today_of(GTimeZone *timezone, gint64 now_ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, timezone);
    GDate today;
    g_date_clear(&today, 1);
    g_date_set_dmy(&today, (GDateDay)g_date_time_get_day_of_month(local),
        (GDateMonth)g_date_time_get_month(local), (GDateYear)g_date_time_get_year(local));
    return today;
}

void bt_period_days(BtPeriod period, GTimeZone *timezone, gint64 now_ms, char **first, char **after)
{
    GDate today = today_of(timezone, now_ms);
    switch (period) {
    case BT_PERIOD_YEAR_20_11:
        year_until(&today, 20, 11, first, after);
        break;
    case BT_PERIOD_YEAR_05_12:
        year_until(&today, 5, 12, first, after);
        break;
    case BT_PERIOD_YEAR_10_12:
        year_until(&today, 10, 12, first, after);
        break;
    case BT_PERIOD_YEAR_25_12:
        year_until(&today, 25, 12, first, after);
        break;
    case BT_PERIOD_MONTH:
        month_by_decree(&today, first, after);
        break;
    case BT_PERIOD_LAST_MONTH:
        last_months(&today, 1, first, after);
        break;
    case BT_PERIOD_QUARTER:
        last_months(&today, 3, first, after);
        break;
    case BT_PERIOD_HALF_YEAR:
        last_months(&today, 6, first, after);
        break;
    default: /* on New Year's Day it is all of the year before */
        *first = format(g_date_get_year(&today) - (g_date_get_day_of_year(&today) == 1), 1, 1);
        *after =
            format(g_date_get_year(&today), (int)g_date_get_month(&today), g_date_get_day(&today));
        break;
    }
}

static gboolean read_day(const char *day, GDate *date)
{
    int year, month, of_month, used = 0;
    if (strlen(day) != 10 || sscanf(day, "%4d-%2d-%2d%n", &year, &month, &of_month, &used) != 3 ||
        used != 10 || year < 2000 || year > 9000 || month < 1 || of_month < 1 ||
        !g_date_valid_dmy((GDateDay)of_month, (GDateMonth)month, (GDateYear)year))
        return FALSE;
    g_date_clear(date, 1);
    g_date_set_dmy(date, (GDateDay)of_month, (GDateMonth)month, (GDateYear)year);
    return TRUE;
}

gboolean bt_period_midnight(const char *day, GTimeZone *timezone, gint64 *midnight_ms)
{
    GDate date;
    if (!read_day(day, &date))
        return FALSE;
    g_autoptr(GDateTime) midnight = g_date_time_new(timezone, g_date_get_year(&date),
        (int)g_date_get_month(&date), g_date_get_day(&date), 0, 0, 0);
    if (midnight == NULL)
        return FALSE;
    *midnight_ms = g_date_time_to_unix(midnight) * BT_SECOND_MS;
    return TRUE;
}

char *bt_period_next_day(const char *day, int days)
{
    GDate date;
    if (!read_day(day, &date))
        return NULL;
    if (days >= 0)
        g_date_add_days(&date, (guint)days);
    else
        g_date_subtract_days(&date, (guint)-days);
    return format(g_date_get_year(&date), (int)g_date_get_month(&date), g_date_get_day(&date));
}

char *bt_period_day_words(const char *day)
{
    GDate date;
    return read_day(day, &date) ? g_strdup_printf("%02d/%02d/%04d", g_date_get_day(&date),
                                      (int)g_date_get_month(&date), g_date_get_year(&date))
                                : g_strdup(day);
}
