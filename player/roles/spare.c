#include "player/roles/spare.h"

#include "base/channel.h"
#include "player/roles/start.h"
#include "render/media/media.h"

#include <unistd.h>

struct BtSpare {
    int channel; /* -1: it had its work, or ended */
    guint timer; /* GSource */
};

static void leave(BtSpare *spare)
{
    if (spare->channel < 0)
        return;
    g_source_remove(spare->timer);
    close(spare->channel);
    spare->channel = -1;
}

static gboolean on_time_over(gpointer data)
{
    BtSpare *spare = data;
    close(spare->channel);
    spare->channel = -1;
    return G_SOURCE_REMOVE;
}

BtSpare *bt_spare_start(const char *decoder_path)
{
    char *argv[] = { (char *)"bangtin-decode", (char *)"--wait", NULL };
    int ends[2];
    if (!bt_channel_pair(ends, NULL))
        return NULL;
    g_auto(GStrv) env = bt_media_decoder_environment();
    pid_t pid = bt_start(decoder_path, argv, env, &ends[1], 1);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return NULL;
    }
    BtSpare *spare = g_new(BtSpare, 1);
    spare->channel = ends[0];
    spare->timer = g_timeout_add(BT_SPARE_MS, on_time_over, spare);
    return spare;
}

gboolean bt_spare_take(BtSpare *spare, const int *fds, guint n_fds)
{
    const guint32 begin = 0;
    if (spare == NULL || spare->channel < 0)
        return FALSE;
    gboolean taken =
        bt_channel_send(spare->channel, &begin, sizeof begin, fds, n_fds, NULL) == BT_CHANNEL_OK;
    leave(spare);
    return taken;
}

void bt_spare_free(BtSpare *spare)
{
    if (spare == NULL)
        return;
    leave(spare);
    g_free(spare);
}
