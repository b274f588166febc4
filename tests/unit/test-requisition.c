/* An authority takes the screen: told when it begins and when it ends, to both sides, once each,
 * with the timetable's instants, whatever happens to the board in between. */
#include "player/facts/outbox.h"
#include "player/facts/requisition.h"
#include "tests/unit/schedule-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

/* The commune's own all day; the province's from 08:10 to 08:20, and an emergency where asked. */
#define OWN FULL("day", "a", DAY)
#define TAKEN FULL("take", "b", "'class':'requisition','when':{'times':[['08:10','08:20']]}")
#define ALARM FULL("alarm", "b", "'class':'emergency','when':{'times':[['08:14','08:16']]}")
#define LATE_ALARM FULL("alarm", "b", "'class':'emergency','when':{'times':[['08:18','08:25']]}")

typedef struct {
    char *folder, *path;
    BtConfig *config;
    BtWriter *writer;
    BtFacts *reader;
    BtRequisitionKeeper *keeper;
    BtInputs *inputs;
} Fixture;

static BtFacts *open_facts(Fixture *f)
{
    BtFacts *facts = bt_facts_open(f->path, NULL);
    bt_facts_set_boot(facts, "boot");
    return facts;
}

static void start(Fixture *f)
{
    f->writer = bt_writer_new(open_facts(f));
    f->reader = open_facts(f);
    f->keeper = bt_requisition_keeper_new(f->config, f->writer, f->reader);
}

/* As a death leaves it: what was posted is durable. */
static void die(Fixture *f)
{
    g_clear_pointer(&f->keeper, bt_requisition_keeper_free);
    g_clear_pointer(&f->writer, bt_writer_free);
    g_clear_pointer(&f->reader, bt_facts_close);
}

static void read_config(Fixture *f, const char *sources)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->folder, "player.conf", NULL);
    g_autofree char *text = g_strconcat("[screen]\nid=x\n", sources, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    f->config = bt_config_read(path, &error);
    g_assert_no_error(error);
    g_unlink(path);
    BtConfigSource *last = g_ptr_array_index(f->config->sources, f->config->sources->len - 1);
    last->kind = BT_SOURCE_TTN;
}

static BtInputs *inputs_of(const char *own, const char *province)
{
    BtInputs *inputs = bt_inputs_new();
    bt_inputs_add_source(inputs, "xa", BT_ALL_CLASSES, NULL, 0);
    bt_inputs_add_source(inputs, "tinh", BT_ALL_CLASSES, NULL, 0);
    fixture_add(inputs, 0, own, "", "m1", fixture_at("01T00:00:00"));
    fixture_add(inputs, 1, province, "", "m2", fixture_at("01T00:00:00"));
    return inputs;
}

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("bangtin-requisition-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "ledger.db", NULL);
    read_config(f, "[source xa]\nbase=https://e.vn\n[source tinh]\nbase=https://t.vn\n");
    f->inputs = inputs_of(OWN, TAKEN);
    start(f);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const endings[] = { "", "-wal", "-shm", ".known" };
    die(f);
    bt_inputs_free(f->inputs);
    bt_config_free(f->config);
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

typedef enum { TRUSTED, UNTRUSTED, SAFE } How;

/* A turn of show at 08:MM:SS of the 23rd, 20 ms after. */
static void turn_as(Fixture *f, const char *minute_and_second, How how)
{
    g_autofree char *text = g_strconcat("23T08:", minute_and_second, NULL);
    gint64 t_ms = fixture_at(text) + 20;
    BtMoment at = { .wall_ms = t_ms, .mono_ms = 1, .trusted = how != UNTRUSTED };
    g_autoptr(BtOnAir) on_air = bt_schedule_at(f->inputs, t_ms, measure, NULL);
    static BtOnAir nothing = { .kind = BT_ON_SAFE };
    bt_requisition_keeper_update(f->keeper, how == SAFE ? &nothing : on_air, how == SAFE, &at);
}

static void turn(Fixture *f, const char *minute_and_second)
{
    turn_as(f, minute_and_second, TRUSTED);
}

/* ---- what was told ---- */

static const char *word_of(const BtJsonAt *root, const char *key)
{
    BtJsonAt member;
    return bt_json_member(root, key, &member) ? bt_json_read_string(&member, 0, 500, NULL) : "-";
}

/* "2026-11-23T01:10:20.000Z" is 10:20. */
static void append(GString *text, const BtJson *body, const char *rest)
{
    BtJsonAt root = bt_json_root("", body);
    g_string_append_printf(text, "%s%s %.9s-%.9s of %s%s", text->len > 0 ? "; " : "",
        word_of(&root, "phase"), word_of(&root, "from") + 14, word_of(&root, "until") + 14,
        word_of(&root, "owner"), rest);
}

static char *facts_of(Fixture *f)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GBytes) batch = bt_facts_batch(f->reader, BT_BATCH_MAX_BYTES, NULL);
    if (batch == NULL)
        return g_string_free(text, FALSE);
    g_autofree char *all = g_strndup(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch));
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    for (guint i = 0; *lines[i] != '\0'; i++) {
        g_autoptr(BtJson) json = bt_json_parse(lines[i], strlen(lines[i]), "line", 4096, 8, NULL);
        BtJsonAt root = bt_json_root("", json);
        g_autofree char *rest = g_strconcat(" by ", word_of(&root, "by"), NULL);
        g_assert_cmpstr(word_of(&root, "event"), ==, "requisition");
        append(text, json, rest);
    }
    return g_string_free(text, FALSE);
}

static char *outbox_of(Fixture *f)
{
    GString *text = g_string_new(NULL);
    BtOutboxEntry entry;
    while (bt_outbox_first(f->reader, "tinh", &entry, NULL)) {
        g_assert_cmpint(entry.kind, ==, BT_OUT_REQUISITION);
        append(text, entry.body, "");
        g_assert_true(bt_outbox_remove(f->reader, entry.seq, NULL));
        bt_outbox_entry_clear(&entry);
    }
    return g_string_free(text, FALSE);
}

/* Since the beginning: facts, and the outbox without who; "BEGIN" or "BEGIN; END". */
static void check(Fixture *f, const char *begin, const char *end)
{
    bt_writer_flush(f->writer);
    g_autofree char *facts = facts_of(f), *outbox = outbox_of(f);
    g_autofree char *expected = *begin == '\0' ? g_strdup("")
        : *end == '\0'
        ? g_strdup_printf("begin %s of xa by tinh", begin)
        : g_strdup_printf("begin %s of xa by tinh; end %s of xa by tinh", begin, end);
    g_assert_cmpstr(facts, ==, expected);
    g_autofree char *told = *begin == '\0' ? g_strdup("")
        : *end == '\0'                     ? g_strdup_printf("begin %s of xa", begin)
                       : g_strdup_printf("begin %s of xa; end %s of xa", begin, end);
    g_assert_cmpstr(outbox, ==, told);
}

#define PLANNED "10:00.000-20:00.000"

/* ---- cases ---- */

static void test_whole(Fixture *f, gconstpointer data)
{
    (void)data;
    turn(f, "09:59");
    turn(f, "10:00");
    g_assert_cmpstr(bt_requisition_keeper_now(f->keeper)->source, ==, "tinh");
    turn(f, "15:00");
    turn(f, "20:00");
    turn(f, "21:00");
    g_assert_null(bt_requisition_keeper_now(f->keeper)->source);
    check(f, PLANNED, PLANNED);
}

static void test_begins(Fixture *f, gconstpointer data)
{
    (void)data;
    turn(f, "09:59");
    turn(f, "10:00");
    check(f, PLANNED, "");
}

/* Each start finds it going on. */
static void test_cut_within(Fixture *f, gconstpointer data)
{
    (void)data;
    turn(f, "10:00");
    for (int i = 0; i < 3; i++) {
        die(f);
        start(f);
        turn(f, "14:00");
    }
    turn(f, "20:00");
    check(f, PLANNED, PLANNED);
}

static void test_off_at_the_end(Fixture *f, gconstpointer data)
{
    (void)data;
    turn(f, "10:00");
    die(f);
    start(f);
    turn(f, "50:00");
    check(f, PLANNED, PLANNED);
}

static void test_off_at_the_beginning(Fixture *f, gconstpointer data)
{
    (void)data;
    turn(f, "13:00");
    turn(f, "20:00");
    check(f, PLANNED, PLANNED);
}

/* The power went before the first of it was written down. */
static void test_told_again_once(Fixture *f, gconstpointer data)
{
    (void)data;
    turn(f, "10:00");
    bt_writer_flush(f->writer);
    BtRequisition none = { 0 };
    g_assert_true(bt_requisition_put(f->reader, &none, NULL));
    die(f);
    start(f);
    turn(f, "12:00");
    check(f, PLANNED, "");
}

/* Nobody knew what time it was: nothing is told of it, and later the right thing. */
static void test_untrusted(Fixture *f, gconstpointer data)
{
    (void)data;
    turn(f, "10:00");
    die(f);
    start(f);
    turn_as(f, "00:00", UNTRUSTED);
    turn(f, "15:00");
    turn(f, "20:00");
    check(f, PLANNED, PLANNED);
}

static void test_cancelled(Fixture *f, gconstpointer data)
{
    (void)data;
    turn(f, "10:00");
    fixture_add(
        f->inputs, 1, FULL("take", "none", "'weight':1"), "", "m3", fixture_at("23T08:12:00"));
    turn(f, "12:00");
    turn(f, "20:00");
    check(f, PLANNED, "10:00.000-12:00.020");
}

static void test_comes_in_the_middle(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_inputs_free(f->inputs);
    f->inputs = inputs_of(OWN, FULL("take", "none", "'weight':1"));
    fixture_add(f->inputs, 1, TAKEN, "", "m3", fixture_at("23T08:12:00"));
    turn(f, "11:00");
    turn(f, "12:00");
    turn(f, "20:00");
    check(f, "12:00.020-20:00.000", "12:00.020-20:00.000");
}

/* An emergency gives the screen back to nobody. */
static void test_emergency_within(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_inputs_free(f->inputs);
    f->inputs = inputs_of(OWN "," ALARM, TAKEN);
    for (guint i = 0; i < 13; i++) {
        g_autofree char *minute = g_strdup_printf("%02u:00", 9 + i);
        turn(f, minute);
    }
    check(f, PLANNED, PLANNED);
}

static void test_emergency_over_the_end(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_inputs_free(f->inputs);
    f->inputs = inputs_of(OWN "," LATE_ALARM, TAKEN);
    turn(f, "10:00");
    turn(f, "18:00");
    turn(f, "22:00");
    turn(f, "25:00");
    check(f, PLANNED, PLANNED);
}

static void test_safe_within(Fixture *f, gconstpointer data)
{
    (void)data;
    turn(f, "10:00");
    turn_as(f, "12:00", SAFE);
    turn(f, "18:00");
    turn(f, "20:00");
    check(f, PLANNED, PLANNED);
}

/* Without anybody to take it from there is no requisition. */
static void test_alone(Fixture *f, gconstpointer data)
{
    (void)data;
    die(f);
    bt_config_free(f->config);
    read_config(f, "[source tinh]\nbase=https://t.vn\n");
    start(f);
    turn(f, "10:00");
    turn(f, "20:00");
    check(f, "", "");
}

/* One that signs hears it by its reports; nothing waits for it. */
static void test_authority_that_signs(Fixture *f, gconstpointer data)
{
    (void)data;
    ((BtConfigSource *)g_ptr_array_index(f->config->sources, 1))->kind = BT_SOURCE_NATIVE;
    turn(f, "10:00");
    bt_writer_flush(f->writer);
    g_autofree char *facts = facts_of(f), *outbox = outbox_of(f);
    g_assert_cmpstr(facts, ==, "begin " PLANNED " of xa by tinh");
    g_assert_cmpstr(outbox, ==, "");
}

#define ADD(name, function)                                                                        \
    g_test_add("/requisition/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("whole", test_whole);
    ADD("begins", test_begins);
    ADD("cut-within", test_cut_within);
    ADD("off-at-the-end", test_off_at_the_end);
    ADD("off-at-the-beginning", test_off_at_the_beginning);
    ADD("told-again-once", test_told_again_once);
    ADD("untrusted", test_untrusted);
    ADD("cancelled", test_cancelled);
    ADD("comes-in-the-middle", test_comes_in_the_middle);
    ADD("emergency-within", test_emergency_within);
    ADD("emergency-over-the-end", test_emergency_over_the_end);
    ADD("safe-within", test_safe_within);
    ADD("alone", test_alone);
    ADD("authority-that-signs", test_authority_that_signs);
    return g_test_run();
}
