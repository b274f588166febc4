/* What stands before a text: the mark of a byte order, and what makes it a page. */
#include "base/prefix.h"

#include <string.h>

#define MARK "\xef\xbb\xbf"

static const struct {
    const char *name, *text;
    gsize mark_bytes;
    gboolean is_page;
} rows[] = {
    { "nothing", "", 0, FALSE },
    { "words", "Lũ về", 0, FALSE },
    { "mark", MARK, 3, FALSE },
    { "half a mark", "\xef\xbb", 0, FALSE },
    { "marked", MARK "[screen]", 3, FALSE },
    { "marked twice", MARK MARK "<", 3, FALSE },
    { "page", "<!DOCTYPE html>", 0, TRUE },
    { "page behind space", " \r\n\t<html>", 0, TRUE },
    { "page behind a mark", MARK "\n <html>", 3, TRUE },
    { "space alone", " \n ", 0, FALSE },
    { "page behind words", "x<html>", 0, FALSE },
};

static void test_row(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data), size_bytes = strlen(rows[i].text);
    g_autofree char *exact = g_memdup2(rows[i].text, size_bytes); /* a byte too far is found */
    const char *text = exact;
    gsize left_bytes = size_bytes;
    bt_prefix_skip_mark(&text, &left_bytes);
    g_assert_cmpuint(left_bytes, ==, size_bytes - rows[i].mark_bytes);
    g_assert_true(size_bytes == 0 || text == exact + rows[i].mark_bytes);
    g_assert_cmpint(bt_prefix_is_page(exact, size_bytes), ==, rows[i].is_page);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/prefix/", rows[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_row);
    }
    return g_test_run();
}
