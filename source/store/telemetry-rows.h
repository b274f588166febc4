/* How the tables of telemetry are read: a question's columns in their one order, and what each row
 * of the answer is. telemetry.h asks row by row, totals.h for sums. Thread-safety: one thread a
 * store. */
#ifndef BT_SOURCE_TELEMETRY_ROWS_H
#define BT_SOURCE_TELEMETRY_ROWS_H

#include "source/store/telemetry.h"

/* What follows the columns: the rows `t` of a table whose column `time` is in the query's period.
 * Of each screen by the beginning of its own key, so that other years are not read. */
#define BT_TELEMETRY_OF(table, time)                                                               \
    " FROM screen CROSS JOIN " table " t ON t.screen = screen.id WHERE (?1 IS NULL OR screen.id"   \
    " = ?1) AND t." time " >= ?2 AND t." time " < ?3 "

/* Each answers `sql`, whose columns are the members of what `each` gets, in their order there, and
 * whose parameters are the query's: ?1 its screen, ?2 and ?3 its period. What `each` gets is
 * borrowed until it returns. FALSE with an error when the store could not be read. */
gboolean bt_telemetry_read_hours(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachHour each, gpointer user, GError **error);
gboolean bt_telemetry_read_causes(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachCause each, gpointer user, GError **error);
gboolean bt_telemetry_read_changes(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachChange each, gpointer user, GError **error);
gboolean bt_telemetry_read_played(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachPlayed each, gpointer user, GError **error);
gboolean bt_telemetry_read_traffic(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachTraffic each, gpointer user, GError **error);

#endif
