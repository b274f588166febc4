#include "tests/golden/move-mark.h"

#include "fonts/text.h"

/* The linker gives the stage the second in place of bt_text_draw, and the first is the real one. */
void __real_bt_text_draw(BtFonts *fonts, const BtTextLayout *layout, guint first_line,
    guint n_lines, guint32 *pixels, int stride_px, BtRect clip_px, float x_px, float y_px,
    guint32 color, gboolean on_dark);
void __wrap_bt_text_draw(BtFonts *fonts, const BtTextLayout *layout, guint first_line,
    guint n_lines, guint32 *pixels, int stride_px, BtRect clip_px, float x_px, float y_px,
    guint32 color, gboolean on_dark);

static BtMoved wanted;
static const char *wanted_lang;

void bt_move_by_a_pixel(BtMoved what, const char *lang)
{
    wanted = what;
    wanted_lang = lang;
}

/* A mark does not move the pen, or stands in a cluster of its own; a letter with its mark in one
 * glyph has a decomposition. */
static gboolean is_wanted(const BtTextLayout *layout, const BtGlyph *glyph)
{
    gunichar c = g_utf8_get_char(layout->text + glyph->cluster), base, mark;
    if (wanted == BT_MOVED_MARK)
        return g_unichar_ismark(c) ||
            (glyph->advance_px == 0 && g_unichar_isgraph(c) &&
                g_unichar_type(c) != G_UNICODE_FORMAT);
    return g_unichar_decompose(c, &base, &mark) || g_unichar_type(c) == G_UNICODE_OTHER_LETTER;
}

/* (nullable) */
static BtGlyph *find_in_run(const BtTextLayout *layout, const BtTextRun *run)
{
    BtGlyph *glyphs = &g_array_index(layout->glyphs, BtGlyph, run->first_glyph);
    for (guint i = 0; i < run->n_glyphs; i++)
        if (is_wanted(layout, &glyphs[i]))
            return &glyphs[i];
    return NULL;
}

/* (nullable) */
static BtGlyph *find_glyph(const BtTextLayout *layout, guint first_line, guint n_lines)
{
    BtGlyph *glyph = NULL;
    for (guint i = first_line; i < layout->lines->len && i - first_line < n_lines; i++) {
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        for (guint k = 0; glyph == NULL && k < line->n_runs; k++)
            glyph =
                find_in_run(layout, &g_array_index(layout->runs, BtTextRun, line->first_run + k));
    }
    return glyph;
}

void __wrap_bt_text_draw(BtFonts *fonts, const BtTextLayout *layout, guint first_line,
    guint n_lines, guint32 *pixels, int stride_px, BtRect clip_px, float x_px, float y_px,
    guint32 color, gboolean on_dark)
{
    BtGlyph *glyph = wanted != BT_MOVED_NOTHING && g_str_equal(layout->lang, wanted_lang)
        ? find_glyph(layout, first_line, n_lines)
        : NULL;
    if (glyph != NULL) {
        glyph->y_px -= 1;
        wanted = BT_MOVED_NOTHING;
    }
    __real_bt_text_draw(
        fonts, layout, first_line, n_lines, pixels, stride_px, clip_px, x_px, y_px, color, on_dark);
}
