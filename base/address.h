/* Addresses of sources, in the words of messages. */
#ifndef BT_BASE_ADDRESS_H
#define BT_BASE_ADDRESS_H

#include <glib.h>

/* The address as it may be said to anybody and be written to a log: without user, password, query
 * and fragment, each of which may be a secret; "…" stands where something was left out. Any text is
 * taken, also what is no address. (transfer full) */
char *bt_address_shown(const char *address);

/* Whether it has a user, a password, a query or a fragment; FALSE for what is no address. */
gboolean bt_address_has_more(const char *address);

/* Whether a host, by name or number, is this machine itself. */
gboolean bt_address_is_loopback(const char *host);

#endif
