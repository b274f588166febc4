/* From JSON to a manifest, top down: what stands alone first, then what others refer to (assets,
 * layouts, playlists), then the programmes that bind them. A reference is resolved where it is
 * read, so a manifest that came out whole has none that leads nowhere. */
#include "playlists/model/draft.h"

#include <string.h>

#define MEDIA_TYPE_MAX 127 /* RFC 6838 */
#define FILE_NAME_MAX 255
#define TIMEZONE_MAX 64

/* ---- notes ---- */

void bt_draft_note(BtDraft *draft, const BtJsonAt *at, const char *format, ...)
{
    GPtrArray *notes = draft->manifest->notes;
    if (notes->len > BT_MANIFEST_MAX_NOTES)
        return;
    if (notes->len == BT_MANIFEST_MAX_NOTES) {
        g_ptr_array_add(notes,
            g_strdup_printf("%s: there were more notes than %d", at->name, BT_MANIFEST_MAX_NOTES));
        return;
    }
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *pointer = bt_json_pointer(at);
    g_ptr_array_add(notes, g_strdup_printf("%s:%s: %s", at->name, pointer, text));
}

void bt_draft_note_unknown(BtDraft *draft, const BtJsonAt *object, const char *const *known)
{
    void *iter = NULL;
    BtJsonAt member;
    while (bt_json_next_member(object, &iter, &member))
        if (!g_strv_contains(known, member.key) && !g_str_has_prefix(member.key, "x-"))
            bt_draft_note(draft, &member, "unknown key: ignored");
}

/* ---- assets ---- */

static gboolean read_media_type(const BtJsonAt *object, char **type, GError **error)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+";
    BtJsonAt at;
    if (!bt_read_string(object, "type", MEDIA_TYPE_MAX, type, error) ||
        !bt_json_member(object, "type", &at))
        return FALSE;
    gsize major = strspn(*type, allowed);
    gsize minor = (*type)[major] == '/' ? strspn(*type + major + 1, allowed) : 0;
    if (major == 0 || minor == 0 || (*type)[major + 1 + minor] != '\0')
        return bt_json_fail(&at, BT_ERROR_INVALID, error,
            "this is not a media type: expected one such as \"video/mp4\"");
    return TRUE;
}

static gboolean read_asset(const BtJsonAt *at, gpointer user, GError **error)
{
    BtDraft *draft = user;
    static const char *const known[] = { "size", "type", "duration_ms", "name", NULL };
    g_autoptr(BtAsset) asset = g_new0(BtAsset, 1);
    gint64 size_bytes;
    int duration_ms = 0;
    if (!bt_hash_is_hex(at->key))
        return bt_json_fail(at, BT_ERROR_INVALID, error,
            "this key is not a hash: expected the SHA-256 as 64 lower-case hexadecimal digits");
    if (!bt_json_read_object(at, error) ||
        !bt_read_int(at, "size", 1, (gint64)BT_ASSET_MAX_BYTES, &size_bytes, error) ||
        !read_media_type(at, &asset->type, error) ||
        !bt_read_int_or_keep(at, "duration_ms", 1, BT_ITEM_MAX_MS, &duration_ms, error) ||
        !bt_read_string_or_none(at, "name", FILE_NAME_MAX, &asset->name, error))
        return FALSE;
    bt_draft_note_unknown(draft, at, known);
    g_strlcpy(asset->sha256, at->key, sizeof asset->sha256);
    asset->size_bytes = (guint64)size_bytes;
    asset->duration_ms = duration_ms;
    g_hash_table_insert(draft->manifest->assets, asset->sha256, asset);
    g_steal_pointer(&asset);
    return TRUE;
}

gboolean bt_draft_read_assets(BtDraft *draft, const BtJsonAt *root, GError **error)
{
    return bt_read_each_member(
        root, "assets", TRUE, BT_MANIFEST_MAX_ASSETS, read_asset, draft, error);
}

/* ---- playlists ---- */

typedef struct {
    BtDraft *draft;
    BtPlaylist *playlist;
} PlaylistReader;

static gboolean read_item(const BtJsonAt *at, gpointer user, GError **error)
{
    PlaylistReader *reader = user;
    if (++reader->draft->n_items > BT_MANIFEST_MAX_ITEMS)
        return bt_json_fail(at, BT_ERROR_LIMIT, error,
            "more than %d items in all playlists: expected at most %d", BT_MANIFEST_MAX_ITEMS,
            BT_MANIFEST_MAX_ITEMS);
    return bt_draft_read_item(reader->draft, at, reader->playlist, error);
}

static gboolean read_playlist(const BtJsonAt *at, gpointer user, GError **error)
{
    static const char *const known[] = { "id", "items", NULL };
    BtDraft *draft = user;
    g_autoptr(BtPlaylist) playlist = g_new0(BtPlaylist, 1);
    playlist->items = g_ptr_array_new();
    BtJsonAt id;
    if (!bt_json_read_object(at, error) || !bt_json_require(at, "id", &id, error) ||
        !bt_read_id_here(&id, &playlist->id, error))
        return FALSE;
    if (g_hash_table_contains(draft->playlists, playlist->id))
        return bt_json_fail(&id, BT_ERROR_INVALID, error,
            "\"%s\" is used twice: expected an id of its own", playlist->id);
    bt_draft_note_unknown(draft, at, known);
    if (!bt_read_each(at, "items", 0, BT_MANIFEST_MAX_ITEMS, read_item,
            &(PlaylistReader){ draft, playlist }, error))
        return FALSE;
    g_hash_table_insert(draft->playlists, playlist->id, playlist);
    g_ptr_array_add(draft->manifest->playlists, g_steal_pointer(&playlist));
    return TRUE;
}

gboolean bt_draft_read_playlists(BtDraft *draft, const BtJsonAt *root, GError **error)
{
    BtJsonAt at;
    return bt_json_require(root, "playlists", &at, error) &&
        bt_read_each(root, "playlists", 0, BT_MANIFEST_MAX_PLAYLISTS, read_playlist, draft, error);
}

/* ---- the head ---- */

static gboolean read_screen(const BtJsonAt *at, gpointer user, GError **error)
{
    char *id = NULL;
    if (!bt_read_id_here(at, &id, error))
        return FALSE;
    g_ptr_array_add((GPtrArray *)user, id);
    return TRUE;
}

/* A name of the tz database: GLib would also take offsets, the machine's own zone, and paths. */
static gboolean is_zone_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    if (strcmp(name, "UTC") == 0)
        return TRUE;
    return name[strspn(name, allowed)] == '\0' && g_ascii_isalpha(name[0]) && strchr(name, '/');
}

static gboolean read_timezone(BtManifest *manifest, const BtJsonAt *root, GError **error)
{
    BtJsonAt at;
    if (!bt_read_string(root, "timezone", TIMEZONE_MAX, &manifest->timezone_name, error) ||
        !bt_json_member(root, "timezone", &at))
        return FALSE;
    if (is_zone_name(manifest->timezone_name))
        manifest->timezone = g_time_zone_new_identifier(manifest->timezone_name);
    if (!manifest->timezone)
        return bt_json_fail(&at, BT_ERROR_INVALID, error,
            "there is no such time zone here: expected one such as \"Asia/Ho_Chi_Minh\"");
    return TRUE;
}

static gboolean read_head(BtDraft *draft, const BtJsonAt *root, GError **error)
{
    static const char *const known[] = { "spec", "source", "version", "issued", "expires",
        "screens", "timezone", "assets", "layouts", "playlists", "programmes", "display", NULL };
    BtManifest *manifest = draft->manifest;
    if (!bt_json_read_object(root, error) || !bt_read_spec(root, error))
        return FALSE;
    bt_draft_note_unknown(draft, root, known);
    manifest->spec = 1;
    return bt_read_id(root, "source", &manifest->source, error) &&
        bt_read_int(root, "version", 1, G_MAXINT64, &manifest->version, error) &&
        bt_read_life(
            root, BT_MANIFEST_MAX_AGE_MS, &manifest->issued_ms, &manifest->expires_ms, error) &&
        bt_read_each(
            root, "screens", 1, BT_MANIFEST_MAX_SCREENS, read_screen, manifest->screens, error) &&
        read_timezone(manifest, root, error);
}

static BtManifest *manifest_new(void)
{
    BtManifest *manifest = g_atomic_rc_box_new0(BtManifest);
    manifest->screens = g_ptr_array_new_with_free_func(g_free);
    manifest->assets =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)bt_asset_free);
    manifest->layouts = g_ptr_array_new_with_free_func((GDestroyNotify)bt_layout_free);
    manifest->items = g_ptr_array_new_with_free_func((GDestroyNotify)bt_item_free);
    manifest->playlists = g_ptr_array_new_with_free_func((GDestroyNotify)bt_playlist_free);
    manifest->programmes = g_ptr_array_new_with_free_func((GDestroyNotify)bt_programme_free);
    manifest->notes = g_ptr_array_new_with_free_func(g_free);
    manifest->display.on = g_array_new(FALSE, FALSE, sizeof(BtTimes));
    manifest->display.brightness = g_array_new(FALSE, FALSE, sizeof(BtBrightness));
    manifest->display.volumes = g_array_new(FALSE, FALSE, sizeof(BtBrightness));
    return manifest;
}

static BtManifest *manifest_from_json(const BtJsonAt *root, GError **error)
{
    g_autoptr(BtManifest) manifest = manifest_new();
    g_autoptr(GHashTable) layouts = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) playlists = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) written = g_hash_table_new(g_str_hash, g_str_equal);
    BtDraft draft = { manifest, layouts, playlists, items, written, 0, 0 };
    if (!read_head(&draft, root, error) || !bt_draft_read_assets(&draft, root, error) ||
        !bt_draft_read_layouts(&draft, root, error) ||
        !bt_draft_read_playlists(&draft, root, error) ||
        !bt_draft_read_programmes(&draft, root, error) ||
        !bt_draft_read_display(&draft, root, error))
        return NULL;
    return g_steal_pointer(&manifest);
}

BtManifest *bt_manifest_parse(const void *data, gsize size_bytes, const char *name, GError **error)
{
    g_autoptr(BtJson) json =
        bt_json_parse(data, size_bytes, name, BT_MANIFEST_MAX_BYTES, BT_MANIFEST_MAX_DEPTH, error);
    if (!json)
        return NULL;
    BtJsonAt root = bt_json_root(name, json);
    BtManifest *manifest = manifest_from_json(&root, error);
    if (manifest)
        bt_hash_data(data, size_bytes, manifest->payload_sha256);
    return manifest;
}
