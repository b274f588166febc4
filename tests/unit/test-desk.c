/* What editors put together, without a server: layouts at every shape, lists in every order, weeks.
 */
#include "base/error.h"
#include "playlists/model/manifest.h"
#include "source/desk/playlists.h"
#include "source/desk/programmes.h"
#include "source/press/layout.h"

#include <string.h>

static BtJson *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    BtJson *json = bt_json_parse(text, strlen(text), "test", 100000, 16, &error);
    g_assert_no_error(error);
    return json;
}

/* ---- layouts ---- */

static const int shapes[][2] = { { 1920, 1080 }, { 1080, 1920 }, { 640, 384 }, { 64, 32 },
    { 32, 16 }, { 96, 16 }, { 7680, 4320 }, { 333, 777 }, { 128, 160 } };

static void read_rect(const BtJson *layout, guint zone, gint64 rect[4])
{
    BtJsonAt root = bt_json_root("", layout), zones, sides;
    g_assert_true(bt_json_member(&root, "zones", &zones));
    BtJsonAt at = bt_json_element(&zones, zone);
    g_assert_true(bt_json_member(&at, "rect", &sides));
    for (guint i = 0; i < 4; i++) {
        BtJsonAt side = bt_json_element(&sides, i);
        g_assert_true(bt_json_read_int(&side, 0, 7680, &rect[i], NULL));
    }
}

static guint count_zones(const BtJson *layout)
{
    BtJsonAt root = bt_json_root("", layout), zones;
    g_assert_true(bt_json_member(&root, "zones", &zones));
    return (guint)bt_json_length(&zones);
}

/* The player's own parser has the last word. */
static void assert_accepted(const BtJson *layout)
{
    g_autofree char *text = bt_json_to_text(layout, FALSE);
    g_autofree char *document = g_strdup_printf(
        "{\"spec\":1,\"source\":\"s\",\"version\":1,\"issued\":\"2026-01-01T00:00:00Z\","
        "\"expires\":\"2026-02-01T00:00:00Z\",\"screens\":[\"a\"],\"timezone\":\"UTC\","
        "\"layouts\":[%s],\"playlists\":[],\"programmes\":[]}",
        text);
    g_autoptr(GError) error = NULL;
    g_autoptr(BtManifest) manifest =
        bt_manifest_parse(document, strlen(document), "layout", &error);
    g_assert_no_error(error);
    g_assert_nonnull(manifest);
    g_assert_cmpuint(manifest->notes->len, ==, 0);
}

/* Each pixel belongs to exactly one zone. */
static void test_builtin_tile_every_shape(void)
{
    for (gsize s = 0; s < G_N_ELEMENTS(shapes); s++)
        for (const char *const *name = bt_layout_names(); *name != NULL; name++) {
            g_autoptr(GError) error = NULL;
            int w = shapes[s][0], h = shapes[s][1];
            g_autoptr(BtJson) body = bt_layout_builtin(*name, w, h);
            g_autoptr(BtJson) layout = bt_layout_to_manifest(body, *name, w, h, &error);
            g_assert_no_error(error);
            assert_accepted(layout);
            gint64 area = 0, rect[4];
            for (guint i = 0; i < count_zones(layout); i++) {
                read_rect(layout, i, rect);
                area += rect[2] * rect[3];
            }
            g_assert_cmpint(area, ==, (gint64)w * h);
        }
    g_assert_null(bt_layout_builtin("other", 640, 384));
}

static void test_a_strip_holds_a_line(void)
{
    for (gsize s = 0; s < G_N_ELEMENTS(shapes); s++) {
        gint64 rect[4];
        int w = shapes[s][0], h = shapes[s][1];
        g_autoptr(BtJson) body = bt_layout_builtin("strip", w, h);
        g_autoptr(BtJson) layout = bt_layout_to_manifest(body, "strip", w, h, NULL);
        read_rect(layout, 1, rect);
        g_assert_cmpint(rect[3], >=, MIN(16, h / 2));
        g_assert_cmpint(rect[1] + rect[3], ==, h);
    }
}

/* `expected` has a letter a fault: n none, s small, o outside, x overlap, u unreadable. */
static void assert_faults(const char *zones, const char *expected)
{
    static const char letters[] = "nsoxu"; /* in the order of the kinds */
    g_autofree char *text = g_strdup_printf("{\"canvas\":[1000,1000],\"zones\":[%s]}", zones);
    g_autoptr(BtJson) body = parse(text);
    g_autoptr(GArray) faults = bt_layout_faults(body);
    g_autoptr(GString) found = g_string_new(NULL);
    for (guint i = 0; i < faults->len; i++)
        g_string_append_c(found, letters[g_array_index(faults, BtLayoutFault, i).kind]);
    g_assert_cmpstr(found->str, ==, expected);
    g_autoptr(GError) error = NULL;
    g_autoptr(BtJson) layout = bt_layout_to_manifest(body, "l", 640, 384, &error);
    if (expected[0] == '\0')
        g_assert_no_error(error);
    else
        g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    g_assert_true((layout != NULL) == (expected[0] == '\0'));
}

static void test_faults_are_told(void)
{
    assert_faults("{\"id\":\"a\",\"rect\":[0,0,1000,1000]}", "");
    assert_faults(
        "{\"id\":\"a\",\"rect\":[0,0,500,500]},{\"id\":\"b\",\"rect\":[500,0,500,500]}", "");
    assert_faults(
        "{\"id\":\"a\",\"rect\":[0,0,501,500]},{\"id\":\"b\",\"rect\":[500,0,500,500]}", "x");
    assert_faults(
        "{\"id\":\"a\",\"rect\":[0,0,500,500]},{\"id\":\"b\",\"rect\":[499,499,2,500]}", "sx");
    assert_faults("{\"id\":\"a\",\"rect\":[1,0,1000,1000]}", "o");
    assert_faults("{\"id\":\"a\",\"rect\":[-1,0,500,500]}", "o");
    assert_faults("{\"id\":\"a\",\"rect\":[0,0,19,1000]}", "s");
    assert_faults("{\"id\":\"a\",\"rect\":[0,0,-5,-5]}", "s");
    assert_faults("{\"id\":\"a\",\"rect\":[0,0,10]}", "u");
    assert_faults("{\"id\":\"a\"}", "u");
    assert_faults("7", "u");
    assert_faults("", "n");
}

/* Zones that touch in parts touch in pixels, whatever the rounding. */
static void test_neighbours_touch(void)
{
    for (int cut = 20; cut <= 980; cut += 7) {
        g_autofree char *text = g_strdup_printf(
            "{\"canvas\":[1000,1000],\"zones\":[{\"id\":\"a\",\"rect\":[0,0,%d,1000]},"
            "{\"id\":\"b\",\"x-name\":\"B\",\"lang\":\"jra\",\"rect\":[%d,0,%d,1000]}]}",
            cut, cut, 1000 - cut);
        g_autoptr(BtJson) body = parse(text);
        for (gsize s = 0; s < 3; s++) {
            gint64 a[4], b[4];
            g_autoptr(BtJson) layout =
                bt_layout_to_manifest(body, "l", shapes[s][0], shapes[s][1], NULL);
            assert_accepted(layout);
            read_rect(layout, 0, a);
            read_rect(layout, 1, b);
            g_assert_cmpint(a[0] + a[2], ==, b[0]);
            g_assert_cmpint(b[0] + b[2], ==, shapes[s][0]);
        }
    }
}

/* ---- lists ---- */

static char *order_of(const BtJson *items)
{
    GString *order = g_string_new(NULL);
    for (guint i = 0; i < bt_playlist_length(items); i++)
        g_string_append(order, bt_playlist_text(bt_playlist_item(items, i), "id"));
    return g_string_free(order, FALSE);
}

static void assert_moved(guint from, guint to, const char *expected)
{
    g_autoptr(BtJson) items =
        parse("[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"},{\"id\":\"d\"}]");
    g_autoptr(BtJson) moved = bt_playlist_moved(items, from, to);
    g_autofree char *order = order_of(moved), *before = order_of(items);
    g_assert_cmpstr(order, ==, expected);
    g_assert_cmpstr(before, ==, "abcd");
}

static void test_order(void)
{
    assert_moved(0, 0, "abcd");
    assert_moved(0, 1, "bacd");
    assert_moved(0, 3, "bcda");
    assert_moved(3, 0, "dabc");
    assert_moved(2, 1, "acbd");
    assert_moved(1, 99, "acdb");
}

static void test_ids_stay_and_differ(void)
{
    g_autoptr(BtJson) items = bt_json_new_array();
    g_autoptr(BtJson) item = parse("{\"kind\":\"clock\",\"id\":\"mine\"}");
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < BT_PLAYLIST_MAX_ITEMS; i++) {
        BtJson *more = bt_playlist_with(items, item, &error);
        g_assert_no_error(error);
        bt_json_unref(items);
        items = more;
        if (i == 5) { /* an id that is gone is not given again */
            BtJson *less = bt_playlist_without(items, 3);
            bt_json_unref(items);
            items = less;
        }
        const BtJson *last = bt_playlist_item(items, bt_playlist_length(items) - 1);
        g_assert_true(g_hash_table_add(seen, g_strdup(bt_playlist_text(last, "id"))));
        g_assert_cmpstr(bt_playlist_text(last, "kind"), ==, "clock");
    }
    BtJson *full = bt_playlist_with(items, item, &error);
    g_assert_no_error(error);
    bt_json_unref(items);
    items = full;
    g_assert_null(bt_playlist_with(items, item, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
}

static void test_looks(void)
{
    g_autoptr(BtJson) subtitles = parse("[{\"lang\":\"vi\",\"asset\":\"y\"}]");
    const BtPlaylistLook look = { 7000, "fade", "cover", subtitles };
    g_autoptr(BtJson) items =
        parse("[{\"id\":\"a\",\"kind\":\"image\",\"asset\":\"x\"},"
              "{\"id\":\"b\",\"kind\":\"video\",\"duration_ms\":1,\"subtitles\":[7]},"
              "{\"id\":\"c\",\"notice\":5},{\"id\":\"d\",\"kind\":\"audio\"}]");
    static const char *const expected[] = {
        "{\"id\":\"a\",\"kind\":\"image\",\"asset\":\"x\",\"duration_ms\":7000,\"fit\":\"cover\","
        "\"transition\":{\"kind\":\"fade\"}}",
        "{\"id\":\"b\",\"kind\":\"video\",\"fit\":\"cover\",\"subtitles\":"
        "[{\"lang\":\"vi\",\"asset\":\"y\"}],\"transition\":{\"kind\":\"fade\"}}",
        "{\"id\":\"c\",\"notice\":5}",
        "{\"id\":\"d\",\"kind\":\"audio\",\"transition\":{\"kind\":\"fade\"}}",
    };
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autoptr(BtJson) dressed = bt_playlist_dressed(items, i, &look);
        g_autofree char *text = bt_json_to_text(bt_playlist_item(dressed, i), FALSE);
        g_assert_cmpstr(text, ==, expected[i]);
        g_assert_cmpuint(bt_playlist_length(dressed), ==, 4);
    }
}

/* ---- weeks ---- */

static void assert_week(const char *when, const char *expected)
{
    GDate monday;
    g_autofree char *text =
        g_strdup_printf("{\"layout\":\"full\",\"zones\":{\"main\":1},\"when\":%s}", when);
    g_autoptr(BtJson) body = parse(text);
    g_autoptr(BtWeekly) programme = bt_weekly_read(body);
    g_assert_true(bt_weekly_read_day("2026-11-23", &monday));
    g_autoptr(GArray) blocks = bt_weekly_week(programme, &monday);
    g_autoptr(GString) found = g_string_new(NULL);
    for (guint i = 0; i < blocks->len; i++) {
        const BtWeeklyBlock *block = &g_array_index(blocks, BtWeeklyBlock, i);
        g_string_append_printf(found, "%u:%d-%d ", block->day, block->start_min, block->end_min);
    }
    g_assert_cmpstr(g_strchomp(found->str), ==, expected);
}

static void test_week(void)
{
    assert_week("{}", "0:0-1440 1:0-1440 2:0-1440 3:0-1440 4:0-1440 5:0-1440 6:0-1440");
    assert_week("{\"days\":[\"tue\"],\"times\":[[\"05:30\",\"21:30\"]]}", "1:330-1290");
    assert_week("{\"days\":[\"sat\"],\"times\":[[\"19:00\",\"02:00\"]]}", "5:1140-1440 6:0-120");
    assert_week("{\"days\":[\"sun\"],\"times\":[[\"22:00\",\"05:00\"]]}", "0:0-300 6:1320-1440");
    assert_week("{\"days\":[\"mon\"],\"times\":[[\"20:00\",\"24:00\"],[\"05:00\",\"06:00\"]]}",
        "0:300-360 0:1200-1440");
    assert_week(
        "{\"from\":\"2026-11-27\",\"until\":\"2026-11-28\",\"times\":[[\"08:00\",\"09:00\"]]}",
        "4:480-540 5:480-540");
    assert_week("{\"until\":\"2026-11-22\",\"times\":[[\"23:00\",\"01:00\"]]}", "0:0-60");
    assert_week("{\"until\":\"2026-11-21\"}", "");
}

static void test_programmes_come_back(void)
{
    const char *text =
        "{\"layout\":7,\"class\":\"priority\",\"weight\":3,"
        "\"zones\":{\"main\":4,\"side\":\"notices\",\"strip\":9},\"when\":{\"from\":\"2026-11-22\","
        "\"until\":\"2026-12-31\",\"days\":[\"mon\",\"fri\"],"
        "\"times\":[[\"05:30\",\"21:30\"],[\"22:00\",\"24:00\"]]}}";
    g_autoptr(BtJson) body = parse(text);
    g_autoptr(BtWeekly) programme = bt_weekly_read(body);
    g_autoptr(BtJson) written = bt_weekly_write(programme);
    g_autofree char *again = bt_json_to_text(written, FALSE);
    g_assert_cmpstr(again, ==, text);
    g_assert_cmpint(bt_weekly_fault(programme), ==, BT_WEEKLY_FINE);
    g_autoptr(BtWeekly) empty = bt_weekly_new();
    g_assert_cmpint(bt_weekly_fault(empty), ==, BT_WEEKLY_NOTHING);
}

static void test_days_and_times_are_strict(void)
{
    GDate day;
    int minutes;
    static const char *const no_days[] = { "2026-02-29", "2026-13-01", "2026-1-1", "26-01-01",
        "2026-01-01x", "2026/01/01", "0000-00-00", "", "+026-01-01" };
    static const char *const no_times[] = { "24:00", "5:30", "05:60", "05.30", "0530", "-1:00",
        "05:30:01", "" };
    for (gsize i = 0; i < G_N_ELEMENTS(no_days); i++)
        g_assert_false(bt_weekly_read_day(no_days[i], &day));
    for (gsize i = 0; i < G_N_ELEMENTS(no_times); i++)
        g_assert_false(bt_weekly_read_time(no_times[i], FALSE, &minutes));
    g_assert_true(bt_weekly_read_time("24:00", TRUE, &minutes));
    g_assert_false(bt_weekly_read_time("24:01", TRUE, &minutes));
    g_assert_true(bt_weekly_read_time("05:30:00", FALSE, &minutes));
    g_assert_cmpint(minutes, ==, 330);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layouts/builtin-tile-every-shape", test_builtin_tile_every_shape);
    g_test_add_func("/layouts/a-strip-holds-a-line", test_a_strip_holds_a_line);
    g_test_add_func("/layouts/faults-are-told", test_faults_are_told);
    g_test_add_func("/layouts/neighbours-touch", test_neighbours_touch);
    g_test_add_func("/playlists/order", test_order);
    g_test_add_func("/playlists/ids-stay-and-differ", test_ids_stay_and_differ);
    g_test_add_func("/playlists/looks", test_looks);
    g_test_add_func("/programmes/week", test_week);
    g_test_add_func("/programmes/come-back", test_programmes_come_back);
    g_test_add_func("/programmes/days-and-times-are-strict", test_days_and_times_are_strict);
    return g_test_run();
}
