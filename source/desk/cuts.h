/* Cuts: the safe picture on a screen, an area or everywhere, asked for by an operator, ended by an
 * approver's signature. The server can ask for the first (its freshness key signs commands) and not
 * for the second: the order that ends a cut is a document of the kind "order", signed like any
 * other (playlists/FORMAT.md). Thread-safety: one thread a store. */
#ifndef BT_SOURCE_CUTS_H
#define BT_SOURCE_CUTS_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_CUT_REASON_MAX_CHARS 1000
#define BT_CUTS_MAX_ON_A_SCREEN 4 /* of its 8 commands */

/* Borrowed. */
typedef struct {
    const char *area; /* of which it is: whose approvers are asked to end it */
    const char *who, *reason;
    const GPtrArray *screens; /* of char*, one or more */
    gint64 until_ms;          /* a screen that does not hear it by then is not cut any more */
} BtCutNew;

/* Written down and told. Its id (transfer full); NULL: BT_ERROR_INVALID without a reason or a
 * screen, BT_ERROR_LIMIT, BT_ERROR_NOT_FOUND. */
char *bt_cuts_add(BtStore *store, const BtCutNew *cut, gint64 now_ms, GError **error);

typedef struct {
    char *id, *area, *who, *reason;
    gint64 at_ms;
    gint64 ended_ms; /* 0: it stands */
    char *ended_by;
    GPtrArray *screens; /* of char*, by id */
    guint n_cut;        /* of them, those that said so since */
    gint64 proposal;    /* of its end, that waits for signatures; 0: none */
} BtCutEntry;
void bt_cut_entry_free(BtCutEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtCutEntry, bt_cut_entry_free)

/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtCutEntry *bt_cuts_find(BtStore *store, const char *id, GError **error);
/* The newest first, at most `max`: those that stand, or those that ended. (transfer full):
 * GPtrArray of BtCutEntry */
GPtrArray *bt_cuts_list(BtStore *store, gboolean standing, guint max);

/* The order that ends these cuts (ids, of char*), ready to be signed. Those that ended before are
 * in it again, for screens that have not heard it yet. BT_ERROR_NOT_FOUND, BT_ERROR_CONFLICT for
 * one that does not stand. (transfer full) (nullable): GPtrArray of one BtPlanDocument */
GPtrArray *bt_cuts_plan_end(BtStore *store, const GPtrArray *cuts, gint64 now_ms, GError **error);
/* What a proposal of them says of itself: {"cuts": [ID …]}. (transfer full) */
BtJson *bt_cuts_what(const GPtrArray *cuts);
/* A proposal was decided; one of another desk is none of ours. Part of the caller's transaction. */
gboolean bt_cuts_decided(
    BtStore *store, const BtJson *what, gboolean published, gint64 now_ms, GError **error);
/* The same way by hand: an order that was signed already, verified as a board would. */
gboolean bt_cuts_end(BtStore *store, const GPtrArray *cuts, GBytes *envelope, const char *who,
    gint64 now_ms, GError **error);

#endif
