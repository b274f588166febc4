/* Who is connected, since when, and how much each may still ask.
 *
 * libmicrohttpd closes a connection that is silent for too long, but not one that sends a byte of
 * its headers now and then. So each connection is looked at once a second: a request that has begun
 * must have its head within 10 s and its body within 30 s. Thread-safety: the server's thread. */
#ifndef BT_SOURCE_PEERS_H
#define BT_SOURCE_PEERS_H

#include <glib.h>

#define BT_PEER_HEAD_MS 10000
#define BT_PEER_BODY_MS 30000
#define BT_PEER_MAX_BUCKETS 4096

typedef struct BtPeers BtPeers;
typedef struct BtPeer BtPeer;

/* (transfer full) */
BtPeers *bt_peers_new(void);
void bt_peers_free(BtPeers *peers);

/* A connection came and went. `fd` stays libmicrohttpd's; `address` is copied. The peer is
 * borrowed, and gone when it is removed. */
BtPeer *bt_peers_add(BtPeers *peers, int fd, const char *address, gint64 mono_ms);
void bt_peers_remove(BtPeers *peers, BtPeer *peer);
/* Borrowed until the next bt_peer_set_address. */
const char *bt_peer_address(const BtPeer *peer);
/* Behind a proxy: whose request this one is. `address` is copied. */
void bt_peer_set_address(BtPeer *peer, const char *address);

/* Its head is whole; its body is whole; the answer was sent. */
void bt_peer_head_is_whole(BtPeer *peer, gint64 mono_ms);
void bt_peer_body_is_whole(BtPeer *peer);
void bt_peer_answered(BtPeer *peer, gint64 mono_ms);

/* Cuts those whose time is up. */
void bt_peers_tick(BtPeers *peers, gint64 mono_ms);

/* How many requests are under way. */
guint bt_peers_busy(BtPeers *peers);

/* Takes one of `burst` tokens of `name`, refilled at `per_minute`. 0, or the seconds until there is
 * one. */
int bt_peers_take(BtPeers *peers, const char *name, int burst, int per_minute, gint64 mono_ms);

#endif
