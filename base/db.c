/* Preparing a statement costs more than running it, and the same few are run over and over. So a
 * statement that is done goes to a shelf by its text and is taken from there the next time; one
 * that is in use is not on the shelf, so two loops over the same query do not disturb each other.
 */
#include "base/db-private.h"

#include <stdarg.h>
#include <string.h>

#define SHELF_MAX                                                                                  \
    64 /* statements kept; a program has fewer, so this only guards against made-up SQL */

struct BtRows {
    BtDb *db;
    sqlite3_stmt *statement;
    gboolean is_done;
};

gboolean bt_db_fail(BtDb *db, const char *what, GError **error)
{
    int code = db->handle ? sqlite3_errcode(db->handle) & 0xff : SQLITE_NOMEM;
    db->is_damaged = db->is_damaged || code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: %s: %s", db->path, what,
        db->handle ? sqlite3_errmsg(db->handle) : "no memory");
    return FALSE;
}

/* ---- statements ---- */

static sqlite3_stmt *take_statement(BtDb *db, const char *sql, GError **error)
{
    gpointer key, statement;
    if (!bt_db_heal(db, error))
        return NULL;
    if (g_hash_table_steal_extended(db->shelf, sql, &key, &statement)) {
        g_free(key);
        return statement;
    }
    sqlite3_stmt *made = NULL;
    const char *rest = "";
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, &rest) !=
        SQLITE_OK) {
        bt_db_fail(db, sql, error);
        return NULL;
    }
    if (made && rest[strspn(rest, " \t\r\n;")] == '\0')
        return made;
    sqlite3_finalize(made);
    g_set_error(
        error, BT_ERROR, BT_ERROR_IO, "%s: %s: expected exactly one statement", db->path, sql);
    return NULL;
}

static void put_back(BtDb *db, sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    const char *sql = sqlite3_sql(statement);
    gboolean is_of_before = sqlite3_db_handle(statement) != db->handle;
    if (is_of_before || g_hash_table_size(db->shelf) >= SHELF_MAX ||
        g_hash_table_contains(db->shelf, sql))
        sqlite3_finalize(statement);
    else
        g_hash_table_insert(db->shelf, g_strdup(sql), statement);
}

static int bind_bytes(sqlite3_stmt *statement, int index, GBytes *bytes)
{
    if (!bytes)
        return sqlite3_bind_null(statement, index);
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    /* Without data SQLite would store NULL. */
    return sqlite3_bind_blob64(
        statement, index, size_bytes ? data : "", size_bytes, SQLITE_TRANSIENT);
}

static int bind_one(sqlite3_stmt *statement, int index, char type, va_list *args)
{
    switch (type) {
    case 's':
        return sqlite3_bind_text(
            statement, index, va_arg(*args, const char *), -1, SQLITE_TRANSIENT);
    case 'i':
        return sqlite3_bind_int64(statement, index, va_arg(*args, gint64));
    case 'd':
        return sqlite3_bind_double(statement, index, va_arg(*args, double));
    case 'b':
        return bind_bytes(statement, index, va_arg(*args, GBytes *));
    default:
        g_error("no such type of argument: %c", type);
    }
}

static sqlite3_stmt *prepare(
    BtDb *db, const char *sql, const char *types, va_list *args, GError **error)
{
    sqlite3_stmt *statement = take_statement(db, sql, error);
    if (!statement)
        return NULL;
    /* As many arguments as places: a forgotten one would silently be NULL. */
    gboolean ok = sqlite3_bind_parameter_count(statement) == (int)strlen(types);
    if (!ok)
        g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: %s: expected %d arguments", db->path, sql,
            sqlite3_bind_parameter_count(statement));
    for (int i = 0; ok && types[i]; i++)
        if (bind_one(statement, i + 1, types[i], args) != SQLITE_OK)
            ok = bt_db_fail(db, sql, error);
    if (ok)
        return statement;
    put_back(db, statement);
    return NULL;
}

gboolean bt_db_run(BtDb *db, GError **error, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = prepare(db, sql, types, &args, error);
    va_end(args);
    if (!statement)
        return FALSE;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        continue;
    gboolean ok = code == SQLITE_DONE || bt_db_fail(db, sql, error);
    put_back(db, statement);
    return ok;
}

gint64 bt_db_changes(BtDb *db)
{
    return db->handle ? sqlite3_changes64(db->handle) : 0;
}

gint64 bt_db_last_id(BtDb *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

/* ---- rows ---- */

BtRows *bt_db_query(BtDb *db, GError **error, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = prepare(db, sql, types, &args, error);
    va_end(args);
    if (!statement)
        return NULL;
    BtRows *rows = g_new0(BtRows, 1);
    rows->db = db;
    rows->statement = statement;
    return rows;
}

gboolean bt_rows_next(BtRows *rows, GError **error)
{
    if (rows->is_done) /* SQLite would start again */
        return FALSE;
    int code = sqlite3_step(rows->statement);
    if (code == SQLITE_ROW)
        return TRUE;
    rows->is_done = TRUE;
    if (code != SQLITE_DONE)
        bt_db_fail(rows->db, sqlite3_sql(rows->statement), error);
    return FALSE;
}

gint64 bt_rows_int(BtRows *rows, int column)
{
    return sqlite3_column_int64(rows->statement, column);
}

double bt_rows_double(BtRows *rows, int column)
{
    return sqlite3_column_double(rows->statement, column);
}

const char *bt_rows_text(BtRows *rows, int column)
{
    return (const char *)sqlite3_column_text(rows->statement, column);
}

GBytes *bt_rows_bytes(BtRows *rows, int column)
{
    if (bt_rows_is_null(rows, column))
        return NULL;
    const void *data = sqlite3_column_blob(rows->statement, column);
    return g_bytes_new(data, (gsize)sqlite3_column_bytes(rows->statement, column));
}

gboolean bt_rows_is_null(BtRows *rows, int column)
{
    return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

void bt_rows_free(BtRows *rows)
{
    if (!rows)
        return;
    put_back(rows->db, rows->statement);
    g_free(rows);
}

/* ---- transactions ---- */

gboolean bt_db_begin(BtDb *db, GError **error)
{
    return bt_db_run(db, error, "BEGIN IMMEDIATE", "");
}

gboolean bt_db_commit(BtDb *db, GError **error)
{
    return bt_db_run(db, error, "COMMIT", "") && bt_db_is_in_place(db, error);
}

void bt_db_rollback(BtDb *db)
{
    g_autoptr(GError) error = NULL;
    if (db->handle && !sqlite3_get_autocommit(db->handle) && !bt_db_run(db, &error, "ROLLBACK", ""))
        g_warning("%s", error->message);
}
