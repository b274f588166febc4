/* The note of the last second: whatever is torn, and whoever dies, one whole note is left. */
#include "player/facts/seen.h"

#include "base/io.h"
#include "player/facts/writer.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLOT_APART_BYTES 4096

typedef struct {
    char *folder, *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("bangtin-seen-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "ledger.db-seen", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const endings[] = { "ledger.db", "ledger.db-wal", "ledger.db-shm",
        "ledger.db-seen", "ledger.db.known" };
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *path = g_build_filename(f->folder, endings[i], NULL);
        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(f->folder), ==, 0);
    g_free(f->folder);
    g_free(f->path);
}

static BtSeen *open_seen(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    BtSeen *seen = bt_seen_open(f->path, &error);
    g_assert_no_error(error);
    return seen;
}

static void write_note(BtSeen *seen, gint64 s)
{
    BtSeenNote note = { "boot", 100, s };
    g_assert_true(bt_seen_write(seen, &note, NULL));
}

static void write_notes(Fixture *f, gint64 from_s, gint64 to_s)
{
    BtSeen *seen = open_seen(f);
    for (gint64 s = from_s; s <= to_s; s++)
        write_note(seen, s);
    bt_seen_close(seen);
}

/* -1: none. */
static gint64 seen_s(Fixture *f)
{
    BtSeenNote note;
    if (!bt_seen_read(f->path, &note))
        return -1;
    g_assert_cmpstr(note.boot, ==, "boot");
    g_assert_cmpint(note.from_ms, ==, 100);
    return note.seen_ms;
}

/* ---- cases ---- */

static void test_newest(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(seen_s(f), ==, -1);
    BtSeen *seen = open_seen(f);
    g_assert_cmpint(seen_s(f), ==, -1);
    for (gint64 s = 1; s <= 4 * BT_SEEN_SYNC_EVERY + 2; s++) {
        write_note(seen, s);
        g_assert_cmpint(seen_s(f), ==, s);
    }
    bt_seen_close(seen);
    write_notes(f, 500, 500);
    g_assert_cmpint(seen_s(f), ==, 500);
    /* The clock went back: the newest note is the last one written, not the latest time. */
    write_notes(f, 7, 7);
    g_assert_cmpint(seen_s(f), ==, 7);
}

/* As the power cut leaves it when it comes after `n_bytes` of a slot. */
static void tear(Fixture *f, GBytes *before, GBytes *after, gsize at, gsize n_bytes)
{
    gsize size_bytes;
    g_autofree char *mixed =
        g_memdup2(g_bytes_get_data(before, &size_bytes), g_bytes_get_size(before));
    memcpy(mixed + at, (const char *)g_bytes_get_data(after, NULL) + at, n_bytes);
    g_assert_true(bt_io_write(f->path, mixed, size_bytes, 0600, NULL));
}

/* All writes between two syncs go to one slot: what was synced before them is whole. */
static void test_torn(Fixture *f, gconstpointer data)
{
    (void)data;
    BtSeen *seen = open_seen(f);
    for (gint64 s = 1; s <= BT_SEEN_SYNC_EVERY; s++)
        write_note(seen, s);
    g_autoptr(GBytes) before = bt_io_read(f->path, 1 << 20, NULL);
    for (gint64 s = 50; s < 50 + BT_SEEN_SYNC_EVERY; s++)
        write_note(seen, s);
    g_autoptr(GBytes) after = bt_io_read(f->path, 1 << 20, NULL);
    bt_seen_close(seen);
    guint old = 0, new = 0;
    for (gsize n_bytes = 0; n_bytes <= 256; n_bytes++) {
        tear(f, before, after, SLOT_APART_BYTES, n_bytes);
        gint64 s = seen_s(f);
        g_assert_true(s == BT_SEEN_SYNC_EVERY || s == 49 + BT_SEEN_SYNC_EVERY);
        *(s == BT_SEEN_SYNC_EVERY ? &old : &new) += 1;
    }
    g_assert_cmpuint(old, >, 64);
    g_assert_cmpuint(new, >, 64);
    /* The other slot was not touched. */
    g_assert_cmpint(
        memcmp(g_bytes_get_data(before, NULL), g_bytes_get_data(after, NULL), 4096), ==, 0);
}

static void test_broken(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const files[] = { "", "seen 1 boot 100 5 ", "no note at all" };
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_assert_true(bt_io_write(f->path, files[i], strlen(files[i]), 0600, NULL));
        g_assert_cmpint(seen_s(f), ==, -1);
        write_notes(f, 3, 3);
        g_assert_cmpint(seen_s(f), ==, 3);
    }
    g_autoptr(GBytes) whole = bt_io_read(f->path, 1 << 20, NULL);
    g_autofree char *bytes = g_memdup2(g_bytes_get_data(whole, NULL), g_bytes_get_size(whole));
    char *digit = strstr(bytes, " 3 ") + 1;
    *digit = '4';
    g_assert_true(bt_io_write(f->path, bytes, g_bytes_get_size(whole), 0600, NULL));
    g_assert_cmpint(seen_s(f), ==, -1);
}

/* ---- deaths ---- */

static void write_for_ever(Fixture *f, int told)
{
    BtSeen *seen = bt_seen_open(f->path, NULL);
    for (gint64 s = 1;; s++) {
        BtSeenNote note = { "boot", 100, s };
        if (seen == NULL || !bt_seen_write(seen, &note, NULL) ||
            write(told, &s, sizeof s) != sizeof s)
            _exit(1);
    }
}

/* What was written before the kill is there, or the one note after it that nobody heard of yet. */
static void test_killed(Fixture *f, gconstpointer data)
{
    (void)data;
    for (guint round = 0; round < 20; round++) {
        int ends[2];
        gint64 s = 0, last = 0;
        g_assert_cmpint(pipe(ends), ==, 0);
        pid_t pid = fork();
        if (pid == 0)
            write_for_ever(f, ends[1]);
        close(ends[1]);
        while (s < 10 + (gint64)round && read(ends[0], &s, sizeof s) == sizeof s)
            ;
        kill(pid, SIGKILL);
        g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
        while (read(ends[0], &s, sizeof s) == sizeof s)
            last = s;
        last = MAX(s, last);
        close(ends[0]);
        g_assert_cmpint(seen_s(f), >=, last);
        g_assert_cmpint(seen_s(f), <=, last + 1);
    }
}

/* ---- with the ledger ---- */

static BtFacts *open_facts(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->folder, "ledger.db", NULL);
    BtFacts *facts = bt_facts_open(path, &error);
    g_assert_no_error(error);
    return facts;
}

static BtLife stretch(gint64 from_ms, gint64 seen_ms)
{
    return (BtLife){ .boot = "boot", .state = "lit", .from_ms = from_ms, .seen_ms = seen_ms };
}

static void check_life(BtFacts *facts, gint64 from_ms, gint64 seen_ms)
{
    BtLife life;
    g_assert_true(bt_facts_life(facts, &life));
    g_assert_cmpint(life.from_ms, ==, from_ms);
    g_assert_cmpint(life.seen_ms, ==, seen_ms);
}

static void test_of_which_stretch(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(BtFacts) facts = open_facts(f);
    BtLife first = stretch(1000, 1000), other = stretch(1000, 9000);
    g_assert_true(bt_facts_put_life(facts, &first, NULL));
    first.seen_ms = 5000;
    g_assert_true(bt_facts_note_seen(facts, &first, NULL));
    check_life(facts, 1000, 5000);
    g_strlcpy(other.boot, "another", sizeof other.boot);
    g_assert_true(bt_facts_note_seen(facts, &other, NULL));
    check_life(facts, 1000, 1000);
    other = stretch(2000, 9000);
    g_assert_true(bt_facts_note_seen(facts, &other, NULL));
    check_life(facts, 1000, 1000);
    first.clean = TRUE;
    first.seen_ms = 3000;
    g_assert_true(bt_facts_put_life(facts, &first, NULL));
    first.seen_ms = 9000;
    g_assert_true(bt_facts_note_seen(facts, &first, NULL));
    check_life(facts, 1000, 3000);
}

static gboolean put_life(BtFacts *facts, gpointer data, GError **error)
{
    return bt_facts_put_life(facts, data, error);
}

static gboolean note_seen(BtFacts *facts, gpointer data, GError **error)
{
    return bt_facts_note_seen(facts, data, error);
}

static void post(BtWriter *writer, BtLife life, gboolean as_note)
{
    gpointer data = g_memdup2(&life, sizeof life);
    if (as_note)
        bt_writer_post_note(writer, note_seen, data, g_free);
    else
        bt_writer_post(writer, put_life, data, g_free);
}

/* A stretch's note comes after the stretch itself, else a death between the two would leave neither
 * the old one's end nor the new one. */
static void test_after_its_stretch(Fixture *f, gconstpointer data)
{
    (void)data;
    BtWriter *writer = bt_writer_new(open_facts(f));
    g_autoptr(BtFacts) other = open_facts(f);
    post(writer, stretch(1000, 1000), FALSE);
    post(writer, stretch(1000, 5000), TRUE);
    bt_writer_flush(writer);
    check_life(other, 1000, 5000);
    /* Nobody can write now. */
    g_assert_true(bt_facts_begin(other, NULL));
    post(writer, stretch(6000, 6000), FALSE);
    post(writer, stretch(6000, 7000), TRUE);
    g_usleep(1200000);
    check_life(other, 1000, 5000);
    bt_facts_rollback(other);
    bt_writer_flush(writer);
    check_life(other, 6000, 7000);
    bt_writer_free(writer);
}

#define ADD(name, function) g_test_add("/seen/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("newest", test_newest);
    ADD("torn", test_torn);
    ADD("broken", test_broken);
    ADD("killed", test_killed);
    ADD("of-which-stretch", test_of_which_stretch);
    ADD("after-its-stretch", test_after_its_stretch);
    return g_test_run();
}
