/* The window of the board's ground behind show's: a show that dies uncovers no desktop, and its cut
 * key works while there is none. Thread-safety: the main thread. */
#ifndef BT_PLAYER_ROLES_GROUND_H
#define BT_PLAYER_ROLES_GROUND_H

#include <glib.h>

typedef struct BtGround BtGround;

/* NULL: there is no screen. `cut_key` as bt_display_open takes it; `on_cut` is called when it was
 * pressed over this window. (transfer full) (nullable) */
BtGround *bt_ground_open(const char *cut_key, void (*on_cut)(gpointer user), gpointer user);
void bt_ground_close(BtGround *ground /* nullable */);

#endif
