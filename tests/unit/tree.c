#include "tests/unit/tree.h"

#include <glib.h>
#include <glib/gstdio.h>

/* A link is removed, not followed. */
void remove_tree(const char *path)
{
    g_autoptr(GDir) dir =
        g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        remove_tree(below);
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}
