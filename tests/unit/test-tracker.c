/* One fact an occurrence, however often it leaves the glass and comes back. */
#include "player/facts/tracker.h"
#include "tests/unit/schedule-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    char *folder, *path;
    BtWriter *writer;
    BtTracker *tracker;
    BtInputs *inputs;
} Fixture;

static void start(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    BtFacts *facts = bt_facts_open(f->path, &error);
    g_assert_no_error(error);
    bt_facts_set_boot(facts, "boot");
    f->writer = bt_writer_new(facts);
    f->tracker = bt_tracker_new(f->writer);
}

/* As a death leaves it: what was posted is durable, nothing is ended. */
static void die(Fixture *f)
{
    g_clear_pointer(&f->tracker, bt_tracker_free);
    g_clear_pointer(&f->writer, bt_writer_free);
}

/* Items a1 of 10 s and a2 of 20 s in turn from 08:00 to 12:00. */
static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("bangtin-tracker-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "ledger.db", NULL);
    f->inputs = fixture_one(FULL("day", "a", DAY));
    start(f);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const endings[] = { "", "-wal", "-shm", ".known" };
    die(f);
    bt_inputs_free(f->inputs);
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *path = g_strconcat(f->path, endings[i], NULL);
        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(f->folder), ==, 0);
    g_free(f->folder);
    g_free(f->path);
}

static gint64 measure(const BtItem *item, const BtZone *zone, gpointer user)
{
    (void)item, (void)zone, (void)user;
    return 0;
}

static BtMoment moment(gint64 t_ms)
{
    return (BtMoment){ .wall_ms = t_ms, .mono_ms = t_ms % BT_DAY_MS, .trusted = TRUE };
}

/* What is on at 08:MM:SS reaches the glass. */
static void show(Fixture *f, const char *minute_and_second)
{
    g_autofree char *text = g_strconcat("23T08:", minute_and_second, NULL);
    gint64 t_ms = fixture_at(text);
    BtMoment at = moment(t_ms);
    g_autoptr(BtOnAir) on_air = bt_schedule_at(f->inputs, t_ms, measure, NULL);
    bt_tracker_update(f->tracker, on_air, t_ms, &at);
}

static void stop(Fixture *f, const char *minute_and_second)
{
    g_autofree char *text = g_strconcat("23T08:", minute_and_second, NULL);
    BtMoment at = moment(fixture_at(text));
    bt_tracker_stop(f->tracker, &at);
}

/* ---- what came of it ---- */

static char *text_of(const BtJsonAt *root, const char *key)
{
    BtJsonAt member;
    if (!bt_json_member(root, key, &member))
        return g_strdup("-");
    const char *text = bt_json_read_string(&member, 0, 2000, NULL);
    return text == NULL ? bt_json_to_text(member.value, FALSE) : g_strdup(text);
}

/* "01:20:30.000" of an instant of the 23rd in UTC becomes "20:30". */
static char *short_time(const BtJsonAt *root, const char *key)
{
    g_autofree char *text = text_of(root, key);
    return g_strndup(text + strlen("2026-11-23T01:"), 5);
}

static void append_fact(GString *facts, const char *line)
{
    g_autoptr(BtJson) json = bt_json_parse(line, strlen(line), "line", 4096, 8, NULL);
    BtJsonAt root = bt_json_root("line", json), gaps;
    g_autofree char *item = text_of(&root, "item"), *from = short_time(&root, "start");
    g_autofree char *to = short_time(&root, "end"), *shown = text_of(&root, "shown_ms");
    g_autofree char *ended = text_of(&root, "ended");
    g_assert_true(bt_json_member(&root, "gaps", &gaps));
    g_string_append_printf(facts, "%s %s-%s %s %s gaps:%u\n", item, from, to, shown, ended,
        (guint)bt_json_length(&gaps));
}

/* Every fact so far, one a line. */
static void check_facts(Fixture *f, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    bt_writer_flush(f->writer);
    g_autoptr(BtFacts) facts = bt_facts_open(f->path, NULL);
    g_autoptr(GBytes) batch = bt_facts_batch(facts, BT_BATCH_MAX_BYTES, NULL);
    if (batch != NULL) {
        g_autofree char *all = g_strndup(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch));
        g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
        for (guint i = 0; *lines[i] != '\0'; i++)
            append_fact(text, lines[i]);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static GPtrArray *open_rows(Fixture *f)
{
    bt_writer_flush(f->writer);
    g_autoptr(BtFacts) facts = bt_facts_open(f->path, NULL);
    return bt_facts_open_rows(facts, NULL);
}

/* ---- cases ---- */

static void test_turns(Fixture *f, gconstpointer data)
{
    (void)data;
    show(f, "00:00");
    show(f, "00:05");
    check_facts(f, "");
    show(f, "00:10");
    show(f, "00:30");
    check_facts(f, "a1 00:00-00:10 10000 due gaps:0\na2 00:10-00:30 20000 due gaps:0\n");
}

static void add_emergency(Fixture *f, const char *from, const char *until)
{
    g_autofree char *text = g_strconcat(HEAD, FULL("x", "b", "'class':'emergency'"), "]}", NULL);
    g_autoptr(BtManifest) alert = fixture_parse(text);
    bt_inputs_add_alert(f->inputs, 0, alert, "al", fixture_at(from));
    bt_inputs_add_alert(f->inputs, 0, NULL, NULL, fixture_at(until));
}

static void test_emergency_and_back(Fixture *f, gconstpointer data)
{
    (void)data;
    add_emergency(f, "23T08:00:15", "23T08:00:20");
    show(f, "00:10");
    show(f, "00:15");
    show(f, "00:20");
    show(f, "00:30");
    check_facts(f, "b1 00:15-00:20 5000 due gaps:0\na2 00:10-00:30 15000 due gaps:1\n");
}

/* The emergency outlasts it: it ended when it left the glass. */
static void test_emergency_and_gone(Fixture *f, gconstpointer data)
{
    (void)data;
    add_emergency(f, "23T08:00:15", "23T08:00:41");
    show(f, "00:10");
    show(f, "00:15");
    show(f, "00:20");
    show(f, "00:30");
    check_facts(f,
        "b1 00:15-00:20 5000 due gaps:0\nb1 00:20-00:30 10000 due gaps:0\n"
        "a2 00:10-00:15 5000 emergency gaps:0\n");
}

static void test_cut(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_inputs_add_cut(f->inputs, fixture_at("23T08:00:12"), fixture_at("23T08:05:00"));
    show(f, "00:10");
    show(f, "00:12");
    show(f, "01:00");
    check_facts(f, "a2 00:10-00:12 2000 cut gaps:0\n");
}

static void recover(Fixture *f, const char *left)
{
    die(f);
    start(f);
    g_autofree char *text = g_strconcat("23T08:", left, NULL);
    bt_tracker_recover(f->tracker, open_rows(f), fixture_at(text));
}

static void test_restart_within(Fixture *f, gconstpointer data)
{
    (void)data;
    show(f, "00:10");
    recover(f, "00:14");
    show(f, "00:16");
    show(f, "00:30");
    check_facts(f, "a2 00:10-00:30 18000 due gaps:1\n");
}

static void test_restart_after(Fixture *f, gconstpointer data)
{
    (void)data;
    show(f, "00:10");
    recover(f, "00:14");
    show(f, "02:00");
    check_facts(f, "a2 00:10-00:14 4000 restart gaps:0\n");
}

/* Two deaths and an emergency are still one occurrence. */
static void test_restart_twice(Fixture *f, gconstpointer data)
{
    (void)data;
    show(f, "00:10");
    recover(f, "00:12");
    show(f, "00:13");
    recover(f, "00:15");
    show(f, "00:16");
    show(f, "00:30");
    check_facts(f, "a2 00:10-00:30 18000 due gaps:2\n");
}

static void test_stop(Fixture *f, gconstpointer data)
{
    (void)data;
    show(f, "00:00");
    show(f, "00:10");
    stop(f, "00:13");
    g_autoptr(GPtrArray) rows = open_rows(f);
    g_assert_cmpuint(rows->len, ==, 0);
    check_facts(f, "a1 00:00-00:10 10000 due gaps:0\na2 00:10-00:13 3000 stopped gaps:0\n");
}

/* What was on ends in the old time; what comes again in the new one is the same fact. */
static void test_step(Fixture *f, gconstpointer data)
{
    (void)data;
    BtMoment before = moment(fixture_at("23T08:00:13"));
    show(f, "00:10");
    bt_tracker_step(f->tracker, &before);
    show(f, "10:30");
    before = moment(fixture_at("23T08:10:40")); /* back, at the end of an item */
    bt_tracker_step(f->tracker, &before);
    show(f, "00:15");
    show(f, "00:30");
    check_facts(f, "a2 00:10-00:13 3000 clock gaps:0\na1 10:30-10:40 10000 due gaps:0\n");
}

static void test_stop_while_off_the_glass(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_inputs_add_cut(f->inputs, fixture_at("23T08:00:12"), fixture_at("23T08:05:00"));
    show(f, "00:10");
    show(f, "00:12");
    stop(f, "00:20");
    check_facts(f, "a2 00:10-00:12 2000 cut gaps:0\n");
}

/* The emergency was on the glass when show died, so the bulletin was off it longer than show. */
static void test_restart_while_off_the_glass(Fixture *f, gconstpointer data)
{
    (void)data;
    add_emergency(f, "23T08:00:12", "23T08:00:20");
    show(f, "00:10");
    show(f, "00:12");
    recover(f, "00:16");
    show(f, "00:20");
    show(f, "00:30");
    check_facts(f, "b1 00:12-00:16 4000 restart gaps:0\na2 00:10-00:30 12000 due gaps:1\n");
}

static void test_failure(Fixture *f, gconstpointer data)
{
    (void)data;
    gint64 at_ms = fixture_at("23T08:00:11");
    show(f, "00:10");
    bt_tracker_note_failure(f->tracker, "main", "died", at_ms);
    bt_tracker_note_failure(f->tracker, "main", "later", at_ms);
    bt_tracker_note_failure(f->tracker, "nowhere", "died", at_ms);
    show(f, "00:30");
    bt_writer_flush(f->writer);
    g_autoptr(BtFacts) facts = bt_facts_open(f->path, NULL);
    g_autoptr(GBytes) batch = bt_facts_batch(facts, BT_BATCH_MAX_BYTES, NULL);
    g_autofree char *text = g_strndup(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch));
    g_assert_nonnull(strstr(text, "\"failed\":\"died\""));
    g_assert_null(strstr(text, "later"));
}

static void test_behind(Fixture *f, gconstpointer data)
{
    (void)data;
    show(f, "00:10");
    bt_tracker_note_behind(f->tracker, "main", 300);
    recover(f, "00:16");
    show(f, "00:20");
    bt_tracker_note_behind(f->tracker, "main", 45);
    bt_tracker_note_behind(f->tracker, "nowhere", 7);
    show(f, "00:30");
    bt_writer_flush(f->writer);
    g_autoptr(BtFacts) facts = bt_facts_open(f->path, NULL);
    g_autoptr(GBytes) batch = bt_facts_batch(facts, BT_BATCH_MAX_BYTES, NULL);
    g_autofree char *text = g_strndup(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch));
    g_assert_nonnull(strstr(text, "\"behind_ms\":345,"));
}

/* The first picture of an occurrence and the first fault stand in its fact, and on the air. */
static void test_picture(Fixture *f, gconstpointer data)
{
    (void)data;
    gint64 at_ms = fixture_at("23T08:00:20");
    show(f, "00:10");
    bt_tracker_note_print(f->tracker, "main", (BtFingerprint){ 0x0123456789abcdef, 77 }, at_ms);
    bt_tracker_note_print(f->tracker, "main", (BtFingerprint){ 1, 2 }, at_ms + 1000);
    bt_tracker_note_fault(f->tracker, "main", "black");
    bt_tracker_note_fault(f->tracker, "main", "wrong");
    bt_tracker_note_print(f->tracker, "nowhere", (BtFingerprint){ 1, 2 }, at_ms);
    g_autoptr(BtJson) list = bt_tracker_on_air(f->tracker, 16, TRUE);
    g_autofree char *on_air = bt_json_to_text(list, FALSE);
    g_assert_nonnull(
        strstr(on_air, "\"fault\":\"black\",\"phash\":\"0123456789abcdef\",\"luma\":77}"));
    g_autoptr(BtJson) beat = bt_tracker_on_air(f->tracker, 16, FALSE);
    g_autofree char *brief = bt_json_to_text(beat, FALSE);
    g_assert_true(strstr(brief, "\"fault\":\"black\"}") && !strstr(brief, "phash"));
    show(f, "00:30");
    show(f, "00:40");
    bt_writer_flush(f->writer);
    g_autoptr(BtFacts) facts = bt_facts_open(f->path, NULL);
    g_autoptr(GBytes) batch = bt_facts_batch(facts, BT_BATCH_MAX_BYTES, NULL);
    g_autofree char *text = g_strndup(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch));
    g_assert_nonnull(strstr(text,
        "\"phash\":\"0123456789abcdef\",\"luma\":77,\"phash_at\":\"2026-11-23T01:00:20.000Z\","
        "\"fault\":\"black\","));
    g_assert_true(strstr(text, "\"phash\"") == g_strrstr(text, "\"phash\"")); /* of one alone */
}

static void test_on_air_and_items(Fixture *f, gconstpointer data)
{
    (void)data;
    show(f, "00:10");
    g_autoptr(BtJson) list = bt_tracker_on_air(f->tracker, 16, TRUE);
    g_autofree char *text = bt_json_to_text(list, FALSE);
    g_assert_cmpstr(text, ==,
        "[{\"zone\":\"main\",\"item\":\"a2\",\"source\":\"first\",\"class\":\"ordinary\","
        "\"since\":\"2026-11-23T01:00:10.000Z\"}]");
    g_autoptr(GPtrArray) rows = open_rows(f);
    g_autofree char *items = bt_tracker_items(rows);
    g_assert_cmpstr(items, ==, "first/a2");
}

/* ---- who is told ---- */

static void append_entry(GString *text, const BtOutboxEntry *entry)
{
    static const char *const kinds[] = { "started", "ended" };
    BtJsonAt root = bt_json_root("", entry->body);
    g_autofree char *item = text_of(&root, "item"), *zone = text_of(&root, "zone");
    g_autofree char *rest = text_of(&root, entry->kind == BT_OUT_STARTED ? "volume" : "cause");
    g_autofree char *at = bt_time_format(entry->at_ms);
    g_assert_cmpint(entry->kind, <=, BT_OUT_ENDED);
    g_string_append_printf(text, "%s %s/%s %.5s %s\n", kinds[entry->kind], zone, item,
        at + strlen("2026-11-23T01:"), rest);
}

/* All that a source system is told, one a line. */
static void check_outbox(Fixture *f, const char *source, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    bt_writer_flush(f->writer);
    g_autoptr(BtFacts) facts = bt_facts_open(f->path, NULL);
    BtOutboxEntry entry;
    while (bt_outbox_first(facts, source, &entry, NULL)) {
        append_entry(text, &entry);
        g_assert_true(bt_outbox_remove(facts, entry.seq, NULL));
        bt_outbox_entry_clear(&entry);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_told(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_tracker_tell(f->tracker, "first");
    bt_tracker_set_volume(f->tracker, 70);
    show(f, "00:00");
    bt_tracker_note_failure(f->tracker, "main", "died", fixture_at("23T08:00:01"));
    check_outbox(f, "first", "started main/a1 00:00 70\n");
    bt_tracker_set_volume(f->tracker, 0);
    show(f, "00:10");
    stop(f, "00:15");
    check_outbox(f, "first",
        "ended main/a1 00:10 due\nstarted main/a2 00:10 0\nended main/a2 00:15 stopped\n");
    check_outbox(f, "other", "");
}

/* An occurrence is told once, however often the board dies in it. */
static void test_told_over_deaths(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_tracker_tell(f->tracker, "first");
    show(f, "00:00");
    for (int i = 0; i < 3; i++) {
        GPtrArray *rows = open_rows(f);
        die(f);
        start(f);
        bt_tracker_tell(f->tracker, "first");
        bt_tracker_recover(f->tracker, rows, fixture_at("23T08:00:03"));
        show(f, "00:05");
    }
    show(f, "00:10");
    check_outbox(
        f, "first", "started main/a1 00:00 0\nended main/a1 00:10 due\nstarted main/a2 00:10 0\n");
}

/* It was over when the board came back. */
static void test_told_of_an_end_in_the_dark(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_tracker_tell(f->tracker, "first");
    show(f, "00:00");
    GPtrArray *rows = open_rows(f);
    die(f);
    start(f);
    bt_tracker_tell(f->tracker, "first");
    bt_tracker_recover(f->tracker, rows, fixture_at("23T08:00:03"));
    show(f, "02:00");
    check_outbox(f, "first",
        "started main/a1 00:00 0\nstarted main/a1 02:00 0\nended main/a1 00:03 restart\n");
}

/* The manifest was composed anew in the middle of an item. */
static void test_told_over_versions(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *text = g_strdup(HEAD FULL("day", "a", DAY) "]}");
    *strstr(text, "'version':1,") = '\0';
    g_autofree char *second =
        g_strconcat(text, "'version':2,", text + strlen(text) + strlen("'version':1,"), NULL);
    g_autoptr(BtManifest) manifest = fixture_parse(second);
    bt_inputs_add_manifest(f->inputs, 0, manifest, "m2", fixture_at("23T08:00:04"));
    bt_tracker_tell(f->tracker, "first");
    show(f, "00:00");
    show(f, "00:04");
    show(f, "00:10");
    check_outbox(
        f, "first", "started main/a1 00:00 0\nended main/a1 00:10 due\nstarted main/a2 00:10 0\n");
    check_facts(f,
        "a1 00:04-00:10 6000 due gaps:0\n"
        "a1 00:00-00:04 4000 replaced gaps:0\n");
}

static void test_not_told(Fixture *f, gconstpointer data)
{
    (void)data;
    show(f, "00:00");
    show(f, "00:10");
    check_outbox(f, "first", "");
}

/* What an authority takes the screen from says so; what it shows itself does not. */
static void test_requisition(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_inputs_add_source(f->inputs, "tinh", BT_ALL_CLASSES, NULL, 0);
    fixture_add(f->inputs, 1,
        FULL("take", "a", "'class':'requisition','when':{'times':[['08:00:05','08:01']]}"), "",
        "m2", fixture_at("01T00:00:00"));
    show(f, "00:00");
    show(f, "00:05");
    show(f, "00:15");
    check_facts(f,
        "a1 00:05-00:15 10000 due gaps:0\n"
        "a1 00:00-00:05 5000 requisition gaps:0\n");
}

#define ADD(name, function) g_test_add("/tracker/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("turns", test_turns);
    ADD("emergency/back", test_emergency_and_back);
    ADD("emergency/gone", test_emergency_and_gone);
    ADD("cut", test_cut);
    ADD("restart/within", test_restart_within);
    ADD("restart/after", test_restart_after);
    ADD("restart/twice", test_restart_twice);
    ADD("restart/off-the-glass", test_restart_while_off_the_glass);
    ADD("step", test_step);
    ADD("stop", test_stop);
    ADD("stop/off-the-glass", test_stop_while_off_the_glass);
    ADD("failure", test_failure);
    ADD("behind", test_behind);
    ADD("picture", test_picture);
    ADD("on-air", test_on_air_and_items);
    ADD("told", test_told);
    ADD("told-over-deaths", test_told_over_deaths);
    ADD("told-of-an-end-in-the-dark", test_told_of_an_end_in_the_dark);
    ADD("told-over-versions", test_told_over_versions);
    ADD("not-told", test_not_told);
    ADD("requisition", test_requisition);
    return g_test_run();
}
