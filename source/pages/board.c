/* The way in, over HTTP. */
#include "source/pages/routes.h"

#include "source/pages/page.h"
#include "source/pages/visit.h"
#include "source/store/users.h"

#include <string.h>

/* ---- answers ---- */

static BtPage page_of(const BtVisit *visit)
{
    return (BtPage){ .source_name = visit->store->name, .english = visit->english };
}

static BtAnswered answer_page(BtRequest *request, unsigned status, char *html, const char *cookie)
{
    g_autoptr(GBytes) body = g_bytes_new_take(html, strlen(html));
    const char *const headers[] = { "Cache-Control", "no-store", "Vary", "Accept-Language, Cookie",
        cookie != NULL ? "Set-Cookie" : NULL, cookie, NULL };
    return bt_http_answer(request, status, "text/html; charset=utf-8", body, headers);
}

/* ---- signing in and out ---- */

static BtAnswered ask_again(BtVisit *visit, unsigned status, const char *message, const char *user)
{
    BtPage page = page_of(visit);
    page.message = message;
    return answer_page(visit->request, status, bt_page_sign_in_html(&page, user), NULL);
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
        : ask_again(&visit, BT_HTTP_OK, NULL, "");
}

static BtAnswered ask_to_wait(BtVisit *visit, const char *user, int wait_s)
{
    g_autofree char *message =
        g_strdup_printf(visit->english ? "Too many wrong attempts. Try again in %d seconds."
                                       : "Nhập sai nhiều lần. Hãy thử lại sau %d giây.",
            wait_s);
    return ask_again(visit, BT_HTTP_TOO_MANY_REQUESTS, message, user);
}

static BtAnswered refuse_sign_in(BtVisit *visit, const char *user)
{
    bt_sessions_failed(visit->request->server->sessions, user,
        bt_peer_address(visit->request->peer), bt_server_mono_ms());
    return ask_again(visit, BT_HTTP_FORBIDDEN,
        visit->english ? "This account and password do not belong together."
                       : "Tên tài khoản hoặc mật khẩu không đúng.",
        user);
}

/* An old cookie's session ends: whoever planted it learns nothing. */
static BtAnswered let_in(BtVisit *visit, const char *user)
{
    char token[BT_TOKEN_HEX_SIZE];
    BtRequest *request = visit->request;
    BtSessions *sessions = request->server->sessions;
    bt_sessions_succeeded(sessions, user, bt_peer_address(request->peer));
    bt_sessions_end(sessions, bt_visit_cookie_token(request));
    bt_sessions_begin(sessions, user, bt_server_mono_ms(), token);
    bt_store_note(visit->store, visit->now_ms, user, "signed in", NULL);
    g_autofree char *cookie = bt_visit_cookie(request, token, FALSE);
    return bt_visit_go(visit, "/", cookie);
}

static BtAnswered sign_in(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_stranger(&visit, request, &answered))
        return answered;
    const char *user = bt_visit_field(&visit, "user");
    if (strlen(user) > 64)
        return bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "not a form of this page");
    int wait_s = bt_sessions_wait_s(
        request->server->sessions, user, bt_peer_address(request->peer), bt_server_mono_ms());
    if (wait_s > 0)
        return ask_to_wait(&visit, user, wait_s);
    return bt_users_check(visit.store, user, bt_visit_field(&visit, "password"))
        ? let_in(&visit, user)
        : refuse_sign_in(&visit, user);
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

const BtRoute bt_page_routes[] = {
    { "GET", "/sign-in", BT_PART_NOTHING, "", 0, show_sign_in },
    { "POST", "/sign-in", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, sign_in },
    { "POST", "/sign-out", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, sign_out },
    { NULL },
};
