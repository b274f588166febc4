/* How `bangtin check` looks at media: one by itself, or all that a manifest names. Each is decoded
 * in a jail of its own and for a bounded time. Thread-safety: the main thread. */
#ifndef BT_PLAYER_CHECK_MEDIA_H
#define BT_PLAYER_CHECK_MEDIA_H

#include "player/check/doctor.h"

#define BT_CHECK_SECONDS 60 /* for one medium, unless --seconds says otherwise */
#define BT_CHECK_MAX_SECONDS 600

/* What it is for. */
typedef struct {
    int w_px, h_px; /* the screen's canvas; 0: not known */
    double slower;  /* than this machine, at least 1e-3 */
    int seconds;    /* for one medium */
} BtCheckBox;

typedef struct {
    BtMediaInfo info;
    BtMediaFindings found;
    gint64 size_bytes;
    guint n_cues;
} BtCheckedMedium;

/* Everything that a player would need of it, and what is in it. `name` stands in messages; `fd`
 * (transfer full, also on failure). */
gboolean bt_check_medium(
    int fd, const char *name, const BtCheckBox *box, BtCheckedMedium *medium, GError **error);

/* Adds what is wrong with the assets of `manifest`, whose files are in `folder` by hash or by name;
 * one that is missing, is another or cannot be decoded refuses. */
void bt_check_assets(
    GPtrArray *findings, BtManifest *manifest, const char *folder, const BtCheckBox *box);

#endif
