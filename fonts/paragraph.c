/* From bytes as given to normalised UTF-16 that still knows where it came from.
 *
 * NFC makes composed and decomposed spellings one picture. It works on short segments, from one
 * character that nothing before it can compose with to the next, so that every unit maps back to
 * the byte where its segment began; text that is normal already (nearly all) maps one to one. Tai
 * Viet vowel and tone marks have one combining class, so NFC keeps the order typed; fonts stack
 * them right only as vowel, then tone. */
#include "fonts/parts.h"

#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

/* Bidi class B: what ends a paragraph. */
static gboolean is_separator(UChar32 c)
{
    return c == '\n' || c == '\r' || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2029;
}

/* Whether a separator's first byte may be this: a control, or those of U+0085 and U+2029. No byte
 * inside a character is one of them. */
static gboolean may_separate(char byte)
{
    return (guchar)byte < 0x20 || (guchar)byte == 0xC2 || (guchar)byte == 0xE2;
}

static void find_end(BtParagraph *p, const char *text)
{
    const char *at = text + p->start_byte;
    while (*at != '\0' && !(may_separate(*at) && is_separator(g_utf8_get_char(at))))
        at++;
    p->end_byte = p->next_byte = at - text;
    if (*at == '\0')
        return;
    p->next_byte = g_utf8_next_char(at) - text;
    if (at[0] == '\r' && at[1] == '\n')
        p->next_byte++;
}

/* Controls have no glyph. They become U+206A, an invisible character that breaks lines exactly
 * where controls do; tabs and those that end a line wait until breaks.c has seen them. */
static UChar32 visible(UChar32 c)
{
    gboolean control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    return control && c != '\t' && c != 0x0B && c != 0x0C ? 0x206A : c;
}

static void append(BtParagraph *p, UChar32 c, guint32 byte)
{
    guint n = p->n;
    U16_APPEND_UNSAFE(p->text, n, c);
    while (p->n < n)
        p->byte_of[p->n++] = byte;
}

static void decode(BtParagraph *p, const char *text)
{
    gsize n = p->end_byte - p->start_byte;
    p->text = g_new(UChar, n + 3);
    p->byte_of = g_new(guint32, n + 3);
    for (gsize at = p->start_byte, next = at; at < p->end_byte; at = next) {
        UChar32 c;
        U8_NEXT_UNSAFE(text, next, c);
        append(p, visible(c), at);
    }
    p->byte_of[p->n] = p->end_byte;
    p->text[p->n] = 0;
}

/* ---- NFC ---- */

/* No writing stacks more marks on a letter than Unicode's stream-safe text allows (30); ordering
 * them takes the square of their number. */
#define MAX_SEGMENT 62

typedef struct {
    GArray *text;  /* of UChar */
    GArray *bytes; /* of guint32 */
} Normal;

static void copy(Normal *to, const BtParagraph *p, guint start, guint end)
{
    g_array_append_vals(to->text, p->text + start, end - start);
    g_array_append_vals(to->bytes, p->byte_of + start, end - start);
}

static guint segment_end(const UNormalizer2 *nfc, const BtParagraph *p, guint start)
{
    guint end = start;
    UChar32 c;
    U16_NEXT(p->text, end, p->n, c);
    while (end < p->n && end - start < MAX_SEGMENT) {
        guint next = end;
        U16_NEXT(p->text, next, p->n, c);
        if (unorm2_hasBoundaryBefore(nfc, c))
            break;
        end = next;
    }
    return end;
}

static void normalise_segment(
    const UNormalizer2 *nfc, Normal *to, const BtParagraph *p, guint start, guint end)
{
    /* NFC at most triples UTF-16 (Unicode's worst case for one character). */
    guint room = 3 * (end - start) + 1;
    g_autofree UChar *out = g_new(UChar, room);
    UErrorCode status = U_ZERO_ERROR;
    int n = unorm2_normalize(nfc, p->text + start, end - start, out, room, &status);
    if (U_FAILURE(status) ||
        (n == (int)(end - start) && memcmp(out, p->text + start, n * sizeof *out) == 0)) {
        copy(to, p, start, end);
        return;
    }
    g_array_append_vals(to->text, out, n);
    for (int i = 0; i < n; i++)
        g_array_append_val(to->bytes, p->byte_of[start]);
}

static void normalise(BtParagraph *p)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    if (U_FAILURE(status))
        return;
    guint done = unorm2_spanQuickCheckYes(nfc, p->text, p->n, &status);
    if (U_FAILURE(status) || done >= p->n)
        return;
    Normal to = { g_array_sized_new(FALSE, FALSE, sizeof(UChar), p->n + 1),
        g_array_sized_new(FALSE, FALSE, sizeof(guint32), p->n + 1) };
    copy(&to, p, 0, done);
    while (done < p->n) {
        guint end = segment_end(nfc, p, done);
        normalise_segment(nfc, &to, p, done, end);
        done = end + unorm2_spanQuickCheckYes(nfc, p->text + end, p->n - end, &status);
        copy(&to, p, end, done);
    }
    const UChar zero = 0;
    guint32 last = p->end_byte;
    p->n = to.text->len;
    g_array_append_val(to.text, zero);
    g_array_append_val(to.bytes, last);
    g_free(p->text);
    g_free(p->byte_of);
    p->text = (UChar *)g_array_free(to.text, FALSE);
    p->byte_of = (guint32 *)g_array_free(to.bytes, FALSE);
}

/* ---- Tai Viet ---- */

static gboolean is_tai_viet_tone(UChar c)
{
    return c == 0xAABF || c == 0xAAC1;
}

static gboolean is_tai_viet_vowel_mark(UChar c)
{
    return c == 0xAAB0 || (c >= 0xAAB2 && c <= 0xAAB4) || c == 0xAAB7 || c == 0xAAB8 || c == 0xAABE;
}

static void order_tai_viet(BtParagraph *p)
{
    for (guint i = 1; i < p->n; i++) {
        if (!is_tai_viet_vowel_mark(p->text[i]))
            continue;
        for (guint k = i; k > 0 && is_tai_viet_tone(p->text[k - 1]); k--) {
            UChar tone = p->text[k - 1];
            p->text[k - 1] = p->text[k];
            p->text[k] = tone;
            p->byte_of[k] = p->byte_of[k - 1]; /* both belong to the earlier one's byte */
        }
    }
}

BtParagraph *bt_paragraph_new(const char *text, gsize start)
{
    BtParagraph *p = g_new0(BtParagraph, 1);
    p->start_byte = start;
    find_end(p, text);
    decode(p, text);
    normalise(p);
    order_tai_viet(p);
    p->flags = g_new0(guint8, p->n + 1);
    p->levels = g_new0(guint8, p->n + 1);
    p->items = g_array_new(FALSE, FALSE, sizeof(BtItem));
    p->runs = g_array_new(FALSE, FALSE, sizeof(BtShapedRun));
    p->glyphs = g_array_sized_new(FALSE, FALSE, sizeof(BtShapedGlyph), p->n);
    return p;
}

void bt_paragraph_free(BtParagraph *p)
{
    g_free(p->text);
    g_free(p->byte_of);
    g_free(p->flags);
    g_free(p->levels);
    g_free(p->given_levels);
    g_array_unref(p->items);
    g_array_unref(p->runs);
    g_array_unref(p->glyphs);
    g_free(p);
}
