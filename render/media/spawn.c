/* The decoder gets two open files and nothing else of ours. It is started by a child that ends at
 * once, so it belongs to init and nobody here has to wait for it: that it is gone is told by its
 * socket. Between fork and exec only calls that are safe in a process with threads. */
#include "render/media/private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAFE_FD 10 /* above the two that the decoder finds its files at */

static void G_NORETURN become_decoder(const char *path, int socket, int content, char *const *env)
{
    char *const argv[] = { (char *)path, NULL };
    sigset_t none;
    int high_socket = fcntl(socket, F_DUPFD, SAFE_FD);
    int high_content = fcntl(content, F_DUPFD, SAFE_FD);
    if (dup2(high_socket, BT_DECODE_SOCKET_FD) < 0 ||
        dup2(high_content, BT_DECODE_CONTENT_FD) < 0 ||
        close_range(BT_DECODE_CONTENT_FD + 1, ~0u, 0) != 0)
        _exit(127);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    setsid();
    execve(path, argv, env);
    _exit(127);
}

GStrv bt_media_decoder_environment(void)
{
    static const char *const kept[] = { "PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS" };
    GStrv env = g_new0(char *, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
        if (g_getenv(kept[i]))
            env = g_environ_setenv(env, kept[i], g_getenv(kept[i]), TRUE);
    return env;
}

static gboolean start(const char *path, int socket, int content, GError **error)
{
    g_auto(GStrv) env = bt_media_decoder_environment();
    pid_t child = fork();
    if (child == 0) {
        if (fork() == 0)
            become_decoder(path, socket, content, env);
        _exit(0);
    }
    if (child < 0) {
        bt_error_set_errno(error, BT_ERROR_FAILED, errno, path, "cannot be started");
        return FALSE;
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return TRUE;
}

int bt_media_spawn_here(int content_fd, gpointer user, GError **error)
{
    const char *path = user;
    int ends[2];
    if (access(path, X_OK) != 0) {
        bt_error_set_errno(error, BT_ERROR_NOT_FOUND, errno, path, "cannot be started");
        return -1;
    }
    if (!bt_channel_pair(ends, error))
        return -1;
    gboolean started = start(path, ends[1], content_fd, error);
    close(ends[1]);
    if (started)
        return ends[0];
    close(ends[0]);
    return -1;
}

char *bt_media_decoder_path(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self ? self : ".");
    return g_build_filename(folder, "..", "libexec", "bangtin-decode", NULL);
}
