/* FFmpeg opens sockets where it likes, and has no door of its own for RTSP through which somebody
 * else's connection could be handed in. But it asks the C library, and a definition in the program
 * wins over the library's: so what it takes for the network is this file, and behind it stands the
 * connector. An attacker who goes around it meets the jail, which knows no such calls at all.
 *
 * A socket is an empty shell until it is told where it leads; then the connector's is put in its
 * place. Every name that may be reached has the same address, one that is nobody's (RFC 5737). */
#include "player/relay/relay.h"

#include "base/channel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOBODYS_ADDRESS 0xc0000201 /* 192.0.2.1 */
#define ANSWER_LIMIT_MS 15000      /* the connector's own limits are shorter */

gboolean relay_say(int end, const void *message, gsize size_bytes)
{
    ssize_t n;
    do
        n = send(end, message, size_bytes, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)size_bytes;
}

int relay_ask(RelayAskType type, const char *host, guint port)
{
    RelayAsk ask = { .type = type, .port = port };
    RelayAnswer answer = { .error_number = EIO };
    int fd = -1;
    guint n_fds = 0;
    g_strlcpy(ask.host, host, sizeof ask.host);
    if (relay_say(RELAY_ASK_FD, &ask, sizeof ask) && bt_channel_wait(RELAY_ASK_FD, ANSWER_LIMIT_MS))
        bt_channel_receive(RELAY_ASK_FD, &answer, sizeof answer, &fd, 1, &n_fds, NULL);
    errno = answer.error_number;
    if (answer.error_number == 0)
        return type == RELAY_ASK_NAME ? 0 : fd;
    return -1;
}

int socket(int family, int type, int protocol)
{
    (void)protocol;
    if (family == AF_INET && ((type & 0xf) == SOCK_STREAM || (type & 0xf) == SOCK_DGRAM))
        return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    errno = EACCES;
    return -1;
}

static int lead(int shell, RelayAskType type, guint port)
{
    int fd = relay_ask(type, "", port);
    if (fd < 0)
        return -1;
    int moved = dup3(fd, shell, O_CLOEXEC);
    close(fd);
    return moved < 0 ? -1 : 0;
}

static guint port_of(const struct sockaddr *address, socklen_t size)
{
    struct sockaddr_in four;
    if (size < sizeof four || address->sa_family != AF_INET)
        return 0;
    memcpy(&four, address, sizeof four);
    return ntohs(four.sin_port);
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
    return lead(fd, RELAY_ASK_TCP, port_of(address, size));
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
    return lead(fd, RELAY_ASK_PORT, port_of(address, size));
}

/* What a connection should be like, the connector decides. */
int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    (void)fd, (void)level, (void)name, (void)value, (void)size;
    return 0;
}

/* Reports of reception and holes through a NAT: nobody gets datagrams of ours. */
ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
    socklen_t address_size)
{
    (void)address_size;
    return address != NULL ? (ssize_t)size : send(fd, data, size, flags);
}

/* ---- names ---- */

typedef struct {
    struct addrinfo info;
    struct sockaddr_in address;
} Found;

int getaddrinfo(
    const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    int type = hints != NULL && hints->ai_socktype != 0 ? hints->ai_socktype : SOCK_STREAM;
    if (node != NULL && type == SOCK_STREAM && relay_ask(RELAY_ASK_NAME, node, 0) < 0)
        return EAI_FAIL;
    Found *found = g_new0(Found, 1);
    found->address.sin_family = AF_INET;
    found->address.sin_port =
        htons(service != NULL ? (guint16)g_ascii_strtoull(service, NULL, 10) : 0);
    found->address.sin_addr.s_addr = htonl(node != NULL ? NOBODYS_ADDRESS : INADDR_ANY);
    found->info = (struct addrinfo){ .ai_family = AF_INET,
        .ai_socktype = type,
        .ai_addrlen = sizeof found->address,
        .ai_addr = (struct sockaddr *)&found->address };
    *result = &found->info;
    return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
    g_free(list);
}
