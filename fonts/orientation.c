/* How the characters of vertical text stand (UAX #50).
 *
 * Han, kana, full-width forms and pictures stand upright; HarfBuzz shapes them from top to bottom
 * and the font turns their brackets. Letters, digits and Western punctuation are shaped as in a
 * horizontal line, which is then laid on its side. A number of one or two digits that touches
 * neither stands upright, its digits side by side in the room of one character. */
#include "fonts/parts.h"

#include <hb-ot.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>

#define MAX_ACROSS 2 /* digits: three would stand out of the column on both sides */

/* Marks, joiners and variation selectors stand as their base does. */
static gboolean follows_base(UChar32 c)
{
    return u_hasBinaryProperty(c, UCHAR_GRAPHEME_EXTEND) || c == 0x200D;
}

static gboolean is_upright(UChar32 c)
{
    return u_getIntPropertyValue(c, UCHAR_VERTICAL_ORIENTATION) != U_VO_ROTATED;
}

static gboolean is_digit(const BtParagraph *p, guint i)
{
    return i < p->n && p->text[i] >= '0' && p->text[i] <= '9';
}

/* Whether what stands from `i` on in direction `step`, over spaces, lies on its side. */
static gboolean touches_rotated(const BtParagraph *p, gint64 i, int step)
{
    while (i >= 0 && i < p->n && p->text[i] == ' ')
        i += step;
    return i >= 0 && i < p->n && !is_upright(bt_char_at(p, (guint)i));
}

/* The digits that stand side by side from `start` on; 0: none do. */
static guint count_across(const BtParagraph *p, guint start, guint end)
{
    guint n = 0;
    while (n <= MAX_ACROSS && start + n < end && is_digit(p, start + n))
        n++;
    if (n == 0 || n > MAX_ACROSS || touches_rotated(p, (gint64)start - 1, -1) ||
        touches_rotated(p, start + n, 1))
        return 0;
    return n;
}

/* The turn of the stretch at `start`, and where the next character stands. */
static BtTextTurn turn_at(
    const BtParagraph *p, const BtItem *item, guint start, BtTextTurn before, guint *next)
{
    UChar32 c = bt_char_at(p, start);
    guint across = before == BT_TURN_ACROSS ? 0 : count_across(p, start, item->end);
    *next = start + U16_LENGTH(c);
    if (across > 0) {
        *next = start + across;
        return BT_TURN_ACROSS;
    }
    if (start > item->start && follows_base(c))
        return before;
    return is_upright(c) ? BT_TURN_UPRIGHT : BT_TURN_SIDEWAYS;
}

static void add_item(GArray *items, const BtItem *from, guint start, guint end, BtTextTurn turn)
{
    BtItem item = *from;
    item.start = start;
    item.end = end;
    item.turn = turn;
    g_array_append_val(items, item);
}

static void split_item(const BtParagraph *p, const BtItem *item, GArray *items)
{
    if (item->script == USCRIPT_SYMBOLS_EMOJI) {
        add_item(items, item, item->start, item->end, BT_TURN_UPRIGHT);
        return;
    }
    guint start = item->start, next;
    BtTextTurn turn = turn_at(p, item, start, BT_TURN_NONE, &next);
    for (guint at = next; at < item->end; at = next) {
        BtTextTurn now = turn_at(p, item, at, turn, &next);
        /* What came from one place of the text stays in one run. */
        if (now == turn || p->byte_of[at] == p->byte_of[at - 1])
            continue;
        add_item(items, item, start, at, turn);
        start = at;
        turn = now;
    }
    add_item(items, item, start, item->end, turn);
}

void bt_paragraph_turn_items(BtParagraph *p)
{
    GArray *items = g_array_new(FALSE, FALSE, sizeof(BtItem));
    for (guint i = 0; i < p->items->len; i++)
        split_item(p, &g_array_index(p->items, BtItem, i), items);
    g_array_unref(p->items);
    p->items = items;
}

/* ---- glyphs as the column sees them ---- */

hb_direction_t bt_direction_of(guint8 level, BtTextTurn turn)
{
    gboolean back = level & 1;
    if (turn == BT_TURN_UPRIGHT)
        return back ? HB_DIRECTION_BTT : HB_DIRECTION_TTB;
    return back ? HB_DIRECTION_RTL : HB_DIRECTION_LTR;
}

/* A glyph whose origin lies (x, y) from the pen on the column's middle, y upwards: down the column
 * is the line's direction, to the right is up. */
static void turn_glyph(BtShapedGlyph *glyph, gint32 x, gint32 y, gint32 advance)
{
    glyph->x = -y;
    glyph->y = x;
    glyph->advance = advance;
}

/* A font without vertical metrics: the character stands in the middle of its square. */
static void set_in_square(const BtFace *face, BtShapedGlyph *glyph, gint32 width)
{
    gint32 upem = (gint32)face->upem, side = MAX(upem, width);
    turn_glyph(glyph, -width / 2, -(side / 2) - (gint32)(bt_face_middle_em(face) * upem), side);
}

static void turn_upright(const BtFace *face, const hb_glyph_position_t *at, BtShapedGlyph *glyph)
{
    gint32 width = hb_font_get_glyph_h_advance(face->hb, glyph->id);
    if (glyph->id == 0)
        set_in_square(face, glyph, (gint32)face->upem / 2);
    else if (!FT_HAS_VERTICAL(face->ft))
        set_in_square(face, glyph, width);
    else
        turn_glyph(glyph, at->x_offset, at->y_offset, -at->y_advance);
}

static void set_across(
    const BtFace *face, const hb_glyph_position_t *at, BtShapedGlyph *glyphs, guint n)
{
    gint32 width = 0, upem = (gint32)face->upem;
    for (guint i = 0; i < n; i++)
        width += glyphs[i].advance;
    gint32 pen = -width / 2, down = upem / 2 + (gint32)(bt_face_middle_em(face) * upem);
    for (guint i = 0; i < n; i++) {
        gint32 advance = glyphs[i].advance;
        turn_glyph(&glyphs[i], pen + at[i].x_offset, at[i].y_offset - down, i + 1 < n ? 0 : upem);
        glyphs[i].cluster = glyphs[0].cluster;
        pen += advance;
    }
}

void bt_turn_glyphs(const BtFace *face, BtTextTurn turn, const hb_glyph_position_t *at,
    BtShapedGlyph *glyphs, guint n)
{
    if (turn == BT_TURN_ACROSS)
        set_across(face, at, glyphs, n);
    for (guint i = 0; turn == BT_TURN_UPRIGHT && i < n; i++)
        turn_upright(face, &at[i], &glyphs[i]);
}

float bt_face_middle_em(const BtFace *face)
{
    hb_position_t capital;
    if (face->strike ||
        !hb_ot_metrics_get_position(face->hb, HB_OT_METRICS_TAG_CAP_HEIGHT, &capital) ||
        capital <= 0)
        return (face->ink_top_em - face->ink_bottom_em) / 2;
    return capital / 2.0f / face->upem;
}
