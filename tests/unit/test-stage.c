/* From what is on to the picture: the same from a stage that ran and from one just made; good until
 * the instant it says. */
#include "render/compose/compose.h"
#include "tests/unit/stage-fixture.h"

/* Contract §6: the picture is a function of inputs and time. */
static void test_fresh_equals_running(void)
{
    Rig rig;
    rig_open(&rig);
    g_autofree char *items = rig_all_items(&rig);
    BtInputs *inputs = rig_inputs(&rig, items, "");
    BtStage *running = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    gint64 t_ms = rig.start_ms;
    guint different = 0;
    g_autoptr(BtFrame) last = NULL;
    for (int i = 0; i < 60; i++, t_ms += 487) {
        BtStage *fresh = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
        BtFrame *a = rig_picture(running, inputs, t_ms);
        g_autoptr(BtFrame) b = rig_picture(fresh, inputs, t_ms);
        g_test_message("instant %d", i);
        g_assert_true(bt_frame_equal(a, b));
        different += !last || !bt_frame_equal(a, last);
        g_clear_pointer(&last, bt_frame_unref);
        last = a;
        bt_stage_free(fresh);
    }
    g_assert_cmpuint(different, >, 50); /* the strip runs */
    g_assert_cmpuint(rig.failures, ==, 0);
    bt_stage_free(running);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* The scene of an instant is right until the one it names, and not a page longer. */
static void test_until(void)
{
    Rig rig;
    rig_open(&rig);
    g_autofree char *items = rig_all_items(&rig);
    BtInputs *inputs = rig_inputs(&rig, items, "");
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    gint64 t_ms = rig.start_ms, until_ms;
    for (int i = 0; i < 25; i++, t_ms = until_ms) {
        g_autoptr(BtScene) scene = rig_scene(stage, inputs, t_ms, &until_ms);
        g_assert_cmpint(until_ms, >, t_ms);
        g_autoptr(BtFrame) old = bt_compose_picture(scene, until_ms - 1);
        g_autoptr(BtFrame) now = rig_picture(stage, inputs, until_ms - 1);
        g_test_message("until +%d ms", (int)(until_ms - rig.start_ms));
        g_assert_true(bt_frame_equal(old, now));
    }
    g_assert_cmpint(t_ms, >, rig.start_ms + 15000);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* What a pause holds is the picture of its instant, also on a board that starts meanwhile; but for
 * the time of day nothing moves. Then everything is where it would be. */
static void test_pause(void)
{
    Rig rig;
    rig_open(&rig);
    g_autofree char *items = rig_all_items(&rig);
    BtInputs *moving = rig_inputs(&rig, items, ""), *paused = rig_inputs(&rig, items, "");
    gint64 from_ms = rig.start_ms + 1700, until_ms = from_ms + BT_HOUR_MS, scene_until_ms;
    bt_inputs_add_pause(paused, 0, from_ms, until_ms);
    BtStage *running = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    g_autoptr(BtFrame) then = rig_picture(running, moving, from_ms);
    for (int i = 0; i < 8; i++) {
        gint64 t_ms = from_ms + i * (until_ms - from_ms - 1) / 7;
        BtStage *fresh = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
        g_autoptr(BtFrame) a = rig_picture(running, paused, t_ms);
        g_autoptr(BtFrame) b = rig_picture(fresh, paused, t_ms);
        g_test_message("instant %d", i);
        g_assert_true(bt_frame_equal(a, then));
        g_assert_true(bt_frame_equal(b, then));
        g_autoptr(BtScene) scene = rig_scene(running, paused, t_ms, &scene_until_ms);
        g_assert_cmpint(bt_scene_next_change(scene, t_ms), ==, BT_TIME_MAX);
        g_assert_cmpint(scene_until_ms, >, t_ms);
        bt_stage_free(fresh);
    }
    g_autoptr(BtFrame) after = rig_picture(running, paused, until_ms);
    g_autoptr(BtFrame) expected = rig_picture(running, moving, until_ms);
    g_assert_true(bt_frame_equal(after, expected));
    bt_stage_free(running);
    bt_inputs_free(moving);
    bt_inputs_free(paused);
    rig_close(&rig);
}

/* A clock that stood still would lie. */
static void test_pause_of_a_clock(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *moving = rig_inputs(&rig, RIG_CLOCK, ""), *paused = rig_inputs(&rig, RIG_CLOCK, "");
    bt_inputs_add_pause(paused, 0, rig.start_ms, BT_TIME_MAX);
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    g_autoptr(BtFrame) first = rig_picture(stage, paused, rig.start_ms);
    g_autoptr(BtFrame) later = rig_picture(stage, paused, rig.start_ms + 10 * BT_MINUTE_MS);
    g_autoptr(BtFrame) now = rig_picture(stage, moving, rig.start_ms + 10 * BT_MINUTE_MS);
    g_assert_false(bt_frame_equal(first, later));
    for (int y = 0; y < RIG_H_PX - 40; y++) { /* the strip below stands */
        const guint32 *a = later->pixels + y * later->stride_px;
        const guint32 *b = now->pixels + y * now->stride_px;
        g_assert_cmpmem(a, RIG_W_PX * 4, b, RIG_W_PX * 4);
    }
    bt_stage_free(stage);
    bt_inputs_free(moving);
    bt_inputs_free(paused);
    rig_close(&rig);
}

static const BtNode *find_strip(const BtScene *scene)
{
    for (guint i = 0; i < scene->layers->len; i++) {
        const BtLayer *layer = scene->layers->pdata[i];
        for (guint k = 0; k < layer->nodes->len; k++)
            if (g_array_index(layer->nodes, BtNode, k).kind == BT_NODE_STRIP)
                return &g_array_index(layer->nodes, BtNode, k);
    }
    return NULL;
}

/* What the schedule reckons with is what runs; ink is never clipped at the strip's upper or lower
 * edge. */
static void test_ticker(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = rig_inputs(&rig, RIG_TEXT, "");
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    gint64 until_ms;
    g_autoptr(BtScene) scene = rig_scene(stage, inputs, rig.start_ms, &until_ms);
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, rig.start_ms, bt_stage_measure, stage);
    const BtOnZone *strip = &g_array_index(on->zones, BtOnZone, 1);
    const BtNode *node = find_strip(scene);
    g_assert_nonnull(node);
    gint64 length_px = bt_stage_measure(strip->item, strip->zone, stage);
    g_assert_cmpint(node->strip->length_px, ==, length_px);
    g_assert_cmpint(strip->end_ms - strip->start_ms, ==, (1000 * (RIG_W_PX + length_px) + 89) / 90);
    g_assert_cmpint(node->start_ms, ==, strip->start_ms);
    g_assert_false(node->rtl);
    gint64 width_px = 0;
    for (gint64 k = 0; width_px < length_px; k++) {
        g_autoptr(BtFrame) tile = node->strip->tile(node->strip, k);
        g_assert_nonnull(tile);
        g_assert_cmpint(tile->h_px, ==, 40);
        for (int x = 0; x < tile->w_px; x++) {
            g_assert_cmphex(tile->pixels[x], ==, tile->pixels[0]);
            g_assert_cmphex(tile->pixels[39 * tile->stride_px + x], ==, tile->pixels[0]);
        }
        width_px += tile->w_px;
    }
    g_assert_cmpint(width_px, ==, length_px);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* A rehearsal says so on every picture, and its texts give way. */
static void test_rehearsal(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *real = rig_inputs(&rig, RIG_TEXT, ""),
             *rehearsal = rig_inputs(&rig, RIG_TEXT, ",\"rehearsal\":true");
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    g_autoptr(BtFrame) a = rig_picture(stage, real, rig.start_ms);
    g_autoptr(BtFrame) b = rig_picture(stage, rehearsal, rig.start_ms);
    g_assert_cmphex(a->pixels[1], ==, 0xFF0B1B33);
    g_assert_cmphex(b->pixels[1], ==, 0xFFFFC83D);
    g_assert_cmphex(b->pixels[RIG_W_PX - 2], ==, 0xFFFFC83D);
    g_assert_cmpuint(rig_count_letters(b), >, 500);
    bt_stage_free(stage);
    bt_inputs_free(real);
    bt_inputs_free(rehearsal);
    rig_close(&rig);
}

/* However long the issuer's name is, the foot of a warning says until when it counts, to the
 * minute. */
static void test_until_when(void)
{
    static const int canvases[][2] = { { RIG_W_PX, RIG_H_PX }, { RIG_W_PX * 2, RIG_H_PX * 2 },
        { RIG_W_PX * 2 / 3, RIG_H_PX } };
    Rig rig;
    rig_open(&rig);
    for (guint i = 0; i < G_N_ELEMENTS(canvases); i++) {
        BtFrame *pictures[2];
        for (int minute = 0; minute < 2; minute++) {
            g_autofree char *alert = g_strdup_printf(
                "{\"id\":\"n4\",\"kind\":\"alert\",\"level\":4,\"issuer\":\"Ban Chỉ huy Phòng thủ "
                "dân sự huyện Krông Pa\",\"valid\":{\"until\":\"2026-11-22T10:0%d:00Z\"},"
                "\"texts\":[{\"lang\":\"vi\",\"title\":\"Lũ quét\",\"body\":\"Rời nhà ven "
                "suối.\"}]}",
                minute);
            BtInputs *inputs = rig_inputs(&rig, alert, "");
            BtStage *stage = rig_stage(&rig, canvases[i][0], canvases[i][1]);
            pictures[minute] = rig_picture(stage, inputs, rig.start_ms);
            bt_stage_free(stage);
            bt_inputs_free(inputs);
        }
        g_test_message("%d × %d", canvases[i][0], canvases[i][1]);
        g_assert_false(bt_frame_equal(pictures[0], pictures[1]));
        bt_frame_unref(pictures[0]);
        bt_frame_unref(pictures[1]);
    }
    rig_close(&rig);
}

/* Looking ahead opens what is to come and changes nothing of what is on. */
static void test_prepare(void)
{
    Rig rig;
    rig_open(&rig);
    g_autofree char *items = rig_all_items(&rig);
    BtInputs *inputs = rig_inputs(&rig, items, "");
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, rig.start_ms, bt_stage_measure, stage);
    gint64 image_ms = g_array_index(on->zones, BtOnZone, 0).end_ms;
    g_autoptr(BtFrame) before = rig_picture(stage, inputs, rig.start_ms);
    g_autoptr(BtOnAir) next = bt_schedule_at(inputs, image_ms, bt_stage_measure, stage);
    bt_stage_prepare(stage, next, image_ms);
    g_autoptr(GArray) fds = bt_stage_fds(stage);
    g_assert_cmpuint(fds->len, ==, 1);
    g_autoptr(BtFrame) after = rig_picture(stage, inputs, rig.start_ms);
    g_assert_true(bt_frame_equal(before, after));
    g_autoptr(GArray) still = bt_stage_fds(stage);
    g_assert_cmpuint(still->len, ==, 1);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* Memory for a page that nobody foresees lies ready when frames are shown; whatever was on it, the
 * page is the same. */
static void test_sheet(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = rig_inputs(&rig, RIG_TEXT, "");
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    g_autoptr(BtFrame) fresh = rig_picture(stage, inputs, rig.start_ms);
    g_assert_null(stage->sheet);
    bt_stage_free(stage);
    stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    while (bt_stage_work(stage))
        ;
    g_assert_nonnull(stage->sheet);
    bt_frame_fill(stage->sheet, (BtRect){ 0, 0, RIG_W_PX, RIG_H_PX }, 0x80FF00FF);
    g_autoptr(BtFrame) strip = bt_stage_take_sheet(stage, RIG_W_PX, RIG_H_PX / 2);
    g_assert_nonnull(stage->sheet);
    g_autoptr(BtFrame) ready = rig_picture(stage, inputs, rig.start_ms);
    g_assert_null(stage->sheet);
    g_assert_true(bt_frame_equal(fresh, ready));
    while (bt_stage_work(stage))
        ;
    g_assert_nonnull(stage->sheet);
    const guint32 *pixels = stage->sheet->pixels;
    g_autoptr(BtFrame) page = bt_stage_take_sheet(stage, RIG_W_PX - 8, RIG_H_PX - 8);
    g_assert_true(
        page->pixels == pixels && page->w_px == RIG_W_PX - 8 && page->h_px == RIG_H_PX - 8);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* The page that comes is drawn between frames: when it turns, nothing is. A still page draws
 * nothing again. */
static void test_coming(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = rig_inputs(&rig, RIG_TEXT, "");
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    gint64 until_ms, turn_ms, t_ms = rig.start_ms;
    bt_scene_unref(rig_scene(stage, inputs, t_ms, &turn_ms));
    gsize one_bytes = bt_shelf_bytes(stage->frames);
    g_assert_cmpuint(one_bytes, >, 0);
    bt_scene_unref(rig_scene(stage, inputs, t_ms + 1, &until_ms));
    g_assert_cmpuint(bt_shelf_bytes(stage->frames), ==, one_bytes);
    while (bt_stage_work(stage))
        ;
    g_assert_cmpuint(bt_shelf_bytes(stage->frames), ==, 2 * one_bytes);
    g_autoptr(BtFrame) turned = rig_picture(stage, inputs, turn_ms);
    g_assert_cmpuint(bt_shelf_bytes(stage->frames), ==, 2 * one_bytes);
    BtStage *fresh = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    g_autoptr(BtFrame) whole = rig_picture(fresh, inputs, turn_ms);
    g_assert_true(bt_frame_equal(turned, whole));
    bt_stage_free(fresh);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

static void test_safe_and_dark(void)
{
    Rig rig;
    rig_open(&rig);
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    gint64 until_ms, t_ms = rig.start_ms + 12345;
    g_autoptr(BtScene) safe = bt_stage_safe_scene(stage, t_ms, &until_ms);
    g_assert_cmpint(until_ms, ==, rig.start_ms + 60000);
    g_autoptr(BtFrame) calm = bt_compose_picture(safe, t_ms);
    g_assert_cmpuint(rig_count_letters(calm), >, 300);
    BtInputs *inputs = rig_inputs(&rig, RIG_TEXT, "");
    bt_inputs_add_cut(inputs, rig.start_ms, rig.start_ms + 20000);
    g_autoptr(BtFrame) cut = rig_picture(stage, inputs, t_ms);
    g_assert_true(bt_frame_equal(calm, cut));
    bt_inputs_add_darken(inputs, rig.start_ms + 30000, rig.start_ms + 40000);
    g_autoptr(BtFrame) dark = rig_picture(stage, inputs, rig.start_ms + 31000);
    g_assert_cmpfloat(bt_frame_brightness(dark), ==, 0);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* A smaller layout stands in the middle, 1:1; a larger one is laid out smaller, whole. */
static void test_other_canvas(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = rig_inputs(&rig, RIG_TEXT, "");
    BtStage *same = rig_stage(&rig, RIG_W_PX, RIG_H_PX),
            *large = rig_stage(&rig, RIG_W_PX + 100, RIG_H_PX + 60),
            *small = rig_stage(&rig, RIG_W_PX / 2, RIG_H_PX / 2);
    g_autoptr(BtFrame) a = rig_picture(same, inputs, rig.start_ms);
    g_autoptr(BtFrame) b = rig_picture(large, inputs, rig.start_ms);
    g_autoptr(BtFrame) c = rig_picture(small, inputs, rig.start_ms);
    for (int y = 0; y < RIG_H_PX; y++)
        g_assert_cmpmem(&a->pixels[y * a->stride_px], RIG_W_PX * 4,
            &b->pixels[(y + 30) * b->stride_px + 50], RIG_W_PX * 4);
    g_assert_cmpuint(rig_count_letters(c), >, 50);
    bt_stage_free(same);
    bt_stage_free(large);
    bt_stage_free(small);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* In a layout that is laid out smaller, running text is on its way from the item's start to its
 * end: it is not out long before, and not cut off. */
static void test_ticker_of_a_larger_layout(void)
{
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = rig_inputs(&rig, RIG_TEXT, "");
    for (int part = 2; part <= 4; part++) {
        BtStage *stage = rig_stage(&rig, RIG_W_PX / part, RIG_H_PX / part);
        gint64 until_ms;
        g_autoptr(BtScene) scene = rig_scene(stage, inputs, rig.start_ms, &until_ms);
        g_autoptr(BtOnAir) on = bt_schedule_at(inputs, rig.start_ms, bt_stage_measure, stage);
        const BtOnZone *strip = &g_array_index(on->zones, BtOnZone, 1);
        const BtNode *node = find_strip(scene);
        g_assert_nonnull(node);
        gint64 way_px = RIG_W_PX / part + node->strip->length_px;
        gint64 length_ms = strip->end_ms - strip->start_ms;
        gint64 late_px = bt_node_strip_offset_px(node, strip->start_ms + length_ms * 9 / 10);
        g_test_message("a part of %d: %" G_GINT64_FORMAT " px", part, way_px);
        g_assert_cmpint(late_px, <, way_px);
        g_assert_cmpint(bt_node_strip_offset_px(node, strip->end_ms), ==, way_px);
        bt_stage_free(stage);
    }
    bt_inputs_free(inputs);
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage/fresh-equals-running", test_fresh_equals_running);
    g_test_add_func("/stage/until", test_until);
    g_test_add_func("/stage/pause", test_pause);
    g_test_add_func("/stage/pause-of-a-clock", test_pause_of_a_clock);
    g_test_add_func("/stage/ticker", test_ticker);
    g_test_add_func("/stage/ticker-of-a-larger-layout", test_ticker_of_a_larger_layout);
    g_test_add_func("/stage/rehearsal", test_rehearsal);
    g_test_add_func("/stage/until-when", test_until_when);
    g_test_add_func("/stage/prepare", test_prepare);
    g_test_add_func("/stage/coming", test_coming);
    g_test_add_func("/stage/sheet", test_sheet);
    g_test_add_func("/stage/safe-and-dark", test_safe_and_dark);
    g_test_add_func("/stage/other-canvas", test_other_canvas);
    return g_test_run();
}
