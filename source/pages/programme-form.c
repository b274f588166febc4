#include "source/pages/programme-form.h"

#include "source/desk/areas.h"
#include "source/desk/playlists.h"
#include "source/pages/area-choice.h"
#include "source/pages/html.h"
#include "source/pages/layout-drawing.h"
#include "source/pages/week.h"
#include "source/press/layout.h"
#include "source/store/screens.h"

#include <string.h>

#define SCREENS_MAX 300 /* that one page lists */

static const char *const classes[] = { "ordinary", "priority", "filler" };

/* ---- what may be used ---- */

static GPtrArray *areas_of(const BtVisit *visit)
{
    return bt_roles_areas(visit->store, visit->user, BT_WORK_EDITORS, visit->now_ms);
}

static GPtrArray *works_of(const BtVisit *visit, BtWorkKind kind)
{
    g_autoptr(GPtrArray) areas = areas_of(visit);
    return bt_works_list(visit->store, kind, areas);
}

static const BtWork *work_of(const GPtrArray *works, const char *number)
{
    gint64 id = g_ascii_strtoll(number, NULL, 10);
    for (guint i = 0; i < works->len; i++) {
        const BtWork *work = g_ptr_array_index(works, i);
        if (work->id == id)
            return work;
    }
    return NULL;
}

/* (transfer full) (nullable) */
static BtJson *layout_of(const BtVisit *visit, const char *layout)
{
    BtJson *builtin = bt_layout_builtin(layout, 1920, 1080);
    if (builtin != NULL)
        return builtin;
    g_autoptr(GPtrArray) works = works_of(visit, BT_WORK_LAYOUT);
    const BtWork *work = work_of(works, layout);
    return work != NULL ? bt_json_ref(work->body) : NULL;
}

gboolean bt_programme_form_knows_layout(const BtVisit *visit, const char *layout)
{
    g_autoptr(BtJson) body = layout_of(visit, layout);
    return body != NULL;
}

/* ---- what and where ---- */

static void add_option(GString *html, const char *value, const char *chosen, const char *words)
{
    bt_html_add(html, "<option value=\"%s\"", value);
    if (strcmp(value, chosen) == 0)
        g_string_append(html, " selected");
    bt_html_add(html, ">%s</option>", words);
}

static void add_layouts(GString *html, const BtVisit *visit, const BtProgrammeForm *form)
{
    g_autoptr(GPtrArray) works = works_of(visit, BT_WORK_LAYOUT);
    g_autofree char *path = bt_work_path(BT_WORK_PROGRAMME, form->work->id);
    bt_html_add(html,
        "<label>%s<select name=\"layout\" hx-get=\"%s/zones\" hx-target=\"#zones\" "
        "hx-swap=\"outerHTML\" hx-trigger=\"change\">",
        _("Layout"), path);
    for (const char *const *name = bt_layout_names(); *name != NULL; name++)
        add_option(html, *name, form->programme->layout, bt_layout_title(*name));
    for (guint i = 0; i < works->len; i++) {
        const BtWork *work = g_ptr_array_index(works, i);
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, work->id);
        add_option(html, id, form->programme->layout, work->name);
    }
    g_string_append(html, "</select></label>");
}

static void add_zone(
    GString *html, const BtWeekly *programme, const BtJson *zone, const GPtrArray *playlists)
{
    const char *id = bt_playlist_text(zone, "id");
    g_autofree char *chosen =
        g_strdup_printf("%" G_GINT64_FORMAT, bt_weekly_playlist(programme, id));
    bt_html_add(html, "<label>%s: %s<select name=\"zone-%s\"><option value=\"\">%s</option>",
        _("Zone"), bt_layout_zone_name(zone), id, _("nothing"));
    add_option(html, "-1", chosen, _("The notices of each screen, in turn"));
    for (guint i = 0; i < playlists->len; i++) {
        const BtWork *work = g_ptr_array_index(playlists, i);
        g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, work->id);
        add_option(html, number, chosen, work->name);
    }
    g_string_append(html, "</select></label>");
}

void bt_programme_form_add_zones(GString *html, const BtVisit *visit, const BtWeekly *programme)
{
    g_autoptr(BtJson) body = layout_of(visit, programme->layout);
    g_autoptr(GPtrArray) playlists = works_of(visit, BT_WORK_PLAYLIST);
    BtJsonAt root = bt_json_root("layout", body), zones;
    bt_html_add(html, "<div id=\"zones\" class=\"two\">");
    if (body != NULL) {
        bt_layout_draw(html, body, 1920, 1080, 260, FALSE);
        g_string_append(html, "<div class=\"fields\">");
        if (bt_json_member(&root, "zones", &zones))
            for (gsize i = 0; i < bt_json_length(&zones); i++) {
                BtJsonAt zone = bt_json_element(&zones, i);
                add_zone(html, programme, zone.value, playlists);
            }
        g_string_append(html, "</div>");
    }
    if (playlists->len == 0)
        bt_html_add(html, "<p class=\"message\">%s <a href=\"/playlists\">%s</a></p>",
            _("There is no playlist yet:"), _("make one first."));
    g_string_append(html, "</div>");
}

/* ---- when ---- */

static void add_check(
    GString *html, const char *prefix, const char *id, gboolean is_on, const char *words)
{
    bt_html_add(html, "<label class=\"check\"><input type=\"checkbox\" name=\"%s-%s\" value=\"1\"",
        prefix, id);
    if (is_on)
        g_string_append(html, " checked");
    bt_html_add(html, ">%s</label>", words);
}

static void add_times(GString *html, const BtWeekly *programme)
{
    guint rows = MIN(programme->times->len + 1, BT_WEEKLY_MAX_TIMES);
    bt_html_add(html, "<fieldset><legend>%s</legend>", _("Time of day (empty: all day)"));
    for (guint i = 0; i < MAX(rows, 2); i++) {
        const BtWeeklyTimes *times =
            i < programme->times->len ? &g_array_index(programme->times, BtWeeklyTimes, i) : NULL;
        char start[8] = "", end[8] = "";
        if (times != NULL) {
            g_snprintf(
                start, sizeof start, "%02d:%02d", times->start_min / 60, times->start_min % 60);
            g_snprintf(end, sizeof end, "%02d:%02d", times->end_min / 60 % 24, times->end_min % 60);
        }
        g_autofree char *n = g_strdup_printf("%u", i);
        bt_html_add(html,
            "<div class=\"row four\"><label>%s<input type=\"time\" name=\"start-%s\" value=\"%s\">"
            "</label><label>%s<input type=\"time\" name=\"end-%s\" value=\"%s\"></label></div>",
            _("From"), n, start, _("Until"), n, end);
    }
    bt_html_add(html, "<p class=\"fine\">%s</p></fieldset>",
        _("An end before its start is on the next day; 00:00 is midnight."));
}

static void add_when(GString *html, const BtWeekly *programme)
{
    bt_html_add(
        html, "<fieldset><legend>%s</legend><div class=\"checks\">", _("Days (none: every day)"));
    for (guint i = 0; i < 7; i++)
        add_check(
            html, "day", bt_weekly_day_name(i), programme->days & (1u << i), bt_week_day_title(i));
    bt_html_add(html,
        "</div><div class=\"row four\"><label>%s<input type=\"date\" name=\"from\" value=\"%s\">"
        "</label><label>%s<input type=\"date\" name=\"until\" "
        "value=\"%s\"></label></div></fieldset>",
        _("First day"), programme->from, _("Last day"), programme->until);
    add_times(html, programme);
}

static void add_rank(GString *html, const BtWeekly *programme)
{
    g_autofree char *weight = g_strdup_printf("%d", programme->weight);
    bt_html_add(html, "<label>%s<select name=\"class\">", _("Rank"));
    for (gsize i = 0; i < G_N_ELEMENTS(classes); i++)
        add_option(html, classes[i], programme->cls, bt_week_class_title(classes[i]));
    bt_html_add(html,
        "</select></label><label>%s<input type=\"number\" name=\"weight\" min=\"1\" max=\"100\" "
        "value=\"%s\"></label>",
        _("How often in turn with others of its rank"), weight);
}

/* ---- for whom ---- */

static void add_screens(
    GString *html, const BtVisit *visit, const char *area, const BtJson *targets, guint *left)
{
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT id, name, width_px, height_px FROM screen WHERE area = ? AND retired_ms IS NULL"
        " ORDER BY name, id",
        "s", area);
    while (*left > 0 && rows != NULL && bt_rows_next(rows, NULL)) {
        const char *id = bt_rows_text(rows, 0), *name = bt_rows_text(rows, 1);
        g_autofree char *words = g_strdup_printf("%s (%d × %d)", name[0] != '\0' ? name : id,
            (int)bt_rows_int(rows, 2), (int)bt_rows_int(rows, 3));
        add_check(html, "screen", id, bt_weekly_names(targets, "screens", id), words);
        --*left;
    }
}

static void add_targets(GString *html, const BtVisit *visit, const BtJson *targets)
{
    g_autoptr(GPtrArray) areas = areas_of(visit);
    guint left = SCREENS_MAX;
    bt_html_add(html, "<fieldset><legend>%s</legend>", _("Where"));
    for (guint i = 0; i < areas->len; i++) {
        const char *area = g_ptr_array_index(areas, i);
        g_autofree char *name = bt_areas_name(visit->store, area);
        g_autofree char *words = g_strdup_printf("%s: %s", _("All screens of"), name);
        g_string_append(html, "<div class=\"place\">");
        add_check(html, "area", area, bt_weekly_names(targets, "areas", area), words);
        g_string_append(html, "<div class=\"checks\">");
        add_screens(html, visit, area, targets, &left);
        g_string_append(html, "</div></div>");
    }
    g_string_append(html, "</fieldset>");
}

/* ---- all of it ---- */

void bt_programme_form_add(GString *html, BtVisit *visit, const BtProgrammeForm *form)
{
    g_autofree char *path = bt_work_path(BT_WORK_PROGRAMME, form->work->id);
    g_autofree char *revision = g_strdup_printf("%" G_GINT64_FORMAT, form->revision);
    bt_html_add(html, "<form class=\"panel\" method=\"post\" action=\"%s\">", path);
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"revision\" value=\"%s\"><label>%s<input name=\"name\" "
        "required maxlength=\"200\" value=\"%s\"></label>",
        revision, _("Name"), form->name);
    add_layouts(html, visit, form);
    bt_programme_form_add_zones(html, visit, form->programme);
    add_targets(html, visit, form->targets);
    add_when(html, form->programme);
    add_rank(html, form->programme);
    bt_html_add(html,
        "<div class=\"row\"><button>%s</button> <a href=\"/programmes\">%s</a></div></form>",
        _("Save"), _("Back"));
}

/* ---- reading ---- */

static void read_zones(const BtVisit *visit, BtWeekly *programme)
{
    g_autoptr(BtJson) body = layout_of(visit, programme->layout);
    g_autoptr(GPtrArray) playlists = works_of(visit, BT_WORK_PLAYLIST);
    BtJsonAt root = bt_json_root("layout", body), zones;
    if (body == NULL || !bt_json_member(&root, "zones", &zones))
        return;
    for (gsize i = 0; i < bt_json_length(&zones); i++) {
        BtJsonAt zone = bt_json_element(&zones, i);
        const char *id = bt_playlist_text(zone.value, "id");
        g_autofree char *field = g_strdup_printf("zone-%s", id);
        const char *chosen = bt_visit_field(visit, field);
        const BtWork *work = work_of(playlists, chosen);
        bt_weekly_fill(programme, id,
            strcmp(chosen, "-1") == 0 ? BT_WEEKLY_NOTICES
                : work != NULL        ? work->id
                                      : 0);
    }
}

static void read_times(const BtVisit *visit, BtWeekly *programme)
{
    for (guint i = 0; i < BT_WEEKLY_MAX_TIMES; i++) {
        g_autofree char *start = g_strdup_printf("start-%u", i),
                        *end = g_strdup_printf("end-%u", i);
        const char *from = bt_visit_field(visit, start), *until = bt_visit_field(visit, end);
        BtWeeklyTimes times = { 0, 0 };
        if (from[0] == '\0' && until[0] == '\0')
            continue;
        /* what cannot be read stays as a fault: the start is then its end */
        if (bt_weekly_read_time(from, FALSE, &times.start_min) &&
            bt_weekly_read_time(until, TRUE, &times.end_min)) {
            if (times.end_min == 0)
                times.end_min = BT_DAY_MINUTES;
        } else
            times.end_min = times.start_min;
        g_array_append_val(programme->times, times);
    }
}

static void take(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

BtWeekly *bt_programme_form_read(const BtVisit *visit)
{
    BtWeekly *programme = bt_weekly_new();
    gint64 weight = 1;
    if (bt_programme_form_knows_layout(visit, bt_visit_field(visit, "layout")))
        take(&programme->layout, bt_visit_field(visit, "layout"));
    for (gsize i = 0; i < G_N_ELEMENTS(classes); i++)
        if (strcmp(bt_visit_field(visit, "class"), classes[i]) == 0)
            take(&programme->cls, classes[i]);
    (void)bt_visit_number(bt_visit_field(visit, "weight"), 1, 100, &weight);
    programme->weight = (int)weight;
    take(&programme->from, bt_visit_field(visit, "from"));
    take(&programme->until, bt_visit_field(visit, "until"));
    for (guint i = 0; i < 7; i++) {
        g_autofree char *field = g_strdup_printf("day-%s", bt_weekly_day_name(i));
        if (bt_visit_field(visit, field)[0] != '\0')
            programme->days |= 1u << i;
    }
    read_zones(visit, programme);
    read_times(visit, programme);
    return programme;
}

static void read_screens(const BtVisit *visit, const char *area, BtJson *screens)
{
    g_autoptr(BtRows) rows = bt_db_query(visit->store->db, NULL,
        "SELECT id FROM screen WHERE area = ? AND retired_ms IS NULL ORDER BY id", "s", area);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        g_autofree char *field = g_strdup_printf("screen-%s", bt_rows_text(rows, 0));
        if (bt_visit_field(visit, field)[0] != '\0')
            bt_json_append_string(screens, bt_rows_text(rows, 0));
    }
}

BtJson *bt_programme_form_read_targets(const BtVisit *visit)
{
    g_autoptr(GPtrArray) areas = areas_of(visit);
    BtJson *targets = bt_json_new_object(), *names = bt_json_new_array(),
           *screens = bt_json_new_array();
    for (guint i = 0; i < areas->len; i++) {
        const char *area = g_ptr_array_index(areas, i);
        g_autofree char *field = g_strdup_printf("area-%s", area);
        if (bt_visit_field(visit, field)[0] != '\0')
            bt_json_append_string(names, area);
        read_screens(visit, area, screens);
    }
    bt_json_set(targets, "areas", names);
    bt_json_set(targets, "screens", screens);
    return targets;
}
