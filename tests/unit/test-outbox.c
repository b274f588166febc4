/* What a source system is to be told: in order, once each, and right by the clock. */
#include "base/error.h"
#include "player/facts/db.h"
#include "player/facts/found.h"
#include "player/facts/outbox.h"

#include <glib/gstdio.h>
#include <string.h>

#define T0 G_GINT64_CONSTANT(1795000000000)

typedef struct {
    char *folder, *path;
    BtFacts *facts;
} Fixture;

static void reopen(Fixture *f, const char *boot)
{
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&f->facts, bt_facts_close);
    f->facts = bt_facts_open(f->path, &error);
    g_assert_no_error(error);
    bt_facts_set_boot(f->facts, boot);
}

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("bangtin-outbox-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "ledger.db", NULL);
    reopen(f, "boot-1");
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

static void add(Fixture *f, const char *source, const char *id, gint64 s, gboolean trusted)
{
    g_autoptr(GError) error = NULL;
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "item", id);
    bt_json_set_time(body, "due", T0 + s * 1000 - 500);
    bt_outbox_add(f->facts, source, BT_OUT_STARTED, id, T0 + s * 1000, trusted, body, &error);
    g_assert_no_error(error);
}

/* "ITEM at DUE(ms after T0) …" of all that waits, taken out one by one. (transfer full) */
static char *take_all(Fixture *f, const char *source)
{
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    BtOutboxEntry entry;
    while (bt_outbox_first(f->facts, source, &entry, &error)) {
        BtJsonAt root = bt_json_root("", entry.body), item, due;
        gint64 due_ms = 0;
        g_assert_true(bt_json_member(&root, "item", &item) && bt_json_member(&root, "due", &due));
        g_assert_true(bt_json_read_time(&due, &due_ms, NULL));
        g_string_append_printf(text, "%s%s@%d/%d%s", text->len > 0 ? " " : "",
            bt_json_read_string(&item, 0, 99, NULL), (int)((entry.at_ms - T0) / 1000),
            (int)(due_ms - T0), entry.trusted ? "" : "?");
        g_assert_true(bt_outbox_remove(f->facts, entry.seq, NULL));
        bt_outbox_entry_clear(&entry);
    }
    g_assert_no_error(error);
    return g_string_free(text, FALSE);
}

static void check(Fixture *f, const char *source, const char *expected)
{
    g_autofree char *found = take_all(f, source);
    g_assert_cmpstr(found, ==, expected);
}

static void test_in_order(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, "tinh", "b", 5, TRUE);
    add(f, "xa", "x", 6, TRUE);
    add(f, "tinh", "a", 2, TRUE);
    reopen(f, "boot-2");
    g_assert_cmpint(bt_outbox_waiting(f->facts, "tinh"), ==, 2);
    g_assert_cmpint(bt_outbox_waiting(f->facts, "nobody"), ==, 0);
    check(f, "tinh", "b@5/4500 a@2/1500");
    check(f, "xa", "x@6/5500");
    g_assert_cmpint(bt_outbox_waiting(f->facts, "tinh"), ==, 0);
}

/* Also after it was heard, and not for longer than it is kept. */
static void test_once(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, "tinh", "a", 1, TRUE);
    add(f, "tinh", "a", 2, TRUE);
    add(f, "xa", "a", 3, TRUE);
    check(f, "tinh", "a@1/500");
    check(f, "xa", "a@3/2500");
    reopen(f, "boot-2");
    g_assert_true(bt_facts_tidy(f->facts, T0 + BT_OUTBOX_KEEP_MS, NULL));
    add(f, "tinh", "a", 4, TRUE);
    check(f, "tinh", "");
    g_assert_true(bt_facts_tidy(f->facts, T0 + 3000 + BT_OUTBOX_KEEP_MS, NULL));
    add(f, "tinh", "a", 5, TRUE);
    check(f, "tinh", "a@5/4500");
}

static void test_with_its_row(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_true(bt_facts_begin(f->facts, NULL));
    add(f, "tinh", "a", 1, TRUE);
    bt_facts_rollback(f->facts);
    check(f, "tinh", "");
    g_assert_true(bt_facts_begin(f->facts, NULL));
    add(f, "tinh", "a", 1, TRUE);
    g_assert_true(bt_facts_commit(f->facts, NULL));
    check(f, "tinh", "a@1/500");
}

/* As facts are: what waits, and said so, and is of this boot. */
static void test_moved(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, "tinh", "other-boot", 1, FALSE);
    reopen(f, "boot-2");
    add(f, "tinh", "trusted", 2, TRUE);
    add(f, "tinh", "guessed", 3, FALSE);
    add(f, "tinh", "before", 0, FALSE);
    g_assert_true(bt_facts_move(f->facts, T0 + 1000, 100 * 1000, NULL));
    check(f, "tinh", "other-boot@1/500? trusted@2/1500 guessed@103/102500 before@0/-500");
}

static void spoil(const Fixture *f, const char *sql)
{
    g_autoptr(GError) error = NULL;
    bt_db_run(bt_facts_db(f->facts), &error, sql, "");
    g_assert_no_error(error);
}

/* What rotted holds nothing up. */
static void test_rotten(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, "tinh", "a", 1, TRUE);
    add(f, "tinh", "b", 2, TRUE);
    add(f, "tinh", "c", 3, TRUE);
    spoil(f, "UPDATE outbox SET body = 'x' WHERE id = 'a'");
    spoil(f, "UPDATE outbox SET kind = 99 WHERE id = 'b'");
    check(f, "tinh", "c@3/2500");
}

/* What can be read is taken over, and numbers that were given are not given again: a late removal
 * must not hit something else. */
static void test_damage(Fixture *f, gconstpointer data)
{
    (void)data;
    BtOutboxEntry before, after;
    add(f, "tinh", "a", 1, TRUE);
    add(f, "tinh", "b", 2, TRUE);
    g_assert_true(bt_outbox_first(f->facts, "tinh", &before, NULL));
    bt_outbox_entry_clear(&before);
    g_assert_true(bt_outbox_remove(f->facts, before.seq, NULL));
    g_clear_pointer(&f->facts, bt_facts_close);
    g_autofree char *garbage = g_strnfill(20000, 'x');
    g_assert_true(g_file_set_contents(f->path, garbage, -1, NULL));
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*was damaged*");
    reopen(f, "boot-2");
    add(f, "tinh", "c", 3, TRUE);
    g_test_assert_expected_messages();
    g_assert_true(bt_outbox_first(f->facts, "tinh", &after, NULL));
    g_assert_cmpint(after.seq, >, before.seq + 1);
    bt_outbox_entry_clear(&after);
    check(f, "tinh", "c@3/2500");
}

static void test_too_long(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strnfill(70000, 'a');
    BtJson *body = bt_json_new_object();
    bt_json_set_string(body, "name", text);
    g_assert_false(bt_outbox_add(f->facts, "tinh", BT_OUT_SAVED, "a", T0, TRUE, body, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
}

/* The oldest are given up, and the others are there. */
static void test_full(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *sql = g_strdup_printf(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
        " INSERT INTO outbox (source, id, kind, at_ms, trusted, boot, body) SELECT 'tinh', i, 0, 0,"
        " 1, '', '{}' FROM n",
        BT_OUTBOX_MAX);
    spoil(f, sql);
    g_assert_cmpint(bt_outbox_waiting(f->facts, "tinh"), ==, BT_OUTBOX_MAX);
    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, "*tinh*given up*");
    add(f, "tinh", "one more", 1, TRUE);
    g_test_assert_expected_messages();
    g_assert_cmpint(bt_outbox_waiting(f->facts, "tinh"), ==, BT_OUTBOX_MAX);
    BtOutboxEntry entry;
    g_assert_true(bt_outbox_first(f->facts, "tinh", &entry, NULL));
    g_assert_cmpint(entry.seq, ==, 2);
    bt_outbox_entry_clear(&entry);
}

static void test_standing(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    BtStanding standing = { .item = (char *)"b1",
        .zone = (char *)"main",
        .start_ms = T0,
        .volume = 70,
        .paused = TRUE,
        .changed_ms = T0 + 1 };
    BtStanding found;
    g_assert_false(bt_standing_get(f->facts, "tinh", &found, &error));
    g_assert_no_error(error);
    g_assert_true(bt_standing_put(f->facts, "tinh", &standing, NULL));
    standing.volume = 60;
    g_assert_true(bt_standing_put(f->facts, "tinh", &standing, NULL));
    reopen(f, "boot-2");
    g_assert_true(bt_standing_get(f->facts, "tinh", &found, NULL));
    g_assert_cmpstr(found.item, ==, "b1");
    g_assert_cmpstr(found.zone, ==, "main");
    g_assert_cmpint(found.start_ms, ==, T0);
    g_assert_cmpint(found.volume, ==, 60);
    g_assert_true(found.paused && !found.stopped);
    g_assert_cmpint(found.changed_ms, ==, T0 + 1);
    bt_standing_clear(&found);
}

/* ---- what show found out ---- */

static void test_size(Fixture *f, gconstpointer data)
{
    (void)data;
    BtFound found = bt_found_look(f->facts);
    g_assert_true(found.w_px == 0 && found.h_px == 0 && found.n_lengths == 0);
    g_assert_true(bt_found_put_size(f->facts, 640, 384, NULL));
    g_assert_true(bt_found_put_size(f->facts, 768, 432, NULL));
    reopen(f, "boot-2");
    found = bt_found_look(f->facts);
    g_assert_cmpint(found.w_px, ==, 768);
    g_assert_cmpint(found.h_px, ==, 432);
    spoil(f, "UPDATE canvas SET w_px = -5, h_px = 1000000");
    found = bt_found_look(f->facts);
    g_assert_true(found.w_px == 0 && found.h_px == 0);
}

/* Only what was not known so is news; the oldest is forgotten. */
static void test_lengths(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(bt_found_length_ms(f->facts, "aa"), ==, 0);
    g_assert_true(bt_found_put_length(f->facts, "aa", 8000, NULL));
    gint64 before = bt_found_look(f->facts).n_lengths;
    g_assert_true(bt_found_put_length(f->facts, "aa", 8000, NULL));
    g_assert_cmpint(bt_found_look(f->facts).n_lengths, ==, before);
    g_assert_true(bt_found_put_length(f->facts, "aa", 9000, NULL));
    g_assert_cmpint(bt_found_look(f->facts).n_lengths, >, before);
    g_assert_cmpint(bt_found_length_ms(f->facts, "aa"), ==, 9000);
    g_autofree char *sql = g_strdup_printf(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
        " INSERT INTO length (sha256, duration_ms) SELECT 's' || i, i FROM n",
        BT_FOUND_LENGTHS_MAX);
    spoil(f, sql);
    g_assert_true(bt_found_put_length(f->facts, "bb", 1000, NULL));
    g_assert_cmpint(bt_found_length_ms(f->facts, "aa"), ==, 0);
    g_assert_cmpint(bt_found_length_ms(f->facts, "bb"), ==, 1000);
}

#define ADD(name, function) g_test_add("/outbox/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_setenv("LC_ALL", "C", TRUE);
    g_test_init(&argc, &argv, NULL);
    ADD("in-order", test_in_order);
    ADD("once", test_once);
    ADD("with-its-row", test_with_its_row);
    ADD("moved", test_moved);
    ADD("rotten", test_rotten);
    ADD("damage", test_damage);
    ADD("too-long", test_too_long);
    ADD("full", test_full);
    ADD("standing", test_standing);
    ADD("size", test_size);
    ADD("lengths", test_lengths);
    return g_test_run();
}
