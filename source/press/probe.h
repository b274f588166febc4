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

/* `fd` is borrowed. `decoder` NULL: the one beside this program. */
gboolean bt_probe_media(
    int fd, const char *name, const char *decoder, BtProbe *probe, GError **error);

#endif
