/* One thread does everything: libmicrohttpd is run from GLib's loop through the one file descriptor
 * of its epoll set, so there are no locks, and the database has one user. What takes long is
 * bounded: a batch of reports is one commit, a password's hash a tenth of a second and rationed,
 * files go out by sendfile. */
#include "source/serve/daemon.h"

#include "base/error.h"
#include "base/io.h"
#include "source/desk/signing.h"
#include "source/store/freshness.h"
#include "source/store/screens.h"
#include "source/store/site.h"

#include <errno.h>
#include <glib-unix.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_MODE 0660
#define BACKLOG 256
#define TICK_MS 1000
#define RENEW_PER_TICK 10  /* 36,000 screens an hour at the most */
#define RENEW_AT_START 100 /* before the first request; the others follow by ticks */
#define MAX_WAIT_MS 1000
#define DRAIN_MS 3000 /* for answers that are under way when the program ends */

gint64 bt_server_wall_ms(const BtServer *server)
{
    return bt_clock_wall_ms(&server->clock);
}

gint64 bt_server_mono_ms(void)
{
    BtClock real = bt_clock_real();
    return bt_clock_mono_ms(&real);
}

/* ---- listening ---- */

static int fail_listen(const char *where, const char *what, int fd, GError **error)
{
    bt_error_set_errno(error, BT_ERROR_NETWORK, errno, where, what);
    if (fd >= 0)
        close(fd);
    return -1;
}

/* "ADDRESS:PORT" or "[ADDRESS]:PORT" into its parts. */
static gboolean split(const char *where, char **address, char **port)
{
    const char *colon = strrchr(where, ':');
    if (colon == NULL || colon == where || colon[1] == '\0')
        return FALSE;
    gboolean is_bracketed = where[0] == '[' && colon[-1] == ']';
    *address = is_bracketed ? g_strndup(where + 1, (gsize)(colon - where) - 2)
                            : g_strndup(where, (gsize)(colon - where));
    *port = g_strdup(colon + 1);
    return is_bracketed || strchr(*address, ':') == NULL;
}

static int listen_tcp(const char *where, GError **error)
{
    g_autofree char *address = NULL, *port = NULL;
    struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    int one = 1;
    if (!split(where, &address, &port) || getaddrinfo(address, port, &hints, &found) != 0) {
        g_set_error(error, BT_ERROR, BT_ERROR_INVALID,
            "%s: not an address: expected ADDRESS:PORT with numbers, or unix:PATH", where);
        return -1;
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    gboolean ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
    int saved = errno;
    freeaddrinfo(found);
    errno = saved;
    return ok ? fd : fail_listen(where, "cannot listen", fd, error);
}

/* For a proxy on this machine: whoever is in the group and may open the socket's folder may
 * connect, whatever the umask says. */
static int listen_unix(const char *path, GError **error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct stat st;
    if (strlen(path) >= sizeof address.sun_path) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT, "%s: the path is too long for a socket", path);
        return -1;
    }
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        (void)unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
            chmod(path, SOCKET_MODE) == 0 && listen(fd, BACKLOG) == 0
        ? fd
        : fail_listen(path, "cannot listen", fd, error);
}

static int open_listener(const char *where, GError **error)
{
    return g_str_has_prefix(where, "unix:") ? listen_unix(where + strlen("unix:"), error)
                                            : listen_tcp(where, error);
}

static int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char port[NI_MAXSERV];
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0 || address.ss_family == AF_UNIX ||
        getnameinfo(
            (struct sockaddr *)&address, size, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
        return 0;
    return (int)g_ascii_strtoll(port, NULL, 10);
}

static gboolean tell_port(const BtServerOptions *options, int fd, GError **error)
{
    int port = port_of(fd);
    g_autofree char *text = g_strdup_printf("%d\n", port);
    if (port > 0) {
        const char *colon = strrchr(options->listen, ':');
        printf("http://%.*s:%d/\n", (int)(colon - options->listen), options->listen, port);
        fflush(stdout);
    }
    return options->port_file == NULL ||
        bt_io_write(options->port_file, text, strlen(text), 0644, error);
}

/* ---- libmicrohttpd in GLib's loop ---- */

typedef struct {
    GSource source;
    struct MHD_Daemon *daemon;
    gpointer tag;
} DaemonSource;

static int wait_ms_of(struct MHD_Daemon *daemon)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    return MHD_get_timeout(daemon, &wait_ms) == MHD_YES && wait_ms < MAX_WAIT_MS ? (int)wait_ms
                                                                                 : MAX_WAIT_MS;
}

static gboolean prepare(GSource *source, int *timeout_ms)
{
    *timeout_ms = wait_ms_of(((DaemonSource *)source)->daemon);
    return *timeout_ms == 0;
}

static gboolean check(GSource *source)
{
    DaemonSource *self = (DaemonSource *)source;
    return g_source_query_unix_fd(source, self->tag) != 0 || wait_ms_of(self->daemon) == 0;
}

static gboolean dispatch(GSource *source, GSourceFunc unused, gpointer user)
{
    (void)unused, (void)user;
    MHD_run(((DaemonSource *)source)->daemon);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs daemon_source = { .prepare = prepare, .check = check, .dispatch = dispatch };

static GSource *attach_daemon(struct MHD_Daemon *daemon)
{
    GSource *source = g_source_new(&daemon_source, sizeof(DaemonSource));
    DaemonSource *self = (DaemonSource *)source;
    self->daemon = daemon;
    self->tag = g_source_add_unix_fd(
        source, MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, G_IO_IN);
    g_source_attach(source, NULL);
    return source;
}

static void log_daemon(void *user, const char *format, va_list args)
{
    (void)user;
    g_autofree char *text = g_strdup_vprintf(format, args);
    g_debug("http: %s", g_strchomp(text));
}

/* The path stays as it came: nothing that we serve needs an escape. */
static size_t keep_escapes(void *user, struct MHD_Connection *connection, char *text)
{
    (void)user, (void)connection;
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(BtServer *server, int fd, guint per_peer, GError **error)
{
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL,
            NULL, bt_http_on_request, server, MHD_OPTION_EXTERNAL_LOGGER, log_daemon, NULL,
            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
            (unsigned)BT_SERVER_MAX_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_peer,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)BT_SERVER_CONNECTION_BYTES,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)BT_SERVER_IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT,
            1, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_NOTIFY_COMPLETED,
            bt_http_on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, bt_http_on_connection,
            server, MHD_OPTION_END);
    if (daemon == NULL)
        g_set_error(error, BT_ERROR, BT_ERROR_NETWORK, "http: the server does not start");
    return daemon;
}

/* ---- once a second ---- */

/* What another process published is heard here, since it changed the database. */
void bt_server_tell_news(BtServer *server)
{
    g_autoptr(GPtrArray) screens = bt_events_screens(server->events);
    gint64 counter = bt_store_change_counter(server->store, NULL);
    if (counter == server->change_counter && screens->len == 0)
        return;
    server->change_counter = counter;
    for (guint i = 0; i < screens->len; i++) {
        g_autoptr(BtScreen) screen =
            bt_screens_find(server->store, g_ptr_array_index(screens, i), NULL);
        if (screen != NULL)
            bt_events_tell(server->events, screen->id, screen->now_version);
    }
}

/* What all signed and a cut kept from the screens. */
static void finish_proposals(BtServer *server)
{
    g_autoptr(GError) error = NULL;
    if (!bt_proposals_finish(server->store, bt_server_wall_ms(server), &error))
        g_message("publishing: %s", error->message);
}

static gboolean tick(gpointer user)
{
    BtServer *server = user;
    g_autoptr(GError) error = NULL;
    gint64 mono_ms = bt_server_mono_ms();
    bt_peers_tick(server->peers, mono_ms);
    bt_events_tick(server->events, mono_ms);
    if (!bt_fresh_renew_due(server->store, bt_server_wall_ms(server), RENEW_PER_TICK, &error))
        g_message("now.json: %s", error->message);
    finish_proposals(server);
    bt_practice_tick(server);
    bt_server_tell_news(server);
    bt_keep_house(server);
    MHD_run(server->daemon); /* streams that were resumed are not in its epoll set yet */
    return G_SOURCE_CONTINUE;
}

/* ---- beginning and end ---- */

static gboolean stop(gpointer user)
{
    g_main_loop_quit(user);
    return G_SOURCE_CONTINUE;
}

static gboolean stop_waiting(gpointer user)
{
    *(gboolean *)user = TRUE;
    return G_SOURCE_REMOVE;
}

/* Takes no new connections, lets the answers under way finish, then closes. */
static void drain(BtServer *server)
{
    gboolean is_late = FALSE;
    int listener = MHD_quiesce_daemon(server->daemon);
    guint timer = g_timeout_add(DRAIN_MS, stop_waiting, &is_late);
    bt_events_end(server->events);
    g_cancellable_cancel(server->ending);
    MHD_run(server->daemon);
    while (!is_late && bt_peers_busy(server->peers) > 0)
        g_main_context_iteration(NULL, TRUE);
    bt_later_end_all(server); /* no callback of a job runs any more */
    if (!is_late)
        g_source_remove(timer);
    if (listener >= 0)
        close(listener);
}

/* Whoever reads the port may end the server at once: the signals are heard before it is told. */
static gboolean loop(BtServer *server, const BtServerOptions *options, int fd, GError **error)
{
    g_autoptr(GMainLoop) main_loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GSource) http = attach_daemon(server->daemon);
    guint ids[] = { g_timeout_add(TICK_MS, tick, server),
        g_unix_signal_add(SIGTERM, stop, main_loop), g_unix_signal_add(SIGINT, stop, main_loop) };
    gboolean ok = tell_port(options, fd, error);
    if (ok) {
        g_main_loop_run(main_loop);
        drain(server);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++)
        g_source_remove(ids[i]);
    g_source_destroy(http);
    return ok;
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static gboolean serve(BtServer *server, const BtServerOptions *options, GError **error)
{
    int fd = open_listener(options->listen, error);
    if (fd < 0)
        return FALSE;
    server->daemon = start_daemon(server, fd, options->per_peer, error);
    if (server->daemon == NULL) {
        close(fd);
        return FALSE;
    }
    gboolean ok = loop(server, options, fd, error);
    MHD_stop_daemon(server->daemon);
    if (g_str_has_prefix(options->listen, "unix:"))
        (void)unlink(options->listen + strlen("unix:"));
    return ok;
}

BtPlayer *bt_server_new_player(const BtServer *server)
{
    g_autofree char *previews = g_build_filename(server->store->folder, "previews", NULL);
    g_autofree char *assets = g_build_filename(server->store->site, "v1", "assets", NULL);
    return bt_player_new(server->program, previews, assets, server->ending);
}

gboolean bt_server_run(
    BtStore *store, const BtServerOptions *options, const BtClock *clock, GError **error)
{
    BtServer server = { .store = store,
        .clock = *clock,
        .base = options->base,
        .routes = options->routes,
        .lost = options->lost,
        .program = options->player,
        .is_behind_proxy = g_str_has_prefix(options->listen, "unix:") };
    if (!bt_fresh_renew_due(store, bt_server_wall_ms(&server), RENEW_AT_START, error))
        return FALSE;
    bt_site_sweep(store->site);
    finish_proposals(&server);
    (void)signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    server.timezone = g_time_zone_new_identifier(store->timezone);
    if (server.timezone == NULL)
        server.timezone = g_time_zone_new_utc();
    server.peers = bt_peers_new();
    server.events = bt_events_new();
    server.sessions = bt_sessions_new();
    server.titles = bt_titles_new(store->site);
    server.sleeping = g_ptr_array_new();
    server.ending = g_cancellable_new();
    server.player = bt_server_new_player(&server);
    server.change_counter = bt_store_change_counter(store, NULL);
    gboolean ok = serve(&server, options, error);
    bt_practice_free(server.practice);
    bt_player_free(server.player);
    g_object_unref(server.ending);
    g_ptr_array_unref(server.sleeping);
    bt_titles_free(server.titles);
    bt_sessions_free(server.sessions);
    bt_events_free(server.events);
    bt_peers_free(server.peers);
    g_time_zone_unref(server.timezone);
    return ok;
}
