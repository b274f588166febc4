/* What the roles give away when they start, for good (design: processes). A show that was taken
 * over reaches no network, a sync that was taken over no display, and neither starts a program,
 * traces another process or writes outside the board's own folders. `bangtin-decode` gives away
 * more: render/decode/jail.h. Thread-safety: before the role's first thread. */
#ifndef BT_PLAYER_ROLES_CONFINE_H
#define BT_PLAYER_ROLES_CONFINE_H

#include "player/config/config.h"

/* show: no socket but local ones; files are changed in the state folder, the folder of the picture,
 * `grab_folder` (nullable), the session's runtime folder and /dev (graphics and sound) only. FALSE:
 * the kernel does not take a part; the rest holds. `missed` (nullable): as base/sandbox.h has it.
 */
gboolean bt_confine_show(
    const BtConfig *config, const char *grab_folder, gboolean *missed, GError **error);

/* sync: no local sockets (displays, sound servers, session buses), nothing accepted, files are
 * changed in the state folder only. */
gboolean bt_confine_sync(const BtConfig *config, gboolean *missed, GError **error);

#endif
