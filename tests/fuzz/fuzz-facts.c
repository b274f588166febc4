/* The ledger of what was shown, which sync writes too, after an attacker had it: show takes over
 * whatever rows and note of the last second are in there, ends what it must and begins anew; then
 * the spool is sent. A line is a row, its columns separated by "|", "~" in them a NUL: r
 * id|body|start|due|seen|gaps    l boot|state|cause|from|seen|clean    d at|items f
 * id|at|line|state               s state|message|last_ok|idle|bytes    n counter|boot|from|seen o
 * id|kind|at|trusted|body        t item|zone|start|volume|stopped|paused */
#include "base/db.h"
#include "base/hash.h"
#include "player/facts/life.h"
#include "player/facts/outbox.h"
#include "player/facts/tracker.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/place.h"

#include <string.h>

#define NOW_MS G_GINT64_CONSTANT(1795478400000) /* 2026-11-24T00:00:00Z */
#define MAX_LINES 40
#define NOTES_BYTES 8192

static const struct {
    char letter;
    guint n_columns;
    const char *sql;
} tables[] = {
    { 'r', 6, "INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?, ?, ?)" },
    { 'l', 6, "INSERT OR REPLACE INTO life VALUES (1, ?, ?, ?, ?, ?, ?)" },
    { 'd', 2, "INSERT INTO death VALUES (?, ?)" },
    { 'f', 4, "INSERT INTO fact (id, at_ms, line, state) VALUES (?, ?, ?, ?)" },
    { 's', 5, "INSERT OR REPLACE INTO source VALUES ('kp', ?, ?, ?, ?, ?, '', '')" },
    { 'o', 5,
        "INSERT OR REPLACE INTO outbox (source, id, kind, at_ms, trusted, boot, body)"
        " VALUES ('kp', ?, ?, ?, ?, 'boot', ?)" },
    { 't', 6, "INSERT OR REPLACE INTO standing VALUES ('kp', ?, ?, ?, ?, ?, ?, 0)" },
};

static char *path(void)
{
    return g_build_filename(place_folder(), "ledger.db", NULL);
}

/* The attacker's connection; one for the process, its tables emptied for each input. */
static BtDb *rows(void)
{
    static BtDb *db;
    static const char *const seen[] = { "", "", "", "", NULL }; /* as many as bt_facts_open runs */
    if (db != NULL)
        return db;
    g_autofree char *at = path();
    bt_facts_close(bt_facts_open(at, NULL)); /* makes the tables */
    db = bt_db_open(at, seen, NULL);
    g_assert_nonnull(db);
    g_assert_true(bt_db_run(db, NULL, "PRAGMA synchronous=OFF", ""));
    return db;
}

static void begin(void)
{
    static const char *const names[] = { "DELETE FROM row", "DELETE FROM life", "DELETE FROM death",
        "DELETE FROM fact", "DELETE FROM source", "DELETE FROM outbox", "DELETE FROM standing" };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_true(bt_db_run(rows(), NULL, names[i], ""));
}

/* ---- what the attacker puts there ---- */

static void put_note(char *notes, guint slot, char **words)
{
    g_autofree char *head =
        g_strdup_printf("seen %s %s %s %s ", words[0], words[1], words[2], words[3]);
    char sha256[BT_HASH_HEX_SIZE];
    bt_hash_data(head, strlen(head), sha256);
    g_snprintf(notes + slot % 2 * (NOTES_BYTES / 2), 256, "%s%s\n", head, sha256);
}

/* Numbers as numbers where the column wants them, since SQLite keeps what it is given. */
static void put_row(guint table, char **words)
{
    GString *sql = g_string_new(NULL);
    guint k = 0;
    for (const char *at = tables[table].sql; *at != '\0'; at++)
        if (*at != '?')
            g_string_append_c(sql, *at);
        else
            g_string_append_printf(sql, "replace(?%u, '~', char(0))", ++k);
    const char *types = &"ssssss"[6 - k];
    bt_db_run(
        rows(), NULL, sql->str, types, words[0], words[1], words[2], words[3], words[4], words[5]);
    g_string_free(sql, TRUE);
}

static void put_line(const char *line, char *notes, guint number)
{
    const char *nothing[7] = { "", "", "", "", "", "", NULL };
    g_auto(GStrv) split = g_strsplit(*line == '\0' ? "" : line + 1, "|", 6);
    char *words[7];
    for (guint i = 0; i < 7; i++)
        words[i] = i < g_strv_length(split) ? split[i] : (char *)nothing[i];
    if (*line == 'n')
        put_note(notes, number, words);
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
        if (*line == tables[i].letter)
            put_row(i, words);
}

static void put_all(const uint8_t *data, size_t size)
{
    g_autofree char *notes = g_malloc0(NOTES_BYTES), *raw = g_strndup((const char *)data, size);
    g_autofree char *text = g_utf8_make_valid(raw, -1);
    g_auto(GStrv) lines = g_strsplit(text, "\n", MAX_LINES + 1);
    for (guint i = 0; lines[i] != NULL && i < MAX_LINES; i++)
        put_line(lines[i], notes, i);
    place_put("ledger.db-seen", notes, NOTES_BYTES);
}

/* ---- what show makes of it ---- */

static void check_state(BtFacts *facts)
{
    BtSourceState *state = bt_facts_source(facts, "kp");
    BtSpool spool;
    g_autoptr(GPtrArray) deaths = bt_facts_deaths(facts, NOW_MS - BT_MINUTE_MS, NULL);
    g_assert_true(deaths != NULL && bt_facts_spool(facts, &spool, NULL));
    g_assert_cmpint(spool.waiting, >=, 0);
    for (guint i = 0; i < deaths->len; i++)
        g_assert_nonnull(g_ptr_array_index(deaths, i));
    bt_source_state_free(state);
}

/* What sync would say: it comes to an end, and all of it is text, numbers and JSON. */
static void check_outbox(BtFacts *facts)
{
    BtOutboxEntry entry;
    BtStanding standing;
    bt_facts_move(facts, NOW_MS, BT_HOUR_MS, NULL);
    for (guint n = 0; bt_outbox_first(facts, "kp", &entry, NULL); n++) {
        g_assert_cmpuint(n, <, 3 * MAX_LINES); /* a row tells two */
        g_assert_true(entry.body != NULL && entry.kind < BT_N_OUTS && entry.at_ms >= 0);
        g_assert_true(bt_outbox_remove(facts, entry.seq, NULL));
        bt_outbox_entry_clear(&entry);
    }
    if (!bt_standing_get(facts, "kp", &standing, NULL))
        return;
    g_assert_true(g_utf8_validate(standing.item, -1, NULL) && standing.volume <= 100);
    bt_standing_clear(&standing);
}

/* As show begins, lives for a second and ends. */
static void take_over(BtFacts *reader, BtWriter *writer)
{
    const BtMoment now = { NOW_MS, 1000, TRUE }, later = { NOW_MS + 1000, 2000, TRUE };
    BtLife life;
    gboolean lived = bt_facts_life(reader, &life);
    BtLifeKeeper *keeper = bt_life_new(writer, "boot", lived ? &life : NULL, 0, &now);
    BtTracker *tracker = bt_tracker_new(writer);
    bt_tracker_tell(tracker, "kp");
    GPtrArray *left = bt_facts_open_rows(reader, NULL);
    g_assert_nonnull(left);
    g_autofree char *items = bt_tracker_items(left);
    bt_tracker_recover(tracker, left, lived ? life.seen_ms : 0);
    bt_life_tick(keeper, &later);
    bt_tracker_stop(tracker, &later);
    bt_life_stop(keeper, &later);
    bt_tracker_free(tracker);
    bt_life_free(keeper);
}

/* `{"seq":N,` and what the row of that seq holds behind its first brace. */
static void check_line(const char *line)
{
    char *end;
    g_assert_true(g_str_has_prefix(line, "{\"seq\":"));
    gint64 seq = g_ascii_strtoll(line + strlen("{\"seq\":"), &end, 10);
    g_autoptr(BtRows) row =
        bt_db_query(rows(), NULL, "SELECT line FROM fact WHERE seq = ?", "i", seq);
    g_assert_true(*end == ',' && row != NULL && bt_rows_next(row, NULL));
    const char *kept = bt_rows_text(row, 0);
    g_assert_true(*kept == '{' && g_str_equal(kept + 1, end + 1));
}

static void check_batch(BtFacts *facts)
{
    g_autoptr(GBytes) batch = bt_facts_batch(facts, BT_BATCH_MAX_BYTES, NULL);
    if (batch == NULL)
        return;
    gsize size;
    const char *data = g_bytes_get_data(batch, &size);
    g_assert_true(size <= BT_BATCH_MAX_BYTES && data[size - 1] == '\n');
    g_autofree char *text = g_strndup(data, size - 1);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        check_line(lines[i]);
}

static void drop_message(
    const char *domain, GLogLevelFlags level, const char *message, gpointer user)
{
    (void)domain, (void)level, (void)message, (void)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_log_set_default_handler(drop_message, NULL);
    g_autofree char *at = path();
    begin();
    put_all(data, size);
    BtFacts *reader = bt_facts_open(at, NULL), *facts = bt_facts_open(at, NULL);
    g_assert_true(reader != NULL && facts != NULL);
    bt_facts_set_boot(facts, "boot");
    BtWriter *writer = bt_writer_new(facts);
    check_state(reader);
    take_over(reader, writer);
    bt_writer_free(writer);
    check_batch(reader);
    bt_facts_set_boot(reader, "boot");
    check_outbox(reader);
    bt_facts_tidy(reader, NOW_MS, NULL);
    bt_facts_close(reader);
    return 0;
}
