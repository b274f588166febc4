#include "base/db.h"

#include "base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const two_scripts[] = {
    "CREATE TABLE fact(id INTEGER PRIMARY KEY, name TEXT, share REAL, body BLOB);"
    "INSERT INTO fact(name) VALUES('first')",
    "CREATE TABLE child(fact INTEGER NOT NULL REFERENCES fact(id))",
    NULL,
};

typedef struct {
    char *folder, *path;
} Place;

static void place_open(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    place->folder = g_dir_make_tmp("bangtin-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, "db", NULL);
}

static void place_close(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *path = g_strconcat(place->path, ends[i], NULL);
        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(place->folder), ==, 0);
    g_free(place->folder);
    g_free(place->path);
}

static BtDb *open_db(const Place *place)
{
    g_autoptr(GError) error = NULL;
    BtDb *db = bt_db_open(place->path, two_scripts, &error);
    g_assert_no_error(error);
    return db;
}

static void run(BtDb *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    bt_db_run(db, &error, sql, "");
    g_assert_no_error(error);
}

/* The one number that `sql` asks for. */
static gint64 ask(BtDb *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtRows) rows = bt_db_query(db, &error, sql, "");
    g_assert_no_error(error);
    g_assert_true(bt_rows_next(rows, &error));
    return bt_rows_int(rows, 0);
}

static char *ask_text(BtDb *db, const char *sql)
{
    g_autoptr(BtRows) rows = bt_db_query(db, NULL, sql, "");
    g_assert_true(bt_rows_next(rows, NULL));
    return g_strdup(bt_rows_text(rows, 0));
}

static void assert_failed(GError **error, BtError code, const char *path, const char *what)
{
    g_autofree char *message = g_strdup_printf("%s: %s", path, what);
    g_assert_error(*error, BT_ERROR, (int)code);
    g_assert_cmpstr((*error)->message, ==, message);
    g_clear_error(error);
}

static void settings(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(BtDb) db = open_db(place);
    g_autofree char *journal = ask_text(db, "PRAGMA journal_mode");
    g_assert_cmpstr(journal, ==, "wal");
    g_assert_cmpint(ask(db, "PRAGMA synchronous"), ==, 2); /* FULL */
    g_assert_cmpint(ask(db, "PRAGMA foreign_keys"), ==, 1);
    g_assert_cmpint(ask(db, "PRAGMA busy_timeout"), ==, 5000);
}

/* ---- migrations ---- */

static void migrated_once(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    for (int i = 0; i < 3; i++) {
        g_autoptr(BtDb) db = open_db(place);
        g_assert_cmpint(ask(db, "PRAGMA user_version"), ==, 2);
        g_assert_cmpint(ask(db, "SELECT count(*) FROM fact"), ==, 1);
    }
}

static void migrated_step_by_step(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    const char *const none[] = { NULL }, *const one[] = { two_scripts[0], NULL };
    const char *const *const lists[] = { none, one, two_scripts };
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(BtDb) db = bt_db_open(place->path, lists[i], &error);
        g_assert_no_error(error);
        g_assert_cmpint(ask(db, "PRAGMA user_version"), ==, i);
        g_assert_cmpint(ask(db, "SELECT count(*) FROM sqlite_schema"), ==, i);
    }
}

static void newer_version(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    const char *const one[] = { two_scripts[0], NULL };
    g_autoptr(GError) error = NULL;
    bt_db_close(open_db(place));
    g_assert_null(bt_db_open(place->path, one, &error));
    assert_failed(
        &error, BT_ERROR_UNSUPPORTED, place->path, "a file of version 2: expected at most 1");
    g_autoptr(BtDb) db = open_db(place); /* and is as it was */
    g_assert_cmpint(ask(db, "PRAGMA user_version"), ==, 2);
}

/* What the first half of a script did is undone when its second half fails. */
static void broken_script(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    const char *const broken[] = { two_scripts[0], "CREATE TABLE half(x); NONSENSE", NULL };
    const char *const one[] = { two_scripts[0], NULL };
    g_autoptr(GError) error = NULL;
    g_assert_null(bt_db_open(place->path, broken, &error));
    assert_failed(&error, BT_ERROR_IO, place->path, "migration 2: near \"NONSENSE\": syntax error");
    g_autoptr(BtDb) db = bt_db_open(place->path, one, NULL);
    g_assert_cmpint(ask(db, "PRAGMA user_version"), ==, 1);
    g_assert_cmpint(ask(db, "SELECT count(*) FROM sqlite_schema WHERE name='half'"), ==, 0);
}

static void not_a_database(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *junk = g_strnfill(8192, 'j'),
                    *below = g_build_filename(place->path, "x", NULL);
    g_assert_true(g_file_set_contents(place->path, junk, -1, NULL));
    g_assert_null(bt_db_open(place->path, two_scripts, &error));
    assert_failed(
        &error, BT_ERROR_IO, place->path, "cannot use a write-ahead log: file is not a database");
    g_assert_null(bt_db_open(below, two_scripts, &error));
    assert_failed(&error, BT_ERROR_IO, below, "cannot open: unable to open database file");
}

/* Six processes find no file at the same moment: each script still runs once. */
static void opened_by_many(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    pid_t children[6];
    for (gsize i = 0; i < G_N_ELEMENTS(children); i++) {
        children[i] = fork();
        if (children[i] == 0) {
            BtDb *db = bt_db_open(place->path, two_scripts, NULL);
            gboolean ok = db && bt_db_run(db, NULL, "INSERT INTO fact(name) VALUES('more')", "");
            bt_db_close(db);
            _exit(ok ? 0 : 1);
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(children); i++) {
        int status = -1;
        while (waitpid(children[i], &status, 0) < 0 && errno == EINTR)
            continue;
        g_assert_cmpint(status, ==, 0);
    }
    g_autoptr(BtDb) db = open_db(place);
    g_assert_cmpint(ask(db, "SELECT count(*) FROM fact"), ==, 7);
    g_assert_cmpint(ask(db, "PRAGMA user_version"), ==, 2);
}

/* ---- values ---- */

static void all_types(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtDb) db = open_db(place);
    g_autoptr(GBytes) body = g_bytes_new_static("a\0b", 3);
    g_assert_true(bt_db_run(db, &error, "INSERT INTO fact VALUES(?,?,?,?)", "isdb", G_MAXINT64,
        "bảng tin", 0.25, body));
    g_assert_cmpint(bt_db_last_id(db), ==, G_MAXINT64);
    g_assert_cmpint(bt_db_changes(db), ==, 1);
    g_autoptr(BtRows) rows =
        bt_db_query(db, &error, "SELECT * FROM fact WHERE name=?", "s", "bảng tin");
    g_assert_true(bt_rows_next(rows, &error));
    g_autoptr(GBytes) again = bt_rows_bytes(rows, 3);
    g_assert_cmpint(bt_rows_int(rows, 0), ==, G_MAXINT64);
    g_assert_cmpstr(bt_rows_text(rows, 1), ==, "bảng tin");
    g_assert_true(bt_rows_double(rows, 2) == 0.25);
    g_assert_true(g_bytes_equal(body, again));
    g_assert_false(bt_rows_next(rows, &error));
    g_assert_false(bt_rows_next(rows, &error)); /* and does not begin again */
    g_assert_no_error(error);
}

static void null_and_empty(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtDb) db = open_db(place);
    g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
    g_assert_true(bt_db_run(db, &error, "DELETE FROM fact", ""));
    g_assert_true(
        bt_db_run(db, &error, "INSERT INTO fact(name,body) VALUES(?,?)", "sb", NULL, NULL));
    g_assert_true(
        bt_db_run(db, &error, "INSERT INTO fact(name,body) VALUES(?,?)", "sb", "", empty));
    g_autoptr(BtRows) rows = bt_db_query(db, &error, "SELECT name,body FROM fact ORDER BY id", "");
    g_assert_true(bt_rows_next(rows, &error));
    g_assert_true(bt_rows_is_null(rows, 0) && bt_rows_is_null(rows, 1));
    g_assert_null(bt_rows_text(rows, 0));
    g_assert_null(bt_rows_bytes(rows, 1));
    g_assert_true(bt_rows_next(rows, &error));
    g_assert_false(bt_rows_is_null(rows, 0) || bt_rows_is_null(rows, 1));
    g_autoptr(GBytes) again = bt_rows_bytes(rows, 1);
    g_assert_cmpuint(g_bytes_get_size(again), ==, 0);
}

/* The second loop over the same text runs inside the first. */
static void nested_queries(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    const char *sql = "SELECT id FROM fact ORDER BY id";
    g_autoptr(BtDb) db = open_db(place);
    gint64 sum = 0;
    run(db, "INSERT INTO fact(name) VALUES('x'),('y')");
    g_assert_cmpint(bt_db_changes(db), ==, 2);
    g_autoptr(BtRows) outer = bt_db_query(db, NULL, sql, "");
    while (bt_rows_next(outer, NULL)) {
        g_autoptr(BtRows) inner = bt_db_query(db, NULL, sql, "");
        while (bt_rows_next(inner, NULL))
            sum += bt_rows_int(outer, 0) * 10 + bt_rows_int(inner, 0);
    }
    g_assert_cmpint(sum, ==, 3 * 10 * (1 + 2 + 3) + 3 * (1 + 2 + 3));
}

/* ---- failures ---- */

static void bad_statements(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    static const struct {
        const char *sql, *what;
    } cases[] = {
        { "NONSENSE", "NONSENSE: near \"NONSENSE\": syntax error" },
        { "SELECT * FROM absent", "SELECT * FROM absent: no such table: absent" },
        { "SELECT 1; SELECT 2", "SELECT 1; SELECT 2: expected exactly one statement" },
        { "", ": expected exactly one statement" },
        { "SELECT ?", "SELECT ?: expected 1 arguments" },
        { "INSERT INTO child VALUES(99)",
            "INSERT INTO child VALUES(99): FOREIGN KEY constraint failed" },
        { "INSERT INTO child VALUES(NULL)",
            "INSERT INTO child VALUES(NULL): NOT NULL constraint failed: child.fact" },
    };
    g_autoptr(BtDb) db = open_db(place);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(bt_db_run(db, &error, cases[i].sql, ""));
        assert_failed(&error, BT_ERROR_IO, place->path, cases[i].what);
    }
    run(db, "INSERT INTO child VALUES(1);  "); /* a semicolon at the end is no second statement */
}

static void failing_rows(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtDb) db = open_db(place);
    g_autoptr(BtRows) rows = bt_db_query(db, &error, "SELECT abs(?)", "i", G_MININT64);
    g_assert_false(bt_rows_next(rows, &error));
    assert_failed(&error, BT_ERROR_IO, place->path, "SELECT abs(?): integer overflow");
}

/* ---- transactions ---- */

static void transactions(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtDb) db = open_db(place);
    bt_db_rollback(db); /* nothing is open, so nothing */
    g_assert_true(bt_db_begin(db, &error));
    run(db, "INSERT INTO fact(name) VALUES('undone')");
    bt_db_rollback(db);
    g_assert_cmpint(ask(db, "SELECT count(*) FROM fact"), ==, 1);
    g_assert_true(bt_db_begin(db, &error));
    run(db, "INSERT INTO fact(name) VALUES('done')");
    g_assert_true(bt_db_commit(db, &error));
    g_autoptr(BtDb) other = open_db(place);
    g_assert_cmpint(ask(other, "SELECT count(*) FROM fact"), ==, 2);
    g_assert_false(bt_db_commit(db, &error));
    assert_failed(
        &error, BT_ERROR_IO, place->path, "COMMIT: cannot commit - no transaction is active");
}

/* A process that dies in a transaction leaves what was committed before, and no lock. */
static void died_in_a_transaction(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    bt_db_close(open_db(place));
    pid_t child = fork();
    if (child == 0) {
        BtDb *db = bt_db_open(place->path, two_scripts, NULL);
        bt_db_run(db, NULL, "INSERT INTO fact(name) VALUES('kept')", "");
        bt_db_begin(db, NULL);
        bt_db_run(db, NULL, "INSERT INTO fact(name) VALUES('lost')", "");
        _exit(0);
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    g_autoptr(BtDb) db = open_db(place);
    g_assert_cmpint(ask(db, "SELECT count(*) FROM fact"), ==, 2);
    g_assert_cmpint(ask(db, "SELECT count(*) FROM fact WHERE name='kept'"), ==, 1);
    run(db, "INSERT INTO fact(name) VALUES('after')");
}

static void add(const char *path, void (*test)(Place *, gconstpointer))
{
    g_test_add(path, Place, NULL, place_open, test, place_close);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/db/settings", settings);
    add("/db/migrations/once", migrated_once);
    add("/db/migrations/step-by-step", migrated_step_by_step);
    add("/db/migrations/newer", newer_version);
    add("/db/migrations/broken", broken_script);
    add("/db/not-a-database", not_a_database);
    add("/db/opened-by-many", opened_by_many);
    add("/db/types", all_types);
    add("/db/null-and-empty", null_and_empty);
    add("/db/nested", nested_queries);
    add("/db/bad-statements", bad_statements);
    add("/db/failing-rows", failing_rows);
    add("/db/transactions", transactions);
    add("/db/died", died_in_a_transaction);
    return g_test_run();
}
