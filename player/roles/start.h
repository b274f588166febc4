/* Starting processes: supervise alone does it. Thread-safety: its one thread. */
#ifndef BT_PLAYER_ROLES_START_H
#define BT_PLAYER_ROLES_START_H

#include <glib.h>
#include <sys/types.h>

/* Executes `path` in the environment `env` with `fds` (at most BT_CHANNEL_MAX_FDS, borrowed) as 3,
 * 4, … and no other file but the standard ones. It dies with us. Its id, or -1, which was said. */
pid_t bt_start(const char *path, char *const *argv, char *const *env, const int *fds, guint n);

#endif
