#include "render/scene/scene.h"

/* A strip and a video that are nothing but their times. */
static void keep_strip(BtStrip *strip G_GNUC_UNUSED)
{
}

static BtStrip *same_strip(BtStrip *strip)
{
    return strip;
}

static void keep_moving(BtMoving *moving G_GNUC_UNUSED)
{
}

static BtMoving *same_moving(BtMoving *moving)
{
    return moving;
}

/* A new frame every 40 ms from 0 on, the last at 200. */
static gint64 every_40_ms(BtMoving *moving G_GNUC_UNUSED, gint64 t_ms)
{
    if (t_ms < 0)
        return 0;
    return t_ms < 200 ? (t_ms / 40 + 1) * 40 : BT_TIME_MAX;
}

static BtMoving video(void)
{
    return (BtMoving){ .next_change = every_40_ms, .unref = keep_moving, .ref = same_moving };
}

static BtStrip strip_of(gint64 length_px)
{
    return (BtStrip){ .length_px = length_px, .unref = keep_strip, .ref = same_strip };
}

static const BtRect ALL = { 0, 0, 100, 20 };

static void test_still(void)
{
    g_autoptr(BtScene) scene = bt_scene_new(100, 20, 0);
    g_autoptr(BtFrame) frame = bt_frame_new(3, 3);
    g_assert_cmpint(bt_scene_next_change(scene, 5), ==, BT_TIME_MAX);
    BtLayer *layer = bt_scene_add_layer(scene, ALL);
    bt_layer_add_fill(layer, ALL, 0xff000000);
    bt_layer_add_frame(layer, ALL, frame);
    g_assert_cmpint(bt_scene_next_change(scene, 5), ==, BT_TIME_MAX);
    g_assert_cmpuint(bt_layer_opacity(layer, BT_TIME_MIN), ==, 255);
    g_assert_cmpuint(bt_layer_opacity(layer, -1), ==, 255);
}

static void test_fade(void)
{
    static const struct {
        gint64 t_ms;
        guint opacity;
        gint64 next_ms;
    } CASES[] = {
        { 0, 0, 1000 },
        { 999, 0, 1000 },
        { 1000, 0, 1001 },
        { 1001, 0, 1002 },
        { 1200, 127, 1201 },
        { 1399, 254, 1400 },
        { 1400, 255, BT_TIME_MAX },
        { 9999, 255, BT_TIME_MAX },
    };
    g_autoptr(BtScene) scene = bt_scene_new(100, 20, 0);
    BtLayer *layer = bt_scene_add_layer(scene, ALL);
    layer->fade_start_ms = 1000;
    layer->fade_ms = 400;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_test_message("t = %" G_GINT64_FORMAT, CASES[i].t_ms);
        g_assert_cmpuint(bt_layer_opacity(layer, CASES[i].t_ms), ==, CASES[i].opacity);
        g_assert_cmpint(bt_scene_next_change(scene, CASES[i].t_ms), ==, CASES[i].next_ms);
    }
    layer->fade_ms = 0;
    g_assert_cmpuint(bt_layer_opacity(layer, 999), ==, 0);
    g_assert_cmpuint(bt_layer_opacity(layer, 1000), ==, 255);
    g_assert_cmpint(bt_scene_next_change(scene, 999), ==, 1000);
}

static void test_strip(void)
{
    static const struct {
        int speed_px_s;
        gint64 t_ms, offset_px, next_ms;
    } CASES[] = {
        { 120, 0, 0, 1009 }, /* before it starts: the first pixel is 8.33 ms after */
        { 120, 1000, 0, 1009 },
        { 120, 1008, 0, 1009 },
        { 120, 1009, 1, 1017 },
        { 120, 1016, 1, 1017 },
        { 120, 1017, 2, 1025 },
        { 120, 3491, 298, 3492 },
        { 120, 3499, 299, 3500 },
        { 120, 3500, 300, BT_TIME_MAX }, /* 100 + 200 px: fully out */
        { 120, 999999, 300, BT_TIME_MAX },
        { 120, BT_TIME_MAX, 300, BT_TIME_MAX },
        { 1000, 1001, 1, 1002 },
        { 5000, 1001, 5, 1002 }, /* faster than the clock: several at once */
        { 1, 1999, 0, 2000 },
        { 0, 5000, 0, BT_TIME_MAX },
        { -10, 5000, 0, BT_TIME_MAX },
    };
    BtStrip strip = strip_of(200);
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(BtScene) scene = bt_scene_new(100, 20, 0);
        BtLayer *layer = bt_scene_add_layer(scene, ALL);
        bt_layer_add_strip(layer, ALL, &strip, 1000, CASES[i].speed_px_s, i % 2 == 0);
        const BtNode *node = &g_array_index(layer->nodes, BtNode, 0);
        g_test_message("t = %" G_GINT64_FORMAT, CASES[i].t_ms);
        g_assert_cmpint(bt_node_strip_offset_px(node, CASES[i].t_ms), ==, CASES[i].offset_px);
        g_assert_cmpint(bt_scene_next_change(scene, CASES[i].t_ms), ==, CASES[i].next_ms);
    }
}

/* Asked again at each answer, no step is missed: the offset differs at every change, and nowhere
 * else. */
static void test_strip_misses_nothing(void)
{
    BtStrip strip = strip_of(57);
    for (int speed_px_s = 7; speed_px_s < 400; speed_px_s += 31) {
        g_autoptr(BtScene) scene = bt_scene_new(100, 20, 0);
        BtLayer *layer = bt_scene_add_layer(scene, ALL);
        bt_layer_add_strip(layer, ALL, &strip, 0, speed_px_s, FALSE);
        const BtNode *node = &g_array_index(layer->nodes, BtNode, 0);
        gint64 t_ms = 0;
        for (gint64 offset_px = 0; offset_px < 157; offset_px++) {
            gint64 next_ms = bt_scene_next_change(scene, t_ms);
            g_assert_cmpint(bt_node_strip_offset_px(node, next_ms - 1), ==, offset_px);
            g_assert_cmpint(bt_node_strip_offset_px(node, next_ms), ==, offset_px + 1);
            t_ms = next_ms;
        }
        g_assert_cmpint(bt_scene_next_change(scene, t_ms), ==, BT_TIME_MAX);
    }
}

static void test_moving(void)
{
    static const struct {
        gint64 hold_ms, t_ms, next_ms;
    } CASES[] = {
        { BT_TIME_MAX, 0, 1000 },
        { BT_TIME_MAX, 1000, 1040 },
        { BT_TIME_MAX, 1039, 1040 },
        { BT_TIME_MAX, 1040, 1080 },
        { BT_TIME_MAX, 1200, BT_TIME_MAX },
        { 1080, 1039, 1040 },
        { 1080, 1041, 1080 }, /* the change at the very instant of the hold is seen */
        { 1079, 1041, BT_TIME_MAX },
        { 1079, 5000, BT_TIME_MAX },
    };
    BtMoving moving = video();
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(BtScene) scene = bt_scene_new(100, 20, 0);
        BtLayer *layer = bt_scene_add_layer(scene, ALL);
        bt_layer_add_moving(layer, ALL, &moving, NULL, 1000);
        layer->hold_ms = CASES[i].hold_ms;
        g_test_message("case %" G_GSIZE_FORMAT, i);
        g_assert_cmpint(bt_scene_next_change(scene, CASES[i].t_ms), ==, CASES[i].next_ms);
    }
}

static void test_soonest_of_all(void)
{
    BtMoving moving = video();
    BtStrip strip = strip_of(200);
    g_autoptr(BtScene) scene = bt_scene_new(100, 20, 0);
    BtLayer *front = bt_scene_add_layer(scene, ALL);
    bt_layer_add_moving(front, ALL, &moving, NULL, 0);
    bt_layer_add_strip(bt_scene_add_layer(scene, ALL), ALL, &strip, 0, 50, FALSE);
    g_assert_cmpint(bt_scene_next_change(scene, 0), ==, 20);
    g_assert_cmpint(bt_scene_next_change(scene, 20), ==, 40);
    front->fade_start_ms = 25;
    front->fade_ms = 300;
    g_assert_cmpint(bt_scene_next_change(scene, 20), ==, 25);
    g_assert_cmpint(bt_scene_next_change(scene, 30), ==, 31);
}

static void note_gone(gpointer user)
{
    *(gboolean *)user = TRUE;
}

static void test_references(void)
{
    guint32 pixel = 0;
    gboolean gone = FALSE;
    BtScene *scene = bt_scene_new(4, 4, 0xff123456);
    g_assert_cmphex(scene->background, ==, 0x123456);
    BtFrame *frame = bt_frame_new_over(&pixel, 1, 1, 1, FALSE, note_gone, &gone);
    bt_layer_add_frame(bt_scene_add_layer(scene, ALL), ALL, frame);
    bt_frame_unref(frame);
    bt_scene_ref(scene);
    bt_scene_unref(scene);
    g_assert_false(gone);
    bt_scene_unref(scene);
    g_assert_true(gone);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scene/next/still", test_still);
    g_test_add_func("/scene/next/fade", test_fade);
    g_test_add_func("/scene/next/strip", test_strip);
    g_test_add_func("/scene/next/strip-misses-nothing", test_strip_misses_nothing);
    g_test_add_func("/scene/next/moving", test_moving);
    g_test_add_func("/scene/next/soonest", test_soonest_of_all);
    g_test_add_func("/scene/references", test_references);
    return g_test_run();
}
