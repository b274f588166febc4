/* Sizes and colours; whose turn it is; how a picture stands; what the shelf keeps. */
#include "base/clock.h"
#include "player/stage/language.h"
#include "player/stage/look.h"
#include "player/stage/picture.h"
#include "player/stage/shelf.h"
#include "player/stage/slots.h"

/* Whatever the ground, letters can be read on it: 7 : 1 where black or white reach that. */
static void test_contrast(void)
{
    for (guint32 r = 0; r < 256; r += 15)
        for (guint32 g = 0; g < 256; g += 15)
            for (guint32 b = 0; b < 256; b += 15) {
                guint32 ground = r << 16 | g << 8 | b;
                double best = MAX(bt_look_contrast(ground, 0), bt_look_contrast(ground, 0xFFFFFF));
                BtColours colours = bt_look_colours(ground);
                g_assert_cmpfloat(bt_look_contrast(ground, colours.letters), >=, MIN(7, best));
                g_assert_cmpfloat(bt_look_contrast(ground, colours.accent), >=, MIN(7, best));
                g_assert_cmpfloat(bt_look_contrast(ground, colours.quiet), >=, MIN(7, best));
            }
    BtColours usual = bt_look_colours(BT_LOOK_GROUND);
    g_assert_cmphex(usual.letters, ==, 0xF5F7FA);
    g_assert_cmphex(usual.accent, ==, 0xFFC83D);
    g_assert_cmphex(usual.quiet, ==, 0x9FB3C8);
    g_assert_true(usual.dark);
    for (int level = 1; level <= 5; level++) {
        BtColours band = bt_look_level(level);
        g_assert_cmpfloat(bt_look_contrast(band.ground, band.letters), >=, 5.5);
    }
}

static void test_sizes(void)
{
    static const struct {
        int w, h;
        gboolean led, tiny;
        int small_min, body_min;
        guint lines;
    } cases[] = {
        { 1920, 1080, FALSE, FALSE, 13, 13, 7 },
        { 1080, 1920, FALSE, FALSE, 13, 13, 7 },
        { 3840, 2160, FALSE, FALSE, 13, 13, 7 },
        { 640, 384, TRUE, FALSE, 12, 12, 4 },
        { 640, 320, TRUE, FALSE, 12, 24, 4 },
        { 192, 64, TRUE, TRUE, 12, 12, 3 },
        { 640, 64, TRUE, TRUE, 12, 12, 3 },
        { 64, 32, TRUE, TRUE, 12, 12, 1 },
        { 32, 16, TRUE, TRUE, 12, 32, 1 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtLook look = bt_look_for(
            cases[i].w, cases[i].h, cases[i].led, cases[i].small_min, cases[i].body_min);
        int short_side = MIN(cases[i].w, cases[i].h);
        g_assert_cmpint(look.tiny, ==, cases[i].tiny);
        g_assert_cmpuint(look.max_lines, ==, cases[i].lines);
        g_assert_cmpint(look.small_px, >=, cases[i].small_min);
        g_assert_cmpint(look.body_px, >=, cases[i].body_min);
        g_assert_cmpint(look.margin_px, >=, MAX(2, short_side * 39 / 1000));
        g_assert_cmpint(look.margin_px, <=, MAX(2, short_side * 6 / 100 + 1));
        g_assert_cmpint(ABS(look.title_px * 135 - look.body_px * 180), <=, 90);
        g_assert_cmpint(look.max_body_px, >=, cases[i].body_min);
    }
}

static void test_slots(void)
{
    static const gint64 durations[] = { 10000, 5000 };
    static const guint pages[] = { 3, 2 };
    static const struct {
        gint64 at;
        guint text, page;
        gint64 start, end;
    } cases[] = {
        { -5, 0, 0, 0, 3333 },
        { 0, 0, 0, 0, 3333 },
        { 3332, 0, 0, 0, 3333 },
        { 3333, 0, 1, 3333, 6666 },
        { 6665, 0, 1, 3333, 6666 },
        { 6666, 0, 2, 6666, 10000 },
        { 9999, 0, 2, 6666, 10000 },
        { 10000, 1, 0, 10000, 12500 },
        { 12500, 1, 1, 12500, BT_TIME_MAX },
        { 99999, 1, 1, 12500, BT_TIME_MAX },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtSlot slot = bt_slot_at(durations, pages, 2, cases[i].at);
        g_assert_cmpuint(slot.text, ==, cases[i].text);
        g_assert_cmpuint(slot.page, ==, cases[i].page);
        g_assert_cmpint(slot.start_ms, ==, cases[i].start);
        g_assert_cmpint(slot.end_ms, ==, cases[i].end);
    }
    gint64 shares[7], sum = 0;
    bt_slots_share(20000, 7, shares);
    for (int i = 0; i < 7; i++)
        sum += shares[i];
    g_assert_cmpint(sum, ==, 20000);
    g_assert_cmpint(shares[0], ==, 2857);
}

/* A page ends where the next begins, at every instant. */
static void test_slots_chain(void)
{
    for (guint n = 1; n < 12; n++) {
        gint64 duration = 7919;
        gint64 at = 0;
        for (guint page = 0; page < n; page++) {
            BtSlot slot = bt_slot_at(&duration, &n, 1, at);
            g_assert_cmpuint(slot.page, ==, page);
            g_assert_cmpint(slot.start_ms, ==, at);
            g_assert_cmpint(slot.start_ms, ==, page * duration / n);
            at = slot.end_ms;
        }
        g_assert_cmpint(at, ==, BT_TIME_MAX);
    }
}

static void test_place(void)
{
    static const struct {
        int w, h;
        BtRect box;
        BtFit fit;
        BtRect place;
    } cases[] = {
        { 640, 384, { 0, 0, 640, 384 }, BT_FIT_CONTAIN, { 0, 0, 640, 384 } },
        { 400, 300, { 0, 0, 640, 384 }, BT_FIT_CONTAIN, { 64, 0, 512, 384 } },
        { 1920, 1080, { 10, 20, 640, 384 }, BT_FIT_CONTAIN, { 10, 32, 640, 360 } },
        { 1920, 1080, { 10, 20, 640, 384 }, BT_FIT_COVER, { -12, 20, 683, 384 } },
        { 1, 1, { 0, 0, 100, 50 }, BT_FIT_COVER, { 0, -25, 100, 100 } },
        { 1, 30000, { 0, 0, 1000, 100 }, BT_FIT_COVER, { 499, 0, 1, 100 } },
        { 30000, 1, { 0, 0, 100, 100 }, BT_FIT_CONTAIN, { 0, 49, 100, 1 } },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BtRect r = bt_picture_place(cases[i].w, cases[i].h, cases[i].box, cases[i].fit);
        BtRect e = cases[i].place;
        g_test_message("case %u: %d,%d %dx%d", (guint)i, r.x, r.y, r.w, r.h);
        g_assert_true(r.x == e.x && r.y == e.y && r.w == e.w && r.h == e.h);
    }
}

static void test_blur(void)
{
    g_autoptr(BtFrame) picture = bt_frame_new(64, 64);
    bt_frame_fill(picture, (BtRect){ 0, 0, 64, 64 }, 0xFF8040C0);
    g_autoptr(BtFrame) blur = bt_picture_blur(picture, 100, 40, (BtRect){ 30, 0, 40, 40 });
    g_assert_true(blur->opaque);
    for (int y = 0; y < 40; y++)
        for (int x = 0; x < 100; x++) {
            guint32 pixel = blur->pixels[y * blur->stride_px + x];
            if (x >= 30 && x < 70)
                g_assert_cmphex(pixel, ==, 0);
            else
                g_assert_cmphex(pixel, ==, 0xFF301848);
        }
}

static int freed;

static void count_free(gpointer data)
{
    (void)data;
    freed++;
}

static void test_shelf(void)
{
    g_autoptr(BtShelf) shelf = bt_shelf_new(100, count_free);
    int things[5];
    freed = 0;
    bt_shelf_put(shelf, "a", &things[0], 40);
    bt_shelf_put(shelf, "b", &things[1], 40);
    g_assert_true(bt_shelf_find(shelf, "a") == &things[0]);
    bt_shelf_put(shelf, "c", &things[2], 40);
    g_assert_null(bt_shelf_find(shelf, "b"));
    g_assert_nonnull(bt_shelf_find(shelf, "a"));
    g_assert_cmpint(freed, ==, 1);
    g_assert_cmpuint(bt_shelf_bytes(shelf), ==, 80);
    bt_shelf_put(shelf, "a", &things[3], 10);
    g_assert_cmpint(freed, ==, 2);
    g_assert_true(bt_shelf_find(shelf, "a") == &things[3]);
    bt_shelf_put(shelf, "large", &things[4], 1000);
    g_assert_true(bt_shelf_find(shelf, "large") == &things[4]);
    g_assert_cmpuint(bt_shelf_bytes(shelf), ==, 1000);
}

static void test_names(void)
{
    g_assert_cmpstr(bt_language_name("vi"), ==, "Tiếng Việt");
    g_assert_cmpstr(bt_language_name("vi-Hani"), ==, "㗂越");
    g_assert_cmpstr(bt_language_name("km-VN"), ==, "ភាសាខ្មែរ");
    g_assert_cmpstr(bt_language_name("blt"), ==, "ꪼꪕ");
    g_assert_cmpstr(bt_language_name("zh-Hant"), ==, "中文");
    g_assert_cmpstr(bt_language_name("xyz"), ==, "xyz");
    g_assert_cmpstr(bt_language_name("vie"), ==, "vie");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/look/contrast", test_contrast);
    g_test_add_func("/look/sizes", test_sizes);
    g_test_add_func("/slots/turns", test_slots);
    g_test_add_func("/slots/chain", test_slots_chain);
    g_test_add_func("/picture/place", test_place);
    g_test_add_func("/picture/blur", test_blur);
    g_test_add_func("/shelf", test_shelf);
    g_test_add_func("/language/names", test_names);
    return g_test_run();
}
