#include "source/store/telemetry-rows.h"

static BtRows *ask(BtStore *store, const BtTelemetryQuery *query, const char *sql, GError **error)
{
    return bt_db_query(store->db, error, sql, "sii", query->screen, query->from_ms, query->to_ms);
}

/* FALSE after the last row; `*failed` says that reading broke off. */
static gboolean next(BtRows *rows, gboolean *failed, GError **error)
{
    GError *failure = NULL;
    gboolean more = rows != NULL && bt_rows_next(rows, &failure);
    *failed = rows == NULL || failure != NULL;
    if (failure != NULL)
        g_propagate_error(error, failure);
    return more;
}

gboolean bt_telemetry_read_hours(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachHour each, gpointer user, GError **error)
{
    gboolean failed;
    g_autoptr(BtRows) rows = ask(store, query, sql, error);
    while (next(rows, &failed, error)) {
        const BtTelemetryHour hour = { bt_rows_text(rows, 0), bt_rows_int(rows, 1),
            bt_rows_int(rows, 2), bt_rows_int(rows, 3), bt_rows_int(rows, 4) };
        each(&hour, user);
    }
    return !failed;
}

gboolean bt_telemetry_read_causes(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachCause each, gpointer user, GError **error)
{
    gboolean failed;
    g_autoptr(BtRows) rows = ask(store, query, sql, error);
    while (next(rows, &failed, error)) {
        const BtTelemetryCause cause = { bt_rows_text(rows, 0), bt_rows_int(rows, 1),
            bt_rows_text(rows, 2), bt_rows_text(rows, 3), bt_rows_int(rows, 4) };
        each(&cause, user);
    }
    return !failed;
}

gboolean bt_telemetry_read_changes(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachChange each, gpointer user, GError **error)
{
    gboolean failed;
    g_autoptr(BtRows) rows = ask(store, query, sql, error);
    while (next(rows, &failed, error)) {
        const BtTelemetryChange change = { bt_rows_text(rows, 0), bt_rows_int(rows, 1),
            bt_rows_text(rows, 2) };
        each(&change, user);
    }
    return !failed;
}

static BtTelemetryPlayed played_of(BtRows *rows)
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
        .rehearsal = bt_rows_int(rows, 14) != 0,
        .count = bt_rows_int(rows, 15),
        .ms = bt_rows_int(rows, 16),
        .failed = bt_rows_int(rows, 17) };
}

gboolean bt_telemetry_read_played(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachPlayed each, gpointer user, GError **error)
{
    gboolean failed;
    g_autoptr(BtRows) rows = ask(store, query, sql, error);
    while (next(rows, &failed, error)) {
        const BtTelemetryPlayed played = played_of(rows);
        each(&played, user);
    }
    return !failed;
}

gboolean bt_telemetry_read_traffic(BtStore *store, const BtTelemetryQuery *query, const char *sql,
    BtTelemetryEachTraffic each, gpointer user, GError **error)
{
    gboolean failed;
    g_autoptr(BtRows) rows = ask(store, query, sql, error);
    while (next(rows, &failed, error)) {
        const BtTelemetryTraffic traffic = { bt_rows_text(rows, 0), bt_rows_int(rows, 1),
            bt_rows_int(rows, 2) };
        each(&traffic, user);
    }
    return !failed;
}
