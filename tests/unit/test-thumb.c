/* The small copy of a picture: pixel by pixel as its header says, and never larger than it may be.
 */
#include "render/scene/thumb.h"

#include <string.h>

static BtFrame *noise(int w_px, int h_px)
{
    BtFrame *frame = bt_frame_new(w_px, h_px);
    for (int y = 0; y < h_px; y++)
        for (int x = 0; x < w_px; x++)
            frame->pixels[y * frame->stride_px + x] = g_test_rand_int() | 0xff000000u;
    return frame;
}

static void test_sizes(void)
{
    static const struct {
        int w_px, h_px, thumb_w_px, thumb_h_px;
    } cases[] = {
        { 1920, 1080, 480, 270 },
        { 1080, 1920, 270, 480 },
        { 480, 480, 480, 480 },
        { 481, 10, 480, 9 },
        { 256, 128, 256, 128 },
        { 7680, 8, 480, 1 },
        { 1, 1, 1, 1 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(BtFrame) frame = bt_frame_new(cases[i].w_px, cases[i].h_px);
        g_autoptr(BtFrame) thumb = bt_thumb_of(frame, 480);
        g_assert_cmpint(thumb->w_px, ==, cases[i].thumb_w_px);
        g_assert_cmpint(thumb->h_px, ==, cases[i].thumb_h_px);
        g_assert_true(thumb->opaque);
    }
}

static guint channel(const BtFrame *frame, int x, int y, int shift)
{
    return frame->pixels[y * frame->stride_px + x] >> shift & 255;
}

static void test_pixels(void)
{
    static const int sizes[][2] = { { 37, 91 }, { 1000, 700 }, { 480, 3 }, { 961, 1 } };
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        int w = sizes[i][0], h = sizes[i][1];
        g_autoptr(BtFrame) frame = noise(w, h);
        g_autoptr(BtFrame) thumb = bt_thumb_of(frame, 64);
        for (int y = 0; y < thumb->h_px; y++)
            for (int x = 0; x < thumb->w_px; x++)
                for (int shift = 0; shift < 24; shift += 8) {
                    guint sum = 0;
                    for (int corner = 0; corner < 4; corner++)
                        sum +=
                            channel(frame, (4 * x + (corner % 2 ? 3 : 1)) * w / (4 * thumb->w_px),
                                (4 * y + (corner / 2 ? 3 : 1)) * h / (4 * thumb->h_px), shift);
                    g_assert_cmpuint(channel(thumb, x, y, shift), ==, (sum + 2) / 4);
                }
    }
}

/* Noise is the worst that there is. */
static void test_limit(void)
{
    g_autoptr(BtFrame) worst = noise(480, 480), plain = bt_frame_new(480, 480);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) large = bt_thumb_webp(worst, 1024 * 1024, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(large), >, 40 * 1024);
    g_autoptr(GBytes) small = bt_thumb_webp(worst, g_bytes_get_size(large) - 1, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(small), <, g_bytes_get_size(large));
    g_autoptr(GBytes) flat = bt_thumb_webp(plain, 40 * 1024, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(flat, NULL), 4, "RIFF", 4);
    g_autoptr(GBytes) none = bt_thumb_webp(worst, 100, &error);
    g_assert_null(none);
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/thumb/sizes", test_sizes);
    g_test_add_func("/thumb/pixels", test_pixels);
    g_test_add_func("/thumb/limit", test_limit);
    return g_test_run();
}
