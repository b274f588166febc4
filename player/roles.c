#include "player/roles.h"

#include "base/channel.h"
#include "player/fdwatch.h"

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
