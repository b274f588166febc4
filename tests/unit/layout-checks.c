#include "tests/unit/layout-checks.h"

#include <math.h>
#include <string.h>

#define GROUND 0xFF000000
#define DOTTED_CIRCLE 0x25CC
/* Rounding to whole rows adds at most one over and one under the baseline. */
#define ROUNDING_PX 2
/* An eighth of an em may stand out of a box's sides: a letter's own bearing. */
#define BEARING_PART 8

static const BtTextLine *line_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->lines, BtTextLine, i);
}

static const BtTextRun *run_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->runs, BtTextRun, i);
}

static const BtGlyph *glyph_at(const BtTextLayout *layout, guint i)
{
    return &g_array_index(layout->glyphs, BtGlyph, i);
}

static char *part_of(const BtTextLayout *layout, gsize start, gsize end)
{
    return g_strndup(layout->text + start, end - start);
}

/* ---- glyphs ---- */

static char *glyph_fault(BtFonts *fonts, const BtTextLayout *layout, const BtTextRun *run)
{
    hb_codepoint_t circle = 0;
    hb_font_get_nominal_glyph(bt_fonts_face(fonts, run->font)->hb, DOTTED_CIRCLE, &circle);
    for (guint k = run->first_glyph; k < run->first_glyph + run->n_glyphs; k++) {
        const BtGlyph *glyph = glyph_at(layout, k);
        if (glyph->id != 0 && (glyph->id != circle || strstr(layout->text, "◌") != NULL))
            continue;
        g_autofree char *text = part_of(layout, glyph->cluster, run->end);
        return g_strdup_printf("%s at byte %zu in %s: %.20s",
            glyph->id == 0 ? "a missing glyph" : "a dotted circle", glyph->cluster,
            bt_fonts_name(fonts, run->font), text);
    }
    return NULL;
}

/* ---- each cluster once ---- */

static gboolean is_white(const char *text, gsize start, gsize end)
{
    for (const char *at = text + start; at < text + end; at = g_utf8_next_char(at))
        if (!g_unichar_isspace(g_utf8_get_char(at)))
            return FALSE;
    return TRUE;
}

/* A run's clusters begin with it, go one way through its text and stay in it. */
static gboolean run_is_whole(const BtTextLayout *layout, const BtTextRun *run)
{
    gsize last = run->start;
    for (guint k = 0; k < run->n_glyphs; k++) {
        guint at = run->first_glyph + (run->rtl ? run->n_glyphs - 1 - k : k);
        gsize cluster = glyph_at(layout, at)->cluster;
        if ((k == 0 && cluster != run->start) || cluster < last || cluster >= run->end)
            return FALSE;
        last = cluster;
    }
    return run->n_glyphs > 0;
}

/* What is not on a line is white space between two; what is on it is in exactly one run. */
char *bt_coverage_fault(const BtTextLayout *layout)
{
    gsize done = 0;
    for (guint i = 0; i < layout->lines->len; i++) {
        const BtTextLine *line = line_at(layout, i);
        g_autofree guint8 *seen = g_malloc0(line->end - line->start + 1);
        if (line->start < done || !is_white(layout->text, done, line->start))
            return g_strdup_printf("line %u: text before byte %zu is lost", i, line->start);
        for (guint k = line->first_run; k < line->first_run + line->n_runs; k++) {
            const BtTextRun *run = run_at(layout, k);
            if (run->start < line->start || run->end > line->end || !run_is_whole(layout, run))
                return g_strdup_printf("line %u: the run at byte %zu is torn", i, run->start);
            for (gsize byte = run->start; byte < run->end; byte++)
                if (seen[byte - line->start]++)
                    return g_strdup_printf("line %u: byte %zu is in two runs", i, byte);
        }
        if (memchr(seen, 0, line->end - line->start) != NULL)
            return g_strdup_printf("line %u: some of it is in no run", i);
        done = line->end;
    }
    return is_white(layout->text, done, strlen(layout->text)) ? NULL : g_strdup("the end is lost");
}

/* ---- boxes ---- */

/* The fonts' own line, read from the files, in em. */
static void own_line(BtFonts *fonts, const BtTextLayout *layout, const BtTextLine *line,
    float *above_em, float *below_em)
{
    *above_em = *below_em = 0;
    for (guint k = line->first_run; k < line->first_run + line->n_runs; k++) {
        const BtFace *face = bt_fonts_face(fonts, run_at(layout, k)->font);
        hb_font_extents_t extents = { 0 };
        hb_font_get_h_extents(face->hb, &extents);
        *above_em = MAX(*above_em, extents.ascender / (float)face->upem);
        *below_em = MAX(*below_em, -extents.descender / (float)face->upem);
    }
}

/* No taller than its fonts' own line or its ink, times the style's factor; or than every line of
 * the style, so that a text's lines do not jump. */
static char *box_fault(BtFonts *fonts, const BtTextLayout *layout, guint i, float top_px)
{
    const BtTextLine *line = line_at(layout, i);
    float above_em, below_em, height = line->ascent_px + line->descent_px;
    int percent = layout->style.line_percent > 0 ? layout->style.line_percent : 115;
    own_line(fonts, layout, line, &above_em, &below_em);
    float tallest = MAX((above_em + below_em) * layout->style.px, (float)line->ink_px.h);
    float most = MAX(tallest * percent / 100, bt_text_line_px(fonts, &layout->style));
    if (fabsf(line->baseline_px - line->ascent_px - top_px) > 0.01f)
        return g_strdup_printf("line %u: its box does not begin where the one before ends", i);
    if (layout->width_px > 0 && line->width_px > layout->width_px + 0.02f)
        return g_strdup_printf(
            "line %u: %.2f px wide, the box %d", i, line->width_px, layout->width_px);
    if (line->n_runs > 0 && height > most + ROUNDING_PX)
        return g_strdup_printf("line %u: %.0f px high, its fonts and ink %.1f", i, height, most);
    return NULL;
}

char *bt_layout_fault(BtFonts *fonts, const BtTextLayout *layout)
{
    char *fault = bt_coverage_fault(layout);
    float top_px = 0;
    for (guint i = 0; fault == NULL && i < layout->runs->len; i++)
        fault = glyph_fault(fonts, layout, run_at(layout, i));
    for (guint i = 0; fault == NULL && i < layout->lines->len; i++) {
        fault = box_fault(fonts, layout, i, top_px);
        top_px = line_at(layout, i)->baseline_px + line_at(layout, i)->descent_px;
    }
    return fault;
}

/* ---- shaping ---- */

/* The run's text in its paragraph, given to HarfBuzz. */
static hb_buffer_t *shaped_anew(BtFonts *fonts, const BtTextLayout *layout, const BtTextRun *run)
{
    gsize start = run->start, end = run->end;
    while (start > 0 && layout->text[start - 1] != '\n')
        start--;
    while (layout->text[end] != '\0' && layout->text[end] != '\n')
        end++;
    hb_buffer_t *buffer = hb_buffer_create();
    hb_buffer_add_utf8(buffer, layout->text + start, (int)(end - start),
        (guint)(run->start - start), (int)(run->end - run->start));
    hb_buffer_set_flags(buffer,
        (run->start == start ? HB_BUFFER_FLAG_BOT : 0) |
            (run->end == end ? HB_BUFFER_FLAG_EOT : 0));
    hb_buffer_set_direction(buffer, run->rtl ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
    hb_buffer_set_script(
        buffer, hb_script_from_string(strcmp(run->script, "Zsye") == 0 ? "Zyyy" : run->script, -1));
    hb_buffer_set_language(buffer, hb_language_from_string(run->lang, -1));
    hb_shape(bt_fonts_face(fonts, run->font)->hb, buffer, NULL, 0);
    return buffer;
}

char *bt_shaping_fault(BtFonts *fonts, const BtTextLayout *layout)
{
    for (guint i = 0; i < layout->runs->len; i++) {
        const BtTextRun *run = run_at(layout, i);
        hb_buffer_t *buffer = shaped_anew(fonts, layout, run);
        guint n;
        const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(buffer, &n);
        gboolean same = n == run->n_glyphs;
        for (guint k = 0; same && k < n; k++)
            same = infos[k].codepoint == glyph_at(layout, run->first_glyph + k)->id;
        hb_buffer_destroy(buffer);
        g_autofree char *text = part_of(layout, run->start, run->end);
        if (!same)
            return g_strdup_printf(
                "%s shapes otherwise: %s", bt_fonts_name(fonts, run->font), text);
    }
    return NULL;
}

/* ---- pixels ---- */

#define MAX_W_PX 4096
#define MAX_H_PX 1200

BtSheet *bt_sheet_new(BtFonts *fonts)
{
    BtSheet *sheet = g_new0(BtSheet, 1);
    sheet->fonts = fonts;
    sheet->pixels = g_new0(guint32, (gsize)MAX_W_PX * MAX_H_PX);
    return sheet;
}

void bt_sheet_free(BtSheet *sheet)
{
    g_free(sheet->pixels);
    g_free(sheet);
}

/* Rows [from, until) hold nothing. */
static gboolean rows_are_empty(const BtSheet *sheet, int from, int until)
{
    static const guint32 empty[MAX_W_PX] = { 0 };
    for (int y = from; y < until; y++)
        if (memcmp(sheet->pixels + (gsize)y * MAX_W_PX, empty, (gsize)sheet->w_px * 4) != 0)
            return FALSE;
    return TRUE;
}

/* Columns [from, until) hold nothing. */
static gboolean columns_are_empty(const BtSheet *sheet, int from, int until)
{
    static const guint32 empty[MAX_W_PX] = { 0 };
    for (int y = 0; y < sheet->h_px; y++)
        if (memcmp(sheet->pixels + (gsize)y * MAX_W_PX + from, empty, (gsize)(until - from) * 4) !=
            0)
            return FALSE;
    return TRUE;
}

static void clear(BtSheet *sheet)
{
    for (int y = 0; y < sheet->h_px; y++)
        memset(sheet->pixels + (gsize)y * MAX_W_PX, 0, (gsize)sheet->w_px * 4);
}

void bt_sheet_draw(BtSheet *sheet, const BtTextLayout *layout, guint i)
{
    const BtTextLine *line = line_at(layout, i);
    int side_px = layout->style.px / 2;
    clear(sheet);
    sheet->band_px = layout->style.px / 3 + 4;
    sheet->w_px = MIN(layout->width_px + 2 * side_px, MAX_W_PX);
    sheet->h_px = MIN((int)(line->ascent_px + line->descent_px) + 2 * sheet->band_px, MAX_H_PX);
    bt_text_draw(sheet->fonts, layout, i, 1, sheet->pixels, MAX_W_PX,
        (BtRect){ 0, 0, sheet->w_px, sheet->h_px }, side_px, sheet->band_px, 0xFFFFFF, TRUE);
}

/* Where what was drawn lies outside of its box. (nullable) */
static const char *side_with_ink(const BtSheet *sheet, int px)
{
    int margin_px = MAX(0, px / 2 - px / BEARING_PART - ROUNDING_PX);
    if (!rows_are_empty(sheet, 0, sheet->band_px))
        return "over";
    if (!rows_are_empty(sheet, sheet->h_px - sheet->band_px, sheet->h_px))
        return "under";
    if (!columns_are_empty(sheet, 0, margin_px))
        return "left of";
    return columns_are_empty(sheet, sheet->w_px - margin_px, sheet->w_px) ? NULL : "right of";
}

char *bt_sheet_fault(const BtSheet *sheet, const BtTextLayout *layout, guint i)
{
    const BtTextLine *line = line_at(layout, i);
    const char *side = side_with_ink(sheet, layout->style.px);
    if (side == NULL)
        return NULL;
    g_autofree char *text = part_of(layout, line->start, line->end);
    return g_strdup_printf("ink %s the box of line %u: %s", side, i, text);
}

gboolean bt_sheets_are_same(const BtSheet *a, const BtSheet *b)
{
    gboolean same = a->w_px == b->w_px && a->h_px == b->h_px;
    for (int y = 0; same && y < a->h_px; y++)
        same = memcmp(a->pixels + (gsize)y * MAX_W_PX, b->pixels + (gsize)y * MAX_W_PX,
                   (gsize)a->w_px * 4) == 0;
    return same;
}
