/* Show time and the trust in the wall clock (contract §6.10, 6.11).
 *
 * Show time is the monotonic clock plus an offset to wall time. The offset is renewed between
 * items, so a step of the wall clock never skips or repeats a frame of an item. The wall clock is
 * trusted when it is above the floor and either the configuration says so, the clock is virtual,
 * the kernel is synchronised, or a signed document bounds it; once trusted, the monotonic clock
 * carries the trust until the wall clock falls below the floor. Thread-safety: show's main thread.
 */
#ifndef BT_PLAYER_TIMEKEEPER_H
#define BT_PLAYER_TIMEKEEPER_H

#include "base/clock.h"

typedef struct {
    BtClock clock;
    gint64 offset_ms;
    gint64 floor_ms; /* surely past */
    gboolean trust_system;
    gboolean trusted;
} BtTimekeeper;

/* `stored_ms`: the last time this box wrote down, 0 for none. */
BtTimekeeper bt_timekeeper_start(const BtClock *clock, gboolean trust_system, gint64 stored_ms);
gint64 bt_timekeeper_show_ms(const BtTimekeeper *keeper);
/* Between items: show time becomes wall time again. */
void bt_timekeeper_renew(BtTimekeeper *keeper);
/* A verified document was issued at this instant: it is past. */
void bt_timekeeper_raise_floor(BtTimekeeper *keeper, gint64 issued_ms);
/* Looks at the kernel again; `bounded` says that a signed document bounds the wall time now. TRUE
 * when trust changed. */
gboolean bt_timekeeper_judge(BtTimekeeper *keeper, gboolean bounded);
/* The latest instant that is surely past: for expiry. */
gint64 bt_timekeeper_surely_past_ms(const BtTimekeeper *keeper);
/* Wall time minus show time. */
gint64 bt_timekeeper_error_ms(const BtTimekeeper *keeper);

#endif
