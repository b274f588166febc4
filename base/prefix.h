/* What stands before a text that came from elsewhere. Thread-safe. */
#ifndef BT_BASE_PREFIX_H
#define BT_BASE_PREFIX_H

#include <glib.h>

/* Passes over the mark of a byte order, which editors and servers on Windows write before UTF-8 and
 * which is no part of it. `*text` may be NULL where there are no bytes. */
void bt_prefix_skip_mark(const char **text, gsize *size_bytes);
/* It begins as a page in HTML does, where something else was asked for: with "<", after the mark
 * and white space. */
gboolean bt_prefix_is_page(const void *text, gsize size_bytes);

#endif
