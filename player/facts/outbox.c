/* Facts answer to the owner of the board, and each is acknowledged by its seq. A source system
 * hears one thing after the other, and only says that it was heard. So what it is to be told waits
 * in a table of its own, in the same database: what was on the glass and what is told of it are
 * written in one transaction. */
#include "player/facts/outbox.h"

#include "player/facts/db.h"
#include "player/facts/move.h"

#include <string.h>

#define BODY_MAX_BYTES                                                                             \
    (64 * 1024) /* a schedule of 500 bulletins with ids of 64 bytes has 34 KB                      \
                 */
#define BODY_MAX_DEPTH 8
#define LAST_MS G_GINT64_CONSTANT(253402300799999) /* as of facts: what can be written down */

enum { WAITING, REMOVED };

void bt_outbox_entry_clear(BtOutboxEntry *entry)
{
    g_clear_pointer(&entry->body, bt_json_unref);
}

/* ---- adding ---- */

/* seqs are those of all sources together, so the distance is an upper bound of what waits: it costs
 * nothing to see that all is well. */
static gboolean may_be_full(BtFacts *facts, const char *source, gboolean *full, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(bt_facts_db(facts), error,
        "SELECT (SELECT max(seq) FROM outbox WHERE source = ?1 AND state = 0) -"
        " (SELECT min(seq) FROM outbox WHERE source = ?1 AND state = 0)",
        "s", source);
    if (rows == NULL || !bt_rows_next(rows, error))
        return FALSE;
    *full = bt_rows_int(rows, 0) >= BT_OUTBOX_MAX;
    return TRUE;
}

/* The oldest goes: of what was on the newest says more. */
static gboolean give_up_oldest(BtFacts *facts, const char *source, GError **error)
{
    gboolean full = FALSE;
    if (!may_be_full(facts, source, &full, error))
        return FALSE;
    if (!full)
        return TRUE;
    if (!bt_db_run(bt_facts_db(facts), error,
            "UPDATE outbox SET state = 1, body = '' WHERE source = ?1 AND state = 0 AND seq <="
            " (SELECT seq FROM outbox WHERE source = ?1 AND state = 0 ORDER BY seq DESC"
            " LIMIT 1 OFFSET ?2)",
            "si", source, (gint64)BT_OUTBOX_MAX))
        return FALSE;
    if (bt_db_changes(bt_facts_db(facts)) > 0)
        g_message("%s: more than %d things wait to be told: the oldest are given up", source,
            BT_OUTBOX_MAX);
    return TRUE;
}

gboolean bt_outbox_add(BtFacts *facts, const char *source, BtOutKind kind, const char *id,
    gint64 at_ms, gboolean trusted, BtJson *body, GError **error)
{
    g_autoptr(BtJson) owned = body;
    g_autofree char *text = bt_json_to_text(owned, FALSE);
    if (strlen(text) > BODY_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "outbox: what %s is to be told is longer than %d bytes", source, BODY_MAX_BYTES);
        return FALSE;
    }
    return bt_db_run(bt_facts_db(facts), error,
               "INSERT INTO outbox (source, id, kind, at_ms, trusted, boot, body)"
               " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7"
               " WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE source = ?1 AND id = ?2)",
               "ssiiiss", source, id, (gint64)kind, at_ms, (gint64)trusted, bt_facts_boot(facts),
               text) &&
        give_up_oldest(facts, source, error);
}

/* ---- taking ---- */

/* The database is in reach of sync too: what is read is only believed to be text and numbers. */
static BtJson *read_body(const char *text)
{
    return text == NULL
        ? NULL
        : bt_json_parse(text, strlen(text), "ledger.db", BODY_MAX_BYTES, BODY_MAX_DEPTH, NULL);
}

static gboolean read_entry(BtRows *rows, BtOutboxEntry *entry)
{
    gint64 kind = bt_rows_int(rows, 1);
    *entry = (BtOutboxEntry){
        .seq = bt_rows_int(rows, 0),
        .kind = (BtOutKind)kind,
        .at_ms = CLAMP(bt_rows_int(rows, 2), 0, LAST_MS),
        .trusted = bt_rows_int(rows, 3) != 0,
        .body = read_body(bt_rows_text(rows, 4)),
    };
    return kind >= 0 && kind < BT_N_OUTS && entry->body != NULL;
}

/* One that rotted would hold up all that come after it. */
gboolean bt_outbox_first(BtFacts *facts, const char *source, BtOutboxEntry *entry, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(bt_facts_db(facts), error,
        "SELECT seq, kind, at_ms, trusted, body FROM outbox WHERE source = ? AND state = 0"
        " ORDER BY seq",
        "s", source);
    *entry = (BtOutboxEntry){ 0 };
    while (rows != NULL && bt_rows_next(rows, &failure)) {
        if (read_entry(rows, entry))
            return TRUE;
        bt_outbox_entry_clear(entry);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return FALSE;
}

gboolean bt_outbox_remove(BtFacts *facts, gint64 seq, GError **error)
{
    return bt_db_run(bt_facts_db(facts), error,
        "UPDATE outbox SET state = 1, body = '' WHERE seq = ?", "i", seq);
}

gint64 bt_outbox_waiting(BtFacts *facts, const char *source)
{
    g_autoptr(BtRows) rows = bt_db_query(bt_facts_db(facts), NULL,
        "SELECT count(*) FROM outbox WHERE source = ? AND state = 0", "s", source);
    return rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : 0;
}

/* ---- as facts are: moved and tidied ---- */

typedef struct {
    gint64 seq, at_ms;
    BtJson *body;
} Untrusted;

static void untrusted_clear(gpointer data)
{
    bt_json_unref(((Untrusted *)data)->body);
}

static GArray *read_untrusted(BtFacts *facts, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(bt_facts_db(facts), error,
        "SELECT seq, at_ms, body FROM outbox WHERE state = 0 AND trusted = 0 AND boot = ?", "s",
        bt_facts_boot(facts));
    if (rows == NULL)
        return NULL;
    GArray *found = g_array_new(FALSE, FALSE, sizeof(Untrusted));
    g_array_set_clear_func(found, untrusted_clear);
    while (bt_rows_next(rows, error)) {
        Untrusted one = { bt_rows_int(rows, 0), CLAMP(bt_rows_int(rows, 1), 0, LAST_MS),
            read_body(bt_rows_text(rows, 2)) };
        if (one.body != NULL)
            g_array_append_val(found, one);
    }
    return found;
}

static gboolean move_one(
    BtFacts *facts, const Untrusted *one, gint64 from_ms, gint64 step_ms, GError **error)
{
    gint64 at_ms = one->at_ms + (one->at_ms >= from_ms ? step_ms : 0);
    bt_fact_move_times(one->body, from_ms, step_ms);
    g_autofree char *body = bt_json_to_text(one->body, FALSE);
    return bt_db_run(bt_facts_db(facts), error,
        "UPDATE outbox SET at_ms = ?, body = ?, trusted = 1 WHERE seq = ? AND state = 0", "isi",
        at_ms, body, one->seq);
}

gboolean bt_outbox_move(BtFacts *facts, gint64 from_ms, gint64 step_ms, GError **error)
{
    g_autoptr(GArray) untrusted = read_untrusted(facts, error);
    gboolean ok = untrusted != NULL;
    for (guint i = 0; ok && i < untrusted->len; i++)
        ok = move_one(facts, &g_array_index(untrusted, Untrusted, i), from_ms, step_ms, error);
    return ok;
}

gboolean bt_outbox_tidy(BtFacts *facts, gint64 now_ms, GError **error)
{
    return bt_db_run(bt_facts_db(facts), error, "DELETE FROM outbox WHERE at_ms < ?", "i",
        now_ms - BT_OUTBOX_KEEP_MS);
}

/* ---- how the board stands ---- */

void bt_standing_clear(BtStanding *standing)
{
    g_clear_pointer(&standing->item, g_free);
    g_clear_pointer(&standing->zone, g_free);
}

static char *sane_text(const char *text)
{
    return g_utf8_make_valid(
        text == NULL ? "" : text, text == NULL ? 0 : (gssize)strnlen(text, 200));
}

gboolean bt_standing_put(
    BtFacts *facts, const char *source, const BtStanding *standing, GError **error)
{
    return bt_db_run(bt_facts_db(facts), error,
        "INSERT OR REPLACE INTO standing (source, item, zone, start_ms, volume, stopped, paused,"
        " changed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        "sssiiiii", source, standing->item, standing->zone, standing->start_ms,
        (gint64)standing->volume, (gint64)standing->stopped, (gint64)standing->paused,
        standing->changed_ms);
}

gboolean bt_standing_get(BtFacts *facts, const char *source, BtStanding *standing, GError **error)
{
    GError *failure = NULL;
    *standing = (BtStanding){ 0 };
    g_autoptr(BtRows) rows = bt_db_query(bt_facts_db(facts), error,
        "SELECT item, zone, start_ms, volume, stopped, paused, changed_ms FROM standing"
        " WHERE source = ?",
        "s", source);
    if (rows == NULL)
        return FALSE;
    if (!bt_rows_next(rows, &failure)) {
        if (failure != NULL)
            g_propagate_error(error, failure);
        return FALSE;
    }
    *standing = (BtStanding){
        .item = sane_text(bt_rows_text(rows, 0)),
        .zone = sane_text(bt_rows_text(rows, 1)),
        .start_ms = CLAMP(bt_rows_int(rows, 2), 0, LAST_MS),
        .volume = (int)CLAMP(bt_rows_int(rows, 3), 0, 100),
        .stopped = bt_rows_int(rows, 4) != 0,
        .paused = bt_rows_int(rows, 5) != 0,
        .changed_ms = CLAMP(bt_rows_int(rows, 6), 0, LAST_MS),
    };
    return TRUE;
}
