/* Documents without a signature: every rule but that one, and the very same checks. */
#include "playlists/envelope/trust.h"

#include <string.h>

static gboolean check_source(
    const BtBare *bare, const BtEnvelope *paper, const BtManifest *manifest, GError **error)
{
    return strcmp(manifest->source, bare->source) == 0 ||
        bt_envelope_fail(paper, BT_ERROR_WRONG_SCREEN, error,
            "/source: it is of source \"%s\": expected \"%s\"", manifest->source, bare->source);
}

static BtManifest *verify(const BtBare *bare, GBytes *bytes, const char *name, gboolean is_alert,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(bytes, &size_bytes);
    BtEnvelope paper = { .name = name };
    bt_hash_data(data, size_bytes, paper.sha256);
    g_autoptr(BtManifest) manifest = bt_manifest_parse(data, size_bytes, name, error);
    if (!manifest || !check_source(bare, &paper, manifest, error) ||
        !bt_document_check_is_for(&paper, manifest, bare->screen, error) ||
        !(is_alert ? bt_document_check_is_alert : bt_document_check_is_manifest)(
            &paper, manifest, error) ||
        !bt_document_check_counts(&paper, manifest, floor, trusted_now_ms, error))
        return NULL;
    return g_steal_pointer(&manifest);
}

BtManifest *bt_bare_verify_manifest(const BtBare *bare, GBytes *bytes, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    return verify(bare, bytes, name, FALSE, floor, trusted_now_ms, error);
}

BtManifest *bt_bare_verify_alert(const BtBare *bare, GBytes *bytes, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error)
{
    return verify(bare, bytes, name, TRUE, floor, trusted_now_ms, error);
}
