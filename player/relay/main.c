/* bangtin-relay: one live stream, from the network into a decoder's pipe. It takes its order on fd
 * 3 (wire.h) and writes the stream to fd 4. Two processes: this one becomes the connector, its
 * child the streamer; each enters its jail before the first byte of the network is read. */
#include "player/relay/relay.h"

#include "base/channel.h"
#include "base/io.h"
#include "base/program.h"
#include "player/relay/jail.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define ORDER_WAIT_MS 10000
#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

static const BtProgram program = {
    .name = "bangtin-relay",
    .usage = "Usage: bangtin-relay 3<>SOCKET 4>PIPE\n"
             "Passes one live stream on for Bangtin, which starts it with the two files open.\n"
             "  --help, --version\n",
};

/* What opens a file when it is first used is used before the jail. */
static void prepare_libraries(void)
{
    bt_program_prepare();
    av_log_set_level(AV_LOG_QUIET);
    avformat_network_init();
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static gboolean is_ended(const char *text, gsize size)
{
    return memchr(text, '\0', size) != NULL;
}

static gboolean receive_order(BtRelayOrder *order, BtStreamUrl *url)
{
    gboolean done = bt_channel_wait(BT_RELAY_SOCKET_FD, ORDER_WAIT_MS) &&
        bt_channel_receive(BT_RELAY_SOCKET_FD, order, sizeof *order, NULL, 0, NULL, NULL) ==
            BT_CHANNEL_OK;
    done = done && is_ended(order->url, sizeof order->url) &&
        is_ended(order->ca_path, sizeof order->ca_path);
    for (guint i = 0; done && i < BT_STREAM_MAX_HOSTS; i++)
        done = is_ended(order->hosts[i], sizeof order->hosts[i]);
    return done && order->w_px > 0 && order->h_px > 0 && order->max_bytes_per_s > 0 &&
        order->max_bytes_per_s <= BT_RELAY_MAX_BYTES_PER_S &&
        bt_stream_url_parse(order->url, url, NULL);
}

static GBytes *read_ca(const BtRelayOrder *order, const BtStreamUrl *url, GError **error)
{
    const char *path = *order->ca_path != '\0' ? order->ca_path : SYSTEM_CA;
    return url->secure ? bt_io_read(path, RELAY_CA_MAX_BYTES, error) : NULL;
}

/* ---- the two halves ---- */

static int stream(const BtRelayOrder *order, const BtStreamUrl *url, GBytes *ca)
{
    g_autoptr(GError) error = NULL;
    Meter meter;
    Source source = { 0 };
    meter_init(&meter, BT_RELAY_SOCKET_FD, order->max_bytes_per_s);
    if (bt_relay_jail_streamer(&error) && source_open(&source, order, url, &meter, ca, &error))
        remux_run(&source, BT_RELAY_OUTPUT_FD, &error);
    source_close(&source);
    if (error != NULL)
        meter_fail(&meter, error);
    return 1;
}

static int run_streamer(
    pid_t connector, int channel, const BtRelayOrder *order, const BtStreamUrl *url, GBytes *ca)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != connector || dup2(channel, RELAY_ASK_FD) < 0)
        return 1;
    close_range(RELAY_ASK_FD + 1, ~0u, 0);
    return stream(order, url, ca);
}

static int run_connector(
    int channel, pid_t streamer, const BtRelayOrder *order, const BtStreamUrl *url)
{
    close(BT_RELAY_SOCKET_FD);
    close(BT_RELAY_OUTPUT_FD);
    connector_run(channel, streamer, order, url);
    return 0; /* and with it the streamer is killed */
}

static int run(void)
{
    BtRelayOrder order;
    g_auto(BtStreamUrl) url = { 0 };
    g_autoptr(GError) error = NULL;
    int ends[2];
    if (!receive_order(&order, &url))
        return bt_program_wrong_use(&program);
    g_autoptr(GBytes) ca = read_ca(&order, &url, &error);
    /* Before there are two: Landlock lets a process signal, also by its death, only those within.
     */
    if (error != NULL || !bt_channel_pair(ends, &error) || !bt_relay_jail_connector(&error)) {
        Meter meter;
        meter_init(&meter, BT_RELAY_SOCKET_FD, 1);
        meter_fail(&meter, error);
        return 1;
    }
    pid_t self = getpid(), streamer = fork();
    if (streamer == 0)
        return run_streamer(self, ends[1], &order, &url, ca);
    close(ends[1]);
    return streamer < 0 ? 1 : run_connector(ends[0], streamer, &order, &url);
}

int main(int argc, char **argv)
{
    if (bt_program_answers(&program, argc, argv))
        return 0;
    if (argc != 1 || fcntl(BT_RELAY_SOCKET_FD, F_GETFL) < 0 ||
        fcntl(BT_RELAY_OUTPUT_FD, F_GETFL) < 0)
        return bt_program_wrong_use(&program);
    signal(SIGPIPE, SIG_IGN);
    prepare_libraries();
    return run();
}
