#include "source/desk/timetable.h"

#include "base/hash.h"
#include "playlists/schedule/window.h"
#include "source/desk/published.h"

struct BtTimetables {
    char *site;
    GHashTable *manifests; /* sha256 → BtManifest; NULL where it cannot be read */
};

static void manifest_free(gpointer manifest)
{
    if (manifest != NULL)
        bt_manifest_unref(manifest);
}

BtTimetables *bt_timetables_new(const char *site)
{
    BtTimetables *timetables = g_new0(BtTimetables, 1);
    timetables->site = g_strdup(site);
    timetables->manifests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, manifest_free);
    return timetables;
}

void bt_timetables_free(BtTimetables *timetables)
{
    if (timetables == NULL)
        return;
    g_hash_table_unref(timetables->manifests);
    g_free(timetables->site);
    g_free(timetables);
}

static const BtManifest *find(BtTimetables *timetables, const char *sha256)
{
    gpointer known = NULL;
    if (!bt_hash_is_hex(sha256) ||
        g_hash_table_lookup_extended(timetables->manifests, sha256, NULL, &known))
        return known;
    if (g_hash_table_size(timetables->manifests) >= BT_TIMETABLES_MAX)
        g_hash_table_remove_all(timetables->manifests);
    known = bt_published_read(timetables->site, sha256);
    g_hash_table_insert(timetables->manifests, g_strdup(sha256), known);
    return known;
}

gboolean bt_timetables_is_off(BtTimetables *timetables, const char *manifest, gint64 now_ms)
{
    const BtManifest *found = find(timetables, manifest);
    if (found == NULL || !found->display.given || found->display.on == NULL ||
        found->display.on->len == 0)
        return FALSE;
    const BtWhen when = { .days = 0x7f, .times = found->display.on };
    gint64 start_ms, next_ms;
    BtLocal local = bt_local_at(found->timezone, now_ms);
    return !bt_window_at(&when, &local, &start_ms, &next_ms);
}
