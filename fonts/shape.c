/* Items → runs of glyphs in font units.
 *
 * An item is shaped by the first font of its script's chain. Clusters in which a glyph is missing
 * are shaped again by the next font, contiguous ones together and with the text around them as
 * context, so a mark never comes from another font than its base and spaces do not cut runs. Font
 * units, because they serve every size: finding a size shapes once. */
#include "fonts/parts.h"

#include <string.h>

typedef struct {
    BtFonts *fonts;
    BtParagraph *p;
    const BtShapeKey *key;
    const BtItem *item;
    hb_language_t lang;
    BtFontChain *chain;
} Shaper;

/* ---- features ---- */

static void add_feature(BtShapeKey *key, const char *words)
{
    hb_feature_t *feature = &key->parsed[key->n_parsed];
    key->n_parsed += hb_feature_from_string(words, -1, feature);
}

/* A range would count units of the normalised text, which nobody outside knows. */
static gboolean parse_feature(BtShapeKey *key, const char *words, GError **error)
{
    guint n = key->n_parsed;
    add_feature(key, words);
    if (key->n_parsed > n && key->parsed[n].start == HB_FEATURE_GLOBAL_START &&
        key->parsed[n].end == HB_FEATURE_GLOBAL_END)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_SYNTAX,
        "style:features: %s cannot be read: expected features of the whole text, ss01,liga=0",
        words);
    return FALSE;
}

gboolean bt_shape_key_parse(BtShapeKey *key, GError **error)
{
    key->n_parsed = 0;
    if (key->tabular) {
        add_feature(key, "tnum");
        add_feature(key, "-kern");
    }
    if (*key->features == '\0')
        return TRUE;
    g_auto(GStrv) words = g_strsplit(key->features, ",", BT_TEXT_MAX_FEATURES + 1);
    if (g_strv_length(words) > BT_TEXT_MAX_FEATURES) {
        g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
            "style:features: too many: expected at most %d", BT_TEXT_MAX_FEATURES);
        return FALSE;
    }
    for (guint i = 0; words[i] != NULL; i++)
        if (!parse_feature(key, words[i], error))
            return FALSE;
    return TRUE;
}

/* ---- one call of HarfBuzz ---- */

static hb_script_t hb_script_of(UScriptCode script)
{
    const char *name = script == USCRIPT_SYMBOLS_EMOJI ? "Zyyy" : uscript_getShortName(script);
    return hb_script_from_string(name != NULL ? name : "Zyyy", -1);
}

static void shape(
    BtFonts *fonts, const BtParagraph *p, const BtShaping *how, guint start, guint end)
{
    hb_buffer_t *buffer = fonts->buffer;
    int flags = HB_BUFFER_FLAG_DEFAULT;
    if (start == 0)
        flags |= HB_BUFFER_FLAG_BOT;
    if (end == p->n)
        flags |= HB_BUFFER_FLAG_EOT;
    hb_buffer_reset(buffer);
    hb_buffer_add_utf16(buffer, (const uint16_t *)p->text, p->n, start, end - start);
    hb_buffer_set_flags(buffer, flags);
    hb_buffer_set_direction(buffer, bt_direction_of(how->level, how->turn));
    hb_buffer_set_script(buffer, hb_script_of(how->script));
    hb_buffer_set_language(buffer, how->lang);
    fonts->shapings++;
    hb_shape(bt_fonts_face(fonts, how->face)->hb, buffer, how->key->parsed, how->key->n_parsed);
}

/* A missing glyph is a box that can be seen, however narrow the font's own is. */
static gint32 advance_of(guint32 id, gint32 advance, guint upem)
{
    return id == 0 && advance < (gint32)upem / 4 ? (gint32)upem * 6 / 10 : advance;
}

/* Units that came from one place of the text are one cluster. */
static guint cluster_of(const BtParagraph *p, guint unit)
{
    while (unit > 0 && p->byte_of[unit] == p->byte_of[unit - 1])
        unit--;
    return unit;
}

static void take_glyphs(const BtParagraph *p, hb_buffer_t *buffer, const BtFace *face,
    BtTextTurn turn, guint first, guint n, GArray *glyphs)
{
    const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(buffer, NULL);
    const hb_glyph_position_t *at = hb_buffer_get_glyph_positions(buffer, NULL);
    guint before = glyphs->len;
    g_array_set_size(glyphs, before + n);
    BtShapedGlyph *out = &g_array_index(glyphs, BtShapedGlyph, before);
    for (guint i = first; i < first + n; i++)
        *out++ = (BtShapedGlyph){ infos[i].codepoint, cluster_of(p, infos[i].cluster),
            advance_of(infos[i].codepoint, at[i].x_advance, face->upem), at[i].x_offset,
            at[i].y_offset,
            (hb_glyph_info_get_glyph_flags(&infos[i]) & HB_GLYPH_FLAG_UNSAFE_TO_BREAK) != 0 };
    bt_turn_glyphs(face, turn, at + first, out - n, n);
}

void bt_shape_units(BtFonts *fonts, const BtParagraph *p, const BtShaping *how, guint start,
    guint end, GArray *glyphs)
{
    guint n;
    shape(fonts, p, how, start, end);
    hb_buffer_get_glyph_infos(fonts->buffer, &n);
    take_glyphs(p, fonts->buffer, bt_fonts_face(fonts, how->face), how->turn, 0, n, glyphs);
}

/* ---- fallback ---- */

/* A stretch of clusters that are all drawn, or all missing. */
typedef struct {
    guint start, end; /* units */
    guint first, n;   /* glyphs in the buffer */
    gboolean missing;
} Stretch;

static gboolean any_missing(const hb_glyph_info_t *infos, guint n)
{
    for (guint i = 0; i < n; i++)
        if (infos[i].codepoint == 0)
            return TRUE;
    return FALSE;
}

/* Visual glyphs k … of a buffer in logical order. */
static guint logical(guint k, guint n, gboolean rtl)
{
    return rtl ? n - 1 - k : k;
}

/* The buffer's stretches in logical order. */
static GArray *find_stretches(const BtParagraph *p, hb_buffer_t *buffer, gboolean rtl, guint end)
{
    guint n;
    const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(buffer, &n);
    GArray *stretches = g_array_new(FALSE, FALSE, sizeof(Stretch));
    for (guint k = 0, next; k < n; k = next) {
        guint cluster = cluster_of(p, infos[logical(k, n, rtl)].cluster);
        gboolean missing = FALSE;
        for (next = k; next < n && cluster_of(p, infos[logical(next, n, rtl)].cluster) == cluster;
             next++)
            missing |= infos[logical(next, n, rtl)].codepoint == 0;
        guint until = next < n ? cluster_of(p, infos[logical(next, n, rtl)].cluster) : end;
        Stretch *last =
            stretches->len > 0 ? &g_array_index(stretches, Stretch, stretches->len - 1) : NULL;
        if (last != NULL && last->missing == missing) {
            last->end = until;
            last->n += next - k;
            last->first = rtl ? n - next : last->first;
            continue;
        }
        Stretch stretch = { cluster, until, rtl ? n - next : k, next - k, missing };
        g_array_append_val(stretches, stretch);
    }
    return stretches;
}

static gboolean is_ascii_digit(const BtParagraph *p, guint unit)
{
    return unit < p->n && p->text[unit] >= '0' && p->text[unit] <= '9';
}

/* Whether a stretch is what stands between the digits of 19:30 or 20/11. */
static gboolean joins_digits(const BtParagraph *p, const Stretch *stretch)
{
    for (guint i = stretch->start; i < stretch->end; i++)
        if (p->text[i] > 127 || strchr(".,:/-", p->text[i]) == NULL)
            return FALSE;
    return stretch->start > 0 && is_ascii_digit(p, stretch->start - 1) &&
        is_ascii_digit(p, stretch->end);
}

/* Some fonts have the colon and not the digits: what joins missing digits goes with them, so that a
 * time is drawn by one font on one line. */
static void follow_digits(const BtParagraph *p, GArray *stretches)
{
    for (guint i = 1; i + 1 < stretches->len;) {
        Stretch *before = &g_array_index(stretches, Stretch, i - 1), *at = before + 1;
        if (at->missing || !before->missing || !at[1].missing || !joins_digits(p, at)) {
            i++;
            continue;
        }
        before->end = at[1].end;
        before->first = MIN(before->first, at[1].first);
        before->n += at->n + at[1].n;
        g_array_remove_range(stretches, i, 2);
    }
}

/* Appends `run`, the glyphs of which are the last that were appended. */
static void finish_run(Shaper *s, BtShapedRun *run)
{
    run->n = s->p->glyphs->len - run->first;
    g_array_append_val(s->p->runs, *run);
}

static BtShapedRun begin_run(const Shaper *s, guint face, guint start, guint end)
{
    return (BtShapedRun){ face, s->item->script, s->item->level, start, end, s->p->glyphs->len, 0,
        s->item->turn };
}

static void add_run(Shaper *s, hb_buffer_t *buffer, guint face, const Stretch *stretch)
{
    BtShapedRun run = begin_run(s, face, stretch->start, stretch->end);
    take_glyphs(s->p, buffer, bt_fonts_face(s->fonts, face), s->item->turn, stretch->first,
        stretch->n, s->p->glyphs);
    finish_run(s, &run);
}

static void shape_range(Shaper *s, guint start, guint end, guint depth);

static void shape_with(Shaper *s, guint start, guint end, guint face, guint depth, gboolean final)
{
    gboolean rtl = s->item->level & 1;
    hb_buffer_t *buffer = s->fonts->buffer;
    const BtShaping how = { face, s->item->script, s->item->level, s->item->turn, s->lang, s->key };
    BtShapedRun run = begin_run(s, face, start, end);
    if (!final && bt_words_shape(s->fonts, s->p, &how, start, end, s->p->glyphs)) {
        finish_run(s, &run);
        return;
    }
    shape(s->fonts, s->p, &how, start, end);
    guint n;
    const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(buffer, &n);
    if (final || !any_missing(infos, n)) {
        add_run(s, buffer, face, &(Stretch){ start, end, 0, n, FALSE });
        bt_words_learn(s->fonts, s->p, &how, start, end,
            &g_array_index(s->p->glyphs, BtShapedGlyph, run.first), n);
        return;
    }
    g_autoptr(GArray) stretches = find_stretches(s->p, buffer, rtl, end);
    follow_digits(s->p, stretches);
    s->fonts->buffer = hb_buffer_create(); /* the deeper calls' own */
    for (guint i = 0; i < stretches->len; i++) {
        const Stretch *stretch = &g_array_index(stretches, Stretch, i);
        if (stretch->missing)
            shape_range(s, stretch->start, stretch->end, depth + 1);
        else
            add_run(s, buffer, face, stretch);
    }
    hb_buffer_destroy(s->fonts->buffer);
    s->fonts->buffer = buffer;
}

/* By the chain from `depth` on; by its first font, with boxes, when no font has it. */
static void shape_range(Shaper *s, guint start, guint end, guint depth)
{
    int face = bt_font_chain_face(s->chain, s->fonts, depth);
    gboolean final = face < 0;
    if (final)
        face = bt_font_chain_face(s->chain, s->fonts, 0);
    shape_with(s, start, end, face, depth, final);
}

/* ---- the paragraph ---- */

static void mark_clusters(BtParagraph *p)
{
    for (guint i = 0; i < p->glyphs->len; i++) {
        const BtShapedGlyph *glyph = &g_array_index(p->glyphs, BtShapedGlyph, i);
        p->flags[glyph->cluster] |= BT_UNIT_CLUSTER;
        if (glyph->unsafe)
            p->flags[glyph->cluster] |= BT_UNIT_UNSAFE;
    }
    for (guint i = 0; i < p->runs->len; i++)
        p->flags[g_array_index(p->runs, BtShapedRun, i).start] |= BT_UNIT_CLUSTER;
    p->flags[p->n] |= BT_UNIT_CLUSTER;
}

void bt_paragraph_shape(BtParagraph *p, BtFonts *fonts, const BtShapeKey *key)
{
    Shaper shaper = { .fonts = fonts, .p = p, .key = key };
    shaper.lang = bt_fonts_lang(fonts, key->lang)->hb;
    for (guint i = 0; i < p->items->len; i++) {
        shaper.item = &g_array_index(p->items, BtItem, i);
        shaper.chain = bt_fonts_chain(fonts, shaper.item->script, key->lang, key->weight);
        shape_range(&shaper, shaper.item->start, shaper.item->end, 0);
    }
    mark_clusters(p);
}

void bt_shape_slice(BtFonts *fonts, const BtParagraph *p, const BtShapedRun *run, guint start,
    guint end, const BtShapeKey *key, GArray *glyphs)
{
    const BtShaping how = { run->face, run->script, run->level, run->turn,
        bt_fonts_lang(fonts, key->lang)->hb, key };
    if (bt_words_shape(fonts, p, &how, start, end, glyphs))
        return;
    guint first = glyphs->len;
    bt_shape_units(fonts, p, &how, start, end, glyphs);
    bt_words_learn(fonts, p, &how, start, end, &g_array_index(glyphs, BtShapedGlyph, first),
        glyphs->len - first);
}
