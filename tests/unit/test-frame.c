#include "base/io.h"
#include "render/scene/frame.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* What blending should give, one channel at a time, in the plainest words. */
static guint32 divide_255(guint32 v)
{
    return (guint32)floor((double)v / 255.0 + 0.5);
}

static guint32 scaled(guint32 argb, guint32 by)
{
    guint32 out = 0;
    for (int shift = 0; shift < 32; shift += 8)
        out |= divide_255((argb >> shift & 255) * by) << shift;
    return out;
}

static guint32 blended(guint32 target, guint32 source, guint32 opacity)
{
    guint32 s = scaled(source, opacity);
    return s + scaled(target, 255 - (s >> 24));
}

static guint32 random_pixel(GRand *rand)
{
    guint32 alpha = (guint32)g_rand_int_range(rand, 0, 256), argb = alpha << 24;
    if (g_rand_int_range(rand, 0, 4) == 0)
        return 0;
    for (int shift = 0; shift < 24; shift += 8)
        argb |= (guint32)g_rand_int_range(rand, 0, (gint32)alpha + 1) << shift;
    return argb;
}

static BtFrame *random_frame(GRand *rand, int w_px, int h_px)
{
    BtFrame *frame = bt_frame_new(w_px, h_px);
    for (int i = 0; i < w_px * h_px; i++)
        frame->pixels[i] = random_pixel(rand);
    return frame;
}

static guint32 at(const BtFrame *frame, int x_px, int y_px)
{
    return frame->pixels[y_px * frame->stride_px + x_px];
}

static gboolean inside(BtRect r, int x_px, int y_px)
{
    return x_px >= r.x && y_px >= r.y && x_px < r.x + r.w && y_px < r.y + r.h;
}

static BtFrame *copy_of(const BtFrame *frame)
{
    BtFrame *copy = bt_frame_new(frame->w_px, frame->h_px);
    for (int y = 0; y < frame->h_px; y++)
        memcpy(copy->pixels + y * copy->stride_px, frame->pixels + y * frame->stride_px,
            (gsize)frame->w_px * 4);
    return copy;
}

static void test_blend_exact(void)
{
    for (guint32 seed = 0; seed < 200; seed++) {
        GRand *rand = g_rand_new_with_seed(seed);
        g_autoptr(BtFrame) target = random_frame(rand, g_rand_int_range(rand, 1, 40), 9);
        g_autoptr(BtFrame) source = random_frame(rand, g_rand_int_range(rand, 1, 40), 7);
        g_autoptr(BtFrame) before = copy_of(target);
        int x = g_rand_int_range(rand, -20, 30), y = g_rand_int_range(rand, -8, 9);
        BtRect clip = { g_rand_int_range(rand, -5, 20), g_rand_int_range(rand, -5, 8),
            g_rand_int_range(rand, 0, 50), g_rand_int_range(rand, 0, 12) };
        guint opacity = seed % 3 == 0 ? 255 : (guint)g_rand_int_range(rand, 0, 256);
        bt_frame_blend(target, source, x, y, clip, opacity);
        for (int py = 0; py < target->h_px; py++) {
            for (int px = 0; px < target->w_px; px++) {
                gboolean covered = inside(clip, px, py) &&
                    inside((BtRect){ x, y, source->w_px, source->h_px }, px, py);
                guint32 want = at(before, px, py);
                if (covered)
                    want = blended(want, at(source, px - x, py - y), opacity);
                g_assert_cmphex(at(target, px, py), ==, want);
            }
        }
        g_rand_free(rand);
    }
}

static void test_blend_opaque(void)
{
    g_autoptr(BtFrame) target = bt_frame_new(9, 3);
    g_autoptr(BtFrame) source = bt_frame_new(5, 5);
    bt_frame_fill(source, (BtRect){ 0, 0, 5, 5 }, 0xff102030);
    g_assert_true(source->opaque);
    bt_frame_blend(target, source, 6, 1, (BtRect){ 0, 0, 9, 3 }, 255);
    g_assert_cmphex(at(target, 5, 1), ==, 0);
    g_assert_cmphex(at(target, 6, 0), ==, 0);
    g_assert_cmphex(at(target, 6, 1), ==, 0xff102030);
    g_assert_cmphex(at(target, 8, 2), ==, 0xff102030);
    bt_frame_blend(target, source, 0, 0, (BtRect){ 0, 0, 9, 3 }, 128);
    g_assert_cmphex(at(target, 0, 0), ==, scaled(0xff102030, 128));
}

static void test_blend_fill(void)
{
    GRand *rand = g_rand_new_with_seed(7);
    g_autoptr(BtFrame) frame = random_frame(rand, 23, 5);
    g_autoptr(BtFrame) before = copy_of(frame);
    BtRect rect = { 2, 1, 18, 3 };
    bt_frame_blend_fill(frame, rect, 0x80402010, 200);
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 23; x++)
            g_assert_cmphex(at(frame, x, y), ==,
                inside(rect, x, y) ? blended(at(before, x, y), 0x80402010, 200) : at(before, x, y));
    g_rand_free(rand);
}

static void test_fill_clips_and_tells_opacity(void)
{
    g_autoptr(BtFrame) frame = bt_frame_new(10, 10);
    g_assert_false(frame->opaque);
    bt_frame_fill(frame, (BtRect){ 0, 0, 10, 9 }, 0xffffffff);
    g_assert_false(frame->opaque);
    bt_frame_fill(frame, (BtRect){ -50, -50, 1000, 1000 }, 0xff000001);
    g_assert_true(frame->opaque);
    bt_frame_fill(frame, (BtRect){ 3, 3, 1, 1 }, 0xff000002);
    g_assert_true(frame->opaque);
    bt_frame_fill(frame, (BtRect){ 30, 3, 1, 1 }, 0);
    g_assert_true(frame->opaque);
    bt_frame_fill(frame, (BtRect){ 9, 9, 5, 5 }, 0x80000000);
    g_assert_false(frame->opaque);
    g_assert_cmphex(at(frame, 9, 9), ==, 0x80000000);
    g_assert_cmphex(at(frame, 8, 9), ==, 0xff000001);
}

static void note_done(gpointer user)
{
    (*(int *)user)++;
}

static void test_fill_all(void)
{
    g_autoptr(BtFrame) frame = bt_frame_new_unset(37, 5);
    g_autoptr(BtFrame) clear = bt_frame_new_unset(2, 2);
    bt_frame_fill(frame, (BtRect){ 0, 0, 37, 5 }, 0xff123456);
    bt_frame_fill(clear, (BtRect){ 0, 0, 2, 2 }, 0x80000000);
    g_assert_true(frame->opaque && !clear->opaque);
    for (int i = 0; i < 37 * 5; i++)
        g_assert_cmphex(frame->pixels[i], ==, 0xff123456);
}

static void test_lent_memory(void)
{
    guint32 pixels[8] = { 0 };
    int done = 0;
    BtFrame *frame = bt_frame_new_over(pixels, 2, 2, 4, FALSE, note_done, &done);
    bt_frame_ref(frame);
    bt_frame_fill(frame, (BtRect){ 0, 0, 2, 2 }, 0xff0000ff);
    g_assert_cmphex(pixels[1], ==, 0xff0000ff);
    g_assert_cmphex(pixels[2], ==, 0);
    g_assert_cmphex(pixels[5], ==, 0xff0000ff);
    g_assert_cmphex(pixels[6], ==, 0);
    bt_frame_unref(frame);
    g_assert_cmpint(done, ==, 0);
    bt_frame_unref(frame);
    g_assert_cmpint(done, ==, 1);
}

static void test_equal(void)
{
    guint32 wide[] = { 1, 2, 99, 3, 4, 98 };
    guint32 narrow[] = { 1, 2, 3, 4 };
    g_autoptr(BtFrame) a = bt_frame_new_over(wide, 2, 2, 3, FALSE, NULL, NULL);
    g_autoptr(BtFrame) b = bt_frame_new_over(narrow, 2, 2, 2, FALSE, NULL, NULL);
    g_autoptr(BtFrame) c = bt_frame_new_over(narrow, 2, 1, 2, FALSE, NULL, NULL);
    g_assert_true(bt_frame_equal(a, b));
    g_assert_false(bt_frame_equal(b, c));
    narrow[3] = 5;
    g_assert_false(bt_frame_equal(a, b));
}

static void test_brightness(void)
{
    static const struct {
        guint32 argb;
        double brightness;
    } CASES[] = {
        { 0xff000000, 0 },
        { 0xffffffff, 255 },
        { 0xffff0000, 255 * 0.2126 },
        { 0xff00ff00, 255 * 0.7152 },
        { 0xff0000ff, 255 * 0.0722 },
    };
    g_autoptr(BtFrame) frame = bt_frame_new(BT_FRAME_MAX_W_PX, 3);
    g_assert_cmpuint((gsize)frame->pixels % 64, ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        bt_frame_fill(frame, (BtRect){ 0, 0, frame->w_px, frame->h_px }, CASES[i].argb);
        g_assert_cmpfloat_with_epsilon(bt_frame_brightness(frame), CASES[i].brightness, 1e-6);
    }
}

/* ---- planes ---- */

#define PLANES_W_PX 17
#define PLANES_H_PX 13

static BtFrame *random_planes(GRand *rand, BtMatrix matrix, guint8 *memory)
{
    int half_w = (PLANES_W_PX + 1) / 2, half_h = (PLANES_H_PX + 1) / 2;
    int n_y = PLANES_W_PX * PLANES_H_PX, n_u = half_w * half_h;
    for (int i = 0; i < n_y; i++)
        memory[i] = (guint8)g_rand_int_range(rand, 0, 256);
    for (int i = n_y; i < n_y + 2 * n_u; i++)
        memory[i] = (guint8)g_rand_int_range(rand, 16, 241);
    BtPlanes planes = { memory, memory + n_y, memory + n_y + n_u, PLANES_W_PX, half_w, matrix };
    return bt_frame_new_over_planes(&planes, PLANES_W_PX, PLANES_H_PX, NULL, NULL);
}

/* The standards' own words: Kr and Kb, and what stands for black and white. */
static guint32 coloured(const BtPlanes *planes, int x_px, int y_px)
{
    static const double weights[][2] = { { 0.299, 0.114 }, { 0.2126, 0.0722 }, { 0.2627, 0.0593 } };
    double kr = weights[planes->matrix / 2][0], kb = weights[planes->matrix / 2][1];
    gboolean full = planes->matrix % 2;
    int uv = y_px / 2 * planes->uv_stride_bytes + x_px / 2;
    double y = planes->y[y_px * planes->y_stride_bytes + x_px];
    y = full ? y : (y - 16) * 255 / 219;
    double u = (planes->u[uv] - 128) * (full ? 1 : 255.0 / 224);
    double v = (planes->v[uv] - 128) * (full ? 1 : 255.0 / 224);
    double r = y + 2 * (1 - kr) * v, b = y + 2 * (1 - kb) * u;
    double g = (y - kr * r - kb * b) / (1 - kr - kb);
    return 0xff000000u | (guint32)CLAMP(round(r), 0, 255) << 16 |
        (guint32)CLAMP(round(g), 0, 255) << 8 | (guint32)CLAMP(round(b), 0, 255);
}

static void assert_near(guint32 is, guint32 wanted, int by)
{
    for (int shift = 0; shift < 32; shift += 8)
        g_assert_cmpint(ABS((int)(is >> shift & 255) - (int)(wanted >> shift & 255)), <=, by);
}

static void test_planes_colours(void)
{
    GRand *rand = g_rand_new_with_seed(7);
    guint8 memory[PLANES_W_PX * PLANES_H_PX * 3];
    for (BtMatrix matrix = 0; matrix < BT_N_MATRICES; matrix++) {
        g_autoptr(BtFrame) film = random_planes(rand, matrix, memory);
        g_autoptr(BtFrame) drawn = bt_frame_new(PLANES_W_PX, PLANES_H_PX);
        bt_frame_blend(drawn, film, 0, 0, (BtRect){ 0, 0, PLANES_W_PX, PLANES_H_PX }, 255);
        for (int y = 0; y < PLANES_H_PX; y++)
            for (int x = 0; x < PLANES_W_PX; x++)
                assert_near(at(drawn, x, y), coloured(film->planes, x, y), 2);
    }
    g_rand_free(rand);
}

/* Wherever it stands, however it is clipped and however much shines through: as if it were pixels.
 */
static void test_planes_blend(void)
{
    GRand *rand = g_rand_new_with_seed(8);
    guint8 memory[PLANES_W_PX * PLANES_H_PX * 3];
    BtRect all = { 0, 0, PLANES_W_PX, PLANES_H_PX };
    for (int turn = 0; turn < 500; turn++) {
        g_autoptr(BtFrame) film = random_planes(rand, BT_MATRIX_BT709, memory);
        g_autoptr(BtFrame) pixels = bt_frame_new(PLANES_W_PX, PLANES_H_PX);
        bt_frame_blend(pixels, film, 0, 0, all, 255);
        pixels->opaque = TRUE;
        g_autoptr(BtFrame) a = random_frame(rand, 20, 20), b = copy_of(a);
        int x_px = g_rand_int_range(rand, -18, 21), y_px = g_rand_int_range(rand, -14, 21);
        BtRect clip_px = { g_rand_int_range(rand, -5, 20), g_rand_int_range(rand, -5, 20),
            g_rand_int_range(rand, 0, 25), g_rand_int_range(rand, 0, 25) };
        guint opacity = turn % 2 ? 255 : (guint)g_rand_int_range(rand, 0, 256);
        bt_frame_blend(a, film, x_px, y_px, clip_px, opacity);
        bt_frame_blend(b, pixels, x_px, y_px, clip_px, opacity);
        g_assert_true(bt_frame_equal(a, b));
    }
    g_rand_free(rand);
}

static guint32 big_endian(const guint8 *at)
{
    return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

static void test_png(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("bangtin-frame-XXXXXX", &error);
    g_autofree char *path = g_build_filename(folder, "picture.png", NULL);
    g_autoptr(BtFrame) frame = bt_frame_new(33, 7);
    bt_frame_fill(frame, (BtRect){ 0, 0, 33, 7 }, 0xff123456);
    g_assert_true(bt_frame_write_png(frame, path, &error));
    g_assert_no_error(error);
    g_autoptr(GBytes) bytes = bt_io_read(path, 1 << 20, &error);
    g_assert_no_error(error);
    gsize size_bytes;
    const guint8 *png = g_bytes_get_data(bytes, &size_bytes);
    g_assert_cmpmem(png, 8, "\x89PNG\r\n\x1a\n", 8);
    g_assert_cmpuint(big_endian(png + 16), ==, 33);
    g_assert_cmpuint(big_endian(png + 20), ==, 7);
    g_assert_cmpuint(png[24], ==, 8);
    g_assert_cmpuint(png[25], ==, 2); /* RGB */
    g_autofree char *nowhere = g_build_filename(folder, "missing", "picture.png", NULL);
    g_assert_false(bt_frame_write_png(frame, nowhere, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    g_unlink(path);
    g_assert_cmpint(g_rmdir(folder), ==, 0); /* nothing was left beside it */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/blend/exact", test_blend_exact);
    g_test_add_func("/frame/blend/opaque", test_blend_opaque);
    g_test_add_func("/frame/blend/fill", test_blend_fill);
    g_test_add_func("/frame/fill", test_fill_clips_and_tells_opacity);
    g_test_add_func("/frame/fill-all", test_fill_all);
    g_test_add_func("/frame/lent-memory", test_lent_memory);
    g_test_add_func("/frame/equal", test_equal);
    g_test_add_func("/frame/brightness", test_brightness);
    g_test_add_func("/frame/planes/colours", test_planes_colours);
    g_test_add_func("/frame/planes/blend", test_planes_blend);
    g_test_add_func("/frame/png", test_png);
    return g_test_run();
}
