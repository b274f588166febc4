/* One account: its way in, its roles, its names, its end. What somebody may do in an area is given
 * by who administers that area; the account itself is managed only by who administers all of it. */
#include "source/pages/person.h"

#include "source/pages/html.h"
#include "source/pages/people-pieces.h"
#include "source/pages/routes.h"

#include "base/error.h"
#include "source/desk/doors.h"
#include "source/desk/grants.h"
#include "source/desk/second-factor.h"

#include <string.h>

#define READERS (1u << BT_ROLE_ADMINISTRATOR | 1u << BT_ROLE_AUDITOR)
#define ADMINISTRATORS (1u << BT_ROLE_ADMINISTRATOR)

/* ---- marks and links ---- */

void bt_person_add_marks(GString *html, const BtVisit *visit, const BtAccount *account)
{
    if (account->locked_until_ms > visit->now_ms) {
        bt_html_add(html, "<span class=\"mark bad\">%s ", _("Locked until"));
        bt_visit_add_time(html, visit, account->locked_until_ms);
        g_string_append(html, "</span>");
    }
    if (account->invited_until_ms > visit->now_ms) {
        bt_html_add(html, "<span class=\"mark warn\">%s ", _("Link stands until"));
        bt_visit_add_time(html, visit, account->invited_until_ms);
        g_string_append(html, "</span>");
    } else if (!account->has_password)
        bt_html_add(html, "<span class=\"mark warn\">%s</span>", _("No password yet"));
    if (account->has_authenticator)
        bt_html_add(html, "<span class=\"mark good\">%s</span>", _("Authenticator"));
}

BtAnswered bt_person_show_link(BtVisit *visit, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *token =
        bt_doors_invite(visit->store, name, visit->user, visit->now_ms, &error);
    if (token == NULL)
        return bt_visit_fail(visit, g_steal_pointer(&error));
    g_autofree char *path = g_strconcat("/invitation/", token, NULL);
    g_autofree char *address = bt_people_address(visit, path);
    GString *html = g_string_new(NULL);
    bt_html_add(html, "<section class=\"panel stack\"><p>%s <b>%s</b></p><p>%s</p>",
        _("Give this link to the person, and to nobody else:"), name,
        _("It counts once, for 72 hours, and is shown only now. A phone can read the code."));
    bt_people_add_qr(html, address, _("The link as a code"));
    bt_html_add(html,
        "<label>%s<input readonly value=\"%s\"></label>"
        "<p><a class=\"button\" href=\"/people/%s\">%s</a></p></section>",
        _("Link"), address, name, _("Go on"));
    return bt_visit_page(visit, BT_HTTP_OK, "people", _("One-time link"), html);
}

/* ---- the page ---- */

static void begin_form(GString *html, const BtVisit *visit, const BtAccount *account,
    const char *action, const char *css)
{
    bt_html_add(html, "<form class=\"%s\" method=\"post\" action=\"/people/%s/%s\">", css,
        account->name, action);
    bt_visit_add_token(html, visit);
}

static void add_button(GString *html, const BtVisit *visit, const BtAccount *account,
    const char *action, const char *words)
{
    begin_form(html, visit, account, action, "");
    bt_html_add(html, "<button class=\"quiet\">%s</button></form>", words);
}

static void add_way_in(GString *html, const BtVisit *visit, const BtAccount *account)
{
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2><p class=\"marks\">", _("Way in"));
    bt_person_add_marks(html, visit, account);
    bt_html_add(html, "</p><p class=\"fine\">%s</p><div class=\"buttons\">",
        _("With a link the person sets a new password. The old one holds until then."));
    add_button(html, visit, account, "link", _("Make a one-time link"));
    if (account->locked_until_ms > visit->now_ms)
        add_button(html, visit, account, "unlock", _("Unlock"));
    if (account->has_authenticator)
        add_button(html, visit, account, "forget-phone",
            _("Take the authenticator away (the phone is lost)"));
    g_string_append(html, "</div></section>");
}

static void add_deputies(GString *html, const BtVisit *visit, const BtAccount *account)
{
    g_autoptr(GPtrArray) areas =
        bt_roles_areas(visit->store, visit->user, ADMINISTRATORS, visit->now_ms);
    g_autoptr(GPtrArray) others = bt_accounts_list(visit->store, areas, "", NULL);
    bt_html_add(html, "<label>%s<select name=\"deputy_of\"><option value=\"\">%s</option>",
        _("In the place of"), _("nobody: the role is the person's own"));
    for (guint i = 0; others != NULL && i < MIN(others->len, 500u); i++) {
        const BtAccount *other = g_ptr_array_index(others, i);
        if (strcmp(other->name, account->name) != 0)
            bt_html_add(html, "<option value=\"%s\">%s</option>", other->name,
                *other->full_name != '\0' ? other->full_name : other->name);
    }
    bt_html_add(html, "</select></label><label>%s<input name=\"until\" type=\"date\"></label>",
        _("Until (last day; a deputy needs one)"));
}

static void add_roles(GString *html, const BtVisit *visit, const BtAccount *account)
{
    g_autoptr(GPtrArray) grants = bt_grants_of(visit->store, account->name);
    for (guint i = grants->len; i > 0; i--) {
        const BtGranted *granted = g_ptr_array_index(grants, i - 1);
        if (!bt_visit_may(visit, READERS, granted->area))
            g_ptr_array_remove_index(grants, i - 1);
    }
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("Roles"));
    if (grants->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>", _("No role in your areas."));
    bt_people_add_grants(html, visit, grants, account->name);
    if (bt_visit_may(visit, ADMINISTRATORS, NULL)) {
        bt_html_add(html, "<details><summary>%s</summary>", _("Give a role"));
        begin_form(html, visit, account, "give", "stack");
        bt_people_add_roles(html, "", FALSE);
        bt_people_add_areas(html, visit, "area", _("In the area, and all that lies in it"),
            ADMINISTRATORS, account->area, NULL);
        add_deputies(html, visit, account);
        bt_html_add(html, "<button>%s</button></form></details>", _("Give the role"));
    }
    g_string_append(html, "</section>");
}

static void add_words(GString *html, const BtVisit *visit, const BtAccount *account)
{
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("Names"));
    begin_form(html, visit, account, "names", "stack");
    bt_html_add(html,
        "<label>%s<input name=\"full_name\" value=\"%s\" maxlength=\"100\" "
        "autocomplete=\"off\"></label><label>%s<input name=\"email\" type=\"email\" value=\"%s\" "
        "maxlength=\"100\" autocomplete=\"off\"></label><button class=\"quiet\">%s</button></form>"
        "</section>",
        _("Full name"), account->full_name, _("E-mail for notifications"), account->email,
        _("Keep"));
}

static void add_end(GString *html, const BtVisit *visit, const BtAccount *account)
{
    bt_html_add(html, "<section class=\"panel\"><details><summary>%s</summary><p>%s</p>",
        _("Take the account away"),
        _("The person is signed out at once and gets in no more. Roles, and those of deputies, "
          "end. What was done stays in the audit log."));
    begin_form(html, visit, account, "remove", "");
    bt_html_add(html, "<button class=\"danger\">%s</button></form></details></section>",
        _("Take it away now"));
}

static BtAnswered answer(BtVisit *visit, unsigned status, const char *name, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtAccount) account = bt_accounts_find(visit->store, name, &error);
    if (account == NULL)
        return bt_visit_fail(visit, g_steal_pointer(&error));
    g_autofree char *area = bt_areas_name_at(visit->store, account->area, visit->now_ms);
    gboolean manages =
        bt_accounts_may_manage(visit->store, visit->user, account->name, visit->now_ms);
    GString *html = g_string_new(NULL);
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    bt_html_add(html, "<p class=\"fine\">%s · %s</p>", account->name, area != NULL ? area : "");
    if (manages)
        add_way_in(html, visit, account);
    else if (bt_visit_may(visit, ADMINISTRATORS, NULL))
        bt_html_add(html, "<p class=\"fine\">%s</p>",
            _("This account belongs to other areas too: its password and names are the matter of "
              "an administrator of all of them."));
    add_roles(html, visit, account);
    if (manages) {
        add_words(html, visit, account);
        if (strcmp(account->name, visit->user) != 0)
            add_end(html, visit, account);
    }
    return bt_visit_page(visit, status, "people",
        *account->full_name != '\0' ? account->full_name : account->name, html);
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    return bt_visit_open(&visit, request, READERS, &answered)
        ? answer(&visit, BT_HTTP_OK, request->name, NULL)
        : answered;
}

/* ---- what is done to it ---- */

/* Of a form about the account as such. */
static gboolean open_form(BtVisit *visit, BtRequest *request, BtAnswered *answered)
{
    if (!bt_visit_form(visit, request, ADMINISTRATORS, answered))
        return FALSE;
    if (bt_accounts_may_manage(visit->store, visit->user, request->name, visit->now_ms))
        return TRUE;
    *answered = bt_visit_refuse(
        visit, BT_HTTP_FORBIDDEN, _("You do not administer all areas of this account."));
    return FALSE;
}

static BtAnswered done(BtVisit *visit, gboolean ok, GError *error)
{
    g_autofree char *where = g_strconcat("/people/", visit->request->name, NULL);
    return ok ? bt_visit_go(visit, where, NULL) : bt_visit_fail(visit, error);
}

static BtAnswered make_link(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    return open_form(&visit, request, &answered) ? bt_person_show_link(&visit, request->name)
                                                 : answered;
}

static BtAnswered unlock(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_form(&visit, request, &answered))
        return answered;
    gboolean ok = bt_doors_unlock(visit.store, request->name, visit.user, visit.now_ms, &error);
    return done(&visit, ok, error);
}

static BtAnswered forget_phone(BtRequest *request)
{
    GError *error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_form(&visit, request, &answered))
        return answered;
    gboolean ok =
        bt_second_factor_clear(visit.store, request->name, visit.user, visit.now_ms, &error);
    return done(&visit, ok, error);
}

static BtAnswered set_words(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_form(&visit, request, &answered))
        return answered;
    if (bt_accounts_set_words(visit.store, request->name, bt_visit_field(&visit, "full_name"),
            bt_visit_field(&visit, "email"), visit.user, visit.now_ms, &error))
        return done(&visit, TRUE, NULL);
    return answer(&visit, BT_HTTP_BAD_REQUEST, request->name,
        _("A name and an address have at most 100 letters; an address has an @."));
}

static BtAnswered take_away(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!open_form(&visit, request, &answered))
        return answered;
    return bt_accounts_remove(visit.store, request->name, visit.user, visit.now_ms, &error)
        ? bt_visit_go(&visit, "/people", NULL)
        : bt_visit_fail(&visit, g_steal_pointer(&error));
}

const BtRoute bt_person_routes[] = {
    { "GET", "/people/", BT_PART_ID, "", 0, show },
    { "POST", "/people/", BT_PART_ID, "/link", BT_FORM_MAX_BYTES, make_link },
    { "POST", "/people/", BT_PART_ID, "/unlock", BT_FORM_MAX_BYTES, unlock },
    { "POST", "/people/", BT_PART_ID, "/forget-phone", BT_FORM_MAX_BYTES, forget_phone },
    { "POST", "/people/", BT_PART_ID, "/names", BT_FORM_MAX_BYTES, set_words },
    { "POST", "/people/", BT_PART_ID, "/remove", BT_FORM_MAX_BYTES, take_away },
    { NULL },
};
