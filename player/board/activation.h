/* From "ready in the cache" to "counts from this instant": show's own judgement of what sync
 * brought.
 *
 * Every envelope is verified again, and every document of a source without signatures read again,
 * floors are the ledger's own, and the instant is written down before it comes (contract §6.6): the
 * end of the item on air in the first zone, at most 60 s away; at once for an emergency, a denial,
 * or when nothing is on air; of a document without signatures no later than its next slot begins.
 * Takes as long as verifying and parsing a megabyte takes.
 * Thread-safety: that of the cache and the ledger it is given.
 */
#ifndef BT_PLAYER_BOARD_ACTIVATION_H
#define BT_PLAYER_BOARD_ACTIVATION_H

#include "player/board/orders.h"
#include "player/config/config.h"

/* Notes of a manifest that are reported one by one. */
#define BT_ACTIVATION_MAX_NOTES 10

/* Inputs as old as that are not told again: their facts may be tidied away (BtFacts). */
#define BT_ACTIVATION_TOLD_AGAIN_MS (6 * BT_DAY_MS)

/* What happened, for the log and for reports. What came into force is written down before it is
 * told, in another database; so it has an id of its own, and the first look of each start tells it
 * again, for the case that the last one was cut off in between. */
typedef struct {
    const char *type; /* "activated", "refused", "denied", "alert", "noted", "root", "command",
                         "released" or "damaged" */
    const char *code; /* a word of bt_error_reason or "" */
    const char *what, *message;
    const char *id; /* of the fact; NULL: it is no change of the inputs */
    gboolean again;
} BtActivationNews;
/* All borrowed for the call. */
typedef void (*BtActivationEvent)(const BtActivationNews *news, gpointer user);
/* A command of now.json that is new; `until_ms` is its end. Cuts and darkness are in the ledger by
 * then. */
typedef void (*BtActivationCommand)(BtVerb verb, gint64 until_ms, gpointer user);
/* What is on now, for orders that mean it; `items` is cleared and set. */
typedef void (*BtActivationItems)(BtOrderItems *items, gpointer user);
/* The instant from which a manifest counts that is whole now. Asked once for each. `in_time`: what
 * it has in slots is not to be late, whatever is on air; else NULL. */
typedef gint64 (*BtActivationInstant)(const BtManifest *in_time, gpointer user);

typedef struct {
    const BtConfig *config;
    BtCache *cache;
    BtInputLedger *ledger;
    gint64 t_ms;           /* show time */
    gint64 trusted_now_ms; /* the latest instant that is surely past */
    gboolean first;        /* the first look of this start */
    BtActivationInstant instant_of_change;
    BtActivationItems items_on_air;
    BtActivationEvent on_event;
    BtActivationCommand on_command;
    gpointer user;
    gint64 newest_issued_ms; /* out: of all documents that verified; a floor for the clock */
    gboolean
        unfinished; /* out: this box's own disk kept something from being looked at or written */
    gint64 roots;   /* out: rises when a source has a newer root */
} BtActivation;

/* Looks at every source that is no folder. TRUE when the inputs changed: they are to be loaded
 * again. */
gboolean bt_activate(BtActivation *activation);

#endif
