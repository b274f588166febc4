/* What may be said of an address. */
#include "base/address.h"

static const struct {
    const char *name, *address, *shown;
    gboolean has_more;
} cases[] = {
    { "plain", "https://tin.example.vn/krongpa", "https://tin.example.vn/krongpa", FALSE },
    { "port", "http://[::1]:8080/a", "http://[::1]:8080/a", FALSE },
    { "password", "https://an:mat@e.vn/a", "https://…@e.vn/a", TRUE },
    { "user", "https://an@e.vn/a", "https://…@e.vn/a", TRUE },
    { "two-ats", "https://an:m@t@e.vn/a", "https://…@e.vn/a", TRUE },
    { "slash", "https://an:m/at@e.vn/a", "https://…@e.vn/a", FALSE },
    { "question-in-password", "https://an:m?at@e.vn/a", "https://…@e.vn/a", FALSE },
    { "query", "https://e.vn/a?token=mat", "https://e.vn/a…", TRUE },
    { "fragment", "https://e.vn/a#mat", "https://e.vn/a…", TRUE },
    { "all", "https://an:mat@e.vn/a?token=mat#mat", "https://…@e.vn/a…", TRUE },
    { "folder", "file:///media/a@b", "file:///media/a@b", FALSE },
    { "no-scheme", "an:mat@e.vn/a?mat", "…@e.vn/a…", TRUE },
    { "words", "not an address", "not an address", FALSE },
    { "empty", "", "", FALSE },
};

static void test_case(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autofree char *shown = bt_address_shown(cases[i].address);
    g_assert_cmpstr(shown, ==, cases[i].shown);
    g_assert_cmpint(bt_address_has_more(cases[i].address), ==, cases[i].has_more);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/address/", cases[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_case);
    }
    return g_test_run();
}
