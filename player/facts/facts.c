#include "player/facts/facts.h"

#include "base/db.h"
#include "base/hash.h"
#include "player/facts/db.h"
#include "player/facts/move.h"
#include "player/facts/seen.h"

#include <string.h>

struct BtFacts {
    BtDb *db;
    BtDbLasting lasting;
    char *after; /* of the rescue of a damaged ledger */
    char *boot;
    char *seen_path; /* NULL: in memory */
    BtSeen *seen;    /* NULL until it is written */
};

static const char *const migrations[] = {
    "CREATE TABLE fact (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " at_ms INTEGER NOT NULL, line TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX fact_waiting ON fact (seq) WHERE state = 0;"
    "CREATE TABLE row (id TEXT PRIMARY KEY, body TEXT NOT NULL, start_ms INTEGER NOT NULL,"
    " due_end_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, gaps TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE life (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL,"
    " state TEXT NOT NULL, cause TEXT NOT NULL, from_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL, clean INTEGER NOT NULL);"
    "CREATE TABLE death (at_ms INTEGER NOT NULL, items TEXT NOT NULL);"
    "CREATE TABLE source (name TEXT PRIMARY KEY, state TEXT NOT NULL, message TEXT NOT NULL,"
    " last_ok_ms INTEGER NOT NULL, idle_ms INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT "
    "ROWID;",
    "ALTER TABLE source ADD COLUMN outlook TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE traffic (name TEXT NOT NULL, span TEXT NOT NULL, label INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, asset_bytes INTEGER NOT NULL, ran_ms INTEGER NOT NULL,"
    " told INTEGER NOT NULL, PRIMARY KEY (name, span)) WITHOUT ROWID;",
    BT_OUTBOX_TABLES,
    BT_FOUND_TABLES BT_PURPOSES_COLUMN,
    NULL,
};

/* States of a fact. An accepted one keeps its id, so that it never counts again, until it is
 * tidied. */
enum { WAITING, ACCEPTED, REFUSED };

static const char *const tables[] = { "fact", "row", "life", "death", "source", "traffic", "outbox",
    "standing", "requisition", "canvas", "length", NULL };

/* A ledger that begins anew must not give a seq that an older one gave, for facts and for what is
 * in the outbox. What could be read of it
 * may not have been all; but no board makes a thousand facts a second, so the milliseconds since
 * 1970 are ahead of every seq. What happened is a fact, too. */
static char *rescue_script(void)
{
    return g_strdup_printf(
        "DELETE FROM sqlite_sequence WHERE name IN ('fact', 'outbox');"
        "INSERT INTO sqlite_sequence (name, seq) SELECT name, max(used, %" G_GINT64_FORMAT
        ", CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)) FROM (SELECT 'fact' AS name,"
        " ifnull((SELECT max(seq) FROM fact), 0) AS used UNION ALL SELECT 'outbox',"
        " ifnull((SELECT max(seq) FROM outbox), 0));"
        "WITH made (id, ms, at) AS (SELECT lower(hex(randomblob(16))), CAST((julianday('now') -"
        " 2440587.5) * 86400000 AS INTEGER), strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', 'now'))"
        " INSERT INTO fact (id, at_ms, line) SELECT id, ms, json_object('id', id, 'boot', 'none',"
        " 'at', at, 'mono_ms', 0, 'clock', 'untrusted', 'type', 'event', 'event', 'damaged',"
        " 'code', 'io', 'what', 'ledger.db', 'message', 'the ledger was damaged: it was begun anew"
        " with what could be read; reports that were waiting may be lost') FROM made",
        bt_clock_built_ms());
}

static void open_lasting(BtFacts *facts, const char *path)
{
    facts->seen_path = g_strconcat(path, "-seen", NULL);
    facts->after = rescue_script();
    facts->lasting =
        (BtDbLasting){ .migrations = migrations, .tables = tables, .after = facts->after };
    facts->db = bt_db_open_lasting(path, &facts->lasting);
}

BtFacts *bt_facts_open(const char *path, GError **error)
{
    g_autoptr(BtFacts) facts = g_new0(BtFacts, 1);
    facts->boot = g_strdup("");
    if (g_str_equal(path, ":memory:"))
        facts->db = bt_db_open(path, migrations, error);
    else
        open_lasting(facts, path);
    return facts->db == NULL ? NULL : g_steal_pointer(&facts);
}

gboolean bt_facts_is_usable(BtFacts *facts, GError **error)
{
    return bt_db_is_usable(facts->db, error);
}

void bt_facts_close(BtFacts *facts)
{
    if (facts == NULL)
        return;
    bt_db_close(facts->db);
    bt_seen_close(facts->seen);
    g_free(facts->seen_path);
    g_free(facts->after);
    g_free(facts->boot);
    g_free(facts);
}

void bt_facts_set_boot(BtFacts *facts, const char *boot)
{
    g_free(facts->boot);
    facts->boot = g_strdup(boot);
}

BtDb *bt_facts_db(BtFacts *facts)
{
    return facts->db;
}

const char *bt_facts_boot(const BtFacts *facts)
{
    return facts->boot;
}

gboolean bt_facts_begin(BtFacts *facts, GError **error)
{
    return bt_db_begin(facts->db, error);
}

gboolean bt_facts_commit(BtFacts *facts, GError **error)
{
    return bt_db_commit(facts->db, error);
}

void bt_facts_rollback(BtFacts *facts)
{
    bt_db_rollback(facts->db);
}

/* The database is in reach of sync too, and disks rot: what is read is only believed to be text and
 * numbers. Times beyond the year 9999, the last that can be written down, count as that. */
#define LAST_MS G_GINT64_CONSTANT(253402300799999)
#define MAX_GAPS 1000 /* of a row */

static gint64 sane_ms(gint64 wall_ms)
{
    return CLAMP(wall_ms, 0, LAST_MS);
}

/* One row of a query that has at most one; FALSE without it. */
static gboolean first_row(BtRows *rows)
{
    return rows != NULL && bt_rows_next(rows, NULL);
}

/* ---- facts ---- */

static char *fact_id(const BtFacts *facts, const char *type, const BtMoment *at, const char *body)
{
    g_autofree char *text =
        g_strdup_printf("%s\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%s", facts->boot, type,
            at->wall_ms, at->mono_ms, body);
    char hex[BT_HASH_HEX_SIZE];
    bt_hash_data(text, strlen(text), hex);
    return g_strndup(hex, 32);
}

/* The line without its seq, which the database gives; bt_facts_batch puts it in front. */
static char *fact_line(
    const BtFacts *facts, const char *type, const char *id, const BtMoment *at, const BtJson *body)
{
    g_autoptr(BtJson) head = bt_json_new_object();
    bt_json_set_string(head, "id", id);
    bt_json_set_string(head, "boot", facts->boot);
    bt_json_set_time(head, "at", at->wall_ms);
    bt_json_set_int(head, "mono_ms", at->mono_ms);
    bt_json_set_string(head, "clock", at->trusted ? "trusted" : "untrusted");
    bt_json_set_string(head, "type", type);
    BtJsonAt place = bt_json_root("", body), member;
    void *iter = NULL;
    while (bt_json_next_member(&place, &iter, &member))
        bt_json_set(head, member.key, bt_json_ref(member.value));
    return bt_json_to_text(head, FALSE);
}

gboolean bt_facts_add(BtFacts *facts, const char *type, const char *id, const BtMoment *at,
    BtJson *body, GError **error)
{
    g_autoptr(BtJson) owned = body;
    g_autofree char *text = bt_json_to_text(owned, FALSE);
    g_autofree char *made_id = id == NULL ? fact_id(facts, type, at, text) : g_strdup(id);
    g_autofree char *line = fact_line(facts, type, made_id, at, owned);
    if (strlen(line) + strlen("\"seq\":9223372036854775807,") > BT_FACT_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "report: a fact of type %s is longer than %d bytes", type, BT_FACT_MAX_BYTES);
        return FALSE;
    }
    return bt_db_run(facts->db, error,
        "INSERT INTO fact (id, at_ms, line) SELECT ?, ?, ?"
        " WHERE NOT EXISTS (SELECT 1 FROM fact WHERE id = ?)",
        "siss", made_id, at->wall_ms, line, made_id);
}

/* ---- a boot whose clock was wrong ---- */

static gboolean is_of_boot(const BtJson *fact, const char *boot)
{
    BtJsonAt place = bt_json_root("", fact), member;
    const char *text = bt_json_member(&place, "boot", &member)
        ? bt_json_read_string(&member, 0, BT_FACT_MAX_BYTES, NULL)
        : NULL;
    return g_strcmp0(text, boot) == 0;
}

static gboolean move_row(
    BtFacts *facts, gint64 seq, BtJson *fact, gint64 from_ms, gint64 step_ms, GError **error)
{
    if (!is_of_boot(fact, facts->boot))
        return TRUE;
    bt_fact_move(fact, from_ms, step_ms);
    BtJsonAt place = bt_json_root("", fact), member;
    gint64 at_ms = 0;
    if (bt_json_member(&place, "at", &member))
        bt_json_read_time(&member, &at_ms, NULL);
    g_autofree char *line = bt_json_to_text(fact, FALSE);
    return bt_db_run(facts->db, error,
        "UPDATE fact SET line = ?, at_ms = ? WHERE seq = ? AND state = 0", "sii", line, at_ms, seq);
}

typedef struct {
    gint64 seq;
    BtJson *fact;
} Untrusted;

static void untrusted_clear(gpointer data)
{
    bt_json_unref(((Untrusted *)data)->fact);
}

static GArray *read_untrusted(BtFacts *facts, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(facts->db, error,
        "SELECT seq, line FROM fact WHERE state = 0 AND instr(line, '\"clock\":\"untrusted\"') > 0"
        " ORDER BY seq",
        "");
    if (rows == NULL)
        return NULL;
    GArray *found = g_array_new(FALSE, FALSE, sizeof(Untrusted));
    g_array_set_clear_func(found, untrusted_clear);
    while (bt_rows_next(rows, error)) {
        const char *line = bt_rows_text(rows, 1);
        Untrusted one = { bt_rows_int(rows, 0),
            bt_json_parse(line, strlen(line), "ledger.db", BT_FACT_MAX_BYTES, 8, NULL) };
        if (one.fact != NULL)
            g_array_append_val(found, one);
    }
    return found;
}

gboolean bt_facts_move(BtFacts *facts, gint64 from_ms, gint64 step_ms, GError **error)
{
    g_autoptr(GArray) untrusted = read_untrusted(facts, error);
    gboolean ok = untrusted != NULL;
    for (guint i = 0; ok && i < untrusted->len; i++) {
        const Untrusted *one = &g_array_index(untrusted, Untrusted, i);
        ok = move_row(facts, one->seq, one->fact, from_ms, step_ms, error);
    }
    return ok && bt_outbox_move(facts, from_ms, step_ms, error);
}

/* ---- open rows ---- */

BtOpenRow *bt_open_row_new(const char *id, BtJson *body, gint64 start_ms, gint64 due_end_ms)
{
    BtOpenRow *row = g_new0(BtOpenRow, 1);
    row->id = g_strdup(id);
    row->body = body;
    row->start_ms = row->seen_ms = start_ms;
    row->due_end_ms = due_end_ms;
    row->gaps = g_array_new(FALSE, FALSE, sizeof(gint64));
    return row;
}

BtOpenRow *bt_open_row_copy(const BtOpenRow *row)
{
    BtOpenRow *copy =
        bt_open_row_new(row->id, bt_json_ref(row->body), row->start_ms, row->due_end_ms);
    copy->seen_ms = row->seen_ms;
    g_array_append_vals(copy->gaps, row->gaps->data, row->gaps->len);
    return copy;
}

void bt_open_row_free(BtOpenRow *row)
{
    if (row == NULL)
        return;
    g_free(row->id);
    bt_json_unref(row->body);
    g_array_unref(row->gaps);
    g_free(row);
}

static char *gaps_to_text(const GArray *gaps)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < gaps->len; i++)
        g_string_append_printf(
            text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", g_array_index(gaps, gint64, i));
    return g_string_free(text, FALSE);
}

static void gaps_from_text(GArray *gaps, const char *text)
{
    g_auto(GStrv) numbers = g_strsplit(text, " ", -1);
    for (guint i = 0; numbers[i] != NULL && *numbers[i] != '\0' && i < 2 * MAX_GAPS; i++) {
        gint64 number = sane_ms(g_ascii_strtoll(numbers[i], NULL, 10));
        g_array_append_val(gaps, number);
    }
}

gboolean bt_facts_put_row(BtFacts *facts, const BtOpenRow *row, GError **error)
{
    g_autofree char *body = bt_json_to_text(row->body, FALSE), *gaps = gaps_to_text(row->gaps);
    return bt_db_run(facts->db, error,
        "INSERT INTO row (id, body, start_ms, due_end_ms, seen_ms, gaps) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body, due_end_ms = excluded.due_end_ms,"
        " seen_ms = excluded.seen_ms, gaps = excluded.gaps",
        "ssiiis", row->id, body, row->start_ms, row->due_end_ms, row->seen_ms, gaps);
}

/* More gaps than a report line can hold would lose the fact; the first ones say what happened. */
#define MAX_REPORTED_GAPS 12

static gint64 add_gaps(BtJson *body, const GArray *gaps)
{
    BtJson *list = bt_json_new_array();
    gint64 off_ms = 0;
    for (guint i = 0; i + 1 < gaps->len; i += 2) {
        gint64 from_ms = g_array_index(gaps, gint64, i), to_ms = g_array_index(gaps, gint64, i + 1);
        off_ms += to_ms - from_ms;
        if (i / 2 >= MAX_REPORTED_GAPS)
            continue;
        g_autofree char *from = bt_time_format(from_ms), *to = bt_time_format(to_ms);
        BtJson *pair = bt_json_new_array();
        bt_json_append_string(pair, from);
        bt_json_append_string(pair, to);
        bt_json_append(list, pair);
    }
    bt_json_set(body, "gaps", list);
    return off_ms;
}

gboolean bt_facts_close_row(BtFacts *facts, const BtOpenRow *row, gint64 end_ms, const char *cause,
    const BtMoment *at, GError **error)
{
    BtJson *body = bt_json_new_object();
    BtJsonAt place = bt_json_root("", row->body), member;
    void *iter = NULL;
    while (bt_json_next_member(&place, &iter, &member))
        bt_json_set(body, member.key, bt_json_ref(member.value));
    end_ms = MAX(end_ms, row->start_ms);
    bt_json_set_time(body, "start", row->start_ms);
    bt_json_set_time(body, "end", end_ms);
    gint64 off_ms = add_gaps(body, row->gaps);
    bt_json_set_int(body, "shown_ms", MAX(0, end_ms - row->start_ms - off_ms));
    bt_json_set_string(body, "ended", cause);
    return bt_facts_add(facts, "played", row->id, at, body, error) &&
        bt_db_run(facts->db, error, "DELETE FROM row WHERE id = ?", "s", row->id);
}

GPtrArray *bt_facts_open_rows(BtFacts *facts, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(facts->db, error,
        "SELECT id, body, start_ms, due_end_ms, seen_ms, gaps FROM row ORDER BY start_ms", "");
    if (rows == NULL)
        return NULL;
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)bt_open_row_free);
    while (bt_rows_next(rows, error)) {
        const char *text = bt_rows_text(rows, 1);
        BtJson *body = bt_json_parse(text, strlen(text), "ledger.db", BT_FACT_MAX_BYTES, 8, NULL);
        if (body == NULL)
            body = bt_json_new_object();
        BtOpenRow *row = bt_open_row_new(bt_rows_text(rows, 0), body, sane_ms(bt_rows_int(rows, 2)),
            sane_ms(bt_rows_int(rows, 3)));
        row->seen_ms = sane_ms(bt_rows_int(rows, 4));
        gaps_from_text(row->gaps, bt_rows_text(rows, 5));
        g_ptr_array_add(found, row);
    }
    return found;
}

/* ---- life and deaths ---- */

static void take_note(const BtFacts *facts, BtLife *life)
{
    BtSeenNote note;
    if (!life->clean && facts->seen_path != NULL && bt_seen_read(facts->seen_path, &note) &&
        note.from_ms == life->from_ms && g_str_equal(note.boot, life->boot))
        life->seen_ms = MAX(life->seen_ms, note.seen_ms);
}

gboolean bt_facts_life(BtFacts *facts, BtLife *life)
{
    g_autoptr(BtRows) rows = bt_db_query(
        facts->db, NULL, "SELECT boot, state, cause, from_ms, seen_ms, clean FROM life", "");
    if (!first_row(rows))
        return FALSE;
    g_strlcpy(life->boot, bt_rows_text(rows, 0), sizeof life->boot);
    g_strlcpy(life->state, bt_rows_text(rows, 1), sizeof life->state);
    g_strlcpy(life->cause, bt_rows_text(rows, 2), sizeof life->cause);
    life->from_ms = bt_rows_int(rows, 3);
    life->seen_ms = bt_rows_int(rows, 4);
    life->clean = bt_rows_int(rows, 5) != 0;
    take_note(facts, life);
    life->from_ms = sane_ms(life->from_ms);
    life->seen_ms = sane_ms(life->seen_ms);
    return TRUE;
}

gboolean bt_facts_put_life(BtFacts *facts, const BtLife *life, GError **error)
{
    return bt_db_run(facts->db, error,
        "INSERT OR REPLACE INTO life (one, boot, state, cause, from_ms, seen_ms, clean)"
        " VALUES (1, ?, ?, ?, ?, ?, ?)",
        "sssiii", life->boot, life->state, life->cause, life->from_ms, life->seen_ms,
        (gint64)life->clean);
}

gboolean bt_facts_note_seen(BtFacts *facts, const BtLife *life, GError **error)
{
    BtSeenNote note = { .from_ms = life->from_ms, .seen_ms = life->seen_ms };
    if (facts->seen_path == NULL)
        return bt_facts_put_life(facts, life, error);
    if (facts->seen == NULL)
        facts->seen = bt_seen_open(facts->seen_path, error);
    g_strlcpy(note.boot, life->boot, sizeof note.boot);
    return facts->seen != NULL && bt_seen_write(facts->seen, &note, error);
}

gboolean bt_facts_add_death(BtFacts *facts, gint64 at_ms, const char *items, GError **error)
{
    return bt_db_run(
               facts->db, error, "DELETE FROM death WHERE at_ms < ?", "i", at_ms - BT_DAY_MS) &&
        bt_db_run(
            facts->db, error, "INSERT INTO death (at_ms, items) VALUES (?, ?)", "is", at_ms, items);
}

GPtrArray *bt_facts_deaths(BtFacts *facts, gint64 since_ms, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(facts->db, error,
        "SELECT items FROM death WHERE at_ms >= ? ORDER BY at_ms DESC", "i", since_ms);
    if (rows == NULL)
        return NULL;
    GPtrArray *deaths = g_ptr_array_new_with_free_func(g_free);
    while (bt_rows_next(rows, error))
        g_ptr_array_add(deaths, g_strdup(bt_rows_text(rows, 0)));
    return deaths;
}

/* ---- the spool ---- */

#define SEQ_MAX_BYTES 32 /* what a line gets in front, and its end */

/* A line that is none would never be acknowledged, and fill the batch for ever. */
GBytes *bt_facts_batch(BtFacts *facts, gsize room_bytes, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(facts->db, error,
        "SELECT seq, line FROM fact WHERE state = 0 AND substr(line, 1, 1) = '{' ORDER BY seq", "");
    if (rows == NULL)
        return NULL;
    GString *batch = g_string_new(NULL);
    while (bt_rows_next(rows, error)) {
        const char *line = bt_rows_text(rows, 1);
        if (batch->len + strlen(line) + SEQ_MAX_BYTES > room_bytes)
            break;
        g_string_append_printf(
            batch, "{\"seq\":%" G_GINT64_FORMAT ",%s\n", bt_rows_int(rows, 0), line + 1);
    }
    if (batch->len > 0)
        return g_string_free_to_bytes(batch);
    g_string_free(batch, TRUE);
    return NULL;
}

gboolean bt_facts_accept(BtFacts *facts, gint64 from_seq, gint64 to_seq, GError **error)
{
    return bt_db_run(facts->db, error,
        "UPDATE fact SET state = 1 WHERE state = 0 AND seq BETWEEN ? AND ?", "ii", from_seq,
        to_seq);
}

gboolean bt_facts_refuse(BtFacts *facts, const char *id, const char *reason, GError **error)
{
    g_message("report: the source refused %s: %s", id, reason);
    return bt_db_run(
        facts->db, error, "UPDATE fact SET state = 2 WHERE state = 0 AND id = ?", "s", id);
}

gboolean bt_facts_spool(BtFacts *facts, BtSpool *spool, GError **error)
{
    g_autoptr(BtRows) rows =
        bt_db_query(facts->db, error, "SELECT count(*), min(at_ms) FROM fact WHERE state = 0", "");
    if (rows == NULL || !bt_rows_next(rows, error))
        return FALSE;
    spool->waiting = bt_rows_int(rows, 0);
    spool->oldest_ms = spool->waiting > 0 ? bt_rows_int(rows, 1) : BT_TIME_MAX;
    return TRUE;
}

/* Accepted facts stay a week, so that a source that forgets can be helped; refused ones as long as
 * unacknowledged ones. The newest row always stays: AUTOINCREMENT alone keeps seq rising, but
 * people who read the file should see where it stands. */
gboolean bt_facts_tidy(BtFacts *facts, gint64 now_ms, GError **error)
{
    return bt_db_run(facts->db, error,
               "DELETE FROM fact WHERE (state = 1 AND at_ms < ?) OR (state = 2 AND at_ms < ?)",
               "ii", now_ms - 7 * BT_DAY_MS, now_ms - BT_FACT_KEEP_MS) &&
        bt_db_run(facts->db, error,
            "DELETE FROM fact WHERE (SELECT sum(length(line)) FROM fact) > ? AND seq <"
            " (SELECT min(seq) + 10000 FROM fact)",
            "i", BT_SPOOL_MAX_BYTES) &&
        bt_outbox_tidy(facts, now_ms, error);
}
