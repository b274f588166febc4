/* A shaped paragraph → lines of a layout.
 *
 * Greedy: a line takes words while they fit; white space at its end hangs and is not laid out. A
 * word wider than the box is cut at a cluster. Runs are sliced where the line cuts them; only where
 * the shaper said that a cut changes the glyphs (joining letters, kerning) is the slice shaped
 * again. Then the slices are put in visual order (L2), and the line box is the tallest of what the
 * fonts say, what the scripts need, and the ink that is really there. */
#include "fonts/parts.h"

#include <math.h>
#include <string.h>

typedef struct {
    BtTextLayout *layout;
    BtFonts *fonts;
    const BtShapedText *shaped;
    BtParagraph *p;
    guint8 *levels;           /* the paragraph's, by code point; lines reset their white space */
    float above_px, below_px; /* every line of the style has at least this */
    double *pen;              /* n + 1: width of the paragraph before each unit */
    guint run;                /* the first run that the line may touch */
    gboolean whole;           /* advances in whole pixels */
    gboolean bidi;            /* some level is not 0 */
    double limit;
} Builder;

/* Part of a run that stands on one line. */
typedef struct {
    const BtShapedRun *run;
    guint start, end;
    const BtShapedGlyph *glyphs;
    guint n;
    GArray *own; /* its glyphs when they were shaped again */
} Slice;

/* What rounding may add to a sum of widths. */
#define SLACK_PX 0.01

/* ---- measuring ---- */

static double scaled(const Builder *b, const BtFace *face, gint32 units)
{
    return (double)units * b->layout->style.px / face->upem;
}

static double advance_px(const Builder *b, const BtFace *face, const BtShapedGlyph *glyph)
{
    double px = scaled(b, face, glyph->advance);
    return b->whole ? round(px) : px;
}

static void measure(Builder *b)
{
    BtParagraph *p = b->p;
    b->pen = g_new0(double, p->n + 1);
    for (guint i = 0; i < p->runs->len; i++) {
        const BtShapedRun *run = &g_array_index(p->runs, BtShapedRun, i);
        const BtFace *face = bt_fonts_face(b->fonts, run->face);
        const BtShapedGlyph *glyph = &g_array_index(p->glyphs, BtShapedGlyph, run->first);
        for (guint k = 0; k < run->n; k++, glyph++)
            b->pen[glyph->cluster + 1] += advance_px(b, face, glyph);
    }
    for (guint i = 0; i < p->n; i++)
        b->pen[i + 1] += b->pen[i];
}

/* `end` without the white space before it. */
static guint trim(const BtParagraph *p, guint start, guint end)
{
    while (end > start && (p->flags[end - 1] & BT_UNIT_SPACE))
        end--;
    return end;
}

/* ---- choosing where a line ends ---- */

/* Vowels that are written before their consonant: the best place to cut a text without spaces. */
static gboolean begins_syllable(UChar c)
{
    return c == 0xAAB5 || c == 0xAAB6 || c == 0xAAB9 || c == 0xAABB || c == 0xAABC ||
        (c >= 0x19B5 && c <= 0x19B7) || c == 0x19BA || (c >= 0xE40 && c <= 0xE44) ||
        (c >= 0xEC0 && c <= 0xEC4);
}

static gboolean may_cut(const BtParagraph *p, guint at)
{
    return (p->flags[at] & BT_UNIT_CLUSTER) && !(p->flags[at] & BT_UNIT_KEEP) &&
        !begins_syllable(p->text[at - 1]);
}

/* The last cluster of a too long word that still fits; never less than one cluster. */
static guint cut_word(const Builder *b, guint start, guint end, double limit)
{
    const BtParagraph *p = b->p;
    guint best = 0, syllable = 0, at;
    for (at = start + 1; at < end; at++) {
        if (!may_cut(p, at))
            continue;
        if (best != 0 && b->pen[at] - b->pen[start] > limit)
            break;
        best = at;
        if (begins_syllable(p->text[at]))
            syllable = at;
        if (b->pen[at] - b->pen[start] > limit)
            break;
    }
    if (syllable > start + (best - start) / 2)
        return syllable;
    return best != 0 ? best : end;
}

/* The unit at which the line from `start` ends; *word tells that a word was cut. */
static guint choose_end(const Builder *b, guint start, double limit, gboolean *word)
{
    const BtParagraph *p = b->p;
    guint best = 0;
    *word = FALSE;
    for (guint at = start + 1; at <= p->n; at++) {
        gboolean last = at == p->n, must = last || (p->flags[at] & BT_UNIT_MUST);
        if (!must &&
            (p->flags[at] & (BT_UNIT_BREAK | BT_UNIT_CLUSTER)) != (BT_UNIT_BREAK | BT_UNIT_CLUSTER))
            continue;
        if (b->pen[trim(p, start, at)] - b->pen[start] > limit + SLACK_PX) {
            *word = best == 0;
            return best != 0 ? best : cut_word(b, start, at, limit);
        }
        best = at;
        if (must)
            break;
    }
    return best;
}

/* ---- slices ---- */

/* The glyphs of a run whose clusters are in [start, end); they are contiguous. */
static void find_glyphs(const BtParagraph *p, Slice *slice)
{
    const BtShapedRun *run = slice->run;
    const BtShapedGlyph *glyphs = &g_array_index(p->glyphs, BtShapedGlyph, run->first);
    guint a = 0, z = run->n;
    gboolean rtl = run->level & 1;
    while (a < z && (rtl ? glyphs[a].cluster >= slice->end : glyphs[a].cluster < slice->start))
        a++;
    while (
        z > a && (rtl ? glyphs[z - 1].cluster < slice->start : glyphs[z - 1].cluster >= slice->end))
        z--;
    slice->glyphs = glyphs + a;
    slice->n = z - a;
}

static Slice slice_run(const Builder *b, const BtShapedRun *run, guint start, guint end)
{
    const BtParagraph *p = b->p;
    Slice slice = { run, MAX(start, run->start), MIN(end, run->end) };
    guint8 cut = (slice.start > run->start ? p->flags[slice.start] : 0) |
        (slice.end < run->end ? p->flags[slice.end] : 0);
    if (cut & BT_UNIT_UNSAFE) {
        slice.own = g_array_new(FALSE, FALSE, sizeof(BtShapedGlyph));
        bt_shape_slice(b->fonts, p, run, slice.start, slice.end, &b->shaped->key, slice.own);
        slice.glyphs = (const BtShapedGlyph *)(const void *)slice.own->data;
        slice.n = slice.own->len;
    } else {
        find_glyphs(p, &slice);
    }
    return slice;
}

static void clear_slice(gpointer data)
{
    Slice *slice = data;
    if (slice->own != NULL)
        g_array_unref(slice->own);
}

/* The line's slices in logical order. */
static GArray *slice_line(Builder *b, guint start, guint end)
{
    GArray *slices = g_array_new(FALSE, FALSE, sizeof(Slice));
    g_array_set_clear_func(slices, clear_slice);
    GArray *runs = b->p->runs;
    while (b->run < runs->len && g_array_index(runs, BtShapedRun, b->run).end <= start)
        b->run++;
    for (guint i = b->run; i < runs->len; i++) {
        const BtShapedRun *run = &g_array_index(runs, BtShapedRun, i);
        if (run->start >= end)
            break;
        Slice slice = slice_run(b, run, start, end);
        g_array_append_val(slices, slice);
    }
    return slices;
}

static double slices_width(const Builder *b, const GArray *slices)
{
    double width = 0;
    for (guint i = 0; i < slices->len; i++) {
        const Slice *slice = &g_array_index(slices, Slice, i);
        const BtFace *face = bt_fonts_face(b->fonts, slice->run->face);
        for (guint k = 0; k < slice->n; k++)
            width += advance_px(b, face, &slice->glyphs[k]);
    }
    return width;
}

/* ---- visual order ---- */

static void reverse(Slice *slices, guint n)
{
    for (guint i = 0; i < n / 2; i++) {
        Slice other = slices[i];
        slices[i] = slices[n - 1 - i];
        slices[n - 1 - i] = other;
    }
}

/* L2: from the highest level down to the lowest odd one, reverse what is at or above it. */
static void reorder(GArray *array)
{
    Slice *slices = (Slice *)(void *)array->data;
    guint8 highest = 0;
    for (guint i = 0; i < array->len; i++)
        highest = MAX(highest, slices[i].run->level);
    for (guint8 level = highest; level > 0; level--) {
        for (guint i = 0, end; i < array->len; i = end + 1) {
            for (end = i; end < array->len && slices[end].run->level >= level;)
                end++;
            reverse(slices + i, end - i);
        }
    }
}

/* ---- placing ---- */

/* What a line box must hold, in pixels over and under the baseline. */
typedef struct {
    float above, below; /* what fonts and scripts say */
    BtRect ink_px;      /* relative to the baseline */
} Extent;

static void extend(Extent *extent, const BtFace *face, const BtTextStyle *style)
{
    /* An LED wall's rows are few: there the counted ink is the line, not the font's own. */
    float above = style->led ? face->ink_top_em : MAX(face->ink_top_em, face->ascent_em);
    float below = style->led ? face->ink_bottom_em : MAX(face->ink_bottom_em, face->descent_em);
    extent->above = MAX(extent->above, above * style->px);
    extent->below = MAX(extent->below, below * style->px);
}

/* To 1/64 px, which a float holds exactly: moving a line by whole pixels then moves each glyph by
 * exactly as much, and ink measured here is ink drawn. */
static float snapped(double px)
{
    return (float)(floor(px * 64 + 0.5) / 64);
}

static void add_glyph(Builder *b, const BtFace *face, const BtShapedGlyph *glyph, double pen,
    double advance, Extent *extent)
{
    const BtTextStyle *style = &b->layout->style;
    BtGlyph out = { .id = glyph->id, .cluster = b->p->byte_of[glyph->cluster] };
    out.x_px = snapped(pen + scaled(b, face, glyph->x));
    out.y_px = snapped(-scaled(b, face, glyph->y));
    out.advance_px = advance;
    g_array_append_val(b->layout->glyphs, out);
    BtPen at = bt_pen_at(style, out.x_px);
    BtRect ink = bt_glyph_ink(b->fonts, face->index, glyph->id, style, at.phase);
    ink.x += at.x_px;
    ink.y += (int)floorf(out.y_px + 0.5f);
    extent->ink_px = bt_rect_union(extent->ink_px, ink);
}

static double add_run(Builder *b, const Slice *slice, double pen, Extent *extent)
{
    BtTextLayout *layout = b->layout;
    const BtFace *face = bt_fonts_face(b->fonts, slice->run->face);
    BtTextRun run = { .font = face->index,
        .lang = layout->lang,
        .rtl = slice->run->level & 1,
        .start = b->p->byte_of[slice->start],
        .end = b->p->byte_of[slice->end],
        .first_glyph = layout->glyphs->len,
        .n_glyphs = slice->n };
    const char *script = uscript_getShortName(slice->run->script);
    g_strlcpy(run.script, script != NULL ? script : "Zyyy", sizeof run.script);
    g_array_append_val(layout->runs, run);
    extend(extent, face, &layout->style);
    for (guint k = 0; k < slice->n; k++) {
        double advance = advance_px(b, face, &slice->glyphs[k]);
        add_glyph(b, face, &slice->glyphs[k], pen, advance, extent);
        pen += advance;
    }
    return pen;
}

/* Whole pixels, so that moving a line changes no glyph's phase. */
static int align(const BtTextLayout *layout, gboolean rtl, double width)
{
    int free_px = layout->width_px - (int)ceil(width);
    if (layout->width_px <= 0 || free_px <= 0)
        return layout->width_px > 0 && rtl ? free_px : 0;
    if (layout->style.align == BT_ALIGN_CENTRE)
        return free_px / 2;
    return (layout->style.align == BT_ALIGN_END) != rtl ? free_px : 0;
}

static void set_box(Builder *b, BtTextLine *line, Extent *extent)
{
    int ink_above = MAX(0, -extent->ink_px.y);
    int ink_below = MAX(0, extent->ink_px.y + extent->ink_px.h);
    int ascent = MAX((int)ceilf(MAX(extent->above, b->above_px) - 0.01f), ink_above);
    int descent = MAX((int)ceilf(MAX(extent->below, b->below_px) - 0.01f), ink_below);
    bt_style_lead(&b->layout->style, &ascent, &descent, ink_above, ink_below);
    line->ascent_px = ascent;
    line->descent_px = descent;
    line->baseline_px = b->layout->height_px + ascent;
    b->layout->height_px += ascent + descent;
}

static void move_glyphs(BtTextLayout *layout, guint first, float x_px, float y_px)
{
    for (guint i = first; i < layout->glyphs->len; i++) {
        BtGlyph *glyph = &g_array_index(layout->glyphs, BtGlyph, i);
        glyph->x_px += x_px;
        glyph->y_px += y_px;
    }
}

static void add_line(Builder *b, const GArray *slices, guint start, guint end, gboolean hard)
{
    BtTextLayout *layout = b->layout;
    BtTextLine line = { .start = b->p->byte_of[start],
        .end = b->p->byte_of[end],
        .hard = hard,
        .first_run = layout->runs->len,
        .n_runs = slices->len };
    Extent extent = { 0 };
    guint first_glyph = layout->glyphs->len;
    double pen = 0;
    for (guint i = 0; i < slices->len; i++)
        pen = add_run(b, &g_array_index(slices, Slice, i), pen, &extent);
    line.width_px = pen;
    line.x_px = align(layout, b->p->rtl, pen);
    set_box(b, &line, &extent);
    move_glyphs(layout, first_glyph, line.x_px, line.baseline_px);
    line.ink_px = extent.ink_px;
    line.ink_px.x += (int)line.x_px;
    line.ink_px.y += (int)line.baseline_px;
    g_array_append_val(layout->lines, line);
}

/* L1: the white space that a line ends with has the paragraph's level. */
static void reset_hanging(Builder *b, guint start, guint end)
{
    const char *text = b->shaped->text;
    gsize from = b->p->byte_of[start], until = b->p->byte_of[end];
    if (from >= until)
        return;
    guint at = g_utf8_strlen(text + b->p->start_byte, from - b->p->start_byte);
    guint n = g_utf8_strlen(text + from, until - from);
    memset(b->levels + at, b->p->rtl, n);
}

/* Shaping a cut again may widen it over the box; then the line tries to hold less. */
#define MAX_TRIES 6

/* One line from `start`; where the next begins. */
static guint build_line(Builder *b, guint start, guint *emergencies)
{
    BtParagraph *p = b->p;
    gboolean word = FALSE;
    guint end = start, shown = start;
    double limit = b->limit, width;
    g_autoptr(GArray) slices = NULL;
    for (guint tries = 0; tries < MAX_TRIES; tries++) {
        end = choose_end(b, start, limit, &word);
        shown = end == p->n && b->layout->width_px <= 0 ? end : trim(p, start, end);
        g_clear_pointer(&slices, g_array_unref);
        slices = slice_line(b, start, shown);
        width = slices_width(b, slices);
        if (width <= b->limit + SLACK_PX)
            break;
        limit -= width - b->limit + 0.5;
    }
    *emergencies += word;
    reorder(slices);
    add_line(b, slices, start, shown, end == p->n || (p->flags[end] & BT_UNIT_MUST));
    if (b->bidi)
        reset_hanging(b, shown, end);
    return end;
}

void bt_lines_append(BtTextLayout *layout, BtFonts *fonts, const BtShapedText *shaped,
    BtParagraph *paragraph, const BtLineBase *base, guint8 *levels, guint *emergencies)
{
    Builder b = { .layout = layout,
        .fonts = fonts,
        .shaped = shaped,
        .p = paragraph,
        .levels = levels,
        .above_px = base->above_px,
        .below_px = base->below_px };
    for (guint i = 0; i < paragraph->n_given; i++)
        b.bidi |= levels[i] != 0;
    b.whole = bt_style_is_whole(&layout->style);
    b.limit = layout->width_px > 0 ? layout->width_px : HUGE_VAL;
    measure(&b);
    guint at = 0;
    do
        at = build_line(&b, at, emergencies);
    while (at < paragraph->n);
    g_free(b.pen);
}
