/* The trust of one source. The order is always the same: the envelope's form and type, then who
 * signed, then what it says, then whether it is for us, new enough and not expired. The one
 * exception is the first root, which has nobody above it: the file or the fingerprint that people
 * compared vouches for it, and its own keys must have signed it, which proves that they exist. */
#include "playlists/envelope/trust.h"

#include <string.h>

BtTrust *bt_trust_new(const char *source, const char *screen)
{
    BtTrust *trust = g_new0(BtTrust, 1);
    trust->source = g_strdup(source);
    trust->screen = g_strdup(screen);
    return trust;
}

void bt_trust_free(BtTrust *trust)
{
    g_free(trust->source);
    g_free(trust->screen);
    g_clear_pointer(&trust->root, bt_root_free);
    g_free(trust);
}

const BtRoot *bt_trust_root(const BtTrust *trust)
{
    return trust->root;
}

const char *bt_trust_fingerprint(const BtTrust *trust)
{
    return trust->root ? trust->fingerprint : NULL;
}

gboolean bt_trust_check_source(
    const BtTrust *trust, const BtEnvelope *envelope, const char *source, GError **error)
{
    if (trust->source[0] == '\0' || strcmp(trust->source, source) == 0)
        return TRUE;
    return bt_envelope_fail(envelope, BT_ERROR_WRONG_SCREEN, error,
        "/source: it is of source \"%s\": expected \"%s\"", source, trust->source);
}

/* ---- roots ---- */

static BtRoot *parse_root(const BtEnvelope *envelope, GError **error)
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(envelope->payload, &size_bytes);
    return bt_root_parse(data, size_bytes, envelope->name, error);
}

/* Whether the keys of `root` itself signed its envelope. */
static gboolean signed_by(
    const BtEnvelope *envelope, const BtRoot *root, gint64 trusted_now_ms, GError **error)
{
    g_autoptr(GPtrArray) signers = bt_envelope_signers(
        envelope, root, BT_ROLE_ROOT, root->root_threshold, trusted_now_ms, error);
    return signers != NULL;
}

static void take_root(BtTrust *trust, BtRoot *root, const char *fingerprint)
{
    g_clear_pointer(&trust->root, bt_root_free);
    trust->root = root;
    g_strlcpy(trust->fingerprint, fingerprint, sizeof trust->fingerprint);
    if (trust->source[0] == '\0') {
        g_free(trust->source);
        trust->source = g_strdup(root->source);
    }
}

static void hash_payload(const BtEnvelope *envelope, char hex[BT_HASH_HEX_SIZE])
{
    gsize size_bytes;
    const void *data = g_bytes_get_data(envelope->payload, &size_bytes);
    bt_hash_data(data, size_bytes, hex);
}

static gboolean check_fingerprint(
    const BtEnvelope *envelope, const char *actual, const char *expected, GError **error)
{
    return !expected || g_ascii_strcasecmp(actual, expected) == 0 ||
        bt_envelope_fail(envelope, BT_ERROR_MISMATCH, error,
            "the fingerprint of this root is %s: expected %s", actual, expected);
}

gboolean bt_trust_accept_first_root(
    BtTrust *trust, GBytes *bytes, const char *name, const char *fingerprint_sha256, GError **error)
{
    char fingerprint[BT_HASH_HEX_SIZE];
    g_autoptr(BtEnvelope) envelope =
        bt_envelope_open(bytes, name, BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), "root", error);
    if (!envelope)
        return FALSE;
    hash_payload(envelope, fingerprint);
    if (trust->root)
        return bt_envelope_fail(envelope, BT_ERROR_CONFLICT, error,
            "there is a root already: expected the one after %" G_GINT64_FORMAT,
            trust->root->version);
    if (!check_fingerprint(envelope, fingerprint, fingerprint_sha256, error))
        return FALSE;
    g_autoptr(BtRoot) root = parse_root(envelope, error);
    if (!root || !signed_by(envelope, root, BT_TIME_MIN, error) ||
        !bt_trust_check_source(trust, envelope, root->source, error))
        return FALSE;
    take_root(trust, g_steal_pointer(&root), fingerprint);
    return TRUE;
}

static gboolean check_is_next(
    const BtTrust *trust, const BtEnvelope *envelope, const BtRoot *root, GError **error)
{
    gint64 next = trust->root->version + 1;
    if (root->version == next)
        return TRUE;
    return bt_envelope_fail(envelope, root->version < next ? BT_ERROR_ROLLBACK : BT_ERROR_INVALID,
        error, "/version: it is root %" G_GINT64_FORMAT ": expected root %" G_GINT64_FORMAT,
        root->version, next);
}

gboolean bt_trust_check_has_root(const BtTrust *trust, const char *name, GError **error)
{
    if (trust->root)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_UNKNOWN_KEY,
        "%s: this source has no root yet: expected its first root before", name);
    return FALSE;
}

static gboolean lost_a_key(const BtRoot *before, const BtRoot *root, BtKeyRole role)
{
    for (guint i = 0; i < before->keys->len; i++) {
        const BtRootKey *key = g_ptr_array_index(before->keys, i);
        const BtRootKey *now = bt_root_find(root, key->id);
        if (bt_key_may(key, role) && (now == NULL || !bt_key_may(now, role)))
            return TRUE;
    }
    return FALSE;
}

static void note_lost_keys(BtTrust *trust, const BtRoot *root)
{
    for (int role = 0; role < BT_N_KEY_ROLES; role++)
        if (lost_a_key(trust->root, root, (BtKeyRole)role))
            trust->key_lost_at[role] = root->version;
}

gint64 bt_trust_key_lost_at(const BtTrust *trust, BtKeyRole role)
{
    return trust->key_lost_at[role];
}

gboolean bt_trust_accept_next_root(
    BtTrust *trust, GBytes *bytes, const char *name, gint64 trusted_now_ms, GError **error)
{
    char fingerprint[BT_HASH_HEX_SIZE];
    if (!bt_trust_check_has_root(trust, name, error))
        return FALSE;
    g_autoptr(BtEnvelope) envelope =
        bt_envelope_open(bytes, name, BT_ENVELOPE_MAX_BYTES(BT_ROOT_MAX_BYTES), "root", error);
    if (!envelope || !signed_by(envelope, trust->root, trusted_now_ms, error))
        return FALSE;
    g_autoptr(BtRoot) root = parse_root(envelope, error);
    if (!root || !check_is_next(trust, envelope, root, error) ||
        !bt_trust_check_source(trust, envelope, root->source, error) ||
        !signed_by(envelope, root, trusted_now_ms, error))
        return FALSE;
    note_lost_keys(trust, root);
    hash_payload(envelope, fingerprint);
    take_root(trust, g_steal_pointer(&root), fingerprint);
    return TRUE;
}
