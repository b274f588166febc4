/* What is left of a file that is damaged, or cannot be written.
 *
 * Damaged: the file goes aside under another name, for people to look at, and each row that can
 * still be read is taken over, from the front to the damage and from the back to it.
 *
 * Not to be written (a full disk, one that became read-only): SQLite wants to write also where we
 * only read: its index of the log. So the file is read without locks, with an index in memory,
 * which is right as long as nobody writes it; and whoever could, could open it. */
#include "base/db-private.h"

#include <stdio.h>
#include <unistd.h>

#define NO_LOCKS "unix-none" /* SQLite's name of its file system without locks */

/* ---- rows of a damaged file ---- */

static sqlite3_stmt *prepare_insert(sqlite3 *to, const char *table, int n_columns)
{
    g_autoptr(GString) sql = g_string_new(NULL);
    sqlite3_stmt *made = NULL;
    g_string_printf(sql, "INSERT OR IGNORE INTO %s VALUES (", table);
    for (int i = 0; i < n_columns; i++)
        g_string_append(sql, i == 0 ? "?" : ", ?");
    g_string_append_c(sql, ')');
    sqlite3_prepare_v2(to, sql->str, -1, &made, NULL);
    return made;
}

static gboolean copy_row(sqlite3_stmt *row, sqlite3_stmt *insert)
{
    for (int i = 0; i < sqlite3_column_count(row); i++)
        sqlite3_bind_value(insert, i + 1, sqlite3_column_value(row, i));
    gboolean done = sqlite3_step(insert) == SQLITE_DONE;
    sqlite3_reset(insert);
    return done;
}

/* As far as they come in this order. TRUE when that was all of them. */
static gboolean copy_rows(sqlite3 *from, sqlite3 *to, const char *table, const char *order)
{
    g_autofree char *sql = g_strdup_printf("SELECT * FROM %s%s", table, order);
    sqlite3_stmt *rows = NULL, *insert = NULL;
    int code = sqlite3_prepare_v2(from, sql, -1, &rows, NULL);
    if (code == SQLITE_OK)
        insert = prepare_insert(to, table, sqlite3_column_count(rows));
    while (insert && (code = sqlite3_step(rows)) == SQLITE_ROW && copy_row(rows, insert))
        continue;
    sqlite3_finalize(rows);
    sqlite3_finalize(insert);
    return code == SQLITE_DONE;
}

static void take_over(BtDb *db, const char *aside)
{
    sqlite3 *from = NULL;
    if (sqlite3_open_v2(aside, &from, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
        SQLITE_OK)
        for (const char *const *table = db->lasting->tables; *table; table++)
            if (!copy_rows(from, db->handle, *table, ""))
                copy_rows(from, db->handle, *table, " ORDER BY rowid DESC");
    sqlite3_close(from);
}

/* ---- aside ---- */

static gboolean set_aside(const char *path, const char *aside, GError **error)
{
    static const char *const ends[] = { "-wal", "-shm" };
    (void)unlink(aside); /* of an older damage: nothing of it is to come back */
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *old = g_strconcat(path, ends[i], NULL);
        g_autofree char *new = g_strconcat(aside, ends[i], NULL);
        (void)unlink(new);
        (void)rename(old, new);
    }
    if (rename(path, aside) == 0 || !g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: is damaged and cannot be set aside", path);
    return FALSE;
}

gboolean bt_db_rescue(BtDb *db, GError **error)
{
    const BtDbLasting *lasting = db->lasting;
    g_autofree char *aside = g_strconcat(db->path, ".damaged", NULL);
    if (!set_aside(db->path, aside, error) || !bt_db_open_file(db, lasting->migrations, error))
        return FALSE;
    g_warning(
        "%s: was damaged: it is now %s, and begun anew with what could be read", db->path, aside);
    db->is_damaged = FALSE;
    if (bt_db_begin(db, error)) {
        take_over(db, aside);
        if ((!lasting->after || bt_db_exec(db, lasting->after, "after damage", error)) &&
            bt_db_commit(db, error))
            return TRUE;
        bt_db_rollback(db);
    }
    sqlite3_close_v2(db->handle);
    db->handle = NULL;
    return FALSE;
}

/* ---- a copy ---- */

/* A log that is not there would be made; without one the file is all there is. */
static int open_either(const char *path, sqlite3 **from)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    if (g_file_test(log, G_FILE_TEST_EXISTS))
        return sqlite3_open_v2(path, from, flags, NO_LOCKS);
    g_autofree char *escaped = g_uri_escape_string(path, "/", FALSE);
    g_autofree char *uri = g_strdup_printf("file:%s?immutable=1", escaped);
    return sqlite3_open_v2(uri, from, flags | SQLITE_OPEN_URI, NULL);
}

static sqlite3 *open_without_locks(const char *path)
{
    sqlite3 *from = NULL;
    if (open_either(path, &from) == SQLITE_OK &&
        sqlite3_db_config(from, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) == SQLITE_OK &&
        sqlite3_exec(from, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK)
        return from;
    sqlite3_close(from);
    return NULL;
}

static gboolean copy_all(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return FALSE;
    int code = sqlite3_backup_step(backup, -1);
    return sqlite3_backup_finish(backup) == SQLITE_OK && code == SQLITE_DONE;
}

void bt_db_open_copy(BtDb *db)
{
    sqlite3 *from = open_without_locks(db->path), *to = NULL;
    gboolean copied = from && sqlite3_open(":memory:", &to) == SQLITE_OK && copy_all(from, to) &&
        sqlite3_exec(to, "PRAGMA query_only=1", NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_close(from);
    if (!copied) {
        sqlite3_close(to);
        return;
    }
    db->handle = to;
    db->is_copy = TRUE;
}
