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

/* Inputs as old as that are not told again: their facts may be tidied away (BtFacts). */
#define BT_ACTIVATION_TOLD_AGAIN_MS (6 * BT_DAY_MS)

/* What happened, for the log and for reports. What came into force is written down before it is
 * told, in another database; so it has an id of its own, and the first look of each start tells it
 * again, for the case that the last one was cut off in between. */
typedef struct {
    const char *type; /* "activated", "refused", "denied", "alert", "noted" or "command" */
    const char *code; /* a word of bt_error_reason or "" */
    const char *what, *message;
    const char *id; /* of the fact; NULL: it is no change of the inputs */
    gboolean again;
} BtActivationNews;
/* All borrowed for the call. */
typedef void (*BtActivationEvent)(const BtActivationNews *news, gpointer user);
/* A command of now.json that is new; `until_ms` is its end. */
typedef void (*BtActivationCommand)(BtVerb verb, gint64 until_ms, gpointer user);

typedef struct {
    const BtConfig *config;
    BtBoard *board;
    const BtOnAir *on_air; /* what is on now; NULL: nothing yet */
    gint64 t_ms;           /* show time */
    gint64 trusted_now_ms; /* BT_TIME_MIN: the clock is not trusted */
    gboolean first;        /* the first look of this start */
    BtActivationEvent on_event;
    BtActivationCommand on_command;
    gpointer user;
    gint64 newest_issued_ms; /* out: of all documents that verified; a floor for the clock */
} BtActivation;

/* Looks at every native source. TRUE when the inputs changed: reload the board. */
gboolean bt_activate(BtActivation *activation);

#endif
