/* A key with what is held down beside it, as people write it: "Pause", "Ctrl+Shift+F12". Private to
 * display. Thread-safety: safe. */
#ifndef BT_RENDER_DISPLAY_KEY_H
#define BT_RENDER_DISPLAY_KEY_H

#include <SDL.h>
#include <glib.h>

/* Zeroed: no key. */
typedef struct {
    SDL_Keycode code;
    guint modifiers; /* of KMOD_CTRL, KMOD_ALT, KMOD_SHIFT */
} BtKey;

/* FALSE leaves `*key` as it is. */
gboolean bt_key_parse(const char *name, BtKey *key);
/* Whether this is the key, with all that is to be held; a hand in a hurry may hold more. */
gboolean bt_key_is(const BtKey *key, SDL_Keycode code, guint modifiers);

#endif
