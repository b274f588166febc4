/* Lines of a layout → pixels. Only what the clip shows is looked at: a ticker draws tile after tile
 * of a line a hundred thousand pixels long. */
#include "fonts/parts.h"

#include <math.h>

/* Halfway between blending in linear light, which fattens light letters on dark, and in sRGB, which
 * thins them. */
#define GAMMA_ON_DARK 1.8
#define GAMMA_ON_LIGHT 1.1

typedef struct {
    BtFonts *fonts;
    const BtTextLayout *layout;
    guint32 *pixels;
    int stride_px;
    BtRect clip_px;
    int x_px, y_px; /* where the layout's origin lies */
    guint32 color;
    guint8 curve[256]; /* coverage as rasterised → as blended */
} Painter;

static void set_curve(Painter *painter, gboolean on_dark)
{
    double power = 1 / (on_dark ? GAMMA_ON_DARK : GAMMA_ON_LIGHT);
    for (guint i = 0; i < 256; i++)
        painter->curve[i] = (guint8)floor(255 * pow(i / 255.0, power) + 0.5);
}

/* ---- blending; two channels at a time ---- */

/* Each of the four bytes of `pixel` times a / 255, rounded. */
static inline guint32 times(guint32 pixel, guint32 a)
{
    guint32 rb = (pixel & 0x00FF00FF) * a + 0x00800080;
    guint32 ag = (pixel >> 8 & 0x00FF00FF) * a + 0x00800080;
    rb = (rb + (rb >> 8 & 0x00FF00FF)) >> 8 & 0x00FF00FF;
    ag = (ag + (ag >> 8 & 0x00FF00FF)) & 0xFF00FF00;
    return rb | ag;
}

static inline void over(guint32 *target, guint32 premultiplied)
{
    *target = premultiplied + times(*target, 255 - (premultiplied >> 24));
}

static void blend_coverage(
    const Painter *painter, const BtBitmap *bitmap, BtRect at, int left, int top)
{
    guint32 opaque = painter->color | 0xFF000000;
    for (int y = at.y; y < at.y + at.h; y++) {
        const guint8 *from = bitmap->data + (gsize)(y - top) * bitmap->w + (at.x - left);
        guint32 *to = painter->pixels + (gsize)y * painter->stride_px;
        for (int x = at.x; x < at.x + at.w; x++, from++) {
            guint32 a = painter->curve[*from];
            if (a == 255)
                to[x] = opaque;
            else if (a != 0)
                over(&to[x], times(opaque, a));
        }
    }
}

static void blend_color(
    const Painter *painter, const BtBitmap *bitmap, BtRect at, int left, int top)
{
    for (int y = at.y; y < at.y + at.h; y++) {
        const guint8 *from = bitmap->data + ((gsize)(y - top) * bitmap->w + (at.x - left)) * 4;
        guint32 *to = painter->pixels + (gsize)y * painter->stride_px;
        for (int x = at.x; x < at.x + at.w; x++, from += 4)
            over(&to[x], (guint32)from[3] << 24 | from[2] << 16 | from[1] << 8 | from[0]);
    }
}

/* ---- what is visible ---- */

static void draw_glyph(const Painter *painter, const BtTextRun *run, const BtGlyph *glyph)
{
    BtPlaced placed = { 0 };
    const BtTextStyle *style = &painter->layout->style;
    const BtBitmap *bitmap =
        bt_turn_bitmap(painter->fonts, run->font, run->turn, style, glyph, &placed);
    if (bitmap == NULL)
        return;
    int left = painter->x_px + placed.x_px, top = painter->y_px + placed.y_px;
    BtRect at = bt_rect_intersect(painter->clip_px, (BtRect){ left, top, bitmap->w, bitmap->h });
    if (bt_rect_is_empty(at))
        ;
    else if (bitmap->color)
        blend_color(painter, bitmap, at, left, top);
    else
        blend_coverage(painter, bitmap, at, left, top);
    g_free(placed.own);
}

/* The first glyph of a run at or behind x. Pens of a run rise, but for the offsets of marks, which
 * the caller's margin allows for. */
static guint first_behind(const BtGlyph *glyphs, guint n, double x_px)
{
    guint low = 0, high = n;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (glyphs[middle].x_px < x_px)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void draw_run(const Painter *painter, const BtTextRun *run)
{
    if (run->n_glyphs == 0)
        return;
    const BtFace *face = bt_fonts_face(painter->fonts, run->font);
    const BtGlyph *glyphs = &g_array_index(painter->layout->glyphs, BtGlyph, run->first_glyph);
    /* Ink reaches this far from its pen, and a mark's offset as far again. */
    double margin = 2.0 * face->reach_em * painter->layout->style.px + 2;
    double left = -margin, right;
    if (bt_text_is_vertical(&painter->layout->style)) {
        left += painter->clip_px.y - painter->y_px;
        right = left + painter->clip_px.h + 2 * margin;
    } else {
        left += painter->clip_px.x - painter->x_px;
        right = left + painter->clip_px.w + 2 * margin;
    }
    for (guint i = first_behind(glyphs, run->n_glyphs, left); i < run->n_glyphs; i++) {
        if (glyphs[i].x_px > right + margin)
            break;
        draw_glyph(painter, run, &glyphs[i]);
    }
}

static void draw_line(const Painter *painter, const BtTextLine *line)
{
    gboolean vertical = bt_text_is_vertical(&painter->layout->style);
    BtRect ink = vertical ? bt_text_turned(line->ink_px) : line->ink_px;
    ink.x += painter->x_px;
    ink.y += painter->y_px;
    if (bt_rect_is_empty(bt_rect_intersect(ink, painter->clip_px)))
        return;
    for (guint i = 0; i < line->n_runs; i++)
        draw_run(painter, &g_array_index(painter->layout->runs, BtTextRun, line->first_run + i));
}

void bt_text_draw(BtFonts *fonts, const BtTextLayout *layout, guint first_line, guint n_lines,
    guint32 *pixels, int stride_px, BtRect clip_px, float x_px, float y_px, guint32 color,
    gboolean on_dark)
{
    if (first_line >= layout->lines->len || bt_rect_is_empty(clip_px))
        return;
    const BtTextLine *first = &g_array_index(layout->lines, BtTextLine, first_line);
    Painter painter = { .fonts = fonts,
        .layout = layout,
        .pixels = pixels,
        .stride_px = stride_px,
        .clip_px = clip_px,
        .color = color & 0xFFFFFF };
    float top_px = first->baseline_px - first->ascent_px;
    gboolean vertical = bt_text_is_vertical(&layout->style);
    painter.x_px = (int)floorf(x_px + (vertical ? top_px : 0) + 0.5f);
    painter.y_px = (int)floorf(y_px - (vertical ? 0 : top_px) + 0.5f);
    set_curve(&painter, on_dark);
    guint end = MIN(n_lines, layout->lines->len - first_line) + first_line;
    for (guint i = first_line; i < end; i++)
        draw_line(&painter, &g_array_index(layout->lines, BtTextLine, i));
}
