/* A fact is kept as the line that came, since what a later version writes into it is data too; only
 * what counting needs is read out. It counts once by (screen, id); seq is how the screen is told
 * what arrived. A reply that is lost on the way does no harm: the same lines come again and are
 * accepted again, without being counted again. */
#include "source/store/reports.h"

#include "source/store/telling.h"

#include <string.h>

#define LINE_DEPTH 16
#define LIT_MAX_ROWS 10000 /* of one question: a day has some 1,500 stretches at the worst */
#define LIT_REACH_MS (2 * BT_DAY_MS) /* a stretch is told at its end, at most so much later */

static void fact_free(BtFact *fact)
{
    g_free(fact->id);
    g_free(fact->type);
    g_free(fact->state);
    g_free(fact->line);
    g_free(fact);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtFact, fact_free)

static void refusal_free(BtRefusal *refusal)
{
    g_free(refusal->id);
    g_free(refusal);
}

void bt_batch_free(BtBatch *batch)
{
    g_ptr_array_unref(batch->facts);
    g_ptr_array_unref(batch->refused);
    g_free(batch);
}

static void refuse(BtBatch *batch, const char *id, const char *reason)
{
    BtRefusal *refusal = g_new0(BtRefusal, 1);
    refusal->id = g_strdup(id);
    refusal->reason = reason;
    g_ptr_array_add(batch->refused, refusal);
}

/* ---- one line ---- */

static gboolean read_text(
    const BtJsonAt *at, const char *key, gsize max, char **text, GError **error)
{
    BtJsonAt member;
    const char *value = bt_json_require(at, key, &member, error)
        ? bt_json_read_string(&member, 1, max, error)
        : NULL;
    if (text != NULL)
        *text = g_strdup(value);
    return value != NULL;
}

static gboolean read_number(
    const BtJsonAt *at, const char *key, gint64 min, gint64 *number, GError **error)
{
    BtJsonAt member;
    return bt_json_require(at, key, &member, error) &&
        bt_json_read_int(&member, min, G_MAXINT64, number, error);
}

static gboolean read_time(const BtJsonAt *at, const char *key, gint64 *wall_ms, GError **error)
{
    BtJsonAt member;
    return bt_json_require(at, key, &member, error) && bt_json_read_time(&member, wall_ms, error);
}

static gboolean read_fact(const BtJsonAt *at, BtFact *fact, GError **error)
{
    gint64 mono_ms;
    return bt_json_read_object(at, error) &&
        read_text(at, "id", BT_REPORT_ID_MAX, &fact->id, error) &&
        read_text(at, "type", 32, &fact->type, error) &&
        read_number(at, "seq", 1, &fact->seq, error) && read_time(at, "at", &fact->at_ms, error) &&
        read_number(at, "mono_ms", 0, &mono_ms, error) && read_text(at, "boot", 100, NULL, error) &&
        read_text(at, "clock", 32, NULL, error);
}

static const char *reason_of(const GError *error)
{
    return g_error_matches(error, BT_ERROR, BT_ERROR_SYNTAX) ? "syntax"
        : g_error_matches(error, BT_ERROR, BT_ERROR_LIMIT)   ? "limit"
                                                             : "invalid";
}

static void parse_line(BtBatch *batch, const char *line, gsize length, guint number)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *place = g_strdup_printf("line %u", number);
    g_autoptr(BtFact) fact = g_new0(BtFact, 1);
    g_autoptr(BtJson) json =
        bt_json_parse(line, length, place, BT_REPORT_BATCH_MAX_BYTES, LINE_DEPTH, &error);
    if (json == NULL) {
        refuse(batch, place, reason_of(error));
        return;
    }
    BtJsonAt at = bt_json_root(place, json);
    gboolean ok = read_fact(&at, fact, &error);
    const char *id = fact->id != NULL ? fact->id : place;
    if (length > BT_REPORT_LINE_MAX_BYTES)
        refuse(batch, id, "limit");
    else if (!ok)
        refuse(batch, id, reason_of(error));
    else {
        if (strcmp(fact->type, "state") == 0)
            read_text(&at, "state", 64, &fact->state, NULL);
        fact->line = g_strndup(line, length);
        g_ptr_array_add(batch->facts, g_steal_pointer(&fact));
    }
}

BtBatch *bt_batch_parse(const char *data, gsize size_bytes)
{
    BtBatch *batch = g_new0(BtBatch, 1);
    batch->facts = g_ptr_array_new_with_free_func((GDestroyNotify)fact_free);
    batch->refused = g_ptr_array_new_with_free_func((GDestroyNotify)refusal_free);
    guint number = 0;
    for (gsize start = 0; start < size_bytes;) {
        const char *end = memchr(data + start, '\n', size_bytes - start);
        gsize length = end != NULL ? (gsize)(end - data) - start : size_bytes - start;
        gsize used = length > 0 && data[start + length - 1] == '\r' ? length - 1 : length;
        number++;
        if (used > 0)
            parse_line(batch, data + start, used, number);
        start += length + 1;
    }
    return batch;
}

/* ---- keeping ---- */

static gboolean is_here(BtStore *store, const char *screen, const char *id)
{
    g_autoptr(BtRows) rows = bt_db_query(
        store->db, NULL, "SELECT 1 FROM fact WHERE screen = ? AND id = ?", "ss", screen, id);
    return rows != NULL && bt_rows_next(rows, NULL);
}

/* Facts that were kept for long arrive late; the newest by its own time says how things are. */
static gboolean note_state(BtStore *store, const char *screen, const BtFact *fact, GError **error)
{
    return bt_db_run(store->db, error,
        "UPDATE screen SET since_ms = CASE WHEN state = ?1 THEN since_ms ELSE ?2 END, state = ?1,"
        " state_at_ms = ?2 WHERE id = ?3 AND state_at_ms <= ?2",
        "sis", fact->state, fact->at_ms, screen);
}

/* FALSE on failure only; `*accepted` says whether the fact is here now. */
static gboolean add_fact(BtTelling *telling, const BtFact *fact, gboolean *accepted, GError **error)
{
    BtStore *store = telling->store;
    const char *screen = telling->screen;
    gint64 now_ms = telling->now_ms;
    if (!bt_db_run(store->db, error,
            "INSERT INTO fact (screen, device, seq, id, type, at_ms, received_ms, line)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            "siissiis", screen, telling->device, fact->seq, fact->id, fact->type, fact->at_ms,
            now_ms, fact->line))
        return FALSE;
    if (bt_db_changes(store->db) == 1) {
        *accepted = TRUE;
        return bt_telling_add(telling, fact, error) &&
            (fact->state == NULL || fact->at_ms > now_ms + BT_REPORT_AHEAD_MS ||
                note_state(store, screen, fact, error));
    }
    *accepted = is_here(store, screen, fact->id);
    return TRUE;
}

static gboolean note_sign_of_life(BtStore *store, const char *screen, gint64 now_ms, GError **error)
{
    return bt_db_run(
        store->db, error, "UPDATE screen SET seen_ms = ? WHERE id = ?", "is", now_ms, screen);
}

static gboolean add_all(BtStore *store, const char *screen, gint64 device, BtBatch *batch,
    GArray *seqs, gint64 now_ms, GError **error)
{
    BtTelling telling = bt_telling_begin(store, screen, device, now_ms);
    for (guint i = 0; i < batch->facts->len; i++) {
        const BtFact *fact = g_ptr_array_index(batch->facts, i);
        gboolean accepted;
        if (!add_fact(&telling, fact, &accepted, error))
            return FALSE;
        if (accepted)
            g_array_append_val(seqs, fact->seq);
        else
            refuse(batch, fact->id, "conflict");
    }
    return bt_telling_end(&telling, error) && note_sign_of_life(store, screen, now_ms, error);
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static void make_ranges(GArray *seqs, GArray *ranges)
{
    g_array_sort(seqs, compare_numbers);
    for (guint i = 0; i < seqs->len; i++) {
        gint64 seq = g_array_index(seqs, gint64, i);
        gint64 *last = ranges->len > 0 ? &g_array_index(ranges, gint64, ranges->len - 1) : NULL;
        if (last != NULL && seq <= *last + 1)
            *last = seq;
        else {
            gint64 pair[2] = { seq, seq };
            g_array_append_vals(ranges, pair, 2);
        }
    }
}

gboolean bt_reports_add(BtStore *store, const char *screen, gint64 device, BtBatch *batch,
    GArray *accepted, gint64 now_ms, GError **error)
{
    g_autoptr(GArray) seqs = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (!add_all(store, screen, device, batch, seqs, now_ms, error) ||
        !bt_db_commit(store->db, error)) {
        bt_db_rollback(store->db);
        return FALSE;
    }
    make_ranges(seqs, accepted);
    return TRUE;
}

BtJson *bt_reports_reply(const BtBatch *batch, const GArray *accepted)
{
    BtJson *reply = bt_json_new_object(), *ranges = bt_json_new_array(),
           *refused = bt_json_new_array();
    for (guint i = 0; i + 1 < accepted->len; i += 2) {
        BtJson *pair = bt_json_new_array();
        bt_json_append_int(pair, g_array_index(accepted, gint64, i));
        bt_json_append_int(pair, g_array_index(accepted, gint64, i + 1));
        bt_json_append(ranges, pair);
    }
    for (guint i = 0; i < batch->refused->len; i++) {
        const BtRefusal *refusal = g_ptr_array_index(batch->refused, i);
        BtJson *entry = bt_json_new_object();
        bt_json_set_string(entry, "id", refusal->id);
        bt_json_set_string(entry, "reason", refusal->reason);
        bt_json_append(refused, entry);
    }
    bt_json_set(reply, "accepted", ranges);
    bt_json_set(reply, "refused", refused);
    return reply;
}

/* ---- asking ---- */

gboolean bt_reports_each(
    BtStore *store, const BtReportQuery *query, BtReportEach each, gpointer user, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT screen, received_ms, line FROM fact WHERE (?1 IS NULL OR screen = ?1)"
        " AND (?2 IS NULL OR type = ?2) AND at_ms >= ?3 AND at_ms < ?4"
        " ORDER BY screen, device, seq",
        "ssii", query->screen, query->type, query->from_ms, query->to_ms);
    GError *failure = NULL;
    if (rows == NULL)
        return FALSE;
    while (bt_rows_next(rows, &failure))
        if (!each(bt_rows_text(rows, 0), bt_rows_int(rows, 1), bt_rows_text(rows, 2), user, error))
            return FALSE;
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static BtJson *parse_kept(const char *line)
{
    return bt_json_parse(line, strlen(line), "fact", BT_REPORT_LINE_MAX_BYTES, LINE_DEPTH, NULL);
}

BtJson *bt_reports_newest(BtStore *store, const char *screen, const char *type, gint64 now_ms)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT line FROM fact WHERE screen = ? AND type = ? AND at_ms <= ?"
        " ORDER BY at_ms DESC, device DESC, seq DESC LIMIT 1",
        "ssi", screen, type, now_ms + BT_REPORT_AHEAD_MS);
    return rows != NULL && bt_rows_next(rows, NULL) ? parse_kept(bt_rows_text(rows, 0)) : NULL;
}

static gboolean read_taken(const BtJson *fact, BtReportTaken *taken)
{
    BtJsonAt at = bt_json_root("fact", fact);
    *taken = (BtReportTaken){ 0 };
    return read_time(&at, "from", &taken->from_ms, NULL) &&
        read_time(&at, "until", &taken->until_ms, NULL) &&
        read_text(&at, "by", BT_REPORT_ID_MAX, &taken->by, NULL);
}

gboolean bt_reports_taken(BtStore *store, const char *screen, gint64 now_ms, BtReportTaken *taken)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT line FROM fact WHERE screen = ? AND type = 'event' AND at_ms BETWEEN ? AND ?"
        " AND json_valid(line) AND json_extract(line, '$.event') = 'requisition'"
        " ORDER BY at_ms DESC, device DESC, seq DESC LIMIT 1",
        "sii", screen, now_ms - BT_REPORT_TAKEN_MS, now_ms + BT_REPORT_AHEAD_MS);
    if (rows == NULL || !bt_rows_next(rows, NULL))
        return FALSE;
    g_autoptr(BtJson) fact = parse_kept(bt_rows_text(rows, 0));
    return fact != NULL && read_taken(fact, taken);
}

typedef struct {
    gint64 from_ms, to_ms;
} Stretch;

static gboolean read_lit(const char *line, Stretch *stretch)
{
    g_autoptr(BtJson) json = parse_kept(line);
    if (json == NULL)
        return FALSE;
    BtJsonAt at = bt_json_root("fact", json), state;
    const char *word =
        bt_json_member(&at, "state", &state) ? bt_json_read_string(&state, 1, 32, NULL) : NULL;
    return g_strcmp0(word, "lit") == 0 && read_time(&at, "from", &stretch->from_ms, NULL) &&
        read_time(&at, "to", &stretch->to_ms, NULL);
}

static int compare_stretches(gconstpointer a, gconstpointer b)
{
    return compare_numbers(&((const Stretch *)a)->from_ms, &((const Stretch *)b)->from_ms);
}

static gint64 sum(GArray *stretches, gint64 from_ms, gint64 to_ms)
{
    gint64 lit_ms = 0, reached_ms = from_ms;
    g_array_sort(stretches, compare_stretches);
    for (guint i = 0; i < stretches->len; i++) {
        const Stretch *stretch = &g_array_index(stretches, Stretch, i);
        gint64 begin_ms = MAX(stretch->from_ms, reached_ms), end_ms = MIN(stretch->to_ms, to_ms);
        lit_ms += MAX(0, end_ms - begin_ms);
        reached_ms = MAX(reached_ms, end_ms);
    }
    return lit_ms;
}

gint64 bt_reports_lit_ms(BtStore *store, const char *screen, gint64 from_ms, gint64 to_ms)
{
    g_autoptr(GArray) stretches = g_array_new(FALSE, FALSE, sizeof(Stretch));
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT line FROM fact WHERE screen = ? AND type = 'uptime' AND at_ms >= ? AND at_ms < ?"
        " ORDER BY at_ms LIMIT ?",
        "siii", screen, from_ms, to_ms + LIT_REACH_MS, (gint64)LIT_MAX_ROWS);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        Stretch stretch;
        if (read_lit(bt_rows_text(rows, 0), &stretch))
            g_array_append_val(stretches, stretch);
    }
    return sum(stretches, from_ms, to_ms);
}
