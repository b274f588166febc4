#include "player/text_output.h"

#include "base/json.h"
#include "render/scene/frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GROUND 0xFF0B1B33
#define RULE 0xFF9FB3C8
#define LETTERS 0xF5F7FA

/* ---- JSON ---- */

/* How far the right edge of a vertical layout, from which it counts, lies from the left one of its
 * picture; 0 for a horizontal layout. */
static int right_px(const BtTextLayout *layout)
{
    return bt_text_is_vertical(&layout->style) ? (int)ceilf(layout->height_px) : 0;
}

/* A layout's rectangle as it stands on the glass. */
static BtRect on_glass(const BtTextLayout *layout, BtRect rect)
{
    if (!bt_text_is_vertical(&layout->style))
        return rect;
    rect = bt_text_turned(rect);
    rect.x += right_px(layout);
    return rect;
}

/* Tenths of a thousandth of a pixel say all there is to say. */
static void set_px(BtJson *object, const char *key, double px)
{
    bt_json_set_double(object, key, round(px * 1e4) / 1e4);
}

static BtJson *json_of_glyph(const BtTextLayout *layout, const BtGlyph *glyph)
{
    gboolean vertical = bt_text_is_vertical(&layout->style);
    BtJson *json = bt_json_new_object();
    bt_json_set_int(json, "id", glyph->id);
    bt_json_set_int(json, "cluster", glyph->cluster);
    set_px(json, "x", vertical ? right_px(layout) - glyph->y_px : glyph->x_px);
    set_px(json, "y", vertical ? glyph->x_px : glyph->y_px);
    set_px(json, "advance", glyph->advance_px);
    return json;
}

static const char *direction_of(const BtTextRun *run)
{
    if (run->turn == BT_TURN_UPRIGHT)
        return run->rtl ? "btt" : "ttb";
    return run->rtl ? "rtl" : "ltr";
}

static BtJson *json_of_run(const BtFonts *fonts, const BtTextLayout *layout, const BtTextRun *run)
{
    BtJson *json = bt_json_new_object(), *glyphs = bt_json_new_array();
    bt_json_set_string(json, "font", bt_fonts_name(fonts, run->font));
    bt_json_set_string(json, "script", run->script);
    bt_json_set_string(json, "lang", run->lang);
    bt_json_set_string(json, "direction", direction_of(run));
    if (run->turn == BT_TURN_SIDEWAYS)
        bt_json_set_int(json, "rotate", 90);
    bt_json_set_int(json, "start", run->start);
    bt_json_set_int(json, "end", run->end);
    for (guint i = 0; i < run->n_glyphs; i++)
        bt_json_append(glyphs,
            json_of_glyph(layout, &g_array_index(layout->glyphs, BtGlyph, run->first_glyph + i)));
    bt_json_set(json, "glyphs", glyphs);
    return json;
}

static BtJson *json_of_rect(BtRect rect)
{
    BtJson *json = bt_json_new_array();
    bt_json_append_int(json, rect.x);
    bt_json_append_int(json, rect.y);
    bt_json_append_int(json, rect.w);
    bt_json_append_int(json, rect.h);
    return json;
}

static BtJson *json_of_line(
    const BtFonts *fonts, const BtTextLayout *layout, const BtTextLine *line)
{
    BtJson *json = bt_json_new_object(), *runs = bt_json_new_array();
    bt_json_set_int(json, "start", line->start);
    bt_json_set_int(json, "end", line->end);
    set_px(json, "baseline",
        bt_text_is_vertical(&layout->style) ? right_px(layout) - line->baseline_px
                                            : line->baseline_px);
    set_px(json, "ascent", line->ascent_px);
    set_px(json, "descent", line->descent_px);
    set_px(json, "width", line->width_px);
    bt_json_set(json, "ink", json_of_rect(on_glass(layout, line->ink_px)));
    for (guint i = 0; i < line->n_runs; i++)
        bt_json_append(runs,
            json_of_run(
                fonts, layout, &g_array_index(layout->runs, BtTextRun, line->first_run + i)));
    bt_json_set(json, "runs", runs);
    return json;
}

static BtJson *json_of_pages(const GArray *pages)
{
    BtJson *json = bt_json_new_array();
    for (guint i = 0; i < pages->len; i++) {
        const BtTextPage *page = &g_array_index(pages, BtTextPage, i);
        BtJson *one = bt_json_new_object();
        bt_json_set_int(one, "first", page->first_line);
        bt_json_set_int(one, "lines", page->n_lines);
        bt_json_append(json, one);
    }
    return json;
}

static BtJson *json_of_layout(const BtFonts *fonts, const BtTextLayout *layout, const GArray *pages)
{
    BtJson *json = bt_json_new_object(), *lines = bt_json_new_array();
    BtJson *breaks = bt_json_new_array(), *levels = bt_json_new_array();
    for (guint i = 0; i < layout->lines->len; i++)
        bt_json_append(
            lines, json_of_line(fonts, layout, &g_array_index(layout->lines, BtTextLine, i)));
    for (guint i = 0; i < layout->breaks->len; i++)
        bt_json_append_int(breaks, g_array_index(layout->breaks, gsize, i));
    for (guint i = 0; i < layout->levels->len; i++)
        bt_json_append_int(levels, g_array_index(layout->levels, guint8, i));
    bt_json_set_string(json, "lang", layout->lang);
    bt_json_set_int(json, "px", layout->style.px);
    set_px(json, "height", layout->height_px);
    bt_json_set(json, "lines", lines);
    if (pages != NULL)
        bt_json_set(json, "pages", json_of_pages(pages));
    if (layout->cut < strlen(layout->text))
        bt_json_set_int(json, "cut", layout->cut);
    bt_json_set_int(json, "missing", layout->missing);
    bt_json_set(json, "breaks", breaks);
    bt_json_set(json, "levels", levels);
    return json;
}

gboolean bt_text_write_json(const BtFonts *fonts, const BtTextLayout *layout, const GArray *pages,
    BtLegacy converted, const char *out, GError **error)
{
    g_autoptr(BtJson) json = json_of_layout(fonts, layout, pages);
    if (converted != BT_LEGACY_NONE) {
        bt_json_set_string(json, "legacy", bt_legacy_name(converted));
        bt_json_set_string(json, "text", layout->text);
    }
    g_autofree char *text = bt_json_to_text(json, FALSE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    if (out != NULL)
        return g_file_set_contents(out, line, -1, error);
    if (fputs(line, stdout) >= 0 && fflush(stdout) == 0)
        return TRUE;
    g_set_error_literal(error, BT_ERROR, BT_ERROR_IO, "standard output: cannot be written");
    return FALSE;
}

/* ---- PNG ---- */

/* The lines' boxes and all ink; of pages, the page. */
static BtRect picture_of(const BtTextLayout *layout)
{
    BtRect picture = { 0, 0, MAX(1, layout->width_px), MAX(1, (int)ceilf(layout->height_px)) };
    for (guint i = 0; i < layout->lines->len; i++) {
        const BtTextLine *line = &g_array_index(layout->lines, BtTextLine, i);
        BtRect box = { (int)line->x_px, 0, (int)ceilf(line->width_px), 1 };
        picture = bt_rect_union(bt_rect_union(picture, line->ink_px), box);
    }
    return on_glass(layout, picture);
}

typedef struct {
    BtFonts *fonts;
    const BtTextLayout *layout;
    BtFrame *frame;
} Drawing;

static gboolean check_size(const char *out, BtRect picture, GError **error)
{
    if (picture.w <= BT_FRAME_MAX_W_PX && picture.h <= BT_FRAME_MAX_H_PX)
        return TRUE;
    g_set_error(error, BT_ERROR, BT_ERROR_LIMIT,
        "%s: a picture of %d×%d pixels: expected at most %d×%d (use --width or --px)", out,
        picture.w, picture.h, BT_FRAME_MAX_W_PX, BT_FRAME_MAX_H_PX);
    return FALSE;
}

static void draw_lines(const Drawing *to, BtTextPage lines, BtRect clip, int x_px, int y_px)
{
    bt_text_draw(to->fonts, to->layout, lines.first_line, lines.n_lines, to->frame->pixels,
        to->frame->stride_px, clip, x_px, y_px, LETTERS, TRUE);
}

/* Pages stand under each other, those of columns from right to left, a rule of one pixel between
 * them. */
static void draw_pages(const Drawing *to, const GArray *pages, int page_px, BtRect picture)
{
    gboolean vertical = bt_text_is_vertical(&to->layout->style);
    for (guint i = 0; i < pages->len; i++) {
        int at = (int)i * (page_px + 1);
        BtRect clip = { 0, at, picture.w, page_px }, rule = { 0, at - 1, picture.w, 1 };
        if (vertical) {
            clip = (BtRect){ picture.w - at - page_px, 0, page_px, picture.h };
            rule = (BtRect){ clip.x + page_px, 0, 1, picture.h };
        }
        if (i > 0)
            bt_frame_fill(to->frame, rule, RULE);
        draw_lines(to, g_array_index(pages, BtTextPage, i), clip,
            vertical ? clip.x + page_px : -picture.x, vertical ? -picture.y : clip.y);
    }
}

/* The picture of all pages: their own size one way, the lines' the other. */
static BtRect picture_of_pages(const BtTextLayout *layout, const GArray *pages, int page_px)
{
    BtRect picture = picture_of(layout);
    int length = MAX(1, (int)pages->len * (page_px + 1) - 1);
    if (bt_text_is_vertical(&layout->style))
        return (BtRect){ 0, picture.y, length, picture.h };
    return (BtRect){ picture.x, 0, picture.w, length };
}

gboolean bt_text_write_png(BtFonts *fonts, const BtTextLayout *layout, const GArray *pages,
    int page_px, const char *out, GError **error)
{
    BtRect picture = pages != NULL ? picture_of_pages(layout, pages, page_px) : picture_of(layout);
    if (!check_size(out, picture, error))
        return FALSE;
    g_autoptr(BtFrame) frame = bt_frame_new(picture.w, picture.h);
    BtRect all = { 0, 0, picture.w, picture.h };
    Drawing to = { fonts, layout, frame };
    bt_frame_fill(frame, all, GROUND);
    if (pages != NULL)
        draw_pages(&to, pages, page_px, picture);
    else
        draw_lines(&to, (BtTextPage){ 0, layout->lines->len }, all, right_px(layout) - picture.x,
            -picture.y);
    return bt_frame_write_png(frame, out, error);
}
