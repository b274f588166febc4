/* The limits of the manifest: the last that fits, one more, and what no limit would survive. */
#include "tests/unit/good-manifest.h"

/* "HEAD ELEMENT, ELEMENT … TAIL", an element being `format` with its number. */
static char *repeated(const char *head, const char *format, guint n, const char *tail)
{
    GString *text = g_string_new(head);
    for (guint i = 0; i < n; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        g_auto(GStrv) parts = g_strsplit(format, "#", -1);
        g_autofree char *element = g_strjoinv(number, parts);
        g_string_append_printf(text, "%s%s", i ? "," : "", element);
    }
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

static const struct {
    const char *name, *from, *head, *format, *tail;
    guint max;
    const char *message; /* for max + 1 */
} limits[] = {
    { "screens", "[\"kp-01\"]", "[", "\"s#\"", "]", BT_MANIFEST_MAX_SCREENS,
        "m.json:/screens: 10001 elements: expected at most 10000" },
    { "playlists", "{ \"id\": \"line\"", "", "{\"id\":\"p#\"}", ", { \"id\": \"line\"",
        BT_MANIFEST_MAX_PLAYLISTS - 2, "m.json:/playlists: 1001 elements: expected at most 1000" },
    { "items", "{ \"id\": \"n4\"", "", "{\"id\":\"i#\",\"kind\":\"clock\"}", ", { \"id\": \"n4\"",
        BT_MANIFEST_MAX_ITEMS - 8,
        "m.json:/playlists/1/items/0: more than 2000 items in all playlists: expected at most "
        "2000" },
    { "items-again", "{ \"id\": \"n7\"", "", "\"n1\"", ", { \"id\": \"n7\"",
        BT_MANIFEST_MAX_ITEMS - 8,
        "m.json:/playlists/1/items/0: more than 2000 items in all playlists: expected at most "
        "2000" },
    { "programmes", "{ \"id\": \"day\"", "",
        "{\"id\":\"p#\",\"layout\":\"split\",\"zones\":{\"main\":\"news\"}}", ", { \"id\": \"day\"",
        BT_MANIFEST_MAX_PROGRAMMES - 1, "m.json:/programmes: 201 elements: expected at most 200" },
    { "layouts", "{ \"id\": \"split\"", "",
        "{\"id\":\"l#\",\"canvas\":[32,16],\"zones\":[{\"id\":\"z\",\"rect\":[0,0,1,1]}]}",
        ", { \"id\": \"split\"", BT_MANIFEST_MAX_LAYOUTS - 1,
        "m.json:/layouts: 65 elements: expected at most 64" },
    { "zones", "{ \"id\": \"strip\", \"rect\": [0, 320, 640, 64], \"lang\": \"jra\" }",
        "{\"id\":\"strip\",\"rect\":[0,320,1,1]},", "{\"id\":\"z#\",\"rect\":[1#,320,1,1]}", "",
        BT_MANIFEST_MAX_ZONES - 2, "m.json:/layouts/0/zones: 17 elements: expected at most 16" },
    { "texts", "{ \"lang\": \"jra\", \"body\": \"C\" }", "", "{\"lang\":\"aa-#\",\"body\":\"C\"}",
        "", BT_ITEM_MAX_TEXTS - 1,
        "m.json:/playlists/0/items/0/texts: 33 elements: expected at most 32" },
    { "subtitles", "{ \"lang\": \"km\", \"asset\": \"" VTT "\" }", "",
        "{\"lang\":\"aa-#\",\"asset\":\"" VTT "\"}", "", BT_ITEM_MAX_SUBTITLES - 1,
        "m.json:/playlists/0/items/1/subtitles: 33 elements: expected at most 32" },
    { "times", "[\"22:00\", \"24:00\"]", "", "[\"22:00\",\"23:00\"]", "", BT_TIMES_MAX - 1,
        "m.json:/programmes/0/when/times: 49 elements: expected at most 48" },
};

static void test_limit(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    for (guint more = 0; more < 2; more++) {
        guint n = limits[i].max + more;
        g_autofree char *part = repeated(limits[i].head, limits[i].format, n, limits[i].tail);
        g_autofree char *text = changed(limits[i].from, part);
        if (!more)
            check_accepted(text, strlen(text));
        else
            check_refused(text, strlen(text), BT_ERROR_LIMIT, limits[i].message);
    }
}

static void test_asset_limit(void)
{
    for (guint n = BT_MANIFEST_MAX_ASSETS; n <= BT_MANIFEST_MAX_ASSETS + 1; n++) {
        g_autoptr(GString) many = g_string_new("\"assets\": {");
        for (guint i = 6; i < n; i++)
            g_string_append_printf(many, "\"%064x\":{\"size\":1,\"type\":\"a/b\"},", i);
        g_autofree char *text = changed("\"assets\": {", many->str);
        if (n == BT_MANIFEST_MAX_ASSETS)
            check_accepted(text, strlen(text));
        else
            check_refused(text, strlen(text), BT_ERROR_LIMIT,
                "m.json:/assets: 5001 assets: expected at most 5000");
    }
}

static char *many_slots(guint n)
{
    GString *text = g_string_new("\"slots\": [");
    for (guint i = 0; i < n; i++)
        g_string_append_printf(text,
            "%s[\"2026-11-22T%02u:%02u:%02uZ\",\"2026-11-22T%02u:%02u:%02u.5Z\"]", i ? "," : "",
            i / 3600, i / 60 % 60, i % 60, i / 3600, i / 60 % 60, i % 60);
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

static void test_slots_limit(void)
{
    g_autofree char *fits = many_slots(BT_SLOTS_MAX), *more = many_slots(BT_SLOTS_MAX + 1);
    g_autofree char *good_text = changed(GOOD_WHEN, fits), *bad_text = changed(GOOD_WHEN, more);
    check_accepted(good_text, strlen(good_text));
    check_refused(bad_text, strlen(bad_text), BT_ERROR_LIMIT,
        "m.json:/programmes/0/when/slots: 501 elements: expected at most 500");
}

/* Eleven programmes, the last with `last` slots, before the one that has none. */
static char *with_slots_in_all(guint last)
{
    g_autofree char *most = many_slots(BT_SLOTS_MAX), *few = many_slots(last);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i <= BT_MANIFEST_MAX_SLOTS / BT_SLOTS_MAX; i++)
        if (i < BT_MANIFEST_MAX_SLOTS / BT_SLOTS_MAX || last > 0)
            g_string_append_printf(text,
                "{\"id\":\"p%u\",\"layout\":\"split\",\"zones\":{\"main\":\"news\"},"
                "\"when\":{%s}},",
                i, i < BT_MANIFEST_MAX_SLOTS / BT_SLOTS_MAX ? most : few);
    g_string_append(text, "{ \"id\": \"day\"");
    return changed("{ \"id\": \"day\"", text->str);
}

static void test_all_slots_limit(void)
{
    g_autofree char *fits = with_slots_in_all(0), *more = with_slots_in_all(1);
    check_accepted(fits, strlen(fits));
    check_refused(more, strlen(more), BT_ERROR_LIMIT,
        "m.json:/programmes/10/when/slots/0: more than 5000 slots in all programmes: expected at "
        "most 5000");
}

/* Vietnamese letters are two or three bytes and one code point each. */
static void test_text_limit(void)
{
    for (guint n = BT_TEXT_MAX_CODE_POINTS; n <= BT_TEXT_MAX_CODE_POINTS + 1; n++) {
        g_autoptr(GString) body = g_string_new("\"body\": \"");
        for (guint i = 0; i < n; i++)
            g_string_append(body, "ộ");
        g_string_append_c(body, '"');
        g_autofree char *text = changed("\"body\": \"E\"", body->str);
        if (n == BT_TEXT_MAX_CODE_POINTS)
            check_accepted(text, strlen(text));
        else
            check_refused(text, strlen(text), BT_ERROR_LIMIT,
                "m.json:/playlists/1/items/0/texts/0/body: 10001 code points: expected 0 to 10000");
    }
}

static void test_size_limit(void)
{
    g_autofree char *text = g_malloc(BT_MANIFEST_MAX_BYTES + 1);
    memset(text, ' ', BT_MANIFEST_MAX_BYTES + 1);
    memcpy(text, good, strlen(good));
    check_accepted(text, BT_MANIFEST_MAX_BYTES);
    check_refused(text, BT_MANIFEST_MAX_BYTES + 1, BT_ERROR_LIMIT,
        "m.json: 1048577 bytes: expected at most 1048576");
}

static void test_100_mb(void)
{
    gsize size_bytes = 100 * 1000 * 1000;
    g_autofree char *text = g_malloc(size_bytes);
    memset(text, '[', size_bytes);
    check_refused(
        text, size_bytes, BT_ERROR_LIMIT, "m.json: 100000000 bytes: expected at most 1048576");
}

static void test_nesting(void)
{
    g_autofree char *opened = g_strnfill(10000, '[');
    check_refused(
        opened, 10000, BT_ERROR_LIMIT, "m.json:1:17: too deep: expected at most 16 levels");
    /* The manifest itself is one level. */
    g_autofree char *fits = changed("\"volume\": 7", "\"x-a\": [[[[[[[[[[[[[[]]]]]]]]]]]]]]");
    check_accepted(fits, strlen(fits));
    g_autofree char *deeper = changed("\"volume\": 7", "\"x-a\": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]");
    check_refused(deeper, strlen(deeper), BT_ERROR_LIMIT, NULL);
}

/* Wherever it is cut off, a document is refused, and never read beyond its end. */
static void test_truncated(void)
{
    gsize whole = strlen(good);
    while (whole > 0 && g_ascii_isspace(good[whole - 1]))
        whole--;
    for (gsize size_bytes = 0; size_bytes < whole; size_bytes++) {
        g_autofree char *copy = g_memdup2(good, MAX(size_bytes, 1));
        check_refused(copy, size_bytes, BT_ERROR_SYNTAX, NULL);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_autofree char *path = g_strconcat("/manifest/limit/", limits[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_limit);
    }
    g_test_add_func("/manifest/limit/assets", test_asset_limit);
    g_test_add_func("/manifest/limit/slots", test_slots_limit);
    g_test_add_func("/manifest/limit/all-slots", test_all_slots_limit);
    g_test_add_func("/manifest/limit/text", test_text_limit);
    g_test_add_func("/manifest/limit/size", test_size_limit);
    g_test_add_func("/manifest/limit/100-mb", test_100_mb);
    g_test_add_func("/manifest/limit/nesting", test_nesting);
    g_test_add_func("/manifest/truncated", test_truncated);
    return g_test_run();
}
