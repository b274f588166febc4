/* What happens to a database's file under a process that goes on. */
#include "base/db.h"
#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define ROWS 2000 /* on many pages */

static const char *const scripts[] = { "CREATE TABLE fact(id INTEGER PRIMARY KEY, name TEXT)",
    NULL };
static const char *const tables[] = { "fact", NULL };

typedef struct {
    char *folder, *path;
    BtDbLasting lasting;
} Place;

static void place_open(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    place->folder = g_dir_make_tmp("bangtin-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, "db", NULL);
    place->lasting = (BtDbLasting){ .migrations = scripts,
        .tables = tables,
        .after = "INSERT INTO fact(id, name) VALUES (1000000, 'after')",
        .copy = TRUE };
}

static void remove_name(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void place_close(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GDir) dir = g_dir_open(place->folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));)
        remove_name(place->folder, name);
    g_assert_cmpint(g_rmdir(place->folder), ==, 0);
    g_free(place->folder);
    g_free(place->path);
}

static gint64 ask(BtDb *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtRows) rows = bt_db_query(db, &error, sql, "");
    g_assert_no_error(error);
    g_assert_true(bt_rows_next(rows, &error));
    return bt_rows_int(rows, 0);
}

static gboolean add(BtDb *db, gint64 id)
{
    g_autofree char *name = g_strnfill(200, 'x');
    return bt_db_run(db, NULL, "INSERT INTO fact(id, name) VALUES (?, ?)", "is", id, name);
}

static void fill(const Place *place)
{
    g_autoptr(BtDb) db = bt_db_open_lasting(place->path, &place->lasting);
    g_assert_true(bt_db_begin(db, NULL));
    for (gint64 id = 1; id <= ROWS; id++)
        g_assert_true(add(db, id));
    g_assert_true(bt_db_commit(db, NULL));
}

static gboolean exists(const Place *place, const char *end)
{
    g_autofree char *path = g_strconcat(place->path, end, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* ---- damage ---- */

typedef struct {
    const char *name;
    double from, to;     /* of the file: overwritten */
    gint64 at_least;     /* rows that are saved */
    gboolean is_cut_off; /* the file ends there instead */
} Damage;

static const Damage damages[] = {
    { "in-the-middle", 0.5, 0.51, ROWS * 9 / 10, FALSE },
    { "the-head", 0, 0.001, 0, FALSE },
    { "all-of-it", 0, 1, 0, FALSE },
    { "its-second-half", 0.5, 1, 0, TRUE },
    { "emptied", 0, 1, 0, TRUE },
};

static void do_damage(const Place *place, const Damage *damage)
{
    g_autofree char *data = NULL;
    gsize size_bytes;
    g_assert_true(g_file_get_contents(place->path, &data, &size_bytes, NULL));
    gsize from = (gsize)((double)size_bytes * damage->from),
          to = (gsize)((double)size_bytes * damage->to);
    memset(data + from, 0xA5, to - from);
    g_assert_true(g_file_set_contents(
        place->path, data, (gssize)(damage->is_cut_off ? from : size_bytes), NULL));
}

/* Whatever it needs to meet the damage. */
static void use(BtDb *db)
{
    for (int i = 0; i < 3; i++) {
        g_autoptr(BtRows) rows = bt_db_query(db, NULL, "SELECT sum(length(name)) FROM fact", "");
        if (rows)
            bt_rows_next(rows, NULL);
        g_clear_pointer(&rows, bt_rows_free);
        g_usleep(BT_DB_RETRY_MS * 1100);
    }
}

static void test_damaged(Place *place, gconstpointer data)
{
    const Damage *damage = data;
    fill(place);
    do_damage(place, damage);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*was damaged*");
    g_autoptr(BtDb) db = bt_db_open_lasting(place->path, &place->lasting);
    use(db);
    g_test_assert_expected_messages();
    g_assert_cmpint(ask(db, "SELECT count(*) FROM fact WHERE id <= 2000"), >=, damage->at_least);
    g_assert_cmpint(ask(db, "SELECT count(*) FROM fact WHERE name = 'after'"), ==, 1);
    g_assert_true(add(db, ROWS + 1));
    g_assert_true(exists(place, ".damaged"));
}

static void test_gone(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    fill(place);
    g_assert_cmpint(g_remove(place->path), ==, 0);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*was damaged*");
    g_autoptr(BtDb) db = bt_db_open_lasting(place->path, &place->lasting);
    g_test_assert_expected_messages();
    g_assert_cmpint(ask(db, "SELECT count(*) FROM fact WHERE name = 'after'"), ==, 1);
}

static void test_first_time(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(BtDb) db = bt_db_open_lasting(place->path, &place->lasting);
    g_assert_cmpint(ask(db, "SELECT count(*) FROM fact"), ==, 0);
    g_assert_false(exists(place, ".damaged"));
}

/* ---- what happens while it is open ---- */

static void test_removed(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(BtDb) db = bt_db_open_lasting(place->path, &place->lasting);
    g_autofree char *away = g_strconcat(place->path, ".away", NULL);
    g_assert_true(add(db, 1));
    g_usleep(BT_DB_RETRY_MS * 1100);
    g_assert_cmpint(g_rename(place->path, away), ==, 0);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*was damaged*");
    g_assert_true(add(db, 2));
    g_test_assert_expected_messages();
    g_autoptr(BtDb) other = bt_db_open(place->path, scripts, NULL);
    g_assert_cmpint(ask(other, "SELECT count(*) FROM fact"), ==, 2); /* and the one of `after` */
}

/* Another process met the damage, and began anew. */
static void test_replaced(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(BtDb) db = bt_db_open_lasting(place->path, &place->lasting);
    g_autofree char *away = g_strconcat(place->path, ".away", NULL);
    g_assert_true(add(db, 1));
    g_usleep(BT_DB_RETRY_MS * 1100);
    g_assert_cmpint(g_rename(place->path, away), ==, 0);
    g_autoptr(BtDb) other = bt_db_open(place->path, scripts, NULL);
    g_assert_true(add(db, 2));
    g_assert_cmpint(ask(other, "SELECT count(*) FROM fact"), ==, 1);
}

static void test_replaced_in_transaction(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BtDb) db = bt_db_open_lasting(place->path, &place->lasting);
    g_autofree char *away = g_strconcat(place->path, ".away", NULL);
    g_assert_true(bt_db_begin(db, NULL));
    g_assert_true(add(db, 1));
    g_assert_cmpint(g_rename(place->path, away), ==, 0);
    g_assert_false(bt_db_commit(db, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
}

static void test_later(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *folder = g_build_filename(place->folder, "later", NULL);
    g_autofree char *path = g_build_filename(folder, "db", NULL);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*cannot be locked*");
    g_autoptr(BtDb) db = bt_db_open_lasting(path, &place->lasting);
    g_assert_false(add(db, 1));
    g_assert_false(bt_db_is_usable(db, NULL));
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_usleep(BT_DB_RETRY_MS * 1100);
    g_assert_true(add(db, 1));
    g_test_assert_expected_messages();
    g_clear_pointer(&db, bt_db_close);
    remove_name(folder, "db");
    remove_name(folder, "db.known");
}

/* SQLite cannot make its index of the log, as on a disk that is full or can only be read. */
static void test_copy(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *index = g_strconcat(place->path, "-shm", NULL);
    fill(place);
    g_assert_cmpint(symlink("/nonexistent", index), ==, 0);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*unable to open*");
    g_autoptr(BtDb) db = bt_db_open_lasting(place->path, &place->lasting);
    g_test_assert_expected_messages();
    g_assert_cmpint(ask(db, "SELECT count(*) FROM fact"), ==, ROWS);
    g_assert_false(add(db, ROWS + 1));
    g_assert_false(bt_db_is_usable(db, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    g_assert_cmpint(g_unlink(index), ==, 0);
    g_usleep(BT_DB_RETRY_MS * 1100);
    g_assert_true(add(db, ROWS + 1));
    g_assert_true(bt_db_is_usable(db, NULL));
}

/* The index of the log was opened for reading only, and would stay so. */
static void test_index_for_reading(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *index = g_strconcat(place->path, "-shm", NULL);
    fill(place);
    g_assert_cmpint(g_mkdir(index, 0700), ==, 0);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*");
    g_autoptr(BtDb) db = bt_db_open_lasting(place->path, &place->lasting);
    g_test_assert_expected_messages();
    g_assert_false(bt_db_is_usable(db, NULL));
    g_assert_cmpint(g_rmdir(index), ==, 0);
    g_usleep(BT_DB_RETRY_MS * 1100);
    g_assert_true(add(db, ROWS + 1));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(Place *, gconstpointer);
    } tests[] = {
        { "gone", test_gone },
        { "first-time", test_first_time },
        { "removed", test_removed },
        { "replaced", test_replaced },
        { "replaced-in-transaction", test_replaced_in_transaction },
        { "later", test_later },
        { "copy", test_copy },
        { "index-for-reading", test_index_for_reading },
    };
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autofree char *path = g_strconcat("/db-lasting/damaged/", damages[i].name, NULL);
        g_test_add(path, Place, &damages[i], place_open, test_damaged, place_close);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/db-lasting/", tests[i].name, NULL);
        g_test_add(path, Place, NULL, place_open, tests[i].test, place_close);
    }
    return g_test_run();
}
