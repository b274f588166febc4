#include "source/pages/visit.h"

#include "base/language.h"
#include "source/desk/doors.h"
#include "source/pages/frame.h"
#include "source/pages/html.h"
#include "source/pages/plain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- cookies ---- */

/* The prefix makes a browser insist on https, this host and the path /; it needs https to be used.
 */
static const char *cookie_name(const BtRequest *request)
{
    return request->server->base != NULL && g_str_has_prefix(request->server->base, "https:")
        ? "__Host-bangtin"
        : "bangtin";
}

char *bt_visit_cookie(const BtRequest *request, const char *token, gboolean ends)
{
    const char *name = cookie_name(request);
    return g_strdup_printf("%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name, token,
        g_str_has_prefix(name, "__Host-") ? "; Secure" : "", ends ? "; Max-Age=0" : "");
}

const char *bt_visit_cookie_token(const BtRequest *request)
{
    const char *token = bt_http_cookie(request, cookie_name(request));
    return token != NULL ? token : "";
}

/* An account that was removed, or has another password since, has no session any more. */
static const BtSession *find_session(BtVisit *visit)
{
    BtRequest *request = visit->request;
    BtSessions *sessions = request->server->sessions;
    const char *token = bt_visit_cookie_token(request);
    const BtSession *session = bt_sessions_find(sessions, token, bt_server_mono_ms());
    g_autofree char *stamp =
        session != NULL ? bt_doors_stamp(request->server->store, session->user) : NULL;
    if (session != NULL && g_strcmp0(stamp, session->stamp) != 0) {
        bt_sessions_end(sessions, token);
        visit->was_ended = TRUE;
        return NULL;
    }
    return session;
}

/* ---- forms ---- */

/* A browser says where a form came from; a program without a browser cannot be made to send
 * somebody else's cookie. */
static gboolean comes_from_here(const BtRequest *request)
{
    const char *site = bt_http_header(request, "Sec-Fetch-Site");
    const char *origin = bt_http_header(request, "Origin");
    g_auto(GStrv) targets = bt_http_targets(request);
    if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return FALSE;
    if (origin == NULL)
        return TRUE;
    for (int i = 0; targets[i] != NULL; i++) {
        gsize length = strlen(targets[i]) - strlen(request->path);
        if (strlen(origin) == length && strncmp(origin, targets[i], length) == 0)
            return TRUE;
    }
    return FALSE;
}

static GHashTable *read_form(BtRequest *request)
{
    const char *type = bt_http_header(request, "Content-Type");
    if (type == NULL || !g_str_has_prefix(type, "application/x-www-form-urlencoded") ||
        !comes_from_here(request))
        return NULL;
    return bt_form_parse((const char *)request->body->data, request->body->len);
}

/* ---- beginning ---- */

static gboolean wants_english(const BtRequest *request)
{
    const char *languages = bt_http_header(request, "Accept-Language");
    return languages != NULL && g_ascii_strncasecmp(languages, "en", 2) == 0;
}

static void begin(BtVisit *visit, BtRequest *request)
{
    if (request->server->real != NULL) /* the handler runs again */
        request->server = request->server->real;
    *visit = (BtVisit){ .request = request,
        .store = request->server->store,
        .arguments = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free),
        .english = wants_english(request),
        .is_part = bt_http_header(request, "HX-Request") != NULL,
        .is_plain = bt_plain_is_wanted(request),
        .now_ms = bt_server_wall_ms(request->server) };
    bt_language_use(visit->english ? "en" : "vi");
}

void bt_visit_clear(BtVisit *visit)
{
    g_clear_pointer(&visit->form, g_hash_table_unref);
    g_clear_pointer(&visit->arguments, g_hash_table_unref);
}

static gboolean has_role(BtVisit *visit, guint roles, BtAnswered *answered)
{
    if (roles == BT_ANYBODY || bt_visit_may(visit, roles, NULL))
        return TRUE;
    *answered = bt_visit_refuse(visit, BT_HTTP_FORBIDDEN,
        _("Your account may not do this. Ask your administrator for the role."));
    return FALSE;
}

/* A form whose session is over: nothing was done, and that is said. What saves as one types stays
 * where it is, with what was typed. */
static BtAnswered tell_signed_out(BtVisit *visit)
{
    if (visit->is_part && !visit->is_plain)
        return bt_visit_refuse(visit, BT_HTTP_UNAUTHORIZED,
            _("You are no longer signed in, so this is not saved. The page stays as it is: sign "
              "in in another tab, then come back to this one."));
    return bt_visit_go(visit, "/sign-in?over=1", NULL);
}

/* After the sign-in the way leads back to the page that was asked for. Whoever made himself an
 * approver, say, is told why he meets it. */
static BtAnswered go_to_sign_in(BtVisit *visit)
{
    const BtRequest *request = visit->request;
    if (request->body_max != 0 && strcmp(request->path, "/sign-out") != 0)
        return tell_signed_out(visit);
    gboolean comes_back = request->body_max == 0 && !visit->is_part &&
        strcmp(request->path, "/") != 0 && bt_visit_is_way(request->path);
    g_autoptr(GString) where = g_string_new("/sign-in");
    if (visit->was_ended)
        g_string_append(where, "?changed=1");
    if (comes_back)
        g_string_append_printf(where, "%cnext=%s", visit->was_ended ? '&' : '?', request->path);
    return bt_visit_go(visit, where->str, NULL);
}

/* From here on whoever practises meets the store of the practice area only. */
static void enter_practice(BtVisit *visit)
{
    visit->request->server = visit->request->server->practice;
    visit->store = visit->request->server->store;
}

/* Whose session it is; FALSE: nobody's. */
static gboolean has_session(BtVisit *visit)
{
    visit->session = find_session(visit);
    if (visit->session == NULL)
        return FALSE;
    visit->user = visit->session->user;
    if (visit->session->is_practice)
        enter_practice(visit);
    return TRUE;
}

/* What is the account's own has no second copy to practise on. */
static gboolean is_closed(const BtVisit *visit)
{
    return bt_visit_is_practice(visit) && g_str_has_prefix(visit->request->path, "/account");
}

static gboolean find_who(BtVisit *visit, BtAnswered *answered)
{
    gboolean known = has_session(visit);
    if (known && !is_closed(visit))
        return TRUE;
    *answered = known ? bt_visit_refuse(visit, BT_HTTP_FORBIDDEN,
                            _("Leave the practice area first: your account is the real one."))
                      : go_to_sign_in(visit);
    return FALSE;
}

gboolean bt_visit_open(BtVisit *visit, BtRequest *request, guint roles, BtAnswered *answered)
{
    begin(visit, request);
    return find_who(visit, answered) && has_role(visit, roles, answered);
}

gboolean bt_visit_form(BtVisit *visit, BtRequest *request, guint roles, BtAnswered *answered)
{
    begin(visit, request);
    if (!find_who(visit, answered))
        return FALSE;
    visit->form = read_form(request);
    if (visit->form == NULL ||
        !bt_tokens_equal(bt_form_get(visit->form, "token"), visit->session->form_token)) {
        *answered = bt_visit_refuse(visit, BT_HTTP_FORBIDDEN,
            _("This page was opened before you signed in, or elsewhere. Nothing was done: open it "
              "anew and do it again."));
        return FALSE;
    }
    return has_role(visit, roles, answered);
}

gboolean bt_visit_bytes(BtVisit *visit, BtRequest *request, guint roles, BtAnswered *answered)
{
    const char *type = bt_http_header(request, "Content-Type");
    const char *token = bt_http_header(request, "X-Token");
    begin(visit, request);
    if (!has_session(visit)) {
        *answered = bt_http_refuse(request, BT_HTTP_UNAUTHORIZED, "not signed in");
        return FALSE;
    }
    if (type != NULL && strcmp(type, "application/octet-stream") == 0 && token != NULL &&
        comes_from_here(request) && bt_tokens_equal(token, visit->session->form_token) &&
        (roles == BT_ANYBODY || bt_visit_may(visit, roles, NULL)))
        return TRUE;
    *answered = bt_http_refuse(request, BT_HTTP_FORBIDDEN, "not bytes of this session");
    return FALSE;
}

gboolean bt_visit_stranger(BtVisit *visit, BtRequest *request, BtAnswered *answered)
{
    begin(visit, request);
    if (request->body_max == 0)
        return TRUE;
    visit->form = read_form(request);
    if (visit->form == NULL)
        *answered = bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "not a form of this page");
    return visit->form != NULL;
}

/* ---- asking ---- */

gboolean bt_visit_is_practice(const BtVisit *visit)
{
    return visit->request->server->real != NULL;
}

gboolean bt_visit_is_way(const char *text)
{
    gsize length = strlen(text);
    return text[0] == '/' && text[1] != '/' && length <= BT_WAY_MAX_BYTES &&
        strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "/._-") == length;
}

gboolean bt_visit_may(const BtVisit *visit, guint roles, const char *area)
{
    return bt_roles_has(visit->store, visit->user, roles, area, visit->now_ms);
}

const char *bt_visit_text(const BtVisit *visit, const char *name)
{
    return visit->form != NULL ? bt_form_get(visit->form, name) : "";
}

const char *bt_visit_field(const BtVisit *visit, const char *name)
{
    const char *value = bt_visit_text(visit, name);
    return strchr(value, '\n') == NULL ? value : "";
}

/* The server leaves escapes as they came. */
const char *bt_visit_argument(const BtVisit *visit, const char *name)
{
    const char *coded = bt_http_argument(visit->request, name);
    char *value = coded != NULL ? bt_form_decode(coded) : NULL;
    if (value != NULL && strchr(value, '\n') != NULL)
        g_clear_pointer(&value, g_free);
    if (value == NULL)
        return "";
    if (g_hash_table_contains(visit->arguments, name))
        g_free(value);
    else
        g_hash_table_insert(visit->arguments, (gpointer)name, value);
    return g_hash_table_lookup(visit->arguments, name);
}

gboolean bt_visit_number(const char *text, gint64 min, gint64 max, gint64 *number)
{
    char *end;
    errno = 0;
    gint64 value = g_ascii_strtoll(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || value < min || value > max)
        return FALSE;
    *number = value;
    return TRUE;
}

gboolean bt_visit_note(const BtVisit *visit, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return bt_store_note(visit->store, visit->now_ms, visit->user, what, error);
}

/* ---- answers ---- */

static BtAnswered answer(BtVisit *visit, unsigned status, GString *html)
{
    static const char *const headers[] = { "Cache-Control", "no-store", "Vary",
        "Accept, Accept-Language, Cookie, HX-Request", NULL };
    g_autoptr(GBytes) body = g_string_free_to_bytes(html);
    return bt_http_answer(visit->request, status, "text/html; charset=utf-8", body, headers);
}

static BtAnswered answer_plainly(BtVisit *visit, unsigned status, const char *title, GString *html)
{
    BtAnswered answered = bt_plain_page(visit, status, title, html);
    g_string_free(html, TRUE);
    return answered;
}

BtAnswered bt_visit_page(
    BtVisit *visit, unsigned status, const char *section, const char *title, GString *main)
{
    if (visit->is_plain)
        return answer_plainly(visit, status, title, main);
    if (visit->is_part)
        return answer(visit, status, main);
    GString *html = bt_frame_around(visit, section, title, main);
    g_string_free(main, TRUE);
    return answer(visit, status, html);
}

BtAnswered bt_visit_part(BtVisit *visit, unsigned status, GString *html)
{
    return visit->is_plain ? answer_plainly(visit, status, NULL, html)
                           : answer(visit, status, html);
}

BtAnswered bt_visit_refuse(BtVisit *visit, unsigned status, const char *words)
{
    GString *html = g_string_new(NULL);
    bt_html_add(html, "<p class=\"message\" role=\"alert\">%s</p>", words);
    return bt_visit_page(visit, status, "", _("This did not work"), html);
}

BtAnswered bt_visit_go(BtVisit *visit, const char *where, const char *cookie)
{
    if (visit->is_plain)
        return bt_plain_go(visit, where, cookie);
    const char *const headers[] = { visit->is_part ? "HX-Redirect" : "Location", where,
        "Cache-Control", "no-store", cookie != NULL ? "Set-Cookie" : NULL, cookie, NULL };
    return bt_http_answer(visit->request, visit->is_part ? BT_HTTP_NO_CONTENT : BT_HTTP_SEE_OTHER,
        NULL, NULL, headers);
}

/* ---- pieces ---- */

void bt_visit_add_token(GString *html, const BtVisit *visit)
{
    bt_html_add(
        html, "<input type=\"hidden\" name=\"token\" value=\"%s\">", visit->session->form_token);
}

void bt_visit_add_time(GString *html, const BtVisit *visit, gint64 at_ms)
{
    bt_frame_add_time(html, visit->request->server->timezone, visit->now_ms, at_ms);
}
