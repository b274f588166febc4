/* A line goes out in one write, so that the lines of several processes on one stderr do not mix,
 * and whatever a document smuggles into a message stays on that line. */
#include "base/log.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *program;
    gboolean debug;
} Log;

static const char *field_of(
    const GLogField *fields, gsize n_fields, const char *key, gssize *length)
{
    for (gsize i = 0; i < n_fields; i++) {
        if (strcmp(fields[i].key, key) == 0) {
            *length = fields[i].length;
            return fields[i].value;
        }
    }
    return NULL;
}

static void keep_on_one_line(char *text)
{
    for (char *c = text; *c; c++)
        if (g_ascii_iscntrl(*c))
            *c = ' ';
}

static void write_line(const char *program, const char *message, gssize length)
{
    g_autofree char *valid = g_utf8_make_valid(message, length);
    keep_on_one_line(valid);
    g_autofree char *line = g_strdup_printf("%s: %s\n", program, valid);
    /* Nobody is left to tell when stderr is gone. */
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        return;
}

static GLogWriterOutput write_message(
    GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    const Log *log = data;
    if ((level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)) && !log->debug)
        return G_LOG_WRITER_HANDLED;
    gssize length = 0;
    const char *message = field_of(fields, n_fields, "MESSAGE", &length);
    if (message)
        write_line(log->program, message, length);
    return G_LOG_WRITER_HANDLED;
}

void bt_log_open(const char *program)
{
    Log *log = g_new(Log, 1); /* lives as long as the process */
    log->program = g_strdup(program);
    log->debug = g_strcmp0(g_getenv("BANGTIN_DEBUG"), "1") == 0;
    g_log_set_writer_func(write_message, log, NULL);
}
