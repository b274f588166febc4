/* Whether a word can be a syllable of Vietnamese: by its spelling, not by a dictionary.
 * Thread-safety: safe (pure). */
#ifndef BT_FONTS_SYLLABLE_H
#define BT_FONTS_SYLLABLE_H

#include <glib.h>

/* `word`: `n` bytes of UTF-8 in any case, composed or not. A final k counts as c, as names of the
 * highlands are written (Đắk Lắk). */
gboolean bt_is_syllable(const char *word, gsize n);

#endif
