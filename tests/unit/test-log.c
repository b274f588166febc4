#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    const char *name;
    const char *debug; /* BANGTIN_DEBUG, NULL for none */
    GLogLevelFlags level;
    const char *message;
    const char *line; /* "" for nothing */
} LogCase;

static const LogCase cases[] = {
    { "message", NULL, G_LOG_LEVEL_MESSAGE, "xin chào", "bangtin: xin chào\n" },
    { "warning", NULL, G_LOG_LEVEL_WARNING, "coi chừng", "bangtin: coi chừng\n" },
    { "critical", NULL, G_LOG_LEVEL_CRITICAL, "hỏng", "bangtin: hỏng\n" },
    { "debug-off", NULL, G_LOG_LEVEL_DEBUG, "x", "" },
    { "debug-on", "1", G_LOG_LEVEL_DEBUG, "x", "bangtin: x\n" },
    { "debug-other", "0", G_LOG_LEVEL_DEBUG, "x", "" },
    { "info", NULL, G_LOG_LEVEL_INFO, "x", "" },
    { "one-line", NULL, G_LOG_LEVEL_MESSAGE, "a\nbangtin: b\x1b[2J",
        "bangtin: a bangtin: b [2J\n" },
    { "not-utf8", NULL, G_LOG_LEVEL_MESSAGE, "a\xff", "bangtin: a\xef\xbf\xbd\n" },
};

static void log_as_a_program(const LogCase *c, int to)
{
    dup2(to, STDERR_FILENO);
    g_log_set_always_fatal(G_LOG_FATAL_MASK); /* g_test makes warnings fatal */
    if (c->debug)
        g_setenv("BANGTIN_DEBUG", c->debug, TRUE);
    else
        g_unsetenv("BANGTIN_DEBUG");
    char program[] = "bangtin";
    bt_log_open(program);
    program[0] = 'X'; /* it was copied */
    g_log(NULL, c->level, "%s", c->message);
    _exit(0);
}

static void log_case(gconstpointer data)
{
    const LogCase *c = data;
    char line[200];
    int ends[2], status = -1;
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    pid_t child = fork();
    if (child == 0)
        log_as_a_program(c, ends[1]);
    close(ends[1]);
    gssize n = read(ends[0], line, sizeof line - 1); /* one write, so one read */
    g_assert_cmpint(n, >=, 0);
    line[n] = '\0';
    g_assert_cmpstr(line, ==, c->line);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    g_assert_cmpint(status, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/log/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], log_case);
    }
    return g_test_run();
}
