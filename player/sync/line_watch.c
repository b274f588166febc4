#include "player/sync/line_watch.h"

#include <gio/gio.h>

struct BtLineWatch {
    GNetworkMonitor *monitor; /* borrowed: GIO's only one */
    gulong handler;
    guint timer; /* 0: nothing changed */
    void (*on_change)(gpointer user);
    gpointer user;
};

static gboolean on_settled(gpointer data)
{
    BtLineWatch *watch = data;
    watch->timer = 0;
    watch->on_change(watch->user);
    return G_SOURCE_REMOVE;
}

static void on_network(GNetworkMonitor *monitor, gboolean available, gpointer data)
{
    BtLineWatch *watch = data;
    guint wait_ms = (guint)g_random_int_range(BT_LINE_SETTLES_MS, 2 * BT_LINE_SETTLES_MS);
    (void)monitor, (void)available;
    if (watch->timer == 0)
        watch->timer = g_timeout_add(wait_ms, on_settled, watch);
}

/* Of GIO's monitors the kernel's own: the others ask services over sockets that a confined role may
 * not open, and boxes need not have them. */
BtLineWatch *bt_line_watch_new(void (*on_change)(gpointer user), gpointer user)
{
    BtLineWatch *watch = g_new0(BtLineWatch, 1);
    g_setenv("GIO_USE_NETWORK_MONITOR", "netlink", TRUE);
    watch->monitor = g_network_monitor_get_default();
    watch->on_change = on_change;
    watch->user = user;
    watch->handler =
        g_signal_connect(watch->monitor, "network-changed", G_CALLBACK(on_network), watch);
    return watch;
}

void bt_line_watch_free(BtLineWatch *watch)
{
    if (watch == NULL)
        return;
    g_signal_handler_disconnect(watch->monitor, watch->handler);
    if (watch->timer != 0)
        g_source_remove(watch->timer);
    g_free(watch);
}
