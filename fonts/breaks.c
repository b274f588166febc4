/* Where a line may break: ICU's rules and dictionaries (Khmer, Thai, Lao), then our own tailorings.
 *
 * ICU knows no Vietnamese habits: it parts 25.000 from ₫, and TP. from the town's name. A word too
 * long for its line is cut where both a cluster of the shaper's and a character as Unicode sees it
 * (UAX #29) begin: each keeps together what the other parts, and both part a Khmer coeng from the
 * consonant it puts below, so nothing ever breaks after one. */
#include "fonts/parts.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

/* From a district's number to an international one (E.164). */
#define MIN_TELEPHONE_DIGITS 8
#define MAX_TELEPHONE_DIGITS 15

UBreakIterator *bt_fonts_characters(BtFonts *fonts)
{
    UErrorCode status = U_ZERO_ERROR;
    if (fonts->characters == NULL)
        fonts->characters = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &status);
    return U_FAILURE(status) ? NULL : fonts->characters;
}

/* ---- tailorings ---- */

static gboolean is_space(UChar c)
{
    return c == ' ' || c == 0x3000 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B && c != 0x2007) ||
        c == 0x205F;
}

static gboolean is_digit(UChar c)
{
    return c < 0x80 ? c >= '0' && c <= '9' : u_isdigit(c);
}

/* The word of at most 7 units at `i`, up to a space. */
static guint word_at(const BtParagraph *p, guint i, UChar word[8])
{
    guint n = 0;
    while (i + n < p->n && n < 7 && !is_space(p->text[i + n])) {
        word[n] = p->text[i + n];
        n++;
    }
    word[n] = 0;
    return n;
}

/* Whether the word that begins at `i` is a unit of measure or money. */
static gboolean is_unit(const BtParagraph *p, guint i)
{
    static const UChar *const units[] = { u"₫", u"đ", u"%", u"‰", u"km/h", u"km", u"m", u"cm",
        u"mm", u"m/s", u"m²", u"m³", u"ha", u"kg", u"g", u"°C", u"VND", u"VNĐ", u"USD", u"°" };
    UChar word[8];
    guint n = word_at(p, i, word);
    if (n > 0 && (word[0] == u'₫' || word[0] == u'%'))
        return TRUE;
    while (n > 0 && strchr(".,;:!?)", MIN(word[n - 1], 127)) != NULL)
        word[--n] = 0;
    const UChar *slash = u_strchr(word, '/');
    for (guint k = 0; n > 0 && k < G_N_ELEMENTS(units); k++)
        if (u_strcmp(word, units[k]) == 0 ||
            (slash != NULL && (gsize)u_strlen(units[k]) == (gsize)(slash - word) &&
                u_strncmp(word, units[k], slash - word) == 0))
            return TRUE;
    return FALSE;
}

static gboolean parts_number_and_unit(const BtParagraph *p, guint at)
{
    guint before = at;
    while (before > 0 && p->text[before - 1] == ' ')
        before--;
    return at - before <= 1 && before > 0 && is_digit(p->text[before - 1]) && is_unit(p, at);
}

/* "₫/người", "km/h": what is by the unit stays with it. */
static gboolean parts_rate(const BtParagraph *p, guint at)
{
    if (at < 2 || p->text[at - 1] != '/')
        return FALSE;
    UChar c = p->text[at - 2];
    if (c == u'₫' || c == '%')
        return TRUE;
    guint i = at - 1;
    while (i > 0 && u_isalpha(p->text[i - 1]) && at - i < 5)
        i--;
    guint number = i > 0 && p->text[i - 1] == ' ' ? i - 1 : i;
    return number > 0 && is_digit(p->text[number - 1]) && is_unit(p, i);
}

/* "TP. Hồ Chí Minh", "H. Krông Pa": an administrative abbreviation and the name's first word. */
static gboolean parts_place(const BtParagraph *p, guint at)
{
    static const UChar *const words[] = { u"TP.", u"Tp.", u"TX.", u"TT.", u"Q.", u"P.", u"H.",
        u"X.", u"TDP.", u"Đ." };
    UChar next = at < p->n ? p->text[at] : 0;
    if (p->text[at - 1] != ' ' || !(u_isupper(next) || is_digit(next)))
        return FALSE;
    guint end = at;
    while (end > 0 && p->text[end - 1] == ' ')
        end--;
    guint start = end;
    while (start > 0 && !is_space(p->text[start - 1]) && end - start < 5)
        start--;
    for (guint k = 0; k < G_N_ELEMENTS(words); k++)
        if ((guint)u_strlen(words[k]) == end - start &&
            u_memcmp(words[k], p->text + start, end - start) == 0)
            return TRUE;
    return FALSE;
}

/* The digits that stand before (step -1) or from `at`, in groups with one space between them. */
static guint count_digits(const BtParagraph *p, guint at, int step, guint *first)
{
    guint n = 0;
    gboolean spaced = FALSE;
    for (gint64 i = step < 0 ? (gint64)at - 1 : at; i >= 0 && i < p->n; i += step) {
        if (!is_digit(p->text[i]) && (spaced || p->text[i] != ' '))
            break;
        spaced = p->text[i] == ' ';
        n += !spaced;
        *first = spaced ? *first : (guint)i;
        if (n > MAX_TELEPHONE_DIGITS)
            break;
    }
    return n;
}

/* "0901 234 567" is one word. */
static gboolean parts_telephone(const BtParagraph *p, guint at)
{
    if (at < 2 || p->text[at - 1] != ' ' || !is_digit(p->text[at]) || !is_digit(p->text[at - 2]))
        return FALSE;
    guint first = at, last = at;
    guint n = count_digits(p, at - 1, -1, &first) + count_digits(p, at, 1, &last);
    gboolean leads = p->text[first] == '0' || (first > 0 && p->text[first - 1] == '+');
    return leads && n >= MIN_TELEPHONE_DIGITS && n <= MAX_TELEPHONE_DIGITS;
}

static gboolean after_stacker(const BtParagraph *p, guint at)
{
    return at > 0 && (p->text[at - 1] == 0x17D2 || p->text[at - 1] == 0x1A60);
}

static gboolean must_stay_together(const BtParagraph *p, guint at)
{
    return after_stacker(p, at) || parts_number_and_unit(p, at) || parts_rate(p, at) ||
        parts_place(p, at) || parts_telephone(p, at);
}

/* ---- flags ---- */

static gboolean ends_line(UChar c)
{
    return c == 0x0B || c == 0x0C || c == 0x2028;
}

/* A tab is drawn as a space; what ends a line is not drawn. */
static UChar drawn(UChar c)
{
    return c == '\t' ? ' ' : ends_line(c) ? 0x206A : c;
}

static void mark_spaces(BtParagraph *p)
{
    gboolean ended = FALSE;
    for (guint i = 0; i < p->n; i++) {
        UChar c = p->text[i];
        if (after_stacker(p, i))
            p->flags[i] |= BT_UNIT_KEEP;
        if (ended)
            p->flags[i] |= BT_UNIT_MUST | BT_UNIT_BREAK;
        ended = ends_line(c);
        if (is_space(c) || c == '\t' || ended)
            p->flags[i] |= BT_UNIT_SPACE;
        p->text[i] = drawn(c);
    }
    if (ended) /* what ends the paragraph then ends an empty line */
        p->flags[p->n] |= BT_UNIT_MUST | BT_UNIT_BREAK;
}

void bt_paragraph_find_breaks(BtParagraph *p, BtFonts *fonts, const char *lang, gboolean tailored)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaker = p->n > 0 ? bt_lang_breaker(bt_fonts_lang(fonts, lang), lang) : NULL;
    if (breaker != NULL) {
        ubrk_setText(breaker, p->text, p->n, &status);
        for (int at = ubrk_first(breaker); U_SUCCESS(status) && at != UBRK_DONE;
             at = ubrk_next(breaker))
            if (at > 0 && at < (int)p->n && p->byte_of[at] != p->byte_of[at - 1] &&
                !(tailored && must_stay_together(p, at)))
                p->flags[at] |= BT_UNIT_BREAK;
        ubrk_setText(breaker, u"", 0, &status); /* it must not keep what will be freed */
    }
    mark_spaces(p);
}

void bt_paragraph_find_characters(BtParagraph *p, BtFonts *fonts)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaker = p->has_characters ? NULL : bt_fonts_characters(fonts);
    if (breaker == NULL)
        return;
    ubrk_setText(breaker, p->text, p->n, &status);
    int start = U_SUCCESS(status) ? ubrk_first(breaker) : UBRK_DONE;
    for (int end; start != UBRK_DONE; start = end) {
        end = ubrk_next(breaker);
        for (int at = start + 1; at < end; at++)
            p->flags[at] |= BT_UNIT_KEEP;
    }
    ubrk_setText(breaker, u"", 0, &status);
    p->has_characters = TRUE;
}
