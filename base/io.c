/* The order of a durable write: the new bytes reach the disk under another name, then the rename
 * replaces the old name in one step, then the folder, which is where the name is kept, reaches the
 * disk too. A power cut before the rename leaves the old file, after it the new one. */
#include "base/io.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ---- */

static gboolean too_large(const char *name, gsize max_bytes, GError **error)
{
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "%s: the file is too large: expected at most %" G_GSIZE_FORMAT " bytes", name, max_bytes);
    return FALSE;
}

/* The size that is promised, a hint only: files of the kernel promise 0. */
static gboolean check_file(
    int fd, const char *name, gsize max_bytes, gsize *hint_bytes, GError **error)
{
    struct stat st;
    if (fstat(fd, &st) < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, name, "cannot read");
        return FALSE;
    }
    if (!S_ISREG(st.st_mode)) {
        g_set_error(error, BT_ERROR, BT_ERROR_IO, "%s: not a file: expected a regular file", name);
        return FALSE;
    }
    if ((guint64)st.st_size > max_bytes)
        return too_large(name, max_bytes, error);
    *hint_bytes = (gsize)st.st_size;
    return TRUE;
}

static gssize read_once(int fd, void *buffer, gsize size_bytes, gsize offset)
{
    gssize n;
    do
        n = pread(fd, buffer, size_bytes, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Reads to the end. The room is always one byte more than the hint, so that the end is seen. */
static gboolean read_to_end(
    int fd, const char *name, gsize max_bytes, GByteArray *bytes, GError **error)
{
    gsize size_bytes = 0, room_bytes = bytes->len;
    for (;;) {
        gssize n = read_once(fd, bytes->data + size_bytes, room_bytes - size_bytes, size_bytes);
        if (n < 0) {
            bt_error_set_errno(error, BT_ERROR_IO, errno, name, "cannot read");
            return FALSE;
        }
        size_bytes += (gsize)n;
        if (size_bytes > max_bytes)
            return too_large(name, max_bytes, error);
        if (n == 0) {
            g_byte_array_set_size(bytes, (guint)size_bytes);
            return TRUE;
        }
        if (size_bytes == room_bytes) {
            room_bytes = MIN(room_bytes * 2 + 4096, (gsize)G_MAXUINT / 2);
            g_byte_array_set_size(bytes, (guint)room_bytes);
        }
    }
}

GBytes *bt_io_read_fd(int fd, const char *name, gsize max_bytes, GError **error)
{
    gsize hint_bytes;
    max_bytes = MIN(max_bytes, (gsize)G_MAXUINT / 2 - 1); /* what a GByteArray surely holds */
    if (!check_file(fd, name, max_bytes, &hint_bytes, error))
        return NULL;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_set_size(bytes, (guint)hint_bytes + 1);
    if (!read_to_end(fd, name, max_bytes, bytes, error))
        return NULL;
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

GBytes *bt_io_read(const char *path, gsize max_bytes, GError **error)
{
    /* O_NONBLOCK: a FIFO in the place of a file must not hold us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        BtError code = errno == ENOENT || errno == ENOTDIR ? BT_ERROR_NOT_FOUND : BT_ERROR_IO;
        bt_error_set_errno(error, code, errno, path, "cannot open");
        return NULL;
    }
    GBytes *bytes = bt_io_read_fd(fd, path, max_bytes, error);
    close(fd);
    return bytes;
}

/* ---- writing ---- */

gboolean bt_io_write_all(
    int fd, const char *name, const void *data, gsize size_bytes, GError **error)
{
    const char *rest = data;
    while (size_bytes > 0) {
        gssize n = write(fd, rest, size_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            bt_error_set_errno(error, BT_ERROR_IO, errno, name, "cannot write");
            return FALSE;
        }
        rest += n;
        size_bytes -= (gsize)n;
    }
    return TRUE;
}

static gboolean fill_and_sync(
    int fd, const char *path, const void *data, gsize size_bytes, int mode, GError **error)
{
    if (!bt_io_write_all(fd, path, data, size_bytes, error))
        return FALSE;
    if (fchmod(fd, (mode_t)mode) == 0 && fsync(fd) == 0)
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot write");
    return FALSE;
}

/* A new file with the data beside `path`, safely on the disk. (transfer full) (nullable) */
static char *write_beside(
    const char *path, const void *data, gsize size_bytes, int mode, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *beside = g_strdup_printf("%s/.%s.XXXXXX", folder, name);
    int fd = g_mkstemp_full(beside, O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot create");
        return NULL;
    }
    gboolean ok = fill_and_sync(fd, path, data, size_bytes, mode, error);
    if (close(fd) < 0 && ok) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot write");
        ok = FALSE;
    }
    if (ok)
        return g_steal_pointer(&beside);
    unlink(beside);
    return NULL;
}

static gboolean put_in_place(const char *beside, const char *path, guint flags, GError **error)
{
    if (renameat2(AT_FDCWD, beside, AT_FDCWD, path, flags) == 0) {
        g_autofree char *folder = g_path_get_dirname(path);
        return bt_io_sync_folder(folder, error);
    }
    BtError code = errno == EEXIST ? BT_ERROR_CONFLICT : BT_ERROR_IO;
    bt_error_set_errno(error, code, errno, path, "cannot put the new file in place");
    unlink(beside);
    return FALSE;
}

gboolean bt_io_write(const char *path, const void *data, gsize size_bytes, int mode, GError **error)
{
    g_autofree char *beside = write_beside(path, data, size_bytes, mode, error);
    return beside && put_in_place(beside, path, 0, error);
}

gboolean bt_io_create(
    const char *path, const void *data, gsize size_bytes, int mode, GError **error)
{
    g_autofree char *beside = write_beside(path, data, size_bytes, mode, error);
    return beside && put_in_place(beside, path, RENAME_NOREPLACE, error);
}

/* ---- folders ---- */

gboolean bt_io_sync_folder(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* EINVAL: a file system that keeps no folders to sync. */
    gboolean ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    if (!ok)
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot sync the folder");
    if (fd >= 0)
        close(fd);
    return ok;
}

gboolean bt_io_make_folder(const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return TRUE;
    g_autofree char *parent = g_path_get_dirname(path);
    if (strcmp(parent, path) != 0 && !bt_io_make_folder(parent, error))
        return FALSE;
    /* EEXIST: made by another process meanwhile, or with a slash at the end. */
    if (mkdir(path, 0700) < 0 && !(errno == EEXIST && g_file_test(path, G_FILE_TEST_IS_DIR))) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot make the folder");
        return FALSE;
    }
    return bt_io_sync_folder(parent, error);
}

/* ---- what cuts left behind ---- */

#define ABANDONED_AFTER_S (60 * 60)
#define CHANCE_LENGTH 6 /* of ".NAME.XXXXXX" */

static gboolean is_beside(const char *name)
{
    const char *dot = strrchr(name, '.');
    return name[0] == '.' && dot != name && strlen(dot + 1) == CHANCE_LENGTH;
}

/* Files carry the real time, whatever clock the program goes by. */
static gboolean is_abandoned(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
        st.st_mtim.tv_sec < g_get_real_time() / G_USEC_PER_SEC - ABANDONED_AFTER_S;
}

void bt_io_sweep(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (is_beside(name) && is_abandoned(path))
            unlink(path);
    }
}

/* ---- shared memory ---- */

int bt_io_shared_memory(const char *name, gsize size_bytes, GError **error)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && ftruncate(fd, (off_t)size_bytes) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return fd;
    bt_error_set_errno(error, BT_ERROR_IO, errno, name, "cannot make shared memory");
    if (fd >= 0)
        close(fd);
    return -1;
}
