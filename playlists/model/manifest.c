/* The life of a manifest, and small questions to it. */
#include "playlists/model/draft.h"

#include <string.h>

static const char *const class_names[BT_N_CLASSES + 1] = { "emergency", "requisition", "priority",
    "ordinary", "filler", NULL };

const char *bt_class_name(BtClass cls)
{
    return class_names[cls];
}

gboolean bt_class_from_name(const char *name, BtClass *cls)
{
    for (guint i = 0; i < BT_N_CLASSES; i++) {
        if (g_strcmp0(name, class_names[i]) != 0)
            continue;
        *cls = (BtClass)i;
        return TRUE;
    }
    return FALSE;
}

const char *bt_item_kind_name(BtItemKind kind)
{
    static const char *const names[BT_N_ITEM_KINDS] = { "text", "ticker", "image", "video", "audio",
        "stream", "clock", "alert" };
    return names[kind];
}

gboolean bt_manifest_is_for(const BtManifest *manifest, const char *screen)
{
    for (guint i = 0; i < manifest->screens->len; i++)
        if (strcmp(g_ptr_array_index(manifest->screens, i), screen) == 0)
            return TRUE;
    return FALSE;
}

/* ---- texts in turn ---- */

static gboolean zone_shows(const BtZone *zone, const char *lang)
{
    return zone->lang[0] == '\0' || g_ascii_strcasecmp(zone->lang, lang) == 0;
}

guint bt_item_count_texts(const BtItem *item, const BtZone *zone)
{
    guint n = 0;
    for (guint i = 0; i < item->texts->len; i++)
        n += zone_shows(zone, ((const BtText *)g_ptr_array_index(item->texts, i))->lang);
    return n;
}

const BtText *bt_item_text(const BtItem *item, const BtZone *zone, guint k)
{
    for (guint i = 0; i < item->texts->len; i++) {
        const BtText *text = g_ptr_array_index(item->texts, i);
        if (zone_shows(zone, text->lang) && k-- == 0)
            return text;
    }
    return NULL;
}

const BtSubtitles *bt_item_subtitles(const BtItem *item, const BtZone *zone)
{
    for (guint i = 0; i < item->subtitles->len; i++) {
        const BtSubtitles *subtitles = g_ptr_array_index(item->subtitles, i);
        if (zone_shows(zone, subtitles->lang))
            return subtitles;
    }
    return NULL;
}

/* ---- ends ---- */

void bt_text_free(BtText *text)
{
    g_free(text->lang);
    g_free(text->title);
    g_free(text->body);
    g_free(text);
}

void bt_subtitles_free(BtSubtitles *subtitles)
{
    g_free(subtitles->lang);
    g_free(subtitles);
}

void bt_asset_free(BtAsset *asset)
{
    g_free(asset->type);
    g_free(asset->name);
    g_free(asset);
}

void bt_item_free(BtItem *item)
{
    g_free(item->id);
    g_free(item->issuer);
    g_free(item->issued_on);
    g_free(item->document);
    g_free(item->url);
    g_free(item->qr);
    g_ptr_array_unref(item->texts);
    g_ptr_array_unref(item->subtitles);
    g_free(item);
}

void bt_zone_free(BtZone *zone)
{
    g_free(zone->id);
    g_free(zone->lang);
    g_free(zone);
}

void bt_layout_free(BtLayout *layout)
{
    g_free(layout->id);
    g_ptr_array_unref(layout->zones);
    g_free(layout);
}

void bt_playlist_free(BtPlaylist *playlist)
{
    g_free(playlist->id);
    g_ptr_array_unref(playlist->items);
    g_free(playlist);
}

void bt_programme_free(BtProgramme *programme)
{
    g_free(programme->id);
    g_free(programme->playlists);
    g_array_unref(programme->when.times);
    g_array_unref(programme->when.slots);
    g_free(programme);
}

static void manifest_clear(gpointer data)
{
    BtManifest *manifest = data;
    g_free(manifest->source);
    g_free(manifest->timezone_name);
    g_clear_pointer(&manifest->timezone, g_time_zone_unref);
    g_ptr_array_unref(manifest->programmes);
    g_ptr_array_unref(manifest->playlists);
    g_ptr_array_unref(manifest->items);
    g_ptr_array_unref(manifest->layouts);
    g_hash_table_unref(manifest->assets);
    g_ptr_array_unref(manifest->screens);
    g_ptr_array_unref(manifest->notes);
    g_array_unref(manifest->display.on);
    g_array_unref(manifest->display.brightness);
    g_array_unref(manifest->display.volumes);
}

BtManifest *bt_manifest_ref(BtManifest *manifest)
{
    return g_atomic_rc_box_acquire(manifest);
}

void bt_manifest_unref(BtManifest *manifest)
{
    g_atomic_rc_box_release_full(manifest, manifest_clear);
}
