/* The second step of the way in: a code of the authenticator, or setting one up. */
#include "source/pages/frame.h"
#include "source/pages/html.h"
#include "source/pages/people-pieces.h"
#include "source/pages/routes.h"
#include "source/pages/sign-in.h"

#include "source/desk/doors.h"
#include "source/desk/second-factor.h"
#include "source/desk/totp.h"

#include <string.h>

/* The half session of the cookie, as long as the account is what it was. */
static const BtSession *find_half(const BtVisit *visit)
{
    const BtRequest *request = visit->request;
    BtSessions *sessions = request->server->sessions;
    const char *token = bt_visit_cookie_token(request);
    const BtSession *half = bt_sessions_find_half(sessions, token, bt_server_mono_ms());
    g_autofree char *stamp = half != NULL ? bt_doors_stamp(visit->store, half->user) : NULL;
    if (half != NULL && g_strcmp0(stamp, half->stamp) != 0) {
        bt_sessions_end(sessions, token);
        return NULL;
    }
    return half;
}

/* ---- the pages ---- */

static void add_form(
    GString *html, const BtSession *half, const char *next, const char *label, gboolean long_code)
{
    g_string_append(html, "<form method=\"post\" action=\"/sign-in/code\">");
    if (bt_visit_is_way(next))
        bt_html_add(html, "<input type=\"hidden\" name=\"next\" value=\"%s\">", next);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"token\" value=\"%s\">"
        "<label>%s<input name=\"code\" required maxlength=\"40\" autocomplete=\"one-time-code\" "
        "autocapitalize=\"none\" spellcheck=\"false\" inputmode=\"%s\" autofocus></label>"
        "<button>%s</button></form>",
        half->form_token, label, long_code ? "text" : "numeric", _("Sign in"));
}

/* Four letters at a time are easier to type. (transfer full) */
static char *in_groups(const char *secret)
{
    GString *text = g_string_new(secret);
    for (gssize at = (gssize)text->len - 4; at > 0; at -= 4)
        g_string_insert_c(text, at, ' ');
    return g_string_free(text, FALSE);
}

static void add_setting_up(
    GString *html, const BtVisit *visit, const BtSession *half, const char *next)
{
    g_autofree char *uri = bt_totp_uri(half->secret, visit->store->name, half->user);
    g_autofree char *groups = in_groups(half->secret);
    bt_html_add(html, "<p>%s</p><ol class=\"steps\"><li>%s</li><li>%s",
        _("Your signature puts words on public screens. So that nobody can sign with your "
          "password alone, your phone shows a code for each sign-in."),
        _("Install an authenticator on your phone: Google Authenticator, Microsoft "
          "Authenticator, or any other one."),
        _("Scan this code with it, or on the phone itself press the link below it."));
    bt_people_add_qr(html, uri, _("Code for the authenticator"));
    bt_html_add(html,
        "<a href=\"%s\">%s</a><p class=\"fine\">%s</p><p class=\"code small\">%s</p></li>"
        "<li>%s</li></ol>",
        uri, _("Open the authenticator on this phone"), _("Or type this key into it:"), groups,
        _("Write the six digits here that it shows now."));
    add_form(html, half, next, _("Code of six digits"), FALSE);
}

static BtAnswered ask(
    BtVisit *visit, const BtSession *half, unsigned status, const char *message, const char *next)
{
    GString *html = g_string_new("<div class=\"door\">");
    if (message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", message);
    if (half->secret != NULL)
        add_setting_up(html, visit, half, next);
    else {
        bt_html_add(html, "<p>%s</p>", _("Open the authenticator on your phone."));
        add_form(html, half, next, _("Code of six digits"), TRUE);
        bt_html_add(html, "<p class=\"fine\">%s</p>",
            _("Without your phone: write one of your recovery codes. Without those: your "
              "administrator can take the authenticator away."));
    }
    g_string_append(html, "</div>");
    return bt_visit_page(visit, status, "", _("Second step"), html);
}

static BtAnswered show_code(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_stranger(&visit, request, &answered))
        return answered;
    const BtSession *half = find_half(&visit);
    return half == NULL ? bt_visit_go(&visit, "/sign-in", NULL)
                        : ask(&visit, half, BT_HTTP_OK, NULL, bt_visit_argument(&visit, "next"));
}

/* ---- answering ---- */

/* Recovery codes are seen once, on the page that answers; the session is whole by then. */
static BtAnswered finish_with_codes(BtVisit *visit, const char *user, const GPtrArray *codes)
{
    g_autofree char *cookie = bt_sign_in_begin(visit, user);
    GString *main = g_string_new(NULL);
    bt_people_add_codes(main, codes);
    bt_html_add(main, "<p><a class=\"button\" href=\"/\">%s</a></p>", _("I have them: go on"));
    GString *html = bt_frame_around(visit, "", _("Recovery codes"), main);
    g_string_free(main, TRUE);
    g_autoptr(GBytes) body = g_string_free_to_bytes(html);
    const char *const headers[] = { "Cache-Control", "no-store", "Set-Cookie", cookie, NULL };
    return bt_http_answer(visit->request, BT_HTTP_OK, "text/html; charset=utf-8", body, headers);
}

static BtAnswered set_up(BtVisit *visit, const BtSession *half, const char *code, const char *next)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) codes = NULL;
    g_autofree char *user = g_strdup(half->user);
    if (bt_second_factor_set(visit->store, user, half->secret, code, visit->now_ms, &codes, &error))
        return finish_with_codes(visit, user, codes);
    return ask(visit, half, BT_HTTP_FORBIDDEN,
        _("That is not the code of now. Look at the phone's clock, then write the newest code."),
        next);
}

static BtAnswered check(BtVisit *visit, const BtSession *half, const char *code, const char *next)
{
    BtAnswered answered;
    if (bt_sign_in_must_wait(visit, half->user, next, &answered))
        return answered;
    if (bt_second_factor_use(visit->store, half->user, code, visit->now_ms))
        return bt_sign_in_finish(visit, half->user, next);
    bt_sign_in_failed(visit, half->user);
    return ask(visit, half, BT_HTTP_FORBIDDEN,
        _("That code does not count. Each code counts once: wait for the next one."), next);
}

static BtAnswered take_code(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_stranger(&visit, request, &answered))
        return answered;
    const BtSession *half = find_half(&visit);
    if (half == NULL)
        return bt_visit_go(&visit, "/sign-in", NULL);
    if (!bt_tokens_equal(bt_visit_field(&visit, "token"), half->form_token))
        return bt_http_refuse(request, BT_HTTP_FORBIDDEN, "not a form of this session");
    const char *code = bt_visit_field(&visit, "code"), *next = bt_visit_field(&visit, "next");
    return half->secret != NULL ? set_up(&visit, half, code, next)
                                : check(&visit, half, code, next);
}

const BtRoute bt_sign_in_code_routes[] = {
    { "GET", "/sign-in/code", BT_PART_NOTHING, "", 0, show_code },
    { "POST", "/sign-in/code", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, take_code },
    { NULL },
};
