/* The board of screens, over HTTP: what is gathered for it. */
#include "source/pages/routes.h"

#include "base/error.h"
#include "source/pages/html.h"
#include "source/pages/page.h"
#include "source/pages/visit.h"
#include "source/store/reports.h"
#include "source/store/screens.h"

#include <string.h>

/* ---- answers ---- */

static BtPage page_of(const BtVisit *visit)
{
    return (BtPage){ .source_name = visit->store->name,
        .english = visit->english,
        .timezone = visit->request->server->timezone,
        .now_ms = visit->now_ms };
}

static BtAnswered answer_page(BtRequest *request, unsigned status, char *html, const char *cookie)
{
    g_autoptr(GBytes) body = g_bytes_new_take(html, strlen(html));
    const char *const headers[] = { "Cache-Control", "no-store", "Vary", "Accept-Language, Cookie",
        cookie != NULL ? "Set-Cookie" : NULL, cookie, NULL };
    return bt_http_answer(request, status, "text/html; charset=utf-8", body, headers);
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
    const char *text = bt_http_argument(request, "part");
    guint64 part = text != NULL ? g_ascii_strtoull(text, NULL, 10) : 0;
    return part * BT_PAGE_CARDS < n_cards && part < n_cards ? (guint)part : 0;
}

static BtAnswered answer_board(BtVisit *visit, unsigned status, const char *message)
{
    BtRequest *request = visit->request;
    BtPage page = page_of(visit);
    g_autoptr(GPtrArray) cards = make_cards(request->server, page.now_ms);
    g_autoptr(GPtrArray) waiting = make_waiting(request->server, page.now_ms);
    page.user = visit->user;
    page.form_token = visit->session->form_token;
    page.message = message;
    page.cards = cards;
    page.waiting = waiting;
    page.part = wanted_part(request, cards->len);
    return answer_page(request, status, bt_page_board_html(&page), NULL);
}

static BtAnswered show_board(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    return bt_visit_open(&visit, request, BT_ANYBODY, &answered)
        ? answer_board(&visit, BT_HTTP_OK, NULL)
        : answered;
}

/* ---- boards that wait ---- */

static const char *why_not(gboolean english, const GError *error)
{
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

static BtAnswered after_form(BtVisit *visit, gboolean ok, const GError *error)
{
    return ok ? bt_visit_go(visit, "/", NULL)
              : answer_board(visit, BT_HTTP_CONFLICT, why_not(visit->english, error));
}

#define MAY_CLAIM (1u << BT_ROLE_OPERATOR | 1u << BT_ROLE_ADMINISTRATOR)

static BtAnswered claim(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, MAY_CLAIM, &answered))
        return answered;
    const char *name = bt_visit_field(&visit, "name");
    gboolean ok = bt_waiting_claim(visit.store, bt_visit_field(&visit, "code"),
        bt_visit_field(&visit, "screen"), *name != '\0' ? name : NULL, visit.user, visit.now_ms,
        &error);
    return after_form(&visit, ok, error);
}

static BtAnswered turn_down(BtRequest *request)
{
    g_autoptr(GError) error = NULL;
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    if (!bt_visit_form(&visit, request, MAY_CLAIM, &answered))
        return answered;
    gboolean ok = bt_waiting_deny(
        visit.store, bt_visit_field(&visit, "code"), visit.user, visit.now_ms, &error);
    return after_form(&visit, ok, error);
}

const BtRoute bt_page_routes[] = {
    { "GET", "/", BT_PART_NOTHING, "", 0, show_board },
    { "POST", "/claim", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, claim },
    { "POST", "/turn-down", BT_PART_NOTHING, "", BT_FORM_MAX_BYTES, turn_down },
    { NULL },
};
