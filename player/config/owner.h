/* Whose a command is that works on the state folder. Thread-safety: before other threads. */
#ifndef BT_PLAYER_CONFIG_OWNER_H
#define BT_PLAYER_CONFIG_OWNER_H

#include "player/config/config.h"

/* From here on a process of root's is one of the state folder's owner: what root leaves there the
 * service could not read. Nothing changes where there is no folder yet (systemd hands one over
 * whole that it finds root's), where it is root's, and for everybody else. BT_ERROR_IO. */
gboolean bt_owner_become(const BtConfig *config, GError **error);

#endif
