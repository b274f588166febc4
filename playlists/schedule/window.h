/* Windows: which local hours a programme has, and when that changes.
 * Thread-safety: safe (values). */
#ifndef BT_PLAYLISTS_SCHEDULE_WINDOW_H
#define BT_PLAYLISTS_SCHEDULE_WINDOW_H

#include "playlists/model/manifest.h"

/* A time zone seen from one instant. Local time is counted in seconds since 1970-01-01 00:00 of the
 * local clock. */
typedef struct {
    GTimeZone *zone; /* borrowed */
    gint64 now_ms;
    gint64 day;                       /* the local day of now, days since 1970-01-01 */
    gint64 flat_from_s, flat_until_s; /* UTC seconds between which offset_s holds throughout */
    gint64 offset_s;
} BtLocal;

BtLocal bt_local_at(GTimeZone *zone, gint64 now_ms);
gint64 bt_local_seconds(const BtLocal *local, gint64 at_ms);
/* The first instant at which the local clock reads `local_s` or later on that day: a time that is
 * skipped is the end of the gap, one that comes twice is its first coming. */
gint64 bt_local_instant_ms(const BtLocal *local, gint64 local_s);
/* GDate's Julian day of local->day, and 0 (Monday) to 6 (Sunday). */
gint32 bt_julian_day(gint64 day);
guint bt_weekday(gint64 day);

/* Whether a window is open at local->now_ms. `*start_ms`: when the open window that began latest
 * began.
 * `*next_ms`: the first later instant at which a window begins or ends, BT_TIME_MAX for none. */
gboolean bt_window_at(const BtWhen *when, const BtLocal *local, gint64 *start_ms, gint64 *next_ms);
/* The slot that is open; NULL where none is, or there are none. Borrowed. */
const BtWhenSlot *bt_window_slot(const BtWhen *when, gint64 now_ms);

typedef enum {
    BT_WINDOW_OPEN,
    BT_WINDOW_DATES, /* from, until */
    BT_WINDOW_DAYS,
    BT_WINDOW_TIMES,
    BT_WINDOW_SLOTS,
} BtWindowReason;
BtWindowReason bt_window_reason(const BtWhen *when, const BtLocal *local);

#endif
