/* Starting a process of the house. Thread-safety: supervise's main thread. */
#ifndef BT_PLAYER_LAUNCH_H
#define BT_PLAYER_LAUNCH_H

#include <glib.h>

/* Executes `path` with the environment `env` and `fds` (at most BT_CHANNEL_MAX_FDS, borrowed) as
 * its files 3, 4, … and no other but the standard ones; it is killed when this process ends.
 * Returns its pid, -1 when there was no room for it, which is said. */
GPid bt_launch(const char *path, char *const *argv, char *const *env, const int *fds, guint n_fds);

#endif
