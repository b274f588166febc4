#include "player/commands.h"

#include "base/error.h"
#include "base/io.h"

#include <stdio.h>

gboolean bt_options_parse(
    const char *usage, const char *summary, const GOptionEntry *entries, int *argc, char ***argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(usage);
    g_autoptr(GError) failure = NULL;
    g_option_context_set_summary(context, summary);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &failure)) {
        fprintf(stderr, "bangtin: %s\n", failure->message);
        return FALSE;
    }
    if (*argc > 1 && *usage == '\0') {
        fprintf(stderr, "bangtin: %s: “%s”: expected options and nothing else\n", (*argv)[0],
            (*argv)[1]);
        return FALSE;
    }
    return TRUE;
}

int bt_command_fail(GError *failure, int status)
{
    fprintf(stderr, "bangtin: %s\n", failure->message);
    g_error_free(failure);
    return status;
}

BtBoard *bt_command_board(const char *config_path, const char *manifest_path, const char *assets,
    gint64 since_ms, BtConfig **config, GError **error)
{
    if (manifest_path != NULL) {
        g_autoptr(GBytes) bytes =
            bt_io_read(manifest_path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), error);
        return bytes == NULL ? NULL : bt_board_for_manifest(bytes, manifest_path, assets, error);
    }
    BtBoardOptions options = { .since_ms = since_ms };
    *config = bt_config_read(config_path, error);
    return *config == NULL ? NULL : bt_board_open(*config, &options, error);
}

gboolean bt_size_parse(const char *text, int *w_px, int *h_px, GError **error)
{
    char rest;
    if (sscanf(text, "%4dx%4d%c", w_px, h_px, &rest) == 2 && *w_px >= BT_CANVAS_MIN_W_PX &&
        *w_px <= BT_CANVAS_MAX_W_PX && *h_px >= BT_CANVAS_MIN_H_PX && *h_px <= BT_CANVAS_MAX_H_PX)
        return TRUE;
    g_set_error(
        error, BT_ERROR, BT_ERROR_SYNTAX, "--size: “%s”: expected WxH, 32x16 to 7680x4320", text);
    return FALSE;
}
