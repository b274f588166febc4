#include "source/store/totals.h"
#include "source/store/telemetry-rows.h"

gboolean bt_totals_hours(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachHour each,
    gpointer user, GError **error)
{
    return bt_telemetry_read_hours(store, query,
        "SELECT t.screen, min(t.hour_ms), sum(t.lit_ms), sum(t.unconfirmed_ms),"
        " sum(t.not_showing_ms)" BT_TELEMETRY_OF(
            "hour", "hour_ms") "GROUP BY t.screen ORDER BY t.screen",
        each, user, error);
}

gboolean bt_totals_causes(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachCause each,
    gpointer user, GError **error)
{
    return bt_telemetry_read_causes(store, query,
        "SELECT t.screen, min(t.hour_ms), t.state, t.cause, sum(t.ms)" BT_TELEMETRY_OF("hour_cause",
            "hour_ms") "GROUP BY t.screen, t.state, t.cause ORDER BY t.screen, t.state, t.cause",
        each, user, error);
}

gboolean bt_totals_played(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachPlayed each,
    gpointer user, GError **error)
{
    return bt_telemetry_read_played(store, query,
        "SELECT s.screen, s.first_ms, i.source, i.version, i.item, i.kind, i.title, i.languages,"
        " i.field, i.essential, i.issuer, i.issued_on, i.document, i.class, 0, s.count, s.ms,"
        " s.failed FROM (SELECT t.screen, t.item, min(t.day_ms) first_ms, sum(t.count) count,"
        " sum(t.ms) ms, sum(t.failed) failed" BT_TELEMETRY_OF(
            "played_day", "day_ms") "AND NOT t.rehearsal GROUP BY t.screen, t.item) s"
                                    " JOIN played_item i ON i.id = s.item ORDER BY s.screen, i.id",
        each, user, error);
}

gint64 bt_totals_first_hour_ms(BtStore *store, const char *screen)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT min(hour_ms) FROM hour WHERE screen = ?", "s", screen);
    return rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : 0;
}
