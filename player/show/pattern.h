/* Test patterns for installers: what LED controllers offer, by name.
 * Thread-safety: safe. */
#ifndef BT_PLAYER_SHOW_PATTERN_H
#define BT_PLAYER_SHOW_PATTERN_H

#include "render/scene/scene.h"

#define BT_PATTERN_MS (5 * BT_MINUTE_MS) /* a forgotten pattern ends by itself */

/* NULL for an unknown name. (transfer full) (nullable) */
BtScene *bt_pattern_scene(const char *name, int w_px, int h_px);
gboolean bt_pattern_is_known(const char *name);
/* All names, blank separated. Static. */
const char *bt_pattern_names(void);

#endif
