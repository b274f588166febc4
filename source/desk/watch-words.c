/* What a message says. */
#include "source/desk/watch.h"

#include "base/json.h"

#include <libintl.h>

#define _(text) dgettext("bangtin", text)
#define LISTED_MAX 50 /* of one message; the page has all */

static char *words_of_expiry(gint64 stage)
{
    return stage == 0 ? g_strdup(_("what is published has expired"))
        : stage == 1  ? g_strdup(_("what is published expires within a day"))
                      : g_strdup_printf(_("what is published expires within %d days"), (int)stage);
}

char *bt_watch_fault_words(BtFaultKind kind, gint64 stage, const char *detail)
{
    switch (kind) {
    case BT_FAULT_DARK:
        return g_strdup(_("dark outside of its timetable"));
    case BT_FAULT_SAFE:
        return g_strdup(_("shows the waiting picture"));
    case BT_FAULT_PICTURE:
        return g_strdup_printf(_("the picture is faulty (%s)"), detail);
    case BT_FAULT_ALERT:
        return g_strdup(_("the alert is not on the screen"));
    case BT_FAULT_EXPIRES:
        return words_of_expiry(stage);
    default:
        return g_strdup(_("no contact"));
    }
}

static guint count(const GPtrArray *news, gboolean is_over)
{
    guint n = 0;
    for (guint i = 0; i < news->len; i++)
        n += (((const BtFaultNews *)g_ptr_array_index(news, i))->over_ms > 0) == is_over;
    return n;
}

static char *one_subject(const char *area_name, const BtFaultNews *news)
{
    g_autofree char *words = bt_watch_fault_words(news->kind, news->stage, news->detail);
    return news->over_ms > 0 ? g_strdup_printf(_("%s: over: %s, %s"), area_name, news->name, words)
                             : g_strdup_printf(_("%s: %s, %s"), area_name, news->name, words);
}

char *bt_watch_subject(const char *area_name, const GPtrArray *news)
{
    guint n_new = count(news, FALSE), n_over = count(news, TRUE);
    if (news->len == 1)
        return one_subject(area_name, g_ptr_array_index(news, 0));
    return n_over == 0 ? g_strdup_printf(_("%s: %u faults"), area_name, n_new)
        : n_new == 0   ? g_strdup_printf(_("%s: %u faults are over"), area_name, n_over)
                       : g_strdup_printf(_("%s: %u faults, %u are over"), area_name, n_new, n_over);
}

static char *time_words(GTimeZone *timezone, gint64 at_ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = utc != NULL ? g_date_time_to_timezone(utc, timezone) : NULL;
    return local != NULL ? g_date_time_format(local, "%H:%M, %d/%m/%Y") : g_strdup("–");
}

static void add_line(GString *text, const BtWatchOptions *options, const BtFaultNews *news)
{
    g_autofree char *words = bt_watch_fault_words(news->kind, news->stage, news->detail);
    g_autofree char *since = time_words(options->timezone, news->since_ms);
    g_autofree char *over = time_words(options->timezone, news->over_ms);
    g_string_append_printf(text, "- %s: %s. ", news->name, words);
    if (news->kind == BT_FAULT_EXPIRES)
        g_string_append_printf(
            text, news->over_ms > 0 ? _("Renewed; it was until %s.") : _("Until %s."), since);
    else if (news->over_ms > 0)
        g_string_append_printf(text, _("From %s to %s."), since, over);
    else
        g_string_append_printf(text, _("Since %s."), since);
    g_string_append_c(text, '\n');
}

static void add_lines(GString *text, const BtWatchOptions *options, const GPtrArray *news,
    gboolean is_over, const char *heading)
{
    guint n = count(news, is_over), listed = 0;
    if (n == 0)
        return;
    g_string_append_printf(text, "%s\n", heading);
    for (guint i = 0; i < news->len && listed < LISTED_MAX; i++) {
        const BtFaultNews *one = g_ptr_array_index(news, i);
        if ((one->over_ms > 0) != is_over)
            continue;
        add_line(text, options, one);
        listed++;
    }
    if (n > listed)
        g_string_append_printf(text, _("and %u more\n"), n - listed);
    g_string_append_c(text, '\n');
}

char *bt_watch_text(const BtStore *store, const BtWatchOptions *options, const char *area_name,
    const GPtrArray *news)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n%s\n\n", store->name, area_name);
    add_lines(text, options, news, FALSE, _("What is wrong:"));
    add_lines(text, options, news, TRUE, _("What is over:"));
    if (options->base != NULL)
        g_string_append_printf(text, "%s/\n", options->base);
    g_string_append(text, _("Who gets these messages and when: the page “Contacts”.\n"));
    return g_string_free(text, FALSE);
}

static BtJson *fault_json(const BtFaultNews *news)
{
    BtJson *json = bt_json_new_object();
    gboolean is_expiry = news->kind == BT_FAULT_EXPIRES;
    g_autofree char *words = bt_watch_fault_words(news->kind, news->stage, news->detail);
    bt_json_set_int(json, "fault", news->id);
    bt_json_set_string(json, "kind", bt_fault_name(news->kind));
    bt_json_set_string(json, is_expiry ? "area" : "screen", news->subject);
    bt_json_set_string(json, "name", news->name);
    bt_json_set_string(json, "words", words);
    bt_json_set_string(json, "detail", news->detail);
    bt_json_set_time(json, is_expiry ? "expires" : "since", news->since_ms);
    if (news->over_ms > 0)
        bt_json_set_time(json, "over", news->over_ms);
    return json;
}

char *bt_watch_json(const BtStore *store, const char *area, const char *area_name,
    const GPtrArray *news, gint64 now_ms)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    BtJson *faults = bt_json_new_array();
    bt_json_set_string(json, "source", store->source);
    bt_json_set_string(json, "area", area);
    bt_json_set_string(json, "area_name", area_name);
    bt_json_set_time(json, "at", now_ms);
    for (guint i = 0; i < news->len; i++)
        bt_json_append(faults, fault_json(g_ptr_array_index(news, i)));
    bt_json_set(json, "faults", faults);
    return bt_json_to_text(json, FALSE);
}
