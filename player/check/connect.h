/* `bangtin check --connect NAME`: everything that the player and a provincial source system say to
 * each other on a first day, once, step by step and aloud, with what to do where a step fails.
 * Thread-safety: the main thread. */
#ifndef BT_PLAYER_CHECK_CONNECT_H
#define BT_PLAYER_CHECK_CONNECT_H

#include "player/config/config.h"

/* The exit status: 0 when every step is well. */
int bt_check_connect(const BtConfig *config, const char *name);

#endif
