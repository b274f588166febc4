/* The property that matters: however a picture came about, step by step or at once, it is the same
 * to the pixel, and whatever changed was said. Seeds make random scenes of all kinds of nodes and
 * random walks through time; a seed that fails can be run again alone. */
#include "render/compose/compose.h"
#include "tests/unit/random-scenes.h"

#include <string.h>

/* Counts allocations, where no sanitizer has its own. */
static guint64 n_allocations;

#ifndef BANGTIN_SANITIZE
void *__libc_malloc(size_t size_bytes);
void *__libc_calloc(size_t n, size_t size_bytes);
void *__libc_realloc(void *old, size_t size_bytes);

void *malloc(size_t size_bytes)
{
    n_allocations++;
    return __libc_malloc(size_bytes);
}

void *calloc(size_t n, size_t size_bytes)
{
    n_allocations++;
    return __libc_calloc(n, size_bytes);
}

void *realloc(void *old, size_t size_bytes)
{
    n_allocations++;
    return __libc_realloc(old, size_bytes);
}
#endif

/* ---- the property ---- */

static gboolean is_in(const BtRect *rects, guint n, int x_px, int y_px)
{
    for (guint i = 0; i < n; i++)
        if (bt_rect_contains(rects[i], (BtRect){ x_px, y_px, 1, 1 }))
            return TRUE;
    return FALSE;
}

static void assert_damage_covers(
    const BtFrame *before, const BtFrame *after, const BtRect *rects, guint n)
{
    for (int y = 0; y < H_PX; y++)
        for (int x = 0; x < W_PX; x++)
            if (before->pixels[y * W_PX + x] != after->pixels[y * W_PX + x])
                g_assert_true(is_in(rects, n, x, y));
}

static void assert_damage_is_sane(const BtRect *rects, guint n)
{
    g_assert_cmpuint(n, <=, BT_COMPOSE_MAX_DAMAGE);
    for (guint i = 0; i < n; i++) {
        g_assert_false(bt_rect_is_empty(rects[i]));
        g_assert_true(bt_rect_contains(CANVAS, rects[i]));
    }
}

static void assert_expected(BtCompose *compose, const BtScene *scene, gint64 t_ms, BtFrame *target)
{
    BtRect part = { (int)(t_ms % W_PX), -5, 41, 30 + (int)(t_ms % 50) };
    BtFingerprint is = bt_fingerprint(target, part),
                  should_be = bt_compose_expect(compose, scene, t_ms, part);
    g_assert_true(is.hash == should_be.hash && is.luma == should_be.luma);
}

static void step(BtCompose *compose, const BtScene *scene, gint64 t_ms, BtFrame *target)
{
    BtRect rects[BT_COMPOSE_MAX_DAMAGE];
    g_autoptr(BtFrame) before = bt_frame_new(W_PX, H_PX);
    memcpy(before->pixels, target->pixels, W_PX * H_PX * 4);
    guint n = bt_compose_draw(compose, scene, t_ms, target, rects);
    g_autoptr(BtFrame) whole = bt_compose_picture(scene, t_ms);
    g_assert_true(target->opaque && whole->opaque && bt_frame_equal(target, whole));
    assert_damage_is_sane(rects, n);
    assert_damage_covers(before, target, rects, n);
    assert_expected(compose, scene, t_ms, target);
    g_assert_cmpuint(bt_compose_draw(compose, scene, t_ms, target, rects), ==, 0);
}

static gint64 next_time(GRand *rand, const BtScene *scene, gint64 t_ms)
{
    gint64 next_ms = bt_scene_next_change(scene, t_ms);
    switch (between(rand, 0, 3)) {
    case 0:
        return between(rand, -200, 1500); /* anywhere, also back */
    case 1:
        return t_ms + between(rand, 0, 60);
    default:
        return next_ms == BT_TIME_MAX ? t_ms + 17 : next_ms;
    }
}

static void test_same_to_the_pixel(void)
{
    guint32 n_seeds = g_test_thorough() ? 5000 : 250;
    for (guint32 seed = 0; seed < n_seeds; seed++) {
        g_test_message("seed %u", seed);
        GRand *rand = g_rand_new_with_seed(seed);
        g_autoptr(BtCompose) compose = bt_compose_new();
        g_autoptr(BtFrame) target = noise(seed, W_PX, H_PX, FALSE);
        g_autoptr(BtScene) scene = random_scene(rand);
        gint64 t_ms = between(rand, -200, 800);
        for (int i = 0; i < 20; i++) {
            step(compose, scene, t_ms, target);
            t_ms = next_time(rand, scene, t_ms);
            if (between(rand, 0, 3) == 0) {
                BtScene *next = varied_scene(rand, scene);
                bt_scene_unref(scene);
                scene = next;
            }
        }
        g_rand_free(rand);
    }
}

/* Between two answers of next_change the picture does not change. */
static void test_next_change_misses_nothing(void)
{
    for (guint32 seed = 1000; seed < 1060; seed++) {
        g_test_message("seed %u", seed);
        GRand *rand = g_rand_new_with_seed(seed);
        g_autoptr(BtScene) scene = random_scene(rand);
        gint64 t_ms = between(rand, -200, 600);
        gint64 next_ms = bt_scene_next_change(scene, t_ms);
        g_assert_cmpint(next_ms, >, t_ms);
        g_autoptr(BtFrame) now = bt_compose_picture(scene, t_ms);
        g_autoptr(BtFrame) later = bt_compose_picture(scene, MIN(next_ms - 1, t_ms + 5000));
        g_assert_true(bt_frame_equal(now, later));
        g_rand_free(rand);
    }
}

/* ---- tickers ---- */

static const BtRect BAND = { 10, 40, 80, STRIP_H_PX };

static BtScene *ticker_scene(NoiseStrip *strip, gboolean rtl)
{
    BtScene *scene = bt_scene_new(W_PX, H_PX, 0x0b1b33);
    BtLayer *layer = bt_scene_add_layer(scene, CANVAS);
    bt_layer_add_fill(layer, CANVAS, 0xff0b1b33);
    bt_layer_add_strip(layer, BAND, &strip->strip, 0, 1000, rtl); /* a pixel a millisecond */
    return scene;
}

static void test_ticker_damages_only_its_band(void)
{
    NoiseStrip *strip = noise_strip(5, 3000);
    g_autoptr(BtScene) scene = ticker_scene(strip, FALSE);
    g_autoptr(BtCompose) compose = bt_compose_new();
    g_autoptr(BtFrame) target = bt_frame_new(W_PX, H_PX);
    BtRect r[BT_COMPOSE_MAX_DAMAGE];
    bt_compose_draw(compose, scene, 500, target, r);
    g_assert_cmpuint(bt_compose_draw(compose, scene, 501, target, r), ==, 1);
    g_assert_cmpmem(&r[0], sizeof r[0], &BAND, sizeof BAND);
    g_assert_cmpuint(bt_compose_draw(compose, scene, 501, target, r), ==, 0);
    BtComposeCounts counts = bt_compose_counts(compose);
    g_assert_cmpuint(counts.full, ==, 1);
    g_assert_cmpuint(counts.partial, ==, 1);
    g_assert_cmpuint(counts.unchanged, ==, 1);
    g_assert_cmpuint(counts.pixels, ==, W_PX * H_PX + 80 * STRIP_H_PX);
    strip->strip.unref(&strip->strip);
}

/* At offset o the strip's first column (its last, for right-to-left) is o pixels inside the edge.
 */
static void test_ticker_place(gconstpointer data)
{
    gboolean rtl = GPOINTER_TO_INT(data);
    NoiseStrip *strip = noise_strip(9, 700);
    g_autoptr(BtScene) scene = ticker_scene(strip, rtl);
    for (int offset_px = 0; offset_px <= 781; offset_px++) {
        g_autoptr(BtFrame) got = bt_compose_picture(scene, offset_px);
        g_autoptr(BtFrame) want = bt_frame_new(W_PX, H_PX);
        bt_frame_fill(want, CANVAS, 0xff0b1b33);
        int left_px = rtl ? BAND.x + offset_px - 700 : BAND.x + BAND.w - offset_px;
        for (int k = 0; k < 2; k++) {
            g_autoptr(BtFrame) tile = strip->strip.tile(&strip->strip, k);
            bt_frame_blend(want, tile, left_px + k * BT_STRIP_TILE_PX, BAND.y, BAND, 255);
        }
        g_assert_true(bt_frame_equal(got, want));
    }
    strip->strip.unref(&strip->strip);
}

/* Nothing at the start, nothing at the end; every tile made once; nothing allocated between. */
static void test_ticker_steady(gconstpointer data)
{
    gint64 n_tiles = 8, length_px = n_tiles * BT_STRIP_TILE_PX - 100;
    NoiseStrip *strip = noise_strip(11, length_px);
    g_autoptr(BtScene) scene = ticker_scene(strip, GPOINTER_TO_INT(data));
    g_autoptr(BtCompose) compose = bt_compose_new();
    g_autoptr(BtFrame) target = bt_frame_new(W_PX, H_PX);
    BtRect r[BT_COMPOSE_MAX_DAMAGE];
    bt_compose_draw(compose, scene, 0, target, r);
    g_autoptr(BtFrame) empty = bt_compose_picture(scene, -1);
    g_assert_true(bt_frame_equal(target, empty));
    for (gint64 t_ms = 1; t_ms < 80 + length_px; t_ms++) {
        guint n_made = strip->n_made;
        guint64 allocations = n_allocations;
        g_assert_cmpuint(bt_compose_draw(compose, scene, t_ms, target, r), ==, 1);
        if (strip->n_made == n_made && t_ms > 1)
            g_assert_cmpuint(n_allocations, ==, allocations);
        g_assert_cmpuint(strip->n_made - n_made, <=, 1);
    }
    g_assert_cmpuint(bt_compose_draw(compose, scene, 80 + length_px, target, r), ==, 1);
    g_assert_true(bt_frame_equal(target, empty));
    g_assert_cmpuint(bt_compose_draw(compose, scene, 9999999, target, r), ==, 0);
    g_assert_cmpuint(strip->n_made, ==, n_tiles);
#ifndef BANGTIN_SANITIZE
    g_assert_cmpuint(n_allocations, >, 0); /* they were counted */
#endif
    strip->strip.unref(&strip->strip);
}

static void test_strips_are_let_go(void)
{
    NoiseStrip *strip = noise_strip(3, 900);
    BtScene *scene = ticker_scene(strip, FALSE);
    g_autoptr(BtScene) other = bt_scene_new(W_PX, H_PX, 0);
    g_autoptr(BtCompose) compose = bt_compose_new();
    g_autoptr(BtFrame) target = bt_frame_new(W_PX, H_PX);
    BtRect r[BT_COMPOSE_MAX_DAMAGE];
    bt_compose_draw(compose, scene, 50, target, r);
    bt_scene_unref(scene);
    g_assert_cmpint(strip->n_refs, >, 1);
    bt_compose_draw(compose, other, 60, target, r);
    g_assert_cmpint(strip->n_refs, ==, 1);
    strip->strip.unref(&strip->strip);
}

/* ---- fades, holds, videos ---- */

static guint32 first_pixel(const BtFrame *frame)
{
    return frame->pixels[0] & 0xff;
}

/* Two whites over each other on a black ground: as a group they are one white, never a brighter
 * one. */
static void test_fade(void)
{
    g_autoptr(BtScene) scene = bt_scene_new(W_PX, H_PX, 0);
    BtLayer *layer = bt_scene_add_layer(scene, CANVAS);
    layer->fade_start_ms = 100;
    layer->fade_ms = 300;
    bt_layer_add_fill(layer, CANVAS, 0xffffffff);
    bt_layer_add_fill(layer, CANVAS, 0xffffffff);
    g_autoptr(BtCompose) compose = bt_compose_new();
    g_autoptr(BtFrame) target = bt_frame_new(W_PX, H_PX);
    BtRect r[BT_COMPOSE_MAX_DAMAGE];
    guint32 last = 0;
    for (gint64 t_ms = 90; t_ms <= 410; t_ms++) {
        bt_compose_draw(compose, scene, t_ms, target, r);
        g_assert_cmpuint(first_pixel(target), ==, bt_layer_opacity(layer, t_ms));
        g_assert_cmpuint(first_pixel(target), >=, last);
        last = first_pixel(target);
    }
    g_assert_cmpuint(last, ==, 255);
}

static void test_hold_freezes(void)
{
    BtMoving *video = noise_video(3, W_PX, H_PX);
    NoiseStrip *strip = noise_strip(4, 500);
    g_autoptr(BtScene) scene = bt_scene_new(W_PX, H_PX, 0);
    BtLayer *layer = bt_scene_add_layer(scene, CANVAS);
    bt_layer_add_moving(layer, CANVAS, video, NULL, 0);
    bt_layer_add_strip(layer, BAND, &strip->strip, 0, 300, FALSE);
    layer->hold_ms = 70;
    g_autoptr(BtFrame) held = bt_compose_picture(scene, 70);
    g_autoptr(BtCompose) compose = bt_compose_new();
    g_autoptr(BtFrame) target = bt_frame_new(W_PX, H_PX);
    BtRect r[BT_COMPOSE_MAX_DAMAGE];
    g_assert_cmpuint(bt_compose_draw(compose, scene, 60, target, r), ==, 1);
    g_assert_false(bt_frame_equal(target, held));
    g_assert_cmpuint(bt_compose_draw(compose, scene, 70, target, r), ==, 1);
    for (gint64 t_ms = 71; t_ms < 600; t_ms += 13)
        g_assert_cmpuint(bt_compose_draw(compose, scene, t_ms, target, r), ==, 0);
    g_assert_true(bt_frame_equal(target, held));
    video->unref(video);
    strip->strip.unref(&strip->strip);
}

/* A video and what stands beside it: only the video is drawn again, in its own rectangle. */
static void test_video_damages_only_its_place(void)
{
    BtMoving *video = noise_video(8, 40, 30);
    BtRect place = { 5, 6, 50, 50 };
    g_autoptr(BtScene) scene = bt_scene_new(W_PX, H_PX, 0);
    BtLayer *layer = bt_scene_add_layer(scene, CANVAS);
    bt_layer_add_fill(layer, CANVAS, 0xff000000);
    bt_layer_add_moving(layer, place, video, NULL, 0);
    bt_layer_add_fill(layer, (BtRect){ 80, 0, 10, 10 }, 0xffffffff);
    g_autoptr(BtCompose) compose = bt_compose_new();
    g_autoptr(BtFrame) target = bt_frame_new(W_PX, H_PX);
    BtRect r[BT_COMPOSE_MAX_DAMAGE];
    bt_compose_draw(compose, scene, 0, target, r);
    g_assert_cmpuint(bt_compose_draw(compose, scene, 39, target, r), ==, 0);
    g_assert_cmpuint(bt_compose_draw(compose, scene, 40, target, r), ==, 1);
    BtRect want = { 5, 6, 40, 30 };
    g_assert_cmpmem(&r[0], sizeof r[0], &want, sizeof want);
    video->unref(video);
}

/* ---- damage ---- */

static void test_many_changes_are_merged(void)
{
    g_autoptr(BtScene) scene = bt_scene_new(W_PX, H_PX, 0);
    g_autoptr(BtScene) empty = bt_scene_new(W_PX, H_PX, 0);
    BtLayer *layer = bt_scene_add_layer(scene, CANVAS);
    for (int i = 0; i < 100; i++)
        bt_layer_add_fill(
            layer, (BtRect){ i % 10 * 9, i / 10 * 6, 3, 2 }, 0xff000000u | (guint32)i);
    g_autoptr(BtCompose) compose = bt_compose_new();
    g_autoptr(BtFrame) target = bt_frame_new(W_PX, H_PX);
    BtRect r[BT_COMPOSE_MAX_DAMAGE];
    bt_compose_draw(compose, empty, 0, target, r);
    guint n = bt_compose_draw(compose, scene, 0, target, r);
    g_assert_cmpuint(n, >, 1);
    assert_damage_is_sane(r, n);
    for (int i = 0; i < 100; i++)
        g_assert_true(is_in(r, n, i % 10 * 9 + 2, i / 10 * 6 + 1));
    g_autoptr(BtFrame) whole = bt_compose_picture(scene, 0);
    g_assert_true(bt_frame_equal(target, whole));
}

static void test_forget_and_new_ground(void)
{
    g_autoptr(BtScene) blue = bt_scene_new(W_PX, H_PX, 0x0000ff);
    g_autoptr(BtScene) red = bt_scene_new(W_PX, H_PX, 0xff0000);
    g_autoptr(BtCompose) compose = bt_compose_new();
    g_autoptr(BtFrame) target = bt_frame_new(W_PX, H_PX);
    BtRect r[BT_COMPOSE_MAX_DAMAGE];
    g_assert_cmpuint(bt_compose_draw(compose, blue, 0, target, r), ==, 1);
    g_assert_cmpmem(&r[0], sizeof r[0], &CANVAS, sizeof CANVAS);
    g_assert_cmpuint(bt_compose_draw(compose, blue, 0, target, r), ==, 0);
    bt_frame_fill(target, CANVAS, 0xff777777);
    bt_compose_forget(compose);
    g_assert_cmpuint(bt_compose_draw(compose, blue, 0, target, r), ==, 1);
    g_assert_cmphex(target->pixels[0], ==, 0xff0000ff);
    g_assert_cmpuint(bt_compose_draw(compose, red, 0, target, r), ==, 1);
    g_assert_cmphex(target->pixels[0], ==, 0xffff0000);
    g_assert_cmpuint(bt_compose_counts(compose).full, ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/compose/same-to-the-pixel", test_same_to_the_pixel);
    g_test_add_func("/compose/next-change", test_next_change_misses_nothing);
    g_test_add_func("/compose/ticker/band", test_ticker_damages_only_its_band);
    g_test_add_data_func("/compose/ticker/place/ltr", GINT_TO_POINTER(FALSE), test_ticker_place);
    g_test_add_data_func("/compose/ticker/place/rtl", GINT_TO_POINTER(TRUE), test_ticker_place);
    g_test_add_data_func("/compose/ticker/steady/ltr", GINT_TO_POINTER(FALSE), test_ticker_steady);
    g_test_add_data_func("/compose/ticker/steady/rtl", GINT_TO_POINTER(TRUE), test_ticker_steady);
    g_test_add_func("/compose/strips-let-go", test_strips_are_let_go);
    g_test_add_func("/compose/fade", test_fade);
    g_test_add_func("/compose/hold", test_hold_freezes);
    g_test_add_func("/compose/video", test_video_damages_only_its_place);
    g_test_add_func("/compose/merge", test_many_changes_are_merged);
    g_test_add_func("/compose/forget", test_forget_and_new_ground);
    return g_test_run();
}
