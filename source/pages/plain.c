#include "source/pages/plain.h"

#include "source/pages/routes.h"

#include <string.h>

gboolean bt_plain_is_wanted(const BtRequest *request)
{
    const char *accept = bt_http_header(request, "Accept");
    return accept != NULL && g_str_has_prefix(accept, "application/json");
}

static BtAnswered answer(BtVisit *visit, unsigned status, BtJson *json, const char *cookie)
{
    const char *const headers[] = { "Cache-Control", "no-store", "Vary",
        "Accept, Accept-Language, Cookie", cookie != NULL ? "Set-Cookie" : NULL, cookie, NULL };
    char *text = bt_json_to_text(json, FALSE);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    bt_json_unref(json);
    return bt_http_answer(visit->request, status, "application/json", body, headers);
}

/* The words of the first element that calls out; NULL when none does. Markup inside is left out.
 * (transfer full) */
static char *find_alert(const char *html)
{
    const char *alert = strstr(html, "role=\"alert\"");
    const char *from = alert != NULL ? strchr(alert, '>') : NULL;
    const char *end = from != NULL ? strstr(from, "</") : NULL;
    if (end == NULL)
        return NULL;
    GString *words = g_string_new_len(from + 1, end - from - 1);
    g_string_replace(words, "&lt;", "<", 0);
    g_string_replace(words, "&gt;", ">", 0);
    g_string_replace(words, "&quot;", "\"", 0);
    g_string_replace(words, "&apos;", "'", 0);
    g_string_replace(words, "&amp;", "&", 0);
    return g_string_free(words, FALSE);
}

static BtJson *page_json(unsigned status, const char *title, const GString *main)
{
    gboolean ok = status < BT_HTTP_BAD_REQUEST;
    BtJson *json = bt_json_new_object();
    bt_json_set_bool(json, "ok", ok);
    if (title != NULL)
        bt_json_set_string(json, "title", title);
    if (!ok) {
        g_autofree char *words = find_alert(main->str);
        bt_json_set_string(json, "error", words != NULL ? words : title != NULL ? title : "");
    }
    bt_json_set_string(json, "html", main->str);
    return json;
}

BtAnswered bt_plain_page(BtVisit *visit, unsigned status, const char *title, const GString *main)
{
    return answer(visit, status, page_json(status, title, main), NULL);
}

BtAnswered bt_plain_page_with(
    BtVisit *visit, const char *title, const GString *main, const char *name, BtJson *more)
{
    BtJson *json = page_json(BT_HTTP_OK, title, main);
    bt_json_set(json, name, more);
    return answer(visit, BT_HTTP_OK, json, NULL);
}

BtAnswered bt_plain_second_step(
    BtVisit *visit, const char *where, const char *token, const char *cookie)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_bool(json, "ok", TRUE);
    bt_json_set_string(json, "location", where);
    bt_json_set_string(json, "token", token);
    return answer(visit, BT_HTTP_OK, json, cookie);
}

BtAnswered bt_plain_go(BtVisit *visit, const char *where, const char *cookie)
{
    gboolean ok = visit->session != NULL || !g_str_has_prefix(where, "/sign-in");
    BtJson *json = bt_json_new_object();
    bt_json_set_bool(json, "ok", ok);
    if (!ok)
        bt_json_set_string(json, "error", _("Nobody is signed in."));
    bt_json_set_string(json, "location", where);
    return answer(visit, ok ? BT_HTTP_OK : BT_HTTP_UNAUTHORIZED, json, cookie);
}

/* ---- what programs begin with ---- */

/* Who is signed in, and the token that each of their forms carries. */
static BtAnswered show_session(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_open(&visit, request, BT_ANYBODY, &answered))
        return answered;
    BtJson *json = bt_json_new_object();
    bt_json_set_bool(json, "ok", TRUE);
    bt_json_set_string(json, "source", visit.store->source);
    bt_json_set_string(json, "user", visit.user);
    bt_json_set_string(json, "token", visit.session->form_token);
    return answer(&visit, BT_HTTP_OK, json, NULL);
}

const BtRoute bt_plain_routes[] = {
    { "GET", "/api/session", BT_PART_NOTHING, "", 0, show_session },
    { NULL },
};
