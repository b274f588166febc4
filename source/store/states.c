/* Facts of type state as changes: what a screen said first, and each time it said something else.
 * A fact that comes late may begin a change and end another, so the one after it is looked at too.
 */
#include "source/store/telling.h"

#include "source/store/telemetry.h"

#include <string.h>

/* 100 Mbit/s all day. What is told beyond it is no truth, and would break the sums. */
#define DAY_MAX_BYTES (G_GINT64_CONSTANT(1) << 40)

/* What it had said last before that fact. (transfer full) (nullable) */
static char *state_before(const BtTelling *telling, gint64 at_ms, gint64 device, gint64 seq)
{
    g_autoptr(BtRows) rows = bt_db_query(telling->store->db, NULL,
        "SELECT state FROM state_change WHERE screen = ?1"
        " AND (at_ms, device, seq) < (?2, ?3, ?4) ORDER BY at_ms DESC, device DESC, seq DESC"
        " LIMIT 1",
        "siii", telling->screen, at_ms, device, seq);
    return rows != NULL && bt_rows_next(rows, NULL) ? g_strdup(bt_rows_text(rows, 0)) : NULL;
}

static gboolean put_change(const BtTelling *telling, gint64 at_ms, gint64 device, gint64 seq,
    const char *state, GError **error)
{
    return bt_db_run(telling->store->db, error,
        "INSERT INTO state_change (screen, at_ms, device, seq, state) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        "siiis", telling->screen, at_ms, device, seq, state);
}

static gboolean drop_change(
    const BtTelling *telling, gint64 at_ms, gint64 device, gint64 seq, GError **error)
{
    return bt_db_run(telling->store->db, error,
        "DELETE FROM state_change WHERE screen = ? AND at_ms = ? AND device = ? AND seq = ?",
        "siii", telling->screen, at_ms, device, seq);
}

/* A change is a fact that says something else than was said before it. */
static gboolean judge(const BtTelling *telling, gint64 at_ms, gint64 device, gint64 seq,
    const char *state, GError **error)
{
    g_autofree char *before = state_before(telling, at_ms, device, seq);
    return g_strcmp0(before, state) == 0 ? drop_change(telling, at_ms, device, seq, error)
                                         : put_change(telling, at_ms, device, seq, state, error);
}

static gboolean judge_next(const BtTelling *telling, const BtFact *fact, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(telling->store->db, error,
        "SELECT at_ms, device, seq, json_extract(line, '$.state') FROM fact"
        " WHERE screen = ?1 AND type = 'state' AND (at_ms, device, seq) > (?2, ?3, ?4)"
        " AND at_ms >= ?2 AND at_ms <= ?5 AND json_type(line, '$.state') = 'text'"
        " ORDER BY at_ms, device, seq LIMIT 1",
        "siiii", telling->screen, fact->at_ms, telling->device, fact->seq,
        telling->now_ms + BT_REPORT_AHEAD_MS);
    if (rows == NULL)
        return FALSE;
    if (!bt_rows_next(rows, NULL))
        return TRUE;
    gint64 at_ms = bt_rows_int(rows, 0), device = bt_rows_int(rows, 1), seq = bt_rows_int(rows, 2);
    g_autofree char *state = g_strdup(bt_rows_text(rows, 3));
    g_clear_pointer(&rows, bt_rows_free);
    return judge(telling, at_ms, device, seq, state, error);
}

static gboolean keep_newest(const BtTelling *telling, const BtFact *fact, GError **error)
{
    return bt_db_run(telling->store->db, error,
        "INSERT INTO told (screen, at_ms, line) VALUES (?1, ?2, ?3) ON CONFLICT (screen) DO UPDATE"
        " SET at_ms = ?2, line = ?3 WHERE at_ms <= ?2",
        "sis", telling->screen, fact->at_ms, fact->line);
}

/* A new box counts its bytes from nothing, so each box has a row of its own. */
static gboolean add_traffic(
    const BtTelling *telling, const BtJsonAt *at, const BtFact *fact, GError **error)
{
    BtJsonAt traffic;
    if (!bt_json_member(at, "traffic", &traffic) || !bt_json_read_object(&traffic, NULL))
        return TRUE;
    return bt_db_run(telling->store->db, error,
        "INSERT INTO traffic (screen, day_ms, device, bytes) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET bytes = max(bytes, excluded.bytes)",
        "siii", telling->screen, bt_telemetry_day_ms(telling->store, fact->at_ms), telling->device,
        MIN(bt_telling_number(&traffic, "day"), DAY_MAX_BYTES));
}

gboolean bt_telling_add_state(
    BtTelling *telling, const BtJsonAt *at, const BtFact *fact, GError **error)
{
    return judge(telling, fact->at_ms, telling->device, fact->seq, fact->state, error) &&
        judge_next(telling, fact, error) && keep_newest(telling, fact, error) &&
        add_traffic(telling, at, fact, error);
}
