/* Facts of type played, summed up by day and item. */
#include "source/store/telling.h"

#include "source/store/telemetry.h"

/* What is told of an item once for all its showings. */
static gboolean put_item(const BtTelling *telling, const BtJsonAt *fact, GError **error)
{
    return bt_db_run(telling->store->db, error,
        "INSERT INTO played_item (source, version, item, kind, class, field, essential, issuer,"
        " issued_on, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        "sisssiisss", bt_telling_text(fact, "source"), bt_telling_number(fact, "version"),
        bt_telling_text(fact, "item"), bt_telling_text(fact, "kind"),
        bt_telling_text(fact, "class"), bt_telling_number(fact, "field"),
        (gint64)bt_telling_is(fact, "essential"), bt_telling_text(fact, "issuer"),
        bt_telling_text(fact, "issued_on"), bt_telling_text(fact, "document"));
}

static gboolean has_failed(const BtJsonAt *fact)
{
    return *bt_telling_text(fact, "failed") != '\0' || *bt_telling_text(fact, "fault") != '\0';
}

gboolean bt_telling_add_played(
    BtTelling *telling, const BtJsonAt *fact, gint64 at_ms, GError **error)
{
    gint64 start_ms, shown_ms = bt_telling_number(fact, "shown_ms");
    if (*bt_telling_text(fact, "item") == '\0')
        return TRUE;
    if (!bt_telling_time(fact, "start", &start_ms) || start_ms > at_ms ||
        start_ms <= telling->now_ms - BT_TELEMETRY_FACTS_MS)
        start_ms = at_ms;
    return put_item(telling, fact, error) &&
        bt_db_run(telling->store->db, error,
            "INSERT INTO played_day (screen, day_ms, item, rehearsal, count, ms, failed)"
            " SELECT ?1, ?2, id, ?3, 1, ?4, ?5 FROM played_item"
            " WHERE source = ?6 AND version = ?7 AND item = ?8 AND class = ?9"
            " ON CONFLICT DO UPDATE SET count = count + 1, ms = ms + excluded.ms,"
            " failed = failed + excluded.failed",
            "siiiisiss", telling->screen, bt_telemetry_day_ms(telling->store, start_ms),
            (gint64)bt_telling_is(fact, "rehearsal"), MIN(shown_ms, BT_TELEMETRY_FACTS_MS),
            (gint64)has_failed(fact), bt_telling_text(fact, "source"),
            bt_telling_number(fact, "version"), bt_telling_text(fact, "item"),
            bt_telling_text(fact, "class"));
}
