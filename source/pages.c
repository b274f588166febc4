/* The pages over HTTP: who may see them, and what is gathered for them. A form counts only from
 * this origin, from a session that was given its token. */
#include "source/http.h"

#include "base/error.h"
#include "source/html.h"
#include "source/page.h"
#include "source/reports.h"
#include "source/screens.h"
#include "source/users.h"

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

static char *cookie_text(const BtRequest *request, const char *token, gboolean ends)
{
    const char *name = cookie_name(request);
    return g_strdup_printf("%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name, token,
        g_str_has_prefix(name, "__Host-") ? "; Secure" : "", ends ? "; Max-Age=0" : "");
}

static const char *cookie_token(const BtRequest *request)
{
    const char *token =
        MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, cookie_name(request));
    return token != NULL ? token : "";
}

/* An account that was removed has no session any more. */
static const BtSession *find_session(BtRequest *request)
{
    BtSessions *sessions = request->server->sessions;
    const char *token = cookie_token(request);
    const BtSession *session = bt_sessions_find(sessions, token, bt_server_mono_ms());
    if (session != NULL && !bt_users_exists(request->server->store, session->user)) {
        bt_sessions_end(sessions, token);
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

/* ---- answers ---- */

static gboolean wants_english(const BtRequest *request)
{
    const char *languages = bt_http_header(request, "Accept-Language");
    return languages != NULL && g_ascii_strncasecmp(languages, "en", 2) == 0;
}

static BtPage page_of(const BtRequest *request)
{
    return (BtPage){ .source_name = request->server->store->name,
        .english = wants_english(request),
        .timezone = request->server->timezone,
        .now_ms = bt_server_wall_ms(request->server) };
}

static enum MHD_Result answer_page(
    BtRequest *request, unsigned status, char *html, const char *cookie)
{
    g_autoptr(GBytes) body = g_bytes_new_take(html, strlen(html));
    const char *const headers[] = { "Cache-Control", "no-store", "Vary", "Accept-Language, Cookie",
        cookie != NULL ? "Set-Cookie" : NULL, cookie, NULL };
    return bt_http_answer(request, status, "text/html; charset=utf-8", body, headers);
}

static enum MHD_Result go_to(BtRequest *request, const char *where, const char *cookie)
{
    const char *const headers[] = { "Location", where, "Cache-Control", "no-store",
        cookie != NULL ? "Set-Cookie" : NULL, cookie, NULL };
    return bt_http_answer(request, MHD_HTTP_SEE_OTHER, NULL, NULL, headers);
}

enum MHD_Result bt_page_css_file(BtRequest *request)
{
    static const char *const headers[] = { "Cache-Control", "max-age=3600", NULL };
    g_autoptr(GBytes) body = g_bytes_new_static(bt_page_css, strlen(bt_page_css));
    return bt_http_answer(request, MHD_HTTP_OK, "text/css; charset=utf-8", body, headers);
}

/* ---- signing in and out ---- */

static enum MHD_Result ask_again(
    BtRequest *request, unsigned status, const char *message, const char *user)
{
    BtPage page = page_of(request);
    page.message = message;
    return answer_page(request, status, bt_page_sign_in_html(&page, user), NULL);
}

enum MHD_Result bt_page_sign_in(BtRequest *request)
{
    return find_session(request) != NULL ? go_to(request, "/", NULL)
                                         : ask_again(request, MHD_HTTP_OK, NULL, "");
}

static enum MHD_Result ask_to_wait(BtRequest *request, const char *user, int wait_s)
{
    g_autofree char *message =
        g_strdup_printf(wants_english(request) ? "Too many wrong attempts. Try again in %d seconds."
                                               : "Nhập sai nhiều lần. Hãy thử lại sau %d giây.",
            wait_s);
    return ask_again(request, MHD_HTTP_TOO_MANY_REQUESTS, message, user);
}

static enum MHD_Result refuse_sign_in(BtRequest *request, const char *user)
{
    bt_sessions_failed(
        request->server->sessions, user, bt_peer_address(request->peer), bt_server_mono_ms());
    return ask_again(request, MHD_HTTP_FORBIDDEN,
        wants_english(request) ? "This account and password do not belong together."
                               : "Tên tài khoản hoặc mật khẩu không đúng.",
        user);
}

/* An old cookie's session ends: whoever planted it learns nothing. */
static enum MHD_Result let_in(BtRequest *request, const char *user)
{
    char token[BT_TOKEN_HEX_SIZE];
    BtSessions *sessions = request->server->sessions;
    bt_sessions_succeeded(sessions, user, bt_peer_address(request->peer));
    bt_sessions_end(sessions, cookie_token(request));
    bt_sessions_begin(sessions, user, bt_server_mono_ms(), token);
    bt_store_note(
        request->server->store, bt_server_wall_ms(request->server), user, "signed in", NULL);
    g_autofree char *cookie = cookie_text(request, token, FALSE);
    return go_to(request, "/", cookie);
}

enum MHD_Result bt_post_sign_in(BtRequest *request)
{
    g_autoptr(GHashTable) form = read_form(request);
    if (form == NULL)
        return bt_http_refuse(request, MHD_HTTP_BAD_REQUEST, "not a form of this page");
    const char *user = bt_form_get(form, "user");
    if (strlen(user) > 64)
        return bt_http_refuse(request, MHD_HTTP_BAD_REQUEST, "not a form of this page");
    int wait_s = bt_sessions_wait_s(
        request->server->sessions, user, bt_peer_address(request->peer), bt_server_mono_ms());
    if (wait_s > 0)
        return ask_to_wait(request, user, wait_s);
    return bt_users_check(request->server->store, user, bt_form_get(form, "password"))
        ? let_in(request, user)
        : refuse_sign_in(request, user);
}

/* The form of a session that is its own; NULL after answering. */
static GHashTable *session_form(
    BtRequest *request, const BtSession **session, enum MHD_Result *answered)
{
    *session = find_session(request);
    if (*session == NULL) {
        *answered = go_to(request, "/sign-in", NULL);
        return NULL;
    }
    g_autoptr(GHashTable) form = read_form(request);
    if (form != NULL && bt_tokens_equal(bt_form_get(form, "token"), (*session)->form_token))
        return g_steal_pointer(&form);
    *answered = bt_http_refuse(request, MHD_HTTP_FORBIDDEN, "not a form of this session");
    return NULL;
}

enum MHD_Result bt_post_sign_out(BtRequest *request)
{
    const BtSession *session;
    enum MHD_Result answered;
    g_autoptr(GHashTable) form = session_form(request, &session, &answered);
    if (form == NULL)
        return answered;
    g_autofree char *cookie = cookie_text(request, "", TRUE);
    bt_sessions_end(request->server->sessions, cookie_token(request));
    return go_to(request, "/sign-in", cookie);
}

/* ---- the board of screens ---- */

static gint64 start_of_day(const BtServer *server, gint64 now_ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_ms / 1000);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, server->timezone);
    g_autoptr(GDateTime) midnight = g_date_time_new(server->timezone, g_date_time_get_year(local),
        g_date_time_get_month(local), g_date_time_get_day_of_month(local), 0, 0, 0);
    return g_date_time_to_unix(midnight) * 1000;
}

static const char *word_at(const BtJsonAt *at, const char *key)
{
    BtJsonAt member;
    const char *word =
        bt_json_member(at, key, &member) ? bt_json_read_string(&member, 0, G_MAXSIZE, NULL) : NULL;
    return word != NULL ? word : "";
}

static void add_on_air(BtServer *server, const BtScreen *screen, BtCard *card, const BtJsonAt *at)
{
    BtJsonAt list, since;
    if (!bt_json_member(at, "on_air", &list) || !bt_json_read_array(&list, G_MAXSIZE, NULL))
        return;
    for (gsize i = 0; i < bt_json_length(&list); i++) {
        BtJsonAt entry = bt_json_element(&list, i);
        gint64 since_ms = 0;
        if (!bt_json_read_object(&entry, NULL))
            continue;
        const char *item = word_at(&entry, "item"), *cls = word_at(&entry, "class");
        const char *title = bt_titles_find(
            server->titles, strcmp(cls, "emergency") == 0 ? screen->alert : screen->manifest, item);
        if (bt_json_member(&entry, "since", &since))
            bt_json_read_time(&since, &since_ms, NULL);
        bt_card_add_item(card, title != NULL ? title : item, word_at(&entry, "zone"), cls,
            word_at(&entry, "fault"), since_ms);
    }
}

static gboolean alert_is_on(BtStore *store, const char *sha256, gint64 now_ms)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT 1 FROM document WHERE sha256 = ? AND expires_ms > ?", "si", sha256, now_ms);
    return rows != NULL && bt_rows_next(rows, NULL);
}

static void add_taken(BtServer *server, const BtScreen *screen, BtCard *card, gint64 now_ms)
{
    BtReportTaken taken;
    if (!bt_reports_taken(server->store, screen->id, now_ms, &taken))
        return;
    card->taken_by = taken.by;
    card->taken_from_ms = taken.from_ms;
    card->taken_until_ms = taken.until_ms;
}

static BtCard *make_card(BtServer *server, const BtScreen *screen, gint64 now_ms)
{
    BtCard *card = bt_card_new(screen->id, screen->name);
    g_autoptr(BtJson) state = bt_reports_newest(server->store, screen->id, "state", now_ms);
    const char *told = "";
    if (state != NULL) {
        BtJsonAt at = bt_json_root("state", state);
        told = word_at(&at, "state");
        add_on_air(server, screen, card, &at);
    }
    card->state = bt_card_state(screen->seen_ms, now_ms, told);
    card->since_ms = card->state == BT_CARD_LATE || card->state == BT_CARD_LOST ? screen->seen_ms
                                                                                : screen->since_ms;
    card->seen_ms = screen->seen_ms;
    card->lit_ms =
        bt_reports_lit_ms(server->store, screen->id, start_of_day(server, now_ms), now_ms);
    add_taken(server, screen, card, now_ms);
    card->alert = alert_is_on(server->store, screen->alert, now_ms);
    card->empty = *screen->manifest == '\0';
    return card;
}

/* Trouble first; among equals by id. */
static int compare_cards(gconstpointer a, gconstpointer b)
{
    static const int rank[BT_CARD_N_STATES] = { [BT_CARD_LOST] = 0,
        [BT_CARD_LATE] = 1,
        [BT_CARD_CUT] = 2,
        [BT_CARD_SAFE] = 3,
        [BT_CARD_PLAYING] = 4,
        [BT_CARD_DARK] = 5,
        [BT_CARD_NEVER] = 6 };
    const BtCard *x = *(BtCard *const *)a, *y = *(BtCard *const *)b;
    int by_state = rank[x->state] - rank[y->state];
    return by_state != 0 ? by_state : strcmp(x->id, y->id);
}

static GPtrArray *make_cards(BtServer *server, gint64 now_ms)
{
    g_autoptr(GPtrArray) screens = bt_screens_list(server->store, NULL);
    GPtrArray *cards = g_ptr_array_new_with_free_func((GDestroyNotify)bt_card_free);
    for (guint i = 0; screens != NULL && i < screens->len; i++)
        g_ptr_array_add(cards, make_card(server, g_ptr_array_index(screens, i), now_ms));
    g_ptr_array_sort(cards, compare_cards);
    return cards;
}

static void page_waiting_free(BtPageWaiting *waiting)
{
    g_free(waiting->code);
    g_free(waiting->peer);
    g_free(waiting);
}

static GPtrArray *make_waiting(BtServer *server, gint64 now_ms)
{
    g_autoptr(GPtrArray) boards = bt_waiting_list(server->store, now_ms, NULL);
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)page_waiting_free);
    for (guint i = 0; boards != NULL && i < boards->len; i++) {
        const BtWaiting *board = g_ptr_array_index(boards, i);
        BtPageWaiting *entry = g_new0(BtPageWaiting, 1);
        entry->code = g_strdup(board->code);
        entry->peer = g_strdup(board->peer);
        entry->first_ms = board->first_ms;
        g_ptr_array_add(list, entry);
    }
    return list;
}

/* From "/?part=N"; anything else is the first. */
static guint wanted_part(const BtRequest *request, guint n_cards)
{
    const char *text =
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, "part");
    guint64 part = text != NULL ? g_ascii_strtoull(text, NULL, 10) : 0;
    return part * BT_PAGE_CARDS < n_cards && part < n_cards ? (guint)part : 0;
}

static enum MHD_Result answer_board(
    BtRequest *request, const BtSession *session, unsigned status, const char *message)
{
    BtPage page = page_of(request);
    g_autoptr(GPtrArray) cards = make_cards(request->server, page.now_ms);
    g_autoptr(GPtrArray) waiting = make_waiting(request->server, page.now_ms);
    page.user = session->user;
    page.form_token = session->form_token;
    page.message = message;
    page.cards = cards;
    page.waiting = waiting;
    page.part = wanted_part(request, cards->len);
    return answer_page(request, status, bt_page_board_html(&page), NULL);
}

enum MHD_Result bt_page_board(BtRequest *request)
{
    const BtSession *session = find_session(request);
    return session != NULL ? answer_board(request, session, MHD_HTTP_OK, NULL)
                           : go_to(request, "/sign-in", NULL);
}

/* ---- boards that wait ---- */

static const char *why_not(const BtRequest *request, const GError *error)
{
    gboolean english = wants_english(request);
    if (g_error_matches(error, BT_ERROR, BT_ERROR_NOT_FOUND))
        return english ? "No board waits with this code any more."
                       : "Không còn bảng nào chờ với mã này.";
    if (g_error_matches(error, BT_ERROR, BT_ERROR_CONFLICT))
        return english ? "Two boards show this code. Start the true one anew."
                       : "Có hai bảng cùng mã này. Hãy khởi động lại bảng thật.";
    if (g_error_matches(error, BT_ERROR, BT_ERROR_INVALID))
        return english ? "A screen id has letters without marks, digits, dots and dashes."
                       : "Mã màn hình chỉ gồm chữ không dấu, chữ số, dấu chấm và gạch nối.";
    return english ? "This could not be kept. Try again." : "Chưa lưu được. Hãy thử lại.";
}

static enum MHD_Result after_form(
    BtRequest *request, const BtSession *session, gboolean ok, const GError *error)
{
    return ok ? go_to(request, "/", NULL)
              : answer_board(request, session, MHD_HTTP_CONFLICT, why_not(request, error));
}

enum MHD_Result bt_post_claim(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    const BtSession *session;
    enum MHD_Result answered;
    g_autoptr(GHashTable) form = session_form(request, &session, &answered);
    if (form == NULL)
        return answered;
    const char *name = bt_form_get(form, "name");
    gboolean ok = bt_waiting_claim(request->server->store, bt_form_get(form, "code"),
        bt_form_get(form, "screen"), *name != '\0' ? name : NULL, session->user,
        bt_server_wall_ms(request->server), &error);
    return after_form(request, session, ok, error);
}

enum MHD_Result bt_post_turn_down(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    const BtSession *session;
    enum MHD_Result answered;
    g_autoptr(GHashTable) form = session_form(request, &session, &answered);
    if (form == NULL)
        return answered;
    gboolean ok = bt_waiting_deny(request->server->store, bt_form_get(form, "code"), session->user,
        bt_server_wall_ms(request->server), &error);
    return after_form(request, session, ok, error);
}
