#include "render/display/display.h"

#include <glib/gstdio.h>
#include <string.h>

static BtDisplay *open_display(BtDisplayOptions options)
{
    g_autoptr(GError) error = NULL;
    BtDisplay *display = bt_display_open(&options, &error);
    g_assert_no_error(error);
    return display;
}

static void test_null(void)
{
    g_autoptr(BtDisplay) display = open_display((BtDisplayOptions){
        .kind = BT_DISPLAY_NULL, .canvas_w_px = 64, .canvas_h_px = 32, .x_px = 7 });
    BtFrame *canvas = bt_display_canvas(display);
    BtRect all = { 0, 0, 64, 32 };
    g_assert_cmpint(canvas->w_px, ==, 64);
    g_assert_cmpint(canvas->h_px, ==, 32);
    g_assert_true(canvas->opaque);
    g_assert_cmphex(canvas->pixels[5], ==, 0xff000000);
    bt_frame_fill(canvas, all, 0xffffffff);
    g_assert_true(bt_display_present(display, &all, 1, NULL));
    g_assert_cmpint(bt_display_poll(display), ==, BT_DISPLAY_EVENT_NONE);
    g_assert_cmpint(bt_display_event_fd(display), ==, -1);
    g_assert_cmpfloat(bt_display_refresh_hz(display), ==, 60);
    bt_display_darken(display);
    g_assert_cmphex(canvas->pixels[63], ==, 0xff000000);
    g_assert_true(bt_display_canvas(display) == canvas);
}

static void test_null_without_a_size(void)
{
    g_autoptr(BtDisplay) display = open_display((BtDisplayOptions){ .kind = BT_DISPLAY_NULL });
    g_assert_cmpint(bt_display_canvas(display)->w_px, ==, 1920);
    g_assert_cmpint(bt_display_canvas(display)->h_px, ==, 1080);
}

static void test_limits(void)
{
    static const int SIZES[][2] = { { 7681, 10 }, { 10, 4321 }, { -1, 10 }, { 10, -1 } };
    for (gsize i = 0; i < G_N_ELEMENTS(SIZES); i++) {
        for (int kind = BT_DISPLAY_WINDOW; kind <= BT_DISPLAY_NULL; kind++) {
            g_autoptr(GError) error = NULL;
            BtDisplayOptions options = { (BtDisplayKind)kind, SIZES[i][0], SIZES[i][1] };
            g_assert_null(bt_display_open(&options, &error));
            g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
        }
    }
}

/* SDL's dummy driver, asked for by name: a window without a window system. */
static void test_window_without_a_server(void)
{
    g_autoptr(BtDisplay) display = open_display((BtDisplayOptions){
        .kind = BT_DISPLAY_WINDOW, .canvas_w_px = 100, .canvas_h_px = 50, .x_px = 20, .y_px = 10 });
    BtRect some[] = { { 0, 0, 10, 10 }, { 95, 45, 50, 50 }, { 200, 0, 5, 5 } };
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(bt_display_canvas(display)->w_px, ==, 100);
    g_assert_true(bt_display_present(display, some, 3, &error));
    g_assert_true(bt_display_present(display, NULL, 0, &error));
    bt_display_darken(display);
    g_assert_cmpfloat(bt_display_refresh_hz(display), >, 0);
    g_assert_cmpint(bt_display_event_fd(display), ==, -1);
    for (int i = 0; i < 100; i++)
        if (bt_display_poll(display) == BT_DISPLAY_EVENT_NONE)
            return;
    g_assert_not_reached();
}

/* ---- sound, into a file ---- */

#define TONE_FRAMES 20000

typedef struct {
    gint n; /* atomic: frames counted out so far */
    gint64 last_us;
} Counting;

/* Frame n is n and -n, until TONE_FRAMES; each is to be heard after the one before it. */
static void count_out(gint16 *to, gsize n_frames, gint64 heard_us, gpointer user)
{
    Counting *counting = user;
    g_assert_cmpint(heard_us, >, counting->last_us);
    counting->last_us = heard_us;
    gint first = g_atomic_int_get(&counting->n);
    for (gint i = 0; i < (gint)n_frames; i++) {
        gint16 value = first + i < TONE_FRAMES ? (gint16)(first + i + 1) : 0;
        to[2 * i] = value;
        to[2 * i + 1] = (gint16)-value;
    }
    g_atomic_int_add(&counting->n, (gint)n_frames);
}

/* What was mixed comes out whole and in order, silence before it. */
static void test_sound_in_order(void)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "bangtin-sound-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    Counting counting = { 0 };
    g_assert_true(g_close(g_mkstemp(path), NULL));
    g_setenv("SDL_AUDIODRIVER", "disk", TRUE);
    g_setenv("SDL_DISKAUDIOFILE", path, TRUE);
    BtSpeaker *speaker = bt_speaker_open(count_out, &counting, &error);
    g_assert_no_error(error);
    for (int i = 0; i < 3000 && g_atomic_int_get(&counting.n) < TONE_FRAMES; i++)
        g_usleep(10000);
    g_assert_true(bt_speaker_is_alive(speaker));
    bt_speaker_close(speaker);
    g_autofree char *bytes = NULL;
    gsize size_bytes;
    g_assert_true(g_file_get_contents(path, &bytes, &size_bytes, &error));
    g_unlink(path);
    const gint16 *played = (const gint16 *)(gpointer)bytes;
    gsize i = 0, n = size_bytes / 4;
    while (i < n && played[2 * i] == 0)
        i++;
    g_assert_cmpuint(n - i, >=, TONE_FRAMES - 4096); /* the last piece may not have left */
    for (int k = 1; i < n && k <= TONE_FRAMES; k++, i++) {
        g_assert_cmpint(played[2 * i], ==, k);
        g_assert_cmpint(played[2 * i + 1], ==, -k);
    }
}

static gpointer miss_device(gpointer data)
{
    GError **error = data;
    g_assert_null(bt_speaker_open(count_out, NULL, error));
    return NULL;
}

/* In a thread, as a player does: under a sanitizer nothing of it may stay behind. */
static void test_no_sound_device(void)
{
    g_autoptr(GError) error = NULL;
    g_setenv("SDL_AUDIODRIVER", "no-such-driver", TRUE);
    g_thread_join(g_thread_new("sound", miss_device, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED);
}

static void test_no_screen(void)
{
    g_autoptr(GError) error = NULL;
    BtDisplayOptions options = { .kind = BT_DISPLAY_WINDOW };
    g_setenv("SDL_VIDEODRIVER", "no-such-driver", TRUE);
    g_assert_null(bt_display_open(&options, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED);
    g_setenv("SDL_VIDEODRIVER", "dummy", TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("SDL_VIDEODRIVER", "dummy", TRUE);
    g_test_add_func("/display/null", test_null);
    g_test_add_func("/display/null/no-size", test_null_without_a_size);
    g_test_add_func("/display/limits", test_limits);
    g_test_add_func("/display/window", test_window_without_a_server);
    g_test_add_func("/display/no-screen", test_no_screen);
    g_test_add_func("/sound/in-order", test_sound_in_order);
    g_test_add_func("/sound/no-device", test_no_sound_device);
    return g_test_run();
}
