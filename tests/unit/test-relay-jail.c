/* Enters the jail of bangtin-relay's streamer, which has connections in its hands as the connector
 * gives them, and tries to reach somebody else: each try must fail, and what relaying needs must
 * work. */
#include "player/relay/jail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    struct sockaddr_in other; /* a server that was not named; it listens */
    int tcp;                  /* connected to the named one */
    int udp;                  /* a port of our own */
    int channel;              /* to the connector */
    int files_fd;             /* a folder */
} Hands;

typedef gboolean Try(const Hands *hands); /* TRUE: it worked */

static gboolean new_socket(const Hands *hands)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_INET, SOCK_DGRAM, 0) >= 0 ||
        socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || socket(AF_INET6, SOCK_RAW, 0) >= 0 ||
        socket(AF_NETLINK, SOCK_RAW, 0) >= 0 || hands == NULL;
}

static gboolean connect_again(const Hands *hands)
{
    struct sockaddr none = { .sa_family = AF_UNSPEC };
    return connect(hands->tcp, &none, sizeof none) == 0 ||
        connect(hands->tcp, (const struct sockaddr *)&hands->other, sizeof hands->other) == 0;
}

static gboolean connect_datagrams(const Hands *hands)
{
    return connect(hands->udp, (const struct sockaddr *)&hands->other, sizeof hands->other) == 0;
}

static gboolean send_datagram(const Hands *hands)
{
    return sendto(hands->udp, "x", 1, 0, (const struct sockaddr *)&hands->other,
               sizeof hands->other) == 1;
}

static gboolean send_message(const Hands *hands)
{
    struct iovec body = { (void *)"x", 1 };
    struct msghdr message = { .msg_name = (void *)&hands->other,
        .msg_namelen = sizeof hands->other,
        .msg_iov = &body,
        .msg_iovlen = 1 };
    struct mmsghdr many = { .msg_hdr = message };
    return sendmsg(hands->udp, &message, 0) == 1 || sendmmsg(hands->udp, &many, 1, 0) == 1;
}

static gboolean pass_a_file_on(const Hands *hands)
{
    char control[CMSG_SPACE(sizeof(int))] = "";
    struct iovec body = { (void *)"x", 1 };
    struct msghdr message = {
        .msg_iov = &body, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
    };
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(part), &hands->tcp, sizeof(int));
    return sendmsg(hands->channel, &message, 0) == 1;
}

static gboolean serve(const Hands *hands)
{
    struct sockaddr_in any = { .sin_family = AF_INET };
    return bind(hands->udp, (const struct sockaddr *)&any, sizeof any) == 0 ||
        listen(hands->tcp, 1) == 0 || accept(hands->tcp, NULL, NULL) >= 0;
}

static gboolean change_options(const Hands *hands)
{
    struct ip_mreq group = { .imr_multiaddr.s_addr = htonl(0xef010203) };
    return setsockopt(hands->udp, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0;
}

static gboolean open_files(const Hands *hands)
{
    return open("/etc/passwd", O_RDONLY) >= 0 || openat(hands->files_fd, "passwd", O_RDONLY) >= 0 ||
        open("/tmp", O_WRONLY | O_TMPFILE, 0600) >= 0 || open("/dev/null", O_RDWR) >= 0 ||
        unlink("/tmp/nothing") == 0 || syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0) >= 0;
}

static gboolean start_programs(const Hands *hands)
{
    char *argv[] = { (char *)"/bin/true", NULL };
    return execv(argv[0], argv) == 0 || fork() >= 0 || syscall(SYS_vfork) >= 0 || hands == NULL;
}

static gboolean reach_processes(const Hands *hands)
{
    return kill(getppid(), 0) == 0 || syscall(SYS_pidfd_open, getppid(), 0) >= 0 ||
        syscall(SYS_ptrace, 16 /* PTRACE_ATTACH */, getppid(), 0, 0) == 0 || hands == NULL;
}

static gboolean go_around(const Hands *hands)
{
    return syscall(SYS_io_uring_setup, 4, NULL) >= 0 || syscall(SYS_unshare, 0x40000000) == 0 ||
        syscall(SYS_mount, "a", "/", "tmpfs", 0, NULL) == 0 || hands == NULL;
}

static gboolean raise_limits(const Hands *hands)
{
    struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
    return setrlimit(RLIMIT_CPU, &all) == 0 || setrlimit(RLIMIT_AS, &all) == 0 || hands == NULL;
}

/* What must work. */
static gboolean relay(const Hands *hands)
{
    char byte = 0;
    return send(hands->tcp, "x", 1, MSG_NOSIGNAL) == 1 && write(hands->tcp, "y", 1) == 1 &&
        send(hands->channel, "x", 1, MSG_NOSIGNAL) == 1 &&
        (recv(hands->udp, &byte, 1, MSG_DONTWAIT) == 1 || errno == EAGAIN) &&
        fcntl(hands->tcp, F_SETFL, O_NONBLOCK) == 0 && dup3(hands->tcp, 40, O_CLOEXEC) == 40;
}

typedef struct {
    const char *name;
    Try *try;
    gboolean works;
} Case;

static const Case cases[] = {
    { "new-socket", new_socket, FALSE },
    { "connect-again", connect_again, FALSE },
    { "connect-datagrams", connect_datagrams, FALSE },
    { "send-datagram", send_datagram, FALSE },
    { "send-message", send_message, FALSE },
    { "pass-a-file-on", pass_a_file_on, FALSE },
    { "serve", serve, FALSE },
    { "join-a-group", change_options, FALSE },
    { "files", open_files, FALSE },
    { "programs", start_programs, FALSE },
    { "processes", reach_processes, FALSE },
    { "around", go_around, FALSE },
    { "limits", raise_limits, FALSE },
    { "relay", relay, TRUE },
};

static int listen_here(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    *address =
        (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    g_assert_cmpint(bind(fd, (struct sockaddr *)address, sizeof *address), ==, 0);
    g_assert_cmpint(listen(fd, 4), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)address, &size), ==, 0);
    return fd;
}

static Hands take_hands(void)
{
    Hands hands;
    struct sockaddr_in named, any = { .sin_family = AF_INET };
    int ends[2];
    listen_here(&named);
    listen_here(&hands.other);
    hands.tcp = socket(AF_INET, SOCK_STREAM, 0);
    hands.udp = socket(AF_INET, SOCK_DGRAM, 0);
    g_assert_cmpint(connect(hands.tcp, (struct sockaddr *)&named, sizeof named), ==, 0);
    g_assert_cmpint(bind(hands.udp, (struct sockaddr *)&any, sizeof any), ==, 0);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), ==, 0);
    hands.channel = ends[0];
    hands.files_fd = open("/etc", O_RDONLY | O_DIRECTORY);
    return hands;
}

/* How a process ends that tries it, in the jail or free. Its hands are its own: what earlier tries
 * left open would fill the descriptors that the jail allows, and opening fail for that. */
static int try_it(const Case *row, gboolean jailed)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        Hands hands = take_hands();
        if (jailed && !bt_relay_jail_streamer(NULL))
            _exit(9);
        _exit(row->try(&hands) ? 1 : 0);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_try(gconstpointer data)
{
    const Case *row = data;
    g_assert_cmpint(try_it(row, TRUE), ==, row->works);
}

/* The same without the jail, so that the tries are known to be able to succeed. */
static void test_free(gconstpointer data)
{
    g_assert_cmpint(try_it(data, FALSE), ==, 1);
}

int main(int argc, char **argv)
{
    static const char *const possible[] = { "new-socket", "connect-again", "connect-datagrams",
        "send-datagram", "send-message", "pass-a-file-on", "files", "limits", "relay" };
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/relay-jail/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_try);
        for (gsize k = 0; k < G_N_ELEMENTS(possible); k++) {
            g_autofree char *free_path = g_strconcat("/relay-free/", possible[k], NULL);
            if (strcmp(possible[k], cases[i].name) == 0)
                g_test_add_data_func(free_path, &cases[i], test_free);
        }
    }
    return g_test_run();
}
