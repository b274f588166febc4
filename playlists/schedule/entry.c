/* A manifest made ready for many questions: which programmes the ceiling lets through, and how long
 * each item lasts. Counting the code points of a megabyte of text costs a millisecond; it is done
 * once here, and not at each question. */
#include "playlists/schedule/inputs.h"

static void track_free(gpointer data)
{
    BtTrack *track = data;
    g_free(track->lengths_ms);
    g_free(track);
}

static BtTrack *track_new(const BtPlaylist *playlist, const BtZone *zone)
{
    BtTrack *track = g_new0(BtTrack, 1);
    track->playlist = playlist;
    track->lengths_ms = g_new0(gint64, playlist->items->len + 1);
    for (guint i = 0; i < playlist->items->len; i++)
        track->lengths_ms[i] = bt_item_known_length_ms(playlist->items->pdata[i], zone);
    return track;
}

/* Zones of one language share a track of the playlist. */
static const BtTrack *get_track(
    BtEntry *entry, GHashTable *known, const BtPlaylist *playlist, const BtZone *zone)
{
    g_autofree char *key = g_strdup_printf("%s/%s", playlist->id, zone->lang);
    BtTrack *track = g_hash_table_lookup(known, key);
    if (!track) {
        track = track_new(playlist, zone);
        g_ptr_array_add(entry->tracks, track);
        g_hash_table_insert(known, g_steal_pointer(&key), track);
    }
    return track;
}

/* ---- the ceiling ---- */

static gboolean covers(const GArray *rects, guint from, BtRect r);

/* Whether the rest of `r` around the part `hole` is covered by the rectangles from `from` on. */
static gboolean covers_around(const GArray *rects, guint from, BtRect r, BtRect hole)
{
    BtRect above = { r.x, r.y, r.w, hole.y - r.y };
    BtRect below = { r.x, hole.y + hole.h, r.w, r.y + r.h - hole.y - hole.h };
    BtRect left = { r.x, hole.y, hole.x - r.x, hole.h };
    BtRect right = { hole.x + hole.w, hole.y, r.x + r.w - hole.x - hole.w, hole.h };
    return covers(rects, from, above) && covers(rects, from, below) && covers(rects, from, left) &&
        covers(rects, from, right);
}

/* Whether the rectangles from `from` on together cover `r`. */
static gboolean covers(const GArray *rects, guint from, BtRect r)
{
    if (bt_rect_is_empty(r))
        return TRUE;
    for (guint i = from; i < rects->len; i++) {
        BtRect hole = bt_rect_intersect(r, g_array_index(rects, BtRect, i));
        if (!bt_rect_is_empty(hole))
            return covers_around(rects, i + 1, r, hole);
    }
    return FALSE;
}

static gboolean rects_allow(const BtInputSource *source, const BtProgramme *programme)
{
    const GPtrArray *zones = programme->layout->zones;
    if (source->rects_px->len == 0)
        return TRUE;
    for (guint z = 0; z < zones->len; z++) {
        const BtZone *zone = zones->pdata[z];
        if (programme->playlists[z] && !covers(source->rects_px, 0, zone->rect_px))
            return FALSE;
    }
    return TRUE;
}

/* ---- */

static void make_ready(BtEntry *entry, GHashTable *known, const BtInputSource *source,
    const BtProgramme *programme, BtReady *ready)
{
    const GPtrArray *zones = programme->layout->zones;
    ready->tracks = g_new0(const BtTrack *, zones->len + 1);
    ready->first_zone = zones->len;
    for (guint z = zones->len; z-- > 0;) {
        if (!programme->playlists[z])
            continue;
        ready->tracks[z] = get_track(entry, known, programme->playlists[z], zones->pdata[z]);
        ready->first_zone = z;
    }
    ready->class_allowed = source->classes >> programme->cls & 1;
    ready->rects_allowed = rects_allow(source, programme);
}

BtEntry *bt_entry_new(const BtInputSource *source, BtManifest *manifest, const char *sha256,
    gint64 from_ms, gboolean is_alert)
{
    BtEntry *entry = g_new0(BtEntry, 1);
    entry->from_ms = from_ms;
    entry->is_alert = is_alert;
    entry->sha256 = g_strdup(sha256 ? sha256 : "");
    entry->tracks = g_ptr_array_new_with_free_func(track_free);
    if (!manifest)
        return entry;
    entry->manifest = bt_manifest_ref(manifest);
    entry->programmes = g_new0(BtReady, manifest->programmes->len + 1);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < manifest->programmes->len; i++)
        make_ready(entry, known, source, manifest->programmes->pdata[i], &entry->programmes[i]);
    return entry;
}

void bt_entry_free(gpointer data)
{
    BtEntry *entry = data;
    guint n = entry->manifest ? entry->manifest->programmes->len : 0;
    for (guint i = 0; i < n; i++)
        g_free(entry->programmes[i].tracks);
    g_free(entry->programmes);
    g_ptr_array_unref(entry->tracks);
    g_clear_pointer(&entry->manifest, bt_manifest_unref);
    g_free(entry->sha256);
    g_free(entry);
}
