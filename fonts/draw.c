/* Lines of a layout → pixels. Only what the clip shows is looked at: a ticker draws tile after tile
 * of a line a hundred thousand pixels long. Along a line pens rise, from run to run too, so the
 * first run and the first glyph to look at are found by halving. */
#include "base/pixels.h"
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
    int x_px, y_px;   /* where the layout's origin lies */
    float reach_em;   /* of the farthest ink from its pen, in any font */
    guint32 ink[256]; /* the colour at each coverage as rasterised, premultiplied */
} Painter;

static void set_curve(guint8 curve[256], double gamma)
{
    for (guint i = 0; i < 256; i++)
        curve[i] = (guint8)floor(255 * pow(i / 255.0, 1 / gamma) + 0.5);
}

void bt_curves_set(BtCurves *curves)
{
    set_curve(curves->on_dark, GAMMA_ON_DARK);
    set_curve(curves->on_light, GAMMA_ON_LIGHT);
}

static void set_ink(Painter *painter, guint32 color, gboolean on_dark)
{
    const BtCurves *curves = &painter->fonts->curves;
    const guint8 *curve = on_dark ? curves->on_dark : curves->on_light;
    BtPixels opaque = (BtPixels){ 0 } + (color | 0xFF000000);
    for (guint i = 0; i < 256; i++) {
        guint32 a = curve[i];
        painter->ink[i] = bt_pixels_scale(opaque, (BtPixels){ 0 } + (a | a << 16))[0];
    }
}

/* ---- blending ---- */

/* Most pixels of a glyph's rectangle have no ink. */
static void blend_row(const guint32 ink[256], const guint8 *from, guint32 *to, int n)
{
    int i = 0;
    for (; i + BT_PIXELS_N <= n; i += BT_PIXELS_N) {
        guint32 coverage;
        memcpy(&coverage, from + i, sizeof coverage);
        if (coverage == 0)
            continue;
        BtPixels s = { ink[from[i]], ink[from[i + 1]], ink[from[i + 2]], ink[from[i + 3]] };
        bt_pixels_store(to + i, bt_pixels_over(s, bt_pixels_load(to + i)));
    }
    if (i == n)
        return;
    BtPixels s = { 0 };
    for (int k = i; k < n; k++)
        s[k - i] = ink[from[k]];
    s = bt_pixels_over(s, bt_pixels_load_some(to + i, n - i));
    bt_pixels_store_some(to + i, s, n - i);
}

static void blend_coverage(
    const Painter *painter, const BtBitmap *bitmap, BtRect at, int left, int top)
{
    for (int y = at.y; y < at.y + at.h; y++) {
        const guint8 *from = bitmap->data + (gsize)(y - top) * bitmap->w + (at.x - left);
        guint32 *to = painter->pixels + (gsize)y * painter->stride_px + at.x;
        blend_row(painter->ink, from, to, at.w);
    }
}

static void blend_color(
    const Painter *painter, const BtBitmap *bitmap, BtRect at, int left, int top)
{
    for (int y = at.y; y < at.y + at.h; y++) {
        const guint8 *from = bitmap->data + ((gsize)(y - top) * bitmap->w + (at.x - left)) * 4;
        guint32 *to = painter->pixels + (gsize)y * painter->stride_px + at.x;
        for (int x = 0; x < at.w; x++, from += 4) {
            guint32 pixel = (guint32)from[3] << 24 | from[2] << 16 | from[1] << 8 | from[0];
            BtPixels s = { pixel };
            bt_pixels_store_some(to + x, bt_pixels_over(s, bt_pixels_load_some(to + x, 1)), 1);
        }
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

/* What of a line the clip may show, along the line. */
typedef struct {
    double start_px, end_px;
} Span;

/* The clip and as much on both sides as ink reaches from its pen, and a mark's offset as far again.
 */
static Span visible_span(const Painter *painter, float reach_em)
{
    double margin = 2.0 * reach_em * painter->layout->style.px + 2;
    gboolean vertical = bt_text_is_vertical(&painter->layout->style);
    int from = vertical ? painter->clip_px.y - painter->y_px : painter->clip_px.x - painter->x_px;
    int length = vertical ? painter->clip_px.h : painter->clip_px.w;
    return (Span){ from - margin, from + length + margin };
}

static void draw_run(const Painter *painter, const BtTextRun *run)
{
    const BtGlyph *glyphs = &g_array_index(painter->layout->glyphs, BtGlyph, run->first_glyph);
    Span span = visible_span(painter, bt_fonts_face(painter->fonts, run->font)->reach_em);
    guint i = first_behind(glyphs, run->n_glyphs, span.start_px);
    for (; i < run->n_glyphs && glyphs[i].x_px <= span.end_px; i++) {
        draw_glyph(painter, run, &glyphs[i]);
        painter->fonts->visited++;
    }
    painter->fonts->visited++;
}

static const BtTextRun *run_of(const Painter *painter, const BtTextLine *line, guint i)
{
    return &g_array_index(painter->layout->runs, BtTextRun, line->first_run + i);
}

/* The first run of a line that has a glyph at or behind `glyph`. */
static guint run_with(const Painter *painter, const BtTextLine *line, guint glyph)
{
    guint low = 0, high = line->n_runs;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        const BtTextRun *run = run_of(painter, line, middle);
        if (run->first_glyph + run->n_glyphs <= glyph)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void draw_runs(const Painter *painter, const BtTextLine *line)
{
    if (line->n_runs == 0)
        return;
    const BtTextRun *first = run_of(painter, line, 0),
                    *last = run_of(painter, line, line->n_runs - 1);
    const BtGlyph *glyphs = (const BtGlyph *)(const void *)painter->layout->glyphs->data;
    guint end = last->first_glyph + last->n_glyphs;
    Span span = visible_span(painter, painter->reach_em);
    guint glyph = first->first_glyph +
        first_behind(glyphs + first->first_glyph, end - first->first_glyph, span.start_px);
    for (guint i = run_with(painter, line, glyph); i < line->n_runs; i++) {
        const BtTextRun *run = run_of(painter, line, i);
        if (run->first_glyph < end && glyphs[run->first_glyph].x_px > span.end_px)
            break;
        draw_run(painter, run);
    }
}

static void draw_line(const Painter *painter, const BtTextLine *line)
{
    gboolean vertical = bt_text_is_vertical(&painter->layout->style);
    BtRect ink = vertical ? bt_text_turned(line->ink_px) : line->ink_px;
    ink.x += painter->x_px;
    ink.y += painter->y_px;
    if (!bt_rect_is_empty(bt_rect_intersect(ink, painter->clip_px)))
        draw_runs(painter, line);
}

/* The farthest reach of all fonts in use. */
static float farthest_reach_em(const BtFonts *fonts)
{
    float reach_em = 0;
    for (guint i = 0; i < fonts->faces->len; i++)
        reach_em = MAX(reach_em, bt_fonts_face(fonts, i)->reach_em);
    return reach_em;
}

guint64 bt_fonts_visited(const BtFonts *fonts)
{
    return fonts->visited;
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
        .clip_px = clip_px };
    float top_px = first->baseline_px - first->ascent_px;
    gboolean vertical = bt_text_is_vertical(&layout->style);
    painter.x_px = (int)floorf(x_px + (vertical ? top_px : 0) + 0.5f);
    painter.y_px = (int)floorf(y_px - (vertical ? 0 : top_px) + 0.5f);
    painter.reach_em = farthest_reach_em(fonts);
    set_ink(&painter, color & 0xFFFFFF, on_dark);
    guint end = MIN(n_lines, layout->lines->len - first_line) + first_line;
    for (guint i = first_line; i < end; i++)
        draw_line(&painter, &g_array_index(layout->lines, BtTextLine, i));
}
