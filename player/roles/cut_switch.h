/* The board's switch, a line of a GPIO chip, for as long as supervise lives. A chip that is not
 * there yet, or went away, is asked for again. Thread-safety: supervise's main thread. */
#ifndef BT_PLAYER_ROLES_CUT_SWITCH_H
#define BT_PLAYER_ROLES_CUT_SWITCH_H

#include "player/config/gpio.h"

typedef struct BtCutSwitch BtCutSwitch;

/* `cut` is called each time that the switch is put on, and now if it is on: a switch that is on
 * when the board starts is as good as one that is put on. `line` is borrowed until it is freed.
 * (transfer full) */
BtCutSwitch *bt_cut_switch_new(const BtGpioLine *line, void (*cut)(gpointer user), gpointer user);
void bt_cut_switch_free(BtCutSwitch *cut_switch);

#endif
