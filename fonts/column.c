/* Columns of vertical text.
 *
 * A column is a line: everything that breaks, places and measures lines sees it lying on its side,
 * with x running down the column and y from the right edge to the left. Only here is the page
 * turned a quarter clockwise, when the size of a glyph's ink is asked for and when it is drawn. */
#include "fonts/parts.h"

#include <math.h>

gboolean bt_text_is_vertical(const BtTextStyle *style)
{
    return style->dir == BT_DIR_TTB;
}

BtRect bt_text_turned(BtRect rect_px)
{
    return (BtRect){ -(rect_px.y + rect_px.h), rect_px.x, rect_px.h, rect_px.w };
}

static gboolean stands(BtTextTurn turn)
{
    return turn == BT_TURN_UPRIGHT || turn == BT_TURN_ACROSS;
}

/* ---- boxes ---- */

float bt_turn_sink_px(const BtFace *face, BtTextTurn turn, const BtTextStyle *style)
{
    return turn == BT_TURN_SIDEWAYS ? floorf(bt_face_middle_em(face) * style->px + 0.5f) : 0;
}

void bt_turn_extent(const BtFace *face, BtTextTurn turn, float *above_em, float *below_em)
{
    if (turn == BT_TURN_SIDEWAYS) {
        float middle_em = bt_face_middle_em(face);
        *above_em -= middle_em;
        *below_em += middle_em;
    } else if (stands(turn)) {
        *above_em = *below_em = MAX(0.5f, (*above_em + *below_em) / 2);
    }
}

/* ---- ink and pixels ---- */

/* Where an upright glyph's pen stands on the glass, from the top right corner. */
static BtPen upright_pen(const BtTextStyle *style, const BtGlyph *glyph, int *y_px)
{
    *y_px = (int)floorf(glyph->x_px + 0.5f);
    return bt_pen_at(style, -(double)glyph->y_px);
}

BtRect bt_turn_ink(
    BtFonts *fonts, guint face, BtTextTurn turn, const BtTextStyle *style, const BtGlyph *glyph)
{
    int y_px;
    BtPen pen = stands(turn) ? upright_pen(style, glyph, &y_px) : bt_pen_at(style, glyph->x_px);
    BtRect ink = bt_glyph_ink(fonts, face, glyph->id, style, pen.phase);
    ink.x += pen.x_px;
    if (!stands(turn)) {
        ink.y += (int)floorf(glyph->y_px + 0.5f);
        return ink;
    }
    ink.y += y_px;
    return (BtRect){ ink.y, -(ink.x + ink.w), ink.h, ink.w };
}

static BtBitmap *lay_on_side(const BtBitmap *from)
{
    gsize bytes = from->color ? 4 : 1;
    BtBitmap *to = g_malloc(sizeof *to + (gsize)from->w * from->h * bytes);
    *to = (BtBitmap){ .w = from->h, .h = from->w, .color = from->color };
    to->size_bytes = sizeof *to + (gsize)from->w * from->h * bytes;
    const guint8 *source = from->data;
    for (int y = 0; y < from->h; y++)
        for (int x = 0; x < from->w; x++)
            for (gsize c = 0; c < bytes; c++)
                to->data[((gsize)x * to->w + (to->w - 1 - y)) * bytes + c] = *source++;
    return to;
}

const BtBitmap *bt_turn_bitmap(BtFonts *fonts, guint face, BtTextTurn turn,
    const BtTextStyle *style, const BtGlyph *glyph, BtPlaced *placed)
{
    if (stands(turn)) {
        BtPen pen = upright_pen(style, glyph, &placed->y_px);
        const BtBitmap *bitmap = bt_glyph_bitmap(fonts, face, glyph->id, style, pen.phase);
        if (bitmap == NULL)
            return NULL;
        placed->x_px = pen.x_px + bitmap->left;
        placed->y_px -= bitmap->top;
        return bitmap;
    }
    BtPen pen = bt_pen_at(style, glyph->x_px);
    const BtBitmap *bitmap = bt_glyph_bitmap(fonts, face, glyph->id, style, pen.phase);
    if (bitmap == NULL)
        return NULL;
    placed->x_px = pen.x_px + bitmap->left;
    placed->y_px = (int)floorf(glyph->y_px + 0.5f) - bitmap->top;
    if (turn == BT_TURN_NONE)
        return bitmap;
    BtRect lying = { placed->x_px, placed->y_px, bitmap->w, bitmap->h };
    placed->x_px = bt_text_turned(lying).x;
    placed->y_px = lying.x;
    placed->own = lay_on_side(bitmap);
    return placed->own;
}
