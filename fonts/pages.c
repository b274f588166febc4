/* Lines → pages. A page ends with a sentence where one ends in its last third, so that a reader is
 * not left waiting in the middle of one. */
#include "fonts/parts.h"

static const BtTextLine *line_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->lines, BtTextLine, i);
}

/* ---- sentences ---- */

/* A boundary is looked for once for each line: pages are tried with one line fewer each time. */
typedef struct {
    const BtTextLayout *layout;
    UText text;
    UBreakIterator *sentences; /* opened when first needed; NULL: not yet, or it cannot be */
    gboolean tried;
    guint8 *ends; /* of each line */
} Pager;

enum { ENDS_UNKNOWN, ENDS_SENTENCE, ENDS_NONE };

static Pager pager_new(const BtTextLayout *layout)
{
    return (Pager){
        .layout = layout, .text = UTEXT_INITIALIZER, .ends = g_malloc0(layout->lines->len + 1)
    };
}

static void pager_clear(Pager *pager)
{
    if (pager->sentences != NULL)
        ubrk_close(pager->sentences);
    utext_close(&pager->text);
    g_free(pager->ends);
}

static void open_sentences(Pager *pager)
{
    UErrorCode status = U_ZERO_ERROR;
    pager->tried = TRUE;
    utext_openUTF8(&pager->text, pager->layout->text, -1, &status);
    UBreakIterator *sentences = ubrk_open(UBRK_SENTENCE, "", NULL, 0, &status);
    if (U_SUCCESS(status))
        ubrk_setUText(sentences, &pager->text, &status);
    if (U_SUCCESS(status))
        pager->sentences = sentences;
    else if (sentences != NULL)
        ubrk_close(sentences);
}

/* The boundary stands where the next line begins. */
static gboolean look_for_end(Pager *pager, guint i)
{
    const BtTextLine *line = line_at(pager->layout, i);
    if (line->hard || i + 1 >= pager->layout->lines->len)
        return TRUE;
    if (!pager->tried)
        open_sentences(pager);
    if (pager->sentences == NULL)
        return FALSE;
    gsize next = line_at(pager->layout, i + 1)->start;
    int at = ubrk_following(pager->sentences, (int)line->end - 1);
    return at != UBRK_DONE && (gsize)at > line->start && (gsize)at <= next;
}

/* Whether a sentence ends with line `i`. */
static gboolean ends_sentence(Pager *pager, guint i)
{
    if (pager->ends[i] == ENDS_UNKNOWN)
        pager->ends[i] = look_for_end(pager, i) ? ENDS_SENTENCE : ENDS_NONE;
    return pager->ends[i] == ENDS_SENTENCE;
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

static guint count_lines(Pager *pager, guint first, int height_px, guint max_lines)
{
    guint whole = count_fitting(pager->layout, first, height_px, max_lines), n = whole;
    gboolean more = first + n < pager->layout->lines->len;
    while (more && n * 3 > whole * 2 && !ends_sentence(pager, first + n - 1))
        n--;
    return n * 3 <= whole * 2 ? whole : n;
}

static GArray *paginate(Pager *pager, int height_px, guint max_lines)
{
    GArray *pages = g_array_new(FALSE, FALSE, sizeof(BtTextPage));
    for (guint first = 0; first < pager->layout->lines->len;) {
        BtTextPage page = { first, count_lines(pager, first, height_px, max_lines) };
        g_array_append_val(pages, page);
        first += page.n_lines;
    }
    return pages;
}

GArray *bt_text_paginate(const BtTextLayout *layout, int height_px, guint max_lines)
{
    Pager pager = pager_new(layout);
    GArray *pages = paginate(&pager, height_px, max_lines);
    pager_clear(&pager);
    return pages;
}

GArray *bt_text_paginate_evenly(const BtTextLayout *layout, int height_px, guint max_lines)
{
    Pager pager = pager_new(layout);
    GArray *pages = paginate(&pager, height_px, max_lines);
    while (pages->len > 1 && max_lines > 1) {
        GArray *fewer = paginate(&pager, height_px, --max_lines);
        gboolean same = fewer->len == pages->len;
        g_array_unref(same ? pages : fewer);
        if (!same)
            break;
        pages = fewer;
    }
    pager_clear(&pager);
    return pages;
}
