#include "fonts/lacks.h"
#include "fonts/parts.h"

#include <string.h>

typedef struct {
    BtFonts *fonts;
    const BtTextLayout *layout;
    guint8 *begins; /* for each byte: a cluster begins there */
    GArray *lacks;
} Search;

static const char *package_for(const Search *search, gunichar c)
{
    guint8 entries[BT_FONT_CHAIN_MAX];
    guint n_table, n = bt_font_entries_for(c, search->layout->lang, entries);
    const BtFontEntry *table = bt_font_table(&n_table);
    for (guint i = 0; i < n; i++)
        if (bt_fonts_file(search->fonts, table[entries[i]].file, BT_WEIGHT_REGULAR) == NULL)
            return table[entries[i]].package;
    return NULL;
}

/* Whether a font that was tried for this run draws the character. */
static gboolean is_drawn(const Search *search, const BtTextRun *run, gunichar c)
{
    int script = u_getPropertyValueEnum(UCHAR_SCRIPT, run->script);
    BtFontChain *chain = bt_fonts_chain(search->fonts,
        script == UCHAR_INVALID_CODE ? USCRIPT_COMMON : (UScriptCode)script, search->layout->lang,
        search->layout->style.weight);
    int face;
    hb_codepoint_t glyph;
    for (guint i = 0; (face = bt_font_chain_face(chain, search->fonts, i)) >= 0; i++)
        if (hb_font_get_nominal_glyph(bt_fonts_face(search->fonts, (guint)face)->hb, c, &glyph))
            return TRUE;
    return FALSE;
}

static void add(Search *search, gunichar c, gsize offset)
{
    for (guint i = 0; i < search->lacks->len; i++)
        if (g_array_index(search->lacks, BtLack, i).c == c)
            return;
    BtLack lack = { c, offset, package_for(search, c) };
    if (search->lacks->len < BT_LACKS_MAX)
        g_array_append_val(search->lacks, lack);
}

static void add_cluster(Search *search, const BtTextRun *run, gsize start)
{
    const char *text = search->layout->text;
    gsize end = start + 1;
    while (end < run->end && !search->begins[end])
        end++;
    gboolean found = FALSE;
    for (gsize at = start; at < end; at += g_utf8_skip[(guchar)text[at]]) {
        gunichar c = g_utf8_get_char(text + at);
        if (g_unichar_iszerowidth(c) && !g_unichar_ismark(c))
            continue;
        if (!is_drawn(search, run, c)) {
            add(search, c, at);
            found = TRUE;
        }
    }
    for (gsize at = start; !found && at < end; at += g_utf8_skip[(guchar)text[at]])
        add(search, g_utf8_get_char(text + at), at);
}

static void note_clusters(Search *search)
{
    for (guint i = 0; i < search->layout->glyphs->len; i++)
        search->begins[g_array_index(search->layout->glyphs, BtGlyph, i).cluster] = TRUE;
}

static int by_offset(gconstpointer a, gconstpointer b)
{
    gsize first = ((const BtLack *)a)->offset, second = ((const BtLack *)b)->offset;
    return (first > second) - (first < second);
}

GArray *bt_text_lacks(BtFonts *fonts, const BtTextLayout *layout)
{
    g_autofree guint8 *begins = g_malloc0(strlen(layout->text) + 1);
    Search search = { fonts, layout, begins, g_array_new(FALSE, FALSE, sizeof(BtLack)) };
    if (layout->missing == 0)
        return search.lacks;
    note_clusters(&search);
    for (guint i = 0; i < layout->runs->len; i++) {
        const BtTextRun *run = &g_array_index(layout->runs, BtTextRun, i);
        for (guint k = 0; k < run->n_glyphs && search.lacks->len < BT_LACKS_MAX; k++) {
            const BtGlyph *glyph = &g_array_index(layout->glyphs, BtGlyph, run->first_glyph + k);
            if (glyph->id == 0)
                add_cluster(&search, run, glyph->cluster);
        }
    }
    g_array_sort(search.lacks, by_offset);
    return search.lacks;
}
