#include "player/check/streams.h"

#include "playlists/model/stream.h"

/* The source of the configuration that would bring this manifest; NULL: none says so. */
static const BtConfigSource *source_of(const BtManifest *manifest, const BtConfig *config)
{
    const BtConfigSource *unnamed = NULL;
    for (guint i = 0; config != NULL && i < config->sources->len; i++) {
        const BtConfigSource *source = g_ptr_array_index(config->sources, i);
        if (source->kind == BT_SOURCE_FOLDER)
            continue;
        if (g_str_equal(source->source_id, manifest->source))
            return source;
        if (*source->source_id == '\0' && unnamed == NULL)
            unnamed = source;
    }
    return unnamed;
}

static void check_item(const BtItem *item, const char *const *names, GPtrArray *notes)
{
    g_auto(BtStreamUrl) url = { 0 };
    g_autoptr(GError) error = NULL;
    if (item->kind != BT_ITEM_STREAM)
        return;
    if (!bt_stream_url_parse(item->url, &url, &error) || !bt_stream_may_open(&url, names, &error))
        g_ptr_array_add(notes,
            g_strdup_printf("/playlists/%u/items/%u/url: %s; the fallback would be shown",
                item->list, item->index, error->message));
}

void bt_check_streams(const BtManifest *manifest, const BtConfig *config, GPtrArray *notes)
{
    const BtConfigSource *source = source_of(manifest, config);
    const char *const *names = source != NULL ? (const char *const *)source->streams : NULL;
    for (guint i = 0; i < manifest->items->len; i++)
        check_item(g_ptr_array_index(manifest->items, i), names, notes);
}
