/* One-time links: whoever opens one sets the password of its account. The link itself is the proof,
 * so no session is asked for, and none begins: the way in is the sign-in, with its second step. */
#include "source/pages/html.h"
#include "source/pages/routes.h"
#include "source/pages/visit.h"

#include "base/error.h"
#include "base/password.h"
#include "source/desk/doors.h"

#include <string.h>

static BtAnswered gone(BtVisit *visit)
{
    return bt_visit_refuse(visit, BT_HTTP_NOT_FOUND,
        _("This link was used already, or its time is up. Ask your administrator for a new one."));
}

static BtAnswered ask(BtVisit *visit, const char *user, unsigned status, const char *message)
{
    GString *html = g_string_new("<div class=\"door\">");
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    bt_html_add(html,
        "<p>%s</p><form method=\"post\" action=\"/invitation/%s\">"
        "<label>%s<input name=\"user\" value=\"%s\" readonly autocomplete=\"username\"></label>"
        "<label>%s<input name=\"password\" type=\"password\" required minlength=\"10\" "
        "maxlength=\"1024\" autocomplete=\"new-password\"></label>"
        "<label>%s<input name=\"again\" type=\"password\" required minlength=\"10\" "
        "maxlength=\"1024\" autocomplete=\"new-password\"></label>"
        "<p class=\"fine\">%s</p><button>%s</button></form></div>",
        _("Set the password of your account. This link counts once."), visit->request->name,
        _("Account"), user, _("New password"), _("The same once more"),
        _("At least 10 letters. Three words that do not belong together are easy to keep in mind "
          "and hard to guess."),
        _("Set the password"));
    return bt_visit_page(visit, status, "", _("Your account"), html);
}

static BtAnswered show(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_stranger(&visit, request, &answered))
        return answered;
    g_autofree char *user = bt_doors_invited(visit.store, request->name, visit.now_ms);
    return user != NULL ? ask(&visit, user, BT_HTTP_OK, NULL) : gone(&visit);
}

static BtAnswered accept(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_stranger(&visit, request, &answered))
        return answered;
    g_autofree char *user = bt_doors_invited(visit.store, request->name, visit.now_ms);
    const char *password = bt_visit_field(&visit, "password");
    if (user == NULL)
        return gone(&visit);
    if (strcmp(password, bt_visit_field(&visit, "again")) != 0)
        return ask(&visit, user, BT_HTTP_BAD_REQUEST, _("The two passwords are not the same."));
    if (bt_doors_accept(visit.store, request->name, password, visit.now_ms, &error)) {
        bt_sessions_succeeded(request->server->sessions, user, bt_peer_address(request->peer));
        return bt_visit_go(&visit, "/sign-in", NULL);
    }
    if (g_error_matches(error, BT_ERROR, BT_ERROR_INVALID))
        return ask(&visit, user, BT_HTTP_BAD_REQUEST,
            _("A password has at least 10 letters, and 1,000 at the most."));
    return g_error_matches(error, BT_ERROR, BT_ERROR_NOT_FOUND)
        ? gone(&visit)
        : bt_visit_fail(&visit, g_steal_pointer(&error));
}

const BtRoute bt_invitation_routes[] = {
    { "GET", "/invitation/", BT_PART_HASH, "", 0, show },
    { "POST", "/invitation/", BT_PART_HASH, "", BT_FORM_MAX_BYTES, accept },
    { NULL },
};
