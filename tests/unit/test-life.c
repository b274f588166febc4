/* Uptime in stretches: what is reported after a death, after a power cut, and of a long day. */
#include "player/facts/life.h"

#include <string.h>

/* A keeper over a ledger in memory; instants are seconds of one morning. */
typedef struct {
    BtFacts *facts; /* the writer's own; asked only after a flush */
    BtWriter *writer;
    BtLifeKeeper *keeper;
} Fixture;

static BtMoment at_second(gint64 s)
{
    return (BtMoment){ .wall_ms = s * 1000, .mono_ms = s * 1000, .trusted = TRUE };
}

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->facts = bt_facts_open(":memory:", NULL);
    bt_facts_set_boot(f->facts, "boot");
    f->writer = bt_writer_new(f->facts);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_life_free(f->keeper);
    bt_writer_free(f->writer);
}

static void begin(Fixture *f, const BtLife *previous, gint64 left_s, gint64 now_s)
{
    BtMoment now = at_second(now_s);
    f->keeper = bt_life_new(f->writer, "boot", previous, left_s * 1000, &now);
}

static void set(Fixture *f, const char *state, const char *cause, gint64 s)
{
    BtMoment now = at_second(s);
    bt_life_set(f->keeper, state, cause, &now);
}

static void tick(Fixture *f, gint64 s)
{
    BtMoment now = at_second(s);
    bt_life_tick(f->keeper, &now);
}

static char *text_of(const BtJsonAt *root, const char *key)
{
    BtJsonAt member;
    const char *text =
        bt_json_member(root, key, &member) ? bt_json_read_string(&member, 0, 100, NULL) : NULL;
    return g_strdup(text == NULL ? "" : text);
}

static gint64 second_of(const BtJsonAt *root, const char *key)
{
    BtJsonAt member;
    gint64 wall_ms = -1;
    g_assert_true(bt_json_member(root, key, &member));
    g_assert_true(bt_json_read_time(&member, &wall_ms, NULL));
    return wall_ms / 1000;
}

/* "STATE CAUSE FROM-TO" of each stretch, one a line. */
static void check(Fixture *f, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    bt_writer_flush(f->writer);
    g_autoptr(GBytes) batch = bt_facts_batch(f->facts, BT_BATCH_MAX_BYTES, NULL);
    g_autofree char *all = batch == NULL
        ? g_strdup("")
        : g_strndup(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch));
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
        g_autoptr(BtJson) json = bt_json_parse(lines[i], strlen(lines[i]), "line", 4096, 8, NULL);
        BtJsonAt root = bt_json_root("line", json);
        g_autofree char *state = text_of(&root, "state"), *cause = text_of(&root, "cause");
        g_string_append_printf(text, "%s %s %d-%d\n", state, cause, (int)second_of(&root, "from"),
            (int)second_of(&root, "to"));
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static BtLife lit_until(gint64 from_s, gint64 seen_s, gboolean clean)
{
    BtLife life = { .state = "lit", .from_ms = from_s * 1000, .seen_ms = seen_s * 1000 };
    life.clean = clean;
    return life;
}

/* ---- cases ---- */

static void test_first_day(Fixture *f, gconstpointer data)
{
    (void)data;
    begin(f, NULL, 0, 100);
    set(f, "lit", "", 102);
    tick(f, 103);
    set(f, "lit", "", 104);
    set(f, "not-showing", "off", 110);
    BtMoment end = at_second(120);
    bt_life_stop(f->keeper, &end);
    check(f, "not-showing starting 100-102\nlit  102-110\nnot-showing off 110-120\n");
}

/* Nothing is lost and nothing counted twice: the stretches touch. */
static void test_pieces(Fixture *f, gconstpointer data)
{
    (void)data;
    begin(f, NULL, 0, 0);
    set(f, "lit", "", 0);
    for (gint64 s = 1; s <= 2000; s++)
        tick(f, s);
    check(f, "lit  0-900\nlit  900-1800\n");
    BtLife life;
    g_assert_true(bt_facts_life(f->facts, &life));
    g_assert_cmpint(life.from_ms, ==, 1800000);
    g_assert_cmpint(life.seen_ms, ==, 2000000);
    g_assert_false(life.clean);
}

/* The picture stood until supervise saw show die, but nobody confirmed it. */
static void test_death(Fixture *f, gconstpointer data)
{
    (void)data;
    BtLife previous = lit_until(100, 200, FALSE);
    begin(f, &previous, 203, 204);
    check(f, "lit  100-200\nunconfirmed death 200-203\nnot-showing restart 203-204\n");
}

static void test_power_cut(Fixture *f, gconstpointer data)
{
    (void)data;
    BtLife previous = lit_until(100, 200, FALSE);
    begin(f, &previous, 0, 5000);
    check(f, "lit  100-200\nnot-showing no-power 200-5000\n");
}

static void test_stopped(Fixture *f, gconstpointer data)
{
    (void)data;
    BtLife previous = lit_until(200, 200, TRUE);
    begin(f, &previous, 0, 500);
    check(f, "not-showing stopped 200-500\n");
}

/* The clock of the new start is behind: a stretch that would end before it began is not told. */
static void test_clock_behind(Fixture *f, gconstpointer data)
{
    (void)data;
    BtLife previous = lit_until(100, 200, FALSE);
    begin(f, &previous, 0, 50);
    check(f, "lit  100-200\n");
}

/* Nobody trusted this clock, and it was 1000 s behind: there was no power for so much longer. */
static void test_moved(Fixture *f, gconstpointer data)
{
    (void)data;
    BtLife previous = lit_until(100, 200, FALSE);
    BtMoment start = at_second(200), lit = at_second(202), now = at_second(1210);
    start.trusted = lit.trusted = FALSE;
    f->keeper = bt_life_new(f->writer, "boot", &previous, 0, &start);
    bt_life_set(f->keeper, "lit", "", &lit);
    bt_life_move(f->keeper, 1000 * 1000, &now);
    set(f, "not-showing", "off", 1300);
    check(f,
        "lit  100-200\nnot-showing starting 1200-1202\nnot-showing no-power 200-1200\n"
        "lit  1202-1300\n");
}

static void step(Fixture *f, gint64 before_s, gint64 after_s)
{
    BtMoment before = at_second(before_s), after = at_second(after_s);
    bt_life_step(f->keeper, &before, &after);
}

/* No time goes by in a step: none is lit twice, and none is lit that was not. */
static void test_stepped(Fixture *f, gconstpointer data)
{
    (void)data;
    begin(f, NULL, 0, 0);
    set(f, "lit", "", 0);
    step(f, 10, 70);
    step(f, 90, 50); /* 50 to 90 a second time */
    tick(f, 60);
    step(f, 80, 60); /* once more, still in it */
    set(f, "not-showing", "off", 100);
    check(f, "lit  0-10\nunconfirmed clock 10-70\nlit  70-90\nlit  90-100\n");
}

static void test_stepped_far(Fixture *f, gconstpointer data)
{
    (void)data;
    begin(f, NULL, 0, 0);
    set(f, "lit", "", 0);
    step(f, 10, 1000000);
    step(f, 1000020, 30);
    set(f, "not-showing", "off", 40);
    check(f, "lit  0-10\nlit  1000000-1000020\nlit  30-40\n");
}

static void test_stop_is_written(Fixture *f, gconstpointer data)
{
    (void)data;
    begin(f, NULL, 0, 0);
    set(f, "lit", "", 0);
    BtMoment end = at_second(60);
    bt_life_stop(f->keeper, &end);
    bt_writer_flush(f->writer);
    BtLife life;
    g_assert_true(bt_facts_life(f->facts, &life));
    g_assert_true(life.clean);
    g_assert_cmpstr(life.boot, ==, "boot");
    g_assert_cmpint(life.seen_ms, ==, 60000);
}

#define ADD(name, function) g_test_add("/life/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("first-day", test_first_day);
    ADD("pieces", test_pieces);
    ADD("death", test_death);
    ADD("power-cut", test_power_cut);
    ADD("stopped", test_stopped);
    ADD("clock-behind", test_clock_behind);
    ADD("moved", test_moved);
    ADD("stepped", test_stepped);
    ADD("stepped-far", test_stepped_far);
    ADD("stop-is-written", test_stop_is_written);
    return g_test_run();
}
