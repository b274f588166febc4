/* Bidi levels by FriBidi, on the code points as given.
 *
 * Dates, times and telephone numbers fall apart beside Arabic letters: 20-11-2025 reads 2025-11-20.
 * In a paragraph that has right-to-left letters each of them is read as if it stood in an isolate
 * (LRI … PDI); the isolates exist only in what FriBidi is given. Most paragraphs hold nothing
 * right-to-left, and those have level 0 without asking. */
#include "fonts/parts.h"

#include <fribidi.h>
#include <string.h>
#include <unicode/utf16.h>

#define LRI 0x2066
#define FSI 0x2068
#define PDI 0x2069

/* The paragraph as FriBidi sees it. */
typedef struct {
    GArray *chars; /* of FriBidiChar */
    GArray *given; /* of gint32: index of the code point as given, -1 for an inserted isolate */
} Seen;

/* Whether a unit of UTF-16 is of a right-to-left script or steers the direction. */
static gboolean needs_bidi(UChar c)
{
    return (c >= 0x590 && c < 0x900) || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
        (c >= 0x2066 && c <= 0x2069) || (c >= 0xFB1D && c < 0xFE00) ||
        (c >= 0xFE70 && c < 0xFF00) || (c >= 0xD802 && c < 0xD804) || (c >= 0xD83A && c < 0xD83C);
}

static gboolean any_needs_bidi(const BtParagraph *p)
{
    guint i = 0;
    while (i < p->n && !needs_bidi(p->text[i]))
        i++;
    return i < p->n;
}

static gunichar *decode(const BtParagraph *p, const char *text)
{
    const char *at = text + p->start_byte, *end = text + p->next_byte;
    gunichar *chars = g_new(gunichar, end - at + 1);
    for (guint n = 0; at < end; at = g_utf8_next_char(at))
        chars[n++] = g_utf8_get_char(at);
    return chars;
}

/* ---- numbers that stay together ---- */

static gboolean is_digit(gunichar c)
{
    return c >= '0' && c <= '9';
}

static guint digits(const gunichar *c, guint n)
{
    guint i = 0;
    while (i < n && is_digit(c[i]))
        i++;
    return i;
}

/* Digit groups with single joints between them: a date (- / .), a time (:), four digits at least; a
 * telephone number (+ or spaces), eight at least. The length of it, 0 when `c` begins none. */
static guint number_length(const gunichar *c, guint n)
{
    guint at = n > 0 && c[0] == '+' ? 1 : 0, groups = 0, total = 0, end = 0;
    gunichar joint = 0;
    for (;;) {
        guint d = digits(c + at, n - at);
        if (d == 0)
            break;
        groups++;
        total += d;
        end = at + d;
        if (end >= n || strchr("-/.: ", (int)MIN(c[end], 127)) == NULL || c[end] == 0 ||
            (joint != 0 && c[end] != joint))
            break;
        joint = c[end];
        at = end + 1;
    }
    if (n > 0 && c[0] == '+')
        return total >= 8 ? end : 0;
    return groups >= 2 && total >= (joint == ' ' ? 8u : 4u) ? end : 0;
}

static void see(Seen *seen, gunichar c, gint32 given)
{
    FriBidiChar ch = c;
    g_array_append_val(seen->chars, ch);
    g_array_append_val(seen->given, given);
}

/* How many of the text's own isolates are open behind `c`. */
static guint count_open(gunichar c, guint open)
{
    if (c >= LRI && c <= FSI)
        return open + 1;
    return c == PDI && open > 0 ? open - 1 : open;
}

/* Numbers that the writer isolated stay as they are. */
static Seen isolate_numbers(const gunichar *c, guint n, gboolean isolate)
{
    Seen seen = { g_array_sized_new(FALSE, FALSE, sizeof(FriBidiChar), n + 16),
        g_array_sized_new(FALSE, FALSE, sizeof(gint32), n + 16) };
    guint open = 0;
    for (guint i = 0; i < n;) {
        gboolean begins = isolate && (is_digit(c[i]) || c[i] == '+') && open == 0 &&
            (i == 0 || (!is_digit(c[i - 1]) && c[i - 1] != '+'));
        guint length = begins ? number_length(c + i, n - i) : 0;
        if (length > 0)
            see(&seen, LRI, -1);
        for (guint end = i + MAX(length, 1); i < end; i++) {
            open = count_open(c[i], open);
            see(&seen, c[i], i);
        }
        if (length > 0)
            see(&seen, PDI, -1);
    }
    return seen;
}

/* ---- levels ---- */

/* L1: white space at the end of the paragraph has its level. */
static void reset_trailing(const FriBidiCharType *types, FriBidiLevel *levels, guint n, guint8 base)
{
    while (n > 0 &&
        (types[n - 1] &
            (FRIBIDI_MASK_WS | FRIBIDI_MASK_ISOLATE | FRIBIDI_MASK_BN | FRIBIDI_MASK_SEPARATOR |
                FRIBIDI_MASK_EXPLICIT)))
        levels[--n] = base;
}

/* FriBidi takes the square of the number of isolates. Texts of boards have fewer than this; in
 * longer ones those behind are neutral. */
#define MAX_ISOLATES 16384

static void limit_isolates(FriBidiCharType *types, guint n)
{
    guint n_isolates = 0;
    for (guint i = 0; i < n; i++) {
        if (!(types[i] & FRIBIDI_MASK_ISOLATE))
            continue;
        if (n_isolates >= MAX_ISOLATES)
            types[i] = FRIBIDI_TYPE_ON;
        else if (types[i] != FRIBIDI_TYPE_PDI)
            n_isolates++;
    }
}

static gboolean resolve(const Seen *seen, BtTextDir dir, guint8 *given_levels)
{
    guint n = seen->chars->len;
    const FriBidiChar *chars = (const FriBidiChar *)(void *)seen->chars->data;
    g_autofree FriBidiCharType *types = g_new(FriBidiCharType, n + 1);
    g_autofree FriBidiBracketType *brackets = g_new(FriBidiBracketType, n + 1);
    g_autofree FriBidiLevel *levels = g_new0(FriBidiLevel, n + 1);
    FriBidiParType base = dir == BT_DIR_RTL      ? FRIBIDI_PAR_RTL
        : dir == BT_DIR_LTR || dir == BT_DIR_TTB ? FRIBIDI_PAR_LTR
                                                 : FRIBIDI_PAR_ON;
    fribidi_get_bidi_types(chars, n, types);
    limit_isolates(types, n);
    fribidi_get_bracket_types(chars, n, types, brackets);
    if (fribidi_get_par_embedding_levels_ex(types, brackets, n, &base, levels) == 0)
        memset(levels, 0, n);
    reset_trailing(types, levels, n, FRIBIDI_IS_RTL(base));
    for (guint i = 0; i < n; i++) {
        gint32 given = g_array_index(seen->given, gint32, i);
        if (given >= 0)
            given_levels[given] = levels[i];
    }
    return FRIBIDI_IS_RTL(base);
}

gboolean bt_bidi_levels(
    const gunichar *chars, guint n, BtTextDir dir, gboolean numbers, guint8 *levels)
{
    memset(levels, 0, n);
    if (n == 0)
        return dir == BT_DIR_RTL;
    Seen seen = isolate_numbers(chars, n, numbers);
    gboolean rtl = resolve(&seen, dir, levels);
    g_array_unref(seen.chars);
    g_array_unref(seen.given);
    return rtl;
}

/* Each unit has the level of the code point it came from. */
static void spread(BtParagraph *p, const char *text)
{
    const char *at = text + p->start_byte;
    guint given = 0;
    for (guint i = 0; i < p->n; i++) {
        for (; (gsize)(g_utf8_next_char(at) - text) <= p->byte_of[i]; given++)
            at = g_utf8_next_char(at);
        p->levels[i] = p->given_levels[given];
    }
}

void bt_paragraph_find_levels(BtParagraph *p, const char *text, BtTextDir dir)
{
    p->n_given = g_utf8_strlen(text + p->start_byte, p->next_byte - p->start_byte);
    p->given_levels = g_new0(guint8, p->n_given + 1);
    p->rtl = dir == BT_DIR_RTL;
    if (p->n_given == 0 || (dir != BT_DIR_RTL && !any_needs_bidi(p)))
        return;
    g_autofree gunichar *chars = decode(p, text);
    p->rtl = bt_bidi_levels(chars, p->n_given, dir, TRUE, p->given_levels);
    spread(p, text);
}
