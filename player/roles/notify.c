#include "player/roles/notify.h"

#include "player/roles/roles.h"

#include <systemd/sd-daemon.h>

struct BtNotify {
    gboolean is_ready;
    gint64 beat_us;    /* monotonic, of the last beat */
    guint interval_ms; /* between two feeds without a beat; 0: beats come often enough */
    guint timer;
};

static guint interval_between_beats(void)
{
    guint64 limit_us = 0;
    if (sd_watchdog_enabled(0, &limit_us) <= 0 || limit_us / 2 >= BT_BEAT_MS * 1000)
        return 0;
    return (guint)MAX(1, limit_us / 2000);
}

BtNotify *bt_notify_new(void)
{
    BtNotify *notify = g_new0(BtNotify, 1);
    notify->interval_ms = interval_between_beats();
    return notify;
}

void bt_notify_free(BtNotify *notify)
{
    if (notify->timer != 0)
        g_source_remove(notify->timer);
    g_free(notify);
}

static gboolean feed_again(gpointer data)
{
    BtNotify *notify = data;
    if (g_get_monotonic_time() - notify->beat_us < BT_NOTIFY_VOUCH_MS * 1000) {
        sd_notify(0, "WATCHDOG=1");
        return G_SOURCE_CONTINUE;
    }
    notify->timer = 0;
    return G_SOURCE_REMOVE;
}

void bt_notify_beat(BtNotify *notify)
{
    sd_notify(0, notify->is_ready ? "WATCHDOG=1" : "READY=1\nWATCHDOG=1\nSTATUS=on the glass");
    notify->is_ready = TRUE;
    notify->beat_us = g_get_monotonic_time();
    if (notify->interval_ms > 0 && notify->timer == 0)
        notify->timer = g_timeout_add(notify->interval_ms, feed_again, notify);
}

void bt_notify_status(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    sd_notifyf(0, "STATUS=%s", line);
}

void bt_notify_stopping(void)
{
    sd_notify(0, "STOPPING=1\nSTATUS=ending");
}
