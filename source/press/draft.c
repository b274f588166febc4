/* A draft names its pictures and films as people do, "file:hoa.png"; a manifest names them by what
 * they are, the SHA-256 of their bytes. The document is copied once, from the top down: every
 * string "file:…" in one of the places where the format holds an asset is replaced on the way, and
 * each new file is entered into "assets" with its size, type and duration. */
#include "source/press/draft.h"

#include "base/error.h"
#include "base/io.h"
#include "playlists/envelope/envelope.h"
#include "source/press/probe.h"
#include "source/store/site.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_PREFIX "file:"
#define FILE_NAME_MAX 1000

typedef struct {
    const BtDraftDefaults *defaults;
    BtDraft *draft;
    char *folder;       /* where "file:" begins */
    GHashTable *files;  /* name → BtDraftAsset, borrowed from draft->assets */
    BtJson *new_assets; /* the entries made for them */
} Making;

static void asset_free(BtDraftAsset *asset)
{
    if (asset->fd >= 0)
        close(asset->fd);
    g_free(asset->name);
    g_free(asset);
}

void bt_draft_free(BtDraft *draft)
{
    g_free(draft->path);
    g_clear_pointer(&draft->payload, g_bytes_unref);
    g_clear_pointer(&draft->envelope, g_bytes_unref);
    g_clear_pointer(&draft->manifest, bt_manifest_unref);
    g_ptr_array_unref(draft->assets);
    g_free(draft);
}

/* ---- media files ---- */

const char *bt_draft_media_type(const char *name)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {
        { ".png", "image/png" },
        { ".jpg", "image/jpeg" },
        { ".jpeg", "image/jpeg" },
        { ".webp", "image/webp" },
        { ".gif", "image/gif" },
        { ".apng", "image/apng" },
        { ".avif", "image/avif" },
        { ".mp4", "video/mp4" },
        { ".m4v", "video/mp4" },
        { ".mov", "video/quicktime" },
        { ".webm", "video/webm" },
        { ".mkv", "video/x-matroska" },
        { ".mp3", "audio/mpeg" },
        { ".m4a", "audio/mp4" },
        { ".ogg", "audio/ogg" },
        { ".opus", "audio/ogg" },
        { ".flac", "audio/flac" },
        { ".wav", "audio/wav" },
        { ".srt", "application/x-subrip" },
        { ".vtt", "text/vtt" },
    };
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(lower, types[i].suffix))
            return types[i].type;
    return NULL;
}

/* Only files of the draft's own folder: a manifest that somebody sent must not publish /etc. */
static gboolean check_file_name(const BtJsonAt *at, const char *name, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    gboolean ok = *name != '\0' && strlen(name) <= FILE_NAME_MAX;
    for (guint i = 0; parts[i] != NULL; i++)
        ok = ok && *parts[i] != '\0' && strcmp(parts[i], ".") != 0 && strcmp(parts[i], "..") != 0;
    return ok ||
        bt_json_fail(at, BT_ERROR_INVALID, error,
            "\"%s\" does not name a file of the draft: expected file:NAME inside its folder", name);
}

static int open_file(const char *path, GError **error)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        bt_error_set_errno(
            error, errno == ENOENT ? BT_ERROR_NOT_FOUND : BT_ERROR_IO, errno, path, "cannot open");
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        (guint64)st.st_size <= BT_ASSET_MAX_BYTES)
        return fd;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "%s: not a media file: expected a regular file of 1 to %" G_GUINT64_FORMAT " bytes", path,
        BT_ASSET_MAX_BYTES);
    close(fd);
    return -1;
}

static BtJson *asset_entry(const BtDraftAsset *asset, const char *type, const BtProbe *probe)
{
    g_autofree char *base = g_path_get_basename(asset->name);
    BtJson *entry = bt_json_new_object();
    bt_json_set_int(entry, "size", (gint64)asset->size_bytes);
    bt_json_set_string(entry, "type", type);
    if (probe->duration_ms > 0)
        bt_json_set_int(entry, "duration_ms", probe->duration_ms);
    bt_json_set_string(entry, "name", base);
    return entry;
}

static gboolean is_subtitles_type(const char *type)
{
    return strcmp(type, "text/vtt") == 0 || strcmp(type, "application/x-subrip") == 0;
}

static gboolean check_duration(
    const BtJsonAt *at, const char *name, const char *type, const BtProbe *probe, GError **error)
{
    if (is_subtitles_type(type) != probe->is_subtitles)
        return bt_json_fail(at, BT_ERROR_UNSUPPORTED, error,
            "%s is not what its name says: expected %s", name,
            probe->is_subtitles ? "a name in .srt or .vtt" : "subtitles in it");
    return probe->is_subtitles || g_str_has_prefix(type, "image/") || probe->duration_ms > 0 ||
        bt_json_fail(at, BT_ERROR_UNSUPPORTED, error,
            "%s has no length: expected a film or a recording", name);
}

static BtDraftAsset *find_same(const Making *m, const char *sha256)
{
    for (guint i = 0; i < m->draft->assets->len; i++) {
        BtDraftAsset *asset = g_ptr_array_index(m->draft->assets, i);
        if (strcmp(asset->sha256, sha256) == 0)
            return asset;
    }
    return NULL;
}

/* Hashes and probes one file, and enters it. Two names of the same bytes are one asset. */
static BtDraftAsset *take_file(Making *m, const BtJsonAt *at, const char *name, GError **error)
{
    BtProbe probe;
    const char *type = bt_draft_media_type(name);
    g_autofree char *path = g_build_filename(m->folder, name, NULL);
    if (!check_file_name(at, name, error))
        return NULL;
    if (type == NULL) {
        bt_json_fail(at, BT_ERROR_UNSUPPORTED, error,
            "%s: boards do not play such files: expected .png .jpg .webp .mp4 .webm .mp3 .srt …",
            name);
        return NULL;
    }
    int fd = open_file(path, error);
    if (fd < 0)
        return NULL;
    BtDraftAsset *asset = g_new0(BtDraftAsset, 1);
    asset->fd = fd;
    asset->name = g_strdup(name);
    BtDraftAsset *same = NULL;
    if (!bt_hash_fd(fd, asset->sha256, &asset->size_bytes, error) ||
        (same = find_same(m, asset->sha256)) != NULL ||
        !bt_probe_media(fd, path, m->defaults->decoder, &probe, error) ||
        !check_duration(at, name, type, &probe, error)) {
        asset_free(asset);
        return same;
    }
    g_ptr_array_add(m->draft->assets, asset);
    bt_json_set(m->new_assets, asset->sha256, asset_entry(asset, type, &probe));
    return asset;
}

static BtDraftAsset *file_asset(Making *m, const BtJsonAt *at, const char *name, GError **error)
{
    BtDraftAsset *asset = g_hash_table_lookup(m->files, name);
    if (asset == NULL && (asset = take_file(m, at, name, error)) != NULL)
        g_hash_table_insert(m->files, g_strdup(name), asset);
    return asset;
}

/* ---- copying the document ---- */

static BtJson *copy(Making *m, const BtJsonAt *at, GError **error);

static gboolean may_hold_asset(const char *key)
{
    return key != NULL &&
        (strcmp(key, "asset") == 0 || strcmp(key, "picture") == 0 || strcmp(key, "fallback") == 0);
}

/* The object again with every "file:" replaced. (transfer full) (nullable) */
static BtJson *copy_object(Making *m, const BtJsonAt *at, GError **error)
{
    g_autoptr(BtJson) object = bt_json_new_object();
    BtJsonAt member;
    void *iter = NULL;
    while (bt_json_next_member(at, &iter, &member)) {
        const char *text =
            may_hold_asset(member.key) ? bt_json_read_string(&member, 0, G_MAXSIZE, NULL) : NULL;
        if (text != NULL && g_str_has_prefix(text, FILE_PREFIX)) {
            BtDraftAsset *asset = file_asset(m, &member, text + strlen(FILE_PREFIX), error);
            if (asset == NULL)
                return NULL;
            bt_json_set_string(object, member.key, asset->sha256);
            continue;
        }
        BtJson *value = copy(m, &member, error);
        if (value == NULL)
            return NULL;
        bt_json_set(object, member.key, value);
    }
    return g_steal_pointer(&object);
}

static BtJson *copy_array(Making *m, const BtJsonAt *at, GError **error)
{
    g_autoptr(BtJson) array = bt_json_new_array();
    for (gsize i = 0; i < bt_json_length(at); i++) {
        BtJsonAt element = bt_json_element(at, i);
        BtJson *value = copy(m, &element, error);
        if (value == NULL)
            return NULL;
        bt_json_append(array, value);
    }
    return g_steal_pointer(&array);
}

/* The parser bounded the depth. */
static BtJson *copy(Making *m, const BtJsonAt *at, GError **error)
{
    if (bt_json_read_object(at, NULL))
        return copy_object(m, at, error);
    if (bt_json_read_array(at, G_MAXSIZE, NULL))
        return copy_array(m, at, error);
    return bt_json_ref(at->value);
}

/* ---- filling in ---- */

static gboolean has(const BtJsonAt *root, const char *key)
{
    BtJsonAt member;
    return bt_json_member(root, key, &member);
}

static void fill_screens(const Making *m, const BtJsonAt *root, BtJson *payload)
{
    if (has(root, "screens"))
        return;
    BtJson *screens = bt_json_new_array();
    for (guint i = 0; i < m->defaults->screens->len; i++)
        bt_json_append_string(screens, g_ptr_array_index(m->defaults->screens, i));
    bt_json_set(payload, "screens", screens);
}

static gboolean fill_times(const Making *m, const BtJsonAt *root, BtJson *payload, GError **error)
{
    gint64 issued_ms = m->defaults->now_ms;
    BtJsonAt at;
    if (bt_json_member(root, "issued", &at) && !bt_json_read_time(&at, &issued_ms, error))
        return FALSE;
    if (!has(root, "issued"))
        bt_json_set_time(payload, "issued", issued_ms);
    if (!has(root, "expires"))
        bt_json_set_time(payload, "expires", issued_ms + m->defaults->life_ms);
    return TRUE;
}

/* The entries that the document has itself, then those of its files. */
static gboolean fill_assets(const Making *m, const BtJsonAt *root, BtJson *payload, GError **error)
{
    BtJsonAt old, member;
    void *iter = NULL;
    BtJson *assets = bt_json_new_object();
    if (bt_json_member(root, "assets", &old)) {
        if (!bt_json_read_object(&old, error)) {
            bt_json_unref(assets);
            return FALSE;
        }
        while (bt_json_next_member(&old, &iter, &member))
            bt_json_set(assets, member.key, bt_json_ref(member.value));
    }
    BtJsonAt made = bt_json_root("", m->new_assets);
    for (iter = NULL; bt_json_next_member(&made, &iter, &member);)
        bt_json_set(assets, member.key, bt_json_ref(member.value));
    bt_json_set(payload, "assets", assets);
    return TRUE;
}

static gboolean fill(const Making *m, const BtJsonAt *root, BtJson *payload, GError **error)
{
    if (!has(root, "spec"))
        bt_json_set_int(payload, "spec", 1);
    if (!has(root, "source"))
        bt_json_set_string(payload, "source", m->defaults->source);
    if (!has(root, "version"))
        bt_json_set_int(payload, "version", m->defaults->version);
    if (!has(root, "timezone"))
        bt_json_set_string(payload, "timezone", m->defaults->timezone);
    fill_screens(m, root, payload);
    return fill_times(m, root, payload, error) && fill_assets(m, root, payload, error);
}

/* ---- reading ---- */

static gboolean make_payload(Making *m, const BtJsonAt *root, GError **error)
{
    if (!bt_json_read_object(root, error))
        return FALSE;
    g_autoptr(BtJson) payload = copy_object(m, root, error);
    if (payload == NULL || !fill(m, root, payload, error))
        return FALSE;
    char *text = bt_json_to_text(payload, FALSE);
    m->draft->payload = g_bytes_new_take(text, strlen(text));
    return TRUE;
}

/* An asset that the document names by its hash: in the site already, or a file of the draft. */
static gboolean find_asset(Making *m, const BtAsset *wanted, GError **error)
{
    const char *const names[] = { wanted->sha256, wanted->name };
    if (find_same(m, wanted->sha256) != NULL ||
        bt_site_has_asset(m->defaults->site, wanted->sha256, wanted->size_bytes))
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        char sha256[BT_HASH_HEX_SIZE];
        guint64 size_bytes;
        if (*names[i] == '\0' || strchr(names[i], '/') != NULL)
            continue;
        g_autofree char *path = g_build_filename(m->folder, names[i], NULL);
        int fd = open_file(path, NULL);
        if (fd < 0)
            continue;
        if (bt_hash_fd(fd, sha256, &size_bytes, NULL) && strcmp(sha256, wanted->sha256) == 0 &&
            size_bytes == wanted->size_bytes) {
            BtDraftAsset *asset = g_new0(BtDraftAsset, 1);
            memcpy(asset->sha256, sha256, sizeof sha256);
            asset->size_bytes = size_bytes;
            asset->fd = fd;
            asset->name = g_strdup(names[i]);
            g_ptr_array_add(m->draft->assets, asset);
            return TRUE;
        }
        close(fd);
    }
    g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
        "%s:/assets/%s: its bytes are not here: expected a file of the draft with that hash and "
        "%" G_GUINT64_FORMAT " bytes",
        m->draft->path, wanted->sha256, wanted->size_bytes);
    return FALSE;
}

static gboolean find_assets(Making *m, GError **error)
{
    GHashTableIter iter;
    gpointer asset;
    g_hash_table_iter_init(&iter, m->draft->manifest->assets);
    while (g_hash_table_iter_next(&iter, NULL, &asset))
        if (!find_asset(m, asset, error))
            return FALSE;
    return TRUE;
}

static gboolean make(Making *m, GBytes *bytes, GError **error)
{
    BtDraft *draft = m->draft;
    g_autoptr(BtJson) json = bt_json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
        draft->path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), BT_MANIFEST_MAX_DEPTH, error);
    if (json == NULL)
        return FALSE;
    BtJsonAt root = bt_json_root(draft->path, json);
    if (has(&root, "payloadType")) {
        draft->envelope = g_bytes_ref(bytes);
        draft->payload = bt_envelope_peek(bytes, draft->path, BT_MANIFEST_MAX_BYTES, error);
    } else if (!make_payload(m, &root, error))
        return FALSE;
    if (draft->payload == NULL)
        return FALSE;
    draft->manifest = bt_manifest_parse(g_bytes_get_data(draft->payload, NULL),
        g_bytes_get_size(draft->payload), draft->path, error);
    return draft->manifest != NULL && find_assets(m, error);
}

BtDraft *bt_draft_read(const char *path, const BtDraftDefaults *defaults, GError **error)
{
    gboolean is_folder = g_file_test(path, G_FILE_TEST_IS_DIR);
    g_autoptr(BtDraft) draft = g_new0(BtDraft, 1);
    draft->assets = g_ptr_array_new_with_free_func((GDestroyNotify)asset_free);
    draft->path = is_folder ? g_build_filename(path, "manifest.json", NULL) : g_strdup(path);
    g_autoptr(GBytes) bytes =
        bt_io_read(draft->path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), error);
    if (bytes == NULL)
        return NULL;
    Making m = { .defaults = defaults, .draft = draft };
    m.folder = is_folder ? g_strdup(path) : g_path_get_dirname(path);
    m.files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    m.new_assets = bt_json_new_object();
    gboolean ok = make(&m, bytes, error);
    g_free(m.folder);
    g_hash_table_unref(m.files);
    bt_json_unref(m.new_assets);
    return ok ? g_steal_pointer(&draft) : NULL;
}
