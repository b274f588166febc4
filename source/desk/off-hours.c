#include "source/desk/off-hours.h"

#include "base/hash.h"
#include "playlists/schedule/window.h"
#include "source/desk/published.h"

struct BtOffHours {
    char *site;
    GHashTable *manifests; /* sha256 → BtManifest; NULL where it cannot be read */
};

static void manifest_free(gpointer manifest)
{
    if (manifest != NULL)
        bt_manifest_unref(manifest);
}

BtOffHours *bt_off_hours_new(const char *site)
{
    BtOffHours *off_hours = g_new0(BtOffHours, 1);
    off_hours->site = g_strdup(site);
    off_hours->manifests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, manifest_free);
    return off_hours;
}

void bt_off_hours_free(BtOffHours *off_hours)
{
    if (off_hours == NULL)
        return;
    g_hash_table_unref(off_hours->manifests);
    g_free(off_hours->site);
    g_free(off_hours);
}

static const BtManifest *find(BtOffHours *off_hours, const char *sha256)
{
    gpointer known = NULL;
    if (!bt_hash_is_hex(sha256) ||
        g_hash_table_lookup_extended(off_hours->manifests, sha256, NULL, &known))
        return known;
    if (g_hash_table_size(off_hours->manifests) >= BT_OFF_HOURS_MAX)
        g_hash_table_remove_all(off_hours->manifests);
    known = bt_published_read(off_hours->site, sha256);
    g_hash_table_insert(off_hours->manifests, g_strdup(sha256), known);
    return known;
}

gboolean bt_off_hours_is_off(BtOffHours *off_hours, const char *manifest, gint64 now_ms)
{
    const BtManifest *found = find(off_hours, manifest);
    if (found == NULL || !found->display.given || found->display.on == NULL ||
        found->display.on->len == 0)
        return FALSE;
    const BtWhen when = { .days = 0x7f, .times = found->display.on };
    gint64 start_ms, next_ms;
    BtLocal local = bt_local_at(found->timezone, now_ms);
    return !bt_window_at(&when, &local, &start_ms, &next_ms);
}
