/* Publishing: what was signed goes into the tree, and the screens' now.json names it.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_PUBLISH_H
#define BT_SOURCE_PUBLISH_H

#include "source/press/draft.h"
#include "source/press/plan.h"
#include "source/store/store.h"

typedef struct {
    gboolean emergency;
    GPtrArray *screens; /* of char*: only these; empty: all that the manifest names */
    BtKey *const *keys;
    guint n_keys; /* 0: only for an envelope that is signed already */
    const char *decoder;
} BtPublish;

typedef struct {
    char sha256[BT_HASH_HEX_SIZE];
    gint64 version, issued_ms, expires_ms;
    GPtrArray *screens; /* of char*: whose now.json names it now */
    guint n_assets;
    guint64 new_bytes;
    GPtrArray *notes; /* of char*: what the format ignored */
} BtPublished;

/* The draft is verified as a board would do it before anything names it. Errors are those of
 * bt_draft_read and of a board that refuses it (envelope.h); BT_ERROR_SIGNATURE without a key,
 * BT_ERROR_WRONG_SCREEN, BT_ERROR_MISMATCH for an asset that is not what its name says. (transfer
 * full) (nullable) */
BtPublished *bt_publish(
    BtStore *store, const char *path, const BtPublish *how, gint64 now_ms, GError **error);
void bt_published_free(BtPublished *published);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtPublished, bt_published_free)

/* The draft as it would be signed, its assets in the tree, for a proposal; keys are not used.
 * (transfer full) (nullable): GPtrArray of BtPlanDocument, without a shape */
GPtrArray *bt_publish_prepare(
    BtStore *store, const char *path, const BtPublish *how, gint64 now_ms, GError **error);

/* Ends the alert on these screens (empty: all). */
gboolean bt_publish_end_alert(
    BtStore *store, const GPtrArray *screens, gint64 now_ms, GError **error);

/* Forbids a document or an asset on every screen. BT_ERROR_INVALID for what is no SHA-256,
 * BT_ERROR_LIMIT when BT_FRESH_MAX_DENIALS stand. */
gboolean bt_publish_deny(BtStore *store, const char *sha256, gint64 now_ms, GError **error);

#endif
