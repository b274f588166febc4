#include "playlists/adapters/folder.h"

#include "base/io.h"
#include "base/json.h"
#include "playlists/adapters/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TITLE_MAX_CODE_POINTS 80
#define GROUND "#0B1B33" /* look: dark ground, light letters */

struct BtFolder {
    BtManifest *manifest;
    GHashTable *paths; /* sha256 → path */
};

typedef struct {
    const char *ending, *kind, *type;
} FileKind;

static const FileKind kinds[] = {
    { ".png", "image", "image/png" },
    { ".jpg", "image", "image/jpeg" },
    { ".jpeg", "image", "image/jpeg" },
    { ".webp", "image", "image/webp" },
    { ".gif", "image", "image/gif" },
    { ".apng", "image", "image/apng" },
    { ".avif", "image", "image/avif" },
    { ".mp4", "video", "video/mp4" },
    { ".mov", "video", "video/quicktime" },
    { ".mkv", "video", "video/x-matroska" },
    { ".webm", "video", "video/webm" },
    { ".ts", "video", "video/mp2t" },
    { ".mp3", "audio", "audio/mpeg" },
    { ".ogg", "audio", "audio/ogg" },
    { ".opus", "audio", "audio/ogg" },
    { ".m4a", "audio", "audio/mp4" },
    { ".flac", "audio", "audio/flac" },
    { ".wav", "audio", "audio/wav" },
    { ".txt", "text", "text/plain" },
};

typedef struct {
    BtFolder *folder;
    BtFolderProbe probe;
    gpointer user;
    BtJson *assets, *items; /* borrowed */
    GHashTable *subtitles;  /* borrowed; the real paths of those that belong to a film */
    guint n_items;
} Building;

static const FileKind *kind_of(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_suffix(lower, kinds[i].ending))
            return &kinds[i];
    return NULL;
}

/* ---- files in order ---- */

static gint compare_names(gconstpointer a, gconstpointer b)
{
    g_autofree char *key_a = g_utf8_collate_key_for_filename(*(char *const *)a, -1);
    g_autofree char *key_b = g_utf8_collate_key_for_filename(*(char *const *)b, -1);
    return strcmp(key_a, key_b);
}

static GPtrArray *list_files(const char *path, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(names, g_strdup(path));
        return g_steal_pointer(&names);
    }
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    if (dir == NULL) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: cannot be read", path);
        return NULL;
    }
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL && names->len < BT_FOLDER_MAX_FILES)
        if (*name != '.' && g_utf8_validate(name, -1, NULL))
            g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}

/* ---- one item each ---- */

static BtJson *new_item(Building *building, const char *kind)
{
    BtJson *item = bt_json_new_object();
    g_autofree char *id = g_strdup_printf("f%u", ++building->n_items);
    bt_json_set_string(item, "id", id);
    bt_json_set_string(item, "kind", kind);
    bt_json_set_bool(item, "any_time", TRUE);
    return item;
}

static gboolean add_text(Building *building, const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_FOLDER_TEXT_MAX_BYTES, error);
    if (bytes == NULL)
        return FALSE;
    gsize size_bytes;
    const char *data = g_bytes_get_data(bytes, &size_bytes);
    if (!g_utf8_validate_len(data, size_bytes, NULL)) {
        g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX, "%s: not text in UTF-8", path);
        return FALSE;
    }
    g_autofree char *text = g_strndup(data, size_bytes), *lang = bt_folder_lang(path);
    g_strstrip(text);
    if (*text == '\0') {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s: empty: expected a line of text", path);
        return FALSE;
    }
    if (g_utf8_strlen(text, -1) > BT_TEXT_MAX_CODE_POINTS) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "%s: too long: expected at most %d characters",
            path, BT_TEXT_MAX_CODE_POINTS);
        return FALSE;
    }
    char *end = strchr(text, '\n');
    /* A long first line is no title. */
    if (end != NULL && g_utf8_strlen(text, end - text) > TITLE_MAX_CODE_POINTS)
        end = NULL;
    g_autofree char *title = end == NULL ? g_strdup("") : g_strndup(text, (gsize)(end - text));
    BtJson *entry = bt_json_new_object(), *texts = bt_json_new_array();
    bt_json_set_string(entry, "lang", lang);
    if (*g_strstrip(title) != '\0')
        bt_json_set_string(entry, "title", title);
    bt_json_set_string(entry, "body", end == NULL ? text : g_strstrip(end));
    bt_json_append(texts, entry);
    BtJson *item = new_item(building, "text");
    bt_json_set(item, "texts", texts);
    bt_json_append(building->items, item);
    return TRUE;
}

static const char *kind_name(const char *path)
{
    return bt_subtitles_type(path) ? "subtitles" : kind_of(path)->kind;
}

/* An asset has one type: a film's copy that calls itself subtitles would spoil the manifest. */
static gboolean is_new_or_alike(
    const Building *building, const char *path, const char *sha256, GError **error)
{
    const char *other = g_hash_table_lookup(building->folder->paths, sha256);
    if (!other || g_str_equal(kind_name(other), kind_name(path)))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "%s: the same bytes as %s: expected a file of another kind", path, other);
    return FALSE;
}

static void remember_asset(Building *building, const char *path, const char *type,
    const char *sha256, guint64 size_bytes, gint64 duration_ms)
{
    g_autofree char *name = g_path_get_basename(path);
    BtJson *asset = bt_json_new_object();
    bt_json_set_int(asset, "size", (gint64)size_bytes);
    bt_json_set_string(asset, "type", type);
    bt_json_set_string(asset, "name", name);
    if (duration_ms > 0)
        bt_json_set_int(asset, "duration_ms", duration_ms);
    bt_json_set(building->assets, sha256, asset);
    g_hash_table_insert(building->folder->paths, g_strdup(sha256), g_strdup(path));
}

/* What the format asks of an asset, so that one bad file does not spoil the manifest. */
static gboolean has_what_it_needs(
    const char *path, const FileKind *kind, guint64 size_bytes, gint64 duration_ms, GError **error)
{
    const char *wrong = NULL;
    if (size_bytes == 0 || size_bytes > BT_ASSET_MAX_BYTES)
        wrong = "empty, or larger than 4 GiB";
    else if (!g_str_equal(kind->kind, "image") && duration_ms == 0)
        wrong = "without a duration";
    else if (duration_ms > BT_DAY_MS)
        wrong = "longer than 24 hours";
    if (wrong != NULL)
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID, "%s: %s", path, wrong);
    return wrong == NULL;
}

static int open_hashed(
    const char *path, char sha256[BT_HASH_HEX_SIZE], guint64 *size_bytes, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot be read");
    if (fd < 0 || bt_hash_fd(fd, sha256, size_bytes, error))
        return fd;
    close(fd);
    return -1;
}

static gboolean add_language(
    Building *building, const BtBeside *beside, BtJson *subtitles, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    guint64 size_bytes;
    int fd = open_hashed(beside->path, sha256, &size_bytes, error);
    if (fd < 0)
        return FALSE;
    close(fd);
    if (size_bytes == 0 || size_bytes > BT_SUBTITLES_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "%s: %" G_GUINT64_FORMAT " bytes: expected 1 to %d", beside->path, size_bytes,
            BT_SUBTITLES_MAX_BYTES);
        return FALSE;
    }
    if (!is_new_or_alike(building, beside->path, sha256, error))
        return FALSE;
    remember_asset(building, beside->path, beside->type, sha256, size_bytes, 0);
    BtJson *entry = bt_json_new_object();
    bt_json_set_string(entry, "lang", beside->lang);
    bt_json_set_string(entry, "asset", sha256);
    bt_json_append(subtitles, entry);
    return TRUE;
}

static void add_subtitles(Building *building, const char *film, BtJson *item)
{
    g_autoptr(GPtrArray) all = bt_subtitles_beside(film);
    BtJson *subtitles = bt_json_new_array();
    for (guint i = 0; i < all->len; i++) {
        const BtBeside *beside = g_ptr_array_index(all, i);
        g_autoptr(GError) failure = NULL;
        if (!add_language(building, beside, subtitles, &failure))
            g_message("left out: %s", failure->message);
        g_hash_table_add(building->subtitles, realpath(beside->path, NULL));
    }
    bt_json_set(item, "subtitles", subtitles);
}

static gboolean add_medium(
    Building *building, const char *path, const FileKind *kind, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    guint64 size_bytes;
    int fd = open_hashed(path, sha256, &size_bytes, error);
    if (fd < 0)
        return FALSE;
    gint64 duration_ms = building->probe(fd, path, building->user, error);
    if (duration_ms < 0 || !has_what_it_needs(path, kind, size_bytes, duration_ms, error) ||
        !is_new_or_alike(building, path, sha256, error))
        return FALSE;
    remember_asset(building, path, kind->type, sha256, size_bytes, duration_ms);
    BtJson *item = new_item(building, kind->kind);
    bt_json_set_string(item, "asset", sha256);
    if (g_str_equal(kind->kind, "video"))
        add_subtitles(building, path, item);
    bt_json_append(building->items, item);
    return TRUE;
}

static void add_file(Building *building, const char *path)
{
    const FileKind *kind = kind_of(path);
    g_autoptr(GError) failure = NULL;
    if (bt_subtitles_type(path))
        return;
    if (kind == NULL) {
        g_message("%s: left out: expected text (.txt), an image, a video or sound", path);
        return;
    }
    gboolean added = g_str_equal(kind->kind, "text") ? add_text(building, path, &failure)
                                                     : add_medium(building, path, kind, &failure);
    if (!added)
        g_message("left out: %s", failure->message);
}

static void say_unused(const Building *building, const char *path)
{
    char *real = bt_subtitles_type(path) ? realpath(path, NULL) : NULL;
    if (real && !g_hash_table_contains(building->subtitles, real))
        g_message("%s: left out: expected a film of the same name, and one file a language", path);
    free(real);
}

/* ---- the manifest around them ---- */

static BtJson *rect_json(int w_px, int h_px)
{
    BtJson *rect = bt_json_new_array();
    for (int i = 0; i < 4; i++)
        bt_json_append_int(rect, i == 2 ? w_px : i == 3 ? h_px : 0);
    return rect;
}

static BtJson *one_of(BtJson *object)
{
    BtJson *array = bt_json_new_array();
    bt_json_append(array, object);
    return array;
}

static BtJson *layouts_json(int w_px, int h_px)
{
    BtJson *zone = bt_json_new_object(), *layout = bt_json_new_object();
    BtJson *canvas = bt_json_new_array();
    bt_json_set_string(zone, "id", "main");
    bt_json_set(zone, "rect", rect_json(w_px, h_px));
    bt_json_append_int(canvas, w_px);
    bt_json_append_int(canvas, h_px);
    bt_json_set_string(layout, "id", "whole");
    bt_json_set_string(layout, "background", GROUND);
    bt_json_set(layout, "canvas", canvas);
    bt_json_set(layout, "zones", one_of(zone));
    return one_of(layout);
}

static BtJson *programmes_json(void)
{
    BtJson *programme = bt_json_new_object(), *zones = bt_json_new_object();
    bt_json_set_string(zones, "main", "files");
    bt_json_set_string(programme, "id", "folder");
    bt_json_set_string(programme, "layout", "whole");
    bt_json_set_string(programme, "class", "ordinary");
    bt_json_set(programme, "zones", zones);
    return one_of(programme);
}

/* A folder never expires: issued now, and FORMAT.md's longest life; it is read again at each start.
 */
static BtJson *manifest_json(const char *source, const char *screen, const char *timezone, int w_px,
    int h_px, BtJson *assets, BtJson *items)
{
    gint64 now_ms = g_get_real_time() / 1000;
    BtJson *manifest = bt_json_new_object(), *screens = bt_json_new_array();
    BtJson *playlist = bt_json_new_object();
    bt_json_append_string(screens, screen);
    bt_json_set_string(playlist, "id", "files");
    bt_json_set(playlist, "items", items);
    bt_json_set_int(manifest, "spec", 1);
    bt_json_set_string(manifest, "source", source);
    bt_json_set_int(manifest, "version", 1);
    bt_json_set_time(manifest, "issued", now_ms);
    bt_json_set_time(manifest, "expires", now_ms + 60 * BT_DAY_MS);
    bt_json_set(manifest, "screens", screens);
    bt_json_set_string(manifest, "timezone", timezone);
    bt_json_set(manifest, "assets", assets);
    bt_json_set(manifest, "layouts", layouts_json(w_px, h_px));
    bt_json_set(manifest, "playlists", one_of(playlist));
    bt_json_set(manifest, "programmes", programmes_json());
    BtJson *display = bt_json_new_object();
    bt_json_set_int(display, "volume", 100);
    bt_json_set(manifest, "display", display);
    return manifest;
}

BtFolder *bt_folder_read(const char *path, const char *source, const char *screen,
    const char *timezone, int w_px, int h_px, BtFolderProbe probe, gpointer user, GError **error)
{
    g_autoptr(GPtrArray) files = list_files(path, error);
    if (files == NULL)
        return NULL;
    g_autoptr(BtFolder) folder = g_new0(BtFolder, 1);
    folder->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    BtJson *assets = bt_json_new_object(), *items = bt_json_new_array();
    g_autoptr(GHashTable) subtitles = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
    Building building = { folder, probe, user, assets, items, subtitles, 0 };
    for (guint i = 0; i < files->len; i++)
        add_file(&building, g_ptr_array_index(files, i));
    for (guint i = 0; i < files->len; i++)
        say_unused(&building, g_ptr_array_index(files, i));
    g_autoptr(BtJson) manifest = manifest_json(
        source, screen, timezone, w_px > 0 ? w_px : 1920, h_px > 0 ? h_px : 1080, assets, items);
    if (building.n_items == 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%s: nothing to show: expected text (.txt), images, videos or sound", path);
        return NULL;
    }
    g_autofree char *text = bt_json_to_text(manifest, FALSE);
    folder->manifest = bt_manifest_parse(text, strlen(text), path, error);
    return folder->manifest == NULL ? NULL : g_steal_pointer(&folder);
}

void bt_folder_free(BtFolder *folder)
{
    if (folder == NULL)
        return;
    g_clear_pointer(&folder->manifest, bt_manifest_unref);
    g_hash_table_unref(folder->paths);
    g_free(folder);
}

BtManifest *bt_folder_manifest(BtFolder *folder)
{
    return folder->manifest;
}

const char *bt_folder_path(BtFolder *folder, const char *sha256)
{
    return g_hash_table_lookup(folder->paths, sha256);
}

int bt_folder_open(BtFolder *folder, const char *sha256, GError **error)
{
    const char *path = g_hash_table_lookup(folder->paths, sha256);
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND, "%s: not in the folder", sha256);
    return fd;
}
