/* One-time links on a terminal: as an address, and as a code that a phone can read.
 * Thread-safety: the main thread. */
#ifndef BT_SOURCE_LINKS_H
#define BT_SOURCE_LINKS_H

#include <glib.h>

/* Whether this can stand before the paths of the pages: https://HOST[/PATH] or http://…, without a
 * slash at its end. */
gboolean bt_link_is_base(const char *base);
/* BASE/invitation/TOKEN (transfer full) */
char *bt_link_address(const char *base, const char *token);
/* Says for whom it is, shows it, and says how long it holds. */
void bt_link_print(const char *user, const char *address);

#endif
