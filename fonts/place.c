/* Slices → a line of the layout: runs, glyphs with their pens, and the line's box, which is the
 * tallest of what the fonts say, what the scripts need, and the ink that is really there. */
#include "fonts/parts.h"

#include <math.h>

/* What a line box must hold. */
typedef struct {
    BtLineRoom room; /* what fonts and scripts say */
    BtRect ink_px;   /* relative to the baseline */
} Extent;

/* To 1/64 px, which a float holds exactly: moving a line by whole pixels then moves each glyph by
 * exactly as much, and ink measured here is ink drawn. */
static float snapped(double px)
{
    return (float)((double)bt_floor(px * 64 + 0.5) / 64);
}

static void set_glyph(const BtLiner *b, const BtSlice *slice, const BtShapedGlyph *glyph,
    double pen, double advance, BtGlyph *out)
{
    const BtFace *face = bt_fonts_face(b->fonts, slice->run->face);
    out->id = glyph->id;
    out->cluster = b->p->byte_of[glyph->cluster];
    out->x_px = snapped(pen + bt_liner_scaled(b, face, glyph->x));
    out->y_px = snapped(-bt_liner_scaled(b, face, glyph->y)) +
        bt_turn_sink_px(face, slice->run->turn, &b->layout->style);
    out->advance_px = advance;
}

static void add_ink(const BtLiner *b, const BtSlice *slice, const BtGlyph *glyph, Extent *extent)
{
    BtRect ink =
        bt_turn_ink(b->fonts, slice->run->face, slice->run->turn, &b->layout->style, glyph);
    extent->ink_px = bt_rect_union(extent->ink_px, ink);
}

/* What is being placed: units [start, end), and the room that widens it. */
typedef struct {
    guint start, end;
    BtWidening widening;
} Line;

/* How much the place behind glyph `k`, the last of its cluster, is widened. In a right-to-left
 * slice that place lies before the cluster in the text. A space is widened where it stands. */
static double widen_behind(BtLiner *b, const BtSlice *slice, guint k, Line *line)
{
    const BtParagraph *p = b->p;
    const BtShapedGlyph *glyph = &slice->glyphs[k];
    gboolean rtl = slice->run->level & 1;
    if (line->widening.n == 0 || (k + 1 < slice->n && glyph[1].cluster == glyph->cluster))
        return 0;
    guint end = rtl || k + 1 == slice->n ? slice->end : glyph[1].cluster;
    for (guint i = k; rtl && i-- > 0 && end == slice->end;)
        end = slice->glyphs[i].cluster != glyph->cluster ? slice->glyphs[i].cluster : end;
    return bt_may_widen(p, line->start, line->end, end)
        ? bt_widening_next(&line->widening, b->whole)
        : 0;
}

static double add_run(BtLiner *b, const BtSlice *slice, double pen, Line *line, Extent *extent)
{
    BtTextLayout *layout = b->layout;
    const BtFace *face = bt_fonts_face(b->fonts, slice->run->face);
    BtTextRun run = { .font = face->index,
        .lang = layout->lang,
        .rtl = slice->run->level & 1,
        .turn = slice->run->turn,
        .start = b->p->byte_of[slice->start],
        .end = b->p->byte_of[slice->end],
        .first_glyph = layout->glyphs->len,
        .n_glyphs = slice->n };
    const char *script = uscript_getShortName(slice->run->script);
    g_strlcpy(run.script, script != NULL ? script : "Zyyy", sizeof run.script);
    g_array_append_val(layout->runs, run);
    bt_room_add(&extent->room, face, slice->run->turn, &layout->style);
    g_array_set_size(layout->glyphs, run.first_glyph + slice->n);
    for (guint k = 0; k < slice->n; k++) {
        BtGlyph *glyph = &g_array_index(layout->glyphs, BtGlyph, run.first_glyph + k);
        double advance = bt_liner_advance_px(b, face, &slice->glyphs[k]);
        advance += widen_behind(b, slice, k, line);
        set_glyph(b, slice, &slice->glyphs[k], pen, advance, glyph);
        add_ink(b, slice, glyph, extent);
        pen += advance;
    }
    return pen;
}

/* Whether a glyph may reach beyond the room that there is. What ink adds to it is whole pixels,
 * from a pen whose height was rounded. */
static gboolean may_stand_out(
    const BtLiner *b, const BtFace *face, const BtShapedGlyph *glyph, const BtLineRoom *room)
{
    BtReach reach = bt_glyph_reach(b->fonts, face->index, glyph->id, &b->layout->style);
    double up_px = bt_liner_scaled(b, face, glyph->y), rounding_px = glyph->y == 0 ? 0 : 1.6;
    return reach.above_px + up_px + rounding_px > room->ink_above_px ||
        reach.below_px - up_px + rounding_px > room->ink_below_px;
}

/* What add_run adds to the line's box and length. */
static double measure_run(const BtLiner *b, const BtSlice *slice, double pen, Extent *extent)
{
    const BtFace *face = bt_fonts_face(b->fonts, slice->run->face);
    bt_room_add(&extent->room, face, slice->run->turn, &b->layout->style);
    for (guint k = 0; k < slice->n; k++) {
        const BtShapedGlyph *glyph = &slice->glyphs[k];
        double advance = bt_liner_advance_px(b, face, glyph);
        if (may_stand_out(b, face, glyph, &extent->room)) {
            BtGlyph placed;
            set_glyph(b, slice, glyph, pen, advance, &placed);
            add_ink(b, slice, &placed, extent);
        }
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

static void set_box(BtLiner *b, BtTextLine *line, Extent *extent)
{
    BtRect ink = extent->ink_px;
    int ascent, descent;
    extent->room.ink_above_px = MAX(extent->room.ink_above_px, -ink.y);
    extent->room.ink_below_px = MAX(extent->room.ink_below_px, ink.y + ink.h);
    bt_room_box(&extent->room, &b->layout->style, &ascent, &descent);
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

/* The glyphs and their ink stood around the line's own origin. */
static void set_ink(BtTextLayout *layout, BtTextLine *line, BtRect ink_px, guint first_glyph)
{
    move_glyphs(layout, first_glyph, line->x_px, line->baseline_px);
    line->ink_px = ink_px;
    line->ink_px.x += (int)line->x_px;
    line->ink_px.y += (int)line->baseline_px;
}

void bt_line_place(BtLiner *b, const GArray *slices, guint start, guint end, gboolean hard)
{
    BtTextLayout *layout = b->layout;
    BtTextLine line = { .start = b->p->byte_of[start],
        .end = b->p->byte_of[end],
        .hard = hard,
        .first_run = layout->runs->len,
        .n_runs = b->bare ? 0 : slices->len };
    Extent extent = { .room = b->room };
    guint first_glyph = layout->glyphs->len;
    double pen = 0;
    Line placed = { start, end };
    int hang_px = b->hang.left_px + b->hang.right_px;
    if (layout->style.align == BT_ALIGN_JUSTIFY && layout->width_px > 0 && !hard)
        placed.widening = bt_widening(b->p, start, end,
            layout->width_px - hang_px - bt_slices_width(b, slices), layout->style.px);
    for (guint i = 0; i < slices->len; i++) {
        const BtSlice *slice = &g_array_index(slices, BtSlice, i);
        pen = b->bare ? measure_run(b, slice, pen, &extent)
                      : add_run(b, slice, pen, &placed, &extent);
    }
    line.width_px = pen;
    line.x_px = align(layout, b->p->rtl, pen + hang_px) + b->hang.left_px;
    set_box(b, &line, &extent);
    if (!b->bare)
        set_ink(layout, &line, extent.ink_px, first_glyph);
    g_array_append_val(layout->lines, line);
}
