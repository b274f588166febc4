/* A fact that was written down under a clock which turned out to be wrong. Pure.
 * Thread-safety: safe (values). */
#ifndef BT_PLAYER_FACTS_MOVE_H
#define BT_PLAYER_FACTS_MOVE_H

#include "base/json.h"

/* Its instants from `from_ms` on are moved by `step_ms`, and it says that they were. */
void bt_fact_move(BtJson *fact, gint64 from_ms, gint64 step_ms);
/* The same, and it does not say so. */
void bt_fact_move_times(BtJson *fact, gint64 from_ms, gint64 step_ms);

#endif
