/* Small pictures of what is on the glass, for the people who look after the screen: now and then,
 * when it shows something of another kind, and when somebody asks. The newest lies in a file until
 * sync has sent it. Thread-safety: show's main thread; a thread of its own compresses and writes.
 */
#ifndef BT_PLAYER_SHOW_SHOTS_H
#define BT_PLAYER_SHOW_SHOTS_H

#include "player/facts/shot.h"
#include "player/show/glass.h"

#define BT_SHOT_SIDE_PX 480
#define BT_SHOT_MIN_S 30 /* between two that nobody asked for */

typedef struct BtShots BtShots;

/* `written` is called in the main loop when a new picture lies at `path` (copied). One each
 * `every_s` seconds; 0: only those that somebody asks for. `glass` is borrowed and outlives it.
 * (transfer full) */
BtShots *bt_shots_new(
    BtGlass *glass, const char *path, int every_s, GSourceFunc written, gpointer user);
/* Waits for the one that is being written. NULL is nothing. */
void bt_shots_free(BtShots *shots);

/* Somebody asked for one. */
void bt_shots_ask(BtShots *shots);
/* What is on the glass is of this kind now; where it was another one, a picture is taken soon, when
 * changes have come to rest. */
void bt_shots_note_kind(BtShots *shots, guint kind);

#endif
