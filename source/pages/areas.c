/* The tree of areas, and one area of it: what is called how, what lies where, what becomes part of
 * what. Whether one official is enough is said by who administers the area above, so that nobody
 * takes the second pair of eyes away from himself. */
#include "source/pages/html.h"
#include "source/pages/people-pieces.h"
#include "source/pages/routes.h"

#include "base/error.h"
#include "source/desk/areas.h"

#include <string.h>

#define READERS (1u << BT_ROLE_ADMINISTRATOR | 1u << BT_ROLE_AUDITOR)
#define ADMINISTRATORS (1u << BT_ROLE_ADMINISTRATOR)
#define MAX_ROWS 400 /* a page stays below 150 KB */

/* ---- lists ---- */

static void add_row(GString *html, const BtVisit *visit, const BtArea *area, guint indent)
{
    bt_html_add(html,
        "<li class=\"indent-%u\"><a href=\"/areas/%s\">%s</a> <span class=\"fine\">%s</span>",
        MIN(indent, 4u), area->id, area->name, bt_people_kind_words(area->kind));
    if (area->ended_ms != 0) {
        bt_html_add(html, " <span class=\"mark calm\">%s ", _("ended"));
        bt_visit_add_time(html, visit, area->ended_ms);
        g_string_append(html, "</span>");
    }
    if (area->one_official)
        bt_html_add(html, " <span class=\"mark warn\">%s</span>", _("one official"));
    g_string_append(html, "</li>");
}

/* Thôn and buôn are listed on the page of their commune. */
static gboolean is_listed(const BtVisit *visit, const BtArea *area)
{
    return bt_visit_may(visit, READERS, area->id) &&
        (area->kind != BT_AREA_VILLAGE || area->parent == NULL ||
            !bt_visit_may(visit, READERS, area->parent));
}

static BtAnswered show_list(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, READERS, &answered))
        return answered;
    g_autoptr(GPtrArray) areas = bt_areas_list(visit.store);
    GString *html = g_string_new(NULL);
    bt_html_add(html, "<p>%s</p><ul class=\"lines\">",
        _("A role that somebody has in an area holds in all areas that lie in it."));
    guint n = 0;
    for (guint i = 0; i < areas->len && n < MAX_ROWS; i++) {
        const BtArea *area = g_ptr_array_index(areas, i);
        if (is_listed(&visit, area)) {
            add_row(html, &visit, area, area->depth);
            n++;
        }
    }
    g_string_append(html, "</ul>");
    return bt_visit_page(&visit, BT_HTTP_OK, "areas", _("Areas"), html);
}

/* ---- one area ---- */

static void begin_form(GString *html, const BtVisit *visit, const BtArea *area, const char *action)
{
    bt_html_add(
        html, "<form class=\"stack\" method=\"post\" action=\"/areas/%s/%s\">", area->id, action);
    bt_visit_add_token(html, visit);
}

static void add_within(GString *html, const BtVisit *visit, const BtArea *area, gboolean manages)
{
    g_autoptr(GPtrArray) areas = bt_areas_list(visit->store);
    guint n = 0;
    bt_html_add(
        html, "<section class=\"panel\"><h2>%s</h2><ul class=\"lines\">", _("In this area"));
    for (guint i = 0; i < areas->len && n < MAX_ROWS; i++) {
        const BtArea *one = g_ptr_array_index(areas, i);
        if (g_strcmp0(one->parent, area->id) == 0) {
            add_row(html, visit, one, 0);
            n++;
        }
    }
    g_string_append(html, "</ul>");
    if (manages) {
        bt_html_add(html, "<details><summary>%s</summary>", _("Add an area"));
        begin_form(html, visit, area, "add");
        bt_html_add(html,
            "<label>%s<input name=\"name\" required maxlength=\"100\" autocomplete=\"off\"></label>"
            "<label>%s<select name=\"kind\">",
            _("Name"), _("Kind"));
        for (guint k = BT_AREA_REGION; k < BT_N_AREA_KINDS; k++)
            bt_html_add(html, "<option value=\"%s\"%s>%s</option>", bt_area_kind_name(k),
                k == MIN(area->kind + 1u, BT_AREA_VILLAGE) ? " selected" : "",
                bt_people_kind_words(k));
        bt_html_add(html, "</select></label><button>%s</button></form></details>", _("Add"));
    }
    g_string_append(html, "</section>");
}

static void add_names(GString *html, const BtVisit *visit, const BtArea *area, gboolean manages)
{
    g_autoptr(GPtrArray) names = bt_areas_former_names(visit->store, area->id);
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("Name"));
    g_string_append(html, "<ul class=\"lines\">");
    for (guint k = 0; k < names->len; k++) {
        const BtAreaName *former = g_ptr_array_index(names, k);
        bt_html_add(html, "<li>%s <span class=\"fine\">%s ", former->name, _("until"));
        bt_visit_add_time(html, visit, former->until_ms);
        g_string_append(html, "</span></li>");
    }
    g_string_append(html, "</ul>");
    if (manages) {
        begin_form(html, visit, area, "rename");
        bt_html_add(html,
            "<label>%s<input name=\"name\" value=\"%s\" required maxlength=\"100\" "
            "autocomplete=\"off\"></label><p class=\"fine\">%s</p>"
            "<button class=\"quiet\">%s</button></form>",
            _("New name"), area->name, _("Reports of earlier times keep the earlier name."),
            _("Rename"));
    }
    g_string_append(html, "</section>");
}

/* Who administers what is above; for the topmost area, itself. */
static gboolean may_above(const BtVisit *visit, const BtArea *area)
{
    return bt_visit_may(visit, ADMINISTRATORS, area->parent != NULL ? area->parent : area->id);
}

static void add_officials(GString *html, const BtVisit *visit, const BtArea *area)
{
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2><p>%s</p>", _("Approval"),
        area->one_official
            ? _("One official serves here: the author may approve, and it is marked visibly.")
            : _("What somebody wrote is approved by somebody else."));
    if (may_above(visit, area)) {
        begin_form(html, visit, area, "one-official");
        bt_html_add(html,
            "<input type=\"hidden\" name=\"on\" value=\"%s\"><button class=\"quiet\">%s</button>"
            "</form>",
            area->one_official ? "no" : "yes",
            area->one_official ? _("Ask for a second person from now on")
                               : _("Only one official serves here"));
    }
    g_string_append(html, "</section>");
}

static void add_merge(GString *html, const BtVisit *visit, const BtArea *area)
{
    if (area->parent == NULL || !may_above(visit, area))
        return;
    bt_html_add(html, "<section class=\"panel\"><details><summary>%s</summary><p>%s</p>",
        _("Merge into another area"),
        _("All that is in this area goes to the other one: screens, roles, notices, playlists, "
          "media, and the areas that lie in it. This area ends, and gets nothing new. Its history "
          "stays. This cannot be undone."));
    begin_form(html, visit, area, "merge");
    bt_people_add_areas(
        html, visit, "successor", _("Into the area"), ADMINISTRATORS, area->parent, area->id);
    bt_html_add(html,
        "<label class=\"check\"><input type=\"checkbox\" name=\"sure\" value=\"yes\" required> "
        "%s</label><button class=\"danger\">%s</button></form></details></section>",
        _("I have read what will happen"), _("Merge now"));
}

static BtAnswered answer(BtVisit *visit, unsigned status, const char *message)
{
    g_autoptr(GError) error = NULL;
    const char *id = visit->request->name;
    if (!bt_visit_may(visit, READERS, id))
        return bt_visit_refuse(visit, BT_HTTP_FORBIDDEN, _("You do not administer that area."));
    g_autoptr(BtArea) area = bt_areas_find(visit->store, id, &error);
    if (area == NULL)
        return bt_visit_fail(visit, g_steal_pointer(&error));
    gboolean manages = area->ended_ms == 0 && bt_visit_may(visit, ADMINISTRATORS, id);
    GString *html = g_string_new(NULL);
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    bt_html_add(html, "<p class=\"fine\">%s · %s</p>", bt_people_kind_words(area->kind), area->id);
    if (area->ended_ms != 0) {
        g_autofree char *name = bt_areas_name_at(visit->store, area->successor, visit->now_ms);
        bt_html_add(html, "<p class=\"message\">%s <a href=\"/areas/%s\">%s</a>, ",
            _("This area became part of"), area->successor, name != NULL ? name : "");
        bt_visit_add_time(html, visit, area->ended_ms);
        g_string_append(html, "</p>");
    }
    add_within(html, visit, area, manages);
    add_names(html, visit, area, manages);
    if (manages) {
        add_officials(html, visit, area);
        add_merge(html, visit, area);
    }
    return bt_visit_page(visit, status, "areas", area->name, html);
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    return bt_visit_open(&visit, request, READERS, &answered) ? answer(&visit, BT_HTTP_OK, NULL)
                                                              : answered;
}

/* ---- changes ---- */

/* Of somebody who administers the area, or where `above` is set the one that it lies in. */
static gboolean open_form(BtVisit *visit, BtRequest *request, gboolean above, BtAnswered *answered)
{
    if (!bt_visit_form(visit, request, ADMINISTRATORS, answered))
        return FALSE;
    g_autoptr(BtArea) area = bt_areas_find(visit->store, request->name, NULL);
    if (area != NULL &&
        (above ? may_above(visit, area) : bt_visit_may(visit, ADMINISTRATORS, area->id)))
        return TRUE;
    *answered = bt_visit_refuse(visit, BT_HTTP_FORBIDDEN, _("You do not administer that area."));
    return FALSE;
}

static BtAnswered done(BtVisit *visit, gboolean ok, const GError *error)
{
    g_autofree char *where = g_strconcat("/areas/", visit->request->name, NULL);
    if (ok)
        return bt_visit_go(visit, where, NULL);
    return answer(visit, BT_HTTP_CONFLICT,
        g_error_matches(error, BT_ERROR, BT_ERROR_INVALID)
            ? _("This does not work: a name has 1 to 100 letters, and an area becomes part of one "
                "beside or above it.")
            : g_error_matches(error, BT_ERROR, BT_ERROR_LIMIT)
            ? _("There is no room: the tree has at most 8 levels and 5,000 areas.")
            : _("This area, or the other one, is not there any more."));
}

static BtAnswered add(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;
    BtAreaKind kind;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_form(&visit, request, FALSE, &answered))
        return answered;
    if (!bt_area_kind_parse(bt_visit_field(&visit, "kind"), &kind))
        return answer(&visit, BT_HTTP_BAD_REQUEST, _("Choose a kind."));
    gboolean ok = bt_areas_add(visit.store, request->name, bt_visit_field(&visit, "name"), kind,
        visit.user, visit.now_ms, &id, &error);
    return done(&visit, ok, error);
}

static BtAnswered rename_area(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_form(&visit, request, FALSE, &answered))
        return answered;
    gboolean ok = bt_areas_rename(visit.store, request->name, bt_visit_field(&visit, "name"),
        visit.user, visit.now_ms, &error);
    return done(&visit, ok, error);
}

static BtAnswered set_one_official(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_form(&visit, request, TRUE, &answered))
        return answered;
    gboolean on = strcmp(bt_visit_field(&visit, "on"), "yes") == 0;
    gboolean ok =
        bt_areas_set_one_official(visit.store, request->name, on, visit.user, visit.now_ms, &error);
    return done(&visit, ok, error);
}

static BtAnswered merge(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_form(&visit, request, TRUE, &answered))
        return answered;
    const char *successor = bt_visit_field(&visit, "successor");
    if (!bt_visit_may(&visit, ADMINISTRATORS, successor))
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN, _("You do not administer that area."));
    if (strcmp(bt_visit_field(&visit, "sure"), "yes") != 0)
        return answer(&visit, BT_HTTP_BAD_REQUEST,
            _("Say that you have read what will happen: it cannot be undone."));
    gboolean ok =
        bt_areas_merge(visit.store, request->name, successor, visit.user, visit.now_ms, &error);
    return done(&visit, ok, error);
}

const BtRoute bt_area_routes[] = {
    { "GET", "/areas", BT_PART_NOTHING, "", 0, show_list },
    { "GET", "/areas/", BT_PART_ID, "", 0, show },
    { "POST", "/areas/", BT_PART_ID, "/add", BT_FORM_MAX_BYTES, add },
    { "POST", "/areas/", BT_PART_ID, "/rename", BT_FORM_MAX_BYTES, rename_area },
    { "POST", "/areas/", BT_PART_ID, "/one-official", BT_FORM_MAX_BYTES, set_one_official },
    { "POST", "/areas/", BT_PART_ID, "/merge", BT_FORM_MAX_BYTES, merge },
    { NULL },
};
