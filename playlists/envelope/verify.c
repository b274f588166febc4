/* The documents under a root: now.json, manifests, alerts, orders. */
#include "playlists/envelope/trust.h"

#include <string.h>

static gboolean check_floor(
    const BtEnvelope *envelope, gint64 version, const BtFloor *floor, GError **error)
{
    if (!floor || version > floor->version)
        return TRUE;
    if (version < floor->version)
        return bt_envelope_fail(envelope, BT_ERROR_ROLLBACK, error,
            "/version: %" G_GINT64_FORMAT
            " is older than what is in force: expected %" G_GINT64_FORMAT " or more",
            version, floor->version);
    return strcmp(envelope->sha256, floor->sha256) == 0 ||
        bt_envelope_fail(envelope, BT_ERROR_CONFLICT, error,
            "/version: %" G_GINT64_FORMAT " is in force with other content: expected a higher one",
            version);
}

static gboolean check_expiry(
    const BtEnvelope *envelope, gint64 expires_ms, gint64 trusted_now_ms, GError **error)
{
    if (expires_ms > trusted_now_ms)
        return TRUE;
    g_autofree char *expires = bt_time_format(expires_ms);
    g_autofree char *now = bt_time_format(trusted_now_ms);
    return bt_envelope_fail(envelope, BT_ERROR_EXPIRED, error,
        "/expires: it expired at %s: expected an instant after %s", expires, now);
}

/* Opens a document and finds its signers; the root under which that is asked must itself be alive.
 */
static BtEnvelope *open_signed(const BtTrust *trust, GBytes *bytes, const char *name,
    gsize max_bytes, const char *document, BtKeyRole role, guint threshold, gint64 trusted_now_ms,
    GPtrArray **signers, GError **error)
{
    g_autoptr(BtEnvelope) envelope = bt_envelope_open(bytes, name, max_bytes, document, error);
    if (!envelope)
        return NULL;
    if (trust->root->expires_ms <= trusted_now_ms) {
        bt_envelope_fail(envelope, BT_ERROR_EXPIRED, error,
            "root %" G_GINT64_FORMAT " expired: expected a newer root before new documents",
            trust->root->version);
        return NULL;
    }
    *signers = bt_envelope_signers(envelope, trust->root, role, threshold, trusted_now_ms, error);
    return *signers ? g_steal_pointer(&envelope) : NULL;
}

BtNow *bt_trust_verify_now(const BtTrust *trust, GBytes *bytes, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    g_autoptr(GPtrArray) signers = NULL;
    if (!bt_trust_check_has_root(trust, name, error))
        return NULL;
    g_autoptr(BtEnvelope) envelope = open_signed(trust, bytes, name, BT_NOW_MAX_BYTES, "now",
        BT_ROLE_FRESHNESS, trust->root->freshness_threshold, trusted_now_ms, &signers, error);
    if (!envelope)
        return NULL;
    gsize size_bytes;
    const void *data = g_bytes_get_data(envelope->payload, &size_bytes);
    g_autoptr(BtNow) now = bt_now_parse(data, size_bytes, name, error);
    if (!now)
        return NULL;
    if (strcmp(now->screen, trust->screen) != 0) {
        bt_envelope_fail(envelope, BT_ERROR_WRONG_SCREEN, error,
            "/screen: it is for screen \"%s\": expected \"%s\"", now->screen, trust->screen);
        return NULL;
    }
    if (!check_floor(envelope, now->version, floor, error) ||
        !check_expiry(envelope, now->expires_ms, trusted_now_ms, error))
        return NULL;
    return g_steal_pointer(&now);
}

/* ---- ceilings of manifests ---- */

gboolean bt_key_covers_screens(const BtRootKey *key, const GPtrArray *screens)
{
    if (key->screens->len == 0)
        return TRUE;
    g_autoptr(GHashTable) allowed = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < key->screens->len; i++)
        g_hash_table_add(allowed, g_ptr_array_index(key->screens, i));
    for (guint i = 0; i < screens->len; i++)
        if (!g_hash_table_contains(allowed, g_ptr_array_index(screens, i)))
            return FALSE;
    return TRUE;
}

/* The signers whose ceiling of screens covers the document. (transfer container) */
static GPtrArray *covering(GPtrArray *signers, const GPtrArray *screens)
{
    GPtrArray *able = g_ptr_array_new();
    for (guint i = 0; i < signers->len; i++)
        if (bt_key_covers_screens(g_ptr_array_index(signers, i), screens))
            g_ptr_array_add(able, g_ptr_array_index(signers, i));
    return able;
}

static gboolean check_screens(
    const BtEnvelope *envelope, GPtrArray *able, guint threshold, GError **error)
{
    if (able->len >= threshold)
        return TRUE;
    return bt_envelope_fail(envelope, BT_ERROR_CEILING, error,
        "/screens: %u who signed may speak on all these screens: expected %u", able->len,
        threshold);
}

static guint count_for_class(GPtrArray *able, BtClass cls)
{
    guint n = 0;
    for (guint i = 0; i < able->len; i++)
        n += (((const BtRootKey *)g_ptr_array_index(able, i))->classes & 1u << cls) != 0;
    return n;
}

static gboolean check_class(const BtRoot *root, const BtEnvelope *envelope, GPtrArray *able,
    const BtProgramme *programme, GError **error)
{
    guint n = count_for_class(able, programme->cls);
    guint threshold = root->class_thresholds[programme->cls];
    return n >= threshold ||
        bt_envelope_fail(envelope, BT_ERROR_CEILING, error,
            "/programmes/%u/class: %u who signed may use class \"%s\": expected %u",
            programme->index, n, bt_class_name(programme->cls), threshold);
}

gboolean bt_document_check_is_manifest(
    const BtEnvelope *envelope, const BtManifest *manifest, GError **error)
{
    for (guint i = 0; i < manifest->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(manifest->programmes, i);
        if (programme->cls == BT_CLASS_EMERGENCY)
            return bt_envelope_fail(envelope, BT_ERROR_CEILING, error,
                "/programmes/%u/class: a manifest has no class \"emergency\": expected it in an "
                "alert",
                i);
    }
    return TRUE;
}

static gboolean check_publishers(const BtTrust *trust, const BtEnvelope *envelope,
    GPtrArray *signers, const BtManifest *manifest, GError **error)
{
    g_autoptr(GPtrArray) able = covering(signers, manifest->screens);
    if (!check_screens(envelope, able, trust->root->publish_threshold, error) ||
        !bt_document_check_is_manifest(envelope, manifest, error))
        return FALSE;
    for (guint i = 0; i < manifest->programmes->len; i++)
        if (!check_class(
                trust->root, envelope, able, g_ptr_array_index(manifest->programmes, i), error))
            return FALSE;
    return TRUE;
}

gboolean bt_document_check_is_alert(
    const BtEnvelope *envelope, const BtManifest *alert, GError **error)
{
    for (guint i = 0; i < alert->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(alert->programmes, i);
        if (programme->cls == BT_CLASS_EMERGENCY)
            continue;
        return bt_envelope_fail(envelope, BT_ERROR_CEILING, error,
            "/programmes/%u/class: an alert has class \"%s\": expected emergency only", i,
            bt_class_name(programme->cls));
    }
    if (alert->expires_ms - alert->issued_ms <= BT_ALERT_MAX_MS)
        return TRUE;
    return bt_envelope_fail(envelope, BT_ERROR_LIMIT, error,
        "/expires: an alert lasts too long: expected at most 24 hours after \"issued\"");
}

static gboolean check_alarmers(const BtTrust *trust, const BtEnvelope *envelope, GPtrArray *signers,
    const BtManifest *alert, GError **error)
{
    g_autoptr(GPtrArray) able = covering(signers, alert->screens);
    return check_screens(envelope, able, trust->root->emergency_threshold, error) &&
        bt_document_check_is_alert(envelope, alert, error);
}

/* ---- manifests and alerts ---- */

gboolean bt_document_check_is_for(
    const BtEnvelope *envelope, const BtManifest *manifest, const char *screen, GError **error)
{
    return bt_manifest_is_for(manifest, screen) ||
        bt_envelope_fail(envelope, BT_ERROR_WRONG_SCREEN, error,
            "/screens: it is for other screens: expected \"%s\" among them", screen);
}

static gboolean check_is_ours(
    const BtTrust *trust, const BtEnvelope *envelope, const BtManifest *manifest, GError **error)
{
    if (!bt_trust_check_source(trust, envelope, manifest->source, error))
        return FALSE;
    return bt_document_check_is_for(envelope, manifest, trust->screen, error);
}

gboolean bt_document_check_counts(const BtEnvelope *envelope, const BtManifest *manifest,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    return check_floor(envelope, manifest->version, floor, error) &&
        check_expiry(envelope, manifest->expires_ms, trusted_now_ms, error);
}

static BtManifest *verify_manifest(const BtTrust *trust, GBytes *bytes, const char *name,
    BtKeyRole role, const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    g_autoptr(GPtrArray) signers = NULL;
    gboolean is_alert = role == BT_ROLE_EMERGENCY;
    if (!bt_trust_check_has_root(trust, name, error))
        return NULL;
    g_autoptr(BtEnvelope) envelope = open_signed(trust, bytes, name,
        BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), is_alert ? "alert" : "manifest", role,
        is_alert ? trust->root->emergency_threshold : trust->root->publish_threshold,
        trusted_now_ms, &signers, error);
    if (!envelope)
        return NULL;
    gsize size_bytes;
    const void *data = g_bytes_get_data(envelope->payload, &size_bytes);
    g_autoptr(BtManifest) manifest = bt_manifest_parse(data, size_bytes, name, error);
    if (!manifest || !check_is_ours(trust, envelope, manifest, error) ||
        !(is_alert ? check_alarmers : check_publishers)(
            trust, envelope, signers, manifest, error) ||
        !bt_document_check_counts(envelope, manifest, floor, trusted_now_ms, error))
        return NULL;
    return g_steal_pointer(&manifest);
}

BtManifest *bt_trust_verify_manifest(const BtTrust *trust, GBytes *bytes, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    return verify_manifest(trust, bytes, name, BT_ROLE_PUBLISH, floor, trusted_now_ms, error);
}

BtManifest *bt_trust_verify_alert(const BtTrust *trust, GBytes *bytes, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    return verify_manifest(trust, bytes, name, BT_ROLE_EMERGENCY, floor, trusted_now_ms, error);
}

/* ---- orders ---- */

static gboolean names_screen(const GPtrArray *screens, const char *screen)
{
    for (guint i = 0; i < screens->len; i++)
        if (strcmp(g_ptr_array_index(screens, i), screen) == 0)
            return TRUE;
    return FALSE;
}

static gboolean check_release(const BtTrust *trust, const BtEnvelope *envelope, GPtrArray *signers,
    guint threshold, const BtRelease *release, GError **error)
{
    g_autoptr(GPtrArray) able = covering(signers, release->screens);
    if (!bt_trust_check_source(trust, envelope, release->source, error))
        return FALSE;
    if (!names_screen(release->screens, trust->screen))
        return bt_envelope_fail(envelope, BT_ERROR_WRONG_SCREEN, error,
            "/screens: it is for other screens: expected \"%s\" among them", trust->screen);
    return check_screens(envelope, able, threshold, error);
}

static BtRelease *verify_release(const BtTrust *trust, GBytes *bytes, const char *name,
    BtKeyRole role, const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    g_autoptr(GPtrArray) signers = NULL;
    gsize size_bytes;
    guint threshold = role == BT_ROLE_EMERGENCY ? trust->root->emergency_threshold
                                                : trust->root->publish_threshold;
    g_autoptr(BtEnvelope) envelope =
        open_signed(trust, bytes, name, BT_ENVELOPE_MAX_BYTES(BT_RELEASE_MAX_BYTES), "order", role,
            threshold, trusted_now_ms, &signers, error);
    if (!envelope)
        return NULL;
    const void *data = g_bytes_get_data(envelope->payload, &size_bytes);
    g_autoptr(BtRelease) release = bt_release_parse(data, size_bytes, name, error);
    if (!release || !check_release(trust, envelope, signers, threshold, release, error) ||
        !check_floor(envelope, release->version, floor, error) ||
        !check_expiry(envelope, release->expires_ms, trusted_now_ms, error))
        return NULL;
    return g_steal_pointer(&release);
}

static gboolean is_of_signers(const GError *failure)
{
    return g_error_matches(failure, BT_ERROR, BT_ERROR_SIGNATURE) ||
        g_error_matches(failure, BT_ERROR, BT_ERROR_UNKNOWN_KEY);
}

/* Whoever may put words on these screens may let them speak again. */
BtRelease *bt_trust_verify_release(const BtTrust *trust, GBytes *bytes, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    if (!bt_trust_check_has_root(trust, name, error))
        return NULL;
    GError *failure = NULL;
    BtRelease *release =
        verify_release(trust, bytes, name, BT_ROLE_EMERGENCY, floor, trusted_now_ms, &failure);
    if (release == NULL && is_of_signers(failure)) {
        g_error_free(failure);
        return verify_release(trust, bytes, name, BT_ROLE_PUBLISH, floor, trusted_now_ms, error);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return release;
}
