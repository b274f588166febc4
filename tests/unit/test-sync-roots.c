/* Sync from a folder: how long a now.json holds, what no version may fall below, and how roots
 * follow each other. */
#include "tests/unit/sync-fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- freshness, floors and roots ---- */

static void test_stale(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    tree_expect(f, BT_SYNC_NEW);
    g_assert_cmpint(tree_round_at(f, T0 + 2 * BT_DAY_MS, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_EXPIRED); /* the source is frozen */
    tree_assert_document(f, "manifest.ready", f->manifest);
}

static void test_floors_survive(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    tree_expect(f, BT_SYNC_NEW);
    tree_now_older(f);
    tree_reopen(f, f->root_path);
    g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_ROLLBACK);
}

/* A link to itself cannot be opened, like a file without descriptors for it. */
static void make_unreadable(Fixture *f, const char *name, gboolean is_unreadable)
{
    g_autofree char *path = g_build_filename(f->cache_path, "documents/krongpa", name, NULL);
    g_autofree char *aside = g_strconcat(path, ".aside", NULL);
    if (is_unreadable) {
        g_assert_cmpint(rename(path, aside), ==, 0);
        g_assert_cmpint(symlink(path, path), ==, 0);
    } else {
        g_assert_cmpint(rename(aside, path), ==, 0);
    }
}

/* It is no loss before whoever waits says so. */
static void test_unreadable_now(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const names[] = { "floor.json", "root.1.json", "root.first" };
    g_autofree char *fingerprint = NULL;
    tree_publish(f, 1, f->manifest);
    tree_expect(f, BT_SYNC_NEW);
    fingerprint = g_strdup(bt_trust_fingerprint(f->sync->trust));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        guint told = f->events->len;
        g_clear_pointer(&f->sync, bt_sync_free);
        make_unreadable(f, names[i], TRUE);
        g_assert_null(tree_open_sync(f, NULL, fingerprint, &error));
        g_assert_error(error, BT_ERROR, BT_ERROR_IO);
        g_clear_error(&error);
        g_assert_cmpuint(f->events->len, ==, told);
        f->may_begin_anew = TRUE;
        f->sync = tree_open_sync(f, NULL, fingerprint, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(f->events->len, ==, told + 1);
        f->may_begin_anew = FALSE;
        make_unreadable(f, names[i], FALSE);
    }
}

static void test_broken_floor(Fixture *f, gconstpointer data)
{
    (void)data;
    tree_expect(f, BT_SYNC_NEW);
    g_autoptr(GBytes) noise = g_bytes_new_static("\0\0\0\0", 4);
    g_assert_true(bt_cache_write_document(f->cache, "krongpa", "floor.json", noise, NULL));
    tree_reopen(f, f->root_path);
    g_assert_cmpint(tree_event_at(f, "refused", "syntax", "floor.json"), >=, 0);
    tree_expect(f, BT_SYNC_UNCHANGED);
}

static void exchange_key(Fixture *f, KeyRole role)
{
    bt_key_free(f->p->keys[role]);
    f->p->keys[role] = bt_key_generate();
}

static void test_next_root(Fixture *f, gconstpointer data)
{
    (void)data;
    char next[BT_HASH_HEX_SIZE];
    tree_expect(f, BT_SYNC_NEW);
    exchange_key(f, KEY_FRESHNESS);
    publisher_root(f->p, 2, NULL);
    tree_publish(f, 11, next); /* signed by a key that only root 2 knows */
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", next);
    g_autofree char *root = tree_document(f, "root.2.json");
    g_assert_nonnull(root);
    tree_reopen(f, NULL);
    g_assert_cmpint(bt_trust_root(f->sync->trust)->version, ==, 2);
    tree_reopen(f, f->root_path);
    g_assert_cmpint(bt_trust_root(f->sync->trust)->version, ==, 2);
    tree_expect(f, BT_SYNC_UNCHANGED);
}

/* now.json, still under the old key, says that there is a newer root, which puts out its key. */
static void test_root_by_now(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    tree_expect(f, BT_SYNC_NEW);
    NowDraft now = { .version = 11, .manifest = f->manifest, .root = 2 };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    exchange_key(f, KEY_FRESHNESS);
    publisher_root(f->p, 2, NULL);
    tree_expect(f, BT_SYNC_NEW); /* the root */
    g_assert_cmpint(tree_event_at(f, "fetched", "", "root.2.json"), >=, 0);
    g_assert_true(tree_has_event_of(f, "refused", "unknown-key"));
    g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_UNKNOWN_KEY);
    char next[BT_HASH_HEX_SIZE];
    tree_publish(f, 12, next);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", next);
}

static void test_root_not_by_the_last(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    tree_expect(f, BT_SYNC_NEW);
    exchange_key(f, KEY_ROOT);
    exchange_key(f, KEY_FRESHNESS);
    publisher_root(f->p, 2, NULL); /* a root of somebody's own */
    char next[BT_HASH_HEX_SIZE];
    tree_publish(f, 11, next);
    g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_cmpint(bt_trust_root(f->sync->trust)->version, ==, 1);
    g_assert_null(tree_document(f, "root.2.json"));
    tree_assert_document(f, "manifest.ready", f->manifest);
}

/* A thief of the freshness key ran the version up to the end; the root that puts the key out lets
 * the numbers begin again. */
static void test_fast_forward(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    tree_expect(f, BT_SYNC_NEW);
    NowDraft now = { .version = (G_GINT64_CONSTANT(1) << 53) - 1, .manifest = f->manifest };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    tree_expect(f, BT_SYNC_NEW);
    char next[BT_HASH_HEX_SIZE];
    tree_publish(f, 11, next);
    g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_ROLLBACK);
    exchange_key(f, KEY_FRESHNESS);
    publisher_root(f->p, 2, NULL);
    tree_publish(f, 12, next);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", next);
}

/* A cache that knows nothing; `*fingerprint` (transfer full) is the first root's. */
static void begin_empty(Fixture *f, char **fingerprint)
{
    g_autofree char *folder = g_build_filename(f->top, "other-cache", NULL);
    *fingerprint = g_strdup(bt_trust_fingerprint(f->sync->trust));
    g_clear_pointer(&f->sync, bt_sync_free);
    bt_cache_close(f->cache);
    f->cache = bt_cache_open(folder, TRUE, NULL);
    g_assert_nonnull(f->cache);
}

/* No file may grow: a disk that takes nothing. */
static void make_disk_refuse(gboolean refuses)
{
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = refuses ? 0 : limit.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* What was accepted counts, and is written down when the disk takes it. */
static void test_first_unwritable(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *fingerprint = NULL;
    begin_empty(f, &fingerprint);
    f->sync = tree_open_sync(f, NULL, fingerprint, &error);
    g_assert_no_error(error);
    make_disk_refuse(TRUE);
    g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    make_disk_refuse(FALSE);
    g_assert_error(error, BT_ERROR, BT_ERROR_IO);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", f->manifest);
    tree_reopen(f, NULL);
    tree_expect(f, BT_SYNC_UNCHANGED);
}

static void test_fingerprint(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *fingerprint = NULL;
    begin_empty(f, &fingerprint);

    f->sync = tree_open_sync(f, NULL, NULL, &error);
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND); /* no root from anywhere */
    g_clear_error(&error);
    f->sync = tree_open_sync(f, NULL, f->film, &error);
    g_assert_no_error(error);
    g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
    g_clear_error(&error);
    bt_sync_free(f->sync);
    f->sync = tree_open_sync(f, NULL, fingerprint, &error);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", f->manifest);
    tree_reopen(f, NULL);
    tree_expect(f, BT_SYNC_UNCHANGED);
}

int main(int argc, char **argv)
{
    static const TreeCase cases[] = {
        { "stale", test_stale },
        { "floors-survive", test_floors_survive },
        { "broken-floor", test_broken_floor },
        { "unreadable-now", test_unreadable_now },
        { "next-root", test_next_root },
        { "root-by-now", test_root_by_now },
        { "root-not-by-the-last", test_root_not_by_the_last },
        { "fast-forward", test_fast_forward },
        { "fingerprint", test_fingerprint },
        { "first-unwritable", test_first_unwritable },
    };
    g_test_init(&argc, &argv, NULL);
    tree_add_cases("sync-roots", cases, G_N_ELEMENTS(cases));
    return g_test_run();
}
