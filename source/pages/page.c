#include "source/pages/page.h"

#include "source/pages/html.h"

#include <string.h>

#define SAY(page, vi, en) ((page)->english ? (en) : (vi))
#define MAX_ITEMS 16
#define REFRESH_S 30

/* ---- cards ---- */

BtCardState bt_card_state(gint64 seen_ms, gint64 now_ms, const char *told)
{
    if (seen_ms <= 0)
        return BT_CARD_NEVER;
    if (now_ms - seen_ms >= BT_CARD_LOST_MS)
        return BT_CARD_LOST;
    if (now_ms - seen_ms >= BT_CARD_LATE_MS)
        return BT_CARD_LATE;
    return g_strcmp0(told, "dark") == 0 ? BT_CARD_DARK
        : g_strcmp0(told, "cut") == 0   ? BT_CARD_CUT
        : g_strcmp0(told, "safe") == 0  ? BT_CARD_SAFE
                                        : BT_CARD_PLAYING;
}

static void item_free(BtCardItem *item)
{
    g_free(item->title);
    g_free(item->zone);
    g_free(item->cls);
    g_free(item->fault);
    g_free(item);
}

BtCard *bt_card_new(const char *id, const char *name)
{
    BtCard *card = g_new0(BtCard, 1);
    card->id = g_strdup(id);
    card->name = g_strdup(name);
    card->items = g_ptr_array_new_with_free_func((GDestroyNotify)item_free);
    return card;
}

void bt_card_free(BtCard *card)
{
    g_free(card->id);
    g_free(card->name);
    g_free(card->taken_by);
    g_ptr_array_unref(card->items);
    g_free(card);
}

void bt_card_add_item(BtCard *card, const char *title, const char *zone, const char *cls,
    const char *fault, gint64 since_ms)
{
    if (card->items->len >= MAX_ITEMS)
        return;
    BtCardItem *item = g_new0(BtCardItem, 1);
    item->title = g_strdup(title);
    item->zone = g_strdup(zone);
    item->cls = g_strdup(cls);
    item->fault = g_strdup(fault);
    item->since_ms = since_ms;
    g_ptr_array_add(card->items, item);
}

/* A word, a shape and a colour each; the shape is drawn in the colour of its text. */
static const struct {
    const char *css, *vi, *en, *shape;
} states[BT_CARD_N_STATES] = {
    [BT_CARD_PLAYING] = { "good", "Đang phát", "Playing", "<path d=\"M6 3.5v13l10.5-6.5z\"/>" },
    [BT_CARD_SAFE] = { "warn", "Màn hình chờ", "Waiting picture",
        "<path d=\"M3 4h14v10H3zM7 16h6v1.5H7z\"/>" },
    [BT_CARD_CUT] = { "warn", "Đã cắt hình", "Cut by an operator",
        "<path d=\"M5 4h3.5v12H5zM11.5 4H15v12h-3.5z\"/>" },
    [BT_CARD_DARK] = { "calm", "Tắt theo lịch", "Off by timetable",
        "<path d=\"M12.5 2.5a7.5 7.5 0 1 0 5 12.6A8 8 0 0 1 12.5 2.5z\"/>" },
    [BT_CARD_LATE] = { "warn", "Chậm", "Late", "<path d=\"M10 2l8.5 15.5h-17z\"/>" },
    [BT_CARD_LOST] = { "bad", "Mất liên lạc", "No contact",
        "<path d=\"M5.2 2.8 10 7.6l4.8-4.8 2.4 2.4-4.8 4.8 4.8 4.8-2.4 2.4L10 12.4l-4.8 "
        "4.8-2.4-2.4L7.6 10 2.8 5.2z\"/>" },
    [BT_CARD_NEVER] = { "calm", "Chưa kết nối", "Not connected yet",
        "<path fill-rule=\"evenodd\" d=\"M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 3a5 5 0 1 1 0 10 5 "
        "5 0 0 1 0-10z\"/>" },
};

/* ---- words and times ---- */

static const char *class_words(const BtPage *page, const char *cls)
{
    static const struct {
        const char *cls, *vi, *en;
    } words[] = {
        { "emergency", "khẩn cấp", "emergency" },
        { "requisition", "trưng dụng", "requisition" },
        { "priority", "ưu tiên", "priority" },
        { "ordinary", "thông thường", "ordinary" },
        { "filler", "bản tin nền", "filler" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].cls, cls) == 0)
            return SAY(page, words[i].vi, words[i].en);
    return cls;
}

static const char *fault_words(const BtPage *page, const char *fault)
{
    if (strcmp(fault, "black") == 0)
        return SAY(page, "Hình bị đen", "The picture is black");
    if (strcmp(fault, "frozen") == 0)
        return SAY(page, "Hình bị đứng", "The picture stands still");
    return SAY(page, "Hình không đúng nội dung", "The picture is not the right one");
}

static gboolean same_day(GDateTime *a, GDateTime *b)
{
    return g_date_time_get_year(a) == g_date_time_get_year(b) &&
        g_date_time_get_day_of_year(a) == g_date_time_get_day_of_year(b);
}

/* "08:15", with the day when it is another one. */
static char *time_words(const BtPage *page, gint64 wall_ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(wall_ms / 1000);
    g_autoptr(GDateTime) now_utc = g_date_time_new_from_unix_utc(page->now_ms / 1000);
    if (utc == NULL || now_utc == NULL)
        return g_strdup("–");
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, page->timezone);
    g_autoptr(GDateTime) now = g_date_time_to_timezone(now_utc, page->timezone);
    return g_date_time_format(local, same_day(local, now) ? "%H:%M" : "%H:%M, %d/%m/%Y");
}

static void add_time(GString *html, const BtPage *page, gint64 wall_ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(wall_ms / 1000);
    g_autofree char *words = time_words(page, wall_ms);
    g_autofree char *machine =
        utc != NULL ? g_date_time_format(utc, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("");
    bt_html_add(html, "<time datetime=\"%s\">%s</time>", machine, words);
}

static char *span_words(const BtPage *page, gint64 span_ms)
{
    gint64 minutes = span_ms / 60000;
    if (minutes < 60)
        return g_strdup_printf("%" G_GINT64_FORMAT " %s", minutes, SAY(page, "phút", "min"));
    return g_strdup_printf("%" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT " %s", minutes / 60,
        SAY(page, "giờ", "h"), minutes % 60, SAY(page, "phút", "min"));
}

/* ---- the frame of every page ---- */

static void add_head(GString *html, const BtPage *page, const char *title, gboolean renews)
{
    bt_html_add(html,
        "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\">",
        SAY(page, "vi", "en"));
    if (renews)
        g_string_append_printf(
            html, "<noscript><meta http-equiv=\"refresh\" content=\"%d\"></noscript>", REFRESH_S);
    bt_html_add(html,
        "<title>%s – %s</title><link rel=\"stylesheet\" href=\"/files/page.css\"></head>\n<body>",
        title, page->source_name);
}

static void add_message(GString *html, const BtPage *page)
{
    if (page->message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"status\">%s</p>", page->message);
}

static void add_token(GString *html, const BtPage *page)
{
    bt_html_add(html, "<input type=\"hidden\" name=\"token\" value=\"%s\">", page->form_token);
}

static void add_top(GString *html, const BtPage *page)
{
    bt_html_add(html,
        "<header class=\"top\"><div><p class=\"kind\">%s</p><h1>%s</h1></div>"
        "<form method=\"post\" action=\"/sign-out\">",
        SAY(page, "Bảng tin điện tử", "Public boards"), page->source_name);
    add_token(html, page);
    bt_html_add(html,
        "<span class=\"who\">%s</span><button class=\"quiet\">%s</button></form>"
        "</header>\n<main>",
        page->user, SAY(page, "Đăng xuất", "Sign out"));
    add_message(html, page);
}

/* ---- how things are, in one line ---- */

static guint count_state(const BtPage *page, guint from, guint to)
{
    guint n = 0;
    for (guint i = 0; i < page->cards->len; i++) {
        const BtCard *card = g_ptr_array_index(page->cards, i);
        n += card->state >= from && card->state <= to;
    }
    return n;
}

static void add_count(
    GString *html, const BtPage *page, guint n, const char *css, const char *vi, const char *en)
{
    if (n > 0)
        bt_html_add(html, "<li class=\"%s\"><b>%u</b> %s</li>", css, n, SAY(page, vi, en));
}

static void add_summary(GString *html, const BtPage *page)
{
    g_string_append(html, "<ul class=\"summary\">");
    bt_html_add(html, "<li><b>%u</b> %s</li>", page->cards->len,
        SAY(page, "màn hình", page->cards->len == 1 ? "screen" : "screens"));
    add_count(html, page, count_state(page, BT_CARD_PLAYING, BT_CARD_PLAYING), "good", "đang phát",
        "playing");
    add_count(html, page, count_state(page, BT_CARD_SAFE, BT_CARD_CUT), "warn",
        "không phát bản tin", "not playing bulletins");
    add_count(html, page, count_state(page, BT_CARD_LATE, BT_CARD_LATE), "warn", "chậm", "late");
    add_count(html, page, count_state(page, BT_CARD_LOST, BT_CARD_LOST), "bad", "mất liên lạc",
        "without contact");
    add_count(html, page, count_state(page, BT_CARD_DARK, BT_CARD_DARK), "calm", "tắt theo lịch",
        "off by timetable");
    add_count(html, page, count_state(page, BT_CARD_NEVER, BT_CARD_NEVER), "calm", "chưa kết nối",
        "not connected yet");
    g_string_append(html, "</ul>\n");
}

/* ---- boards that wait ---- */

static void add_waiting_board(GString *html, const BtPage *page, const BtPageWaiting *board)
{
    bt_html_add(html, "<li class=\"board\"><p class=\"code\">%s</p><p class=\"fine\">%s ",
        board->code, SAY(page, "Chờ từ", "Waiting since"));
    add_time(html, page, board->first_ms);
    if (*board->peer != '\0')
        bt_html_add(html, " · %s", board->peer);
    g_string_append(html, "</p><form method=\"post\" action=\"/claim\">");
    add_token(html, page);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"code\" value=\"%s\">"
        "<label>%s<input name=\"screen\" required maxlength=\"64\" autocapitalize=\"none\" "
        "autocomplete=\"off\" spellcheck=\"false\" pattern=\"[A-Za-z0-9_\\-][A-Za-z0-9._\\-]*\">"
        "</label><label>%s<input name=\"name\" maxlength=\"100\" autocomplete=\"off\"></label>"
        "<button>%s</button></form>",
        board->code, SAY(page, "Mã màn hình", "Screen id"),
        SAY(page, "Tên gọi (nơi đặt)", "Name (where it stands)"),
        SAY(page, "Mã trùng khớp, nhận màn hình này", "The codes agree: accept this board"));
    g_string_append(html, "<form method=\"post\" action=\"/turn-down\">");
    add_token(html, page);
    bt_html_add(html,
        "<input type=\"hidden\" name=\"code\" value=\"%s\"><button class=\"quiet\">%s</button>"
        "</form></li>",
        board->code, SAY(page, "Từ chối", "Turn down"));
}

static void add_waiting(GString *html, const BtPage *page)
{
    if (page->waiting->len == 0)
        return;
    bt_html_add(html,
        "<section class=\"waiting\" aria-labelledby=\"w\"><h2 id=\"w\">%s</h2><p>%s</p><ul>",
        SAY(page, "Bảng đang xin kết nối", "Boards that ask to be accepted"),
        SAY(page,
            "So mã dưới đây với mã đang hiện trên chính bảng đó. Chỉ nhận khi hai mã giống hệt.",
            "Compare the code with the one that the board itself shows. Accept only when they are "
            "the same."));
    for (guint i = 0; i < page->waiting->len; i++)
        add_waiting_board(html, page, g_ptr_array_index(page->waiting, i));
    g_string_append(html, "</ul></section>\n");
}

/* ---- screens ---- */

static void add_badge(GString *html, const BtPage *page, const BtCard *card)
{
    bt_html_add(html,
        "<p class=\"state %s\"><svg viewBox=\"0 0 20 20\" width=\"20\" height=\"20\" "
        "fill=\"currentColor\" aria-hidden=\"true\">",
        states[card->state].css);
    g_string_append(html, states[card->state].shape);
    bt_html_add(html, "</svg><b>%s</b>", SAY(page, states[card->state].vi, states[card->state].en));
    if (card->since_ms > 0) {
        bt_html_add(html, " <span>%s ", SAY(page, "từ", "since"));
        add_time(html, page, card->since_ms);
        g_string_append(html, "</span>");
    }
    g_string_append(html, "</p>");
}

static void add_item(GString *html, const BtPage *page, const BtCardItem *item)
{
    bt_html_add(html, "<li><b>%s</b><span class=\"fine\">", item->title);
    if (*item->zone != '\0')
        bt_html_add(html, "%s %s · ", SAY(page, "vùng", "zone"), item->zone);
    if (*item->cls != '\0')
        bt_html_add(html, "%s", class_words(page, item->cls));
    if (item->since_ms > 0) {
        bt_html_add(html, " · %s ", SAY(page, "từ", "since"));
        add_time(html, page, item->since_ms);
    }
    g_string_append(html, "</span>");
    if (*item->fault != '\0')
        bt_html_add(html, "<span class=\"fault\">⚠ %s</span>", fault_words(page, item->fault));
    g_string_append(html, "</li>");
}

/* What the state means, and what to do about it; NULL where there is nothing to say. */
static const char *advice(const BtPage *page, const BtCard *card)
{
    switch (card->state) {
    case BT_CARD_LOST:
        return SAY(page,
            "Hãy kiểm tra điện và mạng ở nơi đặt. Bảng có thể vẫn đang phát từ bộ nhớ.",
            "Check power and network where it stands. It may still play from its memory.");
    case BT_CARD_LATE:
        return SAY(page, "Báo cáo chưa về. Màn hình có thể vẫn đang phát bình thường.",
            "Its report has not come. The screen may well be playing.");
    case BT_CARD_CUT:
        return SAY(page, "Người vận hành đã cắt hình tại chỗ; phát lại cũng tại chỗ.",
            "An operator cut the picture; it is resumed at the board itself.");
    case BT_CARD_DARK:
        return SAY(page, "Màn hình tắt trong giờ đã đặt.", "It is off during its set hours.");
    case BT_CARD_SAFE:
        return SAY(page, "Lúc này không có bản tin nào để phát.",
            "There is no bulletin to play at this time.");
    case BT_CARD_NEVER:
        return SAY(page, "Chưa có bảng nào báo về cho màn hình này.",
            "No board has reported for this screen yet.");
    default:
        return card->empty ? SAY(page, "Chưa có bản tin nào được giao cho màn hình này.",
                                 "No bulletin has been given to this screen yet.")
                           : NULL;
    }
}

static void add_on_air(GString *html, const BtPage *page, const BtCard *card)
{
    gboolean is_old = card->state == BT_CARD_LATE || card->state == BT_CARD_LOST;
    const char *words = advice(page, card);
    if (words != NULL)
        bt_html_add(html, "<p class=\"none\">%s</p>", words);
    if (card->items->len == 0)
        return;
    bt_html_add(html, "<h4>%s</h4><ul class=\"air\">",
        is_old ? SAY(page, "Lần cuối biết đang phát", "On air when last heard")
               : SAY(page, "Đang trên màn hình", "On the screen now"));
    for (guint i = 0; i < card->items->len; i++)
        add_item(html, page, g_ptr_array_index(card->items, i));
    g_string_append(html, "</ul>");
}

static void add_facts(GString *html, const BtPage *page, const BtCard *card)
{
    g_autofree char *lit = span_words(page, card->lit_ms);
    bt_html_add(html, "<dl><div><dt>%s</dt><dd>", SAY(page, "Báo cáo gần nhất", "Last report"));
    if (card->seen_ms > 0)
        add_time(html, page, card->seen_ms);
    else
        bt_html_add(html, "%s", SAY(page, "chưa có", "none yet"));
    bt_html_add(html, "</dd></div><div><dt>%s</dt><dd>%s</dd></div></dl>",
        SAY(page, "Đã phát đúng hôm nay", "Lit and right today"), lit);
}

/* A screen that an authority took over, or had until lately: its owner is not asked why. */
static void add_taken(GString *html, const BtPage *page, const BtCard *card)
{
    if (card->taken_by == NULL)
        return;
    bt_html_add(html, "<p class=\"taken\">%s <b>%s</b> %s ",
        card->taken_until_ms > page->now_ms
            ? SAY(page, "Đang được trưng dụng bởi", "Requisitioned by")
            : SAY(page, "Đã được trưng dụng bởi", "Was requisitioned by"),
        card->taken_by, SAY(page, "từ", "from"));
    add_time(html, page, card->taken_from_ms);
    bt_html_add(html, " %s ", SAY(page, "đến", "until"));
    add_time(html, page, card->taken_until_ms);
    g_string_append(html, "</p>");
}

static void add_card(GString *html, const BtPage *page, const BtCard *card)
{
    bt_html_add(
        html, "<article class=\"card %s\"><h3>%s</h3>", states[card->state].css, card->name);
    if (strcmp(card->name, card->id) != 0)
        bt_html_add(html, "<p class=\"fine id\">%s</p>", card->id);
    add_badge(html, page, card);
    if (card->alert)
        bt_html_add(html, "<p class=\"alert\">%s</p>",
            SAY(page, "⚠ Đang có bản tin KHẨN CẤP giao cho màn hình này",
                "⚠ An EMERGENCY bulletin is published to this screen"));
    add_taken(html, page, card);
    add_on_air(html, page, card);
    add_facts(html, page, card);
    g_string_append(html, "</article>\n");
}

/* Ways to the other parts of a long list. */
static void add_parts(GString *html, const BtPage *page)
{
    guint n_parts = (page->cards->len + BT_PAGE_CARDS - 1) / BT_PAGE_CARDS;
    if (n_parts <= 1)
        return;
    bt_html_add(html, "<nav class=\"parts\" aria-label=\"%s\">",
        SAY(page, "Các trang màn hình", "Pages of screens"));
    if (page->part > 0)
        bt_html_add(html, "<a href=\"/?part=%u\">← %s</a>", page->part - 1,
            SAY(page, "Trang trước", "Previous"));
    bt_html_add(
        html, "<span>%s %u / %u</span>", SAY(page, "Trang", "Page"), page->part + 1, n_parts);
    if (page->part + 1 < n_parts)
        bt_html_add(
            html, "<a href=\"/?part=%u\">%s →</a>", page->part + 1, SAY(page, "Trang sau", "Next"));
    g_string_append(html, "</nav>");
}

static void add_cards(GString *html, const BtPage *page)
{
    bt_html_add(html, "<section aria-labelledby=\"s\"><h2 id=\"s\">%s</h2>",
        SAY(page, "Màn hình", "Screens"));
    if (page->cards->len == 0)
        bt_html_add(html, "<p class=\"none\">%s</p>",
            SAY(page,
                "Chưa có màn hình nào. Bật bảng tin, cho nó trỏ về địa chỉ này, rồi nhận nó ở đây.",
                "There is no screen yet. Start a board, point it at this address, and accept it "
                "here."));
    g_string_append(html, "<div class=\"cards\">");
    guint end = MIN(page->cards->len, (page->part + 1) * BT_PAGE_CARDS);
    for (guint i = page->part * BT_PAGE_CARDS; i < end; i++)
        add_card(html, page, g_ptr_array_index(page->cards, i));
    g_string_append(html, "</div>");
    add_parts(html, page);
    g_string_append(html, "</section>\n");
}

/* ---- pages ---- */

/* Somebody who types a name must not have the page renewed under his hands. */
char *bt_page_board_html(const BtPage *page)
{
    GString *html = g_string_new(NULL);
    add_head(html, page, SAY(page, "Màn hình", "Screens"), page->waiting->len == 0);
    add_top(html, page);
    add_summary(html, page);
    add_waiting(html, page);
    add_cards(html, page);
    g_autofree char *now = time_words(page, page->now_ms);
    bt_html_add(html,
        "</main><footer><p class=\"fine\">%s %s · <a href=\"/\">%s</a></p></footer>"
        "</body></html>\n",
        SAY(page, "Xem lúc", "As of"), now, SAY(page, "Tải lại", "Reload"));
    return g_string_free(html, FALSE);
}

char *bt_page_sign_in_html(const BtPage *page, const char *user_field)
{
    GString *html = g_string_new(NULL);
    add_head(html, page, SAY(page, "Đăng nhập", "Sign in"), FALSE);
    bt_html_add(html,
        "<main class=\"door\"><p class=\"kind\">%s</p><h1>%s</h1>"
        "<form method=\"post\" action=\"/sign-in\">",
        SAY(page, "Bảng tin điện tử", "Public boards"), page->source_name);
    add_message(html, page);
    bt_html_add(html,
        "<label>%s<input name=\"user\" value=\"%s\" required maxlength=\"64\" "
        "autocapitalize=\"none\" autocomplete=\"username\" spellcheck=\"false\"></label>"
        "<label>%s<input name=\"password\" type=\"password\" required maxlength=\"1024\" "
        "autocomplete=\"current-password\"></label><button>%s</button></form></main></body></html>"
        "\n",
        SAY(page, "Tên tài khoản", "Account"), user_field, SAY(page, "Mật khẩu", "Password"),
        SAY(page, "Đăng nhập", "Sign in"));
    return g_string_free(html, FALSE);
}
