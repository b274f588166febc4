#include "source/serve/peers.h"

#include <linux/tcp.h>
#include <math.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

typedef enum { IDLE, HEAD, BODY, ANSWER } Phase;

struct BtPeer {
    int fd;
    char *address;
    Phase phase;
    gint64 since_ms;
    guint64 seen_bytes; /* when it became idle */
};

typedef struct {
    double tokens;
    gint64 at_ms;
} Bucket;

struct BtPeers {
    GHashTable *peers;   /* set of BtPeer */
    GHashTable *buckets; /* name → Bucket */
};

static void peer_free(BtPeer *peer)
{
    g_free(peer->address);
    g_free(peer);
}

BtPeers *bt_peers_new(void)
{
    BtPeers *peers = g_new0(BtPeers, 1);
    peers->peers = g_hash_table_new_full(NULL, NULL, (GDestroyNotify)peer_free, NULL);
    peers->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return peers;
}

void bt_peers_free(BtPeers *peers)
{
    g_hash_table_unref(peers->peers);
    g_hash_table_unref(peers->buckets);
    g_free(peers);
}

/* Bytes that came over a TCP connection so far; 0 where the kernel does not say (a unix socket,
 * where the proxy in front has time limits of its own). */
static guint64 received_bytes(int fd)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        size < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return 0;
    return info.tcpi_bytes_received;
}

/* A new connection owes a request at once. */
BtPeer *bt_peers_add(BtPeers *peers, int fd, const char *address, gint64 mono_ms)
{
    BtPeer *peer = g_new0(BtPeer, 1);
    peer->fd = fd;
    peer->address = g_strdup(address);
    peer->phase = HEAD;
    peer->since_ms = mono_ms;
    g_hash_table_add(peers->peers, peer);
    return peer;
}

void bt_peers_remove(BtPeers *peers, BtPeer *peer)
{
    g_hash_table_remove(peers->peers, peer);
}

const char *bt_peer_address(const BtPeer *peer)
{
    return peer->address;
}

void bt_peer_set_address(BtPeer *peer, const char *address)
{
    g_free(peer->address);
    peer->address = g_strdup(address);
}

static void enter(BtPeer *peer, Phase phase, gint64 mono_ms)
{
    peer->phase = phase;
    peer->since_ms = mono_ms;
}

void bt_peer_head_is_whole(BtPeer *peer, gint64 mono_ms)
{
    enter(peer, BODY, mono_ms);
}

void bt_peer_body_is_whole(BtPeer *peer)
{
    peer->phase = ANSWER;
}

void bt_peer_answered(BtPeer *peer, gint64 mono_ms)
{
    enter(peer, IDLE, mono_ms);
    peer->seen_bytes = received_bytes(peer->fd);
}

/* An idle connection may wait for its next request, until the first byte of it is here. */
static void look_at(BtPeer *peer, gint64 mono_ms)
{
    if (peer->phase == IDLE && received_bytes(peer->fd) > peer->seen_bytes)
        enter(peer, HEAD, mono_ms);
    gint64 limit_ms = peer->phase == HEAD ? BT_PEER_HEAD_MS
        : peer->phase == BODY             ? BT_PEER_BODY_MS
                                          : G_MAXINT64;
    if (mono_ms - peer->since_ms >= limit_ms)
        (void)shutdown(peer->fd, SHUT_RDWR); /* libmicrohttpd sees the end and closes */
}

void bt_peers_tick(BtPeers *peers, gint64 mono_ms)
{
    GHashTableIter iter;
    gpointer peer;
    g_hash_table_iter_init(&iter, peers->peers);
    while (g_hash_table_iter_next(&iter, &peer, NULL))
        look_at(peer, mono_ms);
}

guint bt_peers_busy(BtPeers *peers)
{
    guint n = 0;
    GHashTableIter iter;
    gpointer peer;
    g_hash_table_iter_init(&iter, peers->peers);
    while (g_hash_table_iter_next(&iter, &peer, NULL))
        n += ((BtPeer *)peer)->phase == BODY || ((BtPeer *)peer)->phase == ANSWER;
    return n;
}

int bt_peers_take(BtPeers *peers, const char *name, int burst, int per_minute, gint64 mono_ms)
{
    Bucket *bucket = g_hash_table_lookup(peers->buckets, name);
    if (bucket == NULL) {
        /* Names are screens and addresses; whoever invents so many gains one fresh burst. */
        if (g_hash_table_size(peers->buckets) >= BT_PEER_MAX_BUCKETS)
            g_hash_table_remove_all(peers->buckets);
        bucket = g_new0(Bucket, 1);
        *bucket = (Bucket){ burst, mono_ms };
        g_hash_table_insert(peers->buckets, g_strdup(name), bucket);
    }
    double refill = (double)(mono_ms - bucket->at_ms) * per_minute / 60000;
    bucket->tokens = MIN(burst, bucket->tokens + refill);
    bucket->at_ms = mono_ms;
    if (bucket->tokens >= 1) {
        bucket->tokens -= 1;
        return 0;
    }
    return (int)ceil((1 - bucket->tokens) * 60 / per_minute);
}
