/* The groups [source NAME] of player.conf. Private to config.c. Thread-safety: one thread a
 * reading.
 */
#ifndef BT_PLAYER_CONFIG_SOURCES_H
#define BT_PLAYER_CONFIG_SOURCES_H

#include "player/config/reading.h"

/* With every default. (transfer full) */
BtConfigSource *bt_config_source_new(const char *name);
void bt_config_source_free(gpointer source);

/* Reads `group` into a new source at the end of the configuration's. */
gboolean bt_config_read_source(BtReading *reading, const char *group, GError **error);

#endif
