/* SQLite, thin: WAL, synchronous=FULL, foreign keys on, prepared statements only.
 *
 * Arguments are bound by a string of letters: s text (nullable), i gint64, d double, b GBytes*
 * (nullable). Errors are BT_ERROR_IO with SQLite's words. Thread-safety: a connection belongs to
 * one thread; several processes may open the same file. */
#ifndef BT_BASE_DB_H
#define BT_BASE_DB_H

#include <glib.h>

typedef struct BtDb BtDb;
typedef struct BtRows BtRows;

/* Opens or creates `path`; what it creates is for its user alone (0600). `migrations` is a
 * NULL-ended list of scripts; the file's user_version says how many of them it has seen, and the
 * others are run in one transaction each. A file of a newer version than the list is refused
 * (BT_ERROR_UNSUPPORTED). (transfer full) (nullable) */
BtDb *bt_db_open(const char *path, const char *const *migrations, GError **error);

/* A file that cannot be written now is tried again at use, at most so often. */
#define BT_DB_RETRY_MS 1000

/* How a connection is kept that must outlive what happens to its file. Borrowed for its life. */
typedef struct {
    const char *const *migrations; /* as of bt_db_open */
    const char *const *tables;     /* NULL-ended: rows to be taken over from a damaged file; NULL: a
                                      damaged file stays as it is and cannot be used */
    const char *after;             /* SQL to be run then, in the same transaction; NULL */
    gboolean copy; /* what can be read of a file that cannot be written is there for reading */
} BtDbLasting;

/* For a process that goes on: a file that cannot be opened, was replaced or removed, is opened
 * again at the next use outside of a transaction; until then calls fail with BT_ERROR_IO. A damaged
 * file is renamed PATH.damaged (one that is there is replaced), and begun anew with what can be
 * read of it. PATH.known, made after the first opening, tells a file that is gone from one that
 * never was. Logs what it meets once. (transfer full) */
BtDb *bt_db_open_lasting(const char *path, const BtDbLasting *lasting);
/* Whether it can be written, as far as known; else BT_ERROR_IO says why not. */
gboolean bt_db_is_usable(BtDb *db, GError **error);
void bt_db_close(BtDb *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtDb, bt_db_close)

gboolean bt_db_begin(BtDb *db, GError **error); /* BEGIN IMMEDIATE */
gboolean bt_db_commit(BtDb *db, GError **error);
void bt_db_rollback(BtDb *db); /* nothing when no transaction is open */

/* Runs one statement that returns no rows. `bt_db_changes` says how many rows the last one changed.
 */
gboolean bt_db_run(BtDb *db, GError **error, const char *sql, const char *types, ...);
gint64 bt_db_changes(BtDb *db);
gint64 bt_db_last_id(BtDb *db);

/* (transfer full) (nullable) */
BtRows *bt_db_query(BtDb *db, GError **error, const char *sql, const char *types, ...);
/* FALSE at the end or on failure; the latter sets `error`. */
gboolean bt_rows_next(BtRows *rows, GError **error);
gint64 bt_rows_int(BtRows *rows, int column);
double bt_rows_double(BtRows *rows, int column);
const char *bt_rows_text(BtRows *rows, int column); /* NULL for NULL; until the next row */
GBytes *bt_rows_bytes(BtRows *rows, int column);    /* (transfer full) (nullable) */
gboolean bt_rows_is_null(BtRows *rows, int column);
void bt_rows_free(BtRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtRows, bt_rows_free)

#endif
