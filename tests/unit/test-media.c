/* The whole way of a medium: file, jailed decoder, ring, frame. */
#include "base/error.h"
#include "tests/unit/media-files.h"
#include "tests/unit/media-fixture.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *folder;
    char *decoder;
} Fixture;

static Fixture fixture;

static BtMedia *open_file(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(fixture.folder, name, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    BtMedia *media = bt_media_open(fd, name, bt_media_spawn_here, fixture.decoder, 0, &error);
    g_assert_no_error(error);
    return media;
}

static BtMedia *open_well(const char *name)
{
    BtMedia *media = open_file(name);
    bt_media_wait_open(media, PATIENCE_MS);
    g_assert_no_error(bt_media_error(media));
    g_assert_nonnull(bt_media_info(media));
    return media;
}

static BtMedia *start(
    const char *name, int w_px, int h_px, gint64 pts_ms, gboolean sound, gboolean loop)
{
    g_autoptr(GError) error = NULL;
    BtMedia *media = open_well(name);
    g_assert_true(bt_media_start(media, w_px, h_px, pts_ms, sound, loop, &error));
    g_assert_no_error(error);
    return media;
}

static void assert_colour(const BtFrame *frame, int x, int y, guint32 argb)
{
    guint32 is = frame->pixels[y * frame->stride_px + x];
    for (int shift = 0; shift < 32; shift += 8)
        if (ABS((int)(is >> shift & 255) - (int)(argb >> shift & 255)) > 6)
            g_error("pixel (%d,%d) is %08x: expected about %08x", x, y, is, argb);
}

/* ---- what is in it ---- */

static void test_info(void)
{
    static const struct {
        const char *name;
        int w_px, h_px, duration_ms;
        gboolean has_sound;
    } cases[] = {
        { "film.mp4", 320, 240, 4000, TRUE },
        { "turned.mp4", 240, 320, 4000, TRUE },
        { "film.webm", 320, 240, 4000, TRUE },
        { "film.mkv", 320, 240, 4000, FALSE },
        { "film.ts", 320, 240, 4000, TRUE },
        { "tone.mp3", 0, 0, 4000, TRUE },
        { "tone.flac", 0, 0, 4000, TRUE },
        { "tone.wav", 0, 0, 4000, TRUE },
        { "loop.gif", 32, 16, 1000, FALSE },
        { "clear.png", 64, 32, 0, FALSE },
        { "upright.jpg", 320, 80, 0, FALSE },
        { "turned.jpg", 80, 320, 0, FALSE },
        { "still.webp", 64, 32, 0, FALSE },
        { "still.gif", 64, 32, 0, FALSE },
        { "still.avif", 64, 32, 0, FALSE },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].name);
        g_autoptr(BtMedia) media = open_well(cases[i].name);
        const BtMediaInfo *info = bt_media_info(media);
        g_assert_cmpint(info->w_px, ==, cases[i].w_px);
        g_assert_cmpint(info->h_px, ==, cases[i].h_px);
        g_assert_cmpint(ABS(info->duration_ms - cases[i].duration_ms), <=, 100);
        g_assert_cmpint(info->has_sound, ==, cases[i].has_sound);
    }
}

/* ---- stills ---- */

static void test_stills(void)
{
    static const struct {
        const char *name;
        int w_px, h_px, x, y;
        guint32 argb;
        gboolean opaque;
    } cases[] = {
        { "clear.png", 64, 32, 10, 10, 0x807f0000, FALSE },
        { "clear.png", 20, 10, 5, 5, 0x807f0000, FALSE },
        { "clear.png", 200, 100, 190, 90, 0x807f0000, FALSE },
        { "upright.jpg", 320, 80, 40, 40, 0xfffe0000, TRUE },
        { "upright.jpg", 320, 80, 280, 40, 0xff0000fe, TRUE },
        { "upright.jpg", 32, 8, 29, 4, 0xff0000fe, TRUE },
        { "turned.jpg", 80, 320, 40, 40, 0xfffe0000, TRUE },
        { "turned.jpg", 80, 320, 40, 280, 0xff0000fe, TRUE },
        { "turned.jpg", 10, 40, 5, 35, 0xff0000fe, TRUE },
        { "still.webp", 64, 32, 5, 5, 0xff008000, TRUE },
        { "still.gif", 64, 32, 5, 5, 0xff0000ff, TRUE },
        { "still.avif", 64, 32, 5, 5, 0xffffffff, TRUE },
        { "plain.png", 100, 100, 50, 50, 0xff000000, TRUE },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 pts_ms = -1;
        g_test_message("%s %d×%d", cases[i].name, cases[i].w_px, cases[i].h_px);
        g_autoptr(BtMedia) media =
            start(cases[i].name, cases[i].w_px, cases[i].h_px, 0, FALSE, FALSE);
        g_autoptr(BtFrame) frame = frame_of(media, 0, &pts_ms);
        g_assert_cmpint(pts_ms, ==, 0);
        g_assert_cmpint(frame->w_px, ==, cases[i].w_px);
        g_assert_cmpint(frame->h_px, ==, cases[i].h_px);
        g_assert_cmpint(frame->opaque, ==, cases[i].opaque);
        assert_colour(frame, cases[i].x, cases[i].y, cases[i].argb);
        g_assert_cmpint(bt_media_next_pts(media, 0), ==, BT_TIME_MAX);
        g_assert_cmpint(bt_media_poll(media, 0), ==, BT_MEDIA_ENDED);
    }
}

/* ---- films ---- */

static const char *const films[] = { "film.mp4", "film.webm", "film.mkv", "film.ts" };

static void test_right_frame(void)
{
    static const struct {
        gint64 start_ms, t_ms;
        int number;
    } cases[] = {
        { 0, 0, 0 },
        { 0, 39, 0 },
        { 0, 40, 1 },
        { 0, 1234, 30 },
        { 0, 3960, 99 },
        { 0, 60000, 99 },
        { 40, 40, 1 },
        { 1000, 1000, 25 },
        { 1199, 1199, 29 },
        { 1200, 1200, 30 },
        { 1201, 1201, 30 },
        { 1239, 1240, 31 },
        { 2500, 2500, 62 },
        { 2500, 3000, 75 },
        { 3999, 3999, 99 },
        { 9000, 9000, 99 },
    };
    for (gsize f = 0; f < G_N_ELEMENTS(films); f++)
        for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
            g_test_message(
                "%s from %d at %d", films[f], (int)cases[i].start_ms, (int)cases[i].t_ms);
            g_autoptr(BtMedia) media =
                start(films[f], CODED_W_PX, CODED_H_PX, cases[i].start_ms, FALSE, FALSE);
            gint64 pts_ms = -1;
            g_autoptr(BtFrame) frame = frame_of(media, cases[i].t_ms, &pts_ms);
            g_assert_cmpint(number_on(frame), ==, cases[i].number);
            g_assert_cmpint(pts_ms, <=, cases[i].t_ms);
        }
}

/* Seven pictures, the last of which stays for eleven times as long, be it one that no other needs
 * or not. */
static void test_right_frame_of_gaps(void)
{
    for (int number = 0; number < CODED_FRAMES; number++) {
        gint64 pts_ms = -1, t_ms = (number + number / 7 * 10) * 40;
        gint64 wanted_ms = t_ms + (number % 7 == 6 ? 430 : 39);
        g_test_message("%d at %d", number, (int)wanted_ms);
        g_autoptr(BtMedia) media =
            start("gaps.mp4", CODED_W_PX, CODED_H_PX, wanted_ms, FALSE, FALSE);
        g_autoptr(BtFrame) frame = frame_of(media, wanted_ms, &pts_ms);
        g_assert_cmpint(number_on(frame), ==, number);
        g_assert_cmpint(pts_ms, ==, t_ms);
    }
}

static void test_every_frame(void)
{
    g_autoptr(BtMedia) media = start("film.mp4", 160, 120, 0, FALSE, FALSE);
    gint64 t_ms = 0;
    for (int n = 0; n < CODED_FRAMES; n++) {
        g_autoptr(BtFrame) frame = frame_of(media, t_ms, NULL);
        g_assert_cmpint(number_on(frame), ==, n);
        gint64 next_ms = bt_media_next_pts(media, t_ms);
        g_assert_cmpint(next_ms, ==, n + 1 < CODED_FRAMES ? (n + 1) * 40 : BT_TIME_MAX);
        t_ms = next_ms;
    }
    g_assert_cmpint(bt_media_poll(media, 0), ==, BT_MEDIA_ENDED);
}

static void test_same_from_middle(void)
{
    for (gsize f = 0; f < G_N_ELEMENTS(films); f++) {
        g_autoptr(BtMedia) whole = start(films[f], CODED_W_PX, CODED_H_PX, 0, FALSE, FALSE);
        g_autoptr(BtMedia) late = start(films[f], CODED_W_PX, CODED_H_PX, 1700, FALSE, FALSE);
        for (gint64 t_ms = 1700; t_ms <= 4000; t_ms += 230) {
            g_autoptr(BtFrame) a = frame_of(whole, t_ms, NULL);
            g_autoptr(BtFrame) b = frame_of(late, t_ms, NULL);
            g_test_message("%s at %d: %d and %d", films[f], (int)t_ms, number_on(a), number_on(b));
            g_assert_true(bt_frame_equal(a, b));
        }
    }
}

static BtMedia *start_planes(const char *name, int w_px, int h_px)
{
    BtMedia *media = open_well(name);
    bt_media_allow_planes(media);
    g_assert_true(bt_media_start(media, w_px, h_px, 0, FALSE, FALSE, NULL));
    return media;
}

/* Draws the planes, and they are the pixels that another decoder gives. */
static void assert_planes_like(const BtFrame *planes, const BtFrame *pixels)
{
    int w_px = pixels->w_px, h_px = pixels->h_px;
    g_autoptr(BtFrame) drawn = bt_frame_new(w_px, h_px);
    g_assert_true(pixels->planes == NULL && planes->planes != NULL && planes->opaque);
    bt_frame_blend(drawn, planes, 0, 0, (BtRect){ 0, 0, w_px, h_px }, 255);
    g_assert_true(bt_frame_equal(pixels, drawn));
}

static void test_planes(void)
{
    for (gsize f = 0; f < G_N_ELEMENTS(films); f++) {
        g_autoptr(BtMedia) pixels = start(films[f], CODED_W_PX, CODED_H_PX, 0, FALSE, FALSE);
        g_autoptr(BtMedia) planes = start_planes(films[f], CODED_W_PX, CODED_H_PX);
        for (gint64 t_ms = 0; t_ms <= 2000; t_ms += 500) {
            g_autoptr(BtFrame) a = frame_of(pixels, t_ms, NULL);
            g_autoptr(BtFrame) b = frame_of(planes, t_ms, NULL);
            assert_planes_like(b, a);
        }
    }
}

static void test_planes_of_each_matrix(void)
{
    for (BtMatrix matrix = 0; matrix < BT_N_MATRICES; matrix++) {
        g_autofree char *name = g_strdup_printf("matrix-%d.mp4", (int)matrix);
        g_autoptr(BtMedia) pixels = start(name, CODED_W_PX, CODED_H_PX, 0, FALSE, FALSE);
        g_autoptr(BtMedia) planes = start_planes(name, CODED_W_PX, CODED_H_PX);
        g_autoptr(BtFrame) a = frame_of(pixels, 0, NULL), b = frame_of(planes, 0, NULL);
        assert_planes_like(b, a);
        g_assert_cmpint(b->planes->matrix, ==, matrix);
    }
}

/* What is turned or scaled comes as pixels, the same as for who takes no planes. */
static void test_no_planes(void)
{
    static const struct {
        const char *name;
        int w_px, h_px;
    } cases[] = { { "turned.mp4", 240, 320 }, { "film.mp4", 160, 120 }, { "film.mp4", 161, 119 } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        int w_px = cases[i].w_px, h_px = cases[i].h_px;
        g_autoptr(BtMedia) pixels = start(cases[i].name, w_px, h_px, 0, FALSE, FALSE);
        g_autoptr(BtMedia) asked = start_planes(cases[i].name, w_px, h_px);
        g_autoptr(BtFrame) a = frame_of(pixels, 0, NULL), b = frame_of(asked, 0, NULL);
        g_assert_true(b->planes == NULL && b->pixels != NULL);
        g_assert_true(bt_frame_equal(a, b));
    }
}

static void test_turned_film(void)
{
    g_autoptr(BtMedia) media = start("turned.mp4", 240, 320, 0, FALSE, FALSE);
    g_autoptr(BtFrame) frame = frame_of(media, 40, NULL); /* number 1: only the first bar is lit */
    int lit = 0;
    for (int y = 20; y < 320; y += 40)
        lit = lit << 1 | ((frame->pixels[y * frame->stride_px + 120] & 255) > 128);
    g_assert_true(lit == 0x80 || lit == 0x01);
}

static void test_loop(void)
{
    static const struct {
        gint64 start_ms, t_ms;
        gboolean white;
    } cases[] = { { 0, 0, TRUE }, { 0, 700, FALSE }, { 0, 1200, TRUE }, { 0, 3700, FALSE },
        { 5600, 5600, FALSE }, { 5600, 6100, TRUE } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("from %d at %d", (int)cases[i].start_ms, (int)cases[i].t_ms);
        g_autoptr(BtMedia) media = start("loop.gif", 32, 16, cases[i].start_ms, FALSE, TRUE);
        g_autoptr(BtFrame) frame = frame_of(media, cases[i].t_ms, NULL);
        g_assert_cmpint((frame->pixels[16] >> 8 & 255) > 128, ==, cases[i].white);
    }
}

static void test_loop_film(void)
{
    g_autoptr(BtMedia) media = start("film.mp4", 160, 120, 3800, TRUE, TRUE);
    gint64 length_ms = bt_media_info(media)->duration_ms;
    g_autoptr(BtFrame) last = frame_of(media, 3960, NULL);
    g_assert_cmpint(number_on(last), ==, 99);
    g_autoptr(BtFrame) again = frame_of(media, length_ms + 400, NULL);
    g_assert_cmpint(number_on(again), ==, 10);
}

/* Held frames keep their slots; the decoder waits and nothing is lost. */
static void test_held_frames(void)
{
    g_autoptr(BtMedia) media = start("film.mp4", CODED_W_PX, CODED_H_PX, 0, FALSE, FALSE);
    BtFrame *held[4];
    for (int i = 0; i < 4; i++)
        held[i] = frame_of(media, i * 40, NULL);
    for (int i = 0; i < 4; i++)
        g_assert_cmpint(number_on(held[i]), ==, i);
    g_clear_pointer(&media, bt_media_unref);
    for (int i = 0; i < 4; i++) {
        g_assert_cmpint(number_on(held[i]), ==, i);
        bt_frame_unref(held[i]);
    }
}

static void look_after(BtMedia *media, gulong ms)
{
    g_usleep(ms * 1000);
    bt_media_poll(media, 0);
}

/* Of 25 frames a second one is shown and four wait: no memory is filled with more. */
static void test_queue(void)
{
    g_autoptr(BtMedia) media = start("film.mp4", CODED_W_PX, CODED_H_PX, 0, FALSE, FALSE);
    g_assert_cmpint(bt_media_info(media)->frame_us, ==, 40000);
    gint64 until_us = g_get_monotonic_time() + PATIENCE_MS * G_GINT64_CONSTANT(1000);
    while (bt_media_next_pts(media, 3 * 40) == -1 && g_get_monotonic_time() < until_us)
        look_after(media, 10);
    g_assert_cmpint(bt_media_next_pts(media, 3 * 40), ==, 4 * 40);
    look_after(media, 200);
    g_assert_cmpint(bt_media_next_pts(media, 4 * 40), ==, -1);
}

static void test_moving(void)
{
    g_autoptr(BtMedia) media = start("film.mp4", CODED_W_PX, CODED_H_PX, 0, FALSE, FALSE);
    g_assert_true(bt_media_wait(media, 400, PATIENCE_MS));
    BtMoving *moving = bt_media_moving(media);
    g_autoptr(BtFrame) frame = moving->frame_at(moving, 400);
    g_assert_cmpint(number_on(frame), ==, 10);
    g_assert_cmpint(moving->next_change(moving, 400), ==, 440);
    g_autoptr(BtFrame) gone = moving->frame_at(moving, 200); /* a clock settled */
    g_assert_cmpint(number_on(gone), ==, 10);
    moving->ref(moving);
    moving->unref(moving);
    moving->unref(moving);
}

/* ---- sound ---- */

/* All the sound from `start_ms` on; index i is start + i/48 ms. */
static GArray *hear(const char *name, gint64 start_ms)
{
    GArray *all = g_array_new(FALSE, FALSE, 2 * sizeof(gint16));
    g_autoptr(BtMedia) media = start(name, 160, 120, start_ms, TRUE, FALSE);
    gint16 samples[2 * 480];
    gint64 until_us = g_get_monotonic_time() + PATIENCE_MS * 1000;
    while (bt_media_fd(media) >= 0 || all->len == 0) {
        gint64 t_ms = start_ms + all->len / 48;
        gsize n = bt_media_read_sound(media, t_ms, samples, 480);
        g_array_append_vals(all, samples, (guint)n);
        g_clear_pointer(
            (BtFrame **)&(BtFrame *){ bt_media_frame_at(media, t_ms, NULL) }, bt_frame_unref);
        if (n == 0)
            g_usleep(1000);
        bt_media_poll(media, 0);
        g_assert_no_error(bt_media_error(media));
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
    }
    for (gsize n; (n = bt_media_read_sound(media, start_ms + all->len / 48, samples, 480)) > 0;)
        g_array_append_vals(all, samples, (guint)n);
    return all;
}

static void test_sound(void)
{
    static const struct {
        const char *name;
        gint64 start_ms;
    } cases[] = { { "film.mp4", 0 }, { "film.webm", 0 }, { "film.ts", 0 }, { "tone.mp3", 0 },
        { "tone.flac", 0 }, { "tone.wav", 0 }, { "film.mp4", 500 }, { "film.webm", 700 },
        { "tone.mp3", 600 }, { "film.mp4", 2000 } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GArray) all = hear(cases[i].name, cases[i].start_ms);
        const gint16 *samples = (const gint16 *)(const void *)all->data;
        guint first = 0;
        while (first < all->len && ABS(samples[first * 2]) < 3000)
            first++;
        double at_ms = (double)cases[i].start_ms + first / 48.0;
        double end_ms = (double)cases[i].start_ms + all->len / 48.0;
        g_test_message("%s from %d: tone at %.1f ms, end at %.1f ms", cases[i].name,
            (int)cases[i].start_ms, at_ms, end_ms);
        g_assert_cmpfloat(fabs(at_ms - MAX(1000.0, (double)cases[i].start_ms)), <=, 20);
        g_assert_cmpfloat(fabs(end_ms - 4000), <=, 120);
    }
}

/* Nobody takes the sound: the pictures do not wait for it. */
static void test_sound_not_taken(void)
{
    g_autoptr(BtMedia) media = start("film.mp4", 160, 120, 0, TRUE, FALSE);
    g_autoptr(BtFrame) frame = frame_of(media, 5000, NULL);
    g_assert_cmpint(number_on(frame), ==, 99);
}

/* ---- refused ---- */

static void wait_for_end(BtMedia *media)
{
    if (bt_media_wait_open(media, PATIENCE_MS))
        g_assert_true(bt_media_start(media, 64, 64, 0, FALSE, FALSE, NULL));
    g_assert_true(bt_media_wait(media, 1000000, PATIENCE_MS));
}

static void test_refused(void)
{
    static const struct {
        const char *name;
        BtError code;
    } cases[] = {
        { "portal.mp4", BT_ERROR_UNSUPPORTED },
        { "list.png", BT_ERROR_UNSUPPORTED },
        { "list.mp4", BT_ERROR_UNSUPPORTED },
        { "huge.png", BT_ERROR_LIMIT },
        { "empty", BT_ERROR_INVALID },
        { "three", BT_ERROR_INVALID },
        { "half.jpg", BT_ERROR_INVALID },
        { "half.png", BT_ERROR_INVALID },
        { "head.mp4", BT_ERROR_INVALID },
        { "half.mp4", BT_ERROR_INVALID },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].name);
        gint64 began_us = g_get_monotonic_time();
        g_autoptr(BtMedia) media = open_file(cases[i].name);
        wait_for_end(media);
        g_assert_error(bt_media_error(media), BT_ERROR, (int)cases[i].code);
        g_test_message("%s", bt_media_error(media)->message);
        g_assert_cmpint(g_get_monotonic_time() - began_us, <, 5 * G_USEC_PER_SEC);
    }
}

static void test_half_film_shows_half(void)
{
    g_autoptr(BtMedia) media = start("half.mp4", CODED_W_PX, CODED_H_PX, 0, FALSE, FALSE);
    g_autoptr(BtFrame) early = frame_of(media, 400, NULL);
    g_assert_cmpint(number_on(early), ==, 10);
    g_autoptr(BtFrame) last = frame_of(media, 100000, NULL);
    g_assert_cmpint(number_on(last), >, 20);
    g_assert_cmpint(number_on(last), <, 90);
    g_assert_error(bt_media_error(media), BT_ERROR, BT_ERROR_INVALID);
}

/* A text of 500 MB in half a megabyte: nobody reads it, so it is not unpacked, and the picture is
 * shown. */
static void test_bomb(void)
{
    g_autoptr(BtMedia) media = open_file("bomb.png");
    wait_for_end(media);
    g_assert_no_error(bt_media_error(media));
}

/* A film that comes through a pipe, as the relay of a stream sends it. */
static void test_pipe(void)
{
    g_autofree char *path = g_build_filename(fixture.folder, "film.ts", NULL);
    const char *argv[] = { "cat", path, NULL };
    int out = -1;
    GPid pid;
    g_assert_true(g_spawn_async_with_pipes(NULL, (char **)argv, NULL,
        G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &out, NULL, NULL));
    g_autoptr(BtMedia) media =
        bt_media_open(out, "pipe", bt_media_spawn_here, fixture.decoder, 0, NULL);
    g_assert_nonnull(media);
    g_assert_true(bt_media_wait_open(media, PATIENCE_MS));
    g_assert_cmpint(bt_media_info(media)->duration_ms, ==, BT_TIME_MAX);
    g_assert_true(bt_media_start(media, CODED_W_PX, CODED_H_PX, 0, FALSE, FALSE, NULL));
    g_autoptr(BtFrame) frame = frame_of(media, 2000, NULL);
    g_assert_cmpint(number_on(frame), ==, 50);
    g_autoptr(BtFrame) last = frame_of(media, 9000, NULL);
    g_assert_cmpint(number_on(last), ==, 99);
    g_assert_no_error(bt_media_error(media));
    waitpid(pid, NULL, 0);
}

static void test_wrong_start(void)
{
    g_autoptr(BtMedia) media = open_well("film.mp4");
    g_autoptr(GError) error = NULL;
    g_assert_false(bt_media_start(media, 0, 10, 0, FALSE, FALSE, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_false(bt_media_start(media, 100000, 10, 0, FALSE, FALSE, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    g_assert_true(bt_media_start(media, 10, 10, 0, FALSE, FALSE, NULL));
    g_assert_false(bt_media_start(media, 10, 10, 0, FALSE, FALSE, NULL)); /* once */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture.decoder = bt_media_decoder_path();
    fixture.folder = media_files_make();
    g_test_add_func("/media/info", test_info);
    g_test_add_func("/media/stills", test_stills);
    g_test_add_func("/media/right-frame", test_right_frame);
    g_test_add_func("/media/every-frame", test_every_frame);
    g_test_add_func("/media/right-frame-of-gaps", test_right_frame_of_gaps);
    g_test_add_func("/media/same-from-middle", test_same_from_middle);
    g_test_add_func("/media/planes/films", test_planes);
    g_test_add_func("/media/planes/matrices", test_planes_of_each_matrix);
    g_test_add_func("/media/planes/none", test_no_planes);
    g_test_add_func("/media/turned-film", test_turned_film);
    g_test_add_func("/media/loop", test_loop);
    g_test_add_func("/media/loop-film", test_loop_film);
    g_test_add_func("/media/queue", test_queue);
    g_test_add_func("/media/held-frames", test_held_frames);
    g_test_add_func("/media/moving", test_moving);
    g_test_add_func("/media/sound", test_sound);
    g_test_add_func("/media/sound-not-taken", test_sound_not_taken);
    g_test_add_func("/media/refused", test_refused);
    g_test_add_func("/media/half-film", test_half_film_shows_half);
    g_test_add_func("/media/bomb", test_bomb);
    g_test_add_func("/media/pipe", test_pipe);
    g_test_add_func("/media/wrong-start", test_wrong_start);
    int failed = g_test_run();
    media_files_remove(fixture.folder);
    g_free(fixture.decoder);
    return failed;
}
