/* The keys of [source NAME] that only kind=ttn has. Private to sources.c. Thread-safety: one
 * thread a reading. */
#ifndef BT_PLAYER_CONFIG_TTN_H
#define BT_PLAYER_CONFIG_TTN_H

#include "player/config/reading.h"

gboolean bt_config_read_ttn(
    BtReading *reading, const char *group, BtConfigSource *source, GError **error);
void bt_config_ttn_free(BtConfigTtn *ttn);

#endif
