#include "source/pages/screen-day.h"

#include "base/error.h"
#include "source/pages/html.h"
#include "source/press/plan.h"

#include <stdio.h>
#include <string.h>

#define EVERY_ROLE ((1u << BT_N_ROLES) - 1)

void bt_screen_day_clear(BtScreenDay *day)
{
    g_free(day->screen);
    g_free(day->name);
    g_free(day->manifest);
    g_clear_pointer(&day->document, g_bytes_unref);
}

/* ---- the day ---- */

static gint64 midnight_ms(const BtVisit *visit, int year, int month, int day, int more_days)
{
    g_autoptr(GDateTime) midnight =
        g_date_time_new(visit->request->server->timezone, year, month, day, 0, 0, 0);
    g_autoptr(GDateTime) then = g_date_time_add_days(midnight, more_days);
    return g_date_time_to_unix(then) * BT_SECOND_MS;
}

static void take_today(BtScreenDay *day, const BtVisit *visit)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(visit->now_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, visit->request->server->timezone);
    g_date_time_get_ymd(local, &day->year, &day->month, &day->day_of_month);
}

/* A day that is none is today. */
static void read_day(BtScreenDay *day, BtVisit *visit)
{
    char rest;
    if (sscanf(bt_visit_argument(visit, "day"), "%4d-%2d-%2d%c", &day->year, &day->month,
            &day->day_of_month, &rest) != 3 ||
        day->year < 1980 ||
        !g_date_valid_dmy(
            (GDateDay)day->day_of_month, (GDateMonth)day->month, (GDateYear)day->year))
        take_today(day, visit);
    day->from_ms = midnight_ms(visit, day->year, day->month, day->day_of_month, 0);
    day->until_ms = midnight_ms(visit, day->year, day->month, day->day_of_month, 1);
}

/* ---- the screen ---- */

static gboolean read_screen(BtScreenDay *day, BtVisit *visit, BtAnswered *answered)
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
    day->screen = g_strdup(visit->request->name);
    day->name = g_strdup(bt_rows_text(rows, 0));
    day->manifest = g_strdup(bt_rows_text(rows, 2));
    day->has_alert = bt_rows_int(rows, 3) != 0;
    day->ask.width_px = (int)bt_rows_int(rows, 4);
    day->ask.height_px = (int)bt_rows_int(rows, 5);
    day->ask.is_led = bt_rows_int(rows, 6) != 0;
    return TRUE;
}

gboolean bt_screen_day_open(BtScreenDay *day, BtVisit *visit, BtAnswered *answered)
{
    if (!read_screen(day, visit, answered))
        return FALSE;
    read_day(day, visit);
    day->document = bt_plan_signed(visit->store, day->manifest);
    day->ask.document = day->document;
    day->ask.english = visit->english;
    return TRUE;
}

/* ---- words ---- */

char *bt_screen_day_hour(const BtVisit *visit, gint64 at_ms, gboolean seconds)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_ms / BT_SECOND_MS);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, visit->request->server->timezone);
    return g_date_time_format(local, seconds ? "%H:%M:%S" : "%H:%M");
}

const char *bt_screen_day_item(const BtVisit *visit, const BtScreenDay *day, const char *item)
{
    const char *title = bt_titles_find(visit->request->server->titles, day->manifest, item);
    return title != NULL ? title : item;
}

/* Ours are "notices" and g3; a manifest that came another way has its own. */
char *bt_screen_day_programme(const BtVisit *visit, const char *programme)
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

/* ---- what both pages have ---- */

static void add_link(
    GString *html, const BtScreenDay *day, const char *page, const char *to, const char *words)
{
    bt_html_add(html, "<li><a href=\"/screens/%s/%s\"", day->screen, to);
    g_string_append(html, strcmp(page, to) == 0 ? " aria-current=\"page\">" : ">");
    bt_html_add(html, "%s</a></li>", words);
}

void bt_screen_day_add_head(
    GString *html, const BtVisit *visit, const BtScreenDay *day, const char *page)
{
    (void)visit;
    bt_html_add(html, "<ul class=\"choices\" aria-label=\"%s\">", day->name);
    add_link(html, day, page, "rundown", _("What is shown in a day"));
    add_link(html, day, page, "why", _("Why is it shown?"));
    g_string_append(html, "</ul>");
    if (day->has_alert)
        bt_html_add(html, "<p class=\"alert\">%s</p>",
            _("An emergency is published to this screen: it stands before all of this until it "
              "ends."));
    if (day->document == NULL)
        bt_html_add(
            html, "<p class=\"none\">%s</p>", _("Nothing is published to this screen yet."));
}

GBytes *bt_screen_day_answer(GString *html, const BtVisit *visit, const BtScreenDay *day)
{
    if (day->document == NULL)
        return NULL;
    GBytes *answer = bt_player_find(visit->request->server->player, &day->ask);
    if (answer == NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>",
            _("The preview could not be made. Try again in a minute."));
    return answer;
}
