/* A name is the only thing that comes from outside, and it is either 64 hexadecimal digits or a
 * short word without slashes: no path can be built that leaves the folder. */
#include "playlists/cache/private.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- names and paths ---- */

gboolean bt_cache_check_name(const char *sha256, GError **error)
{
    if (bt_hash_is_hex(sha256))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "cache: \"%.70s\" is no name of an object: expected 64 hexadecimal digits",
        sha256 ? sha256 : "");
    return FALSE;
}

char *bt_cache_object_path(const BtCache *cache, const char *sha256)
{
    return g_strdup_printf("%s/objects/%.2s/%s", cache->folder, sha256, sha256);
}

char *bt_cache_incoming_path(const BtCache *cache, const char *sha256, const char *suffix)
{
    return g_strdup_printf("%s/incoming/%s%s", cache->folder, sha256, suffix);
}

static gboolean is_word(const char *text)
{
    gsize length = text ? strlen(text) : 0;
    if (length == 0 || length > BT_CACHE_NAME_MAX || text[0] == '.')
        return FALSE;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(text[i]) && !strchr("._-", text[i]))
            return FALSE;
    return TRUE;
}

static gboolean check_word(const char *word, const char *what, GError **error)
{
    if (is_word(word))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
        "cache: \"%.120s\" is no name of a %s: expected 1 to %d of [A-Za-z0-9._-], no dot in front",
        word ? word : "", what, BT_CACHE_NAME_MAX);
    return FALSE;
}

/* The path of a document (transfer full), NULL with an error. */
static char *document_path(
    const BtCache *cache, const char *source, const char *name, GError **error)
{
    if (!check_word(source, "source", error) || !check_word(name, "document", error))
        return NULL;
    return g_strdup_printf("%s/documents/%s/%s", cache->folder, source, name);
}

gboolean bt_cache_check_writable(const BtCache *cache, GError **error)
{
    if (cache->writable)
        return TRUE;
    g_set_error(
        error, BT_ERROR, BT_ERROR_IO, "%s: the cache was opened for reading", cache->folder);
    return FALSE;
}

/* ---- what is in the way ---- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

void bt_cache_clear_way(const char *path, gboolean folder)
{
    struct stat st;
    if (lstat(path, &st) < 0 || (folder ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode)))
        return;
    g_warning("%s: is no %s: it is removed", path, folder ? "folder" : "file");
    (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- opening ---- */

static gboolean is_folder(const char *path, GError **error)
{
    struct stat st;
    if (stat(path, &st) < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot open the cache");
        return FALSE;
    }
    if (S_ISDIR(st.st_mode))
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: not a folder: expected a cache", path);
    return FALSE;
}

static gboolean prepare(const char *folder, gboolean writable, GError **error)
{
    static const char *const parts[] = { "objects", "incoming", "documents" };
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *path = g_build_filename(folder, parts[i], NULL);
        if (writable)
            bt_cache_clear_way(path, TRUE);
        if (!(writable ? bt_io_make_folder(path, error) : is_folder(path, error)))
            return FALSE;
    }
    return TRUE;
}

/* A disk that failed when an object was whole leaves its validator, which says nothing any more. */
static void sweep_validators(const char *incoming)
{
    g_autoptr(GDir) dir = g_dir_open(incoming, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *validator = g_build_filename(incoming, name, NULL);
        g_autofree char *half = g_strdup(validator);
        if (!g_str_has_suffix(name, BT_CACHE_VALIDATOR))
            continue;
        half[strlen(half) - strlen(BT_CACHE_VALIDATOR)] = '\0';
        if (access(half, F_OK) < 0 && errno == ENOENT)
            (void)unlink(validator);
    }
}

/* A cut in the middle of a document leaves a half one beside it. */
static void sweep(const char *folder)
{
    g_autofree char *documents = g_build_filename(folder, "documents", NULL);
    g_autoptr(GDir) dir = g_dir_open(documents, 0, NULL);
    const char *source;
    while (dir && (source = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(documents, source, NULL);
        bt_io_sweep(path);
    }
    g_autofree char *incoming = g_build_filename(folder, "incoming", NULL);
    bt_io_sweep(incoming);
    sweep_validators(incoming);
}

static BtCache *cache_new(const char *folder, gboolean writable)
{
    BtCache *cache = g_new0(BtCache, 1);
    cache->folder = g_strdup(folder);
    cache->writable = writable;
    return cache;
}

BtCache *bt_cache_open(const char *folder, gboolean writable, GError **error)
{
    if (!prepare(folder, writable, error))
        return NULL;
    if (writable)
        sweep(folder);
    return cache_new(folder, writable);
}

BtCache *bt_cache_open_failing(const char *folder)
{
    return cache_new(folder, TRUE);
}

void bt_cache_remember(BtCache *cache)
{
    if (!cache->remembered)
        cache->remembered =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
}

void bt_cache_close(BtCache *cache)
{
    if (!cache)
        return;
    g_clear_pointer(&cache->remembered, g_hash_table_unref);
    g_free(cache->folder);
    g_free(cache);
}

/* ---- reading objects ---- */

/* O_NONBLOCK: whatever took the place of a file, a pipe for one, does not hold us up. */
int bt_cache_open_file(const char *path, int flags, GError **error)
{
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0) {
        BtError code = errno == ENOENT ? BT_ERROR_NOT_FOUND : BT_ERROR_IO;
        bt_error_set_errno(error, code, errno, path, "cannot open");
        return -1;
    }
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    close(fd);
    g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: not a regular file", path);
    return -1;
}

gboolean bt_cache_has(BtCache *cache, const char *sha256)
{
    if (!bt_hash_is_hex(sha256))
        return FALSE;
    g_autofree char *path = bt_cache_object_path(cache, sha256);
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

int bt_cache_open_object(BtCache *cache, const char *sha256, GError **error)
{
    if (!bt_cache_check_name(sha256, error))
        return -1;
    g_autofree char *path = bt_cache_object_path(cache, sha256);
    return bt_cache_open_file(path, O_RDONLY, error);
}

/* Takes a rotted object out of the way, so that sync fetches it again. */
static void drop_rotted(const BtCache *cache, const char *sha256, const char *found, GError **error)
{
    if (cache->writable) {
        g_autofree char *path = bt_cache_object_path(cache, sha256);
        (void)unlink(path);
    }
    g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
        "object %s: has rotted: its bytes have the hash %s", sha256, found);
}

static GBytes *read_object(BtCache *cache, const char *sha256, gsize max_bytes, GError **error)
{
    int fd = bt_cache_open_object(cache, sha256, error);
    if (fd < 0)
        return NULL;
    g_autoptr(GBytes) bytes = bt_io_read_fd(fd, sha256, max_bytes, error);
    close(fd);
    if (!bytes)
        return NULL;
    char found[BT_HASH_HEX_SIZE];
    bt_hash_data(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), found);
    if (strcmp(found, sha256) == 0)
        return g_steal_pointer(&bytes);
    drop_rotted(cache, sha256, found, error);
    return NULL;
}

static void remember(BtCache *cache, const char *sha256, GBytes *bytes)
{
    if (g_hash_table_contains(cache->remembered, sha256))
        return;
    cache->remembered_bytes += g_bytes_get_size(bytes);
    if (cache->remembered_bytes > BT_CACHE_REMEMBERED_BYTES) {
        g_hash_table_remove_all(cache->remembered);
        cache->remembered_bytes = g_bytes_get_size(bytes);
    }
    g_hash_table_insert(cache->remembered, g_strdup(sha256), g_bytes_ref(bytes));
}

GBytes *bt_cache_read_object(BtCache *cache, const char *sha256, gsize max_bytes, GError **error)
{
    g_autoptr(GError) why = NULL;
    GBytes *bytes = read_object(cache, sha256, max_bytes, &why);
    if (bytes && cache->remembered)
        remember(cache, sha256, bytes);
    if (bytes)
        return bytes;
    bytes = cache->remembered && sha256 ? g_hash_table_lookup(cache->remembered, sha256) : NULL;
    if (bytes) {
        g_message("%s: its bytes of before count", why->message);
        return g_bytes_ref(bytes);
    }
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

gboolean bt_cache_check_object(BtCache *cache, const char *sha256, GError **error)
{
    int fd = bt_cache_open_object(cache, sha256, error);
    if (fd < 0)
        return FALSE;
    char found[BT_HASH_HEX_SIZE];
    /* The disk is asked, not the memory of it. */
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    gboolean read = bt_hash_fd(fd, found, NULL, error);
    close(fd);
    if (!read)
        return FALSE;
    if (strcmp(found, sha256) == 0)
        return TRUE;
    drop_rotted(cache, sha256, found, error);
    return FALSE;
}

/* ---- documents ---- */

GBytes *bt_cache_read_document(
    BtCache *cache, const char *source, const char *name, gsize max_bytes, GError **error)
{
    g_autofree char *path = document_path(cache, source, name, error);
    return path ? bt_io_read(path, max_bytes, error) : NULL;
}

gboolean bt_cache_write_document(
    BtCache *cache, const char *source, const char *name, GBytes *bytes, GError **error)
{
    g_autofree char *path = document_path(cache, source, name, error);
    if (!path || !bt_cache_check_writable(cache, error))
        return FALSE;
    g_autofree char *folder = g_path_get_dirname(path);
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    bt_cache_clear_way(folder, TRUE);
    bt_cache_clear_way(path, FALSE);
    return bt_io_make_folder(folder, error) && bt_io_write(path, data, size, 0600, error);
}
