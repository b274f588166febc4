/* What the board says of itself: what the configuration sets, and what the machine tells by /proc
 * and /sys where they are there. What nobody knows is no value, so that a template leaves it out.
 */
#include "player/sync_ttn.h"

#include "base/io.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <sys/statvfs.h>

#define SYS_MAX_BYTES 4096
#define ZONES_MAX 32
#define BT_TTN_MAX_NAMES 16

const char *bt_ttn_setting(const BtSyncTtn *ttn, const char *name)
{
    const GPtrArray *sets = ttn->source->ttn->sets;
    for (guint i = 0; i < sets->len; i++) {
        const BtConfigPair *pair = g_ptr_array_index(sets, i);
        if (g_str_equal(pair->name, name))
            return pair->value;
    }
    return "";
}

char *bt_ttn_password(const BtSyncTtn *ttn, GError **error)
{
    const char *path = ttn->source->ttn->password_path;
    if (path == NULL)
        return g_strdup("");
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_CONFIG_MAX_SECRET_BYTES, error);
    if (bytes == NULL)
        return NULL;
    char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

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

static void set_addresses(const BtSyncTtn *ttn, GHashTable *values)
{
    const BtConfigTtn *config = ttn->source->ttn;
    const char *base = ttn->source->base;
    bt_ttn_values_set_string(values, "base", base);
    bt_ttn_values_set_string(values, "auth", config->auth != NULL ? config->auth : base);
    if (config->register_at != NULL)
        bt_ttn_values_set_string(values, "register", config->register_at);
    if (config->mqtt != NULL)
        bt_ttn_values_set_string(values, "mqtt", config->mqtt);
    if (config->username != NULL)
        bt_ttn_values_set_string(values, "username", config->username);
}

GHashTable *bt_ttn_values(BtSyncTtn *ttn, gint64 now_ms)
{
    GHashTable *values = bt_ttn_values_new();
    const GPtrArray *sets = ttn->source->ttn->sets;
    set_addresses(ttn, values);
    bt_ttn_values_set_string(values, "app_version", BANGTIN_VERSION);
    bt_ttn_values_set_string(values, "screen", ttn->role->config->screen_id);
    bt_ttn_values_set_string(values, "source", ttn->source->name);
    bt_ttn_values_set_string(values, "maThietBi", ttn->role->config->screen_id);
    bt_ttn_values_set_int(values, "now", now_ms);
    set_link(values);
    set_temperature(values);
    set_disk(ttn, values);
    for (guint i = 0; i < sets->len; i++) {
        const BtConfigPair *pair = g_ptr_array_index(sets, i);
        bt_ttn_values_set_string(values, pair->name, pair->value);
    }
    return values;
}

/* A board is spoken to by its serial, by where it is, or by the area. */
char **bt_ttn_names(BtSyncTtn *ttn)
{
    static const char *const names[] = { "maThietBi", "dichID", "diaBanID", "khuVucID" };
    GPtrArray *found = g_ptr_array_new();
    g_ptr_array_add(found, g_strdup(ttn->role->config->screen_id));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_auto(GStrv) ids = g_strsplit(bt_ttn_setting(ttn, names[i]), ";", BT_TTN_MAX_NAMES);
        for (guint k = 0; ids[k] != NULL; k++)
            if (*g_strstrip(ids[k]) != '\0')
                g_ptr_array_add(found, g_strdup(ids[k]));
    }
    g_ptr_array_add(found, NULL);
    return (char **)g_ptr_array_free(found, FALSE);
}
