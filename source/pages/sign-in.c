#include "source/pages/sign-in.h"

#include "source/desk/doors.h"
#include "source/desk/second-factor.h"
#include "source/desk/totp.h"
#include "source/pages/html.h"
#include "source/pages/plain.h"
#include "source/pages/routes.h"
#include "source/pages/sign.h"
#include "source/store/users.h"

#include <string.h>

/* ---- the page ---- */

BtAnswered bt_sign_in_ask(
    BtVisit *visit, unsigned status, const char *message, const char *user, const char *next)
{
    GString *html = g_string_new("<div class=\"door\">");
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    g_string_append(html, "<form method=\"post\" action=\"/sign-in\">");
    if (bt_visit_is_way(next))
        bt_html_add(html, "<input type=\"hidden\" name=\"next\" value=\"%s\">", next);
    bt_html_add(html,
        "<label>%s<input name=\"user\" value=\"%s\" required maxlength=\"64\" "
        "autocapitalize=\"none\" autocomplete=\"username\" spellcheck=\"false\"></label>"
        "<label>%s<input name=\"password\" type=\"password\" required maxlength=\"1024\" "
        "autocomplete=\"current-password\"></label><button>%s</button></form>"
        "<p class=\"fine\">%s</p></div>",
        _("Account"), user, _("Password"), _("Sign in"),
        _("Forgotten the password? Your administrator gives you a link to set a new one."));
    bt_sign_add_check(html);
    return bt_visit_page(visit, status, "", _("Sign in"), html);
}

/* Why somebody who was signed in is asked again; NULL: nobody was. */
static const char *why_again(BtVisit *visit)
{
    if (*bt_visit_argument(visit, "over") != '\0')
        return _("You are no longer signed in: half an hour went by unused, or the session came to "
                 "its end. What you pressed last was not done. Sign in and do it again.");
    if (*bt_visit_argument(visit, "changed") != '\0')
        return _("You are signed out since how your account signs in has changed: its password, or "
                 "a role that needs a code from your phone. Sign in again.");
    return NULL;
}

static BtAnswered show_sign_in(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_stranger(&visit, request, &answered))
        return answered;
    return bt_sessions_find(request->server->sessions, bt_visit_cookie_token(request),
               bt_server_mono_ms()) != NULL
        ? bt_visit_go(&visit, "/", NULL)
        : bt_sign_in_ask(
              &visit, BT_HTTP_OK, why_again(&visit), "", bt_visit_argument(&visit, "next"));
}

/* ---- guessing ---- */

static int wait_s(const BtVisit *visit, const char *user)
{
    const BtRequest *request = visit->request;
    gint64 until_ms = bt_doors_locked_until(visit->store, user, visit->now_ms);
    int locked_s = until_ms > 0 ? (int)((until_ms - visit->now_ms + 999) / 1000) : 0;
    return MAX(locked_s,
        bt_sessions_wait_s(
            request->server->sessions, user, bt_peer_address(request->peer), bt_server_mono_ms()));
}

/* "40 seconds", "15 minutes" (transfer full) */
static char *span_words(int seconds)
{
    int minutes = (seconds + 59) / 60;
    return seconds < 60
        ? g_strdup_printf(dngettext("bangtin", "%d second", "%d seconds", (gulong)seconds), seconds)
        : g_strdup_printf(
              dngettext("bangtin", "%d minute", "%d minutes", (gulong)minutes), minutes);
}

gboolean bt_sign_in_must_wait(
    BtVisit *visit, const char *user, const char *next, BtAnswered *answered)
{
    int seconds = wait_s(visit, user);
    if (seconds == 0)
        return FALSE;
    g_autofree char *span = span_words(seconds);
    g_autofree char *message =
        g_strdup_printf(_("Too many wrong attempts. Try again in %s."), span);
    *answered = bt_sign_in_ask(visit, BT_HTTP_TOO_MANY_REQUESTS, message, user, next);
    return TRUE;
}

void bt_sign_in_failed(BtVisit *visit, const char *user)
{
    const char *address = bt_peer_address(visit->request->peer);
    bt_sessions_failed(visit->request->server->sessions, user, address, bt_server_mono_ms());
    bt_doors_failed(visit->store, user, address, visit->now_ms);
}

/* ---- signing in and out ---- */

char *bt_sign_in_begin(BtVisit *visit, const char *user)
{
    char token[BT_TOKEN_HEX_SIZE];
    BtRequest *request = visit->request;
    BtSessions *sessions = request->server->sessions;
    g_autofree char *who = g_strdup(user), *stamp = bt_doors_stamp(visit->store, user);
    bt_sessions_succeeded(sessions, who, bt_peer_address(request->peer));
    bt_doors_succeeded(visit->store, who);
    bt_sessions_end(sessions, bt_visit_cookie_token(request));
    bt_sessions_begin(sessions, who, stamp, bt_server_mono_ms(), token);
    bt_store_note(visit->store, visit->now_ms, who, "signed in", NULL);
    visit->session = bt_sessions_find(sessions, token, bt_server_mono_ms());
    visit->user = visit->session->user;
    return bt_visit_cookie(request, token, FALSE);
}

BtAnswered bt_sign_in_finish(BtVisit *visit, const char *user, const char *next)
{
    g_autofree char *cookie = bt_sign_in_begin(visit, user);
    return bt_visit_go(visit, bt_visit_is_way(next) ? next : "/", cookie);
}

/* The password was right: who has, or needs, a second factor is asked for it. A program shows
 * nobody how to set one up. */
static BtAnswered ask_second(BtVisit *visit, const char *user, const char *next)
{
    char token[BT_TOKEN_HEX_SIZE];
    BtRequest *request = visit->request;
    BtSessions *sessions = request->server->sessions;
    gboolean is_set = bt_second_factor_is_set(visit->store, user);
    g_autofree char *stamp = bt_doors_stamp(visit->store, user);
    g_autofree char *secret = is_set ? NULL : bt_totp_new_secret();
    if (visit->is_plain && !is_set)
        return bt_visit_refuse(visit, BT_HTTP_FORBIDDEN,
            _("This account needs an authenticator: sign in with a browser once and set it up."));
    bt_sessions_end(sessions, bt_visit_cookie_token(request));
    bt_sessions_begin_half(sessions, user, stamp, secret, bt_server_mono_ms(), token);
    g_autofree char *cookie = bt_visit_cookie(request, token, FALSE);
    if (visit->is_plain)
        return bt_plain_second_step(visit, "/sign-in/code",
            bt_sessions_find_half(sessions, token, bt_server_mono_ms())->form_token, cookie);
    g_autofree char *where =
        bt_visit_is_way(next) ? g_strconcat("/sign-in/code?next=", next, NULL) : NULL;
    return bt_visit_go(visit, where != NULL ? where : "/sign-in/code", cookie);
}

static BtAnswered let_in(BtVisit *visit, const char *user, const char *next)
{
    return bt_second_factor_is_set(visit->store, user) ||
            bt_second_factor_is_needed(visit->store, user, visit->now_ms)
        ? ask_second(visit, user, next)
        : bt_sign_in_finish(visit, user, next);
}

static BtAnswered sign_in(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_stranger(&visit, request, &answered))
        return answered;
    const char *user = bt_visit_field(&visit, "user"), *next = bt_visit_field(&visit, "next");
    if (strlen(user) > 64)
        return bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "not a form of this page");
    if (bt_sign_in_must_wait(&visit, user, next, &answered))
        return answered;
    if (bt_users_check(visit.store, user, bt_visit_field(&visit, "password")))
        return let_in(&visit, user, next);
    bt_sign_in_failed(&visit, user);
    return bt_sign_in_ask(&visit, BT_HTTP_FORBIDDEN,
        _("This account and password do not belong together."), user, next);
}

static BtAnswered sign_out(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, BT_ANYBODY, &answered))
        return answered;
    g_autofree char *cookie = bt_visit_cookie(request, "", TRUE);
    bt_sessions_end(request->server->sessions, bt_visit_cookie_token(request));
    return bt_visit_go(&visit, "/sign-in", cookie);
}

const BtRoute bt_sign_in_routes[] = {
    { "GET", "/sign-in", BT_PART_NOTHING, "", 0, show_sign_in },
    { "POST", "/sign-in", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, sign_in },
    { "POST", "/sign-out", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, sign_out },
    { NULL },
};
