/* Sums of what telemetry keeps, over a period, for each screen: a year of a province in seconds.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_TOTALS_H
#define BT_SOURCE_TOTALS_H

#include "source/store/telemetry.h"

/* As the functions of telemetry.h, but once a screen (cause, item), the times being sums and the
 * instants (hour_ms, day_ms) those of the first row; `query->screen` NULL: all, by id. What was
 * played in rehearsals is left out. */
gboolean bt_totals_hours(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachHour each,
    gpointer user, GError **error);
gboolean bt_totals_causes(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachCause each,
    gpointer user, GError **error);
gboolean bt_totals_played(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachPlayed each,
    gpointer user, GError **error);

/* The hour of a screen's first stretch, 0 when it never told of one. */
gint64 bt_totals_first_hour_ms(BtStore *store, const char *screen);

#endif
