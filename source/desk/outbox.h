/* Letters and calls that wait to be sent: kept until they are taken, tried again ever more rarely,
 * given up after three days. Thread-safety: one thread a store. */
#ifndef BT_SOURCE_OUTBOX_H
#define BT_SOURCE_OUTBOX_H

#include "source/post/mail.h"
#include "source/store/store.h"

#define BT_OUTBOX_MAX 1000 /* that wait at a time; the oldest are given up for newer ones */
#define BT_OUTBOX_GIVE_UP_MS (3 * BT_DAY_MS)
#define BT_OUTBOX_KEEP_MS (30 * BT_DAY_MS) /* what was sent is shown for so long */

typedef struct {
    gint64 id;
    char *token;  /* by which a receiver knows it again */
    char *way;    /* "mail", "hook" */
    char *area;   /* what it is about; of a hook: whose it is */
    char *target; /* an address, or the hook's */
    char *subject, *body;
    gint64 created_ms, sent_ms, given_up_ms; /* 0: not */
    char *problem;                           /* the last one, "" none */
} BtOutgoing;

void bt_outgoing_free(BtOutgoing *outgoing); /* (nullable) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtOutgoing, bt_outgoing_free)

/* Part of the caller's transaction, if one is open. */
gboolean bt_outbox_mail(BtStore *store, const char *area, const char *to, const char *subject,
    const char *text, gint64 now_ms, GError **error);
/* `area`: whose hook it is. */
gboolean bt_outbox_hook(BtStore *store, const char *area, const char *url, const char *subject,
    const char *json, gint64 now_ms, GError **error);
/* The next one that is due, NULL when none is. (transfer full) */
BtOutgoing *bt_outbox_next(BtStore *store, gint64 now_ms);
/* Sends it by its way and notes what came of it. `mailbox` NULL: letters wait until there is one.
 * FALSE only when the note could not be kept. */
gboolean bt_outbox_send(BtStore *store, const BtMailbox *mailbox, const BtOutgoing *outgoing,
    gint64 now_ms, GError **error);
/* The newest, at most `max`, of these areas (GPtrArray of char*). (transfer full): GPtrArray of
 * BtOutgoing */
GPtrArray *bt_outbox_list(BtStore *store, const GPtrArray *areas, guint max);
/* Drops what is old, gives up what waits too long or is too much. */
gboolean bt_outbox_tidy(BtStore *store, gint64 now_ms, GError **error);

#endif
