/* What tests/bench/layout measures beside bangtin: Pango lays out, Cairo draws. Fontconfig is told
 * by the environment (FONTCONFIG_FILE) which fonts there are: the ones that bangtin took. */
#include "tests/bench/worker.h"

#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>

/* The size, the hundredth of a pixel of which makes Cairo forget what it has drawn. */
#define SIZES_NEW 4096

typedef struct {
    GHashTable *files;
    PangoFontMap *map;
    PangoContext *context;
    PangoFontDescription *font;
    const char *lang;
    int px, width_px;
    BenchTexts *texts; /* in turn, */
    const char *text;  /* or the same again */
    gboolean extents;
    PangoLayout *page;
    cairo_t *cairo;
    cairo_surface_t *surface;
    guint sizes;
} Bench;

static PangoLayout *layout_new(Bench *bench, const char *text)
{
    PangoLayout *layout = pango_layout_new(bench->context);
    pango_layout_set_font_description(layout, bench->font);
    pango_layout_set_width(layout, bench->width_px * PANGO_SCALE);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

/* LANG FAMILY PX WIDTH, an underline standing for each space of the family's name. */
static void set_style(Bench *bench, char **words)
{
    g_autofree char *family = g_strdelimit(g_strdup(words[1]), "_", ' ');
    pango_context_set_language(bench->context, pango_language_from_string(words[0]));
    pango_font_description_set_family(bench->font, family);
    bench->px = (int)g_ascii_strtoll(words[2], NULL, 10);
    bench->width_px = (int)g_ascii_strtoll(words[3], NULL, 10);
    pango_font_description_set_absolute_size(bench->font, bench->px * PANGO_SCALE);
}

static guint lay_out(gpointer user)
{
    Bench *bench = user;
    PangoLayout *layout =
        layout_new(bench, bench->texts ? bench_next_text(bench->texts) : bench->text);
    guint lines = pango_layout_get_line_count(layout);
    if (bench->extents) {
        PangoRectangle ink, logical;
        pango_layout_get_pixel_extents(layout, &ink, &logical);
    }
    g_object_unref(layout);
    return lines > 0;
}

static guint count_glyphs(PangoLayout *layout, guint *missing)
{
    guint n = 0;
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);
        n += run ? run->glyphs->num_glyphs : 0;
        for (int i = 0; run && i < run->glyphs->num_glyphs; i++)
            *missing += (run->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0;
    } while (pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
    return n;
}

/* look LANG FAMILY PX WIDTH FILE: lines, glyphs and missing glyphs of the first paragraphs. */
static gboolean answer_look(char **words, gpointer user)
{
    Bench *bench = user;
    set_style(bench, words + 1);
    const GPtrArray *texts = bench_texts(bench->files, words[5])->texts;
    guint lines = 0, glyphs = 0, missing = 0;
    for (guint i = 0; i < texts->len && i < 50; i++) {
        PangoLayout *layout = layout_new(bench, texts->pdata[i]);
        lines += pango_layout_get_line_count(layout);
        glyphs += count_glyphs(layout, &missing);
        g_object_unref(layout);
    }
    printf("%u %u %u", lines, glyphs, missing);
    return TRUE;
}

/* layout LANG FAMILY PX WIDTH FILE new|again lines|extents MS */
static gboolean answer_layout(char **words, gpointer user)
{
    Bench *bench = user;
    set_style(bench, words + 1);
    BenchTexts *texts = bench_texts(bench->files, words[5]);
    bench->texts = words[6][0] == 'n' ? texts : NULL;
    bench->text = texts->texts->pdata[0];
    bench->extents = words[7][0] == 'e';
    bench_rate(lay_out, bench, (int)g_ascii_strtoll(words[8], NULL, 10));
    return TRUE;
}

/* ---- drawing ---- */

static void draw_runs(Bench *bench, double px)
{
    PangoLayoutIter *iter = pango_layout_get_iter(bench->page);
    do {
        PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);
        if (!run)
            continue;
        PangoRectangle at;
        pango_layout_iter_get_run_extents(iter, NULL, &at);
        cairo_set_scaled_font(bench->cairo,
            pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(run->item->analysis.font)));
        cairo_set_font_size(bench->cairo, px);
        g_autofree cairo_glyph_t *glyphs = g_new(cairo_glyph_t, run->glyphs->num_glyphs);
        double x = (double)at.x / PANGO_SCALE;
        double y = (double)pango_layout_iter_get_baseline(iter) / PANGO_SCALE;
        int n = 0;
        for (int i = 0; i < run->glyphs->num_glyphs; i++) {
            const PangoGlyphInfo *info = &run->glyphs->glyphs[i];
            if (!(info->glyph & 0xF0000000u))
                glyphs[n++] =
                    (cairo_glyph_t){ info->glyph, x + (double)info->geometry.x_offset / PANGO_SCALE,
                        y + (double)info->geometry.y_offset / PANGO_SCALE };
            x += (double)info->geometry.width / PANGO_SCALE;
        }
        cairo_show_glyphs(bench->cairo, glyphs, n);
    } while (pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
}

/* The size differs a little each time, so that nothing is drawn yet. */
static guint draw_cold(gpointer user)
{
    Bench *bench = user;
    bench->sizes = bench->sizes % SIZES_NEW + 1;
    draw_runs(bench, bench->px + bench->sizes / 16384.0);
    return 1;
}

static guint draw_warm(gpointer user)
{
    Bench *bench = user;
    draw_runs(bench, bench->px);
    return 1;
}

/* draw LANG FAMILY PX WIDTH FILE cold|warm MS: pages drawn. */
static gboolean answer_draw(char **words, gpointer user)
{
    Bench *bench = user;
    set_style(bench, words + 1);
    bench->page = layout_new(bench, bench_texts(bench->files, words[5])->texts->pdata[0]);
    PangoRectangle ink, logical;
    pango_layout_get_pixel_extents(bench->page, &ink, &logical);
    bench->surface =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, bench->width_px, MAX(1, logical.height));
    bench->cairo = cairo_create(bench->surface);
    cairo_set_source_rgb(bench->cairo, 0.96, 0.97, 0.98);
    bench_rate(words[6][0] == 'c' ? draw_cold : draw_warm, bench,
        (int)g_ascii_strtoll(words[7], NULL, 10));
    cairo_destroy(bench->cairo);
    cairo_surface_destroy(bench->surface);
    g_object_unref(bench->page);
    return TRUE;
}

int main(void)
{
    static const BenchQuestion questions[] = { { "look", 6, answer_look },
        { "layout", 9, answer_layout }, { "draw", 8, answer_draw }, { 0 } };
    Bench bench = { .files = bench_files_new(),
        .map = pango_cairo_font_map_new(),
        .font = pango_font_description_new() };
    /* Pixels are pixels: a point is one of them. */
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(bench.map), 72);
    bench.context = pango_font_map_create_context(bench.map);
    int status = bench_serve(questions, &bench);
    g_object_unref(bench.context);
    g_object_unref(bench.map);
    pango_font_description_free(bench.font);
    g_hash_table_destroy(bench.files);
    return status;
}
