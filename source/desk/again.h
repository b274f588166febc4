/* Proposals that are made from what there was: an overtaken one planned anew, what runs out signed
 * again as it is, an earlier publication brought back. Nobody writes anything for them.
 * Thread-safety: one thread a store. */
#ifndef BT_SOURCE_AGAIN_H
#define BT_SOURCE_AGAIN_H

#include "source/desk/proposals.h"

#define BT_EXPIRING_MS (14 * BT_DAY_MS) /* the first of three times at which people are told */

/* A document in force that runs out. */
typedef struct {
    char *sha256;
    gint64 version, expires_ms;
    int days;           /* 14, 7 or 1: the last of these marks that it has passed */
    GPtrArray *screens; /* of char*: those that have it now */
} BtExpiring;

/* What runs out within BT_EXPIRING_MS, or has, the soonest first. (transfer full): GPtrArray of
 * BtExpiring */
GPtrArray *bt_proposals_expiring(BtStore *store, gint64 now_ms);

/* Proposes once more what an overtaken proposal wanted, on what is in force now. Its id; 0 with an
 * error: CONFLICT when it was not overtaken, INVALID when nothing is left of it. */
gint64 bt_proposals_again(
    BtStore *store, gint64 id, const char *author, gint64 now_ms, GError **error);
/* Proposes the same content as in this document in force for another 60 days. It has no author, so
 * whoever approves may sign it. Its id; 0 with an error: NOT_FOUND when no screen has it now. */
gint64 bt_proposals_renew(BtStore *store, const char *sha256, gint64 now_ms, GError **error);
/* Proposes the content of an earlier publication for these screens (of char*), which all had it.
 * The same errors. */
gint64 bt_proposals_return(BtStore *store, const char *sha256, const GPtrArray *screens,
    const char *author, const char *reason, gint64 now_ms, GError **error);

#endif
