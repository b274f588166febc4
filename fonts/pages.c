/* Lines → pages. A page ends with a sentence where one ends in its last third, so that a reader is
 * not left waiting in the middle of one. */
#include "fonts/parts.h"

static const BtTextLine *line_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->lines, BtTextLine, i);
}

static UBreakIterator *open_sentences(const BtTextLayout *layout, UText *text)
{
    UErrorCode status = U_ZERO_ERROR;
    utext_openUTF8(text, layout->text, -1, &status);
    UBreakIterator *sentences = ubrk_open(UBRK_SENTENCE, "", NULL, 0, &status);
    if (U_SUCCESS(status))
        ubrk_setUText(sentences, text, &status);
    if (U_SUCCESS(status))
        return sentences;
    if (sentences != NULL)
        ubrk_close(sentences);
    return NULL;
}

/* Whether a sentence ends with line `i`: the boundary stands where the next line begins. */
static gboolean ends_sentence(const BtTextLayout *layout, UBreakIterator *sentences, guint i)
{
    const BtTextLine *line = line_at(layout, i);
    if (line->hard || i + 1 >= layout->lines->len)
        return TRUE;
    if (sentences == NULL)
        return FALSE;
    gsize next = line_at(layout, i + 1)->start;
    int at = ubrk_following(sentences, (int)line->end - 1);
    return at != UBRK_DONE && (gsize)at > line->start && (gsize)at <= next;
}

/* How many lines from `first` fit; one at least. */
static guint count_fitting(const BtTextLayout *layout, guint first, int height_px, guint max_lines)
{
    float height = 0;
    guint n = 0;
    for (guint i = first; i < layout->lines->len && (max_lines == 0 || n < max_lines); i++, n++) {
        height += line_at(layout, i)->ascent_px + line_at(layout, i)->descent_px;
        if (height > height_px)
            break;
    }
    return MAX(n, 1);
}

GArray *bt_text_paginate(const BtTextLayout *layout, int height_px, guint max_lines)
{
    GArray *pages = g_array_new(FALSE, FALSE, sizeof(BtTextPage));
    UText text = UTEXT_INITIALIZER;
    UBreakIterator *sentences = NULL;
    for (guint first = 0; first < layout->lines->len;) {
        guint n = count_fitting(layout, first, height_px, max_lines), whole = n;
        gboolean more = first + n < layout->lines->len;
        if (more && sentences == NULL)
            sentences = open_sentences(layout, &text);
        while (more && n * 3 > whole * 2 && !ends_sentence(layout, sentences, first + n - 1))
            n--;
        if (n * 3 <= whole * 2)
            n = whole;
        BtTextPage page = { first, n };
        g_array_append_val(pages, page);
        first += n;
    }
    if (sentences != NULL)
        ubrk_close(sentences);
    utext_close(&text);
    return pages;
}
