#include "player/stage/calendar.h"

#include "base/clock.h"
#include "player/stage/lunar.h"

#include <string.h>

#define LAST_S G_GINT64_CONSTANT(253402300799) /* 9999-12-31T23:59:59Z */

static const char *day_name(GDateTime *local)
{
    static const char *const days[] = { "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu",
        "Thứ bảy", "Chủ nhật" };
    return days[g_date_time_get_day_of_week(local) - 1];
}

char *bt_calendar_day(GDateTime *local)
{
    return g_strdup_printf("%s, %02d/%02d/%04d", day_name(local),
        g_date_time_get_day_of_month(local), g_date_time_get_month(local),
        g_date_time_get_year(local));
}

/* From the fullest wording to none. (transfer full) in and out */
static char **wordings_of(char *full, char *brief, char *briefest)
{
    char **wordings = g_new0(char *, 5);
    wordings[0] = full;
    wordings[1] = brief;
    wordings[2] = briefest;
    wordings[3] = g_strdup("");
    return wordings;
}

char **bt_calendar_day_wordings(GDateTime *local)
{
    int day = g_date_time_get_day_of_month(local), month = g_date_time_get_month(local);
    return wordings_of(bt_calendar_day(local),
        g_strdup_printf("%s, %02d/%02d", day_name(local), day, month),
        g_strdup_printf("%02d/%02d", day, month));
}

static char *month_name(const BtLunar *lunar)
{
    if (lunar->month == 1)
        return g_strdup("Giêng");
    if (lunar->month == 12)
        return g_strdup("Chạp");
    return g_strdup_printf("%d", lunar->month);
}

static gboolean lunar_of(GDateTime *local, BtLunar *lunar)
{
    return bt_lunar_of(g_date_time_get_day_of_month(local), g_date_time_get_month(local),
        g_date_time_get_year(local), lunar);
}

static char *lunar_day(const BtLunar *lunar)
{
    return g_strdup_printf("ÂL %d/%d%s", lunar->day, lunar->month, lunar->leap ? " nhuận" : "");
}

char *bt_calendar_lunar(GDateTime *local, gboolean short_form)
{
    BtLunar lunar;
    if (!lunar_of(local, &lunar))
        return g_strdup("");
    g_autofree char *day = lunar_day(&lunar), *month = month_name(&lunar);
    g_autofree char *year = bt_lunar_year_name(lunar.year);
    if (short_form)
        return g_strdup_printf("%s %s", day, year);
    return g_strdup_printf("Âm lịch: %s%d tháng %s%s năm %s", lunar.day <= 10 ? "mùng " : "",
        lunar.day, month, lunar.leap ? " nhuận" : "", year);
}

char **bt_calendar_lunar_wordings(GDateTime *local)
{
    BtLunar lunar;
    gboolean known = lunar_of(local, &lunar);
    return wordings_of(bt_calendar_lunar(local, FALSE), bt_calendar_lunar(local, TRUE),
        known ? lunar_day(&lunar) : g_strdup(""));
}

char *bt_calendar_issued(const char *issued_on)
{
    if (strlen(issued_on) != 10 || issued_on[4] != '-' || issued_on[7] != '-')
        return g_strdup(issued_on);
    return g_strdup_printf("%.2s/%.2s/%.4s", issued_on + 8, issued_on + 5, issued_on);
}

gint64 bt_calendar_next(gint64 t_ms, gint64 step_ms)
{
    gint64 into = t_ms % step_ms;
    return t_ms - (into < 0 ? into + step_ms : into) + step_ms;
}

GDateTime *bt_calendar_local(gint64 t_ms, GTimeZone *zone)
{
    gint64 seconds = (t_ms - ((t_ms % 1000) + 1000) % 1000) / 1000;
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(MIN(seconds, LAST_S));
    GDateTime *local = g_date_time_to_timezone(utc, zone);
    return local ? local : g_steal_pointer(&utc);
}
