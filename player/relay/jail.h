/* Gives away, before the first byte of the network is parsed, every right that relaying does not
 * need. There is no way back. Thread-safety: once, from the only thread of the process. */
#ifndef BT_PLAYER_RELAY_JAIL_H
#define BT_PLAYER_RELAY_JAIL_H

#include <glib.h>

#define BT_RELAY_JAIL_MEMORY_BYTES ((guint64)512 * 1024 * 1024) /* RLIMIT_AS, libraries with it */
#define BT_RELAY_JAIL_MAX_FILES 64
#define BT_RELAY_JAIL_CPU_S 10 /* to begin with; the connector raises it as time passes */

/* The streamer: memory, CPU time, files; no new privileges, no core, not traceable; Landlock where
 * the kernel has it; system calls by an allow-list. It uses connections that it is given and makes
 * none, opens no file, starts nothing. What is not on the list fails with EPERM. */
gboolean bt_relay_jail_streamer(GError **error);
/* The connector: sockets, and files to read for the resolver; nothing is written, started, traced
 * or accepted. */
gboolean bt_relay_jail_connector(GError **error);

#endif
