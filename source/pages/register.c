/* The register of boards: the list, and a sheet for each. */
#include "source/pages/routes.h"

#include "base/error.h"
#include "source/desk/period.h"
#include "source/desk/register.h"
#include "source/pages/html.h"
#include "source/pages/tables.h"
#include "source/pages/visit.h"

#include <string.h>

#define MAY_READ ((1u << BT_N_ROLES) - 1)
#define MAY_WRITE (1u << BT_ROLE_OPERATOR | 1u << BT_ROLE_ADMINISTRATOR)

/* ---- the list ---- */

static void add_entry(GString *html, const BtBoardEntry *entry)
{
    bt_html_add(html, "<li><div><a href=\"/register/%s\"><b>%s</b></a><p class=\"fine\">%s",
        entry->screen, entry->name, entry->area_name);
    if (*entry->place != '\0')
        bt_html_add(html, " · %s", entry->place);
    g_autofree char *counts =
        g_strdup_printf(_("faults: %d, repairs: %d"), (int)entry->n_faults, (int)entry->n_repairs);
    bt_html_add(html, "</p></div><span>%s</span><span class=\"fine\">%s</span></li>",
        entry->retired_ms > 0 ? _("retired") : bt_condition_words(entry->condition), counts);
}

static BtAnswered show_list(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, MAY_READ, &answered))
        return answered;
    g_autofree char *area = bt_tables_area(&visit, MAY_READ, bt_visit_argument(&visit, "area"));
    g_autoptr(GPtrArray) entries =
        bt_register_list(visit.store, area != NULL ? area : "", visit.now_ms, &error);
    if (entries == NULL)
        return bt_visit_fail(&visit, g_steal_pointer(&error));
    GString *html = g_string_new("<div class=\"stack\"><section class=\"panel\">"
                                 "<form method=\"get\" action=\"/register\" class=\"row\">");
    bt_tables_add_areas(html, &visit, MAY_READ, _("Area"), area != NULL ? area : "");
    bt_html_add(html,
        "<button class=\"quiet\">%s</button>"
        "<button class=\"quiet\" formaction=\"/register.csv\">%s</button></form><ul "
        "class=\"rows\">",
        _("Show"), _("File for spreadsheets"));
    for (guint i = 0; i < entries->len && i < 5 * BT_TABLE_ROWS_SHOWN; i++)
        add_entry(html, g_ptr_array_index(entries, i));
    g_string_append(html, "</ul>");
    if (entries->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("There is no board in this area."));
    g_string_append(html, "</section></div>");
    return bt_visit_page(&visit, BT_HTTP_OK, "reports", _("Register of boards"), html);
}

static BtAnswered send_csv(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, MAY_READ, &answered))
        return answered;
    g_autofree char *area = bt_tables_area(&visit, MAY_READ, bt_visit_argument(&visit, "area"));
    g_autoptr(GPtrArray) entries =
        bt_register_list(visit.store, area != NULL ? area : "", visit.now_ms, &error);
    if (entries == NULL)
        return bt_visit_fail(&visit, g_steal_pointer(&error));
    g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func((GDestroyNotify)bt_table_free);
    g_ptr_array_add(tables, bt_register_table(entries));
    return bt_tables_answer_csv(request, tables, "bangtin-register");
}

/* ---- a sheet ---- */

static void add_field(GString *html, const char *label, const char *type, const char *name,
    const char *value, guint max)
{
    g_autofree char *length = g_strdup_printf("%u", max);
    bt_html_add(html,
        "<label>%s<input type=\"%s\" name=\"%s\" value=\"%s\" maxlength=\"%s\"></label>", label,
        type, name, value, length);
}

static void add_millimetres(GString *html, const char *label, const char *name, gint64 value)
{
    g_autofree char *text = value > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, value) : g_strdup("");
    bt_html_add(html,
        "<label>%s<input type=\"number\" name=\"%s\" value=\"%s\" min=\"0\" max=\"100000\" "
        "inputmode=\"numeric\"></label>",
        label, name, text);
}

static void add_conditions(GString *html, BtCondition chosen)
{
    bt_html_add(html, "<label>%s<select name=\"condition\">", _("Condition"));
    for (guint i = 0; i < BT_N_CONDITIONS; i++) {
        bt_html_add(html, "<option value=\"%s\"", bt_condition_name(i));
        g_string_append(html, i == chosen ? " selected>" : ">");
        bt_html_add(html, "%s</option>", bt_condition_words(i));
    }
    g_string_append(html, "</select></label>");
}

static void add_sheet(GString *html, const BtVisit *visit, const BtBoardEntry *entry)
{
    bt_html_add(html,
        "<section class=\"panel\"><h2>%s</h2><form method=\"post\" action=\"/register/%s\">",
        _("What stands there"), entry->screen);
    bt_visit_add_token(html, visit);
    g_string_append(html, "<div class=\"fields\">");
    add_field(html, _("Kind (on a wall, on a pole, indoors …)"), "text", "kind", entry->kind,
        BT_REGISTER_WORD_MAX);
    add_field(html, _("Maker and model"), "text", "maker", entry->maker, BT_REGISTER_WORD_MAX);
    add_field(html, _("Installed on"), "date", "installed", entry->installed_on, 10);
    add_millimetres(html, _("Width, mm"), "width", entry->width_mm);
    add_millimetres(html, _("Height, mm"), "height", entry->height_mm);
    add_conditions(html, entry->condition);
    bt_html_add(html,
        "</div><label>%s<textarea name=\"note\" rows=\"3\" maxlength=\"1000\">%s</textarea></label>"
        "<button>%s</button></form></section>",
        _("Note"), entry->note, _("Save"));
}

static void add_repair_form(GString *html, const BtVisit *visit, const BtBoardEntry *entry)
{
    bt_html_add(html, "<h3>%s</h3><form method=\"post\" action=\"/register/%s/repairs\">",
        _("Note a repair"), entry->screen);
    bt_visit_add_token(html, visit);
    g_string_append(html, "<div class=\"fields\">");
    add_field(html, _("Day"), "date", "day", "", 10);
    add_field(html, _("By whom"), "text", "by", "", BT_REGISTER_WORD_MAX);
    bt_html_add(html,
        "</div><label>%s<textarea name=\"what\" rows=\"2\" maxlength=\"1000\" required></textarea>"
        "</label><button class=\"quiet\">%s</button></form>",
        _("What was done"), _("Add"));
}

static void add_repairs(
    GString *html, const BtVisit *visit, const BtBoardEntry *entry, gboolean may)
{
    g_autoptr(GPtrArray) repairs = bt_register_repairs(visit->store, entry->screen);
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("Repairs"));
    if (repairs->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("None is noted."));
    g_string_append(html, "<ul class=\"rows\">");
    for (guint i = 0; i < repairs->len && i < BT_TABLE_ROWS_SHOWN; i++) {
        const BtRepair *repair = g_ptr_array_index(repairs, i);
        g_autofree char *day = bt_period_day_words(repair->on_day);
        bt_html_add(html, "<li><b>%s</b><span>%s</span><span class=\"fine\">%s</span></li>", day,
            repair->what, repair->by_whom);
    }
    g_string_append(html, "</ul>");
    if (may)
        add_repair_form(html, visit, entry);
    g_string_append(html, "</section>");
}

static BtAnswered answer_sheet(
    BtVisit *visit, unsigned status, const BtBoardEntry *entry, const char *message)
{
    gboolean may = bt_visit_may(visit, MAY_WRITE, entry->area);
    GString *html = g_string_new("<div class=\"stack\">");
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    bt_html_add(html,
        "<p><a href=\"/register?area=%s\">%s</a> · <a href=\"/screens/%s\">%s</a></p>", entry->area,
        _("Register of boards"), entry->screen, _("What is on this screen"));
    if (may)
        add_sheet(html, visit, entry);
    add_repairs(html, visit, entry, may);
    g_string_append(html, "</div>");
    return bt_visit_page(visit, status, "reports", entry->name, html);
}

/* The entry of the path, where the person may see it; what is of another area is not there. */
static BtBoardEntry *find_entry(BtVisit *visit, guint roles, BtAnswered *answered)
{
    g_autoptr(BtBoardEntry) entry =
        bt_register_find(visit->store, visit->request->name, visit->now_ms, NULL);
    if (entry != NULL && bt_visit_may(visit, roles, entry->area))
        return g_steal_pointer(&entry);
    *answered = bt_visit_refuse(visit, BT_HTTP_NOT_FOUND, _("There is no such board."));
    return NULL;
}

static BtAnswered show_sheet(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, MAY_READ, &answered))
        return answered;
    g_autoptr(BtBoardEntry) entry = find_entry(&visit, MAY_READ, &answered);
    return entry != NULL ? answer_sheet(&visit, BT_HTTP_OK, entry, NULL) : answered;
}

/* ---- changes ---- */

static void take(char **member, const char *text)
{
    g_free(*member);
    *member = g_strdup(text);
}

static gboolean take_number(const char *text, gint64 *number)
{
    *number = 0;
    return *text == '\0' || bt_visit_number(text, 0, BT_REGISTER_MM_MAX, number);
}

static gboolean read_sheet(const BtVisit *visit, BtBoardEntry *entry)
{
    take(&entry->kind, bt_visit_field(visit, "kind"));
    take(&entry->maker, bt_visit_field(visit, "maker"));
    take(&entry->installed_on, bt_visit_field(visit, "installed"));
    take(&entry->note, bt_visit_text(visit, "note"));
    return bt_condition_parse(bt_visit_field(visit, "condition"), &entry->condition) &&
        take_number(bt_visit_field(visit, "width"), &entry->width_mm) &&
        take_number(bt_visit_field(visit, "height"), &entry->height_mm);
}

static BtAnswered go_back(BtVisit *visit, const char *screen)
{
    g_autofree char *where = g_strconcat("/register/", screen, NULL);
    return bt_visit_go(visit, where, NULL);
}

static const char *not_kept(void)
{
    return _("This could not be kept. A day is complete, a size is in millimetres up to 100 000, a "
             "text has at most 1000 characters.");
}

static BtAnswered set_sheet(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, MAY_WRITE, &answered))
        return answered;
    g_autoptr(BtBoardEntry) entry = find_entry(&visit, MAY_WRITE, &answered);
    if (entry == NULL)
        return answered;
    return read_sheet(&visit, entry) && bt_register_set(visit.store, entry, NULL) &&
            bt_visit_note(&visit, NULL, "register of screen %s set", entry->screen)
        ? go_back(&visit, entry->screen)
        : answer_sheet(&visit, BT_HTTP_BAD_REQUEST, entry, not_kept());
}

static BtAnswered add_repair(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, MAY_WRITE, &answered))
        return answered;
    g_autoptr(BtBoardEntry) entry = find_entry(&visit, MAY_WRITE, &answered);
    if (entry == NULL)
        return answered;
    const BtRepair repair = { .on_day = (char *)bt_visit_field(&visit, "day"),
        .what = (char *)bt_visit_text(&visit, "what"),
        .by_whom = (char *)bt_visit_field(&visit, "by"),
        .user = (char *)visit.user };
    return bt_register_add_repair(visit.store, entry->screen, &repair, visit.now_ms, NULL) &&
            bt_visit_note(&visit, NULL, "repair of screen %s noted", entry->screen)
        ? go_back(&visit, entry->screen)
        : answer_sheet(&visit, BT_HTTP_BAD_REQUEST, entry, not_kept());
}

const BtRoute bt_register_routes[] = {
    { "GET", "/register", BT_PART_NOTHING, "", 0, show_list },
    { "GET", "/register.csv", BT_PART_NOTHING, "", 0, send_csv },
    { "GET", "/register/", BT_PART_ID, "", 0, show_sheet },
    { "POST", "/register/", BT_PART_ID, "", BT_FORM_MAX_BYTES, set_sheet },
    { "POST", "/register/", BT_PART_ID, "/repairs", BT_FORM_MAX_BYTES, add_repair },
    { NULL },
};
