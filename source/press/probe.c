#include "source/press/probe.h"

#include "base/clock.h"
#include "base/error.h"
#include "render/media/media.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define LOOK_EVERY_MS 250 /* so that a decoder that says nothing is given up in time */

static BtMediaState wait_for_info(BtMedia *media)
{
    BtClock clock = bt_clock_real();
    for (;;) {
        BtMediaState state = bt_media_poll(media, bt_clock_mono_ms(&clock));
        if (state != BT_MEDIA_OPENING)
            return state;
        struct pollfd wanted = { .fd = bt_media_fd(media), .events = POLLIN };
        (void)poll(&wanted, 1, LOOK_EVERY_MS);
    }
}

static gboolean read_info(BtMedia *media, const char *name, BtProbe *probe, GError **error)
{
    if (wait_for_info(media) == BT_MEDIA_FAILED) {
        const GError *reason = bt_media_error(media);
        g_set_error(error, BT_ERROR, reason != NULL ? reason->code : BT_ERROR_UNSUPPORTED,
            "%s: expected what a board can play", reason != NULL ? reason->message : name);
        return FALSE;
    }
    const BtMediaInfo *info = bt_media_info(media);
    *probe =
        (BtProbe){ info->w_px, info->h_px, info->duration_ms, info->has_sound, info->has_cues };
    return TRUE;
}

gboolean bt_probe_media(
    int fd, const char *name, const char *decoder, BtProbe *probe, GError **error)
{
    g_autofree char *path = decoder != NULL ? g_strdup(decoder) : bt_media_decoder_path();
    BtClock clock = bt_clock_real();
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, name, "cannot open");
        return FALSE;
    }
    g_autoptr(BtMedia) media =
        bt_media_open(own, name, bt_media_spawn_here, path, bt_clock_mono_ms(&clock), error);
    return media != NULL && read_info(media, name, probe, error);
}
