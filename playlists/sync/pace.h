/* When to ask next. Pure: everything that looks like chance follows from the board's name and how
 * often it asked before, so that two runs are the same and two boards are not. Thread-safety: safe.
 */
#ifndef BT_PLAYLISTS_SYNC_PACE_H
#define BT_PLAYLISTS_SYNC_PACE_H

#include "base/clock.h"

#define BT_PACE_RETRY_MIN_MS BT_SECOND_MS
#define BT_PACE_RETRY_MAX_MS (15 * BT_MINUTE_MS)
#define BT_PACE_BOOT_MS                                                                            \
    (10 * BT_MINUTE_MS) /* so long after power returned all boards ask at once */

/* In [0, 1), evenly. `who` names the board and its source; `n` counts. */
double bt_pace_chance(const char *who, guint64 n);

/* From one good round to the next: `poll_ms`, a fifth more or less. */
gint64 bt_pace_poll_ms(const char *who, guint64 n, gint64 poll_ms);

/* After `failures` in a row, 1 and up: anywhere between half and all of 2 s, 4 s, 8 s … up to
 * fifteen polls or 15 minutes, whichever is less. */
gint64 bt_pace_retry_ms(const char *who, guint64 n, guint failures, gint64 poll_ms);

/* Before the first round of a board that has something to show, when the machine started
 * `uptime_ms` ago: anywhere within one poll after power returned, else 0. */
gint64 bt_pace_first_ms(const char *who, gint64 uptime_ms, gint64 poll_ms);

#endif
