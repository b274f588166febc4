/* The diary is kept in one language; this says its lines in the visitor's.
 * Thread-safety: the server's thread. */
#ifndef BT_SOURCE_DIARY_WORDS_H
#define BT_SOURCE_DIARY_WORDS_H

#include <glib.h>

/* The line in the visit's language; a line of a form that is not known, as it is. (transfer full)
 */
char *bt_diary_words(const char *what);

#endif
