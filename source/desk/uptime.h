/* How a screen was, day by day, in three values that add up: lit and right, not showing, and
 * unconfirmed, which is also what no report spoke of. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_UPTIME_H
#define BT_SOURCE_UPTIME_H

#include "source/store/store.h"

typedef struct {
    gint64 day_ms; /* its local midnight */
    gint64 lit_ms, unconfirmed_ms, not_showing_ms;
} BtUptimeDay;

#define BT_UPTIME_UNTOLD "no-report" /* the cause of what no report spoke of */

typedef struct {
    char *state; /* "unconfirmed", "not-showing" */
    char *cause; /* the player's word, or BT_UPTIME_UNTOLD; "" none */
    gint64 ms;
} BtUptimeGap;

typedef struct {
    GArray *days;      /* of BtUptimeDay, those of the asked time that have begun */
    BtUptimeDay total; /* its day_ms is that of the first */
    GPtrArray *gaps;   /* of BtUptimeGap, the longest first */
} BtUptime;
void bt_uptime_free(BtUptime *uptime);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtUptime, bt_uptime_free)

/* Of the local days that touch [from_ms, to_ms). Time counts from the screen's first report on, up
 * to `now_ms`; of the last quarter of an hour only what was told, since that much is told at once.
 * (transfer full) (nullable) */
BtUptime *bt_uptime_read(BtStore *store, const char *screen, gint64 from_ms, gint64 to_ms,
    gint64 now_ms, GError **error);

/* The local midnight that begins the next day. */
gint64 bt_uptime_next_day_ms(const BtStore *store, gint64 day_ms);

#endif
