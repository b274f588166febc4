/* Shaped texts, kept: a bulletin is laid out at several sizes until it fits, then page by page,
 * then again on every pass of the playlist. What is kept is free of size and width. */
#include "fonts/parts.h"

#include <string.h>

/* A 10,000 code point text takes about 900 KB with its last layout; a board's whole loop rarely
 * holds more than this. */
#define MAX_BYTES (8 * 1024 * 1024)
#define MAX_TEXTS 128

struct BtShapedCache {
    GQueue texts; /* of BtShapedText, the last used first */
    gsize size_bytes;
};

BtShapedCache *bt_shaped_cache_new(void)
{
    return g_new0(BtShapedCache, 1);
}

static void drop_last(BtShapedCache *cache)
{
    BtShapedText *shaped = g_queue_pop_tail(&cache->texts);
    cache->size_bytes -= shaped->size_bytes;
    bt_shaped_text_unref(shaped);
}

void bt_shaped_cache_free(BtShapedCache *cache)
{
    while (cache->texts.length > 0)
        drop_last(cache);
    g_free(cache);
}

static void key_clear(BtShapeKey *key)
{
    g_free(key->lang);
    g_free(key->features);
    g_free(key->script);
}

void bt_shaped_text_unref(BtShapedText *shaped)
{
    if (--shaped->ref > 0)
        return;
    bt_text_layout_free(shaped->kept);
    g_ptr_array_unref(shaped->paragraphs);
    g_array_unref(shaped->breaks);
    g_array_unref(shaped->sentences);
    key_clear(&shaped->key);
    g_free(shaped->text);
    g_free(shaped);
}

/* On LED walls the smallest Latin letters are Medium: one stem is one full-bright column. */
static BtTextWeight weight_of(const BtTextStyle *style)
{
    gboolean thin = style->led && style->px <= 16 && style->weight == BT_WEIGHT_REGULAR;
    return thin ? BT_WEIGHT_MEDIUM : style->weight;
}

static char *own_string(const char *string)
{
    return g_strdup(string != NULL ? string : "");
}

static BtShapeKey key_of(const char *text, const BtTextStyle *style)
{
    gboolean guess = style->lang == NULL || style->lang[0] == '\0';
    const char *lang = guess ? bt_lang_of_script(bt_script_of_text(text)) : style->lang;
    return (BtShapeKey){ .lang = g_strdup(lang),
        .features = own_string(style->features),
        .script = own_string(style->script),
        .weight = weight_of(style),
        .dir = style->dir,
        .tabular = style->tabular };
}

static gboolean same(
    const BtShapedText *shaped, const char *text, gsize text_bytes, const BtShapeKey *key)
{
    return shaped->text_bytes == text_bytes && shaped->key.weight == key->weight &&
        shaped->key.dir == key->dir && shaped->key.tabular == key->tabular &&
        strcmp(shaped->key.lang, key->lang) == 0 &&
        strcmp(shaped->key.features, key->features) == 0 &&
        strcmp(shaped->key.script, key->script) == 0 && memcmp(shaped->text, text, text_bytes) == 0;
}

static BtShapedText *find(BtShapedCache *cache, const char *text, const BtShapeKey *key)
{
    gsize text_bytes = strlen(text);
    for (GList *link = cache->texts.head; link != NULL; link = link->next) {
        if (!same(link->data, text, text_bytes, key))
            continue;
        g_queue_unlink(&cache->texts, link);
        g_queue_push_head_link(&cache->texts, link);
        return link->data;
    }
    return NULL;
}

static void add_breaks(BtShapedText *shaped, const BtParagraph *p)
{
    guint n = p->next_byte > p->end_byte ? p->n : MAX(p->n, 1) - 1;
    for (guint i = 1; i <= n; i++) {
        gsize at = p->byte_of[i];
        if ((p->flags[i] & BT_UNIT_BREAK) && at > p->byte_of[i - 1])
            g_array_append_val(shaped->breaks, at);
    }
    if (p->next_byte > p->end_byte && shaped->text[p->next_byte] != '\0')
        g_array_append_val(shaped->breaks, p->next_byte);
}

static void add_paragraph(
    BtShapedText *shaped, BtFonts *fonts, gsize start, UScriptCode script, UScriptCode forced)
{
    BtParagraph *p = bt_paragraph_new(shaped->text, start);
    bt_paragraph_find_levels(p, shaped->text, shaped->key.dir);
    bt_paragraph_find_items(p, script, forced);
    if (shaped->key.dir == BT_DIR_TTB)
        bt_paragraph_turn_items(p);
    bt_paragraph_find_breaks(p, fonts, shaped->key.lang, TRUE);
    bt_paragraph_shape(p, fonts, &shaped->key);
    add_breaks(shaped, p);
    for (guint i = 0; i < p->glyphs->len; i++)
        shaped->missing += g_array_index(p->glyphs, BtShapedGlyph, i).id == 0;
    shaped->size_bytes += sizeof *p + p->n * 16 + p->glyphs->len * sizeof(BtShapedGlyph) +
        p->runs->len * sizeof(BtShapedRun);
    g_ptr_array_add(shaped->paragraphs, p);
}

/* Takes what `key` holds. */
static BtShapedText *shape_text(BtFonts *fonts, const char *text, const BtShapeKey *key)
{
    BtShapedText *shaped = g_new0(BtShapedText, 1);
    shaped->ref = 1;
    shaped->text = g_strdup(text);
    shaped->key = *key;
    shaped->text_bytes = strlen(text);
    shaped->size_bytes = sizeof *shaped + shaped->text_bytes;
    shaped->paragraphs = g_ptr_array_new_with_free_func((GDestroyNotify)bt_paragraph_free);
    shaped->breaks = g_array_new(FALSE, FALSE, sizeof(gsize));
    shaped->sentences = g_array_new(FALSE, FALSE, sizeof(gsize));
    UScriptCode script = bt_fonts_lang(fonts, key->lang)->script,
                forced = bt_script_of_code(key->script);
    for (gsize at = 0; text[at] != '\0';) {
        add_paragraph(shaped, fonts, at, script, forced);
        const BtParagraph *last =
            g_ptr_array_index(shaped->paragraphs, shaped->paragraphs->len - 1);
        at = last->next_byte;
    }
    shaped->size_bytes += shaped->breaks->len * sizeof(gsize);
    return shaped;
}

static void make_room(BtShapedCache *cache)
{
    while (cache->texts.length > 1 &&
        (cache->size_bytes > MAX_BYTES || cache->texts.length > MAX_TEXTS))
        drop_last(cache);
}

static gsize layout_bytes(const BtTextLayout *layout)
{
    if (layout == NULL)
        return 0;
    return sizeof *layout + strlen(layout->text) + layout->lines->len * sizeof(BtTextLine) +
        layout->runs->len * sizeof(BtTextRun) + layout->glyphs->len * sizeof(BtGlyph) +
        layout->levels->len;
}

void bt_shaped_text_keep(BtFonts *fonts, BtShapedText *shaped, BtTextLayout *layout)
{
    gsize before = layout_bytes(shaped->kept), after = layout_bytes(layout);
    bt_text_layout_free(shaped->kept);
    shaped->kept = layout;
    shaped->size_bytes += after - before;
    fonts->shaped->size_bytes += after - before;
    make_room(fonts->shaped);
}

static gboolean check_key(BtShapeKey *key, GError **error)
{
    if (*key->script == '\0' || bt_script_of_code(key->script) != USCRIPT_INVALID_CODE)
        return bt_shape_key_parse(key, error);
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
        "style:script: %s is no script: expected a code of ISO 15924, like Khmr", key->script);
    return FALSE;
}

BtShapedText *bt_shaped_text(
    BtFonts *fonts, const char *text, const BtTextStyle *style, GError **error)
{
    BtShapedCache *cache = fonts->shaped;
    BtShapeKey key = key_of(text, style);
    BtShapedText *shaped = find(cache, text, &key);
    if (shaped == NULL && check_key(&key, error)) {
        shaped = shape_text(fonts, text, &key);
        g_queue_push_head(&cache->texts, shaped);
        cache->size_bytes += shaped->size_bytes;
        make_room(cache);
    } else {
        key_clear(&key);
    }
    if (shaped != NULL)
        shaped->ref++;
    return shaped;
}
