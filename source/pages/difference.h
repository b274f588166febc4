/* What a proposal changes: its documents beside those that its screens had before it, item by item
 * and programme by programme. Thread-safety: one owner. */
#ifndef BT_SOURCE_DIFFERENCE_H
#define BT_SOURCE_DIFFERENCE_H

#include "playlists/model/manifest.h"
#include "source/desk/proposals.h"

typedef enum {
    BT_DIFFERENCE_NEW,
    BT_DIFFERENCE_CHANGED,
    BT_DIFFERENCE_GONE,
    BT_DIFFERENCE_SAME,
    BT_N_DIFFERENCES
} BtDifferenceState;

typedef struct {
    BtDifferenceState state;
    const BtItem *item;           /* an item as it will be, or as it was when it is gone; or */
    const BtProgramme *programme; /* a programme */
    GPtrArray *screens;           /* of char*: where */
} BtDifferenceEntry;

typedef struct {
    GPtrArray *items;      /* of BtDifferenceEntry, new ones first */
    GPtrArray *programmes; /* the same of programmes */
    GPtrArray *manifests;  /* of BtManifest, which the entries borrow from */
    guint classes;         /* set of 1u << BtClass that its programmes use */
    gint64 expires_ms;     /* the earliest of its documents */
} BtDifference;

/* What cannot be read counts as nothing. (transfer full) */
BtDifference *bt_difference_make(BtStore *store, const BtProposal *proposal);
void bt_difference_free(BtDifference *difference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtDifference, bt_difference_free)

#endif
