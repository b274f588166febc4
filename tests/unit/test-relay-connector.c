/* The half of bangtin-relay that makes connections, asked by a streamer that was taken over:
 * whatever it asks for, only the named hosts are reached. Servers that were not named listen, and
 * see nobody. */
#include "base/channel.h"
#include "player/relay/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    int fd;
    guint port;
} Server;

/* 127.0.0.1 is named by the address, 127.0.0.2 with its port by player.conf, 127.0.0.3 by nobody.
 */
typedef struct {
    Server stream, other_port, parts, parts_other_port, stranger;
    int channel;
    pid_t connector;
} Fixture;

static Server listen_at(const char *host)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    Server server = { .fd = socket(AF_INET, SOCK_STREAM, 0) };
    inet_pton(AF_INET, host, &address.sin_addr);
    g_assert_cmpint(bind(server.fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(server.fd, 4), ==, 0);
    g_assert_cmpint(getsockname(server.fd, (struct sockaddr *)&address, &size), ==, 0);
    server.port = ntohs(address.sin_port);
    return server;
}

static gboolean saw_somebody(const Server *server)
{
    struct pollfd one = { .fd = server->fd, .events = POLLIN };
    return poll(&one, 1, 0) == 1;
}

static void start(Fixture *f, const char *scheme)
{
    int ends[2];
    g_autoptr(GError) error = NULL;
    BtRelayOrder order = { .w_px = 1, .h_px = 1, .max_bytes_per_s = 1 };
    g_snprintf(order.url, sizeof order.url, "%s://127.0.0.1:%u%s", scheme, f->stream.port,
        strcmp(scheme, "udp") == 0 ? "" : "/x");
    g_snprintf(order.hosts[0], sizeof order.hosts[0], "127.0.0.2:%u", f->parts.port);
    g_assert_true(bt_channel_pair(ends, &error));
    f->connector = fork();
    if (f->connector == 0) {
        g_auto(BtStreamUrl) url = { 0 };
        close(ends[0]);
        if (bt_stream_url_parse(order.url, &url, NULL))
            connector_run(ends[1], getpid(), &order, &url);
        _exit(0);
    }
    close(ends[1]);
    f->channel = ends[0];
}

static void set_up(Fixture *f, gconstpointer scheme)
{
    f->stream = listen_at("127.0.0.1");
    f->other_port = listen_at("127.0.0.1");
    f->parts = listen_at("127.0.0.2");
    f->parts_other_port = listen_at("127.0.0.2");
    f->stranger = listen_at("127.0.0.3");
    start(f, scheme);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    int status;
    close(f->channel);
    g_assert_cmpint(waitpid(f->connector, &status, 0), ==, f->connector);
    g_assert_true(WIFEXITED(status));
    const Server *all[] = { &f->stream, &f->other_port, &f->parts, &f->parts_other_port,
        &f->stranger };
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        close(all[i]->fd);
}

/* 0 and a file, or the errno that was answered. */
static int ask(Fixture *f, guint32 type, const char *host, guint port, int *fd)
{
    RelayAsk question = { .type = type, .port = port };
    RelayAnswer answer;
    guint n_fds = 0;
    *fd = -1;
    g_strlcpy(question.host, host, sizeof question.host);
    g_assert_cmpint(
        bt_channel_send(f->channel, &question, sizeof question, NULL, 0, NULL), ==, BT_CHANNEL_OK);
    g_assert_true(bt_channel_wait(f->channel, 20000));
    g_assert_cmpint(bt_channel_receive(f->channel, &answer, sizeof answer, fd, 1, &n_fds, NULL), ==,
        BT_CHANNEL_OK);
    gboolean granted = answer.error_number == 0 && type != RELAY_ASK_NAME;
    g_assert_cmpuint(n_fds, ==, granted ? 1 : 0);
    if (*fd >= 0)
        close(*fd);
    return answer.error_number;
}

static void test_named(Fixture *f, gconstpointer data)
{
    (void)data;
    int fd;
    g_assert_cmpint(ask(f, RELAY_ASK_TCP, "", f->stream.port, &fd), ==, 0);
    g_assert_cmpint(ask(f, RELAY_ASK_TCP, "127.0.0.1", f->stream.port, &fd), ==, 0);
    g_assert_cmpint(ask(f, RELAY_ASK_TCP, "127.0.0.2", f->parts.port, &fd), ==, 0);
    g_assert_cmpint(ask(f, RELAY_ASK_NAME, "127.0.0.1", 0, &fd), ==, 0);
    g_assert_true(saw_somebody(&f->stream) && saw_somebody(&f->parts));
}

static void test_others(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const spellings[] = { "127.0.0.3", "127.0.3", "0177.0.0.3", "2130706435",
        "::ffff:127.0.0.3", "127.0.0.3 ", "localhost.", "127.0.0.1@127.0.0.3" };
    int fd;
    for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++) {
        g_assert_cmpint(ask(f, RELAY_ASK_TCP, spellings[i], f->stranger.port, &fd), ==, EACCES);
        g_assert_cmpint(ask(f, RELAY_ASK_NAME, spellings[i], f->stranger.port, &fd), ==, EACCES);
    }
    g_assert_cmpint(ask(f, RELAY_ASK_TCP, "", f->other_port.port, &fd), ==, EACCES);
    g_assert_cmpint(ask(f, RELAY_ASK_TCP, "127.0.0.1", f->other_port.port, &fd), ==, EACCES);
    g_assert_cmpint(ask(f, RELAY_ASK_TCP, "127.0.0.2", f->parts_other_port.port, &fd), ==, EACCES);
    g_assert_cmpint(ask(f, RELAY_ASK_TCP, "127.0.0.1", f->stream.port + 65536, &fd), ==, EACCES);
    g_assert_cmpint(ask(f, RELAY_ASK_TCP, "127.0.0.1", 0, &fd), ==, EACCES);
    g_assert_cmpint(ask(f, 77, "127.0.0.1", f->stream.port, &fd), ==, EACCES);
    g_assert_false(saw_somebody(&f->stranger));
    g_assert_false(saw_somebody(&f->other_port) || saw_somebody(&f->parts_other_port));
}

/* Each kind of stream has the sockets that it needs and no others. */
static void test_kinds(Fixture *f, gconstpointer scheme)
{
    gboolean udp = strcmp(scheme, "udp") == 0, rtsp = strcmp(scheme, "rtsp") == 0;
    int fd;
    g_assert_true(udp == (ask(f, RELAY_ASK_FEED, "", 0, &fd) == 0));
    g_assert_true(udp == (ask(f, RELAY_ASK_TCP, "", f->stream.port, &fd) != 0));
    g_assert_cmpint(ask(f, RELAY_ASK_PORT, "", 53, &fd), ==, EACCES);
    int answer = ask(f, RELAY_ASK_PORT, "", 49152 + f->stream.port % 16384, &fd);
    g_assert_true(rtsp ? answer == 0 || answer == EADDRINUSE : answer == EACCES);
}

/* Messages of another size, and files, end the talk and nothing else. */
static void test_nonsense(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(send(f->channel, "?", 1, MSG_NOSIGNAL), ==, 1);
    char byte;
    struct pollfd one = { .fd = f->channel, .events = POLLIN };
    g_assert_cmpint(poll(&one, 1, 20000), ==, 1);
    g_assert_cmpint(recv(f->channel, &byte, 1, 0), ==, 0);
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = { "http", "rtsp", "udp" };
    g_test_init(&argc, &argv, NULL);
    g_test_add("/relay-connector/named", Fixture, "http", set_up, test_named, tear_down);
    g_test_add("/relay-connector/others", Fixture, "http", set_up, test_others, tear_down);
    g_test_add("/relay-connector/others-rtsp", Fixture, "rtsp", set_up, test_others, tear_down);
    g_test_add("/relay-connector/nonsense", Fixture, "http", set_up, test_nonsense, tear_down);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *path = g_strconcat("/relay-connector/kind/", kinds[i], NULL);
        g_test_add(path, Fixture, kinds[i], set_up, test_kinds, tear_down);
    }
    return g_test_run();
}
