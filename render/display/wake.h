/* A descriptor that becomes readable when SDL has events.
 * Thread-safety: the display's thread. */
#ifndef BT_RENDER_DISPLAY_WAKE_H
#define BT_RENDER_DISPLAY_WAKE_H

#include <SDL.h>
#include <glib.h>

typedef struct BtWake BtWake;

/* NULL on platforms whose window system has no socket to watch; the other functions take that too.
 */
BtWake *bt_wake_new(SDL_Window *window);
void bt_wake_free(BtWake *wake);
int bt_wake_fd(const BtWake *wake); /* -1 for NULL */

/* After anything that talked to the window system: makes the descriptor readable when events came.
 */
void bt_wake_check(BtWake *wake);
/* When all events were taken. */
void bt_wake_calm(BtWake *wake);
/* Whether SDL holds events that it has not yet given out. */
gboolean bt_wake_has_events(void);

#endif
