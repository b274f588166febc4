/* A bounded store of what was costly to make: keyed by everything that went into it, so that what
 * is found is what would be made again. The longest unused goes first. Thread-safety: one owner. */
#ifndef BT_PLAYER_STAGE_SHELF_H
#define BT_PLAYER_STAGE_SHELF_H

#include <glib.h>

typedef struct BtShelf BtShelf;

/* Holds at most `max_bytes`, or one thing that is larger. `destroy` frees a thing. (transfer full)
 */
BtShelf *bt_shelf_new(gsize max_bytes, GDestroyNotify destroy);
void bt_shelf_free(BtShelf *shelf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BtShelf, bt_shelf_free)

/* The thing under `key`, NULL when there is none. Borrowed, until the next bt_shelf_put. */
gpointer bt_shelf_find(BtShelf *shelf, const char *key);
/* Puts `thing` (transfer full) there, replacing what was; returns it, borrowed. */
gpointer bt_shelf_put(BtShelf *shelf, const char *key, gpointer thing, gsize size_bytes);
gsize bt_shelf_bytes(const BtShelf *shelf);

#endif
