/* Glyphs kept at the sizes in use: their pixels while there is room, the last used first; and, in a
 * table of fixed size, the rectangle their ink fills, which every layout asks for. */
#include "fonts/parts.h"

#include <string.h>

/* A full page of distinct Han at 96 px is about 6 MB; two screens' worth and the ticker. */
#define MAX_BYTES (16 * 1024 * 1024)
#define N_INKS 8192 /* a power of two */

typedef struct {
    guint32 glyph;
    guint16 face, px;
    guint8 phase, hinted;
} Key;

typedef struct {
    Key key;
    BtBitmap *bitmap; /* NULL: no ink */
    GList link;       /* in `used` */
} Entry;

typedef struct {
    Key key;
    gboolean set;
    BtRect ink_px;
} Ink;

struct BtGlyphCache {
    GHashTable *entries; /* Key in the Entry → Entry */
    GQueue used;
    gsize size_bytes;
    Ink inks[N_INKS];
};

static guint hash(gconstpointer data)
{
    const Key *key = data;
    guint64 h = key->glyph * 0x9E3779B97F4A7C15u;
    h ^= ((guint64)key->face << 32 | (guint64)key->px << 16 | key->phase << 1 | key->hinted) *
        0xC2B2AE3D27D4EB4Fu;
    return (guint)(h ^ h >> 32);
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
    const Key *x = a, *y = b;
    return x->glyph == y->glyph && x->face == y->face && x->px == y->px && x->phase == y->phase &&
        x->hinted == y->hinted;
}

static void entry_free(gpointer data)
{
    Entry *entry = data;
    g_free(entry->bitmap);
    g_free(entry);
}

static gsize entry_bytes(const Entry *entry)
{
    return sizeof *entry + (entry->bitmap != NULL ? entry->bitmap->size_bytes : 0);
}

BtGlyphCache *bt_glyph_cache_new(void)
{
    BtGlyphCache *cache = g_new0(BtGlyphCache, 1);
    cache->entries = g_hash_table_new_full(hash, equal, NULL, entry_free);
    return cache;
}

void bt_glyph_cache_free(BtGlyphCache *cache)
{
    g_hash_table_destroy(cache->entries);
    g_free(cache);
}

static Key key_of(guint face, guint32 glyph, const BtTextStyle *style, guint phase)
{
    return (Key){ glyph, face, style->px, phase, bt_style_is_hinted(style) };
}

BtRect bt_glyph_ink(
    BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style, guint phase)
{
    Key key = key_of(face, glyph, style, phase);
    Ink *ink = &fonts->glyphs->inks[hash(&key) & (N_INKS - 1)];
    if (!ink->set || !equal(&ink->key, &key)) {
        ink->key = key;
        ink->set = TRUE;
        ink->ink_px = bt_glyph_ink_now(fonts, face, glyph, style, phase);
    }
    return ink->ink_px;
}

/* Never the newest: it is being drawn. */
static void make_room(BtGlyphCache *cache)
{
    while (cache->size_bytes > MAX_BYTES && cache->used.length > 1) {
        Entry *entry = cache->used.tail->data;
        g_queue_unlink(&cache->used, &entry->link);
        cache->size_bytes -= entry_bytes(entry);
        g_hash_table_remove(cache->entries, &entry->key);
    }
}

static Entry *add(BtGlyphCache *cache, Key key, BtBitmap *bitmap)
{
    Entry *entry = g_new0(Entry, 1);
    entry->key = key;
    entry->bitmap = bitmap;
    entry->link.data = entry;
    g_hash_table_insert(cache->entries, &entry->key, entry);
    g_queue_push_head_link(&cache->used, &entry->link);
    cache->size_bytes += entry_bytes(entry);
    make_room(cache);
    return entry;
}

const BtBitmap *bt_glyph_bitmap(
    BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style, guint phase)
{
    BtGlyphCache *cache = fonts->glyphs;
    Key key = key_of(face, glyph, style, phase);
    Entry *entry = g_hash_table_lookup(cache->entries, &key);
    if (entry == NULL)
        return add(cache, key, bt_glyph_raster(fonts, face, glyph, style, phase))->bitmap;
    if (cache->used.head != &entry->link) {
        g_queue_unlink(&cache->used, &entry->link);
        g_queue_push_head_link(&cache->used, &entry->link);
    }
    return entry->bitmap;
}
