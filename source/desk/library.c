#include "source/desk/library.h"

#include "base/error.h"
#include "source/desk/uploads.h"

#include <string.h>

#define COLUMNS                                                                                    \
    "sha256, area, user, name, type, size_bytes, width_px, height_px, duration_ms, created_ms"

void bt_library_file_free(BtLibraryFile *file)
{
    g_free(file->sha256);
    g_free(file->area);
    g_free(file->user);
    g_free(file->name);
    g_free(file->type);
    g_free(file);
}

void bt_library_use_free(BtLibraryUse *use)
{
    g_free(use->name);
    g_free(use);
}

static BtLibraryKind kind_of(const char *type)
{
    return g_str_has_prefix(type, "image/") ? BT_LIBRARY_PICTURE
        : g_str_has_prefix(type, "video/")  ? BT_LIBRARY_FILM
        : g_str_has_prefix(type, "audio/")  ? BT_LIBRARY_SOUND
                                            : BT_LIBRARY_SUBTITLES;
}

static BtLibraryFile *read_row(BtRows *rows)
{
    BtLibraryFile *file = g_new0(BtLibraryFile, 1);
    file->sha256 = g_strdup(bt_rows_text(rows, 0));
    file->area = g_strdup(bt_rows_text(rows, 1));
    file->user = g_strdup(bt_rows_text(rows, 2));
    file->name = g_strdup(bt_rows_text(rows, 3));
    file->type = g_strdup(bt_rows_text(rows, 4));
    file->kind = kind_of(file->type);
    file->size_bytes = bt_rows_int(rows, 5);
    file->width_px = (int)bt_rows_int(rows, 6);
    file->height_px = (int)bt_rows_int(rows, 7);
    file->duration_ms = bt_rows_int(rows, 8);
    file->created_ms = bt_rows_int(rows, 9);
    return file;
}

/* A list of ids as SQLite's json_each takes it. (transfer full) */
static char *as_list(const GPtrArray *areas)
{
    g_autoptr(BtJson) list = bt_json_new_array();
    for (guint i = 0; i < areas->len; i++)
        bt_json_append_string(list, g_ptr_array_index(areas, i));
    return bt_json_to_text(list, FALSE);
}

/* ---- searching ---- */

/* "Mưa lũ ở Đắk" → "mua lu o dak": people type without marks. (transfer full) */
static char *plain(const char *text)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    g_autofree char *apart = g_utf8_normalize(folded, -1, G_NORMALIZE_NFD);
    GString *bare = g_string_new(NULL);
    for (const char *c = apart != NULL ? apart : ""; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar letter = g_utf8_get_char(c);
        if (!g_unichar_ismark(letter))
            g_string_append_unichar(bare, letter == 0x111 ? 'd' : letter);
    }
    return g_string_free(bare, FALSE);
}

static gboolean has_all(const char *name, char **words)
{
    g_autofree char *bare = plain(name);
    for (int i = 0; words[i] != NULL; i++)
        if (strstr(bare, words[i]) == NULL)
            return FALSE;
    return TRUE;
}

GPtrArray *bt_library_list(
    BtStore *store, const GPtrArray *areas, guint kinds, const char *text, guint skip, guint max)
{
    g_autofree char *list = as_list(areas), *bare = plain(text);
    g_auto(GStrv) words = g_strsplit(bare, " ", 16);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT " COLUMNS " FROM media WHERE area IN (SELECT value FROM json_each (?))"
        " ORDER BY created_ms DESC, sha256, area",
        "s", list);
    GPtrArray *files = g_ptr_array_new_with_free_func((GDestroyNotify)bt_library_file_free);
    while (files->len < max && rows != NULL && bt_rows_next(rows, NULL)) {
        if (!(kinds & (1u << kind_of(bt_rows_text(rows, 4)))) ||
            !has_all(bt_rows_text(rows, 3), words))
            continue;
        if (skip > 0)
            skip--;
        else
            g_ptr_array_add(files, read_row(rows));
    }
    return files;
}

BtLibraryFile *bt_library_find(
    BtStore *store, const char *sha256, const GPtrArray *areas, GError **error)
{
    g_autofree char *list = as_list(areas);
    g_autoptr(GError) trouble = NULL;
    g_autoptr(BtRows) rows = bt_db_query(store->db, &trouble,
        "SELECT " COLUMNS " FROM media WHERE sha256 = ?"
        " AND area IN (SELECT value FROM json_each (?)) ORDER BY created_ms",
        "ss", sha256, list);
    if (rows != NULL && bt_rows_next(rows, &trouble))
        return read_row(rows);
    if (trouble != NULL)
        g_propagate_error(error, g_steal_pointer(&trouble));
    else
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "media %s: not in the library", sha256);
    return NULL;
}

/* ---- changing ---- */

gboolean bt_library_rename(
    BtStore *store, const BtLibraryFile *file, const char *name, GError **error)
{
    g_autofree char *clean = bt_upload_clean_name(name);
    glong length = g_utf8_strlen(clean, -1);
    if (length >= 1 && length <= BT_LIBRARY_NAME_MAX)
        return bt_db_run(store->db, error,
            "UPDATE media SET name = ? WHERE sha256 = ? AND area = ?", "sss", clean, file->sha256,
            file->area);
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "media: not a name: expected 1 to %d letters",
        BT_LIBRARY_NAME_MAX);
    return FALSE;
}

gboolean bt_library_remove(BtStore *store, const BtLibraryFile *file, GError **error)
{
    g_autoptr(GPtrArray) uses = bt_library_uses(store, file->sha256);
    if (uses->len == 0)
        return bt_db_run(store->db, error, "DELETE FROM media WHERE sha256 = ? AND area = ?", "ss",
            file->sha256, file->area);
    g_set_error(error, BT_ERROR, BT_ERROR_CONFLICT, "media %s: it is used", file->sha256);
    return FALSE;
}

/* A hash of 64 digits stands in a body only as itself. */
GPtrArray *bt_library_uses(BtStore *store, const char *sha256)
{
    GPtrArray *uses = g_ptr_array_new_with_free_func((GDestroyNotify)bt_library_use_free);
    g_autoptr(BtRows) rows = bt_db_query(store->db, NULL,
        "SELECT 1, id, coalesce (nullif (json_extract (body, '$.texts[0].title'), ''),"
        " json_extract (body, '$.texts[0].body'), '') FROM notice"
        " WHERE instr (body, ?1) > 0 OR instr (coalesce (published_body, ''), ?1) > 0"
        " UNION ALL SELECT 0, id, name FROM playlist WHERE instr (items, ?1) > 0 ORDER BY 1, 2",
        "s", sha256);
    while (rows != NULL && bt_rows_next(rows, NULL)) {
        BtLibraryUse *use = g_new0(BtLibraryUse, 1);
        use->is_notice = bt_rows_int(rows, 0) != 0;
        use->id = bt_rows_int(rows, 1);
        use->name = g_strdup(bt_rows_text(rows, 2));
        g_ptr_array_add(uses, use);
    }
    return uses;
}
