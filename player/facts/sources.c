/* What sync knows of the sources, and what each used of its budgets. */
#include "player/facts/db.h"

/* ---- sources ---- */

void bt_source_state_free(BtSourceState *state)
{
    if (state == NULL)
        return;
    g_free(state->name);
    g_free(state->state);
    g_free(state->message);
    g_free(state->outlook);
    g_free(state->purposes);
    g_free(state);
}

gboolean bt_facts_put_source(BtFacts *facts, const BtSourceState *state, GError **error)
{
    return bt_db_run(bt_facts_db(facts), error,
        "INSERT OR REPLACE INTO source (name, state, message, last_ok_ms, idle_ms, bytes, outlook,"
        " purposes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        "sssiiiss", state->name, state->state, state->message, state->last_ok_ms, state->idle_ms,
        state->bytes, state->outlook == NULL ? "" : state->outlook,
        state->purposes == NULL ? "" : state->purposes);
}

BtSourceState *bt_facts_source(BtFacts *facts, const char *name)
{
    g_autoptr(BtRows) rows = bt_db_query(bt_facts_db(facts), NULL,
        "SELECT state, message, last_ok_ms, idle_ms, bytes, outlook, purposes FROM source WHERE "
        "name = ?",
        "s", name);
    if (rows == NULL || !bt_rows_next(rows, NULL))
        return NULL;
    BtSourceState *state = g_new0(BtSourceState, 1);
    state->name = g_strdup(name);
    state->state = g_strdup(bt_rows_text(rows, 0));
    state->message = g_strdup(bt_rows_text(rows, 1));
    state->last_ok_ms = bt_rows_int(rows, 2);
    state->idle_ms = bt_rows_int(rows, 3);
    state->bytes = bt_rows_int(rows, 4);
    state->outlook = g_strdup(bt_rows_text(rows, 5));
    state->purposes = g_strdup(bt_rows_text(rows, 6));
    return state;
}

/* ---- traffic ---- */

static gboolean put_span(
    BtFacts *facts, const char *name, const char *span, const BtSpan *value, GError **error)
{
    return bt_db_run(bt_facts_db(facts), error,
        "INSERT OR REPLACE INTO traffic (name, span, label, bytes, asset_bytes, ran_ms, told)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        "ssiiiii", name, span, value->label, (gint64)value->bytes, (gint64)value->asset_bytes,
        value->ran_ms, (gint64)value->told);
}

gboolean bt_facts_put_usage(BtFacts *facts, const char *name, const BtUsage *usage, GError **error)
{
    return put_span(facts, name, "day", &usage->day, error) &&
        put_span(facts, name, "month", &usage->month, error);
}

static void get_span(BtFacts *facts, const char *name, const char *span, BtSpan *value)
{
    g_autoptr(BtRows) rows = bt_db_query(bt_facts_db(facts), NULL,
        "SELECT label, bytes, asset_bytes, ran_ms, told FROM traffic WHERE name = ? AND span = ?",
        "ss", name, span);
    if (rows == NULL || !bt_rows_next(rows, NULL))
        return;
    value->label = bt_rows_int(rows, 0);
    value->bytes = (guint64)MAX(0, bt_rows_int(rows, 1));
    value->asset_bytes = (guint64)MAX(0, bt_rows_int(rows, 2));
    value->ran_ms = MAX(0, bt_rows_int(rows, 3));
    value->told = (guint)bt_rows_int(rows, 4);
}

BtUsage bt_facts_usage(BtFacts *facts, const char *name)
{
    BtUsage usage = BT_USAGE_INIT;
    get_span(facts, name, "day", &usage.day);
    get_span(facts, name, "month", &usage.month);
    return usage;
}
