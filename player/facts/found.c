#include "player/facts/found.h"

#include "player/facts/db.h"

#define SIDE_MAX_PX 32768
#define LENGTH_MAX_MS (30 * BT_DAY_MS)

gboolean bt_found_put_size(BtFacts *facts, int w_px, int h_px, GError **error)
{
    return bt_db_run(bt_facts_db(facts), error,
        "INSERT OR REPLACE INTO canvas (one, w_px, h_px) VALUES (1, ?, ?)", "ii", (gint64)w_px,
        (gint64)h_px);
}

gboolean bt_found_put_length(BtFacts *facts, const char *sha256, gint64 duration_ms, GError **error)
{
    return bt_db_run(bt_facts_db(facts), error,
               "DELETE FROM length WHERE sha256 = ? AND duration_ms != ?", "si", sha256,
               duration_ms) &&
        bt_db_run(bt_facts_db(facts), error,
            "INSERT OR IGNORE INTO length (sha256, duration_ms) VALUES (?, ?)", "si", sha256,
            duration_ms) &&
        bt_db_run(bt_facts_db(facts), error,
            "DELETE FROM length WHERE seq <= (SELECT max(seq) FROM length) - ?", "i",
            (gint64)BT_FOUND_LENGTHS_MAX);
}

/* The ledger is in reach of sync too, and a disk rots: what is read is only believed to be numbers.
 */
static int side(gint64 px)
{
    return px > 0 && px <= SIDE_MAX_PX ? (int)px : 0;
}

BtFound bt_found_look(BtFacts *facts)
{
    BtFound found = { 0 };
    g_autoptr(BtRows) rows = bt_db_query(bt_facts_db(facts), NULL,
        "SELECT (SELECT w_px FROM canvas), (SELECT h_px FROM canvas), (SELECT max(seq) FROM "
        "length)",
        "");
    if (rows == NULL || !bt_rows_next(rows, NULL))
        return found;
    found.w_px = side(bt_rows_int(rows, 0));
    found.h_px = side(bt_rows_int(rows, 1));
    found.n_lengths = bt_rows_int(rows, 2);
    return found;
}

gint64 bt_found_length_ms(BtFacts *facts, const char *sha256)
{
    g_autoptr(BtRows) rows = bt_db_query(
        bt_facts_db(facts), NULL, "SELECT duration_ms FROM length WHERE sha256 = ?", "s", sha256);
    return rows != NULL && bt_rows_next(rows, NULL) ? CLAMP(bt_rows_int(rows, 0), 0, LENGTH_MAX_MS)
                                                    : 0;
}
