/* A source of the main loop over descriptors that come and go. Thread-safety: the loop's thread. */
#ifndef BT_PLAYER_FDWATCH_H
#define BT_PLAYER_FDWATCH_H

#include <glib.h>

typedef struct BtFdWatch BtFdWatch;

/* Calls `ready` with `user` whenever one of the descriptors can be read or was closed by its peer.
 */
BtFdWatch *bt_fd_watch_new(GSourceFunc ready, gpointer user);
/* From now on these (GArray of int, transfer full). */
void bt_fd_watch_set(BtFdWatch *watch, GArray *fds);
void bt_fd_watch_free(BtFdWatch *watch);

#endif
