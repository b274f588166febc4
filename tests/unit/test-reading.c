/* How long people need to read. */
#include "playlists/model/manifest.h"

static const struct {
    const char *lang;
    int rate;
} rates[] = {
    { "vi", 12 }, { "VI-VN", 12 }, { "vi-Latn", 12 }, { "vi-x-nfd", 12 }, { "vi-Hani", 5 },
    { "tyz-Hani", 5 }, { "zh", 5 }, { "zh-Hant-TW", 5 }, { "jra", 10 }, { "rad", 10 },
    { "hmn-VN", 10 }, { "km", 9 }, { "km-KH", 9 },
    { "kmr", 10 }, /* another language that begins with the same letters */
    { "th", 9 }, { "lo", 9 }, { "ar", 9 }, { "cja-Arab", 9 }, { "cja", 10 }, { "blt", 8 },
    { "twh-Tavt", 8 }, { "blt-Latn", 10 }, { "en", 10 },
    { "en-x-hani", 10 }, /* a private subtag says nothing of the script */
};

static void test_rate(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_assert_cmpint(bt_reading_rate(rates[i].lang), ==, rates[i].rate);
}

static gint64 duration_of(const char *lang, const char *title, guint letters)
{
    g_autoptr(GString) body = g_string_new(NULL);
    for (guint i = 0; i < letters; i++)
        g_string_append(body, "ộ");
    BtText text = { (char *)lang, (char *)title, body->str };
    return bt_text_duration_ms(&text);
}

static void test_duration(void)
{
    g_assert_cmpint(duration_of("vi", "", 1), ==, 5000);
    g_assert_cmpint(duration_of("vi", "", 60), ==, 5000);
    g_assert_cmpint(duration_of("vi", "", 61), ==, 5084); /* 5083.3, rounded up */
    g_assert_cmpint(duration_of("vi", "12", 118), ==, 10000);
    g_assert_cmpint(duration_of("zh-Hans", "", 50), ==, 10000);
    g_assert_cmpint(duration_of("jra", "", BT_TEXT_MAX_CODE_POINTS), ==, 1000000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        g_autofree char *path = g_strconcat("/reading/rate/", rates[i].lang, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_rate);
    }
    g_test_add_func("/reading/duration", test_duration);
    return g_test_run();
}
