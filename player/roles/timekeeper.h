/* Show time and the trust in the wall clock (contract §6.10, 6.11).
 *
 * Show time is the monotonic clock plus an offset. The offset is renewed between items, so a step
 * of the wall clock never skips or repeats a frame of an item. What it is renewed to:
 *   - the wall clock, while it is vouched for: by the configuration, by being virtual, or by the
 *     kernel's synchronisation;
 *   - else, once the time was known (a signed time, or a wall clock that was vouched for), that
 *     time carried on by the monotonic clock, or the wall clock while it agrees with it;
 *   - else nothing: time is untrusted, and show time goes on from the latest instant that is surely
 *     past. A wall clock that nobody vouches for may say anything; what is written down under it
 *     would stand in the future when the right time is known.
 * Thread-safety: one owner each. */
#ifndef BT_PLAYER_ROLES_TIMEKEEPER_H
#define BT_PLAYER_ROLES_TIMEKEEPER_H

#include "base/clock.h"

/* What a monotonic clock may lose or gain in a second: a bad crystal, and the kernel's slewing of
 * at most 500 ppm (adjtimex). */
#define BT_TIME_DRIFT_PPM 1000
/* A wall clock that differs by less from what is known is as good as that. */
#define BT_TIME_SLACK_MS (2 * BT_SECOND_MS)
/* The answer to a question for the time must come within this, by the monotonic clock; half of it
 * is how wrong it can be. A mobile network answers in 1 s at its worst. */
#define BT_TIME_MAX_TRIP_MS (5 * BT_SECOND_MS)
/* A document that was issued so much later than all that is known raises no floor: its maker's
 * clock may be wrong. A box may have lain in store meanwhile; a signed time tells it so. */
#define BT_TIME_FAR_MS (400 * BT_DAY_MS)
/* People's clocks differ by so much: a document of the near future does not refute a clock. */
#define BT_TIME_ISSUED_EARLY_MS (10 * BT_MINUTE_MS)

typedef struct {
    BtClock clock;
    gint64 offset_ms; /* show time minus the monotonic clock */
    gboolean trust_system, trusted;
    gint64 start_mono_ms;
    gint64 hard_floor_ms, floor_ms; /* surely past at the start; `floor_ms` with what was stored */
    /* The time that was known last, as what it was ahead of the monotonic clock, give or take the
     * radius; and when that was. */
    gboolean is_known, is_signed;
    gint64 known_offset_ms, known_mono_ms, radius_ms;
    gboolean (*is_synchronised)(void); /* what the kernel says; replaced in tests */
} BtTimekeeper;

/* What one show of this boot leaves to the next: they have the same monotonic clock. */
typedef struct {
    gboolean trusted;
    gint64 offset_ms;
} BtTimeLeft;

/* `stored_ms`: the last time this box wrote down when it was trusted, 0 for none. `left`
 * (nullable): what a show before this one knew. */
BtTimekeeper bt_timekeeper_start(
    const BtClock *clock, gboolean trust_system, gint64 stored_ms, const BtTimeLeft *left);
gint64 bt_timekeeper_show_ms(const BtTimekeeper *keeper);
/* Between items: show time becomes the best that is known. Returns by how much it stepped. */
gint64 bt_timekeeper_renew(BtTimekeeper *keeper);
/* A verified document was issued at this instant: it is past. */
void bt_timekeeper_raise_floor(BtTimekeeper *keeper, gint64 issued_ms);
/* A verified document that was made after this boot is of this instant: a wall clock that is at
 * most a day later is vouched for. To be judged afterwards. */
void bt_timekeeper_take_issued(BtTimekeeper *keeper, gint64 issued_ms);
/* The source signed that it was `utc_ms`, in answer to what was asked at `asked_mono_ms` and came
 * back at `heard_mono_ms`. FALSE: it took too long, or is before what is surely past; nothing
 * changed. To be judged afterwards. */
gboolean bt_timekeeper_take_signed(
    BtTimekeeper *keeper, gint64 utc_ms, gint64 asked_mono_ms, gint64 heard_mono_ms);
/* Looks at the clocks again. TRUE when trust changed. */
gboolean bt_timekeeper_judge(BtTimekeeper *keeper);
/* The latest instant that is surely past: for expiry. */
gint64 bt_timekeeper_surely_past_ms(const BtTimekeeper *keeper);
/* The same without what this box only wrote down itself: no signed time is before it. */
gint64 bt_timekeeper_signed_floor_ms(const BtTimekeeper *keeper);
/* Wall time minus show time. */
gint64 bt_timekeeper_error_ms(const BtTimekeeper *keeper);

#endif
