#include "player/roles/roles.h"

#include "base/channel.h"
#include "player/roles/fdwatch.h"

#include <signal.h>

void bt_role_end_stopped(pid_t pid, pid_t show, pid_t sync)
{
    if (pid == show || pid == sync)
        return;
    g_warning("supervise: a decoder was stopped, killing it");
    kill(pid, SIGKILL);
}

static gboolean on_message(gint fd, GIOCondition condition, gpointer data)
{
    const BtRoleEar *ear = data;
    (void)condition;
    for (;;) {
        BtRoleMessage message;
        guint n_fds;
        BtChannelStatus status =
            bt_channel_receive(fd, &message, sizeof message, NULL, 0, &n_fds, NULL);
        if (status == BT_CHANNEL_AGAIN)
            return G_SOURCE_CONTINUE;
        gboolean stop = status != BT_CHANNEL_OK || message.type == BT_ROLE_STOP;
        if (stop)
            message = (BtRoleMessage){ .type = BT_ROLE_STOP };
        ear->take(&message, ear->user);
        if (stop)
            return G_SOURCE_REMOVE;
    }
}

void bt_role_listen(BtRoleEar *ear)
{
    bt_fd_add(BT_ROLE_CHANNEL_FD, G_IO_IN | G_IO_HUP, on_message, ear);
}

/* ---- starting ---- */

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

GPtrArray *bt_role_arguments(const BtRoleOptions *options, const char *role)
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
    add_number(argv, "died", options->died_ms);
    add_number(argv, "time", options->left.offset_ms);
    add_number(argv, "trusted", options->left.trusted);
    add_number(argv, "crashed", options->crashed);
    g_ptr_array_add(argv, NULL);
    return argv;
}
