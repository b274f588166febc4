#include "source/store/store.h"

#include "base/error.h"
#include "base/io.h"
#include "source/store/diary.h"
#include "source/store/migrations.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static gboolean put_setting(BtDb *db, const char *name, const char *value, GError **error)
{
    return bt_db_run(
        db, error, "INSERT INTO setting (name, value) VALUES (?, ?)", "ss", name, value);
}

gboolean bt_store_create(
    const char *folder, const char *source, const char *name, const char *timezone, GError **error)
{
    g_autofree char *path = g_build_filename(folder, BT_STORE_DATABASE, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
            "%s: there is a source here already: expected a new folder", path);
        return FALSE;
    }
    g_autoptr(BtDb) db = bt_db_open(path, bt_store_migrations, error);
    return db != NULL && bt_db_begin(db, error) && put_setting(db, "source", source, error) &&
        put_setting(db, "name", name, error) && put_setting(db, "timezone", timezone, error) &&
        bt_db_run(db, error,
            "INSERT INTO area (id, name, kind, created_ms) VALUES (?, ?, 'province', 0)", "ss",
            source, name) &&
        bt_db_commit(db, error);
}

/* ---- opening ---- */

static char *get_setting(BtStore *store, const char *name, GError **error)
{
    g_autoptr(BtRows) rows =
        bt_db_query(store->db, error, "SELECT value FROM setting WHERE name = ?", "s", name);
    if (rows == NULL)
        return NULL;
    GError *failure = NULL;
    if (bt_rows_next(rows, &failure))
        return g_strdup(bt_rows_text(rows, 0));
    if (failure != NULL)
        g_propagate_error(error, failure);
    else
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "%s/" BT_STORE_DATABASE
            ": no setting \"%s\": expected what \"bangtin-source init\" made",
            store->folder, name);
    return NULL;
}

static gboolean open_parts(BtStore *store, GError **error)
{
    g_autofree char *db_path = g_build_filename(store->folder, BT_STORE_DATABASE, NULL);
    g_autofree char *key_path = g_build_filename(store->folder, BT_STORE_KEY, NULL);
    if (!g_file_test(db_path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%s: no source is here: expected a folder that \"bangtin-source init\" made",
            store->folder);
        return FALSE;
    }
    store->db = bt_db_open(db_path, bt_store_migrations, error);
    store->freshness = store->db != NULL && bt_diary_chain_old(store->db, error)
        ? bt_key_load(key_path, error)
        : NULL;
    return store->freshness != NULL &&
        (store->source = get_setting(store, "source", error)) != NULL &&
        (store->name = get_setting(store, "name", error)) != NULL &&
        (store->timezone = get_setting(store, "timezone", error)) != NULL;
}

BtStore *bt_store_open(const char *folder, GError **error)
{
    g_autoptr(BtStore) store = g_new0(BtStore, 1);
    store->folder = g_strdup(folder);
    store->site = g_build_filename(folder, BT_STORE_SITE, NULL);
    return open_parts(store, error) ? g_steal_pointer(&store) : NULL;
}

void bt_store_close(BtStore *store)
{
    if (store == NULL)
        return;
    g_clear_pointer(&store->db, bt_db_close);
    g_clear_pointer(&store->freshness, bt_key_free);
    g_free(store->folder);
    g_free(store->site);
    g_free(store->source);
    g_free(store->name);
    g_free(store->timezone);
    g_free(store);
}

/* ---- several processes ---- */

int bt_store_lock(const BtStore *store, GError **error)
{
    g_autofree char *path = g_build_filename(store->folder, "lock", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), failed;
    if (fd < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot open");
        return -1;
    }
    do
        failed = flock(fd, LOCK_EX);
    while (failed != 0 && errno == EINTR);
    if (failed == 0)
        return fd;
    bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot lock");
    close(fd);
    return -1;
}

gint64 bt_store_change_counter(BtStore *store, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error, "PRAGMA data_version", "");
    return rows != NULL && bt_rows_next(rows, error) ? bt_rows_int(rows, 0) : -1;
}

gboolean bt_store_note(
    BtStore *store, gint64 at_ms, const char *who, const char *what, GError **error)
{
    return bt_diary_add(store->db, at_ms, who, what, error);
}
