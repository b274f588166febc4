/* Where a line that must fill its box takes the room.
 *
 * Latin, and all scripts that write spaces between words, widen the spaces. Khmer, Thai, Lao and
 * Burmese write spaces between phrases only: there the words that the dictionary found part as
 * well. Han, Yi and kana part between any two characters that a line may break between, so a
 * bracket or a full stop stays by its neighbour. Nothing is ever put inside a word of joined or
 * stacked letters. Each place takes the same share. A line whose places would have to be wider than
 * an em stays ragged: holes are worse than an uneven edge. */
#include "fonts/parts.h"

#include <math.h>
#include <unicode/utf16.h>

static UScriptCode script_at(const BtParagraph *p, guint unit)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar32 c;
    U16_GET(p->text, 0, unit, p->n, c);
    UScriptCode script = uscript_getScript(c, &status);
    return U_SUCCESS(status) ? script : USCRIPT_COMMON;
}

static gboolean parts_words(UScriptCode script)
{
    return script == USCRIPT_KHMER || script == USCRIPT_THAI || script == USCRIPT_LAO ||
        script == USCRIPT_MYANMAR;
}

static gboolean parts_characters(UScriptCode script)
{
    return script == USCRIPT_HAN || script == USCRIPT_YI || script == USCRIPT_HIRAGANA ||
        script == USCRIPT_KATAKANA;
}

static gboolean is_space(const BtParagraph *p, guint unit)
{
    return (p->flags[unit] & BT_UNIT_SPACE) != 0;
}

/* Punctuation of a Han text counts as Han: the break rules keep it where it belongs. */
static gboolean parts_here(const BtParagraph *p, guint unit)
{
    UScriptCode before = script_at(p, unit - 1), after = script_at(p, unit);
    if (parts_characters(before))
        return parts_characters(after) || after == USCRIPT_COMMON;
    if (before == USCRIPT_COMMON && p->text[unit - 1] >= 0x3000)
        return parts_characters(after);
    return parts_words(before) && parts_words(after);
}

gboolean bt_may_widen(const BtParagraph *p, guint line_start, guint line_end, guint unit)
{
    if (unit <= line_start || unit >= line_end || !(p->flags[unit] & BT_UNIT_CLUSTER))
        return FALSE;
    if (is_space(p, unit - 1) && !is_space(p, unit)) {
        guint first = unit;
        while (first > line_start && is_space(p, first - 1))
            first--;
        return first > line_start; /* an indent keeps its width */
    }
    return !is_space(p, unit) && (p->flags[unit] & BT_UNIT_BREAK) && parts_here(p, unit);
}

BtWidening bt_widening(
    const BtParagraph *p, guint line_start, guint line_end, double free_px, int em_px)
{
    BtWidening widening = { 0 };
    for (guint unit = line_start + 1; unit < line_end; unit++)
        widening.n += bt_may_widen(p, line_start, line_end, unit);
    if (free_px <= 0 || widening.n == 0 || free_px / widening.n > em_px)
        return (BtWidening){ 0 };
    widening.free_px = free_px;
    return widening;
}

double bt_widening_next(BtWidening *widening, gboolean whole)
{
    if (widening->done >= widening->n)
        return 0;
    double share = widening->free_px / (widening->n - widening->done++);
    share = whole ? floor(share) : share;
    widening->free_px -= share;
    return share;
}
