/* What of a paragraph's runs stands on one line, in the order it is read from left to right.
 *
 * A line cuts runs. Only where the shaper said that a cut changes the glyphs (joining letters,
 * kerning) is the slice shaped again, with the text beyond the cut as context. */
#include "fonts/parts.h"

#include <math.h>

double bt_liner_scaled(const BtLiner *b, const BtFace *face, gint32 units)
{
    return (double)units * b->layout->style.px / face->upem;
}

double bt_liner_advance_px(const BtLiner *b, const BtFace *face, const BtShapedGlyph *glyph)
{
    double px = bt_liner_scaled(b, face, glyph->advance);
    return b->whole ? round(px) : px;
}

/* The glyphs of a run whose clusters are in [start, end); they are contiguous. */
static void find_glyphs(const BtParagraph *p, BtSlice *slice)
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

static BtSlice slice_run(const BtLiner *b, const BtShapedRun *run, guint start, guint end)
{
    const BtParagraph *p = b->p;
    BtSlice slice = { run, MAX(start, run->start), MIN(end, run->end) };
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
