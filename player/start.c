#include "player/start.h"

#include "base/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

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

pid_t bt_start(const char *path, char *const *argv, const int *fds, guint n_fds)
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

GPtrArray *bt_start_arguments(
    const BtRoleOptions *options, const char *role, const BtStartLeft *left)
{
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
    add_number(argv, "died", left->died_ms);
    add_number(argv, "time", left->time.offset_ms);
    add_number(argv, "trusted", left->time.trusted);
    add_number(argv, "crashed", left->crashed);
    g_ptr_array_add(argv, NULL);
    return argv;
}
