/* Opening a file, and keeping a process going whose file fails it.
 *
 * SQLite takes a file that cannot be opened for writing just now for one that never can, and reads
 * on; so such a handle is refused. A lasting connection looks at each use outside of a transaction
 * whether it is whole: a file that could not be opened, or was replaced, or turned out damaged, is
 * opened anew, but not more often than each BT_DB_RETRY_MS. All that under a lock of the folder, so
 * that two processes that open, or find the same damage, do it one after the other. */
#include "base/db-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pages kept by a connection: 512 KB, not SQLite's 2 MB. The kernel keeps them too, and a board has
 * four connections that would fill up for half a day. */
#define PRAGMAS                                                                                    \
    "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; "                 \
    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-512"
#define BUSY_TIMEOUT_MS 5000

/* ---- migrations ---- */

static gboolean read_version(BtDb *db, gint64 *version, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(db, error, "PRAGMA user_version", "");
    if (!rows)
        return FALSE;
    if (bt_rows_next(rows, &failure)) {
        *version = bt_rows_int(rows, 0);
        return TRUE;
    }
    if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

gboolean bt_db_exec(BtDb *db, const char *script, const char *what, GError **error)
{
    return sqlite3_exec(db->handle, script, NULL, NULL, NULL) == SQLITE_OK ||
        bt_db_fail(db, what, error);
}

/* Runs the next script inside the open transaction; `*is_done` when there is none left. The version
 * is read again there: another process may have been faster. */
static gboolean run_script(
    BtDb *db, const char *const *migrations, gint64 count, gboolean *is_done, GError **error)
{
    gint64 version;
    if (!read_version(db, &version, error))
        return FALSE;
    *is_done = version >= count;
    if (*is_done)
        return TRUE;
    g_autofree char *mark = g_strdup_printf("PRAGMA user_version=%" G_GINT64_FORMAT, version + 1);
    g_autofree char *what = g_strdup_printf("migration %" G_GINT64_FORMAT, version + 1);
    return bt_db_exec(db, migrations[version], what, error) && bt_db_exec(db, mark, what, error);
}

static gboolean check_version(BtDb *db, gint64 count, gboolean *is_current, GError **error)
{
    gint64 version;
    if (!read_version(db, &version, error))
        return FALSE;
    *is_current = version == count;
    if (version >= 0 && version <= count)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
        "%s: a file of version %" G_GINT64_FORMAT ": expected at most %" G_GINT64_FORMAT, db->path,
        version, count);
    return FALSE;
}

static gboolean migrate(BtDb *db, const char *const *migrations, GError **error)
{
    gint64 count = g_strv_length((char **)migrations);
    gboolean is_done;
    if (!check_version(db, count, &is_done, error))
        return FALSE;
    while (!is_done) {
        if (!bt_db_begin(db, error))
            return FALSE;
        if (!run_script(db, migrations, count, &is_done, error) || !bt_db_commit(db, error)) {
            bt_db_rollback(db);
            return FALSE;
        }
    }
    return TRUE;
}

/* Changing to WAL wants the file for itself, and SQLite does not always wait for that by itself:
 * two processes that create the same file at once meet here. */
static gboolean use_wal(BtDb *db, GError **error)
{
    int code;
    for (int waited_ms = 0;; waited_ms += 50) {
        code = sqlite3_exec(db->handle, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if (code != SQLITE_BUSY || waited_ms >= BUSY_TIMEOUT_MS)
            break;
        sqlite3_sleep(50);
    }
    return code == SQLITE_OK || bt_db_fail(db, "cannot use a write-ahead log", error);
}

/* Asked before SQLite waits for ten seconds for a log that nobody can write. */
static gboolean check_writable(BtDb *db, GError **error)
{
    if (sqlite3_db_readonly(db->handle, "main") == 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_IO,
        "%s: can only be read now: expected a file that can be written", db->path);
    return FALSE;
}

/* SQLite would let everybody read what it makes, and gives its log and index the mode of the file.
 * An existing file must not be opened beside it: to close that would give back the locks of others
 * here. */
static void make_own(const char *path)
{
    if (g_str_equal(path, ":memory:"))
        return;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd); /* what else is wrong SQLite will say */
}

static gboolean open_file(BtDb *db, const char *path, GError **error)
{
    make_own(path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK)
        return bt_db_fail(db, "cannot open", error);
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    return check_writable(db, error) && use_wal(db, error) &&
        bt_db_exec(db, PRAGMAS, "cannot set up", error);
}

static void finalize(gpointer statement)
{
    sqlite3_finalize(statement);
}

static void note_file(BtDb *db)
{
    struct stat st;
    gboolean is_file = stat(db->path, &st) == 0;
    db->device = is_file ? st.st_dev : 0;
    db->inode = is_file ? st.st_ino : 0;
}

static void close_handle(BtDb *db)
{
    g_hash_table_remove_all(db->shelf);
    sqlite3_close_v2(db->handle); /* lives on while somebody reads rows of it */
    db->handle = NULL;
    db->is_copy = FALSE;
}

/* Its log, or the log's index, may be what can only be read. */
static gboolean check_log(BtDb *db, GError **error)
{
    return bt_db_exec(db, "BEGIN IMMEDIATE; ROLLBACK", "cannot be written", error);
}

gboolean bt_db_open_file(BtDb *db, const char *const *migrations, GError **error)
{
    gboolean open =
        open_file(db, db->path, error) && migrate(db, migrations, error) && check_log(db, error);
    note_file(db);
    if (!open)
        close_handle(db);
    return open;
}

static BtDb *db_new(const char *path)
{
    BtDb *db = g_new0(BtDb, 1);
    db->path = g_strdup(path);
    db->shelf = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, finalize);
    return db;
}

BtDb *bt_db_open(const char *path, const char *const *migrations, GError **error)
{
    g_autoptr(BtDb) db = db_new(path);
    return bt_db_open_file(db, migrations, error) ? g_steal_pointer(&db) : NULL;
}

void bt_db_close(BtDb *db)
{
    if (!db)
        return;
    close_handle(db);
    g_hash_table_unref(db->shelf);
    g_clear_error(&db->why);
    g_free(db->path);
    g_free(db);
}

/* ---- lasting ---- */

/* -1 when it cannot be had. */
static int lock_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        return fd;
    bt_error_set_errno(error, BT_ERROR_IO, errno, folder, "cannot be locked");
    if (fd >= 0)
        close(fd);
    return -1;
}

static gboolean check_whole(BtDb *db, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(BtRows) rows = bt_db_query(db, error, "PRAGMA integrity_check(1)", "");
    if (!rows)
        return FALSE;
    gboolean found = bt_rows_next(rows, &failure);
    if (found && strcmp(bt_rows_text(rows, 0), "ok") == 0)
        return TRUE;
    db->is_damaged = db->is_damaged || found;
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: %s", db->path,
        found ? bt_rows_text(rows, 0) : failure->message);
    return FALSE;
}

/* A file that was here, and is empty, gone, or no file. */
static gboolean is_emptied(const BtDb *db)
{
    g_autofree char *wal = g_strconcat(db->path, "-wal", NULL);
    struct stat st;
    if (stat(db->path, &st) == 0 && !S_ISREG(st.st_mode))
        return TRUE;
    if (stat(db->path, &st) == 0)
        return st.st_size == 0 && (stat(wal, &st) < 0 || st.st_size == 0);
    if (errno != ENOENT)
        return FALSE;
    g_autofree char *known = g_strconcat(db->path, ".known", NULL);
    return stat(known, &st) == 0;
}

static void make_known(const BtDb *db)
{
    g_autofree char *known = g_strconcat(db->path, ".known", NULL);
    int fd = open(known, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

/* Suspect: damage was met in it, which need not be on the disk. */
static gboolean try_file(BtDb *db, gboolean is_suspect, GError **error)
{
    const BtDbLasting *lasting = db->lasting;
    db->is_damaged = is_emptied(db);
    if (!db->is_damaged && bt_db_open_file(db, lasting->migrations, error)) {
        if (!is_suspect || check_whole(db, error))
            return TRUE;
        close_handle(db);
    }
    if (!db->is_damaged)
        return FALSE;
    if (lasting->tables) {
        g_clear_error(error);
        return bt_db_rescue(db, error);
    }
    if (error && !*error)
        g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: is empty or gone", db->path);
    return FALSE;
}

static gboolean reopen(BtDb *db, GError **error)
{
    gboolean is_suspect = db->is_damaged;
    int lock = lock_folder(db->path, error);
    close_handle(db);
    db->is_opening = TRUE;
    gboolean open = lock >= 0 && try_file(db, is_suspect, error);
    db->is_opening = FALSE;
    if (open)
        make_known(db);
    db->is_damaged = !open && db->is_damaged;
    if (lock >= 0)
        close(lock);
    return open;
}

static gboolean is_replaced(const BtDb *db)
{
    struct stat st;
    return stat(db->path, &st) < 0 ? errno == ENOENT
                                   : st.st_dev != db->device || st.st_ino != db->inode;
}

static gboolean is_whole(const BtDb *db)
{
    return db->handle && !db->is_copy && !db->is_damaged && !is_replaced(db);
}

gboolean bt_db_is_in_place(BtDb *db, GError **error)
{
    if (!db->lasting || db->is_opening || !is_replaced(db))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: was replaced meanwhile", db->path);
    return FALSE;
}

static gboolean is_time_to_try(BtDb *db)
{
    gint64 now_us = g_get_monotonic_time();
    if (db->tried_us != 0 && now_us - db->tried_us < BT_DB_RETRY_MS * 1000)
        return FALSE;
    db->tried_us = now_us;
    return TRUE;
}

static void try_again(BtDb *db)
{
    g_clear_error(&db->why);
    if (reopen(db, &db->why)) {
        if (db->was_failing)
            g_message("%s: can be written again", db->path);
        db->was_failing = FALSE;
        return;
    }
    if (!db->was_failing)
        g_warning("%s", db->why->message);
    db->was_failing = TRUE;
    if (db->lasting->copy)
        bt_db_open_copy(db);
}

gboolean bt_db_heal(BtDb *db, GError **error)
{
    if (!db->lasting || db->is_opening || (db->handle && !sqlite3_get_autocommit(db->handle)) ||
        is_whole(db))
        return TRUE;
    if (is_time_to_try(db))
        try_again(db);
    if (db->handle)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: cannot be used: %s", db->path,
        db->why ? db->why->message : "is being opened again");
    return FALSE;
}

BtDb *bt_db_open_lasting(const char *path, const BtDbLasting *lasting)
{
    BtDb *db = db_new(path);
    db->lasting = lasting;
    bt_db_heal(db, NULL);
    return db;
}

gboolean bt_db_is_usable(BtDb *db, GError **error)
{
    if (!bt_db_heal(db, error))
        return FALSE;
    if (!db->is_copy)
        return TRUE;
    g_set_error_literal(error, BT_ERROR, BT_ERROR_IO, db->why->message);
    return FALSE;
}
