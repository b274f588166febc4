/* Cuts that boards report and that are not written down here: made after the backup from which this
 * source was brought back. A board's word ends nothing: somebody takes such a cut in as one of this
 * source's, and its end is signed like any other's (cuts.h). Thread-safety: one thread a store. */
#ifndef BT_SOURCE_CUTS_TOLD_H
#define BT_SOURCE_CUTS_TOLD_H

#include "source/store/store.h"

#define BT_CUTS_TOLD_MAX 100 /* different ones at a time: a board is a stranger */
/* A board that says so much longer after the end was signed did not take it. */
#define BT_CUTS_TOLD_GRACE_MS (10 * BT_MINUTE_MS)

typedef struct {
    char *id;
    gint64 since_ms;    /* by the boards' clocks, the earliest */
    GPtrArray *screens; /* of char*, by id: those that say so and do not stand in it here */
} BtCutTold;
void bt_cut_told_free(BtCutTold *told);

/* (transfer full): GPtrArray of BtCutTold */
GPtrArray *bt_cuts_told(BtStore *store);
/* The one of that id in such a list; NULL when it is not in it. Borrowed. */
const BtCutTold *bt_cuts_told_in(const GPtrArray *all, const char *id);
/* From now on it stands here, on these screens too, in the smallest area in which all of its
 * screens lie. BT_ERROR_CONFLICT while an end that knows nothing of them waits for its signature.
 */
gboolean bt_cuts_take_in(BtStore *store, const BtCutTold *told, const char *who, const char *reason,
    gint64 now_ms, GError **error);

#endif
