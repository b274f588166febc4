/* Uptime: what the glass was, in stretches that survive power cuts, and the heartbeat.
 *
 * A stretch is lit (right and confirmed by the loop that drew it), unconfirmed, or not-showing with
 * a cause. A stretch is written down when it begins, and each second a note that it goes on; after
 * a death or a power cut the next start reports it up to the last note and the gap after it.
 * Thread-safety: show's main thread. */
#ifndef BT_PLAYER_FACTS_LIFE_H
#define BT_PLAYER_FACTS_LIFE_H

#include "player/facts/writer.h"

#define BT_LIFE_REPORT_MS                                                                          \
    (15 * BT_MINUTE_MS) /* a long stretch is reported in pieces of this length */

typedef struct BtLifeKeeper BtLifeKeeper;

/* `previous` (nullable): what the last run left. `left_ms`: when its picture left the glass, as
 * supervise saw it; 0: this is the first show of its supervise, so the machine or the player was
 * off. */
BtLifeKeeper *bt_life_new(BtWriter *writer, const char *boot, const BtLife *previous,
    gint64 left_ms, const BtMoment *now);
void bt_life_free(BtLifeKeeper *keeper);

/* The glass is now in this state; `cause` says why it is not lit ("" for lit). Both static. */
void bt_life_set(BtLifeKeeper *keeper, const char *state, const char *cause, const BtMoment *now);
/* Each second: the stretch goes on. */
void bt_life_tick(BtLifeKeeper *keeper, const BtMoment *now);
/* The clock was found to be wrong by `step_ms` since this run began, and nobody had trusted it:
 * what this run wrote down in that time is moved, and before it there was no picture for so long.
 */
void bt_life_move(BtLifeKeeper *keeper, gint64 step_ms, const BtMoment *now);
/* The clock stepped from `before` to `now`, in no time. What it passed over is "unconfirmed" for
 * "clock", what it goes through a second time is not told again; steps of more than a day are no
 * matter of hours and minutes, and leave a hole or an overlap. */
#define BT_LIFE_STEP_MAX_MS BT_DAY_MS
void bt_life_step(BtLifeKeeper *keeper, const BtMoment *before, const BtMoment *now);
/* Ends on purpose. */
void bt_life_stop(BtLifeKeeper *keeper, const BtMoment *now);

#endif
