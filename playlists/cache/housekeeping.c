/* What is no longer needed goes, oldest access first, and never more than the quota asks for: what
 * the board showed last week may be wanted again, and the past stays answerable while its objects
 * are held. Half files that nothing waits for any more count and go like objects. */
#include "playlists/cache/private.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef struct {
    char *path;
    char sha256[BT_HASH_HEX_SIZE];
    guint64 bytes;
    gint64 used_ms; /* the later of last access and arrival */
    gboolean whole; /* an object, not a half file */
} Entry;

static void clear_entry(gpointer data)
{
    g_free(((Entry *)data)->path);
}

static gint64 to_ms(struct timespec time)
{
    return (gint64)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Adds the file when its name begins with a hash: "SHA256", or "SHA256.etag" of a half file. */
static void add_entry(GArray *entries, const char *folder, const char *name, gboolean whole)
{
    Entry entry = { .path = g_build_filename(folder, name, NULL), .whole = whole };
    g_strlcpy(entry.sha256, name, sizeof entry.sha256);
    struct stat st;
    if (!bt_hash_is_hex(entry.sha256) || lstat(entry.path, &st) < 0 || !S_ISREG(st.st_mode)) {
        g_free(entry.path);
        return;
    }
    /* Half files may hold room that their length does not show. */
    entry.bytes = whole ? (guint64)st.st_size : (guint64)st.st_blocks * 512;
    entry.used_ms = MAX(to_ms(st.st_atim), to_ms(st.st_mtim));
    g_array_append_val(entries, entry);
}

static gboolean list_folder(GArray *entries, const char *folder, gboolean whole, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &why);
    if (!dir) {
        g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: cannot be listed: %s", folder, why->message);
        return FALSE;
    }
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        add_entry(entries, folder, name, whole);
    return TRUE;
}

static gboolean list_objects(GArray *entries, const BtCache *cache, GError **error)
{
    for (int prefix = 0; prefix < 256; prefix++) {
        g_autofree char *folder = g_strdup_printf("%s/objects/%02x", cache->folder, prefix);
        if (g_file_test(folder, G_FILE_TEST_IS_DIR) && !list_folder(entries, folder, TRUE, error))
            return FALSE;
    }
    return TRUE;
}

static GArray *new_entries(void)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(entries, clear_entry);
    return entries;
}

gboolean bt_cache_measure(BtCache *cache, BtCacheUse *use, GError **error)
{
    g_autoptr(GArray) entries = new_entries();
    *use = (BtCacheUse){ 0 };
    if (!list_objects(entries, cache, error))
        return FALSE;
    for (guint i = 0; i < entries->len; i++) {
        use->objects++;
        use->bytes += g_array_index(entries, Entry, i).bytes;
    }
    return TRUE;
}

static gint compare_use(gconstpointer a, gconstpointer b)
{
    const Entry *left = a, *right = b;
    if (left->used_ms != right->used_ms)
        return left->used_ms < right->used_ms ? -1 : 1;
    return strcmp(left->path, right->path);
}

static gboolean remove_entry(const Entry *entry, GError **error)
{
    if (unlink(entry->path) == 0 || errno == ENOENT)
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_IO, errno, entry->path, "cannot be removed");
    return FALSE;
}

/* How many objects were removed until so many bytes went, -1 on failure. */
static gint64 remove_oldest(
    const GArray *entries, GHashTable *keep, guint64 surplus_bytes, GError **error)
{
    gint64 removed = 0;
    for (guint i = 0; i < entries->len && surplus_bytes > 0; i++) {
        const Entry *entry = &g_array_index(entries, Entry, i);
        if (g_hash_table_contains(keep, entry->sha256))
            continue;
        if (!remove_entry(entry, error))
            return -1;
        surplus_bytes -= MIN(surplus_bytes, entry->bytes);
        removed += entry->whole;
    }
    return removed;
}

/* ---- room ---- */

#define RESERVE_SHARE 20 /* of the disk, so one part */
#define RESERVE_MAX_BYTES (G_GUINT64_CONSTANT(1024) * 1024 * 1024)

static gboolean ask_disk(const BtCache *cache, guint64 *size_bytes, guint64 *free_bytes)
{
    struct statvfs disk;
    if (statvfs(cache->folder, &disk) < 0)
        return FALSE;
    *size_bytes = (guint64)disk.f_blocks * disk.f_frsize;
    *free_bytes = (guint64)disk.f_bavail * disk.f_frsize;
    return TRUE;
}

guint64 bt_cache_reserve(const BtCache *cache)
{
    guint64 size_bytes, free_bytes;
    return ask_disk(cache, &size_bytes, &free_bytes)
        ? MIN(size_bytes / RESERVE_SHARE, RESERVE_MAX_BYTES)
        : 0;
}

gboolean bt_cache_has_room(const BtCache *cache, guint64 bytes)
{
    guint64 size_bytes, free_bytes;
    return !ask_disk(cache, &size_bytes, &free_bytes) ||
        free_bytes >= bytes + bt_cache_reserve(cache) / 2;
}

/* What an object that is open holds comes free later, so this is reckoned, not asked again. */
static guint64 surplus(
    const BtCache *cache, guint64 total, guint64 quota_bytes, guint64 wanted_free_bytes)
{
    guint64 size_bytes, free_bytes, over = total > quota_bytes ? total - quota_bytes : 0;
    if (!ask_disk(cache, &size_bytes, &free_bytes) || free_bytes >= wanted_free_bytes)
        return over;
    return MAX(over, wanted_free_bytes - free_bytes);
}

gint64 bt_cache_evict(
    BtCache *cache, GHashTable *keep, guint64 quota_bytes, guint64 free_bytes, GError **error)
{
    if (!bt_cache_check_writable(cache, error))
        return -1;
    g_autoptr(GArray) entries = new_entries();
    g_autofree char *incoming = g_build_filename(cache->folder, "incoming", NULL);
    if (!list_objects(entries, cache, error) || !list_folder(entries, incoming, FALSE, error))
        return -1;
    guint64 total = 0;
    for (guint i = 0; i < entries->len; i++)
        total += g_array_index(entries, Entry, i).bytes;
    g_array_sort(entries, compare_use);
    return remove_oldest(entries, keep, surplus(cache, total, quota_bytes, free_bytes), error);
}
