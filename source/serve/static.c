/* Files of the tree. What is named by its hash never changes, so its name is its validator and it
 * may be kept for ever; now.json is the one thing that is asked for again and again, and its
 * validator is the hash of its bytes, as for a folder or a stick. */
#include "source/serve/daemon.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/io.h"
#include "source/store/site.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOR_EVER "public, max-age=31536000, immutable"
#define ASK_AGAIN "no-cache"

/* ---- validators ---- */

/* Whether a list such as `W/"a", "b"` or `*` holds the tag (RFC 9110 §8.8.3, weak comparison). */
static gboolean list_has(const char *list, const char *tag)
{
    if (strcmp(list, "*") == 0)
        return TRUE;
    g_auto(GStrv) tags = g_strsplit(list, ",", -1);
    for (int i = 0; tags[i] != NULL; i++) {
        const char *one = g_strstrip(tags[i]);
        if (strcmp(g_str_has_prefix(one, "W/") ? one + 2 : one, tag) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_unchanged(const BtRequest *request, const char *tag)
{
    const char *list = bt_http_header(request, "If-None-Match");
    return list != NULL && list_has(list, tag);
}

/* ---- ranges ---- */

typedef enum { WHOLE, PART, BEYOND } RangeKind;

static gboolean read_digits(const char **at, guint64 *number)
{
    gsize length = strspn(*at, "0123456789");
    if (length == 0 || length > 18)
        return FALSE;
    *number = g_ascii_strtoull(*at, NULL, 10);
    *at += length;
    return TRUE;
}

/* One range of bytes; several, or another form, are answered by the whole, as RFC 9110 §14.2 lets a
 * server do. `size` is not 0. */
static RangeKind read_range(const char *text, guint64 size, guint64 *from, guint64 *length)
{
    guint64 first, last = size - 1;
    if (g_ascii_strncasecmp(text, "bytes=", 6) != 0)
        return WHOLE;
    const char *at = text + 6;
    if (*at == '-') {
        at++;
        if (!read_digits(&at, &last) || *at != '\0')
            return WHOLE;
        if (last == 0)
            return BEYOND;
        *length = MIN(last, size);
        *from = size - *length;
        return PART;
    }
    if (!read_digits(&at, &first) || *at++ != '-' ||
        (*at != '\0' && (!read_digits(&at, &last) || last < first)) || *at != '\0')
        return WHOLE;
    if (first >= size)
        return BEYOND;
    *from = first;
    *length = MIN(last, size - 1) - first + 1;
    return PART;
}

/* If-Range takes a strong validator; a date or another tag means the bytes may have changed. */
static RangeKind wanted_range(
    const BtRequest *request, const char *tag, guint64 size, guint64 *from, guint64 *length)
{
    const char *range = bt_http_header(request, "Range");
    const char *condition = bt_http_header(request, "If-Range");
    *from = 0;
    *length = size;
    if (range == NULL || size == 0 || strcmp(request->method, "GET") != 0 ||
        (condition != NULL && strcmp(condition, tag) != 0))
        return WHOLE;
    return read_range(range, size, from, length);
}

/* ---- opening ---- */

/* A path of hashes, numbers and ids cannot leave the tree; should a link have got into it, the
 * kernel refuses to follow it. */
static int open_in_site(const char *site, const char *path)
{
    struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
    int folder = open(site, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -1;
    int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* an older kernel, or a jail around us */
        fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    int saved = errno;
    close(folder);
    errno = saved;
    return fd;
}

/* An open regular file and its size; -1 after answering. */
static int open_file(BtRequest *request, const char *path, guint64 *size, BtAnswered *answered)
{
    struct stat st;
    int fd = open_in_site(request->server->store->site, path);
    if (fd < 0) {
        gboolean is_missing = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
        *answered = is_missing
            ? bt_http_refuse(request, MHD_HTTP_NOT_FOUND, "not found")
            : bt_http_refuse_for(request, MHD_HTTP_SERVICE_UNAVAILABLE, "cannot read", 10);
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *size = (guint64)st.st_size;
        return fd;
    }
    close(fd);
    *answered = bt_http_refuse(request, MHD_HTTP_NOT_FOUND, "not found");
    return -1;
}

/* ---- answering ---- */

static BtAnswered answer_unchanged(BtRequest *request, const char *tag, const char *cache)
{
    const char *const headers[] = { "ETag", tag, "Cache-Control", cache, NULL };
    return bt_http_answer(request, MHD_HTTP_NOT_MODIFIED, NULL, NULL, headers);
}

static BtAnswered answer_beyond(BtRequest *request, const char *tag, guint64 size)
{
    g_autofree char *range = g_strdup_printf("bytes */%" G_GUINT64_FORMAT, size);
    const char *const headers[] = { "ETag", tag, "Content-Range", range, "Accept-Ranges", "bytes",
        NULL };
    return bt_http_answer(request, MHD_HTTP_RANGE_NOT_SATISFIABLE, "text/plain", NULL, headers);
}

/* The bytes of a file that has its hash as name. Never as a page of this origin: whatever was
 * uploaded, a browser gets an octet stream. */
static BtAnswered answer_file(BtRequest *request, int fd, guint64 size, const char *tag)
{
    guint64 from, length;
    RangeKind kind = wanted_range(request, tag, size, &from, &length);
    if (kind == BEYOND) {
        close(fd);
        return answer_beyond(request, tag, size);
    }
    struct MHD_Response *response = MHD_create_response_from_fd_at_offset64(length, fd, from);
    if (response == NULL) {
        close(fd);
        return MHD_NO;
    }
    g_autofree char *range =
        g_strdup_printf("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
            from, from + length - 1, size);
    const char *const headers[] = { "Content-Type", "application/octet-stream", "ETag", tag,
        "Cache-Control", FOR_EVER, "Accept-Ranges", "bytes", kind == PART ? "Content-Range" : NULL,
        range, NULL };
    return bt_http_answer_with(
        request, kind == PART ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response, headers);
}

static BtAnswered serve_by_hash(BtRequest *request, const char *folder)
{
    g_autofree char *path = g_strdup_printf("v1/%s/%s", folder, request->name);
    g_autofree char *tag = g_strdup_printf("\"%s\"", request->name);
    BtAnswered answered;
    guint64 size;
    int fd = open_file(request, path, &size, &answered);
    if (fd < 0)
        return answered;
    if (!is_unchanged(request, tag))
        return answer_file(request, fd, size, tag);
    close(fd);
    return answer_unchanged(request, tag, FOR_EVER);
}

/* A document whose name says nothing of its bytes. */
static BtAnswered serve_document(
    BtRequest *request, const char *path, gsize max_bytes, const char *cache)
{
    char hex[BT_HASH_HEX_SIZE];
    BtAnswered answered;
    guint64 size;
    int fd = open_file(request, path, &size, &answered);
    if (fd < 0)
        return answered;
    g_autoptr(GBytes) bytes = bt_io_read_fd(fd, path, max_bytes, NULL);
    close(fd);
    if (bytes == NULL)
        return bt_http_refuse_for(request, MHD_HTTP_SERVICE_UNAVAILABLE, "cannot read", 10);
    bt_hash_data(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), hex);
    g_autofree char *tag = g_strdup_printf("\"%s\"", hex);
    if (is_unchanged(request, tag))
        return answer_unchanged(request, tag, cache);
    const char *const headers[] = { "ETag", tag, "Cache-Control", cache, NULL };
    return bt_http_answer(request, MHD_HTTP_OK, "application/json", bytes, headers);
}

BtAnswered bt_static_root(BtRequest *request)
{
    g_autofree char *path = g_strdup_printf("v1/root/%s.json", request->name);
    return serve_document(request, path, BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), FOR_EVER);
}

BtAnswered bt_static_now(BtRequest *request)
{
    g_autofree char *path = g_strdup_printf("v1/screens/%s/now.json", request->name);
    return serve_document(request, path, BT_NOW_MAX_BYTES, ASK_AGAIN);
}

BtAnswered bt_static_manifest(BtRequest *request)
{
    return serve_by_hash(request, "manifests");
}

BtAnswered bt_static_order(BtRequest *request)
{
    return serve_by_hash(request, "orders");
}

BtAnswered bt_static_asset(BtRequest *request)
{
    return serve_by_hash(request, "assets");
}
