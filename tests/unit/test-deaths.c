/* What deaths of show lead to: who is blamed, and what the ledger of inputs holds afterwards. */
#include "player/facts/deaths.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

#define T_MS G_GINT64_CONSTANT(1795000000000)

typedef struct {
    char *folder, *note, *ledger_path;
    BtFacts *facts;
    BtInputLedger *ledger;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("bangtin-deaths-XXXXXX", NULL);
    f->note = g_build_filename(f->folder, "on-glass", NULL);
    f->ledger_path = g_build_filename(f->folder, "inputs.db", NULL);
    f->facts = bt_facts_open(":memory:", NULL);
    f->ledger = bt_input_ledger_open(f->ledger_path, TRUE, NULL);
    g_assert_nonnull(f->ledger);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    static const char *const names[] = { "on-glass", "inputs.db", "inputs.db-wal", "inputs.db-shm",
        "inputs.db.known" };
    (void)data;
    bt_facts_close(f->facts);
    bt_input_ledger_close(f->ledger);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(f->folder, names[i], NULL);
        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(f->folder), ==, 0);
    g_free(f->folder);
    g_free(f->note);
    g_free(f->ledger_path);
}

/* ---- the note ---- */

static void put(BtGlassNote *note, BtOnKind kind, const char *const *items)
{
    BtOnAir on_air = { .kind = kind, .source_name = (char *)"kp" };
    BtItem things[4] = { 0 };
    on_air.zones = g_array_new(FALSE, TRUE, sizeof(BtOnZone));
    for (guint i = 0; items[i] != NULL; i++) {
        things[i].id = (char *)items[i];
        BtOnZone zone = { .item = &things[i] };
        g_array_append_val(on_air.zones, zone);
    }
    bt_glass_note_put(note, &on_air);
    g_array_unref(on_air.zones);
}

static void check_note(const Fixture *f, const char *boot, const char *wanted)
{
    g_autofree char *said = bt_glass_note_read(f->note, boot);
    g_assert_cmpstr(said, ==, wanted);
}

static void test_note(Fixture *f, gconstpointer data)
{
    static const char *const long_names[] = { "a-long-name", "b", NULL };
    static const char *const short_name[] = { "c", NULL }, *const none[] = { NULL };
    (void)data;
    check_note(f, "boot-1", NULL);
    BtGlassNote *note = bt_glass_note_new(f->note, "boot-1");
    put(note, BT_ON_PROGRAMME, long_names);
    check_note(f, "boot-1", "kp/a-long-name kp/b");
    check_note(f, "boot-2", NULL);
    put(note, BT_ON_PROGRAMME, short_name);
    check_note(f, "boot-1", "kp/c");
    put(note, BT_ON_SAFE, none);
    check_note(f, "boot-1", "");
    put(note, BT_ON_PROGRAMME, short_name);
    bt_glass_note_free(note);
    note = bt_glass_note_new(f->note, "boot-1");
    check_note(f, "boot-1", ""); /* what the last show drew is not blamed for this one's death */
    bt_glass_note_free(note);
    g_assert_true(g_file_set_contents(f->note, "boot-1 no end", -1, NULL));
    check_note(f, "boot-1", NULL);
    note = bt_glass_note_new(NULL, "boot-1");
    put(note, BT_ON_PROGRAMME, short_name);
    bt_glass_note_free(note);
}

/* ---- judging ---- */

/* Deaths at these seconds with these items on the glass, and who is set aside at the last. */
static const struct {
    const char *name;
    struct {
        int s;
        const char *items;
    } deaths[5];
    gboolean safe;
    const char *suspects;
} cases[] = {
    { "one", { { 0, "kp/a" } }, FALSE, "" },
    { "two", { { 0, "kp/a" }, { 1, "kp/a" } }, FALSE, "" },
    { "three", { { 0, "kp/a kp/b" }, { 1, "kp/c" }, { 2, "kp/a" } }, TRUE, "kp/a" },
    { "two-guilty", { { 0, "kp/a kp/b" }, { 1, "kp/b kp/a" }, { 2, "kp/c" } }, TRUE, "kp/a kp/b" },
    { "nobody-twice", { { 0, "kp/a" }, { 1, "kp/b" }, { 2, "kp/c" } }, TRUE, "" },
    { "two-zones-of-one-death", { { 0, "kp/a kp/a" }, { 1, "kp/b" }, { 2, "kp/c" } }, TRUE, "" },
    { "same-name-of-two-sources", { { 0, "kp/a" }, { 1, "tinh/a" }, { 2, "" } }, TRUE, "" },
    { "nothing-on", { { 0, "" }, { 1, "" }, { 2, "" } }, TRUE, "" },
    { "at-the-minute", { { 0, "kp/a" }, { 30, "kp/b" }, { 60, "kp/a" } }, TRUE, "kp/a" },
    { "past-the-minute", { { 0, "kp/a" }, { 30, "kp/a" }, { 61, "kp/a" } }, FALSE, "" },
    { "the-fourth", { { 0, "kp/a" }, { 50, "kp/b" }, { 100, "kp/b" }, { 105, "kp/a" } }, TRUE,
        "kp/b" },
};

static gboolean die(Fixture *f, int s, const char *items, BtDeath *death)
{
    g_autoptr(GError) error = NULL;
    gint64 died_ms = T_MS + s * BT_SECOND_MS;
    *death = (BtDeath){ .died_ms = died_ms, .items = g_strdup(items) };
    g_assert_true(bt_death_judge(death, f->facts, f->ledger, died_ms + 300, &error));
    g_assert_no_error(error);
    return death->safe;
}

static void test_judge(Fixture *f, gconstpointer data)
{
    guint c = GPOINTER_TO_UINT(data);
    BtDeath death = { 0 };
    gint64 t_ms = T_MS;
    for (guint i = 0; i < G_N_ELEMENTS(cases[c].deaths) && cases[c].deaths[i].items; i++) {
        bt_death_clear(&death);
        die(f, cases[c].deaths[i].s, cases[c].deaths[i].items, &death);
        t_ms = T_MS + cases[c].deaths[i].s * BT_SECOND_MS + 300;
    }
    g_assert_cmpint(death.safe, ==, cases[c].safe);
    g_autoptr(GString) suspects = g_string_new(NULL);
    for (guint i = 0; death.suspects && i < death.suspects->len; i++)
        g_string_append_printf(
            suspects, "%s%s", i ? " " : "", (char *)g_ptr_array_index(death.suspects, i));
    g_assert_cmpstr(suspects->str, ==, cases[c].suspects);
    gint64 until_ms = cases[c].safe ? t_ms + BT_SAFE_MS : BT_TIME_MIN;
    g_assert_cmpint(bt_input_ledger_safe_until(f->ledger, t_ms), ==, until_ms);
    g_assert_cmpint(bt_input_ledger_safe_until(f->ledger, t_ms - 1), ==, BT_TIME_MIN);
    if (cases[c].safe)
        g_assert_cmpint(bt_input_ledger_safe_until(f->ledger, until_ms), ==, BT_TIME_MIN);
    bt_death_clear(&death);
}

/* Without a ledger that takes it the verdict holds all the same. */
static void test_no_ledger(Fixture *f, gconstpointer data)
{
    BtDeath death;
    (void)data;
    g_clear_pointer(&f->ledger, bt_input_ledger_close);
    for (int i = 0; i < 3; i++) {
        gboolean safe = die(f, i, "kp/a", &death);
        g_assert_cmpint(safe, ==, i == 2);
        bt_death_clear(&death);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/deaths/note", Fixture, NULL, set_up, test_note, tear_down);
    g_test_add("/deaths/no-ledger", Fixture, NULL, set_up, test_no_ledger, tear_down);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strconcat("/deaths/judge/", cases[i].name, NULL);
        g_test_add(name, Fixture, GUINT_TO_POINTER(i), set_up, test_judge, tear_down);
    }
    return g_test_run();
}
