/* What can be proposed, and what each kind must keep to: manifests, alerts, orders. A row for each;
 * what else is to be signed by approvers gets one. Thread-safety: static. */
#ifndef BT_SOURCE_KINDS_H
#define BT_SOURCE_KINDS_H

#include "playlists/envelope/envelope.h"
#include "source/store/store.h"

/* What is known of a payload before it is signed. */
typedef struct {
    gint64 version, issued_ms, expires_ms;
} BtKindFacts;

typedef struct {
    const char *name;
    gsize payload_max_bytes;
    gboolean by_its_author; /* who makes it may be the one who signs it */
    /* Where its envelope lies in the tree. (transfer full) */
    char *(*path)(const char *site, const char *sha256);
    /* Well-formed, of this source, for each of these screens (of char*), all it needs in the tree.
     */
    gboolean (*check)(BtStore *store, GBytes *payload, const GPtrArray *screens, const char *name,
        BtKindFacts *facts, GError **error);
    /* Whether a key would count. */
    gboolean (*check_signer)(const BtTrust *trust, GBytes *payload, const char *keyid,
        const char *name, gint64 now_ms, BtKindFacts *facts, GError **error);
    /* How many such keys must sign. */
    guint (*wanted)(const BtTrust *trust, GBytes *payload);
    /* As a board of the trust's screen will. */
    gboolean (*verify)(const BtTrust *trust, GBytes *envelope, const char *name,
        const BtFloor *floor, gint64 now_ms, GError **error);
} BtKind;

/* BT_ERROR_UNSUPPORTED. Static. (nullable) */
const BtKind *bt_kind_find(const char *name, GError **error);

#endif
