/* Lines → pages. A page ends with a sentence where one ends in its last third, so that a reader is
 * not left waiting in the middle of one. */
#include "fonts/parts.h"

#include <string.h>

static const BtTextLine *line_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->lines, BtTextLine, i);
}

/* ---- sentences ---- */

/* Found once for a text: all layouts of it share them. Where they cannot be found there is but the
 * text's end. */
static void find_sentences(GArray *sentences, const char *text)
{
    UErrorCode status = U_ZERO_ERROR;
    UText units = UTEXT_INITIALIZER;
    utext_openUTF8(&units, text, -1, &status);
    UBreakIterator *breaker = ubrk_open(UBRK_SENTENCE, "", NULL, 0, &status);
    if (U_SUCCESS(status))
        ubrk_setUText(breaker, &units, &status);
    for (int at = 0; U_SUCCESS(status) && (at = ubrk_next(breaker)) != UBRK_DONE;) {
        gsize end = at;
        g_array_append_val(sentences, end);
    }
    if (sentences->len == 0)
        g_array_append_val(sentences, (gsize){ strlen(text) });
    if (breaker != NULL)
        ubrk_close(breaker);
    utext_close(&units);
}

/* The first place at or behind `from` where a sentence ends. */
static gsize sentence_end(const GArray *sentences, gsize from)
{
    guint low = 0, high = sentences->len - 1;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(sentences, gsize, middle) < from)
            low = middle + 1;
        else
            high = middle;
    }
    return g_array_index(sentences, gsize, low);
}

/* Whether a sentence ends with line `i`: the boundary stands where the next line begins. */
static gboolean ends_sentence(const BtTextLayout *layout, guint i)
{
    const BtTextLine *line = line_at(layout, i);
    if (line->hard || i + 1 >= layout->lines->len)
        return TRUE;
    if (layout->sentences->len == 0)
        find_sentences(layout->sentences, layout->text);
    gsize end = sentence_end(layout->sentences, line->end);
    return end >= line->end && end > line->start && end <= line_at(layout, i + 1)->start;
}

/* ---- pages ---- */

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

static guint count_lines(const BtTextLayout *layout, guint first, int height_px, guint max_lines)
{
    guint whole = count_fitting(layout, first, height_px, max_lines), n = whole;
    gboolean more = first + n < layout->lines->len;
    while (more && n * 3 > whole * 2 && !ends_sentence(layout, first + n - 1))
        n--;
    return n * 3 <= whole * 2 ? whole : n;
}

GArray *bt_text_paginate(const BtTextLayout *layout, int height_px, guint max_lines)
{
    GArray *pages = g_array_new(FALSE, FALSE, sizeof(BtTextPage));
    for (guint first = 0; first < layout->lines->len;) {
        BtTextPage page = { first, count_lines(layout, first, height_px, max_lines) };
        g_array_append_val(pages, page);
        first += page.n_lines;
    }
    return pages;
}

GArray *bt_text_paginate_evenly(const BtTextLayout *layout, int height_px, guint max_lines)
{
    GArray *pages = bt_text_paginate(layout, height_px, max_lines);
    while (pages->len > 1 && max_lines > 1) {
        GArray *fewer = bt_text_paginate(layout, height_px, --max_lines);
        gboolean same = fewer->len == pages->len;
        g_array_unref(same ? pages : fewer);
        if (!same)
            break;
        pages = fewer;
    }
    return pages;
}
