/* supervise: the first process, and the only one that starts others.
 *
 * It holds one channel to show and one to sync, passes fixed-size messages between them, starts a
 * decoder for show when asked (the socket and the content come as fds; nothing about them is read),
 * and starts again what died: show at once, sync with a back-off. While beats come from show it
 * feeds the service manager's watchdog; without them it kills show, and without that the service
 * manager kills it. It also keeps a window of the board's ground behind show's, so that a show that
 * dies uncovers no desktop. */
#include "base/channel.h"
#include "base/error.h"
#include "player/fdwatch.h"
#include "player/roles.h"
#include "render/display/display.h"
#include "render/media/media.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define SYNC_BACK_OFF_MIN_MS 500
#define SYNC_BACK_OFF_MAX_MS (5 * BT_MINUTE_MS)
#define GROUND_COLOUR 0xFF0B1B33u
#define MAX_DECODERS 64
#define GROUND_EVERY_MS 200 /* without a descriptor to sleep on */
#define MESSAGES_AT_ONCE 16 /* then the others are heard: a flood silences nobody */

typedef struct Supervise Supervise;

typedef struct {
    Supervise *supervise;
    const char *role; /* "show", "sync" */
    pid_t pid;        /* 0: not running */
    int channel;      /* our end, -1 */
    guint watch;      /* GSource of the channel */
    gint64 started_ms;
    gint64 back_off_ms;
} Child;

struct Supervise {
    const BtRoleOptions *options;
    GMainLoop *loop;
    Child show, sync;
    gint64 beat_ms; /* real, of the last beat */
    gint64 died_ms; /* by the player's clock, of the last show */
    gboolean stopping;
    int status;
    char *decoder_path;
    BtDisplay *ground;
    guint decoders;
};

static gint64 real_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

/* ---- starting ---- */

/* Between fork and exec only async-signal-safe calls: moves `fds` to 3, 4, … and executes. */
static void become(const char *path, char *const *argv, const int *fds, guint n_fds)
{
    int moved[BT_CHANNEL_MAX_FDS];
    for (guint i = 0; i < n_fds; i++)
        moved[i] = fcntl(fds[i], F_DUPFD, 16);
    for (guint i = 0; i < n_fds; i++)
        dup2(moved[i], BT_ROLE_CHANNEL_FD + (int)i);
    close_range(BT_ROLE_CHANNEL_FD + n_fds, ~0u, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execv(path, argv);
    _exit(127);
}

static pid_t start(const char *path, char *const *argv, const int *fds, guint n_fds)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        if (getppid() != parent)
            _exit(127);
        become(path, argv, fds, n_fds);
    }
    if (pid < 0)
        g_warning("supervise: %s cannot be started: %s", path, g_strerror(errno));
    return pid;
}

static void add(GPtrArray *argv, const char *name, const char *value)
{
    if (value != NULL)
        g_ptr_array_add(argv, g_strdup_printf("--%s=%s", name, value));
}

static void add_number(GPtrArray *argv, const char *name, gint64 value)
{
    if (value != 0)
        g_ptr_array_add(argv, g_strdup_printf("--%s=%" G_GINT64_FORMAT, name, value));
}

static GPtrArray *role_arguments(const Supervise *supervise, const char *role)
{
    const BtRoleOptions *options = supervise->options;
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *clock = bt_clock_to_text(&options->clock);
    g_ptr_array_add(argv, g_strdup_printf("bangtin-%s", role));
    add(argv, "role", role);
    add(argv, "config", options->config_path);
    add(argv, "folder", options->folder);
    add(argv, "clock", clock);
    add(argv, "boot", options->boot);
    add(argv, "grab", options->grab);
    add(argv, "grab-to", options->grab_folder);
    add_number(argv, "offscreen", options->offscreen);
    add_number(argv, "windowed", options->windowed);
    add_number(argv, "width", options->w_px);
    add_number(argv, "height", options->h_px);
    add_number(argv, "died", supervise->died_ms);
    g_ptr_array_add(argv, NULL);
    return argv;
}

static gboolean on_message(gint fd, GIOCondition condition, gpointer data);

static void forget(Child *child)
{
    child->pid = 0;
    if (child->watch != 0)
        g_source_remove(child->watch);
    if (child->channel >= 0)
        close(child->channel);
    child->watch = 0;
    child->channel = -1;
}

/* A role that lived for ten times its last wait starts with the shortest wait again. */
static gint64 next_back_off(Child *child)
{
    gint64 lived_ms = real_ms() - child->started_ms;
    gboolean lived = lived_ms > 10 * MAX(child->back_off_ms, SYNC_BACK_OFF_MIN_MS);
    child->back_off_ms = lived || child->back_off_ms == 0
        ? SYNC_BACK_OFF_MIN_MS
        : MIN(child->back_off_ms * 2, SYNC_BACK_OFF_MAX_MS);
    return child->back_off_ms;
}

static void start_role(Child *child);

static gboolean start_again(gpointer data)
{
    Child *child = data;
    if (!child->supervise->stopping && child->pid == 0)
        start_role(child);
    return G_SOURCE_REMOVE;
}

static gboolean try_to_start(Child *child, GError **error)
{
    int ends[2];
    if (!bt_channel_pair(ends, error))
        return FALSE;
    g_autoptr(GPtrArray) argv = role_arguments(child->supervise, child->role);
    child->pid = start("/proc/self/exe", (char *const *)argv->pdata, &ends[1], 1);
    close(ends[1]);
    child->channel = ends[0];
    child->watch = bt_fd_add(ends[0], G_IO_IN | G_IO_HUP, on_message, child);
    return child->pid > 0;
}

/* A machine that has no room for a process now may have it soon. */
static void start_role(Child *child)
{
    g_autoptr(GError) failure = NULL;
    child->started_ms = real_ms();
    if (child == &child->supervise->show) /* a sync that dies over and over is no beat */
        child->supervise->beat_ms = child->started_ms;
    if (try_to_start(child, &failure))
        return;
    if (failure != NULL)
        g_warning("supervise: %s", failure->message);
    forget(child);
    g_timeout_add((guint)next_back_off(child), start_again, child);
}

/* ---- messages ---- */

static void pass_on(const Child *child, BtRoleType type)
{
    BtRoleMessage message = { .type = type };
    if (child->channel >= 0)
        bt_channel_send(child->channel, &message, sizeof message, NULL, 0, NULL);
}

static void start_decoder(Supervise *supervise, const int *fds, guint n_fds)
{
    char *argv[] = { (char *)"bangtin-decode", NULL };
    if (n_fds != 2 || supervise->decoders >= MAX_DECODERS) {
        g_warning("supervise: a decoder was refused: %u are running", supervise->decoders);
        return;
    }
    if (start(supervise->decoder_path, argv, fds, n_fds) > 0)
        supervise->decoders++;
}

/* Roles that do not end in time die with this process (PR_SET_PDEATHSIG). */
static gboolean give_up(gpointer data)
{
    Supervise *supervise = data;
    g_warning("supervise: not all roles ended in time");
    supervise->status = 1;
    g_main_loop_quit(supervise->loop);
    return G_SOURCE_REMOVE;
}

static void stop(Supervise *supervise)
{
    if (supervise->stopping)
        return;
    supervise->stopping = TRUE;
    pass_on(&supervise->show, BT_ROLE_STOP);
    g_timeout_add(4 * BT_STOP_LIMIT_MS, give_up, supervise);
}

static void restart_everything(Supervise *supervise)
{
    if (supervise->show.pid > 0)
        kill(supervise->show.pid, SIGTERM);
    if (supervise->sync.pid > 0)
        kill(supervise->sync.pid, SIGTERM);
}

/* sync lives on the network: if it falls to an attacker, it still cannot end the player, stand in
 * for show's beats or start decoders. */
static gboolean may_say(const Child *child, guint32 type)
{
    gboolean is_of_sync = type == BT_ROLE_NEWS;
    return is_of_sync == (child == &child->supervise->sync);
}

static void act(Supervise *supervise, const BtRoleMessage *message, const int *fds, guint n_fds)
{
    switch ((BtRoleType)message->type) {
    case BT_ROLE_BEAT:
        supervise->beat_ms = real_ms();
        sd_notify(0, "WATCHDOG=1");
        break;
    case BT_ROLE_DECODER:
        start_decoder(supervise, fds, n_fds);
        break;
    case BT_ROLE_NEWS:
        pass_on(&supervise->show, BT_ROLE_NEWS);
        break;
    case BT_ROLE_FACTS:
    case BT_ROLE_POLL:
        pass_on(&supervise->sync, message->type);
        break;
    case BT_ROLE_RESTART:
        restart_everything(supervise);
        break;
    case BT_ROLE_DONE:
        stop(supervise);
        break;
    case BT_ROLE_STOP:
        break;
    }
}

static gboolean on_message(gint fd, GIOCondition condition, gpointer data)
{
    Child *child = data;
    (void)condition;
    for (guint n = 0; n < MESSAGES_AT_ONCE; n++) {
        BtRoleMessage message;
        int fds[2];
        guint n_fds = 0;
        BtChannelStatus status =
            bt_channel_receive(fd, &message, sizeof message, fds, G_N_ELEMENTS(fds), &n_fds, NULL);
        if (status == BT_CHANNEL_AGAIN)
            return G_SOURCE_CONTINUE;
        if (status != BT_CHANNEL_OK) {
            child->watch = 0;
            return G_SOURCE_REMOVE;
        }
        if (may_say(child, message.type))
            act(child->supervise, &message, fds, n_fds);
        for (guint i = 0; i < n_fds; i++)
            close(fds[i]);
    }
    return G_SOURCE_CONTINUE;
}

/* ---- deaths ---- */

static void show_ended(Supervise *supervise, int status)
{
    supervise->died_ms = bt_clock_wall_ms(&supervise->options->clock);
    forget(&supervise->show);
    if (!supervise->stopping) {
        g_warning("supervise: show ended (%s %d), starting it again",
            WIFSIGNALED(status) ? "signal" : "status",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        start_role(&supervise->show);
        return;
    }
    if (WIFEXITED(status))
        supervise->status = WEXITSTATUS(status);
    pass_on(&supervise->sync, BT_ROLE_STOP);
    if (supervise->sync.pid == 0)
        g_main_loop_quit(supervise->loop);
}

static void sync_ended(Supervise *supervise)
{
    forget(&supervise->sync);
    if (!supervise->stopping)
        g_timeout_add((guint)next_back_off(&supervise->sync), start_again, &supervise->sync);
    else if (supervise->show.pid == 0)
        g_main_loop_quit(supervise->loop);
}

static gboolean on_child(gpointer data)
{
    Supervise *supervise = data;
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid == supervise->show.pid)
            show_ended(supervise, status);
        else if (pid == supervise->sync.pid)
            sync_ended(supervise);
        else if (supervise->decoders > 0)
            supervise->decoders--;
    }
    return G_SOURCE_CONTINUE;
}

/* Looks again when the last beat is as old as it may be: a wake-up in five seconds, not each
 * second. */
static gboolean watch_show(gpointer data)
{
    Supervise *supervise = data;
    gint64 age_ms = real_ms() - supervise->beat_ms;
    if (supervise->show.pid > 0 && age_ms >= BT_BEAT_LIMIT_MS) {
        g_warning("supervise: show gave no beat for %d ms, killing it", BT_BEAT_LIMIT_MS);
        kill(supervise->show.pid, SIGKILL);
        supervise->beat_ms = real_ms();
        age_ms = 0;
    }
    g_timeout_add(
        (guint)CLAMP(BT_BEAT_LIMIT_MS - age_ms, 1, BT_BEAT_LIMIT_MS), watch_show, supervise);
    return G_SOURCE_REMOVE;
}

/* ---- the whole ---- */

static gboolean on_stop(gpointer data)
{
    stop(data);
    return G_SOURCE_CONTINUE;
}

static gboolean on_time_over(gpointer data)
{
    Supervise *supervise = data;
    stop(supervise);
    return G_SOURCE_REMOVE;
}

static void open_ground(Supervise *supervise)
{
    BtDisplayOptions options = { .kind = BT_DISPLAY_WINDOW };
    supervise->ground = bt_display_open(&options, NULL);
    if (supervise->ground == NULL)
        return;
    BtFrame *canvas = bt_display_canvas(supervise->ground);
    BtRect all = { 0, 0, canvas->w_px, canvas->h_px };
    bt_frame_fill(canvas, all, GROUND_COLOUR);
    bt_display_present(supervise->ground, &all, 1, NULL);
}

static gboolean watch_ground(gpointer data)
{
    Supervise *supervise = data;
    BtDisplayEvent event;
    while ((event = bt_display_poll(supervise->ground)) != BT_DISPLAY_EVENT_NONE)
        if (event == BT_DISPLAY_EVENT_EXPOSED) {
            BtFrame *canvas = bt_display_canvas(supervise->ground);
            BtRect all = { 0, 0, canvas->w_px, canvas->h_px };
            bt_display_present(supervise->ground, &all, 1, NULL);
        }
    return G_SOURCE_CONTINUE;
}

static gboolean on_ground_fd(gint fd, GIOCondition condition, gpointer data)
{
    (void)fd;
    (void)condition;
    return watch_ground(data);
}

static void begin_to_watch_ground(Supervise *supervise)
{
    int fd = bt_display_event_fd(supervise->ground);
    if (fd >= 0)
        bt_fd_add(fd, G_IO_IN, on_ground_fd, supervise);
    else
        g_timeout_add(GROUND_EVERY_MS, watch_ground, supervise);
    watch_ground(supervise);
}

/* A descriptor that becomes readable when a child ends. */
static int watch_children(void)
{
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

static gboolean on_child_signal(gint fd, GIOCondition condition, gpointer data)
{
    struct signalfd_siginfo signals[8];
    (void)condition;
    while (read(fd, signals, sizeof signals) > 0)
        ;
    return on_child(data);
}

int bt_supervise(const BtRoleOptions *options)
{
    Supervise supervise = { .options = options };
    supervise.loop = g_main_loop_new(NULL, FALSE);
    supervise.decoder_path = bt_media_decoder_path();
    supervise.show = (Child){ &supervise, "show", 0, -1, 0, 0, 0 };
    supervise.sync = (Child){ &supervise, "sync", 0, -1, 0, 0, 0 };
    int signals = watch_children();
    bt_fd_add(signals, G_IO_IN, on_child_signal, &supervise);
    g_unix_signal_add(SIGTERM, on_stop, &supervise);
    g_unix_signal_add(SIGINT, on_stop, &supervise);
    if (!options->offscreen && !options->windowed)
        open_ground(&supervise);
    start_role(&supervise.show);
    if (options->config_path != NULL)
        start_role(&supervise.sync);
    sd_notify(0, "READY=1");
    watch_show(&supervise);
    if (supervise.ground != NULL)
        begin_to_watch_ground(&supervise);
    if (options->for_ms > 0)
        g_timeout_add((guint)options->for_ms, on_time_over, &supervise);
    g_main_loop_run(supervise.loop);
    sd_notify(0, "STOPPING=1");
    bt_display_close(supervise.ground);
    close(signals);
    g_free(supervise.decoder_path);
    g_main_loop_unref(supervise.loop);
    return supervise.status;
}
