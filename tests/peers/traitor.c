/* A bangtin-decode that was taken over by what it reads. Content that begins with TRAITOR and a
 * word is an order, obeyed inside the real jail. What the jail lets through is told as a failure in
 * words, which no other way of ending looks like. All other content goes to the real program, which
 * lies beside this one with .real behind its name. */
#include "base/channel.h"
#include "render/decode/jail.h"
#include "render/decode/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#define MARK "TRAITOR "

static void tell_escape(void)
{
    BtDecodeMessage message = {
        .type = BT_DECODE_FAILED, .reason = "went through", .code = "failed"
    };
    bt_channel_send(BT_DECODE_SOCKET_FD, &message, sizeof message, NULL, 0, NULL);
}

/* As the real one does before it touches the content: it has begun. */
static void tell_life(void)
{
    BtDecodeMessage message = { .type = BT_DECODE_ALIVE };
    bt_channel_send(BT_DECODE_SOCKET_FD, &message, sizeof message, NULL, 0, NULL);
}

static void do_open(void)
{
    open("/etc/passwd", O_RDONLY);
}
static void do_socket(void)
{
    socket(AF_INET, SOCK_STREAM, 0);
}
static void do_connect(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(80) };
    connect(BT_DECODE_SOCKET_FD, (struct sockaddr *)&to, sizeof to);
}
static void do_exec(void)
{
    execl("/proc/self/exe", "traitor", "escaped", NULL);
}
static void do_ptrace(void)
{
    ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}
static void do_fork(void)
{
    if (fork() == 0)
        _exit(0);
}
static void do_kill(void)
{
    kill(-1, 0);
}
static void do_memory(void)
{
    char *volatile memory = malloc((gsize)10 << 30);
    if (!memory)
        abort(); /* as a decoder does that did not expect it */
    memset(memory, 1, (gsize)10 << 30);
}

static const struct {
    const char *name;
    void (*obey)(void);
} orders[] = {
    { "open", do_open },
    { "socket", do_socket },
    { "connect", do_connect },
    { "exec", do_exec },
    { "ptrace", do_ptrace },
    { "fork", do_fork },
    { "kill", do_kill },
    { "memory", do_memory },
};

static void G_NORETURN be_loyal(char **argv)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *real = g_strconcat(self, ".real", NULL);
    execv(real, argv);
    _exit(127);
}

static void say_order(const char *order)
{
    char line[128];
    int n = snprintf(line, sizeof line, "traitor: tries %s", order);
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        return; /* nobody reads it */
}

int main(int argc, char **argv)
{
    char head[64] = "";
    if (argc == 1) {
        if (pread(BT_DECODE_CONTENT_FD, head, sizeof head - 1, 0) < 0 ||
            !g_str_has_prefix(head, MARK))
            be_loyal(argv);
        say_order(head + strlen(MARK)); /* from inside a file could not grow */
        if (!bt_jail_enter(NULL))
            return 99;
        tell_life();
        for (gsize i = 0; i < G_N_ELEMENTS(orders); i++)
            if (g_str_has_prefix(head + strlen(MARK), orders[i].name))
                orders[i].obey();
    }
    tell_escape();
    return 42;
}
