/* DSSE envelopes, and the trust of one source: nothing is parsed before it is verified. Beside them
 * the documents of a source that cannot sign.
 *
 * An envelope is {"payloadType","payload":BASE64,"signatures":[{"keyid","sig"}]}; what is signed is
 * DSSE's pre-authentication encoding of type and payload, Ed25519, one per key. The type is
 * application/vnd.bangtin.ROLE+json with ROLE root, now, manifest, alert,
 * order or time.
 * Thread-safety: a trust belongs to one thread; the rest is safe. */
#ifndef BT_PLAYLISTS_ENVELOPE_ENVELOPE_H
#define BT_PLAYLISTS_ENVELOPE_ENVELOPE_H

#include "playlists/model/documents.h"

#define BT_ENVELOPE_MAX_SIGNATURES 16
/* Base64 is 4/3; keys and signatures fit in the rest. For a now.json the whole envelope is bounded
 * by BT_NOW_MAX_BYTES instead. */
#define BT_ENVELOPE_MAX_BYTES(payload_max_bytes) ((payload_max_bytes) / 3 * 4 + 8192)
#define BT_ALERT_MAX_MS (24 * BT_HOUR_MS)
#define BT_TIME_MAX_BYTES 2048 /* the whole envelope of a signed time; it has some 500 */

/* A number used once: 32 bytes of chance in hexadecimal. A signed time that carries it was signed
 * after it was made. */
typedef struct {
    char hex[BT_HASH_HEX_SIZE];
} BtNonce;

/* ---- the format ---- */

/* Signs `payload` as ROLE with each key. (transfer full): the envelope's text. */
GBytes *bt_envelope_seal(const char *role, GBytes *payload, BtKey *const *keys, guint n_keys);

/* What a key signs: DSSE's pre-authentication encoding of the type and the payload. (transfer full)
 */
GBytes *bt_envelope_message(const char *role, GBytes *payload);

/* A signature that was made elsewhere. Borrowed. */
typedef struct {
    const char *keyid, *base64;
} BtEnvelopeSignature;
/* The envelope of signatures that came one by one; nothing is checked. (transfer full) */
GBytes *bt_envelope_join(
    const char *role, GBytes *payload, const BtEnvelopeSignature *signatures, guint n_signatures);

/* The payload without any check of signatures: an editor's tool, no statement of trust. Bytes that
 * are not an envelope but a JSON object are returned as they are. (transfer full) (nullable) */
GBytes *bt_envelope_peek(GBytes *bytes, const char *name, gsize payload_max_bytes, GError **error);

/* ---- the trust of one source ---- */

/* What a key may sign: roots, now.json, manifests, alerts. */
typedef enum {
    BT_ROLE_ROOT,
    BT_ROLE_FRESHNESS,
    BT_ROLE_PUBLISH,
    BT_ROLE_EMERGENCY,
    BT_N_KEY_ROLES
} BtKeyRole;

typedef struct BtTrust BtTrust;

/* A trust without a root: it refuses everything but its first root. `source` and `screen` are the
 * ids that documents must name ("" for source: taken from the first root). */
BtTrust *bt_trust_new(const char *source, const char *screen);
void bt_trust_free(BtTrust *trust);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtTrust, bt_trust_free)

/* The first root: an envelope that the person who set up this box handed over (a file), or one
 * whose payload has the fingerprint `sha256` that both sides showed; NULL: the file itself is the
 * proof. It must be signed by its own threshold. */
gboolean bt_trust_accept_first_root(BtTrust *trust, GBytes *envelope, const char *name,
    const char *fingerprint_sha256, GError **error);
/* The next root, N+1: signed by the thresholds of N and of N+1. On failure N stays. A root that has
 * expired is taken all the same, so that a box that slept through two rotations gets past it; but
 * no document is verified under it. */
gboolean bt_trust_accept_next_root(
    BtTrust *trust, GBytes *envelope, const char *name, gint64 trusted_now_ms, GError **error);
/* Borrowed; NULL before the first. */
const BtRoot *bt_trust_root(const BtTrust *trust);
/* The newest root that took the role from a key that had it before, 0: none did. A stolen key may
 * have signed a version so high that nothing would ever be newer: versions that were judged under
 * an older root than this one are no floor any more. */
gint64 bt_trust_key_lost_at(const BtTrust *trust, BtKeyRole role);
/* The fingerprint people compare: the SHA-256 of the root's payload. (nullable) borrowed */
const char *bt_trust_fingerprint(const BtTrust *trust);

/* What is in force, for rollback: version 0 and "" when nothing is. */
typedef struct {
    gint64 version;
    char sha256[BT_HASH_HEX_SIZE]; /* of the envelope */
} BtFloor;

/* `trusted_now_ms` is the latest instant that is surely past. A document that expired by then is
 * refused (BT_ERROR_EXPIRED), as is any under an expired root, and keys past their `until` do not
 * count; BT_TIME_MIN sets all this aside (to verify again what is in force), as NULL does the
 * floor. A document of the floor's version is the one in force, or BT_ERROR_CONFLICT. */

/* Signed by freshness keys, for this screen, not older than the floor. (transfer full) (nullable)
 */
BtNow *bt_trust_verify_now(const BtTrust *trust, GBytes *envelope, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error);
/* Signed by enough publishing keys whose ceilings cover every class and screen in it, of this
 * source and for this screen, version above the floor's (the same version only with the same hash).
 * (transfer full) (nullable) */
BtManifest *bt_trust_verify_manifest(const BtTrust *trust, GBytes *envelope, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error);
/* The same for an alert: emergency keys, emergency programmes only, at most 24 h. */
BtManifest *bt_trust_verify_alert(const BtTrust *trust, GBytes *envelope, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error);

/* The order that ends cuts: by enough emergency keys, or enough publishing keys, whose ceilings
 * cover every screen in it; never by freshness keys, which may only cut. Of this source, for this
 * screen, version above the floor's. (transfer full) (nullable) */
BtRelease *bt_trust_verify_release(const BtTrust *trust, GBytes *envelope, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error);

/* ---- one signer among several ---- */

/* Whether this key would count for a document of `role` (publish, emergency) that says what
 * `manifest` does: the root lists it for the role, it and the root have not ended, and its ceilings
 * cover every class and screen. UNKNOWN_KEY, EXPIRED, CEILING; `name` stands in messages. */
gboolean bt_trust_check_signer(const BtTrust *trust, BtKeyRole role, const BtManifest *manifest,
    const char *keyid, const char *name, gint64 trusted_now_ms, GError **error);
/* The same for an order: an emergency or a publishing key. */
gboolean bt_trust_check_release_signer(const BtTrust *trust, const BtRelease *release,
    const char *keyid, const char *name, gint64 trusted_now_ms, GError **error);
/* How many such keys must sign it. */
guint bt_trust_wanted_signers(const BtTrust *trust, BtKeyRole role, const BtManifest *manifest);

/* ---- documents without a signature ---- */

/* What the player itself made of what a source that cannot sign said: the bare payload, no
 * envelope. Nobody vouches for it, so only a source that the configuration names as such may be
 * believed without (kind=ttn), and its ceiling is the configuration's alone. All other rules are
 * those of signed documents: of this source and for this screen, the version above the floor's (the
 * same only with the same hash), not expired. */
typedef struct {
    const char *source; /* that the document must name */
    const char *screen;
} BtBare;

/* (transfer full) (nullable) */
BtManifest *bt_bare_verify_manifest(const BtBare *bare, GBytes *bytes, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error);
/* The same for an alert: emergency programmes only, at most 24 h. */
BtManifest *bt_bare_verify_alert(const BtBare *bare, GBytes *bytes, const char *name,
    const BtFloor *floor, gint64 trusted_now_ms, GError **error);

/* ---- the time of the source ---- */

/* A new one, from libsodium. */
BtNonce bt_nonce_new(void);
/* The payload {"source","nonce","utc_ms"} of a signed time. (transfer full) */
GBytes *bt_time_payload(const char *source, const BtNonce *nonce, gint64 utc_ms);
/* What time it was at the source when it signed: by freshness keys, of this source, with this nonce
 * (else MISMATCH), not before `floor_ms`, which is surely past (ROLLBACK), and before the root and
 * the keys that signed end (EXPIRED, UNKNOWN_KEY): the root's holders bound how far into the future
 * a key that lives on a server may speak. Who asks with one nonce twice, or waits long for the
 * answer, knows less. */
gboolean bt_trust_verify_time(const BtTrust *trust, GBytes *envelope, const char *name,
    const BtNonce *nonce, gint64 floor_ms, gint64 *utc_ms, GError **error);

#endif
