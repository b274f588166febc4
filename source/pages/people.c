/* All accounts of an administrator, and making one. */
#include "source/pages/html.h"
#include "source/pages/people-pieces.h"
#include "source/pages/person.h"
#include "source/pages/routes.h"

#include "base/error.h"
#include "source/desk/accounts.h"
#include "source/desk/grants.h"

#include <string.h>

#define READERS (1u << BT_ROLE_ADMINISTRATOR | 1u << BT_ROLE_AUDITOR)
#define ADMINISTRATORS (1u << BT_ROLE_ADMINISTRATOR)
#define MAX_ROWS 100 /* a page stays below 150 KB; who has more searches */

/* ---- the list ---- */

static void add_summary(GString *html, const BtVisit *visit, const BtAccount *account)
{
    g_autoptr(GPtrArray) grants = bt_grants_of(visit->store, account->name);
    for (guint i = 0; i < grants->len; i++) {
        const BtGranted *granted = g_ptr_array_index(grants, i);
        g_autofree char *area = bt_areas_name_at(visit->store, granted->area, visit->now_ms);
        bt_html_add(html, "%s%s · %s", i > 0 ? ", " : "", bt_people_role_words(granted->role),
            area != NULL ? area : granted->area);
    }
    if (grants->len == 0)
        bt_html_add(html, "%s", _("no role"));
}

static void add_row(GString *html, const BtVisit *visit, const BtAccount *account)
{
    bt_html_add(html, "<li><a href=\"/people/%s\">%s</a> <span class=\"fine\">%s</span>",
        account->name, *account->full_name != '\0' ? account->full_name : account->name,
        *account->full_name != '\0' ? account->name : "");
    g_string_append(html, "<span class=\"marks\">");
    bt_person_add_marks(html, visit, account);
    g_string_append(html, "</span><p class=\"fine\">");
    add_summary(html, visit, account);
    g_string_append(html, "</p></li>");
}

static void add_search(GString *html, const char *words)
{
    bt_html_add(html,
        "<form class=\"search\" method=\"get\" action=\"/people\" role=\"search\"><label>%s"
        "<input name=\"q\" type=\"search\" value=\"%s\" maxlength=\"64\"></label>"
        "<button class=\"quiet\">%s</button></form>",
        _("Name, or part of it"), words, _("Search"));
}

static void add_list(GString *html, const BtVisit *visit, const GPtrArray *accounts)
{
    if (accounts->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("There is no such account."));
    g_string_append(html, "<ul class=\"lines\">");
    for (guint i = 0; i < MIN(accounts->len, MAX_ROWS); i++)
        add_row(html, visit, g_ptr_array_index(accounts, i));
    g_string_append(html, "</ul>");
    if (accounts->len > MAX_ROWS)
        bt_html_add(html, "<p class=\"fine\">%s</p>",
            _("There are more: search for a name to see the others."));
}

static BtAnswered show_list(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, READERS, &answered))
        return answered;
    const char *words = bt_visit_argument(&visit, "q");
    g_autoptr(GPtrArray) areas = bt_roles_areas(visit.store, visit.user, READERS, visit.now_ms);
    g_autoptr(GPtrArray) accounts = bt_accounts_list(visit.store, areas, words, &error);
    if (accounts == NULL)
        return bt_visit_fail(&visit, g_steal_pointer(&error));
    GString *html = g_string_new(NULL);
    if (bt_visit_may(&visit, ADMINISTRATORS, NULL))
        bt_html_add(
            html, "<p><a class=\"button\" href=\"/people-new\">%s</a></p>", _("New account"));
    add_search(html, words);
    add_list(html, &visit, accounts);
    return bt_visit_page(&visit, BT_HTTP_OK, "people", _("Accounts"), html);
}

/* ---- a new one ---- */

static BtAnswered ask(BtVisit *visit, unsigned status, const char *message)
{
    GString *html = g_string_new(NULL);
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    bt_html_add(html, "<p>%s</p><form class=\"stack panel\" method=\"post\" action=\"/people\">",
        _("The person gets a link, and sets the password with it: nobody else ever knows it."));
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<label>%s<input name=\"full_name\" value=\"%s\" required maxlength=\"100\" "
        "autocomplete=\"off\"></label>"
        "<label>%s<input name=\"name\" value=\"%s\" required maxlength=\"64\" "
        "pattern=\"[A-Za-z0-9_\\-][A-Za-z0-9._\\-]*\" autocapitalize=\"none\" "
        "autocomplete=\"off\" spellcheck=\"false\"></label>",
        _("Full name"), bt_visit_field(visit, "full_name"),
        _("Name to sign in with: letters without marks, digits, dots"),
        bt_visit_field(visit, "name"));
    bt_people_add_areas(
        html, visit, "area", _("Area"), ADMINISTRATORS, bt_visit_field(visit, "area"), NULL);
    bt_people_add_roles(html, bt_visit_field(visit, "role"), TRUE);
    bt_html_add(html, "<button>%s</button></form>", _("Make the account and its link"));
    return bt_visit_page(visit, status, "people", _("New account"), html);
}

static BtAnswered show_new(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    return bt_visit_open(&visit, request, ADMINISTRATORS, &answered) ? ask(&visit, BT_HTTP_OK, NULL)
                                                                     : answered;
}

static const char *why_not(const GError *error)
{
    return g_error_matches(error, BT_ERROR, BT_ERROR_CONFLICT)
        ? _("There is an account of that name already. Choose another name to sign in with.")
        : g_error_matches(error, BT_ERROR, BT_ERROR_INVALID)
        ? _("A name to sign in with has letters without marks, digits, dots and dashes, at most "
            "64; a full name at most 100 letters.")
        : error->message;
}

static gboolean add(BtVisit *visit, const char *area, GError **error)
{
    const char *name = bt_visit_field(visit, "name");
    BtGrant grant = { .user = name, .area = area };
    return bt_accounts_add(visit->store, name, bt_visit_field(visit, "full_name"), area,
               visit->user, visit->now_ms, error) &&
        (!bt_role_parse(bt_visit_field(visit, "role"), &grant.role) ||
            bt_grants_give(visit->store, &grant, visit->user, visit->now_ms, error));
}

static BtAnswered make(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, ADMINISTRATORS, &answered))
        return answered;
    const char *area = bt_visit_field(&visit, "area");
    if (!bt_visit_may(&visit, ADMINISTRATORS, area))
        return bt_visit_refuse(&visit, BT_HTTP_FORBIDDEN, _("You do not administer that area."));
    if (!add(&visit, area, &error))
        return ask(&visit, BT_HTTP_CONFLICT, why_not(error));
    return bt_person_show_link(&visit, bt_visit_field(&visit, "name"));
}

const BtRoute bt_people_routes[] = {
    { "GET", "/people", BT_PART_NOTHING, "", 0, show_list },
    { "GET", "/people-new", BT_PART_NOTHING, "", 0, show_new },
    { "POST", "/people", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, make },
    { NULL },
};
