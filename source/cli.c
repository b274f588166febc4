#include "source/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gboolean count_fits(const BtCliSpec *spec, int n)
{
    return n >= spec->min && (spec->max < 0 || n <= spec->max);
}

gboolean bt_cli_parse(const BtCliSpec *spec, int *argc, char ***argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(spec->usage);
    g_option_context_set_summary(context, spec->summary);
    g_option_context_set_description(context, spec->description);
    g_option_context_add_main_entries(context, spec->entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        bt_cli_usage("%s", error->message);
        return FALSE;
    }
    if (*argc > 1 && strcmp((*argv)[1], "--") == 0) {
        memmove(*argv + 1, *argv + 2, sizeof(char *) * (gsize)(*argc - 1));
        (*argc)--;
    }
    if (!count_fits(spec, *argc - 1)) {
        bt_cli_usage("%d arguments: expected %s", *argc - 1, *spec->usage ? spec->usage : "none");
        return FALSE;
    }
    return TRUE;
}

int bt_cli_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_message("%s; see \"%s --help\"", text, g_get_prgname());
    return BT_EXIT_USAGE;
}

int bt_cli_missing(const char *option)
{
    return bt_cli_usage("no %s: expected it", option);
}

int bt_cli_fail(GError *error)
{
    g_message("%s", error->message);
    g_error_free(error);
    return BT_EXIT_FAILED;
}

gboolean bt_cli_clock(const char *text, BtClock *clock, GError **error)
{
    *clock = bt_clock_real();
    return text == NULL || bt_clock_from_text(text, clock, error);
}

gboolean bt_cli_now(const char *text, gint64 *now_ms, GError **error)
{
    BtClock clock;
    if (!bt_cli_clock(text, &clock, error))
        return FALSE;
    *now_ms = bt_clock_wall_ms(&clock);
    return TRUE;
}

BtStore *bt_cli_open(const char *data, const char *clock, gint64 *now_ms, GError **error)
{
    return bt_cli_now(clock, now_ms, error) ? bt_store_open(data, error) : NULL;
}

GPtrArray *bt_cli_load_keys(char *const *paths, GError **error)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)bt_key_free);
    for (guint i = 0; paths != NULL && paths[i] != NULL; i++) {
        BtKey *key = bt_key_load(paths[i], error);
        if (key == NULL)
            return NULL;
        g_ptr_array_add(keys, key);
    }
    return g_steal_pointer(&keys);
}

void bt_cli_print_json(BtJson *json)
{
    g_autofree char *text = bt_json_to_text(json, FALSE);
    bt_json_unref(json);
    puts(text);
}

int bt_cli_done(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return BT_EXIT_DONE;
    g_message("stdout: the results could not be written");
    return BT_EXIT_FAILED;
}
