/* The lines of player.conf: where each group and key stands. Private to config.c and reading.c.
 * Thread-safety: safe. */
#ifndef BT_PLAYER_CONFIG_LINES_H
#define BT_PLAYER_CONFIG_LINES_H

#include <glib.h>

/* Loads `bytes` into `file` and finds its lines, for bt_config_line_of. BT_ERROR_SYNTAX,
 * BT_ERROR_INVALID (it stands twice) with "PATH:LINE: …". (transfer full) (nullable) */
GHashTable *bt_config_lines_read(const char *path, GBytes *bytes, GKeyFile *file, GError **error);

/* The line of a key; of one that is missing, or NULL, that of its group; 0: neither stands there.
 */
guint bt_config_line_of(GHashTable *lines, const char *group, const char *key);

#endif
