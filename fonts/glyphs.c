/* Glyphs kept at the sizes in use: their pixels while there is room, the last used first; and, in a
 * table of fixed size, the rectangle their ink fills, which every layout asks for. */
#include "fonts/parts.h"

#include <string.h>

/* A full page of distinct Han at 96 px is about 6 MB; two screens' worth and the ticker. */
#define MAX_BYTES (16 * 1024 * 1024)
#define N_INKS 4096 /* pairs; a power of two */

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
    BtInk ink;
} Kept;

struct BtGlyphCache {
    GHashTable *entries; /* Key in the Entry → Entry */
    GQueue used;
    gsize size_bytes;
    Kept inks[N_INKS][2];
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

/* The pixels a glyph touches when its pen stands `phase` quarters behind a pixel's edge. */
static BtRect ink_at(BtInk ink, guint phase)
{
    int x0 = (ink.x0 + (int)phase * 16) >> 6, x1 = (ink.x1 + (int)phase * 16 + 63) >> 6;
    int y0 = -((ink.y1 + 63) >> 6), y1 = -(ink.y0 >> 6);
    return ink.x0 >= ink.x1 ? (BtRect){ 0 } : (BtRect){ x0, y0, x1 - x0, y1 - y0 };
}

/* Where a key's ink is kept, or is to be: not `set`, in the place of the older of two. */
static Kept *find_kept(BtGlyphCache *cache, const Key *key)
{
    Kept *pair = cache->inks[hash(key) & (N_INKS - 1)];
    for (guint i = 0; i < 2; i++)
        if (pair[i].set && equal(&pair[i].key, key))
            return &pair[i];
    pair[1] = pair[0];
    pair[0].set = FALSE;
    return &pair[0];
}

BtRect bt_glyph_ink(
    BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style, guint phase)
{
    Key key = key_of(face, glyph, style, 0);
    Kept *kept = find_kept(fonts->glyphs, &key);
    if (!kept->set)
        *kept = (Kept){ key, TRUE, bt_glyph_ink_now(fonts, face, glyph, style) };
    return ink_at(kept->ink, phase);
}

/* What light hinting may add to an outline's height: the heights of small letters and of capitals
 * snap to whole pixels, and stems with them. 2.1 is the most that the glyphs of thirteen of the
 * table's fonts showed at 8 to 63 px. And what scaling rounds. */
#define HINTING_PX 3.0f
#define SCALING_PX (1 / 16.0f)
/* Sideways nothing snaps; the pen does, and ink is whole pixels. */
#define PEN_PX 2.0f

BtReach bt_glyph_reach(BtFonts *fonts, guint face_index, guint32 glyph, const BtTextStyle *style)
{
    const BtFace *face = bt_fonts_face(fonts, face_index);
    const Key key = { .glyph = glyph, .face = face_index }; /* of no size */
    Kept *kept = find_kept(fonts->glyphs, &key);
    if (!kept->set)
        *kept = (Kept){ key, TRUE, bt_glyph_ink_in_units(fonts, face_index, glyph) };
    float scale = (float)style->px / face->upem;
    float margin_px = SCALING_PX + (bt_style_is_hinted(style) ? HINTING_PX : 0);
    return (BtReach){ kept->ink.y1 * scale + margin_px, -kept->ink.y0 * scale + margin_px,
        -kept->ink.x0 * scale + PEN_PX, kept->ink.x1 * scale + PEN_PX };
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
