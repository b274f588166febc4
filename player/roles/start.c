#include "player/roles/start.h"

#include "base/channel.h"
#include "player/roles/roles.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Between fork and exec only async-signal-safe calls: moves `fds` to 3, 4, … and executes. */
static void become(const char *path, char *const *argv, char *const *env, const int *fds, guint n)
{
    int moved[BT_CHANNEL_MAX_FDS];
    for (guint i = 0; i < n; i++)
        moved[i] = fcntl(fds[i], F_DUPFD, 16);
    for (guint i = 0; i < n; i++)
        dup2(moved[i], BT_ROLE_CHANNEL_FD + (int)i);
    close_range(BT_ROLE_CHANNEL_FD + n, ~0u, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execve(path, argv, env);
    _exit(127);
}

pid_t bt_start(const char *path, char *const *argv, char *const *env, const int *fds, guint n)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        if (getppid() != parent)
            _exit(127);
        become(path, argv, env, fds, n);
    }
    if (pid < 0)
        g_warning("supervise: %s cannot be started: %s", path, g_strerror(errno));
    return pid;
}
