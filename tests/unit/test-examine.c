/* An examination, from the side of who asks for it: the loudness is that of the standard's own test
 * signals, and a decoder that lies about what it found is let go. */
#include "base/channel.h"
#include "base/error.h"
#include "tests/unit/media-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define BUDGET_MS 60000 /* of the decoder's time, on a loaded machine */
#define RATE_HZ 48000
#define SECONDS 5

/* ---- sound ---- */

static void put(GByteArray *to, guint32 value, guint n)
{
    for (guint i = 0; i < n; i++) {
        guint8 byte = (guint8)(value >> 8 * i);
        g_byte_array_append(to, &byte, 1);
    }
}

static void put_head(GByteArray *wav, guint n_channels, guint n_bytes)
{
    g_byte_array_append(wav, (const guint8 *)"RIFF", 4);
    put(wav, 36 + n_bytes, 4);
    g_byte_array_append(wav, (const guint8 *)"WAVEfmt ", 8);
    put(wav, 16, 4);
    put(wav, 1, 2);
    put(wav, n_channels, 2);
    put(wav, RATE_HZ, 4);
    put(wav, RATE_HZ * n_channels * 2, 4);
    put(wav, n_channels * 2, 2);
    put(wav, 16, 2);
    g_byte_array_append(wav, (const guint8 *)"data", 4);
    put(wav, n_bytes, 4);
}

/* A sine of 1 kHz whose peaks are at `dbfs`, in all channels. */
static int sine(guint n_channels, double dbfs)
{
    g_autoptr(GByteArray) wav = g_byte_array_new();
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("bangtin-examine-XXXXXX", &path, NULL);
    put_head(wav, n_channels, RATE_HZ * SECONDS * n_channels * 2);
    for (int i = 0; i < RATE_HZ * SECONDS; i++) {
        double v = 32768 * pow(10, dbfs / 20) * sin(2 * G_PI * 1000 * i / RATE_HZ);
        for (guint c = 0; c < n_channels; c++)
            put(wav, (guint16)(gint16)CLAMP(lround(v), -32768, 32767), 2);
    }
    g_assert_cmpint(write(fd, wav->data, wav->len), ==, (gssize)wav->len);
    lseek(fd, 0, SEEK_SET);
    g_unlink(path);
    return fd;
}

/* EBU Tech 3341, minimum requirements test signals 1 and 2 (stereo, −23 and −33 dBFS give −23.0 and
 * −33.0 ± 0.1 LUFS); one channel alone is played from both sides and counts as both. */
static void test_loudness(void)
{
    static const struct {
        guint n_channels;
        double dbfs;
        gint64 lufs_x100;
        gboolean clips;
    } cases[] = {
        { 2, -23, -2300, FALSE }, { 2, -33, -3300, FALSE }, { 1, -23, -2300, FALSE },
        { 2, -80, BT_MEDIA_SILENCE, FALSE }, { 2, -0.1, -10, FALSE },
        { 2, 6, 0, TRUE }, /* cut at the scale: somewhat above 0 */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        BtMediaFindings found;
        g_auto(Decoder) decoder = decoder_real();
        g_autoptr(BtMedia) media =
            decoder_open(&decoder, sine(cases[i].n_channels, cases[i].dbfs), "sine");
        g_assert_true(bt_media_wait_open(media, PATIENCE_MS));
        g_assert_true(bt_media_examine(media, 1, 1, BUDGET_MS, &found, &error));
        g_test_message("%.1f dBFS: %" G_GINT64_FORMAT, cases[i].dbfs, found.lufs_x100);
        if (cases[i].clips)
            g_assert_cmpint(found.lufs_x100, >, 0);
        else
            g_assert_cmpint(ABS(found.lufs_x100 - cases[i].lufs_x100), <=, 10);
        g_assert_true((found.clipped > 0) == cases[i].clips);
        g_assert_true(found.whole);
        g_assert_cmpint(found.heard_us, ==, SECONDS * G_USEC_PER_SEC);
        g_assert_cmpint(found.frames, ==, 0);
    }
}

/* ---- lies ---- */

static BtMedia *open_lie(Decoder *decoder)
{
    BtMedia *media = decoder_open(decoder, open("/dev/null", O_RDONLY | O_CLOEXEC), "lie");
    g_assert_true(bt_media_wait_open(media, PATIENCE_MS));
    return media;
}

static void test_lies(void)
{
    static const char *const kinds[] = { "found-unknown", "found-far", "found-negative",
        "found-huge", "found-flag", "found-loudness", "found-bits", "found-a-frame" };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_test_message("%s", kinds[i]);
        g_autoptr(GError) error = NULL;
        BtMediaFindings found;
        g_auto(Decoder) decoder = decoder_fake(kinds[i]);
        g_autoptr(BtMedia) media = open_lie(&decoder);
        g_assert_false(bt_media_examine(media, 64, 64, BUDGET_MS, &found, &error));
        g_assert_error(error, BT_ERROR, BT_ERROR_DIED);
        g_assert_nonnull(strstr(error->message, "nonsense"));
    }
}

/* What nobody asked for is nonsense too. */
static void test_unasked(void)
{
    g_auto(Decoder) decoder = decoder_fake("found-true");
    g_autoptr(BtMedia) media = open_lie(&decoder);
    g_assert_true(bt_media_start(media, 64, 64, 0, FALSE, FALSE, NULL));
    for (int turn = 0; turn < 6000 && bt_media_poll(media, 0) != BT_MEDIA_FAILED; turn++)
        bt_channel_wait(bt_media_fd(media), 10);
    g_assert_cmpint(bt_media_poll(media, 0), ==, BT_MEDIA_FAILED);
}

/* Who cannot examine, by its INFO, is not asked, and is still open afterwards. */
static void test_unable(void)
{
    BtMediaFindings found;
    g_auto(Decoder) decoder = decoder_fake("slot-range");
    g_autoptr(BtMedia) media = open_lie(&decoder);
    g_assert_true(bt_media_examine(media, 64, 64, BUDGET_MS, &found, NULL));
    g_assert_true(found.frames == 0 && found.heard_us == 0 && !found.whole);
    g_assert_true(bt_media_start(media, 64, 64, 0, FALSE, FALSE, NULL));
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/examine/loudness", test_loudness);
    g_test_add_func("/examine/lies", test_lies);
    g_test_add_func("/examine/unasked", test_unasked);
    g_test_add_func("/examine/unable", test_unable);
    return g_test_run();
}
