/* Notices: what officials write, what became of it, and how it gets to be signed.
 *
 * A notice is an item of a manifest without its id. As it is written it can be saved whatever is
 * still missing; what is on screens is what was signed last, and stays there until something newer,
 * or its end, is signed. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_NOTICES_H
#define BT_SOURCE_NOTICES_H

#include "base/json.h"
#include "source/store/store.h"

#define BT_NOTICE_MAX_BYTES (48 * 1024) /* of its JSON: a proposal holds it beside its targets */
#define BT_NOTICE_MAX_TARGETS 1000
#define BT_NOTICES_MAX_LIST 500

typedef enum {
    BT_NOTICE_DRAFT,     /* it is being written, or was written anew since it was published */
    BT_NOTICE_WAITING,   /* for signatures */
    BT_NOTICE_PUBLISHED, /* what is written is on the screens, or will be from its day on */
    BT_NOTICE_LEAVING,   /* published; that it leaves waits for signatures */
    BT_NOTICE_WITHDRAWN,
    BT_NOTICE_REFUSED, /* an approver said no */
    BT_NOTICE_EXPIRED, /* published, and its time is over */
    BT_N_NOTICE_STATES
} BtNoticeState;

typedef struct {
    gint64 id, revision;
    char *area, *author;
    BtNoticeState state;
    BtJson *body, *targets;
    gboolean is_published; /* something of it, perhaps as it was before, is signed for screens */
    gint64 created_ms, updated_ms, published_ms; /* 0: never */
} BtNotice;
void bt_notice_free(BtNotice *notice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtNotice, bt_notice_free)

/* "draft", …: what is kept. Static. */
const char *bt_notice_state_name(BtNoticeState state);
/* What people call it: its first title, else how its words begin; "" while there are none. Borrowed
 * from the notice. */
const char *bt_notice_title(const BtNotice *notice);

/* Its id, 0 with an error. */
gint64 bt_notices_add(BtStore *store, const char *area, const char *author, const BtJson *body,
    const BtJson *targets, gint64 now_ms, GError **error);
/* BT_ERROR_NOT_FOUND. (transfer full) (nullable) */
BtNotice *bt_notices_find(BtStore *store, gint64 id, gint64 now_ms, GError **error);
/* Of these areas (of char*), what was touched last first, at most `max` after `skip`. (transfer
 * full): GPtrArray of BtNotice */
GPtrArray *bt_notices_list(
    BtStore *store, const GPtrArray *areas, guint skip, guint max, gint64 now_ms);

/* What a notice says from now on. `revision` is the one that was read: BT_ERROR_CONFLICT where
 * somebody saved another since, and nothing is changed. `*saved` is the new one; what says the same
 * keeps its revision and its state, whichever was read. BT_ERROR_LIMIT. */
typedef struct {
    gint64 id, revision;
    const char *area;
    const BtJson *body, *targets;
} BtNoticeWords;
gboolean bt_notices_save(
    BtStore *store, const BtNoticeWords *words, gint64 now_ms, gint64 *saved, GError **error);
/* Of a notice that was never signed; else BT_ERROR_CONFLICT. */
gboolean bt_notices_remove(BtStore *store, gint64 id, GError **error);

/* ---- towards the screens ---- */

/* What has to be done before it can be proposed: the field of the form ("title-0", "targets",
 * "until") and words for people. */
typedef struct {
    char *field, *words;
    gboolean is_legacy; /* in an encoding of before Unicode, which can be converted */
} BtNoticeLack;
/* (transfer full): GPtrArray of BtNoticeLack, empty when nothing is missing */
GPtrArray *bt_notice_lacks(const BtNotice *notice, gint64 now_ms);

/* Proposes what is written, or that it leaves the screens: the documents are made, and wait for
 * signatures. `reason` are the author's words. The proposal's id, 0 with an error: what the plan
 * says, BT_ERROR_INVALID for what lacks something or has no screen. */
gint64 bt_notices_propose(BtStore *store, gint64 id, const char *author, const char *reason,
    gint64 now_ms, GError **error);
gint64 bt_notices_propose_end(BtStore *store, gint64 id, const char *author, const char *reason,
    gint64 now_ms, GError **error);

/* What an approver said when the notice was refused last; "" nothing. (transfer full) */
char *bt_notices_answer(BtStore *store, gint64 id);

/* What became of a proposal: `what` is the proposal's, `published` FALSE: refused or taken back.
 * Part of the caller's transaction. What was written anew meanwhile stays a draft. */
gboolean bt_notices_decided(
    BtStore *store, const BtJson *what, gboolean published, gint64 now_ms, GError **error);

#endif
