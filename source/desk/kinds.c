#include "source/desk/kinds.h"

#include "base/error.h"
#include "source/store/site.h"

#include <string.h>

static BtManifest *parse(GBytes *payload, const char *name, GError **error)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(payload, &size_bytes);
    return bt_manifest_parse(data, size_bytes, name, error);
}

static void note_facts(const BtManifest *manifest, BtKindFacts *facts)
{
    facts->version = manifest->version;
    facts->issued_ms = manifest->issued_ms;
    facts->expires_ms = manifest->expires_ms;
}

static gboolean check_target(BtStore *store, const BtManifest *manifest, const GPtrArray *screens,
    const char *name, GError **error)
{
    if (strcmp(manifest->source, store->source) != 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_WRONG_SCREEN,
            "%s:/source: it is of source \"%s\": expected \"%s\"", name, manifest->source,
            store->source);
        return FALSE;
    }
    for (guint i = 0; i < screens->len; i++) {
        const char *screen = g_ptr_array_index(screens, i);
        if (bt_manifest_is_for(manifest, screen))
            continue;
        g_set_error(error, BT_ERROR, BT_ERROR_WRONG_SCREEN,
            "%s:/screens: screen %s is not among them: expected it", name, screen);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_assets(
    BtStore *store, const BtManifest *manifest, const char *name, GError **error)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, manifest->assets);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const BtAsset *asset = value;
        if (bt_site_has_asset(store->site, asset->sha256, asset->size_bytes))
            continue;
        g_set_error(error, BT_ERROR, BT_ERROR_NOT_FOUND,
            "%s:/assets/%s: its bytes are not here: expected them in the tree", name,
            asset->sha256);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_manifest(BtStore *store, GBytes *payload, const GPtrArray *screens,
    const char *name, BtKindFacts *facts, GError **error)
{
    g_autoptr(BtManifest) manifest = parse(payload, name, error);
    if (manifest == NULL)
        return FALSE;
    note_facts(manifest, facts);
    return check_target(store, manifest, screens, name, error) &&
        check_assets(store, manifest, name, error);
}

static gboolean check_signer(const BtTrust *trust, BtKeyRole role, GBytes *payload,
    const char *keyid, const char *name, gint64 now_ms, BtKindFacts *facts, GError **error)
{
    g_autoptr(BtManifest) manifest = parse(payload, name, error);
    if (manifest == NULL)
        return FALSE;
    note_facts(manifest, facts);
    return bt_trust_check_signer(trust, role, manifest, keyid, name, now_ms, error);
}

static gboolean check_publisher(const BtTrust *trust, GBytes *payload, const char *keyid,
    const char *name, gint64 now_ms, BtKindFacts *facts, GError **error)
{
    return check_signer(trust, BT_ROLE_PUBLISH, payload, keyid, name, now_ms, facts, error);
}

static gboolean check_alarmer(const BtTrust *trust, GBytes *payload, const char *keyid,
    const char *name, gint64 now_ms, BtKindFacts *facts, GError **error)
{
    return check_signer(trust, BT_ROLE_EMERGENCY, payload, keyid, name, now_ms, facts, error);
}

static guint count_wanted(const BtTrust *trust, BtKeyRole role, GBytes *payload)
{
    g_autoptr(BtManifest) manifest = parse(payload, "", NULL);
    return manifest != NULL ? bt_trust_wanted_signers(trust, role, manifest) : 1;
}

static guint wanted_publishers(const BtTrust *trust, GBytes *payload)
{
    return count_wanted(trust, BT_ROLE_PUBLISH, payload);
}

static guint wanted_alarmers(const BtTrust *trust, GBytes *payload)
{
    return count_wanted(trust, BT_ROLE_EMERGENCY, payload);
}

static gboolean verify_manifest(const BtTrust *trust, GBytes *envelope, const char *name,
    const BtFloor *floor, gint64 now_ms, GError **error)
{
    g_autoptr(BtManifest) manifest =
        bt_trust_verify_manifest(trust, envelope, name, floor, now_ms, error);
    return manifest != NULL;
}

static gboolean verify_alert(const BtTrust *trust, GBytes *envelope, const char *name,
    const BtFloor *floor, gint64 now_ms, GError **error)
{
    g_autoptr(BtManifest) alert =
        bt_trust_verify_alert(trust, envelope, name, floor, now_ms, error);
    return alert != NULL;
}

/* ---- orders ---- */

static BtRelease *parse_order(GBytes *payload, const char *name, BtKindFacts *facts, GError **error)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(payload, &size_bytes);
    BtRelease *release = bt_release_parse(data, size_bytes, name, error);
    if (release != NULL)
        *facts = (BtKindFacts){ release->version, release->issued_ms, release->expires_ms };
    return release;
}

static gboolean names(const GPtrArray *screens, const char *screen)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)screens, screen, g_str_equal, NULL);
}

static gboolean check_order(BtStore *store, GBytes *payload, const GPtrArray *screens,
    const char *name, BtKindFacts *facts, GError **error)
{
    g_autoptr(BtRelease) release = parse_order(payload, name, facts, error);
    gboolean fits = release != NULL && strcmp(release->source, store->source) == 0;
    for (guint i = 0; fits && i < screens->len; i++)
        fits = names(release->screens, g_ptr_array_index(screens, i));
    if (release != NULL && !fits)
        g_set_error(error, BT_ERROR, BT_ERROR_WRONG_SCREEN,
            "%s: it is of another source, or for other screens: expected this source and all of "
            "them",
            name);
    return fits;
}

static gboolean check_releaser(const BtTrust *trust, GBytes *payload, const char *keyid,
    const char *name, gint64 now_ms, BtKindFacts *facts, GError **error)
{
    g_autoptr(BtRelease) release = parse_order(payload, name, facts, error);
    return release != NULL &&
        bt_trust_check_release_signer(trust, release, keyid, name, now_ms, error);
}

/* So many are enough whichever of the two kinds of keys they are. */
static guint wanted_releasers(const BtTrust *trust, GBytes *payload)
{
    (void)payload;
    const BtRoot *root = bt_trust_root(trust);
    return root != NULL ? MAX(root->publish_threshold, root->emergency_threshold) : 1;
}

static gboolean verify_order(const BtTrust *trust, GBytes *envelope, const char *name,
    const BtFloor *floor, gint64 now_ms, GError **error)
{
    g_autoptr(BtRelease) release =
        bt_trust_verify_release(trust, envelope, name, floor, now_ms, error);
    return release != NULL;
}

/* An emergency cannot wait for a second person, and who ends a cut puts nothing on the glass that
 * was not signed before. */
static const BtKind kinds[] = {
    { "manifest", BT_MANIFEST_MAX_BYTES, FALSE, bt_site_manifest_path, check_manifest,
        check_publisher, wanted_publishers, verify_manifest },
    { "alert", BT_MANIFEST_MAX_BYTES, TRUE, bt_site_manifest_path, check_manifest, check_alarmer,
        wanted_alarmers, verify_alert },
    { "order", BT_RELEASE_MAX_BYTES, TRUE, bt_site_order_path, check_order, check_releaser,
        wanted_releasers, verify_order },
};

const BtKind *bt_kind_find(const char *name, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    g_set_error(error, BT_ERROR, BT_ERROR_UNSUPPORTED,
        "%s: nothing of this kind is proposed: expected manifest, alert or order", name);
    return NULL;
}
