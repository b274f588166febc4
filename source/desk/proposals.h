/* What somebody asks others to sign: documents that are ready to the byte, the signatures that
 * came, and what became of it. A document is published as soon as its signatures are as many as the
 * root wants for its class (signing.h); the server itself cannot make one. Thread-safety: one
 * thread a store. */
#ifndef BT_SOURCE_PROPOSALS_H
#define BT_SOURCE_PROPOSALS_H

#include "base/json.h"
#include "source/press/plan.h"
#include "source/store/store.h"

#define BT_PROPOSAL_MAX_DOCUMENTS 256     /* shapes, or screens that play something of their own */
#define BT_PROPOSAL_REASON_MAX_CHARS 1000 /* of the author's words, and of the approver's */
#define BT_PROPOSAL_WHAT_MAX_BYTES (64 * 1024)

typedef enum {
    BT_PROPOSAL_WAITING,
    BT_PROPOSAL_SIGNED,    /* all signatures are there, it is on its way to the screens */
    BT_PROPOSAL_PUBLISHED, /* the screens are told */
    BT_PROPOSAL_REFUSED,   /* an approver said no; `answer` says why */
    BT_PROPOSAL_OVERTAKEN, /* newer documents were published meanwhile, or a board would not take it
                            * any more (then `answer` says why): it must be made anew */
    BT_PROPOSAL_WITHDRAWN, /* its author took it back */
    BT_N_PROPOSAL_STATES
} BtProposalState;

/* "waiting", …: what is kept. Static. */
const char *bt_proposal_state_name(BtProposalState state);

/* "manifest", "alert" or "order": the type of the envelope, application/vnd.bangtin.KIND+json. */
typedef struct {
    gint64 id;
    char *kind, *area, *author;
    BtJson *what;  /* {"publish": [notice …], …}: as the desk that made it needs it */
    char *reason;  /* the author's words */
    char *answer;  /* the approver's */
    char *decider; /* who refused it, or whose signature was the last one */
    BtProposalState state;
    gint64 created_ms, decided_ms; /* decided_ms 0: not yet */
    GPtrArray *documents;          /* of BtProposalDocument */
} BtProposal;

typedef struct {
    GBytes *payload;
    gint64 version;
    gint64 base;           /* the newest version that one of its screens had when it was made */
    GPtrArray *screens;    /* of char* */
    GPtrArray *signatures; /* of BtProposalSignature */
} BtProposalDocument;

typedef struct {
    char *keyid, *user;
    char *base64;
    gint64 at_ms;
} BtProposalSignature;

/* With all that is in it. Takes NULL too. */
void bt_proposal_free(BtProposal *proposal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtProposal, bt_proposal_free)

typedef struct {
    const char *kind, *area;
    const char *author; /* "": nobody's, the content is one that was signed before */
    const char *reason;
    const BtJson *what;
    const GPtrArray *documents; /* of BtPlanDocument (press/plan.h); of each the payload and the
                                 * screens are read */
} BtProposalNew;

/* Its id; 0 with an error. Each document gets the next version of its kind, whatever stands in it:
 * so proposals for different screens wait side by side. It is checked as far as it can be without a
 * signature, its assets must lie in the tree, and no screen may stand in two documents:
 * BT_ERROR_INVALID, BT_ERROR_NOT_FOUND, BT_ERROR_LIMIT, and what its kind says (kinds.h). */
gint64 bt_proposals_add(
    BtStore *store, const BtProposalNew *proposal, gint64 now_ms, GError **error);
/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtProposal *bt_proposals_find(BtStore *store, gint64 id, GError **error);
/* The newest first, at most `max`, of these areas (of char*) and states (a set of 1u <<), without
 * their documents' payloads. (transfer full): GPtrArray of BtProposal */
GPtrArray *bt_proposals_list(BtStore *store, const GPtrArray *areas, guint states, guint max);
/* As programs read it, without the payloads: {"id", "kind", "state", "area", "author", "reason",
 * "decider", "answer", "created", "what", "documents": [{"version", "sha256", "screens",
 * "signers"}]}. (transfer full) */
BtJson *bt_proposal_to_json(const BtProposal *proposal);
/* How many wait in these areas (of char*). */
guint bt_proposals_count_waiting(BtStore *store, const GPtrArray *areas);

#endif
