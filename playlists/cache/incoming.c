/* How an object becomes whole. Bytes are appended to incoming/SHA256 and nowhere else; the name
 * among the objects is given by one rename, after the file was synced and its hash was taken from
 * what the disk holds, not from what we believe to have written. So at every instant of a power cut
 * the object is either not there, or whole; and what is half there may be continued or wrong, which
 * the hash at the end will tell. */
#include "playlists/cache/private.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ETAG_MAX_BYTES 1024

struct BtIncoming {
    BtCache *cache; /* borrowed */
    char sha256[BT_HASH_HEX_SIZE];
    char *path, *etag_path, *etag;
    int fd;
    gboolean unnamed;   /* its hash is found at the end … */
    gboolean told;      /* … and size_bytes was a limit before this */
    guint64 size_bytes; /* promised */
    guint64 offset;     /* here */
};

static void free_incoming(BtIncoming *incoming)
{
    if (incoming->fd >= 0)
        close(incoming->fd); /* and gives the lock back */
    g_free(incoming->path);
    g_free(incoming->etag_path);
    g_free(incoming->etag);
    g_free(incoming);
}

static void throw_away(BtIncoming *incoming)
{
    (void)unlink(incoming->path);
    (void)unlink(incoming->etag_path);
}

static gboolean fail_io(const BtIncoming *incoming, const char *what, GError **error)
{
    bt_error_set_errno(error, BT_ERROR_IO, errno, incoming->path, what);
    return FALSE;
}

/* ---- beginning ---- */

/* Two that write the same file would mix their bytes. */
static gboolean lock(BtIncoming *incoming, GError **error)
{
    return flock(incoming->fd, LOCK_EX | LOCK_NB) == 0 ||
        fail_io(incoming, "somebody else is fetching it", error);
}

/* Asks for the room now instead of after hours of download; a file system that cannot promise says
 * so and is believed. The file's length stays what came. */
static gboolean reserve(BtIncoming *incoming, GError **error)
{
    guint64 missing = incoming->size_bytes - incoming->offset;
    if (missing == 0)
        return TRUE;
    if (!bt_cache_has_room(incoming->cache, missing)) {
        errno = ENOSPC;
        return fail_io(incoming, "would leave too little room for the rest", error);
    }
    if (fallocate(incoming->fd, FALLOC_FL_KEEP_SIZE, (off_t)incoming->offset, (off_t)missing) == 0)
        return TRUE;
    return errno != ENOSPC || fail_io(incoming, "no room for the whole object", error);
}

static char *read_etag(const BtIncoming *incoming)
{
    g_autoptr(GBytes) bytes = bt_io_read(incoming->etag_path, ETAG_MAX_BYTES, NULL);
    if (!bytes || incoming->offset == 0)
        return g_strdup("");
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

/* Goes on behind what is there. A file longer than promised cannot be the beginning of ours. */
static gboolean find_offset(BtIncoming *incoming, GError **error)
{
    off_t end = lseek(incoming->fd, 0, SEEK_END);
    if (end < 0)
        return fail_io(incoming, "cannot find its end", error);
    incoming->offset = (guint64)end;
    return incoming->offset <= incoming->size_bytes || bt_incoming_restart(incoming, error);
}

static BtIncoming *begin(
    BtCache *cache, const char *sha256, guint64 size_bytes, gboolean unnamed, GError **error)
{
    if (!bt_cache_check_name(sha256, error) || !bt_cache_check_writable(cache, error))
        return NULL;
    if (size_bytes > G_MAXINT64) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "object %s: no file is that large", sha256);
        return NULL;
    }
    BtIncoming *incoming = g_new0(BtIncoming, 1);
    incoming->cache = cache;
    incoming->unnamed = unnamed;
    g_strlcpy(incoming->sha256, sha256, sizeof incoming->sha256);
    incoming->path = bt_cache_incoming_path(cache, sha256, "");
    incoming->etag_path = bt_cache_incoming_path(cache, sha256, BT_CACHE_VALIDATOR);
    incoming->size_bytes = size_bytes;
    bt_cache_clear_way(incoming->path, FALSE);
    incoming->fd = bt_cache_open_file(incoming->path, O_RDWR | O_CREAT, error);
    if (incoming->fd < 0 || !lock(incoming, error) || !find_offset(incoming, error) ||
        !(unnamed || reserve(incoming, error))) {
        free_incoming(incoming);
        return NULL;
    }
    g_free(incoming->etag);
    incoming->etag = read_etag(incoming);
    return incoming;
}

BtIncoming *bt_cache_begin(BtCache *cache, const char *sha256, guint64 size_bytes, GError **error)
{
    return begin(cache, sha256, size_bytes, FALSE, error);
}

BtIncoming *bt_cache_begin_unnamed(
    BtCache *cache, const char *key, guint64 max_bytes, GError **error)
{
    return begin(cache, key, max_bytes, TRUE, error);
}

gboolean bt_incoming_expect(BtIncoming *incoming, guint64 size_bytes, GError **error)
{
    if (size_bytes > incoming->size_bytes || size_bytes < incoming->offset) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "object %s: %" G_GUINT64_FORMAT " bytes are to come: expected %" G_GUINT64_FORMAT
            " to %" G_GUINT64_FORMAT,
            incoming->sha256, size_bytes, incoming->offset, incoming->size_bytes);
        return FALSE;
    }
    incoming->size_bytes = size_bytes;
    incoming->told = TRUE;
    return reserve(incoming, error);
}

/* ---- while it comes ---- */

guint64 bt_incoming_offset(const BtIncoming *incoming)
{
    return incoming->offset;
}

guint64 bt_cache_incoming_bytes(BtCache *cache, const char *sha256)
{
    struct stat st;
    if (!bt_cache_check_name(sha256, NULL))
        return 0;
    g_autofree char *path = bt_cache_incoming_path(cache, sha256, "");
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) ? (guint64)st.st_size : 0;
}

const char *bt_incoming_etag(const BtIncoming *incoming)
{
    return incoming->etag;
}

gboolean bt_incoming_set_etag(BtIncoming *incoming, const char *etag, GError **error)
{
    if (g_strcmp0(incoming->etag, etag) == 0)
        return TRUE;
    if (strlen(etag) > ETAG_MAX_BYTES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "object %s: the validator is longer than %d bytes", incoming->sha256, ETAG_MAX_BYTES);
        return FALSE;
    }
    if (!bt_io_write(incoming->etag_path, etag, strlen(etag), 0600, error))
        return FALSE;
    g_free(incoming->etag);
    incoming->etag = g_strdup(etag);
    return TRUE;
}

gboolean bt_incoming_restart(BtIncoming *incoming, GError **error)
{
    if (ftruncate(incoming->fd, 0) < 0 || lseek(incoming->fd, 0, SEEK_SET) < 0)
        return fail_io(incoming, "cannot begin again", error);
    incoming->offset = 0;
    (void)unlink(incoming->etag_path);
    g_free(incoming->etag);
    incoming->etag = g_strdup("");
    return TRUE;
}

gboolean bt_incoming_write(BtIncoming *incoming, const void *data, gsize size_bytes, GError **error)
{
    if (size_bytes > incoming->size_bytes - incoming->offset) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "object %s: more bytes than promised: expected %" G_GUINT64_FORMAT, incoming->sha256,
            incoming->size_bytes);
        return FALSE;
    }
    if (incoming->unnamed && !incoming->told && !bt_cache_has_room(incoming->cache, size_bytes)) {
        errno = ENOSPC;
        return fail_io(incoming, "would leave too little room for the rest", error);
    }
    if (!bt_io_write_all(incoming->fd, incoming->path, data, size_bytes, error))
        return FALSE;
    incoming->offset += size_bytes;
    return TRUE;
}

/* ---- the end ---- */

/* What came without a name is whole when as much came as was told. */
static gboolean find_name(
    BtIncoming *incoming, const char *found, guint64 size_bytes, GError **error)
{
    if (size_bytes != incoming->offset || size_bytes == 0 ||
        (incoming->told && size_bytes != incoming->size_bytes)) {
        g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
            "object %s: %" G_GUINT64_FORMAT " bytes came: expected as many as were told, and some",
            incoming->sha256, size_bytes);
        return FALSE;
    }
    g_strlcpy(incoming->sha256, found, sizeof incoming->sha256);
    return TRUE;
}

static gboolean is_whole(BtIncoming *incoming, GError **error)
{
    char found[BT_HASH_HEX_SIZE];
    guint64 size_bytes = 0;
    (void)posix_fadvise(incoming->fd, 0, 0, POSIX_FADV_DONTNEED);
    if (!bt_hash_fd(incoming->fd, found, &size_bytes, error))
        return FALSE;
    if (incoming->unnamed)
        return find_name(incoming, found, size_bytes, error);
    if (size_bytes == incoming->size_bytes && strcmp(found, incoming->sha256) == 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
        "object %s: %" G_GUINT64_FORMAT " bytes with the hash %s came: expected %" G_GUINT64_FORMAT
        " bytes with the hash of its name",
        incoming->sha256, size_bytes, found, incoming->size_bytes);
    return FALSE;
}

gboolean bt_cache_install(BtCache *cache, const char *from, const char *sha256, GError **error)
{
    g_autofree char *to = bt_cache_object_path(cache, sha256);
    g_autofree char *to_folder = g_path_get_dirname(to);
    g_autofree char *from_folder = g_path_get_dirname(from);
    bt_cache_clear_way(to_folder, TRUE);
    bt_cache_clear_way(to, FALSE);
    if (!bt_io_make_folder(to_folder, error))
        return FALSE;
    if (rename(from, to) < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, to, "cannot be given its name");
        return FALSE;
    }
    return bt_io_sync_folder(to_folder, error) && bt_io_sync_folder(from_folder, error);
}

gboolean bt_incoming_commit(BtIncoming *incoming, GError **error)
{
    char sha256[BT_HASH_HEX_SIZE];
    return bt_incoming_commit_as(incoming, sha256, error);
}

gboolean bt_incoming_commit_as(BtIncoming *incoming, char sha256[BT_HASH_HEX_SIZE], GError **error)
{
    g_autoptr(GError) why = NULL;
    gboolean done = fsync(incoming->fd) == 0 || fail_io(incoming, "cannot be synced", &why);
    done = done && is_whole(incoming, &why);
    /* First: what is whole needs no validator, and a cut behind the rename would leave it for ever.
     */
    if (done)
        (void)unlink(incoming->etag_path);
    done = done && bt_cache_install(incoming->cache, incoming->path, incoming->sha256, &why);
    if (g_error_matches(why, BT_ERROR, BT_ERROR_MISMATCH))
        throw_away(incoming);
    g_strlcpy(sha256, incoming->sha256, BT_HASH_HEX_SIZE);
    free_incoming(incoming);
    if (why)
        g_propagate_error(error, g_steal_pointer(&why));
    return done;
}

void bt_incoming_pause(BtIncoming *incoming)
{
    if (incoming->offset == 0)
        throw_away(incoming);
    else
        (void)fsync(incoming->fd); /* a loss here costs bytes, never truth */
    free_incoming(incoming);
}

gboolean bt_cache_add_object(BtCache *cache, const char *sha256, GBytes *bytes, GError **error)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    BtIncoming *incoming = bt_cache_begin(cache, sha256, size, error);
    if (!incoming)
        return FALSE;
    if (!bt_incoming_restart(incoming, error) || !bt_incoming_write(incoming, data, size, error)) {
        bt_incoming_pause(incoming);
        return FALSE;
    }
    return bt_incoming_commit(incoming, error);
}
