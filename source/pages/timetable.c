#include "source/pages/timetable.h"

#include "base/error.h"
#include "source/pages/html.h"
#include "source/press/plan.h"

#include <stdio.h>
#include <string.h>

#define EVERY_ROLE ((1u << BT_N_ROLES) - 1)

void bt_timetable_clear(BtTimetable *table)
{
    g_free(table->screen);
    g_free(table->name);
    g_free(table->manifest);
    g_clear_pointer(&table->document, g_bytes_unref);
}

/* ---- the day ---- */

static gint64 midnight_ms(const BtVisit *visit, int year, int month, int day, int more_days)
{
    g_autoptr(GDateTime) midnight =
        g_date_time_new(visit->request->server->timezone, year, month, day, 0, 0, 0);
    g_autoptr(GDateTime) then = g_date_time_add_days(midnight, more_days);
    return g_date_time_to_unix(then) * BT_SECOND_MS;
}

static void take_today(BtTimetable *table, const BtVisit *visit)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(visit->now_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, visit->request->server->timezone);
    g_date_time_get_ymd(local, &table->year, &table->month, &table->day);
}

/* A day that is none is today. */
static void read_day(BtTimetable *table, BtVisit *visit)
{
    char rest;
    if (sscanf(bt_visit_argument(visit, "day"), "%4d-%2d-%2d%c", &table->year, &table->month,
            &table->day, &rest) != 3 ||
        table->year < 1980 ||
        !g_date_valid_dmy((GDateDay)table->day, (GDateMonth)table->month, (GDateYear)table->year))
        take_today(table, visit);
    table->from_ms = midnight_ms(visit, table->year, table->month, table->day, 0);
    table->until_ms = midnight_ms(visit, table->year, table->month, table->day, 1);
}

/* ---- the screen ---- */

static gboolean read_screen(BtTimetable *table, BtVisit *visit, BtAnswered *answered)
{
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT name, area, manifest, alert <> '', width_px, height_px, is_led FROM screen"
        " WHERE id = ?",
        "s", visit->request->name);
    if (rows == NULL || !bt_rows_next(rows, NULL)) {
        *answered = bt_visit_refuse(visit, BT_HTTP_NOT_FOUND, _("There is no such screen."));
        return FALSE;
    }
    if (!bt_visit_may(visit, EVERY_ROLE, bt_rows_text(rows, 1))) {
        *answered = bt_visit_refuse(visit, BT_HTTP_FORBIDDEN, _("This screen is of another area."));
        return FALSE;
    }
    table->screen = g_strdup(visit->request->name);
    table->name = g_strdup(bt_rows_text(rows, 0));
    table->manifest = g_strdup(bt_rows_text(rows, 2));
    table->has_alert = bt_rows_int(rows, 3) != 0;
    table->ask.width_px = (int)bt_rows_int(rows, 4);
    table->ask.height_px = (int)bt_rows_int(rows, 5);
    table->ask.is_led = bt_rows_int(rows, 6) != 0;
    return TRUE;
}

gboolean bt_timetable_open(BtTimetable *table, BtVisit *visit, BtAnswered *answered)
{
    if (!read_screen(table, visit, answered))
        return FALSE;
    read_day(table, visit);
    table->document = bt_plan_signed(visit->store, table->manifest);
    table->ask.document = table->document;
    table->ask.english = visit->english;
    return TRUE;
}

/* ---- words ---- */

char *bt_timetable_hour(const BtVisit *visit, gint64 at_ms, gboolean seconds)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, visit->request->server->timezone);
    return g_date_time_format(local, seconds ? "%H:%M:%S" : "%H:%M");
}

const char *bt_timetable_item(const BtVisit *visit, const BtTimetable *table, const char *item)
{
    const char *title = bt_titles_find(visit->request->server->titles, table->manifest, item);
    return title != NULL ? title : item;
}

/* Ours are "notices" and g3; a manifest that came another way has its own. */
char *bt_timetable_programme(const BtVisit *visit, const char *programme)
{
    gint64 number;
    if (strcmp(programme, "notices") == 0)
        return g_strdup(_("Notices"));
    if (*programme != 'g' || !bt_visit_number(programme + 1, 1, G_MAXINT64, &number))
        return g_strdup(programme);
    g_autoptr(BtRows) rows =
        bt_db_query(visit->store->db, NULL, "SELECT name FROM programme WHERE id = ?", "i", number);
    return g_strdup(rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_text(rows, 0) : programme);
}

/* ---- the head of both pages ---- */

static void add_link(
    GString *html, const BtTimetable *table, const char *page, const char *to, const char *words)
{
    bt_html_add(html, "<li><a href=\"/screens/%s/%s\"", table->screen, to);
    g_string_append(html, strcmp(page, to) == 0 ? " aria-current=\"page\">" : ">");
    bt_html_add(html, "%s</a></li>", words);
}

void bt_timetable_add_head(
    GString *html, const BtVisit *visit, const BtTimetable *table, const char *page)
{
    (void)visit;
    bt_html_add(html, "<ul class=\"choices\" aria-label=\"%s\">", table->name);
    add_link(html, table, page, "rundown", _("What is shown in a day"));
    add_link(html, table, page, "why", _("Why is it shown?"));
    g_string_append(html, "</ul>");
    if (table->has_alert)
        bt_html_add(html, "<p class=\"alert\">%s</p>",
            _("An emergency is published to this screen: it stands before all of this until it "
              "ends."));
    if (table->document == NULL)
        bt_html_add(
            html, "<p class=\"none\">%s</p>", _("Nothing is published to this screen yet."));
}
