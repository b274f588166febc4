#include "source/store/site.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES (256 * 1024)
#define MAX_ROOTS 10000

gboolean bt_site_is_id(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    gsize length = text != NULL ? strlen(text) : 0;
    return length >= 1 && length <= BT_ID_MAX_BYTES && text[0] != '.' &&
        strspn(text, allowed) == length;
}

/* ---- paths ---- */

char *bt_site_root_path(const char *site, gint64 version)
{
    return g_strdup_printf("%s/v1/root/%" G_GINT64_FORMAT ".json", site, version);
}

char *bt_site_now_path(const char *site, const char *screen)
{
    return g_strdup_printf("%s/v1/screens/%s/now.json", site, screen);
}

char *bt_site_manifest_path(const char *site, const char *sha256)
{
    return g_strdup_printf("%s/v1/manifests/%s", site, sha256);
}

char *bt_site_order_path(const char *site, const char *sha256)
{
    return g_strdup_printf("%s/v1/orders/%s", site, sha256);
}

char *bt_site_asset_path(const char *site, const char *sha256)
{
    return g_strdup_printf("%s/v1/assets/%s", site, sha256);
}

/* ---- writing ---- */

/* A web server of another user must be able to read a site, so its folders are 0755; the data
 * folder around it stays closed. */
static gboolean make_folder(const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return TRUE;
    if (strcmp(parent, path) != 0 && !make_folder(parent, error))
        return FALSE;
    if (g_mkdir(path, 0755) != 0 && errno != EEXIST) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot make the folder");
        return FALSE;
    }
    return bt_io_sync_folder(parent, error);
}

gboolean bt_site_make(const char *site, GError **error)
{
    static const char *const folders[] = { "root", "screens", "manifests", "orders", "assets" };
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(site, "v1", folders[i], NULL);
        if (!make_folder(path, error))
            return FALSE;
    }
    return TRUE;
}

gboolean bt_site_write(const char *path, GBytes *bytes, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    return make_folder(folder, error) && bt_io_write(path, data, size_bytes, 0644, error);
}

/* ---- assets ---- */

static gssize read_piece(int fd, void *piece, guint64 offset)
{
    gssize n;
    do
        n = pread(fd, piece, COPY_BYTES, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Copies from `from` to `to`, counting and hashing what was written. */
static gboolean copy_hashed(int from, int to, const char *name, char sha256[BT_HASH_HEX_SIZE],
    guint64 *size_bytes, GError **error)
{
    g_autoptr(BtHasher) hasher = bt_hasher_new();
    g_autofree guint8 *piece = g_malloc(COPY_BYTES);
    gssize n;
    for (*size_bytes = 0; (n = read_piece(from, piece, *size_bytes)) > 0;
         *size_bytes += (guint64)n) {
        if (*size_bytes + (guint64)n > BT_ASSET_MAX_BYTES) {
            g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
                "%s: the file is too large: expected at most %" G_GUINT64_FORMAT " bytes", name,
                BT_ASSET_MAX_BYTES);
            return FALSE;
        }
        if (!bt_io_write_all(to, name, piece, (gsize)n, error))
            return FALSE;
        bt_hasher_update(hasher, piece, (gsize)n);
    }
    if (n < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, name, "cannot read");
        return FALSE;
    }
    bt_hasher_peek(hasher, sha256);
    return TRUE;
}

/* Synced, then renamed to its hash, then the folder synced: old or new, never between. */
static gboolean install(int fd, const char *from, const char *to, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(to);
    if (fchmod(fd, 0644) == 0 && fsync(fd) == 0 && rename(from, to) == 0)
        return bt_io_sync_folder(folder, error);
    bt_error_set_errno(error, BT_ERROR_IO, errno, to, "cannot write");
    return FALSE;
}

gboolean bt_site_add_asset(const char *site, int fd, const char *name,
    char sha256[BT_HASH_HEX_SIZE], guint64 *size_bytes, GError **error)
{
    g_autofree char *incoming = g_build_filename(site, "v1", "assets", ".incoming.XXXXXX", NULL);
    int to = g_mkstemp_full(incoming, O_RDWR | O_CLOEXEC, 0600);
    if (to < 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, incoming, "cannot make the file");
        return FALSE;
    }
    gboolean ok = copy_hashed(fd, to, name, sha256, size_bytes, error);
    if (ok && !bt_site_has_asset(site, sha256, *size_bytes)) {
        g_autofree char *path = bt_site_asset_path(site, sha256);
        ok = install(to, incoming, path, error);
    }
    (void)unlink(incoming); /* already gone when it was installed */
    close(to);
    return ok;
}

gboolean bt_site_link_asset(const char *site, int fd, const char *path, const char *sha256,
    guint64 size_bytes, GError **error)
{
    g_autofree char *to = bt_site_asset_path(site, sha256);
    g_autofree char *name = g_strdup_printf(".incoming.%s", sha256);
    g_autofree char *incoming = g_build_filename(site, "v1", "assets", name, NULL);
    if (bt_site_has_asset(site, sha256, size_bytes))
        return TRUE;
    (void)unlink(incoming); /* of one that was cut off here */
    if (link(path, incoming) != 0) {
        bt_error_set_errno(error, BT_ERROR_IO, errno, incoming, "cannot make the file");
        return FALSE;
    }
    gboolean ok = install(fd, incoming, to, error);
    (void)unlink(incoming); /* already gone when it was installed */
    return ok;
}

gboolean bt_site_has_asset(const char *site, const char *sha256, guint64 size_bytes)
{
    g_autofree char *path = bt_site_asset_path(site, sha256);
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (guint64)st.st_size == size_bytes;
}

gboolean bt_site_check_name(const char *path, const char *sha256, GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    if (!bt_hash_is_hex(name) || strcmp(name, sha256) == 0)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_MISMATCH,
        "%s: its bytes have another hash: expected those of its name", path);
    return FALSE;
}

/* ---- what cuts left behind ---- */

void bt_site_sweep(const char *site)
{
    static const char *const folders[] = { "root", "manifests", "assets" };
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(site, "v1", folders[i], NULL);
        bt_io_sweep(path);
    }
    g_autofree char *screens = g_build_filename(site, "v1", "screens", NULL);
    g_autoptr(GDir) dir = g_dir_open(screens, 0, NULL);
    const char *screen;
    while (dir != NULL && (screen = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(screens, screen, NULL);
        bt_io_sweep(path);
    }
}

/* ---- roots ---- */

gint64 bt_site_newest_root(const char *site)
{
    for (gint64 version = 1; version <= MAX_ROOTS; version++) {
        g_autofree char *path = bt_site_root_path(site, version);
        if (!g_file_test(path, G_FILE_TEST_EXISTS))
            return version - 1;
    }
    return MAX_ROOTS;
}

static gboolean accept_root(
    BtTrust *trust, const char *site, gint64 version, gint64 now_ms, GError **error)
{
    g_autofree char *path = bt_site_root_path(site, version);
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), error);
    if (bytes == NULL)
        return FALSE;
    return version == 1 ? bt_trust_accept_first_root(trust, bytes, path, NULL, error)
                        : bt_trust_accept_next_root(trust, bytes, path, now_ms, error);
}

BtTrust *bt_site_load_trust(
    const char *site, const char *source, const char *screen, gint64 now_ms, GError **error)
{
    BtTrust *trust = bt_trust_new(source, screen);
    gint64 newest = MAX(bt_site_newest_root(site), 1);
    for (gint64 version = 1; version <= newest; version++)
        if (!accept_root(trust, site, version, now_ms, error)) {
            bt_trust_free(trust);
            return NULL;
        }
    return trust;
}
