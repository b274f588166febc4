/* What is packed comes out again; what is none, is cut or holds too much does not. */
#include "base/error.h"
#include "base/gzip.h"

#include <string.h>

#define MAX_BYTES 10000

static GBytes *text_of(gsize size_bytes)
{
    char *text = g_malloc(size_bytes);
    for (gsize i = 0; i < size_bytes; i++)
        text[i] = (char)('a' + i % 7 + i / 1000 % 9);
    return g_bytes_new_take(text, size_bytes);
}

static void test_round(void)
{
    static const gsize sizes[] = { 0, 1, 1000, MAX_BYTES };
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        gsize size_bytes = 0;
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) text = text_of(sizes[i]);
        g_autoptr(GBytes) packed = bt_gzip(text);
        const void *data = g_bytes_get_data(packed, &size_bytes);
        g_autoptr(GBytes) again = bt_gunzip(data, size_bytes, MAX_BYTES, &error);
        g_assert_no_error(error);
        g_assert_true(g_bytes_equal(text, again));
        g_assert_true(sizes[i] < MAX_BYTES || size_bytes < MAX_BYTES / 10);
    }
}

static void check_refused(const void *data, gsize size_bytes, gint code)
{
    g_autoptr(GError) error = NULL;
    g_autofree void *exact = g_memdup2(data, size_bytes); /* a byte too far is found */
    g_assert_null(bt_gunzip(exact, size_bytes, MAX_BYTES, &error));
    g_assert_error(error, BT_ERROR, code);
}

static void test_too_much(void)
{
    static const gsize sizes[] = { MAX_BYTES + 1, 100 * MAX_BYTES };
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        gsize size_bytes = 0;
        g_autoptr(GBytes) text = text_of(sizes[i]);
        g_autoptr(GBytes) packed = bt_gzip(text);
        const void *data = g_bytes_get_data(packed, &size_bytes);
        check_refused(data, size_bytes, BT_ERROR_LIMIT);
    }
}

/* At each byte. */
static void test_cut(void)
{
    gsize size_bytes = 0;
    g_autoptr(GBytes) text = text_of(1000);
    g_autoptr(GBytes) packed = bt_gzip(text);
    const void *data = g_bytes_get_data(packed, &size_bytes);
    for (gsize i = 0; i < size_bytes; i++)
        check_refused(data, i, BT_ERROR_SYNTAX);
}

static void test_none(void)
{
    static const char *const texts[] = { "{\"id\":\"f1\"}\n", "\x1f\x8b", "\x1f\x8b\x08nonsense" };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        check_refused(texts[i], strlen(texts[i]), BT_ERROR_SYNTAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gzip/round", test_round);
    g_test_add_func("/gzip/too-much", test_too_much);
    g_test_add_func("/gzip/cut", test_cut);
    g_test_add_func("/gzip/none", test_none);
    return g_test_run();
}
