#include "source/desk/uploads.h"

#include "base/error.h"
#include "base/io.h"
#include "base/password.h"
#include "playlists/model/manifest.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define COLUMNS "id, user, area, name, size_bytes, offset_bytes, state, sha256, problem"

static const char *const states[BT_N_UPLOAD_STATES] = { "coming", "whole", "done", "failed" };

const char *bt_upload_state_name(BtUploadState state)
{
    return states[state];
}

void bt_upload_free(BtUpload *upload)
{
    g_free(upload->id);
    g_free(upload->user);
    g_free(upload->area);
    g_free(upload->name);
    g_free(upload->sha256);
    g_free(upload->problem);
    g_free(upload);
}

char *bt_upload_path(const BtStore *store, const BtUpload *upload)
{
    return g_build_filename(store->folder, "incoming", upload->id, NULL);
}

/* ---- names ---- */

/* Letters that show nothing, or turn a line round, would let one name look like another. */
static gboolean is_for_people(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_UNASSIGNED &&
        type != G_UNICODE_PRIVATE_USE && type != G_UNICODE_SURROGATE &&
        type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *bt_upload_clean_name(const char *name)
{
    const char *slash = strrchr(name, '/'), *backslash = strrchr(name, '\\');
    const char *last =
        MAX(slash != NULL ? slash + 1 : name, backslash != NULL ? backslash + 1 : name);
    GString *clean = g_string_new(NULL);
    for (const char *c = last; *c != '\0'; c = g_utf8_next_char(c))
        if (is_for_people(g_utf8_get_char(c)))
            g_string_append_unichar(clean, g_utf8_get_char(c));
    g_strstrip(clean->str);
    char *result = g_utf8_normalize(clean->str, -1, G_NORMALIZE_NFC);
    g_string_free(clean, TRUE);
    return result != NULL ? result : g_strdup("");
}

/* ---- rows ---- */

static BtUpload *read_row(BtRows *rows)
{
    BtUpload *upload = g_new0(BtUpload, 1);
    upload->id = g_strdup(bt_rows_text(rows, 0));
    upload->user = g_strdup(bt_rows_text(rows, 1));
    upload->area = g_strdup(bt_rows_text(rows, 2));
    upload->name = g_strdup(bt_rows_text(rows, 3));
    upload->size_bytes = bt_rows_int(rows, 4);
    upload->offset_bytes = bt_rows_int(rows, 5);
    const char *state = bt_rows_text(rows, 6);
    for (guint i = 0; i < BT_N_UPLOAD_STATES; i++)
        if (strcmp(states[i], state) == 0)
            upload->state = i;
    upload->sha256 = g_strdup(bt_rows_text(rows, 7));
    upload->problem = g_strdup(bt_rows_text(rows, 8));
    return upload;
}

BtUpload *bt_uploads_find(BtStore *store, const char *id, const char *user, GError **error)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, error,
        "SELECT " COLUMNS " FROM upload WHERE id = ? AND user = ?", "ss", id, user);
    if (rows == NULL)
        return NULL;
    if (bt_rows_next(rows, error))
        return read_row(rows);
    if (error == NULL || *error == NULL)
        g_set_error(
            error, BT_ERROR, BT_ERROR_NOT_FOUND, "upload %s: there is none of %s", id, user);
    return NULL;
}

GPtrArray *bt_uploads_unfinished(BtStore *store, const char *user)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT " COLUMNS " FROM upload WHERE user = ?"
        " AND state IN ('coming', 'whole') ORDER BY touched_ms DESC, id",
        "s", user);
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)bt_upload_free);
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(list, read_row(rows));
    return list;
}

static gint64 ask_number(BtStore *store, const char *sql, const char *user)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL, sql, "s", user);
    return rows != NULL && bt_rows_next(rows, NULL) ? bt_rows_int(rows, 0) : G_MAXINT64;
}

/* ---- beginning ---- */

static BtUpload *find_same(BtStore *store, const BtUploadNew *wanted, const char *name)
{
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT " COLUMNS " FROM upload WHERE user = ? AND area = ? AND name = ?"
        " AND size_bytes = ? AND modified_ms = ? AND state = 'coming'",
        "sssii", wanted->user, wanted->area, name, wanted->size_bytes, wanted->modified_ms);
    return rows != NULL && bt_rows_next(rows, NULL) ? read_row(rows) : NULL;
}

static gboolean check_form(const BtUploadNew *wanted, const char *name, GError **error)
{
    glong length = g_utf8_strlen(name, -1);
    if (length < 1 || length > BT_UPLOAD_NAME_MAX) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "upload: not a file's name: expected 1 to %d letters", BT_UPLOAD_NAME_MAX);
        return FALSE;
    }
    if (wanted->size_bytes < 1) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "upload: the file is empty");
        return FALSE;
    }
    if (wanted->size_bytes <= (gint64)BT_ASSET_MAX_BYTES)
        return TRUE;
    g_set_error(
        error, BT_ERROR, BT_ERROR_LIMIT, "upload: the file is too large: expected at most 4 GB");
    return FALSE;
}

/* What others were promised counts as taken. */
static gboolean check_room(BtStore *store, const BtUploadNew *wanted, GError **error)
{
    struct statvfs disk;
    gint64 promised = ask_number(store,
        "SELECT coalesce (sum (size_bytes - offset_bytes), 0) FROM upload"
        " WHERE state = 'coming' AND ? IS NOT NULL",
        wanted->user);
    if (statvfs(store->folder, &disk) == 0 &&
        (gint64)(disk.f_bavail * disk.f_frsize) - promised - wanted->size_bytes >=
            BT_DISK_RESERVE_BYTES)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "upload: the disk of the source is full");
    return FALSE;
}

static gboolean check_count(BtStore *store, const char *user, GError **error)
{
    if (ask_number(store,
            "SELECT count(*) FROM upload WHERE user = ? AND state IN ('coming', 'whole')",
            user) < BT_UPLOADS_MAX)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT,
        "upload: %d files of this person are not whole yet", BT_UPLOADS_MAX);
    return FALSE;
}

static void new_id(char id[BT_UPLOAD_ID_HEX + 1])
{
    guint8 bytes[BT_UPLOAD_ID_HEX / 2];
    bt_secret_bytes(bytes, sizeof bytes);
    for (gsize i = 0; i < sizeof bytes; i++)
        g_snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

static BtUpload *begin(
    BtStore *store, const BtUploadNew *wanted, const char *name, gint64 now_ms, GError **error)
{
    char id[BT_UPLOAD_ID_HEX + 1];
    new_id(id);
    g_autofree char *folder = g_build_filename(store->folder, "incoming", NULL);
    g_autofree char *path = g_build_filename(folder, id, NULL);
    if (!bt_io_make_folder(folder, error) || !bt_io_create(path, "", 0, 0600, error))
        return NULL;
    if (bt_db_run(store->db, error,
            "INSERT INTO upload (id, user, area, name, size_bytes, modified_ms, state, created_ms,"
            " touched_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'coming', ?7, ?7)",
            "ssssiii", id, wanted->user, wanted->area, name, wanted->size_bytes,
            wanted->modified_ms, now_ms))
        return bt_uploads_find(store, id, wanted->user, error);
    (void)unlink(path);
    return NULL;
}

BtUpload *bt_uploads_begin(BtStore *store, const BtUploadNew *wanted, gint64 now_ms, GError **error)
{
    g_autofree char *name = bt_upload_clean_name(wanted->name);
    if (!check_form(wanted, name, error))
        return NULL;
    BtUpload *same = find_same(store, wanted, name);
    if (same != NULL)
        return same;
    return check_count(store, wanted->user, error) && check_room(store, wanted, error)
        ? begin(store, wanted, name, now_ms, error)
        : NULL;
}

/* ---- going on ---- */

gboolean bt_uploads_advance(
    BtStore *store, BtUpload *upload, gint64 offset_bytes, gint64 now_ms, GError **error)
{
    BtUploadState state = offset_bytes == upload->size_bytes ? BT_UPLOAD_WHOLE : BT_UPLOAD_COMING;
    if (!bt_db_run(store->db, error,
            "UPDATE upload SET offset_bytes = ?, state = ?, touched_ms = ? WHERE id = ?", "isis",
            offset_bytes, states[state], now_ms, upload->id))
        return FALSE;
    upload->offset_bytes = offset_bytes;
    upload->state = state;
    return TRUE;
}

static void remove_file(const BtStore *store, const BtUpload *upload)
{
    g_autofree char *path = bt_upload_path(store, upload);
    (void)unlink(path);
}

gboolean bt_uploads_forget(BtStore *store, const BtUpload *upload, GError **error)
{
    if (!bt_db_run(store->db, error, "DELETE FROM upload WHERE id = ?", "s", upload->id))
        return FALSE;
    remove_file(store, upload);
    return TRUE;
}

void bt_uploads_sweep(BtStore *store, gint64 now_ms)
{
    g_autoptr(GPtrArray) old = g_ptr_array_new_with_free_func((GDestroyNotify)bt_upload_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT " COLUMNS " FROM upload WHERE touched_ms < ?", "i", now_ms - BT_UPLOAD_LIFE_MS);
    while (rows != NULL && bt_rows_next(rows, NULL))
        g_ptr_array_add(old, read_row(rows));
    for (guint i = 0; i < old->len; i++)
        bt_uploads_forget(store, g_ptr_array_index(old, i), NULL);
}

/* ---- ending ---- */

static gboolean add_to_library(BtStore *store, const BtUpload *upload, const BtUploadFound *found,
    gint64 now_ms, GError **error)
{
    return bt_db_run(store->db, error,
        "INSERT INTO media (sha256, area, user, name, type, size_bytes, width_px, height_px,"
        " duration_ms, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        "sssssiiiii", found->sha256, upload->area, upload->user, upload->name, found->type,
        upload->size_bytes, (gint64)found->probe.w_px, (gint64)found->probe.h_px,
        found->probe.duration_ms, now_ms);
}

gboolean bt_uploads_finish(
    BtStore *store, BtUpload *upload, const BtUploadFound *found, gint64 now_ms, GError **error)
{
    if (!bt_db_begin(store->db, error))
        return FALSE;
    if (!add_to_library(store, upload, found, now_ms, error) ||
        !bt_db_run(store->db, error,
            "UPDATE upload SET state = 'done', sha256 = ?, touched_ms = ? WHERE id = ?", "sis",
            found->sha256, now_ms, upload->id) ||
        !bt_db_commit(store->db, error)) {
        bt_db_rollback(store->db);
        return FALSE;
    }
    remove_file(store, upload);
    upload->state = BT_UPLOAD_DONE;
    return TRUE;
}

gboolean bt_uploads_fail(
    BtStore *store, BtUpload *upload, const GError *reason, gint64 now_ms, GError **error)
{
    if (!bt_db_run(store->db, error,
            "UPDATE upload SET state = 'failed', problem = ?, touched_ms = ? WHERE id = ?", "sis",
            bt_error_reason(reason), now_ms, upload->id))
        return FALSE;
    remove_file(store, upload);
    upload->state = BT_UPLOAD_FAILED;
    return TRUE;
}
