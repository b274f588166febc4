/* Looks at a media file the way a board will: through the jailed decoder.
 * Thread-safety: one thread a call; blocks up to BT_MEDIA_OPEN_TIMEOUT_MS. */
#ifndef BT_SOURCE_PROBE_H
#define BT_SOURCE_PROBE_H

#include <glib.h>

typedef struct {
    int w_px, h_px;
    gint64 duration_ms; /* 0 for a still */
    gboolean has_sound;
    gboolean is_subtitles; /* and none of the above */
} BtProbe;

/* `fd` is borrowed, `name` stands in messages. `decoder` is the path of bangtin-decode; NULL: the
 * one beside this program. BT_ERROR_UNSUPPORTED for what is no medium, BT_ERROR_IO, or the
 * decoder's own reason. */
gboolean bt_probe_media(
    int fd, const char *name, const char *decoder, BtProbe *probe, GError **error);

#endif
