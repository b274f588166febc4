/* One's own account: what it may do, its password, its authenticator. */
#include "source/pages/html.h"
#include "source/pages/people-pieces.h"
#include "source/pages/routes.h"
#include "source/pages/sign-in.h"

#include "base/error.h"
#include "source/desk/accounts.h"
#include "source/desk/doors.h"
#include "source/desk/grants.h"
#include "source/desk/second-factor.h"
#include "source/store/users.h"

#include <string.h>

static void add_roles(GString *html, const BtVisit *visit)
{
    g_autoptr(GPtrArray) grants = bt_grants_of(visit->store, visit->user);
    bt_html_add(html, "<section class=\"panel\"><h2>%s</h2>", _("What you may do"));
    if (grants->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>",
            _("Nothing yet: your administrator gives you a role."));
    bt_people_add_grants(html, visit, grants, NULL);
    g_string_append(html, "</section>");
}

static void add_password(GString *html, const BtVisit *visit)
{
    bt_html_add(html,
        "<section class=\"panel\"><h2>%s</h2><p class=\"fine\">%s</p>"
        "<form class=\"stack\" method=\"post\" action=\"/account/password\">",
        _("Another password"), _("You stay signed in here, and are signed out everywhere else."));
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"user\" value=\"%s\">"
        "<label>%s<input name=\"old\" type=\"password\" required maxlength=\"1024\" "
        "autocomplete=\"current-password\"></label>"
        "<label>%s<input name=\"password\" type=\"password\" required minlength=\"10\" "
        "maxlength=\"1024\" autocomplete=\"new-password\"></label>"
        "<label>%s<input name=\"again\" type=\"password\" required minlength=\"10\" "
        "maxlength=\"1024\" autocomplete=\"new-password\"></label>"
        "<button>%s</button></form></section>",
        visit->user, _("Password until now"), _("New password, at least 10 letters"),
        _("The same once more"), _("Change the password"));
}

static void add_second_factor(GString *html, const BtVisit *visit)
{
    if (!bt_second_factor_is_set(visit->store, visit->user))
        return;
    g_autofree char *left =
        g_strdup_printf("%u", bt_second_factor_codes_left(visit->store, visit->user));
    bt_html_add(html,
        "<section class=\"panel\"><h2>%s</h2><p>%s <b>%s</b></p>"
        "<form class=\"stack\" method=\"post\" action=\"/account/codes\">",
        _("Authenticator"), _("Recovery codes that are left:"), left);
    bt_visit_add_token(html, visit);
    bt_html_add(html,
        "<label>%s<input name=\"old\" type=\"password\" required maxlength=\"1024\" "
        "autocomplete=\"current-password\"></label><button class=\"quiet\">%s</button></form>"
        "</section>",
        _("Your password"), _("Make new recovery codes, the old ones end"));
}

static BtAnswered answer(BtVisit *visit, unsigned status, const char *message)
{
    GString *html = g_string_new(NULL);
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    add_roles(html, visit);
    add_password(html, visit);
    add_second_factor(html, visit);
    return bt_visit_page(visit, status, "", _("Your account"), html);
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    return bt_visit_open(&visit, request, BT_ANYBODY, &answered) ? answer(&visit, BT_HTTP_OK, NULL)
                                                                 : answered;
}

/* Who finds an open session must not make it his own: the password is asked for, and guessing it
 * here counts as at the door. */
static gboolean knows_password(BtVisit *visit, BtAnswered *answered)
{
    if (bt_sign_in_must_wait(visit, visit->user, "", answered))
        return FALSE;
    if (bt_users_check(visit->store, visit->user, bt_visit_field(visit, "old")))
        return TRUE;
    bt_sign_in_failed(visit, visit->user);
    *answered = answer(visit, BT_HTTP_FORBIDDEN, _("That is not your password of until now."));
    return FALSE;
}

static BtAnswered set_password(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_ANYBODY, &answered) ||
        !knows_password(&visit, &answered))
        return answered;
    const char *password = bt_visit_field(&visit, "password");
    if (strcmp(password, bt_visit_field(&visit, "again")) != 0)
        return answer(&visit, BT_HTTP_BAD_REQUEST, _("The two passwords are not the same."));
    if (bt_doors_set_password(visit.store, visit.user, password, visit.now_ms, &error))
        return bt_sign_in_finish(&visit, visit.user, "/account");
    return g_error_matches(error, BT_ERROR, BT_ERROR_INVALID)
        ? answer(&visit, BT_HTTP_BAD_REQUEST,
              _("A password has at least 10 letters, and 1,000 at the most."))
        : bt_visit_fail(&visit, g_steal_pointer(&error));
}

static BtAnswered make_codes(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_ANYBODY, &answered) ||
        !knows_password(&visit, &answered))
        return answered;
    if (!bt_second_factor_is_set(visit.store, visit.user))
        return bt_visit_go(&visit, "/account", NULL);
    g_autoptr(GPtrArray) codes =
        bt_second_factor_new_codes(visit.store, visit.user, visit.now_ms, &error);
    if (codes == NULL)
        return bt_visit_fail(&visit, g_steal_pointer(&error));
    GString *html = g_string_new(NULL);
    bt_people_add_codes(html, codes);
    bt_html_add(
        html, "<p><a class=\"button\" href=\"/account\">%s</a></p>", _("I have them: go on"));
    return bt_visit_page(&visit, BT_HTTP_OK, "", _("Recovery codes"), html);
}

const BtRoute bt_account_routes[] = {
    { "GET", "/account", BT_PART_NOTHING, "", 0, show },
    { "POST", "/account/password", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, set_password },
    { "POST", "/account/codes", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, make_codes },
    { NULL },
};
