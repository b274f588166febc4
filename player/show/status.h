/* What show says of itself: the answer to `bangtin status`, and the heartbeat.
 * Thread-safety: show's main thread; the heartbeat is completed in the writer's. */
#ifndef BT_PLAYER_SHOW_STATUS_H
#define BT_PLAYER_SHOW_STATUS_H

#include "player/show/show.h"

/* contract §2: uptime_s, on_air, frames, sources, cache, spool, clock. (transfer full) */
BtJson *bt_status_json(BtShow *show);
/* Posts a fact of type "state". */
void bt_status_heartbeat(BtShow *show);

#endif
