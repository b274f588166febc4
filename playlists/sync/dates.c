/* HTTP's dates, and the one that asks to be left alone for a while. */
#include "playlists/sync/transport.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define RETRY_AFTER_MAX_MS BT_DAY_MS

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
    "Oct", "Nov", "Dec" };

char *bt_http_date(gint64 wall_ms)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(MAX(wall_ms, 0) / 1000);
    g_assert(t); /* within the years of BtClock */
    return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d GMT",
        days[g_date_time_get_day_of_week(t) - 1], g_date_time_get_day_of_month(t),
        months[g_date_time_get_month(t) - 1], g_date_time_get_year(t), g_date_time_get_hour(t),
        g_date_time_get_minute(t), g_date_time_get_second(t));
}

gint64 bt_http_parse_date(const char *text)
{
    int day, year, hour, minute, second, used = 0;
    char name[4];
    if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &day, name, &year, &hour,
            &minute, &second, &used) != 6 ||
        used == 0 || text[used])
        return BT_TIME_MIN;
    for (int month = 0; month < 12; month++) {
        if (strcmp(name, months[month]) != 0)
            continue;
        g_autoptr(GDateTime) t = g_date_time_new_utc(year, month + 1, day, hour, minute, second);
        return t ? g_date_time_to_unix(t) * 1000 : BT_TIME_MIN;
    }
    return BT_TIME_MIN;
}

/* Nonsense asks for nothing, and nobody may silence a board for more than a day. */
gint64 bt_answer_asked_ms(const BtAnswer *answer, gint64 wall_ms)
{
    gint64 wait_ms = 0;
    if (answer->status != 429 && answer->status != 503)
        return 0;
    if (g_ascii_isdigit(answer->retry_after[0])) {
        char *end = NULL;
        guint64 seconds = g_ascii_strtoull(answer->retry_after, &end, 10);
        wait_ms = *end ? 0 : (gint64)MIN(seconds, RETRY_AFTER_MAX_MS / 1000) * 1000;
    } else {
        gint64 date_ms = bt_http_parse_date(answer->retry_after);
        wait_ms = date_ms > wall_ms ? date_ms - wall_ms : 0;
    }
    return MIN(wait_ms, RETRY_AFTER_MAX_MS);
}
