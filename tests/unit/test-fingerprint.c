/* The hash of a picture: its bits where they can be counted by hand, and what it must not mind. The
 * definition in source/API.md is tested from outside, by a player's PNG (tests/peers/way_proof.py).
 */
#include "render/scene/fingerprint.h"

#include <math.h>
#include <string.h>

/* ---- pictures by hand ---- */

typedef guint32 (*Paint)(int x, int y, int w_px, int h_px);

static guint32 grey(int level)
{
    guint32 v = (guint32)CLAMP(level, 0, 255);
    return 0xff000000u | v << 16 | v << 8 | v;
}

static guint32 flat(int x, int y, int w_px, int h_px)
{
    (void)x, (void)y, (void)w_px, (void)h_px;
    return grey(100);
}

static guint32 rising(int x, int y, int w_px, int h_px)
{
    (void)y, (void)h_px;
    return grey(x * 255 / w_px);
}

static guint32 falling(int x, int y, int w_px, int h_px)
{
    (void)y, (void)h_px;
    return grey(255 - x * 255 / w_px);
}

static guint32 lower_half_rising(int x, int y, int w_px, int h_px)
{
    return y < h_px / 2 ? grey(0) : rising(x, y, w_px, h_px);
}

/* One step, between the third and the fourth column of cells. */
static guint32 step(int x, int y, int w_px, int h_px)
{
    (void)y, (void)h_px;
    return grey(x >= w_px * 3 / 9 ? 200 : 50);
}

static guint32 nearly_flat(int x, int y, int w_px, int h_px)
{
    return grey(100 + (rising(x, y, w_px, h_px) & 255) * 8 / 255 / 8);
}

static guint32 red(int x, int y, int w_px, int h_px)
{
    (void)x, (void)y, (void)w_px, (void)h_px;
    return 0xffff0000u;
}

static BtFrame *paint(Paint painter, int w_px, int h_px)
{
    BtFrame *frame = bt_frame_new(w_px, h_px);
    for (int y = 0; y < h_px; y++)
        for (int x = 0; x < w_px; x++)
            frame->pixels[y * w_px + x] = painter(x, y, w_px, h_px);
    return frame;
}

static void test_by_hand(void)
{
    static const struct {
        const char *name;
        Paint painter;
        guint64 hash;
        guint luma;
    } cases[] = {
        { "flat", flat, 0, 100 },
        { "rising", rising, 0xffffffffffffffff, 127 },
        { "falling", falling, 0, 128 },
        { "lower half rising", lower_half_rising, 0x00000000ffffffff, 64 },
        { "a step", step, 0x2020202020202020, 150 },
        { "within the margin", nearly_flat, 0, 100 },
        { "red counts 54 of 256", red, 0, 54 },
    };
    static const int sizes[][2] = { { 640, 384 }, { 192, 64 }, { 1920, 1080 }, { 9, 8 },
        { 27, 400 } };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (guint k = 0; k < G_N_ELEMENTS(sizes); k++) {
            g_test_message("%s, %d×%d", cases[i].name, sizes[k][0], sizes[k][1]);
            g_autoptr(BtFrame) frame = paint(cases[i].painter, sizes[k][0], sizes[k][1]);
            BtFingerprint print = bt_fingerprint(frame, (BtRect){ 0, 0, 7680, 4320 });
            g_assert_cmphex(print.hash, ==, cases[i].hash);
            g_assert_cmpint(
                ABS((int)print.luma - (int)cases[i].luma), <=, k == 3 || k == 4 ? 16 : 2);
        }
    }
}

/* ---- pictures by seed ---- */

#define WAVES 12

/* Like a photo: much of it in long waves, an edge, and letters of high contrast. */
typedef struct {
    double amplitude[WAVES], fx[WAVES], fy[WAVES], phase[WAVES], edge;
} Photo;

static Photo photo_new(guint32 seed)
{
    Photo photo;
    GRand *rand = g_rand_new_with_seed(seed);
    for (guint i = 0; i < WAVES; i++) {
        photo.fx[i] = g_rand_double_range(rand, -3, 3);
        photo.fy[i] = g_rand_double_range(rand, -3, 3);
        photo.phase[i] = g_rand_double_range(rand, 0, 2 * G_PI);
        photo.amplitude[i] = g_rand_double_range(rand, 10, 40);
    }
    photo.edge = g_rand_double_range(rand, 0.2, 0.8);
    g_rand_free(rand);
    return photo;
}

static int level_at(const Photo *photo, double x, double y)
{
    double v = x > photo->edge ? 140 : 110;
    for (guint i = 0; i < WAVES; i++)
        v += photo->amplitude[i] *
            sin(2 * G_PI * (photo->fx[i] * x + photo->fy[i] * y) + photo->phase[i]);
    if (y > 0.6 && y < 0.7 && fmod(x * 40, 2) < 1)
        v = 250;
    return (int)v;
}

static BtFrame *photo_frame(guint32 seed, int w_px, int h_px, int noise)
{
    Photo photo = photo_new(seed);
    GRand *rand = g_rand_new_with_seed(seed + 1);
    BtFrame *frame = bt_frame_new(w_px, h_px);
    for (int y = 0; y < h_px; y++)
        for (int x = 0; x < w_px; x++)
            frame->pixels[y * w_px + x] =
                grey(level_at(&photo, (x + 0.5) / w_px, (y + 0.5) / h_px) +
                    (noise > 0 ? g_rand_int_range(rand, -noise, noise + 1) : 0));
    g_rand_free(rand);
    return frame;
}

static guint64 photo_hash(guint32 seed, int w_px, int h_px, int noise)
{
    g_autoptr(BtFrame) frame = photo_frame(seed, w_px, h_px, noise);
    return bt_fingerprint(frame, (BtRect){ 0, 0, w_px, h_px }).hash;
}

/* In another size, or with the noise of a camera or a codec, it is the same picture; another
 * picture is another. */
static void test_same_and_other(void)
{
    static const struct {
        int w_px, h_px, noise;
    } same[] = { { 640, 384, 8 }, { 320, 192, 0 }, { 1280, 768, 0 }, { 500, 300, 4 },
        { 96, 64, 0 } };
    for (guint32 seed = 0; seed < 40; seed += 2) {
        guint64 hash = photo_hash(seed, 640, 384, 0);
        for (guint i = 0; i < G_N_ELEMENTS(same); i++) {
            guint bits = bt_fingerprint_distance(
                hash, photo_hash(seed, same[i].w_px, same[i].h_px, same[i].noise));
            g_test_message("seed %u, %d×%d: %u bits", seed, same[i].w_px, same[i].h_px, bits);
            g_assert_cmpuint(bits, <=, 6);
        }
        guint other = bt_fingerprint_distance(hash, photo_hash(seed + 2, 640, 384, 0));
        g_test_message("seed %u and the next: %u bits", seed, other);
        g_assert_cmpuint(other, >=, 12);
    }
}

/* A part of a picture is what that part alone would be; what is outside is not looked at. */
static void test_parts(void)
{
    static const BtRect parts[] = { { 0, 0, 640, 320 }, { 17, 33, 301, 97 }, { 600, 380, 100, 100 },
        { 3, 3, 1, 1 }, { 0, 0, 5, 3 }, { 100, 0, 8, 384 } };
    g_autoptr(BtFrame) whole = photo_frame(5, 640, 384, 3);
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        BtRect r = bt_rect_intersect(parts[i], (BtRect){ 0, 0, 640, 384 });
        g_autoptr(BtFrame) copy = bt_frame_new(r.w, r.h);
        for (int y = 0; y < r.h; y++)
            memcpy(copy->pixels + y * r.w, whole->pixels + (r.y + y) * 640 + r.x,
                (gsize)r.w * sizeof(guint32));
        BtFingerprint a = bt_fingerprint(whole, parts[i]);
        BtFingerprint b = bt_fingerprint(copy, (BtRect){ 0, 0, r.w, r.h });
        g_assert_cmphex(a.hash, ==, b.hash);
        g_assert_cmpuint(a.luma, ==, b.luma);
    }
    BtFingerprint nothing = bt_fingerprint(whole, (BtRect){ 640, 0, 10, 10 });
    g_assert_true(nothing.hash == 0 && nothing.luma == 0);
}

/* Each row that is looked at is one of the picture's, and they go downwards. */
static void test_rows(void)
{
    static const int heights[] = { 1, 2, 7, 63, 64, 65, 384, 1080, 4320 };
    for (guint i = 0; i < G_N_ELEMENTS(heights); i++) {
        int last = -1, n = bt_fingerprint_rows(heights[i]);
        g_assert_cmpint(n, ==, MIN(heights[i], BT_FINGERPRINT_ROWS));
        for (int k = 0; k < n; k++) {
            int y = bt_fingerprint_row_px(heights[i], k);
            g_assert_true(y > last && y < heights[i]);
            last = y;
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fingerprint/by-hand", test_by_hand);
    g_test_add_func("/fingerprint/same-and-other", test_same_and_other);
    g_test_add_func("/fingerprint/parts", test_parts);
    g_test_add_func("/fingerprint/rows", test_rows);
    return g_test_run();
}
