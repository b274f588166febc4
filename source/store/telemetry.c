#include "source/store/telemetry.h"
#include "source/store/telemetry-rows.h"

/* ---- asking ---- */

gboolean bt_telemetry_hours(BtStore *store, const BtTelemetryQuery *query, BtTelemetryEachHour each,
    gpointer user, GError **error)
{
    return bt_telemetry_read_hours(store, query,
        "SELECT t.screen, t.hour_ms, t.lit_ms, t.unconfirmed_ms, t.not_showing_ms" BT_TELEMETRY_OF(
            "hour", "hour_ms") "ORDER BY t.screen, t.hour_ms",
        each, user, error);
}

gboolean bt_telemetry_causes(BtStore *store, const BtTelemetryQuery *query,
    BtTelemetryEachCause each, gpointer user, GError **error)
{
    return bt_telemetry_read_causes(store, query,
        "SELECT t.screen, t.hour_ms, t.state, t.cause, t.ms" BT_TELEMETRY_OF(
            "hour_cause", "hour_ms") "ORDER BY t.screen, t.hour_ms, t.state, t.cause",
        each, user, error);
}

gboolean bt_telemetry_changes(BtStore *store, const BtTelemetryQuery *query,
    BtTelemetryEachChange each, gpointer user, GError **error)
{
    return bt_telemetry_read_changes(store, query,
        "SELECT t.screen, t.at_ms, t.state" BT_TELEMETRY_OF(
            "state_change", "at_ms") "ORDER BY t.screen, t.at_ms, t.device, t.seq",
        each, user, error);
}

gboolean bt_telemetry_played(BtStore *store, const BtTelemetryQuery *query,
    BtTelemetryEachPlayed each, gpointer user, GError **error)
{
    return bt_telemetry_read_played(store, query,
        "SELECT t.screen, t.day_ms, i.source, i.version, i.item, i.kind, i.title, i.languages,"
        " i.field, i.essential, i.issuer, i.issued_on, i.document, i.class, t.rehearsal, t.count,"
        " t.ms, t.failed FROM screen CROSS JOIN played_day t ON t.screen = screen.id"
        " JOIN played_item i ON i.id = t.item WHERE (?1 IS NULL OR screen.id = ?1)"
        " AND t.day_ms >= ?2 AND t.day_ms < ?3 ORDER BY t.screen, t.day_ms, t.item, t.rehearsal",
        each, user, error);
}

gboolean bt_telemetry_traffic(BtStore *store, const BtTelemetryQuery *query,
    BtTelemetryEachTraffic each, gpointer user, GError **error)
{
    return bt_telemetry_read_traffic(store, query,
        "SELECT t.screen, t.day_ms, sum(t.bytes)" BT_TELEMETRY_OF(
            "traffic", "day_ms") "GROUP BY t.screen, t.day_ms ORDER BY t.screen, t.day_ms",
        each, user, error);
}

gint64 bt_telemetry_day_ms(const BtStore *store, gint64 at_ms)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(store->timezone);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_ms / 1000);
    if (utc == NULL)
        return 0;
    g_autoptr(GTimeZone) used = zone != NULL ? g_time_zone_ref(zone) : g_time_zone_new_utc();
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, used);
    g_autoptr(GDateTime) midnight = g_date_time_new(used, g_date_time_get_year(local),
        g_date_time_get_month(local), g_date_time_get_day_of_month(local), 0, 0, 0);
    return g_date_time_to_unix(midnight) * 1000;
}

/* ---- keeping ---- */

typedef struct {
    gint64 id, version;
    char *cls, *item;
} Unnamed;

static void unnamed_clear(gpointer data)
{
    Unnamed *unnamed = data;
    g_free(unnamed->cls);
    g_free(unnamed->item);
}

static GArray *read_unnamed(BtStore *store, guint max, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT id, version, class, item FROM played_item WHERE named = 0 ORDER BY id LIMIT ?", "i",
        (gint64)max);
    if (rows == NULL)
        return NULL;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Unnamed));
    g_array_set_clear_func(list, unnamed_clear);
    while (bt_rows_next(rows, NULL)) {
        Unnamed unnamed = { bt_rows_int(rows, 0), bt_rows_int(rows, 1),
            g_strdup(bt_rows_text(rows, 2)), g_strdup(bt_rows_text(rows, 3)) };
        g_array_append_val(list, unnamed);
    }
    return list;
}

gboolean bt_telemetry_name(
    BtStore *store, BtTelemetryNamer namer, gpointer user, guint max, GError **error)
{
    g_autoptr(GArray) list = read_unnamed(store, max, error);
    for (guint i = 0; list != NULL && i < list->len; i++) {
        const Unnamed *unnamed = &g_array_index(list, Unnamed, i);
        g_autofree char *title = NULL, *languages = NULL;
        namer(store, unnamed->version, unnamed->cls, unnamed->item, &title, &languages, user);
        if (!bt_db_run(store->db, error,
                "UPDATE played_item SET named = 1, title = ?, languages = ? WHERE id = ?", "ssi",
                title, languages, unnamed->id))
            return FALSE;
    }
    return list != NULL;
}

static gboolean drop(
    BtStore *store, const char *sql, gint64 before_ms, guint max, gint64 *dropped, GError **error)
{
    if (*dropped >= (gint64)max)
        return TRUE;
    if (!bt_db_run(store->db, error, sql, "ii", before_ms, (gint64)max - *dropped))
        return FALSE;
    *dropped += bt_db_changes(store->db);
    return TRUE;
}

gboolean bt_telemetry_forget(
    BtStore *store, gint64 now_ms, guint max, gint64 *dropped, GError **error)
{
    gint64 old_ms = now_ms - BT_TELEMETRY_FACTS_MS;
    *dropped = 0;
    return drop(store,
               "DELETE FROM fact WHERE (screen, device, seq) IN (SELECT f.screen, f.device, f.seq"
               " FROM screen s CROSS JOIN fact f ON f.screen = s.id AND f.type = 'state'"
               " AND f.at_ms < min(?, s.state_at_ms) LIMIT ?)",
               now_ms - BT_TELEMETRY_STATES_MS, max, dropped, error) &&
        drop(store,
            "DELETE FROM fact WHERE (screen, device, seq) IN (SELECT screen, device, seq FROM fact"
            " WHERE at_ms <= ? LIMIT ?)",
            old_ms, max, dropped, error) &&
        drop(store,
            "DELETE FROM stretch WHERE (screen, to_ms, from_ms, state, cause) IN (SELECT t.screen,"
            " t.to_ms, t.from_ms, t.state, t.cause FROM screen s CROSS JOIN stretch t"
            " ON t.screen = s.id AND t.to_ms <= ? LIMIT ?)",
            old_ms, max, dropped, error);
}
