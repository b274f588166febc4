/* What somebody asks others to sign: documents that are ready to the byte, the signatures that
 * came, and what became of it. A document is published as soon as its signatures are as many as the
 * root wants for its class; the server itself cannot make one. Thread-safety: one thread a store.
 */
#ifndef BT_SOURCE_PROPOSALS_H
#define BT_SOURCE_PROPOSALS_H

#include "base/json.h"
#include "source/store/store.h"

typedef enum {
    BT_PROPOSAL_WAITING,
    BT_PROPOSAL_PUBLISHED,
    BT_PROPOSAL_REFUSED,   /* an approver said no; `answer` says why */
    BT_PROPOSAL_OVERTAKEN, /* newer documents were published meanwhile: it must be made anew */
    BT_N_PROPOSAL_STATES
} BtProposalState;

/* "manifest", "alert" or "order": the type of the envelope, application/vnd.bangtin.KIND+json. */
typedef struct {
    gint64 id;
    char *kind, *area, *author;
    BtJson
        *what; /* {"publish": [notice …], "withdraw": […], …}: as the desk that made it needs it */
    char *reason; /* the author's words */
    char *answer; /* the approver's */
    BtProposalState state;
    gint64 created_ms, decided_ms; /* decided_ms 0: not yet */
    GPtrArray *documents;          /* of BtProposalDocument */
} BtProposal;

typedef struct {
    GBytes *payload;
    GPtrArray *screens;    /* of char* */
    GPtrArray *signatures; /* of BtProposalSignature */
} BtProposalDocument;

typedef struct {
    char *keyid, *user;
    gint64 at_ms;
} BtProposalSignature;

/* Takes NULL too. */
void bt_proposal_free(BtProposal *proposal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtProposal, bt_proposal_free)

typedef struct {
    const char *kind, *area, *author, *reason;
    const BtJson *what;
    const GPtrArray *documents; /* of BtPlanDocument (press/plan.h) */
} BtProposalNew;

/* Its id; 0 with an error. */
gint64 bt_proposals_add(
    BtStore *store, const BtProposalNew *proposal, gint64 now_ms, GError **error);
/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtProposal *bt_proposals_find(BtStore *store, gint64 id, GError **error);
/* The newest first, at most `max`, of these areas (of char*) and states (a set of 1u <<). (transfer
 * full): GPtrArray of BtProposal */
GPtrArray *bt_proposals_list(BtStore *store, const GPtrArray *areas, guint states, guint max);

#endif
