#include "source/pages/screen-parts.h"

#include "source/desk/uptime.h"
#include "source/pages/files.h"
#include "source/pages/html.h"

#include <stdio.h>
#include <string.h>

/* ---- the month ---- */

typedef struct {
    int year, month;
    gint64 from_ms, to_ms;
} Month;

static gint64 local_ms(const BtVisit *visit, int year, int month)
{
    g_autoptr(GDateTime) at =
        g_date_time_new(visit->request->server->timezone, year, month, 1, 0, 0, 0);
    return at != NULL ? g_date_time_to_unix(at) * 1000 : 0;
}

static Month month_of(const BtVisit *visit, int year, int month)
{
    Month m = { .year = year, .month = month, .from_ms = local_ms(visit, year, month) };
    m.to_ms = month == 12 ? local_ms(visit, year + 1, 1) : local_ms(visit, year, month + 1);
    return m;
}

/* "2026-11"; anything else is this month. */
static Month chosen_month(BtVisit *visit)
{
    const char *text = bt_visit_argument(visit, "month");
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(visit->now_ms / 1000);
    g_autoptr(GDateTime) now = g_date_time_to_timezone(utc, visit->request->server->timezone);
    gint64 year, month;
    g_autofree char *left = g_strndup(text, 4);
    if (strlen(text) == 7 && text[4] == '-' && bt_visit_number(left, 2000, 2200, &year) &&
        bt_visit_number(text + 5, 1, 12, &month))
        return month_of(visit, (int)year, (int)month);
    return month_of(visit, g_date_time_get_year(now), g_date_time_get_month(now));
}

static Month month_beside(const BtVisit *visit, const Month *m, int step)
{
    int months = m->year * 12 + m->month - 1 + step;
    return month_of(visit, months / 12, months % 12 + 1);
}

/* ---- three values ---- */

static const char *cause_words(const BtUptimeGap *gap)
{
    static const struct {
        const char *cause, *words;
    } known[] = {
        { BT_UPTIME_UNTOLD, N_("no report came") },
        { "off", N_("off by its timetable") },
        { "no-power", N_("no power, or switched off") },
        { "stopped", N_("the player was stopped") },
        { "restart", N_("the player began anew") },
        { "starting", N_("the player was starting") },
        { "death", N_("the player died") },
        { "clock", N_("its clock was set") },
        { "black", N_("the picture was black") },
        { "frozen", N_("the picture stood still") },
        { "wrong", N_("the picture was not the right one") },
        { "", N_("for no known reason") },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i].cause, gap->cause) == 0)
            return _(known[i].words);
    return gap->cause;
}

static void add_value(GString *html, const char *css, const char *words, gint64 ms, gint64 whole_ms)
{
    g_autofree char *span = bt_glass_span(ms);
    bt_html_add(html, "<div class=\"%s\"><dt>%s</dt><dd>%s", css, words, span);
    if (whole_ms > 0)
        bt_html_add(html, " · %d %%", (int)(100 * ms / whole_ms));
    g_string_append(html, "</dd></div>");
}

static void add_values(GString *html, const char *title, const BtUptimeDay *day)
{
    gint64 whole_ms = day->lit_ms + day->unconfirmed_ms + day->not_showing_ms;
    bt_html_add(html, "<div><h3>%s</h3><dl class=\"three\">", title);
    add_value(html, "good", _("Lit and right"), day->lit_ms, whole_ms);
    add_value(html, "warn", _("Unconfirmed"), day->unconfirmed_ms, whole_ms);
    add_value(html, "bad", _("Not showing"), day->not_showing_ms, whole_ms);
    g_string_append(html, "</dl></div>");
}

static void add_gaps(GString *html, const GPtrArray *gaps)
{
    if (gaps->len == 0)
        return;
    bt_html_add(html, "<h3>%s</h3><ul class=\"plain\">", _("Why it was not lit and right"));
    for (guint i = 0; i < gaps->len && i < 12; i++) {
        const BtUptimeGap *gap = g_ptr_array_index(gaps, i);
        g_autofree char *span = bt_glass_span(gap->ms);
        bt_html_add(html, "<li><b>%s</b> %s: %s</li>", span,
            strcmp(gap->state, "unconfirmed") == 0 ? _("unconfirmed") : _("not showing"),
            cause_words(gap));
    }
    g_string_append(html, "</ul>");
}

/* ---- days ---- */

static void add_day(GString *html, const BtVisit *visit, const BtUptimeDay *day)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(day->day_ms / 1000);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, visit->request->server->timezone);
    g_autofree char *date = g_date_time_format(local, "%d/%m");
    g_autofree char *lit = bt_glass_span(day->lit_ms),
                    *unconfirmed = bt_glass_span(day->unconfirmed_ms),
                    *dark = bt_glass_span(day->not_showing_ms);
    bt_html_add(html, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td></tr>", date,
        lit, unconfirmed, dark);
}

static void add_table(GString *html, const BtVisit *visit, const BtUptime *uptime)
{
    bt_html_add(html,
        "<details><summary>%s</summary><div class=\"wide\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"%s\"><table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
        "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
        _("The days as a table"), _("The days as a table"), _("Day"), _("Lit and right"),
        _("Unconfirmed"), _("Not showing"));
    for (guint i = 0; i < uptime->days->len; i++)
        add_day(html, visit, &g_array_index(uptime->days, BtUptimeDay, i));
    g_string_append(html, "</tbody></table></div></details>");
}

/* The chart is drawn by a script from the same numbers; the table is there without it. */
static void add_chart(GString *html, const BtGlance *screen, const Month *m)
{
    g_autofree char *uplot = bt_file_path("uplot.js"), *css = bt_file_path("uplot.css"),
                    *chart = bt_file_path("chart.js");
    bt_html_add(html,
        "<link rel=\"stylesheet\" href=\"%s\"><script src=\"%s\" defer></script>"
        "<script type=\"module\" src=\"%s\"></script><div class=\"chart\" "
        "data-chart=\"/screens/%s/month?month=%04d-%02d\" data-lit=\"%s\" "
        "data-unconfirmed=\"%s\" data-dark=\"%s\" data-hours=\"%s\" data-day=\"%s\"></div>",
        css, uplot, chart, screen->id, m->year, m->month, _("Lit and right"), _("Unconfirmed"),
        _("Not showing"), _("hours"), _("Day"));
}

static void add_months(GString *html, const BtVisit *visit, const BtGlance *screen, const Month *m)
{
    Month before = month_beside(visit, m, -1), after = month_beside(visit, m, 1);
    bt_html_add(html,
        "<nav class=\"parts\" aria-label=\"%s\"><a href=\"/screens/%s?month=%04d-%02d#uptime\">← "
        "%02d/%d</a>",
        _("Months"), screen->id, before.year, before.month, before.month, before.year);
    if (after.from_ms <= visit->now_ms)
        bt_html_add(html, "<a href=\"/screens/%s?month=%04d-%02d#uptime\">%02d/%d →</a>",
            screen->id, after.year, after.month, after.month, after.year);
    g_string_append(html, "</nav>");
}

gboolean bt_screen_add_uptime(GString *html, BtVisit *visit, const BtGlance *screen, GError **error)
{
    Month m = chosen_month(visit);
    gint64 today_ms = bt_glass_day_ms(visit, visit->now_ms);
    g_autofree char *title = g_strdup_printf(_("Month %02d/%d"), m.month, m.year);
    g_autoptr(BtUptime) today =
        bt_uptime_read(visit->store, screen->id, today_ms, visit->now_ms + 1, visit->now_ms, error);
    g_autoptr(BtUptime) month = today != NULL
        ? bt_uptime_read(visit->store, screen->id, m.from_ms, m.to_ms, visit->now_ms, error)
        : NULL;
    if (month == NULL)
        return FALSE;
    bt_html_add(html,
        "<section class=\"panel\" id=\"uptime\" aria-labelledby=\"u\"><h2 id=\"u\">%s</h2>"
        "<div class=\"pair\">",
        _("How it was"));
    add_values(html, _("Today"), &today->total);
    add_values(html, title, &month->total);
    g_string_append(html, "</div>");
    add_chart(html, screen, &m);
    add_gaps(html, month->gaps);
    add_table(html, visit, month);
    add_months(html, visit, screen, &m);
    g_string_append(html, "</section>\n");
    return TRUE;
}

/* ---- for the chart ---- */

BtAnswered bt_screen_answer_month(BtVisit *visit, const BtGlance *screen)
{
    Month m = chosen_month(visit);
    g_autoptr(BtUptime) month =
        bt_uptime_read(visit->store, screen->id, m.from_ms, m.to_ms, visit->now_ms, NULL);
    if (month == NULL)
        return bt_http_refuse(visit->request, BT_HTTP_INTERNAL_SERVER_ERROR, "cannot read now");
    BtJson *days = bt_json_new_array(), *lit = bt_json_new_array(),
           *unconfirmed = bt_json_new_array(), *dark = bt_json_new_array();
    for (guint i = 0; i < month->days->len; i++) {
        const BtUptimeDay *day = &g_array_index(month->days, BtUptimeDay, i);
        bt_json_append_int(days, day->day_ms / 1000);
        bt_json_append_int(lit, day->lit_ms);
        bt_json_append_int(unconfirmed, day->unconfirmed_ms);
        bt_json_append_int(dark, day->not_showing_ms);
    }
    g_autoptr(BtJson) json = bt_json_new_object();
    bt_json_set(json, "days", days);
    bt_json_set(json, "lit_ms", lit);
    bt_json_set(json, "unconfirmed_ms", unconfirmed);
    bt_json_set(json, "not_showing_ms", dark);
    return bt_http_answer_json(visit->request, BT_HTTP_OK, json);
}
