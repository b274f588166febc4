#include "base/error.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *folder, *path;
} Place;

static void place_open(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    place->folder = g_dir_make_tmp("bangtin-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, "file", NULL);
}

/* Only `path` may be there at the end: a file left beside it makes g_rmdir fail. */
static void place_close(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_unlink(place->path);
    g_assert_cmpint(g_rmdir(place->folder), ==, 0);
    g_free(place->folder);
    g_free(place->path);
}

static void put(const char *path, const char *text)
{
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void assert_holds(const char *path, const char *expected)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

static void assert_failed(GError **error, BtError code, const char *path, const char *what)
{
    g_autofree char *message = g_strdup_printf("%s: %s", path, what);
    g_assert_error(*error, BT_ERROR, (int)code);
    g_assert_cmpstr((*error)->message, ==, message);
    g_clear_error(error);
}

/* ---- reading ---- */

static void read_to_the_limit(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    static const struct {
        const char *text;
        gsize max_bytes;
        gboolean ok;
    } cases[] = { { "", 0, TRUE }, { "", 9, TRUE }, { "abc", 3, TRUE }, { "abc", G_MAXSIZE, TRUE },
        { "abc", 2, FALSE }, { "abc", 0, FALSE } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        put(place->path, cases[i].text);
        g_autoptr(GBytes) bytes = bt_io_read(place->path, cases[i].max_bytes, &error);
        g_assert_true((bytes != NULL) == cases[i].ok);
        if (bytes)
            g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), cases[i].text,
                strlen(cases[i].text));
        else
            g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
    }
}

static void limit_in_the_message(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    put(place->path, "abc");
    g_assert_null(bt_io_read(place->path, 2, &error));
    assert_failed(
        &error, BT_ERROR_LIMIT, place->path, "the file is too large: expected at most 2 bytes");
}

/* A file of the kernel says that it is empty, and is not. */
static void read_without_a_size(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = bt_io_read("/proc/self/maps", 1 << 20, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(bytes), >, 1000);
    g_assert_null(bt_io_read("/proc/self/maps", 1000, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
}

static void read_failures(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *below = g_build_filename(place->path, "x", NULL);
    g_assert_null(bt_io_read(place->path, 9, &error));
    assert_failed(
        &error, BT_ERROR_NOT_FOUND, place->path, "cannot open: No such file or directory");
    g_assert_null(bt_io_read(place->folder, 9, &error));
    assert_failed(&error, BT_ERROR_IO, place->folder, "not a file: expected a regular file");
    put(place->path, "");
    g_assert_null(bt_io_read(below, 9, &error));
    assert_failed(&error, BT_ERROR_NOT_FOUND, below, "cannot open: Not a directory");
    g_unlink(place->path);
    g_assert_cmpint(mkfifo(place->path, 0600), ==, 0);
    g_assert_null(bt_io_read(place->path, 9, &error)); /* and does not wait for a writer */
    assert_failed(&error, BT_ERROR_IO, place->path, "not a file: expected a regular file");
}

static void read_all_of_an_open_file(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    put(place->path, "abcdef");
    int fd = open(place->path, O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(lseek(fd, 3, SEEK_SET), ==, 3);
    g_autoptr(GBytes) bytes = bt_io_read_fd(fd, "f", 6, NULL);
    g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "abcdef", 6);
    close(fd);
}

/* ---- writing ---- */

static void written(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    static const struct {
        const char *text;
        int mode;
    } cases[] = { { "new", 0600 }, { "newer", 0644 }, { "", 0400 }, { "again", 0666 } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        struct stat st;
        g_assert_true(
            bt_io_write(place->path, cases[i].text, strlen(cases[i].text), cases[i].mode, &error));
        g_assert_no_error(error);
        assert_holds(place->path, cases[i].text);
        g_assert_cmpint(stat(place->path, &st), ==, 0);
        g_assert_cmpint(st.st_mode & 07777, ==, cases[i].mode);
    }
}

static void created_once(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(bt_io_create(place->path, "old", 3, 0600, &error));
    g_assert_false(bt_io_create(place->path, "new", 3, 0600, &error));
    assert_failed(
        &error, BT_ERROR_CONFLICT, place->path, "cannot put the new file in place: File exists");
    assert_holds(place->path, "old");
}

static void one_name_keeps_the_old(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *other = g_build_filename(place->folder, "other", NULL);
    put(place->path, "old");
    g_assert_cmpint(link(place->path, other), ==, 0);
    g_assert_true(bt_io_write(place->path, "new", 3, 0600, NULL));
    assert_holds(other, "old"); /* the old bytes were not written over */
    assert_holds(place->path, "new");
    g_unlink(other);
}

/* A disk that is full after a few bytes, by a limit on the size of files. */
static void full_disk(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_strnfill(10000, 'n');
    struct rlimit before, small;
    put(place->path, "old");
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    small = (struct rlimit){ 4096, before.rlim_max };
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    gboolean ok = bt_io_write(place->path, data, 10000, 0600, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    g_assert_false(ok);
    assert_failed(&error, BT_ERROR_IO, place->path, "cannot write: File too large");
    assert_holds(place->path, "old");
}

static void write_failures(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *below = g_build_filename(place->path, "x", NULL);
    g_assert_false(bt_io_write(below, "new", 3, 0600, &error));
    assert_failed(&error, BT_ERROR_IO, below, "cannot create: No such file or directory");
    g_assert_cmpint(g_mkdir(place->path, 0700), ==, 0);
    g_assert_false(bt_io_write(place->path, "new", 3, 0600, &error));
    assert_failed(
        &error, BT_ERROR_IO, place->path, "cannot put the new file in place: Is a directory");
    g_assert_cmpint(g_rmdir(place->path), ==, 0);
}

/* A writer that is killed at any moment leaves the old or the new, whole. */
static void killed_writers(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *olds = g_strnfill(200000, 'o'), *news = g_strnfill(200000, 'n');
    for (guint i = 0; i < 30; i++) {
        g_assert_true(bt_io_write(place->path, olds, 200000, 0600, NULL));
        pid_t child = fork();
        if (child == 0) {
            for (;;)
                bt_io_write(place->path, news, 200000, 0600, NULL);
        }
        g_usleep(i * 200);
        kill(child, SIGKILL);
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(place->path, &text, NULL, NULL));
        g_assert_true(strcmp(text, olds) == 0 || strcmp(text, news) == 0);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    g_autoptr(GDir) dir = g_dir_open(place->folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *left = g_build_filename(place->folder, name, NULL);
        g_unlink(left);
    }
}

/* ---- folders ---- */

static void folders(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *middle = g_build_filename(place->folder, "a", NULL);
    g_autofree char *deep = g_build_filename(middle, "b/", NULL);
    struct stat st;
    for (int i = 0; i < 2; i++) {
        g_assert_true(bt_io_make_folder(deep, &error));
        g_assert_no_error(error);
    }
    g_assert_cmpint(stat(middle, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0700);
    g_assert_true(bt_io_sync_folder(deep, &error));
    g_rmdir(deep);
    g_rmdir(middle);
    g_assert_false(bt_io_sync_folder(deep, &error));
    assert_failed(&error, BT_ERROR_IO, deep, "cannot sync the folder: No such file or directory");
    put(place->path, "");
    g_assert_false(bt_io_make_folder(place->path, &error));
    assert_failed(&error, BT_ERROR_IO, place->path, "cannot make the folder: File exists");
}

/* ---- shared memory ---- */

static void shared_memory(void)
{
    g_autoptr(GError) error = NULL;
    int fd = bt_io_shared_memory("frames", 8192, &error);
    g_assert_no_error(error);
    g_assert_cmpint(fcntl(fd, F_GETFD) & FD_CLOEXEC, !=, 0);
    g_assert_cmpint(ftruncate(fd, 4096), ==, -1);
    g_assert_cmpint(ftruncate(fd, 9000), ==, -1);
    g_assert_cmpint(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), ==, -1);
    guint8 *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    g_assert_true(memory != MAP_FAILED);
    g_assert_cmpint(memory[0] | memory[8191], ==, 0);
    memory[8191] = 7;
    g_assert_cmpint(munmap(memory, 8192), ==, 0);
    close(fd);
}

static void no_shared_memory(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(bt_io_shared_memory("frames", (gsize)1 << 63, &error), ==, -1);
    assert_failed(&error, BT_ERROR_IO, "frames", "cannot make shared memory: Invalid argument");
}

/* ---- what cuts left behind ---- */

static void sweeping(Place *place, gconstpointer unused G_GNUC_UNUSED)
{
    static const struct {
        const char *name;
        gboolean is_old, stays;
    } files[] = {
        { ".file.AbC123", TRUE, FALSE },
        { ".a.b.c.AbC123", TRUE, FALSE },
        { ".fresh.AbC123", FALSE, TRUE },
        { "file.AbC123", TRUE, TRUE },
        { ".file.AbC1234", TRUE, TRUE },
        { ".AbC123", TRUE, TRUE },
        { ".file-AbC123", TRUE, TRUE },
    };
    const struct timespec old[2] = { { 0, 0 }, { 0, 0 } };
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(place->folder, files[i].name, NULL);
        put(path, "half");
        g_assert_true(!files[i].is_old || utimensat(AT_FDCWD, path, old, 0) == 0);
    }
    bt_io_sweep(place->folder);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(place->folder, files[i].name, NULL);
        g_test_message("%s", files[i].name);
        g_assert_cmpint(g_file_test(path, G_FILE_TEST_EXISTS), ==, files[i].stays);
        g_unlink(path);
    }
    bt_io_sweep("/nonexistent/folder");
}

/* ---- errors ---- */

static void reasons(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (int code = 0; code < BT_ERROR_N_CODES; code++) {
        g_autoptr(GError) error = g_error_new_literal(BT_ERROR, code, "x");
        g_assert_nonnull(bt_error_reason(error));
        g_assert_true(g_hash_table_add(seen, (char *)bt_error_reason(error)));
    }
    g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, 1, "x");
    g_assert_cmpstr(bt_error_reason(foreign), ==, "failed");
    g_assert_cmpstr(bt_error_reason(NULL), ==, "failed");
}

static void add(const char *path, void (*test)(Place *, gconstpointer))
{
    g_test_add(path, Place, NULL, place_open, test, place_close);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGXFSZ, SIG_IGN); /* so that the full disk is an error, as a real one is */
    add("/io/read/limit", read_to_the_limit);
    add("/io/read/message", limit_in_the_message);
    g_test_add_func("/io/read/without-size", read_without_a_size);
    add("/io/read/failures", read_failures);
    add("/io/read/open-file", read_all_of_an_open_file);
    add("/io/write/written", written);
    add("/io/write/created-once", created_once);
    add("/io/write/one-name", one_name_keeps_the_old);
    add("/io/write/full-disk", full_disk);
    add("/io/write/failures", write_failures);
    add("/io/write/killed", killed_writers);
    add("/io/folders", folders);
    add("/io/sweeping", sweeping);
    g_test_add_func("/io/shared-memory", shared_memory);
    g_test_add_func("/io/no-shared-memory", no_shared_memory);
    g_test_add_func("/io/reasons", reasons);
    return g_test_run();
}
