/* What the process that speaks to the sources is to those who start it. */
#ifndef BT_PLAYER_SYNC_SYNC_H
#define BT_PLAYER_SYNC_SYNC_H

#include "player/roles/roles.h"

/* Fetches what the configuration's sources publish and reports to them, until supervise says
 * BT_ROLE_STOP or is gone: the whole life of a process, run in its main thread. `options` is
 * borrowed. Returns the exit status. */
int bt_sync_role(const BtRoleOptions *options);

#endif
