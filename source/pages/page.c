#include "source/pages/page.h"

#include "source/pages/html.h"

#define SAY(page, vi, en) ((page)->english ? (en) : (vi))

static void add_head(GString *html, const BtPage *page, const char *title)
{
    bt_html_add(html,
        "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\">",
        SAY(page, "vi", "en"));
    bt_html_add(html,
        "<title>%s – %s</title><link rel=\"stylesheet\" href=\"/files/page.css\"></head>\n<body>",
        title, page->source_name);
}

static void add_message(GString *html, const BtPage *page)
{
    if (page->message != NULL)
        bt_html_add(html, "<p class=\"message\" role=\"status\">%s</p>", page->message);
}

char *bt_page_sign_in_html(const BtPage *page, const char *user_field)
{
    GString *html = g_string_new(NULL);
    add_head(html, page, SAY(page, "Đăng nhập", "Sign in"));
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
