/* Private to playlists/envelope: what the checks of roots and of documents share. */
#ifndef BT_PLAYLISTS_ENVELOPE_TRUST_H
#define BT_PLAYLISTS_ENVELOPE_TRUST_H

#include "playlists/envelope/dsse.h"

struct BtTrust {
    char *source; /* "" until the first root, when it was not given */
    char *screen;
    BtRoot *root; /* NULL before the first */
    char fingerprint[BT_HASH_HEX_SIZE];
    gint64 key_lost_at[BT_N_ROLES]; /* versions of roots */
};

gboolean bt_trust_check_source(
    const BtTrust *trust, const BtEnvelope *envelope, const char *source, GError **error);
gboolean bt_trust_check_has_root(const BtTrust *trust, const char *name, GError **error);

#endif
