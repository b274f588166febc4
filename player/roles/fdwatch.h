/* Sources of the main loop over descriptors: over one, and over several that come and go.
 * Thread-safety: the loop's thread. */
#ifndef BT_PLAYER_ROLES_FDWATCH_H
#define BT_PLAYER_ROLES_FDWATCH_H

#include <glib-unix.h>

typedef struct BtFdWatch BtFdWatch;

/* g_unix_fd_add without what GLib does around each call so that a source cannot call itself: it
 * takes the descriptor out of the poll and puts it back, and each of the two wakes the loop up once
 * more. `ready` must not run the main loop itself. */
guint bt_fd_add(int fd, GIOCondition condition, GUnixFDSourceFunc ready, gpointer user);

/* Calls `ready` with `user` whenever one of the descriptors can be read or was closed by its peer.
 */
BtFdWatch *bt_fd_watch_new(GSourceFunc ready, gpointer user);
/* From now on these (GArray of int, transfer full). */
void bt_fd_watch_set(BtFdWatch *watch, GArray *fds);
void bt_fd_watch_free(BtFdWatch *watch);

#endif
