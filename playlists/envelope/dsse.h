/* Private to playlists/envelope: an envelope taken apart, and who signed it.
 * Thread-safety: one owner each. */
#ifndef BT_PLAYLISTS_ENVELOPE_DSSE_H
#define BT_PLAYLISTS_ENVELOPE_DSSE_H

#include "base/error.h"
#include "playlists/envelope/envelope.h"

typedef struct {
    char *keyid;
    GBytes *signature; /* of any length */
} BtSignature;

typedef struct {
    const char *name; /* borrowed, for messages */
    char *type;
    GBytes *payload;
    GPtrArray *signatures;         /* of BtSignature */
    char sha256[BT_HASH_HEX_SIZE]; /* of the envelope's bytes */
} BtEnvelope;

/* Takes an envelope of at most `max_bytes` apart, whose payload must be of type ROLE. Nothing of
 * the payload is read. (transfer full) (nullable) */
BtEnvelope *bt_envelope_open(
    GBytes *bytes, const char *name, gsize max_bytes, const char *role, GError **error);
void bt_envelope_free(BtEnvelope *envelope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtEnvelope, bt_envelope_free)

/* The keys of `root` in `role` that signed, each once, when they are at least `threshold`.
 * Signatures of keys that do not count are passed over; one that does not match is an error.
 * (transfer container) of const BtRootKey (nullable) */
GPtrArray *bt_envelope_signers(const BtEnvelope *envelope, const BtRoot *root, BtKeyRole role,
    guint threshold, gint64 trusted_now_ms, GError **error);

/* Sets an error that speaks of the document: "NAME: MESSAGE", or "NAME:MESSAGE" when the message
 * begins with a place ("/version: …"). Always returns FALSE. */
gboolean bt_envelope_fail(const BtEnvelope *envelope, BtError code, GError **error,
    const char *format, ...) G_GNUC_PRINTF(4, 5);

gboolean bt_key_may(const BtRootKey *key, BtKeyRole role);

#endif
