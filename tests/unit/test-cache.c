/* The cache: what is in objects/ is whole, whatever happened on the way. */
#include "base/error.h"
#include "base/io.h"
#include "playlists/cache/cache.h"
#include "tests/unit/tree.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *folder;
    BtCache *cache;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    f->folder = g_dir_make_tmp("bt-cache-XXXXXX", &error);
    g_assert_no_error(error);
    f->cache = bt_cache_open(f->folder, TRUE, &error);
    g_assert_no_error(error);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_cache_close(f->cache);
    remove_tree(f->folder);
    g_free(f->folder);
}

/* 1000 bytes of a pattern that no cut of it repeats, and their hash. */
#define SIZE 1000
static char hash[BT_HASH_HEX_SIZE];

static const char *pattern(void)
{
    static char bytes[SIZE];
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    bt_hash_data(bytes, SIZE, hash);
    return bytes;
}

static BtIncoming *begin(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    BtIncoming *incoming = bt_cache_begin(f->cache, hash, SIZE, &error);
    g_assert_no_error(error);
    return incoming;
}

static void assert_no_half_file(Fixture *f)
{
    g_autofree char *path = g_build_filename(f->folder, "incoming", NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_assert_nonnull(dir);
    g_assert_null(g_dir_read_name(dir));
}

static void test_resume(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    const char *bytes = pattern();
    BtIncoming *incoming = begin(f);
    g_assert_cmpuint(bt_incoming_offset(incoming), ==, 0);
    g_assert_cmpstr(bt_incoming_etag(incoming), ==, "");
    g_assert_true(bt_incoming_set_etag(incoming, "\"one\"", &error));
    g_assert_true(bt_incoming_write(incoming, bytes, 300, &error));
    bt_incoming_pause(incoming);
    g_assert_false(bt_cache_has(f->cache, hash));

    incoming = begin(f);
    g_assert_cmpuint(bt_incoming_offset(incoming), ==, 300);
    g_assert_cmpstr(bt_incoming_etag(incoming), ==, "\"one\"");
    g_assert_true(bt_incoming_write(incoming, bytes + 300, SIZE - 300, &error));
    g_assert_true(bt_incoming_commit(incoming, &error));
    g_assert_no_error(error);
    g_assert_true(bt_cache_has(f->cache, hash));
    assert_no_half_file(f);

    g_autoptr(GBytes) back = bt_cache_read_object(f->cache, hash, SIZE, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(back, NULL), g_bytes_get_size(back), bytes, SIZE);
    g_assert_null(bt_cache_read_object(f->cache, hash, SIZE - 1, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
}

static void test_restart(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    const char *bytes = pattern();
    BtIncoming *incoming = begin(f);
    g_assert_true(bt_incoming_set_etag(incoming, "\"one\"", &error));
    g_assert_true(bt_incoming_write(incoming, bytes + 100, 500, &error));
    g_assert_true(bt_incoming_restart(incoming, &error));
    g_assert_cmpuint(bt_incoming_offset(incoming), ==, 0);
    g_assert_cmpstr(bt_incoming_etag(incoming), ==, "");
    g_assert_true(bt_incoming_write(incoming, bytes, SIZE, &error));
    g_assert_true(bt_incoming_commit(incoming, &error));
    g_assert_no_error(error);
}

static void test_mismatch(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    const char *bytes = pattern();
    BtIncoming *incoming = begin(f);
    g_assert_true(bt_incoming_write(incoming, bytes, SIZE - 1, &error));
    g_assert_true(bt_incoming_write(incoming, "?", 1, &error));
    g_assert_false(bt_incoming_commit(incoming, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
    g_clear_error(&error);
    g_assert_false(bt_cache_has(f->cache, hash));
    assert_no_half_file(f);

    incoming = begin(f); /* too short */
    g_assert_true(bt_incoming_write(incoming, bytes, SIZE - 1, &error));
    g_assert_false(bt_incoming_commit(incoming, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
    g_clear_error(&error);
    assert_no_half_file(f);
}

static void test_too_much(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    const char *bytes = pattern();
    BtIncoming *incoming = begin(f);
    g_assert_true(bt_incoming_write(incoming, bytes, SIZE, &error));
    g_assert_false(bt_incoming_write(incoming, "x", 1, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
    g_clear_error(&error);
    g_assert_cmpuint(bt_incoming_offset(incoming), ==, SIZE);
    g_assert_true(bt_incoming_commit(incoming, &error));

    /* A half file that is longer than what was promised is no beginning of it. */
    g_autofree char *path = g_build_filename(f->folder, "incoming", hash, NULL);
    g_assert_true(g_file_set_contents(path, bytes, SIZE, &error));
    incoming = bt_cache_begin(f->cache, hash, 10, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(bt_incoming_offset(incoming), ==, 0);
    bt_incoming_pause(incoming);
    assert_no_half_file(f);
}

static void test_one_at_a_time(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    pattern();
    BtIncoming *incoming = begin(f);
    g_assert_null(bt_cache_begin(f->cache, hash, SIZE, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    bt_incoming_pause(incoming);
}

/* ---- what has no name before it is here ---- */

static BtIncoming *begin_unnamed(Fixture *f, char key[BT_HASH_HEX_SIZE], guint64 max_bytes)
{
    g_autoptr(GError) error = NULL;
    bt_hash_data("https://ttn/a.jpg", 17, key);
    BtIncoming *incoming = bt_cache_begin_unnamed(f->cache, key, max_bytes, &error);
    g_assert_no_error(error);
    return incoming;
}

static void test_unnamed(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    const char *bytes = pattern();
    char key[BT_HASH_HEX_SIZE], found[BT_HASH_HEX_SIZE];
    BtIncoming *incoming = begin_unnamed(f, key, 2 * SIZE);
    g_assert_true(bt_incoming_set_etag(incoming, "\"one\"", &error));
    g_assert_true(bt_incoming_write(incoming, bytes, 100, &error));
    bt_incoming_pause(incoming);

    incoming = begin_unnamed(f, key, 2 * SIZE); /* goes on */
    g_assert_cmpuint(bt_incoming_offset(incoming), ==, 100);
    g_assert_cmpstr(bt_incoming_etag(incoming), ==, "\"one\"");
    g_assert_true(bt_incoming_expect(incoming, SIZE, &error));
    g_assert_true(bt_incoming_write(incoming, bytes + 100, SIZE - 100, &error));
    g_assert_true(bt_incoming_commit_as(incoming, found, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(found, ==, hash);
    g_assert_true(bt_cache_has(f->cache, hash));
    g_assert_false(bt_cache_has(f->cache, key));
    g_assert_cmpuint(bt_cache_incoming_bytes(f->cache, key), ==, 0);
}

static void test_unnamed_bounds(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    const char *bytes = pattern();
    char key[BT_HASH_HEX_SIZE], found[BT_HASH_HEX_SIZE];
    BtIncoming *incoming = begin_unnamed(f, key, SIZE - 1);
    g_assert_false(bt_incoming_expect(incoming, SIZE, &error)); /* told */
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
    g_clear_error(&error);
    g_assert_false(bt_incoming_write(incoming, bytes, SIZE, &error)); /* not told */
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
    g_clear_error(&error);
    bt_incoming_pause(incoming);

    incoming = begin_unnamed(f, key, SIZE); /* less than was told */
    g_assert_true(bt_incoming_expect(incoming, SIZE, &error));
    g_assert_true(bt_incoming_write(incoming, bytes, SIZE - 1, &error));
    g_assert_false(bt_incoming_commit_as(incoming, found, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
    g_clear_error(&error);
    incoming = begin_unnamed(f, key, SIZE); /* nothing at all */
    g_assert_false(bt_incoming_commit_as(incoming, found, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
    g_clear_error(&error);
    BtCacheUse use;
    g_assert_true(bt_cache_measure(f->cache, &use, &error));
    g_assert_cmpuint(use.objects, ==, 0);
}

static void add(Fixture *f, GBytes *bytes, char name[BT_HASH_HEX_SIZE])
{
    g_autoptr(GError) error = NULL;
    bt_hash_data(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), name);
    g_assert_true(bt_cache_add_object(f->cache, name, bytes, &error));
    g_assert_no_error(error);
}

static void test_add(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
    g_autoptr(GBytes) word = g_bytes_new_static("bảng tin", strlen("bảng tin"));
    char empty_name[BT_HASH_HEX_SIZE], word_name[BT_HASH_HEX_SIZE];
    add(f, empty, empty_name);
    add(f, word, word_name);
    add(f, word, word_name); /* again */
    g_assert_false(bt_cache_add_object(f->cache, empty_name, word, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
    g_clear_error(&error);
    g_autoptr(GBytes) back = bt_cache_read_object(f->cache, empty_name, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(back), ==, 0);

    BtCacheUse use;
    g_assert_true(bt_cache_measure(f->cache, &use, &error));
    g_assert_cmpuint(use.objects, ==, 2);
    g_assert_cmpuint(use.bytes, ==, strlen("bảng tin"));
}

static void rot(Fixture *f, const char *name)
{
    g_autofree char *path = g_strdup_printf("%s/objects/%.2s/%s", f->folder, name, name);
    int fd = g_open(path, O_WRONLY);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(pwrite(fd, "\xff", 1, 3), ==, 1);
    close(fd);
}

static void test_rot(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(pattern(), SIZE);
    char name[BT_HASH_HEX_SIZE];
    add(f, bytes, name);
    g_assert_true(bt_cache_check_object(f->cache, name, &error));
    rot(f, name);

    g_autoptr(BtCache) reader = bt_cache_open(f->folder, FALSE, &error);
    g_assert_false(bt_cache_check_object(reader, name, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
    g_clear_error(&error);
    g_assert_true(bt_cache_has(reader, name)); /* a reader removes nothing */

    g_assert_null(bt_cache_read_object(f->cache, name, SIZE, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
    g_clear_error(&error);
    g_assert_false(bt_cache_has(f->cache, name));
    g_assert_false(bt_cache_check_object(f->cache, name, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
}

static void test_open_is_a_pin(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(pattern(), SIZE);
    g_autoptr(GHashTable) keep = g_hash_table_new(g_str_hash, g_str_equal);
    char name[BT_HASH_HEX_SIZE], read_back[SIZE];
    add(f, bytes, name);
    int fd = bt_cache_open_object(f->cache, name, &error);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(fcntl(fd, F_GETFD), ==, FD_CLOEXEC);
    g_assert_cmpint(bt_cache_evict(f->cache, keep, 0, 0, &error), ==, 1);
    g_assert_false(bt_cache_has(f->cache, name));
    g_assert_cmpint(read(fd, read_back, SIZE), ==, SIZE);
    g_assert_cmpmem(read_back, SIZE, pattern(), SIZE);
    close(fd);
}

static void set_age(Fixture *f, const char *name, int days)
{
    g_autofree char *path = g_strdup_printf("%s/objects/%.2s/%s", f->folder, name, name);
    struct timespec times[2];
    g_assert_cmpint(clock_gettime(CLOCK_REALTIME, &times[0]), ==, 0);
    times[0].tv_sec -= days * 86400;
    times[1] = times[0];
    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

static void test_evict(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) keep = g_hash_table_new(g_str_hash, g_str_equal);
    char names[5][BT_HASH_HEX_SIZE];
    for (int i = 0; i < 5; i++) {
        char block[100];
        memset(block, 'a' + i, sizeof block);
        g_autoptr(GBytes) bytes = g_bytes_new(block, sizeof block);
        add(f, bytes, names[i]);
        set_age(f, names[i], 10 - i);
    }
    g_hash_table_add(keep, names[0]);
    g_assert_cmpint(bt_cache_evict(f->cache, keep, 500, 0, &error), ==, 0);
    g_assert_cmpint(bt_cache_evict(f->cache, keep, 300, 0, &error), ==, 2);
    g_assert_true(bt_cache_has(f->cache, names[0]));  /* oldest, but needed */
    g_assert_false(bt_cache_has(f->cache, names[1])); /* the next oldest go */
    g_assert_false(bt_cache_has(f->cache, names[2]));
    g_assert_true(bt_cache_has(f->cache, names[3]));
    g_assert_true(bt_cache_has(f->cache, names[4]));
    g_assert_cmpint(bt_cache_evict(f->cache, keep, 0, 0, &error), ==, 2);
    g_assert_true(bt_cache_has(f->cache, names[0])); /* whatever the quota says */
}

/* The disk is fuller than the quota knows. */
static void test_evict_for_room(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) keep = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GBytes) bytes = g_bytes_new(pattern(), SIZE);
    char name[BT_HASH_HEX_SIZE];
    add(f, bytes, name);
    g_assert_cmpint(bt_cache_evict(f->cache, keep, G_MAXUINT64, 1, &error), ==, 0);
    g_hash_table_add(keep, name);
    g_assert_cmpint(bt_cache_evict(f->cache, keep, G_MAXUINT64, G_MAXUINT64, &error), ==, 0);
    g_hash_table_remove_all(keep);
    g_assert_cmpint(bt_cache_evict(f->cache, keep, G_MAXUINT64, G_MAXUINT64, &error), ==, 1);
    g_assert_cmpuint(bt_cache_reserve(f->cache), >, 0);
}

static void test_no_room(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(pattern(), SIZE);
    char name[BT_HASH_HEX_SIZE];
    bt_hash_data(pattern(), SIZE, name);
    g_assert_null(bt_cache_begin(f->cache, name, G_GUINT64_CONSTANT(1) << 60, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
}

/* What was read once is there when the disk gives it no more; and only with its hash. */
static void test_remembers(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(pattern(), SIZE);
    char name[BT_HASH_HEX_SIZE];
    add(f, bytes, name);
    bt_cache_remember(f->cache);
    g_clear_pointer(&bytes, g_bytes_unref);
    bytes = bt_cache_read_object(f->cache, name, SIZE, &error);
    g_assert_no_error(error);
    g_autofree char *path = g_strdup_printf("%s/objects/%.2s/%s", f->folder, name, name);
    g_assert_true(g_file_set_contents(path, "rotten", 6, NULL));
    g_autoptr(GBytes) again = bt_cache_read_object(f->cache, name, SIZE, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(again, bytes));
    g_assert_false(bt_cache_has(f->cache, name)); /* and it is fetched again */
}

static void test_evict_half_files(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) keep = g_hash_table_new(g_str_hash, g_str_equal);
    const char *bytes = pattern();
    BtIncoming *incoming = begin(f);
    g_assert_true(bt_incoming_set_etag(incoming, "\"one\"", &error));
    g_assert_true(bt_incoming_write(incoming, bytes, 500, &error));
    bt_incoming_pause(incoming);
    g_hash_table_add(keep, hash);
    g_assert_cmpint(bt_cache_evict(f->cache, keep, 0, 0, &error), ==, 0);
    incoming = begin(f);
    g_assert_cmpuint(bt_incoming_offset(incoming), ==, 500); /* somebody waits for it */
    bt_incoming_pause(incoming);
    g_hash_table_remove_all(keep);
    g_assert_cmpint(bt_cache_evict(f->cache, keep, 0, 0, &error), ==, 0);
    assert_no_half_file(f);
}

/* The disk failed when it was to go. */
static void test_validator_alone(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strconcat("incoming/", hash, NULL);
    g_autofree char *half = g_build_filename(f->folder, name, NULL);
    BtIncoming *incoming = begin(f);
    g_assert_true(bt_incoming_set_etag(incoming, "\"one\"", &error));
    g_assert_true(bt_incoming_write(incoming, pattern(), 500, &error));
    bt_incoming_pause(incoming);

    bt_cache_close(f->cache);
    f->cache = bt_cache_open(f->folder, TRUE, &error);
    incoming = begin(f);
    g_assert_cmpstr(bt_incoming_etag(incoming), ==, "\"one\"");
    bt_incoming_pause(incoming);

    g_assert_cmpint(unlink(half), ==, 0);
    bt_cache_close(f->cache);
    f->cache = bt_cache_open(f->folder, TRUE, &error);
    g_assert_no_error(error);
    assert_no_half_file(f);
}

static void test_names(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const bad_hashes[] = { "", "abc", "../../../../etc/passwd",
        "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85/" };
    for (guint i = 0; i < G_N_ELEMENTS(bad_hashes); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(bt_cache_has(f->cache, bad_hashes[i]));
        g_assert_null(bt_cache_begin(f->cache, bad_hashes[i], 1, &error));
        g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
        g_clear_error(&error);
        g_assert_cmpint(bt_cache_open_object(f->cache, bad_hashes[i], &error), ==, -1);
        g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    }
    static const char *const bad_words[] = { "", ".", "..", ".hidden", "a/b", "../x", "a b", "a\n",
        "ế" };
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    for (guint i = 0; i < G_N_ELEMENTS(bad_words); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(bt_cache_write_document(f->cache, bad_words[i], "now.json", bytes, &error));
        g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
        g_clear_error(&error);
        g_assert_null(bt_cache_read_document(f->cache, "krongpa", bad_words[i], 10, &error));
        g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    }
    g_autofree char *longest = g_strnfill(BT_CACHE_NAME_MAX, 'n');
    g_autofree char *too_long = g_strnfill(BT_CACHE_NAME_MAX + 1, 'n');
    g_autoptr(GError) error = NULL;
    g_assert_true(bt_cache_write_document(f->cache, longest, longest, bytes, &error));
    g_assert_false(bt_cache_write_document(f->cache, "krongpa", too_long, bytes, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
}

static void test_symbolic_links(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    pattern();
    g_autofree char *folder = g_strdup_printf("%s/objects/%.2s", f->folder, hash);
    g_autofree char *path = g_build_filename(folder, hash, NULL);
    g_assert_true(bt_io_make_folder(folder, &error));
    g_assert_cmpint(symlink("/etc/passwd", path), ==, 0);
    g_assert_false(bt_cache_has(f->cache, hash));
    g_assert_cmpint(bt_cache_open_object(f->cache, hash, &error), ==, -1);
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
}

static void test_documents(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) one = g_bytes_new_static("one", 3), two = g_bytes_new_static("zwei", 4);
    g_assert_null(bt_cache_read_document(f->cache, "krongpa", "now.json", 10, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(bt_cache_write_document(f->cache, "krongpa", "now.json", one, &error));
    g_assert_true(bt_cache_write_document(f->cache, "krongpa", "now.json", two, &error));
    g_autoptr(GBytes) back = bt_cache_read_document(f->cache, "krongpa", "now.json", 10, &error);
    g_assert_true(g_bytes_equal(back, two));
    g_assert_null(bt_cache_read_document(f->cache, "krongpa", "now.json", 3, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_LIMIT);
}

static void test_read_only(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(pattern(), SIZE);
    g_autoptr(GHashTable) keep = g_hash_table_new(g_str_hash, g_str_equal);
    char name[BT_HASH_HEX_SIZE];
    add(f, bytes, name);
    g_autoptr(BtCache) reader = bt_cache_open(f->folder, FALSE, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) back = bt_cache_read_object(reader, name, SIZE, &error);
    g_assert_true(g_bytes_equal(back, bytes));
    g_assert_null(bt_cache_begin(reader, name, SIZE, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    g_clear_error(&error);
    g_assert_false(bt_cache_write_document(reader, "krongpa", "now.json", bytes, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    g_clear_error(&error);
    g_assert_cmpint(bt_cache_evict(reader, keep, 0, 0, &error), ==, -1);
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    g_clear_error(&error);

    g_autofree char *nowhere = g_build_filename(f->folder, "nowhere", NULL);
    g_assert_null(bt_cache_open(nowhere, FALSE, &error));
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    g_assert_false(g_file_test(nowhere, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } cases[] = {
        { "resume", test_resume },
        { "restart", test_restart },
        { "mismatch", test_mismatch },
        { "too-much", test_too_much },
        { "one-at-a-time", test_one_at_a_time },
        { "unnamed", test_unnamed },
        { "unnamed-bounds", test_unnamed_bounds },
        { "add", test_add },
        { "rot", test_rot },
        { "open-is-a-pin", test_open_is_a_pin },
        { "evict", test_evict },
        { "evict-for-room", test_evict_for_room },
        { "no-room", test_no_room },
        { "remembers", test_remembers },
        { "evict-half-files", test_evict_half_files },
        { "validator-alone", test_validator_alone },
        { "names", test_names },
        { "symbolic-links", test_symbolic_links },
        { "documents", test_documents },
        { "read-only", test_read_only },
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/cache/", cases[i].name, NULL);
        g_test_add(path, Fixture, NULL, set_up, cases[i].run, tear_down);
    }
    return g_test_run();
}
