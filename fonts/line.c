/* A shaped paragraph → lines.
 *
 * Greedy: a line takes words while they fit; white space at its end hangs and is not laid out. A
 * word wider than the box is cut at a cluster, before a syllable's first vowel where there is one.
 */
#include "fonts/parts.h"

#include <math.h>
#include <string.h>
#include <unicode/uchar.h>

/* What rounding may add to a sum of widths. */
#define SLACK_PX 0.01

/* ---- measuring ---- */

static void measure(BtLiner *b)
{
    BtParagraph *p = b->p;
    b->pen = g_new0(double, p->n + 1);
    for (guint i = 0; i < p->runs->len; i++) {
        const BtShapedRun *run = &g_array_index(p->runs, BtShapedRun, i);
        const BtFace *face = bt_fonts_face(b->fonts, run->face);
        const BtShapedGlyph *glyph = &g_array_index(p->glyphs, BtShapedGlyph, run->first);
        for (guint k = 0; k < run->n; k++, glyph++)
            b->pen[glyph->cluster + 1] += bt_liner_advance_px(b, face, glyph);
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

static gboolean may_end(const BtParagraph *p, guint at)
{
    return at == p->n || (p->flags[at] & BT_UNIT_MUST) ||
        (p->flags[at] & (BT_UNIT_BREAK | BT_UNIT_CLUSTER)) == (BT_UNIT_BREAK | BT_UNIT_CLUSTER);
}

/* The last cluster of a too long word that still fits; never less than one cluster. */
static guint cut_word(const BtLiner *b, guint start, double limit)
{
    const BtParagraph *p = b->p;
    guint best = 0, syllable = 0, at;
    bt_paragraph_find_characters(b->p, b->fonts);
    for (at = start + 1; !may_end(p, at); at++) {
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
    return best != 0 ? best : at;
}

/* A mark may take back what the one before it added: Tai Heritage sets a tone beside its vowel so.
 */
static gboolean is_mark(const BtParagraph *p, guint at)
{
    return at < p->n && (U_GET_GC_MASK(bt_char_at(p, at)) & U_GC_M_MASK) != 0;
}

/* The unit at which the line from `start` ends; *word tells that a word was cut. */
static guint choose_end(const BtLiner *b, guint start, double limit, gboolean *word)
{
    const BtParagraph *p = b->p;
    double full = b->pen[start] + limit + SLACK_PX;
    guint best = 0;
    *word = FALSE;
    for (guint at = start + 1; at <= p->n; at++) {
        gboolean ends = may_end(p, at);
        /* Behind what is too wide no place fits any more; white space hangs. */
        if (b->pen[at] > full && !(p->flags[at - 1] & BT_UNIT_SPACE) && !is_mark(p, at)) {
            *word = best == 0;
            return best != 0 ? best : cut_word(b, start, limit);
        }
        if (ends)
            best = at;
        if (ends && (at == p->n || (p->flags[at] & BT_UNIT_MUST)))
            break;
    }
    return MAX(best, start);
}

/* L1: the white space that a line ends with has the paragraph's level. */
static void reset_hanging(BtLiner *b, guint start, guint end)
{
    const char *text = b->shaped->text;
    gsize from = b->p->byte_of[start], until = b->p->byte_of[end];
    if (from >= until)
        return;
    b->seen += g_utf8_strlen(text + b->seen_byte, from - b->seen_byte);
    guint n = g_utf8_strlen(text + from, until - from);
    memset(b->levels + b->seen, b->p->rtl, n);
    b->seen += n;
    b->seen_byte = until;
}

/* Shaping a cut again may widen it over the box; then the line tries to hold less. */
#define MAX_TRIES 6

/* One line from `start`; where the next begins. */
static guint build_line(BtLiner *b, guint start, guint *emergencies)
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
        slices = bt_slice_line(b, start, shown);
        bt_slices_reorder(slices);
        b->hang = bt_slices_hang(b, slices);
        width = bt_slices_width(b, slices) + b->hang.left_px + b->hang.right_px;
        if (width <= b->limit + SLACK_PX)
            break;
        limit -= width - b->limit + 0.5;
    }
    *emergencies += word;
    bt_line_place(b, slices, start, shown, end == p->n || (p->flags[end] & BT_UNIT_MUST));
    if (b->bidi)
        reset_hanging(b, shown, end);
    return end;
}

void bt_lines_append(BtTextLayout *layout, BtFonts *fonts, const BtShapedText *shaped,
    BtParagraph *paragraph, const BtLineRoom *base, guint8 *levels, guint *emergencies)
{
    BtLiner b = { .layout = layout,
        .fonts = fonts,
        .shaped = shaped,
        .p = paragraph,
        .levels = levels,
        .seen_byte = paragraph->start_byte,
        .room = *base };
    for (guint i = 0; levels != NULL && i < paragraph->n_given; i++)
        b.bidi |= levels[i] != 0;
    b.bare = levels == NULL;
    b.whole = bt_style_is_whole(&layout->style);
    b.limit = layout->width_px > 0 ? layout->width_px : HUGE_VAL;
    measure(&b);
    guint at = 0;
    do
        at = build_line(&b, at, emergencies);
    while (at < paragraph->n);
    if ((paragraph->flags[at] & BT_UNIT_MUST) && paragraph->next_byte > paragraph->end_byte)
        build_line(&b, at, emergencies);
    g_free(b.pen);
}
