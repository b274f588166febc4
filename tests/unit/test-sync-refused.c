/* Sync from a folder: nothing a bad source sends takes away what is ready. */
#include "tests/unit/sync-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

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
    ManifestDraft draft = tree_draft_of(f, version);
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
    { "now-older", tree_now_older, BT_ERROR_ROLLBACK, FALSE },
    { "now-same-version-other-hash", now_same_version, BT_ERROR_CONFLICT, FALSE },
    { "now-expired", now_expired, BT_ERROR_EXPIRED, FALSE },
    { "now-other-screen", now_other_screen, BT_ERROR_WRONG_SCREEN, FALSE },
    { "now-truncated", now_truncated, BT_ERROR_SYNTAX, FALSE },
    { "now-portal", now_portal, BT_ERROR_CAPTIVE, FALSE },
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
    tree_expect(f, BT_SYNC_NEW);
    g_autofree char *now_before = tree_document(f, "now.json");
    refusals[index].spoil(f);
    if (refusals[index].now_is_good)
        tree_expect(f, BT_SYNC_NEW);
    g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, (gint)refusals[index].reason);
    gboolean skipped = refusals[index].reason == BT_ERROR_NOT_FOUND || bt_sync_is_of_the_way(error);
    const char *type = skipped ? "skipped" : "refused";
    g_assert_true(tree_has_event_of(f, type, bt_error_reason(error)));

    /* Once more it is not even asked for, where asking costs, and the reason stays. */
    g_clear_error(&error);
    g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
    g_assert_error(error, BT_ERROR, (gint)refusals[index].reason);
    gboolean silent = refusals[index].now_is_good && refusals[index].reason != BT_ERROR_NOT_FOUND;
    g_assert_cmpint(f->events->len == 0, ==, silent);

    tree_assert_document(f, "manifest.ready", f->manifest);
    const char *held[] = { f->manifest, f->film, f->image, f->picture };
    for (guint i = 0; i < G_N_ELEMENTS(held); i++)
        g_assert_true(bt_cache_check_object(f->cache, held[i], NULL));
    g_autofree char *now_after = tree_document(f, "now.json");
    g_assert_cmpint(strcmp(now_before, now_after) == 0, ==, !refusals[index].now_is_good);

    char next[BT_HASH_HEX_SIZE];
    tree_publish(f, 20, next); /* and what is good again is taken again */
    tree_expect(f, BT_SYNC_NEW);
    tree_assert_document(f, "manifest.ready", next);
}

/* ---- wrong bytes are not fetched for ever ---- */

static void test_misses_wait(Fixture *f, gconstpointer data)
{
    (void)data;
    tree_expect(f, BT_SYNC_NEW);
    asset_other_bytes(f);
    tree_expect(f, BT_SYNC_NEW);
    for (int i = 0; i < 3; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(tree_round_at(f, NOW, &error), ==, BT_SYNC_FAILED);
        g_assert_error(error, BT_ERROR, BT_ERROR_MISMATCH);
        g_assert_cmpint(
            tree_has_event_of(f, "refused", "mismatch"), ==, i == 0); /* the second try */
    }
}

int main(int argc, char **argv)
{
    static const TreeCase cases[] = {
        { "misses-wait", test_misses_wait },
    };
    g_test_init(&argc, &argv, NULL);
    tree_add_cases("sync-refused", cases, G_N_ELEMENTS(cases));
    for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autofree char *path = g_strconcat("/sync-refused/", refusals[i].name, NULL);
        g_test_add(path, Fixture, GUINT_TO_POINTER(i), tree_set_up, test_refused, tree_tear_down);
    }
    return g_test_run();
}
