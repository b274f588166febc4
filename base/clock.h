/* Time as a value. Whoever needs to know what time it is is given a clock; the real one reads the
 * kernel's, a virtual one starts at a chosen instant and runs at a chosen rate, the same in all
 * processes that were given the same text.
 *
 * wall: milliseconds since 1970-01-01 UTC. mono: milliseconds that never go back, from an arbitrary
 * start, counting time asleep (CLOCK_BOOTTIME); on a virtual clock it runs at the same rate as
 * wall. Thread-safety: safe (a value, read only). */
#ifndef BT_BASE_CLOCK_H
#define BT_BASE_CLOCK_H

#include <glib.h>

#define BT_SECOND_MS G_GINT64_CONSTANT(1000)
#define BT_MINUTE_MS (60 * BT_SECOND_MS)
#define BT_HOUR_MS (60 * BT_MINUTE_MS)
#define BT_DAY_MS (24 * BT_HOUR_MS)
#define BT_TIME_MIN G_MININT64 /* before everything */
#define BT_TIME_MAX G_MAXINT64 /* never */

typedef struct {
    gboolean is_virtual;
    gint64 wall_start_ms; /* virtual: the wall time at real_start_ms */
    gint64 real_start_ms; /* virtual: CLOCK_BOOTTIME when the clock started */
    double rate;          /* virtual: virtual seconds in a real one, 0 (stands still) to 86400 */
    gboolean is_doubtful; /* virtual: as a clock that nothing vouches for; it may be wrong */
} BtClock;

/* The clocks of this machine. Virtual ones come from bt_clock_from_text. */
BtClock bt_clock_real(void);
/* Milliseconds since 1970, and since the machine started with the time it slept (CLOCK_BOOTTIME).
 */
gint64 bt_clock_wall_ms(const BtClock *clock);
gint64 bt_clock_mono_ms(const BtClock *clock);

/* When this program was built, since 1970: no honest wall clock is older. */
gint64 bt_clock_built_ms(void);

/* How many real milliseconds pass until the wall shows `wall_ms`; 0 when it is past, -1 when a
 * clock that stands still will never show it. */
gint64 bt_clock_real_ms_until(const BtClock *clock, gint64 wall_ms);

/* Reads "RFC3339" or "RFC3339xRATE", with an optional "?" (doubtful), and an optional "@MS" (real
 * start) that bt_clock_to_text adds so that another process continues the same clock; without it
 * the clock starts now. BT_ERROR_SYNTAX. */
gboolean bt_clock_from_text(const char *text, BtClock *clock, GError **error);
char *bt_clock_to_text(const BtClock *clock); /* (transfer full), NULL for the real clock */

/* RFC 3339 with an offset (or Z) and optional milliseconds to and from milliseconds since 1970.
 * Years 1970 to 9999. Anything else is BT_ERROR_SYNTAX. */
gboolean bt_time_parse(const char *text, gint64 *wall_ms, GError **error);
/* "2026-11-22T01:00:00.000Z" (transfer full); the ends of time as "-inf" and "inf". */
char *bt_time_format(gint64 wall_ms);

#endif
