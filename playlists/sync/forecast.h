/* When everything will be there, and what the month will come to. Pure. Thread-safety: safe. */
#ifndef BT_PLAYLISTS_SYNC_FORECAST_H
#define BT_PLAYLISTS_SYNC_FORECAST_H

#include "playlists/sync/budget.h"

/* What is still to be fetched. */
typedef struct {
    guint objects;
    guint64 bytes[BT_VALUE_HEAVY + 1]; /* by BtValue, in the order in which they come */
} BtBacklog;

typedef struct {
    gint64 done_ms;      /* wall; BT_TIME_MAX: not within a year, or the rate is not known */
    guint64 month_bytes; /* of the month of `now`, when it ends */
} BtForecast;

/* `usage` was brought up to `now`; `bytes_per_s` as observed, 0: not known. Talk (polls, reports)
 * is taken to go on as it did this month. */
BtForecast bt_forecast(const BtBudget *budget, const BtUsage *usage, const BtBudgetTime *now,
    const BtBacklog *backlog, guint64 bytes_per_s);

#endif
