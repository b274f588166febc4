/* The bytes of an upload: what of it may run beside the server's thread. */
#include "source/desk/uploads.h"

#include "base/error.h"
#include "source/press/sniff.h"
#include "source/store/site.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

int bt_upload_open(const BtStore *store, const BtUpload *upload, GError **error)
{
    g_autofree char *path = bt_upload_path(store, upload);
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    int saved = errno;
    if (fd >= 0)
        close(fd);
    bt_error_set_errno(error,
        saved == EWOULDBLOCK  ? BT_ERROR_CONFLICT
            : saved == ENOENT ? BT_ERROR_NOT_FOUND
                              : BT_ERROR_IO,
        saved, upload->id, "cannot open");
    return -1;
}

static gssize write_some(int fd, gint64 offset_bytes, const void *data, gsize size_bytes)
{
    gssize n;
    do
        n = pwrite(fd, data, size_bytes, (off_t)offset_bytes);
    while (n < 0 && errno == EINTR);
    return n;
}

gboolean bt_upload_write(
    int fd, gint64 offset_bytes, const void *data, gsize size_bytes, GError **error)
{
    const guint8 *at = data;
    while (size_bytes > 0) {
        gssize n = write_some(fd, offset_bytes, at, size_bytes);
        if (n < 0) {
            bt_error_set_errno(error, BT_ERROR_IO, errno, "upload", "cannot write");
            return FALSE;
        }
        at += n;
        offset_bytes += n;
        size_bytes -= (gsize)n;
    }
    /* what a cut left behind the offset goes */
    if (ftruncate(fd, (off_t)offset_bytes) == 0 && fdatasync(fd) == 0)
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_IO, errno, "upload", "cannot write");
    return FALSE;
}

static gboolean find_type(int fd, BtUploadFound *found, GError **error)
{
    guint8 head[BT_SNIFF_BYTES];
    gssize n = pread(fd, head, sizeof head, 0);
    found->type = n > 0 ? bt_sniff_type(head, (gsize)n, &found->probe) : NULL;
    if (found->type == NULL)
        g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
            "upload: expected a picture, a film, a sound or subtitles");
    return found->type != NULL;
}

gboolean bt_upload_examine(int fd, const char *path, const char *site, const char *decoder,
    BtUploadFound *found, GError **error)
{
    guint64 size_bytes;
    return bt_probe_media(fd, "upload", decoder, &found->probe, error) &&
        find_type(fd, found, error) && bt_hash_fd(fd, found->sha256, &size_bytes, error) &&
        bt_site_link_asset(site, fd, path, found->sha256, size_bytes, error);
}
