/* Decoders that fail, lie, stand, hang or are slow: each costs its own medium, with a reason, and
 * what was decoded before stays. */
#include "base/channel.h"
#include "base/error.h"
#include "render/decode/wire.h"
#include "tests/unit/media-files.h"
#include "tests/unit/media-fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static BtMedia *open_nothing(Decoder *decoder)
{
    return decoder_open(decoder, open("/dev/null", O_RDONLY | O_CLOEXEC), "nothing");
}

static BtMedia *open_film(Decoder *decoder, gconstpointer folder)
{
    g_autofree char *path = g_build_filename(folder, "film.mp4", NULL);
    BtMedia *media = decoder_open(decoder, open(path, O_RDONLY | O_CLOEXEC), "film.mp4");
    g_assert_true(bt_media_wait_open(media, PATIENCE_MS));
    return media;
}

/* The same, up to its third frame. */
static BtMedia *play_film(Decoder *decoder, gconstpointer folder)
{
    BtMedia *media = open_film(decoder, folder);
    g_assert_true(bt_media_start(media, CODED_W_PX, CODED_H_PX, 0, FALSE, FALSE, NULL));
    g_autoptr(BtFrame) third = frame_of(media, 80, NULL);
    g_assert_cmpint(number_on(third), ==, 2);
    return media;
}

static void wait_until_stopped(const Decoder *decoder)
{
    waitid(P_PID, (id_t)decoder->pid, &(siginfo_t){ 0 }, WSTOPPED);
}

/* ---- it dies, or lies ---- */

static void test_killed(gconstpointer folder)
{
    g_auto(Decoder) decoder = decoder_real();
    g_autoptr(BtMedia) media = play_film(&decoder, folder);
    kill(decoder.pid, SIGKILL);
    gint64 began_us = g_get_monotonic_time();
    g_assert_true(bt_media_wait(media, 100000, 1000));
    g_assert_cmpint(g_get_monotonic_time() - began_us, <, G_USEC_PER_SEC);
    g_assert_error(bt_media_error(media), BT_ERROR, BT_ERROR_DIED);
    g_autoptr(BtFrame) after = bt_media_frame_at(media, 100000, NULL);
    g_assert_nonnull(after);
    g_assert_cmpint(number_on(after), >=, 2);
}

/* The decoder that nobody listens to ends by itself. */
static void test_ends_with_user(gconstpointer folder)
{
    g_auto(Decoder) decoder = decoder_real();
    bt_media_unref(play_film(&decoder, folder));
    int status = -1;
    pid_t ended = 0;
    for (int i = 0; i < PATIENCE_MS / 10 && ended == 0; i++, g_usleep(10000))
        ended = waitpid(decoder.pid, &status, WNOHANG);
    g_assert_cmpint(ended, ==, decoder.pid);
    decoder.pid = 0;
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_nonsense(gconstpointer kind)
{
    g_auto(Decoder) decoder = decoder_fake(kind);
    g_autoptr(BtMedia) media = open_nothing(&decoder);
    gboolean sound = strcmp(kind, "sound-unwanted") != 0;
    if (strcmp(kind, "planes-unknown") == 0)
        bt_media_allow_planes(media);
    if (bt_media_wait_open(media, PATIENCE_MS))
        g_assert_true(bt_media_start(media, 64, 64, 0, sound, FALSE, NULL));
    for (int turn = 0; turn < 1000 && bt_media_poll(media, 0) != BT_MEDIA_FAILED; turn++)
        bt_channel_wait(bt_media_fd(media), 10);
    g_assert_cmpint(bt_media_poll(media, 0), ==, BT_MEDIA_FAILED);
    g_assert_nonnull(bt_media_error(media));
    g_test_message("%s", bt_media_error(media)->message);
}

static void test_silent(void)
{
    g_auto(Decoder) decoder = decoder_fake("silent");
    g_autoptr(BtMedia) media = open_nothing(&decoder);
    g_assert_cmpint(bt_media_poll(media, BT_MEDIA_OPEN_TIMEOUT_MS), ==, BT_MEDIA_OPENING);
    g_assert_cmpint(bt_media_poll(media, BT_MEDIA_OPEN_TIMEOUT_MS + 1), ==, BT_MEDIA_FAILED);
    g_assert_error(bt_media_error(media), BT_ERROR, BT_ERROR_TIMEOUT);
}

static void test_none(gconstpointer folder)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder, "film.mp4", NULL);
    BtMedia *media = bt_media_open(open(path, O_RDONLY | O_CLOEXEC), "film.mp4",
        bt_media_spawn_here, (gpointer) "/nonexistent/bangtin-decode", 0, &error);
    g_assert_null(media);
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
}

/* ---- it stands, hangs, is slow ---- */

typedef struct {
    Decoder decoder;
    BtMedia *media;
    gint64 t_ms; /* by the clock that is told to the medium */
} Patient;

static void patient_close(Patient *patient)
{
    bt_media_unref(patient->media);
    decoder_end(&patient->decoder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Patient, patient_close)

static void patient_open(Patient *patient, const char *kind)
{
    *patient = (Patient){ .decoder = decoder_fake(kind) };
    patient->media = open_nothing(&patient->decoder);
    g_assert_true(bt_media_wait_open(patient->media, PATIENCE_MS));
    bt_media_poll(patient->media, 0);
    g_assert_true(bt_media_start(patient->media, 64, 64, 0, FALSE, FALSE, NULL));
}

/* One pulse later, with a word in between. */
static BtMediaState hear_a_pulse(Patient *patient)
{
    g_assert_true(bt_channel_wait(bt_media_fd(patient->media), PATIENCE_MS));
    return bt_media_poll(patient->media, patient->t_ms += BT_DECODE_PULSE_MS);
}

/* Seven seconds for one frame: it lives all the time, so it gets them. */
static void test_slow(void)
{
    g_auto(Patient) patient;
    g_autoptr(BtFrame) frame = NULL;
    patient_open(&patient, "slow");
    for (int i = 0; i < 31 && !frame; i++) {
        g_assert_cmpint(hear_a_pulse(&patient), ==, BT_MEDIA_PLAYING);
        frame = bt_media_frame_at(patient.media, 0, NULL);
    }
    g_assert_nonnull(frame);
}

/* Life alone is not enough for ever. */
static void test_hanging(void)
{
    g_auto(Patient) patient;
    patient_open(&patient, "hangs");
    while (hear_a_pulse(&patient) == BT_MEDIA_PLAYING)
        g_assert_cmpint(patient.t_ms, <=, 10000);
    g_assert_cmpint(patient.t_ms, >, 10000);
    g_assert_error(bt_media_error(patient.media), BT_ERROR, BT_ERROR_TIMEOUT);
}

/* A way of twenty seconds to the first picture: it says that it comes nearer. */
static void test_on_its_way(void)
{
    g_auto(Patient) patient;
    g_autoptr(BtFrame) frame = NULL;
    patient_open(&patient, "on-its-way");
    while (!frame) {
        g_assert_cmpint(hear_a_pulse(&patient), ==, BT_MEDIA_PLAYING);
        frame = bt_media_frame_at(patient.media, 0, NULL);
    }
    g_assert_cmpint(patient.t_ms, >, 20000);
}

/* Nor is that enough for ever. */
static void test_never_there(void)
{
    g_auto(Patient) patient;
    patient_open(&patient, "never-there");
    while (hear_a_pulse(&patient) == BT_MEDIA_PLAYING)
        g_assert_cmpint(patient.t_ms, <=, 40000);
    g_assert_cmpint(patient.t_ms, >, 39000);
    g_assert_error(bt_media_error(patient.media), BT_ERROR, BT_ERROR_TIMEOUT);
}

/* The real one, seconds away from where it begins: what it says meanwhile counts. */
static void test_long_way(gconstpointer folder)
{
    enum { BEGINS_MS = 299000, SAID_MS = 9000, LATER_MS = 11000, REAL_US = 1300000 };
    g_auto(Decoder) decoder = decoder_real();
    g_autofree char *path = g_build_filename(folder, "slow.mp4", NULL);
    media_files_make_slow(folder);
    g_autoptr(BtMedia) media = decoder_open(&decoder, open(path, O_RDONLY | O_CLOEXEC), "slow.mp4");
    g_assert_true(bt_media_wait_open(media, PATIENCE_MS));
    bt_media_poll(media, 0);
    g_assert_true(bt_media_start(media, 32, 32, BEGINS_MS, FALSE, FALSE, NULL));
    gint64 began_us = g_get_monotonic_time();
    while (g_get_monotonic_time() - began_us < REAL_US) {
        g_assert_true(bt_channel_wait(bt_media_fd(media), PATIENCE_MS));
        g_assert_cmpint(bt_media_poll(media, SAID_MS), ==, BT_MEDIA_PLAYING);
    }
    g_autoptr(BtFrame) early = bt_media_frame_at(media, BEGINS_MS, NULL);
    if (early) /* of a machine that needs no words */
        g_test_skip("the whole way in 1.3 s");
    g_assert_cmpint(bt_media_poll(media, LATER_MS), ==, BT_MEDIA_PLAYING);
}

/* Nobody polled for a minute: that is not the decoder's silence. */
static void test_standing(void)
{
    g_auto(Patient) patient;
    patient_open(&patient, "stops");
    g_assert_true(bt_media_wait(patient.media, 0, 0) || hear_a_pulse(&patient));
    g_autoptr(BtFrame) frame = bt_media_frame_at(patient.media, 0, NULL);
    g_assert_nonnull(frame);
    wait_until_stopped(&patient.decoder);
    gint64 stopped_ms = patient.t_ms;
    while (bt_media_poll(patient.media, patient.t_ms += 50) == BT_MEDIA_PLAYING)
        g_assert_cmpint(patient.t_ms, <, stopped_ms + 2000);
    g_assert_cmpint(patient.t_ms, >, stopped_ms + 4 * BT_DECODE_PULSE_MS);
    g_assert_error(bt_media_error(patient.media), BT_ERROR, BT_ERROR_TIMEOUT);
    g_autoptr(BtFrame) still = bt_media_frame_at(patient.media, 1000, NULL);
    g_assert_true(still == frame);
}

/* Who did not listen first hears what was said meanwhile. */
static void test_deaf_user(void)
{
    g_auto(Patient) patient;
    patient_open(&patient, "slow");
    g_assert_cmpint(hear_a_pulse(&patient), ==, BT_MEDIA_PLAYING);
    patient.t_ms += 5000;
    g_assert_cmpint(hear_a_pulse(&patient), ==, BT_MEDIA_PLAYING);
}

/* The real one, stopped in the midst of a film. */
static void test_stopped(gconstpointer folder)
{
    gint64 opened_us = g_get_monotonic_time(), t_ms = 80;
    g_auto(Decoder) decoder = decoder_real();
    g_autoptr(BtMedia) media = play_film(&decoder, folder);
    kill(decoder.pid, SIGSTOP);
    wait_until_stopped(&decoder);
    gint64 stopped_us = g_get_monotonic_time();
    while (bt_media_poll(media, (g_get_monotonic_time() - opened_us) / 1000) == BT_MEDIA_PLAYING) {
        g_autoptr(BtFrame) frame = bt_media_frame_at(media, t_ms += 10, NULL);
        g_assert_nonnull(frame);
        g_usleep(10000);
    }
    g_test_message("found after %d ms", (int)((g_get_monotonic_time() - stopped_us) / 1000));
    g_assert_error(bt_media_error(media), BT_ERROR, BT_ERROR_TIMEOUT);
    g_autoptr(BtFrame) after = frame_of(media, 100000, NULL);
    g_assert_cmpint(number_on(after), >=, 2);
}

/* The real one says that it lives also while it has nothing to do. */
static void test_pulse(gconstpointer folder)
{
    g_auto(Decoder) decoder = decoder_real();
    g_autoptr(BtMedia) media = open_film(&decoder, folder);
    for (int i = 0; i < 4; i++) {
        g_assert_true(bt_channel_wait(bt_media_fd(media), PATIENCE_MS));
        g_assert_cmpint(bt_media_poll(media, i * BT_DECODE_PULSE_MS), ==, BT_MEDIA_OPEN);
    }
}

/* ---- slots ---- */

/* The time of the first picture after `t_ms`, waited for; none is let go of meanwhile. */
static gint64 next_of(BtMedia *media, gint64 t_ms)
{
    gint64 until_us = g_get_monotonic_time() + PATIENCE_MS * G_GINT64_CONSTANT(1000);
    while (bt_media_next_pts(media, t_ms) == -1 && g_get_monotonic_time() < until_us) {
        bt_channel_wait(bt_media_fd(media), 100);
        bt_media_poll(media, 0);
    }
    return bt_media_next_pts(media, t_ms);
}

/* Played until all its pictures but the one that counts are here. */
static BtMedia *open_counting(Decoder *decoder, gint64 last_ms)
{
    BtMedia *media = open_nothing(decoder);
    g_assert_true(bt_media_wait_open(media, PATIENCE_MS));
    g_assert_true(bt_media_start(media, 64, 64, 0, FALSE, FALSE, NULL));
    g_assert_cmpint(next_of(media, last_ms - 1), ==, last_ms);
    return media;
}

static void show(BtMedia *media, gint64 t_ms)
{
    bt_frame_unref(frame_of(media, t_ms, NULL));
}

/* Of a full queue slots go back together. One that waits for others is none that the decoder has,
 * so its silence means nothing, however long a frame stands. */
static void test_together(void)
{
    g_auto(Decoder) decoder = decoder_fake("full");
    g_autoptr(BtMedia) media = open_counting(&decoder, 700);
    show(media, 200);
    g_assert_cmpint(bt_media_poll(media, 20000), ==, BT_MEDIA_PLAYING);
    g_assert_cmpint(bt_media_poll(media, 40000), ==, BT_MEDIA_PLAYING);
    g_assert_cmpint(bt_media_next_pts(media, 700), ==, -1);
    show(media, 300);
    g_assert_cmpint(next_of(media, 700), ==, 1003);
}

/* Where frames run short each goes back at once. */
static void test_hungry(void)
{
    g_auto(Decoder) decoder = decoder_fake("few");
    g_autoptr(BtMedia) media = open_counting(&decoder, 200);
    show(media, 100);
    g_assert_cmpint(next_of(media, 200), ==, 1001);
}

/* ---- all of them ---- */

static const char *const nonsense[] = { "info-twice", "huge-info", "no-info", "slot-range",
    "slot-twice", "pts-back", "pts-huge", "sound-far", "sound-unwanted", "sound-back", "end-early",
    "unknown-type", "short-message", "unended-reason", "files", "planes-unasked", "planes-unknown",
    "way-late" };

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    char *folder = media_files_make();
    g_test_add_data_func("/media-fails/killed", folder, test_killed);
    g_test_add_data_func("/media-fails/ends-with-user", folder, test_ends_with_user);
    for (gsize i = 0; i < G_N_ELEMENTS(nonsense); i++) {
        g_autofree char *path = g_strconcat("/media-fails/nonsense/", nonsense[i], NULL);
        g_test_add_data_func(path, nonsense[i], test_nonsense);
    }
    g_test_add_func("/media-fails/silent", test_silent);
    g_test_add_data_func("/media-fails/none", folder, test_none);
    g_test_add_func("/media-fails/slow", test_slow);
    g_test_add_func("/media-fails/hanging", test_hanging);
    g_test_add_func("/media-fails/on-its-way", test_on_its_way);
    g_test_add_func("/media-fails/never-there", test_never_there);
    g_test_add_data_func("/media-fails/long-way", folder, test_long_way);
    g_test_add_func("/media-fails/standing", test_standing);
    g_test_add_func("/media-fails/deaf-user", test_deaf_user);
    g_test_add_data_func("/media-fails/stopped", folder, test_stopped);
    g_test_add_data_func("/media-fails/pulse", folder, test_pulse);
    g_test_add_func("/media-fails/slots-together", test_together);
    g_test_add_func("/media-fails/slots-hungry", test_hungry);
    int failed = g_test_run();
    media_files_remove(folder);
    return failed;
}
