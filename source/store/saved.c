#include "source/store/saved.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PART_BYTES (1024 * 1024)
#define PARTS_AT_ONCE 16 /* in one transaction: each waits for the disk */

struct BtSaved {
    char *path, *unfinished; /* the latter NULL: it is only read, or finished */
    BtDb *db;
    int parts; /* of the transaction that is open */
};

static const char *const migrations[] = {
    "CREATE TABLE file (name TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE part (name TEXT NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL,"
    " PRIMARY KEY (name, number));",
    NULL,
};

const char *const bt_saved_folders[] = { "root", "manifests", "orders", "assets", NULL };

/* ---- opening ---- */

/* SQLite's log has a name of its own, and would be taken for the next file's. */
static void remove_unfinished(const char *path)
{
    static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *file = g_strconcat(path, suffixes[i], NULL);
        (void)unlink(file);
    }
}

BtSaved *bt_saved_create(const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK)) {
        g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
            "%s: it is here already: expected the name of a new file", path);
        return NULL;
    }
    g_autoptr(BtSaved) saved = g_new0(BtSaved, 1);
    saved->path = g_strdup(path);
    saved->unfinished = g_strconcat(path, ".part", NULL);
    remove_unfinished(saved->unfinished);
    saved->db = bt_db_open(saved->unfinished, migrations, error);
    return saved->db != NULL ? g_steal_pointer(&saved) : NULL;
}

BtSaved *bt_saved_open(const char *path, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%s: no such file: expected one that \"backup\" wrote", path);
        return NULL;
    }
    g_autoptr(BtSaved) saved = g_new0(BtSaved, 1);
    saved->path = g_strdup(path);
    saved->db = bt_db_open(path, migrations, error);
    return saved->db != NULL ? g_steal_pointer(&saved) : NULL;
}

void bt_saved_close(BtSaved *saved)
{
    g_clear_pointer(&saved->db, bt_db_close);
    if (saved->unfinished != NULL)
        remove_unfinished(saved->unfinished);
    g_free(saved->unfinished);
    g_free(saved->path);
    g_free(saved);
}

/* ---- putting in ---- */

static gboolean add_part(
    BtSaved *saved, const char *name, gint64 number, GBytes *bytes, GError **error)
{
    if (saved->parts == 0 && !bt_db_begin(saved->db, error))
        return FALSE;
    saved->parts++;
    if (!bt_db_run(saved->db, error, "INSERT INTO part (name, number, bytes) VALUES (?, ?, ?)",
            "sib", name, number, bytes))
        return FALSE;
    if (saved->parts < PARTS_AT_ONCE)
        return TRUE;
    saved->parts = 0;
    return bt_db_commit(saved->db, error);
}

/* At most PART_BYTES; 0 bytes at the end. (transfer full) (nullable) */
static GBytes *read_part(int fd, const char *path, GError **error)
{
    char *data = g_malloc(PART_BYTES);
    gsize length = 0;
    ssize_t n;
    do {
        n = read(fd, data + length, PART_BYTES - length);
        if (n > 0)
            length += (gsize)n;
    } while ((n > 0 && length < PART_BYTES) || (n < 0 && errno == EINTR));
    if (n >= 0)
        return g_bytes_new_take(data, length);
    bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot read");
    g_free(data);
    return NULL;
}

static gboolean add_fd(BtSaved *saved, const char *name, int fd, const char *path,
    char sha256[BT_HASH_HEX_SIZE], GError **error)
{
    g_autoptr(BtHasher) hasher = bt_hasher_new();
    gint64 size_bytes = 0;
    for (gint64 number = 0;; number++) {
        g_autoptr(GBytes) bytes = read_part(fd, path, error);
        if (bytes == NULL)
            return FALSE;
        if (g_bytes_get_size(bytes) == 0)
            break;
        bt_hasher_update(hasher, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
        size_bytes += (gint64)g_bytes_get_size(bytes);
        if (!add_part(saved, name, number, bytes, error))
            return FALSE;
    }
    bt_hasher_peek(hasher, sha256);
    return bt_db_run(saved->db, error,
        "INSERT INTO file (name, size_bytes, sha256) VALUES (?, ?, ?)", "sis", name, size_bytes,
        sha256);
}

gboolean bt_saved_add(BtSaved *saved, const char *name, const char *path,
    char sha256[BT_HASH_HEX_SIZE], GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot open");
        return FALSE;
    }
    gboolean ok = add_fd(saved, name, fd, path, sha256, error);
    close(fd);
    return ok;
}

/* Closing puts the log into the file and away; a log that stays holds what the file lacks. */
static gboolean check_alone(const char *path, GError **error)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    if (!g_file_test(log, G_FILE_TEST_EXISTS))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_IO,
        "%s: it could not be put into its file: expected room on the disk", log);
    return FALSE;
}

static gboolean give_name(BtSaved *saved, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(saved->path);
    int fd = open(saved->unfinished, O_RDONLY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0 && rename(saved->unfinished, saved->path) == 0;
    int failed = errno;
    if (fd >= 0)
        close(fd);
    if (ok) {
        g_clear_pointer(&saved->unfinished, g_free);
        return bt_io_sync_folder(folder, error);
    }
    bt_error_set_errno(error, BT_ERROR_IO, failed, saved->path, "cannot write");
    return FALSE;
}

gboolean bt_saved_finish(BtSaved *saved, GError **error)
{
    if (saved->parts > 0 && !bt_db_commit(saved->db, error))
        return FALSE;
    g_clear_pointer(&saved->db, bt_db_close);
    return check_alone(saved->unfinished, error) && give_name(saved, error);
}

/* ---- taking out ---- */

GPtrArray *bt_saved_list(BtSaved *saved, const char *prefix, GError **error)
{
    GError *failure = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(BtRows) rows =
        bt_db_query(saved->db, error, "SELECT name FROM file ORDER BY name", "");
    while (rows != NULL && bt_rows_next(rows, &failure))
        if (g_str_has_prefix(bt_rows_text(rows, 0), prefix))
            g_ptr_array_add(names, g_strdup(bt_rows_text(rows, 0)));
    if (failure != NULL)
        g_propagate_error(error, failure);
    return rows != NULL && failure == NULL ? g_steal_pointer(&names) : NULL;
}

/* (transfer full) (nullable) */
static char *find_hash(BtSaved *saved, const char *name, GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtRows) rows =
        bt_db_query(saved->db, error, "SELECT sha256 FROM file WHERE name = ?", "s", name);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, &failure))
        return g_strdup(bt_rows_text(rows, 0));
    if (failure == NULL)
        g_set_error(&failure, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%s: it has no %s: expected a file that \"backup\" wrote", saved->path, name);
    g_propagate_error(error, failure);
    return NULL;
}

static gboolean write_parts(
    BtSaved *saved, const char *name, int fd, char sha256[BT_HASH_HEX_SIZE], GError **error)
{
    GError *failure = NULL;
    g_autoptr(BtHasher) hasher = bt_hasher_new();
    g_autoptr(BtRows) rows = bt_db_query(
        saved->db, error, "SELECT bytes FROM part WHERE name = ? ORDER BY number", "s", name);
    while (rows != NULL && bt_rows_next(rows, &failure)) {
        g_autoptr(GBytes) bytes = bt_rows_bytes(rows, 0);
        gsize size_bytes = bytes != NULL ? g_bytes_get_size(bytes) : 0;
        const void *data = bytes != NULL ? g_bytes_get_data(bytes, NULL) : "";
        bt_hasher_update(hasher, data, size_bytes);
        if (!bt_io_write_all(fd, name, data, size_bytes, error))
            return FALSE;
    }
    bt_hasher_peek(hasher, sha256);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return rows != NULL && failure == NULL;
}

gboolean bt_saved_take(BtSaved *saved, const char *name, int fd, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    g_autofree char *wanted = find_hash(saved, name, error);
    if (wanted == NULL || !write_parts(saved, name, fd, sha256, error))
        return FALSE;
    if (strcmp(sha256, wanted) == 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
        "%s: %s is damaged in it: expected the bytes that were saved", saved->path, name);
    return FALSE;
}
