/* One glyph → its pixels, by FreeType.
 *
 * Small sizes are hinted lightly (stems stay where they are, only heights snap), large ones not at
 * all. LED walls get whole pens, because a stem across two columns is two dim ones; panels get
 * quarters of a pixel until a quarter no longer shows. Colour bitmaps of one strike are scaled by
 * area. A glyph that no font has is a box. */
#include "fonts/parts.h"

#include <math.h>
#include <string.h>
#include FT_OUTLINE_H

#define HINTED_BELOW_PX 48
#define LED_HINTED_BELOW_PX 64
#define PHASES_BELOW_PX 96
/* On LED walls, under this, even the advances are whole pixels. */
#define LED_WHOLE_BELOW_PX 24
/* The largest glyph of the largest size is under this; what is larger is a damaged font. */
#define MAX_SIDE_PX 16384
#define MAX_PIXELS (64 * 1024 * 1024)

gboolean bt_style_is_hinted(const BtTextStyle *style)
{
    return style->px < (style->led ? LED_HINTED_BELOW_PX : HINTED_BELOW_PX);
}

gboolean bt_style_is_whole(const BtTextStyle *style)
{
    return style->led && style->px < LED_WHOLE_BELOW_PX;
}

BtPen bt_pen_at(const BtTextStyle *style, double x_px)
{
    if (style->led || style->px >= PHASES_BELOW_PX)
        return (BtPen){ (int)bt_floor(x_px + 0.5), 0 };
    gint64 quarters = bt_floor(x_px * 4 + 0.5), phase = quarters & 3;
    return (BtPen){ (int)((quarters - phase) / 4), (guint)phase };
}

/* ---- a glyph nobody has ---- */

static BtRect box_of(int px)
{
    int w = MAX(3, px / 2), h = MAX(4, px * 7 / 10);
    return (BtRect){ MAX(1, px / 20), -h, w - 1, h };
}

static BtBitmap *bitmap_new(BtRect ink, gboolean color)
{
    gsize size = (gsize)ink.w * ink.h * (color ? 4 : 1);
    BtBitmap *bitmap = g_malloc0(sizeof *bitmap + size);
    bitmap->left = ink.x;
    bitmap->top = -ink.y;
    bitmap->w = ink.w;
    bitmap->h = ink.h;
    bitmap->color = color;
    bitmap->size_bytes = sizeof *bitmap + size;
    return bitmap;
}

static BtBitmap *draw_box(int px)
{
    BtBitmap *bitmap = bitmap_new(box_of(px), FALSE);
    int line = MAX(1, px / 16);
    for (int y = 0; y < bitmap->h; y++)
        for (int x = 0; x < bitmap->w; x++)
            if (x < line || y < line || x >= bitmap->w - line || y >= bitmap->h - line)
                bitmap->data[y * bitmap->w + x] = 255;
    return bitmap;
}

/* ---- outlines ---- */

static BtRect outline_ink(const FT_Outline *outline)
{
    FT_BBox box;
    FT_Outline_Get_CBox(outline, &box);
    if (box.xMin >= box.xMax || box.yMin >= box.yMax)
        return (BtRect){ 0 };
    FT_Pos x0 = box.xMin >> 6, x1 = (box.xMax + 63) >> 6;
    FT_Pos y0 = -((box.yMax + 63) >> 6), y1 = -(box.yMin >> 6);
    if (x1 - x0 > MAX_SIDE_PX || y1 - y0 > MAX_SIDE_PX || (x1 - x0) * (y1 - y0) > MAX_PIXELS)
        return (BtRect){ 0 };
    return (BtRect){ (int)x0, (int)y0, (int)(x1 - x0), (int)(y1 - y0) };
}

/* The outline stands again where it stood afterwards: it is kept. */
static BtBitmap *draw_outline(BtFonts *fonts, FT_Outline *outline, guint phase)
{
    FT_Outline_Translate(outline, phase * 16, 0);
    BtRect ink = outline_ink(outline);
    FT_Outline_Translate(outline, -(FT_Pos)(phase * 16), 0);
    if (bt_rect_is_empty(ink))
        return NULL;
    BtBitmap *bitmap = bitmap_new(ink, FALSE);
    FT_Bitmap target = { .rows = ink.h,
        .width = ink.w,
        .pitch = ink.w,
        .buffer = bitmap->data,
        .num_grays = 256,
        .pixel_mode = FT_PIXEL_MODE_GRAY };
    FT_Pos x = phase * 16 - (FT_Pos)ink.x * 64, y = (FT_Pos)(ink.y + ink.h) * 64;
    FT_Outline_Translate(outline, x, y);
    FT_Outline_Get_Bitmap(fonts->ft, outline, &target);
    FT_Outline_Translate(outline, -x, -y);
    return bitmap;
}

/* ---- colour strikes ---- */

static gboolean load_strike(BtFace *face, guint32 glyph)
{
    return FT_Load_Glyph(face->ft, glyph, FT_LOAD_COLOR) == 0 &&
        face->ft->glyph->format == FT_GLYPH_FORMAT_BITMAP &&
        face->ft->glyph->bitmap.pixel_mode == FT_PIXEL_MODE_BGRA;
}

static BtRect strike_ink(const BtFace *face, int px)
{
    const FT_GlyphSlot slot = face->ft->glyph;
    double scale = px / face->strike_ppem;
    int x0 = (int)floor(slot->bitmap_left * scale + 0.5);
    int y0 = -(int)floor(slot->bitmap_top * scale + 0.5);
    int w = (int)floor(slot->bitmap.width * scale + 0.5);
    int h = (int)floor(slot->bitmap.rows * scale + 0.5);
    return (BtRect){ x0, y0, w, h };
}

/* One axis of the scaling: target pixel `at` is the mean of the source around its place, weighted
 * by a triangle as wide as a source pixel or a target pixel, whichever is larger. */
typedef struct {
    int first, n;
    float weights[64];
} Taps;

static Taps taps_at(int at, int n_target, int n_source)
{
    double step = (double)n_source / n_target, radius = MAX(step, 1.0);
    double centre = (at + 0.5) * step - 0.5, sum = 0;
    Taps taps = { .first = MAX(0, (int)ceil(centre - radius)) };
    int last = MIN(n_source - 1, (int)floor(centre + radius));
    for (int i = taps.first; i <= last && taps.n < (int)G_N_ELEMENTS(taps.weights); i++) {
        double weight = MAX(0, 1 - fabs(i - centre) / radius);
        taps.weights[taps.n++] = weight;
        sum += weight;
    }
    for (int i = 0; i < taps.n && sum > 0; i++)
        taps.weights[i] /= sum;
    return taps;
}

/* Rows of `source` to the target's width, as floats. */
static float *scale_rows(const FT_Bitmap *source, int w)
{
    int rows = source->rows;
    float *out = g_new0(float, (gsize)rows *w * 4);
    for (int x = 0; x < w; x++) {
        Taps taps = taps_at(x, w, source->width);
        for (int y = 0; y < rows; y++) {
            const guint8 *row = source->buffer + (gssize)y * source->pitch;
            float *to = out + ((gsize)y * w + x) * 4;
            for (int i = 0; i < taps.n; i++)
                for (int c = 0; c < 4; c++)
                    to[c] += taps.weights[i] * row[(taps.first + i) * 4 + c];
        }
    }
    return out;
}

static BtBitmap *draw_strike(const BtFace *face, int px)
{
    const FT_Bitmap *source = &face->ft->glyph->bitmap;
    BtRect ink = strike_ink(face, px);
    if (bt_rect_is_empty(ink) || ink.w > MAX_SIDE_PX || ink.h > MAX_SIDE_PX || source->width == 0)
        return NULL;
    BtBitmap *bitmap = bitmap_new(ink, TRUE);
    g_autofree float *wide = scale_rows(source, ink.w);
    for (int y = 0; y < ink.h; y++) {
        Taps taps = taps_at(y, ink.h, source->rows);
        for (int k = 0; k < ink.w * 4; k++) {
            float sum = 0;
            for (int i = 0; i < taps.n; i++)
                sum += taps.weights[i] * wide[(gsize)(taps.first + i) * ink.w * 4 + k];
            bitmap->data[(gsize)y * ink.w * 4 + k] = (guint8)CLAMP(sum + 0.5f, 0, 255);
        }
    }
    return bitmap;
}

/* ---- both ---- */

static BtInk ink_of_rect(BtRect rect)
{
    return (BtInk){ rect.x * 64, -(rect.y + rect.h) * 64, (rect.x + rect.w) * 64, -rect.y * 64 };
}

BtInk bt_glyph_ink_now(BtFonts *fonts, guint face_index, guint32 glyph, const BtTextStyle *style)
{
    BtFace *face = bt_fonts_face(fonts, face_index);
    if (glyph == 0)
        return ink_of_rect(box_of(style->px));
    if (face->strike)
        return load_strike(face, glyph) ? ink_of_rect(strike_ink(face, style->px)) : (BtInk){ 0 };
    const FT_Outline *outline = bt_outline(fonts, face_index, glyph, style);
    if (outline == NULL || bt_rect_is_empty(outline_ink(outline)))
        return (BtInk){ 0 };
    FT_BBox box;
    FT_Outline_Get_CBox(outline, &box);
    return (BtInk){ (int)box.xMin, (int)box.yMin, (int)box.xMax, (int)box.yMax };
}

BtInk bt_glyph_ink_in_units(BtFonts *fonts, guint face_index, guint32 glyph)
{
    const int far = 1 << 20; /* beyond any font's em */
    BtFace *face = bt_fonts_face(fonts, face_index);
    if (glyph == 0 || face->strike ||
        FT_Load_Glyph(face->ft, glyph, FT_LOAD_NO_BITMAP | FT_LOAD_NO_SCALE) != 0 ||
        face->ft->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
        return (BtInk){ -far, -far, far, far };
    FT_BBox box;
    FT_Outline_Get_CBox(&face->ft->glyph->outline, &box);
    return (BtInk){ (int)box.xMin, (int)box.yMin, (int)box.xMax, (int)box.yMax };
}

BtBitmap *bt_glyph_raster(
    BtFonts *fonts, guint face_index, guint32 glyph, const BtTextStyle *style, guint phase)
{
    BtFace *face = bt_fonts_face(fonts, face_index);
    if (glyph == 0)
        return draw_box(style->px);
    if (face->strike)
        return load_strike(face, glyph) ? draw_strike(face, style->px) : NULL;
    FT_Outline *outline = bt_outline(fonts, face_index, glyph, style);
    return outline != NULL ? draw_outline(fonts, outline, phase) : NULL;
}
