#include "player/sync/traffic.h"

#include <libintl.h>
#include <string.h>

#define _(text) dgettext("bangtin", text)
#define N_(text) text

/* ---- for programs ---- */

static void set_limit(BtJson *json, guint64 limit)
{
    if (limit > 0)
        bt_json_set_int(json, "limit", (gint64)limit);
    else
        bt_json_set_string(json, "limit", NULL);
}

static BtJson *span_json(const BtSpan *span, guint64 limit)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_int(json, "used", (gint64)span->bytes);
    set_limit(json, limit);
    return json;
}

static void set_time(BtJson *json, const char *key, gint64 at_ms)
{
    if (at_ms == BT_TIME_MAX)
        bt_json_set_string(json, key, NULL);
    else
        bt_json_set_time(json, key, at_ms);
}

static BtJson *to_come_json(const BtSyncOutlook *outlook)
{
    BtJson *json = bt_json_new_object();
    const BtBacklog *backlog = &outlook->backlog;
    const BtMay *waits = &outlook->waits;
    gboolean is_waiting = waits->word != BT_MAY_GO;
    guint64 bytes = 0;
    for (int value = 0; value <= BT_VALUE_HEAVY; value++)
        bytes += backlog->bytes[value];
    bt_json_set_int(json, "objects", backlog->objects);
    bt_json_set_int(json, "bytes", (gint64)bytes);
    bt_json_set_string(json, "waits", is_waiting ? bt_may_word(waits->word) : NULL);
    set_time(json, "until", is_waiting ? waits->until_ms : BT_TIME_MAX);
    set_time(json, "complete", backlog->objects > 0 ? outlook->forecast.done_ms : BT_TIME_MAX);
    return json;
}

char *bt_traffic_json(const BtSyncOutlook *outlook, const BtBudget *budget)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    BtJson *month = span_json(&outlook->usage.month, budget->month_bytes);
    bt_json_set_int(month, "forecast", (gint64)outlook->forecast.month_bytes);
    bt_json_set(json, "day", span_json(&outlook->usage.day, budget->day_bytes));
    bt_json_set(json, "month", month);
    if (outlook->bytes_per_s > 0)
        bt_json_set_int(json, "bytes_per_s", (gint64)outlook->bytes_per_s);
    else
        bt_json_set_string(json, "bytes_per_s", NULL);
    bt_json_set(json, "to_come", to_come_json(outlook));
    return bt_json_to_text(json, FALSE);
}

/* ---- for people ---- */

/* 0 when it is not there. */
static gint64 number_at(const BtJsonAt *object, const char *key)
{
    BtJsonAt member;
    gint64 number = 0;
    if (bt_json_member(object, key, &member))
        bt_json_read_int(&member, 0, G_MAXINT64, &number, NULL);
    return number;
}

static const char *text_at(const BtJsonAt *object, const char *key)
{
    BtJsonAt member;
    const char *text = NULL;
    if (bt_json_member(object, key, &member))
        text = bt_json_read_string(&member, 0, 100, NULL);
    return text == NULL ? "" : text;
}

static char *size_words(gint64 bytes)
{
    return bytes >= 1024 * 1024 * 1024
        ? g_strdup_printf("%.1f GiB", (double)bytes / (1024.0 * 1024.0 * 1024.0))
        : g_strdup_printf("%.1f MiB", (double)bytes / (1024.0 * 1024.0));
}

/* "22:00 26/11/2026"; NULL when there is no such time. */
static char *time_words(const BtJsonAt *object, const char *key, GTimeZone *zone)
{
    gint64 at_ms;
    const char *text = text_at(object, key);
    if (*text == '\0' || !bt_time_parse(text, &at_ms, NULL))
        return NULL;
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_ms / 1000);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
    return g_date_time_format(local, "%H:%M %d/%m/%Y");
}

static char *used_words(const BtJsonAt *object, const char *key)
{
    BtJsonAt span;
    if (!bt_json_member(object, key, &span))
        return g_strdup("");
    gint64 limit = number_at(&span, "limit");
    g_autofree char *used = size_words(number_at(&span, "used"));
    g_autofree char *most = size_words(limit);
    return limit > 0 ? g_strdup_printf(_("%s of %s"), used, most) : g_steal_pointer(&used);
}

static void add_used(GString *words, const BtJsonAt *traffic)
{
    BtJsonAt month;
    if (!bt_json_member(traffic, "month", &month))
        return;
    g_autofree char *today = used_words(traffic, "day");
    g_autofree char *so_far = used_words(traffic, "month");
    g_autofree char *at_end = size_words(number_at(&month, "forecast"));
    g_string_append_printf(
        words, _("    Used today: %s; this month: %s, %s by its end\n"), today, so_far, at_end);
}

static const char *reason_words(const char *waits)
{
    static const char *const words[][2] = {
        { "hours", N_("films wait for their hours, until %s") },
        { "day", N_("the day's budget is used up, until %s") },
        { "month", N_("the month's budget is used up, until %s") },
    };
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(words[i][0], waits))
            return _(words[i][1]);
    return NULL;
}

/* `format` is one of reason_words. */
static void add_reason(GString *words, const char *format, const char *until)
{
    g_auto(GStrv) parts = g_strsplit(format, "%s", 2);
    g_autofree char *filled = g_strjoinv(until == NULL ? "?" : until, parts);
    g_string_append_printf(words, "; %s", filled);
}

static void add_to_come(GString *words, const BtJsonAt *traffic, GTimeZone *zone)
{
    BtJsonAt to_come;
    if (!bt_json_member(traffic, "to_come", &to_come) || number_at(&to_come, "objects") == 0)
        return;
    g_autofree char *objects = g_strdup_printf("%" G_GINT64_FORMAT, number_at(&to_come, "objects"));
    g_autofree char *bytes = size_words(number_at(&to_come, "bytes"));
    g_autofree char *until = time_words(&to_come, "until", zone);
    g_autofree char *complete = time_words(&to_come, "complete", zone);
    const char *format = reason_words(text_at(&to_come, "waits"));
    g_string_append_printf(
        words, _("    To come before the new programme: %s, files: %s"), bytes, objects);
    if (format != NULL)
        add_reason(words, format, until);
    if (complete != NULL)
        g_string_append_printf(words, _("; complete about %s"), complete);
    g_string_append_c(words, '\n');
}

char *bt_traffic_words(const BtJsonAt *source, GTimeZone *zone)
{
    GString *words = g_string_new(NULL);
    BtJsonAt traffic;
    if (bt_json_member(source, "traffic", &traffic)) {
        add_used(words, &traffic);
        add_to_come(words, &traffic, zone);
    }
    return g_string_free(words, FALSE);
}

const char *bt_source_state_word(const char *state)
{
    static const char *const words[][2] = {
        { "ok", N_("in order") },
        { "waiting", N_("not asked yet") },
        { "stale", N_("not heard for more than a day") },
        { "failed", N_("something failed") },
        { "captive", N_("the network wants a login, or something stands between") },
    };
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(words[i][0], state))
            return _(words[i][1]);
    return state;
}
