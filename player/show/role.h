/* What show's processes are to those who start them. Each is the whole life of a process, run in
 * its main thread; it returns the exit status. */
#ifndef BT_PLAYER_SHOW_ROLE_H
#define BT_PLAYER_SHOW_ROLE_H

#include "player/roles/roles.h"

/* Decides what is on, draws it and answers the control socket, until supervise says BT_ROLE_STOP or
 * is gone. `options` is borrowed. */
int bt_show(const BtRoleOptions *options);
/* Measures the renderers of this machine, writes down which is cheapest, and ends. `options` is
 * borrowed. */
int bt_gauge_role(const BtRoleOptions *options);

#endif
