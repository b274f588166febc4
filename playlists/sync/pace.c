/* When the power of a district returns, or its server, every board finds out in the same second.
 * What spreads them is chance; but chance that cannot be had again makes a fault that cannot be
 * found again, so it is drawn from the hash of a name and a count. */
#include "playlists/sync/pace.h"

#include "base/hash.h"

#include <string.h>

#define POLLS_OF_RETRY 15 /* a board that is asked to look each second looks again within 15 */

double bt_pace_chance(const char *who, guint64 n)
{
    g_autofree char *text = g_strdup_printf("%s\n%" G_GUINT64_FORMAT, who, n);
    char hex[BT_HASH_HEX_SIZE];
    bt_hash_data(text, strlen(text), hex);
    hex[8] = '\0';
    return (double)g_ascii_strtoull(hex, NULL, 16) / 4294967296.0;
}

gint64 bt_pace_poll_ms(const char *who, guint64 n, gint64 poll_ms)
{
    return (gint64)((double)poll_ms * (0.8 + 0.4 * bt_pace_chance(who, n)));
}

gint64 bt_pace_retry_ms(const char *who, guint64 n, guint failures, gint64 poll_ms)
{
    gint64 most_ms = MIN(BT_PACE_RETRY_MAX_MS, POLLS_OF_RETRY * poll_ms);
    gint64 wait_ms = MIN(BT_PACE_RETRY_MIN_MS << MIN(failures, 20), most_ms);
    wait_ms = (gint64)((double)wait_ms * (0.5 + 0.5 * bt_pace_chance(who, n)));
    return MAX(wait_ms, BT_PACE_RETRY_MIN_MS);
}

gint64 bt_pace_first_ms(const char *who, gint64 uptime_ms, gint64 poll_ms)
{
    if (uptime_ms >= BT_PACE_BOOT_MS)
        return 0;
    return (gint64)((double)MIN(poll_ms, BT_PACE_BOOT_MS) * bt_pace_chance(who, 0));
}
