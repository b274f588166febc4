/* From "ready in the cache" to "counts from this instant": show's own judgement of what sync
 * brought.
 *
 * Every envelope is verified again, floors are the ledger's own, and the instant is written down
 * before it comes (contract §6.6): the end of the item on air in the first zone, at most 60 s away;
 * at once for an emergency, a denial, or when nothing is on air. Thread-safety: show's main thread.
 */
#ifndef BT_PLAYER_ACTIVATION_H
#define BT_PLAYER_ACTIVATION_H

#include "player/board.h"

#define BT_ACTIVATION_MAX_WAIT_MS (60 * BT_SECOND_MS)
/* Notes of a manifest that are reported one by one. */
#define BT_ACTIVATION_MAX_NOTES 10

/* What happened, for the log and for reports. `type` is "activated", "refused", "denied", "alert"
 * or "command"; `code` a word of bt_error_reason or ""; all borrowed for the call. */
typedef void (*BtActivationEvent)(
    const char *type, const char *code, const char *what, const char *message, gpointer user);
/* A command of now.json that is new; `until_ms` is its end. */
typedef void (*BtActivationCommand)(BtVerb verb, gint64 until_ms, gpointer user);

typedef struct {
    const BtConfig *config;
    BtBoard *board;
    const BtOnAir *on_air; /* what is on now; NULL: nothing yet */
    gint64 t_ms;           /* show time */
    gint64 trusted_now_ms; /* BT_TIME_MIN: the clock is not trusted */
    BtActivationEvent on_event;
    BtActivationCommand on_command;
    gpointer user;
    gint64 newest_issued_ms; /* out: of all documents that verified; a floor for the clock */
} BtActivation;

/* Looks at every native source. TRUE when the inputs changed: reload the board. */
gboolean bt_activate(BtActivation *activation);

#endif
