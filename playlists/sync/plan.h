/* What to fetch, in which order. Pure: documents in, steps out. Thread-safety: safe. */
#ifndef BT_PLAYLISTS_SYNC_PLAN_H
#define BT_PLAYLISTS_SYNC_PLAN_H

#include "playlists/model/documents.h"

#define BT_PLAN_MAX_ROOTS 64 /* fetched in one round; roots change once a year or so */

typedef enum {
    BT_STEP_ROOT,     /* the roots from `root` on */
    BT_STEP_ALERT,    /* an envelope and its assets */
    BT_STEP_ORDER,    /* an envelope; only where there is one */
    BT_STEP_MANIFEST, /* the same */
    BT_STEP_ASSET,
} BtStepKind;

/* What an asset is, in the order of fetching. */
typedef enum {
    BT_RANK_TEXT, /* text documents: subtitles */
    BT_RANK_PICTURE,
    BT_RANK_IMAGE,
    BT_RANK_AUDIO,
    BT_RANK_VIDEO,
} BtRank;

typedef struct {
    BtStepKind kind;
    gint64 root;
    char sha256[BT_HASH_HEX_SIZE]; /* ALERT, MANIFEST: "" when there is none */
    guint64 size_bytes;            /* ASSET, as the rest */
    BtRank rank;
    gint64 due_ms; /* the first instant at which it may be wanted on the glass; BT_TIME_MAX: none */
} BtStep;

/* The documents that `now` names, in the order in which they matter: a newer root, the alert, the
 * order that ends cuts, the manifest. What `now` denies is left out. (transfer full) of BtStep */
GArray *bt_plan_documents(const BtNow *now, gint64 root_version);

/* The assets that some item of `manifest` needs, each once, by rank; within a rank those first
 * whose programme and item are due first at `now_ms`, then in the order of the document.
 * BT_TIME_MIN for `now_ms`: the time is not known, and all are due. (transfer full) of BtStep */
GArray *bt_plan_assets(const BtManifest *manifest, gint64 now_ms);

/* Those of `assets` that `has` does not have and `now` (nullable) does not deny. (transfer full) */
typedef gboolean (*BtPlanHas)(const char *sha256, gpointer user);
GArray *bt_plan_missing(const GArray *assets, const BtNow *now, BtPlanHas has, gpointer user);

gboolean bt_plan_is_denied(const BtNow *now, const char *sha256);

#endif
