#include "source/press/kept.h"

#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#define WORKPLACE "work-" /* names of files are hashes */
#define FILE_MAX_BYTES (64 * 1024 * 1024)

struct BtKept {
    char *folder;
    guint64 bytes, max_bytes;
};

typedef struct {
    char *path;
    gint64 used_ms;
    guint64 bytes;
} File;

static void file_free(gpointer data)
{
    File *file = data;
    g_free(file->path);
    g_free(file);
}

static gint oldest_first(gconstpointer a, gconstpointer b)
{
    const File *one = *(File *const *)a, *two = *(File *const *)b;
    return one->used_ms < two->used_ms ? -1 : one->used_ms > two->used_ms;
}

/* (transfer full): GPtrArray of File */
static GPtrArray *list(const BtKept *kept)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(file_free);
    g_autoptr(GDir) dir = g_dir_open(kept->folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        struct stat st;
        g_autofree char *path = g_build_filename(kept->folder, name, NULL);
        if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        File *file = g_new0(File, 1);
        file->path = g_steal_pointer(&path);
        file->used_ms = (gint64)st.st_mtim.tv_sec * 1000 + (gint64)(st.st_mtim.tv_nsec / 1000000);
        file->bytes = (guint64)st.st_size;
        g_ptr_array_add(files, file);
    }
    return files;
}

static void make_room(BtKept *kept)
{
    g_autoptr(GPtrArray) files = list(kept);
    kept->bytes = 0;
    for (guint i = 0; i < files->len; i++)
        kept->bytes += ((File *)g_ptr_array_index(files, i))->bytes;
    g_ptr_array_sort(files, oldest_first);
    for (guint i = 0; i < files->len && kept->bytes > kept->max_bytes; i++) {
        const File *file = g_ptr_array_index(files, i);
        if (g_unlink(file->path) == 0)
            kept->bytes -= file->bytes;
    }
}

void bt_kept_leave(const char *workplace)
{
    g_autoptr(GDir) dir = g_dir_open(workplace, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(workplace, name, NULL);
        (void)g_unlink(path);
    }
    (void)g_rmdir(workplace);
}

static void clear_workplaces(const BtKept *kept)
{
    g_autoptr(GDir) dir = g_dir_open(kept->folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(kept->folder, name, NULL);
        if (g_str_has_prefix(name, WORKPLACE))
            bt_kept_leave(path);
    }
}

BtKept *bt_kept_new(const char *folder, guint64 max_bytes)
{
    BtKept *kept = g_new0(BtKept, 1);
    kept->folder = g_strdup(folder);
    kept->max_bytes = max_bytes;
    (void)g_mkdir(folder, 0700);
    clear_workplaces(kept);
    make_room(kept);
    return kept;
}

void bt_kept_free(BtKept *kept)
{
    g_free(kept->folder);
    g_free(kept);
}

GBytes *bt_kept_find(const BtKept *kept, const char *name)
{
    g_autofree char *path = g_build_filename(kept->folder, name, NULL);
    GBytes *bytes = bt_io_read(path, FILE_MAX_BYTES, NULL);
    if (bytes != NULL)
        (void)utimensat(AT_FDCWD, path, NULL, 0);
    return bytes;
}

void bt_kept_put(BtKept *kept, const char *name, GBytes *bytes)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    g_autofree char *path = g_build_filename(kept->folder, name, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents_full(
            path, data, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error)) {
        g_message("%s", error->message);
        return;
    }
    kept->bytes += size;
    if (kept->bytes > kept->max_bytes)
        make_room(kept);
}

char *bt_kept_workplace(const BtKept *kept, GError **error)
{
    char *path = g_build_filename(kept->folder, WORKPLACE "XXXXXX", NULL);
    if (g_mkdtemp(path) != NULL)
        return path;
    bt_error_set_errno(error, BT_ERROR_IO, errno, path, "cannot make the folder");
    g_free(path);
    return NULL;
}
