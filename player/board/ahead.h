/* Looking ahead: each change that is to come, in any zone, is opened and decoded before it is due.
 * Thread-safety: show's main thread. */
#ifndef BT_PLAYER_BOARD_AHEAD_H
#define BT_PLAYER_BOARD_AHEAD_H

#include "player/board/board.h"

/* The next item is decoded at least 2 s before it is due. */
#define BT_AHEAD_MS 2500

typedef struct {
    gint64 next_ms; /* the first change that is not prepared; BT_TIME_MAX: none is known */
} BtAhead;

/* `on_air` is on now. `anew`: the inputs are others, so nothing that was prepared counts. */
void bt_ahead_begin(BtAhead *ahead, const BtOnAir *on_air, gboolean anew);
/* Prepares the next change when it is near enough; one a call, since a page may have to be drawn.
 * Returns when to call again. */
gint64 bt_ahead_turn(BtAhead *ahead, BtBoard *board, gint64 t_ms);

#endif
