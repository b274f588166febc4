/* The half that has the network, and reads not a byte of it. It takes one question of one size and
 * answers with a connection or with why not; which hosts may be reached it knows from the order,
 * and nothing that the other half says adds one. So a streamer that was taken over by what it
 * parses still reaches the hosts that were named and no other.
 *
 * The doors of this program stand in the way here too: the calls go to the kernel, and names to the
 * C library's own function. */
#include "player/relay/relay.h"

#include "base/channel.h"
#include "player/relay/jail.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 2000
#define RECEIVE_BYTES (4 * 1024 * 1024) /* the kernel gives what net.core.rmem_max allows */

typedef int Resolve(
    const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result);
typedef void Forget(struct addrinfo *list);

typedef struct {
    const BtRelayOrder *order;
    const BtStreamUrl *url;
    const char **hosts;
    Resolve *resolve;
    Forget *forget;
} Connector;

const char **order_hosts(const BtRelayOrder *order)
{
    const char **hosts = g_new0(const char *, BT_STREAM_MAX_HOSTS + 1);
    for (guint i = 0; i < BT_STREAM_MAX_HOSTS && order->hosts[i][0] != '\0'; i++)
        hosts[i] = order->hosts[i];
    return hosts;
}

/* ---- sockets ---- */

static int new_socket(int family, int type)
{
    return (int)syscall(SYS_socket, family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static void set_option(int fd, int level, int name, const void *value, socklen_t size)
{
    syscall(SYS_setsockopt, fd, level, name, value, size);
}

static gboolean wait_connected(int fd, int limit_ms)
{
    struct pollfd one = { .fd = fd, .events = POLLOUT };
    int failure = 0;
    socklen_t size = sizeof failure;
    if (poll(&one, 1, limit_ms) != 1) {
        errno = ETIMEDOUT;
        return FALSE;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0)
        errno = failure;
    return errno == 0;
}

static int connect_one(const struct addrinfo *to)
{
    int fd = new_socket(to->ai_family, SOCK_STREAM), one = 1;
    if (fd < 0)
        return -1;
    errno = 0;
    if (syscall(SYS_connect, fd, to->ai_addr, to->ai_addrlen) != 0 &&
        (errno != EINPROGRESS || (errno = 0, !wait_connected(fd, RELAY_CONNECT_MS)))) {
        int failure = errno;
        close(fd);
        errno = failure;
        return -1;
    }
    set_option(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof one);
    return fd;
}

static int connect_to(const Connector *connector, const char *host, guint port)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG }, *list;
    g_autofree char *service = g_strdup_printf("%u", port);
    if (connector->resolve(host, service, &hints, &list) != 0) {
        errno = EHOSTUNREACH;
        return -1;
    }
    int fd = -1;
    gint64 until_us = g_get_monotonic_time() + RELAY_CONNECT_MS * 1000;
    for (const struct addrinfo *at = list; at != NULL && fd < 0; at = at->ai_next) {
        if (at != list && g_get_monotonic_time() > until_us)
            break;
        fd = connect_one(at);
    }
    int failure = errno;
    connector->forget(list);
    errno = failure;
    return fd;
}

/* ---- datagrams ---- */

static int bind_to(int family, const struct sockaddr *address, socklen_t size, gboolean shared)
{
    int fd = new_socket(family, SOCK_DGRAM), one = 1, bytes = RECEIVE_BYTES;
    if (fd < 0)
        return -1;
    if (shared)
        set_option(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    set_option(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (syscall(SYS_bind, fd, address, size) == 0)
        return fd;
    int failure = errno;
    close(fd);
    errno = failure;
    return -1;
}

static int open_port(guint port)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((guint16)port) };
    return bind_to(AF_INET, (struct sockaddr *)&any, sizeof any, FALSE);
}

/* Bound to the group itself: other groups on the same port are not heard. */
static int open_feed_4(const struct in_addr *address, guint port)
{
    struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_port = htons((guint16)port), .sin_addr = *address
    };
    gboolean group = IN_MULTICAST(ntohl(address->s_addr));
    int fd = bind_to(AF_INET, (struct sockaddr *)&here, sizeof here, group);
    struct ip_mreq join = { .imr_multiaddr = *address };
    if (fd >= 0 && group)
        set_option(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join);
    return fd;
}

static int open_feed_6(const struct in6_addr *address, guint port)
{
    struct sockaddr_in6 here = {
        .sin6_family = AF_INET6, .sin6_port = htons((guint16)port), .sin6_addr = *address
    };
    gboolean group = IN6_IS_ADDR_MULTICAST(address);
    int fd = bind_to(AF_INET6, (struct sockaddr *)&here, sizeof here, group);
    struct ipv6_mreq join = { .ipv6mr_multiaddr = *address };
    if (fd >= 0 && group)
        set_option(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &join, sizeof join);
    return fd;
}

static int open_feed(const BtStreamUrl *url)
{
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, url->host, &four) == 1)
        return open_feed_4(&four, url->port);
    if (inet_pton(AF_INET6, url->host, &six) == 1)
        return open_feed_6(&six, url->port);
    errno = EADDRNOTAVAIL;
    return -1;
}

/* ---- questions ---- */

static gboolean is_named(const Connector *connector, const char *host, guint port)
{
    if (g_ascii_strcasecmp(host, connector->url->host) == 0 &&
        (port == 0 || port == connector->url->port))
        return TRUE;
    return port != 0 && bt_stream_host_is_named(connector->hosts, host, port);
}

static int refuse(void)
{
    errno = EACCES;
    return -1;
}

static int grant(const Connector *connector, const RelayAsk *ask)
{
    const BtStreamUrl *url = connector->url;
    const char *host = *ask->host != '\0' ? ask->host : url->host;
    switch ((RelayAskType)ask->type) {
    case RELAY_ASK_NAME:
        return is_named(connector, host, ask->port) ? 0 : refuse();
    case RELAY_ASK_TCP:
        if (url->kind == BT_STREAM_UDP || ask->port == 0 || ask->port > 65535)
            return refuse();
        return is_named(connector, host, ask->port) ? connect_to(connector, host, ask->port)
                                                    : refuse();
    case RELAY_ASK_PORT:
        return url->kind == BT_STREAM_RTSP && ask->port > 1023 && ask->port <= 65535
            ? open_port(ask->port)
            : refuse();
    case RELAY_ASK_FEED:
        return url->kind == BT_STREAM_UDP ? open_feed(url) : refuse();
    }
    return refuse();
}

static void answer(const Connector *connector, int channel, RelayAsk *ask)
{
    ask->host[sizeof ask->host - 1] = '\0';
    int fd = grant(connector, ask);
    RelayAnswer word = { .error_number = fd >= 0 ? 0 : errno != 0 ? errno : EIO };
    gboolean passes = fd >= 0 && ask->type != RELAY_ASK_NAME;
    bt_channel_send(channel, &word, sizeof word, passes ? &fd : NULL, passes ? 1 : 0, NULL);
    if (passes)
        close(fd);
}

/* ---- the other half's time ---- */

/* It has a part of a core, however long it runs. */
static void limit_time(pid_t streamer, gint64 began_us)
{
    guint64 lived_s = (guint64)(g_get_monotonic_time() - began_us) / G_USEC_PER_SEC;
    rlim_t may_s = BT_RELAY_JAIL_CPU_S + lived_s / RELAY_CPU_PART;
    struct rlimit limit = { may_s, RLIM_INFINITY };
    prlimit(streamer, RLIMIT_CPU, &limit, NULL);
}

void connector_run(int channel, pid_t streamer, const BtRelayOrder *order, const BtStreamUrl *url)
{
    g_autofree const char **hosts = order_hosts(order);
    Connector connector = { order, url, hosts, (Resolve *)dlsym(RTLD_NEXT, "getaddrinfo"),
        (Forget *)dlsym(RTLD_NEXT, "freeaddrinfo") };
    gint64 began_us = g_get_monotonic_time();
    for (;;) {
        RelayAsk ask;
        limit_time(streamer, began_us);
        if (!bt_channel_wait(channel, LOOK_MS))
            continue;
        BtChannelStatus status = bt_channel_receive(channel, &ask, sizeof ask, NULL, 0, NULL, NULL);
        if (status == BT_CHANNEL_OK)
            answer(&connector, channel, &ask);
        else if (status != BT_CHANNEL_AGAIN)
            return;
    }
}
