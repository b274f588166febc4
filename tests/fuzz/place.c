#include "tests/fuzz/place.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

static void remove_inside(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        if (g_file_test(below, G_FILE_TEST_IS_DIR) && !g_file_test(below, G_FILE_TEST_IS_SYMLINK))
            remove_inside(below);
        g_remove(below);
    }
}

static void remove_at_exit(void)
{
    remove_inside(place_folder());
    g_rmdir(place_folder());
}

const char *place_folder(void)
{
    static char *folder;
    if (folder == NULL) {
        const char *memory = g_access("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir();
        g_autofree char *template = g_build_filename(memory, "bangtin-fuzz-XXXXXX", NULL);
        folder = g_strdup(g_mkdtemp(template));
        g_assert_nonnull(folder);
        atexit(remove_at_exit);
    }
    return folder;
}

void place_put(const char *name, const void *data, gsize size_bytes)
{
    g_autofree char *path = g_build_filename(place_folder(), name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_mkdir_with_parents(folder, 0700);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    g_assert_true(fd >= 0 && write(fd, data, size_bytes) == (gssize)size_bytes);
    close(fd);
}

void place_empty(const char *name)
{
    g_autofree char *path = g_build_filename(place_folder(), name, NULL);
    remove_inside(path);
    if (*name != '\0')
        g_rmdir(path);
}
