/* Says when the box's network changed: a link came or went, it has another address, a way out. Only
 * what the kernel knows of; a line that fell silent behind a modem is none of it. */
#ifndef BT_PLAYER_SYNC_LINE_WATCH_H
#define BT_PLAYER_SYNC_LINE_WATCH_H

#include <glib.h>

#define BT_LINE_SETTLES_MS 1000 /* changes come in bursts */

typedef struct BtLineWatch BtLineWatch;

/* Calls `on_change` from the main context of this thread, BT_LINE_SETTLES_MS to twice that after
 * the first change of a burst: boards whose mast is back do not all ask in one instant. (transfer
 * full). Before the program has other threads: it sets a variable of the environment. */
BtLineWatch *bt_line_watch_new(void (*on_change)(gpointer user), gpointer user);
void bt_line_watch_free(BtLineWatch *watch); /* (nullable) */

#endif
