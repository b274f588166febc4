/* The ledger of what was shown and the spool of what is not acknowledged. */
#include "player/facts/facts.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    char *folder, *path;
    BtFacts *facts;
} Fixture;

static void reopen(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&f->facts, bt_facts_close);
    f->facts = bt_facts_open(f->path, &error);
    g_assert_no_error(error);
    bt_facts_set_boot(f->facts, "boot-1");
}

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("bangtin-facts-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "ledger.db", NULL);
    reopen(f);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_facts_close(f->facts);
    static const char *const endings[] = { "", "-wal", "-shm", ".known", ".damaged", ".damaged-wal",
        ".damaged-shm" };
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *path = g_strconcat(f->path, endings[i], NULL);
        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(f->folder), ==, 0);
    g_free(f->folder);
    g_free(f->path);
}

static BtMoment at_second(gint64 s)
{
    return (BtMoment){ .wall_ms = 1795000000000 + s * 1000, .mono_ms = s * 1000, .trusted = TRUE };
}

static gboolean add(Fixture *f, const char *id, gint64 s, const char *note, GError **error)
{
    BtMoment at = at_second(s);
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "note", note);
    return bt_facts_add(f->facts, "event", id, &at, body, error);
}

static void add_good(Fixture *f, const char *id, gint64 s, const char *note)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(add(f, id, s, note, &error));
    g_assert_no_error(error);
}

/* The lines that wait. (transfer full): NULL-ended, "" last */
static char **lines_of(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) batch = bt_facts_batch(f->facts, BT_BATCH_MAX_BYTES, &error);
    g_assert_no_error(error);
    if (batch == NULL)
        return g_strsplit("", "\n", -1);
    g_autofree char *text = g_strndup(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch));
    g_assert_true(g_str_has_suffix(text, "\n"));
    text[strlen(text) - 1] = '\0';
    return g_strsplit(text, "\n", -1);
}

/* Strings as they are, numbers in decimal, the rest as JSON. (transfer full) */
static char *field_of(const char *line, const char *key)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtJson) json = bt_json_parse(line, strlen(line), "line", 4096, 8, &error);
    g_assert_no_error(error);
    BtJsonAt root = bt_json_root("line", json), member;
    gint64 number;
    if (!bt_json_member(&root, key, &member))
        return g_strdup("(none)");
    const char *text = bt_json_read_string(&member, 0, 4096, NULL);
    if (text != NULL)
        return g_strdup(text);
    if (bt_json_read_int(&member, G_MININT64, G_MAXINT64, &number, NULL))
        return g_strdup_printf("%" G_GINT64_FORMAT, number);
    return bt_json_to_text(member.value, FALSE);
}

static void check_field(const char *line, const char *key, const char *expected)
{
    g_autofree char *text = field_of(line, key);
    g_assert_cmpstr(text, ==, expected);
}

/* The seqs that wait, blank separated. */
static void check_waiting(Fixture *f, const char *expected)
{
    g_auto(GStrv) lines = lines_of(f);
    g_autoptr(GString) seqs = g_string_new(NULL);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *seq = field_of(lines[i], "seq");
        g_string_append_printf(seqs, "%s%s", i > 0 ? " " : "", seq);
    }
    g_assert_cmpstr(seqs->str, ==, expected);
}

/* ---- facts ---- */

static void test_line(Fixture *f, gconstpointer data)
{
    (void)data;
    add_good(f, "one", 5, "Xin chào");
    g_auto(GStrv) lines = lines_of(f);
    check_field(lines[0], "seq", "1");
    check_field(lines[0], "id", "one");
    check_field(lines[0], "boot", "boot-1");
    check_field(lines[0], "at", "2026-11-18T11:06:45.000Z");
    check_field(lines[0], "mono_ms", "5000");
    check_field(lines[0], "clock", "trusted");
    check_field(lines[0], "type", "event");
    check_field(lines[0], "note", "Xin chào");
}

/* ---- a boot whose clock was wrong ---- */

static void add_stretch(Fixture *f, const char *id, gint64 from_s, gint64 to_s, gboolean trusted)
{
    BtMoment at = at_second(to_s);
    BtJson *body = bt_json_new_object();
    bt_json_set_time(body, "from", at_second(from_s).wall_ms);
    bt_json_set_time(body, "to", at.wall_ms);
    at.trusted = trusted;
    g_assert_true(bt_facts_add(f->facts, "uptime", id, &at, body, NULL));
}

static void check_stretch(const char *line, const char *clock, gint64 from_s, gint64 to_s)
{
    g_autofree char *from = bt_time_format(at_second(from_s).wall_ms);
    g_autofree char *to = bt_time_format(at_second(to_s).wall_ms);
    check_field(line, "clock", clock);
    check_field(line, "from", from);
    check_field(line, "to", to);
}

static void add_row_with_gap(Fixture *f)
{
    BtOpenRow *row =
        bt_open_row_new("row", bt_json_new_object(), at_second(80).wall_ms, at_second(120).wall_ms);
    gint64 gap[] = { at_second(100).wall_ms, at_second(103).wall_ms };
    g_array_append_vals(row->gaps, gap, 2);
    BtMoment end = at_second(107);
    end.trusted = FALSE;
    g_assert_true(bt_facts_close_row(f->facts, row, end.wall_ms, "clock", &end, NULL));
    bt_open_row_free(row);
}

static void check_row_with_gap(const char *line)
{
    g_autofree char *from = bt_time_format(at_second(100).wall_ms);
    g_autofree char *to = bt_time_format(at_second(1103).wall_ms);
    g_autofree char *gaps = g_strdup_printf("[[\"%s\",\"%s\"]]", from, to);
    g_autofree char *end = bt_time_format(at_second(1107).wall_ms);
    check_field(line, "gaps", gaps);
    check_field(line, "end", end);
    check_field(line, "shown_ms", "24000");
}

/* It began at second 100 by its own clock, and was 1000 s behind. */
static void test_moved(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_facts_set_boot(f->facts, "boot-0");
    add_stretch(f, "another-boot", 100, 110, FALSE);
    bt_facts_set_boot(f->facts, "boot-1");
    add_stretch(f, "the-gap-before", 90, 100, FALSE);
    add_stretch(f, "its-own", 100, 105, FALSE);
    add_stretch(f, "sent", 105, 106, FALSE);
    add_stretch(f, "trusted", 105, 106, TRUE);
    add_row_with_gap(f);
    g_assert_true(bt_facts_accept(f->facts, 4, 4, NULL));
    g_assert_true(bt_facts_move(f->facts, at_second(100).wall_ms, 1000 * 1000, NULL));
    g_auto(GStrv) lines = lines_of(f);
    check_stretch(lines[0], "untrusted", 100, 110);
    check_stretch(lines[1], "repaired", 90, 100);
    check_stretch(lines[2], "repaired", 1100, 1105);
    check_stretch(lines[3], "trusted", 105, 106);
    check_row_with_gap(lines[4]);
}

/* ---- more facts ---- */

static void test_seq_rises_for_ever(Fixture *f, gconstpointer data)
{
    (void)data;
    add_good(f, "a", 1, "");
    add_good(f, "b", 2, "");
    check_waiting(f, "1 2");
    g_assert_true(bt_facts_accept(f->facts, 1, 2, NULL));
    /* Everything is dropped, and the number goes on all the same. */
    g_assert_true(bt_facts_tidy(f->facts, at_second(0).wall_ms + 100 * BT_DAY_MS, NULL));
    reopen(f);
    add_good(f, "c", 3, "");
    check_waiting(f, "3");
}

static void test_same_id_once(Fixture *f, gconstpointer data)
{
    (void)data;
    add_good(f, "a", 1, "first");
    add_good(f, "a", 2, "second");
    add_good(f, NULL, 3, "same");
    add_good(f, NULL, 3, "same");
    add_good(f, NULL, 4, "same");
    g_auto(GStrv) lines = lines_of(f);
    check_field(lines[0], "note", "first");
    check_waiting(f, "1 2 3");
    g_assert_true(bt_facts_accept(f->facts, 1, 3, NULL));
    add_good(f, "a", 5, "third");
    check_waiting(f, "");
}

static void test_line_limit(Fixture *f, gconstpointer data)
{
    (void)data;
    gsize longest = 0;
    for (gsize n = 1800; n < 2100; n++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *id = g_strdup_printf("%" G_GSIZE_FORMAT, n), *note = g_strnfill(n, 'x');
        if (add(f, id, 1, note, &error)) {
            longest = n;
            continue;
        }
        g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
        break;
    }
    g_auto(GStrv) lines = lines_of(f);
    gsize bytes = strlen(lines[g_strv_length(lines) - 1]);
    g_assert_cmpuint(bytes, <=, BT_FACT_MAX_BYTES);
    g_assert_cmpuint(bytes, >, BT_FACT_MAX_BYTES - 40);
    g_assert_cmpuint(longest, >, 1800);
}

static void test_transaction(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_true(bt_facts_begin(f->facts, NULL));
    add_good(f, "a", 1, "");
    bt_facts_rollback(f->facts);
    check_waiting(f, "");
    g_assert_true(bt_facts_begin(f->facts, NULL));
    add_good(f, "b", 1, "");
    g_assert_true(bt_facts_commit(f->facts, NULL));
    reopen(f);
    g_auto(GStrv) lines = lines_of(f);
    check_field(lines[0], "id", "b");
}

/* ---- the spool ---- */

static void test_batch_limit(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *note = g_strnfill(1500, 'x');
    g_assert_true(bt_facts_begin(f->facts, NULL));
    for (guint i = 0; i < 400; i++) {
        g_autofree char *id = g_strdup_printf("f%u", i);
        add_good(f, id, i, note);
    }
    g_assert_true(bt_facts_commit(f->facts, NULL));
    g_autoptr(GBytes) batch = bt_facts_batch(f->facts, BT_BATCH_MAX_BYTES, NULL);
    g_assert_cmpuint(g_bytes_get_size(batch), <=, BT_BATCH_MAX_BYTES);
    g_assert_cmpuint(g_bytes_get_size(batch), >, BT_BATCH_MAX_BYTES - BT_FACT_MAX_BYTES);
    g_autoptr(GBytes) small = bt_facts_batch(f->facts, BT_BATCH_MIN_BYTES, NULL);
    g_assert_cmpuint(g_bytes_get_size(small), <=, BT_BATCH_MIN_BYTES);
    g_assert_cmpuint(g_bytes_get_size(small), >, BT_BATCH_MIN_BYTES - BT_FACT_MAX_BYTES);
    gint64 last = 0;
    for (gint64 seen = 0; seen < 400; seen = last) {
        g_auto(GStrv) lines = lines_of(f);
        for (guint i = 0; lines[i] != NULL; i++) {
            g_autofree char *seq = field_of(lines[i], "seq");
            g_assert_cmpint(g_ascii_strtoll(seq, NULL, 10), ==, ++last);
        }
        g_assert_true(bt_facts_accept(f->facts, seen + 1, last, NULL));
    }
    check_waiting(f, "");
}

static void test_accept_and_refuse(Fixture *f, gconstpointer data)
{
    (void)data;
    for (gint64 i = 1; i <= 6; i++) {
        g_autofree char *id = g_strdup_printf("f%d", (int)i);
        add_good(f, id, i, "");
    }
    g_assert_true(bt_facts_accept(f->facts, 2, 3, NULL));
    check_waiting(f, "1 4 5 6");
    g_assert_true(bt_facts_refuse(f->facts, "f5", "malformed", NULL));
    check_waiting(f, "1 4 6");
    g_assert_true(bt_facts_accept(f->facts, 6, 900, NULL));
    check_waiting(f, "1 4");
    BtSpool spool;
    g_assert_true(bt_facts_spool(f->facts, &spool, NULL));
    g_assert_cmpint(spool.waiting, ==, 2);
    g_assert_cmpint(spool.oldest_ms, ==, at_second(1).wall_ms);
    g_assert_true(bt_facts_accept(f->facts, 1, 4, NULL));
    g_assert_true(bt_facts_spool(f->facts, &spool, NULL));
    g_assert_cmpint(spool.waiting, ==, 0);
    g_assert_cmpint(spool.oldest_ms, ==, BT_TIME_MAX);
}

/* What the source has not acknowledged is not dropped for its age. */
static void test_tidy(Fixture *f, gconstpointer data)
{
    (void)data;
    add_good(f, "waits", 1, "");
    add_good(f, "accepted", 2, "");
    g_assert_true(bt_facts_accept(f->facts, 2, 2, NULL));
    g_assert_true(bt_facts_tidy(f->facts, at_second(0).wall_ms + 6 * BT_DAY_MS, NULL));
    add_good(f, "accepted", 3, "again");
    check_waiting(f, "1");
    g_assert_true(bt_facts_tidy(f->facts, at_second(0).wall_ms + 89 * BT_DAY_MS, NULL));
    check_waiting(f, "1");
}

/* ---- open rows ---- */

static BtOpenRow *row_new(const char *id, gint64 start_s, gint64 due_end_s)
{
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "item", "n1");
    return bt_open_row_new(id, body, at_second(start_s).wall_ms, at_second(due_end_s).wall_ms);
}

static void add_gap(BtOpenRow *row, gint64 from_s, gint64 to_s)
{
    gint64 from_ms = at_second(from_s).wall_ms, to_ms = at_second(to_s).wall_ms;
    g_array_append_val(row->gaps, from_ms);
    g_array_append_val(row->gaps, to_ms);
}

static void test_rows_survive(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtOpenRow) row = row_new("r", 10, 40);
    g_assert_true(bt_facts_put_row(f->facts, row, NULL));
    add_gap(row, 15, 20);
    row->seen_ms = at_second(25).wall_ms;
    g_assert_true(bt_facts_put_row(f->facts, row, NULL));
    reopen(f);
    g_autoptr(GPtrArray) rows = bt_facts_open_rows(f->facts, NULL);
    g_assert_cmpuint(rows->len, ==, 1);
    const BtOpenRow *back = g_ptr_array_index(rows, 0);
    g_assert_cmpstr(back->id, ==, "r");
    g_assert_cmpint(back->start_ms, ==, row->start_ms);
    g_assert_cmpint(back->due_end_ms, ==, row->due_end_ms);
    g_assert_cmpint(back->seen_ms, ==, row->seen_ms);
    g_assert_cmpuint(back->gaps->len, ==, 2);
    g_assert_cmpint(g_array_index(back->gaps, gint64, 1), ==, at_second(20).wall_ms);
    g_autofree char *body = bt_json_to_text(back->body, FALSE);
    g_assert_cmpstr(body, ==, "{\"item\":\"n1\"}");
}

static void test_closing(Fixture *f, gconstpointer data)
{
    (void)data;
    BtMoment now = at_second(40);
    g_autoptr(BtOpenRow) row = row_new("r", 10, 40);
    add_gap(row, 15, 20);
    add_gap(row, 30, 31);
    g_assert_true(bt_facts_put_row(f->facts, row, NULL));
    g_assert_true(bt_facts_close_row(f->facts, row, now.wall_ms, "due", &now, NULL));
    /* A second end of the same occurrence says nothing new. */
    g_assert_true(bt_facts_close_row(f->facts, row, now.wall_ms + 5, "cut", &now, NULL));
    g_autoptr(GPtrArray) rows = bt_facts_open_rows(f->facts, NULL);
    g_assert_cmpuint(rows->len, ==, 0);
    g_auto(GStrv) lines = lines_of(f);
    g_assert_cmpuint(g_strv_length(lines), ==, 1);
    check_field(lines[0], "type", "played");
    check_field(lines[0], "id", "r");
    check_field(lines[0], "item", "n1");
    check_field(lines[0], "start", "2026-11-18T11:06:50.000Z");
    check_field(lines[0], "end", "2026-11-18T11:07:20.000Z");
    check_field(lines[0], "shown_ms", "24000");
    check_field(lines[0], "ended", "due");
    check_field(lines[0], "gaps",
        "[[\"2026-11-18T11:06:55.000Z\",\"2026-11-18T11:07:00.000Z\"],"
        "[\"2026-11-18T11:07:10.000Z\",\"2026-11-18T11:07:11.000Z\"]]");
}

/* More gaps than a line can hold: the first stand there, all count. */
static void test_many_gaps(Fixture *f, gconstpointer data)
{
    (void)data;
    BtMoment now = at_second(1000);
    g_autoptr(BtOpenRow) row = row_new("r", 0, 1000);
    for (gint64 s = 10; s < 1000; s += 10)
        add_gap(row, s, s + 1);
    g_autoptr(GError) error = NULL;
    g_assert_true(bt_facts_close_row(f->facts, row, now.wall_ms, "due", &now, &error));
    g_assert_no_error(error);
    g_auto(GStrv) lines = lines_of(f);
    check_field(lines[0], "shown_ms", "901000");
}

/* ---- life, deaths, sources ---- */

static void test_life(Fixture *f, gconstpointer data)
{
    (void)data;
    BtLife life = { "boot-1", "lit", "", 1, 2, TRUE }, back;
    g_assert_false(bt_facts_life(f->facts, &back));
    g_assert_true(bt_facts_put_life(f->facts, &life, NULL));
    life.seen_ms = 9;
    g_assert_true(bt_facts_put_life(f->facts, &life, NULL));
    reopen(f);
    g_assert_true(bt_facts_life(f->facts, &back));
    g_assert_cmpstr(back.state, ==, "lit");
    g_assert_cmpint(back.from_ms, ==, 1);
    g_assert_cmpint(back.seen_ms, ==, 9);
    g_assert_true(back.clean);
}

static void test_deaths(Fixture *f, gconstpointer data)
{
    (void)data;
    gint64 t_ms = at_second(0).wall_ms;
    g_assert_true(bt_facts_add_death(f->facts, t_ms, "kp/a", NULL));
    g_assert_true(bt_facts_add_death(f->facts, t_ms + 30000, "kp/a kp/b", NULL));
    g_autoptr(GPtrArray) deaths = bt_facts_deaths(f->facts, t_ms + 1, NULL);
    g_assert_cmpuint(deaths->len, ==, 1);
    g_assert_cmpstr(g_ptr_array_index(deaths, 0), ==, "kp/a kp/b");
}

static gint64 last_seq(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) batch = bt_facts_batch(f->facts, BT_BATCH_MAX_BYTES, &error);
    g_assert_no_error(error);
    g_autofree char *text = g_strndup(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch));
    return g_ascii_strtoll(g_strrstr(text, "{\"seq\":") + strlen("{\"seq\":"), NULL, 10);
}

/* Nothing of it can be read any more, and yet no number comes twice; and it is said. */
static void test_seq_after_damage(Fixture *f, gconstpointer data)
{
    gint64 before_ms = g_get_real_time() / 1000;
    (void)data;
    add_good(f, "a", 1, "x");
    add_good(f, "b", 2, "x");
    g_clear_pointer(&f->facts, bt_facts_close);
    g_autofree char *garbage = g_strnfill(20000, 'x');
    g_assert_true(g_file_set_contents(f->path, garbage, -1, NULL));
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*was damaged*");
    reopen(f);
    g_test_assert_expected_messages();
    g_assert_cmpint(last_seq(f), >=, before_ms);
    g_autoptr(GBytes) batch = bt_facts_batch(f->facts, BT_BATCH_MAX_BYTES, NULL);
    g_assert_nonnull(g_strstr_len(
        g_bytes_get_data(batch, NULL), (gssize)g_bytes_get_size(batch), "\"damaged\""));
    add_good(f, "c", 3, "x");
    gint64 third = last_seq(f);
    add_good(f, "d", 4, "x");
    g_assert_cmpint(last_seq(f), ==, third + 1);
}

static void test_sources(Fixture *f, gconstpointer data)
{
    (void)data;
    char name[] = "kp", state[] = "stale", message[] = "m";
    char outlook[] = "{}";
    const BtSourceState said = { name, state, message, 1, 2, 3, outlook };
    g_assert_null(bt_facts_source(f->facts, "kp"));
    g_assert_true(bt_facts_put_source(f->facts, &said, NULL));
    BtSourceState *back = bt_facts_source(f->facts, "kp");
    g_assert_cmpstr(back->state, ==, "stale");
    g_assert_cmpint(back->idle_ms, ==, 2);
    g_assert_cmpstr(back->outlook, ==, "{}");
    bt_source_state_free(back);
}

static void test_usage(Fixture *f, gconstpointer data)
{
    (void)data;
    BtUsage usage = bt_facts_usage(f->facts, "kp");
    g_assert_cmpint(usage.day.label, ==, -1);
    g_assert_cmpuint(usage.month.bytes, ==, 0);
    usage.day = (BtSpan){ 20783, 5, 4, 3, 2 };
    usage.month = (BtSpan){ 682, G_GUINT64_CONSTANT(5000000000), 4, 3, 1 };
    usage.mono_ms = usage.anchor_mono_ms = 77;
    g_assert_true(bt_facts_put_usage(f->facts, "kp", &usage, NULL));
    reopen(f);
    usage = bt_facts_usage(f->facts, "kp");
    g_assert_cmpint(usage.day.label, ==, 20783);
    g_assert_cmpuint(usage.day.bytes, ==, 5);
    g_assert_cmpuint(usage.day.asset_bytes, ==, 4);
    g_assert_cmpint(usage.day.ran_ms, ==, 3);
    g_assert_cmpuint(usage.day.told, ==, 2);
    g_assert_cmpint(usage.month.label, ==, 682);
    g_assert_cmpuint(usage.month.bytes, ==, G_GUINT64_CONSTANT(5000000000));
    g_assert_cmpint(usage.mono_ms, ==, -1); /* a start of its own */
    g_assert_cmpint(usage.anchor_mono_ms, ==, -1);
    g_assert_cmpuint(bt_facts_usage(f->facts, "other").day.bytes, ==, 0);
}

#define ADD(name, function) g_test_add("/facts/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("moved", test_moved);
    ADD("line", test_line);
    ADD("seq-rises-for-ever", test_seq_rises_for_ever);
    ADD("seq-after-damage", test_seq_after_damage);
    ADD("same-id-once", test_same_id_once);
    ADD("line-limit", test_line_limit);
    ADD("transaction", test_transaction);
    ADD("spool/batch-limit", test_batch_limit);
    ADD("spool/accept-and-refuse", test_accept_and_refuse);
    ADD("spool/tidy", test_tidy);
    ADD("rows/survive", test_rows_survive);
    ADD("rows/closing", test_closing);
    ADD("rows/many-gaps", test_many_gaps);
    ADD("life", test_life);
    ADD("deaths", test_deaths);
    ADD("sources", test_sources);
    ADD("usage", test_usage);
    return g_test_run();
}
