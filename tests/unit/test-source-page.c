/* What people type and screens say, on its way into a page; and who may see one. */
#include "source/desk/glance.h"
#include "source/pages/html.h"
#include "source/serve/session.h"
#include "source/store/fold.h"

#include <string.h>

#define EVIL "\"'><script>&"

static void test_escaping(void)
{
    GString *html = g_string_new(NULL);
    bt_html_add(html, "<p title=\"%s\">%s</p>", EVIL, EVIL);
    g_assert_cmpstr(html->str, ==,
        "<p title=\"&quot;&apos;&gt;&lt;script&gt;&amp;\">&quot;&apos;&gt;&lt;script&gt;&amp;</p>");
    g_string_free(html, TRUE);
}

static void test_forms(void)
{
    static const struct {
        const char *name, *text, *value; /* of "a"; NULL: refused */
    } cases[] = {
        { "one field", "a=b", "b" },
        { "blanks", "a=b+c%20d", "b c d" },
        { "nothing in it", "a=", "" },
        { "letters with marks", "a=Ch%E1%BB%A3", "Chợ" },
        { "plus as itself", "a=%2B", "+" },
        { "two of one name", "a=b&a=c", NULL },
        { "no equals sign", "a", NULL },
        { "half an escape", "a=%4", NULL },
        { "an escape that is none", "a=%zz", NULL },
        { "a bell", "a=b%07c", NULL },
        { "an end of text", "a=b%00c", NULL },
        { "not UTF-8", "a=%ff", NULL },
        { "lines", "a=b%0D%0Ac%0Ad", "b\nc\nd" },
        { "nothing", "", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GHashTable) form = bt_form_parse(cases[i].text, strlen(cases[i].text));
        g_test_message("%s", cases[i].name);
        if (cases[i].value == NULL)
            g_assert_null(form);
        else
            g_assert_cmpstr(bt_form_get(form, "a"), ==, cases[i].value);
    }
}

/* At most 1000 fields. */
static void test_many_fields(void)
{
    for (int n = 1000; n <= 1001; n++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int i = 0; i < n; i++)
            g_string_append_printf(text, "%sf%d=on", i > 0 ? "&" : "", i);
        g_autoptr(GHashTable) form = bt_form_parse(text->str, text->len);
        g_assert_cmpint(form != NULL, ==, n == 1000);
    }
}

static void test_states(void)
{
    static const struct {
        gint64 age_ms;
        const char *told;
        BtGlanceState state;
    } cases[] = {
        { 0, "playing", BT_GLANCE_PLAYING },
        { 149999, "playing", BT_GLANCE_PLAYING },
        { 0, "starting", BT_GLANCE_PLAYING },
        { 0, "dark", BT_GLANCE_DARK },
        { 0, "cut", BT_GLANCE_CUT },
        { 0, "safe", BT_GLANCE_SAFE },
        { 150000, "playing", BT_GLANCE_LATE },
        { 239999, "dark", BT_GLANCE_LATE },
        { 240000, "playing", BT_GLANCE_LOST },
        { -5000, "playing", BT_GLANCE_PLAYING },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(
            bt_glance_state(1000000, 1000000 + cases[i].age_ms, cases[i].told), ==, cases[i].state);
    g_assert_cmpint(bt_glance_state(0, 1000000, NULL), ==, BT_GLANCE_NEVER);
}

/* Who looks for "dang phat" finds "Đang phát", however its marks are put together. */
static void test_folding(void)
{
    static const struct {
        const char *words, *folded;
    } cases[] = {
        { "", "" },
        { "Đang PHÁT", "dang phat" },
        { "Nhà văn hóa", "nha van hoa" },
        { "Nha\xcc\x80 va\xcc\x86n ho\xcc\x81"
          "a",
            "nha van hoa" },
        { "kp-01", "kp-01" },
        { "Ường", "uong" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *folded = bt_fold(cases[i].words);
        g_assert_cmpstr(folded, ==, cases[i].folded);
    }
}

static void test_sessions(void)
{
    char token[BT_TOKEN_HEX_SIZE], other[BT_TOKEN_HEX_SIZE];
    BtSessions *sessions = bt_sessions_new();
    bt_sessions_begin(sessions, "an", "s", 0, token);
    bt_sessions_begin(sessions, "an", "s", 0, other);
    g_assert_cmpstr(token, !=, other);
    g_assert_cmpstr(bt_sessions_find(sessions, token, BT_SESSION_IDLE_MS - 1)->user, ==, "an");
    /* used, so it lives; the other one was idle for too long */
    g_assert_nonnull(bt_sessions_find(sessions, token, 2 * BT_SESSION_IDLE_MS - 2));
    g_assert_null(bt_sessions_find(sessions, other, BT_SESSION_IDLE_MS));
    g_assert_null(bt_sessions_find(sessions, other, 0)); /* gone for good */
    /* in use all the time, and still over after 12 hours */
    for (gint64 t = 0; t < BT_SESSION_LIFE_MS; t += BT_SESSION_IDLE_MS / 2)
        g_assert_nonnull(bt_sessions_find(sessions, token, t));
    g_assert_null(bt_sessions_find(sessions, token, BT_SESSION_LIFE_MS));
    g_assert_null(bt_sessions_find(sessions, "", 0));
    bt_sessions_begin(sessions, "an", "s", 0, token);
    bt_sessions_end(sessions, token);
    g_assert_null(bt_sessions_find(sessions, token, 0));
    /* the longest idle makes room */
    bt_sessions_begin(sessions, "first", "s", 0, token);
    for (int i = 0; i < BT_SESSIONS_MAX; i++)
        bt_sessions_begin(sessions, "an", "s", 1, other);
    g_assert_null(bt_sessions_find(sessions, token, 1));
    g_assert_nonnull(bt_sessions_find(sessions, other, 1));
    bt_sessions_free(sessions);
}

static void test_guesses(void)
{
    BtSessions *sessions = bt_sessions_new();
    gint64 now_ms = 1000000;
    for (int i = 0; i < BT_GUESSES_FREE; i++)
        bt_sessions_failed(sessions, "an", "1.2.3.4", now_ms);
    g_assert_cmpint(bt_sessions_wait_s(sessions, "an", "1.2.3.4", now_ms), ==, 0);
    static const int waits[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900 };
    for (gsize i = 0; i < G_N_ELEMENTS(waits); i++) {
        bt_sessions_failed(sessions, "an", "1.2.3.4", now_ms);
        g_assert_cmpint(bt_sessions_wait_s(sessions, "an", "1.2.3.4", now_ms), ==, waits[i]);
    }
    g_assert_cmpint(bt_sessions_wait_s(sessions, "an", "1.2.3.4", now_ms + 899001), ==, 1);
    g_assert_cmpint(bt_sessions_wait_s(sessions, "an", "1.2.3.4", now_ms + 900000), ==, 0);
    /* nobody else is kept out */
    g_assert_cmpint(bt_sessions_wait_s(sessions, "an", "5.6.7.8", now_ms), ==, 0);
    g_assert_cmpint(bt_sessions_wait_s(sessions, "binh", "1.2.3.4", now_ms), ==, 0);
    bt_sessions_succeeded(sessions, "an", "1.2.3.4");
    g_assert_cmpint(bt_sessions_wait_s(sessions, "an", "1.2.3.4", now_ms), ==, 0);
    /* one address that tries many accounts */
    for (int i = 0; i < 10; i++) {
        g_autofree char *user = g_strdup_printf("u%d", i);
        bt_sessions_failed(sessions, user, "1.2.3.4", now_ms);
    }
    g_assert_cmpint(bt_sessions_wait_s(sessions, "binh", "1.2.3.4", now_ms), >, 0);
    bt_sessions_free(sessions);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source/page/escaping", test_escaping);
    g_test_add_func("/source/page/forms", test_forms);
    g_test_add_func("/source/page/many-fields", test_many_fields);
    g_test_add_func("/source/page/states", test_states);
    g_test_add_func("/source/page/folding", test_folding);
    g_test_add_func("/source/page/sessions", test_sessions);
    g_test_add_func("/source/page/guesses", test_guesses);
    return g_test_run();
}
