/* A folder or a stick as a source: the same tree, the same numbers. A missing file is 404. The
 * validator of a document is its hash; that of a large file is its place, size and time, since
 * hashing 4 GB only to learn that nothing changed costs more than the answer is worth, and the
 * object's own hash decides in the end. */
#include "playlists/sync/transport.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASHED_MAX_BYTES (2 * 1024 * 1024) /* more than the largest envelope */
#define PIECE_BYTES (64 * 1024)

typedef struct {
    BtTransport transport;
    char *folder;
} BtTree;

static gboolean fail_read(const char *path, GError **error)
{
    bt_error_set_errno(error, BT_ERROR_NETWORK, errno, path, "cannot be read");
    return FALSE;
}

static gboolean write_tag(int fd, const struct stat *st, BtAnswer *answer, GError **error)
{
    char hash[BT_HASH_HEX_SIZE];
    if (st->st_size > HASHED_MAX_BYTES) {
        g_snprintf(answer->tag, sizeof answer->tag, "\"%llu-%lld-%lld.%09ld\"",
            (unsigned long long)st->st_ino, (long long)st->st_size, (long long)st->st_mtim.tv_sec,
            st->st_mtim.tv_nsec);
        return TRUE;
    }
    if (!bt_hash_fd(fd, hash, NULL, error))
        return FALSE;
    g_snprintf(answer->tag, sizeof answer->tag, "\"%s\"", hash);
    return TRUE;
}

static gboolean is_same(const char *tag, const BtAnswer *answer)
{
    return tag && *tag && strcmp(tag, answer->tag) == 0;
}

static int choose_status(const BtGet *get, BtAnswer *answer)
{
    if (is_same(get->if_none_match, answer))
        return 304;
    if ((get->offset == 0 && get->length == 0) ||
        (get->if_range && *get->if_range && !is_same(get->if_range, answer)))
        return 200;
    return get->offset < (guint64)answer->total_bytes ? 206 : 416;
}

/* The body, not more of it than the file had when the answer was begun. */
static gboolean send_body(const BtTree *tree, int fd, const BtGet *get, const BtSink *sink,
    const BtAnswer *answer, GError **error)
{
    g_autofree char *piece = g_malloc(PIECE_BYTES);
    guint64 at = answer->from, end = (guint64)answer->total_bytes;
    if (answer->status == 206 && get->length > 0)
        end = MIN(end, at + get->length);
    if (!sink->begin(answer, sink->user, error))
        return FALSE;
    if (end - at > get->max_bytes) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "%s: has %" G_GUINT64_FORMAT " bytes: expected at most %" G_GUINT64_FORMAT, get->path,
            end - at, get->max_bytes);
        return FALSE;
    }
    while (at < end) {
        ssize_t n = pread(fd, piece, MIN(PIECE_BYTES, end - at), (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_read(get->path, error);
        if (n == 0)
            break; /* it shrank; who counts will notice */
        if (bt_transport_is_cancelled(&tree->transport, error) ||
            !sink->write(piece, (gsize)n, sink->user, error))
            return FALSE;
        at += (guint64)n;
    }
    return TRUE;
}

static gboolean answer_file(const BtTree *tree, int fd, const BtGet *get, const BtSink *sink,
    BtAnswer *answer, GError **error)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return fail_read(get->path, error);
    if (!S_ISREG(st.st_mode)) {
        answer->status = 404;
        return TRUE;
    }
    answer->total_bytes = st.st_size;
    answer->resumable = TRUE;
    if (!write_tag(fd, &st, answer, error))
        return FALSE;
    answer->status = choose_status(get, answer);
    answer->from = answer->status == 206 ? get->offset : 0;
    return answer->status / 100 != 2 || send_body(tree, fd, get, sink, answer, error);
}

static gboolean tree_get(
    BtTransport *transport, const BtGet *get, const BtSink *sink, BtAnswer *answer, GError **error)
{
    const BtTree *tree = (const BtTree *)transport;
    g_autofree char *path = g_strconcat(tree->folder, get->path, NULL);
    *answer = (BtAnswer){ .total_bytes = -1 };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        answer->status = 404;
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || fail_read(path, error);
    }
    gboolean done = answer_file(tree, fd, get, sink, answer, error);
    close(fd);
    return done;
}

static gboolean tree_post(BtTransport *transport, const BtPost *post, const BtSink *sink,
    BtAnswer *answer, GError **error)
{
    (void)transport, (void)sink, (void)answer;
    g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED, "%s: a folder takes no reports", post->path);
    return FALSE;
}

static void tree_free(BtTransport *transport)
{
    BtTree *tree = (BtTree *)transport;
    g_free(tree->folder);
    g_free(tree);
}

BtTransport *bt_tree_new(const char *folder)
{
    BtTree *tree = g_new0(BtTree, 1);
    tree->transport.get = tree_get;
    tree->transport.post = tree_post;
    tree->transport.free = tree_free;
    tree->folder = g_strdup(folder);
    return &tree->transport;
}
