/* From "ready in the cache" to "counts from this instant": show's own judgement of what sync
 * brought.
 *
 * Every envelope is verified again, floors are the ledger's own, and the instant is written down
 * before it comes (contract §6.6): the end of the item on air in the first zone, at most 60 s away;
 * at once for an emergency, a denial, or when nothing is on air. Takes as long as verifying and
 * parsing a megabyte takes. Thread-safety: that of the cache and the ledger it is given.
 */
#ifndef BT_PLAYER_ACTIVATION_H
#define BT_PLAYER_ACTIVATION_H

#include "player/config.h"

/* Notes of a manifest that are reported one by one. */
#define BT_ACTIVATION_MAX_NOTES 10

/* What happened, for the log and for reports. `type` is "activated", "refused", "denied", "alert",
 * "root" or "command"; `code` a word of bt_error_reason or ""; all borrowed for the call. */
typedef void (*BtActivationEvent)(
    const char *type, const char *code, const char *what, const char *message, gpointer user);
/* A command of now.json that is new; `until_ms` is its end. Cuts and darkness are in the ledger by
 * then. */
typedef void (*BtActivationCommand)(BtVerb verb, gint64 until_ms, gpointer user);
/* The instant from which a manifest counts that is whole now. Asked once for each. */
typedef gint64 (*BtActivationInstant)(gpointer user);

typedef struct {
    const BtConfig *config;
    BtCache *cache;
    BtInputLedger *ledger;
    gint64 t_ms;           /* show time */
    gint64 trusted_now_ms; /* the latest instant that is surely past */
    BtActivationInstant instant_of_change;
    BtActivationEvent on_event;
    BtActivationCommand on_command;
    gpointer user;
    gint64 newest_issued_ms; /* out: of all documents that verified; a floor for the clock */
    gint64 roots;            /* out: rises when a source has a newer root */
} BtActivation;

/* Looks at every native source. TRUE when the inputs changed: they are to be loaded again. */
gboolean bt_activate(BtActivation *activation);

#endif
