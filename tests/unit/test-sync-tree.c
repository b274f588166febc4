/* Sync from a folder: what a good source brings, and that nothing a bad one sends takes away what
 * is ready. */
#include "base/error.h"
#include "base/io.h"
#include "playlists/sync/private.h"
#include "tests/unit/publisher.h"

#include <glib/gstdio.h>
#include <string.h>

#define T0 PUBLISHER_T0_MS
#define NOW (T0 + BT_HOUR_MS)

typedef struct {
    char *top, *cache_path, *root_path, *base;
    Publisher *p;
    BtCache *cache;
    BtSync *sync;
    GPtrArray *events; /* of char*, "type reason what" */
    char film[BT_HASH_HEX_SIZE], picture[BT_HASH_HEX_SIZE], image[BT_HASH_HEX_SIZE];
    char manifest[BT_HASH_HEX_SIZE]; /* the good one that is ready */
} Fixture;

static void on_event(const BtSyncEvent *event, gpointer user)
{
    Fixture *f = user;
    g_test_message("%s %s %s: %s", event->type, event->reason, event->what, event->message);
    g_ptr_array_add(
        f->events, g_strdup_printf("%s %s %s", event->type, event->reason, event->what));
}

static BtSync *open_sync(Fixture *f, const char *root_path, const char *fingerprint, GError **error)
{
    BtSyncSource source = { .name = "krongpa",
        .base = f->base,
        .source_id = "krongpa",
        .screen = PUBLISHER_SCREEN,
        .root_path = root_path,
        .root_fingerprint = fingerprint };
    return bt_sync_new(&source, f->cache, NULL, on_event, f, error);
}

static void reopen(Fixture *f, const char *root_path)
{
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&f->sync, bt_sync_free);
    f->sync = open_sync(f, root_path, NULL, &error);
    g_assert_no_error(error);
}

#define FILM_BYTES (3 * 1024 * 1024 + 17)

static ManifestDraft draft_of(Fixture *f, gint64 version)
{
    return (ManifestDraft){ .version = version,
        .assets = { { "video", f->film, FILM_BYTES }, { "image", f->image, 5 },
            { "picture", f->picture, 7 } } };
}

static void publish(Fixture *f, gint64 version, char sha256[BT_HASH_HEX_SIZE])
{
    ManifestDraft draft = draft_of(f, version);
    publisher_manifest(f->p, "manifest", KEY_PUBLISH, &draft, sha256);
    NowDraft now = { .version = version, .manifest = sha256 };
    publisher_now(f->p, KEY_FRESHNESS, &now);
}

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    f->top = g_dir_make_tmp("bt-sync-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *tree = g_build_filename(f->top, "tree", NULL);
    f->base = g_strconcat("file://", tree, "/", NULL);
    f->root_path = g_build_filename(tree, "v1/root/1.json", NULL);
    f->cache_path = g_build_filename(f->top, "cache", NULL);
    f->p = publisher_new(tree);
    f->events = g_ptr_array_new_with_free_func(g_free);
    publisher_root(f->p, 1, NULL);
    g_autofree char *film = g_malloc(FILM_BYTES);
    for (guint i = 0; i < FILM_BYTES; i++)
        film[i] = (char)(i * 31 + i / 4093);
    publisher_asset(f->p, film, FILM_BYTES, f->film);
    publisher_asset(f->p, "image", 5, f->image);
    publisher_asset(f->p, "picture", 7, f->picture);
    publish(f, 10, f->manifest);
    f->cache = bt_cache_open(f->cache_path, TRUE, &error);
    g_assert_no_error(error);
    reopen(f, f->root_path);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir)) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    bt_sync_free(f->sync);
    bt_cache_close(f->cache);
    publisher_free(f->p);
    remove_tree(f->top);
    g_ptr_array_unref(f->events);
    g_free(f->top);
    g_free(f->cache_path);
    g_free(f->root_path);
    g_free(f->base);
}

/* ---- asking ---- */

static BtSyncResult round_at(Fixture *f, gint64 now_ms, GError **error)
{
    g_ptr_array_set_size(f->events, 0);
    return bt_sync_round(f->sync, now_ms, NULL, error);
}

static void expect(Fixture *f, BtSyncResult expected)
{
    g_autoptr(GError) error = NULL;
    BtSyncResult result = round_at(f, NOW, &error);
    g_assert_no_error(error);
    g_assert_cmpint(result, ==, expected);
}

static char *document(Fixture *f, const char *name)
{
    g_autoptr(GBytes) bytes = bt_cache_read_document(f->cache, "krongpa", name, 1 << 20, NULL);
    return bytes ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

static void assert_document(Fixture *f, const char *name, const char *expected)
{
    g_autofree char *text = document(f, name);
    g_assert_cmpstr(text, ==, expected);
}

static gint event_at(Fixture *f, const char *type, const char *reason, const char *what)
{
    g_autofree char *line = g_strdup_printf("%s %s %s", type, reason, what);
    for (guint i = 0; i < f->events->len; i++)
        if (strcmp(g_ptr_array_index(f->events, i), line) == 0)
            return (gint)i;
    return -1;
}

static gboolean has_event_of(Fixture *f, const char *type, const char *reason)
{
    g_autofree char *start = g_strdup_printf("%s %s ", type, reason);
    for (guint i = 0; i < f->events->len; i++)
        if (g_str_has_prefix(g_ptr_array_index(f->events, i), start))
            return TRUE;
    return FALSE;
}

/* ---- good sources ---- */

static void test_first_round(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_null(document(f, "manifest.ready"));
    expect(f, BT_SYNC_NEW);
    assert_document(f, "manifest.ready", f->manifest);
    assert_document(f, "root.first", "1");
    g_assert_true(bt_cache_has(f->cache, f->manifest));
    g_assert_true(bt_cache_has(f->cache, f->film));
    /* What is read comes before what is looked at, whatever the order in the document. */
    gint picture = event_at(f, "fetched", "", f->picture);
    gint image = event_at(f, "fetched", "", f->image), film = event_at(f, "fetched", "", f->film);
    g_assert_cmpint(0, <=, picture);
    g_assert_cmpint(picture, <, image);
    g_assert_cmpint(image, <, film);
    g_autofree char *root = document(f, "root.1.json");
    g_assert_nonnull(root);
    g_assert_cmpuint(bt_sync_bytes(f->sync), ==, 0); /* a folder is no network */
}

static void test_unchanged(Fixture *f, gconstpointer data)
{
    (void)data;
    expect(f, BT_SYNC_NEW);
    expect(f, BT_SYNC_UNCHANGED);
    g_assert_cmpuint(f->events->len, ==, 0);
    reopen(f, NULL); /* the root is in the cache by now */
    expect(f, BT_SYNC_UNCHANGED);
    g_assert_cmpuint(f->events->len, ==, 0);
    assert_document(f, "manifest.ready", f->manifest);
}

static void test_new_version(Fixture *f, gconstpointer data)
{
    (void)data;
    char next[BT_HASH_HEX_SIZE];
    expect(f, BT_SYNC_NEW);
    publish(f, 11, next);
    expect(f, BT_SYNC_NEW);
    assert_document(f, "manifest.ready", next);
    assert_document(f, "manifest.before", f->manifest);
    g_assert_cmpint(event_at(f, "fetched", "", f->film), ==, -1); /* never twice */

    g_autoptr(GHashTable) keep = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bt_sync_add_needed(f->sync, keep);
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
    expect(f, BT_SYNC_NEW);
    g_assert_cmpint(bt_cache_evict(f->cache, nothing, 0, &error), ==, 4);
    expect(f, BT_SYNC_UNCHANGED);
    g_assert_true(bt_cache_has(f->cache, f->film));
    g_assert_true(bt_cache_has(f->cache, f->manifest));
}

static void test_alert(Fixture *f, gconstpointer data)
{
    (void)data;
    char siren[BT_HASH_HEX_SIZE], alert[BT_HASH_HEX_SIZE], next[BT_HASH_HEX_SIZE];
    expect(f, BT_SYNC_NEW);
    publisher_asset(f->p, "siren", 5, siren);
    ManifestDraft draft = { .version = 1, .cls = "emergency", .assets = { { "image", siren, 5 } } };
    publisher_manifest(f->p, "alert", KEY_EMERGENCY, &draft, alert);
    publish(f, 11, next);
    NowDraft now = { .version = 12, .manifest = next, .alert = alert };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    expect(f, BT_SYNC_NEW);
    assert_document(f, "alert.ready", alert);
    g_assert_cmpint(event_at(f, "fetched", "", alert), ==, 0);
    g_assert_cmpint(event_at(f, "fetched", "", siren), ==, 1);
    g_assert_cmpint(event_at(f, "fetched", "", next), ==, 2);

    now = (NowDraft){ .version = 13, .manifest = next };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    expect(f, BT_SYNC_NEW);
    assert_document(f, "alert.ready", "");
}

/* An alert is ready though the manifest beside it is broken, and the caller hears of both. */
static void test_alert_beside_a_bad_manifest(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    char alert[BT_HASH_HEX_SIZE], bad[BT_HASH_HEX_SIZE];
    expect(f, BT_SYNC_NEW);
    ManifestDraft draft = { .version = 1, .cls = "emergency" };
    publisher_manifest(f->p, "alert", KEY_EMERGENCY, &draft, alert);
    draft = (ManifestDraft){ .version = 11 };
    publisher_manifest(f->p, "manifest", KEY_STRANGER, &draft, bad);
    NowDraft now = { .version = 12, .manifest = bad, .alert = alert };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    expect(f, BT_SYNC_NEW);
    assert_document(f, "alert.ready", alert);
    assert_document(f, "manifest.ready", f->manifest);
    g_assert_cmpint(round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_UNKNOWN_KEY);
}

static void test_denied(Fixture *f, gconstpointer data)
{
    (void)data;
    char next[BT_HASH_HEX_SIZE];
    ManifestDraft draft = draft_of(f, 11);
    publisher_manifest(f->p, "manifest", KEY_PUBLISH, &draft, next);
    NowDraft now = { .version = 11, .manifest = next, .deny = f->film };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    expect(f, BT_SYNC_NEW);
    assert_document(f, "manifest.ready", next); /* ready without what may not be shown */
    g_assert_false(bt_cache_has(f->cache, f->film));

    now = (NowDraft){ .version = 12, .manifest = f->manifest, .deny = f->manifest };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    expect(f, BT_SYNC_NEW); /* the denial itself is news */
    assert_document(f, "manifest.ready", next);
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
    expect(f, BT_SYNC_NEW); /* now.json is new */
    while (bt_sync_is_unfinished(f->sync)) {
        g_assert_null(document(f, "manifest.ready"));
        if (rounds == 10) {
            ManifestDraft draft = { .version = 1, .cls = "emergency" };
            publisher_manifest(f->p, "alert", KEY_EMERGENCY, &draft, alert);
            NowDraft now = { .version = 11, .manifest = f->manifest, .alert = alert };
            publisher_now(f->p, KEY_FRESHNESS, &now);
        }
        round_at(f, NOW, &error);
        g_assert_no_error(error);
        if (rounds == 10)
            assert_document(f, "alert.ready", alert);
        g_assert_cmpuint(rounds++, <, 100);
    }
    g_assert_true(has_event_of(f, "resumed", ""));
    g_assert_cmpuint(rounds, >, 40); /* of 64 KB each */
    assert_document(f, "manifest.ready", f->manifest);
}

static void test_cancelled(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    volatile gint cancelled = 1;
    g_assert_cmpint(bt_sync_round(f->sync, NOW, &cancelled, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_TIMEOUT);
    expect(f, BT_SYNC_NEW);
}

/* ---- bad sources: each case spoils one thing after a good round ---- */

static void write_now_of(Fixture *f, const char *manifest)
{
    NowDraft now = { .version = 11, .manifest = manifest };
    publisher_now(f->p, KEY_FRESHNESS, &now);
}

static void now_signature(Fixture *f)
{
    /* The envelope of one payload around another one. */
    NowDraft now = { .version = 11, .manifest = f->manifest };
    NowDraft other = { .version = 12, .manifest = f->manifest };
    g_autoptr(GBytes) a = publisher_seal_now(f->p, KEY_FRESHNESS, &now);
    g_autoptr(GBytes) b = publisher_seal_now(f->p, KEY_FRESHNESS, &other);
    g_autofree char *text = g_strndup(g_bytes_get_data(a, NULL), g_bytes_get_size(a));
    g_autofree char *second = g_strndup(g_bytes_get_data(b, NULL), g_bytes_get_size(b));
    char *signatures = strstr(text, "\"signatures\"");
    char *others = strstr(second, "\"signatures\"");
    g_assert_true(signatures && others);
    *signatures = '\0';
    g_autofree char *mixed = g_strconcat(text, others, NULL);
    g_autoptr(GBytes) bytes = g_bytes_new(mixed, strlen(mixed));
    publisher_write_now(f->p, bytes);
}

static void now_unknown_key(Fixture *f)
{
    NowDraft now = { .version = 11, .manifest = f->manifest };
    publisher_now(f->p, KEY_STRANGER, &now);
}

static void now_older(Fixture *f)
{
    NowDraft now = { .version = 9, .manifest = f->manifest };
    publisher_now(f->p, KEY_FRESHNESS, &now);
}

static void now_same_version(Fixture *f)
{
    NowDraft now = { .version = 10 };
    publisher_now(f->p, KEY_FRESHNESS, &now);
}

static void now_expired(Fixture *f)
{
    NowDraft now = { .version = 11, .manifest = f->manifest, .expires_ms = T0 + BT_MINUTE_MS };
    publisher_now(f->p, KEY_FRESHNESS, &now);
}

static void now_other_screen(Fixture *f)
{
    NowDraft now = { .version = 11, .manifest = f->manifest, .screen = "kp-phutuc-02" };
    publisher_now(f->p, KEY_FRESHNESS, &now);
}

static void now_truncated(Fixture *f)
{
    NowDraft now = { .version = 11, .manifest = f->manifest };
    g_autoptr(GBytes) whole = publisher_seal_now(f->p, KEY_FRESHNESS, &now);
    g_autoptr(GBytes) half = g_bytes_new_from_bytes(whole, 0, g_bytes_get_size(whole) / 2);
    publisher_write_now(f->p, half);
}

static void now_portal(Fixture *f)
{
    g_autoptr(GBytes) page = g_bytes_new_static("<html>Đăng nhập</html>", 24);
    publisher_write_now(f->p, page);
}

static void now_too_large(Fixture *f)
{
    gsize size = BT_ENVELOPE_MAX_BYTES(BT_NOW_MAX_BYTES) + 1;
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_strnfill(size, ' '), size);
    publisher_write_now(f->p, bytes);
}

static void now_missing(Fixture *f)
{
    g_autofree char *path =
        g_build_filename(f->p->folder, "v1/screens/" PUBLISHER_SCREEN "/now.json", NULL);
    g_assert_cmpint(g_unlink(path), ==, 0);
}

static void publish_draft(Fixture *f, const char *role, KeyRole signer, ManifestDraft draft)
{
    char sha256[BT_HASH_HEX_SIZE];
    publisher_manifest(f->p, role, signer, &draft, sha256);
    write_now_of(f, sha256);
}

static void manifest_unknown_key(Fixture *f)
{
    publish_draft(f, "manifest", KEY_STRANGER, (ManifestDraft){ .version = 11 });
}

static void manifest_of_the_server(Fixture *f)
{
    publish_draft(f, "manifest", KEY_FRESHNESS, (ManifestDraft){ .version = 11 });
}

static void manifest_older(Fixture *f)
{
    publish_draft(f, "manifest", KEY_PUBLISH, (ManifestDraft){ .version = 9 });
}

static void manifest_same_version(Fixture *f)
{
    publish_draft(f, "manifest", KEY_PUBLISH, (ManifestDraft){ .version = 10 });
}

static void manifest_expired(Fixture *f)
{
    publish_draft(f, "manifest", KEY_PUBLISH,
        (ManifestDraft){ .version = 11, .expires_ms = T0 + BT_MINUTE_MS });
}

static void manifest_other_screen(Fixture *f)
{
    publish_draft(
        f, "manifest", KEY_PUBLISH, (ManifestDraft){ .version = 11, .screen = "kp-phutuc-02" });
}

static void manifest_of_another_role(Fixture *f)
{
    publish_draft(f, "alert", KEY_PUBLISH, (ManifestDraft){ .version = 11 });
}

static void manifest_emergency(Fixture *f)
{
    publish_draft(f, "manifest", KEY_PUBLISH, (ManifestDraft){ .version = 11, .cls = "emergency" });
}

static GBytes *good_envelope(Fixture *f, gint64 version)
{
    ManifestDraft draft = draft_of(f, version);
    g_autofree char *payload = publisher_manifest_payload(&draft);
    g_autoptr(GBytes) bytes = g_bytes_new(payload, strlen(payload));
    return bt_envelope_seal("manifest", bytes, &f->p->keys[KEY_PUBLISH], 1);
}

static void manifest_truncated(Fixture *f)
{
    char sha256[BT_HASH_HEX_SIZE];
    g_autoptr(GBytes) whole = good_envelope(f, 11);
    g_autoptr(GBytes) half = g_bytes_new_from_bytes(whole, 0, g_bytes_get_size(whole) / 2);
    publisher_envelope(f->p, half, sha256);
    write_now_of(f, sha256);
}

static void manifest_other_bytes(Fixture *f)
{
    char sha256[BT_HASH_HEX_SIZE];
    g_autoptr(GBytes) envelope = good_envelope(f, 11);
    publisher_envelope(f->p, envelope, sha256);
    g_autoptr(GBytes) other = good_envelope(f, 12);
    g_autofree char *path = g_strconcat("v1/manifests/", sha256, NULL);
    publisher_write(f->p, path, g_bytes_get_data(other, NULL), g_bytes_get_size(other));
    write_now_of(f, sha256);
}

static void manifest_missing(Fixture *f)
{
    write_now_of(f, f->film); /* a hash under which there is no manifest */
}

static void alert_by_a_publisher(Fixture *f)
{
    char alert[BT_HASH_HEX_SIZE];
    ManifestDraft draft = { .version = 1, .cls = "emergency" };
    publisher_manifest(f->p, "alert", KEY_PUBLISH, &draft, alert);
    NowDraft now = { .version = 11, .manifest = f->manifest, .alert = alert };
    publisher_now(f->p, KEY_FRESHNESS, &now);
}

/* A new asset, with other bytes under its name. */
static void publish_asset_as(Fixture *f, const char *bytes)
{
    char sha256[BT_HASH_HEX_SIZE];
    publisher_asset(f->p, "right", 5, sha256);
    g_autofree char *path = g_strconcat("v1/assets/", sha256, NULL);
    if (bytes)
        publisher_write(f->p, path, bytes, strlen(bytes));
    else {
        g_autofree char *whole = g_build_filename(f->p->folder, path, NULL);
        g_assert_cmpint(g_unlink(whole), ==, 0);
    }
    ManifestDraft draft = { .version = 11, .assets = { { "image", sha256, 5 } } };
    publish_draft(f, "manifest", KEY_PUBLISH, draft);
}

static void asset_other_bytes(Fixture *f)
{
    publish_asset_as(f, "wrong");
}

static void asset_longer(Fixture *f)
{
    publish_asset_as(f, "rightly");
}

static void asset_missing(Fixture *f)
{
    publish_asset_as(f, NULL);
}

static const struct {
    const char *name;
    void (*spoil)(Fixture *);
    BtError reason;
    gboolean now_is_good; /* what is bad lies below a good now.json */
} refusals[] = {
    { "now-signature", now_signature, BT_ERROR_SIGNATURE, FALSE },
    { "now-unknown-key", now_unknown_key, BT_ERROR_UNKNOWN_KEY, FALSE },
    { "now-older", now_older, BT_ERROR_ROLLBACK, FALSE },
    { "now-same-version-other-hash", now_same_version, BT_ERROR_CONFLICT, FALSE },
    { "now-expired", now_expired, BT_ERROR_EXPIRED, FALSE },
    { "now-other-screen", now_other_screen, BT_ERROR_WRONG_SCREEN, FALSE },
    { "now-truncated", now_truncated, BT_ERROR_SYNTAX, FALSE },
    { "now-portal", now_portal, BT_ERROR_SYNTAX, FALSE },
    { "now-too-large", now_too_large, BT_ERROR_LIMIT, FALSE },
    { "now-missing", now_missing, BT_ERROR_NOT_FOUND, FALSE },
    { "manifest-unknown-key", manifest_unknown_key, BT_ERROR_UNKNOWN_KEY, TRUE },
    { "manifest-of-the-server", manifest_of_the_server, BT_ERROR_UNKNOWN_KEY, TRUE },
    { "manifest-older", manifest_older, BT_ERROR_ROLLBACK, TRUE },
    { "manifest-same-version-other-hash", manifest_same_version, BT_ERROR_CONFLICT, TRUE },
    { "manifest-expired", manifest_expired, BT_ERROR_EXPIRED, TRUE },
    { "manifest-other-screen", manifest_other_screen, BT_ERROR_WRONG_SCREEN, TRUE },
    { "manifest-of-another-role", manifest_of_another_role, BT_ERROR_INVALID, TRUE },
    { "manifest-emergency", manifest_emergency, BT_ERROR_CEILING, TRUE },
    { "manifest-truncated", manifest_truncated, BT_ERROR_SYNTAX, TRUE },
    { "manifest-other-bytes", manifest_other_bytes, BT_ERROR_MISMATCH, TRUE },
    { "manifest-missing", manifest_missing, BT_ERROR_NOT_FOUND, TRUE },
    { "alert-by-a-publisher", alert_by_a_publisher, BT_ERROR_UNKNOWN_KEY, TRUE },
    { "asset-other-bytes", asset_other_bytes, BT_ERROR_MISMATCH, TRUE },
    { "asset-longer", asset_longer, BT_ERROR_MISMATCH, TRUE },
    { "asset-missing", asset_missing, BT_ERROR_NOT_FOUND, TRUE },
};

static void test_refused(Fixture *f, gconstpointer data)
{
    guint index = GPOINTER_TO_UINT(data);
    g_autoptr(GError) error = NULL;
    expect(f, BT_SYNC_NEW);
    g_autofree char *now_before = document(f, "now.json");
    refusals[index].spoil(f);
    if (refusals[index].now_is_good)
        expect(f, BT_SYNC_NEW);
    g_assert_cmpint(round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, (gint)refusals[index].reason);
    const char *type = refusals[index].reason == BT_ERROR_NOT_FOUND ? "skipped" : "refused";
    g_assert_true(has_event_of(f, type, bt_error_reason(error)));

    /* Once more it is not even asked for, where asking costs, and the reason stays. */
    g_clear_error(&error);
    g_assert_cmpint(round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, (gint)refusals[index].reason);
    gboolean silent = refusals[index].now_is_good && refusals[index].reason != BT_ERROR_NOT_FOUND;
    g_assert_cmpint(f->events->len == 0, ==, silent);

    assert_document(f, "manifest.ready", f->manifest);
    const char *held[] = { f->manifest, f->film, f->image, f->picture };
    for (guint i = 0; i < G_N_ELEMENTS(held); i++)
        g_assert_true(bt_cache_check_object(f->cache, held[i], NULL));
    g_autofree char *now_after = document(f, "now.json");
    g_assert_cmpint(strcmp(now_before, now_after) == 0, ==, !refusals[index].now_is_good);

    char next[BT_HASH_HEX_SIZE];
    publish(f, 20, next); /* and what is good again is taken again */
    expect(f, BT_SYNC_NEW);
    assert_document(f, "manifest.ready", next);
}

/* ---- wrong bytes are not fetched for ever ---- */

static void test_misses_wait(Fixture *f, gconstpointer data)
{
    (void)data;
    expect(f, BT_SYNC_NEW);
    asset_other_bytes(f);
    expect(f, BT_SYNC_NEW);
    for (int i = 0; i < 3; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
        g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
        g_assert_cmpint(has_event_of(f, "refused", "mismatch"), ==, i == 0); /* the second try */
    }
}

/* ---- freshness, floors and roots ---- */

static void test_stale(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    expect(f, BT_SYNC_NEW);
    g_assert_cmpint(round_at(f, T0 + 2 * BT_DAY_MS, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_EXPIRED); /* the source is frozen */
    assert_document(f, "manifest.ready", f->manifest);
}

static void test_floors_survive(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    expect(f, BT_SYNC_NEW);
    now_older(f);
    reopen(f, f->root_path);
    g_assert_cmpint(round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_ROLLBACK);
}

static void test_broken_floor(Fixture *f, gconstpointer data)
{
    (void)data;
    expect(f, BT_SYNC_NEW);
    g_autoptr(GBytes) noise = g_bytes_new_static("\0\0\0\0", 4);
    g_assert_true(bt_cache_write_document(f->cache, "krongpa", "floor.json", noise, NULL));
    reopen(f, f->root_path);
    g_assert_cmpint(event_at(f, "refused", "syntax", "floor.json"), >=, 0);
    expect(f, BT_SYNC_UNCHANGED);
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
    expect(f, BT_SYNC_NEW);
    exchange_key(f, KEY_FRESHNESS);
    publisher_root(f->p, 2, NULL);
    publish(f, 11, next); /* signed by a key that only root 2 knows */
    expect(f, BT_SYNC_NEW);
    assert_document(f, "manifest.ready", next);
    g_autofree char *root = document(f, "root.2.json");
    g_assert_nonnull(root);
    reopen(f, NULL);
    g_assert_cmpint(bt_trust_root(f->sync->trust)->version, ==, 2);
    reopen(f, f->root_path);
    g_assert_cmpint(bt_trust_root(f->sync->trust)->version, ==, 2);
    expect(f, BT_SYNC_UNCHANGED);
}

/* now.json, still under the old key, says that there is a newer root, which puts out its key. */
static void test_root_by_now(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    expect(f, BT_SYNC_NEW);
    NowDraft now = { .version = 11, .manifest = f->manifest, .root = 2 };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    exchange_key(f, KEY_FRESHNESS);
    publisher_root(f->p, 2, NULL);
    expect(f, BT_SYNC_NEW); /* the root */
    g_assert_cmpint(event_at(f, "fetched", "", "root.2.json"), >=, 0);
    g_assert_true(has_event_of(f, "refused", "unknown-key"));
    g_assert_cmpint(round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_UNKNOWN_KEY);
    char next[BT_HASH_HEX_SIZE];
    publish(f, 12, next);
    expect(f, BT_SYNC_NEW);
    assert_document(f, "manifest.ready", next);
}

static void test_root_not_by_the_last(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    expect(f, BT_SYNC_NEW);
    exchange_key(f, KEY_ROOT);
    exchange_key(f, KEY_FRESHNESS);
    publisher_root(f->p, 2, NULL); /* a root of somebody's own */
    char next[BT_HASH_HEX_SIZE];
    publish(f, 11, next);
    g_assert_cmpint(round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_cmpint(bt_trust_root(f->sync->trust)->version, ==, 1);
    g_assert_null(document(f, "root.2.json"));
    assert_document(f, "manifest.ready", f->manifest);
}

/* A thief of the freshness key ran the version up to the end; the root that puts the key out lets
 * the numbers begin again. */
static void test_fast_forward(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    expect(f, BT_SYNC_NEW);
    NowDraft now = { .version = (G_GINT64_CONSTANT(1) << 53) - 1, .manifest = f->manifest };
    publisher_now(f->p, KEY_FRESHNESS, &now);
    expect(f, BT_SYNC_NEW);
    char next[BT_HASH_HEX_SIZE];
    publish(f, 11, next);
    g_assert_cmpint(round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_ROLLBACK);
    exchange_key(f, KEY_FRESHNESS);
    publisher_root(f->p, 2, NULL);
    publish(f, 12, next);
    expect(f, BT_SYNC_NEW);
    assert_document(f, "manifest.ready", next);
}

static void test_fingerprint(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *fingerprint = g_strdup(bt_trust_fingerprint(f->sync->trust));
    g_autofree char *folder = g_build_filename(f->top, "other-cache", NULL);
    g_clear_pointer(&f->sync, bt_sync_free);
    bt_cache_close(f->cache);
    f->cache = bt_cache_open(folder, TRUE, &error);

    f->sync = open_sync(f, NULL, NULL, &error);
    g_assert_error(error, BT_ERROR, BT_ERROR_NOT_FOUND); /* no root from anywhere */
    g_clear_error(&error);
    f->sync = open_sync(f, NULL, f->film, &error);
    g_assert_no_error(error);
    g_assert_cmpint(round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
    g_clear_error(&error);
    bt_sync_free(f->sync);
    f->sync = open_sync(f, NULL, fingerprint, &error);
    expect(f, BT_SYNC_NEW);
    assert_document(f, "manifest.ready", f->manifest);
    reopen(f, NULL);
    expect(f, BT_SYNC_UNCHANGED);
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
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } cases[] = {
        { "first-round", test_first_round },
        { "unchanged", test_unchanged },
        { "new-version", test_new_version },
        { "repairs", test_repairs },
        { "alert", test_alert },
        { "alert-beside-a-bad-manifest", test_alert_beside_a_bad_manifest },
        { "denied", test_denied },
        { "slices", test_slices },
        { "cancelled", test_cancelled },
        { "misses-wait", test_misses_wait },
        { "stale", test_stale },
        { "floors-survive", test_floors_survive },
        { "broken-floor", test_broken_floor },
        { "next-root", test_next_root },
        { "root-by-now", test_root_by_now },
        { "root-not-by-the-last", test_root_not_by_the_last },
        { "fast-forward", test_fast_forward },
        { "fingerprint", test_fingerprint },
        { "bad-addresses", test_bad_addresses },
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/sync-tree/", cases[i].name, NULL);
        g_test_add(path, Fixture, NULL, set_up, cases[i].run, tear_down);
    }
    for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autofree char *path = g_strconcat("/sync-tree/refused/", refusals[i].name, NULL);
        g_test_add(path, Fixture, GUINT_TO_POINTER(i), set_up, test_refused, tear_down);
    }
    return g_test_run();
}
