/* A graphics chip draws what the processor draws, but for how it rounds: random scenes, random
 * walks through time, and what boards do besides. Where there is no chip, Mesa's llvmpipe stands in
 * for it, without a screen (SDL's offscreen driver).
 *
 * The bound. A blend of 8-bit channels may round otherwise by one, and what lies on it carries that
 * on: layers over each other, and groups, add up. So no channel may be off by more than MAX_OFF,
 * which no eye sees. On the mean over a picture a real chip may be off by one in every other
 * channel (an NVIDIA H200 was by 0.28 in one of these scenes); what stands in for a chip rounds as
 * the processor does nearly everywhere (0.06 in a group that fades, the worst), and is held to it.
 */
#include "render/compose/compose.h"
#include "render/display/display.h"
#include "tests/unit/random-scenes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SKIPPED 77
#define MAX_OFF 4
#define MAX_MEAN_OFF 0.5
#define MAX_MEAN_OFF_EMULATED 0.1

/* ---- a chip under test ---- */

/* How far from the processor. */
typedef struct {
    int max;
    double sum, n, max_mean; /* of one picture */
} Off;

typedef struct {
    BtDisplay *display;
    BtCompose *compose;
    double max_mean_off;
    Off off; /* of all that was compared */
} Rig;

static BtDisplay *open_chip(BtRenderer renderer, int w_px, int h_px, GError **error)
{
    BtDisplayOptions options = { .kind = BT_DISPLAY_WINDOW,
        .canvas_w_px = w_px,
        .canvas_h_px = h_px,
        .renderer = renderer,
        .hidden = TRUE };
    return bt_display_open(&options, error);
}

static Rig rig_of(BtRenderer renderer)
{
    g_autoptr(GError) error = NULL;
    Rig rig = { .compose = bt_compose_new() };
    rig.display = open_chip(renderer, W_PX, H_PX, &error);
    g_assert_no_error(error);
    g_assert_nonnull(bt_display_painter(rig.display));
    g_assert_null(bt_display_canvas(rig.display));
    gboolean emulated = bt_display_is_emulated(bt_display_device(rig.display));
    rig.max_mean_off = emulated ? MAX_MEAN_OFF_EMULATED : MAX_MEAN_OFF;
    return rig;
}

static void rig_close(Rig *rig)
{
    bt_compose_free(rig->compose);
    bt_display_close(rig->display);
}

static guint paint(Rig *rig, const BtScene *scene, gint64 t_ms)
{
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    g_autoptr(GError) error = NULL;
    BtPainter *painter = bt_display_painter(rig->display);
    guint n = bt_compose_paint(rig->compose, scene, t_ms, painter, damage);
    g_assert_true(bt_display_present(rig->display, damage, n, &error));
    g_assert_no_error(error);
    return n;
}

static BtFrame *read_back(const Rig *rig)
{
    g_autoptr(GError) error = NULL;
    BtFrame *picture = bt_display_picture(rig->display, &error);
    g_assert_no_error(error);
    g_assert_true(picture->opaque);
    return picture;
}

/* ---- how far off ---- */

static void compare(Off *off, const BtFrame *a, const BtFrame *b)
{
    g_assert_cmpint(a->w_px, ==, b->w_px);
    g_assert_cmpint(a->h_px, ==, b->h_px);
    for (int y = 0; y < a->h_px; y++) {
        for (int x = 0; x < a->w_px; x++) {
            guint32 p = a->pixels[y * a->stride_px + x], q = b->pixels[y * b->stride_px + x];
            for (int shift = 0; shift < 24; shift += 8) {
                int by = abs((int)(p >> shift & 255) - (int)(q >> shift & 255));
                off->max = MAX(off->max, by);
                off->sum += by;
            }
        }
    }
    off->n += 3.0 * a->w_px * a->h_px;
}

/* What the chip has on its canvas is what the processor would draw. */
static void assert_same(Rig *rig, const BtScene *scene, gint64 t_ms)
{
    g_autoptr(BtFrame) wanted = bt_compose_picture(scene, t_ms);
    g_autoptr(BtFrame) got = read_back(rig);
    Off here = { 0 };
    compare(&here, got, wanted);
    g_assert_cmpint(here.max, <=, MAX_OFF);
    g_assert_cmpfloat(here.sum / here.n, <=, rig->max_mean_off);
    rig->off.max = MAX(rig->off.max, here.max);
    rig->off.sum += here.sum;
    rig->off.n += here.n;
    rig->off.max_mean = MAX(rig->off.max_mean, here.sum / here.n);
}

static void paint_same(Rig *rig, const BtScene *scene, gint64 t_ms)
{
    paint(rig, scene, t_ms);
    assert_same(rig, scene, t_ms);
}

/* ---- random scenes ---- */

static void test_random(Rig *rig)
{
    guint32 n_seeds = g_test_thorough() ? 2000 : 120;
    for (guint32 seed = 0; seed < n_seeds; seed++) {
        g_test_message("seed %u", seed);
        GRand *rand = g_rand_new_with_seed(seed);
        g_autoptr(BtScene) scene = random_scene(rand);
        for (int i = 0; i < 8; i++) {
            gint64 t_ms = between(rand, -200, 1000);
            if (i == 4) {
                BtScene *next = varied_scene(rand, scene);
                bt_scene_unref(scene);
                scene = next;
            }
            paint_same(rig, scene, t_ms);
        }
        g_rand_free(rand);
    }
    g_test_message("at most %d, on the mean %.5f of 255, %.5f of the worst picture", rig->off.max,
        rig->off.sum / rig->off.n, rig->off.max_mean);
}

/* ---- one thing at a time ---- */

static BtScene *scene_of_fading(void)
{
    g_autoptr(BtFrame) frame = noise(5, 60, 40, FALSE);
    BtScene *scene = bt_scene_new(W_PX, H_PX, 0x204060);
    BtLayer *below = bt_scene_add_layer(scene, CANVAS);
    bt_layer_add_fill(below, CANVAS, 0xff808080);
    BtLayer *layer = bt_scene_add_layer(scene, (BtRect){ 5, 5, 70, 50 });
    layer->fade_start_ms = 0;
    layer->fade_ms = 255;
    bt_layer_add_fill(layer, (BtRect){ 0, 0, 50, 50 }, 0xffffffff);
    bt_layer_add_fill(layer, (BtRect){ 20, 20, 60, 60 }, 0xffffffff);
    bt_layer_add_frame(layer, (BtRect){ 60, 10, 60, 40 }, frame);
    return scene;
}

/* Where two whites of a fading layer lie over each other they are one white. */
static void test_group(Rig *rig)
{
    g_autoptr(BtScene) scene = scene_of_fading();
    for (gint64 t_ms = -1; t_ms <= 256; t_ms += 16) {
        paint_same(rig, scene, t_ms);
        g_autoptr(BtFrame) got = read_back(rig);
        g_assert_cmphex(got->pixels[7 * W_PX + 7], ==, got->pixels[30 * W_PX + 30]);
    }
}

/* One thing that fades has no group of its own: its opacity is the layer's. */
static void test_opacity(Rig *rig)
{
    g_autoptr(BtFrame) frame = noise(6, W_PX, H_PX, TRUE);
    g_autoptr(BtScene) scene = bt_scene_new(W_PX, H_PX, 0xffffff);
    BtLayer *layer = bt_scene_add_layer(scene, CANVAS);
    layer->fade_start_ms = 0;
    layer->fade_ms = 255;
    bt_layer_add_frame(layer, CANVAS, frame);
    for (gint64 t_ms = 0; t_ms <= 255; t_ms += 5)
        paint_same(rig, scene, t_ms);
    g_assert_cmpint(rig->off.max, <=, 1);
}

/* A line that comes in and goes out: its tiles lie left of the canvas, across its layer's edges and
 * right of it, and most of it was never drawn. */
static void test_strip(Rig *rig)
{
    for (int rtl = 0; rtl <= 1; rtl++) {
        NoiseStrip *strip = noise_strip(7, 3 * BT_STRIP_TILE_PX + 100);
        g_autoptr(BtScene) scene = bt_scene_new(W_PX, H_PX, 0);
        BtLayer *layer = bt_scene_add_layer(scene, (BtRect){ 10, 0, 60, H_PX });
        bt_layer_add_strip(layer, (BtRect){ -5, 20, 90, STRIP_H_PX }, &strip->strip, 0, 1000, rtl);
        strip->strip.unref(&strip->strip);
        for (gint64 t_ms = 0; t_ms < 1800; t_ms += 31)
            paint_same(rig, scene, t_ms);
    }
    g_assert_cmpint(rig->off.max, <=, 1);
}

/* The same address may be another frame's later: what is seen is the frame and never the address.
 */
static void test_frames_by_identity(Rig *rig)
{
    guint32 pixels[4 * 4];
    for (guint32 i = 0; i < 200; i++) {
        memset(pixels, (int)(i + 1), sizeof pixels);
        BtFrame *frame = bt_frame_new_over(pixels, 4, 4, 4, FALSE, NULL, NULL);
        BtScene *scene = bt_scene_new(W_PX, H_PX, 0);
        bt_layer_add_frame(bt_scene_add_layer(scene, CANVAS), (BtRect){ 3, 3, 4, 4 }, frame);
        bt_frame_unref(frame);
        paint_same(rig, scene, 0);
        bt_scene_unref(scene);
    }
    g_assert_cmpint(rig->off.max, ==, 0);
}

/* A film's frame as its codec gave it, at an odd place. */
static void test_planes(Rig *rig)
{
    static guint8 y[40 * 30], u[20 * 15], v[20 * 15];
    for (guint i = 0; i < sizeof y; i++)
        y[i] = (guint8)(i * 7);
    for (guint i = 0; i < sizeof u; i++) {
        u[i] = (guint8)(i * 5);
        v[i] = (guint8)(255 - i * 3);
    }
    for (int matrix = 0; matrix < BT_N_MATRICES; matrix++) {
        BtPlanes planes = { y, u, v, 40, 20, (BtMatrix)matrix };
        BtFrame *frame = bt_frame_new_over_planes(&planes, 40, 30, NULL, NULL);
        BtScene *scene = bt_scene_new(W_PX, H_PX, 0);
        bt_layer_add_frame(
            bt_scene_add_layer(scene, (BtRect){ 6, 0, 50, 50 }), (BtRect){ 3, 5, 40, 30 }, frame);
        bt_frame_unref(frame);
        paint_same(rig, scene, 0);
        bt_scene_unref(scene);
    }
    g_assert_cmpint(rig->off.max, ==, 0);
}

static void count_gone(gpointer user)
{
    (*(guint *)user)++;
}

/* A decoder's slot comes back once its frame has left the scene, and not only at the end. */
static void test_frames_are_let_go(Rig *rig)
{
    guint32 pixels[4 * 4] = { 0 };
    guint n_gone = 0;
    for (guint i = 0; i < 50; i++) {
        BtFrame *frame = bt_frame_new_over(pixels, 4, 4, 4, FALSE, count_gone, &n_gone);
        BtScene *scene = bt_scene_new(W_PX, H_PX, i & 0xff);
        bt_layer_add_frame(bt_scene_add_layer(scene, CANVAS), (BtRect){ 3, 3, 4, 4 }, frame);
        bt_frame_unref(frame);
        paint(rig, scene, 0);
        bt_scene_unref(scene);
        g_assert_cmpuint(n_gone + 2, >=, i);
    }
    g_autoptr(BtScene) empty = bt_scene_new(W_PX, H_PX, 0);
    paint(rig, empty, 0);
    g_assert_cmpuint(n_gone, ==, 50);
}

static void test_still_costs_nothing(Rig *rig)
{
    g_autoptr(BtScene) scene = scene_of_fading();
    g_assert_cmpuint(paint(rig, scene, 1000), >, 0);
    g_assert_cmpuint(paint(rig, scene, 2000), ==, 0);
}

/* ---- without the chip ---- */

static void test_goes_on_in_software(Rig *rig)
{
    g_autoptr(GError) error = NULL;
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    g_autoptr(BtScene) scene = scene_of_fading();
    paint(rig, scene, 100);
    g_assert_true(bt_display_use_software(rig->display, &error));
    g_assert_no_error(error);
    g_assert_null(bt_display_painter(rig->display));
    g_assert_null(bt_display_device(rig->display));
    g_assert_cmpint(bt_display_renderer(rig->display), ==, BT_RENDERER_SOFTWARE);
    BtFrame *canvas = bt_display_canvas(rig->display);
    bt_compose_forget(rig->compose);
    guint n = bt_compose_draw(rig->compose, scene, 100, canvas, damage);
    g_assert_true(bt_display_present(rig->display, damage, n, &error));
    g_autoptr(BtFrame) wanted = bt_compose_picture(scene, 100);
    g_assert_true(bt_frame_equal(canvas, wanted));
}

static void test_darken(Rig *rig)
{
    g_autoptr(BtScene) scene = scene_of_fading();
    paint(rig, scene, 1000);
    bt_display_darken(rig->display);
    g_autoptr(BtFrame) got = read_back(rig);
    for (int i = 0; i < W_PX * H_PX; i++)
        g_assert_cmphex(got->pixels[i], ==, 0xff000000);
}

/* What a chip cannot hold is an error, and the picture before it is not lost for it. */
static void test_too_large(Rig *rig)
{
    g_autoptr(GError) error = NULL;
    static guint32 pixel = 0xffffffff;
    BtRect damage[BT_COMPOSE_MAX_DAMAGE];
    BtFrame *frame = bt_frame_new_over(&pixel, 100000, 1, 100000, TRUE, NULL, NULL);
    g_autoptr(BtScene) scene = bt_scene_new(W_PX, H_PX, 0);
    bt_layer_add_frame(bt_scene_add_layer(scene, CANVAS), CANVAS, frame);
    bt_frame_unref(frame);
    BtPainter *painter = bt_display_painter(rig->display);
    guint n = bt_compose_paint(rig->compose, scene, 0, painter, damage);
    g_assert_false(bt_display_present(rig->display, damage, n, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_DIED);
}

static void test_wrong_device(Rig *rig)
{
    g_autoptr(GError) error = NULL;
    BtDisplayOptions options = { .kind = BT_DISPLAY_WINDOW,
        .canvas_w_px = W_PX,
        .canvas_h_px = H_PX,
        .renderer = bt_display_renderer(rig->display),
        .device = "a chip that nobody has",
        .hidden = TRUE };
    g_assert_null(bt_display_open(&options, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED);
}

static void test_emulated(void)
{
    static const char *const EMULATED[] = { "llvmpipe (LLVM 15.0.6, 256 bits)", "softpipe",
        "Software Rasterizer", "Google SwiftShader" };
    static const char *const REAL[] = { "Mesa Intel(R) UHD Graphics 600 (GLK 2)", "V3D 4.2",
        "Mali-G52 (Panfrost)", "NVIDIA H100 80GB HBM3/PCIe/SSE2", "virgl" };
    for (gsize i = 0; i < G_N_ELEMENTS(EMULATED); i++)
        g_assert_true(bt_display_is_emulated(EMULATED[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(REAL); i++)
        g_assert_false(bt_display_is_emulated(REAL[i]));
}

typedef struct {
    const char *name;
    void (*run)(Rig *rig);
} Case;

static const Case CASES[] = {
    { "random", test_random },
    { "group", test_group },
    { "opacity", test_opacity },
    { "strip", test_strip },
    { "frames/by-identity", test_frames_by_identity },
    { "frames/let-go", test_frames_are_let_go },
    { "frames/planes", test_planes },
    { "still", test_still_costs_nothing },
    { "darken", test_darken },
    { "goes-on-in-software", test_goes_on_in_software },
    { "too-large", test_too_large },
    { "wrong-device", test_wrong_device },
};

typedef struct {
    const Case *what;
    BtRenderer renderer;
} Test;

static void run(gconstpointer data)
{
    const Test *test = data;
    Rig rig = rig_of(test->renderer);
    test->what->run(&rig);
    rig_close(&rig);
}

static void add_all(BtRenderer renderer)
{
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        Test test = { &CASES[i], renderer };
        g_autofree char *path =
            g_strdup_printf("/chip/%s/%s", bt_renderer_name(renderer), CASES[i].name);
        g_test_add_data_func_full(path, g_memdup2(&test, sizeof test), run, g_free);
    }
}

int main(int argc, char **argv)
{
    guint n_here = 0;
    g_test_init(&argc, &argv, NULL);
    g_setenv("SDL_VIDEODRIVER", "offscreen", FALSE);
    for (int i = BT_RENDERER_SOFTWARE + 1; i < BT_N_RENDERERS; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(BtDisplay) display = open_chip((BtRenderer)i, W_PX, H_PX, &error);
        if (!display) {
            printf("# without %s: %s\n", bt_renderer_name((BtRenderer)i), error->message);
            continue;
        }
        printf("# %s: %s\n", bt_renderer_name((BtRenderer)i), bt_display_device(display));
        add_all((BtRenderer)i);
        n_here++;
    }
    if (n_here == 0)
        return SKIPPED;
    g_test_add_func("/chip/emulated", test_emulated);
    return g_test_run();
}
