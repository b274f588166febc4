/* Starting processes: supervise alone does it. Thread-safety: its one thread. */
#ifndef BT_PLAYER_START_H
#define BT_PLAYER_START_H

#include "player/roles.h"

#include <sys/types.h>

/* What the show before the next one left. */
typedef struct {
    gint64 died_ms;   /* by its own time; 0: there was none */
    BtTimeLeft time;  /* what it knew of the time */
    gboolean crashed; /* it did not end by itself */
} BtStartLeft;

/* Executes `path` with `fds` (at most BT_CHANNEL_MAX_FDS, borrowed) as 3, 4, … and no other file
 * but the standard ones. It dies with us. Its id, or -1, which was said. */
pid_t bt_start(const char *path, char *const *argv, const int *fds, guint n_fds);

/* How this program is told to be `role`. (transfer full): of char*, NULL-ended */
GPtrArray *bt_start_arguments(
    const BtRoleOptions *options, const char *role, const BtStartLeft *left);

#endif
