/* A transport over all the places where a source may be met: the configured base, then the hosts
 * that its root names, then where the base was met before. Thread-safety: one thread, as any
 * transport. */
#ifndef BT_PLAYLISTS_SYNC_PLACES_H
#define BT_PLAYLISTS_SYNC_PLACES_H

#include "playlists/sync/transport.h"

/* Of a root's hosts so many are asked: each that does not answer may cost a connection's patience
 * (BT_CONNECT_TIMEOUT_MAX_S), and a name, a second name and an address are what a source needs. */
#define BT_PLACES_MAX 4

/* At the base alone until hosts are set. A request that gets no answer of the source's there
 * (names, connection, TLS, a portal) and handed on no byte yet is asked at the next host; where it
 * is answered stays the first to be asked, and the base is tried again after ten minutes. POSTs,
 * whose address is signed, go to the base and to hosts that are addresses, where the base's own
 * name is met. After failure the error is the base's. As bt_transport_new else. (transfer full)
 * (nullable)
 */
BtTransport *bt_places_new(const BtTransportOptions *options, GError **error);
/* `hosts` (nullable): of char*, "NAME", "ADDRESS", each with or without ":PORT" ("[::1]:443").
 * `met`: an address as in BtTransport.met, "" for none. Copied; only what the last call named
 * counts. A folder has none. */
void bt_places_set_hosts(BtTransport *transport, const GPtrArray *hosts, const char *met);
/* The host that answered last; "": the base. Borrowed until the next call. */
const char *bt_places_now(const BtTransport *transport);

#endif
