#include "playlists/schedule/why.h"

#define WEEKDAYS 7

const char *bt_words_class(BtClass cls)
{
    switch (cls) {
    case BT_CLASS_EMERGENCY:
        return _("the emergency class");
    case BT_CLASS_REQUISITION:
        return _("the requisition class");
    case BT_CLASS_PRIORITY:
        return _("the priority class");
    case BT_CLASS_ORDINARY:
        return _("the ordinary class");
    default:
        return _("the filler class");
    }
}

const char *bt_words_weekday(guint day)
{
    const char *const names[WEEKDAYS] = { _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"),
        _("Friday"), _("Saturday"), _("Sunday") };
    return names[day % WEEKDAYS];
}

static guint first_of(guint days)
{
    guint day = 0;
    while (day < WEEKDAYS - 1 && !(days >> day & 1))
        day++;
    return day;
}

static guint last_of(guint days)
{
    guint day = WEEKDAYS - 1;
    while (day > 0 && !(days >> day & 1))
        day--;
    return day;
}

static char *list_days(guint days)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint day = 0; day < WEEKDAYS; day++) {
        if (days >> day & 1)
            g_string_append_printf(list, "%s%s", list->len ? ", " : "", bt_words_weekday(day));
    }
    return g_strdup_printf(_("on %s"), list->str);
}

char *bt_words_days(guint days)
{
    guint first = first_of(days), last = last_of(days);
    guint all_between = ((1u << (last - first + 1)) - 1) << first;
    if (last - first < 2 || days != all_between)
        return list_days(days);
    return g_strdup_printf(_("from %s to %s"), bt_words_weekday(first), bt_words_weekday(last));
}

static void append_time_of_day(GString *out, int seconds)
{
    g_string_append_printf(out, "%02d:%02d", seconds / 3600, seconds / 60 % 60);
    if (seconds % 60)
        g_string_append_printf(out, ":%02d", seconds % 60);
}

char *bt_words_times(const GArray *times)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < times->len; i++) {
        const BtTimes *t = &g_array_index(times, BtTimes, i);
        if (i)
            g_string_append(out, ", ");
        append_time_of_day(out, t->start_s);
        g_string_append(out, "–");
        append_time_of_day(out, t->end_s);
    }
    return g_string_free(out, FALSE);
}

char *bt_words_date(gint32 julian_day)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)julian_day);
    return g_strdup_printf(
        "%02d/%02d/%04d", g_date_get_day(&date), g_date_get_month(&date), g_date_get_year(&date));
}

char *bt_words_time(const BtLocal *local, gint64 at_ms)
{
    if (at_ms >= BT_SCHEDULE_LAST_MS || at_ms < BT_SCHEDULE_FIRST_MS)
        return g_strdup(_("further notice"));
    gint64 local_s = bt_local_seconds(local, at_ms);
    gint64 day = local_s / 86400, second = local_s - day * 86400;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(
        text, "%02d:%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    if (day == local->day)
        return g_strdup(text->str);
    g_autofree char *date = bt_words_date(bt_julian_day(day));
    return g_strdup_printf("%s %s", text->str, date);
}
