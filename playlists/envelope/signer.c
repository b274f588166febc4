/* One signer among several: the rules of verify.c, asked of a single key before all have signed. */
#include "playlists/envelope/trust.h"

/* Sets "NAME: MESSAGE". Always returns FALSE. */
static gboolean fail(const char *name, BtError code, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static gboolean fail(const char *name, BtError code, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, BT_ERROR, code, "%s: %s", name, text);
    return FALSE;
}

static gboolean check_classes(
    const BtRootKey *key, const BtManifest *manifest, const char *name, GError **error)
{
    for (guint i = 0; i < manifest->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(manifest->programmes, i);
        if (!(key->classes & 1u << programme->cls))
            return fail(name, BT_ERROR_CEILING, error,
                "key %.8s %s may not use class \"%s\": expected a key whose ceiling has it",
                key->id, key->name, bt_class_name(programme->cls));
    }
    return TRUE;
}

/* The key, when it counts in one of the roles (a set of 1u <<) for these screens. */
static const BtRootKey *find_signer(const BtTrust *trust, guint roles, const GPtrArray *screens,
    const char *keyid, const char *name, gint64 trusted_now_ms, GError **error)
{
    if (!bt_trust_check_has_root(trust, name, error))
        return NULL;
    if (trust->root->expires_ms <= trusted_now_ms) {
        fail(name, BT_ERROR_EXPIRED, error,
            "root %" G_GINT64_FORMAT " expired: expected a newer root before new documents",
            trust->root->version);
        return NULL;
    }
    const BtRootKey *key = bt_root_find(trust->root, keyid);
    gboolean may = FALSE;
    for (int role = 0; key != NULL && role < BT_N_KEY_ROLES; role++)
        may = may || ((roles & 1u << role) && bt_key_may(key, (BtKeyRole)role));
    if (!may || key->until_ms <= trusted_now_ms)
        fail(name, BT_ERROR_UNKNOWN_KEY, error,
            "key %.8s may not sign this: expected one that root %" G_GINT64_FORMAT " lists for it",
            keyid, trust->root->version);
    else if (!bt_key_covers_screens(key, screens))
        fail(name, BT_ERROR_CEILING, error,
            "key %.8s %s may not speak on all these screens: expected a key whose ceiling has them",
            key->id, key->name);
    else
        return key;
    return NULL;
}

gboolean bt_trust_check_signer(const BtTrust *trust, BtKeyRole role, const BtManifest *manifest,
    const char *keyid, const char *name, gint64 trusted_now_ms, GError **error)
{
    const BtRootKey *key =
        find_signer(trust, 1u << role, manifest->screens, keyid, name, trusted_now_ms, error);
    return key != NULL && (role == BT_ROLE_EMERGENCY || check_classes(key, manifest, name, error));
}

gboolean bt_trust_check_release_signer(const BtTrust *trust, const BtRelease *release,
    const char *keyid, const char *name, gint64 trusted_now_ms, GError **error)
{
    return find_signer(trust, 1u << BT_ROLE_EMERGENCY | 1u << BT_ROLE_PUBLISH, release->screens,
               keyid, name, trusted_now_ms, error) != NULL;
}

guint bt_trust_wanted_signers(const BtTrust *trust, BtKeyRole role, const BtManifest *manifest)
{
    if (role == BT_ROLE_EMERGENCY)
        return trust->root->emergency_threshold;
    guint wanted = trust->root->publish_threshold;
    for (guint i = 0; i < manifest->programmes->len; i++) {
        const BtProgramme *programme = g_ptr_array_index(manifest->programmes, i);
        wanted = MAX(wanted, trust->root->class_thresholds[programme->cls]);
    }
    return wanted;
}
