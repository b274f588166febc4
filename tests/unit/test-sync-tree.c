/* Sync from a folder: what a good source brings. */
#include "tests/unit/sync-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- a disk that fails: the calls of the libraries come here ---- */

#define FOLDERS_OF_A_ROUND 12 /* more than are synced in one */

static int folder_that_fails; /* 1: the next cannot be synced, after a file was put into it */

static gboolean is_folder(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
}

int fsync(int fd)
{
    if (folder_that_fails > 0 && is_folder(fd) && --folder_that_fails == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

/* ---- good sources ---- */

static void test_first_round(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_null(tree_document(f, "manifest.ready"));
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", f->manifest);
    tree_assert_document(f, "root.first", "1");
    g_assert_true(bt_cache_has(f->cache, f->manifest));
    g_assert_true(bt_cache_has(f->cache, f->film));
    /* What is read comes before what is looked at, whatever the order in the document. */
    gint picture = tree_event_at(f, "fetched", "", f->picture);
    gint image = tree_event_at(f, "fetched", "", f->image),
         film = tree_event_at(f, "fetched", "", f->film);
    g_assert_cmpint(0, <=, picture);
    g_assert_cmpint(picture, <, image);
    g_assert_cmpint(image, <, film);
    g_autofree char *root = tree_document(f, "root.1.json");
    g_assert_nonnull(root);
    g_assert_cmpuint(bt_sync_bytes(f->sync), ==, 0); /* a folder is no network */
}

static void test_unchanged(Fixture *f, gconstpointer data)
{
    (void)data;
    tree_expect(f, BT_SYNC_NEW);
    tree_expect(f, BT_SYNC_UNCHANGED);
    g_assert_cmpuint(f->events->len, ==, 0);
    tree_reopen(f, NULL); /* the root is in the cache by now */
    tree_expect(f, BT_SYNC_UNCHANGED);
    g_assert_cmpuint(f->events->len, ==, 0);
    tree_assert_document(f, "manifest.ready", f->manifest);
}

static void test_new_version(Fixture *f, gconstpointer data)
{
    (void)data;
    char next[BT_HASH_HEX_SIZE];
    tree_expect(f, BT_SYNC_NEW);
    tree_publish(f, 11, next);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", next);
    tree_assert_document(f, "manifest.before", f->manifest);
    g_assert_cmpint(tree_event_at(f, "fetched", "", f->film), ==, -1); /* never twice */

    g_autoptr(GHashTable) keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_assert_true(bt_sync_add_needed(f->sync, keep));
    const char *needed[] = { next, f->manifest, f->film, f->image, f->picture };
    for (guint i = 0; i < G_N_ELEMENTS(needed); i++)
        g_assert_true(g_hash_table_contains(keep, needed[i]));
    g_assert_cmpuint(g_hash_table_size(keep), ==, G_N_ELEMENTS(needed));
}

static void test_repairs(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) nothing = g_hash_table_new(g_str_hash, g_str_equal);
    tree_expect(f, BT_SYNC_NEW);
    g_assert_cmpint(bt_cache_evict(f->cache, nothing, 0, 0, &error), ==, 4);
    tree_expect(f, BT_SYNC_NEW); /* show may have had to do without the manifest */
    g_assert_true(bt_cache_has(f->cache, f->film));
    g_assert_true(bt_cache_has(f->cache, f->manifest));
    tree_expect(f, BT_SYNC_UNCHANGED);
}

/* ---- a disk that rots ---- */

static void rot(Fixture *f, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new_static("rotten", 6);
    g_assert_true(bt_cache_write_document(f->cache, "krongpa", name, bytes, &error));
}

static void test_mends(Fixture *f, gconstpointer data)
{
    static const char *const names[] = { "root.1.json", "now.json", "manifest.ready" };
    (void)data;
    tree_expect(f, BT_SYNC_NEW);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *before = tree_document(f, names[i]);
        rot(f, names[i]);
        tree_expect(f, BT_SYNC_NEW);
        g_assert_cmpint(tree_event_at(f, "mended", "", names[i]), >=, 0);
        tree_assert_document(f, names[i], before);
    }
    tree_expect(f, BT_SYNC_UNCHANGED);
}

enum { NOW_JSON, MANIFEST_READY, ALERT_READY, N_READ_BY_SHOW };

static void read_all(Fixture *f, char *found[N_READ_BY_SHOW])
{
    static const char *const names[] = { "now.json", "manifest.ready", "alert.ready" };
    for (int i = 0; i < N_READ_BY_SHOW; i++) {
        g_free(found[i]);
        found[i] = tree_document(f, names[i]);
    }
}

/* Also not for the moment between the mending of the next round and what it hears. */
static void assert_not_taken_back(Fixture *f, char *const *before, char *const *then)
{
    char *mended[N_READ_BY_SHOW] = { NULL };
    BtRound round = { .sync = f->sync };
    bt_state_mend(&round);
    read_all(f, mended);
    for (int i = 0; i < N_READ_BY_SHOW; i++) {
        g_assert_true(g_strcmp0(then[i], before[i]) == 0 || g_strcmp0(then[i], mended[i]) == 0);
        g_free(mended[i]);
    }
}

/* A round in which the `nth` folder cannot be synced, then one without a failure. What the first
 * put in its place, though it failed then, stays there, and show is told of it. */
static void fail_once(Fixture *f, int nth, char *found[N_READ_BY_SHOW])
{
    g_autoptr(GError) failure = NULL;
    char *then[N_READ_BY_SHOW] = { NULL }, *at_last[N_READ_BY_SHOW] = { NULL };
    gboolean replaced = FALSE;
    folder_that_fails = nth;
    BtSyncResult result = tree_round_at(f, NOW, &failure);
    folder_that_fails = 0;
    read_all(f, then);
    assert_not_taken_back(f, found, then);
    g_assert_cmpint(tree_round_at(f, NOW, NULL), !=, BT_SYNC_FAILED);
    read_all(f, at_last);
    for (int i = 0; i < N_READ_BY_SHOW; i++) {
        gboolean is_new = g_strcmp0(then[i], found[i]) != 0;
        g_assert_true(!is_new || g_strcmp0(then[i], at_last[i]) == 0);
        replaced = replaced || is_new;
        g_free(then[i]);
        g_free(found[i]);
        found[i] = at_last[i];
    }
    g_assert_true(!replaced || result == BT_SYNC_NEW);
}

static void test_failed_but_there(Fixture *f, gconstpointer data)
{
    (void)data;
    char siren[BT_HASH_HEX_SIZE], alert[BT_HASH_HEX_SIZE], next[BT_HASH_HEX_SIZE];
    char *found[N_READ_BY_SHOW] = { NULL };
    tree_expect(f, BT_SYNC_NEW);
    read_all(f, found);
    publisher_asset(f->p, "siren", 5, siren);
    ManifestDraft draft = { .version = 1, .cls = "emergency", .assets = { { "image", siren, 5 } } };
    publisher_manifest(f->p, "alert", KEY_EMERGENCY, &draft, alert);
    for (int version = 11; version < 11 + 2 * FOLDERS_OF_A_ROUND; version++) {
        gboolean alerts = version % 2 == 1;
        g_test_message("version %d", version);
        tree_publish(f, version, next);
        NowDraft now = { .version = version, .manifest = next, .alert = alerts ? alert : NULL };
        publisher_now(f->p, KEY_FRESHNESS, &now);
        fail_once(f, (version - 9) / 2, found);
        g_assert_cmpstr(found[MANIFEST_READY], ==, next);
        g_assert_cmpstr(found[ALERT_READY], ==, alerts ? alert : "");
    }
    for (int i = 0; i < N_READ_BY_SHOW; i++)
        g_free(found[i]);
}

/* Found at the start, where only the fingerprint of the first root is known. */
static void test_first_root_rotted(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    tree_expect(f, BT_SYNC_NEW);
    g_autofree char *before = tree_document(f, "root.1.json");
    g_autofree char *fingerprint = g_strdup(bt_trust_fingerprint(f->sync->trust));
    rot(f, "root.1.json");
    g_clear_pointer(&f->sync, bt_sync_free);
    f->sync = tree_open_sync(f, NULL, fingerprint, &error);
    g_assert_no_error(error);
    g_assert_true(tree_has_event_of(f, "refused", "syntax"));
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "root.1.json", before);
}

static char *object_path(Fixture *f, const char *sha256)
{
    return g_strdup_printf("%s/objects/%.2s/%s", f->cache_path, sha256, sha256);
}

static void put_folder(const char *path)
{
    g_autofree char *inside = g_build_filename(path, "inside", NULL);
    g_assert_cmpint(g_remove(path), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(inside, 0700), ==, 0);
}

static void test_folder_for_an_object(Fixture *f, gconstpointer data)
{
    (void)data;
    tree_expect(f, BT_SYNC_NEW);
    g_autofree char *path = object_path(f, f->image);
    put_folder(path);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*is no file: it is removed");
    tree_expect(f, BT_SYNC_UNCHANGED);
    g_test_assert_expected_messages();
    g_assert_true(bt_cache_has(f->cache, f->image));
}

/* What a manifest needs that cannot be read just now is not known, so nothing may go. */
static void test_needed_is_not_known(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GHashTable) keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    tree_expect(f, BT_SYNC_NEW);
    g_assert_true(bt_sync_add_needed(f->sync, keep));
    g_autofree char *path = object_path(f, f->manifest);
    put_folder(path);
    g_assert_false(bt_sync_add_needed(f->sync, keep));
}

static void test_missing_bytes(Fixture *f, gconstpointer data)
{
    (void)data;
    tree_expect(f, BT_SYNC_NEW);
    g_assert_cmpuint(bt_sync_missing_bytes(f->sync), ==, 0);
    g_autofree char *path = object_path(f, f->film);
    g_assert_cmpint(g_remove(path), ==, 0);
    g_assert_cmpuint(bt_sync_missing_bytes(f->sync), ==, FILM_BYTES);
}

static void test_alert(Fixture *f, gconstpointer data)
{
    (void)data;
    char siren[BT_HASH_HEX_SIZE], alert[BT_HASH_HEX_SIZE], next[BT_HASH_HEX_SIZE];
    tree_expect(f, BT_SYNC_NEW);
    publisher_asset(f->p, "siren", 5, siren);
    ManifestDraft draft = { .version = 1, .cls = "emergency", .assets = { { "image", siren, 5 } } };
    publisher_manifest(f->p, "alert", KEY_EMERGENCY, &draft, alert);
    tree_publish(f, 11, next);
    NowDraft now = { .version = 12, .manifest = next, .alert = alert };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "alert.ready", alert);
    g_assert_cmpint(tree_event_at(f, "fetched", "", alert), ==, 0);
    g_assert_cmpint(tree_event_at(f, "fetched", "", siren), ==, 1);
    g_assert_cmpint(tree_event_at(f, "fetched", "", next), ==, 2);

    now = (NowDraft){ .version = 13, .manifest = next };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "alert.ready", "");
}

/* An alert is ready though the manifest beside it is broken, and the caller hears of both. */
static void test_alert_beside_a_bad_manifest(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    char alert[BT_HASH_HEX_SIZE], bad[BT_HASH_HEX_SIZE];
    tree_expect(f, BT_SYNC_NEW);
    ManifestDraft draft = { .version = 1, .cls = "emergency" };
    publisher_manifest(f->p, "alert", KEY_EMERGENCY, &draft, alert);
    draft = (ManifestDraft){ .version = 11 };
    publisher_manifest(f->p, "manifest", KEY_STRANGER, &draft, bad);
    NowDraft now = { .version = 12, .manifest = bad, .alert = alert };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "alert.ready", alert);
    tree_assert_document(f, "manifest.ready", f->manifest);
    g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_UNKNOWN_KEY);
}

static void test_denied(Fixture *f, gconstpointer data)
{
    (void)data;
    char next[BT_HASH_HEX_SIZE];
    ManifestDraft draft = tree_draft_of(f, 11);
    publisher_manifest(f->p, "manifest", KEY_PUBLISH, &draft, next);
    NowDraft now = { .version = 11, .manifest = next, .deny = f->film };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", next); /* ready without what may not be shown */
    g_assert_false(bt_cache_has(f->cache, f->film));

    now = (NowDraft){ .version = 12, .manifest = f->manifest, .deny = f->manifest };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    tree_expect(f, BT_SYNC_NEW); /* the denial itself is news */
    tree_assert_document(f, "manifest.ready", next);
}

/* A download pauses when its slice is over and goes on in the next round; an alert does not wait
 * for its end. */
static void test_slices(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    char alert[BT_HASH_HEX_SIZE];
    bt_sync_set_patience(f->sync, BT_LOW_SPEED_S, 0, &error);
    g_assert_no_error(error);
    guint rounds = 1;
    tree_expect(f, BT_SYNC_NEW); /* now.json is new */
    while (bt_sync_is_unfinished(f->sync)) {
        g_assert_null(tree_document(f, "manifest.ready"));
        if (rounds == 10) {
            ManifestDraft draft = { .version = 1, .cls = "emergency" };
            publisher_manifest(f->p, "alert", KEY_EMERGENCY, &draft, alert);
            NowDraft now = { .version = 11, .manifest = f->manifest, .alert = alert };
            publisher_now(f->p, KEY_FRESHNESS, &now);
        }
        tree_round_at(f, NOW, &error);
        g_assert_no_error(error);
        if (rounds == 10)
            tree_assert_document(f, "alert.ready", alert);
        g_assert_cmpuint(rounds++, <, 100);
    }
    g_assert_true(tree_has_event_of(f, "resumed", ""));
    g_assert_cmpuint(rounds, >, 40); /* of 64 KB each */
    tree_assert_document(f, "manifest.ready", f->manifest);
}

static void test_cancelled(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    volatile gint cancelled = 1;
    g_assert_cmpint(bt_sync_round(f->sync, NOW, &cancelled, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_TIMEOUT);
    tree_expect(f, BT_SYNC_NEW);
}

/* A stick from who knows where: what is no file of its own is not there, and nothing waits for it.
 */
static void test_links(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *film = g_build_filename(f->p->folder, "v1", "assets", f->film, NULL);
    g_autofree char *elsewhere = g_build_filename(f->top, "elsewhere", NULL);
    g_assert_cmpint(g_rename(film, elsewhere), ==, 0);
    for (int kind = 0; kind < 3; kind++) {
        int rc = kind == 0 ? symlink(elsewhere, film)
            : kind == 1    ? mkfifo(film, 0600)
                           : g_mkdir(film, 0700);
        g_assert_cmpint(rc, ==, 0);
        tree_reopen(f, f->root_path);
        tree_round_at(f, NOW, NULL);
        g_assert_cmpint(tree_event_at(f, "skipped", "not-found", f->film), >=, 0);
        g_assert_false(bt_cache_has(f->cache, f->film));
        g_assert_cmpint(g_remove(film), ==, 0);
    }
    g_assert_cmpint(g_rename(elsewhere, film), ==, 0);
    tree_reopen(f, f->root_path);
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", f->manifest);
}

static void test_bad_addresses(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const bases[] = { "", "krongpa.vn", "ftp://krongpa.vn", "http://krongpa.vn",
        "http://8.8.8.8/x", "https://", "https://user:word@krongpa.vn", "https://krongpa.vn/?x=1",
        "file://elsewhere/path", "https://krongpa.vn/#x" };
    for (guint i = 0; i < G_N_ELEMENTS(bases); i++) {
        g_autoptr(GError) error = NULL;
        BtSyncSource source = { .name = "krongpa",
            .base = bases[i],
            .screen = PUBLISHER_SCREEN,
            .root_path = f->root_path };
        g_assert_null(bt_sync_new(&source, f->cache, NULL, NULL, NULL, &error));
        g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    }
    static const char *const screens[] = { "", ".", "a/b", "../x", "a b" };
    for (guint i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_autoptr(GError) error = NULL;
        BtSyncSource source = {
            .name = "krongpa", .base = f->base, .screen = screens[i], .root_path = f->root_path
        };
        g_assert_null(bt_sync_new(&source, f->cache, NULL, NULL, NULL, &error));
        g_assert_error(error, BT_ERROR, BT_ERROR_INVALID);
    }
}

int main(int argc, char **argv)
{
    static const TreeCase cases[] = {
        { "first-round", test_first_round },
        { "unchanged", test_unchanged },
        { "new-version", test_new_version },
        { "repairs", test_repairs },
        { "mends", test_mends },
        { "failed-but-there", test_failed_but_there },
        { "first-root-rotted", test_first_root_rotted },
        { "folder-for-an-object", test_folder_for_an_object },
        { "needed-is-not-known", test_needed_is_not_known },
        { "missing-bytes", test_missing_bytes },
        { "alert", test_alert },
        { "alert-beside-a-bad-manifest", test_alert_beside_a_bad_manifest },
        { "denied", test_denied },
        { "slices", test_slices },
        { "cancelled", test_cancelled },
        { "links", test_links },
        { "bad-addresses", test_bad_addresses },
    };
    g_test_init(&argc, &argv, NULL);
    tree_add_cases("sync-tree", cases, G_N_ELEMENTS(cases));
    return g_test_run();
}
