/* What a stage plays: joined anywhere, caught up with, heard. Failures are said once and leave the
 * rest in place. */
#include "base/channel.h"
#include "base/error.h"
#include "render/compose/compose.h"
#include "render/decode/wire.h"
#include "tests/unit/stage-fixture.h"

#include <sys/socket.h>
#include <unistd.h>

/* What is heard: the film while it is on, and under the fade of what follows what is left of it. */
static void expect_sound(BtStage *stage, const BtOnAir *on)
{
    const BtOnZone *zone = &g_array_index(on->zones, BtOnZone, 0);
    gboolean is_film = zone->item->kind == BT_ITEM_VIDEO || zone->item->kind == BT_ITEM_AUDIO;
    BtStageSound sounds[BT_STAGE_SOUNDS];
    guint n = bt_stage_sounds(stage, on, sounds);
    g_assert_cmpuint(n, >=, is_film ? 1 : 0);
    for (guint i = 0; i < n; i++) {
        gboolean goes = i > 0 || !is_film;
        g_assert_cmpint(sounds[i].start_ms, ==, goes ? zone->previous_start_ms : zone->start_ms);
        g_assert_cmpint(sounds[i].end_ms, ==, goes ? zone->start_ms : zone->end_ms);
        g_assert_cmpint(sounds[i].fade_out_ms, ==, goes ? zone->item->transition_ms : 0);
        g_assert_cmpint(sounds[i].fade_in_ms, ==, 0);
        bt_media_unref(sounds[i].media);
    }
}

/* The same with a video: joined anywhere, and under the fade that follows it. */
static void test_video(void)
{
    Rig rig;
    rig_open(&rig);
    if (!rig_make_film(&rig, TRUE)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make a video with");
        return;
    }
    g_autofree char *image = g_strdup_printf(RIG_IMAGE("%s"), rig.sha256);
    g_autofree char *items =
        g_strdup_printf("{\"id\":\"v\",\"kind\":\"video\",\"asset\":\"%s\"},%s", rig.video, image);
    BtInputs *inputs = rig_inputs(&rig, items, "");
    BtStage *running = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    gint64 t_ms = rig.start_ms;
    for (int i = 0; i < 30; i++, t_ms += 293) {
        BtStage *fresh = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
        g_autoptr(BtFrame) a = rig_picture(running, inputs, t_ms);
        g_autoptr(BtFrame) b = rig_picture(fresh, inputs, t_ms);
        g_test_message("instant %d", i);
        g_assert_true(bt_frame_equal(a, b));
        g_autoptr(BtOnAir) on = bt_schedule_at(inputs, t_ms, bt_stage_measure, running);
        expect_sound(running, on);
        bt_stage_free(fresh);
    }
    g_assert_cmpuint(rig.failures, ==, 0);
    bt_stage_free(running);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

typedef struct {
    guint n;
    gint64 since_ms;
} CatchUps;

static void count_catch_up(const char *zone, gint64 since_ms, gpointer user)
{
    CatchUps *caught = user;
    g_assert_cmpstr(zone, ==, "main");
    caught->n++;
    caught->since_ms = since_ms;
}

/* Until the film at `t_ms` has its frame, as show does it. */
static void show_until_it_moves(BtStage *stage, const BtInputs *inputs, gint64 t_ms)
{
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
    gint64 until_us = g_get_monotonic_time() + RIG_WAIT_MS * G_GINT64_CONSTANT(1000), until_ms;
    while (g_get_monotonic_time() < until_us) {
        g_autoptr(BtScene) scene = bt_stage_scene(stage, on, t_ms, &until_ms);
        if (bt_stage_wait(stage, on, t_ms, 0))
            return;
        bt_stage_poll(stage, g_get_monotonic_time() / 1000);
        g_usleep(2000);
    }
    g_assert_not_reached();
}

/* A board that joins in the middle of a film says that it had to catch up; one that decoded ahead
 * had not. */
static void test_catch_up(void)
{
    Rig rig;
    CatchUps caught = { 0 };
    rig_open(&rig);
    if (!rig_make_film(&rig, TRUE)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make a video with");
        return;
    }
    g_autofree char *items =
        g_strdup_printf("{\"id\":\"v\",\"kind\":\"video\",\"asset\":\"%s\"}", rig.video);
    BtInputs *inputs = rig_inputs(&rig, items, "");
    BtStageOptions options = { .w_px = RIG_W_PX,
        .h_px = RIG_H_PX,
        .board = "Bảng tin",
        .zone_name = "Asia/Ho_Chi_Minh",
        .fonts = rig.fonts,
        .spawn = bt_media_spawn_here,
        .spawn_user = rig.decoder,
        .open_asset = rig_open_asset,
        .open_user = &rig,
        .on_catch_up = count_catch_up,
        .failure_user = &caught };
    BtStage *stage = bt_stage_new(&options);
    show_until_it_moves(stage, inputs, rig.start_ms + 1500);
    g_assert_cmpuint(caught.n, ==, 1);
    g_assert_cmpint(caught.since_ms, ==, rig.start_ms + 1500);
    /* The next time it was decoded ahead. */
    gint64 next_ms = rig.start_ms + 4000;
    g_autoptr(BtOnAir) next = bt_schedule_at(inputs, next_ms, bt_stage_measure, stage);
    bt_stage_prepare(stage, next, next_ms);
    gint64 until_us = g_get_monotonic_time() + RIG_WAIT_MS * G_GINT64_CONSTANT(1000);
    guint changes = 0; /* it was opened, and its frame came */
    while (changes < 2 && g_get_monotonic_time() < until_us) {
        changes += bt_stage_poll(stage, g_get_monotonic_time() / 1000);
        g_usleep(2000);
    }
    show_until_it_moves(stage, inputs, next_ms);
    g_assert_cmpuint(caught.n, ==, 1);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* White for half a second, black for half: an item that is a picture moves, over and over, and the
 * same wherever a board joins; a still beside a text stays one. */
static void test_animation(void)
{
    static const struct {
        gint64 t_ms;
        gboolean white;
    } cases[] = { { 0, TRUE }, { 400, TRUE }, { 600, FALSE }, { 1100, TRUE }, { 3700, FALSE } };
    Rig rig;
    rig_open(&rig);
    if (!rig_make_animation(&rig)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make an animation with");
        return;
    }
    g_autofree char *item = g_strdup_printf(
        "{\"id\":\"g\",\"kind\":\"image\",\"asset\":\"%s\",\"fit\":\"cover\",\"duration_ms\":8000}",
        rig.video);
    BtInputs *inputs = rig_inputs(&rig, item, "");
    BtStage *running = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("at %d ms", (int)cases[i].t_ms);
        BtStage *fresh = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
        g_autoptr(BtFrame) a = rig_picture(running, inputs, rig.start_ms + cases[i].t_ms);
        g_autoptr(BtFrame) b = rig_picture(fresh, inputs, rig.start_ms + cases[i].t_ms);
        g_assert_true(bt_frame_equal(a, b));
        guint32 middle = a->pixels[RIG_H_PX / 2 * a->stride_px + RIG_W_PX / 2];
        g_assert_cmpint((middle >> 8 & 255) > 128, ==, cases[i].white);
        bt_stage_free(fresh);
    }
    bt_stage_free(running);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* What is only heard: the time of day on the glass, at once, and the sound from where it would be.
 */
static void test_audio(void)
{
    Rig rig;
    rig_open(&rig);
    if (!rig_make_film(&rig, FALSE)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make sound with");
        return;
    }
    g_autofree char *item =
        g_strdup_printf("{\"id\":\"a\",\"kind\":\"audio\",\"asset\":\"%s\"}", rig.video);
    BtInputs *inputs = rig_inputs(&rig, item, "");
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    gint64 began_us = g_get_monotonic_time();
    g_autoptr(BtFrame) frame = rig_picture(stage, inputs, rig.start_ms + 1500);
    g_assert_cmpint(g_get_monotonic_time() - began_us, <, RIG_WAIT_MS * 500);
    g_assert_cmpuint(rig_count_letters(frame), >, 300);
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, rig.start_ms + 1500, bt_stage_measure, stage);
    expect_sound(stage, on);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

/* A film that is paused stands still, from its frame of that instant on, and is not heard. */
static void test_paused_film(void)
{
    Rig rig;
    rig_open(&rig);
    if (!rig_make_film(&rig, TRUE)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make a video with");
        return;
    }
    g_autofree char *items =
        g_strdup_printf("{\"id\":\"v\",\"kind\":\"video\",\"asset\":\"%s\"}", rig.video);
    BtInputs *moving = rig_inputs(&rig, items, ""), *paused = rig_inputs(&rig, items, "");
    gint64 from_ms = rig.start_ms + 1730, until_ms = from_ms + BT_MINUTE_MS + 310;
    bt_inputs_add_pause(paused, 0, from_ms, until_ms);
    BtStage *running = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    g_autoptr(BtFrame) before = rig_picture(running, paused, from_ms - 500);
    g_autoptr(BtFrame) then = rig_picture(running, moving, from_ms);
    g_assert_false(bt_frame_equal(before, then));
    for (gint64 t_ms = from_ms; t_ms < until_ms; t_ms += 20370) {
        BtStage *fresh = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
        g_autoptr(BtFrame) a = rig_picture(running, paused, t_ms);
        g_autoptr(BtFrame) b = rig_picture(fresh, paused, t_ms);
        g_assert_true(bt_frame_equal(a, then));
        g_assert_true(bt_frame_equal(b, then));
        g_autoptr(BtOnAir) on = bt_schedule_at(paused, t_ms, bt_stage_measure, running);
        BtStageSound sounds[BT_STAGE_SOUNDS];
        g_assert_cmpuint(bt_stage_sounds(running, on, sounds), ==, 0);
        bt_stage_free(fresh);
    }
    g_autoptr(BtFrame) after = rig_picture(running, paused, until_ms);
    g_autoptr(BtFrame) expected = rig_picture(running, moving, until_ms);
    g_assert_true(bt_frame_equal(after, expected));
    g_assert_cmpuint(rig.failures, ==, 0);
    bt_stage_free(running);
    bt_inputs_free(moving);
    bt_inputs_free(paused);
    rig_close(&rig);
}

/* What is heard, and read meanwhile: the page that a text of the same words would be. */
static void test_audio_with_words(void)
{
    Rig rig;
    rig_open(&rig);
    if (!rig_make_film(&rig, FALSE)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make sound with");
        return;
    }
    static const char words[] = "\"texts\":[{\"lang\":\"vi\",\"title\":\"Tin\",\"body\":\"Lũ\"}]";
    g_autofree char *heard =
        g_strdup_printf("{\"id\":\"a\",\"kind\":\"audio\",\"asset\":\"%s\",%s}", rig.video, words);
    g_autofree char *read =
        g_strdup_printf("{\"id\":\"a\",\"kind\":\"text\",\"duration_ms\":4000,%s}", words);
    BtInputs *one = rig_inputs(&rig, heard, ""), *other = rig_inputs(&rig, read, "");
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    g_autoptr(BtFrame) a = rig_picture(stage, one, rig.start_ms + 1500);
    g_autoptr(BtOnAir) on = bt_schedule_at(one, rig.start_ms + 1500, bt_stage_measure, stage);
    expect_sound(stage, on);
    g_autoptr(BtFrame) b = rig_picture(stage, other, rig.start_ms + 1500);
    g_assert_true(bt_frame_equal(a, b));
    bt_stage_free(stage);
    bt_inputs_free(one);
    bt_inputs_free(other);
    rig_close(&rig);
}

/* A video of which the pictures are gone, and only the sound is left, is told at once. */
static void count_soundless(const BtStageFailure *failure, gpointer user)
{
    g_assert_error(failure->error, BT_ERROR, BT_ERROR_INVALID);
    (*(guint *)user)++;
}

static void test_sound_alone(void)
{
    Rig rig;
    guint failures = 0;
    rig_open(&rig);
    if (!rig_make_film(&rig, FALSE)) {
        rig_close(&rig);
        g_test_skip("there is no ffmpeg to make sound with");
        return;
    }
    rig.film_type = "video/mp4";
    g_autofree char *item =
        g_strdup_printf("{\"id\":\"v\",\"kind\":\"video\",\"asset\":\"%s\"}", rig.video);
    BtInputs *inputs = rig_inputs(&rig, item, "");
    BtStage *stage = rig_stage_with(&rig, RIG_W_PX, RIG_H_PX, bt_media_spawn_here, rig.decoder,
        count_soundless, NULL, &failures);
    bt_frame_unref(rig_picture(stage, inputs, rig.start_ms + 500));
    g_assert_cmpuint(failures, ==, 1);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

static void test_failure(void)
{
    static const char poor[] =
        "{\"id\":\"poor\",\"kind\":\"text\",\"texts\":[{\"lang\":\"vi\",\"title\":\"Tin\","
        "\"body\":\"Có chữ mà không có hình.\"}],\"picture\":\"" RIG_MISSING
        "\",\"duration_ms\":9000}";
    Rig rig;
    rig_open(&rig);
    BtInputs *inputs = rig_inputs(&rig, poor, "");
    BtStage *stage = rig_stage(&rig, RIG_W_PX, RIG_H_PX);
    for (int i = 0; i < 4; i++) {
        g_autoptr(BtFrame) frame = rig_picture(stage, inputs, rig.start_ms + i * 2000);
        bt_stage_poll(stage, 1000 + i);
        g_assert_cmpuint(rig_count_letters(frame), >, 100);
        g_assert_cmpuint(rig.failures, ==, 1);
    }
    g_autoptr(BtFrame) again = rig_picture(stage, inputs, rig.start_ms + 9000);
    g_assert_cmpuint(rig.failures, ==, 2); /* another occurrence */
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&rig);
}

typedef struct {
    Rig rig;
    int deaths_left;             /* decoders that die at once */
    gboolean mute;               /* without having said a word */
    guint spawned, again, final; /* failures that were told, by kind */
    guint successes;
    int tap; /* the newest decoder's socket, for who wants to end it; -1: nobody does */
} Mortal;

static void say_alive(int socket)
{
    const BtDecodeMessage word = { .type = BT_DECODE_ALIVE };
    g_assert_cmpint(bt_channel_send(socket, &word, sizeof word, NULL, 0, NULL), ==, BT_CHANNEL_OK);
}

static int spawn_mortal(int content_fd, gpointer user, GError **error)
{
    Mortal *mortal = user;
    int ends[2];
    mortal->spawned++;
    if (mortal->deaths_left-- <= 0) {
        int fd = bt_media_spawn_here(content_fd, mortal->rig.decoder, error);
        mortal->tap = mortal->tap < 0 ? -1 : dup(fd);
        return fd;
    }
    g_assert_true(bt_channel_pair(ends, error));
    if (!mortal->mute)
        say_alive(ends[1]);
    close(ends[1]);
    return ends[0];
}

static void count_death(const BtStageFailure *failure, gpointer user)
{
    Mortal *mortal = user;
    g_assert_cmpstr(failure->item->id, ==, "i");
    g_assert_true(failure->error->domain == BT_ERROR);
    g_assert_cmpint(failure->error->code, ==, mortal->mute ? BT_ERROR_IO : BT_ERROR_DIED);
    mortal->again += failure->again ? 1 : 0;
    mortal->final += failure->again ? 0 : 1;
}

static void count_success(const char *sha256, gpointer user)
{
    Mortal *mortal = user;
    g_assert_cmpstr(sha256, ==, mortal->rig.sha256);
    mortal->successes++;
}

/* `deaths` decoders die; the picture comes after two of them, and not after three. */
static void die_and_show(
    gboolean mute, int deaths, guint spawned, guint again, guint final, guint successes)
{
    Mortal mortal = { .deaths_left = deaths, .mute = mute, .tap = -1 };
    rig_open(&mortal.rig);
    g_autofree char *item =
        g_strdup_printf("{\"id\":\"i\",\"kind\":\"image\",\"asset\":\"%s\",\"duration_ms\":5000}",
            mortal.rig.sha256);
    BtInputs *inputs = rig_inputs(&mortal.rig, item, "");
    BtStage *stage = rig_stage_with(&mortal.rig, RIG_W_PX, RIG_H_PX, spawn_mortal, &mortal,
        count_death, count_success, &mortal);
    bt_frame_unref(rig_picture(stage, inputs, mortal.rig.start_ms));
    g_assert_cmpuint(mortal.spawned, ==, spawned);
    g_assert_cmpuint(mortal.again, ==, again);
    g_assert_cmpuint(mortal.final, ==, final);
    mortal.deaths_left = 0;
    bt_frame_unref(rig_picture(stage, inputs, mortal.rig.start_ms + 5000));
    g_assert_cmpuint(mortal.successes, ==, successes);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&mortal.rig);
}

static void test_deaths(void)
{
    for (int mute = 0; mute <= 1; mute++) {
        die_and_show(mute, 0, 1, 0, 0, 1);
        die_and_show(mute, 1, 2, 1, 0, 0);
        die_and_show(mute, 2, 3, 2, 0, 0);
        die_and_show(mute, 3, 3, 2, 1, 0);
    }
}

static void poll_until(BtStage *stage, const guint *count)
{
    gint64 until_us = g_get_monotonic_time() + RIG_WAIT_MS * G_GINT64_CONSTANT(1000);
    while (*count == 0 && g_get_monotonic_time() < until_us) {
        bt_stage_poll(stage, g_get_monotonic_time() / 1000);
        g_usleep(2000);
    }
    g_assert_cmpuint(*count, >, 0);
}

/* In the midst of a film its decoder dies, and those that follow: what it showed last stays on. */
static void test_last_frame(void)
{
    Mortal mortal = { .tap = 0 };
    rig_open(&mortal.rig);
    if (!rig_make_film(&mortal.rig, TRUE)) {
        rig_close(&mortal.rig);
        g_test_skip("there is no ffmpeg to make a video with");
        return;
    }
    g_autofree char *item =
        g_strdup_printf("{\"id\":\"i\",\"kind\":\"video\",\"asset\":\"%s\"}", mortal.rig.video);
    BtInputs *inputs = rig_inputs(&mortal.rig, item, "");
    BtStage *stage = rig_stage_with(&mortal.rig, RIG_W_PX, RIG_H_PX, spawn_mortal, &mortal,
        count_death, count_success, &mortal);
    gint64 t_ms = mortal.rig.start_ms + 1000, until_ms;
    g_autoptr(BtFrame) before = rig_picture(stage, inputs, t_ms);
    mortal.deaths_left = 2;
    g_assert_cmpint(shutdown(mortal.tap, SHUT_RDWR), ==, 0);
    poll_until(stage, &mortal.final);
    g_assert_cmpuint(mortal.again, ==, 2);
    g_autoptr(BtOnAir) on = bt_schedule_at(inputs, t_ms, bt_stage_measure, stage);
    g_autoptr(BtScene) scene = bt_stage_scene(stage, on, t_ms, &until_ms);
    g_autoptr(BtFrame) after = bt_compose_picture(scene, t_ms);
    g_assert_true(bt_frame_equal(before, after));
    close(mortal.tap);
    bt_stage_free(stage);
    bt_inputs_free(inputs);
    rig_close(&mortal.rig);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage-media/video", test_video);
    g_test_add_func("/stage-media/catch-up", test_catch_up);
    g_test_add_func("/stage-media/animation", test_animation);
    g_test_add_func("/stage-media/audio", test_audio);
    g_test_add_func("/stage/audio-with-words", test_audio_with_words);
    g_test_add_func("/stage/paused-film", test_paused_film);
    g_test_add_func("/stage-media/sound-alone", test_sound_alone);
    g_test_add_func("/stage-media/failure", test_failure);
    g_test_add_func("/stage-media/deaths", test_deaths);
    g_test_add_func("/stage-media/last-frame", test_last_frame);
    return g_test_run();
}
