/* A text in a box that is too small for it.
 *
 * The last line that fits gives up as much of its end, cluster by cluster, as the ellipsis needs.
 * The ellipsis is laid out as part of the text: so it comes from the font before it, joins what
 * joins, and stands on the left where the text runs from the right. */
#include "fonts/parts.h"

#include <math.h>
#include <string.h>

#define ELLIPSIS "\u2026"
/* What is measured before the end is shaped anew may be off by the width of a kerned pair. */
#define MAX_TRIES 16

static const BtTextLine *line_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->lines, BtTextLine, i);
}

static guint count_fitting(const BtTextLayout *layout, const BtTextBox *box)
{
    float height_px = 0;
    guint n = 0, most = box->max_lines > 0 ? box->max_lines : G_MAXUINT;
    for (; n < layout->lines->len && n < most; n++) {
        height_px += line_at(layout, n)->ascent_px + line_at(layout, n)->descent_px;
        if (box->height_px > 0 && height_px > box->height_px)
            break;
    }
    return MIN(MAX(n, 1), layout->lines->len);
}

/* ---- where a line may be cut ---- */

typedef struct {
    gsize start;
    float advance_px;
} Cluster;

static gint by_start(gconstpointer a, gconstpointer b)
{
    gsize x = ((const Cluster *)a)->start, y = ((const Cluster *)b)->start;
    return x < y ? -1 : x > y;
}

/* The line's glyphs in logical order. (transfer full): GArray of Cluster */
static GArray *find_clusters(const BtTextLayout *layout, const BtTextLine *line)
{
    GArray *clusters = g_array_new(FALSE, FALSE, sizeof(Cluster));
    for (guint i = line->first_run; i < line->first_run + line->n_runs; i++) {
        const BtTextRun *run = &g_array_index(layout->runs, BtTextRun, i);
        for (guint k = run->first_glyph; k < run->first_glyph + run->n_glyphs; k++) {
            const BtGlyph *glyph = &g_array_index(layout->glyphs, BtGlyph, k);
            Cluster cluster = { glyph->cluster, glyph->advance_px };
            g_array_append_val(clusters, cluster);
        }
    }
    g_array_sort(clusters, by_start);
    return clusters;
}

/* White space and a comma before an ellipsis say nothing. */
static gsize without_tail(const char *text, gsize start, gsize end)
{
    while (end > start) {
        const char *before = g_utf8_find_prev_char(text + start, text + end);
        gunichar c = before != NULL ? g_utf8_get_char(before) : 'x';
        if (!g_unichar_isspace(c) && c != ',' && c != ';' && c != ':' && c != 0x060C)
            break;
        end = before - text;
    }
    return end;
}

typedef struct {
    gsize at;
    float pen_px;
    gboolean word; /* a line may break there */
} Cut;

static gint by_offset(gconstpointer a, gconstpointer b)
{
    gsize x = *(const gsize *)a, y = *(const gsize *)b;
    return x < y ? -1 : x > y;
}

/* Places to cut before that leave room for an ellipsis, in logical order: where both a cluster and
 * a character begin. (transfer full): GArray of Cut, the first at the line's start */
static GArray *find_cuts(
    const BtTextLayout *layout, const BtTextLine *line, float room_px, UBreakIterator *characters)
{
    g_autoptr(GArray) clusters = find_clusters(layout, line);
    GArray *cuts = g_array_new(FALSE, FALSE, sizeof(Cut));
    Cut cut = { line->start, 0, TRUE };
    g_array_append_val(cuts, cut);
    for (guint i = 0; i < clusters->len; i++) {
        const Cluster *cluster = &g_array_index(clusters, Cluster, i);
        gboolean last = i + 1 == clusters->len;
        gsize next = last ? line->end : cluster[1].start, before = cut.at;
        cut.pen_px += cluster->advance_px;
        if (cut.pen_px > room_px)
            break;
        if (characters != NULL && !ubrk_isBoundary(characters, (int)next))
            continue;
        cut.at = without_tail(layout->text, line->start, next);
        cut.word = last || g_array_binary_search(layout->breaks, &next, by_offset, NULL);
        if (cut.at != before)
            g_array_append_val(cuts, cut);
        else
            g_array_index(cuts, Cut, cuts->len - 1).word |= cut.word;
    }
    return cuts;
}

/* ---- the layout that ends there ---- */

/* Offsets behind the cut are the ellipsis' own bytes, which the text as given has not. */
static void set_cut(BtTextLayout *layout, const BtTextLayout *whole, gsize cut)
{
    for (guint i = 0; i < layout->lines->len; i++) {
        BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        line->start = MIN(line->start, cut);
        line->end = MIN(line->end, cut);
    }
    for (guint i = 0; i < layout->runs->len; i++) {
        BtTextRun *run = &g_array_index(layout->runs, BtTextRun, i);
        run->start = MIN(run->start, cut);
        run->end = MIN(run->end, cut);
    }
    for (guint i = 0; i < layout->glyphs->len; i++) {
        BtGlyph *glyph = &g_array_index(layout->glyphs, BtGlyph, i);
        glyph->cluster = MIN(glyph->cluster, cut);
    }
    layout->cut = cut;
    g_free(layout->text);
    layout->text = g_strdup(whole->text);
    g_array_unref(layout->levels);
    layout->levels = g_array_ref(whole->levels);
    g_array_unref(layout->breaks);
    layout->breaks = g_array_ref(whole->breaks);
    g_array_unref(layout->sentences);
    layout->sentences = g_array_ref(whole->sentences);
}

static gboolean fits(const BtTextLayout *layout, const BtTextBox *box, guint n_lines)
{
    const BtTextLine *last = line_at(layout, layout->lines->len - 1);
    return layout->lines->len <= n_lines && count_fitting(layout, box) == layout->lines->len &&
        (box->width_px <= 0 || last->width_px <= box->width_px + 0.02f);
}

static BtTextLayout *try_cut(
    BtFonts *fonts, const BtTextLayout *whole, const BtTextBox *box, gsize cut)
{
    g_autofree char *kept = g_strndup(whole->text, cut);
    g_autofree char *text = g_strconcat(kept, ELLIPSIS, NULL);
    return bt_text_layout(fonts, text, &whole->style, box->width_px, NULL);
}

typedef struct {
    BtFonts *fonts;
    const BtTextLayout *whole;
    const BtTextBox *box;
    guint n_lines;
} Cutting;

/* The text with an ellipsis at the last of the places, from `pen_px` on, at which it fits.
 * (transfer full) (nullable) */
static BtTextLayout *cut_at_last(
    const Cutting *cutting, const GArray *cuts, float pen_px, gboolean words)
{
    guint tries = 0;
    for (guint i = cuts->len; i-- > 0 && tries < MAX_TRIES;) {
        const Cut *cut = &g_array_index(cuts, Cut, i);
        if (cut->pen_px < pen_px)
            break;
        if (words && !cut->word)
            continue;
        g_autoptr(BtTextLayout) layout =
            try_cut(cutting->fonts, cutting->whole, cutting->box, cut->at);
        tries++;
        if (layout != NULL && fits(layout, cutting->box, cutting->n_lines)) {
            set_cut(layout, cutting->whole, cut->at);
            return g_steal_pointer(&layout);
        }
    }
    return NULL;
}

/* (transfer full): GArray of Cut */
static GArray *find_cuts_of_text(const Cutting *cutting, const BtTextLine *line, float room_px)
{
    UText text = UTEXT_INITIALIZER;
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *characters = bt_fonts_characters(cutting->fonts);
    utext_openUTF8(&text, cutting->whole->text, -1, &status);
    if (characters != NULL)
        ubrk_setUText(characters, &text, &status);
    GArray *cuts = find_cuts(cutting->whole, line, room_px, U_SUCCESS(status) ? characters : NULL);
    if (characters != NULL)
        ubrk_setText(characters, u"", 0, &status); /* it must not keep what will be freed */
    utext_close(&text);
    return cuts;
}

/* The ellipsis alone on its line when nothing else fits. (transfer full) (nullable) */
static BtTextLayout *cut_line(const Cutting *cutting)
{
    const BtTextLine *line = line_at(cutting->whole, cutting->n_lines - 1);
    float room_px = HUGE_VALF;
    if (cutting->box->width_px > 0)
        room_px = cutting->box->width_px -
            bt_text_advance_px(cutting->fonts, ELLIPSIS, &cutting->whole->style) / 2.0f;
    g_autoptr(GArray) cuts = find_cuts_of_text(cutting, line, room_px);
    float half_px = g_array_index(cuts, Cut, cuts->len - 1).pen_px / 2;
    BtTextLayout *layout = cut_at_last(cutting, cuts, half_px, TRUE);
    if (layout == NULL)
        layout = cut_at_last(cutting, cuts, 0, FALSE);
    if (layout != NULL)
        return layout;
    layout = try_cut(cutting->fonts, cutting->whole, cutting->box, line->start);
    if (layout != NULL)
        set_cut(layout, cutting->whole, line->start);
    return layout;
}

BtTextLayout *bt_text_layout_in_box(BtFonts *fonts, const char *text, const BtTextStyle *style,
    const BtTextBox *box, GError **error)
{
    g_autoptr(BtTextLayout) whole = bt_text_layout(fonts, text, style, box->width_px, error);
    if (whole == NULL || whole->lines->len == 0)
        return g_steal_pointer(&whole);
    guint n = count_fitting(whole, box);
    if (n == whole->lines->len)
        return g_steal_pointer(&whole);
    BtTextLayout *cut = cut_line(&(Cutting){ fonts, whole, box, n });
    return cut != NULL ? cut : g_steal_pointer(&whole);
}
