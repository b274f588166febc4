/* What came is counted where it came in, before anybody parses it. A sender that is faster than it
 * may be is read more slowly: TCP then waits, and datagrams are lost. */
#include "player/relay/relay.h"

#include <poll.h>
#include <string.h>

void meter_init(Meter *meter, int socket, guint64 max_bytes_per_s)
{
    gint64 now_us = g_get_monotonic_time();
    *meter = (Meter){ .socket = socket,
        .max_bytes_per_s = max_bytes_per_s,
        .told_us = now_us,
        .window_us = now_us,
        .heard_us = now_us };
}

static void tell(Meter *meter, gint64 now_us)
{
    BtRelayWord word = { .type = BT_RELAY_BYTES, .bytes = meter->untold_bytes };
    meter->told_us = now_us;
    if (relay_say(meter->socket, &word, sizeof word))
        meter->untold_bytes = 0;
}

void meter_add(Meter *meter, gsize bytes)
{
    gint64 now_us = g_get_monotonic_time();
    meter->heard_us = now_us;
    meter->untold_bytes += bytes;
    if (now_us - meter->told_us >= BT_RELAY_TELL_MS * 1000)
        tell(meter, now_us);
    if (now_us - meter->window_us >= G_USEC_PER_SEC) {
        meter->window_us = now_us;
        meter->window_bytes = 0;
    }
    meter->window_bytes += bytes;
    if (meter->window_bytes > meter->max_bytes_per_s)
        g_usleep((gulong)(meter->window_us + G_USEC_PER_SEC - now_us));
}

int meter_is_left(void *user)
{
    const Meter *meter = user;
    struct pollfd one = { .fd = meter->socket };
    return poll(&one, 1, 0) > 0 && one.revents & (POLLHUP | POLLERR | POLLNVAL);
}

int meter_is_over(void *user)
{
    const Meter *meter = user;
    return meter_is_left(user) ||
        g_get_monotonic_time() - meter->heard_us > RELAY_SILENCE_MS * 1000;
}

void meter_wait(Meter *meter)
{
    meter->heard_us = g_get_monotonic_time();
}

void meter_fail(Meter *meter, const GError *error)
{
    BtRelayWord word = { .type = BT_RELAY_FAILED };
    tell(meter, g_get_monotonic_time());
    g_strlcpy(word.code, bt_error_reason(error), sizeof word.code);
    g_strlcpy(word.reason, error->message, sizeof word.reason);
    relay_say(meter->socket, &word, sizeof word);
}
