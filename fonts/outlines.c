/* Outlines kept at the sizes in use: a glyph's ink is asked for when its line is placed, its pixels
 * when that is drawn, up to four times a quarter of a pixel apart. */
#include "fonts/parts.h"

#include <string.h>
#include FT_OUTLINE_H

#define N_OUTLINES 512 /* a page has fewer glyphs, but of Han; a power of two */
#define MAX_POINTS 512 /* about 10 KB; what is larger is read each time */

typedef struct {
    guint32 glyph;
    guint face, px;
    gboolean hinted;
} Key;

typedef struct {
    Key key;
    FT_Outline outline; /* its arrays are in one block, which begins with the points */
} Kept;

struct BtOutlines {
    Kept kept[N_OUTLINES];
};

BtOutlines *bt_outlines_new(void)
{
    return g_new0(BtOutlines, 1);
}

void bt_outlines_free(BtOutlines *outlines)
{
    for (guint i = 0; i < N_OUTLINES; i++)
        g_free(outlines->kept[i].outline.points);
    g_free(outlines);
}

static Kept *place_of(BtOutlines *outlines, const Key *key)
{
    guint32 h = (key->glyph * 31 + key->face) * 0x9E3779B1u ^ key->px * 0x85EBCA6Bu;
    return &outlines->kept[(h >> 16 ^ h) & (N_OUTLINES - 1)];
}

static FT_Outline *load(BtFace *face, const Key *key)
{
    bt_face_set_px(face, (int)key->px);
    int flags = FT_LOAD_NO_BITMAP | (key->hinted ? FT_LOAD_TARGET_LIGHT : FT_LOAD_NO_HINTING);
    gboolean loaded = FT_Load_Glyph(face->ft, key->glyph, flags) == 0 &&
        face->ft->glyph->format == FT_GLYPH_FORMAT_OUTLINE;
    return loaded ? &face->ft->glyph->outline : NULL;
}

static FT_Outline copy(const FT_Outline *from)
{
    gsize points = from->n_points * sizeof *from->points,
          contours = from->n_contours * sizeof *from->contours, tags = from->n_points;
    FT_Outline to = *from;
    to.points = g_malloc(points + contours + tags);
    to.contours = (short *)(void *)((guint8 *)to.points + points);
    to.tags = (char *)to.points + points + contours;
    memcpy(to.points, from->points, points);
    memcpy(to.contours, from->contours, contours);
    memcpy(to.tags, from->tags, tags);
    return to;
}

FT_Outline *bt_outline(BtFonts *fonts, guint face, guint32 glyph, const BtTextStyle *style)
{
    const Key key = { glyph, face, (guint)style->px, bt_style_is_hinted(style) };
    Kept *kept = place_of(fonts->outlines, &key);
    if (kept->outline.points != NULL && memcmp(&kept->key, &key, sizeof key) == 0)
        return &kept->outline;
    FT_Outline *loaded = load(bt_fonts_face(fonts, face), &key);
    if (loaded == NULL || loaded->n_points == 0 || loaded->n_points > MAX_POINTS)
        return loaded;
    g_free(kept->outline.points);
    *kept = (Kept){ key, copy(loaded) };
    return &kept->outline;
}
