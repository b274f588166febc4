#include "tests/unit/media-fixture.h"

#include "base/channel.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char *beside(const char *name)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self);
    return g_build_filename(folder, name, NULL);
}

Decoder decoder_real(void)
{
    return (Decoder){ .path = beside("../libexec/bangtin-decode") };
}

Decoder decoder_fake(const char *kind)
{
    return (Decoder){ .path = beside("fake-decoder"), .kind = kind };
}

void decoder_end(Decoder *decoder)
{
    if (decoder->pid > 0) {
        kill(decoder->pid, SIGKILL);
        waitpid(decoder->pid, NULL, 0);
    }
    decoder->pid = 0;
    g_clear_pointer(&decoder->path, g_free);
}

static int spawn(int content_fd, gpointer user, GError **error)
{
    Decoder *decoder = user;
    int ends[2];
    const char *argv[] = { decoder->path, decoder->kind, NULL };
    g_assert_true(bt_channel_pair(ends, error));
    const int from[] = { ends[1], content_fd }, to[] = { 3, 4 };
    gboolean started = g_spawn_async_with_pipes_and_fds(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
        NULL, NULL, -1, -1, -1, from, to, 2, &decoder->pid, NULL, NULL, NULL, error);
    close(ends[1]);
    g_assert_true(started);
    return ends[0];
}

BtMedia *decoder_open(Decoder *decoder, int content_fd, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(content_fd, >=, 0);
    BtMedia *media = bt_media_open(content_fd, name, spawn, decoder, 0, &error);
    g_assert_no_error(error);
    return media;
}

BtFrame *frame_of(BtMedia *media, gint64 t_ms, gint64 *pts_ms)
{
    g_assert_true(bt_media_wait(media, t_ms, PATIENCE_MS));
    BtFrame *frame = bt_media_frame_at(media, t_ms, pts_ms);
    if (bt_media_error(media) != NULL)
        g_test_message("%s", bt_media_error(media)->message);
    g_assert_nonnull(frame);
    return frame;
}

int number_on(const BtFrame *frame)
{
    int number = 0;
    for (int bit = 0; bit < 8; bit++) {
        int x = (bit * 2 + 1) * frame->w_px / 16, y = frame->h_px / 2;
        if ((frame->pixels[y * frame->stride_px + x] & 0xff) > 128)
            number |= 1 << bit;
    }
    return number;
}
