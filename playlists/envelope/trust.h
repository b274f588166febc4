/* Private to playlists/envelope: what the checks of roots and of documents share. */
#ifndef BT_PLAYLISTS_ENVELOPE_TRUST_H
#define BT_PLAYLISTS_ENVELOPE_TRUST_H

#include "playlists/envelope/dsse.h"

struct BtTrust {
    char *source; /* "" until the first root, when it was not given */
    char *screen;
    BtRoot *root; /* NULL before the first */
    char fingerprint[BT_HASH_HEX_SIZE];
    gint64 key_lost_at[BT_N_KEY_ROLES]; /* versions of roots */
};

gboolean bt_trust_check_source(
    const BtTrust *trust, const BtEnvelope *envelope, const char *source, GError **error);
gboolean bt_trust_check_has_root(const BtTrust *trust, const char *name, GError **error);

/* Whether the key's ceiling of screens covers all that the manifest names. */
gboolean bt_key_covers_screens(const BtRootKey *key, const GPtrArray *screens);

/* ---- what a document must keep to, whoever vouches for it; of `envelope` the name and the hash
 * are read ---- */
/* It has no emergency; it is one, emergencies only, of at most 24 h. */
gboolean bt_document_check_is_manifest(
    const BtEnvelope *envelope, const BtManifest *manifest, GError **error);
gboolean bt_document_check_is_alert(
    const BtEnvelope *envelope, const BtManifest *alert, GError **error);
gboolean bt_document_check_is_for(
    const BtEnvelope *envelope, const BtManifest *manifest, const char *screen, GError **error);
/* Not older than what is in force, and not expired. */
gboolean bt_document_check_counts(const BtEnvelope *envelope, const BtManifest *manifest,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error);

#endif
