/* What of a paragraph's runs stands on one line, in the order it is read from left to right.
 *
 * A line cuts runs. Only where the shaper said that a cut changes the glyphs (joining letters,
 * kerning) is the slice shaped again, with the text beyond the cut as context. */
#include "fonts/parts.h"

#include <math.h>

/* Letters stand out of their advance by so little, and a column's margin has room for it. */
#define BEARING_EM 0.125

double bt_liner_scaled(const BtLiner *b, const BtFace *face, gint32 units)
{
    return (double)units * b->layout->style.px / face->upem;
}

double bt_liner_advance_px(const BtLiner *b, const BtFace *face, const BtShapedGlyph *glyph)
{
    double px = bt_liner_scaled(b, face, glyph->advance);
    return b->whole ? round(px) : px;
}

/* Of a run's glyphs, in visual order, how many stand before the first whose cluster is at or behind
 * `unit` in reading direction (left to right), or not behind it (right to left). */
static guint glyphs_before(const BtParagraph *p, const BtShapedRun *run, guint unit)
{
    const BtShapedGlyph *glyphs = &g_array_index(p->glyphs, BtShapedGlyph, run->first);
    gboolean rtl = run->level & 1;
    guint low = 0, high = run->n;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (rtl ? glyphs[middle].cluster >= unit : glyphs[middle].cluster < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The glyphs of a run whose clusters are in [start, end); they are contiguous. */
static const BtShapedGlyph *find_glyphs(
    const BtParagraph *p, const BtShapedRun *run, guint start, guint end, guint *n)
{
    gboolean rtl = run->level & 1;
    guint first = glyphs_before(p, run, rtl ? end : start);
    *n = glyphs_before(p, run, rtl ? start : end) - first;
    return &g_array_index(p->glyphs, BtShapedGlyph, run->first) + first;
}

static gboolean is_safe(const BtParagraph *p, guint unit)
{
    return (p->flags[unit] & (BT_UNIT_CLUSTER | BT_UNIT_UNSAFE)) == BT_UNIT_CLUSTER;
}

static void copy_glyphs(const BtLiner *b, const BtSlice *slice, guint start, guint end)
{
    guint n;
    const BtShapedGlyph *glyphs = find_glyphs(b->p, slice->run, start, end, &n);
    g_array_append_vals(slice->own, glyphs, n);
}

/* Between the first and the last place where the cuts change nothing, the glyphs stay. */
static void shape_cuts(const BtLiner *b, const BtSlice *slice)
{
    const BtShapedRun *run = slice->run;
    guint from = slice->start, until = slice->end;
    while (slice->start > run->start && from < slice->end && !is_safe(b->p, from))
        from++;
    while (slice->end < run->end && until > from && !is_safe(b->p, until))
        until--;
    const guint parts[2][2] = { { slice->start, from }, { until, slice->end } };
    gboolean rtl = run->level & 1;
    for (guint i = 0; i < 2; i++) {
        const guint *part = parts[rtl ? 1 - i : i];
        if (i == 1)
            copy_glyphs(b, slice, from, until);
        if (part[0] < part[1])
            bt_shape_slice(b->fonts, b->p, run, part[0], part[1], &b->shaped->key, slice->own);
    }
}

static BtSlice slice_run(const BtLiner *b, const BtShapedRun *run, guint start, guint end)
{
    const BtParagraph *p = b->p;
    BtSlice slice = { run, MAX(start, run->start), MIN(end, run->end) };
    if ((slice.start == run->start || is_safe(p, slice.start)) &&
        (slice.end == run->end || is_safe(p, slice.end))) {
        slice.glyphs = find_glyphs(p, run, slice.start, slice.end, &slice.n);
        return slice;
    }
    slice.own = g_array_new(FALSE, FALSE, sizeof(BtShapedGlyph));
    shape_cuts(b, &slice);
    slice.glyphs = (const BtShapedGlyph *)(const void *)slice.own->data;
    slice.n = slice.own->len;
    return slice;
}

static void clear_slice(gpointer data)
{
    BtSlice *slice = data;
    if (slice->own != NULL)
        g_array_unref(slice->own);
}

/* The line's slices in logical order. */
GArray *bt_slice_line(BtLiner *b, guint start, guint end)
{
    GArray *slices = g_array_new(FALSE, FALSE, sizeof(BtSlice));
    g_array_set_clear_func(slices, clear_slice);
    GArray *runs = b->p->runs;
    while (b->run < runs->len && g_array_index(runs, BtShapedRun, b->run).end <= start)
        b->run++;
    for (guint i = b->run; i < runs->len; i++) {
        const BtShapedRun *run = &g_array_index(runs, BtShapedRun, i);
        if (run->start >= end)
            break;
        BtSlice slice = slice_run(b, run, start, end);
        g_array_append_val(slices, slice);
    }
    return slices;
}

double bt_slices_width(const BtLiner *b, const GArray *slices)
{
    double width = 0;
    for (guint i = 0; i < slices->len; i++) {
        const BtSlice *slice = &g_array_index(slices, BtSlice, i);
        const BtFace *face = bt_fonts_face(b->fonts, slice->run->face);
        for (guint k = 0; k < slice->n; k++)
            width += bt_liner_advance_px(b, face, &slice->glyphs[k]);
    }
    return width;
}

/* The ink of a glyph whose pen stands at 0. */
static BtRect ink_of(const BtLiner *b, const BtSlice *slice, const BtShapedGlyph *glyph)
{
    const BtFace *face = bt_fonts_face(b->fonts, slice->run->face);
    BtGlyph placed = { .id = glyph->id, .x_px = (float)bt_liner_scaled(b, face, glyph->x) };
    return bt_turn_ink(b->fonts, face->index, slice->run->turn, &b->layout->style, &placed);
}

/* Whether a glyph's ink may stand out of the line, which begins `before_px` to the left of its pen
 * and ends `behind_px` to the right, by more than letters do. */
static gboolean may_hang(const BtLiner *b, const BtFace *face, const BtShapedGlyph *glyph,
    double before_px, double behind_px)
{
    BtReach reach = bt_glyph_reach(b->fonts, face->index, glyph->id, &b->layout->style);
    double x_px = bt_liner_scaled(b, face, glyph->x), bearing = b->layout->style.px * BEARING_EM;
    return reach.left_px - x_px - before_px > bearing ||
        reach.right_px + x_px - behind_px > bearing;
}

static double hang_left_px(const BtLiner *b, const BtSlice *first)
{
    const BtFace *face = bt_fonts_face(b->fonts, first->run->face);
    double pen = 0, hang = 0;
    for (guint k = 0; k < first->n && pen < b->layout->style.px; k++) {
        if (first->run->turn != BT_TURN_NONE || may_hang(b, face, &first->glyphs[k], pen, HUGE_VAL))
            hang = MAX(hang, -(pen + ink_of(b, first, &first->glyphs[k]).x));
        pen += bt_liner_advance_px(b, face, &first->glyphs[k]);
    }
    return hang;
}

static double hang_right_px(const BtLiner *b, const BtSlice *last)
{
    const BtFace *face = bt_fonts_face(b->fonts, last->run->face);
    double behind = 0, hang = 0; /* from a glyph's pen to the line's end */
    for (guint k = last->n; k-- > 0 && behind < b->layout->style.px;) {
        behind += bt_liner_advance_px(b, face, &last->glyphs[k]);
        if (last->run->turn != BT_TURN_NONE ||
            may_hang(b, face, &last->glyphs[k], HUGE_VAL, behind)) {
            BtRect ink = ink_of(b, last, &last->glyphs[k]);
            hang = MAX(hang, ink.x + ink.w - behind);
        }
    }
    return hang;
}

BtHang bt_slices_hang(const BtLiner *b, const GArray *slices)
{
    if (slices->len == 0 || b->layout->width_px <= 0)
        return (BtHang){ 0 };
    double bearing = b->layout->style.px * BEARING_EM;
    double left = hang_left_px(b, &g_array_index(slices, BtSlice, 0));
    double right = hang_right_px(b, &g_array_index(slices, BtSlice, slices->len - 1));
    return (BtHang){ (int)ceil(MAX(0, left - bearing)), (int)ceil(MAX(0, right - bearing)) };
}

/* ---- visual order ---- */

static void reverse(BtSlice *slices, guint n)
{
    for (guint i = 0; i < n / 2; i++) {
        BtSlice other = slices[i];
        slices[i] = slices[n - 1 - i];
        slices[n - 1 - i] = other;
    }
}

/* L2: from the highest level down to the lowest odd one, reverse what is at or above it. */
void bt_slices_reorder(GArray *array)
{
    BtSlice *slices = (BtSlice *)(void *)array->data;
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
