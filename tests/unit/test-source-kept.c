/* A folder of files that can be made again stays as small as it may be. */
#include "source/press/kept.h"

#include <glib/gstdio.h>

#define TICK_US 20000 /* files are as old as the file system can tell */

static void put(BtKept *kept, const char *name, gsize size_bytes)
{
    g_autofree char *fill = g_strnfill(size_bytes, 'x');
    g_autoptr(GBytes) bytes = g_bytes_new(fill, size_bytes);
    g_usleep(TICK_US);
    bt_kept_put(kept, name, bytes);
}

static gboolean has(const BtKept *kept, const char *name)
{
    g_autoptr(GBytes) bytes = bt_kept_find(kept, name);
    return bytes != NULL;
}

/* Those go first that were not asked for the longest. */
static void test_room(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("bt-kept-XXXXXX", &error);
    g_autoptr(BtKept) kept = bt_kept_new(folder, 1000);
    put(kept, "a", 400);
    put(kept, "b", 400);
    g_usleep(TICK_US);
    g_assert_true(has(kept, "a"));
    put(kept, "c", 200);
    g_assert_true(has(kept, "a") && has(kept, "b") && has(kept, "c"));
    g_usleep(TICK_US);
    g_assert_true(has(kept, "a"));
    put(kept, "d", 300);
    g_assert_false(has(kept, "b"));
    g_assert_true(has(kept, "a") && has(kept, "c") && has(kept, "d"));
    /* what is larger than all of it is not kept, and the next process finds it so */
    put(kept, "e", 1001);
    g_assert_false(has(kept, "e"));
    g_autoptr(BtKept) next = bt_kept_new(folder, 1000);
    put(next, "f", 1000);
    g_assert_true(has(next, "f") && !has(next, "d"));
    g_autofree char *last = g_build_filename(folder, "f", NULL);
    g_assert_cmpint(g_unlink(last), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* A cut leaves a place of work behind; the next process clears it away. */
static void test_workplace(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("bt-kept-XXXXXX", &error);
    g_autoptr(BtKept) kept = bt_kept_new(folder, 1000);
    g_autofree char *place = bt_kept_workplace(kept, &error),
                    *other = bt_kept_workplace(kept, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(place, !=, other);
    g_autofree char *file = g_build_filename(place, "manifest.json", NULL);
    g_assert_true(g_file_set_contents(file, "x", 1, &error));
    bt_kept_leave(other);
    g_assert_false(g_file_test(other, G_FILE_TEST_EXISTS));
    g_autoptr(BtKept) next = bt_kept_new(folder, 1000);
    g_assert_false(g_file_test(place, G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source-kept/room", test_room);
    g_test_add_func("/source-kept/workplace", test_workplace);
    return g_test_run();
}
