/* Which script each character belongs to.
 *
 * Letters say so themselves. Spaces, digits and punctuation take their neighbour's, so that they
 * come from its font: the one before, or the one after at the start of a text and where Unicode's
 * script extensions rule the one before out; a closing bracket takes its opening one's. Emoji are
 * found first, as whole sequences (UTS #51), because no font's shaping keeps one together that it
 * does not know. */
#include "fonts/parts.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>

#define UNKNOWN USCRIPT_INVALID_CODE
#define MAX_EXTENSIONS 32
#define MAX_BRACKETS 16

/* ---- emoji ---- */

UChar32 bt_char_at(const BtParagraph *p, guint i)
{
    UChar32 c = 0;
    if (i < p->n)
        U16_GET(p->text, 0, i, p->n, c);
    return c;
}

static gboolean is_regional(UChar32 c)
{
    return c >= 0x1F1E6 && c <= 0x1F1FF;
}

static gboolean may_be_emoji(UChar32 c)
{
    return c == '#' || c == '*' || (c >= '0' && c <= '9') || c == 0xA9 || c == 0xAE ||
        (c >= 0x203C && c < 0x3300) || c >= 0x1F000;
}

/* One emoji of a sequence: base, presentation, skin, keycap, tags. Its end, `start` when there is
 * none; whether it is drawn as a picture goes to *picture. */
static guint emoji_element(const BtParagraph *p, guint start, gboolean *picture)
{
    UChar32 c = bt_char_at(p, start);
    guint i = start + U16_LENGTH(c);
    *picture = u_hasBinaryProperty(c, UCHAR_EMOJI_PRESENTATION);
    if (is_regional(c)) {
        *picture = is_regional(bt_char_at(p, i));
        return *picture ? i + 2 : i;
    }
    if (bt_char_at(p, i) == 0xFE0E) {
        *picture = FALSE;
        return i + 1;
    }
    if (bt_char_at(p, i) == 0xFE0F) {
        i++;
        *picture = TRUE;
        if (c < 0x80)
            *picture = bt_char_at(p, i) == 0x20E3;
    } else if (u_hasBinaryProperty(bt_char_at(p, i), UCHAR_EMOJI_MODIFIER)) {
        i += U16_LENGTH(bt_char_at(p, i));
        *picture = TRUE;
    }
    if (bt_char_at(p, i) == 0x20E3)
        i++;
    while (bt_char_at(p, i) >= 0xE0020 && bt_char_at(p, i) <= 0xE007F)
        i += 2;
    return i;
}

/* The end of the emoji sequence at `start`; `start` when the text there is no picture. */
static guint emoji_end(const BtParagraph *p, guint start)
{
    UChar32 c = bt_char_at(p, start);
    if (!may_be_emoji(c) || (c < 0x80 && bt_char_at(p, start + 1) != 0xFE0F) ||
        !u_hasBinaryProperty(c, UCHAR_EMOJI))
        return start;
    gboolean picture, more;
    guint end = emoji_element(p, start, &picture);
    while (
        bt_char_at(p, end) == 0x200D && u_hasBinaryProperty(bt_char_at(p, end + 1), UCHAR_EMOJI)) {
        end = emoji_element(p, end + 1, &more);
        picture = TRUE;
    }
    return picture ? MIN(end, p->n) : start;
}

/* ---- scripts ---- */

typedef struct {
    const BtParagraph *p;
    gint16 *scripts;  /* of each unit */
    UScriptCode last; /* of the text so far, UNKNOWN at its start */
    guint n_brackets;
    struct {
        UChar32 closing;
        UScriptCode script;
    } brackets[MAX_BRACKETS];
} Resolver;

static gboolean is_own(UScriptCode script)
{
    return script != USCRIPT_COMMON && script != USCRIPT_INHERITED && script != USCRIPT_UNKNOWN;
}

static UScriptCode script_of(UChar32 c)
{
    if (c < 0x80)
        return (c | 32) >= 'a' && (c | 32) <= 'z' ? USCRIPT_LATIN : USCRIPT_COMMON;
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(c, &status);
    return U_FAILURE(status) ? USCRIPT_COMMON : script;
}

/* A closing bracket's script is its opening one's; UNKNOWN for anything else. */
static UScriptCode match_bracket(Resolver *r, UChar32 c)
{
    if (c >= 0x80 && u_getIntPropertyValue(c, UCHAR_BIDI_PAIRED_BRACKET_TYPE) == U_BPT_NONE)
        return UNKNOWN;
    if (c < 0x80 && strchr("()[]{}", c) == NULL)
        return UNKNOWN;
    for (guint i = r->n_brackets; i-- > 0;) {
        if (r->brackets[i].closing == c) {
            r->n_brackets = i;
            return r->brackets[i].script;
        }
    }
    if (u_getIntPropertyValue(c, UCHAR_BIDI_PAIRED_BRACKET_TYPE) == U_BPT_OPEN &&
        r->n_brackets < MAX_BRACKETS) {
        r->brackets[r->n_brackets].closing = u_getBidiPairedBracket(c);
        r->brackets[r->n_brackets++].script = r->last;
    }
    return UNKNOWN;
}

/* The script of a common or inherited character after `r->last`; UNKNOWN: the next letter decides.
 */
static UScriptCode borrow(Resolver *r, UChar32 c)
{
    UScriptCode opened = match_bracket(r, c);
    if (opened != UNKNOWN)
        return opened;
    if (c < 0x80 || r->last == UNKNOWN || uscript_hasScript(c, r->last))
        return r->last;
    UScriptCode extensions[MAX_EXTENSIONS];
    UErrorCode status = U_ZERO_ERROR;
    int n = uscript_getScriptExtensions(c, extensions, MAX_EXTENSIONS, &status);
    return U_FAILURE(status) || n < 1 || !is_own(extensions[0]) ? r->last : UNKNOWN;
}

static void set(Resolver *r, guint start, guint end, UScriptCode script)
{
    for (guint i = start; i < end; i++)
        r->scripts[i] = script;
}

static void resolve_forwards(Resolver *r)
{
    for (guint i = 0, end; i < r->p->n; i = end) {
        end = emoji_end(r->p, i);
        if (end > i) {
            set(r, i, end, USCRIPT_SYMBOLS_EMOJI);
            continue;
        }
        UChar32 c = bt_char_at(r->p, i);
        UScriptCode script = script_of(c);
        end = i + U16_LENGTH(c);
        if (is_own(script))
            r->last = script;
        set(r, i, end, is_own(script) ? script : borrow(r, c));
    }
}

/* What is still open takes the script after it where it may, else its own first extension. */
static void resolve_backwards(Resolver *r, UScriptCode fallback)
{
    UScriptCode next = UNKNOWN;
    for (guint i = r->p->n; i-- > 0;) {
        if (r->scripts[i] != UNKNOWN) {
            if (r->scripts[i] != USCRIPT_SYMBOLS_EMOJI)
                next = r->scripts[i];
            continue;
        }
        UChar32 c = bt_char_at(r->p, i);
        UScriptCode extensions[MAX_EXTENSIONS] = { USCRIPT_COMMON };
        UErrorCode status = U_ZERO_ERROR;
        uscript_getScriptExtensions(c, extensions, MAX_EXTENSIONS, &status);
        UScriptCode wanted = next != UNKNOWN ? next : r->last != UNKNOWN ? r->last : fallback;
        gboolean own = U_SUCCESS(status) && is_own(extensions[0]) && !uscript_hasScript(c, wanted);
        r->scripts[i] = own ? extensions[0] : wanted;
    }
}

/* Emoji stay what they are: no script's font has them. */
static void force(Resolver *r, UScriptCode script)
{
    for (guint i = 0; i < r->p->n; i++)
        if (r->scripts[i] != USCRIPT_SYMBOLS_EMOJI)
            r->scripts[i] = script;
}

UScriptCode bt_script_of_code(const char *code)
{
    if (strlen(code) != 4)
        return UNKNOWN;
    return (UScriptCode)u_getPropertyValueEnum(UCHAR_SCRIPT, code);
}

/* ---- items ---- */

/* HarfBuzz looks for a mark's base among all glyphs before it, so a cluster costs the square of its
 * length. No writing needs one of so many marks, nor a word so long; they are shaped in parts. */
#define MAX_MARKS 256
#define MAX_ITEM 4096

static gboolean is_mark(UChar c)
{
    return c >= 0x300 && (U_MASK(u_charType(c)) & U_GC_M_MASK) != 0;
}

/* Whether an item that began at `start` and could go on ends with unit `i`. */
static gboolean is_too_long(const BtParagraph *p, guint start, guint i, guint n_marks)
{
    guint n = i + 1 - start;
    return n_marks >= MAX_MARKS || n >= 2 * MAX_ITEM || (n >= MAX_ITEM && p->text[i] == ' ');
}

void bt_paragraph_find_items(BtParagraph *p, UScriptCode fallback, UScriptCode forced)
{
    g_autofree gint16 *scripts = g_new(gint16, p->n + 1);
    Resolver resolver = { .p = p, .scripts = scripts, .last = UNKNOWN };
    resolve_forwards(&resolver);
    resolve_backwards(&resolver, fallback);
    if (forced != UNKNOWN)
        force(&resolver, forced);
    for (guint i = 0, start = 0, n_marks = 0; i < p->n; i++) {
        gboolean more = i + 1 < p->n;
        gboolean same =
            more && scripts[i + 1] == scripts[start] && p->levels[i + 1] == p->levels[start];
        n_marks = is_mark(p->text[i]) ? n_marks + 1 : 0;
        /* What came from one place of the text stays in one run. */
        if ((same && !is_too_long(p, start, i, n_marks)) ||
            (more && p->byte_of[i + 1] == p->byte_of[i]))
            continue;
        BtItem item = { scripts[start], p->levels[start], start, i + 1 };
        g_array_append_val(p->items, item);
        start = i + 1;
        n_marks = 0;
    }
}

UScriptCode bt_script_of_text(const char *text)
{
    guint counts[USCRIPT_CODE_LIMIT] = { 0 };
    UScriptCode best = USCRIPT_COMMON;
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        UScriptCode script =
            script_of((guchar)*text < 0x80 ? *text : (UChar32)g_utf8_get_char(text));
        if (!is_own(script) || script >= USCRIPT_CODE_LIMIT)
            continue;
        if (++counts[script] > counts[best] || best == USCRIPT_COMMON)
            best = script;
    }
    return best;
}
