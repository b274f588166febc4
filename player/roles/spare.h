/* A decoder that is started before anybody wants one: it loads its libraries, most of its start,
 * beside a show that does the same, and the first picture or film is wanted as soon as show is
 * there. Thread-safety: supervise's main thread. */
#ifndef BT_PLAYER_ROLES_SPARE_H
#define BT_PLAYER_ROLES_SPARE_H

#include <glib.h>

/* A show that wants a decoder at its start has asked by then; the spare ends. */
#define BT_SPARE_MS 4000

typedef struct BtSpare BtSpare;

/* NULL when there was no room for it: nothing is lost but time. (transfer full) (nullable) */
BtSpare *bt_spare_start(const char *decoder_path);
/* Gives it its work, the files that it would have been started with (borrowed). FALSE: it is gone,
 * or has had some. `spare` may be NULL. */
gboolean bt_spare_take(BtSpare *spare, const int *fds, guint n_fds);
void bt_spare_free(BtSpare *spare);

#endif
