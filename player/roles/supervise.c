/* supervise: the first process, and the only one that starts others.
 *
 * It holds one channel to show and one to sync, passes fixed-size messages between them, starts a
 * decoder or a relay for show when asked (their files come as fds; nothing about them is read),
 * and starts again what died: show at once, unless it dies over and over, sync with a back-off.
 * While beats come from show it feeds the service manager's watchdog; without them it kills show,
 * and without that the service manager kills it. It also keeps a window of the board's ground
 * behind show's, so that a show that dies uncovers no desktop.
 *
 * The cut switch of the board is its own too: it outlives every show, so a switch that is used
 * while show hangs or is away is told to the next one, until one says that the cut is written down.
 */
#include "base/channel.h"
#include "base/error.h"
#include "player/roles/cut_switch.h"
#include "player/roles/fdwatch.h"
#include "player/roles/ground.h"
#include "player/roles/notify.h"
#include "player/roles/roles.h"
#include "player/roles/spare.h"
#include "player/roles/start.h"
#include "player/roles/started_relays.h"
#include "render/media/media.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYNC_BACK_OFF_MIN_MS 500
#define SYNC_BACK_OFF_MAX_MS (5 * BT_MINUTE_MS)
/* A show that lived for so long is started again at once; else it waits, twice as long each time */
#define SHOW_LIVED_MS (10 * BT_SECOND_MS)
#define SHOW_BACK_OFF_MIN_MS 250
#define SHOW_BACK_OFF_MAX_MS (10 * BT_SECOND_MS)
#define START_AGAIN_MS 1000 /* where there was no room for a process */
#define GAUGE_AFTER_S 10    /* show is on the glass by then, and what was to be decoded is */
#define MAX_DECODERS 64
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
    gboolean has_beaten; /* show, since it was started */
} Child;

/* What the show before the next one left. */
typedef struct {
    gint64 died_ms;   /* by its own time; 0: there was none */
    BtTimeLeft time;  /* what it knew of the time */
    gboolean crashed; /* it did not end by itself */
} Left;

struct Supervise {
    const BtRoleOptions *options;
    GMainLoop *loop;
    Child show, sync;
    pid_t gauge; /* measures the renderers; 0: not running */
    BtNotify *notify;
    gint64 beat_ms; /* real, of the last beat, or when show was started */
    guint beat_timer;
    Left left;               /* by the last show */
    guint deaths;            /* of show */
    int died_of;             /* the last one's exit status */
    gboolean cut_wanted;     /* and no show has said yet that it is written down */
    BtCutSwitch *cut_switch; /* NULL: the board has none */
    gboolean stopping;
    int status;
    char *decoder_path;
    BtGround *ground;
    guint decoders;
    BtSpare *spare; /* nullable; counted above */
    int gate[2];    /* a pipe whose other end show has: closed when the ground is there */
    BtStartedRelays relays;
};

static gint64 real_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

/* ---- starting ---- */

static GPtrArray *role_arguments(const Supervise *supervise, const char *role)
{
    BtRoleOptions options = *supervise->options;
    options.died_ms = supervise->left.died_ms;
    options.left = supervise->left.time;
    options.crashed = supervise->left.crashed;
    return bt_role_arguments(&options, role);
}

static gboolean on_message(gint fd, GIOCondition condition, gpointer data);
static gboolean start_again(gpointer data);
static void watch_beats(Supervise *supervise);

static void send_to(const Child *child, const BtRoleMessage *message)
{
    if (child->channel >= 0)
        bt_channel_send(child->channel, message, sizeof *message, NULL, 0, NULL);
}

static void pass_on(const Child *child, BtRoleType type)
{
    send_to(child, &(BtRoleMessage){ .type = type });
}

static gboolean try_to_start(Child *child)
{
    int ends[2];
    g_autoptr(GError) failure = NULL;
    if (!bt_channel_pair(ends, &failure)) {
        g_warning("supervise: %s", failure->message);
        return FALSE;
    }
    g_autoptr(GPtrArray) argv = role_arguments(child->supervise, child->role);
    gboolean is_show = child == &child->supervise->show;
    const int fds[] = { ends[1], is_show ? child->supervise->gate[0] : -1 };
    pid_t pid =
        bt_start("/proc/self/exe", (char *const *)argv->pdata, environ, fds, fds[1] >= 0 ? 2 : 1);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return FALSE;
    }
    child->pid = pid;
    child->channel = ends[0];
    child->watch = bt_fd_add(ends[0], G_IO_IN | G_IO_HUP, on_message, child);
    child->started_ms = real_ms();
    child->has_beaten = FALSE;
    return TRUE;
}

/* A machine that has no room for a process now has it later. */
static void start_role(Child *child)
{
    if (!try_to_start(child))
        g_timeout_add(START_AGAIN_MS, start_again, child);
}

static void start_show(Supervise *supervise)
{
    start_role(&supervise->show);
    watch_beats(supervise);
    if (supervise->cut_wanted)
        pass_on(&supervise->show, BT_ROLE_CUT);
}

/* ---- messages ---- */

static void start_decoder(Supervise *supervise, const int *fds, guint n_fds)
{
    char *argv[] = { (char *)"bangtin-decode", NULL };
    g_auto(GStrv) env = bt_media_decoder_environment();
    if (n_fds != 2 || supervise->decoders >= MAX_DECODERS) {
        g_warning("supervise: a decoder was refused: %u are running", supervise->decoders);
        return;
    }
    if (!bt_spare_take(supervise->spare, fds, n_fds) &&
        bt_start(supervise->decoder_path, argv, env, fds, n_fds) > 0)
        supervise->decoders++;
}

static gboolean start_gauge(gpointer data)
{
    Supervise *supervise = data;
    g_autoptr(GPtrArray) argv = role_arguments(supervise, "gauge");
    if (!supervise->stopping)
        supervise->gauge = bt_start("/proc/self/exe", (char *const *)argv->pdata, environ, NULL, 0);
    return G_SOURCE_REMOVE;
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

/* sync ends last: what show reports at its end should still go. */
static void stop_sync(Supervise *supervise)
{
    pass_on(&supervise->sync, BT_ROLE_STOP);
    if (supervise->sync.pid == 0)
        g_main_loop_quit(supervise->loop);
}

static void stop(Supervise *supervise)
{
    if (supervise->stopping)
        return;
    supervise->stopping = TRUE;
    bt_notify_stopping();
    if (supervise->show.pid > 0) {
        pass_on(&supervise->show, BT_ROLE_STOP);
    } else { /* between two starts */
        supervise->status = supervise->died_of;
        stop_sync(supervise);
    }
    g_timeout_add(4 * BT_STOP_LIMIT_MS, give_up, supervise);
}

static void restart_everything(Supervise *supervise)
{
    if (supervise->show.pid > 0)
        kill(supervise->show.pid, SIGTERM);
    if (supervise->sync.pid > 0)
        kill(supervise->sync.pid, SIGTERM);
}

static void take_beat(Supervise *supervise)
{
    gboolean first = !supervise->show.has_beaten;
    supervise->beat_ms = real_ms();
    supervise->show.has_beaten = TRUE;
    if (supervise->stopping)
        return;
    bt_notify_beat(supervise->notify);
    if (!first)
        return;
    watch_beats(supervise);
    if (supervise->deaths > 0)
        bt_notify_status("on the glass; show died %u times", supervise->deaths);
}

/* sync lives on the network: if it falls to an attacker, it still cannot end the player, stand in
 * for show's beats or start decoders. */
static gboolean may_say(const Child *child, guint32 type)
{
    gboolean is_of_sync = type == BT_ROLE_NEWS || type == BT_ROLE_TIME_ASK || type == BT_ROLE_TIME;
    return is_of_sync == (child == &child->supervise->sync);
}

static void act(Supervise *supervise, const BtRoleMessage *message, const int *fds, guint n_fds)
{
    switch ((BtRoleType)message->type) {
    case BT_ROLE_BEAT:
        take_beat(supervise);
        break;
    case BT_ROLE_CUT:
        supervise->cut_wanted = FALSE;
        break;
    case BT_ROLE_DECODER:
        start_decoder(supervise, fds, n_fds);
        break;
    case BT_ROLE_RELAY:
        bt_started_relays_add(&supervise->relays, message->value, fds, n_fds);
        break;
    case BT_ROLE_RELAY_END:
        bt_started_relays_end(&supervise->relays, message->value);
        break;
    case BT_ROLE_NEWS:
    case BT_ROLE_TIME_ASK:
    case BT_ROLE_TIME:
        pass_on(&supervise->show, (BtRoleType)message->type);
        break;
    case BT_ROLE_FACTS:
    case BT_ROLE_POLL:
    case BT_ROLE_STREAMED:
    case BT_ROLE_TIME_WANTED:
    case BT_ROLE_TIME_NONCE:
        send_to(&supervise->sync, message);
        break;
    case BT_ROLE_CLOCK:
        supervise->left.time = (BtTimeLeft){ message->flag != 0, message->value };
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

static gboolean start_again(gpointer data)
{
    Child *child = data;
    Supervise *supervise = child->supervise;
    if (supervise->stopping || child->pid != 0)
        return G_SOURCE_REMOVE;
    if (child == &supervise->show)
        start_show(supervise);
    else
        start_role(child);
    return G_SOURCE_REMOVE;
}

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

/* A sync that lived for ten times its last wait starts with the shortest wait again. */
static guint sync_back_off_ms(Child *sync)
{
    gint64 lived_ms = real_ms() - sync->started_ms;
    gboolean lived = lived_ms > 10 * MAX(sync->back_off_ms, SYNC_BACK_OFF_MIN_MS);
    sync->back_off_ms = lived || sync->back_off_ms == 0
        ? SYNC_BACK_OFF_MIN_MS
        : MIN(sync->back_off_ms * 2, SYNC_BACK_OFF_MAX_MS);
    return (guint)sync->back_off_ms;
}

static guint show_back_off_ms(Child *show)
{
    gboolean lived = real_ms() - show->started_ms >= SHOW_LIVED_MS;
    show->back_off_ms =
        lived ? 0 : CLAMP(show->back_off_ms * 2, SHOW_BACK_OFF_MIN_MS, SHOW_BACK_OFF_MAX_MS);
    return (guint)show->back_off_ms;
}

static void start_show_again(Supervise *supervise, int status)
{
    guint wait_ms = show_back_off_ms(&supervise->show);
    supervise->deaths++;
    g_warning("supervise: show ended (%s %d), starting it again in %u ms",
        WIFSIGNALED(status) ? "signal" : "status",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), wait_ms);
    bt_notify_status("show ended, the time number %u: starting it again", supervise->deaths);
    if (wait_ms == 0)
        start_show(supervise);
    else
        g_timeout_add(wait_ms, start_again, &supervise->show);
}

/* `bangtin play PATH…` has somebody before it, who can be told what is wrong: what cannot begin is
 * not begun again. A board has nobody, and what it lacks may come. */
static gboolean is_failed_look(const Supervise *supervise, int status)
{
    return supervise->options->folder != NULL && supervise->deaths == 0 &&
        !supervise->show.has_beaten && WIFEXITED(status) && WEXITSTATUS(status) != 0;
}

static void show_ended(Supervise *supervise, int status)
{
    const BtClock *clock = &supervise->options->clock;
    gint64 offset_ms = supervise->left.time.offset_ms;
    supervise->left.died_ms =
        offset_ms == 0 ? bt_clock_wall_ms(clock) : bt_clock_mono_ms(clock) + offset_ms;
    supervise->left.crashed = WIFSIGNALED(status);
    forget(&supervise->show);
    bt_started_relays_end_all(&supervise->relays);
    supervise->died_of = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (supervise->stopping) {
        supervise->status = supervise->died_of;
        stop_sync(supervise);
    } else if (is_failed_look(supervise, status)) {
        stop(supervise);
    } else {
        start_show_again(supervise, status);
    }
}

static void sync_ended(Supervise *supervise)
{
    forget(&supervise->sync);
    if (!supervise->stopping)
        g_timeout_add(sync_back_off_ms(&supervise->sync), start_again, &supervise->sync);
    else if (supervise->show.pid == 0)
        g_main_loop_quit(supervise->loop);
}

static gboolean on_child(gpointer data)
{
    Supervise *supervise = data;
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) {
        if (WIFSTOPPED(status))
            bt_role_end_stopped(pid, supervise->show.pid, supervise->sync.pid);
        else if (pid == supervise->show.pid)
            show_ended(supervise, status);
        else if (pid == supervise->sync.pid)
            sync_ended(supervise);
        else if (pid == supervise->gauge)
            supervise->gauge = 0;
        else if (!bt_started_relays_ended(&supervise->relays, pid) && supervise->decoders > 0)
            supervise->decoders--;
    }
    return G_SOURCE_CONTINUE;
}

/* ---- beats ---- */

static int beat_limit_ms(const Supervise *supervise)
{
    return supervise->show.has_beaten ? BT_BEAT_LIMIT_MS : BT_BEAT_FIRST_LIMIT_MS;
}

/* Looks again when the last beat is as old as it may be: in five seconds, not each second. */
static gboolean look_for_beats(gpointer data)
{
    Supervise *supervise = data;
    gint64 left_ms = supervise->beat_ms + beat_limit_ms(supervise) - real_ms();
    supervise->beat_timer = 0;
    if (supervise->show.pid == 0)
        return G_SOURCE_REMOVE; /* its start begins to watch */
    if (left_ms <= 0) {
        g_warning("supervise: show gave no beat for %d ms, killing it", beat_limit_ms(supervise));
        kill(supervise->show.pid, SIGKILL);
        return G_SOURCE_REMOVE;
    }
    supervise->beat_timer = g_timeout_add((guint)MAX(1, left_ms), look_for_beats, supervise);
    return G_SOURCE_REMOVE;
}

/* From now on, what comes next must come in time. */
static void watch_beats(Supervise *supervise)
{
    supervise->beat_ms = real_ms();
    if (supervise->beat_timer != 0)
        g_source_remove(supervise->beat_timer);
    supervise->beat_timer =
        g_timeout_add((guint)beat_limit_ms(supervise), look_for_beats, supervise);
}

/* ---- the cut switch ---- */

static void want_cut(Supervise *supervise, const char *by)
{
    if (!supervise->cut_wanted)
        g_message("supervise: cut by the board's %s", by);
    supervise->cut_wanted = TRUE;
    pass_on(&supervise->show, BT_ROLE_CUT);
}

static void on_cut_key(gpointer data)
{
    want_cut(data, "key");
}

static void on_cut_switch(gpointer data)
{
    want_cut(data, "switch");
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
    int signals = watch_children();
    if (signals < 0) { /* nobody would be missed */
        g_warning("supervise: cannot watch its roles: %s", g_strerror(errno));
        return 1;
    }
    supervise.loop = g_main_loop_new(NULL, FALSE);
    supervise.decoder_path = bt_media_decoder_path();
    bt_started_relays_init(&supervise.relays);
    supervise.notify = bt_notify_new();
    supervise.show = (Child){ .supervise = &supervise, .role = "show", .channel = -1 };
    supervise.sync = (Child){ .supervise = &supervise, .role = "sync", .channel = -1 };
    bt_fd_add(signals, G_IO_IN, on_child_signal, &supervise);
    g_unix_signal_add(SIGTERM, on_stop, &supervise);
    g_unix_signal_add(SIGINT, on_stop, &supervise);
    if (pipe2(supervise.gate, O_CLOEXEC) != 0)
        supervise.gate[0] = supervise.gate[1] = -1;
    bt_notify_status("starting");
    supervise.spare = bt_spare_start(supervise.decoder_path);
    supervise.decoders = supervise.spare != NULL;
    start_show(&supervise);
    /* Behind show's window, so show waits for it there; until then both work. */
    if (!options->offscreen && !options->windowed)
        supervise.ground = bt_ground_open(options->cut_key, on_cut_key, &supervise);
    close(supervise.gate[1]);
    if (options->config_path != NULL)
        start_role(&supervise.sync);
    if (options->cut_line != NULL)
        supervise.cut_switch = bt_cut_switch_new(options->cut_line, on_cut_switch, &supervise);
    if (options->gauge)
        g_timeout_add_seconds(GAUGE_AFTER_S, start_gauge, &supervise);
    if (options->for_ms > 0)
        g_timeout_add((guint)options->for_ms, on_time_over, &supervise);
    g_main_loop_run(supervise.loop);
    bt_notify_free(supervise.notify);
    bt_ground_close(supervise.ground);
    bt_cut_switch_free(supervise.cut_switch);
    close(signals);
    close(supervise.gate[0]);
    bt_spare_free(supervise.spare);
    g_free(supervise.decoder_path);
    bt_started_relays_clear(&supervise.relays);
    g_main_loop_unref(supervise.loop);
    return supervise.status;
}
