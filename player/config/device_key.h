/* The key of this box: made where it is first needed, in the state folder, and never sent anywhere.
 * Thread-safety: safe. */
#ifndef BT_PLAYER_CONFIG_DEVICE_KEY_H
#define BT_PLAYER_CONFIG_DEVICE_KEY_H

#include "base/sign.h"
#include "player/config/config.h"

/* BT_ERROR_IO, BT_ERROR_SYNTAX. (transfer full) (nullable) */
BtKey *bt_device_key(const BtConfig *config, GError **error);

#endif
