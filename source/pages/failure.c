/* What a page says of an error, by what somebody can do about it. */
#include "source/pages/html.h"
#include "source/pages/routes.h"
#include "source/pages/visit.h"

#include "base/error.h"

/* What to do about an error whose own words are for whoever runs the server. */
static const char *words_of(const GError *error)
{
    switch (error->domain == BT_ERROR ? error->code : BT_ERROR_IO) {
    case BT_ERROR_NOT_FOUND:
        return _("It is not there, or is no more. Go back and open the list anew.");
    case BT_ERROR_CONFLICT:
        return _("As things stand now this cannot be done: somebody may have been faster. Go back, "
                 "open the page anew and look.");
    case BT_ERROR_DENIED:
        return _("Your account may not do this here.");
    case BT_ERROR_LIMIT:
        return _("That is too much or too long. Go back and make it less.");
    case BT_ERROR_IO:
        return _("The server could not do it. Try again in a minute; if it stays so, tell your "
                 "administrator the line below.");
    default:
        return _("Something is missing, or not as it must be. Go back and look at each field.");
    }
}

/* A sentence in Vietnamese is never ASCII: what is has no words of theirs yet. */
static BtAnswered refuse_for(BtVisit *visit, unsigned status, const GError *error)
{
    if (visit->english || visit->is_plain || !g_str_is_ascii(error->message))
        return bt_visit_refuse(visit, status, error->message);
    GString *html = g_string_new(NULL);
    bt_html_add(html,
        "<p class=\"message\" role=\"alert\">%s</p><p class=\"fine\" lang=\"en\">%s</p>",
        words_of(error), error->message);
    return bt_visit_page(visit, status, "", _("This did not work"), html);
}

BtAnswered bt_visit_fail(BtVisit *visit, GError *error)
{
    gboolean is_known = error->domain == BT_ERROR;
    unsigned status = !is_known             ? BT_HTTP_INTERNAL_SERVER_ERROR
        : error->code == BT_ERROR_NOT_FOUND ? BT_HTTP_NOT_FOUND
        : error->code == BT_ERROR_CONFLICT  ? BT_HTTP_CONFLICT
        : error->code == BT_ERROR_DENIED    ? BT_HTTP_FORBIDDEN
        : error->code == BT_ERROR_IO        ? BT_HTTP_INTERNAL_SERVER_ERROR
                                            : BT_HTTP_BAD_REQUEST;
    BtAnswered answered = refuse_for(visit, status, error);
    g_error_free(error);
    return answered;
}

/* With the navigation for whoever is signed in. */
BtAnswered bt_lost_page(BtRequest *request)
{
    g_auto(BtVisit) visit = { NULL };
    BtAnswered answered;
    gboolean is_known = bt_sessions_find(request->server->sessions, bt_visit_cookie_token(request),
                            bt_server_mono_ms()) != NULL;
    if (is_known ? !bt_visit_open(&visit, request, BT_ANYBODY, &answered)
                 : !bt_visit_stranger(&visit, request, &answered))
        return answered;
    GString *html = g_string_new(NULL);
    bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p><p><a href=\"/\">%s</a></p>",
        _("There is no page at this address. It may be mistyped, or from an old message."),
        _("To the first page"));
    return bt_visit_page(&visit, BT_HTTP_NOT_FOUND, "", _("Page not found"), html);
}
