/* Programmes: what is played when and where, and a week of it. */
#include "source/desk/programmes.h"
#include "base/error.h"
#include "source/desk/areas.h"
#include "source/pages/area-choice.h"
#include "source/pages/html.h"
#include "source/pages/programme-form.h"
#include "source/pages/routes.h"
#include "source/pages/week.h"

#include <string.h>

#define FORM_MAX_BYTES (32 * 1024)
#define SCREENS_MAX 300 /* to choose from */

/* ---- the week of a place ---- */

typedef struct {
    const char *area, *screen; /* one of them is NULL */
    GDate monday;
} Week;

static void use_day(GDate *monday, const GDate *day)
{
    *monday = *day;
    g_date_subtract_days(monday, g_date_get_weekday(day) - 1);
}

static void read_monday(BtVisit *visit, GDate *monday)
{
    GDate day;
    if (bt_weekly_read_day(bt_visit_argument(visit, "week"), &day)) {
        use_day(monday, &day);
        return;
    }
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(visit->now_ms / 1000);
    g_autoptr(GDateTime) now = g_date_time_to_timezone(utc, visit->request->server->timezone);
    g_date_clear(&day, 1);
    g_date_set_dmy(&day, (GDateDay)g_date_time_get_day_of_month(now),
        (GDateMonth)g_date_time_get_month(now), (GDateYear)g_date_time_get_year(now));
    use_day(monday, &day);
}

static gboolean has(const GPtrArray *areas, const char *area)
{
    for (guint i = 0; i < areas->len; i++)
        if (strcmp(g_ptr_array_index(areas, i), area) == 0)
            return TRUE;
    return FALSE;
}

static gboolean may_see_screen(const BtVisit *visit, const GPtrArray *areas, const char *screen)
{
    g_autoptr(BtRows) rows =
        bt_db_query(visit->store->db, NULL, "SELECT area FROM screen WHERE id = ?", "s", screen);
    return rows != NULL && bt_rows_next(rows, NULL) && has(areas, bt_rows_text(rows, 0));
}

/* "area:ID" or "screen:ID"; the visitor's first area where it is neither. */
static Week read_week(BtVisit *visit, const GPtrArray *areas)
{
    Week week = { NULL, NULL, { 0 } };
    const char *place = bt_visit_argument(visit, "place");
    read_monday(visit, &week.monday);
    if (g_str_has_prefix(place, "screen:") &&
        may_see_screen(visit, areas, place + strlen("screen:")))
        week.screen = place + strlen("screen:");
    else if (g_str_has_prefix(place, "area:") && has(areas, place + strlen("area:")))
        week.area = place + strlen("area:");
    else
        week.area = areas->len > 0 ? g_ptr_array_index(areas, 0) : "";
    return week;
}

static void add_place(
    GString *html, const char *kind, const char *id, const char *chosen, const char *words)
{
    bt_html_add(html, "<option value=\"%s:%s\"", kind, id);
    if (g_strcmp0(id, chosen) == 0)
        g_string_append(html, " selected");
    bt_html_add(html, ">%s</option>", words);
}

static void add_places(
    GString *html, const BtVisit *visit, const GPtrArray *areas, const Week *week)
{
    guint left = SCREENS_MAX;
    bt_html_add(html, "<label>%s<select name=\"place\">", _("Where"));
    for (guint i = 0; i < areas->len; i++) {
        const char *area = g_ptr_array_index(areas, i);
        g_autofree char *name = bt_areas_name(visit->store, area);
        bt_html_add(html, "<optgroup label=\"%s\">", name);
        g_autofree char *all = g_strdup_printf("%s: %s", _("All screens of"), name);
        add_place(html, "area", area, week->area, all);
        g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
            "SELECT id, name FROM screen WHERE area = ? AND retired_ms IS NULL ORDER BY name, id",
            "s", area);
        for (; left > 0 && rows != NULL && bt_rows_next(rows, NULL); left--)
            add_place(html, "screen", bt_rows_text(rows, 0), week->screen, bt_rows_text(rows, 1));
        g_string_append(html, "</optgroup>");
    }
    g_string_append(html, "</select></label>");
}

static void add_week_link(GString *html, const Week *week, int days, const char *words)
{
    GDate monday = week->monday;
    char text[16];
    if (days < 0)
        g_date_subtract_days(&monday, (guint)-days);
    else
        g_date_add_days(&monday, (guint)days);
    g_date_strftime(text, sizeof text, "%Y-%m-%d", &monday);
    bt_html_add(html, "<a href=\"/programmes?place=%s:%s&amp;week=%s\">%s</a>",
        week->screen != NULL ? "screen" : "area", week->screen != NULL ? week->screen : week->area,
        text, words);
}

static GPtrArray *programmes_of(const BtVisit *visit, const GPtrArray *areas, const Week *week)
{
    GPtrArray *all = bt_works_list(visit->store, BT_WORK_PROGRAMME, areas);
    for (guint i = all->len; i > 0; i--) {
        const BtWork *work = g_ptr_array_index(all, i - 1);
        if (!bt_weekly_reaches(visit->store, work->targets, week->area, week->screen))
            g_ptr_array_remove_index(all, i - 1);
    }
    return all;
}

static void add_week(GString *html, BtVisit *visit, const GPtrArray *areas)
{
    Week week = read_week(visit, areas);
    char text[16];
    g_autoptr(GPtrArray) programmes = programmes_of(visit, areas, &week);
    g_date_strftime(text, sizeof text, "%Y-%m-%d", &week.monday);
    bt_html_add(html,
        "<section class=\"panel\"><h2>%s</h2><form class=\"row\" method=\"get\" "
        "action=\"/programmes\">",
        _("The week"));
    add_places(html, visit, areas, &week);
    bt_html_add(html,
        "<label>%s<input type=\"date\" name=\"week\" value=\"%s\"></label>"
        "<button class=\"quiet\">%s</button></form><nav class=\"parts\" aria-label=\"%s\">",
        _("Week of"), text, _("Look"), _("The week"));
    add_week_link(html, &week, -7, _("The week before"));
    add_week_link(html, &week, 7, _("The week after"));
    g_string_append(html, "</nav>");
    bt_week_add(html, programmes, &week.monday);
    g_string_append(html, "</section>");
}

static void add_proposing(GString *html, const BtVisit *visit)
{
    if (!bt_visit_may(visit, BT_WORK_EDITORS, NULL))
        return;
    bt_html_add(html,
        "<section class=\"panel\"><h2>%s</h2><p>%s</p>"
        "<form method=\"post\" action=\"/programmes/propose\">",
        _("Onto the screens"),
        _("Screens show what was changed here when an approver has signed it."));
    bt_visit_add_token(html, visit);
    bt_area_choice_add(html, visit, BT_WORK_EDITORS, "");
    bt_html_add(html,
        "<label>%s<input name=\"reason\" "
        "maxlength=\"500\"></label><button>%s</button></form></section>",
        _("For the approver: what is new"), _("Send for approval"));
}

static BtAnswered show_all(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_WORK_READERS, &answered))
        return answered;
    g_autoptr(GPtrArray) areas =
        bt_roles_areas(visit.store, visit.user, BT_WORK_READERS, visit.now_ms);
    g_autoptr(GPtrArray) works = bt_works_list(visit.store, BT_WORK_PROGRAMME, areas);
    GString *html = g_string_new(NULL);
    add_week(html, &visit, areas);
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("All programmes"));
    bt_work_add_links(html, &visit, works);
    g_string_append(html, "</section>");
    bt_work_add_new(html, &visit, BT_WORK_PROGRAMME, _("New programme"));
    add_proposing(html, &visit);
    return bt_visit_page(&visit, BT_HTTP_OK, "programmes", _("Programmes"), html);
}

/* ---- one ---- */

static BtAnswered begin(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWeekly) programme = bt_weekly_new();
    g_autoptr(BtJson) body = bt_weekly_write(programme), targets = bt_json_new_object();
    BtWorkWords words = { .body = body, .targets = targets };
    return bt_visit_form(&visit, request, BT_WORK_EDITORS, &answered)
        ? bt_work_add(&visit, BT_WORK_PROGRAMME, &words)
        : answered;
}

static const char *fault_words(BtWeeklyFault fault)
{
    return fault == BT_WEEKLY_NOTHING ? _("Choose a playlist for one zone at least.")
        : fault == BT_WEEKLY_DAYS     ? _("The last day is before the first. Change one of them.")
                                  : _("Write a start and an end that differ, at most eight times.");
}

static BtAnswered answer_form(
    BtVisit *visit, const BtProgrammeForm *form, unsigned status, const char *trouble)
{
    GString *html = g_string_new(NULL);
    if (trouble != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", trouble);
    bt_programme_form_add(html, visit, form);
    bt_work_add_end(html, visit, form->work);
    return bt_visit_page(visit, status, "programmes", form->work->name, html);
}

static BtAnswered show_only(BtVisit *visit, const BtWork *work)
{
    GString *html = g_string_new(NULL);
    GDate monday;
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_ptr_array_add(one, (gpointer)work);
    read_monday(visit, &monday);
    g_string_append(html, "<section class=\"panel\">");
    bt_week_add(html, one, &monday);
    g_string_append(html, "</section>");
    return bt_visit_page(visit, BT_HTTP_OK, "programmes", work->name, html);
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWork) work = bt_work_open(&visit, request, BT_WORK_PROGRAMME, &answered);
    if (work == NULL)
        return answered;
    if (!bt_visit_may(&visit, BT_WORK_EDITORS, work->area))
        return show_only(&visit, work);
    g_autoptr(BtWeekly) programme = bt_weekly_read(work->body);
    BtProgrammeForm form = { work, work->revision, work->name, programme, work->targets };
    return answer_form(&visit, &form, BT_HTTP_OK, NULL);
}

static BtAnswered show_zones(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWork) work = bt_work_open(&visit, request, BT_WORK_PROGRAMME, &answered);
    if (work == NULL)
        return answered;
    const char *layout = bt_visit_argument(&visit, "layout");
    if (!bt_programme_form_knows_layout(&visit, layout))
        return bt_http_refuse(request, BT_HTTP_NOT_FOUND, "not found");
    g_autoptr(BtWeekly) programme = bt_weekly_read(work->body);
    g_free(programme->layout);
    programme->layout = g_strdup(layout);
    GString *html = g_string_new(NULL);
    bt_programme_form_add_zones(html, &visit, programme);
    return bt_visit_part(&visit, BT_HTTP_OK, html);
}

static gboolean is_for_nobody(const BtJson *targets)
{
    BtJsonAt root = bt_json_root("targets", targets), areas, screens;
    return bt_json_member(&root, "areas", &areas) && bt_json_member(&root, "screens", &screens) &&
        bt_json_length(&areas) + bt_json_length(&screens) == 0;
}

static BtAnswered save(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(BtWork) work = bt_work_form(&visit, request, BT_WORK_PROGRAMME, &answered);
    if (work == NULL)
        return answered;
    g_autoptr(BtWeekly) programme = bt_programme_form_read(&visit);
    g_autoptr(BtJson) targets = bt_programme_form_read_targets(&visit);
    BtProgrammeForm form = { work, bt_work_revision(&visit), bt_visit_field(&visit, "name"),
        programme, targets };
    BtWeeklyFault fault = bt_weekly_fault(programme);
    if (fault != BT_WEEKLY_FINE)
        return answer_form(&visit, &form, BT_HTTP_BAD_REQUEST, fault_words(fault));
    if (is_for_nobody(targets))
        return answer_form(
            &visit, &form, BT_HTTP_BAD_REQUEST, _("Mark an area or a screen at least."));
    g_autoptr(BtJson) body = bt_weekly_write(programme);
    BtWorkWords words = { form.name, body, targets };
    return bt_work_save(&visit, work, &words, "changed");
}

static BtAnswered remove_programme(BtRequest *request)
{
    return bt_work_remove(request, BT_WORK_PROGRAMME);
}

const BtRoute bt_programme_routes[] = {
    { "GET", "/programmes", BT_PART_NOTHING, "", 0, show_all },
    { "POST", "/programmes", BT_PART_NOTHING, "", FORM_MAX_BYTES, begin },
    { "GET", "/programmes/", BT_PART_NUMBER, "", 0, show },
    { "POST", "/programmes/", BT_PART_NUMBER, "", FORM_MAX_BYTES, save },
    { "GET", "/programmes/", BT_PART_NUMBER, "/zones", 0, show_zones },
    { "POST", "/programmes/", BT_PART_NUMBER, "/remove", FORM_MAX_BYTES, remove_programme },
    { NULL },
};
