/* A window of one colour that the window system itself puts back wherever it was covered.
 * Thread-safety: the display's thread. */
#ifndef BT_RENDER_DISPLAY_PLAIN_H
#define BT_RENDER_DISPLAY_PLAIN_H

#include <SDL.h>
#include <glib.h>

/* FALSE where the window system keeps no colour: then somebody must draw. */
gboolean bt_plain_fill(SDL_Window *window, guint32 argb);

#endif
