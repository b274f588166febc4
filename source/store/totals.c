#include "source/store/totals.h"

/* Of each screen by the beginning of its own key, so that other years are not read. */
#define OF(table, time)                                                                            \
    " FROM screen CROSS JOIN " table " t ON t.screen = screen.id WHERE (?1 IS NULL OR screen.id"   \
    " = ?1) AND t." time " >= ?2 AND t." time " < ?3 "

static BtRows *ask(BtStore *store, const BtTelemetryQuery *query, const char *sql, GError **error)
{
    return bt_db_query(store->db, error, sql, "sii", query->screen, query->from_ms, query->to_ms);
}

static gboolean end(GError *failure, GError **error)
{
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

gboolean bt_totals_hours(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachHour each,
    gpointer user, GError **error)
{
    g_autoptr(BtRows) rows = ask(store, query,
        "SELECT t.screen, min(t.hour_ms), sum(t.lit_ms), sum(t.unconfirmed_ms),"
        " sum(t.not_showing_ms)" OF("hour", "hour_ms") "GROUP BY t.screen ORDER BY t.screen",
        error);
    GError *failure = NULL;
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, &failure)) {
        const BtTelemetryHour hour = { bt_rows_text(rows, 0), bt_rows_int(rows, 1),
            bt_rows_int(rows, 2), bt_rows_int(rows, 3), bt_rows_int(rows, 4) };
        each(&hour, user);
    }
    return end(failure, error);
}

gboolean bt_totals_causes(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachCause each,
    gpointer user, GError **error)
{
    g_autoptr(BtRows) rows = ask(store, query,
        "SELECT t.screen, min(t.hour_ms), t.state, t.cause, sum(t.ms)" OF("hour_cause",
            "hour_ms") "GROUP BY t.screen, t.state, t.cause ORDER BY t.screen, t.state, t.cause",
        error);
    GError *failure = NULL;
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, &failure)) {
        const BtTelemetryCause cause = { bt_rows_text(rows, 0), bt_rows_int(rows, 1),
            bt_rows_text(rows, 2), bt_rows_text(rows, 3), bt_rows_int(rows, 4) };
        each(&cause, user);
    }
    return end(failure, error);
}

static BtTelemetryPlayed read_played(BtRows *rows)
{
    return (BtTelemetryPlayed){ .screen = bt_rows_text(rows, 0),
        .day_ms = bt_rows_int(rows, 1),
        .source = bt_rows_text(rows, 2),
        .version = bt_rows_int(rows, 3),
        .item = bt_rows_text(rows, 4),
        .kind = bt_rows_text(rows, 5),
        .title = bt_rows_text(rows, 6),
        .languages = bt_rows_text(rows, 7),
        .field = bt_rows_int(rows, 8),
        .essential = bt_rows_int(rows, 9) != 0,
        .issuer = bt_rows_text(rows, 10),
        .issued_on = bt_rows_text(rows, 11),
        .document = bt_rows_text(rows, 12),
        .cls = bt_rows_text(rows, 13),
        .count = bt_rows_int(rows, 14),
        .ms = bt_rows_int(rows, 15),
        .failed = bt_rows_int(rows, 16) };
}

gboolean bt_totals_played(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachPlayed each,
    gpointer user, GError **error)
{
    g_autoptr(BtRows) rows = ask(store, query,
        "SELECT s.screen, s.first_ms, i.source, i.version, i.item, i.kind, i.title, i.languages,"
        " i.field, i.essential, i.issuer, i.issued_on, i.document, i.class, s.count, s.ms, s.failed"
        " FROM (SELECT t.screen, t.item, min(t.day_ms) first_ms, sum(t.count) count, sum(t.ms) ms,"
        " sum(t.failed) failed" OF("played_day",
            "day_ms") "AND NOT t.rehearsal"
                      " GROUP BY t.screen, t.item) s JOIN played_item i ON i.id = s.item"
                      " ORDER BY s.screen, i.id",
        error);
    GError *failure = NULL;
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, &failure)) {
        const BtTelemetryPlayed played = read_played(rows);
        each(&played, user);
    }
    return end(failure, error);
}

gint64 bt_totals_first_hour_ms(BtStore *store, const char *screen)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, NULL, "SELECT min(hour_ms) FROM hour WHERE screen = ?", "s", screen);
    return rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : 0;
}
