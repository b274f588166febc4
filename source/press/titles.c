#include "source/press/titles.h"

#include "base/io.h"
#include "source/store/site.h"

#include <string.h>

#define TITLE_MAX_CHARS 120

struct BtTitles {
    char *site;
    GHashTable *manifests; /* sha256 → GHashTable of item → Name */
};

typedef struct {
    char *title;     /* "" none */
    char *languages; /* NULL: none */
} Name;

static void name_free(gpointer data)
{
    Name *name = data;
    g_free(name->title);
    g_free(name->languages);
    g_free(name);
}

BtTitles *bt_titles_new(const char *site)
{
    BtTitles *titles = g_new0(BtTitles, 1);
    titles->site = g_strdup(site);
    titles->manifests =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    return titles;
}

void bt_titles_free(BtTitles *titles)
{
    g_hash_table_unref(titles->manifests);
    g_free(titles->site);
    g_free(titles);
}

static const char *words_of(const BtItem *item)
{
    const BtText *text = item->texts->len > 0 ? g_ptr_array_index(item->texts, 0) : NULL;
    if (text != NULL)
        return *text->title != '\0' ? text->title : text->body;
    return item->asset != NULL ? item->asset->name : "";
}

/* An item without a title is called by how its words begin. (transfer full) */
static char *shortened(const char *words)
{
    if (g_utf8_strlen(words, -1) <= TITLE_MAX_CHARS)
        return g_strdup(words);
    g_autofree char *beginning = g_utf8_substring(words, 0, TITLE_MAX_CHARS);
    char *last_space = strrchr(beginning, ' ');
    if (last_space != NULL && last_space != beginning)
        *last_space = '\0';
    return g_strconcat(beginning, "…", NULL);
}

/* (transfer full) (nullable) */
static char *languages_of(const BtItem *item)
{
    g_autoptr(GString) languages = g_string_new(NULL);
    for (guint i = 0; i < item->texts->len; i++) {
        const BtText *text = g_ptr_array_index(item->texts, i);
        g_string_append_printf(languages, "%s%s", i > 0 ? " " : "", text->lang);
    }
    return languages->len > 0 ? g_strdup(languages->str) : NULL;
}

static void add_items(GHashTable *names, const BtPlaylist *playlist)
{
    for (guint i = 0; i < playlist->items->len; i++) {
        const BtItem *item = g_ptr_array_index(playlist->items, i);
        Name *name = g_new0(Name, 1);
        *name = (Name){ shortened(words_of(item)), languages_of(item) };
        g_hash_table_insert(names, g_strdup(item->id), name);
    }
}

/* Our own tree's document: it was verified before it got there. */
static GHashTable *read_names(const char *site, const char *sha256)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, name_free);
    g_autofree char *path = bt_site_manifest_path(site, sha256);
    g_autoptr(GBytes) bytes = bt_io_read(path, BT_ENVELOPE_MAX_BYTES(BT_MANIFEST_MAX_BYTES), NULL);
    g_autoptr(GBytes) payload =
        bytes != NULL ? bt_envelope_peek(bytes, path, BT_MANIFEST_MAX_BYTES, NULL) : NULL;
    g_autoptr(BtManifest) manifest = payload != NULL
        ? bt_manifest_parse(g_bytes_get_data(payload, NULL), g_bytes_get_size(payload), path, NULL)
        : NULL;
    for (guint i = 0; manifest != NULL && i < manifest->playlists->len; i++)
        add_items(names, g_ptr_array_index(manifest->playlists, i));
    return names;
}

static const Name *find(BtTitles *titles, const char *manifest, const char *item)
{
    if (!bt_hash_is_hex(manifest))
        return NULL;
    GHashTable *known = g_hash_table_lookup(titles->manifests, manifest);
    if (known == NULL) {
        if (g_hash_table_size(titles->manifests) >= BT_TITLES_MAX_MANIFESTS)
            g_hash_table_remove_all(titles->manifests);
        known = read_names(titles->site, manifest);
        g_hash_table_insert(titles->manifests, g_strdup(manifest), known);
    }
    return g_hash_table_lookup(known, item);
}

const char *bt_titles_find(BtTitles *titles, const char *manifest, const char *item)
{
    const Name *name = find(titles, manifest, item);
    return name != NULL && *name->title != '\0' ? name->title : NULL;
}

const char *bt_titles_languages(BtTitles *titles, const char *manifest, const char *item)
{
    const Name *name = find(titles, manifest, item);
    return name != NULL ? name->languages : NULL;
}
