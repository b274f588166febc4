/* What the board says of itself: what the configuration sets, and what the machine tells by /proc
 * and /sys where they are there. What nobody knows is no value, so that a template leaves it out.
 */
#include "player/sync/ttn.h"

#include "player/config/ttn_setup.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <sys/statvfs.h>

#define SYS_MAX_BYTES 4096
#define ZONES_MAX 32

/* ---- the machine ---- */

/* A number from a file of the kernel; FALSE: there is none. */
static gboolean read_number(const char *path, gint64 *number)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, NULL) || length > SYS_MAX_BYTES)
        return FALSE;
    char *end = NULL;
    *number = g_ascii_strtoll(text, &end, 10);
    return end != text;
}

/* The warmest of what the machine measures. */
static void set_temperature(GHashTable *values)
{
    gint64 warmest = 0, milli_c;
    for (int i = 0; i < ZONES_MAX; i++) {
        g_autofree char *path = g_strdup_printf("/sys/class/thermal/thermal_zone%d/temp", i);
        if (!read_number(path, &milli_c))
            break;
        warmest = MAX(warmest, milli_c);
    }
    if (warmest > 0 && warmest < 150000)
        bt_ttn_values_set_int(values, "temperature_c", (warmest + 500) / 1000);
}

static void set_disk(const BtSyncTtn *ttn, GHashTable *values)
{
    struct statvfs fs;
    if (statvfs(ttn->role->config->state_folder, &fs) != 0 || fs.f_blocks == 0)
        return;
    guint64 used = fs.f_blocks - fs.f_bfree;
    bt_ttn_values_set_int(
        values, "disk_used_percent", (gint64)(used * 100 / MAX(1, used + fs.f_bavail)));
}

static const char *link_word(const char *name)
{
    g_autofree char *wireless = g_strdup_printf("/sys/class/net/%s/wireless", name);
    if (g_file_test(wireless, G_FILE_TEST_EXISTS))
        return "Wi-Fi";
    return g_str_has_prefix(name, "ww") || g_str_has_prefix(name, "ppp") ||
            g_str_has_prefix(name, "usb")
        ? "4G"
        : "Ethernet";
}

/* By the first interface that is up and leads somewhere. */
static void set_link(GHashTable *values)
{
    struct ifaddrs *all = NULL;
    const char *word = "";
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *one = all; one != NULL && *word == '\0'; one = one->ifa_next) {
        gboolean counts = one->ifa_addr != NULL && (one->ifa_flags & IFF_RUNNING) != 0 &&
            (one->ifa_flags & IFF_LOOPBACK) == 0 &&
            (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6);
        word = counts ? link_word(one->ifa_name) : "";
    }
    freeifaddrs(all);
    bt_ttn_values_set_string(values, "link", word);
}

/* ---- all of it ---- */

/* A password that cannot be read leaves all of it unsaid, which the talk tells. */
GHashTable *bt_ttn_values(BtSyncTtn *ttn, gint64 now_ms)
{
    const BtConfig *config = ttn->role->config;
    GHashTable *values = bt_ttn_setup_values(config, ttn->source, NULL);
    if (values == NULL)
        values = bt_ttn_values_new();
    if (!g_hash_table_contains(values, "maThietBi"))
        bt_ttn_values_set_string(values, "maThietBi", config->screen_id);
    bt_ttn_values_set_int(values, "now", now_ms);
    set_link(values);
    set_temperature(values);
    set_disk(ttn, values);
    return values;
}
